"""The roll's Python side: operations on the score, what is refused, what goes back to the page."""

from __future__ import annotations

import threading
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import ScoreError, SettingError
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Origin, Score, Voice
from musenb.widgets.notes import unpack
from musenb.widgets.roll import LATEST_END, Roll

THIRD = Fraction(1, 3)
MODEL = Origin(model="chorale", seed=7)
WRITTEN = Note(1 + THIRD, 2 * THIRD, 76, origin=MODEL)
SCORE = Score(
    voices=(
        Voice("soprano", (Note(0, 1, 72, spelling="C5"), Note(1, THIRD, 74), WRITTEN)),
        Voice("bass", (Note(0, 2, 48, fermata=True),)),
    ),
    title="Four notes",
)


@pytest.fixture
def roll():
    made = Roll(SCORE)
    sent: list[dict] = []
    made.send = lambda content, buffers=None: sent.append(content)
    made.sent = sent
    yield made
    made.close()


def pitches(score: Score) -> list[list[int]]:
    return [[note.pitch for note in voice.notes] for voice in score.voices]


def page_edit(seq: int, *ops: dict) -> dict:
    return {"kind": "edit", "page": "p", "seq": seq, "ops": list(ops)}


def wait_for_publication(roll: Roll) -> None:
    if roll._publisher is not None:
        roll._publisher.join(10)


def test_every_operation_reaches_the_score(roll) -> None:
    roll.edit(
        [
            {"op": "move", "id": "v0n0", "onset": 4, "pitch": 79},
            {"op": "resize", "id": "v0n1", "duration": 0.5},
            {"op": "velocity", "id": "v1n0", "velocity": 33},
            {"op": "delete", "id": "v0n2"},
            {"op": "add", "id": "v1n99", "voice": 1, "onset": 2, "duration": 1, "pitch": 50, "velocity": 64},
        ]
    )
    soprano, bass = roll.score.voices
    assert soprano.notes == (Note(1, Fraction(1, 2), 74), Note(4, 1, 79))
    assert bass.notes == (Note(0, 2, 48, velocity=33, fermata=True), Note(2, 1, 50, velocity=64))
    assert roll.score.title == "Four notes"


def test_thirds_stay_thirds_on_their_way_through_floats(roll) -> None:
    roll.edit([{"op": "move", "id": "v0n1", "onset": float(THIRD)}])
    assert roll.score.voices[0].notes[1].onset == THIRD


def test_a_moved_note_loses_its_spelling_only_when_its_pitch_changes(roll) -> None:
    roll.edit([{"op": "move", "id": "v0n0", "onset": 8}])
    assert roll.score.voices[0].notes[-1].spelling == "C5"
    roll.edit([{"op": "move", "id": "v0n0", "pitch": 73}])
    assert roll.score.voices[0].notes[-1].spelling == ""


def test_a_note_that_comes_back_is_what_it_was(roll) -> None:
    roll.edit([{"op": "delete", "id": "v0n2"}, {"op": "delete", "id": "v1n0"}])
    back = {"op": "add", "id": "v0n2", "like": "v0n2", "onset": 4 / 3, "duration": 2 / 3, "pitch": 76, "velocity": 80}
    fermata = {"op": "add", "id": "v1n0", "like": "v1n0", "onset": 0, "duration": 2, "pitch": 48, "velocity": 80}
    roll.edit([back, fermata])
    assert roll.score == SCORE
    assert roll.score.voices[0].notes[2].origin == MODEL


@pytest.mark.parametrize(
    ("op", "words"),
    [
        ({"op": "move", "id": "v9n9", "pitch": 60}, "there is no note 'v9n9'"),
        ({"op": "move", "id": "v0n0", "pitch": 128}, "pitch 128 .* outside 0..127"),
        ({"op": "move", "id": "v0n0", "pitch": 60.5}, "60.5 is no whole number"),
        ({"op": "move", "id": "v0n0", "onset": float("nan")}, "not a finite number"),
        ({"op": "move", "id": "v0n0", "onset": LATEST_END}, "ends after quarter"),
        ({"op": "resize", "id": "v0n0", "duration": 0}, "duration 0 .* not above 0"),
        ({"op": "velocity", "id": "v0n0", "velocity": 0}, "velocity 0 .* outside 1..127"),
        ({"op": "delete", "id": "<img>"}, "no note id"),
        (
            {"op": "add", "id": "v0n7", "like": "x", "onset": 0, "duration": 1, "pitch": 60, "velocity": 1},
            "'x' is no note id",
        ),
        ({"op": "fly", "id": "v0n0"}, "unknown edit"),
        ("nonsense", "unknown edit"),
        ({"op": "add", "id": "v0n0", "onset": 0, "duration": 1, "pitch": 60, "velocity": 1}, "is taken"),
        ({"op": "add", "id": "v0n7", "onset": 0, "duration": 1, "pitch": 60}, "lacks 'velocity'"),
        ({"op": "add", "id": "v999n7", "onset": 0, "duration": 1, "pitch": 60, "velocity": 1}, "voice 999 is outside"),
        ({"op": "add", "id": f"v0n{2**32}", "onset": 0, "duration": 1, "pitch": 60, "velocity": 1}, "is too large"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changes(roll, op, words) -> None:
    with pytest.raises(ScoreError, match=words):
        roll.edit([{"op": "delete", "id": "v1n0"}, op])
    assert roll.score == SCORE


def test_the_page_hears_of_its_edit_after_the_notes_have_it(roll) -> None:
    version = roll.version
    roll.on_message(page_edit(1, {"op": "move", "id": "v0n0", "pitch": 60}), [])
    roll.on_message(page_edit(2, {"op": "move", "id": "v0n0", "pitch": 61}), [])
    assert pitches(roll.score)[0][0] == 61
    wait_for_publication(roll)
    assert roll.version == version + 1
    assert 61 in unpack(roll.notes)["pitch"]
    assert roll.sent == [{"kind": "edited", "page": "p", "seq": seq, "error": ""} for seq in (1, 2)]


def test_a_refused_edit_of_the_page_is_answered_and_shown(roll) -> None:
    roll._receive(None, page_edit(4, {"op": "move", "id": "v0n0", "pitch": 200}), [])
    assert [(m["seq"], "200" in m["error"]) for m in roll.sent] == [(4, True)]
    assert "200" in roll.error
    assert roll.score == SCORE


def test_a_roll_that_is_not_editable_takes_no_edits_of_the_page() -> None:
    roll = Roll(SCORE, editable=False)
    roll._receive(None, page_edit(1, {"op": "delete", "id": "v0n0"}), [])
    assert roll.score == SCORE
    assert "not editable" in roll.error
    roll.close()


def test_edits_wait_until_the_stream_has_ended(roll) -> None:
    roll.append([(0, Note(4, 1, 60, origin=MODEL))])
    with pytest.raises(ScoreError, match="still on their way"):
        roll.edit([{"op": "delete", "id": "v0n0"}])
    roll.commit()
    roll.edit([{"op": "delete", "id": "v0n3"}])
    assert pitches(roll.score) == [[72, 74, 76], [48]]


def test_listeners_get_the_score_until_they_are_taken_off(roll) -> None:
    heard, called = [], threading.Event()
    end = roll.on_edit(lambda score: (heard.append(score), called.set()))
    roll.edit([{"op": "delete", "id": "v1n0"}])
    assert called.wait(10)
    assert pitches(heard[0]) == [[72, 74, 76], []]
    end()
    end()
    roll.edit([{"op": "delete", "id": "v0n0"}])
    wait_for_publication(roll)
    assert len(heard) == 1


def test_what_a_listener_raises_is_shown_in_the_cell(roll) -> None:
    roll.on_edit(lambda score: 1 / 0)
    roll.edit([{"op": "delete", "id": "v1n0"}])
    wait_for_publication(roll)
    assert roll.error == "ZeroDivisionError: division by zero"


def test_a_motif_can_be_drawn_on_an_empty_roll() -> None:
    roll = Roll()
    roll.edit([{"op": "add", "id": "v1n5", "onset": 0, "duration": 1, "pitch": 60, "velocity": 80}])
    assert [voice.name for voice in roll.score.voices] == ["voice 1", "voice 2"]
    assert pitches(roll.score) == [[], [60]]
    roll.close()


def test_page_ids_follow_the_notes_when_their_order_changes(roll) -> None:
    roll.edit([{"op": "move", "id": "v0n0", "onset": 9}])
    assert roll.page_ids() == {"v0n0": "v0n1", "v0n1": "v0n2", "v0n2": "v0n0", "v1n0": "v1n0"}


def test_another_score_is_another_edition(roll) -> None:
    roll.edit([{"op": "delete", "id": "v1n0"}])
    edition = roll.edition
    roll.show_score(score_from_text("C4 D4"))
    assert roll.edition == edition + 1
    assert pitches(roll.score) == [[60, 62]]


def test_closing_ends_the_timer(roll) -> None:
    roll.edit([{"op": "delete", "id": "v1n0"}])
    timer = roll._publisher
    roll.close()
    timer.join(10)
    assert not timer.is_alive()
    assert roll._publisher is None


def test_settings_are_strict() -> None:
    with pytest.raises(SettingError, match="no setting 'colour'"):
        Roll(SCORE, colour="red")
    with pytest.raises(SettingError, match="units"):
        Roll(SCORE, units="bananas")


def test_it_says_what_it_shows(roll) -> None:
    assert roll.describe() == ("Piano roll: Four notes, 1 bar, 2 voices, 4 notes, 1 of them generated. From C3 to E5.")
    assert roll.picture()[1].startswith(b"\x89PNG")


OPS = st.lists(
    st.tuples(st.sampled_from(["v0n0", "v0n1", "v0n2", "v1n0"]), st.integers(0, 127), st.integers(0, 64)), max_size=12
)


@given(OPS)
def test_any_moves_leave_as_many_notes_where_they_were_put(moves) -> None:
    roll = Roll(SCORE)
    roll._publish_soon = lambda: None
    roll.edit([{"op": "move", "id": id_, "pitch": pitch, "onset": quarter / 3} for id_, pitch, quarter in moves])
    last = {id_: (pitch, Fraction(quarter, 3)) for id_, pitch, quarter in moves}
    found = {f"v{voice}n{index}": (note.pitch, note.onset) for voice, index, note in roll._rows}
    assert len(roll.score.notes) == 4
    assert last.items() <= found.items()
    roll.close()

"""The panel without a page: what its desk is asked for is done, and its views are told of it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

import musenb
from musenb.errors import LoadError
from musenb.score.heed import heed
from musenb.score.note import Score
from musenb.studio.carrying import takes_bytes, takes_from_bytes
from musenb.studio.hosting import idle_minutes
from musenb.studio.recovery import recover
from musenb.widgets.notes import unpack
from musenb.widgets.wire.notes import DIFFERS, GENERATED, LOCKED
from tests.studio.pressing import press


@pytest.fixture
def studio(tiny_checkpoint: Path, tmp_path: Path) -> Iterator[Any]:
    """Return a panel with a motif."""
    settings = {"bars": 1, "seed": 5, "seed_locked": True, "folder": tmp_path / "journal"}
    made = musenb.Studio("C5 D5 E5 G5", model=tiny_checkpoint, **settings)
    yield made
    made.close()


def flagged(view: Any, flag: int) -> set[str]:
    """Return the ids of the notes in a view's table that bear a flag."""
    notes = unpack(view.notes)
    return {f"v{voice}n{index}" for voice, index in notes[notes["flags"] & flag > 0][["voice", "index"]].tolist()}


def test_candidates_stand_beside_each_other_and_one_is_chosen(studio: Any) -> None:
    studio.desk.candidates = 3
    press(studio, kind="act", act="continue")
    views = studio.choices.box.children
    assert studio.choices.takes == (2, 3, 4)
    assert [view.seed for view in views] == [5, 6, 7]
    assert [view.current for view in views] == [True, False, False]
    assert len({view.clock_id for view in views}) == 3
    for view, number in zip(views, studio.choices.takes, strict=True):
        assert view.score == studio.tree.take(number).score
        assert not view.writing
    views[2]._receive(None, {"kind": "choose"}, [])
    studio.settle()
    assert studio.selected.id == 4
    assert [view.current for view in views] == [False, False, True]
    studio.desk.candidates = 1
    press(studio, kind="act", act="continue")
    assert studio.selected.parent == 4
    assert studio.choices.box.layout.display == "none"


def test_notes_of_every_candidate_are_streamed_into_its_own_view(studio: Any) -> None:
    grown: list[list[int]] = []
    studio.on("note", lambda take, event: grown.append([len(view._rows) for view in studio.choices.box.children]))
    studio.desk.candidates = 2
    press(studio, kind="act", act="continue")
    assert any(first > 4 and second > 4 for first, second in grown), "both grow at the same time"


def test_a_deleted_candidate_leaves_and_undo_brings_it_back(studio: Any) -> None:
    studio.desk.candidates = 2
    press(studio, kind="act", act="continue")
    studio.delete(3)
    assert studio.choices.takes == (2,)
    studio.undo()
    assert studio.choices.takes == (2, 3)


def test_going_on_from_a_note_keeps_what_is_before_its_end(studio: Any) -> None:
    press(studio, kind="act", act="continue")
    press(studio, kind="from", ids=["v0n1", "v0n0"])
    take = studio.selected
    assert (take.parent, take.recipe.start) == (2, 2)
    assert [note.pitch for note in take.score.voices[0].notes if not note.origin.generated] == [72, 74]
    studio.desk._receive(None, {"kind": "from", "ids": ["v3n99"]}, [])
    studio.settle()
    assert "select a note first" in studio.desk.error


def test_what_is_locked_is_marked_and_kept_another_way(studio: Any) -> None:
    press(studio, kind="act", act="continue")
    press(studio, kind="lock", voices=["alto"], bars="")
    assert (studio.desk.locked_voices, studio.desk.locked_bars) == (["alto"], "")
    before = studio.selected.score
    alto = [voice.name for voice in before.voices].index("alto")
    assert flagged(studio.roll, LOCKED) == {f"v{alto}n{n}" for n in range(len(before.voices[alto].notes))} != set()
    studio.desk.seed = 99
    press(studio, kind="act", act="again")
    after = studio.selected
    assert after.parent == 2
    old, new = ([(n.onset, n.pitch) for n in score.voices[alto].notes] for score in (before, after.score))
    assert old == new
    assert flagged(studio.roll, LOCKED) != set()
    press(studio, kind="lock", voices=[], bars="1, 2")
    assert studio.desk.locked_bars == "1-2"
    press(studio, kind="lock", voices=[], bars="")
    assert flagged(studio.roll, LOCKED) == set()


def test_notes_that_differ_are_marked_in_both_rolls(studio: Any) -> None:
    press(studio, kind="act", act="continue")
    studio.desk.seed = 99
    press(studio, kind="act", act="again")
    press(studio, kind="take", act="compare", id="2")
    found = studio.compare(2, 3)
    different = [pair for pair in found.pairs if pair.kind != "same"]
    assert different
    assert flagged(studio.beside, DIFFERS) == {pair.first_id for pair in different} - {""}
    assert flagged(studio.roll, DIFFERS) == {pair.second_id for pair in different} - {""}
    assert flagged(studio.roll, GENERATED) != set()
    assert "drawn pale; framed are" in studio.desk.comparison
    press(studio, kind="take", act="compare", id="")
    assert flagged(studio.roll, DIFFERS) == set()


def test_the_desk_knows_when_it_was_saved(studio: Any, tmp_path: Path) -> None:
    assert abs(studio.desk.saved_at - time.time()) < 60
    before = studio.desk.saved_at
    press(studio, kind="act", act="continue")
    assert studio.desk.saved_at > before
    alone = musenb.Studio("C4 D4", folder=tmp_path / "journal", journal=False)
    assert alone.desk.saved_at == 0
    alone.close()


def test_where_nothing_can_be_written_the_desk_says_how_to_take_the_work_home(
    tiny_checkpoint: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    studio = musenb.Studio("C4 D4", model=tiny_checkpoint, folder=tmp_path / "file" / "journal")
    studio.settle()
    assert re.match(r"Not saved: Not a directory\. .*: Save all takes puts it on this computer\.", studio.desk.kept)
    assert studio.desk.saved_at == 0
    press(studio, kind="act", act="save_all")
    studio.close()


def test_all_takes_travel_in_a_file(studio: Any) -> None:
    press(studio, kind="act", act="continue")
    studio.rename(2, "mine")
    content = takes_bytes(studio.tree)
    sent: list[Any] = []
    studio.desk.hand_over = lambda *values: sent.append(values)
    press(studio, kind="act", act="save_all")
    ((name, kind, saved),) = sent
    assert (name, kind) == ("musenb-takes.jsonl", "application/x-ndjson")
    assert takes_from_bytes(saved, name).everything == studio.tree.everything
    studio.prime("G4 A4")
    studio.desk._hands.prime_from_file("musenb-takes.jsonl", content)
    studio.settle()
    assert [take.name for take in studio.tree] == ["", "mine"]
    assert "Brought back: musenb-takes.jsonl" in studio.desk.reading
    with pytest.raises(LoadError, match=r"'x\.jsonl' holds no takes"):
        takes_from_bytes(b"{}\n", "x.jsonl")


def test_the_servers_that_end_by_themselves_are_known() -> None:
    assert idle_minutes({}) == 0
    assert idle_minutes({"BINDER_REPO_URL": "x"}) == 10
    assert idle_minutes({"JUPYTERHUB_SERVICE_PREFIX": "/user/x"}) == 60
    assert idle_minutes({"MUSENB_IDLE_MINUTES": "25", "BINDER_REPO_URL": "x"}) == 25
    assert idle_minutes({"MUSENB_IDLE_MINUTES": "soon"}) == 0


def test_a_seed_given_in_code_is_kept_until_another_is_chosen(tiny_checkpoint: Path, tmp_path: Path) -> None:
    studio = musenb.Studio("C5 D5 E5 G5", model=tiny_checkpoint, seed=7, bars=1, folder=tmp_path)
    assert studio.desk.seed_locked
    for _ in range(2):
        studio.select(1)
        press(studio, kind="act", act="continue")
    first, second = studio.tree.take(2), studio.tree.take(3)
    assert (first.recipe.seed, second.recipe.seed, studio.desk.seed) == (7, 7, 7)
    assert first.score == second.score
    press(studio, kind="act", act="again")
    assert studio.selected.recipe.seed == studio.desk.seed != 7, "another way takes another seed, and shows it"
    studio.desk.seed_locked = False
    press(studio, kind="act", act="continue")
    press(studio, kind="act", act="continue")
    assert len({take.recipe.seed for take in list(studio.tree)[3:]}) == 3
    studio.close()
    free = musenb.Studio("C5 D5", model=tiny_checkpoint, folder=tmp_path)
    assert not free.desk.seed_locked
    free.close()


def test_a_message_goes_when_its_cause_is_gone(studio: Any) -> None:
    def fails(**message: Any) -> str:
        studio.desk._receive(None, message, [])
        studio.settle()
        return studio.desk.error

    assert "C99" in fails(kind="prime", source="text", text="C99")
    press(studio, kind="prime", source="text", text="C4 D4")
    assert "no button" in fails(kind="act", act="dance")
    press(studio, kind="act", act="continue")
    assert "select a note first" in fails(kind="from", ids=["v9n9"])
    studio.prime("G4 A4")
    assert studio.desk.error == "", "a motif from another cell is a cause to go, too"
    studio.desk.set_state({"bars": 999})
    assert "bars" in studio.desk.error
    studio.desk.set_state({"bars": 2})
    assert studio.desk.error == ""
    studio.desk.model = "opera"
    assert "unknown model 'opera'" in fails(kind="act", act="continue")
    studio.desk.model = "chorale"
    assert studio.desk.error == ""
    studio.desk.show_error(RuntimeError("of something else"))
    studio.desk.set_state({"bars": 3})
    assert studio.desk.error == "RuntimeError: of something else"


def test_a_new_motif_puts_the_playhead_before_its_first_note(studio: Any) -> None:
    sent: list[dict] = []
    studio.views.clock.send = sent.append
    studio.views.clock.playhead = 4.0
    press(studio, kind="act", act="continue")
    assert sent == [], "who listens to what is written on is not called back"
    studio.prime("G4 A4")
    assert sent == [{"kind": "seek", "playhead": 0.0}]
    assert studio.views.clock.playhead == 0
    assert studio.views.clock.clock_id == studio.desk.clock_id


def test_a_file_that_is_written_for_the_page_is_shown_and_stopped(
    studio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    studio.desk.observe(lambda change: shown.append(change["new"]), "saving")

    def write(score: Score) -> bytes:
        while True:
            heed()
            time.sleep(0.01)

    monkeypatch.setattr("musenb.export.to_paper.pdf_bytes", write)
    studio.desk._receive(None, {"kind": "keep", "form": "pdf"}, [])
    end = time.monotonic() + 30
    while not studio.desk.saving and time.monotonic() < end:
        time.sleep(0.02)
    assert "saving" in studio.desk.get_state(["saving"])
    studio.desk._receive(None, {"kind": "act", "act": "stop"}, [])
    studio.settle()
    assert shown[0].endswith(".pdf' …")
    assert shown[0].startswith("writing '")
    assert shown[-1] == studio.desk.saving == ""
    assert "was stopped: nothing was saved" in studio.desk.error


def test_hands_are_counted_and_taken_back(studio: Any) -> None:
    studio.desk.candidates = 2
    press(studio, kind="act", act="continue")
    first, second = studio.choices.box.children
    for message in ({"by": 1}, {"by": 1}, {"by": -1}):
        second._receive(None, {"kind": "vote", **message}, [])
    studio.settle()
    assert (first.votes, second.votes) == (0, 1)
    assert studio.selected.id == 2, "what is looked at stays"
    assert [row.votes for row in studio.desk.takes] == [0, 0, 1]
    first._receive(None, {"kind": "vote", "by": -1}, [])
    studio.settle()
    assert studio.desk.error == ""


def test_one_bar_is_written_anew_and_the_locks_are_as_they_were(studio: Any) -> None:
    studio.desk.bars = 2
    press(studio, kind="act", act="continue")
    press(studio, kind="lock", voices=["alto"], bars="1")
    before = studio.selected.score
    press(studio, kind="anew", bar=2)
    assert (studio.desk.locked_voices, studio.desk.locked_bars) == (["alto"], "1")
    assert studio.selected.parent == 2

    def outside(score: Any) -> list[Any]:
        return [(note.onset, note.pitch) for note in score.notes if not 4 <= note.onset < 8]

    assert outside(studio.selected.score) == outside(before)
    studio.desk._receive(None, {"kind": "anew", "bar": 9}, [])
    studio.settle()
    assert "the take has bars 1 to 3" in studio.desk.error


def test_the_motif_is_shown_as_it_is_typed(studio: Any) -> None:
    assert (studio.desk.motif, studio.desk.metre) == ("C5 D5 E5 G5", "4/4")
    press(studio, kind="prime", source="text", text="3/4 key=G\nG4 A4 B4 | D5:3")
    assert (studio.desk.motif, studio.desk.metre, studio.desk.key) == ("G4 A4 B4 | D5:3", "3/4", "G major")
    assert studio.sheet.room == 6 + 3, "an empty bar to sing into"
    press(studio, kind="wish", what="key", value="D major")
    assert (studio.desk.key, studio.desk.key_source) == ("D major", "asked")
    assert studio.selected.score.keys[0].fifths == 2
    press(studio, kind="wish", what="key", value="")
    assert (studio.desk.key, studio.desk.key_source) == ("G major", "file")
    studio.desk._receive(None, {"kind": "wish", "what": "tempo", "value": "9"}, [])
    assert "'tempo' of a motif cannot be chosen" in studio.desk.error


def test_somebody_answers_the_page(studio: Any) -> None:
    sent: list[dict] = []
    studio.desk.send = sent.append
    studio.desk.error = "still true"
    studio.desk._receive(None, {"kind": "hello"}, [])
    assert sent == [{"kind": "here"}]
    assert studio.desk.error == "still true"


def test_a_chord_that_is_named_otherwise_is_kept_with_the_take_its_journal_and_its_file(studio: Any) -> None:
    studio.prime("soprano: C5/2 B4/2\nalto: G4/2 G4/2\ntenor: E4/2 D4/2\nbass: C3/2 G2/2")
    take = studio.selected.id
    studio.sheet._receive(None, {"kind": "overrule", "onset": 2, "numeral": "V6/4", "key": ""}, [])
    studio.settle()
    assert studio.selected.id == take
    assert [chord.text for chord in studio.selected.score.chords] == ["C: V6/4"]
    assert studio.sheet.score.chords == studio.roll.score.chords == studio.selected.score.chords
    assert studio.tree.selected.kind == "given"
    _, _, content = studio.as_file("musicxml")
    assert content.count(b"<numeral>") == 2
    assert b'text="V6/4"' in content
    studio.sheet.chords = False
    assert studio.as_file("musicxml")[2].count(b"<numeral>") == 1, "what a person named alone"
    assert b"V6/4" not in studio.as_file("brf")[2]
    assert recover("last", folder=studio.journal_path.parent).take(take).score.chords == studio.selected.score.chords
    press(studio, kind="act", act="undo")
    assert studio.selected.score.chords == ()


def test_the_studio_shows_the_chords_unless_they_are_switched_off(studio: Any) -> None:
    assert studio.sheet.chords
    assert not studio.beside.has_trait("chords")


def test_the_list_of_takes_tells_how_they_close(studio: Any) -> None:
    voices = ("soprano: C5/2 F5/2 B4/2 C5/2", "alto: G4/2 C5/2 G4/2 G4/2", "tenor: E4/2 A4/2 D4/2 E4/2")
    studio.prime("\n".join((*voices, "bass: C3/2 F3/2 G3/2 C3/2")))
    studio.settle()
    assert [row.about.partition(" · ")[2] for row in studio.desk.takes] == ["", "I IV V I"]
    press(studio, kind="act", act="continue")
    studio.settle()
    assert studio.desk.takes[-1].about.partition(" · ")[2].startswith("… ")

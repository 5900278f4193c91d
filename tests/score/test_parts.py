"""Parts of a file as people have them: named, numbered, thinned to a line."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import PolyphonyError, SettingError
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Score, Voice
from musenb.score.parts import chosen_part, likely_tune, listed, most_together, only_part, outer_line, parts_of
from musenb.session import develop

CHORD = (Note(F(0), F(2), 60), Note(F(0), F(2), 64), Note(F(0), F(1), 67), Note(F(2), F(1), 62))
BAND = Score(
    voices=(
        Voice("Piano", CHORD),
        Voice("empty", ()),
        Voice("Vocals", (Note(F(0), F(1), 69), Note(F(1), F(1), 71))),
        Voice("Bass", (Note(F(0), F(4), 36),)),
        Voice("Bass 2", (Note(F(0), F(4), 40),)),
    )
)


def test_parts_are_told_in_words() -> None:
    assert listed(BAND).splitlines() == [
        "1 Piano: 4 notes, C4 to G4, up to 3 notes together",
        "3 Vocals: 2 notes, A4 to B4, one line (likely the tune)",
        "4 Bass: 1 note, C2 to C2, one line",
        "5 Bass 2: 1 note, E2 to E2, one line",
    ]


def test_without_a_name_the_highest_single_line_is_the_likely_tune() -> None:
    score = score_from_text('"one": C3 D3\n"two": C5 D5\n"three": C4 D4')
    assert likely_tune(score).name == "two"


@pytest.mark.parametrize("which", [3, "3", "vocals", "VOC", " Vocals "])
def test_a_part_by_number_and_by_name(which: int | str) -> None:
    assert [voice.name for voice in only_part(BAND, which).voices] == ["Vocals"]


def test_a_whole_name_comes_before_a_beginning() -> None:
    assert only_part(BAND, "bass").voices[0].notes[0].pitch == 36


@pytest.mark.parametrize("which", [0, 2, 6, -1, True, "", "violin", "b", None])
def test_another_part_is_refused_with_the_list(which: object) -> None:
    with pytest.raises(SettingError, match=r"means (no part|2 parts); the score has 1 Piano"):
        only_part(BAND, which)  # type: ignore[arg-type]


def test_no_part_at_all() -> None:
    with pytest.raises(SettingError, match="no part with notes"):
        likely_tune(Score(voices=()))


def test_top_and_bottom_of_chords() -> None:
    assert [(note.pitch, note.duration) for note in outer_line(CHORD, "top")] == [(67, 1), (62, 1)]
    assert [(note.pitch, note.duration) for note in outer_line(CHORD, "bottom")] == [(60, 2), (62, 1)]
    with pytest.raises(SettingError, match="'middle' is neither"):
        outer_line(CHORD, "middle")  # type: ignore[arg-type]


NOTES = st.lists(
    st.builds(Note, st.integers(0, 12).map(F), st.integers(1, 5).map(F), st.integers(40, 80)), min_size=1, max_size=12
)


@given(notes=NOTES, line=st.sampled_from(["top", "bottom"]))
def test_an_outer_line_is_one_line_of_notes_that_were_there(notes: list[Note], line: str) -> None:
    chosen = outer_line(tuple(notes), line)  # type: ignore[arg-type]
    assert most_together(chosen) == 1
    there = {(note.onset, note.pitch) for note in notes}
    assert {(note.onset, note.pitch) for note in chosen} <= there
    assert parts_of(Score(voices=(Voice("x", chosen),)))[0].lines == 1


def test_of_many_parts_twelve_are_listed() -> None:
    score = score_from_text("\n".join(f'"part {number}": C4' for number in range(40)))
    assert listed(score).splitlines()[-1] == "and 28 more"


def test_more_lines_than_fit_are_answered_with_the_parts() -> None:
    chords = Voice("Keys", tuple(Note(F(0), F(1), pitch) for pitch in range(60, 72, 2)))
    alone = Score(voices=(chords,))
    with pytest.raises(PolyphonyError, match=r"6 notes sound together .*; of its chords line='top' \(--line top\)"):
        develop(alone, bars=1)
    band = Score(voices=(chords, *BAND.voices[2:]))
    with pytest.raises(PolyphonyError, match=r"; choose one part, part=1 \(--part 1\): 1 Keys: .*; 2 Vocals"):
        develop(band, bars=1)
    with pytest.raises(SettingError, match="line 'top' is of one part; choose one part"):
        develop(band, bars=1, line="top")
    with pytest.raises(SettingError, match="no part with notes"):
        chosen_part(Score(voices=()), None, "top")


def test_a_part_and_a_line_are_gone_on_from() -> None:
    take = develop(BAND, part="vocals", bars=1, seed=1)
    assert [note.pitch for note in take.score.voices[0].notes if not note.origin.generated] == [69, 71]
    top = develop(Score(voices=BAND.voices[:1]), line="top", bars=1, seed=1)
    assert [note.pitch for note in top.score.voices[0].notes if not note.origin.generated] == [67, 62]

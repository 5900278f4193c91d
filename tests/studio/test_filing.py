"""A file in the drawer Begin: its parts are offered, and one of them becomes the motif."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from musenb.errors import PolyphonyError, SettingError
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Score, Voice
from musenb.studio.filing import FileChooser, part_rows
from musenb.widgets.desk import Desk

LEAD = score_from_text("C5 D5 E5 G5").voices[0].notes
CHORDS = tuple(Note(Fraction(onset), Fraction(2), pitch) for onset in (0, 2) for pitch in (48, 52, 55))
POP = Score(voices=(Voice("Piano", CHORDS), Voice("Lead", LEAD), Voice("", ())))


class Taken:
    """Takes motifs of at most so many parts, as a model does."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken: list[tuple[Score, int]] = []

    def __call__(self, score: Score, semitones: int) -> None:
        if len(score.voices) > self.most:
            raise PolyphonyError(f"{len(score.voices)} lines")
        self.taken.append((score, semitones))


def chooser(most: int) -> tuple[FileChooser, Desk, Taken]:
    desk, taken = Desk(), Taken(most)
    return FileChooser(desk, taken), desk, taken


def test_parts_are_listed_with_what_they_are_and_the_likely_tune() -> None:
    assert [tuple(row) for row in part_rows(POP)] == [
        (1, "Piano", "6 notes, C3 to G3, up to 3 together", 3, False),
        (2, "Lead", "4 notes, C5 to G5, one line", 1, True),
    ]
    alone = Score(voices=(Voice("", (Note(Fraction(0), Fraction(1), 60),)),))
    assert [tuple(row) for row in part_rows(alone)] == [(1, "Part 1", "1 note, C4 to C4, one line", 1, False)]


def test_what_fits_is_taken_whole_and_its_parts_are_offered_all_the_same() -> None:
    file, desk, taken = chooser(most=4)
    file.open(POP, "pop.mid")
    assert taken.taken == [(POP, 0)]
    assert (desk.file_name, len(desk.file_parts), desk.file_chosen, desk.drawer) == ("pop.mid", 2, "0", "")


def test_what_does_not_fit_is_asked_about_and_a_part_of_it_taken() -> None:
    file, desk, taken = chooser(most=1)
    file.open(POP, "pop.mid")
    assert (taken.taken, desk.error) == ([], "")
    assert (desk.drawer, desk.begin_tab, desk.file_chosen) == ("begin", "file", "")
    desk.prime_octave = -1
    file.choose(2)
    file.choose(1, "top")
    (lead, lower), (top, _) = taken.taken
    assert (lead.voices, lower) == ((Voice("Lead", LEAD),), -12)
    assert [note.pitch for note in top.voices[0].notes] == [55, 55]
    assert desk.file_chosen == "1 top"
    file.leave()
    assert desk.file_chosen == ""


@pytest.mark.parametrize(
    ("choice", "told"),
    [((1, ""), "there is no file yet"), ((1, "middle"), "line 'middle' is neither"), ((7, ""), "part 7 means no part")],
)
def test_what_cannot_be_chosen_is_named(choice: Any, told: str) -> None:
    file, _, taken = chooser(most=4)
    if "no file" not in told:
        file.open(POP, "pop.mid")
        taken.taken.clear()
    with pytest.raises(SettingError, match=told):
        file.choose(*choice)
    assert taken.taken == []


def test_a_file_without_notes_says_so() -> None:
    file, desk, _ = chooser(most=-1)
    with pytest.raises(PolyphonyError, match="0 lines"):
        file.open(Score(), "empty.mid")
    assert (desk.file_parts, desk.drawer) == ([], "")

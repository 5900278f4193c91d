"""Chord line of a sheet: labels as the page gets them, when they are found, and what a person names otherwise."""

from __future__ import annotations

import time
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

import musenb.widgets.chord_line as chord_line
from musenb.analysis.harmony import has_chords
from musenb.errors import SettingError
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Score
from musenb.widgets.chord_line import chord_rows, overruled
from musenb.widgets.sheet import Sheet
from musenb.widgets.sheet_press import lay_out_sheet
from musenb.widgets.wire.sheet import ChordRow

# I, V, I in C major, a chord a half note.
CHORALE = "soprano: C5/2 B4/2 C5/1\nalto: G4/2 G4/2 G4/1\ntenor: E4/2 D4/2 E4/1\nbass: C3/2 G2/2 C3/1"


def chorale() -> Score:
    return score_from_text(CHORALE)


def numerals(rows: list[Any]) -> list[str]:
    return [ChordRow(*row).numeral for row in rows]


def until(condition: Any) -> None:
    """Wait for a condition."""
    stop = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < stop, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def sheet() -> Iterator[Sheet]:
    made = Sheet(chorale(), chords=True)
    until(lambda: made.chord_rows)
    yield made
    made.close()


def test_the_line_has_numerals_with_their_places_and_the_key_where_it_begins() -> None:
    rows = chord_rows(chorale())
    assert numerals(rows) == ["I", "V", "I"]
    assert [(row.onset, row.end) for row in rows] == [(0, 2), (2, 4), (4, 8)]
    assert [row.key_begins for row in rows] == [True, False, False]
    assert {row.key for row in rows} == {"C major"}
    assert all(row.trust == "sure" and 0.5 <= row.confidence <= 1 for row in rows)


def test_keys_are_named_as_high_as_the_score_is_shown() -> None:
    assert {row.key for row in chord_rows(chorale(), moved=-3)} == {"A major"}


def test_a_tune_alone_has_no_chords_and_a_very_long_piece_none_that_are_looked_for() -> None:
    tune = score_from_text("C5 D5 E5 G5")
    assert not has_chords(tune)
    assert chord_rows(tune) == []
    late = Note(Fraction(chord_line.MOST_QUARTERS), Fraction(1), 60)
    first, *others = chorale().voices
    long = Score((type(first)(first.name, (*first.notes, late)), *others))
    assert has_chords(long)
    assert chord_rows(long) == []


def test_a_label_that_a_person_chose_stands_and_can_be_taken_back() -> None:
    named = overruled(chorale(), 2.5, "V6/4", "")
    row = chord_rows(named)[1]
    assert (row.numeral, row.overruled, row.confidence, row.second) == ("V6/4", True, 1.0, ("V", "C major"))
    assert chord_rows(overruled(named, 2, "", ""))[1].numeral == "V"
    assert overruled(named, 2, "", "").chords == ()


def test_a_key_is_taken_as_it_is_shown() -> None:
    named = overruled(chorale(), 2, "I", "A major", moved=2)
    assert [chord.text for chord in named.chords] == ["G: I"]
    assert chord_rows(named, moved=2)[1].key == "A major"


@pytest.mark.parametrize(
    ("onset", "numeral", "key", "words"),
    [
        (2, "Q7", "", "'Q7' is no numeral"),
        (9, "V", "", "there is no chord at quarter 9"),
        (2, "V", "H", "a key is like"),
    ],
)
def test_what_cannot_be_a_label_is_refused(onset: float, numeral: str, key: str, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        overruled(chorale(), onset, numeral, key)


def test_a_sheet_names_its_chords_and_keeps_what_is_named_otherwise(sheet: Sheet) -> None:
    assert numerals(sheet.chord_rows) == ["I", "V", "I"]
    sheet._receive(None, {"kind": "overrule", "onset": 2, "numeral": "vii", "key": ""}, [])
    until(lambda: numerals(sheet.chord_rows)[1] == "vii")
    assert [(chord.onset, chord.text) for chord in sheet.score.chords] == [(2, "C: vii")]


def test_what_is_refused_is_told_in_the_cell(sheet: Sheet) -> None:
    sheet._receive(None, {"kind": "overrule", "onset": 2, "numeral": "?", "key": ""}, [])
    assert "'?' is no numeral" in sheet.error


def test_who_asks_for_it_gets_the_score_in_place_of_the_sheet(sheet: Sheet) -> None:
    heard: list[Score] = []
    sheet.on_overruled(heard.append)
    sheet.overrule(0, "vi")
    assert [score.chords[0].text for score in heard] == ["C: vi"]
    assert sheet.score.chords == ()


def test_chords_are_named_when_the_notes_rest_not_while_they_come(
    sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: list[Score] = []

    def counted(score: Score, *, moved: int = 0) -> list[ChordRow]:
        named.append(score)
        return chord_rows(score, moved=moved)

    monkeypatch.setattr(chord_line, "chord_rows", counted)
    edition = sheet.plan["edition"]
    for quarter in range(8, 12):
        sheet.append([(voice, Note(quarter, 1, pitch)) for voice, pitch in enumerate((77, 69, 65, 53))])
    until(lambda: sheet.plan["edition"] > edition)
    assert named == []
    assert numerals(sheet.chord_rows) == ["I", "V", "I"]
    whole = sheet._music()
    sheet.commit(whole)
    until(lambda: len(sheet.chord_rows) > 3)
    assert [score is whole for score in named] == [True]


def test_a_sheet_without_the_line_names_nothing() -> None:
    sheet = Sheet(chorale())
    try:
        assert sheet.wait(60)
        assert not sheet._unlabelled
        sheet.chords = True
        until(lambda: numerals(sheet.chord_rows) == ["I", "V", "I"])
    finally:
        sheet.close()


def test_numerals_are_not_drawn_a_second_time_below_a_line_of_chords() -> None:
    named = overruled(chorale(), 2, "V7", "")
    look = {"edition": 1, "width": 900, "staves": "each", "transpose": 0, "growing": False}
    assert lay_out_sheet(named, **look, chords=True).score.chords == ()
    assert len(lay_out_sheet(named, **look).score.chords) == 1


def test_a_page_without_a_kernel_has_the_line(sheet: Sheet) -> None:
    assert numerals(sheet.page_state()["chord_rows"]) == ["I", "V", "I"]

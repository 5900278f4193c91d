"""Marks beside the notes: irregular measures, repeats, chord symbols, notices."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest

from musenb.errors import ScoreError
from musenb.score.from_text import score_from_text
from musenb.score.marks import ChordSymbol, MeasureLength, Notice, Repeat, notice_sentence
from musenb.score.note import TimeSignature

EIGHT = score_from_text("C4 D4 E4 F4 G4 A4 B4 C5")


def edges(score: object) -> list[int]:
    return [int(bar.onset) for bar in score.bars()]


def test_a_metre_begins_a_bar_where_it_stands() -> None:
    changed = dataclasses.replace(EIGHT, metres=(TimeSignature(), TimeSignature(Fraction(2), 3, 4)))
    assert edges(changed) == [0, 2, 5]


def test_a_measure_has_the_length_that_is_told() -> None:
    short = dataclasses.replace(EIGHT, measures=(MeasureLength(Fraction(0), Fraction(3)),))
    long = dataclasses.replace(EIGHT, measures=(MeasureLength(Fraction(0), Fraction(6)),))
    assert edges(short) == [0, 3, 7]
    assert edges(long) == [0, 6]


def test_cutting_moves_the_marks() -> None:
    marked = dataclasses.replace(
        EIGHT, repeats=(Repeat(Fraction(4), "forward"),), chords=(ChordSymbol(Fraction(5), "Am"),)
    )
    part = marked.cut(Fraction(4), Fraction(8))
    assert part.repeats == (Repeat(Fraction(0), "forward"),)
    assert part.chords == (ChordSymbol(Fraction(1), "Am"),)
    assert marked.cut(Fraction(0), Fraction(4)).repeats == ()


def test_transposing_says_that_chord_symbols_are_left_out() -> None:
    moved = dataclasses.replace(EIGHT, chords=(ChordSymbol(Fraction(0), "C"),)).transpose(2)
    assert moved.chords == ()
    assert [str(notice) for notice in moved.notices] == ["1 chord symbol left out in transposing"]


def test_notices_are_one_sentence() -> None:
    notices = [Notice("grace notes", "left out", 3, "bar 2"), Notice("lyrics", "left out", 40)]
    assert notice_sentence(notices) == "3 grace notes left out; 40 lyrics left out."
    assert notice_sentence([]) == ""


@pytest.mark.parametrize(
    ("notice", "told"),
    [
        (Notice("grace notes", "left out"), "1 grace note left out"),
        (Notice("notes without an end", "held", 1, "bar 2"), "1 note without an end held (bar 2)"),
        (Notice("sustain pedal presses", "left out"), "1 sustain pedal press left out"),
        (Notice("lyrics", "left out", 3, "bar 1"), "3 lyrics left out (first: bar 1)"),
    ],
)
def test_a_notice_counts(notice: Notice, told: str) -> None:
    assert str(notice) == told


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: MeasureLength(Fraction(4), Fraction(0)), "length 0 of the measure at quarter 4"),
        (lambda: Repeat(Fraction(1), "again"), "repeat 'again' at quarter 1 is none of forward"),
        (lambda: ChordSymbol(Fraction(0), "C", "letter"), "kind 'letter' at quarter 0 is none of chord"),
    ],
)
def test_a_mark_outside_its_table_is_refused(build: object, told: str) -> None:
    with pytest.raises(ScoreError, match=told):
        build()

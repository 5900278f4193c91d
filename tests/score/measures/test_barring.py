"""Written measures of any length as regular bars."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest

from musenb.score.measures.barring import Measure, fit_bars, metre_of_length
from musenb.score.note import Score, TimeSignature

FOUR, THREE, SIX = TimeSignature(beats=4), TimeSignature(beats=3), TimeSignature(beats=6, unit=8)


def measures(*lengths: int | float) -> list[Measure]:
    exact = [Fraction(length) for length in lengths]
    return [Measure(onset, length) for onset, length in zip(itertools.accumulate(exact, initial=Fraction(0)), exact)]  # noqa: B905


def told(metres: tuple[TimeSignature, ...]) -> list[tuple[Fraction, int, int]]:
    return [(m.onset, m.beats, m.unit) for m in metres]


@pytest.mark.parametrize(
    ("lengths", "written", "anacrusis", "irregular"),
    [
        ((), FOUR, 0, []),
        ((4, 4, 4), FOUR, 0, []),
        ((1, 4, 3), FOUR, 1, []),  # an upbeat, and a last bar that makes up for it
        ((2.5, 3, 3), SIX, 2.5, []),
        ((3,), FOUR, 0, []),  # one unfinished bar is no upbeat
        ((1, 4, 3, 1, 4), FOUR, 1, []),  # a repeat sign inside a bar
        ((4, 3, 4), FOUR, 0, [(4, 3)]),
        ((4, 4.5, 4, 4), FOUR, 0, [(4, 4.5)]),
        ((10, 4), FOUR, 0, [(0, 10)]),
        ((4, 5), FOUR, 0, [(4, 5)]),
        ((4, 8), FOUR, 0, []),  # a last note of two bars
    ],
)
def test_bars_fall_on_the_written_bar_lines(lengths, written, anacrusis, irregular) -> None:
    found, metres, told_lengths = fit_bars(measures(*lengths), [written])
    assert found == anacrusis
    assert metres == (written,)
    assert [(mark.onset, mark.length) for mark in told_lengths] == irregular
    last = sum(Fraction(length) for length in lengths)
    edges = [bar.onset for bar in Score(metres=metres, anacrusis=found, measures=told_lengths).bars(last)]
    assert {Fraction(0), *itertools.accumulate(map(Fraction, lengths))} >= {edge for edge in edges if edge != 8}


def test_a_written_change_of_metre_is_kept() -> None:
    changes = [THREE, TimeSignature(Fraction(7), 4, 4)]
    anacrusis, fitted, irregular = fit_bars(measures(1, 3, 3, 4, 4), changes)
    assert told(fitted) == [(0, 3, 4), (7, 4, 4)]
    assert irregular == ()
    starts = [bar.onset for bar in Score(metres=fitted, anacrusis=anacrusis).bars(Fraction(15))]
    assert starts == [0, 1, 4, 7, 11]


def test_a_short_bar_before_a_new_metre_is_no_half_of_one() -> None:
    changes = [FOUR, TimeSignature(Fraction(7), 2, 4)]
    anacrusis, _, irregular = fit_bars(measures(4, 3, 1, 2), changes)
    assert (anacrusis, [(mark.onset, mark.length) for mark in irregular]) == (0, [(4, 3), (7, 1)])


def test_a_length_without_a_metre() -> None:
    assert metre_of_length(Fraction(7, 3), FOUR) is None
    assert told((metre_of_length(Fraction(5, 2), SIX),)) == [(0, 5, 8)]  # type: ignore[arg-type]

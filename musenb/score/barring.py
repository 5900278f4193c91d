"""Fit written measures of any length to the regular bars of a Score.

A Score knows bars only by its anacrusis and its metres. Written music has more: a bar broken by a repeat sign, an
incomplete last bar, a cadenza. This module chooses the anacrusis and the metre changes that keep every bar line.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from musenb.score.note import TimeSignature


@dataclass(frozen=True, slots=True)
class Measure:
    """One written measure: where it begins and how long it is, in quarters."""

    onset: Fraction
    length: Fraction


def fit_bars(
    measures: Sequence[Measure], metres: Sequence[TimeSignature]
) -> tuple[Fraction, tuple[TimeSignature, ...]]:
    """Return the anacrusis (quarters) and the metres under which the bars of a Score fall on the written bar lines.

    A short first measure is the anacrusis. Two neighbours that together fill one bar (a repeat sign inside the bar)
    count as one. Any other measure but the last whose length is not its metre's gets a metre of its own, and the next
    measure returns to the written one. A length that no metre can tell is left to the written metre.

    Parameters
    ----------
    measures : sequence of Measure
        Sorted, without gaps; may be empty.
    metres : sequence of TimeSignature
        As written, sorted by onset; 4/4 holds before the first.
    """
    written = list(metres) or [TimeSignature()]
    first = dataclasses.replace(written[0], onset=Fraction(0))
    if not measures:
        return Fraction(0), tuple(written)
    anacrusis = measures[0].length if measures[0].length < first.bar_length and len(measures) > 1 else Fraction(0)
    if anacrusis and anacrusis + measures[1].length == first.bar_length and len(measures) == 2:
        anacrusis = Fraction(0)
    fitted = [first]
    index = 1 if anacrusis else 0
    while index < len(measures):
        here = measures[index]
        metre = [m for m in written if m.onset <= here.onset or m is written[0]][-1]
        last = index == len(measures) - 1
        taken = 1
        if here.length != metre.bar_length and not last:
            if here.length + measures[index + 1].length == metre.bar_length:
                taken = 2
            else:
                metre = metre_of_length(here.length, metre) or metre
        if (metre.beats, metre.unit) != (fitted[-1].beats, fitted[-1].unit):
            fitted.append(dataclasses.replace(metre, onset=here.onset))
        index += taken
    if fitted[1:] and fitted[1].onset == 0:
        fitted = fitted[1:]
    return anacrusis, tuple(fitted)


def metre_of_length(length: Fraction, written: TimeSignature) -> TimeSignature | None:
    """Return a metre whose bar lasts `length` quarters, if possible in the unit of `written`; None without one."""
    for unit in (written.unit, 4, 8, 16, 32, 64):
        beats = length * unit / 4
        if beats.denominator == 1 and 1 <= beats <= 64:
            return TimeSignature(written.onset, int(beats), unit)
    return None

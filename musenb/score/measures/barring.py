"""Rebarring: written measures of any length fitted to the bars of a Score.

Written music has more than regular bars: a bar broken by a repeat sign, an incomplete last bar, a cadenza. This module
chooses the anacrusis, keeps the written metres, and tells which bars have a length of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from musenb.score.marks import MeasureLength
from musenb.score.note import TimeSignature


@dataclass(frozen=True, slots=True)
class Measure:
    """One written measure: where it begins and how long it is, in quarters, and whether it is numbered as an upbeat."""

    onset: Fraction
    length: Fraction
    upbeat: bool = False


def fit_bars(
    measures: Sequence[Measure], metres: Sequence[TimeSignature]
) -> tuple[Fraction, tuple[TimeSignature, ...], tuple[MeasureLength, ...]]:
    """Return the anacrusis (quarters), the metres, and the lengths of irregular bars, for a Score with these bar lines.

    A short first measure is the anacrusis; an only one is when its number says so. Two neighbours of one metre that
    together fill a bar (a repeat sign inside the bar) count as one. Any other measure whose length is not its metre's
    is an irregular bar, save that a short last one counts as unfinished and one of two or more full bars as these.

    Parameters
    ----------
    measures : sequence of Measure
        Sorted, without gaps; may be empty.
    metres : sequence of TimeSignature
        As written, sorted by onset; 4/4 holds before the first.
    """
    written = list(metres) or [TimeSignature()]
    if written[0].onset > 0:
        written.insert(0, TimeSignature())
    if not measures:
        return Fraction(0), tuple(written), ()
    first = written[0].bar_length
    short_first = measures[0].length < first and (len(measures) > 1 or measures[0].upbeat)
    whole_pair = len(measures) > 1 and measures[0].length + measures[1].length == first
    anacrusis = measures[0].length if short_first and not whole_pair else Fraction(0)
    irregular = []
    index, change = (1 if anacrusis else 0), 0
    while index < len(measures):
        here = measures[index]
        while change + 1 < len(written) and written[change + 1].onset <= here.onset:
            change += 1
        full = written[change].bar_length
        after = measures[index + 1] if index + 1 < len(measures) else None
        if after is not None and here.length < full and here.length + after.length == full:
            changes = change + 1 < len(written) and written[change + 1].onset == after.onset
            if not changes:
                index += 2
                continue
        odd = here.length % full != 0 if after is None else here.length != full
        if odd and not (after is None and here.length < full):
            irregular.append(MeasureLength(here.onset, here.length))
        index += 1
    return anacrusis, tuple(written), tuple(irregular)


def metre_of_length(length: Fraction, written: TimeSignature) -> TimeSignature | None:
    """Return a metre whose bar lasts `length` quarters, if possible in the unit of `written`; None without one."""
    for unit in (written.unit, 4, 8, 16, 32, 64):
        beats = length * unit / 4
        if beats.denominator == 1 and 1 <= beats <= 64:
            return TimeSignature(written.onset, int(beats), unit)
    return None

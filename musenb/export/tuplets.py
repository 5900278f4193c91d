"""Tuplets: the stretches of a bar that are divided into 3, 5, 7 or another number that halves do not reach.

A tuplet fills a part of the bar between two of its beats, the smallest one that its notes begin and end with. It has n
notes in the time of the next smaller power of two, or, over three beats, of three times one. Tuplets inside tuplets are
written as one with the product of their numbers.

References
----------
E. Gould (2011), *Behind Bars*, Faber Music: tuplets, "the number of notes that they replace".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from musenb.export.beaming import groups_of
from musenb.score.note import TimeSignature

LARGEST_NUMBER = 127
FINEST = 4  # a tuplet within a beat may hold notes of a quarter of its unit


class UnwritableError(Exception):
    """A time has no symbol: neither halves of the beat nor tuplets reach it."""


@dataclass(frozen=True, slots=True)
class Tuplet:
    """From `start` to `end` (quarters of the bar) `actual` notes in the time of `normal`."""

    start: Fraction
    end: Fraction
    actual: int
    normal: int

    @property
    def stretched(self) -> Fraction:
        """What a time inside must be multiplied by to be read as written."""
        return Fraction(self.actual, self.normal)

    @property
    def unit(self) -> Fraction:
        """Written quarters of each of the `actual` notes."""
        return (self.end - self.start) / self.normal


def tuplets_of(metre: TimeSignature, boundaries: Sequence[Fraction], shortest: Fraction) -> list[Tuplet]:
    """Return the tuplets of one line of music in one bar, in order.

    Parameters
    ----------
    metre : TimeSignature
    boundaries : sequence of Fraction
        Where symbols begin and end, in quarters of the bar, sorted.
    shortest : Fraction
        The shortest symbol, in quarters.

    Raises
    ------
    UnwritableError
        A boundary lies where no tuplet reaches; its argument is the first such time.
    """
    if not any(map(_odd, boundaries)):
        return []
    return [found for start, end in _tops(metre, boundaries) for found in _halved(start, end, boundaries, shortest)]


def _odd(time: Fraction) -> bool:
    """Return whether halving a quarter never reaches a time."""
    return time.denominator & (time.denominator - 1) != 0


def _tops(metre: TimeSignature, boundaries: Sequence[Fraction]) -> Iterator[tuple[Fraction, Fraction]]:
    """Yield the stretches that can be halved again and again: bars, or the units of a bar that cannot.

    A bar or a compound beat of three units is one, too, where its notes take no notice of the units.
    """
    unit = Fraction(4, metre.unit)
    groups = groups_of(metre) or (metre.beats,)
    start = Fraction(0)
    while start < boundaries[-1]:
        for beats in groups:
            yield from _tops_of_group(start, beats, unit, boundaries)
            start += beats * unit


def _tops_of_group(
    start: Fraction, beats: int, unit: Fraction, boundaries: Sequence[Fraction]
) -> Iterator[tuple[Fraction, Fraction]]:
    """Yield the stretches of a regular bar, or of a group of an irregular one, that begins at `start`."""
    end = start + beats * unit
    if beats & (beats - 1) == 0 or (beats == 3 and _over_three(start, end - start, boundaries)):
        yield start, end
        return
    step = 3 if beats % 3 == 0 and beats > 3 else 1
    for beat in range(0, beats, step):
        first = start + beat * unit
        if step == 3 and _over_three(first, 3 * unit, boundaries):
            yield first, first + 3 * unit
        else:
            yield from ((first + k * unit, first + (k + 1) * unit) for k in range(step))


def _over_three(start: Fraction, length: Fraction, boundaries: Iterable[Fraction]) -> bool:
    """Return whether the notes of three units divide them into 5, 7 or another number, without the units between."""
    inside = [(time - start) / length for time in boundaries if start < time < start + length]
    odd = any(_odd(place * length + start) for place in inside)
    thirds = any(place * 3 % 1 == 0 for place in inside)
    if not odd or thirds:
        return False
    number = math.lcm(*(place.denominator for place in inside))
    return number % 2 == 1 and number % 3 != 0 and number <= LARGEST_NUMBER


def _halved(
    start: Fraction,
    end: Fraction,
    boundaries: Iterable[Fraction],
    shortest: Fraction,
) -> list[Tuplet]:
    """Return the tuplets between `start` and `end`."""
    inside = [time for time in boundaries if start < time < end]
    odd = [time for time in inside if _odd(time)]
    if not odd:
        return []
    length, middle = end - start, (start + end) / 2
    if middle not in inside:
        divided = math.lcm(*(((time - start) / length).denominator for time in inside))
        number = divided // (divided & -divided)
        fine = divided // number
        if number <= LARGEST_NUMBER and (fine == 1 or (length <= 1 and fine <= FINEST)):
            normal = _normal(number, length)
            if length / normal / fine >= shortest:
                return [Tuplet(start, end, number, normal)]
    if length <= shortest * 4:
        raise UnwritableError(odd[0])
    return _halved(start, middle, inside, shortest) + _halved(middle, end, inside, shortest)


def _normal(number: int, length: Fraction) -> int:
    """Return in whose time `number` notes stand: the next smaller power of two, times three over three units."""
    normal = 3 if length.numerator % 3 == 0 else 1
    while normal * 2 < number:
        normal *= 2
    return normal

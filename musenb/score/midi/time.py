"""MIDI tick to quarter conversion, exact: tuplets that the ticks of a quarter cannot hold are seen as such.

A file of 100 ticks a quarter writes a triplet as 0, 33, 67; its author meant 0, 1/3, 2/3. Two kinds of evidence count:

- A beat (a half, one, two or four quarters) whose onsets are exactly n, evenly spaced within the rounding of a tick.
- For triplets and the binary values down to a 32nd: four of five onsets of the file that are beside the plain grid are
  such a value within the rounding of a tick. What people played falls near one by chance far more seldom.

All other ticks are taken as they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import groupby

Quarters = Callable[[int], Fraction]

PLAIN = 8
BEATS = (Fraction(1, 2), Fraction(1), Fraction(2), Fraction(4))
TUPLETS = (3, 5, 6, 7, 9, 10, 11, 12, 13)
VALUES = (2, 3, 4, 6, 8, 12)
COARSEST_STEP = 4


def exact_times(tracks: Iterable[Sequence[int]], tpq: int) -> Quarters:
    """Return the function from ticks to quarters, given the sorted onsets of each track and the ticks of a quarter."""
    table: dict[int, Fraction] = {}
    loose: set[int] = set()
    for onsets in tracks:
        distinct = sorted(set(onsets))
        off = [tick for tick in distinct if not _is_plain(tick, tpq)]
        if off:
            loose.update(off)
            table |= _even_beats(distinct, tpq)
    values = [value for value in VALUES if tpq % value and tpq >= COARSEST_STEP * value]
    seen = {tick for tick in loose if _nearest_value(tick, tpq, values) is not None}
    others = loose - seen - table.keys()
    if len(seen) < 4 * len(others) or not seen:
        values = []

    def quarters(tick: int) -> Fraction:
        time = table.get(tick)
        if time is None:
            time = None if _is_plain(tick, tpq) else _nearest_value(tick, tpq, values)
            table[tick] = time = Fraction(tick, tpq) if time is None else time
        return time

    return quarters


def _is_plain(tick: int, tpq: int) -> bool:
    """Tell whether a tick is exactly on a 32nd or, where the division has them, on a triplet of 32nds."""
    return tick * PLAIN % tpq == 0 or (tpq % 3 == 0 and tick * 3 * PLAIN % tpq == 0)


def _nearest_value(tick: int, tpq: int, values: Sequence[int]) -> Fraction | None:
    """Return the coarsest of the note values 1/value that a tick is, cut or rounded to a whole tick."""
    for value in values:
        number = (tick * value + tpq // 2) // tpq
        if abs(tick * value - number * tpq) < value:
            return Fraction(number, value)
    return None


def _even_beats(onsets: Sequence[int], tpq: int) -> dict[int, Fraction]:
    """Return the exact times of the onsets that divide a beat evenly, as far as whole ticks allow."""
    table: dict[int, Fraction] = {}
    for beat in BEATS:
        length = beat * tpq
        if length.denominator > 1:
            continue
        for number, group in groupby(onsets, key=int(length).__rfloordiv__):
            inside = list(group)
            parts = len(inside)
            if parts not in TUPLETS or int(length) % parts == 0:
                continue
            start = number * int(length)
            if length < 3 * parts or all(_is_plain(tick, tpq) for tick in inside):
                continue
            distances = (abs((tick - start) * parts - n * int(length)) for n, tick in enumerate(inside))
            if all(distance < parts for distance in distances):
                times = (beat * number + beat * n / parts for n in range(parts))
                table.update(zip(inside, times, strict=True))
    return table

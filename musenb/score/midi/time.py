"""MIDI tick to quarter conversion, exact: tuplets that the ticks of a quarter cannot hold are seen as such.

A file of 100 ticks a quarter writes a triplet as 0, 33, 67; its author meant 0, 1/3, 2/3. Three kinds of evidence:

- A beat (a half, one, two or four quarters) whose onsets are exactly n, evenly spaced within the rounding of a tick.
- For triplets and the binary values down to a 32nd: four of five onsets of the file that are beside the plain grid are
  such a value within the rounding of a tick. What people played falls near one by chance far more seldom.
- For quintuplets and septuplets with rests or longer notes: all onsets of a beat that are beside the plain grid and not
  such values are n-ths of it within the rounding of a tick. Of one onset that says little: the beats count when so many
  places in them would be met by chance less than once in fifty files, and with the other values they are four of five
  onsets, as above. Below 100 ticks a quarter a few places can be taken for simple values.

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
SIMPLE = 12  # sixteenths and triplets of eighths
PARTIAL = (5, 7)
PARTIAL_BEATS = (Fraction(1), Fraction(2), Fraction(1, 2), Fraction(4))
COARSEST_STEP = 4
LIKELIEST_CHANCE = 1 / 50


def exact_times(tracks: Iterable[Sequence[int]], tpq: int) -> Quarters:
    """Return the function from ticks to quarters, given the sorted onsets of each track and the ticks of a quarter."""
    table: dict[int, Fraction] = {}
    loose: set[int] = set()
    off_grid: list[list[int]] = []
    for onsets in tracks:
        distinct = sorted(set(onsets))
        off = [tick for tick in distinct if not _is_plain(tick, tpq)]
        if off:
            loose.update(off)
            even = _even_beats(distinct, tpq)
            table |= even
            off_grid.append([tick for tick in off if tick not in even])
    values = [value for value in VALUES if tpq % value and tpq >= COARSEST_STEP * value]
    seen = {tick for tick in loose if _nearest_value(tick, tpq, values) is not None}
    others = loose - seen - table.keys()
    beats = PartialTuplets(tpq)
    for off in off_grid:
        beats.read(off, seen)
    if beats.by_chance >= LIKELIEST_CHANCE or len(seen | beats.ticks) < 4 * len(others - beats.ticks):
        beats = PartialTuplets(tpq)
    if len(seen) < 4 * len(others - beats.ticks) or not seen:
        values = []

    def quarters(tick: int) -> Fraction:
        time = table.get(tick)
        if time is None:
            time = beats.time(tick)
            if time is None and not _is_plain(tick, tpq):
                time = _nearest_value(tick, tpq, () if beats.holds(tick) else values)
            table[tick] = time = Fraction(tick, tpq) if time is None else time
        return time

    return quarters


class PartialTuplets:
    """Beats that hold some notes of a quintuplet or septuplet, in a file of `tpq` ticks a quarter.

    Attributes
    ----------
    ticks : set of int
        The onsets that are explained so.
    by_chance : float
        The chance that ticks of no meaning lie on all these places, 0..1.
    """

    def __init__(self, tpq: int) -> None:
        self.ticks: set[int] = set()
        self._tpq = tpq
        self._lengths = [int(beat * tpq) for beat in PARTIAL_BEATS if (beat * tpq).denominator == 1]
        self._grids = [
            (length, parts) for length in self._lengths for parts in PARTIAL if length >= COARSEST_STEP * parts
        ]
        self._parts: dict[tuple[int, int], int] = {}
        self._places: dict[tuple[int, int], set[int]] = {}

    @property
    def by_chance(self) -> float:
        """See the class. Each place in a beat counts once: swing meets one and the same again and again."""
        chance, near = 1.0, 0.0
        for length, parts in self._grids:
            near += 2 * (parts - 1) / length  # ticks within one of a part, among those of the beat
            chance *= min(1.0, near) ** len(self._places.get((length, parts), ()))
        return chance

    def read(self, onsets: Sequence[int], seen: set[int]) -> None:
        """Take the sorted onsets of a track that are beside the plain grid; `seen` are simple values of a quarter."""
        for length, parts in self._grids:
            for number, group in groupby(onsets, key=length.__rfloordiv__):
                inside = list(group)
                if (length, number) in self._parts or seen.issuperset(inside) or not self.ticks.isdisjoint(inside):
                    continue
                if all(_on_part(tick, length, parts) for tick in inside):
                    self._parts[length, number] = parts
                    self.ticks.update(inside)
                    self._places.setdefault((length, parts), set()).update(tick % length for tick in inside)

    def holds(self, tick: int) -> bool:
        """Return whether a tick lies in such a beat; it is a part of that or nothing simple."""
        return any((length, tick // length) in self._parts for length in self._lengths)

    def time(self, tick: int) -> Fraction | None:
        """Return the quarters of a part of such a beat; None for another tick and for a simple part of its quarter."""
        if tick * SIMPLE % self._tpq == 0:
            return None
        for length in self._lengths:
            parts = self._parts.get((length, tick // length))
            if parts is not None:
                found = _on_part(tick, length, parts)
                return found * Fraction(length, self._tpq) if found else None
        return None


def _is_plain(tick: int, tpq: int) -> bool:
    """Tell whether a tick is exactly on a 32nd or, where the division has them, on a triplet of 32nds."""
    return tick * PLAIN % tpq == 0 or (tpq % 3 == 0 and tick * 3 * PLAIN % tpq == 0)


def _on_part(tick: int, length: int, parts: int) -> Fraction | None:
    """Return in beats of `length` ticks the n-th of a beat that a tick is within rounding, None where it is none."""
    number = (tick * parts + length // 2) // length
    return Fraction(number, parts) if abs(tick * parts - number * length) < parts else None


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

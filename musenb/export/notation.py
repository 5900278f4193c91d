"""Rhythm notation of a bar: notes, dots, ties, tuplets and beams from times.

A stretch is cut where a reader needs to see the beat, and then where no single symbol lasts as long. Times that no
halving of the beat reaches are written as tuplets. A bar goes down to 256ths; a few times in it may be finer, down to
1024ths: many such come of playing, and are better quantised than read.

References
----------
E. Gould (2011), *Behind Bars*, Faber Music: grouping of notes and rests within the metre, syncopation, tuplets, beams.
"""

from __future__ import annotations

import dataclasses
import itertools
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from musenb.export.beaming import beam_group, beams_of, groups_of
from musenb.export.tuplets import Tuplet, UnwritableError, tuplets_of
from musenb.score.note import Note, TimeSignature

SHORTEST, FINEST = Fraction(1, 64), Fraction(1, 256)
FINE, MOST_FINE = 96, 4  # times of a bar whose denominators are larger, and how many of them there may be
NAMES = (
    *("long", "breve", "whole", "half", "quarter", "eighth", "16th", "32nd", "64th", "128th", "256th"),
    *("512th", "1024th"),
)
LENGTHS = {name: Fraction(16) / 2**place for place, name in enumerate(NAMES)}
SYMBOLS = {
    **{length: (name, 0) for name, length in LENGTHS.items()},
    **{length * 3 / 2: (name, 1) for name, length in LENGTHS.items() if name not in ("long", "1024th")},
}
FLAGS = {name: max(0, place - NAMES.index("quarter")) for place, name in enumerate(NAMES)}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Notes that begin and end together, or a rest, within one bar.

    Parameters
    ----------
    start, end : Fraction
        Quarters from the (virtual) beginning of the bar: an anacrusis ends where the bar ends.
    notes : tuple of (int, Note)
        Index in the voice and note; empty for a rest.
    """

    start: Fraction
    end: Fraction
    notes: tuple[tuple[int, Note], ...] = ()


@dataclass(frozen=True, slots=True)
class Symbol:
    """One written note, chord or rest.

    Parameters
    ----------
    start, duration : Fraction
        Quarters; `start` from the (virtual) beginning of the bar.
    notes : tuple of (int, Note)
        As in the stretch; empty for a rest.
    name, dots : str, int
        'quarter' and 1 for a dotted quarter; an empty name is the rest of a whole bar.
    tuplet : str
        '' outside a tuplet, else 'start', 'inside' or 'stop'; 'alone' when a tuplet has one symbol only.
    ratio : (int, int)
        How many notes of the tuplet stand in the time of how many: (3, 2) in a triplet, (1, 1) outside.
    beams : tuple of str
        For each flag 'begin', 'continue', 'end', 'forward hook' or 'backward hook'; empty when it stands alone.
    """

    start: Fraction
    duration: Fraction
    notes: tuple[tuple[int, Note], ...]
    name: str
    dots: int = 0
    tuplet: str = ""
    ratio: tuple[int, int] = (1, 1)
    beams: tuple[str, ...] = ()


def write_bar(stretches: Sequence[Stretch], metre: TimeSignature) -> list[Symbol]:
    """Return the symbols of one line of music in one bar.

    Parameters
    ----------
    stretches : sequence of Stretch
        Sorted, without gaps.
    metre : TimeSignature

    Raises
    ------
    UnwritableError
        A boundary lies on no division that can be written; its argument is the first such time, in quarters of the bar.
    """
    if len(stretches) == 1 and not stretches[0].notes and stretches[0].start == 0:
        return [Symbol(Fraction(0), stretches[0].end, (), "")]
    boundaries = sorted({s.start for s in stretches} | {s.end for s in stretches})
    try:
        return _written(stretches, metre, boundaries, SHORTEST)
    except UnwritableError:
        fine = [time for time in boundaries if time.denominator > FINE]
        if len(fine) > MOST_FINE:
            raise
    return _written(stretches, metre, boundaries, FINEST)


def _written(
    stretches: Sequence[Stretch], metre: TimeSignature, boundaries: Sequence[Fraction], shortest: Fraction
) -> list[Symbol]:
    """Return the symbols of a bar, the shortest of them of so many quarters."""
    tuplets = tuplets_of(metre, boundaries, shortest)
    symbols = [symbol for stretch in stretches for symbol in _symbols(stretch, metre, tuplets, shortest)]
    return _with_beams(_with_tuplet_marks(symbols, tuplets), metre)


@lru_cache(maxsize=64)
def metre_levels(metre: TimeSignature, shortest: Fraction = SHORTEST) -> tuple[Fraction, ...]:
    """Return the lengths that divide a bar, in quarters: bar, half bar, beat, half beat ..., down to the shortest."""
    unit = Fraction(4, metre.unit)
    compound = metre.compound
    count = metre.beats // 3 if compound else metre.beats
    levels = [metre.bar_length]
    while count > 1 and count % 2 == 0:
        count //= 2
        levels.append(levels[-1] / 2)
    levels += [metre.beat_length, unit]
    while levels[-1] > shortest:
        levels.append(levels[-1] / 2)
    return tuple(dict.fromkeys(levels))


def _symbols(
    stretch: Stretch, metre: TimeSignature, tuplets: Sequence[Tuplet], shortest: Fraction
) -> list[Symbol]:
    """Return the symbols of one stretch, cut at the edges of the tuplets that it crosses."""
    all_edges = {edge for tuplet in tuplets for edge in (tuplet.start, tuplet.end)}
    edges = {edge for edge in all_edges if stretch.start < edge < stretch.end}
    rest = not stretch.notes
    symbols = []
    for start, end in itertools.pairwise([stretch.start, *sorted(edges), stretch.end]):
        tuplet = next((t for t in tuplets if t.start <= start < t.end), None)
        if tuplet is None:
            for first, last in _metre_pieces(start, end, metre, rest=rest, shortest=shortest):
                name, dots = SYMBOLS[last - first]
                symbols.append(Symbol(first, last - first, stretch.notes, name, dots))
            continue
        origin, scale = tuplet.start, tuplet.stretched
        levels = _tuplet_levels(tuplet.unit, tuplet.actual, shortest)
        written_start = (start - origin) * scale
        written_end = (end - origin) * scale
        for a, b in _pieces(written_start, written_end, levels, rest, None):
            name, dots = SYMBOLS[b - a]
            place, length = origin + a / scale, (b - a) / scale
            ratio = tuplet.actual, tuplet.normal
            symbols.append(
                Symbol(
                    place,
                    length,
                    stretch.notes,
                    name,
                    dots,
                    tuplet="inside",
                    ratio=ratio,
                )
            )
    return symbols


def _metre_pieces(
    start: Fraction, end: Fraction, metre: TimeSignature, *, rest: bool, shortest: Fraction
) -> Iterator[tuple[Fraction, Fraction]]:
    """Yield the pieces of a stretch outside tuplets.

    In an irregular bar its groups are shown: a note fills whole groups or stays inside one, a rest never goes over two.
    """
    groups = groups_of(metre)
    if not groups:
        beat = metre.beat_length if metre.compound else None
        yield from _pieces(start, end, metre_levels(metre, shortest), rest, beat)
        return
    unit = Fraction(4, metre.unit)
    edges = [place * unit for place in itertools.accumulate(groups, initial=0)]
    bar = start // metre.bar_length * metre.bar_length
    while start < end:
        place = bisect_right(edges, start - bar) - 1
        origin, inner = bar + edges[place], [bar + edge for edge in edges[place + 1 :]]
        reached = inner[:1] if rest else inner
        whole = [edge for edge in reached if edge <= end and edge - start in SYMBOLS]
        if start == origin and whole:
            yield start, whole[-1]
            start = whole[-1]
        else:
            stop = min(end, inner[0])
            group = TimeSignature(beats=groups[place], unit=metre.unit)
            inside = _metre_pieces(start - origin, stop - origin, group, rest=rest, shortest=shortest)
            for first, last in inside:
                yield origin + first, origin + last
            start = stop
        bar += metre.bar_length if start == bar + metre.bar_length else 0


@lru_cache(maxsize=64)
def _tuplet_levels(unit: Fraction, actual: int, shortest: Fraction) -> tuple[Fraction, ...]:
    """Return the levels within a tuplet of `actual` units, in written (unscaled) quarters."""
    levels = [unit * actual, unit]
    while levels[-1] > shortest:
        levels.append(levels[-1] / 2)
    return tuple(levels)


@lru_cache(maxsize=4096)
def _pieces(
    start: Fraction, end: Fraction, levels: tuple[Fraction, ...], rest: bool, compound_beat: Fraction | None
) -> tuple[tuple[Fraction, Fraction], ...]:
    """Return the pieces, each one symbol long, into which a stretch is cut to show the metre."""
    pieces: list[tuple[Fraction, Fraction]] = []
    waiting = [(start, end)]
    while waiting:
        begin, stop = waiting.pop()
        inner = _strongest_inside(begin, stop, levels)
        written = (stop - begin) in SYMBOLS and stop - begin >= levels[-1]
        if written and (inner is None or _readable(begin, stop, levels, rest, compound_beat)):
            pieces.append((begin, stop))
        elif inner is None:
            raise UnwritableError(begin)
        else:
            waiting += [(inner, stop), (begin, inner)]
    return tuple(pieces)


def _readable(
    start: Fraction, end: Fraction, levels: tuple[Fraction, ...], rest: bool, compound_beat: Fraction | None
) -> bool:
    """Return whether one symbol from `start` to `end` leaves the metre readable.

    A symbol may hide a point of the bar that is no stronger than one of its ends. An undotted note may hide one point
    of the next higher level: the syncopation of short, long, short.
    """
    dotted = SYMBOLS[end - start][1] > 0
    edge = max(_level(start, levels), _level(end, levels))
    if compound_beat and end - start > compound_beat and (start % compound_beat or end % compound_beat):
        return False
    if rest and dotted and not compound_beat and end - start > 1:
        return False
    inside = [_level(point, levels) for point in _points_inside(start, end, levels)]
    hidden = [level for level in inside if level > edge]
    if not hidden:
        return True
    return not rest and not dotted and len(hidden) == 1 and hidden[0] <= 2 * edge


def _strongest_inside(start: Fraction, end: Fraction, levels: tuple[Fraction, ...]) -> Fraction | None:
    """Return where to cut first: the strongest point between, the last such one if the start is as strong."""
    for size in levels:
        first, last = start // size + 1, -(-end // size) - 1
        if first <= last:
            return size * (last if _level(start, levels) >= size else first)
    return None


def _points_inside(start: Fraction, end: Fraction, levels: tuple[Fraction, ...]) -> list[Fraction]:
    """Return the points between that are at least as strong as the level below the weaker end."""
    edge = max(_level(start, levels), _level(end, levels))
    stronger = [size for size in levels if size > edge]
    return sorted({p for size in stronger for p in _multiples(start, end, size)})


def _multiples(start: Fraction, end: Fraction, size: Fraction) -> list[Fraction]:
    """Return the multiples of `size` strictly between `start` and `end`."""
    first = start // size + 1
    return [k * size for k in range(first, -(-end // size))]


def _level(point: Fraction, levels: tuple[Fraction, ...]) -> Fraction:
    """Return the length of the highest level that has a boundary at a point."""
    for size in levels:
        if point % size == 0:
            return size
    raise UnwritableError(point)


def _with_tuplet_marks(symbols: list[Symbol], tuplets: Sequence[Tuplet]) -> list[Symbol]:
    """Return the symbols, the first and the last of each tuplet marked."""
    marked = list(symbols)
    for t in tuplets:
        places = [i for i, s in enumerate(symbols) if t.start <= s.start < t.end]
        if len(places) == 1:
            marked[places[0]] = dataclasses.replace(marked[places[0]], tuplet="alone")
        elif places:
            marked[places[0]] = dataclasses.replace(marked[places[0]], tuplet="start")
            marked[places[-1]] = dataclasses.replace(marked[places[-1]], tuplet="stop")
    return marked


def _with_beams(symbols: list[Symbol], metre: TimeSignature) -> list[Symbol]:
    """Return the symbols with beams over the notes of each beat or group of beats."""

    def group_of(symbol: Symbol) -> tuple[object, bool]:
        flagged = bool(symbol.notes) and FLAGS.get(symbol.name, 0) > 0
        return beam_group(symbol.start, metre), flagged

    beamed: list[Symbol] = []
    for (_, flagged), group in itertools.groupby(symbols, key=group_of):
        members = list(group)
        if flagged and len(members) > 1:
            flags = [FLAGS[s.name] for s in members]
            members = [dataclasses.replace(s, beams=beams_of(flags, i)) for i, s in enumerate(members)]
        beamed += members
    return beamed

"""Measure alignment: one length for each measure, the same in all parts.

The rule
--------
1. The measures of the parts go together by their place; where parts have not equally many, by their number.
2. The metre of a measure is the one that holds in most parts; among equals the one that fits what is written.
3. A measure is as long as most parts and the metre say, each with one vote; among equals the metre decides. An
   uncounted measure, such as an upbeat, is as long as its notes; so is the first one, where nothing but the metre
   speaks against them. In a score of one part the part decides.

A part whose measure is shorter, longer or empty shifts nothing: the next measure begins where it begins in the others.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from musenb.score.measures.written import WrittenMeasure, WrittenPart
from musenb.score.note import TimeSignature
from musenb.score.quarters import tame


@dataclass(slots=True)
class Row:
    """One measure of the score: where it begins, how long it is, its metre, and what the parts write in it.

    `cells` are (part number, measure) of the parts that have it.
    """

    onset: Fraction = Fraction(0)
    length: Fraction = Fraction(0)
    metre: TimeSignature | None = None
    cells: list[tuple[int, WrittenMeasure]] = field(default_factory=list)

    @property
    def end(self) -> Fraction:
        """Quarters at which the next measure begins."""
        return self.onset + self.length


def align(parts: Sequence[WrittenPart]) -> list[Row]:
    """Return the measures of a score in their order; parts with an `onset` of their own are left out."""
    rows = _rows(parts)
    metres = _Metres()
    onset = Fraction(0)
    measured = sum(1 for part in parts if part.onset is None)
    for place, row in enumerate(rows):
        for number, measure in row.cells:
            if measure.metre is not None or measure.free:
                metres.change(number, measure.metre, place)
        row.metre = metres.of(row)
        row.onset = onset
        row.length = _length(row, first=place == 0, alone=measured == 1)
        onset = tame(row.end)
    return rows


def _rows(parts: Sequence[WrittenPart]) -> list[Row]:
    """Return the rows with their cells."""
    measured = [(number, part) for number, part in enumerate(parts) if part.onset is None]
    parts_in_measures = [part for _, part in measured]
    longest = max(parts_in_measures, key=lambda part: len(part.measures), default=None)
    if longest is None:
        return []
    rows = [Row() for _ in longest.measures]
    numbers = [measure.number for measure in longest.measures]
    for index, part in measured:
        for place, measure in zip(_places(part.measures, numbers), part.measures, strict=True):
            rows[place].cells.append((index, measure))
    return rows


def _places(measures: Sequence[WrittenMeasure], numbers: Sequence[str]) -> list[int]:
    """Return the row of each measure of a part; `numbers` are those of the longest part."""
    if len(measures) == len(numbers):
        return list(range(len(measures)))
    found: dict[str, list[int]] = {}
    for place, number in enumerate(numbers):
        found.setdefault(number, []).append(place)
    places: list[int] = []
    following = 0
    for done, measure in enumerate(measures):
        latest = len(numbers) - (len(measures) - done)
        same = found.get(measure.number, [])
        next_same = bisect_left(same, following)
        if next_same < len(same) and same[next_same] <= latest:
            following = same[next_same]
        places.append(following)
        following += 1
    return places


@dataclass(slots=True)
class _Metres:
    """The metre that holds in each part, how many parts have each, and where it came last."""

    holding: dict[int, TimeSignature | None] = field(default_factory=dict)
    holders: Counter[TimeSignature | None] = field(default_factory=Counter)
    latest: dict[TimeSignature | None, int] = field(default_factory=dict)

    def change(self, number: int, metre: TimeSignature | None, place: int) -> None:
        """Take a new metre of a part."""
        if number in self.holding:
            self.holders[self.holding[number]] -= 1
        self.holding[number] = metre
        self.holders[metre] += 1
        self.latest[metre] = place

    def of(self, row: Row) -> TimeSignature | None:
        """Return the metre of a row; None in music without one."""
        if not self.holding:
            return TimeSignature()
        reaches = {measure.reach for _, measure in row.cells} if len(self.holders) > 1 else set()

        def rank(metre: TimeSignature | None) -> tuple[int, bool, int]:
            fits = metre is not None and metre.bar_length in reaches
            return self.holders[metre], fits, self.latest[metre]

        return max(self.holders, key=rank)


def _length(row: Row, *, first: bool, alone: bool) -> Fraction:
    """Return how long a measure is."""
    full = row.metre.bar_length if row.metre is not None else None
    spoken = [measure.reach for _, measure in row.cells if measure.reach]
    resting = [measure.whole_rest for _, measure in row.cells if not measure.reach and measure.whole_rest]
    if full is not None and spoken:
        resting = [length if length in spoken else min(length, full) for length in resting]
    implicit = any(measure.implicit for _, measure in row.cells)
    sounding = [measure.reach for _, measure in row.cells if measure.notes]
    votes = Counter(sounding or spoken or resting) if implicit else Counter(spoken + resting)
    if not votes:
        return full or Fraction(4)
    if full is not None and not implicit and not alone and not (first and len(votes) == 1):
        votes[full] += 1
    most = max(votes.values())
    tied = [length for length, count in votes.items() if count == most]
    return full if full is not None and full in tied else max(tied)

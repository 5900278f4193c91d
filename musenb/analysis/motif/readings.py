"""Motif readings: every passage of a line that can be read as a motif, weaker ones included.

What counts as a reading, and how much of the motif it keeps, is told in `musenb.analysis.motif.finder`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from musenb.analysis.motif.lines import Line
from musenb.analysis.motif.odds import Odds
from musenb.analysis.motif.shapes import MOTIONS, SPEEDS, Fit, Motion, Shape, fits, leading, shapes_of

Pitch = Literal["real", "tonal", "answer", "contour", "free"]
Part = Literal["whole", "head", "tail"]

SHORTEST_FRAGMENT = 4
FRAGMENT_SHARE = Fraction(1, 3)
SHORTEST_WEAK = 4  # notes of a motif of which the rhythm or contour alone is looked for
MOST_MUTATIONS = 2
SHORTEST_MUTATED = 6

SAME, IN_STEPS, NEAR, IN_DIRECTION = 1.0, 0.9, 0.5, 0.25
MOTION_WEIGHTS: dict[Motion, float] = {
    "prime": 1.0, "inverted": 0.95, "retrograde": 0.9, "retrograde inverted": 0.85,
}
SPEED_WEIGHT = 0.95
TURNS = len(MOTIONS) * len(SPEEDS) - 1


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage read as the motif.

    Parameters
    ----------
    notes : tuple of (int, int)
        Voice and number of each note, in time.
    places : tuple of int
        Which note of the motif each of them is.
    motion, speed, pitch, part
        As in `musenb.analysis.motif.finder.Return`.
    rhythm : float
        Share of the lengths that is kept, 0..1.
    first_differs : bool
        Whether the first length is not the motif's.
    mutations : int
        Intervals that are a step wider or narrower.
    confidence : float
        0..1.
    expected : float
        How many such readings chance would give in this piece.
    """

    notes: tuple[tuple[int, int], ...]
    places: tuple[int, ...]
    motion: Motion
    speed: Fraction
    pitch: Pitch
    part: Part
    rhythm: float
    first_differs: bool
    mutations: int
    confidence: float
    expected: float


def shortest_fragment(notes: int) -> int:
    """Return how many notes a fragment of a motif must have: 4, and a third of its notes."""
    return max(SHORTEST_FRAGMENT, -int(-notes * FRAGMENT_SHARE // 1))


def readings(motif: Line, lines: Sequence[Line], odds: Odds) -> Iterator[Reading]:
    """Yield every reading in single lines."""
    for shape in shapes_of(motif):
        for line in lines:
            for fit in fits(shape, line):
                reader = _Reader(shape, line, fit, odds)
                yield from reader.whole()
                if shape.speed == 1 and shape.motion in ("prime", "inverted"):
                    yield from reader.heads()
                    yield from reader.tails()


@dataclass(frozen=True, slots=True)
class _Reader:
    shape: Shape
    line: Line
    fit: Fit
    odds: Odds

    def whole(self) -> Iterator[Reading]:
        """Yield the passages that keep all intervals, or all lengths, or all directions of the shape."""
        fit, intervals = self.fit, len(self.shape.steps)
        inside = np.zeros(len(fit.kept), bool)
        inside[fit.before : fit.before + len(self.line) - intervals] = True
        pitches, rhythm = inside & fit.kept.all(1), inside & fit.rhythm.all(1)
        plain = self.shape.speed == 1
        if not plain:
            pitches &= rhythm
        for row in np.flatnonzero(pitches):
            real = bool(fit.same[row].all())
            yield self._reading(int(row), 0, intervals, "real" if real else "tonal")
        lost = intervals - fit.kept.sum(1)
        few_lost = lost <= MOST_MUTATIONS
        inner_rhythm = fit.rhythm[:, 1:-1].all(1)
        answer = inside & ~pitches & few_lost & fit.near.all(1) & inner_rhythm
        if intervals + 1 >= SHORTEST_MUTATED and "retrograde" not in self.shape.motion:
            for row in np.flatnonzero(answer):
                yield self._reading(int(row), 0, intervals, "answer")
        if plain and self.shape.motion == "prime" and intervals + 1 >= SHORTEST_WEAK:
            for row in np.flatnonzero(rhythm & ~pitches):
                yield self._reading(int(row), 0, intervals, "free")
            for row in np.flatnonzero(inside & fit.direction.all(1) & ~pitches):
                yield self._reading(int(row), 0, intervals, "contour")

    def heads(self) -> Iterator[Reading]:
        """Yield the passages that keep the first notes of the shape; the first length is free."""
        rhythm = self.fit.rhythm.copy()
        rhythm[:, 0] = True
        runs = leading(self.fit.kept & rhythm)
        runs[: self.fit.before] = 0
        for row in self._long_enough(runs):
            yield self._fragment(row, 0, int(runs[row]), "head")

    def tails(self) -> Iterator[Reading]:
        """Yield the passages that keep the last notes of the shape."""
        runs = leading((self.fit.kept & self.fit.rhythm)[:, ::-1])
        intervals = len(self.shape.steps)
        for row in self._long_enough(runs):
            yield self._fragment(row, intervals - int(runs[row]), intervals, "tail")

    def _long_enough(self, runs: np.ndarray) -> np.ndarray:
        intervals = len(self.shape.steps)
        return np.flatnonzero((runs + 1 >= shortest_fragment(intervals + 1)) & (runs < intervals))

    def _fragment(self, row: int, start: int, stop: int, part: Part) -> Reading:
        real = bool(self.fit.same[row, start:stop].all())
        return self._reading(row, start, stop, "real" if real else "tonal", part)

    def _reading(self, row: int, start: int, stop: int, pitch: Pitch, part: Part = "whole") -> Reading:
        """Return the reading of the intervals from `start` to `stop` of a row."""
        fit, shape, line = self.fit, self.shape, self.line
        first = row - fit.before + start
        numbers = line.numbers[first : first + stop - start + 1].tolist()
        within = np.s_[row, start:stop]
        rhythm = fit.rhythm[within]
        mutations = int((~fit.kept[within]).sum()) if pitch == "answer" else 0
        if pitch == "free":
            kept = rhythm.sum()
        elif pitch == "contour":
            kept = IN_DIRECTION * len(rhythm) + rhythm.sum()
        else:
            matches = [fit.same[within], fit.kept[within], fit.near[within]]
            scores = np.select(matches, [SAME, IN_STEPS, NEAR], 0.0)
            kept = scores.sum() + rhythm.sum()
        weight = MOTION_WEIGHTS[shape.motion] * (1.0 if shape.speed == 1 else SPEED_WEIGHT)
        return Reading(
            tuple((line.voice, number) for number in numbers),
            tuple(shape.order[start : stop + 1].tolist()),
            shape.motion, shape.speed, pitch, part, float(rhythm.mean()),
            not rhythm[0], mutations,
            round(weight * float(kept) / (2 * len(shape.steps)), 4),
            self._expected(first, start, stop, pitch, rhythm) * self._turns(part),
        )

    def _expected(self, first: int, start: int, stop: int, pitch: Pitch, rhythm: np.ndarray) -> float:
        odds, shape = self.odds, self.shape
        here = np.s_[first : first + stop - start]
        chance = odds.rhythm(self.line.lengths[here].tolist(), rhythm.tolist())
        if pitch == "contour":
            chance *= odds.directions.probability(np.sign(shape.semitones[start:stop]).tolist())
        elif pitch != "free":
            steps = np.diff(self.line.steps[first : first + stop - start + 1]).tolist()
            chance *= odds.steps.probability(steps)
            if pitch == "answer":
                chance *= (2 * (stop - start)) ** MOST_MUTATIONS
        return odds.places * chance

    def _turns(self, part: Part) -> int:
        """Return in how many turned forms a passage is looked for, when this is one of them; else 1."""
        turned = self.shape.motion != "prime" or self.shape.speed != 1
        return TURNS if turned and part == "whole" else 1

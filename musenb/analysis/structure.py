"""Structureness indicator (SI): how much a piece repeats itself, at which time scale.

Definition
----------
The music is cut into frames, RATE a second; each is a chroma vector: how long each pitch class sounds in it, of length
1. Two frames are as similar as the product of their vectors, the best of twelve transpositions taken for whole
diagonals. The self-similarity matrix keeps its strongest SHARE; what is weaker costs PENALTY. Every stretch of the
piece has a fitness: the harmonic mean of how well and how much of the piece it explains by copies of itself, its own
trivial copy taken off. SI of a range of durations is the highest fitness of a stretch within it.

Conventions
-----------
- Fitness is 0..1. Real music lies in a band; a loop scores highest, so more is not better.
- Copies may run at half to double speed: path steps (1, 1), (1, 2), (2, 1), frames of the piece first.
- Stretches beyond two thirds of a piece are left out, since not even a copy at double speed fits beside them; from 15 s
  on every second length is looked at.
- A piece shorter than a range has no value there: not-a-number.

References
----------
Müller, Jiang and Grosche (2013), A Robust Fitness Measure for Capturing Repetitions in Music Recordings. Müller (2015),
Fundamentals of Music Processing, section 4.3. Wu and Yang (2020), The Jazz Transformer on the Front Line, who take the
maximum over a range of durations as an indicator of structure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musenb.analysis.chart import Chart, Plottable
from musenb.analysis.charts import structure_chart
from musenb.analysis.reuse import Line

RATE = 2.0
SHARE, PENALTY, SMOOTH = 0.15, -2.0, 4
COARSE, LONGEST = 15.0, 2 / 3  # seconds; share of the piece
RANGES = ((3.0, 8.0), (8.0, 15.0), (15.0, float("inf")))  # seconds
NONE = -1e9


@dataclass(frozen=True, slots=True)
class Structureness(Plottable):
    """SI of a piece at each time scale.

    Parameters
    ----------
    values : tuple of float (ranges,)
        0..1; not-a-number where the music is shorter than the range.
    ranges : tuple of (float, float)
        Seconds.
    """

    values: tuple[float, ...]
    ranges: tuple[tuple[float, float], ...]

    def charts(self) -> list[Chart]:
        """Return SI over the time scales."""
        return [structure_chart({"structureness": np.array(self.values)}, self.ranges)]


def chroma(line: Line, seconds: float, *, rate: float = RATE) -> np.ndarray:
    """Return the chroma of each frame, float64 (frames, 12) of length 1; a silent frame is even.

    Parameters
    ----------
    line : Line
    seconds : float
        How long the music is.
    rate : float
        Frames a second.
    """
    frames = max(1, int(np.ceil(seconds * rate)))
    edges = np.arange(frames + 1) / rate
    held = np.zeros((frames, 12))
    for onset, duration, pitch in zip(line.onset, line.duration, line.pitch, strict=True):
        ends = np.minimum(edges[1:], onset + duration)
        begins = np.maximum(edges[:-1], onset)
        inside = ends - begins
        held[:, int(pitch) % 12] += np.maximum(inside, 0)
    size = np.linalg.norm(held, axis=1, keepdims=True)
    sounding = size > 0
    normed = held / np.where(sounding, size, 1)
    return np.where(sounding, normed, 12**-0.5)


def self_similarity(frames: np.ndarray) -> np.ndarray:
    """Return the thresholded, transposition-free similarity (n, n) of chroma (n, 12): at most 1, or PENALTY."""
    found = np.full((len(frames), len(frames)), -np.inf)
    for shift in range(12):
        found = np.maximum(found, _along_diagonals(frames @ np.roll(frames, shift, axis=1).T))
    count = max(1, round(SHARE * found.size))
    limit = np.partition(found.ravel(), -count)[-count]
    top = found.max()
    scaled = (found - limit) / (top - limit) if top > limit else np.ones_like(found)
    kept = np.where(found >= limit, scaled, PENALTY)
    np.fill_diagonal(kept, 1.0)
    return kept


def _along_diagonals(similar: np.ndarray) -> np.ndarray:
    """Return each cell's mean with the next SMOOTH - 1 cells down its diagonal, as many as there are."""
    count = len(similar)
    total, seen = np.zeros_like(similar), np.zeros_like(similar)
    for step in range(min(SMOOTH, count)):
        total[: count - step, : count - step] += similar[step:, step:]
        seen[: count - step, : count - step] += 1
    return total / seen


def fitness(similarity: np.ndarray, length: int) -> np.ndarray:
    """Return the fitness of every stretch of `length` frames, float64 (n - length + 1,), from similarities (n, n)."""
    count = len(similarity)
    starts = np.arange(count - length + 1)
    columns = starts[:, None] + np.arange(length)[None, :]
    score, covered, cells = _best_paths(similarity[:, columns].swapaxes(0, 1), count)
    with np.errstate(divide="ignore", invalid="ignore"):
        well = np.maximum(score - length, 0) / cells
        much = np.maximum(covered - length, 0) / count
        both = 2 * well * much / (well + much)
    return np.where(np.isfinite(both), both, 0.0)


def _best_paths(blocks: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return score, frames covered, and cells of the best family of paths through blocks (starts, n, length).

    Column 0 of the recursion is the state between paths; column m + 1 is a path that stands at frame m of the stretch.
    Beside the score go what has been covered, the cells walked, and the row at which the current path began.
    """
    starts, _, length = blocks.shape
    shape = (3, starts, length + 1)  # the last three rows, newest last
    score = np.full(shape, NONE)
    covered, cells, begun = (np.zeros(shape, np.int64) for _ in range(3))
    score[2, :, 0] = 0
    for row in range(count):
        sources = [(2, 1), (2, 2), (1, 1)]  # rows back and columns back: (1, 1), (1, 2), (2, 1)
        new = np.full((starts, length + 1), NONE)
        kept = [np.zeros((starts, length + 1), np.int64) for _ in range(3)]
        new[:, 1] = score[2, :, 0] + blocks[:, row, 0]
        new_covered, new_cells, new_begun = kept
        new_covered[:, 1] = covered[2, :, 0]
        new_cells[:, 1] = cells[2, :, 0] + 1
        new_begun[:, 1] = row
        for back, left in sources:
            first = left + 1  # paths never step out of the state between paths but into its first frame
            if first > length:
                continue
            there = slice(1, length + 1 - left)
            candidate = score[back][:, there] + blocks[:, row, first - 1 :]
            better = candidate > new[:, first:]
            new[:, first:] = np.where(better, candidate, new[:, first:])
            from_covered = covered[back][:, there]
            from_cells = cells[back][:, there] + 1
            from_begun = begun[back][:, there]
            for array, values in zip(kept, (from_covered, from_cells, from_begun), strict=True):
                array[:, first:] = np.where(better, values, array[:, first:])
        stay, ended = score[2, :, 0], new[:, length]
        closes = ended > stay
        new[:, 0] = np.where(closes, ended, stay)
        reached = new_covered[:, length] + row - new_begun[:, length] + 1
        new_covered[:, 0] = np.where(closes, reached, covered[2, :, 0])
        new_cells[:, 0] = np.where(closes, new_cells[:, length], cells[2, :, 0])
        histories = (score, covered, cells, begun)
        for history, value in zip(histories, (new, *kept), strict=True):
            history[:-1] = history[1:]
            history[2] = value
    return score[2, :, 0], covered[2, :, 0], cells[2, :, 0]


def structureness(
    line: Line,
    seconds: float,
    *,
    ranges: Sequence[tuple[float, float]] = RANGES,
) -> Structureness:
    """Return SI for each range of durations in seconds."""
    similarity = self_similarity(chroma(line, seconds))
    count = len(similarity)
    best = np.full(count + 1, np.nan)
    for low, high in ranges:
        shortest = max(1, int(np.ceil(low * RATE)))
        longest = int(min(high * RATE, LONGEST * count))
        step = 1 if low < COARSE else 2
        for length in range(shortest, longest + 1, step):
            if np.isnan(best[length]):
                best[length] = float(fitness(similarity, length).max())
    found = []
    for low, high in ranges:
        first = int(np.ceil(low * RATE))
        last = int(min(high * RATE, count))
        inside = best[first : last + 1]
        known = np.isfinite(inside).any()
        found.append(float(np.nanmax(inside)) if known else float("nan"))
    return Structureness(tuple(found), tuple(ranges))

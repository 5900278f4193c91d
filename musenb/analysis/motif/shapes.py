"""Motif transformations: the ways in which a motif can come back, as shapes to lay over a line.

A shape is the motif turned upside down, backwards or both, and at its own speed, half of it or twice: the intervals in
semitones and in steps and the lengths that a line must have from note to note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from musenb.analysis.motif.lines import Line

Motion = Literal["prime", "inverted", "retrograde", "retrograde inverted"]
MOTIONS: tuple[Motion, ...] = ("prime", "inverted", "retrograde", "retrograde inverted")
SPEEDS = (Fraction(1), Fraction(2), Fraction(1, 2))  # how long a note becomes


@dataclass(frozen=True, slots=True)
class Shape:
    """A motif in one motion and speed.

    Parameters
    ----------
    motion : str
    speed : Fraction
        How many times as long the notes are: 2 is augmented.
    order : int (m,)
        Which note of the motif stands at each place.
    semitones, steps : int64 (m - 1,)
        Intervals from note to note.
    rhythms : tuple of int64 (m - 1,)
        Times from onset to onset, in ticks. Backwards there are two: the lengths of the notes read backwards, and the
        onsets mirrored in time, which differ where the first and the last note are not equally long.
    """

    motion: Motion
    speed: Fraction
    order: np.ndarray
    semitones: np.ndarray
    steps: np.ndarray
    rhythms: tuple[np.ndarray, ...]


def shapes_of(motif: Line) -> Iterator[Shape]:
    """Yield the motif in every motion and speed, its own first; a motion that changes nothing is left out."""
    semitones, steps = np.diff(motif.pitches), np.diff(motif.steps)
    seen: set[tuple] = set()
    for speed in SPEEDS:
        lengths = motif.lengths * speed.numerator // speed.denominator
        for motion in MOTIONS:
            turn = -1 if "inverted" in motion else 1
            order = np.arange(len(motif))
            shape = Shape(motion, speed, order, turn * semitones, turn * steps, (lengths[:-1],))
            if "retrograde" in motion:
                rhythms = (lengths[:0:-1], lengths[-2::-1])
                back_semitones = -turn * semitones[::-1]
                back_steps = -turn * steps[::-1]
                shape = Shape(motion, speed, order[::-1], back_semitones, back_steps, rhythms)
            intervals = (shape.semitones.tobytes(), shape.steps.tobytes())
            looks = [(speed, *intervals, rhythm.tobytes()) for rhythm in shape.rhythms]
            if not seen.issuperset(looks):
                seen.update(looks)
                yield shape


@dataclass(frozen=True, slots=True)
class Fit:
    """How a shape lies at every place of a line; row s is the shape with its first note at note s - before.

    Parameters
    ----------
    before : int
        Rows by which the shape hangs out before the line.
    same, kept, near, direction : bool (rows, m - 1)
        The interval is the same in semitones; in semitones or in steps; a step from that at most, in its direction;
        goes in its direction, up, down or neither. False where there is no note.
    rhythm : bool (rows, m - 1)
        The time from onset to onset is the same.
    """

    before: int
    same: np.ndarray
    kept: np.ndarray
    near: np.ndarray
    direction: np.ndarray
    rhythm: np.ndarray


def fits(shape: Shape, line: Line) -> Iterator[Fit]:
    """Yield how a shape lies on a line, once for each of its rhythms."""
    intervals = len(shape.steps)
    places = np.arange(-intervals + 1, len(line) - 1)[:, None] + np.arange(intervals)
    there = (places >= 0) & (places < len(line) - 1)
    places = np.where(there, places, 0)
    semitones, steps = np.diff(line.pitches), np.diff(line.steps)
    lengths = line.lengths[:-1]
    if not len(steps):
        return
    same = there & (semitones[places] == shape.semitones)
    by_steps = steps[places] == shape.steps
    direction = there & (np.sign(semitones[places]) == np.sign(shape.semitones))
    kept = same | (there & by_steps & direction)
    near = kept | (direction & (np.abs(steps[places] - shape.steps) <= 1))
    for rhythm in shape.rhythms:
        yield Fit(intervals - 1, same, kept, near, direction, there & (lengths[places] == rhythm))


def leading(run: np.ndarray) -> np.ndarray:
    """Return how many places from the first on are True in every row, an int array (rows,)."""
    if not run.size:
        return np.zeros(len(run), int)
    return np.cumprod(run, axis=1).sum(axis=1)

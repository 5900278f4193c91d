"""Motif returns across voices: those that pass from one voice to another.

Conventions
-----------
- The whole motif at its own speed, as it is or upside down, every interval kept (in semitones or in steps) and every
  length: what is shared between voices must be strict, or any counterpoint would be full of it.
- In each voice at least SHORTEST_STRETCH notes of it follow one another with no other note between, and at most
  MOST_HANDOVERS times another voice takes over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from musenb.analysis.motif.lines import Line
from musenb.analysis.motif.odds import Odds
from musenb.analysis.motif.readings import IN_STEPS, MOTION_WEIGHTS, SAME, TURNS, Reading
from musenb.analysis.motif.shapes import Shape, shapes_of

SHORTEST_STRETCH, MOST_HANDOVERS = 2, 2
SHORTEST_SHARED = 5
HANDOVER_WEIGHT = 0.9

Place = tuple[int, int]  # line, index in the line


def shared_readings(motif: Line, lines: Sequence[Line], odds: Odds) -> Iterator[Reading]:
    """Yield the readings whose notes lie in several voices."""
    if len(motif) < SHORTEST_SHARED or len({line.voice for line in lines}) < 2:
        return
    begins: dict[int, list[Place]] = {}
    for number, line in enumerate(lines):
        for index, onset in enumerate(line.onsets.tolist()):
            begins.setdefault(onset, []).append((number, index))
    for shape in shapes_of(motif):
        if shape.speed == 1 and "retrograde" not in shape.motion:
            for start in _starts(shape, lines):
                for path in _paths([start], shape, lines, begins):
                    yield _reading(path, shape, lines, odds)


def _starts(shape: Shape, lines: Sequence[Line]) -> Iterator[Place]:
    """Yield where the first two notes of the shape follow each other in a line."""
    for number, line in enumerate(lines):
        semitones, steps = np.diff(line.pitches), np.diff(line.steps)
        same = semitones == shape.semitones[0]
        same_steps = steps == shape.steps[0]
        same_direction = np.sign(semitones) == np.sign(shape.semitones[0])
        kept = same | (same_steps & same_direction)
        in_rhythm = line.lengths[:-1] == shape.rhythms[0][0]
        for index in np.flatnonzero(kept & in_rhythm).tolist():
            yield number, index


def _paths(
    path: list[Place], shape: Shape, lines: Sequence[Line], begins: dict[int, list[Place]]
) -> Iterator[list[Place]]:
    """Yield the ways to go on from a path through the notes to the end of the shape, over at least two voices."""
    done = len(path) - 1
    changes = [i for i, (a, b) in enumerate(pairwise(path), 1) if a[0] != b[0]]
    stretch = len(path) - (changes[-1] if changes else 0)
    if done == len(shape.steps):
        if changes and stretch >= SHORTEST_STRETCH:
            yield path
        return
    here, index = path[-1]
    line = lines[here]
    onset = int(line.onsets[index] + shape.rhythms[0][done])
    for other, following in begins.get(onset, []):
        stays = other == here and following == index + 1
        enters = (
            lines[other].voice != line.voice and stretch >= SHORTEST_STRETCH and len(changes) < MOST_HANDOVERS
        )
        if (stays or enters) and _kept(shape, done, line, index, lines[other], following):
            yield from _paths([*path, (other, following)], shape, lines, begins)


def _kept(shape: Shape, interval: int, line: Line, index: int, other: Line, following: int) -> bool:
    semitones = other.pitches[following] - line.pitches[index]
    steps = other.steps[following] - line.steps[index]
    wanted = shape.semitones[interval]
    if semitones == wanted:
        return True
    same_direction = np.sign(semitones) == np.sign(wanted)
    return bool(steps == shape.steps[interval] and same_direction)


def _reading(path: list[Place], shape: Shape, lines: Sequence[Line], odds: Odds) -> Reading:
    pitches = np.array([lines[number].pitches[index] for number, index in path])
    steps = np.diff([lines[number].steps[index] for number, index in path])
    same = np.diff(pitches) == shape.semitones
    handovers = sum(a[0] != b[0] for a, b in pairwise(path))
    kept = np.where(same, SAME, IN_STEPS).sum() + len(same)
    weight = MOTION_WEIGHTS[shape.motion] * HANDOVER_WEIGHT**handovers
    voices = len({line.voice for line in lines})
    ways = (len(same) * voices) ** handovers * (1 if shape.motion == "prime" else TURNS)
    rhythm = shape.rhythms[0].tolist()
    step_chance = odds.steps.probability(steps.tolist())
    rhythm_chance = odds.rhythm(rhythm, [True] * len(rhythm))
    chance = step_chance * rhythm_chance * ways
    return Reading(
        tuple((lines[number].voice, int(lines[number].numbers[index])) for number, index in path),
        tuple(shape.order.tolist()), shape.motion, Fraction(1), "real" if same.all() else "tonal", "whole",
        1.0, False, 0, round(weight * float(kept) / (2 * len(same)), 4), odds.places * chance,
    )

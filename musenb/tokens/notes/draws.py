"""Draws of what is given in training: nothing, voices, both sides of gaps, or statements of a motif.

A statement is a voice's bar whose rhythm and intervals stand in at least three places of the piece.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musenb.tokens.notes.fields import PITCH, SILENCE, VOICE
from musenb.tokens.notes.frame import Bars

KINDS = ("plain", "voices", "gap", "statements")
LONGEST_SPAN = 8  # bars of a gap, and between two
FEWEST_NOTES, FEWEST_STATEMENTS = 4, 3
STATED = 0.7  # chance of each statement of the chosen motif to be given

Cell = tuple[int, int]  # voice and bar


def statements_of(steps: np.ndarray, onsets: np.ndarray, bars: Bars) -> list[list[Cell]]:
    """Return the motifs of a piece, each as the cells in which it stands, in order."""
    found: dict[tuple, list[Cell]] = {}
    numbers = bars.number(onsets)
    sounding = np.flatnonzero(steps[:, VOICE] != SILENCE)
    keys = steps[sounding, VOICE] * len(bars.lines) + numbers[sounding]
    by_cell = sounding[np.argsort(keys, kind="stable")]
    edges = np.flatnonzero(np.diff(np.sort(keys))) + 1
    for members in np.split(by_cell, edges):
        if len(members) < FEWEST_NOTES:
            continue
        bar = int(numbers[members[0]])
        rhythm = tuple((onsets[members] - bars.lines[bar]).tolist())
        pitches = steps[members, PITCH]
        if len(set(rhythm)) == len(rhythm) and np.ptp(pitches) > 0:
            shape = (rhythm, tuple((pitches - pitches[0]).tolist()))
            found.setdefault(shape, []).append((int(steps[members[0], VOICE]), bar))
    return [cells for cells in found.values() if len(cells) >= FEWEST_STATEMENTS]


def draw_given(
    rng: np.random.Generator, shape: tuple[int, int], motifs: Sequence[Sequence[Cell]], *, window: range, kind: str
) -> np.ndarray:
    """Return which cells, bool (V, K), are given in a draw of a kind whose row reads the bars of a window.

    `motifs` are those with a statement in the window; without any, statements are drawn as plain, and so are voices of
    a piece with one.
    """
    voices = shape[0]
    given = np.zeros(shape, bool)
    if kind == "voices" and voices > 1:
        count = int(rng.integers(1, voices))
        given[rng.choice(voices, count, replace=False)] = True
    elif kind == "gap" and len(window) > 1:
        given[:] = True
        bar = window.start + int(rng.integers(0, min(LONGEST_SPAN, len(window) - 1) + 1))
        while bar < window.stop:
            stop = bar + int(rng.integers(1, LONGEST_SPAN + 1))
            given[:, bar : min(stop, window.stop)] = False
            bar = stop + int(rng.integers(1, LONGEST_SPAN + 1))
    elif kind == "statements" and motifs:
        cells = motifs[int(rng.integers(len(motifs)))]
        for cell in cells:
            given[cell] = rng.random() < STATED
    return given

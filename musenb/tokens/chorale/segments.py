"""Segments of a plan: stretches that are written several times, the best kept. A phrase, or a gap in what is given.

A segment ends where a phrase does, which is the end of a stretch under a fermata; a phrase of more than `LONGEST` steps
is cut at bar lines, so that its first notes are not waited for. A gap's segment goes on for up to a quarter into the
given music behind it: how it is joined counts.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from musenb.tokens.chorale.grid import FERMATA, UNKNOWN, Grid, stretch_ends
from musenb.tokens.chorale.rules import NEAR

LONGEST = 48  # three bars of four quarters


def segment_ends(grid: Grid) -> np.ndarray:
    """Return the steps before which the segments of a plan's grid end, ascending, int64 (n,); the last one is T."""
    columns, steps = grid.frame.columns, len(grid.cells)
    phrases = [0, *stretch_ends(columns[:, FERMATA - 1] == 1), steps]
    lines = np.flatnonzero(columns[:, 0] == 0)
    whole = (grid.cells != UNKNOWN).all(axis=1)
    ends = set(phrases[1:])
    for first, last in pairwise(phrases):
        ends |= set(_cuts(lines, first, last))
    begins = np.flatnonzero(whole[1:] & ~whole[:-1]) + 1
    stops = [_into_given(whole, end) for end in {*ends, *begins.tolist()}]
    return np.unique(stops).astype(np.int64)


def _cuts(lines: np.ndarray, first: int, last: int) -> list[int]:
    """Return the bar lines at which a phrase is cut into equal parts of at most `LONGEST` steps, where there are."""
    inside = lines[(lines > first) & (lines < last)]
    parts = -(-(last - first) // LONGEST)
    if parts < 2 or not len(inside):
        return []
    wanted = first + (last - first) * np.arange(1, parts) / parts
    return [int(inside[abs(inside - step).argmin()]) for step in wanted]


def _into_given(whole: np.ndarray, end: int) -> int:
    """Return the end of a segment, up to a quarter later where all is given from there on."""
    behind = whole[end : end + NEAR]
    return end + (len(behind) if behind.all() else int(behind.argmin()))

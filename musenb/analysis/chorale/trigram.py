"""Trigram model of chorales, a bad composer to hold the measures against.

Definition: each cell follows the cell before it in its voice and the cell above it at the same time (in the soprano,
the two cells before it), as often as it did in the music that was counted; where that pair never stood, as it followed
the cell before it. No harmony beyond two voices, no key, no metre, no plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

Context = tuple[int, ...]
START = 200  # stands for the cells before the first


def trigram_chorales(
    grids: Sequence[np.ndarray], lengths: Sequence[int], generator: np.random.Generator
) -> list[np.ndarray]:
    """Count the grids and draw a chorale of each length in steps: int arrays (steps, 4)."""
    following = count(grids)
    return [draw(following, steps, generator) for steps in lengths]


def count(grids: Sequence[np.ndarray]) -> dict[Context, list[int]]:
    """Return every cell that followed a context, as often as it did; contexts are (voice, before[, other])."""
    following: dict[Context, list[int]] = {}
    for grid in grids:
        lines = [[START] * 4, [START] * 4, *grid.tolist()]
        for (two, one), (_, now) in pairwise(pairwise(lines)):
            for voice in range(4):
                context = (voice, one[voice], now[voice - 1] if voice else two[voice])
                following.setdefault(context, []).append(now[voice])
                following.setdefault(context[:2], []).append(now[voice])
    return following


def draw(following: dict[Context, list[int]], steps: int, generator: np.random.Generator) -> np.ndarray:
    """Draw one chorale, an int array (steps, 4)."""
    lines = [[START] * 4, [START] * 4]
    for _ in range(steps):
        now: list[int] = []
        for voice in range(4):
            before = lines[-1][voice]
            choice = following.get((voice, before, now[voice - 1] if voice else lines[-2][voice]))
            choice = choice or following.get((voice, before)) or following[voice, START]
            now.append(choice[generator.integers(len(choice))])
        lines.append(now)
    return np.array(lines[2:], int).reshape(-1, 4)

"""Twin: a piece whose soprano stands for half of its length or more in another.

Definition: the soprano is read once a beat (every fourth sixteenth from the first). The share of a piece in another is
the longest run of its beats whose steps from beat to beat, in semitones, are found in a row in the other, over all its
beats; free of transposition. A rest is a pitch of its own.

Harmonising a tune whose twin was trained on may be remembering: figures are told with and without such pieces.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musenb.analysis.chorale.part_writing import STEPS_PER_QUARTER

LEAST = 0.5


def shared_run(piece: np.ndarray, other: np.ndarray) -> float:
    """Return the share, 0..1, of the beats of a grid (steps, 4) that stand in a row in the soprano of another."""
    beats = len(piece[::STEPS_PER_QUARTER])
    return longest_run(piece, other)[2] / beats if beats else 0.0


def longest_run(piece: np.ndarray, other: np.ndarray) -> tuple[int, int, int]:
    """Return the longest run of beats that two sopranos share: its first beat in each, and its beats; 0 for none."""
    one, two = (np.diff(grid[::STEPS_PER_QUARTER, 0].astype(int)) for grid in (piece, other))
    ending = np.zeros(len(two) + 1, int)  # length of the common run that ends at each step of the other
    best = (0, 0, 0)
    for place, step in enumerate(one):
        ending[1:] = np.where(two == step, ending[:-1] + 1, 0)
        last = int(ending.argmax())
        steps = int(ending[last])
        if steps and steps + 1 > best[2]:
            best = (place + 1 - steps, last - steps, steps + 1)
    return best


def twins(pieces: Sequence[np.ndarray], train: Sequence[np.ndarray]) -> list[tuple[int, float] | None]:
    """Return for each piece the training piece that has most of its soprano, and the share; None below one half."""
    found: list[tuple[int, float] | None] = []
    for piece in pieces:
        shares = [shared_run(piece, other) for other in train]
        best = int(np.argmax(shares)) if shares else 0
        found.append((best, shares[best]) if shares and shares[best] >= LEAST else None)
    return found

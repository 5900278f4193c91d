"""Matrices on their way to the page: shrunk to what a screen can show, and as bytes with a scale."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

STEPS = 254  # byte 0 is nothing; 1..255 are the values


class Packed(NamedTuple):
    """A matrix as uint8: 0 is nothing, else the value is offset + scale * (byte - 1)."""

    cells: np.ndarray
    scale: float
    offset: float

    def values(self) -> np.ndarray:
        """Return float32 values, NaN for nothing."""
        values = self.offset + self.scale * (self.cells.astype(np.float32) - 1)
        return np.where(self.cells == 0, np.float32(np.nan), values.astype(np.float32))


def shrink(matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return a matrix of at most `size` cells: each is the largest value of its block, NaN where the block has none.

    Cell i of n out of N rows stands for rows i * N // n to (i + 1) * N // n - 1, and columns likewise.
    """
    for axis, most in enumerate(size):
        length = matrix.shape[axis]
        if length > most:
            starts = np.arange(most) * length // most
            matrix = np.fmax.reduceat(matrix, starts, axis=axis)
    return matrix


def pack(matrix: np.ndarray, *, logits: bool = False) -> Packed:
    """Return a matrix as bytes.

    Parameters
    ----------
    matrix : float (rows, columns)
    logits : bool
        Logits are nothing where they are NaN and reach from their least to their largest value; weights are nothing
        where they are 0 (no softmax gives that) and reach from 0 up.
    """
    nothing = ~np.isfinite(matrix) if logits else ~(matrix > 0)
    if nothing.all():
        return Packed(np.zeros(matrix.shape, np.uint8), 0.0, 0.0)
    values = np.where(nothing, 0, matrix)
    most = float(matrix.max(initial=-np.inf, where=~nothing))
    offset = float(matrix.min(initial=np.inf, where=~nothing)) if logits else 0.0
    scale = (most - offset) / STEPS
    cells = np.rint((values - offset) / scale) if scale > 0 else np.zeros(matrix.shape)
    return Packed(np.where(nothing, 0, np.clip(cells, 0, STEPS) + 1).astype(np.uint8), scale, offset)

"""Matrix downsampling and quantisation to bytes with a scale, for a screen."""

from __future__ import annotations

import itertools
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
        return np.where(
            self.cells == 0,
            np.float32(np.nan),
            values.astype(np.float32),
        )


def shrink(matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return a matrix of at most `size` cells: each is the largest value of its block, NaN where the block has none.

    Cell i of n out of N rows stands for rows i * N // n to (i + 1) * N // n - 1, and columns likewise.
    """
    return _shrink_rows(_shrink_rows(matrix, size[0]).T, size[1]).T


def _shrink_rows(matrix: np.ndarray, most: int) -> np.ndarray:
    length = len(matrix)
    if length <= most:
        return matrix
    matrix = np.ascontiguousarray(matrix)
    edges = np.arange(most + 1) * length // most
    small = np.empty((most, matrix.shape[1]), matrix.dtype)
    for row, (start, stop) in enumerate(itertools.pairwise(edges)):
        np.fmax.reduce(matrix[start:stop], axis=0, out=small[row])
    return small


def pack(
    matrix: np.ndarray,
    *,
    logits: bool = False,
    limits: tuple[float, float] | None = None,
) -> Packed:
    """Return a matrix as bytes.

    Parameters
    ----------
    matrix : float (rows, columns)
    logits : bool
        Logits are nothing where they are NaN; weights where they are 0, which no softmax gives.
    limits : (float, float), optional
        What bytes 1 and 255 stand for, such as those of the whole of which this is a part: see `limits_of`.
    """
    nothing = ~np.isfinite(matrix) if logits else ~(matrix > 0)
    offset, most = limits or limits_of(matrix, logits=logits)
    scale = (most - offset) / STEPS
    if nothing.all() or scale <= 0:
        return Packed(
            np.where(nothing, 0, 1).astype(np.uint8),
            max(scale, 0.0),
            offset,
        )
    # In double precision: the step of a matrix of subnormal numbers is 0 in single precision.
    values = np.where(nothing, offset, matrix).astype(np.float64)
    cells = np.rint((values - offset) / scale)
    return Packed(
        np.where(nothing, 0, np.clip(cells, 0, STEPS) + 1).astype(np.uint8),
        scale,
        offset,
    )


def limits_of(matrix: np.ndarray, *, logits: bool = False) -> tuple[float, float]:
    """Return the least and the largest logit, or 0 and the largest weight; zeros when there is nothing."""
    least = np.fmin.reduce(matrix, axis=None)
    most = np.fmax.reduce(matrix, axis=None)
    if not np.isfinite(most):
        return 0.0, 0.0
    return (float(least) if logits else 0.0), float(most)

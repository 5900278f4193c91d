"""Grids of the chorale idiom as the pieces that the measures of tonal home take."""

from __future__ import annotations

import numpy as np

from musenb.analysis.chorale.cadence import Framed
from musenb.score.key import Key
from musenb.tokens.chorale.grid import FERMATA, HOLD, LOWEST, MODES, NO_KEY, UNKNOWN, Grid, sounding


def told_key(grid: Grid) -> Key | None:
    """Return the key of a frame's last step; None where it has no signature or no mode."""
    fifths, mode = (int(value) for value in grid.frame.columns[-1, 3:5])
    if fifths == NO_KEY or MODES[mode] == "":
        return None
    minor = MODES[mode] == "minor"
    return Key((7 * (fifths - 7) + (9 if minor else 0)) % 12, minor)


def framed(grid: Grid) -> Framed:
    """Return a full grid as sounding pitches with its key, fermatas and beginnings of notes."""
    pitches = sounding(grid.cells)
    silent = (pitches == HOLD) | (pitches == UNKNOWN)
    begins = (grid.cells >= 0) & (grid.cells < HOLD)
    fermata = grid.frame.columns[:, FERMATA - 1] == 1
    return Framed(np.where(silent, -1, pitches + LOWEST), fermata, told_key(grid), begins)

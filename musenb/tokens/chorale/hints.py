"""Hints at the harmony that given notes imply: what the voices yet to be written sound at each item's onset."""

from __future__ import annotations

import numpy as np

from musenb.tokens.chorale.grid import HOLD, RELATION_SPANS, UNKNOWN, VOICE_COUNT, sounding
from musenb.tokens.row import Row

CLASSES = 12
NO_BASS = -1  # it is given, silent or outside the row
STEP = len(RELATION_SPANS)  # the column of a row's attributes that tells the step of a position


def hints_of(row: Row) -> np.ndarray:
    """Return what the free voices sound at the onsets of the M items of a row's memory.

    Returns
    -------
    int64 (M, 13)
        The bass's pitch class or NO_BASS, then 1 for each class that sounds; nothing outside the row.
    """
    onsets = np.zeros(0, np.int64) if row.memory is None else row.memory.attributes[:, 0]
    hints = np.zeros((len(onsets), 1 + CLASSES), np.int64)
    hints[:, 0] = NO_BASS
    steps = len(row) // VOICE_COUNT
    if not len(onsets) or not steps:
        return hints
    cells = row.targets[: steps * VOICE_COUNT].reshape(-1, VOICE_COUNT)
    free = row.weights[: steps * VOICE_COUNT].reshape(-1, VOICE_COUNT) > 0
    pitches = sounding(cells)
    heard = free & (pitches != UNKNOWN) & (pitches != HOLD)
    here = onsets - row.related[0, STEP]
    for item in np.flatnonzero((here >= 0) & (here < steps)):
        step = here[item]
        hints[item, 1 + pitches[step, heard[step]] % CLASSES] = 1
        if heard[step, -1]:
            hints[item, 0] = pitches[step, -1] % CLASSES
    return hints

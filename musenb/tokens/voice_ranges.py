"""Voice ranges in Bach's chorales, and the transpositions that keep a piece within them."""

from __future__ import annotations

import numpy as np

# MIDI numbers, both included, of soprano, alto, tenor and bass in the training set
VOICE_RANGES = ((60, 81), (52, 74), (46, 69), (36, 66))


def transpositions(pitches: np.ndarray) -> range:
    """Return the moves in semitones that keep every voice of a grid (T, 4) within its range in the training set."""
    low, high = -12, 12
    for voice, (lowest, highest) in enumerate(VOICE_RANGES):
        column = pitches[:, voice][pitches[:, voice] >= 0]
        if column.size:
            low = max(low, lowest - int(column.min()))
            high = min(high, highest - int(column.max()))
    return range(min(low, 0), max(high, 0) + 1)

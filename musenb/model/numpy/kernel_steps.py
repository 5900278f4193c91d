"""Compiled steps of the relations (numba): in which column of their tables two attributes meet.

What `Cache.steps` and `memory.steps_between` compute, for one position, in one pass. A module of its own, for numba
compiles a file anew when it changes.

Dimensions: those of `kernel`, T relations.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def steps_of_one(here, there, spans):
    """Return in which column of T relations side by side attributes meet those of one position, int32 (T, B, L).

    Parameters
    ----------
    here : int64 (T, B)
        Below 0 where the position has none.
    there : int64 (T, B or 1, L)
    spans : int64 (T,)
        Relation t has 2 * spans[t] + 1 columns, and behind them one for no attribute.
    """
    relations, rows = here.shape
    steps = np.empty((relations, rows, there.shape[2]), np.int32)
    first = 0
    for t in range(relations):
        span = spans[t]
        for b in range(rows):
            seen, mine, out = there[t, min(b, there.shape[1] - 1)], here[t, b], steps[t, b]
            for j in range(seen.shape[0]):
                out[j] = first + span + min(max(seen[j] - mine, -span), span)
                if mine < 0 or seen[j] < 0:
                    out[j] = first + 2 * span + 1
        first += 2 * span + 2
    return steps

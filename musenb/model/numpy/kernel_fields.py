"""Compiled head of fields (numba): the next field of a step from what the decoder says of its position.

It computes what `fields.FieldHead.next` does. A module of its own, for numba compiles a file anew when it changes.

Dimensions: those of `kernel` and `fields`, and W inner width of a field's layer. A weight is as in `kernel`.
"""

# numba hands an intrinsic its first parameter itself.
# pyright: reportCallIssue=false
from __future__ import annotations

import numpy as np
from numba import njit

from musenb.model.numpy.kernel import CUBE, FAST, GELU, ONE, exponential, multiply, normalise, single


@njit(cache=True, **FAST)
def next_field(states, known, told, tables, layers, first, after, out):
    """Write the logits of the field behind known ones, (B, k), to `out` (B, V); what is there of others stays.

    Parameters
    ----------
    states : float32 (B, D)
    known : int64 (B, k)
    told : int64 (B, T)
    tables : tuple of weights
        Embeddings of the classes of all fields but the last, one behind the other, (V', D), and of what is told, of
        which number t begins at row first[1, t].
    layers : tuple of arrays
        Norms float32 (K, D); rise (K, W, D), fall (K, D, W) and readout (V, D).
    first : int64 (2, any)
        The first class of each field, V behind the last; and of what is told.
    after : int64 (T,)
        How many fields are known before each number is told.
    out : float32 (B, V)
    """
    embeddings, telling = tables
    norms, rise, fall, readout = layers
    rows, width = states.shape
    field = known.shape[1]
    x = states.copy()
    for b in range(rows):
        for k in range(field):
            met = embeddings[first[0, k] + known[b, k]]
            for d in range(width):
                x[b, d] += single(met[d])
        for t in range(after.shape[0]):
            if after[t] <= field:
                met = telling[first[1, t] + told[b, t]]
                for d in range(width):
                    x[b, d] += single(met[d])
    h, inner = np.empty_like(x), np.empty((rows, rise.shape[1]), np.float32)
    normalise(x, norms[field], h)
    multiply(h, rise[field], inner)
    for b in range(rows):
        for i in range(inner.shape[1]):
            g = inner[b, i]
            inner[b, i] = g / (ONE + exponential(-GELU * (g + CUBE * g * g * g)))
    multiply(inner, fall[field], h)
    x += h
    start, stop = first[0, field], first[0, field + 1]
    found = np.empty((rows, stop - start), np.float32)
    multiply(x, readout[start:stop], found)
    out[:, start:stop] = found

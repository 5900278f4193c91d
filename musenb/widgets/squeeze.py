"""Note table compression: differences in planes of bytes, deflated.

The page unpacks them at once (`frontend/src/core/squeeze.ts`), without waiting for anything. Layout, little-endian:
uint32 n, uint32 ticks a quarter (0: times are floats), then a raw deflate stream [1]_ of columns, each split into
planes: the lowest byte of every row, then the next byte of every row, and so on::

    onset    uint32   ticks since the row before (float64: as it is)
    duration uint32   ticks (float64: as it is)
    index    uint32   less one more than that of the row before of the same voice
    pitch    uint8    less that of the row before of the same voice
    velocity uint8
    voice    uint8
    flags    uint8

References
----------
.. [1] P. Deutsch, "DEFLATE Compressed Data Format Specification version 1.3", RFC 1951, 1996.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable

import numpy as np

FINEST = 1 << 20


def ticks_of(denominators: Iterable[int]) -> int:
    """Return the ticks a quarter in which all times are whole, or 0 where they would be finer than `FINEST`."""
    ticks = 1
    for denominator in set(denominators):
        ticks = math.lcm(ticks, denominator)
        if ticks > FINEST:
            return 0
    return ticks


def squeeze(notes: np.ndarray, ticks: int = 0) -> bytes:
    """Return a note table in few bytes; nothing of it is lost.

    Parameters
    ----------
    notes : array
        Fields as in `musenb.widgets.notes.COLUMNS`, sorted by onset.
    ticks : int
        Ticks a quarter in which all times are whole; where they are not, times are kept as floats.
    """
    times = [notes["onset"], notes["duration"]]
    whole = [np.rint(time * ticks) for time in times] if ticks else []
    exact = all(np.array_equal(count / ticks, time) for count, time in zip(whole, times, strict=False))
    if whole and exact and _fits(whole):
        onsets, durations = whole
        columns = [np.diff(onsets, prepend=0).astype("<u4"), durations.astype("<u4")]
    else:
        ticks, columns = 0, [time.astype("<f8") for time in times]
    columns += [_steps(notes, "index", 1), _steps(notes, "pitch", 0)]
    columns += [notes[name] for name in ("velocity", "voice", "flags")]
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packer.compress(b"".join(map(_planes, columns))) + packer.flush()
    return np.array([len(notes), ticks], "<u4").tobytes() + body


def _fits(columns: list[np.ndarray]) -> bool:
    return max(column.max(initial=0) for column in columns) < 2**32


def _steps(notes: np.ndarray, name: str, expected: int) -> np.ndarray:
    """Return what each row's value is more than `expected` above the voice's last one, modulo its range."""
    steps = notes[name].copy()
    for voice in np.unique(notes["voice"]):
        rows = np.flatnonzero(notes["voice"] == voice)
        values = notes[name][rows]
        steps[rows[1:]] = values[1:] - values[:-1] - values.dtype.type(expected)
    return steps


def _planes(column: np.ndarray) -> bytes:
    column = np.ascontiguousarray(column)
    return column.view(np.uint8).reshape(len(column), column.itemsize).T.tobytes()

"""Memory items of the notes idiom: given notes, before and after what is to be written, and a theme.

An item is a step's note. Its attributes are its onset and end, its pitch and its voice; a position of the row has the
present twice, and pitch and voice of the step before. A theme has no place: it lies far behind the end, and its notes
have no voice.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musenb.tokens.memory import Memory
from musenb.tokens.notes.fields import (
    ITEM_RELATIONS,
    ITEM_TABLE,
    LENGTH,
    LONGEST,
    NO_KEY,
    NOTE,
    PITCH,
    RELATION_UNIT,
    SILENCE,
    THEME,
    VOICE,
)
from musenb.tokens.notes.rows import Reading

FAR = 1000  # sixteenths behind the end at which a theme lies
NO_DEGREE = 12
EMPTY = Memory(np.zeros((0, len(ITEM_TABLE)), np.int64), np.zeros((0, len(ITEM_RELATIONS)), np.int64))


def remembered(reading: Reading) -> np.ndarray:
    """Return which steps a memory holds, bool (L,): the given ones, from the bar before the first that is not whole.

    None where nothing is given from there on: what is given then is simply the past.
    """
    held = reading.given_steps()
    free = np.flatnonzero(~reading.given.all(axis=0))
    if not len(free) or not reading.given[:, free[0] :].any():
        return np.zeros_like(held)
    return held & (reading.bars.number(reading.onsets) >= free[0] - 1)


def items_of(reading: Reading, held: np.ndarray) -> Memory:
    """Return some steps, bool (L,), as items in their order."""
    steps, onsets = reading.steps[held], reading.onsets[held]
    return _items(steps, onsets, reading, kind=NOTE)


def theme_of(reading: Reading, chosen: Sequence[int], *, transpose: int = 0, inverted: bool = False) -> Memory:
    """Return steps, by number, as a theme: moved by semitones and, if so wished, turned over about its first pitch."""
    numbers = np.asarray(chosen, np.int64)
    steps = reading.steps[numbers].copy()
    turned = 2 * steps[0, PITCH] - steps[:, PITCH] if inverted else steps[:, PITCH]
    steps[:, PITCH] = np.clip(turned + transpose, 0, 127)
    items = _items(steps, reading.onsets[numbers], reading, kind=THEME)
    items.features[:, 1] = SILENCE
    start = int(reading.onsets[numbers[0]]) // RELATION_UNIT
    items.attributes[:, :2] += reading.bars.end // RELATION_UNIT + FAR - start
    items.attributes[:, 3] = -1
    return items


def _items(steps: np.ndarray, onsets: np.ndarray, reading: Reading, *, kind: int) -> Memory:
    places = reading.bars.place(onsets)
    lengths = np.minimum(steps[:, LENGTH], LONGEST)
    keys = places[:, 3]
    degrees = np.where(keys == NO_KEY, NO_DEGREE, (steps[:, PITCH] - 7 * (keys - 7)) % 12)
    features = np.stack([
        np.full(len(steps), kind), steps[:, VOICE], steps[:, PITCH], degrees, steps[:, LENGTH],
        places[:, 0], places[:, 1], places[:, 2],
    ], axis=1)
    stops = (onsets + lengths - 1) // RELATION_UNIT
    attributes = np.stack([onsets // RELATION_UNIT, stops, steps[:, PITCH], steps[:, VOICE]], axis=1)
    return Memory(features.astype(np.int64), attributes.astype(np.int64))


def joined(memories: Sequence[Memory]) -> Memory:
    """Return the items of several memories as one."""
    return Memory(
        np.concatenate([EMPTY.features, *(memory.features for memory in memories)]),
        np.concatenate([EMPTY.attributes, *(memory.attributes for memory in memories)]),
    )


def queries_of(reading: Reading) -> np.ndarray:
    """Return the attributes of the positions, int64 (L, 4)."""
    steps, now = reading.steps, reading.present // RELATION_UNIT
    silent = steps[:, VOICE] == SILENCE
    pitches = np.concatenate([[-1], np.where(silent, -1, steps[:, PITCH])[:-1]])[: len(steps)]
    voices = np.concatenate([[-1], np.where(silent, -1, steps[:, VOICE])[:-1]])[: len(steps)]
    return np.stack([now, now, pitches, voices], axis=1).astype(np.int64)

"""Memory items of the tonal chorale model: given notes and rests, before and after what is to be written.

An item is a note, a rest, or the part of one that lies within given cells. Its attributes are its first and last step,
its pitch and its voice; a position of the row has its own step twice, the pitch that its voice sounded a step before,
and its voice.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from musenb.tokens.chorale.grid import (
    FERMATA,
    HIGHEST,
    HOLD,
    LONGEST_BAR,
    LONGEST_BEAT,
    LONGEST_PHRASE,
    LOWEST,
    METRES,
    PHRASE,
    REST,
    UNKNOWN,
    VOICE_COUNT,
    Grid,
    sounding,
)
from musenb.tokens.chorale.tonal import DEGREES, KEYS, TonalFrame, degrees_of, shifted
from musenb.tokens.memory import Memory
from musenb.tokens.row import Row

LONGEST_ITEM = 32
LOOK_BACK = 16  # steps before the first cell to be written that stay in memory

#                                      features of an item: name and number of values
ITEM_TABLE = (
    ("voice", VOICE_COUNT),
    ("pitch or rest", HIGHEST - LOWEST + 2),
    ("degree", DEGREES),
    ("sixteenths", LONGEST_ITEM),
    ("held from before", 2),
    ("sixteenth in the bar", LONGEST_BAR),
    ("sixteenth in the beat", LONGEST_BEAT),
    ("metre", len(METRES) + 1),
    ("key", KEYS + 1),
    ("fermata at its end", 3),
    ("quarters to the end of the phrase", 2 * LONGEST_PHRASE + 1),
)
ITEM_FEATURES = tuple(size for _, size in ITEM_TABLE)
ITEM_RELATIONS = (64, 16, HIGHEST - LOWEST, VOICE_COUNT - 1)


def remembered(given: np.ndarray) -> np.ndarray:
    """Return which given cells, bool (T, 4), a memory holds: none where they are simply the past of what follows."""
    free = ~given.all(axis=1)
    first = int(free.argmax()) if free.any() else len(given)
    if not given[first:].any():
        return np.zeros_like(given)
    held = given.copy()
    held[: max(first - LOOK_BACK, 0)] = False
    return held


def items_of(grid: Grid, frame: TonalFrame, given: np.ndarray) -> Memory:
    """Return the items of the cells that are given, bool (T, 4), by onset and voice."""
    cells, columns = grid.cells, frame.frame.columns
    before = np.vstack([np.zeros((1, VOICE_COUNT), bool), given[:-1]])
    cell_before = np.vstack([np.full((1, VOICE_COUNT), UNKNOWN), cells[:-1]])
    fresh = (cells < HOLD) | ((cells == REST) & (cell_before != REST))
    onsets, voices = np.nonzero(given & (fresh | ~before))
    stops = np.array([_end(given, fresh, int(o), int(v)) for o, v in zip(onsets, voices, strict=True)], np.int64)
    pitches = sounding(cells)[onsets, voices]
    columns_at = columns[onsets]
    features = np.stack([
        voices, pitches, degrees_of(pitches, frame.tonic), np.minimum(stops - onsets, LONGEST_ITEM) - 1,
        cells[onsets, voices] == HOLD, columns_at[:, 0], columns_at[:, 1], columns_at[:, 2],
        np.full_like(voices, frame.key), columns[stops - 1, FERMATA - 1], columns_at[:, PHRASE - 1],
    ], axis=1).astype(np.int64).reshape(-1, len(ITEM_TABLE))
    attributes = np.stack([onsets, stops - 1, np.where(pitches == HOLD, UNKNOWN, pitches), voices], axis=1)
    return Memory(features, attributes.astype(np.int64).reshape(-1, len(ITEM_RELATIONS)))


def _end(given: np.ndarray, fresh: np.ndarray, onset: int, voice: int) -> int:
    """Return the step after the last of the item that begins at a cell."""
    after = ~given[onset + 1 :, voice] | fresh[onset + 1 :, voice]
    return onset + 1 + (int(after.argmax()) if after.any() else len(after))


def queries_of(cells: np.ndarray) -> np.ndarray:
    """Return the attributes of every cell (T, 4) in raster order that meet those of the items, int64 (4 T, 4)."""
    steps = np.repeat(np.arange(len(cells)), VOICE_COUNT)
    pitches = sounding(cells).ravel()
    own = shifted(np.where(pitches == HOLD, UNKNOWN, pitches), VOICE_COUNT, UNKNOWN)
    return np.stack([steps, steps, own, np.tile(np.arange(VOICE_COUNT), len(cells))], axis=1)


def told(row: Row, memory: Memory, queries: np.ndarray) -> Row:
    """Return a row with a memory, and the attributes (L, 4) of its positions that meet those of the items."""
    related = np.concatenate([row.related, queries], axis=1)
    return dataclasses.replace(row, related=related, memory=memory)

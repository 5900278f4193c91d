"""Input rows of the chorale idioms: what a model reads of a plan and of the cells written so far.

Idioms of one grid share plans, writers, rules and pieces; what a position is told is their difference. `ColumnRows`
tells given voices ahead in columns of the features, `MemoryRows` in a memory beside the row.

References
----------
PEP 544: structural subtyping.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Protocol

import numpy as np

from musenb.tokens.chorale.given import items_of, queries_of, remembered
from musenb.tokens.chorale.grid import (
    FIRST_HELD,
    HOLD,
    INPUTS,
    LOWEST,
    REST,
    UNKNOWN,
    VOICE_COUNT,
    attributes_of,
    inputs_of,
    sounding,
)
from musenb.tokens.chorale.plan import Plan
from musenb.tokens.chorale.reader import GridReader
from musenb.tokens.chorale.tonal import (
    NO_CELL,
    NO_PITCH,
    NO_TONIC,
    WORDS,
    TonalFrame,
    degrees_before,
    key_number,
    tells_end,
)
from musenb.tokens.row import Row


class Rows(Protocol):
    """What a model reads of one plan."""

    def row(self, cells: np.ndarray, first: int) -> Row:
        """Return positions `first` to L behind cells (L,) in raster order; the last one is yet to be predicted."""
        ...

    def next(self, cell: int, reader: GridReader) -> Row:
        """Return the one position behind the cells that a reader has read, `cell` the last of them."""
        ...


class ColumnRows:
    """Given voices are told now and a little ahead, in columns of each position's features.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self._features = plan.features

    def row(self, cells: np.ndarray, first: int) -> Row:
        """Return positions `first` to L behind cells (L,)."""
        table, stop = _table(cells), len(cells) + 1
        before = np.append(INPUTS, inputs_of(table))[first:stop]
        related = np.vstack([np.full((1, 2), UNKNOWN), attributes_of(table)])[first:stop]
        return _row(cells, first, before, self._features[first:stop], related)

    def next(self, cell: int, reader: GridReader) -> Row:
        """Return the one position behind the cells that a reader has read."""
        before, related = _behind(cell, reader)
        features = self._features[reader.position : reader.position + 1]
        return _row(np.array([], np.int64), 0, before, features, related)


class MemoryRows:
    """Given notes, before and after a position, are told in a memory; degrees, key and bars to the end beside the row.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        grid, frame = plan.grid, plan.grid.frame
        ends = plan.later > 0 or tells_end(frame)
        self.frame = TonalFrame(frame, key_number(frame), ends, plan.later)
        given = grid.cells != UNKNOWN
        # A hold whose note is yet to be written has no pitch that could be told.
        told = remembered(given) & (sounding(grid.cells) != UNKNOWN)
        self.memory = items_of(grid, self.frame, told)
        self._steps = self.frame.steps

    def row(self, cells: np.ndarray, first: int) -> Row:
        """Return positions `first` to L behind cells (L,)."""
        table, stop = _table(cells), len(cells) + 1
        before = np.append(WORDS, inputs_of(table))[first:stop]
        attributes = np.vstack([np.full((1, 2), UNKNOWN), attributes_of(table)])[first:stop]
        steps, voices = np.divmod(np.arange(first, stop), VOICE_COUNT)
        degrees = degrees_before(table, self.frame.tonic)[first:stop]
        features = np.concatenate([voices[:, None], self._steps[steps], degrees], axis=1)
        related = np.concatenate([attributes, queries_of(table)[first:stop]], axis=1)
        return self._told(_row(cells, first, before, features, related))

    def next(self, cell: int, reader: GridReader) -> Row:
        """Return the one position behind the cells that a reader has read."""
        before, attributes = _behind(cell, reader)
        step, voice = divmod(reader.position, VOICE_COUNT)
        own = reader.pitch(voice)
        last, mine = self._degree(int(attributes[0, 0])), self._degree(own) if step else NO_CELL
        features = np.array([[voice, *self._steps[step], last, mine]])
        related = np.append(attributes, [[step, step, own, voice]], axis=1)
        return self._told(_row(np.array([], np.int64), 0, before, features, related))

    def _degree(self, pitch: int) -> int:
        """Return the degree of a pitch - 36, -1 for a rest, as `degrees_of` does."""
        if pitch == UNKNOWN:
            return NO_PITCH
        tonic = self.frame.tonic
        return NO_TONIC if tonic is None else (pitch + LOWEST - tonic) % 12

    def _told(self, row: Row) -> Row:
        return dataclasses.replace(row, memory=self.memory)


RowsOf = Callable[[Plan], Rows]


def whole_row(rows: Rows, cells: np.ndarray) -> Row:
    """Return the row of cells (L,), all of which count."""
    row = rows.row(cells[:-1], 0)
    return dataclasses.replace(row, targets=cells.copy(), weights=np.ones(len(cells), np.float32))


def _table(cells: np.ndarray) -> np.ndarray:
    """Return cells (L,) as (T, 4), with rests behind them to the end of the step of position L."""
    table = np.full((len(cells) // VOICE_COUNT + 1) * VOICE_COUNT, REST)
    table[: len(cells)] = cells
    return table.reshape(-1, VOICE_COUNT)


def _behind(cell: int, reader: GridReader) -> tuple[np.ndarray, np.ndarray]:
    """Return the input word (1,) and attributes (1, 2) of the last cell that a reader has read."""
    step, voice = divmod(reader.position - 1, VOICE_COUNT)
    pitch = reader.pitch(voice)
    return np.array([FIRST_HELD + pitch if cell == HOLD else cell]), np.array([[pitch, step]])


def _row(cells: np.ndarray, first: int, before: np.ndarray, features: np.ndarray, related: np.ndarray) -> Row:
    targets = np.append(cells[first:], UNKNOWN)
    return Row(before, features, related, targets, np.zeros(len(targets), np.float32))

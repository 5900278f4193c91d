"""KV cache of the numpy decoder: keys, values and related attributes of the positions that were read.

A memory, where there is one, belongs to the cache from its start: all that is read afterwards depends on it.

Dimensions: N layers, H heads, B rows, C capacity in positions, Dh width of a head, R relations.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.numpy.fields import FieldHead
from musenb.model.numpy.memory import Recalled
from musenb.model.threads import one_thread

if TYPE_CHECKING:
    from musenb.model.numpy.step import Workspace


class Cache:
    """KV cache of a few rows that are decoded side by side.

    Parameters
    ----------
    config : ModelConfig
        Its context is the capacity.
    rows : int
        Number of rows, >= 1.
    recalled : Recalled, optional
        The memory of all rows; an empty one is none.
    head : FieldHead, optional
        What predicts the fields of a position, where it is a step of several.

    Attributes
    ----------
    length : int
        Positions read so far, 0..capacity.
    pairs : float32 (N, 2, H, B, C, Dh)
        Keys and values of each layer; what lies beyond `length` means nothing.
    related : int64 (R, B, C)
        Attributes of each position; `absent` tells which have none.
    absent : bool (R, B, C)
    states : float32 (B, D) or None
        What the decoder said of the last position that was read, where it predicts fields from that.
    """

    def __init__(
        self, config: ModelConfig, rows: int, recalled: Recalled | None = None, head: FieldHead | None = None
    ) -> None:
        if rows < 1:
            raise ModelError(f"a cache of {rows} rows; at least 1 is needed")
        self.config, self.rows, self.capacity, self.length = config, rows, config.context, 0
        self.recalled = recalled if recalled is not None and len(recalled) else None
        shape = (config.layers, 2, config.heads, rows, config.context, config.head_width)
        # Empty, not zeros: pages of a long context are only touched when they are reached.
        self.pairs = np.empty(shape, np.float32)
        self.related = np.empty((len(config.relations), rows, config.context), np.int64)
        self.absent = np.empty(self.related.shape, bool)
        self.head = head
        self.states: np.ndarray | None = None
        self.workspace: Workspace | None = None

    def rewind(self, length: int) -> None:
        """Forget all positions from `length` on.

        Raises
        ------
        ModelError
            `length` is negative or beyond what was read.
        """
        if not 0 <= length <= self.length:
            raise ModelError(f"cannot rewind to {length}: {self.length} positions were read")
        if length < self.length:
            self.states = None
        self.length = length

    def copy(self) -> Cache:
        """Return a cache with the same positions that goes its own way from here."""
        return self.select(range(self.rows))

    def select(self, rows: Sequence[int]) -> Cache:
        """Return a cache of some rows, as often as named: `select([0] * 8)` starts eight candidates from one prime.

        The memory goes with them.

        Raises
        ------
        ModelError
            There is no such row, or none is named.
        """
        index = list(rows)
        if not all(0 <= row < self.rows for row in index):
            raise ModelError(f"cannot select rows {index} of a cache with {self.rows} rows")
        recalled = None if self.recalled is None else self.recalled.select(index)
        chosen = Cache(self.config, len(index), recalled, self.head)
        chosen.length = n = self.length
        chosen.states = None if self.states is None else self.states[index]
        for place, row in enumerate(index):
            chosen.pairs[:, :, :, place, :n] = self.pairs[:, :, :, row, :n]
            chosen.related[:, place, :n] = self.related[:, row, :n]
            chosen.absent[:, place, :n] = self.absent[:, row, :n]
        return chosen

    def next_field(self, known: np.ndarray, told: np.ndarray) -> np.ndarray:
        """Return the logits of the next field of the last position that was read.

        Parameters
        ----------
        known : int (B, k)
            The classes of the fields before it, 1 <= k < K.
        told : int (B, T)
            What the head is told, as far as it is known by then.

        Returns
        -------
        float32 (B, V)
            Those of all other fields are impossible.

        Raises
        ------
        ModelError
            The model has no such field, nothing was read, or a shape or value does not fit.
        """
        if self.head is None or self.states is None:
            raise ModelError("a field was asked for of a model without fields, or before a position was read")
        self.head.check_known(self.rows, known, told)
        with one_thread():
            return self.head.next(self.states, known, told)

    def remember(self, related: np.ndarray) -> None:
        """Write the attributes of the positions that come next, the first R of (B, n, any); `length` stays."""
        stop = self.length + related.shape[1]
        self.related[:, :, self.length : stop] = related[:, :, : len(self.related)].transpose(2, 0, 1)
        np.less(self.related[:, :, self.length : stop], 0, self.absent[:, :, self.length : stop])

    def steps(self, relation: int, span: int, *, start: int, stop: int) -> np.ndarray:
        """Return which row of a relation's embedding each query and key meet at.

        Parameters
        ----------
        relation : int
        span : int
            The largest difference K with a row of its own.
        start, stop : int
            The queries; the keys are 0..stop-1.

        Returns
        -------
        int64 (B, stop - start, stop)
            0..2K, and 2K+1 where either has no attribute.
        """
        values, absent = self.related[relation], self.absent[relation]
        steps = values[:, None, :stop] - values[:, start:stop, None]
        np.clip(steps, -span, span, out=steps)
        steps += span
        steps[absent[:, None, :stop] | absent[:, start:stop, None]] = 2 * span + 1
        return steps

    def steps_of_one(self, position: int) -> list[np.ndarray]:
        """Return `steps` of each relation for one query, (B, L), with the rows of the batch numbered through."""
        found, stop = [], position + 1
        for relation, span in enumerate(self.config.relations):
            values, absent = self.related[relation], self.absent[relation]
            steps = values[:, :stop] - values[:, position:stop]
            np.maximum(steps, -span, out=steps)
            np.minimum(steps, span, out=steps)
            np.add(steps, span, steps)
            np.putmask(steps, absent[:, :stop], 2 * span + 1)
            if absent[:, position].any():
                steps[absent[:, position]] = 2 * span + 1
            if self.rows > 1:
                steps += np.arange(self.rows)[:, None] * (2 * span + 2)
            found.append(steps)
        return found

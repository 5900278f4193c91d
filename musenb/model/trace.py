"""Activation tracing and ablation of a decoder: record what it computes, switch parts of it off.

Both are handed to `Decoder.extend` and cost nothing when they are not. Names and meanings are those of the taps of
`Transformer.forward`.

Dimensions: B rows, H heads, Q recorded positions, L positions read when the last one was recorded, D width.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container
from dataclasses import dataclass

import numpy as np

from musenb.errors import ModelError
from musenb.model.config import ModelConfig

PAIRED = ("content", "relative", "weights")
MEMORY = ("memory_content", "memory_relative", "memory_weights")
NAMES = ("residual", *PAIRED, *MEMORY)


class Trace:
    """A record of what happens in the layers.

    A position that is read again, after `Cache.rewind`, replaces its record and all behind it.

    Parameters
    ----------
    names : tuple of str
        What to record. 'residual': the residual stream behind a layer, (B, D) a position; layer -1 is the sum of the
        embeddings. 'content' and 'relative': the two parts of the scaled logits, (B, H, keys) a position, where
        'relative' is the terms for distance and relations together; 'weights': the softmax of their sum.
        'memory_content', 'memory_relative' and 'memory_weights': the same of the M items of a memory, (B, H, M) a
        position, in layers that read one; what is missing to a sum of 1 went to no item.
    layers : container of int, or None
        Which layers, from 0; None for all.
    positions : container of int, or None
        Which positions; None for all. 2,048 positions of 'weights' in 6 layers of 4 heads are 200 MB.

    Raises
    ------
    ModelError
        A name is unknown.
    """

    def __init__(
        self, names: tuple[str, ...] = NAMES, *,
        layers: Container[int] | None = None, positions: Container[int] | None = None,
    ) -> None:
        for name in names:
            if name not in NAMES:
                raise ModelError(f"cannot trace {name!r}; the names are {', '.join(NAMES)}")
        self.names, self.layers, self.chosen = frozenset(names), layers, positions
        self._positions: list[int] = []
        self._records: dict[tuple[str, int], list[np.ndarray]] = {}

    @property
    def positions(self) -> tuple[int, ...]:
        """The positions that are on record, ascending."""
        return tuple(self._positions)

    def array(self, name: str, layer: int) -> np.ndarray:
        """Return the record of one name in one layer.

        Returns
        -------
        float32
            'residual' (B, Q, D), those of a memory (B, H, Q, M), the others (B, H, Q, L); 0 for keys behind the
            position.

        Raises
        ------
        ModelError
            It was not recorded.
        """
        rows = self._records.get((name, layer))
        if not rows:
            raise ModelError(f"nothing of {name!r} in layer {layer} was recorded")
        if name == "residual":
            return np.stack(rows, axis=1)
        batch, heads = rows[0].shape[:2]
        keys = rows[-1].shape[-1]
        filled = np.zeros((batch, heads, len(rows), keys), np.float32)
        for number, row in enumerate(rows):
            filled[:, :, number, : row.shape[-1]] = row
        return filled

    def forget(self, start: int) -> None:
        """Drop the records of all positions from `start` on."""
        kept = bisect_left(self._positions, start)
        for rows in self._records.values():
            del rows[kept:]
        del self._positions[kept:]

    def begin(self, start: int, stop: int) -> Recorder | None:
        """Make room for positions start..stop-1; None when none of them is to be recorded."""
        if self._positions and self._positions[-1] >= start:
            self.forget(start)
        fresh = list(range(start, stop))
        if self.chosen is not None:
            fresh = [position for position in fresh if position in self.chosen]
        self._positions += fresh
        return Recorder(self, start, fresh) if fresh else None

    def keep(self, name: str, layer: int, row: np.ndarray) -> None:
        """Add the record of one position."""
        self._records.setdefault((name, layer), []).append(row)


@dataclass(frozen=True, slots=True)
class Recorder:
    """Hands the values of a run of positions, from `start` on, to a trace."""

    trace: Trace
    start: int
    fresh: list[int]

    def wants(self, name: str, layer: int) -> bool:
        """Return whether a value is to be recorded."""
        if name not in self.trace.names:
            return False
        return self.trace.layers is None or layer in self.trace.layers

    def residual(self, layer: int, x: np.ndarray) -> None:
        """Record the stream (B, n, D) behind a layer."""
        if self.wants("residual", layer):
            for position in self.fresh:
                self.trace.keep("residual", layer, x[:, position - self.start].copy())

    def paired(self, name: str, layer: int, values: np.ndarray) -> None:
        """Record one number for each query and key, from (H, B, n, keys)."""
        if self.wants(name, layer):
            for position in self.fresh:
                seen = values[:, :, position - self.start, : position + 1]
                self.trace.keep(name, layer, np.array(seen.swapaxes(0, 1), order="C"))

    def remembered(self, name: str, layer: int, values: np.ndarray) -> None:
        """Record one number for each query and item of the memory, from (H, B, n, M)."""
        if self.wants(name, layer):
            for position in self.fresh:
                seen = values[:, :, position - self.start]
                self.trace.keep(name, layer, np.array(seen.swapaxes(0, 1), order="C"))


@dataclass(frozen=True, slots=True)
class Silence:
    """What a decoder leaves out.

    Parameters
    ----------
    heads : tuple of (int, int)
        Layer and head: its attention weights to the past are 0.
    layers : tuple of int
        The block adds nothing to the residual stream; it still attends to the past, so that a trace shows it.
    relative : bool
        The terms for distance and relations to the past are 0 in all layers.
    given : bool
        No layer takes anything from the items of a memory, as if it were empty.
    """

    heads: tuple[tuple[int, int], ...] = ()
    layers: tuple[int, ...] = ()
    relative: bool = False
    given: bool = False

    def check(self, config: ModelConfig) -> None:
        """Raise ModelError when a head or layer does not exist."""
        layers = [*self.layers, *(layer for layer, _ in self.heads)]
        for layer in layers:
            if not 0 <= layer < config.layers:
                raise ModelError(f"cannot silence layer {layer}: the model has layers 0..{config.layers - 1}")
        for _, head in self.heads:
            if not 0 <= head < config.heads:
                raise ModelError(f"cannot silence head {head}: a layer has heads 0..{config.heads - 1}")

    def heads_of(self, layer: int) -> list[int]:
        """Return the silenced heads of a layer."""
        return [head for number, head in self.heads if number == layer]

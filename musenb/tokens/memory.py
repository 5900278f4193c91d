"""Memory items: what a model is told beside the past, as a sequence of integer features and attributes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musenb.tokens.row import Row


@dataclass(frozen=True, slots=True)
class Memory:
    """M items of any order.

    Parameters
    ----------
    features : int64 (M, G)
    attributes : int64 (M, R)
        What the relations compare, with one another and with the positions of the row; -1 where an item has none.
    """

    features: np.ndarray
    attributes: np.ndarray

    def __len__(self) -> int:
        return len(self.features)


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """A row, its memory, and the attributes of its positions that meet those of the items.

    Parameters
    ----------
    row : Row
    memory : Memory
    queries : int64 (L, R)
    """

    row: Row
    memory: Memory
    queries: np.ndarray

    def __len__(self) -> int:
        return len(self.row)

    def crop(self, start: int, stop: int) -> MemoryRow:
        """Return positions start..stop-1, as many as there are, with the whole memory."""
        return MemoryRow(self.row.crop(start, stop), self.memory, self.queries[start:stop])

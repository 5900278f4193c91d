"""Memory items: what a model is told beside the past, as a sequence of integer features and attributes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Memory:
    """M items of any order.

    Parameters
    ----------
    features : int64 (M, G)
    attributes : int64 (M, S)
        What the relations compare, with one another and with the positions of the row; -1 where an item has none.
    """

    features: np.ndarray
    attributes: np.ndarray

    def __len__(self) -> int:
        return len(self.features)

    def same_as(self, other: Memory) -> bool:
        """Return whether both tell the same."""
        pairs = ((self.features, other.features), (self.attributes, other.attributes))
        return all(np.array_equal(mine, theirs) for mine, theirs in pairs)

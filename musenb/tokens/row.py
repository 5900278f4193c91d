"""Model input row: one piece as the model reads it, what stands before each position, and what follows."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from musenb.tokens.memory import Memory


@dataclass(frozen=True, slots=True)
class Row:
    """L positions; position i predicts token i.

    Parameters
    ----------
    before : int64 (L,)
        The input word of the token before each position; the number that begins a piece stands at the first.
    features : int64 (L, F)
        What is known of the cell to be predicted.
    related : int64 (L, R + S)
        The attributes of the token before: what the relations compare, -1 where it has none. With a memory S more
        columns follow, the attributes of the position that meet those of the items.
    targets : int64 (L,) or (L, K)
        The token, or the K fields of a step in the order in which they are predicted.
    weights : float32, as the targets
        How much each of them counts in the loss.
    memory : Memory, optional
        What is told beside the past.
    told : int64 (L, T), optional
        Of a step of K fields, what a model is told between them.
    """

    before: np.ndarray
    features: np.ndarray
    related: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    memory: Memory | None = None
    told: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.targets)

    def crop(self, start: int, stop: int) -> Row:
        """Return positions start..stop-1, as many as there are, with the whole memory."""
        arrays = (getattr(self, name) for name in ARRAYS)
        told = None if self.told is None else self.told[start:stop]
        return Row(*(array[start:stop] for array in arrays), memory=self.memory, told=told)

    def fitted(self, features: int, related: int) -> Row:
        """Return the row with the first columns only, for a model that reads fewer."""
        return dataclasses.replace(
            self,
            features=self.features[:, :features],
            related=self.related[:, :related],
        )

    def pad(self, size: int) -> Row:
        """Return the row with positions that do not count added up to `size`."""
        missing = size - len(self)
        return Row(
            np.pad(self.before, (0, missing)),
            np.pad(self.features, ((0, missing), (0, 0))),
            np.pad(self.related, ((0, missing), (0, 0)), constant_values=-1),
            padded_rows(self.targets, missing, 0),
            padded_rows(self.weights, missing, 0),
            self.memory,
            None if self.told is None else padded_rows(self.told, missing, 0),
        )


def padded_rows(table: np.ndarray, missing: int, fill: int) -> np.ndarray:
    """Return a table with so many more rows of a number."""
    edges = [(0, missing), *[(0, 0)] * (table.ndim - 1)]
    return np.pad(table, edges, constant_values=fill)


ARRAYS = tuple(field.name for field in dataclasses.fields(Row) if field.name not in ("memory", "told"))


def row_of(
    tokens: np.ndarray,
    features: np.ndarray,
    attributes: np.ndarray,
    *,
    begin: int,
    inputs: np.ndarray | None = None,
    weights: np.ndarray | None = None,
) -> Row:
    """Return a row from tokens (L,), their features (L, F) and attributes (L, R).

    `begin` stands before the first token. `inputs` (L,) are the words that tell a later position of each token, the
    tokens themselves when left out.
    """
    if inputs is None:
        inputs = tokens
    before = np.roll(inputs, 1)
    before[0] = begin
    related = np.roll(attributes, 1, axis=0)
    related[0] = -1
    if weights is None:
        weights = np.ones(len(tokens))
    counted = weights.astype(np.float32)
    return Row(before, features, related, tokens, counted)

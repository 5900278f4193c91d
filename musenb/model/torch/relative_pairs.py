"""Relations between the attributes of two positions, such as the pitch interval or the distance in time.

A relation adds `Q[i] . E[clip(a[j] - a[i], -K, K) + K]` to the logit of query `i` and key `j`, where `a` is an integer
attribute of a position. The paper gathers `E` into an (L, L, Dh) tensor; here the queries meet the 2K+1 embeddings
first and only numbers are gathered: O(L K Dh + L^2) instead of O(L^2 Dh).

References
----------
Huang et al., "Music Transformer", arXiv 1809.04281 (2018), section 4.1.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from musenb.errors import ModelError


@dataclass(frozen=True, eq=False)
class Relation:
    """One integer attribute of every position and an embedding for each difference of it.

    Parameters
    ----------
    values : Tensor, int64, (B, L)
        The attribute, such as the MIDI pitch or the sixteenth in which a position falls.
    embedding : Tensor, float, (H, 2 * span + 1, Dh)
        Row `span + x` belongs to the difference `x` (key minus query); larger differences share the outermost rows.
    span : int
        Largest difference with a row of its own, >= 0.
    present : Tensor, bool, (B, L), or None
        False where a position has no such attribute: its pairs get 0. None: all have it.
    """

    values: Tensor
    embedding: Tensor
    span: int
    present: Tensor | None = None

    def check(self, shape: Sequence[int]) -> None:
        """Check the relation against queries of shape (B, H, L, Dh).

        Raises
        ------
        ModelError
            A shape or a type does not fit.
        """
        batch, heads, length, width = shape
        values, embedding, present = self.values, self.embedding, self.present
        place = f"for queries of shape {tuple(shape)}"
        if self.span < 0 or tuple(embedding.shape) != (heads, 2 * self.span + 1, width):
            raise ModelError(
                f"relation embedding of shape {tuple(embedding.shape)} with span {self.span} does not fit: {place} it "
                f"must be (H, 2 * span + 1, Dh) = ({heads}, {2 * self.span + 1}, {width}) with span >= 0"
            )
        if tuple(values.shape) != (batch, length) or values.dtype != torch.int64:
            raise ModelError(
                f"relation values of shape {tuple(values.shape)} and type {values.dtype} do not fit: {place} they "
                f"must be (B, L) = ({batch}, {length}) of torch.int64"
            )
        if present is not None and (present.shape != values.shape or present.dtype != torch.bool):
            raise ModelError(
                f"relation present of shape {tuple(present.shape)} and type {present.dtype} does not fit: {place} it "
                f"must be (B, L) = ({batch}, {length}) of torch.bool"
            )


def plain_relation_logits(q: Tensor, relation: Relation) -> Tensor:
    """Return (B, H, L, L) unscaled logits of a relation by gathering an embedding for every pair: the teaching form."""
    values, span = relation.values, relation.span
    steps = (values[:, None, :] - values[:, :, None]).clamp(-span, span) + span  # (B, L, L)
    pairs = relation.embedding[:, steps]  # (H, B, L, L, Dh)
    logits = torch.einsum("bhid,hbijd->bhij", q, pairs)
    if relation.present is None:
        return logits
    both = relation.present[:, None, :] & relation.present[:, :, None]  # (B, L, L)
    return logits * both[:, None]


class PieceRelation:
    """A relation within one piece of a batch, for chunks of its queries.

    The keys of a piece take few distinct levels (forty pitches, or a quarter as many sixteenths as positions), so a
    chunk first finds the logit of each query and level, then hands each key its level's.

    Parameters
    ----------
    relation : Relation
    embedding : Tensor, (H, 2K+1, Dh)
        The relation's, or some heads of it.
    piece : int
        Index into the batch.
    """

    def __init__(self, relation: Relation, embedding: Tensor, piece: int) -> None:
        self.values = relation.values[piece]  # (L,)
        self.present = None if relation.present is None else relation.present[piece]
        self.embedding, self.span = embedding, relation.span
        self.levels, self.level_of_key = torch.unique(self.values, return_inverse=True)  # (U,) ascending, (L,)

    def chunk(self, rows: slice, keys: slice) -> ChunkTerms:
        """Return the terms of the queries at positions `rows` against those of the keys."""
        queries, columns = self.values[rows, None], self.level_of_key[keys]
        first, last = int(columns.min()), int(columns.max())  # only the levels that these keys have
        levels, columns = self.levels[first : last + 1], columns - first
        low, high = int(levels[0] - queries.max()), int(levels[-1] - queries.min())
        low, high = (min(max(end, -self.span), self.span) for end in (low, high))  # only the differences that occur
        blank = high - low + 1
        steps = F.pad((levels - queries).clamp_(low, high).sub_(low), (0, 1), value=blank)  # (C, U+1)
        if self.present is not None:
            steps.masked_fill_(~self.present[rows, None], blank)
            columns.masked_fill_(~self.present[keys], levels.numel())
        used = slice(self.span + low, self.span + high + 1)
        return ChunkTerms(self.embedding[:, used], steps, columns, used)


@dataclass(frozen=True, eq=False)
class ChunkTerms:
    """How a relation's logits of a chunk follow from `Q E^T`.

    Parameters
    ----------
    embedding : Tensor, (H, R, Dh)
        The rows of the relation's embedding for the differences that occur.
    steps : Tensor, int64, (C, U+1)
        Row of `embedding` for each query and key level; R stands for no relation.
    columns : Tensor, int64, (e,)
        Level of each key, 0..U, where U stands for no relation.
    used : slice
        Where `embedding` lies in the relation's own.
    """

    embedding: Tensor
    steps: Tensor
    columns: Tensor
    used: slice

    def logits(self, q: Tensor, *, out: Tensor) -> Tensor:
        """Return (H, C, e) logits of scaled queries (H, C, Dh), written to `out`."""
        heads, chunk, _ = q.shape
        # Multiply first: each query meets the R differences that occur.
        products = q.new_zeros(heads, chunk, self.embedding.shape[1] + 1)  # the last column stays 0: no relation
        torch.bmm(q, self.embedding.mT, out=products[..., :-1])
        # Gather after, in two steps: a number for each level that keys have, then for each key.
        by_level = products.gather(2, self.steps.expand(heads, -1, -1))  # (H, C, U+1)
        return torch.gather(by_level, 2, self.columns.expand(heads, chunk, -1), out=out)

    def products_gradient(self, d_logits: Tensor) -> Tensor:
        """Return (H, C, R) gradients of `Q E^T` from those of the logits (H, C, e)."""
        heads, chunk, _ = d_logits.shape
        # The two gathers backwards: keys of one level add up, then levels of one difference.
        by_level = d_logits.new_zeros(heads, chunk, self.steps.shape[1])
        by_level.scatter_add_(2, self.columns.expand(heads, chunk, -1), d_logits)
        products = d_logits.new_zeros(heads, chunk, self.embedding.shape[1] + 1)
        products.scatter_add_(2, self.steps.expand(heads, -1, -1), by_level)
        return products[..., :-1]

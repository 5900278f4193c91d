"""Relations between the attributes of two positions, such as the pitch interval or the distance in time.

A relation adds `Q[i] . E[clip(a[j] - a[i], -K, K) + K]` to the logit of query `i` and key `j`, where `a` is an integer
attribute of a position. The paper gathers `E` into an (L, L, Dh) tensor; here the queries meet the 2K+1 embeddings first
and only numbers are gathered: O(L K Dh + L^2) instead of O(L^2 Dh).

References
----------
Huang et al., "Music Transformer", arXiv 1809.04281 (2018), section 4.1.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from musenb.errors import ModelError

MOST_LEVELS = 160  # above this many distinct key levels in a chunk, gathering beats multiplying by one-hot rows


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
        if self.span < 0 or tuple(self.embedding.shape) != (heads, 2 * self.span + 1, width):
            raise ModelError(
                f"relation embedding of shape {tuple(self.embedding.shape)} with span {self.span} does not fit queries of shape "
                f"{tuple(shape)}: needs (H, 2 * span + 1, Dh) = ({heads}, {2 * self.span + 1}, {width}), span >= 0"
            )
        if tuple(self.values.shape) != (batch, length) or self.values.dtype != torch.int64:
            raise ModelError(
                f"relation values of shape {tuple(self.values.shape)} and type {self.values.dtype} do not fit queries of shape "
                f"{tuple(shape)}: needs (B, L) = ({batch}, {length}) of torch.int64"
            )
        if self.present is not None and (
            self.present.shape != self.values.shape or self.present.dtype != torch.bool
        ):
            raise ModelError(
                f"relation present of shape {tuple(self.present.shape)} and type {self.present.dtype} does not fit values of "
                f"shape {tuple(self.values.shape)}: needs the same shape of torch.bool"
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


class ChunkRelation:
    """A relation of one piece of a batch, handed out chunk of queries by chunk of queries.

    Parameters
    ----------
    values : Tensor, int64, (L,)
    present : Tensor, bool, (L,), or None
    embedding : Tensor, (H, 2 * span + 1, Dh)
    span : int
    """

    def __init__(self, values: Tensor, present: Tensor | None, embedding: Tensor, span: int) -> None:
        if present is not None:
            stand_in = values[present][:1] if bool(present.any()) else values[:1]
            values = torch.where(present, values, stand_in)
        self.values, self.present, self.embedding, self.span = values, present, embedding, span

    def chunk(self, start: int, stop: int) -> ChunkTerms:
        """Return the terms of queries start..stop-1 against keys 0..stop-1."""
        queries = self.values[start:stop]  # (C,)
        low, high = int(queries.min()) - self.span, int(queries.max()) + self.span
        keys = self.values[:stop].clamp(low, high)  # (e,) levels beyond the span of every query here are alike
        low, high = int(keys.min()), int(keys.max())
        levels = torch.arange(low, high + 1, device=keys.device) if high - low < MOST_LEVELS else None
        columns = keys if levels is None else levels
        index = (columns[None] - queries[:, None]).clamp_(-self.span, self.span).add_(self.span)  # (C, e or U)
        blank = 2 * self.span + 1
        if self.present is not None:
            index.masked_fill_(~self.present[start:stop, None], blank)
        if levels is None:
            if self.present is not None:
                index.masked_fill_(~self.present[None, :stop], blank)
            return ChunkTerms(index, None)
        one_hot = (keys[:, None] == levels).to(self.embedding.dtype)  # (e, U)
        if self.present is not None:
            one_hot.mul_(self.present[:stop, None])
        return ChunkTerms(index, one_hot)


@dataclass(frozen=True, eq=False)
class ChunkTerms:
    """How a chunk's logits follow from `Q E^T`: a gather to key levels, then a product with the keys' one-hot rows.

    `index` is (C, U) with `one_hot` (e, U), or (C, e) without; the index 2 * span + 1 stands for no relation.
    """

    index: Tensor
    one_hot: Tensor | None

    def add_logits(self, logits: Tensor, q: Tensor, embedding: Tensor) -> None:
        """Add the relation's logits of scaled queries (H, C, Dh) to `logits` (H, C, e) in place."""
        products = q.new_zeros(q.shape[0], q.shape[1], embedding.shape[1] + 1)  # (H, C, 2K+2), the last for no relation
        torch.bmm(q, embedding.transpose(1, 2), out=products[..., :-1])
        terms = products.gather(2, self.index.expand(q.shape[0], -1, -1))
        if self.one_hot is None:
            logits += terms
        else:
            logits.baddbmm_(terms, self.one_hot.T.expand(q.shape[0], -1, -1))

    def products_gradient(self, d_logits: Tensor, size: int) -> Tensor:
        """Return (H, C, size) gradients of `Q E^T` from those of the logits (H, C, e)."""
        heads, chunk, _ = d_logits.shape
        if self.one_hot is not None:
            d_logits = torch.bmm(d_logits, self.one_hot.expand(heads, -1, -1))  # (H, C, U)
        gradient = d_logits.new_zeros(heads, chunk, size + 1)
        gradient.scatter_add_(2, self.index.expand(heads, -1, -1), d_logits)
        return gradient[..., :-1]


def chunk_relations(relations: Sequence[Relation], piece: int) -> Iterator[ChunkRelation]:
    """Yield each relation of piece `piece` of the batch."""
    for relation in relations:
        present = None if relation.present is None else relation.present[piece]
        yield ChunkRelation(relation.values[piece], present, relation.embedding.detach(), relation.span)

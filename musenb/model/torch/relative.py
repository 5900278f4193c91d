"""Relative attention: the plain teaching form, the paper's skew, and the chunked exact form in use.

All forms share one convention. Queries, keys and values are (B, H, L, Dh); `table` is (H, D, Dh), one row a head and
distance: row `d` belongs to the key `d` positions back, so row 0 is the position itself. The paper orders its `Er` from
distance -L+1 to 0: `Er[r]` is `table[L - 1 - r]`. Distances of D and more share the farthest row, D-1. The relative
logits stand inside the scaling:

    softmax((Q K^T + S_rel + relations) / sqrt(Dh)) V,     S_rel[i, j] = Q[i] . table[min(i - j, D - 1)]

and every query sees itself and the keys before it. Where `key_mask` is False a key is hidden from all queries; a query
that is left without any key gets zeros. Attention probabilities are never dropped out: the chunked form does not keep
them.

Legend: B pieces, H heads, L positions, D distances, Dh width of a head, K span of a relation.

References
----------
Huang et al., "Music Transformer", arXiv 1809.04281 (2018), sections 3.3, 3.4 and 4.1.1.
Shaw, Uszkoreit, Vaswani, "Self-Attention with Relative Position Representations", NAACL (2018).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from musenb.errors import ModelError
from musenb.model.torch.relative_chunked import ChunkedRelativeAttention, Plan
from musenb.model.torch.relative_pairs import Relation, plain_relation_logits

__all__ = [
    "Relation",
    "chunked_relative_attention",
    "plain_relative_attention",
    "relative_embeddings",
    "skew",
    "skewed_relative_attention",
]


def plain_relative_attention(
    q: Tensor, k: Tensor, v: Tensor, table: Tensor, *,
    relations: Sequence[Relation] = (), key_mask: Tensor | None = None, block: int | None = None,
) -> Tensor:
    """Attend by gathering an embedding for every pair, as Shaw et al. do: the teaching form, O(L^2 Dh) memory.

    Parameters
    ----------
    q, k, v : Tensor, (B, H, L, Dh)
    table : Tensor, (H, D, Dh)
        Relative embeddings, row d for the key d positions back.
    relations : sequence of Relation
        Further terms from attributes of the two positions.
    key_mask : Tensor, bool, (B, L), or None
        True for the keys that may be attended to; None for all.
    block : int or None
        Length of a block, >= 1: queries see the keys of their own block and of the block before. None: all keys.

    Returns
    -------
    Tensor, (B, H, L, Dh)

    Raises
    ------
    ModelError
        The shapes do not fit each other, or L is 0.
    """
    check_shapes(q, k, v, table, relations=relations, key_mask=key_mask, block=block)
    position = torch.arange(q.shape[2], device=q.device)
    distance = (position[:, None] - position).clamp(0, table.shape[1] - 1)  # (L, L)
    pairs = table[:, distance]  # (H, L, L, Dh)
    logits = q @ k.transpose(-1, -2) + torch.einsum("bhid,hijd->bhij", q, pairs)
    for relation in relations:
        logits = logits + plain_relation_logits(q, relation)
    return masked_softmax(logits / math.sqrt(q.shape[-1]), key_mask, block) @ v


def skewed_relative_attention(
    q: Tensor, k: Tensor, v: Tensor, table: Tensor, *,
    relations: Sequence[Relation] = (), key_mask: Tensor | None = None,
) -> Tensor:
    """Attend with the paper's skew: O(L Dh) memory for the embeddings. Parameters as in `plain_relative_attention`."""
    check_shapes(q, k, v, table, relations=relations, key_mask=key_mask)
    er = relative_embeddings(table, q.shape[2])  # (H, L, Dh)
    logits = q @ k.transpose(-1, -2) + skew(q @ er.transpose(-1, -2))
    for relation in relations:
        logits = logits + relation_logits(q, relation)
    return masked_softmax(logits / math.sqrt(q.shape[-1]), key_mask) @ v


def chunked_relative_attention(
    q: Tensor, k: Tensor, v: Tensor, table: Tensor, *,
    relations: Sequence[Relation] = (), key_mask: Tensor | None = None, block: int | None = None, chunk: int = 64,
) -> Tensor:
    """Attend by chunks of queries with a backward of its own: the form in use, exact and with small temporaries.

    Parameters as in `plain_relative_attention`, and `chunk`, the queries taken at a time, >= 1. Half-precision input is
    computed in float32 and given back in its own type. First derivatives only.
    """
    check_shapes(q, k, v, table, relations=relations, key_mask=key_mask, block=block)
    if chunk < 1:
        raise ModelError(f"chunk of {chunk} queries is below 1")
    length, kept = q.shape[2], q.dtype
    hidden = None if key_mask is None else ~key_mask
    plan = Plan(tuple(relations), hidden, min(chunk, length), min(block or length, length))
    exact = kept if kept.itemsize >= 4 else torch.float32
    er = relative_embeddings(table, length)
    with torch.autocast(q.device.type, enabled=False):
        tensors = [t.to(exact) for t in (q, k, v, er)]
        embeddings = [relation.embedding.to(exact) for relation in relations]
        return ChunkedRelativeAttention.apply(*tensors, plan, *embeddings).to(kept)


def relative_embeddings(table: Tensor, length: int) -> Tensor:
    """Return (H, L, Dh) embeddings in the paper's order, distance L-1 first, from a (H, D, Dh) table, row 0 first."""
    heads, distances, width = table.shape
    near = table[:, : min(distances, length)].flip(1)
    if length <= distances:
        return near
    far = table[:, -1:].expand(heads, length - distances, width)
    return torch.cat([far, near], 1)


def skew(products: Tensor) -> Tensor:
    """Turn (..., L, L) absolute by relative into absolute by absolute; above the diagonal the result means nothing.

    The paper's three steps: pad a column on the left, read as (L+1, L), drop the first row. Column r of row i goes to
    column r - (L-1) + i.
    """
    length = products.shape[-1]
    padded = F.pad(products, (1, 0))  # (..., L, L+1)
    return padded.reshape(*products.shape[:-2], length + 1, length)[..., 1:, :]


def relation_logits(q: Tensor, relation: Relation) -> Tensor:
    """Return (B, H, L, L) unscaled logits of a relation, multiplied first and gathered after."""
    values, span, heads = relation.values, relation.span, q.shape[1]
    products = q @ relation.embedding.transpose(-1, -2)  # (B, H, L, 2K+1)
    steps = (values[:, None, :] - values[:, :, None]).clamp(-span, span) + span  # (B, L, L)
    logits = products.gather(-1, steps[:, None].expand(-1, heads, -1, -1))
    if relation.present is None:
        return logits
    return logits * (relation.present[:, None, :] & relation.present[:, :, None])[:, None]


def masked_softmax(logits: Tensor, key_mask: Tensor | None, block: int | None = None) -> Tensor:
    """Return the causal softmax of (B, H, L, L) logits; rows without any key are zeros."""
    length = logits.shape[-1]
    seen = torch.ones(length, length, dtype=torch.bool, device=logits.device).tril()
    if block is not None:
        number = torch.arange(length, device=logits.device) // block
        seen &= number[:, None] - number <= 1
    if key_mask is not None:
        seen = seen & key_mask[:, None, None, :]  # (B, 1, L, L)
    lowest = torch.finfo(logits.dtype).min
    return torch.softmax(logits.masked_fill(~seen, lowest), -1) * seen


def check_shapes(
    q: Tensor, k: Tensor, v: Tensor, table: Tensor, *,
    relations: Sequence[Relation] = (), key_mask: Tensor | None = None, block: int | None = None,
) -> None:
    """Check what the forms share.

    Raises
    ------
    ModelError
        A shape, the type of the mask or the block does not fit; the message names them.
    """
    shapes = f"q {tuple(q.shape)}, k {tuple(k.shape)}, v {tuple(v.shape)}, table {tuple(table.shape)}"
    if q.dim() != 4 or k.shape != q.shape or v.shape != q.shape:
        raise ModelError(f"queries, keys and values must share one shape (B, H, L, Dh): {shapes}")
    if 0 in q.shape:
        raise ModelError(f"no dimension of (B, H, L, Dh) may be 0: {shapes}")
    if table.dim() != 3 or table.shape[0] != q.shape[1] or table.shape[1] < 1 or table.shape[2] != q.shape[3]:
        raise ModelError(f"the table must be (H, D, Dh) with D >= 1 and the heads and width of the queries: {shapes}")
    if key_mask is not None and (tuple(key_mask.shape) != (q.shape[0], q.shape[2]) or key_mask.dtype != torch.bool):
        raise ModelError(f"key mask {tuple(key_mask.shape)} of {key_mask.dtype} must be (B, L) of torch.bool: {shapes}")
    if block is not None and block < 1:
        raise ModelError(f"block of {block} positions is below 1: {shapes}")
    for relation in relations:
        relation.check(q.shape)

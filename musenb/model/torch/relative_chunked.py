"""Exact relative attention by chunks of queries, with a backward that recomputes the probabilities.

The queries of one piece are taken `chunk` at a time against the keys up to the chunk's end, so that the temporaries are
(H, chunk, L) and stay in cache, and hardly any of the future is computed. The skew happens inside the chunk: the buffer
of `Q Er^T` has rows of `e + 1` numbers for `e` keys; read with rows of `e` from its element `chunk - 1` on, row `c` is
moved left by `chunk - 1 - c`, which is absolute by absolute. The same two readings of one buffer carry the gradient
back. With a window, a chunk begins at the first key of the block before its own.

Logits are kept in powers of two: `exp2` costs half of `exp` on a CPU, and the queries are scaled anyway.

Shapes: H heads, L positions, C queries of a chunk, e keys that the chunk sees, Dh width of a head.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from musenb.model.torch.relative_pairs import ChunkTerms, PieceRelation, Relation

LN2 = math.log(2.0)
BUFFER_BYTES = 2 << 20  # on a CPU, heads are taken together up to this size of a buffer: larger ones leave the cache


class Plan(NamedTuple):
    """What a call carries besides its tensors.

    `hidden` is bool, (B, L), or None; `size` the queries a chunk, and `block` the length of a local block: L for none.
    """

    relations: tuple[Relation, ...]
    hidden: Tensor | None
    size: int
    block: int


class Span(NamedTuple):
    """A chunk: queries start..stop-1 against keys first..stop-1."""

    start: int
    stop: int
    first: int

    @property
    def shape(self) -> tuple[int, int]:
        """Queries and keys."""
        return self.stop - self.start, self.stop - self.first

    @property
    def queries(self) -> slice:
        """Positions of the queries."""
        return slice(self.start, self.stop)

    @property
    def keys(self) -> slice:
        """Positions of the keys."""
        return slice(self.first, self.stop)


def spans(length: int, plan: Plan) -> Iterator[Span]:
    """Yield the chunks of a piece; none crosses the edge of a block."""
    for block in range(0, length, plan.block):
        end = min(block + plan.block, length)
        for start in range(block, end, plan.size):
            yield Span(start, min(start + plan.size, end), max(block - plan.block, 0))


class Workspace:
    """Buffers for the chunks of one call, allocated once.

    Parameters
    ----------
    like : Tensor
        Gives type and device.
    shape : (int, int, int)
        Heads, queries and keys of the largest chunk.
    buffers : int
    """

    def __init__(self, like: Tensor, shape: tuple[int, int, int], buffers: int) -> None:
        heads, queries, keys = shape
        self.flat = [like.new_empty(heads * queries * (keys + 1)) for _ in range(buffers)]
        self.future = torch.ones(queries, queries, dtype=torch.bool, device=like.device).triu_(1)

    def matrix(self, buffer: int, heads: int, queries: int, keys: int) -> Tensor:
        """Return buffer `buffer` as a contiguous (H, C, e)."""
        return self.flat[buffer][: heads * queries * keys].view(heads, queries, keys)

    def relative(self, buffer: int, heads: int, queries: int, keys: int) -> Tensor:
        """Return buffer `buffer` as (H, C, e) absolute by relative, with one spare number after each row."""
        return self.flat[buffer][: heads * queries * (keys + 1)].view(heads, queries, keys + 1)[..., :keys]

    def skewed(self, buffer: int, heads: int, queries: int, keys: int) -> Tensor:
        """Return the same numbers as (H, C, e) absolute by absolute; above the diagonal they mean nothing."""
        strides = (queries * (keys + 1), keys, 1)
        return self.flat[buffer].as_strided((heads, queries, keys), strides, queries - 1)


class Piece:
    """Some heads of one piece of the batch: the steps that forward and backward share.

    Parameters
    ----------
    tensors : (Tensor, Tensor, Tensor, Tensor), (H, L, Dh) each
        Queries times log2(e) / sqrt(Dh), keys, values, relative embeddings in the paper's order, distance L-1 first.
    relations : list of PieceRelation
    hidden : Tensor, bool, (L,), or None
    work : Workspace
    """

    def __init__(
        self, tensors: Sequence[Tensor], relations: list[PieceRelation], hidden: Tensor | None, work: Workspace
    ) -> None:
        self.q, self.k, self.v, self.er = tensors
        self.relations, self.hidden, self.work = relations, hidden, work

    def logits(self, span: Span) -> tuple[Tensor, list[ChunkTerms]]:
        """Return (H, C, e) logits in powers of two and the relations' terms. Buffers 0 (the result) and 1 change.

        The content is added to the relative term where it lies, read as skewed.
        """
        q = self.q[:, span.queries]
        queries, keys = span.shape
        shape = (q.shape[0], queries, keys)
        # Q Er^T, absolute by relative, (H, C, e), into rows of e + 1 numbers ...
        torch.bmm(q, self.er[:, -keys:].mT, out=self.work.relative(0, *shape))
        # ... which read with rows of e are absolute by absolute: the skew without a copy. Q K^T is added in place.
        logits = self.work.skewed(0, *shape).baddbmm_(q, self.k[:, span.keys].mT)
        terms = [relation.chunk(span.queries, span.keys) for relation in self.relations]
        for term in terms:
            logits += term.logits(q, out=self.work.matrix(1, *shape))
        # Causal: of the keys only the last C, the chunk's own, can lie behind a query.
        logits[:, :, -queries:].masked_fill_(self.work.future[:queries, :queries], -math.inf)
        if self.hidden is not None:
            logits.masked_fill_(self.hidden[span.keys], -math.inf)
        return logits, terms

    def logit_gradient(self, p: Tensor, d_out: Tensor, delta: Tensor, span: Span) -> tuple[Tensor, Tensor]:
        """Return the gradient of the logits in both readings of buffer 2: (H, C, e) by absolute, and by relative."""
        # d_logits = p * (d_p - delta), with d_p = d_out V^T.
        d_p = torch.bmm(d_out, self.v[:, span.keys].mT, out=self.work.matrix(1, *p.shape))
        d_p -= delta
        relative = self.work.relative(2, *p.shape)
        relative[:, 0, : p.shape[1] - 1] = 0  # the only numbers that the skewed reading leaves out
        return torch.mul(p, d_p, out=self.work.skewed(2, *p.shape)), relative


def pieces(
    tensors: Sequence[Tensor], embeddings: Sequence[Tensor], plan: Plan, buffers: int
) -> Iterator[tuple[int, slice, Piece]]:
    """Yield the pieces of q, k, v (B, H, L, Dh) and er (H, L, Dh) with their index into the batch and their heads."""
    q, k, v, er = tensors
    batch, heads, length, width = q.shape
    queries, keys = min(plan.size, plan.block), min(2 * plan.block, length)
    together = heads if q.is_cuda else max(1, BUFFER_BYTES // (queries * keys * q.element_size()))
    together = math.ceil(heads / math.ceil(heads / together))
    work = Workspace(q, (together, queries, keys), buffers)
    factor = 1.0 / (LN2 * math.sqrt(width))
    for b in range(batch):
        hidden = None if plan.hidden is None else plan.hidden[b]
        for first in range(0, heads, together):
            some = slice(first, min(first + together, heads))
            tied = [PieceRelation(r, e[some], b) for r, e in zip(plan.relations, embeddings, strict=True)]
            yield b, some, Piece((q[b, some] * factor, k[b, some], v[b, some], er[some]), tied, hidden, work)


class ChunkedRelativeAttention(torch.autograd.Function):
    """Forward and backward of `musenb.model.torch.relative.chunked_relative_attention`; see there."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, er: Tensor, plan: Plan, *embeddings: Tensor) -> Tensor:
        """Return (B, H, L, Dh) from q, k, v of that shape and er (H, L, Dh) in the paper's order."""
        out = torch.empty_like(q)
        normaliser = q.new_empty(*q.shape[:3], 1)  # log2 of each row's sum of powers
        limits = torch.finfo(q.dtype)
        for b, heads, piece in pieces((q, k, v, er), embeddings, plan, 2 if embeddings else 1):
            for span in spans(q.shape[2], plan):
                logits, _ = piece.logits(span)
                # Softmax in powers of two; only the log of the sum is kept for the backward, (B, H, L, 1).
                top = logits.amax(-1, keepdim=True).clamp_min_(limits.min)  # finite for a query without any key
                p = torch.exp2(logits.sub_(top), out=logits)
                total = p.sum(-1, keepdim=True).clamp_min_(limits.tiny)
                torch.div(torch.bmm(p, piece.v[:, span.keys]), total, out=out[b, heads, span.queries])
                torch.add(top, total.log2_(), out=normaliser[b, heads, span.queries])
        ctx.save_for_backward(q, k, v, er, out, normaliser, *embeddings)
        ctx.plan = plan
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_out: Tensor) -> tuple[Tensor | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the gradients of q, k, v, er and the relations' embeddings."""
        with torch.autocast(d_out.device.type, enabled=False):
            d_q, d_k, d_v, d_er, d_embeddings = gradients(ctx.saved_tensors, ctx.plan, d_out)
        return d_q, d_k, d_v, d_er, None, *d_embeddings


def gradients(
    saved: Sequence[Tensor], plan: Plan, d_out: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, list[Tensor]]:
    """Return the gradients of q, k, v, er and the relations' embeddings from what the forward saved.

    Those of keys, values and er are summed transposed, (H, Dh, L): the products are a third faster that way round.
    """
    q, k, v, er, out, normaliser, *embeddings = saved
    d_q, d_k, d_v = (torch.empty_like(t) for t in (q, k, v))
    d_er, d_embeddings = torch.zeros_like(er.mT), [torch.zeros_like(e) for e in embeddings]
    for b, heads, piece in pieces((q, k, v, er), embeddings, plan, 3):
        sums = d_er[heads], k.new_zeros(d_er[heads].shape), k.new_zeros(d_er[heads].shape)
        # Softmax's backward needs sum_j p_ij dp_ij, which is the dot product of the output with its gradient.
        delta = (d_out[b, heads] * out[b, heads]).sum(-1, keepdim=True)  # (H, L, 1)
        for span in spans(q.shape[2], plan):
            rows = (b, heads, span.queries)
            # The probabilities of the chunk anew, from the saved log of their sum.
            logits, terms = piece.logits(span)
            p = torch.exp2(logits.sub_(normaliser[rows]), out=logits)
            d_logits, d_relative = piece.logit_gradient(p, d_out[rows], delta[:, span.queries], span)
            accumulate(sums, piece, span, (p, d_out[rows], d_logits, d_relative))
            # Queries meet keys, distances and relations: three products, one gradient.
            d_q_c = torch.bmm(d_logits, piece.k[:, span.keys])
            d_q_c.baddbmm_(d_relative, piece.er[:, -p.shape[2] :])
            for term, d_embedding in zip(terms, d_embeddings, strict=True):
                d_products = term.products_gradient(d_logits)
                d_embedding[heads, term.used].baddbmm_(d_products.mT, piece.q[:, span.queries])
                d_q_c.baddbmm_(d_products, term.embedding)
            torch.mul(d_q_c, 1.0 / math.sqrt(q.shape[-1]), out=d_q[rows])
        torch.mul(sums[1].mT, LN2, out=d_k[b, heads])
        d_v[b, heads] = sums[2].mT
    return d_q, d_k, d_v, d_er.mT * LN2, [d.mul_(LN2) for d in d_embeddings]


def accumulate(
    sums: tuple[Tensor, Tensor, Tensor], piece: Piece, span: Span, terms: tuple[Tensor, Tensor, Tensor, Tensor]
) -> None:
    """Add a chunk to the (H, Dh, L) gradients of er, keys and values, from p, d_out, d_logits and d_relative."""
    p, d_out, d_logits, d_relative = terms
    d_er, d_k, d_v = sums
    q_transposed = piece.q[:, span.queries].mT
    d_v[..., span.keys].baddbmm_(d_out.mT, p)
    d_k[..., span.keys].baddbmm_(q_transposed, d_logits)
    d_er[..., -p.shape[2] :].baddbmm_(q_transposed, d_relative)

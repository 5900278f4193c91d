"""Exact relative attention by chunks of queries, with a backward that recomputes the probabilities.

The queries of one piece are taken `chunk` at a time against the keys up to the chunk's end, so that the temporaries are
(H, chunk, L) and stay in cache, and hardly any of the future is computed. The skew happens inside the chunk: the buffer
of `Q Er^T` has rows of `e + 1` numbers for `e` keys; read with rows of `e` from its element `chunk - 1` on, row `c` is
moved left by `chunk - 1 - c`, which is absolute by absolute. The same two readings of one buffer carry the gradient
back.

Logits are kept in powers of two: `exp2` costs half of `exp` on a CPU, and the queries are scaled anyway.

Shapes: H heads, L positions, C queries of a chunk, e keys up to the chunk's end, Dh width of a head.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from musenb.model.relative_pairs import PieceRelation, Relation

LN2 = math.log(2.0)


class Plan(NamedTuple):
    """What a call carries besides its tensors: relations, hidden keys (bool, (B, L), or None) and queries a chunk."""

    relations: tuple[Relation, ...]
    hidden: Tensor | None
    size: int


class Workspace:
    """Buffers for the chunks of one call, allocated once.

    Parameters
    ----------
    q : Tensor, (B, H, L, Dh)
        Gives heads, type and device.
    queries : int
        Of the largest chunk.
    buffers : int
    """

    def __init__(self, q: Tensor, queries: int, buffers: int) -> None:
        self.heads = q.shape[1]
        self.flat = [q.new_empty(self.heads * queries * (q.shape[2] + 1)) for _ in range(buffers)]
        self.future = torch.ones(queries, queries, dtype=torch.bool, device=q.device).triu_(1)

    def matrix(self, buffer: int, queries: int, keys: int) -> Tensor:
        """Return buffer `buffer` as a contiguous (H, C, e)."""
        return self.flat[buffer][: self.heads * queries * keys].view(self.heads, queries, keys)

    def relative(self, buffer: int, queries: int, keys: int) -> Tensor:
        """Return buffer `buffer` as (H, C, e) absolute by relative, with one spare number after each row."""
        return self.flat[buffer][: self.heads * queries * (keys + 1)].view(self.heads, queries, keys + 1)[..., :keys]

    def skewed(self, buffer: int, queries: int, keys: int) -> Tensor:
        """Return the same numbers as (H, C, e) absolute by absolute; above the diagonal they mean nothing."""
        strides = (queries * (keys + 1), keys, 1)
        return self.flat[buffer].as_strided((self.heads, queries, keys), strides, queries - 1)


class Piece:
    """One piece of the batch: its tensors, and the steps that forward and backward share.

    Parameters
    ----------
    q : Tensor, (H, L, Dh)
        Queries times log2(e) / sqrt(Dh).
    k, v : Tensor, (H, L, Dh)
    er : Tensor, (H, L, Dh)
        Relative embeddings in the paper's order, distance L-1 first.
    """

    def __init__(self, tensors: tuple[Tensor, Tensor, Tensor, Tensor], plan: Plan, piece: int, work: Workspace) -> None:
        self.q, self.k, self.v, self.er = tensors
        self.hidden = None if plan.hidden is None else plan.hidden[piece]
        self.relations = [PieceRelation(relation, piece) for relation in plan.relations]
        self.size, self.work = plan.size, work

    def chunks(self) -> Iterator[tuple[int, int]]:
        """Yield the first query of each chunk and the first after it."""
        length = self.q.shape[1]
        for start in range(0, length, self.size):
            yield start, min(start + self.size, length)

    def logits(self, start: int, keys: int) -> tuple[Tensor, list]:
        """Return (H, C, e) logits in powers of two, in buffer 0, and the relations' terms. Buffer 1 is overwritten."""
        q, queries = self.q[:, start:keys], keys - start
        logits = torch.bmm(q, self.k[:, :keys].transpose(1, 2), out=self.work.matrix(0, queries, keys))
        torch.bmm(q, self.er[:, -keys:].transpose(1, 2), out=self.work.relative(1, queries, keys))
        logits += self.work.skewed(1, queries, keys)
        terms = [relation.chunk(start, keys) for relation in self.relations]
        for term in terms:
            logits += term.logits(q, out=self.work.matrix(1, queries, keys))
        logits[:, :, start:].masked_fill_(self.work.future[:queries, :queries], -math.inf)
        if self.hidden is not None:
            logits.masked_fill_(self.hidden[:keys], -math.inf)
        return logits, terms

    def logit_gradient(self, p: Tensor, d_out: Tensor, delta: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradient of the logits in both readings of buffer 2: (H, C, e) by absolute, and by relative."""
        _, queries, keys = p.shape
        d_p = torch.bmm(d_out, self.v[:, :keys].transpose(1, 2), out=self.work.matrix(1, queries, keys))
        d_p -= delta
        relative = self.work.relative(2, queries, keys)
        relative[:, 0, : queries - 1] = 0  # the only numbers that the skewed reading leaves out
        return torch.mul(p, d_p, out=self.work.skewed(2, queries, keys)), relative


def pieces(tensors: tuple[Tensor, Tensor, Tensor, Tensor], plan: Plan, buffers: int) -> Iterator[tuple[int, Piece]]:
    """Yield the pieces of a batch of q, k, v (B, H, L, Dh) and er (H, L, Dh)."""
    q, k, v, er = tensors
    plan = plan._replace(size=min(plan.size, q.shape[2]))
    work = Workspace(q, plan.size, buffers)
    factor = 1.0 / (LN2 * math.sqrt(q.shape[-1]))
    for b in range(q.shape[0]):
        yield b, Piece((q[b] * factor, k[b], v[b], er), plan, b, work)


class ChunkedRelativeAttention(torch.autograd.Function):
    """Forward and backward of `musenb.model.relative.chunked_relative_attention`; see there."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, er: Tensor, plan: Plan, *embeddings: Tensor) -> Tensor:
        """Return (B, H, L, Dh) from q, k, v of that shape and er (H, L, Dh) in the paper's order."""
        out = torch.empty_like(q)
        normaliser = q.new_empty(*q.shape[:3], 1)  # log2 of each row's sum of powers
        limits = torch.finfo(q.dtype)
        for b, piece in pieces((q, k, v, er), plan, 2):
            for start, keys in piece.chunks():
                logits, _ = piece.logits(start, keys)
                top = logits.amax(-1, keepdim=True).clamp_min_(limits.min)  # finite for a query without any key
                p = torch.exp2(logits.sub_(top), out=logits)
                total = p.sum(-1, keepdim=True).clamp_min_(limits.tiny)
                torch.div(torch.bmm(p, piece.v[:, :keys]), total, out=out[b, :, start:keys])
                torch.add(top, total.log2_(), out=normaliser[b, :, start:keys])
        ctx.save_for_backward(q, k, v, er, out, normaliser, *embeddings)
        ctx.plan = plan
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_out: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of q, k, v, er and the relations' embeddings.

        Those of keys, values and er are summed transposed, (H, Dh, L): the products are a third faster that way round.
        """
        q, k, v, er, out, normaliser, *embeddings = ctx.saved_tensors
        gradients = [torch.empty_like(t) for t in (q, k, v)]
        d_er, d_embeddings = torch.zeros_like(er.mT), [torch.zeros_like(e) for e in embeddings]
        for b, piece in pieces((q, k, v, er), ctx.plan, 3):
            d_k, d_v = k.new_zeros(d_er.shape), v.new_zeros(d_er.shape)  # (H, Dh, L)
            delta = (d_out[b] * out[b]).sum(-1, keepdim=True)  # (H, L, 1)
            for start, keys in piece.chunks():
                rows = slice(start, keys)
                logits, terms = piece.logits(start, keys)
                p = torch.exp2(logits.sub_(normaliser[b, :, rows]), out=logits)
                d_out_c, q_c = d_out[b, :, rows], piece.q[:, rows]
                d_v[..., :keys].baddbmm_(d_out_c.mT, p)
                d_logits, d_relative = piece.logit_gradient(p, d_out_c, delta[:, rows])
                d_k[..., :keys].baddbmm_(q_c.mT, d_logits)
                d_er[..., -keys:].baddbmm_(q_c.mT, d_relative)
                d_q = torch.bmm(d_logits, piece.k[:, :keys]).baddbmm_(d_relative, er[:, -keys:])
                for term, d_embedding in zip(terms, d_embeddings, strict=True):
                    d_products = term.products_gradient(d_logits)
                    d_embedding[:, term.used].baddbmm_(d_products.mT, q_c)
                    d_q.baddbmm_(d_products, term.embedding)
                torch.mul(d_q, 1.0 / math.sqrt(q.shape[-1]), out=gradients[0][b, :, rows])
            torch.mul(d_k.mT, LN2, out=gradients[1][b])
            gradients[2][b] = d_v.mT
        return *gradients, d_er.mT * LN2, None, *(d.mul_(LN2) for d in d_embeddings)

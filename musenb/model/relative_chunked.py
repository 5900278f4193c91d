"""Exact relative attention by chunks of queries, with a backward that recomputes the probabilities.

The queries of one piece are taken `chunk` at a time against the keys up to the chunk's end, so that the temporaries are
(H, chunk, L) and stay in cache, and half of the future is never computed. The skew happens inside the chunk: the buffer of
`Q Er^T` has rows of `e + 1` numbers for `e` keys; read with rows of `e` from its element `chunk - 1` on, row `c` is moved
left by `chunk - 1 - c`, which is absolute by absolute. The same two readings of one buffer carry the gradient back.

Shapes: H heads, L positions, C queries of a chunk, e keys up to the chunk's end, Dh width of a head.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from musenb.model.relative_pairs import ChunkRelation, ChunkTerms, Relation, chunk_relations


class Workspace:
    """Buffers for the chunks of one call, allocated once.

    Parameters
    ----------
    q : Tensor, (B, H, L, Dh)
        Gives heads, type and device.
    chunk, buffers : int
    """

    def __init__(self, q: Tensor, chunk: int, buffers: int) -> None:
        self.heads = q.shape[1]
        size = self.heads * chunk * (q.shape[2] + 1)
        self.flat = [q.new_empty(size) for _ in range(buffers)]

    def matrix(self, buffer: int, queries: int, keys: int) -> Tensor:
        """Return buffer `buffer` as a contiguous (H, C, e)."""
        return self.flat[buffer][: self.heads * queries * keys].view(self.heads, queries, keys)

    def relative(self, buffer: int, queries: int, keys: int) -> Tensor:
        """Return buffer `buffer` as (H, C, e) absolute by relative, with one spare number after each row."""
        return self.flat[buffer][: self.heads * queries * (keys + 1)].view(self.heads, queries, keys + 1)[..., :keys]

    def skewed(self, buffer: int, queries: int, keys: int) -> Tensor:
        """Return the same buffer as (H, C, e) absolute by absolute; above the diagonal it means nothing."""
        strides = (queries * (keys + 1), keys, 1)
        return self.flat[buffer].as_strided((self.heads, queries, keys), strides, queries - 1)


class Chunk:
    """Queries start..stop-1 of one piece: probabilities, shared by forward and backward."""

    def __init__(self, work: Workspace, start: int, stop: int, masks: tuple[Tensor, Tensor | None]) -> None:
        self.work, self.start, self.stop = work, start, stop
        self.future, self.hidden = masks  # (C, C) bool; (L,) bool or None
        self.terms: list[tuple[ChunkTerms, Tensor]] = []

    @property
    def shape(self) -> tuple[int, int]:
        """Queries and keys of the chunk."""
        return self.stop - self.start, self.stop

    def relate(self, relations: Sequence[ChunkRelation]) -> None:
        """Prepare the relations' terms of this chunk."""
        self.terms = [(r.chunk(self.start, self.stop), r.embedding) for r in relations]

    def probabilities(self, q: Tensor, k: Tensor, er: Tensor) -> Tensor:
        """Return (H, C, e) softmax weights in buffer 0.

        Parameters
        ----------
        q : Tensor, (H, C, Dh)
            Scaled queries of the chunk.
        k : Tensor, (H, L, Dh)
        er : Tensor, (H, L, Dh)
            Relative embeddings in the paper's order, distance L-1 first.
        """
        queries, keys = self.shape
        logits = torch.bmm(q, k[:, :keys].transpose(1, 2), out=self.work.matrix(0, queries, keys))
        torch.bmm(q, er[:, er.shape[1] - keys :].transpose(1, 2), out=self.work.relative(1, queries, keys))
        logits += self.work.skewed(1, queries, keys)
        for terms, embedding in self.terms:
            terms.add_logits(logits, q, embedding)
        logits[:, :, self.start :].masked_fill_(self.future[:queries, :queries], -math.inf)
        if self.hidden is None:
            return torch.softmax(logits, -1, out=logits)
        logits.masked_fill_(self.hidden[:keys], -math.inf)
        torch.softmax(logits, -1, out=logits)
        blind = self.hidden[:keys].cumsum(0)[self.start :] == torch.arange(self.start + 1, keys + 1, device=q.device)
        return logits.masked_fill_(blind[:, None], 0.0)  # a query without any key attends to nothing

    def logit_gradient(self, p: Tensor, d_out: Tensor, out: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradient of the logits twice: (H, C, e) absolute by absolute, and by relative. Buffers 1 and 2."""
        queries, keys = self.shape
        d_p = torch.bmm(d_out, v[:, :keys].transpose(1, 2), out=self.work.matrix(1, queries, keys))
        d_p -= (d_out * out).sum(-1, keepdim=True)
        relative = self.work.relative(2, queries, keys)
        relative[:, 0, : queries - 1] = 0  # the only numbers that the skewed reading leaves out
        return torch.mul(p, d_p, out=self.work.skewed(2, queries, keys)), relative


def chunks(q: Tensor, size: int, hidden: Tensor | None, work: Workspace) -> Iterator[Chunk]:
    """Yield the chunks of one piece from the first to the last."""
    length = q.shape[-2]
    size = min(size, length)
    future = torch.ones(size, size, dtype=torch.bool, device=q.device).triu_(1)
    for start in range(0, length, size):
        yield Chunk(work, start, min(start + size, length), (future, hidden))


class ChunkedRelativeAttention(torch.autograd.Function):
    """Forward and backward of `musenb.model.relative.chunked_relative_attention`; see there."""

    @staticmethod
    def forward(
        ctx: Any, q: Tensor, k: Tensor, v: Tensor, er: Tensor, plan: tuple[Sequence[Relation], Tensor | None, int],
        *embeddings: Tensor,
    ) -> Tensor:
        """Return (B, H, L, Dh) from q, k, v of that shape and er (H, L, Dh) in the paper's order."""
        relations, hidden, size = plan
        work = Workspace(q, min(size, q.shape[2]), 2)
        scaled = q * (1.0 / math.sqrt(q.shape[-1]))
        out = torch.empty_like(scaled)
        for b in range(q.shape[0]):
            tied = list(chunk_relations(relations, b))
            for chunk in chunks(q, size, None if hidden is None else hidden[b], work):
                chunk.relate(tied)
                rows = slice(chunk.start, chunk.stop)
                p = chunk.probabilities(scaled[b, :, rows], k[b], er)
                out[b, :, rows] = torch.bmm(p, v[b, :, : chunk.stop])
        ctx.save_for_backward(q, k, v, er, out, *embeddings)
        ctx.plan = plan
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_out: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of q, k, v, er and the relations' embeddings."""
        q, k, v, er, out, *_ = ctx.saved_tensors
        relations, hidden, size = ctx.plan
        work = Workspace(q, min(size, q.shape[2]), 3)
        scale = 1.0 / math.sqrt(q.shape[-1])
        scaled = q * scale
        d_q, d_k, d_v = torch.empty_like(scaled), k.new_zeros(k.shape), v.new_zeros(v.shape)
        d_er, d_embeddings = torch.zeros_like(er), [torch.zeros_like(r.embedding) for r in relations]
        for b in range(q.shape[0]):
            tied = list(chunk_relations(relations, b))
            for chunk in chunks(q, size, None if hidden is None else hidden[b], work):
                chunk.relate(tied)
                keys, rows = chunk.stop, slice(chunk.start, chunk.stop)
                q_c, d_out_c = scaled[b, :, rows], d_out[b, :, rows]
                p = chunk.probabilities(q_c, k[b], er)
                d_v[b, :, :keys].baddbmm_(p.transpose(1, 2), d_out_c)
                d_logits, d_relative = chunk.logit_gradient(p, d_out_c, out[b, :, rows], v[b])
                d_k[b, :, :keys].baddbmm_(d_logits.transpose(1, 2), q_c)
                d_er[:, er.shape[1] - keys :].baddbmm_(d_relative.transpose(1, 2), q_c)
                d_q_c = torch.bmm(d_logits, k[b, :, :keys])
                d_q_c.baddbmm_(d_relative, er[:, er.shape[1] - keys :])
                for (terms, embedding), d_embedding in zip(chunk.terms, d_embeddings, strict=True):
                    d_products = terms.products_gradient(d_logits, embedding.shape[1])
                    d_embedding.baddbmm_(d_products.transpose(1, 2), q_c)
                    d_q_c.baddbmm_(d_products, embedding)
                torch.mul(d_q_c, scale, out=d_q[b, :, rows])
        return d_q, d_k, d_v, d_er, None, *d_embeddings

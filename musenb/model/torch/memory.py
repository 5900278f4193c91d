"""Memory: items that are told beside the past, read both ways by a small encoder and attended to by the decoder.

What is given ahead of its time (a melody to be harmonised, the bars after a gap, a theme) is a sequence of M items,
each with integer features and integer attributes. A relation adds `Q[i] . E[x] / sqrt(Dh) + c[x]` to the logit of
query `i` and item `j`, where `x = clip(a[j] - b[i], -K, K) + K`, `a` is an attribute of the item and `b` the same
attribute of the query: a position of the row, or in the encoder another item. An attribute below 0 is missing, and its
pairs get 0. The numbers `c` let a head begin by looking near: attention to a hundred items that begins even learns
slowly.

A position may attend to no item: a learned key without a value takes part in the softmax. With an empty memory the
output is 0, so that the decoder is exactly the one without a memory.

    weights = softmax([Q n / sqrt(Dh), Q K^T / sqrt(Dh) + relations]) without its first column

Legend: B pieces, L positions, M items, G features of an item, R relations, H heads, Dh width of a head, D = H Dh.

References
----------
Vaswani et al., "Attention Is All You Need", arXiv 1706.03762 (2017): the encoder and the attention to it.
Huang et al., "Music Transformer", arXiv 1809.04281 (2018), section 4.1.1: relations; section 4.2.2: accompaniment.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.torch.dropout import Dropout
from musenb.model.torch.tap import NORM_EPSILON, Tap, touch


@dataclass(frozen=True, slots=True)
class Memory:
    """The remembered items of a batch.

    Parameters
    ----------
    features : int64 (B, M, G)
    attributes : int64 (B, M, R)
        Negative where an item has none.
    present : bool (B, M)
        False for padding.
    queries : int64 (B, L, R)
        The same attributes of the positions; negative where a position has none.
    """

    features: Tensor
    attributes: Tensor
    present: Tensor
    queries: Tensor

    def check(self, config: ModelConfig, rows: int, length: int) -> None:
        """Raise ModelError when the shapes do not fit one another, the row or the model."""
        if not config.memory_readers:
            raise ModelError("a memory was handed to a model without one; its memory_readers are empty")
        items, relations = self.present.shape[-1], len(config.memory_relations)
        needed = {
            "features": (rows, items, len(config.memory_features)), "attributes": (rows, items, relations),
            "present": (rows, items), "queries": (rows, length, relations),
        }
        for name, shape in needed.items():
            if tuple(getattr(self, name).shape) != shape:
                found = tuple(getattr(self, name).shape)
                raise ModelError(f"{name} of a memory have shape {found}; {rows} rows of {length} need {shape}")


@dataclass(frozen=True, slots=True)
class Recalled:
    """The items as the encoder has read them, and how they stand to the positions.

    Parameters
    ----------
    items : float (B, M, D)
    steps : sequence of int64 (B, L, M)
        For each relation the row of its table; one beyond the last for none.
    hidden : bool (B, M)
    """

    items: Tensor
    steps: Sequence[Tensor]
    hidden: Tensor


class MemoryEncoder(nn.Module):
    """The blocks that read the items both ways."""

    offsets: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.spans = config.memory_relations
        offsets = [sum(config.memory_features[:n]) for n in range(len(config.memory_features))]
        self.register_buffer("offsets", torch.tensor(offsets, dtype=torch.long), persistent=False)
        self.feature = nn.EmbeddingBag(sum(config.memory_features), config.width, mode="sum")
        self.blocks = nn.ModuleList(EncoderBlock(config) for _ in range(config.memory_layers))
        self.norm = nn.RMSNorm(config.width, eps=NORM_EPSILON)
        self.dropout = Dropout(config.dropout)
        nn.init.normal_(self.feature.weight, std=1 / math.sqrt(len(config.memory_features)))

    def forward(self, memory: Memory) -> Recalled:
        rows, items, columns = memory.features.shape
        index = (memory.features + self.offsets).view(rows * items, columns)
        x = self.dropout(self.feature(index).view(rows, items, -1))
        hidden = ~memory.present
        among = table_rows(memory.attributes, memory.attributes, self.spans)
        for block in self.blocks:
            x = block(x, among, hidden)
        return Recalled(self.norm(x), table_rows(memory.queries, memory.attributes, self.spans), hidden)


class EncoderBlock(nn.Module):
    """Attention of all items to all, then feed-forward, each normalised before and added to the residual stream."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width, inner = config.width, config.memory_feed_forward
        self.heads = config.heads
        self.norm_attention = nn.RMSNorm(width, eps=NORM_EPSILON)
        self.mix = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.relation, self.bias = relation_tables(config), relation_biases(config)
        self.norm_feed_forward = nn.RMSNorm(width, eps=NORM_EPSILON)
        self.rise = nn.Linear(width, 2 * inner, bias=False)
        self.fall = nn.Linear(inner, width, bias=False)
        self.dropout = Dropout(config.dropout)
        deep = 1 / math.sqrt(2 * config.memory_layers)
        for linear, gain in ((self.mix, 1), (self.out, deep), (self.rise, 1), (self.fall, deep)):
            nn.init.normal_(linear.weight, std=gain / math.sqrt(linear.in_features))

    def forward(self, x: Tensor, steps: Sequence[Tensor], hidden: Tensor) -> Tensor:
        q, k, v = (heads_of(part, self.heads) for part in self.mix(self.norm_attention(x)).chunk(3, dim=-1))
        with torch.autocast(x.device.type, enabled=False):
            q, k, v = q.float(), k.float(), v.float()
            logits = q @ k.mT * q.shape[-1] ** -0.5 + related(q, self.relation, self.bias, steps)
            logits = logits.masked_fill(hidden[:, None, None, :], torch.finfo(q.dtype).min)
            mixed = torch.softmax(logits, -1) @ v
        x = x + self.dropout(self.out(joined(mixed)))
        gate, value = self.rise(self.norm_feed_forward(x)).chunk(2, dim=-1)
        return x + self.dropout(self.fall(functional.gelu(gate, approximate="tanh") * value))


class MemoryAttention(nn.Module):
    """Attention of the positions to the remembered items."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.query = nn.Linear(config.width, config.width, bias=False)
        self.mix = nn.Linear(config.width, 2 * config.width, bias=False)
        self.out = nn.Linear(config.width, config.width, bias=False)
        self.nothing = nn.Parameter(torch.zeros(config.heads, config.head_width))
        self.relation, self.bias = relation_tables(config), relation_biases(config)

    def initialise(self, deep: float) -> None:
        """Draw the first weights; `deep` scales what is added to the residual stream."""
        for linear, gain in ((self.query, 1), (self.mix, 1), (self.out, deep)):
            nn.init.normal_(linear.weight, std=gain / math.sqrt(linear.in_features))

    def forward(self, x: Tensor, recalled: Recalled, tap: Tap | None = None) -> Tensor:
        """Return what (B, L, D) normalised positions take from the items, (B, L, D)."""
        q = heads_of(self.query(x), self.heads)
        k, v = (heads_of(part, self.heads) for part in self.mix(recalled.items).chunk(2, dim=-1))
        with torch.autocast(x.device.type, enabled=False):
            q, k, v = q.float(), k.float(), v.float()
            scale = q.shape[-1] ** -0.5
            content = touch(tap, "memory_content", q @ k.mT * scale)
            relative = touch(tap, "memory_relative", related(q, self.relation, self.bias, recalled.steps))
            none = (q @ self.nothing[:, :, None]) * scale  # (B, H, L, 1)
            hidden = recalled.hidden[:, None, None, :]
            logits = (content + relative).masked_fill(hidden, torch.finfo(q.dtype).min)
            weights = torch.softmax(torch.cat([none, logits], -1), -1)[..., 1:]
            mixed = touch(tap, "memory_weights", weights) @ v
        return self.out(joined(mixed))


def relation_tables(config: ModelConfig) -> nn.ParameterList:
    """Return a table (H, 2K+1, Dh) for each relation of the memory."""
    size, scale = config.head_width, config.head_width**-0.5
    return nn.ParameterList(torch.randn(config.heads, 2 * k + 1, size) * scale for k in config.memory_relations)


def relation_biases(config: ModelConfig) -> nn.ParameterList:
    """Return a number for each head and row of a relation's table, (H, 2K+1), from 0."""
    return nn.ParameterList(torch.zeros(config.heads, 2 * k + 1) for k in config.memory_relations)


def heads_of(x: Tensor, heads: int) -> Tensor:
    """Return (B, L, D) as (B, H, L, Dh)."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def joined(x: Tensor) -> Tensor:
    """Return (B, H, L, Dh) as (B, L, D)."""
    return x.transpose(1, 2).flatten(2)


def table_rows(queries: Tensor, attributes: Tensor, spans: Sequence[int]) -> list[Tensor]:
    """Return for each relation which row of its table a query (B, L, R) and an item (B, M, R) meet in, (B, L, M)."""
    rows = []
    for r, span in enumerate(spans):
        there, here = attributes[:, None, :, r], queries[:, :, None, r]
        steps = (there - here).clamp(-span, span) + span
        rows.append(steps.masked_fill((there < 0) | (here < 0), 2 * span + 1))
    return rows


def related(
    q: Tensor, tables: Iterable[Tensor], biases: Iterable[Tensor], steps: Sequence[Tensor]
) -> Tensor:
    """Return the relations' sum, (B, H, L, M) scaled logits of q (B, H, L, Dh): multiplied first, gathered after."""
    total, scaled = q.new_zeros(()), q * q.shape[-1] ** -0.5
    for table, bias, rows in zip(tables, biases, steps, strict=True):
        products = functional.pad(scaled @ table.mT + bias[:, None], (0, 1))  # the last column stays 0: no relation
        total = total + products.gather(-1, rows[:, None].expand(-1, q.shape[1], -1, -1))
    return total

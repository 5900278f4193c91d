"""The network in torch, top to bottom: what is trained, and the reference for the numpy decoder.

Dimensions: B rows, L positions, D width, H heads, Dh = D / H, F feature columns, R relations, V classes.

Position i predicts token i. Its input is token i - 1 (or the beginning), the features of cell i, and for the relations
the attributes of token i - 1.

References
----------
Huang et al., "Music Transformer", arXiv 1809.04281 (2018): relative attention, relations between pitches and times.
Shazeer, "GLU Variants Improve Transformer", arXiv 2002.05202 (2020): the gated feed-forward layer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.torch.dropout import Dropout
from musenb.model.torch.memory import Memory, MemoryAttention, MemoryEncoder, Recalled
from musenb.model.torch.relative import (
    Relation,
    chunked_relative_attention,
    masked_softmax,
    relation_logits,
    relative_embeddings,
    skew,
)
from musenb.model.torch.tap import NORM_EPSILON, Tap, touch

# The linear maps of a block and how they begin: those that add to the residual stream are scaled with the depth.
LINEARS = {
    "attention.mix": "plain", "attention.out": "deep", "feed_forward.rise": "plain", "feed_forward.fall": "deep"
}


@dataclass(frozen=True, slots=True)
class Inputs:
    """A batch of rows.

    Parameters
    ----------
    tokens : int64 (B, L)
        What each position is told of the token before it; `config.begin` where there is none.
    features : int64 (B, L, F)
    attributes : int64 (B, L, R)
        Values whose differences the relations embed; negative where a position has none.
    memory : Memory, optional
        What is told beside the past.
    """

    tokens: Tensor
    features: Tensor
    attributes: Tensor
    memory: Memory | None = None

    def check(self, config: ModelConfig) -> None:
        """Raise ModelError when the shapes do not fit one another or the model."""
        rows, length = self.tokens.shape
        if length == 0:
            raise ModelError("a row of length 0 was handed to the model; at least one position is needed")
        for name, columns in (("features", len(config.features)), ("attributes", len(config.relations))):
            shape = tuple(getattr(self, name).shape)
            if shape != (rows, length, columns):
                needed = (rows, length, columns)
                raise ModelError(f"{name} of shape {shape} do not fit tokens of shape {(rows, length)}: needs {needed}")
        if self.memory is not None:
            self.memory.check(config, rows, length)


class Attention(nn.Module):
    """Causal self-attention with a learned term for distance, and in the first layers for related attributes."""

    def __init__(self, config: ModelConfig, *, related: bool) -> None:
        super().__init__()
        self.heads, self.spans = config.heads, config.relations if related else ()
        self.mix = nn.Linear(config.width, 3 * config.width, bias=False)
        self.out = nn.Linear(config.width, config.width, bias=False)
        size, scale = config.head_width, config.head_width**-0.5
        table = torch.zeros(config.heads, 1, size)
        if config.relative:
            table = torch.randn(config.heads, config.max_distance, size) * scale
        self.distance = nn.Parameter(table, requires_grad=config.relative)
        self.relation = nn.ParameterList(torch.randn(config.heads, 2 * k + 1, size) * scale for k in self.spans)

    def forward(self, x: Tensor, attributes: Tensor, tap: Tap | None = None) -> Tensor:  # (B, L, D)
        rows, length, width = x.shape
        q, k, v = self.mix(x).view(rows, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)  # each (B, H, L, Dh)
        relations = [
            Relation(attributes[:, :, r], table, span, attributes[:, :, r] >= 0)
            for r, (table, span) in enumerate(zip(self.relation, self.spans, strict=True))
        ]
        if tap is None:
            mixed = chunked_relative_attention(q, k, v, self.distance, relations=relations)
        else:
            mixed = self._watched(q, k, v, relations, tap)
        return self.out(mixed.transpose(1, 2).reshape(rows, length, width))

    def _watched(self, q: Tensor, k: Tensor, v: Tensor, relations: list[Relation], tap: Tap) -> Tensor:
        """Attend in the skewed form, showing each part of the logits and the weights to the tap; (B, H, L, Dh)."""
        scale = q.shape[-1] ** -0.5
        content = touch(tap, "content", q @ k.transpose(-1, -2) * scale)
        relative = skew(q @ relative_embeddings(self.distance, q.shape[2]).transpose(-1, -2))
        for relation in relations:
            relative = relative + relation_logits(q, relation)
        relative = touch(tap, "relative", relative * scale)
        return touch(tap, "weights", masked_softmax(content + relative, None)) @ v


class FeedForward(nn.Module):
    """Two linear maps with a gated GELU between them."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.rise = nn.Linear(config.width, 2 * config.feed_forward, bias=False)
        self.fall = nn.Linear(config.feed_forward, config.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        gate, value = self.rise(x).chunk(2, dim=-1)
        return self.fall(functional.gelu(gate, approximate="tanh") * value)


class Block(nn.Module):
    """One layer: attention, then feed-forward, each normalised before and added to the residual stream.

    A layer that reads the memory attends to it between the two.
    """

    def __init__(self, config: ModelConfig, *, related: bool, reads: bool = False) -> None:
        super().__init__()
        self.norm_attention = nn.RMSNorm(config.width, eps=NORM_EPSILON)
        self.attention = Attention(config, related=related)
        self.norm_memory = nn.RMSNorm(config.width, eps=NORM_EPSILON) if reads else None
        self.memory = MemoryAttention(config) if reads else None
        self.norm_feed_forward = nn.RMSNorm(config.width, eps=NORM_EPSILON)
        self.feed_forward = FeedForward(config)
        self.dropout = Dropout(config.dropout)

    def forward(
        self, x: Tensor, attributes: Tensor, tap: Tap | None = None, recalled: Recalled | None = None
    ) -> Tensor:
        x = x + self.dropout(self.attention(self.norm_attention(x), attributes, tap))
        if self.memory is not None and self.norm_memory is not None and recalled is not None:
            x = x + self.dropout(self.memory(self.norm_memory(x), recalled, tap))
        return x + self.dropout(self.feed_forward(self.norm_feed_forward(x)))


class Transformer(nn.Module):
    """A decoder-only Transformer over tokens with integer features.

    Parameters
    ----------
    config : ModelConfig
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        offsets = [0]
        for size in config.features:
            offsets.append(offsets[-1] + size)
        self.offsets: Tensor
        self.register_buffer("offsets", torch.tensor(offsets[:-1], dtype=torch.long), persistent=False)
        concatenated = config.positions == "concatenated"
        token_width = config.width // 2 if concatenated else config.width
        self.token = nn.Embedding(config.begin + 1, token_width)
        self.feature = nn.EmbeddingBag(max(offsets[-1], 1), config.width, mode="sum")
        self.blocks = nn.ModuleList(
            Block(config, related=n < config.relation_layers, reads=n in config.memory_readers)
            for n in range(config.layers)
        )
        self.memory = MemoryEncoder(config) if config.memory_readers else None
        self.norm = nn.RMSNorm(config.width, eps=NORM_EPSILON)
        self.readout = nn.Linear(config.width, config.vocabulary, bias=False)
        self.dropout = Dropout(config.dropout)
        self._initialise()

    def _initialise(self) -> None:
        nn.init.normal_(self.token.weight, std=0.5)
        nn.init.normal_(self.feature.weight, std=0.3 / math.sqrt(max(len(self.config.features), 1)))
        nn.init.zeros_(self.readout.weight)
        deep = 1 / math.sqrt(2 * self.config.layers)
        for block in self.blocks:
            for name, gain in LINEARS.items():
                linear = block.get_submodule(name)
                assert isinstance(linear, nn.Linear)
                scale = deep if gain == "deep" else 1.0
                nn.init.normal_(linear.weight, std=scale / math.sqrt(linear.in_features))
            if isinstance(block, Block) and block.memory is not None:
                block.memory.initialise(deep)

    def embed(self, inputs: Inputs) -> Tensor:
        """Return the residual stream before the first block, (B, L, D)."""
        rows, length = inputs.tokens.shape
        x = self.token(inputs.tokens)
        if self.config.positions != "none":
            wave = sinusoids(length, self.config.width - x.shape[-1] or self.config.width).to(x)
            beside = self.config.positions == "concatenated"
            x = torch.cat([x, wave.expand(rows, -1, -1)], dim=-1) if beside else x + wave
        if self.config.features:
            index = (inputs.features + self.offsets).view(rows * length, -1)
            x = x + self.feature(index).view(rows, length, -1)
        return self.dropout(x)

    def forward(self, inputs: Inputs, tap: Tap | None = None) -> Tensor:
        """Return logits (B, L, V); position i sees tokens before i only.

        Parameters
        ----------
        inputs : Inputs
        tap : callable, optional
            Called with a name and a tensor at each named place; a tensor that it returns replaces the one it was given.
            Names: 'embedding' and 'N.residual' (B, L, D), 'N.content', 'N.relative' and 'N.weights' (B, H, L, L),
            with N the layer from 0. 'content' and 'relative' are the two parts of the scaled logits before the mask. In
            layers that read M remembered items also 'N.memory_content', 'N.memory_relative' and 'N.memory_weights'
            (B, H, L, M); what is missing to a sum of 1 went to no item.

        Raises
        ------
        ModelError
            The shapes do not fit the model.
        """
        return self.readout(self.states(inputs, tap))

    def states(self, inputs: Inputs, tap: Tap | None = None) -> Tensor:
        """Return what is read out at each position, (B, L, D): the residual stream behind the last block, normalised.

        Parameters and errors as in `forward`.
        """
        inputs.check(self.config)
        recalled = None
        if self.memory is not None and inputs.memory is not None and inputs.memory.features.shape[1]:
            recalled = self.memory(inputs.memory)
        x = touch(tap, "embedding", self.embed(inputs))
        for number, block in enumerate(self.blocks):
            inner = None if tap is None else lambda name, value, n=number: tap(f"{n}.{name}", value)
            x = touch(tap, f"{number}.residual", block(x, inputs.attributes, inner, recalled))
        return self.norm(x)


def sinusoids(length: int, width: int) -> Tensor:
    """Return the fixed position waves of Vaswani et al. (2017), (L, width): sines in the first half, then cosines."""
    half = width // 2
    rates = torch.exp(-math.log(10000.0) * torch.arange(half) / max(half - 1, 1))
    angles = torch.arange(length)[:, None] * rates
    return nn.functional.pad(torch.cat([angles.sin(), angles.cos()], dim=-1), (0, width - 2 * half))

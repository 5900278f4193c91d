"""Fields: a head that predicts the fields of a step in turn, each told those before, and the network that ends in it.

With `h` (D,) what the decoder says of a position, normalised, field k has

    x_k = h + sum of the embeddings of the fields before k and of what is told once they are known
    logits_k = W_k (x_k + out_k(gelu(in_k(norm_k(x_k)))))

so that the first field is told nothing and the last one all the others. The decoder reads a step whole: its cost does
not grow with the number of fields.

Dimensions: B rows, L positions, D width, K fields, T numbers that are told on the way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.torch.tap import NORM_EPSILON
from musenb.model.torch.transformer import Inputs, Transformer


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of a batch as they are predicted.

    Parameters
    ----------
    targets : int64 (B, L, K)
        The class of each field, in the order of prediction.
    told : int64 (B, L, T)
        What the head is told, each once `config.told_after` fields are known.
    """

    targets: Tensor
    told: Tensor

    def check(self, config: ModelConfig, rows: int, length: int) -> None:
        """Raise ModelError when the shapes do not fit the row or the model."""
        for name, columns in (("targets", len(config.fields)), ("told", len(config.told))):
            shape = tuple(getattr(self, name).shape)
            if shape != (rows, length, columns):
                raise ModelError(f"{name} of shape {shape} do not fit: {rows} rows of {length} need {columns} columns")


class FieldLayer(nn.Module):
    """What one field adds to the stream before it is read out: a residual layer of its own."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(width, eps=NORM_EPSILON)
        self.rise = nn.Linear(width, inner, bias=False)
        self.fall = nn.Linear(inner, width, bias=False)
        nn.init.normal_(self.rise.weight, std=1 / math.sqrt(width))
        nn.init.normal_(self.fall.weight, std=0.5 / math.sqrt(inner))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.fall(functional.gelu(self.rise(self.norm(x)), approximate="tanh"))


class FieldHead(nn.Module):
    """Logits of each field of a step from the decoder's output and the fields before it.

    Parameters
    ----------
    config : ModelConfig
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.sizes, self.after = config.fields, config.told_after
        self.embedding = nn.ModuleList(nn.Embedding(size, config.width) for size in config.fields[:-1])
        self.told = nn.ModuleList(nn.Embedding(size, config.width) for size in config.told)
        self.layers = nn.ModuleList(FieldLayer(config.width, config.field_width) for _ in config.fields)
        for table in (*self.embedding, *self.told):
            assert isinstance(table, nn.Embedding)
            nn.init.normal_(table.weight, std=0.3)

    def streams(self, h: Tensor, steps: Steps) -> list[Tensor]:
        """Return what each field is read out of, (B, L, D), from normalised states h (B, L, D)."""
        h = h.float()  # what is told is added in single precision
        found = [self.layers[0](h)]
        for k in range(1, len(self.sizes)):
            h = self.advance(h, k - 1, steps.targets[..., k - 1], steps.told)
            found.append(self.layers[k](h))
        return found

    def advance(self, h: Tensor, field: int, classes: Tensor, told: Tensor) -> Tensor:
        """Return the stream once `field` is known to be of `classes` (B, L), with what is told then, (B, L, T)."""
        h = h + self.embedding[field](classes)
        for t, after in enumerate(self.after):
            if after == field + 1:
                h = h + self.told[t](told[..., t])
        return h


class FieldTransformer(Transformer):
    """A decoder whose positions are steps of several fields; `readout` holds the classes of all of them.

    Parameters
    ----------
    config : ModelConfig
        With `fields`; its vocabulary is their sum.
    """

    def __init__(self, config: ModelConfig) -> None:
        if not config.fields:
            raise ModelError("a model without fields was asked for steps; its configuration names none")
        super().__init__(config)
        self.fields = FieldHead(config)

    def logits(self, inputs: Inputs, steps: Steps) -> list[Tensor]:
        """Return the logits of each field, (B, L, V_k), told the true fields before it.

        Raises
        ------
        ModelError
            The shapes do not fit the model.
        """
        steps.check(self.config, *inputs.tokens.shape)
        streams = self.fields.streams(self.states(inputs), steps)
        weights = self.readout.weight.split(list(self.config.fields))
        return [functional.linear(x, weight) for x, weight in zip(streams, weights, strict=True)]

    def nats(self, inputs: Inputs, steps: Steps) -> Tensor:
        """Return -ln p of each field of each step, float32 (B, L, K)."""
        found = []
        for k, logits in enumerate(self.logits(inputs, steps)):
            flat, targets = logits.flatten(0, 1).float(), steps.targets[..., k].flatten()
            found.append(functional.cross_entropy(flat, targets, reduction="none").view(logits.shape[:2]))
        return torch.stack(found, -1)

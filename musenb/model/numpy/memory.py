"""Memory in numpy: given items encoded once, both ways, and what each layer that reads them needs of them.

Names, relations and the key of "no item" are those of `musenb.model.torch.memory`, which is the reference. The items
are the same for every row of a kv cache.

Dimensions: M items, G features, S relations, P rows of all relations' tables side by side, each table with a row of 0
behind it, and a last one for items that a row is not told of; K layers that read; B, n, D, H, Dh as in `decode`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.numpy.layer import GATE, gated, normed

Tensors = Mapping[str, np.ndarray]
HIDING = -1e9  # a logit


class Items(Protocol):
    """What is to be remembered: integer features (M, G) and attributes (M, S), negative where an item has none."""

    @property
    def features(self) -> np.ndarray: ...
    @property
    def attributes(self) -> np.ndarray: ...


@dataclass(frozen=True, slots=True)
class Recalled:
    """Items as the layers that read them see them.

    Parameters
    ----------
    keys, values : float32 (K, H, M, Dh)
    attributes : int64 (M, S)
    hidden : bool (B, M), optional
        Which items each row of a cache is not told of.
    """

    keys: np.ndarray
    values: np.ndarray
    attributes: np.ndarray
    hidden: np.ndarray | None = None

    def select(self, rows: list[int]) -> Recalled:
        """Return the items as some rows are told of them."""
        return self if self.hidden is None else dataclasses.replace(self, hidden=self.hidden[rows])

    def __len__(self) -> int:
        return self.keys.shape[2]


@dataclass(frozen=True, slots=True)
class Tables:
    """The relations of one attention, ready for products with queries.

    Parameters
    ----------
    embeddings : float32 (H, Dh, P)
    biases : float32 (H, 1, P)
    """

    embeddings: np.ndarray
    biases: np.ndarray

    def terms(self, q: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """Return the sum of the relations, (H, N, M), of queries (H, N, Dh) that meet the items at steps (S, N, M)."""
        products = q @ self.embeddings + self.biases  # (H, N, P): multiplied first, gathered after
        heads, count, columns = products.shape
        flat = products.reshape(heads, -1)
        offsets = np.arange(count)[:, None] * columns
        total = flat.take(steps[0] + offsets, axis=1)
        for step in steps[1:]:
            total += flat.take(step + offsets, axis=1)
        return total


@dataclass(frozen=True, slots=True)
class ItemReader:
    """What a layer reads the items with.

    Parameters
    ----------
    query : float32 (D, D)
        Norm and scale of the logits within.
    out : float32 (D, D)
    nothing : float32 (H, Dh, 1)
        The key of "no item".
    tables : Tables
    """

    query: np.ndarray
    out: np.ndarray
    nothing: np.ndarray
    tables: Tables


@dataclass(frozen=True, slots=True)
class EncoderLayer:
    """The matrices of one block of the encoder; as in `layer.Layer`."""

    mix: np.ndarray
    out: np.ndarray
    rise: np.ndarray
    fall: np.ndarray
    tables: Tables


class Encoder:
    """Reads the items both ways, and makes the keys and values of each layer that attends to them.

    Parameters
    ----------
    config : ModelConfig
        With a memory.
    tensors : mapping of str to float arrays
    """

    def __init__(self, config: ModelConfig, tensors: Tensors) -> None:
        self.config = config
        self.table = np.asarray(tensors["memory.feature.weight"], np.float32)
        self.first_rows = np.cumsum([0, *config.memory_features])[:-1]
        self.layers = [_encoder_layer(config, tensors, number) for number in range(config.memory_layers)]
        norm = np.asarray(tensors["memory.norm.weight"], np.float64)
        self.mixes = [
            _ready((tensors[f"blocks.{number}.memory.mix.weight"] * norm).T) for number in config.memory_readers
        ]

    def check(self, items: Items) -> None:
        """Raise ModelError when shapes, types or values do not fit the model."""
        config, count = self.config, len(items.features)
        needed = {"features": len(config.memory_features), "attributes": len(config.memory_relations)}
        for name, columns in needed.items():
            array = getattr(items, name)
            if array.shape != (count, columns):
                raise ModelError(f"{name} of a memory of shape {array.shape}: {(count, columns)} is needed")
            if array.dtype.kind not in "iu":
                raise ModelError(f"{name} of a memory of type {array.dtype}; whole numbers are needed")
        outside = (items.features < 0) | (items.features >= config.memory_features)
        if outside.any():
            item, column = map(int, np.argwhere(outside)[0])
            most = config.memory_features[column] - 1
            value = items.features[item, column]
            raise ModelError(f"feature {column} of item {item} of a memory is {value}, outside 0..{most}")

    def recall(self, features: np.ndarray, attributes: np.ndarray) -> Recalled:
        """Return items of features (M, G) and attributes (M, S), which were checked, as the layers see them."""
        config = self.config
        steps = steps_between(config, attributes[None], attributes)[:, 0]
        x = self.table.take(features + self.first_rows, axis=0).sum(axis=1)
        for layer in self.layers:
            q, k, v = (self._heads(part) for part in np.split(normed(x) @ layer.mix, 3, axis=1))
            logits = q @ k.swapaxes(1, 2) + layer.tables.terms(q, steps)
            logits -= logits.max(axis=-1, keepdims=True)
            np.exp(logits, out=logits)
            logits /= logits.sum(axis=-1, keepdims=True)
            x = x + (logits @ v).swapaxes(0, 1).reshape(x.shape) @ layer.out
            x = x + gated(normed(x) @ layer.rise) @ layer.fall
        told = normed(x)
        pairs = [[self._heads(part) for part in np.split(told @ mix, 2, axis=1)] for mix in self.mixes]
        keys, values = (np.ascontiguousarray([pair[number] for pair in pairs]) for number in (0, 1))
        return Recalled(keys, values, attributes)

    def _heads(self, x: np.ndarray) -> np.ndarray:
        """Return (M, D) as (H, M, Dh)."""
        return x.reshape(len(x), self.config.heads, -1).swapaxes(0, 1)


def read_items(
    reader: ItemReader, recalled: Recalled, number: int, x: np.ndarray, steps: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return what normed positions take from the items, and how.

    Parameters
    ----------
    reader : ItemReader
    recalled : Recalled
    number : int
        Which of the K layers that read it is.
    x : float32 (N, D)
    steps : int64 (S, N, M)

    Returns
    -------
    values : float32 (H, N, Dh)
    content, relative, weights : float32 (H, N, M)
        Parts of the scaled logits, and the softmax of their sum; what is missing to 1 went to no item.
    """
    heads = reader.nothing.shape[0]
    q = (x @ reader.query).reshape(len(x), heads, -1).swapaxes(0, 1)  # (H, N, Dh)
    content = q @ recalled.keys[number].swapaxes(1, 2)
    relative = reader.tables.terms(q, steps)
    none = q @ reader.nothing  # (H, N, 1)
    weights = content + relative
    peak = np.maximum(weights.max(axis=-1, keepdims=True), none)
    weights -= peak
    np.exp(weights, out=weights)
    weights /= weights.sum(axis=-1, keepdims=True) + np.exp(none - peak)
    return weights @ recalled.values[number], content, relative, weights


def beside(parts: Sequence[Recalled]) -> Recalled:
    """Return the items of several memories, each of which one row of a cache is told of."""
    counts = [len(part) for part in parts]
    hidden = np.repeat(~np.eye(len(parts), dtype=bool), counts, axis=1)
    keys, values = (np.concatenate([getattr(part, name) for part in parts], axis=2) for name in ("keys", "values"))
    return Recalled(keys, values, np.concatenate([part.attributes for part in parts]), hidden)


def hide(steps: np.ndarray, hidden: np.ndarray | None, columns: int) -> np.ndarray:
    """Let steps (S, B, any, M) or (S, B, M) of hidden items meet the last of the columns, which no item survives."""
    if hidden is not None:
        mask = hidden if steps.ndim == 3 else np.repeat(hidden[:, None], steps.shape[2], axis=1)
        steps[0][mask] = columns - 1
    return steps


def steps_between(config: ModelConfig, queries: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Return in which of the P rows queries (B, n, S) and items (M, S) meet, int64 (S, B, n, M)."""
    found = np.empty((len(config.memory_relations), *queries.shape[:2], len(items)), np.int64)
    first = 0
    for relation, span in enumerate(config.memory_relations):
        here, there, steps = queries[..., relation], items[:, relation], found[relation]
        np.subtract(there, here[..., None], out=steps)
        np.clip(steps, -span, span, out=steps)
        steps += first + span
        steps[(here < 0)[..., None] | (there < 0)] = first + 2 * span + 1
        first += 2 * span + 2
    return found


def item_reader(config: ModelConfig, tensors: Tensors, number: int) -> ItemReader:
    """Return what layer `number` reads the items with."""
    block, scale = f"blocks.{number}.", config.head_width**-0.5
    norm = np.asarray(tensors[f"{block}norm_memory.weight"], np.float64)
    return ItemReader(
        query=_ready((tensors[f"{block}memory.query.weight"] * norm * scale).T),
        out=_ready(tensors[f"{block}memory.out.weight"].T),
        nothing=_ready(tensors[f"{block}memory.nothing"][:, :, None]),
        tables=_tables(config, tensors, f"{block}memory."),
    )


def joined_tables(config: ModelConfig, tensors: Tensors, block: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the embeddings (H, P, Dh) and biases (H, P) of all relations, each with a row of 0 behind it.

    A last row takes part in no difference: its bias leaves nothing of the weight of an item that meets it.
    """
    relations = range(len(config.memory_relations))
    embeddings = [np.pad(tensors[f"{block}relation.{r}"], ((0, 0), (0, 1), (0, 0))) for r in relations]
    biases = [np.pad(tensors[f"{block}bias.{r}"], ((0, 0), (0, 1))) for r in relations]
    heads, _, size = embeddings[0].shape
    embeddings.append(np.zeros((heads, 1, size)))
    biases.append(np.full((heads, 1), HIDING))
    return np.concatenate(embeddings, axis=1), np.concatenate(biases, axis=1)


def _tables(config: ModelConfig, tensors: Tensors, block: str) -> Tables:
    embeddings, biases = joined_tables(config, tensors, block)
    return Tables(_ready(embeddings.swapaxes(1, 2)), _ready(biases[:, None]))


def _encoder_layer(config: ModelConfig, tensors: Tensors, number: int) -> EncoderLayer:
    block = f"memory.blocks.{number}."
    scale, gate = np.ones((3 * config.width, 1)), np.ones((2 * config.memory_feed_forward, 1))
    scale[: config.width] = 1 / math.sqrt(config.head_width)
    gate[: config.memory_feed_forward] = 1 / GATE
    before, inside = (
        np.asarray(tensors[f"{block}norm_{name}.weight"], np.float64) for name in ("attention", "feed_forward")
    )
    return EncoderLayer(
        mix=_ready((tensors[f"{block}mix.weight"] * before * scale).T),
        out=_ready(tensors[f"{block}out.weight"].T),
        rise=_ready((tensors[f"{block}rise.weight"] * inside * gate).T),
        fall=_ready(tensors[f"{block}fall.weight"].T * (GATE / 2)),
        tables=_tables(config, tensors, block),
    )


def _ready(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array, np.float32)

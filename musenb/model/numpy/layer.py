"""Decoder weights ready for matrix products: transposed, scales folded in, all embeddings in one table.

Dimensions: D width, H heads, Dh = D / H, G inner width of the feed-forward layer, C context, K span of a relation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from musenb.model.config import ModelConfig

NORM_EPSILON = 1e-6
CHUNK = 64  # positions of a prime that are read at a time

# gelu(g) = g / 2 * (1 + tanh(a * (g + b * g^3))): with g = GATE * h the argument is h * (GATE_LINEAR + h^2).
_A, _B = math.sqrt(2 / math.pi), 0.044715
GATE = (_A * _B) ** (-1 / 3)
GATE_LINEAR = np.float32(_A * GATE)
ONE = np.float32(1)


@dataclass(frozen=True, slots=True)
class Layer:
    """The matrices of one block, ready to be multiplied with from the right.

    Parameters
    ----------
    mix : float32 (D, 3 * D)
        Queries, keys and values; norm and scale of the logits within.
    out : float32 (D, D)
    rise : float32 (D, 2 * G)
        Gate, divided by GATE, and value; norm within.
    fall : float32 (G, D)
        Times GATE / 2.
    distance : float32 (H, Dh, C + CHUNK), or None
        Column c is for the key C - 1 - c positions back: column C - 1 is the position itself; those behind are 0.
    relations : tuple of float32 (H, Dh, 2 * K + 2)
        The last column is 0: no attribute.
    """

    mix: np.ndarray
    out: np.ndarray
    rise: np.ndarray
    fall: np.ndarray
    distance: np.ndarray | None
    relations: tuple[np.ndarray, ...]


def embedding_table(config: ModelConfig, tensors: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return all embeddings in one table (rows, D), and the first row of tokens, of each feature, and of the waves."""
    tables = [tensors["token.weight"]]
    first = [0, *np.cumsum((config.begin + 1, *config.features))]
    if config.features:
        tables.append(tensors["feature.weight"])
    if config.positions == "added":
        tables.append(sinusoids(config.context, config.width))
    elif config.positions == "concatenated":
        half = config.width // 2
        tables[0] = np.pad(tables[0], ((0, 0), (0, config.width - half)))
        tables.append(np.pad(sinusoids(config.context, config.width - half), ((0, 0), (half, 0))))
    used = 1 + len(config.features) + (config.positions != "none")
    return np.concatenate(tables).astype(np.float32), np.array(first[:used], np.int64)


def layer_of(config: ModelConfig, tensors: Mapping[str, np.ndarray], number: int) -> Layer:
    """Return the matrices of one block."""
    def found(name: str) -> np.ndarray:
        return np.asarray(tensors[f"blocks.{number}.{name}"], np.float64)

    scale = np.ones(3 * config.width)
    scale[: config.width] = config.head_width**-0.5
    gate = np.ones(2 * config.feed_forward)
    gate[: config.feed_forward] = 1 / GATE
    distance = None
    if config.relative:
        back = config.context - 1 - np.arange(config.context)
        table = found("attention.distance")[:, np.minimum(back, config.max_distance - 1)]
        distance = _ready(np.pad(table, ((0, 0), (0, CHUNK), (0, 0))).swapaxes(1, 2))
    related = config.relations if number < config.relation_layers else ()
    relations = [found(f"attention.relation.{r}") for r in range(len(related))]
    return Layer(
        mix=_ready((found("attention.mix.weight") * found("norm_attention.weight") * scale[:, None]).T),
        out=_ready(found("attention.out.weight").T),
        rise=_ready((found("feed_forward.rise.weight") * found("norm_feed_forward.weight") * gate[:, None]).T),
        fall=_ready(found("feed_forward.fall.weight").T * (GATE / 2)),
        distance=distance,
        relations=tuple(_ready(np.pad(table, ((0, 0), (0, 1), (0, 0))).swapaxes(1, 2)) for table in relations),
    )


def _ready(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array, np.float32)


def sinusoids(length: int, width: int) -> np.ndarray:
    """Return the position waves of Vaswani et al. (2017), (L, width): sines in the first half, then cosines."""
    half = width // 2
    rates = np.exp(-math.log(10000.0) * np.arange(half, dtype=np.float32) / max(half - 1, 1))
    angles = np.arange(length, dtype=np.float32)[:, None] * rates.astype(np.float32)
    waves = np.concatenate([np.sin(angles), np.cos(angles)], axis=-1)
    return np.pad(waves, ((0, 0), (0, width - 2 * half)))


def normed(x: np.ndarray) -> np.ndarray:
    """Return rows (n, D) divided by their root mean square."""
    square = np.einsum("nd,nd->n", x, x)
    return x * (1 / np.sqrt(square / np.float32(x.shape[1]) + np.float32(NORM_EPSILON)))[:, None]


def gated(both: np.ndarray) -> np.ndarray:
    """Return the gated linear units of (n, 2 * G) gates and values, but for the factor GATE / 2."""
    # gelu(g) = g / 2 * (1 + tanh(...)), its polynomial by Horner's rule, each step in place.
    gate, value = both[:, : both.shape[1] // 2], both[:, both.shape[1] // 2 :]
    bent = gate * gate
    bent += GATE_LINEAR
    bent *= gate
    np.tanh(bent, out=bent)
    bent += ONE
    bent *= gate
    bent *= value
    return bent


def kernel_weights(array: np.ndarray, *, half: bool) -> np.ndarray:
    """Return weights as compiled functions read them: uint16 that holds the bits of halves, or float32."""
    made = np.array(array, np.float16 if half else np.float32, order="C")
    return made.view(np.uint16) if half else made

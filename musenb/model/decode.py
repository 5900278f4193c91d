"""The network in numpy: reads a prime in one pass, then one position at a time, keeping what it has read; no torch.

Dimensions: B rows, n new positions, L positions with them, D width, H heads, Dh = D / H, F feature columns, R relations,
V classes, G inner width of the feed-forward layer, C context.

It computes what `Transformer.forward` does. For speed the weights are transposed, the scales of the norms and of the logits
are multiplied into the matrices behind them, and all embeddings of a position lie in one table. For a single position the
relative term is one product with a slice of the distance table, which is stored farthest first.

References
----------
Huang et al., "Music Transformer", arXiv 1809.04281 (2018).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided

from musenb.errors import ModelError
from musenb.model.cache import Cache
from musenb.model.config import ModelConfig
from musenb.model.threads import one_thread
from musenb.model.trace import Recorder, Silence, Trace
from musenb.model.weights import check_tensors

__all__ = ["Cache", "Decoder", "Silence", "Trace"]

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
        Column c is for the key C - 1 - c positions back, so that column C - 1 is the position itself; those behind are 0.
    relations : tuple of float32 (H, Dh, 2 * K + 2)
        The last column is 0: no attribute.
    """

    mix: np.ndarray
    out: np.ndarray
    rise: np.ndarray
    fall: np.ndarray
    distance: np.ndarray | None
    relations: tuple[np.ndarray, ...]


class Decoder:
    """A model for sampling.

    Parameters
    ----------
    config : ModelConfig
    tensors : mapping of str to float arrays
        As `load_weights` returns them, or `Transformer.state_dict()` as arrays.

    Raises
    ------
    WeightsError
        The tensors are not those of the configuration.
    """

    def __init__(self, config: ModelConfig, tensors: Mapping[str, np.ndarray]) -> None:
        check_tensors(config, tensors, source="the tensors of the decoder")
        self.config = config
        self.embeddings, self.first_rows = _embeddings(config, tensors)
        self.sizes = np.array((config.vocabulary + 1, *config.features), np.uint64)
        self.layers = tuple(_layer(config, tensors, number) for number in range(config.layers))
        self.readout = np.ascontiguousarray((tensors["readout.weight"] * tensors["norm.weight"]).T, np.float32)
        # In the last chunk's corner the keys behind a query are hidden.
        self.hidden = np.triu(np.full((CHUNK, CHUNK), -np.inf, np.float32), 1)

    def start(self, rows: int = 1) -> Cache:
        """Return the memory for `rows` rows of which nothing is read yet."""
        return Cache(self.config, rows)

    def extend(
        self, cache: Cache, before: np.ndarray, features: np.ndarray, related: np.ndarray, *,
        trace: Trace | None = None, silence: Silence | None = None,
    ) -> np.ndarray:
        """Read the positions that come next, and return the logits of each.

        Parameters
        ----------
        cache : Cache
            From `start`; it is longer by n afterwards. After an error it is as before.
        before : int (B, n)
            The token before each position; `config.begin` where there is none.
        features : int (B, n, F)
        related : int (B, n, R)
            Values whose differences the relations embed; negative where a position has none.
        trace : Trace, optional
            Records the new positions.
        silence : Silence, optional
            What to leave out at the new positions; what was read before stays as it was read.

        Returns
        -------
        float32 (B, n, V)

        Raises
        ------
        ModelError
            A shape or a value does not fit the model, or the cache has no room for n more positions.
        """
        rows, related = self._rows(cache, before, features, related)
        if silence is not None:
            silence.check(self.config)
        start, count = cache.length, rows.shape[1]
        logits = np.empty((cache.rows, count, self.config.vocabulary), np.float32)
        try:
            with one_thread():
                for first in range(0, count, CHUNK):
                    chunk = slice(first, min(first + CHUNK, count))
                    cache.remember(related[:, chunk])
                    x = self.embeddings.take(rows[:, chunk], axis=0).sum(axis=2)
                    recorder = None if trace is None else trace.begin(start + first, start + chunk.stop)
                    logits[:, chunk] = self._read(cache, x, recorder, silence)
                    cache.length = start + chunk.stop
        except BaseException:
            cache.length = start
            raise
        return logits

    def _rows(
        self, cache: Cache, before: np.ndarray, features: np.ndarray, related: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the embeddings to sum at each position, (B, n, 1 + F) and the position's wave if there is one, and `related`."""
        config, before, features, related = self.config, np.asarray(before), np.asarray(features), np.asarray(related)
        if before.ndim != 2 or before.shape[0] != cache.rows or before.shape[1] < 1:
            raise ModelError(f"tokens of shape {before.shape}; (B, n) = ({cache.rows}, at least 1) is needed")
        for name, array, columns in (("features", features, len(config.features)), ("related", related, len(config.relations))):
            if array.shape != (*before.shape, columns):
                raise ModelError(f"{name} of shape {array.shape} do not fit tokens of shape {before.shape}: {(*before.shape, columns)} is needed")
            if array.dtype.kind not in "iu":
                raise ModelError(f"{name} of type {array.dtype}; whole numbers are needed")
        if cache.config != config:
            raise ModelError(f"the cache is of another model: {cache.config}")
        count, start = before.shape[1], cache.length
        if start + count > cache.capacity:
            raise ModelError(f"{start} positions read and {count} more are {start + count}; the context holds {cache.capacity}")
        rows = np.empty((*before.shape, len(self.first_rows)), np.int64)
        rows[:, :, 0] = before
        rows[:, :, 1 : len(self.sizes)] = features
        used = rows[:, :, : len(self.sizes)]
        outside = used.view(np.uint64) >= self.sizes
        if outside.any():
            column = int(outside.any(axis=(0, 1)).argmax())
            value = used[:, :, column][outside[:, :, column]][0]
            name = "token" if column == 0 else f"feature {column - 1}"
            raise ModelError(f"{name} {value} is outside 0..{int(self.sizes[column]) - 1}")
        if config.positions != "none":
            rows[:, :, -1] = np.arange(start, start + count)
        rows += self.first_rows
        return rows, related

    def _read(self, cache: Cache, x: np.ndarray, recorder: Recorder | None, silence: Silence | None) -> np.ndarray:
        """Return the logits (B, n, V) of embedded positions x (B, n, D), with their keys and values put into the cache."""
        config, (rows, count, width) = self.config, x.shape
        start, stop = cache.length, cache.length + count
        steps = [cache.steps(r, span, start=start, stop=stop) for r, span in enumerate(config.relations)]
        x = x.reshape(rows * count, width)
        if recorder is not None:
            recorder.residual(-1, x.reshape(rows, count, width))
        for number, layer in enumerate(self.layers):
            if silence is None or number not in silence.layers:
                mixed = self._attend(cache, number, normed(x) @ layer.mix, steps, recorder, silence)
                x += mixed @ layer.out
                x += gated(normed(x) @ layer.rise) @ layer.fall
            if recorder is not None:
                recorder.residual(number, x.reshape(rows, count, width))
        return (normed(x) @ self.readout).reshape(rows, count, -1)

    def _attend(
        self, cache: Cache, number: int, mixed: np.ndarray, steps: list[np.ndarray], recorder: Recorder | None, silence: Silence | None
    ) -> np.ndarray:
        """Return what the heads of a layer bring together, (B * n, D), from their queries, keys and values (B * n, 3 * D)."""
        config, layer, rows = self.config, self.layers[number], cache.rows
        count, start = len(mixed) // rows, cache.length
        stop = start + count
        parts = mixed.reshape(rows, count, 3, config.heads, config.head_width)
        pairs = cache.pairs[number]
        pairs[:, :, :, start:stop] = parts[:, :, 1:].transpose(2, 3, 0, 1, 4)
        q = np.ascontiguousarray(parts[:, :, 0].transpose(2, 0, 1, 3))  # (H, B, n, Dh)
        logits = q @ pairs[0, :, :, :stop].swapaxes(2, 3)  # (H, B, n, L)
        relative = None
        if silence is None or not silence.relative:
            relative = self._relative(layer, q, steps, stop)
        if recorder is not None:
            recorder.paired("content", number, logits)
            recorder.paired("relative", number, np.zeros_like(logits) if relative is None else relative)
        if relative is not None:
            logits += relative
        logits[..., start:] += self.hidden[:count, :count]
        logits -= logits.max(axis=-1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= logits.sum(axis=-1, keepdims=True)
        for head in silence.heads_of(number) if silence is not None else ():
            logits[head] = 0
        if recorder is not None:
            recorder.paired("weights", number, logits)
        brought = logits @ pairs[1, :, :, :stop]  # (H, B, n, Dh)
        return brought.transpose(1, 2, 0, 3).reshape(rows * count, config.width)

    def _relative(self, layer: Layer, q: np.ndarray, steps: list[np.ndarray], stop: int) -> np.ndarray | None:
        """Return the terms for distance and relations, (H, B, n, L), or None where the layer has none."""
        heads, rows, count, size = q.shape
        flat = q.reshape(heads, rows * count, size)
        total = None
        if layer.distance is not None:
            context = self.config.context
            products = flat @ layer.distance[:, :, context - stop : context + count - 1]  # (H, B * n, L + n - 1)
            total = _skewed(products.reshape(heads, rows, count, -1))
        for embedding, step in zip(layer.relations, steps, strict=False):
            products = flat @ embedding
            offsets = np.arange(rows * count).reshape(rows, count, 1) * embedding.shape[2]
            term = products.reshape(heads, -1).take(step + offsets, axis=1)
            total = term if total is None else total + term
        return total


def _skewed(products: np.ndarray) -> np.ndarray:
    """View (..., n, L + n - 1) products by distance, farthest first, as (..., n, L) by key: each row begins one column earlier."""
    count, columns = products.shape[-2:]
    *outer, row, item = products.strides
    shape = (*products.shape[:-1], columns - count + 1)
    return as_strided(products[..., count - 1 :], shape, (*outer, row - item, item), writeable=False)


def normed(x: np.ndarray) -> np.ndarray:
    """Return rows (n, D) divided by their root mean square."""
    square = np.einsum("nd,nd->n", x, x)
    return x * (1 / np.sqrt(square / np.float32(x.shape[1]) + np.float32(NORM_EPSILON)))[:, None]


def gated(both: np.ndarray) -> np.ndarray:
    """Return the gated linear units of (n, 2 * G) gates and values, but for the factor GATE / 2."""
    gate, value = both[:, : both.shape[1] // 2], both[:, both.shape[1] // 2 :]
    bent = gate * gate
    bent += GATE_LINEAR
    bent *= gate
    np.tanh(bent, out=bent)
    bent += ONE
    bent *= gate
    bent *= value
    return bent


def _embeddings(config: ModelConfig, tensors: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return all embeddings in one table (rows, D), and the first row of tokens, of each feature, and of the waves."""
    tables = [tensors["token.weight"]]
    first = [0, *np.cumsum((config.vocabulary + 1, *config.features))]
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


def _layer(config: ModelConfig, tensors: Mapping[str, np.ndarray], number: int) -> Layer:
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
    """Return the fixed position waves of Vaswani et al. (2017), (L, width): sines in the first half, cosines in the second."""
    half = width // 2
    rates = np.exp(-math.log(10000.0) * np.arange(half, dtype=np.float32) / max(half - 1, 1))
    angles = np.arange(length, dtype=np.float32)[:, None] * rates.astype(np.float32)
    waves = np.concatenate([np.sin(angles), np.cos(angles)], axis=-1)
    return np.pad(waves, ((0, 0), (0, width - 2 * half)))

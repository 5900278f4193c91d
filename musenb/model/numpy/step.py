"""Single-token forward pass with preallocated buffers: what decoding spends its time on.

At this size every call counts, so results go where they are needed (`out=`), views are made once, and a row of its own
is treated as a vector. Names and dimensions are those of `decode`, with n = 1.
"""

# NumPy's types do not know `reduce` with `out` by position, which is the cheapest call.
# pyright: reportCallIssue=false, reportArgumentType=false
from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from musenb.model.config import ModelConfig
from musenb.model.numpy.cache import Cache
from musenb.model.numpy.chunk import read_memory
from musenb.model.numpy.layer import GATE_LINEAR, NORM_EPSILON, ONE, Layer
from musenb.model.trace import Recorder, Silence

if TYPE_CHECKING:
    from musenb.model.numpy.decode import Decoder


class Workspace:
    """Arrays for one step of B rows, and views into them.

    Parameters
    ----------
    config : ModelConfig
    rows : int
    """

    def __init__(self, config: ModelConfig, rows: int) -> None:
        heads, size, width, inner = config.heads, config.head_width, config.width, config.feed_forward
        self.x = np.empty((rows, width), np.float32)
        self.h = np.empty((rows, width), np.float32)
        self.change = np.empty((rows, width), np.float32)
        self.mixed = np.empty((rows, 3 * width), np.float32)
        parts = self.mixed.reshape(rows, 3, heads, size)
        self.q = parts[:, 0].swapaxes(0, 1)  # (H, B, Dh)
        self.q_rows = self.q[:, :, None]  # (H, B, 1, Dh)
        self.pair = parts[:, 1:].transpose(1, 2, 0, 3)  # (2, H, B, Dh)
        self.brought = np.empty((heads, rows, 1, size), np.float32)
        self.joined = np.empty((rows, width), np.float32)
        self.joined_heads = self.joined.reshape(rows, heads, 1, size).swapaxes(0, 1)  # (H, B, 1, Dh)
        self.both = np.empty((rows, 2 * inner), np.float32)
        self.gate, self.value = self.both[:, :inner], self.both[:, inner:]
        self.bent = np.empty((rows, inner), np.float32)
        self.logits = np.empty(heads * rows * config.context, np.float32)
        self.terms = np.empty(heads * rows * config.context, np.float32)
        self.peak = np.empty((heads, rows, 1, 1), np.float32)
        self.total = np.empty((heads, rows, 1, 1), np.float32)


def read_one(
    decoder: Decoder, cache: Cache, embedded: np.ndarray, queries: np.ndarray, *,
    recorder: Recorder | None, silence: Silence | None,
) -> np.ndarray:
    """Return logits (B, 1, V) of one embedded position (B, 1, any, D); all else is as in `chunk.read_many`."""
    work = cache.workspace
    if work is None:
        work = cache.workspace = Workspace(cache.config, cache.rows)
    x, h, change = work.x, work.h, work.change
    np.add.reduce(embedded[:, 0], 1, None, x)
    steps = cache.steps_of_one(cache.length)
    if recorder is not None:
        recorder.residual(-1, x[:, None])
    for number, layer in enumerate(decoder.layers):
        # Pre-norm attention: q, k and v in one product, (B, D) @ (D, 3 * D); the norm's weight is inside `mix`.
        normed(x, h)
        np.dot(h, layer.mix, work.mixed)
        _attend(work, cache, number, layer, steps, recorder=recorder, silence=silence)
        if silence is None or number not in silence.layers:
            np.dot(work.joined, layer.out, change)
            np.add(x, change, x)
            if number in decoder.readers and cache.recalled is not None:
                normed(x, h)
                x += read_memory(decoder, cache, number, h, queries, recorder=recorder, silence=silence)
            # Gated feed-forward: up to (B, 2 * G), gate times value, down to (B, D).
            normed(x, h)
            np.dot(h, layer.rise, work.both)
            gated(work)
            np.dot(work.bent, layer.fall, change)
            np.add(x, change, x)
        if recorder is not None:
            recorder.residual(number, x[:, None])
    normed(x, h)
    return np.dot(h, decoder.readout)[:, None]


def _attend(
    work: Workspace, cache: Cache, number: int, layer: Layer, steps: list[np.ndarray], *,
    recorder: Recorder | None, silence: Silence | None,
) -> None:
    """Bring together what the heads attend to, from `mixed` to `joined`."""
    config = cache.config
    heads, rows, stop = config.heads, cache.rows, cache.length + 1
    # The new key and value go into the kv cache before they are attended to: a position sees itself.
    pairs = cache.pairs[number]  # (2, H, B, C, Dh)
    pairs[:, :, :, cache.length] = work.pair
    keys, values = pairs[0, :, :, :stop], pairs[1, :, :, :stop]  # (H, B, L, Dh)
    logits = work.logits[: heads * rows * stop].reshape(heads, rows, 1, stop)
    # Content logits: (H, B, 1, Dh) @ (H, B, Dh, L); the scale 1 / sqrt(Dh) is inside the queries' matrix.
    np.matmul(work.q_rows, keys.swapaxes(2, 3), logits)
    if recorder is not None:
        recorder.paired("content", number, logits)
    if silence is None or not silence.relative:
        if recorder is None:
            _add_relative(work, layer, steps, logits[:, :, 0], config)
        else:
            relative = np.zeros_like(logits)
            _add_relative(work, layer, steps, relative[:, :, 0], config)
            recorder.paired("relative", number, relative)
            np.add(logits, relative, logits)
    elif recorder is not None:
        recorder.paired("relative", number, np.zeros_like(logits))
    # Softmax without its division, which is cheaper on the (Dh,) sums below than on the L weights.
    np.maximum.reduce(logits, 3, None, work.peak, True)
    np.subtract(logits, work.peak, logits)
    np.exp(logits, logits)
    np.add.reduce(logits, 3, None, work.total, True)
    np.matmul(logits, values, work.brought)
    np.divide(work.brought, work.total, work.joined_heads)
    silenced = [] if silence is None else silence.heads_of(number)
    for head in silenced:
        work.joined_heads[head] = 0
    if recorder is not None:
        np.divide(logits, work.total, logits)
        for head in silenced:
            logits[head] = 0
        recorder.paired("weights", number, logits)


def _add_relative(
    work: Workspace, layer: Layer, steps: list[np.ndarray], logits: np.ndarray, config: ModelConfig
) -> None:
    """Add the terms for distance and relations to logits (H, B, L)."""
    heads, rows, stop = logits.shape
    if layer.distance is not None:
        # The table is stored farthest first and ends with distance 0, so that its last `near` columns are those of
        # the nearest keys in the order of the keys: the paper's skew of a single query is this slice.
        near = min(stop, config.max_distance)
        terms = work.terms[: heads * rows * near].reshape(heads, rows, near)
        np.matmul(work.q, layer.distance[:, :, config.context - near : config.context], terms)
        if near == stop:
            np.add(logits, terms, logits)
        else:
            # Keys beyond the largest distance share the term of the farthest one.
            part = logits[:, :, stop - near :]
            np.add(part, terms, part)
            part = logits[:, :, : stop - near]
            np.add(part, terms[:, :, :1], part)
    if layer.relations:
        terms = work.terms[: heads * rows * stop].reshape(heads, rows, stop)
        for embedding, step in zip(layer.relations, steps, strict=True):
            # Multiply first, gather after: (H, B, Dh) @ (H, Dh, 2K + 2), then one number for each key.
            products = np.matmul(work.q, embedding).reshape(heads, -1)
            products.take(step, 1, terms, "clip")
            np.add(logits, terms, logits)


def normed(x: np.ndarray, out: np.ndarray) -> None:
    """Write rows (B, D) divided by their root mean square to `out`."""
    rows, width = x.shape
    if rows == 1:
        flat = x[0]
        np.multiply(x, 1 / math.sqrt(flat.dot(flat) / width + NORM_EPSILON), out)
    else:
        square = np.einsum("bd,bd->b", x, x)
        np.multiply(x, (1 / np.sqrt(square / np.float32(width) + np.float32(NORM_EPSILON)))[:, None], out)


def gated(work: Workspace) -> None:
    """Write the gated linear units of `both` to `bent`, but for the factor GATE / 2."""
    bent, gate = work.bent, work.gate
    np.multiply(gate, gate, bent)
    np.add(bent, GATE_LINEAR, bent)
    np.multiply(bent, gate, bent)
    np.tanh(bent, bent)
    np.add(bent, ONE, bent)
    np.multiply(bent, gate, bent)
    np.multiply(bent, work.value, bent)

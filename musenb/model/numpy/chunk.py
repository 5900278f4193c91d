"""Prefill: the forward pass of many positions at once, a chunk after another, before the first single-token step.

The relative term of a chunk is one product, in which each query has its keys one column earlier than the query before:
the skew of the paper, here only a view. Names and dimensions are those of `decode`.

References
----------
Huang et al., "Music Transformer", arXiv 1809.04281 (2018), section 3.4.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import as_strided

from musenb.model.numpy.cache import Cache
from musenb.model.numpy.layer import CHUNK, Layer, gated, normed
from musenb.model.numpy.memory import hide, read_items, steps_between
from musenb.model.trace import MEMORY, Recorder, Silence

if TYPE_CHECKING:
    from musenb.model.numpy.decode import Decoder

NOTHING = np.float32(0)
HIDDEN = np.triu(np.full((CHUNK, CHUNK), -np.inf, np.float32), 1)  # the keys behind each query of a chunk


def read_many(
    decoder: Decoder, cache: Cache, embedded: np.ndarray, queries: np.ndarray, *,
    recorder: Recorder | None, silence: Silence | None,
) -> np.ndarray:
    """Return logits (B, n, V) of embedded positions; the cache gets their keys and values.

    Parameters
    ----------
    decoder : Decoder
    cache : Cache
        Its length stays.
    embedded : float32 (B, n, any, D)
        The embeddings to sum at each position; n at most CHUNK.
    queries : int64 (B, n, S)
        The attributes that meet those of remembered items.
    recorder : Recorder, optional
    silence : Silence, optional
    """
    x = embedded.sum(axis=2)
    config, (rows, count, width) = cache.config, x.shape
    start, stop = cache.length, cache.length + count
    steps = [cache.steps(r, span, start=start, stop=stop) for r, span in enumerate(config.relations)]
    x = x.reshape(rows * count, width)
    if recorder is not None:
        recorder.residual(-1, x.reshape(rows, count, width))
    for number, layer in enumerate(decoder.layers):
        mixed = _attend(cache, number, layer, normed(x) @ layer.mix, steps, recorder, silence)
        if silence is None or number not in silence.layers:
            x += mixed @ layer.out
            if number in decoder.readers and cache.recalled is not None:
                x += read_memory(decoder, cache, number, normed(x), queries, recorder=recorder, silence=silence)
            x += gated(normed(x) @ layer.rise) @ layer.fall
        if recorder is not None:
            recorder.residual(number, x.reshape(rows, count, width))
    return (normed(x) @ decoder.readout).reshape(rows, count, -1)


def read_memory(
    decoder: Decoder, cache: Cache, number: int, x: np.ndarray, queries: np.ndarray, *,
    recorder: Recorder | None, silence: Silence | None,
) -> np.ndarray | np.float32:
    """Return what a layer that reads items takes for normed positions (B * n, D), (B * n, D); 0 where silent."""
    reader, recalled = decoder.readers[number], cache.recalled
    if recalled is None or (silence is not None and silence.given):
        return NOTHING
    steps = steps_between(cache.config, queries, recalled.attributes)
    steps = hide(steps, recalled.hidden, reader.tables.biases.shape[2])
    steps = steps.reshape(len(steps), len(x), len(recalled))
    place = cache.config.memory_readers.index(number)
    brought, *parts = read_items(reader, recalled, place, x, steps)
    if recorder is not None:
        for name, part in zip(MEMORY, parts, strict=True):
            recorder.remembered(name, number, part.reshape(len(part), cache.rows, -1, len(recalled)))
    return brought.swapaxes(0, 1).reshape(x.shape) @ reader.out


def _attend(
    cache: Cache, number: int, layer: Layer, mixed: np.ndarray, steps: list[np.ndarray],
    recorder: Recorder | None, silence: Silence | None,
) -> np.ndarray:
    """Return what the heads bring together, (B * n, D), from queries, keys and values (B * n, 3 * D)."""
    config, rows = cache.config, cache.rows
    count, start = len(mixed) // rows, cache.length
    stop = start + count
    parts = mixed.reshape(rows, count, 3, config.heads, config.head_width)
    # Keys and values go into the kv cache first: a chunk attends to itself, too.
    pairs = cache.pairs[number]  # (2, H, B, C, Dh)
    pairs[:, :, :, start:stop] = parts[:, :, 1:].transpose(2, 3, 0, 1, 4)
    q = np.ascontiguousarray(parts[:, :, 0].transpose(2, 0, 1, 3))  # (H, B, n, Dh)
    logits = q @ pairs[0, :, :, :stop].swapaxes(2, 3)  # (H, B, n, L)
    relative = None
    if silence is None or not silence.relative:
        relative = _relative(layer, q, steps, stop, config.context)
    if recorder is not None:
        recorder.paired("content", number, logits)
        recorder.paired("relative", number, np.zeros_like(logits) if relative is None else relative)
    if relative is not None:
        logits += relative
    # Causal mask: only the chunk's own corner, (n, n), has keys behind their query.
    logits[..., start:] += HIDDEN[:count, :count]
    # Softmax, in place.
    logits -= logits.max(axis=-1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=-1, keepdims=True)
    for head in silence.heads_of(number) if silence is not None else ():
        logits[head] = 0
    if recorder is not None:
        recorder.paired("weights", number, logits)
    brought = logits @ pairs[1, :, :, :stop]  # (H, B, n, Dh)
    return brought.transpose(1, 2, 0, 3).reshape(rows * count, config.width)


def _relative(layer: Layer, q: np.ndarray, steps: list[np.ndarray], stop: int, context: int) -> np.ndarray | None:
    """Return the terms for distance and relations, (H, B, n, L), or None where the layer has none."""
    heads, rows, count, size = q.shape
    flat = q.reshape(heads, rows * count, size)
    total = None
    if layer.distance is not None:
        # Absolute by relative, wide enough for the first and the last query of the chunk; the skew is a view.
        products = flat @ layer.distance[:, :, context - stop : context + count - 1]  # (H, B * n, L + n - 1)
        total = _skewed(products.reshape(heads, rows, count, -1))
    for embedding, step in zip(layer.relations, steps, strict=False):
        # (H, B * n, 2K + 2): every query meets every difference once, then the numbers are gathered by key.
        products = flat @ embedding
        offsets = np.arange(rows * count).reshape(rows, count, 1) * embedding.shape[2]
        term = products.reshape(heads, -1).take(step + offsets, axis=1)
        total = term if total is None else total + term
    return total


def _skewed(products: np.ndarray) -> np.ndarray:
    """View (..., n, L + n - 1) products by distance, farthest first, as (..., n, L) by key: each row shifts by one."""
    # Row c begins one element earlier than row c - 1: strides (row - item, item) from the element n - 1 on.
    count, columns = products.shape[-2:]
    *outer, row, item = products.strides
    shape = (*products.shape[:-1], columns - count + 1)
    return as_strided(products[..., count - 1 :], shape, (*outer, row - item, item), writeable=False)

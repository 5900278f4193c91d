"""Compiled decoder step (numba), where it is installed: its arrays, and what it is told of a trace and of silence.

`kernel` holds the compiled functions; this module can be imported without numba.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np

from musenb.model.config import ModelConfig
from musenb.model.numpy.cache import Cache
from musenb.model.numpy.layer import kernel_weights
from musenb.model.numpy.memory import hide, joined_tables
from musenb.model.trace import MEMORY, PAIRED, Recorder, Silence


class Compiled:
    """The weights of a model as the compiled step reads them.

    Parameters
    ----------
    config : ModelConfig
    tensors : mapping of str to float arrays

    Attributes
    ----------
    half : bool
        The weights are kept in half precision, which loses nothing of them.

    Raises
    ------
    ImportError
        numba is not installed.
    RuntimeError
        No folder for compiled functions can be written.
    """

    def __init__(self, config: ModelConfig, tensors: Mapping[str, np.ndarray]) -> None:
        from musenb.model.numpy.kernel import read
        from musenb.model.numpy.kernel_steps import steps_of_one

        self._read, self._steps, self.config = read, steps_of_one, config
        self.half = all(_is_half(array) for name, array in tensors.items() if "norm" not in name)
        heads, size = config.heads, config.head_width

        def stacked(name: str, layers: int = config.layers) -> np.ndarray:
            return self._ready(np.stack([tensors[f"blocks.{number}.{name}"] for number in range(layers)]))

        norms = [
            [tensors[f"blocks.{number}.norm_{name}.weight"] for name in ("attention", "feed_forward")]
            for number in range(config.layers)
        ]
        empty = np.zeros((config.layers, heads, 0, size))
        distances = stacked("attention.distance")[:, :, ::-1] if config.relative else self._ready(empty)
        self.blocks = (
            np.array(norms, np.float32), *(stacked(f"attention.{name}.weight") for name in ("mix", "out")),
            *(stacked(f"feed_forward.{name}.weight") for name in ("rise", "fall")), np.ascontiguousarray(distances),
            self._relations(tensors),
            np.asarray(tensors["norm.weight"], np.float32),
            self._ready(np.eye(config.width) if config.fields else tensors["readout.weight"]),
        )
        self.readers = self._readers(tensors)
        self.spans = np.array(config.relations, np.int64), np.array(config.memory_relations, np.int64)
        blank = np.zeros((1, 1, config.width), np.float32), np.zeros((1, 1, len(config.memory_relations)), np.int64)
        self.read(Cache(config, 1), blank[0][:, None], blank[1], recorder=None, silence=None)

    def _relations(self, tensors: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the embeddings of all relations side by side, each with a row of 0 behind it."""
        config = self.config
        layers = min(config.relation_layers, config.layers) if config.relations else 0
        columns = sum(2 * span + 2 for span in config.relations)
        joined = np.zeros((layers, config.heads, columns, config.head_width))
        for number in range(layers):
            first = 0
            for relation, span in enumerate(config.relations):
                table = tensors[f"blocks.{number}.attention.relation.{relation}"]
                joined[number, :, first : first + 2 * span + 1] = table
                first += 2 * span + 2
        return self._ready(joined)

    def _readers(self, tensors: Mapping[str, np.ndarray]) -> tuple[np.ndarray, ...]:
        """Return the weights of the layers that read remembered items; see `kernel.read`."""
        config = self.config
        blocks = [f"blocks.{number}." for number in config.memory_readers]
        if not blocks:
            heads, width = config.heads, config.width
            shapes = ((0, width, width),) * 2 + ((0, heads, config.head_width), (0, heads, 0, config.head_width))
            return (
                np.zeros((0, width), np.float32), *(self._ready(np.zeros(shape)) for shape in shapes),
                np.zeros((0, heads, 0), np.float32),
            )
        tables = [joined_tables(config, tensors, f"{block}memory.") for block in blocks]

        def stacked(name: str) -> np.ndarray:
            return self._ready(np.stack([tensors[block + name] for block in blocks]))

        return (
            np.array([tensors[f"{block}norm_memory.weight"] for block in blocks], np.float32),
            *(stacked(f"memory.{name}") for name in ("query.weight", "out.weight", "nothing")),
            self._ready(np.stack([embeddings for embeddings, _ in tables])),
            np.array([biases for _, biases in tables], np.float32),
        )

    def _items(
        self, cache: Cache, queries: np.ndarray, *, recorded: bool, silence: Silence | None
    ) -> tuple:
        """Return what `kernel.read` is told of the remembered items, the taps last."""
        config, recalled = self.config, cache.recalled
        heads, count, size = config.heads, len(config.memory_readers), config.head_width
        reading = np.full(config.layers, -1)
        if recalled is None or (silence is not None and silence.given):
            nothing = np.zeros((count, heads, 0, size), np.float32)
            steps = np.zeros((len(config.memory_relations), cache.rows, 0), np.int32)
            empty = np.zeros((count, heads, cache.rows, 0), np.float32)
            return reading, self.readers, (nothing, nothing), steps, (empty, empty, empty)
        reading[list(config.memory_readers)] = np.arange(count)
        here = np.ascontiguousarray(queries[:, 0].T, np.int64)
        steps = self._steps(here, recalled.attributes.T[:, None], self.spans[1])
        steps = hide(steps, recalled.hidden, self.readers[-1].shape[2])
        shape = count, heads, cache.rows, len(recalled) if recorded else 0
        taps = tuple(np.empty(shape, np.float32) for _ in MEMORY)
        return reading, self.readers, (recalled.keys, recalled.values), steps, taps

    def _ready(self, array: np.ndarray) -> np.ndarray:
        return kernel_weights(array, half=self.half)

    def read(
        self, cache: Cache, embedded: np.ndarray, queries: np.ndarray, *,
        recorder: Recorder | None, silence: Silence | None,
    ) -> np.ndarray:
        """Return logits (B, 1, V) of one embedded position (B, 1, any, D), as `step.read_one` does."""
        config, position = self.config, cache.length
        x = embedded[:, 0].sum(axis=1)
        taps = self._taps(cache.rows, position + 1, recorder is not None)
        items = self._items(cache, queries, recorded=recorder is not None, silence=silence)
        left_out = self._silent(silence)
        here, there = cache.related[:, :, position], cache.related[:, :, : position + 1]
        steps = self._steps(np.ascontiguousarray(here), there, self.spans[0])
        logits = self._read(x, position, cache.pairs, steps, self.blocks, items, taps, left_out)
        if recorder is not None:
            for layer, values in enumerate(taps[0], -1):
                recorder.residual(layer, values[:, None])
            for name, layers in zip(PAIRED, taps[1:], strict=True):
                for layer, values in enumerate(layers):
                    recorder.paired(name, layer, values[:, :, None])
            if items[0].max() >= 0:
                silent = () if silence is None else silence.layers
                for name, readers in zip(MEMORY, items[-1], strict=True):
                    for layer, values in zip(config.memory_readers, readers, strict=True):
                        if layer not in silent:
                            recorder.remembered(name, layer, values[:, :, None])
        return logits[:, None]

    def _taps(self, rows: int, stop: int, recorded: bool) -> tuple[np.ndarray, ...]:
        config, count = self.config, int(recorded)
        residual = np.empty(((config.layers + 1) * count, rows, config.width), np.float32)
        paired = (config.layers * count, config.heads, rows, stop)
        return residual, *(np.empty(paired, np.float32) for _ in PAIRED)

    def _silent(self, silence: Silence | None) -> tuple[np.ndarray, np.ndarray, bool]:
        heads, layers = np.zeros((self.config.layers, self.config.heads), bool), np.zeros(self.config.layers, bool)
        if silence is None:
            return heads, layers, False
        for layer, head in silence.heads:
            heads[layer, head] = True
        layers[list(silence.layers)] = True
        return heads, layers, silence.relative


def _is_half(array: np.ndarray) -> bool:
    """Return whether half precision holds every number of an array."""
    single = np.asarray(array, np.float32)
    with np.errstate(over="ignore"):
        return bool((single.astype(np.float16).astype(np.float32) == single).all())


def compiled(config: ModelConfig, tensors: Mapping[str, np.ndarray]) -> Compiled | None:
    """Return the compiled step, or None where numba is not installed or its functions cannot be kept."""
    try:
        from numba.core.errors import NumbaError
    except ImportError:
        return None
    try:
        return Compiled(config, tensors)
    except (RuntimeError, OSError, NumbaError) as error:
        warnings.warn(f"single positions are read without numba: {error}", stacklevel=3)
        return None

"""Compiled decoder step (numba), where it is installed: its arrays, and what it is told of a trace and of silence.

`kernel` holds the compiled functions; this module can be imported without numba.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np

from musenb.model.config import ModelConfig
from musenb.model.numpy.cache import Cache
from musenb.model.trace import Recorder, Silence

PAIRED = ("content", "relative", "weights")


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

        self._read, self.config = read, config
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
        )
        self.ends = np.asarray(tensors["norm.weight"], np.float32), self._ready(tensors["readout.weight"])
        self.first_columns = np.cumsum([0, *(2 * span + 2 for span in config.relations)])[:-1]
        self.read(Cache(config, 1), np.zeros((1, 1, 1, config.width), np.float32), None, None)

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

    def _ready(self, array: np.ndarray) -> np.ndarray:
        """Return weights as the kernel reads them: the bits of halves, or float32."""
        return np.array(array, np.float16, order="C").view(np.uint16) if self.half else np.array(
            array, np.float32, order="C"
        )

    def read(
        self, cache: Cache, embedded: np.ndarray, recorder: Recorder | None, silence: Silence | None
    ) -> np.ndarray:
        """Return logits (B, 1, V) of one embedded position (B, 1, any, D), as `step.read_one` does."""
        config, position = self.config, cache.length
        x = embedded[:, 0].sum(axis=1)
        steps = np.empty((len(config.relations), cache.rows, position + 1), np.int32)
        for relation, (span, first) in enumerate(zip(config.relations, self.first_columns, strict=True)):
            steps[relation] = cache.steps(relation, span, start=position, stop=position + 1)[:, 0]
            steps[relation] += first
        taps = self._taps(cache.rows, position + 1, recorder is not None)
        logits = self._read(x, position, cache.pairs, steps, self.blocks, self.ends, taps, self._silent(silence))
        if recorder is not None:
            for layer, values in enumerate(taps[0], -1):
                recorder.residual(layer, values[:, None])
            for name, layers in zip(PAIRED, taps[1:], strict=True):
                for layer, values in enumerate(layers):
                    recorder.paired(name, layer, values[:, :, None])
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

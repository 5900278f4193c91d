"""Decoder in numpy: prefill of a prime, then single-token steps with a kv cache; no torch.

Dimensions: B rows, n new positions, L positions with them, D width, H heads, Dh = D / H, F feature columns,
R relations, S relations to the items of a memory, V classes, G inner width of the feed-forward layer, C context.

It computes what `Transformer.forward` does. For speed the weights are transposed, the scales of the norms and of the
logits are multiplied into the matrices behind them, and all embeddings of a position lie in one table. For a single
position the relative term is one product with a slice of the distance table, which is stored farthest first. After
`Decoder.compile`, where numba is installed, `kernel` reads single positions, 2 to 3 times as fast; `step` is its plain
twin.

References
----------
Huang et al., "Music Transformer", arXiv 1809.04281 (2018).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.numpy.cache import Cache
from musenb.model.numpy.chunk import read_many
from musenb.model.numpy.compiled import Compiled, compiled
from musenb.model.numpy.fields import CompiledFields, FieldHead, Steps
from musenb.model.numpy.layer import CHUNK, embedding_table, layer_of
from musenb.model.numpy.memory import Encoder, Items, Recalled, beside, item_reader
from musenb.model.numpy.step import read_one
from musenb.model.threads import one_thread
from musenb.model.trace import Recorder, Silence, Trace
from musenb.model.weights import check_tensors

__all__ = ["Cache", "Decoder", "Silence", "Trace"]
MEMORIES = 4  # that a decoder keeps encoded


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

    Attributes
    ----------
    head : FieldHead or None
        What predicts the fields, where a position is a step of several; `readout` then makes the states that it reads.
    """

    def __init__(self, config: ModelConfig, tensors: Mapping[str, np.ndarray]) -> None:
        check_tensors(config, tensors, source="the tensors of the decoder")
        self.config = config
        self.embeddings, self.first_rows = embedding_table(config, tensors)
        self.sizes = np.array((config.begin + 1, *config.features), np.uint64)
        self.layers = tuple(layer_of(config, tensors, number) for number in range(config.layers))
        self.readers = {number: item_reader(config, tensors, number) for number in config.memory_readers}
        self.encoder = Encoder(config, tensors) if self.readers else None
        self._recall = lru_cache(MEMORIES)(self._encoded)
        self.compiled: Compiled | None = None
        self._tensors, self._compiling = tensors, threading.Lock()
        self.head = FieldHead(config, tensors) if config.fields else None
        last = np.eye(config.width) if config.fields else np.asarray(tensors["readout.weight"], np.float64)
        readout = last * tensors["norm.weight"]
        self.readout = np.ascontiguousarray(readout.T, np.float32)

    def compile(self) -> Decoder:
        """Read single positions by numba from now on, where it is installed, and return this decoder.

        numba takes seconds to load and, the first time on a machine, some ten more to compile: it pays where much is
        written. Any thread may call this while others read; the logits are the same but for rounding.
        """
        with self._compiling:
            if self.compiled is None:
                self.compiled = made = compiled(self.config, self._tensors)
                if self.head is not None and made is not None:
                    self.head.compiled = CompiledFields(self.config, self._tensors, half=made.half)
        return self

    def start(self, rows: int = 1, memory: Items | None = None) -> Cache:
        """Return the kv cache for `rows` rows of which nothing is read yet.

        Parameters
        ----------
        rows : int
        memory : Items, optional
            What is told beside the past, the same for all rows: M items with `features` (M, G) and `attributes`
            (M, S). It is encoded here, once for as long as it is among the last few.

        Raises
        ------
        ModelError
            The memory does not fit the model.
        """
        if memory is None or not len(memory.features):
            return Cache(self.config, rows, head=self.head)
        if self.encoder is None:
            raise ModelError("a memory was handed to a model without one; its memory_readers are empty")
        self.encoder.check(memory)
        parts = (np.ascontiguousarray(array, np.int64) for array in (memory.features, memory.attributes))
        return Cache(self.config, rows, self._recall(*(part.tobytes() for part in parts)), self.head)

    def start_each(self, memories: Sequence[Items]) -> Cache:
        """Return the kv cache for a row a memory: rows that are told different things, read side by side.

        Raises
        ------
        ModelError
            A memory does not fit the model.
        """
        parts = [self.start(1, memory).recalled for memory in memories]
        told = [part if part is not None else self._nothing for part in parts]
        return Cache(self.config, len(told), beside(told), self.head)

    @property
    def _nothing(self) -> Recalled:
        """A memory without items."""
        config = self.config
        shape = len(config.memory_readers), config.heads, 0, config.head_width
        blank = np.zeros(shape, np.float32)
        return Recalled(blank, blank, np.zeros((0, len(config.memory_relations)), np.int64))

    def _encoded(self, features: bytes, attributes: bytes) -> Recalled:
        """Return the items whose arrays have these bytes as the layers see them."""
        assert self.encoder is not None
        config = self.config
        columns = len(config.memory_features), len(config.memory_relations)
        parts = (
            np.frombuffer(data, np.int64).reshape(-1, count)
            for data, count in zip((features, attributes), columns, strict=True)
        )
        with one_thread():
            return self.encoder.recall(*parts)

    def extend(
        self, cache: Cache, before: np.ndarray, features: np.ndarray, related: np.ndarray, *,
        steps: Steps | None = None, trace: Trace | None = None, silence: Silence | None = None,
    ) -> np.ndarray:
        """Read the positions that come next, and return the logits of each.

        A model of several fields returns those of the first field, all others impossible; `Cache.next_field` gives
        the others of the last position. With `steps` it returns those of all fields, a token a row.

        Parameters
        ----------
        cache : Cache
            From `start`; it is longer by n afterwards. After an error it is as before.
        before : int (B, n)
            The token before each position; `config.begin` where there is none.
        features : int (B, n, F)
        related : int (B, n, R + S)
            Values whose differences the relations embed, with other positions and then with the items of the memory;
            negative where a position has none.
        steps : Steps, optional
            What stands at the new positions, for a model of several fields.
        trace : Trace, optional
            Records the new positions.
        silence : Silence, optional
            What to leave out at the new positions; what was read before stays as it was read.

        Returns
        -------
        float32 (B, n, V), or with `steps` (B, n * K, V)

        Raises
        ------
        ModelError
            A shape or a value does not fit the model, or the cache has no room for n more positions.
        """
        rows, related = self._rows(cache, before, features, related)
        if silence is not None:
            silence.check(self.config)
        start, count = cache.length, rows.shape[1]
        logits = np.empty((cache.rows, count, self.readout.shape[1]), np.float32)
        try:
            with one_thread():
                for first in range(0, count, CHUNK):
                    stop = min(first + CHUNK, count)
                    cache.remember(related[:, first:stop])
                    recorder = None if trace is None else trace.begin(start + first, start + stop)
                    embedded = self.embeddings.take(rows[:, first:stop], axis=0)
                    queries = related[:, first:stop, len(self.config.relations) :]
                    logits[:, first:stop] = self._read(cache, embedded, queries, recorder, silence)
                    cache.length = start + stop
        except BaseException:
            cache.length = start
            if trace is not None:
                trace.forget(start)
            raise
        return logits if self.head is None else self._fields(cache, logits, steps)

    def _fields(self, cache: Cache, states: np.ndarray, steps: Steps | None) -> np.ndarray:
        """Return the logits of fields from states (B, n, D), of which the cache keeps the last."""
        assert self.head is not None
        cache.states = states[:, -1]
        with one_thread():
            if steps is not None:
                return self.head.all(states, steps)
            flat = states.reshape(-1, states.shape[2])
            nothing = np.zeros((len(flat), 0), np.int64)
            return self.head.next(flat, nothing, nothing).reshape(*states.shape[:2], -1)

    def _read(
        self, cache: Cache, embedded: np.ndarray, queries: np.ndarray,
        recorder: Recorder | None, silence: Silence | None,
    ) -> np.ndarray:
        """Return logits (B, n, V) of embedded positions (B, n, any, D) with queries (B, n, S) to the memory."""
        if embedded.shape[1] > 1:
            return read_many(self, cache, embedded, queries, recorder=recorder, silence=silence)
        if self.compiled is not None:
            return self.compiled.read(cache, embedded, queries, recorder=recorder, silence=silence)
        return read_one(self, cache, embedded, queries, recorder=recorder, silence=silence)

    def _check(self, cache: Cache, before: np.ndarray, features: np.ndarray, related: np.ndarray) -> None:
        """Raise ModelError when shapes or types do not fit, or the cache is full."""
        config = self.config
        if before.ndim != 2 or before.shape[0] != cache.rows or before.shape[1] < 1:
            raise ModelError(f"tokens of shape {before.shape}; (B, n) = ({cache.rows}, at least 1) is needed")
        sized = (("features", features, len(config.features)), ("related", related, config.related))
        for name, array, columns in sized:
            fitting = (*before.shape, columns)
            if array.shape != fitting:
                fault = f"{name} of shape {array.shape} do not fit tokens of shape {before.shape}"
                raise ModelError(f"{fault}: {fitting} is needed")
        for name, array in (("tokens", before), ("features", features), ("related", related)):
            if array.dtype.kind not in "iu" and array.size:
                raise ModelError(f"{name} of type {array.dtype}; whole numbers are needed")
        if cache.config is not config and cache.config != config:
            raise ModelError(f"the cache is of another model: {cache.config}")
        start, count = cache.length, before.shape[1]
        if start + count > cache.capacity:
            fault = f"{count} more positions behind the {start} in the cache make {start + count}"
            raise ModelError(f"{fault}; the context of the model is {cache.capacity}")

    def _rows(
        self, cache: Cache, before: np.ndarray, features: np.ndarray, related: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return which embeddings to sum at each position, (B, n, rows) and `related`, both checked."""
        config, before, features, related = self.config, np.asarray(before), np.asarray(features), np.asarray(related)
        self._check(cache, before, features, related)
        start, count = cache.length, before.shape[1]
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

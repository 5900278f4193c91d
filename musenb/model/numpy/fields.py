"""Fields in numpy: the head that predicts the fields of a step in turn, each told those before it.

`musenb.model.torch.fields` is the reference. The decoder reads a step whole; what it says of one is kept, and each
field is then a layer and a readout of its own.

Dimensions: those of `decode`, K fields with V_k classes each, V of them in all, T numbers that are told on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.numpy.layer import GATE, GATE_LINEAR, ONE, kernel_weights, normed

Tensors = Mapping[str, np.ndarray]
IMPOSSIBLE = np.float32(-np.inf)


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps that stand at new positions.

    Parameters
    ----------
    targets : int (B, n, K)
        The class of each field.
    told : int (B, n, T)
        What the head is told, each once `config.told_after` fields are known.
    """

    targets: np.ndarray
    told: np.ndarray


@dataclass(frozen=True, slots=True)
class FieldLayer:
    """The matrices of one field: `rise` (D, W) with the norm within and divided by GATE, `fall` (W, D), times GATE / 2,
    and the readout (D, V_k), all float32.
    """

    rise: np.ndarray
    fall: np.ndarray
    readout: np.ndarray

    def logits(self, x: np.ndarray) -> np.ndarray:
        """Return logits (N, V_k) of streams (N, D)."""
        bent = normed(x) @ self.rise
        inner = bent * bent
        inner += GATE_LINEAR
        inner *= bent
        np.tanh(inner, out=inner)
        inner += ONE
        inner *= bent
        return (x + inner @ self.fall) @ self.readout


class CompiledFields:
    """The weights of the head as its compiled function reads them.

    Parameters
    ----------
    config : ModelConfig
        With fields.
    tensors : mapping of str to float arrays
    half : bool
        The weights are kept in half precision, which loses nothing of them.

    Raises
    ------
    ImportError
        numba is not installed.
    """

    def __init__(self, config: ModelConfig, tensors: Tensors, *, half: bool) -> None:
        from musenb.model.numpy.kernel_fields import next_field

        ready = partial(kernel_weights, half=half)

        def each(name: str) -> np.ndarray:
            return np.stack([tensors[f"fields.layers.{field}.{name}.weight"] for field in range(fields)])

        self._next, fields = next_field, len(config.fields)
        blank = np.zeros((0, config.width))
        embeddings = [tensors[f"fields.embedding.{field}.weight"] for field in range(fields - 1)]
        told = [tensors[f"fields.told.{t}.weight"] for t in range(len(config.told))]
        self._tables = tuple(ready(np.concatenate([*tables, blank])) for tables in (embeddings, told))
        norms = np.stack([tensors[f"fields.layers.{field}.norm.weight"] for field in range(fields)])
        self._layers = (
            np.array(norms, np.float32), ready(each("rise")), ready(each("fall")), ready(tensors["readout.weight"])
        )
        self._first = np.zeros((2, max(fields, len(config.told)) + 1), np.int64)
        for row, sizes in enumerate((config.fields, config.told)):
            self._first[row, 1 : len(sizes) + 1] = np.cumsum(sizes)
        self._after = np.array(config.told_after, np.int64)
        self._classes = sum(config.fields)
        nothing = np.zeros((1, 0), np.int64)
        self.next(np.zeros((1, config.width), np.float32), nothing, np.zeros((1, len(config.told)), np.int64))

    def next(self, states: np.ndarray, known: np.ndarray, told: np.ndarray) -> np.ndarray:
        """Return the logits of the next field, as `FieldHead.next` does."""
        whole = np.full((len(states), self._classes), IMPOSSIBLE)
        if told.shape[1] != len(self._after):
            told = np.zeros((len(states), len(self._after)), np.int64)
        known, told = np.ascontiguousarray(known, np.int64), np.ascontiguousarray(told, np.int64)
        weights = self._tables, self._layers, self._first, self._after
        self._next(np.ascontiguousarray(states), known, told, *weights, whole)
        return whole


class FieldHead:
    """Logits of each field from what the decoder says of a position.

    Parameters
    ----------
    config : ModelConfig
        With fields.
    tensors : mapping of str to float arrays
    """

    def __init__(self, config: ModelConfig, tensors: Tensors) -> None:
        self.sizes, self.told_sizes, self.after = config.fields, config.told, config.told_after
        self.first = np.cumsum((0, *config.fields))
        self.layers = [_layer(config, tensors, field) for field in range(len(config.fields))]
        self.embedding = [
            np.asarray(tensors[f"fields.embedding.{field}.weight"], np.float32) for field in range(len(self.sizes) - 1)
        ]
        self.told = [np.asarray(tensors[f"fields.told.{t}.weight"], np.float32) for t in range(len(self.after))]
        self.compiled: CompiledFields | None = None

    def next(self, states: np.ndarray, known: np.ndarray, told: np.ndarray) -> np.ndarray:
        """Return the logits of the next field, float32 (N, V), those of all others impossible.

        Parameters
        ----------
        states : float32 (N, D)
        known : int (N, k)
            The classes of the fields before it.
        told : int (N, T)
            What is known by then counts.
        """
        field = known.shape[1]
        if self.compiled is not None:
            return self.compiled.next(states, known, told)
        x = states
        for before in range(field):
            x = self._advanced(x, before, known[:, before], told)
        return self._spread(field, self.layers[field].logits(x))

    def all(self, states: np.ndarray, steps: Steps) -> np.ndarray:
        """Return the logits of every field, each told the true ones before it, float32 (B, n * K, V), a token a row.

        Raises
        ------
        ModelError
            The steps do not fit the states (B, n, D) or the model.
        """
        self._check(states, steps)
        rows, count, width = states.shape
        x = states.reshape(rows * count, width)
        targets, told = steps.targets.reshape(len(x), -1), steps.told.reshape(len(x), -1)
        found = []
        for field, layer in enumerate(self.layers):
            if field:
                x = self._advanced(x, field - 1, targets[:, field - 1], told)
            found.append(self._spread(field, layer.logits(x)))
        return np.stack(found, axis=1).reshape(rows, count * len(self.layers), -1)

    def check_known(self, rows: int, known: np.ndarray, told: np.ndarray) -> None:
        """Raise ModelError unless known fields (B, k) and what is told (B, T) fit the model and so many rows."""
        fields = known.shape[1] if known.ndim == 2 else 0
        if known.shape != (rows, fields) or not 0 < fields < len(self.sizes) or told.shape != (rows, len(self.after)):
            raise ModelError(
                f"fields of shape {known.shape} and told of shape {told.shape}: for {rows} rows 1 to "
                f"{len(self.sizes) - 1} known fields and {len(self.after)} numbers are needed"
            )
        if (known < 0).any() or (known >= self.sizes[:fields]).any():
            raise ModelError(f"a known field is outside its range; the fields have {self.sizes} classes")
        if (told < 0).any() or (told >= self.told_sizes).any():
            raise ModelError(f"what is told is outside its range; it has {self.told_sizes} values")

    def _advanced(self, x: np.ndarray, field: int, classes: np.ndarray, told: np.ndarray) -> np.ndarray:
        """Return the stream once a field is known to be of some classes (N,)."""
        x = x + self.embedding[field][classes]
        for t, after in enumerate(self.after):
            if after == field + 1:
                x += self.told[t][told[:, t]]
        return x

    def _spread(self, field: int, logits: np.ndarray) -> np.ndarray:
        """Return logits (N, V_k) of a field as those of all tokens, (N, V)."""
        whole = np.full((len(logits), self.first[-1]), IMPOSSIBLE)
        whole[:, self.first[field] : self.first[field + 1]] = logits
        return whole

    def _check(self, states: np.ndarray, steps: Steps) -> None:
        for name, array, sizes in (("targets", steps.targets, self.sizes), ("told", steps.told, self.told_sizes)):
            needed = (*states.shape[:2], len(sizes))
            if array.shape != needed:
                raise ModelError(f"{name} of shape {array.shape} do not fit the positions: {needed} is needed")
            if array.size and ((array < 0) | (array >= sizes)).any():
                raise ModelError(f"{name} hold a number outside their ranges, which have {sizes} values")


def _layer(config: ModelConfig, tensors: Tensors, field: int) -> FieldLayer:
    first, stop = (sum(config.fields[:k]) for k in (field, field + 1))

    def found(name: str) -> np.ndarray:
        return np.asarray(tensors[f"fields.layers.{field}.{name}.weight"], np.float64)

    return FieldLayer(
        _ready((found("rise") * found("norm")).T / GATE),
        _ready(found("fall").T * (GATE / 2)),
        _ready(np.asarray(tensors["readout.weight"])[first:stop].T),
    )


def _ready(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array, np.float32)

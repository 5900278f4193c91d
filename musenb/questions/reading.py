"""Forward pass of a piece: its log-probabilities, kv cache, residual stream and attention.

Position i of a reading predicts token i; it has read the tokens before it. Where a step of several tokens is one
position of the model, those of a step are read together, and each is told the ones before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from musenb.analysis.attention import AttentionRecord, input_notes
from musenb.analysis.causal import log_softmax
from musenb.analysis.heads import seen_tokens
from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Cache, Decoder, Silence, Trace
from musenb.model.numpy.fields import Steps
from musenb.model.numpy.layer import NORM_EPSILON
from musenb.tokens.piece import Piece, Told
from musenb.tokens.row import Row

PAIRED = ("content", "relative", "weights")


def row_for(config: ModelConfig, piece: Piece, behind: Sequence[int] | None = None) -> Row:
    """Return what a model of a configuration reads of a piece, and with `behind` of what follows its end."""
    return piece.row(behind).fitted(len(config.features), config.related)


def read(
    decoder: Decoder, row: Row, *, cache: Cache | None = None, start: int = 0, stop: int | None = None,
    silence: Silence | None = None, trace: Trace | None = None,
) -> np.ndarray:
    """Return log_probs float64 (stop - start, V) of a row's tokens; a `cache` holds the steps before `start`."""
    size = decoder.config.step_size
    stop, first = len(row) * size if stop is None else stop, start // size
    part = row.crop(first, -(-stop // size))
    cache = decoder.start(1, row.memory) if cache is None else cache
    logits = extended(decoder, cache, [part], trace=trace, silence=silence)[0]
    return log_softmax(logits[start - first * size : stop - first * size])


def extended(
    decoder: Decoder, cache: Cache, rows: Sequence[Row], *, trace: Trace | None = None, silence: Silence | None = None
) -> np.ndarray:
    """Return the logits (B, n, V) of rows of one length, a token each, that come next in a cache."""
    inputs = (np.stack(parts) for parts in zip(*((r.before, r.features, r.related) for r in rows), strict=True))
    steps = None
    if decoder.config.fields:
        told = [row.told for row in rows if row.told is not None]
        steps = Steps(np.stack([row.targets for row in rows]), np.stack(told))
    return decoder.extend(cache, *inputs, steps=steps, trace=trace, silence=silence)


class Reading:
    """A piece read by a model once, with what its layers did.

    Parameters
    ----------
    decoder : Decoder
    piece : Piece

    Raises
    ------
    ModelError
        The piece, with what may be written behind it, is longer than the model's context.
    """

    def __init__(self, decoder: Decoder, piece: Piece) -> None:
        longest = max(len(piece.tokens), piece.plan.length or 0)
        context = decoder.config.context * decoder.config.step_size
        if longest > context:
            quarters = int(context * (piece.plan.end or piece.score.end) / longest)
            raise ModelError(
                f"the piece has {longest} tokens; the model reads {context}, {quarters} quarters, at once: "
                "ask about a part of it (Score.cut)"
            )
        self.decoder, self.piece = decoder, piece
        self.row = row_for(decoder.config, piece)
        self._kept: dict[str, Any] = {}

    @property
    def cache(self) -> Cache:
        """The kv cache of the whole piece; copy it before use."""
        self._read()
        return self._kept["cache"]

    @property
    def log_probs(self) -> np.ndarray:
        """Log-probabilities of every token at every position, float64 (L, V)."""
        self._read()
        return self._kept["log_probs"]

    @property
    def residuals(self) -> np.ndarray:
        """The residual stream behind the embeddings and behind each layer, float32 (layers + 1, L, D)."""
        self._read()
        return self._kept["residuals"]

    def _read(self) -> None:
        if "log_probs" in self._kept:
            return
        cache, trace = self.decoder.start(1, self.row.memory), Trace(("residual",))
        log_probs = read(self.decoder, self.row, cache=cache, trace=trace)
        layers = range(-1, self.decoder.config.layers)
        residuals = np.stack([trace.array("residual", layer)[0] for layer in layers])
        self._kept |= {"cache": cache, "residuals": residuals, "log_probs": log_probs}

    @cached_property
    def seen(self) -> np.ndarray:
        """How many tokens of each note each note could see when it was chosen, int64 (N, N)."""
        chosen = np.array([place.position for place in self.piece.notes], np.int64) // self.step_size
        return seen_tokens(chosen, input_notes(self.step_notes))

    @property
    def step_size(self) -> int:
        """Tokens of a position of the model."""
        return self.decoder.config.step_size

    @property
    def step_notes(self) -> np.ndarray:
        """The number in the piece's notes of each position of the model, int64 (L,), -1 for none."""
        return self.piece.token_notes[:: self.step_size]

    def record(self, names: Sequence[str] = PAIRED, *, onsets: bool = True) -> AttentionRecord:
        """Return the attention of all heads.

        Parameters
        ----------
        names : sequence of str
            Beside 'weights', 'content' and 'relative'.
        onsets : bool
            Queries are only the positions that chose the notes; else all positions, L.
        """
        chosen = sorted({place.position // self.step_size for place in self.piece.notes})
        wanted = tuple({*names, "weights"})
        told = tuple(f"memory_{name}" for name in wanted) if self.told.any() else ()
        trace = Trace((*wanted, *told), positions=set(chosen) if onsets else None)
        read(self.decoder, self.row, trace=trace)
        asked = np.array(chosen) if onsets else np.arange(len(self.row))
        hidden = np.arange(len(self.row))[None, :] > asked[:, None]
        found = {}
        for name in wanted:
            layers = [trace.array(name, layer)[0] for layer in self._layers]
            found[name] = np.stack([_full(array, len(self.row)) for array in layers])
            if name != "weights":
                found[name][:, :, hidden] = np.nan
        notes = self.step_notes
        return AttentionRecord(
            found["weights"], found.get("content"), found.get("relative"), input_notes(notes), notes[asked],
            self._given(trace, wanted, notes[asked]) if told else None,
        )

    def _given(self, trace: Trace, names: Sequence[str], asked: np.ndarray) -> AttentionRecord:
        """Return the attention to the given notes that a trace holds, for queries of these notes."""
        assert isinstance(self.piece, Told)
        config, items = self.decoder.config, self.piece.told_notes
        shape = config.layers, config.heads, len(asked), len(items)
        found = {}
        for name in names:
            found[name] = np.full(shape, 0 if name == "weights" else np.nan, np.float32)
            for layer in config.memory_readers:
                found[name][layer] = trace.array(f"memory_{name}", layer)[0]
        return AttentionRecord(found["weights"], found.get("content"), found.get("relative"), items, asked)

    @cached_property
    def told(self) -> np.ndarray:
        """Which notes are told beside the past, whenever they sound, bool (N,)."""
        told = np.zeros(len(self.piece.notes), bool)
        if self.row.memory is not None and isinstance(self.piece, Told):
            items = self.piece.told_notes
            told[items[items >= 0]] = True
        return told

    @cached_property
    def onset_record(self) -> AttentionRecord:
        """The record with the positions that chose the notes as queries."""
        return self.record()

    def guesses(self, position: int) -> np.ndarray:
        """Return what each layer, read out through the final norm and readout, says: log_probs (layers + 1, V).

        The first is that of the embeddings alone; the last is the model's own prediction.
        """
        step, field = divmod(position, self.step_size)
        said, head = read_out(self.decoder, self.residuals[:, step]), self.decoder.head
        if head is not None and self.row.told is not None:
            layers = len(said)
            known = np.tile(self.row.targets[step, :field], (layers, 1))
            said = head.next(said.astype(np.float32), known, np.tile(self.row.told[step], (layers, 1)))
        return log_softmax(said)

    @property
    def _layers(self) -> range:
        return range(self.decoder.config.layers)


def read_out(decoder: Decoder, stream: np.ndarray) -> np.ndarray:
    """Return the logits (n, V), or what the head of several fields reads, of residual streams (n, D)."""
    mean_square = (stream.astype(np.float64) ** 2).mean(axis=1, keepdims=True)
    rms = np.sqrt(mean_square + NORM_EPSILON)
    return (stream / rms) @ decoder.readout


def reread(reading: Reading, row: Row, *, stop: int | None = None) -> tuple[np.ndarray, int]:
    """Return log_probs of another row of the same length, and the first token from which they were computed anew.

    The kv cache of the piece is used up to the first position at which the rows differ; with another memory they do so
    from the beginning.
    """
    size = reading.step_size
    stop = len(row) * size if stop is None else stop
    if retold(reading, row):
        return read(reading.decoder, row, stop=stop), 0
    differs = row.before != reading.row.before
    for name in ("features", "related"):
        differs |= (getattr(row, name) != getattr(reading.row, name)).any(axis=1)
    if row.told is not None and reading.row.told is not None:  # within a step, what stands there counts, too
        differs |= (row.targets != reading.row.targets).any(axis=1) | (row.told != reading.row.told).any(axis=1)
    start = int(np.argmax(differs)) * size if differs.any() else stop
    if start >= stop:
        return np.zeros((0, reading.decoder.config.vocabulary)), stop
    cache = reading.cache.copy()
    cache.rewind(start // size)
    return read(reading.decoder, row, cache=cache, start=start, stop=stop), start


def retold(reading: Reading, row: Row) -> bool:
    """Return whether another row of a piece has another memory, so that all its positions are read anew."""
    mine, other = reading.row.memory, row.memory
    return mine is not None and other is not None and not mine.same_as(other)


def _full(array: np.ndarray, keys: int) -> np.ndarray:
    """Return (H, Q, L) with keys added behind, up to `keys`."""
    missing = keys - array.shape[-1]
    return np.pad(array, ((0, 0), (0, 0), (0, missing)))

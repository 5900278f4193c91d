"""Attention heads of any model, as arrays or as a function, and the note of each token."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from musenb.analysis.attention import KINDS, NO_NOTE, QUERIES, AttentionRecord, Query, What, check_notes, gather
from musenb.errors import ModelError, SettingError
from musenb.score.note import Score
from musenb.widgets.layers import as_array, stacked
from musenb.widgets.notes import parse_note_id, rows_of

Source = np.ndarray | Callable[[int, int], np.ndarray]
Notes = Sequence[str | None] | np.ndarray

KEPT_BYTES = 64_000_000


class Heads:
    """What an attention view shows.

    Parameters
    ----------
    weights : float (layers, heads, queries, keys), or a function of layer and head that returns (queries, keys)
        An array or tensor; or a list of them, one a layer, (heads, queries, keys) or (1, heads, queries, keys) as
        transformers hand them over. Gradients and devices do not matter.
    notes : ids such as 'v1n7' or None, one a key token; or int (keys, 2): voice and index, (-1, -1) for none
        None: the tokens belong to no notes.
    query_notes : like `notes`, for the query tokens
        None: the same as `notes`.
    labels : sequence of str
        What each key token is, for people; may be empty.
    query_labels : sequence of str, or None
        The same for the query tokens; None: as `labels`, where `query_notes` is None too and there are as many.
    shape : (layers, heads, queries, keys)
        Needed when `weights` is a function.
    content, relative : the same as `weights`, or None
        The two parts of the logits; NaN, or anything where the weight is 0, for what a query does not see.

    Raises
    ------
    ModelError
        Shapes do not agree, a batch holds several pieces, or there are no weights.
    SettingError
        The logits have another part than these two.
    """

    def __init__(
        self, weights: Source, *, notes: Notes | None = None, query_notes: Notes | None = None,
        labels: Sequence[str] = (), query_labels: Sequence[str] | None = None,
        shape: tuple[int, int, int, int] | None = None, **logits: Source | None,
    ) -> None:
        unknown = logits.keys() - set(KINDS[1:])
        if unknown:
            raise SettingError(f"Heads takes no {min(unknown)!r}; parts of the logits are {' and '.join(KINDS[1:])}")
        weights = _source(weights, "weights")
        found = shape or (() if callable(weights) else np.shape(weights))
        if len(found) != 4 or min(found) < 1:
            needs = "a function needs shape=(layers, heads, queries, keys)" if callable(weights) else f"not {found}"
            raise ModelError(f"weights are (layers, heads, queries, keys); {needs}")
        self.shape: tuple[int, int, int, int] = tuple(int(size) for size in found)  # type: ignore[assignment]
        self._sources: dict[str, Source] = {}
        for name in KINDS:
            source = weights if name == KINDS[0] else _source(logits.get(name), name)
            if source is None:
                continue
            if not callable(source) and np.shape(source) != self.shape:
                raise ModelError(f"{name} has shape {np.shape(source)}, the weights have {self.shape}")
            self._sources[name] = cast("Source", source)
        self.notes = notes
        self.query_notes = notes if query_notes is None else query_notes
        self.labels = [str(label) for label in labels]
        same = query_notes is None and self.shape[2] == self.shape[3]
        asking = (self.labels if same else ()) if query_labels is None else query_labels
        self.query_labels = [str(label) for label in asking]
        _check_labels(self.labels, self.shape[3], "keys")
        _check_labels(self.query_labels, self.shape[2], "queries")

    @classmethod
    def of(cls, record: AttentionRecord, score: Score) -> Heads:
        """Return the heads of a record whose notes are numbered as `score.notes`, from the first to the last."""
        ids = [f"v{voice}n{index}" for voice, index, _ in rows_of(score)]

        def named(notes: np.ndarray) -> list[str | None]:
            if notes.max(initial=NO_NOTE) >= len(ids):
                raise ModelError(f"the map names note {notes.max()}; the score has {len(ids)} notes")
            return [ids[note] if note >= 0 else None for note in notes]

        asking = None if record.query_notes is None else named(record.query_notes)
        parts = {"content": record.content, "relative": record.relative, "query_notes": asking}
        return cls(record.weights, notes=named(record.key_notes), **parts)

    @property
    def kinds(self) -> list[What]:
        """Which of weights, content and relative there are."""
        return [name for name in KINDS if name in self._sources]

    @property
    def lazy(self) -> bool:
        """True when the weights are made by a function."""
        return callable(self._sources["weights"])

    def matrix(self, what: What, layer: int, head: int) -> np.ndarray:
        """Return one head between tokens, float32 (queries, keys); logits are NaN for what is not seen.

        Raises
        ------
        ModelError
            There is no such head or kind, or a function returned another shape.
        """
        layers, heads = self.shape[:2]
        for name, number, count in (("layer", layer, layers), ("head", head, heads)):
            if not 0 <= number < count:
                raise ModelError(f"{name} {number}: the model has 0..{count - 1}")
        if what not in self._sources:
            raise ModelError(f"there are no {what!r} here; there are {', '.join(self.kinds)}")
        matrix = self._read("weights", layer, head)
        if what == "weights":
            return matrix
        return np.where(
            matrix > 0,
            self._read(what, layer, head),
            np.float32(np.nan),
        )

    def _read(self, what: What, layer: int, head: int) -> np.ndarray:
        source = self._sources[what]
        matrix = as_array(source(layer, head), what) if callable(source) else source[layer, head]
        if np.shape(matrix) != self.shape[2:]:
            raise ModelError(f"{what} of layer {layer}, head {head}: shape {np.shape(matrix)}, not {self.shape[2:]}")
        return np.asarray(matrix, np.float32)

    def rows(self, score: Score) -> tuple[np.ndarray, np.ndarray]:
        """Return the maps of queries and keys as rows of the score's note table, int64, -1 for none.

        Raises
        ------
        ModelError
            A map has another length, or names a note that the score does not have.
        """
        pairs = [(voice, index) for voice, index, _ in rows_of(score)]
        places = {pair: row for row, pair in enumerate(pairs)}
        return (
            _rows(self.query_notes, self.shape[2], places, "queries"),
            _rows(self.notes, self.shape[3], places, "keys"),
        )


def _check_labels(labels: Sequence[str], tokens: int, name: str) -> None:
    if labels and len(labels) != tokens:
        raise ModelError(f"{len(labels)} labels for {tokens} {name}")


def _source(source: Any, name: str) -> Any:
    """Return a function as it is, anything else as one array (layers, heads, queries, keys)."""
    return source if source is None or callable(source) else stacked(source, name)


def _rows(
    notes: Notes | None,
    tokens: int,
    places: dict[tuple[int, int], int],
    name: str,
) -> np.ndarray:
    if notes is None:
        return np.full(tokens, NO_NOTE)
    rows = np.array([_place(note, places, name) for note in notes], np.int64)
    check_notes(rows, tokens, name)
    return rows


def _place(
    note: Any,
    places: dict[tuple[int, int], int],
    name: str,
) -> int:
    if note is None:
        return NO_NOTE
    try:
        pair = parse_note_id(note) if isinstance(note, str) else (int(note[0]), int(note[1]))
    except (TypeError, ValueError, IndexError):
        raise ModelError(f"the map of the {name} holds {note!r}; it takes 'v1n7', (1, 7) or None") from None
    if pair == (NO_NOTE, NO_NOTE):
        return NO_NOTE
    if pair not in places:
        raise ModelError(f"the map of the {name} names note {pair[1]} of voice {pair[0]}: the score does not have it")
    return places[pair]


class Gatherer:
    """Heads between tokens or notes, in the order that is shown; the last ones are kept.

    Parameters
    ----------
    heads : Heads
    score : Score
        Whose notes the maps name.
    query : {'mean', 'first', 'last'}
        Which tokens ask for a note.
    """

    def __init__(self, heads: Heads, score: Score, query: Query = "mean") -> None:
        if query not in QUERIES:
            raise SettingError(f"query {query!r}: a note asks by one of {', '.join(QUERIES)}")
        self.heads = heads
        self.query: Query = query
        rows = rows_of(score)
        self.count = len(rows)
        self.queries, self.keys = heads.rows(score)
        # Voice after voice, in each from the first note to the last.
        by_voice = sorted(range(self.count), key=lambda row: (rows[row][0], row))
        self.by_voice = np.array(by_voice, np.int64)
        asking, seen = self.queries >= 0, self.keys >= 0
        self.has_notes = bool(asking.any() and seen.any())
        self._cache: OrderedDict[tuple, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def matrix(
        self,
        layer: int,
        head: int,
        *,
        what: What,
        level: str,
        order: str = "time",
    ) -> np.ndarray:
        """Return float32 (queries, keys) for tokens, (notes, notes) for notes; notes by time, or voice by voice."""
        wanted = (layer, head, what, level, order)
        with self._lock:
            if wanted in self._cache:
                self._cache.move_to_end(wanted)
                return self._cache[wanted]
        made = self.heads.matrix(what, layer, head)
        if level == "notes":
            made = gather(
                made,
                self.queries,
                self.keys,
                count=self.count,
                what=what,
                query=self.query,
            )
            if order == "voice":
                made = made[np.ix_(self.by_voice, self.by_voice)]
        with self._lock:
            self._cache[wanted] = made
            while len(self._cache) > 1 and sum(matrix.nbytes for matrix in self._cache.values()) > KEPT_BYTES:
                self._cache.popitem(last=False)
        return made

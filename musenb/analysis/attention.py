"""Attention weights between notes, of any model.

Definition
----------
`weights[l, h, q, k]` is how much head h of layer l looks at key token k when it reads query token q; a row sums to 1.
`content` and `relative` are the two parts of the logits whose sum the softmax takes: what the tokens are, and how far
apart and how related they are.

Conventions
-----------
- A map gives the note of each token, -1 for a token that belongs to none. Queries and keys have maps of their own: in
  a model that predicts the next token, query i stands for token i, but key i has read the one before (`input_notes`).
- As a key, a note gets the sum of the weights of its tokens, or the mean of their logits. As a query it is the mean of
  its tokens' rows, or one chosen row: its first or its last. Tokens without a note are left out, so a row of notes may
  sum to less than 1.
- A logit that no softmax has seen, such as that of a later key, is NaN; its weight is 0.
- A model may attend, beside the past, to notes that are given: to all of them, whenever they sound. That is a record of
  its own, whose rows may sum to less than 1; the rest went to no note.
- Attention tells where a head looks, not what made the model decide: stand a causal measure beside it.

References
----------
Jain and Wallace (2019), Attention is not Explanation. Clark et al. (2019), What Does BERT Look At?, who sum the weights
to the parts of a word and average those from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from musenb.errors import ModelError, SettingError

What = Literal["weights", "content", "relative"]
Query = Literal["mean", "first", "last"]
KINDS: tuple[What, ...] = ("weights", "content", "relative")
QUERIES: tuple[Query, ...] = ("mean", "first", "last")
NO_NOTE = -1
_TOLERANCE = 2e-3


@dataclass(frozen=True, slots=True)
class AttentionRecord:
    """What all heads of a model did on one piece.

    Parameters
    ----------
    weights : float (layers, heads, queries, keys)
        0..1; each row sums to 1, or to 0 for a silenced head.
    content, relative : float (layers, heads, queries, keys), or None
        Parts of the scaled logits; NaN for what a query cannot see.
    key_notes : int (keys,)
        The note of each key token, NO_NOTE (-1) for none.
    query_notes : int (queries,), or None
        The note of each query token; None: the same as of the keys.
    given : AttentionRecord or None
        The same queries' attention to the notes that are given, an item a key; 0 in layers that do not read them.
    """

    weights: np.ndarray
    content: np.ndarray | None
    relative: np.ndarray | None
    key_notes: np.ndarray
    query_notes: np.ndarray | None = None
    given: AttentionRecord | None = None

    def array(self, what: What) -> np.ndarray:
        """Return one of the three arrays.

        Raises
        ------
        ModelError
            The record does not have it.
        """
        found = getattr(self, what) if what in KINDS else None
        if found is None:
            held = ", ".join(kind for kind in KINDS if getattr(self, kind) is not None)
            raise ModelError(f"the record holds no {what!r}; it holds {held}")
        return found

    def of_notes(self, what: What, layer: int, head: int, *, query: Query = "mean") -> np.ndarray:
        """Return one head as float32 (notes, notes), gathered as the conventions say."""
        queries = self.key_notes if self.query_notes is None else self.query_notes
        last_key = int(self.key_notes.max(initial=NO_NOTE))
        last_query = int(queries.max(initial=NO_NOTE))
        count = 1 + max(last_key, last_query)
        matrix = self.array(what)[layer, head]
        return gather(matrix, queries, self.key_notes, count=count, what=what, query=query)


def validate(record: AttentionRecord, *, whole: bool = True) -> None:
    """Raise ModelError unless shapes agree, rows of weights are probabilities (or all 0), and maps fit the tokens.

    Rows that are not `whole`, as those of given notes, may sum to less than 1.
    """
    shape = np.shape(record.weights)
    if len(shape) != 4:
        raise ModelError(f"weights of shape {shape}: not (layers, heads, queries, keys)")
    for name in ("content", "relative"):
        array = getattr(record, name)
        if array is not None and np.shape(array) != shape:
            raise ModelError(f"{name} has shape {np.shape(array)}, the weights have {shape}")
    for layer, head in np.ndindex(shape[:2]):
        check_weights(record.weights[layer, head], f"layer {layer}, head {head}", whole=whole)
    check_notes(record.key_notes, shape[3], "keys")
    if record.query_notes is not None:
        check_notes(record.query_notes, shape[2], "queries")
    elif shape[2] != shape[3]:
        raise ModelError(f"{shape[2]} queries and {shape[3]} keys: they need maps of their own")
    if record.given is not None:
        validate(record.given, whole=False)


def check_weights(weights: np.ndarray, where: str, *, whole: bool = True) -> None:
    """Raise ModelError unless the rows of weights (queries, keys) are probabilities that sum to 1, or are 0.

    Rows that are not `whole` may sum to less than 1.
    """
    if not np.isfinite(weights).all() or (weights < -_TOLERANCE).any():
        raise ModelError(f"weights of {where}: below 0 or not finite")
    sums = weights.sum(axis=-1, dtype=np.float64)
    not_one = np.abs(sums - 1) > _TOLERANCE
    not_zero = np.abs(sums) > _TOLERANCE
    wrong = not_one & not_zero & (whole | (sums > 1))
    if wrong.any():
        query = int(np.argmax(wrong))
        raise ModelError(f"weights of {where}: row {query} sums to {sums[query]:.4g}; a row sums to 1, or to 0")


def check_notes(notes: np.ndarray, tokens: int, name: str) -> None:
    """Raise ModelError unless a map gives each of `tokens` tokens a note >= 0 or NO_NOTE."""
    whole = np.issubdtype(np.asarray(notes).dtype, np.integer)
    if np.shape(notes) != (tokens,) or not whole:
        raise ModelError(f"the map of {tokens} {name} has shape {np.shape(notes)}; it takes one integer a token")
    if (np.asarray(notes) < NO_NOTE).any():
        raise ModelError(f"the map of the {name} holds {np.min(notes)}; notes are 0 or above, {NO_NOTE} is none")


# Maps


def input_notes(notes: np.ndarray) -> np.ndarray:
    """Return the map of what each position has read when position i predicts token i: the token before, none at first.

    Parameters
    ----------
    notes : int (tokens,) or (tokens, any)
    """
    moved = np.roll(notes, 1, axis=0)
    moved[:1] = NO_NOTE
    return moved


# Gathering


def gather(
    matrix: np.ndarray, query_notes: np.ndarray, key_notes: np.ndarray, *,
    count: int, what: What = "weights", query: Query = "mean",
) -> np.ndarray:
    """Return one head between notes instead of tokens.

    Parameters
    ----------
    matrix : float (queries, keys)
    query_notes, key_notes : int (queries,), (keys,)
        The note of each token, below `count`; NO_NOTE for none.
    count : int
        How many notes there are.
    what : {'weights', 'content', 'relative'}
        Weights are summed over the tokens of a key, logits averaged over the pairs that are seen.
    query : {'mean', 'first', 'last'}
        Which tokens ask for a note.

    Returns
    -------
    float32 (count, count)
        Logits are NaN where nothing is seen.
    """
    if query not in QUERIES:
        raise SettingError(f"query {query!r}: a note asks by one of {', '.join(QUERIES)}")
    if query != "mean":
        query_notes = _chosen(query_notes, last=query == "last")
    if what == "weights":
        total = _sums(matrix, query_notes, key_notes, count)
        asking = np.bincount(query_notes[query_notes >= 0], minlength=count)[:count]
        return (total / np.maximum(asking, 1)[:, None]).astype(np.float32)
    seen = ~np.isnan(matrix)
    total = _sums(np.where(seen, matrix, 0), query_notes, key_notes, count)
    pairs = _sums(seen, query_notes, key_notes, count)
    mean = total / np.maximum(pairs, 1)
    return np.where(pairs > 0, mean, np.nan).astype(np.float32)


def _chosen(notes: np.ndarray, *, last: bool) -> np.ndarray:
    """Return the map with all but the first (or last) token of each note taken out."""
    order = notes[::-1] if last else notes
    _, first = np.unique(order, return_index=True)
    places = len(notes) - 1 - first if last else first
    kept = np.full_like(notes, NO_NOTE)
    kept[places] = notes[places]
    return kept


def _sums(
    values: np.ndarray,
    query_notes: np.ndarray,
    key_notes: np.ndarray,
    count: int,
) -> np.ndarray:
    """Return sums float32 (count, count) over the tokens of each pair of notes; notes below 0 are left out."""
    by_query = _row_sums(values, query_notes, count)
    return _row_sums(by_query.T, key_notes, count).T


def _row_sums(values: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    kept = np.flatnonzero(groups >= 0)
    order = kept[np.argsort(groups[kept], kind="stable")]
    values = np.ascontiguousarray(values, np.float32)
    sums = np.zeros((count, values.shape[1]), np.float32)
    present, starts = np.unique(groups[order], return_index=True)
    # Row by row of the result: four times as fast as np.add.reduceat here.
    for group, rows in zip(present, np.split(order, starts[1:]), strict=False):
        np.add.reduce(values[rows], axis=0, out=sums[group])
    return sums


# Measures


def top_k(
    row: np.ndarray,
    count: int,
    *,
    threshold: float = 0.0,
) -> list[tuple[int, float]]:
    """Return (key, weight) of the `count` largest values of a row that are above `threshold`, the largest first.

    Of two that are equal the earlier comes first; NaN never comes.
    """
    if count < 0:
        raise SettingError(f"cannot take the {count} largest: at least 0")
    values = np.where(np.isnan(row), -np.inf, row)
    best = np.argsort(-values, kind="stable")[:count]
    return [(int(key), float(values[key])) for key in best if values[key] > threshold]


@dataclass(frozen=True, slots=True)
class DistanceProfile:
    """How far back a head looks.

    Parameters
    ----------
    edges : float64 (bins + 1,)
        Bin b holds distances edges[b] <= d < edges[b + 1], the last bin its upper edge too.
    share : float64 (bins,)
        Mean share of a query's weight; sums to 1 when all distances lie within the edges.
    even : float64 (bins,)
        The share if every key that is seen got the same: what to compare with.
    """

    edges: np.ndarray
    share: np.ndarray
    even: np.ndarray


def distance_profile(
    weights: np.ndarray, query_places: np.ndarray, key_places: np.ndarray, *, edges: np.ndarray
) -> DistanceProfile:
    """Return how the weights fall on distances, query place minus key place.

    Parameters
    ----------
    weights : float (queries, keys)
        A key counts as seen where its weight is above 0; queries that see nothing do not count.
    query_places, key_places : float (queries,), (keys,)
        In tokens, quarters or seconds.
    edges : float (bins + 1,)
        Ascending, in the same unit.

    Raises
    ------
    SettingError
        The edges do not ascend.
    """
    edges = np.asarray(edges, np.float64)
    if len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise SettingError(f"edges {edges.tolist()} do not ascend")
    weights = np.asarray(weights, np.float64)
    sums = weights.sum(axis=1)
    asking = sums > 0
    weights = weights[asking] / sums[asking, None]
    queries = np.asarray(query_places, np.float64)[asking]
    keys = np.asarray(key_places, np.float64)
    distance = queries[:, None] - keys[None, :]
    seen = weights > 0
    even = seen / np.maximum(seen.sum(axis=1, keepdims=True), 1)
    rows = max(1, len(weights))
    share, _ = np.histogram(distance, edges, weights=weights)
    flat, _ = np.histogram(distance, edges, weights=even)
    return DistanceProfile(edges, share / rows, flat / rows)

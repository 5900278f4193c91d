"""Attention to motif returns: which heads look from a note of a return back to the same note of the motif.

Definition
----------
A pair is a note of a return and the note of the motif that it repeats (or the one after that, where a head that copies
would look). A head's `looking` is the mean weight over the pairs. Its `recency` is what the head would give to these
pairs if it went by distance alone: the mean weight that it gives, elsewhere, to a note as far back in time. The score
is the looking over the recency: 1 is no more than its habit of distance, 10 is ten times it.

Conventions
-----------
- Weights are of notes (`musenb.analysis.attention.gather`), notes in reading order. A pair counts when the motif's note
  comes before the return's.
- Elsewhere is every query that is in no pair; distances are compared in bins of `bin_quarters`. A bin without any
  weight elsewhere counts as FLOOR, so that no score is infinite.
- The p-value is the share of `draws` in which the same number of queries from elsewhere, each looking as far back, gets
  as much, with one added to both. With few pairs it cannot be small.

References
----------
C. Olsson et al. (2022), "In-context learning and induction heads": heads that look at what followed the last time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musenb.analysis.motif.finder import Motif, Return
from musenb.errors import ModelError, SettingError

FLOOR = 1e-6


@dataclass(frozen=True, slots=True)
class Looking:
    """How the heads look at the places of return; arrays (layers, heads).

    Parameters
    ----------
    looking, recency : float64
        Mean weight over the pairs, and what distance alone would give.
    score : float64
        The one over the other.
    p_value : float64
        Above 0 to 1; NaN when nothing elsewhere is as far back.
    pairs : int
        How many pairs were looked at.
    """

    looking: np.ndarray
    recency: np.ndarray
    score: np.ndarray
    p_value: np.ndarray
    pairs: int


def return_pairs(
    returns: Sequence[Return],
    motif: Motif,
    *,
    after: int = 0,
) -> list[tuple[tuple, tuple]]:
    """Return (note of a return, note of the motif), each as (voice, number in the voice).

    Parameters
    ----------
    motif : Motif
        With its place in the score.
    after : int
        0 for the same note of the motif, 1 for the one after it.

    Raises
    ------
    ModelError
        The motif has no place in the score.
    """
    if not motif.home:
        raise ModelError("the motif has no place in the score, so nothing can look back at it: take it by motif_of")
    pairs = []
    for one in returns:
        for note, place in zip(one.notes, one.places, strict=True):
            if 0 <= place + after < len(motif.home):
                pairs.append((note, motif.home[place + after]))
    return pairs


def attention_on_returns(
    weights: np.ndarray, pairs: np.ndarray, onsets: np.ndarray, *,
    bin_quarters: float = 1.0, draws: int = 200, seed: int = 0,
) -> Looking:
    """Return how much every head looks at places of return, beside a baseline of recency.

    Parameters
    ----------
    weights : float (layers, heads, notes, notes)
        From query note to key note, 0..1.
    pairs : int (pairs, 2)
        Query note and key note.
    onsets : float (notes,)
        Quarters.
    bin_quarters : float
        Width of the bins of distance, above 0.
    draws : int
        Of the p-value.

    Raises
    ------
    ModelError
        Shapes do not agree, or a pair is outside the notes.
    SettingError
        The bins have no width.
    """
    weights = np.asarray(weights)
    pairs = np.asarray(pairs, np.int64).reshape(-1, 2)
    onsets = np.asarray(onsets, float)
    notes = len(onsets)
    if weights.ndim != 4 or weights.shape[2:] != (notes, notes):
        raise ModelError(f"weights of shape {weights.shape} with {notes} onsets: not (layers, heads, notes, notes)")
    if len(pairs) and (pairs.min() < 0 or pairs.max() >= notes):
        raise ModelError(f"a pair names note {pairs.max() if pairs.max() >= notes else pairs.min()} of {notes} notes")
    if not bin_quarters > 0:
        raise SettingError(f"bins of {bin_quarters} quarters: above 0 is needed")
    pairs = pairs[onsets[pairs[:, 1]] < onsets[pairs[:, 0]]]
    nothing = np.full(weights.shape[:2], np.nan)
    if not len(pairs):
        return Looking(nothing, nothing, nothing, nothing, 0)
    query, key = pairs[:, 0], pairs[:, 1]
    distances = onsets[:, None] - onsets[None, :]
    bins = np.floor(distances / bin_quarters).astype(int)
    unpaired = ~np.isin(np.arange(notes), query)
    earlier = onsets[:, None] > onsets[None, :]
    elsewhere = unpaired[:, None] & earlier
    asked = bins[query, key]
    looking = weights[:, :, query, key].mean(-1, dtype=float)
    generator = np.random.default_rng(seed)
    recency = np.zeros_like(looking)
    drawn = np.zeros((*looking.shape, draws))
    known = 0
    for distance, count in zip(*np.unique(asked, return_counts=True), strict=True):
        queries, keys = np.nonzero(elsewhere & (bins == distance))
        if not len(queries):
            continue
        known += int(count)
        values = weights[:, :, queries, keys].astype(float)
        recency += values.mean(-1) * count
        chosen = generator.integers(len(queries), size=(draws, count))
        drawn += values[:, :, chosen].sum(-1)
    if not known:
        return Looking(looking, nothing, nothing, nothing, len(pairs))
    recency, drawn = np.maximum(recency / known, FLOOR), drawn / known
    as_much = drawn >= looking[..., None] - 1e-12
    p_value = (1 + as_much.sum(-1)) / (1 + draws)
    return Looking(looking, recency, looking / recency, p_value, len(pairs))


def attention_by_bars(weights: np.ndarray, bars: np.ndarray, count: int) -> np.ndarray:
    """Return which bars look at which: of the notes of a bar, the mean weight on all notes of another.

    Parameters
    ----------
    weights : float (layers, heads, notes, notes)
    bars : int (notes,)
        The place of each note's bar, 0..count - 1.
    count : int
        Bars of the piece.

    Returns
    -------
    float64 (layers, heads, count, count)
        0 where no note begins.
    """
    member = np.asarray(bars)[:, None] == np.arange(count)
    nothing = np.zeros(member.shape)
    mean = np.divide(member, member.sum(0), out=nothing, where=member.any(0))
    total = member.astype(float)
    return np.einsum("qi,lhqk,kj->lhij", mean, np.asarray(weights), total, optimize=True)


def looking_in_words(result: Looking, *, most_p: float = 0.05) -> str:
    """Return which heads look at the places of return, beside what distance alone would give and chance among heads."""
    known = np.isfinite(result.score) & np.isfinite(result.p_value)
    if not result.pairs:
        return "There is no return to look back from."
    if not known.any():
        return "Nothing else in the piece lies as far back, so the heads cannot be judged."
    passing = known & (result.p_value <= most_p) & (result.score > 1)
    places = zip(*np.nonzero(passing), strict=True)
    found = sorted(places, key=lambda place: -result.score[place])
    by_chance = most_p * known.sum()
    tested = f"{known.sum()} heads were asked; about {by_chance:.1f} would pass by chance alone."
    if not found:
        return f"No head looks back at the motif more than its habit of distance would have it. {tested}"
    layer, head = found[0]
    best = result.score[layer, head]
    times = f"{best:.1f} times" if best < 100 else "more than 100 times"
    many = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    number = many[len(found)] if len(found) < len(many) else len(found)
    count = f"{number} head{'s look' if len(found) > 1 else ' looks'}"
    return (
        f"{count} back at the motif more than distance alone would have it: first head {head + 1} of layer "
        f"{layer + 1}, {times} as much ({100 * result.looking[layer, head]:.1f} % of its weight, p = "
        f"{result.p_value[layer, head]:.3f}). {tested}"
    )

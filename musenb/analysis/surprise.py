"""Surprise (information content): how many bits each note costs a model.

Definition
----------
The surprise of a token is -log2 of its probability given all before it. A note's surprise is the sum over its tokens,
those in which it goes on as well as the one in which it begins. So it tells of pitch, place and length together, and
notes and rests add up to the surprise of the piece. `onset_bits` is the first token's part. The uncertainty of a note
is the entropy of the distribution from which its first token was taken.

Conventions
-----------
- Bits. A note that ends early or late is paid for by the tokens that it has, and by the one of what follows it.
- A token's distribution is given all tokens before it, those of higher voices at the same time too: no marginal.

References
----------
Shannon (1948), A Mathematical Theory of Communication. Pearce (2005), The Construction and Evaluation of Statistical
Models of Melodic Structure (IDyOM), for information content and entropy as expectation and uncertainty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musenb.analysis.attention import check_notes
from musenb.analysis.causal import entropy_bits, loss_bits
from musenb.analysis.chart import Chart, Plottable
from musenb.analysis.charts import surprise_chart
from musenb.errors import ModelError


@dataclass(frozen=True, slots=True)
class Surprise(Plottable):
    """The surprise of every note of a piece, in bits; arrays (notes,).

    Parameters
    ----------
    bits : float64
        Of all tokens of a note together; 0 for a note without tokens.
    onset_bits : float64
        Of its first token.
    entropy : float64
        Of the distribution of its first token: what surprise to expect.
    other_bits : float
        Sum over tokens that belong to no note, such as rests.
    onsets : float64, optional
        Quarters from the beginning, where they are known.
    """

    bits: np.ndarray
    onset_bits: np.ndarray
    entropy: np.ndarray
    other_bits: float
    onsets: np.ndarray | None = None

    @property
    def total(self) -> float:
        """Bits of the whole piece."""
        return float(self.bits.sum()) + self.other_bits

    def charts(self) -> list[Chart]:
        """Return the surprise of each note beside what was to be expected, by onset where onsets are known."""
        measures = {"surprise of its first token": self.onset_bits, "expected": self.entropy}
        return [surprise_chart(measures, self.onsets)]


def surprise_of(
    log_probs: np.ndarray,
    taken: np.ndarray,
    notes: np.ndarray,
    *,
    count: int,
    onsets: np.ndarray | None = None,
) -> Surprise:
    """Return the surprise of each note.

    Parameters
    ----------
    log_probs : float (tokens, V)
        Of every word at every token.
    taken : int (tokens,)
        The words that stand there.
    notes : int (tokens,)
        The note of each token, 0..count-1, or -1.
    count : int
        How many notes there are.
    onsets : float (count,), optional
        Quarters from the beginning, for charts along the piece.

    Raises
    ------
    ModelError
        The shapes do not agree, or a note is outside its range.
    """
    check_notes(notes, len(taken), "tokens")
    if len(log_probs) != len(taken) or notes.max(initial=-1) >= count:
        fault = f"{len(log_probs)} distributions, {len(taken)} words"
        raise ModelError(f"{fault}, notes up to {notes.max(initial=-1)} of {count}")
    if onsets is not None and len(onsets) != count:
        raise ModelError(f"{len(onsets)} onsets for {count} notes; one a note is needed")
    bits, inside = loss_bits(log_probs, taken), notes >= 0
    total = np.bincount(notes[inside], weights=bits[inside], minlength=count)
    first = first_tokens(notes, count)
    there = first >= 0
    onset, entropy = np.zeros(count), np.zeros(count)
    onset[there], entropy[there] = bits[first[there]], entropy_bits(log_probs[first[there]])
    return Surprise(total, onset, entropy, float(bits[~inside].sum()), onsets)


def first_tokens(notes: np.ndarray, count: int) -> np.ndarray:
    """Return the first token of each note, int64 (count,), -1 for a note without tokens, from the map (tokens,)."""
    found = np.full(count, -1, np.int64)
    present, first = np.unique(notes, return_index=True)
    found[present[present >= 0]] = first[present >= 0]
    return found

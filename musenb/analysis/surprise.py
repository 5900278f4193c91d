"""How surprising each note is to a model, and what else it thought likely.

Definition
----------
The surprise of a token is -log2 of its probability given all before it. A note's surprise is the sum over its tokens:
in the four-voice grid the cell in which it begins and the HOLD cells that follow, one a sixteenth. So it tells of
pitch, place and length together, and notes and rests add up to the surprise of the piece. `onset_bits` is the first
cell's part. The uncertainty of a note is the entropy of the distribution from which its first token was taken.

Conventions
-----------
- Bits. A note that ends early or late is paid for by the HOLD cells it has, and by the cell of what follows it.
- A cell's distribution is given the voices above it in the same sixteenth, as the model reads them; it is no marginal.
- A cell says a pitch (a note begins on it), HOLD (the note that sounds goes on) or REST. `begins` is the distribution
  of the pitch given that a note begins; `sounds` adds HOLD to the pitch that is held.

References
----------
Shannon (1948), A Mathematical Theory of Communication. Pearce (2005), The Construction and Evaluation of Statistical
Models of Melodic Structure (IDyOM), for information content and entropy as expectation and uncertainty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musenb.analysis.attention import check_notes
from musenb.analysis.causal import entropy_bits, log_shares, loss_bits
from musenb.errors import ModelError
from musenb.tokens.chorale.grid import HOLD, LOWEST, REST, VOCABULARY


@dataclass(frozen=True, slots=True)
class Surprise:
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
    """

    bits: np.ndarray
    onset_bits: np.ndarray
    entropy: np.ndarray
    other_bits: float

    @property
    def total(self) -> float:
        """Bits of the whole piece."""
        return float(self.bits.sum()) + self.other_bits


def surprise_of(shares: np.ndarray, taken: np.ndarray, notes: np.ndarray, *, count: int) -> Surprise:
    """Return the surprise of each note.

    Parameters
    ----------
    shares : float (tokens, V)
        Natural logarithms of the probabilities of every word at every token.
    taken : int (tokens,)
        The words that stand there.
    notes : int (tokens,)
        The note of each token, 0..count-1, or -1.
    count : int
        How many notes there are.

    Raises
    ------
    ModelError
        The shapes do not agree, or a note is outside its range.
    """
    check_notes(notes, len(taken), "tokens")
    if len(shares) != len(taken) or notes.max(initial=-1) >= count:
        fault = f"{len(shares)} distributions, {len(taken)} words"
        raise ModelError(f"{fault}, notes up to {notes.max(initial=-1)} of {count}")
    bits, inside = loss_bits(shares, taken), notes >= 0
    total = np.bincount(notes[inside], weights=bits[inside], minlength=count)
    first = first_tokens(notes, count)
    there = first >= 0
    onset, entropy = np.zeros(count), np.zeros(count)
    onset[there], entropy[there] = bits[first[there]], entropy_bits(shares[first[there]])
    return Surprise(total, onset, entropy, float(bits[~inside].sum()))


def first_tokens(notes: np.ndarray, count: int) -> np.ndarray:
    """Return the first token of each note, int64 (count,), -1 for a note without tokens, from the map (tokens,)."""
    found = np.full(count, -1, np.int64)
    present, first = np.unique(notes, return_index=True)
    found[present[present >= 0]] = first[present >= 0]
    return found


@dataclass(frozen=True, slots=True)
class VoiceShares:
    """What a voice might do in one cell of the grid.

    Parameters
    ----------
    voice : str
    pitches : dict of int to float
        Probability that a note begins on each MIDI pitch, the likeliest first.
    hold : float
        Probability that the note that sounds goes on.
    rest : float
        Probability of silence.
    held : int or None
        The pitch that HOLD would hold; None where the voice was silent.
    entropy : float
        Of the whole distribution, in bits.
    taken : str
        What stands in the piece: a name such as 'G4', 'HOLD' or 'REST'; empty when nothing does yet.
    taken_share : float
        Its probability; not-a-number when nothing stands there.
    """

    voice: str
    pitches: dict[int, float]
    hold: float
    rest: float
    held: int | None
    entropy: float
    taken: str = ""
    taken_share: float = float("nan")

    @property
    def begins(self) -> dict[int, float]:
        """Distribution of the pitch given that a note begins, the likeliest first; empty where none can."""
        total = sum(self.pitches.values())
        return {pitch: share / total for pitch, share in self.pitches.items()} if total else {}

    @property
    def sounds(self) -> dict[int, float]:
        """Probability of each pitch to sound, begun or held; with `rest` they sum to 1."""
        shares = dict(self.pitches)
        if self.held is not None:
            shares[self.held] = shares.get(self.held, 0.0) + self.hold
        return dict(sorted(shares.items(), key=lambda item: -item[1]))


def voice_shares(
    logits: np.ndarray, voice: str, *, held: int | None, taken: int | None = None, allowed: Sequence[bool] | None = None
) -> VoiceShares:
    """Return what a voice might do from the logits (V,) of its cell.

    Parameters
    ----------
    logits : float (V,)
        Or logarithms of probabilities.
    voice : str
    held : int or None
        MIDI pitch that sounds in the voice.
    taken : int, optional
        The word that stands in the cell.
    allowed : bool (V,), optional
        Words that may be taken; the others get 0. HOLD after silence never is.
    """
    scores = np.array(logits, np.float64)
    if len(scores) != len(VOCABULARY):
        raise ModelError(f"{len(scores)} logits; a cell of the grid has {len(VOCABULARY)} words")
    if allowed is not None:
        scores[~np.asarray(allowed, bool)] = -np.inf
    if held is None:
        scores[HOLD] = -np.inf
    shares = log_shares(scores)
    likely = np.exp(shares)
    order = np.argsort(-likely[:HOLD], kind="stable")
    pitches = {int(word) + LOWEST: float(likely[word]) for word in order if likely[word] > 0}
    name, share = ("", float("nan")) if taken is None else (VOCABULARY[taken], float(likely[taken]))
    return VoiceShares(
        voice, pitches, float(likely[HOLD]), float(likely[REST]), held, float(entropy_bits(shares)), name, share
    )

"""Constrained token choices in a cell of the four-voice grid, from logits.

A cell says a pitch (a note begins on it), HOLD (the note that sounds goes on) or REST. Its distribution is given the
voices above it in the same sixteenth, as the model reads them; it is no marginal. Probabilities are the model's own:
`allowed` may leave tokens out, but the prices of `prices` and the choice among several tries have no part in them.
"""

from __future__ import annotations

import numpy as np

from musenb.errors import ModelError
from musenb.score.note import KeySignature
from musenb.score.spelling import spoken_pitch
from musenb.tokens.chorale.grid import HOLD, LOWEST, REST, VOCABULARY
from musenb.tokens.piece import Choice, Choices


def cell_choices(
    logits: np.ndarray,
    voice: str,
    *,
    held: int | None,
    key: KeySignature | None = None,
    taken: int | None = None,
    allowed: np.ndarray | None = None,
) -> Choices:
    """Return what a voice might do from the logits (V,) of its cell.

    Parameters
    ----------
    logits : float (V,)
        Or logarithms of probabilities.
    voice : str
    held : int or None
        MIDI pitch that sounds in the voice: without one HOLD gets 0.
    key : KeySignature, optional
        By which pitches are named.
    taken : int, optional
        The token that stands in the cell.
    allowed : bool (V,), optional
        Tokens that may be taken; the others get 0.

    Raises
    ------
    ModelError
        The logits are those of another vocabulary.
    """
    scores = np.array(logits, np.float64)
    if len(scores) != len(VOCABULARY):
        raise ModelError(f"{len(scores)} logits; a cell of the grid has {len(VOCABULARY)} words")
    if allowed is not None:
        scores[~np.asarray(allowed, bool)] = -np.inf
    if held is None:
        scores[HOLD] = -np.inf
    scores -= scores.max()
    log_probs = scores - np.log(np.exp(scores).sum())
    probabilities = np.exp(log_probs)

    def choice(token: int) -> Choice:
        probability = float(probabilities[token])
        if token == HOLD:
            name = "" if held is None else spoken_pitch(held, key)
            return Choice(f"{name} goes on".strip(), probability, held, "hold", token)
        if token == REST:
            return Choice("rest", probability, None, "rest", token)
        return Choice(spoken_pitch(token + LOWEST, key), probability, token + LOWEST, "begin", token)

    order = np.argsort(-probabilities, kind="stable")
    found = tuple(choice(int(token)) for token in order if probabilities[token] > 0)
    # Tokens of probability 0 add nothing.
    finite = np.where(np.isfinite(log_probs), log_probs, 0.0)
    entropy = float(-(probabilities * finite).sum() / np.log(2))
    return Choices(voice, found, entropy, None if taken is None else choice(taken))

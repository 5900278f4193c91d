"""Choices in words: what the logits of a field say of the next note's time, voice, pitch and length."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from musenb.score.note import KeySignature
from musenb.score.spelling import spoken_pitch
from musenb.tokens.notes.fields import (
    FIRST_LINE,
    NO_LENGTH,
    NO_PITCH,
    PITCH,
    SHIFT,
    SILENCE,
    SIZES,
    TICKS,
    TIED,
    VOICE,
)
from musenb.tokens.piece import Choice, Choices

FIRST_TOKENS = np.cumsum((0, *SIZES))  # of each field; behind them how many tokens there are
SHARES = {Fraction(1, 4): "¼", Fraction(1, 3): "⅓", Fraction(1, 2): "½", Fraction(2, 3): "⅔", Fraction(3, 4): "¾"}
LABELS = ("time", "voice", "pitch", "length")  # of the fields, as a view shows them
LINES = ("the bar line", "the second bar line", "the third bar line")


def field_choices(
    logits: np.ndarray, field: int, *, names: Sequence[str], key: KeySignature | None = None,
    taken: int | None = None, allowed: np.ndarray | None = None,
) -> Choices:
    """Return what might come in a field, the likeliest first.

    Parameters
    ----------
    logits : float (V,)
        Or logarithms of probabilities; those of other fields count for nothing.
    field : int
    names : sequence of str
        Of the voices, from the highest.
    key : KeySignature, optional
        By which pitches are named.
    taken : int, optional
        The token that stands there.
    allowed : bool (V,), optional
        Tokens that may be taken; the others get 0.
    """
    scores = np.full(len(logits), -np.inf)
    own = slice(FIRST_TOKENS[field], FIRST_TOKENS[field + 1])
    scores[own] = logits[own]
    if allowed is not None:
        scores[~allowed] = -np.inf
    scores -= scores.max()
    log_probs = scores - np.log(np.exp(scores).sum())
    probabilities = np.exp(log_probs)

    def choice(token: int) -> Choice:
        number = token - int(FIRST_TOKENS[field])
        words, kind = words_of(field, number, names, key)
        pitch = number if field == PITCH and number != NO_PITCH else None
        return Choice(words, float(probabilities[token]), pitch, kind, token)

    order = np.argsort(-probabilities, kind="stable")
    found = tuple(choice(int(token)) for token in order if probabilities[token] > 0)
    finite = np.where(np.isfinite(log_probs), log_probs, 0.0)
    entropy = float(-(probabilities * finite).sum() / np.log(2))
    return Choices(LABELS[field], found, entropy, None if taken is None else choice(taken))


def words_of(field: int, number: int, names: Sequence[str], key: KeySignature | None) -> tuple[str, str]:
    """Return a class of a field in words, and what kind of choice it is."""
    if field == SHIFT:
        return _time_words(number), "time"
    if field == VOICE:
        voice = names[number] if number < len(names) else f"a voice {number + 1}"
        return ("rest", "rest") if number == SILENCE else (voice, "voice")
    if field == PITCH:
        return ("rest", "rest") if number == NO_PITCH else (spoken_pitch(number, key), "begin")
    if number == NO_LENGTH:
        return "rest", "rest"
    return ("longer", "length") if number == TIED else (quarters_in_words(number), "length")


def _time_words(shift: int) -> str:
    if shift == 0:
        return "at once"
    if shift < FIRST_LINE:
        return f"{quarters_in_words(shift)} later"
    line = shift - FIRST_LINE
    return f"at {LINES[line]}" if line < len(LINES) else f"at bar line {line + 1}"


def quarters_in_words(ticks: int) -> str:
    """Return ticks as quarters: '1½ quarters', '¼ quarter'."""
    whole, rest = divmod(Fraction(ticks, TICKS), 1)
    share = SHARES.get(rest, str(rest) if rest else "")
    number = f"{whole or ''}{' ' if whole and '/' in share else ''}{share}"
    return f"{number} quarter{'' if ticks <= TICKS else 's'}"

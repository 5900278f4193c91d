"""JSB chorales token grid, the paper's form: a pitch per voice and sixteenth, S A T B, S A T B ... (benchmark only).

A held note and a repeated one look the same here, so this form cannot be notated; `musenb.tokens.chorale.grid` can.

References
----------
Huang et al., "Music Transformer", arXiv 1809.04281 (2018), section 3.1.
"""

from __future__ import annotations

import numpy as np

from musenb.errors import TokenError
from musenb.tokens.row import Row, row_of

LOWEST, HIGHEST = 36, 81
REST = HIGHEST - LOWEST + 1
VOCABULARY = REST + 1
VOICE_COUNT = 4
STEPS_A_BAR = 16
FEATURES = (VOICE_COUNT, STEPS_A_BAR)


def encode_pitches(pitches: np.ndarray) -> Row:
    """Return the row of a grid of sounding pitches, int (T, 4) with -1 for rests.

    Tokens are pitch - 36, or 46 for a rest; features the voice and the sixteenth in a bar of 4/4 counted from the
    beginning; attributes the pitch - 36 (-1 for a rest) and the sixteenth.

    Raises
    ------
    TokenError
        The grid is not (T, 4), is empty, or holds a pitch outside 36..81.
    """
    pitches = np.asarray(pitches, dtype=np.int64)
    if pitches.ndim != 2 or pitches.shape[1] != VOICE_COUNT or not len(pitches):
        raise TokenError(
            f"a chorale grid of shape {pitches.shape} is not (steps, {VOICE_COUNT}) with at least one step"
        )
    sounding = pitches >= 0
    outside = sounding & ((pitches < LOWEST) | (pitches > HIGHEST))
    if outside.any():
        step, voice = np.argwhere(outside)[0]
        raise TokenError(f"pitch {pitches[step, voice]} at step {step}, voice {voice} is outside {LOWEST}..{HIGHEST}")
    tokens = np.where(sounding, pitches - LOWEST, REST).ravel()
    steps = np.repeat(np.arange(len(pitches)), VOICE_COUNT)
    voices = np.tile(np.arange(VOICE_COUNT), len(pitches))
    features = np.stack([voices, steps % STEPS_A_BAR], axis=1)
    pitches = np.where(tokens == REST, -1, tokens)
    attributes = np.stack([pitches, steps], axis=1)
    return row_of(tokens, features, attributes, begin=VOCABULARY)


def decode_pitches(tokens: np.ndarray) -> np.ndarray:
    """Return the grid (T, 4) of sounding pitches, -1 for rests: the inverse of `encode_pitches`.

    Raises
    ------
    TokenError
        The row does not hold whole steps, or holds a number outside the vocabulary.
    """
    tokens = np.asarray(tokens, dtype=np.int64)
    if tokens.size % VOICE_COUNT or not tokens.size:
        raise TokenError(f"a row of {tokens.size} tokens is not a whole number of steps of {VOICE_COUNT} voices")
    outside = (tokens < 0) | (tokens >= VOCABULARY)
    if outside.any():
        raise TokenError(f"token {tokens[outside][0]} is outside 0..{VOCABULARY - 1}")
    return np.where(tokens == REST, -1, tokens + LOWEST).reshape(-1, VOICE_COUNT)

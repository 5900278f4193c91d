"""Random cells to be given in training: voices, the music around gaps, closes and statements, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from musenb.tokens.chorale.grid import FERMATA, VOICE_COUNT, Frame, stretch_ends

CLOSE = 8  # steps of a close that may be known ahead: two beats
SOPRANO, BASS = 0, VOICE_COUNT - 1
LEAST_GAP, MOST_GAP = 4, 96
LEAST_STATEMENT, MOST_STATEMENT = 6, 48

Draw = Callable[[np.random.Generator, Frame], np.ndarray]


def nothing(rng: np.random.Generator, frame: Frame) -> np.ndarray:
    """Give nothing, as for a continuation: the past is all that is known. Return bool (T, 4), as all draws do."""
    return np.zeros((len(frame), VOICE_COUNT), bool)


def voices(rng: np.random.Generator, frame: Frame) -> np.ndarray:
    """Give the soprano, the bass or any choice of voices, mostly to the end."""
    given = nothing(rng, frame)
    chance = rng.random()
    if chance < 0.5:
        chosen = np.arange(VOICE_COUNT) == SOPRANO
    elif chance < 0.65:
        chosen = np.arange(VOICE_COUNT) == BASS
    else:
        chosen = rng.permutation(VOICE_COUNT) < rng.integers(1, VOICE_COUNT)
    stop = len(frame) if rng.random() < 0.7 else int(rng.integers(1, len(frame) + 1))
    given[:stop, chosen] = True
    return given


def around_gaps(rng: np.random.Generator, frame: Frame) -> np.ndarray:
    """Give all but one to three gaps, in all voices or in some."""
    given = ~nothing(rng, frame)
    for _ in range(int(rng.integers(1, 4))):
        length = _length(rng, LEAST_GAP, MOST_GAP, len(frame))
        start = int(rng.integers(0, len(frame) - length + 1))
        chosen = rng.permutation(VOICE_COUNT) < (VOICE_COUNT if rng.random() < 0.7 else rng.integers(1, VOICE_COUNT))
        given[start : start + length, chosen] = False
    return given


def closes(rng: np.random.Generator, frame: Frame) -> np.ndarray:
    """Give bass or soprano, or both, in the last two beats of the piece, and at some phrase ends before."""
    given = nothing(rng, frame)
    inner = [end for end in stretch_ends(frame.columns[:, FERMATA - 1] == 1) if end < len(frame)]
    for end in [*(end for end in inner if rng.random() < 0.5), len(frame)]:
        chance = rng.random()
        chosen = [BASS] if chance < 0.5 else [SOPRANO] if chance < 0.7 else [SOPRANO, BASS]
        given[max(end - CLOSE, 0) : end, chosen] = True
    return given


def statements(rng: np.random.Generator, frame: Frame) -> np.ndarray:
    """Give two to six short passages of single voices."""
    given = nothing(rng, frame)
    for _ in range(int(rng.integers(2, 7))):
        length = _length(rng, LEAST_STATEMENT, MOST_STATEMENT, len(frame))
        start = int(rng.integers(0, len(frame) - length + 1))
        given[start : start + length, int(rng.integers(VOICE_COUNT))] = True
    return given


CHORALE_DRAWS: tuple[tuple[Draw, float], ...] = (
    (nothing, 0.30), (voices, 0.28), (around_gaps, 0.17), (closes, 0.12), (statements, 0.13),
)
TUNE_DRAWS: tuple[tuple[Draw, float], ...] = ((nothing, 0.6), (around_gaps, 0.2), (statements, 0.2))


def draw_given(
    rng: np.random.Generator, frame: Frame, *, kinds: Sequence[tuple[Draw, float]] = CHORALE_DRAWS
) -> np.ndarray:
    """Return which cells are given, bool (T, 4), never all: a draw that leaves nothing to write gives nothing."""
    draws, chances = zip(*kinds, strict=True)
    given = draws[rng.choice(len(draws), p=chances)](rng, frame)
    return nothing(rng, frame) if given.all() else given


def _length(rng: np.random.Generator, least: int, most: int, length: int) -> int:
    """Return a number of steps, short ones as likely as long ones by ratio, at most `length`."""
    return min(int(np.exp(rng.uniform(np.log(least), np.log(most + 1)))), length)

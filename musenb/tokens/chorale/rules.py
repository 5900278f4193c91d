"""Token constraints in a cell of the four-voice grid: each one function from a place to the tokens it allows.

A constraint sees the cells written so far and returns bool (V,). The grammar and the ranges always hold. The rules of
part-writing are wishes: where a wish would leave no note, new or held, it is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from musenb.tokens.chorale.grid import HOLD, LOWEST, REST, VOCABULARY, VOICE_COUNT
from musenb.tokens.voice_ranges import VOICE_RANGES

VOCABULARY_SIZE = len(VOCABULARY)
SILENT = -1


@dataclass(frozen=True, slots=True)
class Place:
    """A cell about to be written, and what surrounds it.

    Parameters
    ----------
    step, voice : int
        Sixteenth from the beginning, and voice 0..3 from the soprano.
    before : int64 (4,)
        What each voice sounded a step earlier: pitch - 36, or -1 for silence.
    now : int64 (4,)
        The same for this step, where the voices above are written already; others -1.
    after_given : bool
        The voice's cell before this one was given and this one is not.
    """

    step: int
    voice: int
    before: np.ndarray
    now: np.ndarray
    after_given: bool = False


Constraint = Callable[[Place], np.ndarray]


def grammar(place: Place) -> np.ndarray:
    """Allow HOLD only where a note sounds, and never to lengthen a note that was given."""
    allowed = np.ones(VOCABULARY_SIZE, bool)
    allowed[HOLD] = place.before[place.voice] != SILENT and not place.after_given
    return allowed


def in_range(place: Place) -> np.ndarray:
    """Allow onsets only within the range that the voice has in Bach's chorales."""
    lowest, highest = VOICE_RANGES[place.voice]
    allowed = np.ones(VOCABULARY_SIZE, bool)
    allowed[: lowest - LOWEST] = False
    allowed[highest - LOWEST + 1 : HOLD] = False
    return allowed


def no_parallels(place: Place) -> np.ndarray:
    """Forbid fifths, octaves and unisons in parallel with a voice that is written already."""
    allowed = np.ones(VOCABULARY_SIZE, bool)
    here = place.before[place.voice]
    if here == SILENT:
        return allowed
    for other in range(VOICE_COUNT):
        was, now = place.before[other], place.now[other]
        if other == place.voice or SILENT in (was, now) or was == now:
            continue
        if (was - here) % 12 not in (0, 7):
            continue
        for pitch in range(HOLD):
            same_interval = (now - pitch) % 12 == (was - here) % 12
            if same_interval and pitch != here and (pitch > here) == (now > was):
                allowed[pitch] = False
    return allowed


def no_crossing(place: Place) -> np.ndarray:
    """Forbid onsets above a higher voice, or below a lower voice, that is written already."""
    allowed = np.ones(VOCABULARY_SIZE, bool)
    for other in range(VOICE_COUNT):
        sounding = place.now[other]
        if sounding == SILENT or other == place.voice:
            continue
        if other < place.voice:
            allowed[sounding + 1 : HOLD] = False
        else:
            allowed[:sounding] = False
    return allowed


ALWAYS: tuple[Constraint, ...] = (grammar, in_range)
PART_WRITING: tuple[Constraint, ...] = (no_parallels, no_crossing)


def allowed_tokens(place: Place, wishes: Sequence[Constraint] = ()) -> np.ndarray:
    """Return the tokens allowed at a place, bool (V,), never none: a wish that would leave no note is passed over."""
    allowed = np.logical_and.reduce([constraint(place) for constraint in ALWAYS])
    for wish in wishes:
        narrowed = allowed & wish(place)
        if narrowed[:REST].any():
            allowed = narrowed
    return allowed

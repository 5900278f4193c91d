"""Token constraints in a cell of the four-voice grid: each one function from a place to the tokens it allows.

A constraint sees the cells written so far, the cells given beside them and those given soon, and returns bool (V,). The
grammar and the ranges always hold. The rules of part-writing are wishes: where a wish would leave no note, new or held,
it is passed over; the rules against parallels never do, for each forbids a few pitches of the many in a range.

A given voice counts as written, below as above. Two given voices against each other are nobody's fault.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapters 5 and 6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from musenb.tokens.chorale.grid import HOLD, LOWEST, REST, STEPS_PER_QUARTER, VOCABULARY, VOICE_COUNT
from musenb.tokens.voice_ranges import VOICE_RANGES

VOCABULARY_SIZE = len(VOCABULARY)
SILENT = -1
OCTAVE, FIFTH, TRITONE = 12, 7, 6
PERFECT = (0, FIFTH)
# A rule that looked one sixteenth ahead alone would be kept by stray sixteenths.
NEAR = STEPS_PER_QUARTER
PITCHES = np.arange(HOLD)


def _nothing() -> np.ndarray:
    return np.full(VOICE_COUNT, SILENT)


def _nobody() -> np.ndarray:
    return np.zeros(VOICE_COUNT, bool)


@dataclass(frozen=True, slots=True)
class Place:
    """A cell about to be written, and what surrounds it. Pitches are MIDI - 36, -1 for silence and for what is unknown.

    Parameters
    ----------
    step, voice : int
        Sixteenth from the beginning, and voice 0..3 from the soprano.
    before : int64 (4,)
        What each voice sounded a step earlier.
    now : int64 (4,)
        The same for this step, of the voices that are written or given in it.
    after_given : bool
        The voice's cell before this one was given and this one is not.
    given : bool (4,)
        Which voices are given in this step.
    into : int64 (4,)
        What the voices given there sound in the voice's own next given step, where that is at most a quarter away.
    entering : int64 (4,)
        The next given pitch of the other voices that are not given now and will be, within a quarter.
    """

    step: int
    voice: int
    before: np.ndarray
    now: np.ndarray
    after_given: bool = False
    given: np.ndarray = field(default_factory=_nobody)
    into: np.ndarray = field(default_factory=_nothing)
    entering: np.ndarray = field(default_factory=_nothing)

    @property
    def here(self) -> int:
        """What the voice itself sounded a step earlier."""
        return int(self.before[self.voice])

    @property
    def goal(self) -> int:
        """The voice's own next given pitch, within a quarter."""
        return int(self.into[self.voice])

    @property
    def near(self) -> bool:
        """True when something is given within a quarter."""
        return bool((self.into != SILENT).any() or (self.entering != SILENT).any())

    def interval(self, other: int, pitch: np.ndarray | int, another: np.ndarray | int) -> np.ndarray | int:
        """Return semitones 0..11 from the lower voice up, where this voice has `pitch` and `other` has `another`."""
        return (another - pitch) % OCTAVE if other < self.voice else (pitch - another) % OCTAVE


Constraint = Callable[[Place], np.ndarray]


def _everything() -> np.ndarray:
    return np.ones(VOCABULARY_SIZE, bool)


def _but(place: Place, wrong: np.ndarray) -> np.ndarray:
    """Return the tokens but those that would sound a wrong pitch, bool (46,): onsets, and HOLD of such a note."""
    allowed = _everything()
    allowed[:HOLD] = ~wrong
    if place.here != SILENT:
        allowed[HOLD] = not wrong[place.here]
    return allowed


def grammar(place: Place) -> np.ndarray:
    """Allow HOLD only where a note sounds, and never to lengthen a note that was given."""
    allowed = _everything()
    allowed[HOLD] = place.here != SILENT and not place.after_given
    return allowed


def in_range(place: Place) -> np.ndarray:
    """Allow onsets only within the range that the voice has in Bach's chorales."""
    lowest, highest = VOICE_RANGES[place.voice]
    allowed = _everything()
    allowed[: lowest - LOWEST] = False
    allowed[highest - LOWEST + 1 : HOLD] = False
    return allowed


def no_parallels(place: Place) -> np.ndarray:
    """Forbid fifths, octaves and unisons in parallel with a voice that is written already, or given."""
    allowed, here = _everything(), place.here
    if here == SILENT:
        return allowed
    for other in range(VOICE_COUNT):
        was, now = int(place.before[other]), int(place.now[other])
        if other == place.voice or SILENT in (was, now) or was == now:
            continue
        gap = place.interval(other, here, was)
        if gap in PERFECT:
            same_way = here < PITCHES if now > was else here > PITCHES
            allowed[:HOLD] &= ~((place.interval(other, PITCHES, now) == gap) & same_way)
    return allowed


def no_crossing(place: Place) -> np.ndarray:
    """Forbid onsets above a higher voice or below a lower one, written or given, and holds that a given voice crosses.

    A note that another written voice crosses may be held: that voice knew of it.
    """
    allowed, here = _everything(), place.here
    for other in range(VOICE_COUNT):
        sounding = int(place.now[other])
        if sounding == SILENT or other == place.voice:
            continue
        beyond = sounding < PITCHES if other < place.voice else sounding > PITCHES
        allowed[:HOLD] &= ~beyond
        if here != SILENT and place.given[other]:
            allowed[HOLD] &= not beyond[here]
    return allowed


# Before a given note: within a quarter of it, every note that sounds could be the last one before it.


def no_parallels_into_given(place: Place) -> np.ndarray:
    """Forbid what would move into the voice's next given note in parallel with another voice that is given there."""
    goal = place.goal
    if goal == SILENT:
        return _everything()
    wrong = np.zeros(HOLD, bool)
    for other in range(VOICE_COUNT):
        now, then = int(place.now[other]), int(place.into[other])
        if other == place.voice or SILENT in (now, then) or now == then:
            continue
        gap = place.interval(other, goal, then)
        if gap in PERFECT:
            same_way = goal > PITCHES if then > now else goal < PITCHES
            wrong |= (place.interval(other, PITCHES, now) == gap) & same_way
    return _but(place, wrong)


def no_wild_leap_into_given(place: Place) -> np.ndarray:
    """Forbid what would leap into the voice's next given note by a tritone or by more than a fifth, but an octave."""
    if place.goal == SILENT:
        return _everything()
    leap = abs(PITCHES - place.goal)
    return _but(place, (leap == TRITONE) | ((leap > FIFTH) & (leap != OCTAVE)))


def no_overlap_with_given(place: Place) -> np.ndarray:
    """Forbid what would stand beyond the next note of a neighbour: one that enters, or both go into given notes."""
    if not place.near:
        return _everything()
    wrong = np.zeros(HOLD, bool)
    for other in (place.voice - 1, place.voice + 1):
        if not 0 <= other < VOICE_COUNT:
            continue
        notes = (place.into[other] if place.goal != SILENT else SILENT, place.entering[other])
        for note in notes:
            if note != SILENT:
                wrong |= note < PITCHES if other < place.voice else note > PITCHES
    return _but(place, wrong)


ALWAYS: tuple[Constraint, ...] = (grammar, in_range)
AMONG_VOICES: tuple[Constraint, ...] = (no_parallels, no_crossing)
PART_WRITING: tuple[Constraint, ...] = (
    *(no_parallels, no_parallels_into_given, no_crossing),
    *(no_wild_leap_into_given, no_overlap_with_given),
)


def rules_at(place: Place) -> tuple[Constraint, ...]:
    """Return the rules of part-writing that can forbid something at a place."""
    return PART_WRITING if place.near else AMONG_VOICES


def allowed_tokens(place: Place, wishes: Sequence[Constraint] = ()) -> np.ndarray:
    """Return the tokens allowed at a place, bool (V,), never none: a wish that would leave no note is passed over."""
    allowed = np.logical_and.reduce([constraint(place) for constraint in ALWAYS])
    for wish in wishes:
        narrowed = allowed & wish(place)
        if narrowed[:REST].any():
            allowed = narrowed
    return allowed

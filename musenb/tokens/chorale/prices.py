"""Soft constraints of four-part writing: faults that Bach avoids and sometimes commits, each with a price in nats.

A price is taken from the logits of the tokens that would commit the fault, so that its odds fall by e to the price. It
is the logarithm of how much oftener the model commits it than Bach (`RATES`); what Bach does as often, such as
overlaps, costs nothing. Prices are for drawing alone: the model's own probabilities, which the views and the questions
show, stay as they are.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapters 5 to 8.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from musenb.tokens.chorale.grid import HOLD, LOWEST, VOCABULARY, VOICE_COUNT
from musenb.tokens.chorale.rules import NEAR, OCTAVE, PERFECT, PITCHES, SILENT, Place

STEP_OF_SCALE = 2
_NOTHING = np.zeros(len(VOCABULARY))
THIRD, MINOR_SEVENTH, FIFTH_DEGREE, LEADING, FLAT_SIXTH = 4, 10, 7, 11, 8
#                  pitch classes above the root, as masks: a dominant seventh may lack its fifth
SEVENTH_CHORDS = ((0, 4, 7, 10), (0, 4, 10))
DOMINANTS = ((0, 4, 7), (0, 4), *SEVENTH_CHORDS)
#                  semitones above the tonic: a degree and the same degree altered
ALTERED = {
    "major": ((0, 1), (3, 4), (5, 6), (7, 8), (10, 11)),
    "minor": ((1, 2), (3, 4), (5, 6), (8, 9), (10, 11)),
}


@dataclass(frozen=True, slots=True)
class Tonality:
    """The key at a step: tonic 0..11 (None where it is unknown), and whether it is minor."""

    tonic: int | None
    minor: bool = False


Fault = Callable[[Place, Tonality], np.ndarray]


def _none() -> np.ndarray:
    return np.zeros(HOLD, bool)


def _root(place: Place, chords: tuple[tuple[int, ...], ...]) -> int | None:
    """Return the root of the chord that sounded a step earlier, where it is one of these; else None."""
    heard = {int(pitch) % OCTAVE for pitch in place.before if pitch != SILENT}
    for root in heard:
        if tuple(sorted((note - root) % OCTAVE for note in heard)) in chords:
            return root
    return None


def seventh_unresolved(place: Place, key: Tonality) -> np.ndarray:
    """The seventh of a dominant seventh chord goes on otherwise than down by step."""
    here, root = place.here, _root(place, SEVENTH_CHORDS)
    if here == SILENT or root is None or (here - root) % OCTAVE != MINOR_SEVENTH:
        return _none()
    return (here < PITCHES) | (here - PITCHES > STEP_OF_SCALE)


def leading_unresolved(place: Place, key: Tonality) -> np.ndarray:
    """The third of the key's dominant goes not up by a semitone, nor, in an inner voice, down by a third."""
    here, root = place.here, _root(place, DOMINANTS)
    if here == SILENT or root is None or key.tonic is None:
        return _none()
    is_dominant = (root + LOWEST - key.tonic) % OCTAVE == FIFTH_DEGREE
    if not is_dominant or (here - root) % OCTAVE != THIRD:
        return _none()
    inner = 0 < place.voice < VOICE_COUNT - 1
    resolved = (here, here + 1, here - THIRD) if inner else (here, here + 1)
    return ~np.isin(PITCHES, resolved)


def leading_doubled(place: Place, key: Tonality) -> np.ndarray:
    """The leading note of the key sounds twice, beside the root of the dominant."""
    if key.tonic is None:
        return _none()
    others = np.delete(place.now, place.voice)
    degrees = (others[others != SILENT] + LOWEST - key.tonic) % OCTAVE
    times, root = int((degrees == LEADING).sum()), bool((degrees == FIFTH_DEGREE).any())
    own = (PITCHES + LOWEST - key.tonic) % OCTAVE
    if times == 1:
        return (own == LEADING) & root
    return own == FIFTH_DEGREE if times > 1 else _none()


def hidden_fifth(place: Place, key: Tonality) -> np.ndarray:
    """The outer voices move one way into a fifth or octave, the soprano by a leap."""
    other = {0: VOICE_COUNT - 1, VOICE_COUNT - 1: 0}.get(place.voice)
    if other is None or SILENT in (place.here, place.before[other], place.now[other]):
        return _none()
    motion = PITCHES - place.here
    moved = int(place.now[other] - place.before[other])
    leap = abs(motion if place.voice == 0 else np.full_like(motion, moved)) > STEP_OF_SCALE
    into = np.isin(place.interval(other, PITCHES, place.now[other]), PERFECT)
    return (motion * moved > 0) & into & leap


def contrary_fifth(place: Place, key: Tonality) -> np.ndarray:
    """Two voices go in opposite directions from a fifth to a fifth, or from an octave or unison to another."""
    found, here = _none(), place.here
    for other in range(VOICE_COUNT):
        was, now = place.before[other], place.now[other]
        if other == place.voice or SILENT in (here, was, now):
            continue
        gap = place.interval(other, here, was)
        if gap in PERFECT:
            opposite = (PITCHES - here) * (now - was) < 0
            found |= opposite & (place.interval(other, PITCHES, now) == gap)
    return found


def augmented_second(place: Place, key: Tonality) -> np.ndarray:
    """A voice goes by an augmented second, between the flat sixth degree and the leading note."""
    if key.tonic is None or place.here == SILENT:
        return _none()
    degrees = (PITCHES + LOWEST - key.tonic) % OCTAVE
    ends = {FLAT_SIXTH: LEADING, LEADING: FLAT_SIXTH}
    goal = ends.get(int(degrees[place.here]))
    return (abs(PITCHES - place.here) == LEADING - FLAT_SIXTH) & (degrees == goal) if goal is not None else _none()


def cross_relation(place: Place, key: Tonality) -> np.ndarray:
    """A voice takes an altered note whose other form another voice, and not itself, sounded a step earlier."""
    found = _none()
    if key.tonic is None or place.here == SILENT:
        return found
    degrees = (PITCHES + LOWEST - key.tonic) % OCTAVE
    others = np.delete(place.before, place.voice)
    heard = {int(degrees[pitch]) for pitch in others if pitch != SILENT}
    own = int(degrees[place.here])
    for pair in ALTERED["minor" if key.minor else "major"]:
        for one, form in (pair, pair[::-1]):
            if form in heard and own not in pair:
                found |= degrees == one
    return found


def overlap(place: Place, key: Tonality) -> np.ndarray:
    """A voice goes above where the next higher voice was, or below where the next lower voice was."""
    found = _none()
    for other in (place.voice - 1, place.voice + 1):
        if 0 <= other < VOICE_COUNT and place.before[other] != SILENT:
            was = place.before[other]
            found |= was < PITCHES if other < place.voice else was > PITCHES
    return found


FAULTS: Mapping[str, Fault] = {
    "seventh unresolved": seventh_unresolved,
    "leading note unresolved": leading_unresolved,
    "leading note doubled": leading_doubled,
    "hidden fifth or octave": hidden_fifth,
    "contrary fifths or octaves": contrary_fifth,
    "augmented second": augmented_second,
    "cross relation": cross_relation,
    "overlap": overlap,
}
# Of these a note that goes on is guilty as well.
OF_HOLDS = frozenset({"leading note doubled"})


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a fault is committed by the model without prices, and by Bach."""

    model: float
    bach: float

    @property
    def price(self) -> float:
        """Nats, at least 0."""
        return max(0.0, math.log(self.model / self.bach))


#                  (1) of V7-I and V-I, by `musenb evaluate chorale`; (2) of the cells in which it is possible, in 16
#                  test chorales and in as many that go on from two bars of them, by
#                  `python tests/benchmarks/bench_seams.py rates 16`
RATES: Mapping[str, Rate] = {
    "seventh unresolved": Rate(0.117, 0.008),  # (1)
    "leading note unresolved": Rate(0.063, 0.071),  # (2)
    "leading note doubled": Rate(0.043, 0.010),  # (1)
    "hidden fifth or octave": Rate(0.191, 0.064),  # (2)
    "contrary fifths or octaves": Rate(0.0154, 0.0050),  # (2)
    "augmented second": Rate(0.0009, 0.0009),  # (2)
    "cross relation": Rate(0.0013, 0.0007),  # (2)
    "overlap": Rate(0.0042, 0.0068),  # (2)
}
PRICES: Mapping[str, float] = {name: rate.price for name, rate in RATES.items()}
# Of two moves of a voice in Bach's test chorales, both of a tone to an octave, the one that is wider by a semitone is
# rarer by this much, in nats.
PER_SEMITONE = 0.5
DEAR = tuple(name for name, price in PRICES.items() if price)


def faults_at(place: Place, key: Tonality) -> dict[str, np.ndarray]:
    """Return which tokens would commit each fault that is possible at a place, bool (V,) by name."""
    return _faults_among(FAULTS, place, key)


def _faults_among(names: Iterable[str], place: Place, key: Tonality) -> dict[str, np.ndarray]:
    found = {}
    for name in names:
        wrong = FAULTS[name](place, key)
        if not wrong.any():
            continue
        tokens = np.zeros(len(VOCABULARY), bool)
        tokens[:HOLD] = wrong
        tokens[HOLD] = name in OF_HOLDS and place.here != SILENT and wrong[place.here]
        found[name] = tokens
    return found


def prices_at(place: Place, key: Tonality) -> np.ndarray | None:
    """Return what each token costs at a place, in nats, float (V,); None where nothing costs anything."""
    costs = [PRICES[name] * tokens for name, tokens in _faults_among(DEAR, place, key).items()]
    if place.goal != SILENT:
        costs.append(distance(place))
    total = np.sum(costs, axis=0) if costs else _NOTHING
    return total if total.any() else None


def distance(place: Place) -> np.ndarray:
    """Return what it costs to sound far from the voice's next given note, within a quarter of it, float (V,).

    A note that goes on pays again, so that a quarter pays twice.
    """
    costs = np.zeros(len(VOCABULARY))
    costs[:HOLD] = PER_SEMITONE * np.maximum(abs(PITCHES - place.goal) - STEP_OF_SCALE, 0)
    if place.here != SILENT:
        costs[HOLD] = costs[place.here] / NEAR
    return costs

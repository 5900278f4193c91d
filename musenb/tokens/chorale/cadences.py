"""Cadence plans: which chords the phrases of a piece are to end with, and the bass that is known of them in advance.

Definition
----------
- The last phrase of a piece that is to end closes fully: dominant and tonic in the bass. Of the phrases before it every
  fourth one, from the last but one back, ends on the dominant, as about a fifth of Bach's do; the others close fully.
- The bass of these chords is a given note to the model, told ahead, wherever the bass is to be written and the voices
  that are given agree. Where they do not, the other cadence is tried, and then none is planned. A bass that is given
  decides itself: over its tonic or dominant the other voices have that chord.
- The voices above are asked for notes of the chord from where it begins: a wish, passed over where it leaves nothing.
  The chord is to have its third; a leading note is not doubled, and rises, or falls by a third in an inner voice; a
  seventh falls. In the dominant a suspension may stand for half its time.
- A piece in minor ends on the major tonic in `MAJOR_ENDS` of cases, by seed; Bach's do in two of three.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapters 8 to 11.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from musenb.tokens.chorale.grid import (
    HOLD,
    KEY,
    LOWEST,
    MODE,
    MODES,
    NO_KEY,
    REST,
    STEPS_PER_QUARTER,
    UNKNOWN,
    VOCABULARY,
    VOICE_COUNT,
    sounding,
)
from musenb.tokens.chorale.rules import SILENT, Place

BASS = VOICE_COUNT - 1
TONIC, DOMINANT, LEADING, SEVENTH = 0, 7, 11, 5
MAJOR_ENDS = 0.4
HALF_EVERY = 4
LOWEST_TONIC, LOWEST_DOMINANT, MIDDLE = 40, 40, 48  # MIDI: of the bass, and what its notes lie around


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord that is planned.

    Parameters
    ----------
    start, stop : int
        Steps; it is asked for from the first to before the second.
    root : int
        Pitch class.
    third : int
        Pitch class.
    others : frozenset of int
        Further pitch classes that it may have.
    dominant : bool
        Its third is the leading note.
    held : bool
        Whether notes from before may be held into its first half.
    bass : int or None
        MIDI pitch of the bass that is known in advance; None where the bass is given, or left to the model.
    """

    start: int
    stop: int
    root: int
    third: int
    others: frozenset[int]
    dominant: bool = False
    held: bool = False
    bass: int | None = None

    @property
    def classes(self) -> frozenset[int]:
        """All its pitch classes."""
        return self.others | {self.root, self.third}


@dataclass(frozen=True, slots=True)
class Cadence:
    """How a phrase is to end.

    Parameters
    ----------
    kind : str
        'full' or 'half'.
    chords : tuple of Chord
        The last one, and before it the dominant of a full cadence where it can be planned.
    """

    kind: str
    chords: tuple[Chord, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """Where a phrase ends, in steps: the chord before the last, the last, and the end."""

    approach: int
    chord: int
    end: int


def plan_cadences(
    cells: np.ndarray, columns: np.ndarray, endings: Sequence[Ending], *, final: bool, seed: int, first: int = 0
) -> tuple[Cadence, ...]:
    """Return the cadences of a piece.

    Parameters
    ----------
    cells : int64 (T, 4)
        Given cells; UNKNOWN elsewhere.
    columns : int64 (T, 7)
        Of the frame.
    endings : sequence of Ending
    final : bool
        Whether the last one is the end of the piece.
    seed : int
    first : int
        The step before which nothing is planned.
    """
    sounds = sounding(cells)
    planned = []
    for number, ending in enumerate(reversed(endings)):
        if ending.chord < first or ending.end > len(cells):
            continue
        last = final and number == 0
        kinds = ("full",) if last else ("half", "full") if number % HALF_EVERY == 1 else ("full", "half")
        draws = random.Random(f"{seed} {number}")
        here = _Place(sounds, columns, ending, last, draws, first)
        cadence = next((found for kind in kinds if (found := here.cadence(kind)) is not None), None)
        if cadence is not None:
            planned.append(cadence)
    return tuple(reversed(planned))


def plan_openings(
    cells: np.ndarray, columns: np.ndarray, steps: Sequence[int], *, seed: int
) -> tuple[Chord, ...]:
    """Return the tonic chords that stand for a beat from some steps on, where what is given agrees with them."""
    found = []
    for number, step in enumerate(steps):
        if step + STEPS_PER_QUARTER > len(cells):
            continue
        ending = Ending(step, step, step + STEPS_PER_QUARTER)
        chord = _Place(sounding(cells), columns, ending, False, random.Random(f"{seed} opening {number}"), 0).opening()
        if chord is not None:
            found.append(chord)
    return tuple(found)


class _Place:
    """One phrase end while its cadence is planned."""

    def __init__(
        self, sounds: np.ndarray, columns: np.ndarray, ending: Ending, last: bool, draws: random.Random, first: int
    ) -> None:
        self.sounds, self.ending, self.first = sounds, ending, first
        fifths, mode = (int(value) for value in columns[ending.chord, KEY - 1 : MODE])
        self.tonic: int | None = None
        if fifths != NO_KEY and MODES[mode]:
            self.minor = MODES[mode] == "minor"
            self.tonic = (7 * (fifths - 7) + (9 if self.minor else 0)) % 12
            self.major_end = last and self.minor and draws.random() < MAJOR_ENDS
        self.high = draws.random() < 0.5

    def cadence(self, kind: str) -> Cadence | None:
        """Return the cadence of a kind, None where what is given does not agree with it."""
        start, stop = self.ending.chord, self.ending.end
        if self.tonic is None:
            return None
        final = self._tonic_chord(start, stop) if kind == "full" else self._dominant(start, stop, seventh=False)
        if not self._fits(final):
            return None
        if kind == "half" or self.ending.approach >= start or self.ending.approach < self.first:
            return Cadence(kind, (self._with_bass(final, None),))
        final = self._with_bass(final, None)
        before = self._dominant(self.ending.approach, start, seventh=True)
        if not self._fits(before):
            return Cadence(kind, (final,))
        return Cadence(kind, (self._with_bass(before, final.bass), final))

    def opening(self) -> Chord | None:
        """Return the tonic chord, None where what is given does not agree with it."""
        if self.tonic is None:
            return None
        chord = self._tonic_chord(self.ending.chord, self.ending.end)
        return chord if self._fits(chord) else None

    def _tonic_chord(self, start: int, stop: int) -> Chord:
        assert self.tonic is not None
        third = 3 if self.minor else 4
        minor_given = self._sounds(start, stop, (self.tonic + 3) % 12)
        major_given = self._sounds(start, stop, (self.tonic + 4) % 12)
        if major_given or (self.major_end and not minor_given):
            third = 4
        return Chord(start, stop, self.tonic, (self.tonic + third) % 12, frozenset({(self.tonic + DOMINANT) % 12}))

    def _dominant(self, start: int, stop: int, *, seventh: bool) -> Chord:
        assert self.tonic is not None
        others = {(self.tonic + 2) % 12} | ({(self.tonic + SEVENTH) % 12} if seventh else set())
        root, third = (self.tonic + DOMINANT) % 12, (self.tonic + LEADING) % 12
        return Chord(start, stop, root, third, frozenset(others), dominant=True, held=seventh)

    def _given(self, start: int, stop: int, voice: int) -> set[int]:
        """Return the pitch classes that a voice is given at the beginning and at the end of a stretch."""
        ends = self.sounds[[start, stop - 1], voice]
        return {(int(sound) + LOWEST) % 12 for sound in ends if sound not in (UNKNOWN, HOLD)}

    def _sounds(self, start: int, stop: int, pitch_class: int) -> bool:
        return any(pitch_class in self._given(start, stop, voice) for voice in range(VOICE_COUNT))

    def _fits(self, chord: Chord) -> bool:
        """Return whether what is given agrees with a chord: a bass with its root, others with any of its notes."""
        upper = set().union(*(self._given(chord.start, chord.start + 1, voice) for voice in range(BASS)))
        return upper <= chord.classes and self._given(chord.start, chord.stop, BASS) <= {chord.root}

    def _with_bass(self, chord: Chord, following: int | None) -> Chord:
        """Return a chord with the bass that it is to have, next to the one that follows; without where one is given."""
        if not (self.sounds[chord.start : chord.stop, BASS] == UNKNOWN).all():
            return chord
        if following is not None:
            below = following - (12 - DOMINANT)
            up = below < LOWEST_DOMINANT or (self.high and following < MIDDLE)
            bass = following + DOMINANT if up else below
        else:
            bass = LOWEST_TONIC + (chord.root - LOWEST_TONIC) % 12
        floor = self._lowest_given(chord)
        while bass > floor:
            bass -= 12
        if bass < LOWEST:
            return chord
        return replace(chord, bass=bass)

    def _lowest_given(self, chord: Chord) -> int:
        """Return the lowest MIDI pitch that is given above the bass during a chord; 127 for none."""
        inside = self.sounds[chord.start : chord.stop, :BASS]
        pitches = inside[(inside != UNKNOWN) & (inside != HOLD)]
        return int(pitches.min()) + LOWEST if len(pitches) else 127


def with_bass(cells: np.ndarray, cadences: Sequence[Cadence]) -> tuple[np.ndarray, frozenset[int]]:
    """Return cells (T, 4) with the bass of cadences in them, and the steps in which its notes begin."""
    filled, begun = cells.copy(), set()
    for cadence in cadences:
        for chord in cadence.chords:
            if chord.bass is not None:
                filled[chord.start : chord.stop, BASS] = HOLD
                filled[chord.start, BASS] = chord.bass - LOWEST
                begun.add(chord.start)
    return filled, frozenset(begun)


def chord_wish(chord: Chord, place: Place) -> np.ndarray:
    """Return the tokens that a planned chord wishes for at a place within it, bool (V,); a constraint as in `rules`."""
    allowed = np.ones(len(VOCABULARY), bool)
    half = chord.start + (chord.stop - chord.start) // 2
    if chord.held and place.step not in (chord.start, half):
        return allowed
    wanted = _wanted(chord, place)
    for pitch in range(HOLD):
        allowed[pitch] = (pitch + LOWEST) % 12 in wanted
    allowed[REST] = False
    here = int(place.before[place.voice])
    suspended = chord.held and place.step == chord.start
    allowed[HOLD] = here != SILENT and (suspended or (here + LOWEST) % 12 in wanted)
    return allowed


def _wanted(chord: Chord, place: Place) -> frozenset[int]:
    """Return the pitch classes that a voice is to have in a chord."""
    if place.voice == BASS:
        return frozenset({chord.root})
    before = [None if pitch == SILENT else (int(pitch) + LOWEST) % 12 for pitch in place.before]
    above = {(int(pitch) + LOWEST) % 12 for pitch in place.now[: place.voice] if pitch != SILENT}
    leading, seventh = (chord.root + LEADING) % 12, (chord.root + SEVENTH) % 12
    if not chord.dominant and before[place.voice] == seventh:
        return frozenset({chord.third})
    if not chord.dominant and before[place.voice] == leading:
        fallen = (chord.root + DOMINANT) % 12  # by a third, in an inner voice
        return frozenset({chord.root, fallen} if place.voice else {chord.root})
    if chord.third in above:
        return chord.classes - {chord.third} if chord.dominant else chord.classes
    bound = (leading,) if not chord.dominant else ()
    left = [voice for voice in range(place.voice + 1, BASS) if before[voice] not in bound]
    return chord.classes if left else frozenset({chord.third})

"""Chord spelling: the notes of a chord are named as its thirds and fifths, whatever each is called alone.

Notes that sound together and make a major or minor triad, or a seventh chord with a perfect fifth, are placed on the
line of fifths by their root: F, A flat and C sharp are D flat, F and A flat. Of the places that a root may have, the
one is chosen whose notes lie nearest to what surrounds them; a note that has its name from a chord before keeps it. A
seventh that rises by a semitone while the root falls by one is the sixth of an augmented sixth chord. Everything else
stays as it is: three notes of a diminished seventh chord look like a diminished triad, and are none.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapters 27 to 29: mixture, the
Neapolitan, augmented sixths.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from musenb.score.note import Note

OCTAVE = 12
#        fifths from the root to each member, on the line of fifths; all with a perfect fifth
CHORDS = ((0, 4, 1), (0, -3, 1), (0, 4, 1, -2), (0, -3, 1, -2), (0, 4, 1, 5))
DOMINANT_SEVENTH = -2
AUGMENTED_SIXTH = 10
KEPT = 6.0  # what it costs, in fifths, to leave the name that a note has from a chord before


@dataclass(frozen=True, slots=True)
class Reading:
    """The chord that some pitch classes are.

    Parameters
    ----------
    root : int
        Pitch class.
    steps : dict of int to int
        Fifths from the root to each pitch class.
    """

    root: int
    steps: Mapping[int, int]


def _readings() -> dict[frozenset[int], Reading]:
    """Return the chord that each set of pitch classes is."""
    found: dict[frozenset[int], Reading] = {}
    for root in range(OCTAVE):
        for chord in CHORDS:
            steps = {(root + 7 * step) % OCTAVE: step for step in chord}
            found[frozenset(steps)] = Reading(root, steps)
    return found


READINGS = _readings()


def chord_places(
    notes: Sequence[Note],
    places: Sequence[int],
    fixed: Sequence[bool],
    centres: Sequence[float],
    *,
    lowest: int,
    highest: int,
) -> list[int]:
    """Return the places of notes on the line of fifths, those in chords by their chord.

    Parameters
    ----------
    notes : sequence of Note
        Sorted by onset.
    places : sequence of int
        Of each note alone.
    fixed : sequence of bool
        Which notes have a name that stays.
    centres : sequence of float
        Where on the line of fifths the music around each note lies.
    lowest, highest : int
        The places that have a name.
    """
    chosen = list(places)
    settled = list(fixed)
    onsets = [note.onset for note in notes]
    for members in sonorities(notes):
        reading = READINGS.get(frozenset(notes[i].pitch % OCTAVE for i in members))
        if reading is None:
            continue
        steps = _with_augmented_sixth(reading, members, notes, onsets)
        fifths = {i: steps[notes[i].pitch % OCTAVE] for i in members}
        if len({chosen[i] - step for i, step in fifths.items()}) == 1:
            continue  # it is spelled so
        options = []
        first = lowest + (7 * reading.root - lowest) % OCTAVE
        for root in range(first, highest + 1, OCTAVE):
            named = {i: root + step for i, step in fifths.items()}
            if all(lowest <= place <= highest for place in named.values()):
                cost = _distance(named, centres)
                cost += KEPT * sum(settled[i] and chosen[i] != place for i, place in named.items())
                options.append((cost, root))
        root = min(options)[1]
        for i in members:
            chosen[i] = chosen[i] if settled[i] else root + fifths[i]
            settled[i] = True
    return chosen


def _distance(named: Mapping[int, int], centres: Sequence[float]) -> float:
    """Return how far the places of a chord's notes lie from what surrounds them; a doubled one counts once."""
    distances = {place: abs(place - centres[i]) for i, place in named.items()}
    return sum(distances.values())


def sonorities(notes: Sequence[Note]) -> Iterator[list[int]]:
    """Yield, for each moment at which a note begins, the numbers of all notes that sound then."""
    active: list[int] = []
    place = 0
    while place < len(notes):
        moment = notes[place].onset
        active = [i for i in active if notes[i].end > moment]
        while place < len(notes) and notes[place].onset == moment:
            active.append(place)
            place += 1
        yield active


def _with_augmented_sixth(
    reading: Reading, members: Sequence[int], notes: Sequence[Note], onsets: Sequence[Fraction]
) -> Mapping[int, int]:
    """Return the steps of a chord, its seventh as a sixth where it rises by a semitone while the root falls by one."""
    seventh = next((pitch for pitch, step in reading.steps.items() if step == DOMINANT_SEVENTH), None)
    if seventh is None or 4 not in reading.steps.values():
        return reading.steps
    rises = any(_goes(notes[i], 1, notes, onsets) for i in members if notes[i].pitch % OCTAVE == seventh)
    falls = any(_goes(notes[i], -1, notes, onsets) for i in members if notes[i].pitch % OCTAVE == reading.root)
    return {**reading.steps, seventh: AUGMENTED_SIXTH} if rises and falls else reading.steps


def _goes(note: Note, semitones: int, notes: Sequence[Note], onsets: Sequence[Fraction]) -> bool:
    """Return whether a note begins where this one ends, so many semitones above it."""
    following = bisect_left(onsets, note.end)
    while following < len(notes) and onsets[following] == note.end:
        if notes[following].pitch == note.pitch + semitones:
            return True
        following += 1
    return False

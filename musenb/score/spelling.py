"""Pitch spelling: note names that fit the key.

Names are places on the line of fifths: ... Bb = -2, F = -1, C = 0, G = 1, D = 2 ... A pitch class has a place in every
twelve; the one is chosen that lies nearest to the names around it in time, with the key as a weak pull.

References
----------
D. Temperley (2001), *The Cognition of Basic Musical Structures*, MIT Press, chapter 5: the line of fifths, the rule of
pitch variance.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

from musenb.errors import ScoreError
from musenb.score.chord_spelling import chord_places
from musenb.score.key import estimate_key
from musenb.score.note import KeySignature, Note, Score

STEPS = "FCGDAEB"  # in the order of fifths
SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SPELLING = re.compile(r"([A-G])(#{0,2}|b{1,2})(-?\d+)")
LOWEST_PLACE, HIGHEST_PLACE = -15, 19  # Fbb to B##

NEAR_QUARTERS = 1.0  # the weight of a neighbour falls by e for each quarter of distance
KEY_WEIGHT = 2.0  # the key weighs as much as two quarters of neighbours
ROUNDS = 2

_SIGNS = str.maketrans({"#": "♯", "b": "♭"})


def split_spelling(spelling: str) -> tuple[str, int, int]:
    """Return ('F', 1, 4) for 'F#4': step, alteration -2..2 in semitones, octave.

    Raises
    ------
    ScoreError
        The text is not a spelling.
    """
    match = SPELLING.fullmatch(spelling)
    if match is None:
        raise ScoreError(f"{spelling!r} is not a spelling such as 'F#4' or 'Bb3', with at most two accidentals")
    step, signs, octave = match.groups()
    return step, signs.count("#") - signs.count("b"), int(octave)


def spelled_pitch(spelling: str) -> int:
    """Return the MIDI number of a spelling: 60 for 'C4', 'B#3' and 'Dbb4'.

    Raises
    ------
    ScoreError
        The text is not a spelling.
    """
    step, alter, octave = split_spelling(spelling)
    return 12 * (octave + 1) + SEMITONES[step] + alter


def spell(pitch: int, key: KeySignature | None) -> str:
    """Return the name of a pitch in a key, without regard to its neighbours; None counts as C major.

    In major the twelve names reach from the lowered third to the raised fifth (Eb to G# in C major), in minor from the
    lowered second to the raised fourth (Bb to D# in A minor), so that the raised sixth and seventh are among them.
    """
    lowest = key.fifths - (2 if key.mode == "minor" else 3) if key else -3
    return name_at(pitch, _place(pitch, Fraction(2 * lowest + 11, 2)))


def alterations(key: KeySignature | None) -> tuple[int, ...]:
    """Return by how many semitones the name of each of the twelve pitch classes is altered in a key, C first."""
    return tuple(split_spelling(spell(60 + pitch, key))[1] for pitch in range(12))


def spoken(spelling: str) -> str:
    """Return a spelling as it is shown: 'G♯4' for 'G#4', 'B♭3' for 'Bb3'."""
    return spelling[:1] + spelling[1:].translate(_SIGNS)


def spoken_pitch(pitch: int, key: KeySignature | None = None) -> str:
    """Return a pitch as it is called in a key: 'G♯4' for 68 in A minor."""
    return spoken(spell(pitch, key))


def spell_score(score: Score) -> Score:
    """Return the score with a name for every note; names that fit their pitch stay as they are.

    The key is the one in force, or `estimate_key` when the score states none.
    """
    if all(is_named(note) for voice in score.voices for note in voice.notes):
        return score
    located = []
    for v, voice in enumerate(score.voices):
        located += [(v, i, note) for i, note in enumerate(voice.notes)]
    located.sort(key=lambda item: (item[2].onset, item[2].pitch))
    names = names_of([note for _, _, note in located], keys_of(score))
    voices = [list(voice.notes) for voice in score.voices]
    for (v, i, note), name in zip(located, names, strict=True):
        voices[v][i] = dataclasses.replace(note, spelling=name)
    named = []
    for voice, notes in zip(score.voices, voices, strict=True):
        named.append(dataclasses.replace(voice, notes=tuple(notes)))
    return dataclasses.replace(score, voices=tuple(named))


def written_out(score: Score) -> Score:
    """Return a score with a key, when it has none, and with spellings for the notes without one."""
    if not score.keys and len(score.notes) > 1:
        score = dataclasses.replace(score, keys=(estimate_key(score),))
    return spell_score(score)


def names_of(notes: Sequence[Note], keys: Sequence[KeySignature]) -> list[str]:
    """Return the names of notes that are sorted by onset; a name that fits its pitch stays. `keys`: at least one."""
    centres = []
    for note in notes:
        begun = bisect_right(keys, note.onset, key=lambda one: one.onset)
        key = keys[max(0, begun - 1)]
        centres.append(key.fifths + (3.0 if key.mode == "minor" else 2.0))
    fixed = [is_named(note) for note in notes]
    places = [
        place_of(note.spelling) if keep else _place(note.pitch, centre)
        for note, keep, centre in zip(notes, fixed, centres, strict=True)
    ]
    for _ in range(ROUNDS):
        around = _centres(notes, places, centres)
        for i, centre in enumerate(around):
            if not fixed[i]:
                places[i] = _place(notes[i].pitch, centre)
    around = [(near + key) / 2 for near, key in zip(_centres(notes, places, centres), centres, strict=True)]
    places = chord_places(notes, places, fixed, around, lowest=LOWEST_PLACE, highest=HIGHEST_PLACE)
    return [
        note.spelling if keep else name_at(note.pitch, place)
        for note, keep, place in zip(notes, fixed, places, strict=True)
    ]


def _centres(notes: Sequence[Note], places: Sequence[int], keys: Sequence[float]) -> list[float]:
    """Return where the music around each note lies on the line of fifths, its key included."""
    around = _neighbourhood(notes, places)
    return [
        (weighted + KEY_WEIGHT * key) / (weight + KEY_WEIGHT)
        for (weighted, weight), key in zip(around, keys, strict=True)
    ]


def is_named(note: Note) -> bool:
    """Return whether a note has a name, and that name means its pitch."""
    return SPELLING.fullmatch(note.spelling) is not None and spelled_pitch(note.spelling) == note.pitch


def keys_of(score: Score) -> tuple[KeySignature, ...]:
    """Return the keys that a score states, or the one that it seems to be in."""
    return score.keys or (estimate_key(score),)


def name_at(pitch: int, place: int) -> str:
    """Return the name that a pitch has at a place on the line of fifths."""
    step = STEPS[(place + 1) % 7]
    alter = (place + 1) // 7
    octave = (pitch - alter - SEMITONES[step]) // 12 - 1
    return f"{step}{'#' * alter if alter > 0 else 'b' * -alter}{octave}"


def place_of(spelling: str) -> int:
    """Return the place of a name on the line of fifths: 0 for 'C4', 6 for 'F#4', -2 for 'Bb3'."""
    step, alter, _ = split_spelling(spelling)
    return STEPS.index(step) - 1 + 7 * alter


def _place(pitch: int, centre: float | Fraction) -> int:
    """Return the place of a pitch class on the line of fifths nearest to `centre`."""
    lowest = min(max(math.ceil(centre - 6 + 1e-9), LOWEST_PLACE), HIGHEST_PLACE - 11)
    return lowest + (7 * pitch - lowest) % 12


def _neighbourhood(
    notes: Sequence[Note],
    places: Sequence[int],
) -> list[tuple[float, float]]:
    """Return, for each note, the weighted sum of the other notes' places and the sum of their weights.

    A weight is the duration in quarters, times exp(-distance of the onsets): two passes, one from each end.
    """
    sums = [(0.0, 0.0)] * len(notes)
    onsets = [float(note.onset) for note in notes]
    lengths = [float(note.duration) for note in notes]
    forward = range(len(notes))
    for order in (forward, reversed(forward)):
        weighted = weight = 0.0
        for before, i in itertools.pairwise([-1, *order]):
            if before >= 0:
                decay = math.exp(-abs(onsets[i] - onsets[before]) / NEAR_QUARTERS)
                length = lengths[before]
                weighted = (weighted + length * places[before]) * decay
                weight = (weight + length) * decay
            sums[i] = (sums[i][0] + weighted, sums[i][1] + weight)
    return sums

"""Hands of a keyboard voice: which of its notes stand on the lower of two staves.

Low and high notes are clear. One within reach of both hands joins the nearest clear note that begins with it; alone, it
goes by middle C. Later notes change nothing, so that a piece can be engraved while it is written.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from musenb.score.note import Note

MIDDLE_C = 60
LOWEST_SHARED, HIGHEST_SHARED = 53, 67  # MIDI numbers, both included
REACH = 16  # semitones from a clear note: a tenth


def lower_hand(notes: Sequence[Note]) -> frozenset[int]:
    """Return which notes of a voice, by number, stand on the lower staff."""
    lower: set[int] = set()
    ordered = sorted(range(len(notes)), key=lambda number: notes[number].onset)
    for _, group in itertools.groupby(ordered, key=lambda number: notes[number].onset):
        chord = list(group)
        pitches = [notes[number].pitch for number in chord]
        lower.update(number for number in chord if _is_low(notes[number].pitch, pitches))
    return frozenset(lower)


def is_for_two_hands(notes: Sequence[Note]) -> bool:
    """Return whether notes sound together, and go from one staff well into the other."""
    pitches = [note.pitch for note in notes]
    if not pitches or min(pitches) >= LOWEST_SHARED or max(pitches) < MIDDLE_C:
        return False
    ordered = sorted(notes, key=lambda note: note.onset)
    return any(after.onset < before.end for before, after in itertools.pairwise(ordered))


def _is_low(pitch: int, chord: Sequence[int]) -> bool:
    """Return whether a pitch of a chord is the lower hand's."""
    if not LOWEST_SHARED <= pitch <= HIGHEST_SHARED:
        return pitch < LOWEST_SHARED
    below = min((pitch - other for other in chord if other < LOWEST_SHARED), default=None)
    above = min((other - pitch for other in chord if other > HIGHEST_SHARED), default=None)
    if below is None and above is None:
        return pitch < MIDDLE_C
    if above is None:
        return below is not None and below <= REACH
    return above > REACH if below is None else below < above

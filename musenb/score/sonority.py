"""Chord: root and quality of what four voices sound at once.

Definition: at least three voices sound, and their pitch classes are a triad (major, minor, diminished, augmented), a
seventh chord (dominant, minor, major, half-diminished, diminished), one of the first three sevenths without its fifth,
a third alone, a fifth alone or a single class. Augmented triads and diminished sevenths, which any of their notes may
begin, have the bass as root.

Conventions
-----------
- A grid is an int array (steps, 4): sounding MIDI pitch of soprano, alto, tenor and bass; -1 for a rest.
- The bass is the lowest of the voices that sounds, counted from the bass up, wherever voices cross.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapters 2 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

REST = -1
NONE = -1
QUALITIES = {  # semitones above the root
    "maj": (0, 4, 7), "min": (0, 3, 7), "dim": (0, 3, 6), "aug": (0, 4, 8),
    "7": (0, 4, 7, 10), "m7": (0, 3, 7, 10), "M7": (0, 4, 7, 11), "half-dim": (0, 3, 6, 10), "dim7": (0, 3, 6, 9),
    "7 no 5": (0, 4, 10), "m7 no 5": (0, 3, 10), "M7 no 5": (0, 4, 11),
    "major third": (0, 4), "minor third": (0, 3), "fifth": (0, 7), "unison": (0,),
}
NAMES = tuple(QUALITIES)
BY_THE_BASS = ("aug", "dim7")


@dataclass(frozen=True, slots=True)
class Chords:
    """The chord of every step of a grid.

    Parameters
    ----------
    root : int (steps,)
        Pitch class, -1 where there is no chord.
    quality : int (steps,)
        Index into NAMES, -1 where there is no chord.
    bass : int (steps,)
        Pitch class of the lowest voice that sounds, -1 where none does.
    """

    root: np.ndarray
    quality: np.ndarray
    bass: np.ndarray

    def among(self, names: tuple[str, ...]) -> np.ndarray:
        """Return where the quality is one of these, bool (steps,)."""
        return np.isin(self.quality, [NAMES.index(name) for name in names])


def chords_of(grid: np.ndarray) -> Chords:
    """Return the chord of every step of a grid (steps, 4): pitches of any integer type, below 0 for none."""
    grid = np.asarray(grid, np.int64)  # a class of pitch is a bit of twelve, too many for a byte
    sounds = grid >= 0
    masks = np.bitwise_or.reduce(np.where(sounds, 1 << grid % 12, 0), axis=1)
    masks = np.where(sounds.sum(axis=1) >= 3, masks, 0)
    lowest = sounds.shape[1] - 1 - sounds[:, ::-1].argmax(axis=1)
    bass = np.where(sounds.any(axis=1), grid[np.arange(len(grid)), lowest] % 12, NONE)
    quality = QUALITY_OF[masks]
    ambiguous = np.isin(quality, [NAMES.index(name) for name in BY_THE_BASS])
    return Chords(np.where(ambiguous, bass, ROOT_OF[masks]), quality, bass)


def _tables() -> tuple[np.ndarray, np.ndarray]:
    """Return root and quality of every set of pitch classes as a 12-bit mask, int (4096,) each."""
    roots, qualities = np.full(4096, NONE), np.full(4096, NONE)
    for number, steps in enumerate(QUALITIES.values()):
        for root in range(12):
            mask = sum(1 << (root + step) % 12 for step in steps)
            roots[mask], qualities[mask] = root, number
    return roots, qualities


ROOT_OF, QUALITY_OF = _tables()

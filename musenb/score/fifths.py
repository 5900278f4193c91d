"""Circle of fifths: key signatures as numbers of sharps, and how they move with the music."""

from __future__ import annotations


def transposed_fifths(fifths: int, semitones: int) -> int:
    """Return the key signature, -5..6, that `fifths` becomes when music moves by `semitones`.

    A move by whole octaves keeps the signature as it is.
    """
    if semitones % 12 == 0:
        return fifths
    return (fifths + 7 * semitones + 5) % 12 - 5

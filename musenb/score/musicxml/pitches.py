"""MusicXML pitch reader, at concert pitch: <pitch>, <transpose> and <key>."""

from __future__ import annotations

import math
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from musenb.score.spelling import SEMITONES

STEPS = "CDEFGAB"
MOST_FIFTHS = 7
# The diatonic steps that an interval of so many semitones usually has.
USUAL_STEPS = (0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6)


@dataclass(frozen=True, slots=True)
class Transposition:
    """From written to sounding pitch: semitones, and steps of the scale (octaves included)."""

    semitones: int = 0
    steps: int = 0

    @property
    def fifths(self) -> int:
        """By how many fifths a key moves."""
        return 7 * self.semitones - 12 * self.steps


AS_WRITTEN = Transposition()


def read_transposition(element: Element) -> Transposition:
    """Return what a <transpose> says."""
    semitones = round(float(element.findtext("chromatic") or 0))
    said = element.findtext("diatonic")
    octaves, rest = divmod(semitones, 12)
    steps = round(float(said)) if said else 7 * octaves + USUAL_STEPS[rest]
    octave = round(float(element.findtext("octave-change") or 0))
    return Transposition(semitones + 12 * octave, steps + 7 * octave)


def sounding(
    step: str,
    alter: float,
    octave: int,
    transposition: Transposition,
) -> tuple[int, str, bool]:
    """Return MIDI pitch, spelling and whether the pitch lay between two semitones; that one is rounded down.

    Raises
    ------
    ValueError
        The step is none of A..G.
    """
    if step not in SEMITONES:
        raise ValueError(f"<step> is {step[:20]!r}, not a letter from A to G")
    whole = math.floor(alter)
    pitch = 12 * (octave + 1) + SEMITONES[step] + whole + transposition.semitones
    if transposition is not AS_WRITTEN:
        step, whole, octave = moved(step, octave, pitch, transposition.steps)
    named = -2 <= whole <= 2
    sign = "#" * whole if whole > 0 else "b" * -whole
    return pitch, f"{step}{sign}{octave}" if named else "", alter != math.floor(alter)


def moved(
    step: str,
    octave: int,
    pitch: int,
    steps: int,
) -> tuple[str, int, int]:
    """Return step, alteration and octave of a pitch whose written letter moves by `steps` of the scale."""
    place = STEPS.index(step) + 7 * octave + steps
    octave, letter = divmod(place, 7)
    step = STEPS[letter]
    return step, pitch - 12 * (octave + 1) - SEMITONES[step], octave


def concert_fifths(fifths: int, transposition: Transposition) -> int | None:
    """Return the signature at concert pitch, -7..7; None when it has more than seven accidentals.

    A key that leaves the range by transposing takes the name of the same sounds: B major on a clarinet in A is A flat.
    """
    if not transposition.semitones % 12:
        return fifths if abs(fifths) <= MOST_FIFTHS else None
    found = fifths + transposition.fifths
    while found > MOST_FIFTHS:
        found -= 12
    while found < -MOST_FIFTHS:
        found += 12
    return found

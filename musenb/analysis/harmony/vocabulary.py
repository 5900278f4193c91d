"""Vocabulary of chord classes: every chord, its inversion apart, that may be named in a major and in a minor key."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musenb.analysis.harmony.names import (
    MAJOR_DEGREES,
    MAJOR_PLAIN,
    MINOR_DEGREES,
    MINOR_PLAIN,
    QUALITIES,
    Chord,
    read_numeral,
    write_numeral,
)

APPLIED = ("V", "V7", "viio", "viio7", "vii%7")
FURTHER = {False: ("bII", "iv", "ii%7", "iio", "bVI", "i", "bIII", "bVII", "v", "V+"), True: ("bII", "I", "ii7")}
MOST_INVERSIONS = 4


@dataclass(frozen=True, slots=True, order=True)
class ChordClass:
    """A chord without its inversion, in a key of a mode."""

    minor: bool
    root: int
    quality: str

    @property
    def numeral(self) -> str:
        """The numeral in root position."""
        return write_numeral(Chord(self.root, self.quality), minor=self.minor)


def _classes() -> tuple[ChordClass, ...]:
    found: dict[ChordClass, None] = {}
    for minor in (False, True):
        degrees = MINOR_DEGREES if minor else MAJOR_DEGREES
        plain = MINOR_PLAIN if minor else MAJOR_PLAIN
        for number, qualities in enumerate(plain):
            for quality in qualities:
                raised = minor and number >= 5 and quality in ("dim", "half-dim", "dim7")
                root = MAJOR_DEGREES[number] if raised else degrees[number]
                found[ChordClass(minor, root, quality)] = None
        targets = [degree for degree in degrees if degree]
        for target in targets:
            for name in APPLIED:
                chord = read_numeral(name, minor=True)
                found[ChordClass(minor, (chord.root + target) % 12, chord.quality)] = None
        for name in FURTHER[minor]:
            chord = read_numeral(name, minor=minor)
            found[ChordClass(minor, chord.root, chord.quality)] = None
    return tuple(found)


CLASSES = _classes()
INDEX = {one: place for place, one in enumerate(CLASSES)}
MINOR = np.array([one.minor for one in CLASSES])
MEMBERS = np.zeros((len(CLASSES), 12))  # 1 where a class has the pitch class, from the tonic upwards
BASSES = np.full((len(CLASSES), MOST_INVERSIONS), -1)  # the lowest note of each inversion; -1 where there is none
for _place, _one in enumerate(CLASSES):
    for _inversion, _step in enumerate(QUALITIES[_one.quality]):
        MEMBERS[_place, (_one.root + _step) % 12] = 1
        BASSES[_place, _inversion] = (_one.root + _step) % 12

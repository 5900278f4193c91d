"""Harmonic context: the key and the chord at a place, as the rules ask for them.

The rules ask `Harmony` and nothing else, so that any analysis can be put in its place. `PlainHarmony` is the one that
needs no model: the key that the score states, or the one that its notes tell where it states none or ends elsewhere,
and the chord of what sounds (`musenb.score.sonority`). `LocalKeys` takes the keys from an analysis.

A *dominant* is a chord with a leading note that goes on to the chord the leading note leads to, or to the one above
it (the deceptive close). To be sure of it without an analysis, it has a tritone, or stands on the fifth degree of the
key, or its leading note lies outside the key's scale.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Protocol

import numpy as np

from musenb.analysis.check.texture import SILENT, Texture, texture_of
from musenb.score.key import Key, estimate_key
from musenb.score.note import KeySignature, Score
from musenb.score.sonority import NAMES, NONE, chords_of

OCTAVE, FOURTH, FIFTH, THIRD = 12, 5, 7, 4
TRIADS = ("maj", "min", "major third", "minor third")
DOMINANT = ("maj", "7", "7 no 5", "major third")
LEADING = ("dim", "half-dim", "dim7")
TRITONE = ("7", "7 no 5", *LEADING)
DECEPTIVE = ((9, "min"), (8, "maj"))  # semitones above the tonic, and quality
#        semitones above the root
SEVENTHS = {
    "7": 10, "7 no 5": 10, "m7": 10, "m7 no 5": 10, "half-dim": 10, "M7": 11, "M7 no 5": 11, "dim7": 9,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord: pitch class of the root, and a quality of `musenb.score.sonority.QUALITIES`."""

    root: int
    quality: str


class Harmony(Protocol):
    """What the rules ask of an analysis, by quarters from the beginning."""

    def key_at(self, quarter: Fraction) -> Key | None:
        """Return the key that is heard at a place; None where it is not known."""
        ...

    def chord_at(self, quarter: Fraction) -> Chord | None:
        """Return the chord that sounds at a place; None where there is none."""
        ...


class PlainHarmony:
    """The key of the score and the chord of what sounds, without a model."""

    def __init__(self, texture: Texture) -> None:
        self._texture = texture
        self._key = _key_of(texture)
        named = chords_of(texture.pitch)
        self._chords = [
            Chord(int(root), NAMES[quality]) if root != NONE else None
            for root, quality in zip(named.root, named.quality, strict=True)
        ]

    def key_at(self, quarter: Fraction) -> Key | None:
        """Return the key of the score."""
        return self._key

    def chord_at(self, quarter: Fraction) -> Chord | None:
        """Return the chord of the slice that holds a quarter."""
        row = self._texture.row_at(quarter)
        return self._chords[row] if row < len(self._chords) else None


class LocalKeys:
    """The local keys that an analysis found, and the chord of what sounds.

    Chords are those that sound, for a rule is about notes: an analysis hears through passing ones.

    Parameters
    ----------
    score : Score
    keys : sequence of (Fraction, Key)
        Where each key begins, in quarters, in order. Before the first one it is the key of the score.
    """

    def __init__(self, score: Score, keys: Sequence[tuple[Fraction, Key]]) -> None:
        self._plain = PlainHarmony(texture_of(score))
        self._onsets, self._keys = [onset for onset, _ in keys], [key for _, key in keys]

    def key_at(self, quarter: Fraction) -> Key | None:
        """Return the key that has begun last."""
        begun = bisect_right(self._onsets, quarter)
        return self._keys[begun - 1] if begun else self._plain.key_at(quarter)

    def chord_at(self, quarter: Fraction) -> Chord | None:
        """Return the chord of the slice that holds a quarter."""
        return self._plain.chord_at(quarter)


@dataclass(frozen=True, slots=True)
class Progression:
    """A chord that goes on to one on another root, in the same phrase.

    Parameters
    ----------
    start, row : int
        Its first and its last slice; between them may stand others that are no chord.
    goal : int
        The first slice of the chord that it goes to.
    chord, target : Chord
    """

    start: int
    row: int
    goal: int
    chord: Chord
    target: Chord

    @property
    def falls(self) -> bool:
        """Whether the root falls by a fifth."""
        return (self.target.root - self.chord.root) % OCTAVE == FOURTH


@dataclass(frozen=True, slots=True)
class Dominant:
    """A dominant that goes on: the progression, the pitch class its leading note leads to, whether it is deceptive."""

    step: Progression
    tonic: int
    deceptive: bool


@dataclass(frozen=True)
class Context:
    """The key and the chord of every slice.

    Parameters
    ----------
    texture : Texture
    keys : tuple of Key or None
    chords : tuple of Chord or None
    """

    texture: Texture
    keys: tuple[Key | None, ...]
    chords: tuple[Chord | None, ...]

    @cached_property
    def progressions(self) -> tuple[Progression, ...]:
        """All chords that go on, in order."""
        found, start, last = [], None, None
        for row, chord in enumerate(self.chords):
            if chord is not None:
                before = None if last is None else self.chords[last]
                if start is None or last is None or before is None:
                    start = row
                elif chord.root != before.root:
                    found.append(Progression(start, last, row, before, chord))
                    start = row
                last = row
            if self.texture.closes[row]:
                start = last = None
        return tuple(found)

    @cached_property
    def dominants(self) -> tuple[Dominant, ...]:
        """The dominants that go on; see the module for the word."""
        found = (self._dominant(step) for step in self.progressions)
        return tuple(dominant for dominant in found if dominant is not None)

    def same_root(self, here: int, there: int) -> bool:
        """Return whether two slices have chords on one root."""
        one, other = self.chords[here], self.chords[there]
        return one is not None and other is not None and one.root == other.root

    def _dominant(self, step: Progression) -> Dominant | None:
        chord, target, key = step.chord, step.target, self.keys[step.row]
        if target.quality not in TRIADS or chord.quality not in (*DOMINANT, *LEADING):
            return None
        tonic = (chord.root + (FOURTH if chord.quality in DOMINANT else 1)) % OCTAVE
        above = (target.root - tonic) % OCTAVE
        own = key is not None and tonic == key.tonic
        deceptive = own and (above, target.quality) in DECEPTIVE
        if above != 0 and not deceptive:
            return None
        chromatic = key is not None and (tonic - 1) % OCTAVE not in key.scale
        return Dominant(step, tonic, deceptive) if own or chromatic or chord.quality in TRITONE else None


def context_of(texture: Texture, harmony: Harmony | None = None) -> Context:
    """Return what is known of key and chord at each slice, by an analysis or without."""
    source = PlainHarmony(texture) if harmony is None else harmony
    starts = texture.times[:-1]
    keys = tuple(source.key_at(time) for time in starts)
    return Context(texture, keys, tuple(source.chord_at(time) for time in starts))


def lowest(texture: Texture, row: int) -> int:
    """Return the column of the lowest voice that sounds in a slice, counted from the last; -1 where none does."""
    sounding = np.flatnonzero(texture.pitch[row] != SILENT)
    return int(sounding[-1]) if len(sounding) else SILENT


def _key_of(texture: Texture) -> Key:
    """Return the stated key where the piece ends on its tonic or states no other; else the one that is heard."""
    score = texture.score
    stated = score.key_at(Fraction(0))
    last = int(texture.pitch[-1, lowest(texture, len(texture) - 1)]) % OCTAVE
    if stated is not None and stated.mode and stated.tonic == last:
        return _plain(stated)
    heard = estimate_key(score)
    return _plain(heard if stated is None or not stated.mode or heard.tonic == last else stated)


def _plain(key: KeySignature) -> Key:
    return Key(key.tonic, key.mode == "minor")

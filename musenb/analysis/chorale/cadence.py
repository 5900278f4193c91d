"""Cadence: how phrases and pieces close.

Definitions
-----------
- *Ends on the tonic*: the last sonority is a major or minor triad, or a third of one, on the tonic. *Minor ends major*:
  of pieces in minor, the last sonority is the major triad on the tonic.
- *Phrase end*: a stretch under a fermata. Its chord is the one that is held longest in it; the chord before is the last
  one with another root within two beats before it begins. A stretch without a chord is left out.
- *Authentic*: the chord's root is in the bass, and before it stands a major triad, a dominant seventh or one without
  fifth a fifth above, or a diminished triad, half-diminished or diminished seventh a semitone below. *Perfect*: also
  the soprano has the root. *Half*: a major triad or dominant seventh on the dominant of the key. *Plagal*: the tonic
  after the subdominant. *Neither*: not authentic, and no major triad on any degree, as a half cadence in some key has.
- *Key heard*: the key by Krumhansl's profiles on the time of all voices (`musenb.score.key`).

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapters 8 to 11.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from musenb.analysis.chorale.part_writing import sounding_time, validate
from musenb.errors import ScoreError
from musenb.score.key import Key, find_key
from musenb.score.sonority import NAMES, NONE, Chords, chords_of

TWO_BEATS = 8  # sixteenths
TRIADS = ("maj", "min")
TONIC = ("maj", "min", "major third", "minor third")
DOMINANT = ("maj", "7", "7 no 5")
LEADING = ("dim", "half-dim", "dim7")


@dataclass(frozen=True, slots=True)
class Framed:
    """A piece of four voices and what was told of it.

    Parameters
    ----------
    grid : int (steps, 4)
        Sounding MIDI pitches on sixteenths, soprano to bass; -1 for a rest.
    fermata : bool (steps,)
    key : Key or None
        The key told; None where none was.
    begins : bool (steps, 4), optional
        Where notes begin; where the pitch changes when left out.

    Raises
    ------
    ScoreError
        The arrays do not fit each other, or the grid is not valid.
    """

    grid: np.ndarray
    fermata: np.ndarray
    key: Key | None = None
    begins: np.ndarray | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "grid", validate(self.grid))
        if not len(self.grid):
            raise ScoreError("a chorale of 0 steps has no close")
        if np.shape(self.fermata) != (len(self.grid),):
            raise ScoreError(f"fermatas of shape {np.shape(self.fermata)} do not fit {len(self.grid)} steps")
        if self.begins is not None and np.shape(self.begins) != self.grid.shape:
            raise ScoreError(f"begins of shape {np.shape(self.begins)} do not fit a grid of {self.grid.shape}")


@dataclass(frozen=True, slots=True)
class PhraseEnd:
    """How one phrase ends; see the module for the words."""

    root_position: bool
    authentic: bool
    perfect: bool
    half: bool
    plagal: bool
    neither: bool


def ends_on_tonic(piece: Framed) -> bool:
    """Return whether the last sonority is the tonic of the key told; False without a key."""
    last = chords_of(piece.grid[-1:])
    return piece.key is not None and bool(last.root[0] == piece.key.tonic and last.among(TONIC)[0])


def ends_in_root_position(piece: Framed) -> bool:
    """Return whether the piece ends on the tonic and has it in the bass."""
    last = chords_of(piece.grid[-1:])
    return ends_on_tonic(piece) and bool(last.bass[0] == last.root[0])


def ends_major(piece: Framed) -> bool:
    """Return whether the last sonority is the major triad on the tonic."""
    return ends_on_tonic(piece) and bool(chords_of(piece.grid[-1:]).among(("maj",))[0])


def heard_as_told(piece: Framed) -> bool:
    """Return whether the key that is heard is the key told; False without a key."""
    return piece.key is not None and find_key(sounding_time(piece.grid).tolist()) == piece.key


def stretches(mask: np.ndarray) -> list[tuple[int, int]]:
    """Return start and stop of each stretch of True in bool (steps,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def phrase_ends(piece: Framed) -> Iterator[PhraseEnd]:
    """Yield how the phrases of a piece end."""
    chords = chords_of(piece.grid)
    for start, stop in stretches(piece.fermata):
        at = _longest(chords, start, stop)
        if at != NONE:
            yield _judged(piece, chords, at)


def _longest(chords: Chords, start: int, stop: int) -> int:
    """Return the first step of the chord that is held longest within start..stop-1; -1 where there is none."""
    pairs = chords.root[start:stop] * len(NAMES) + chords.quality[start:stop]
    pairs = np.where(chords.root[start:stop] == NONE, NONE, pairs)
    kinds, first, times = np.unique(pairs, return_index=True, return_counts=True)
    times = np.where(kinds == NONE, 0, times)
    longest = np.flatnonzero(times == times.max())
    return start + int(first[longest].min()) if times.max() else NONE


def chord_before(chords: Chords, at: int) -> int:
    """Return the last step within two beats before `at` whose chord has another root; -1 where there is none."""
    others = (chords.root[:at] != NONE) & (chords.root[:at] != chords.root[at])
    steps = np.flatnonzero(others)
    return int(steps[-1]) if len(steps) and steps[-1] >= at - TWO_BEATS else NONE


def _judged(piece: Framed, chords: Chords, at: int) -> PhraseEnd:
    root, before = int(chords.root[at]), chord_before(chords, at)
    led = before != NONE and leads_to(chords, before, root)
    in_bass = bool(chords.bass[at] == root)
    authentic = led and in_bass
    tonic = None if piece.key is None else piece.key.tonic
    major = bool(chords.among(("maj",))[at])
    return PhraseEnd(
        root_position=in_bass,
        authentic=authentic,
        perfect=authentic and bool(piece.grid[at, 0] % 12 == root),
        half=tonic is not None and (root - tonic) % 12 == 7 and bool(chords.among(DOMINANT)[at]),
        plagal=root == tonic and before != NONE and bool((chords.root[before] - root) % 12 == 5),
        neither=not authentic and not major,
    )


def leads_to(chords: Chords, step: int, root: int) -> bool:
    """Return whether the chord of a step is a dominant, or a diminished chord on the leading note, of a root."""
    degree = (chords.root[step] - root) % 12
    return bool((degree == 7 and chords.among(DOMINANT)[step]) or (degree == 11 and chords.among(LEADING)[step]))

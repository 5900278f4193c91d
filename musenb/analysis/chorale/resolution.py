"""Voice leading between two chords: dominants resolved, hidden and contrary fifths, dissonance, seams.

Definitions
-----------
- A *change* is the passage from a sonority of four voices to the next different one (`part_writing.chords`).
- *V-I*: a change from a major triad, a dominant seventh, one without fifth or a major third to the major or minor triad
  a fifth below. *Leading note doubled*: more than one voice has the first chord's third. *Seventh unresolved*: the
  voice with the first chord's seventh is neither held nor falls by one or two semitones.
- *Hidden*: soprano and bass move in one direction into a fifth or octave from another interval, the soprano by more
  than two semitones; from the same interval it is a parallel, which `part_writing` counts.
- *Contrary*: two voices move in opposite directions from a fifth to a fifth, or from an octave or unison to another.
- *Left hanging*: a sonority that is no chord, and that no voice leaves by a step of one or two semitones.
- *Seam*: the change from the last free sonority into the first kept one. Of its voices: how far they move, how many
  leap a tritone or a seventh, and how many go beyond where their neighbour was (*overlap*).

Conventions
-----------
- On the canonical test chorales hidden fifths and octaves are .51 in 100 changes, on the same chorales as the corpus
  writes them .55: the canonical file plays repeats, and so counts some changes twice.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapters 5, 6 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from musenb.analysis.chorale.cadence import TRIADS
from musenb.analysis.chorale.part_writing import FIFTH, chords, parallel_motion
from musenb.errors import ScoreError
from musenb.score.sonority import NONE, chords_of

DOMINANT = ("maj", "7", "7 no 5", "major third")
SEVENTHS = ("7", "7 no 5")
WILD = (6, 10, 11)
LARGEST_STEP = 2


@dataclass(frozen=True, slots=True)
class Resolutions:
    """Counts in one piece; see the module for the words."""

    changes: int
    dominants: int
    leading_doubled: int
    sevenths: int
    sevenths_unresolved: int
    hidden: int
    contrary: int
    hanging: int


def resolutions(grid: np.ndarray) -> Resolutions:
    """Return the counts of a valid grid (steps, 4)."""
    heard = chords(grid)
    before, after, named = heard[:-1], heard[1:], chords_of(heard)
    motion = after - before
    falls = (named.root[:-1] - named.root[1:]) % 12 == FIFTH
    resolved = named.among(DOMINANT)[:-1] & named.among(TRIADS)[1:] & falls
    root = named.root[:-1, None]
    thirds = ((before - root) % 12 == 4).sum(axis=1)
    seventh = (resolved & named.among(SEVENTHS)[:-1])[:, None] & ((before - root) % 12 == 10)
    stays = (motion <= 0) & (motion >= -LARGEST_STEP)
    stepwise = ((motion != 0) & (abs(motion) <= LARGEST_STEP)).any(axis=1)
    return Resolutions(
        changes=len(before),
        dominants=int(resolved.sum()),
        leading_doubled=int((resolved & (thirds > 1)).sum()),
        sevenths=int(seventh.sum()),
        sevenths_unresolved=int((seventh & ~stays).sum()),
        hidden=int(hidden(heard).sum()),
        contrary=contrary(heard),
        hanging=int(((named.root[:-1] == NONE) & ~stepwise).sum()),
    )


def hidden(heard: np.ndarray) -> np.ndarray:
    """Return which changes of chords (n, 4) have a hidden fifth or octave between the outer voices, bool (n - 1,)."""
    motion = heard[1:] - heard[:-1]
    together = motion[:, 0] * motion[:, -1] > 0
    gap = (heard[:, 0] - heard[:, -1]) % 12
    into = np.isin(gap[1:], (0, FIFTH)) & (gap[1:] != gap[:-1])
    return together & into & (abs(motion[:, 0]) > LARGEST_STEP)


def contrary_motion(heard: np.ndarray) -> np.ndarray:
    """Return the fifths and octaves in contrary motion, int (found, 3): number of the change, upper and lower voice."""
    motion, found = heard[1:] - heard[:-1], []
    for upper, lower in combinations(range(heard.shape[1]), 2):
        gap = (heard[:, upper] - heard[:, lower]) % 12
        same = (gap[1:] == gap[:-1]) & np.isin(gap[1:], (0, FIFTH))
        hit = same & (motion[:, upper] * motion[:, lower] < 0)
        found += [(change, upper, lower) for change in np.flatnonzero(hit)]
    return np.array(sorted(found), int).reshape(-1, 3)


def contrary(heard: np.ndarray) -> int:
    """Count the pairs of voices that take a fifth or an octave in contrary motion, over all changes."""
    return len(contrary_motion(heard))


@dataclass(frozen=True, slots=True)
class Seam:
    """One change into kept music.

    Parameters
    ----------
    voices : int
        Voices that sound on both sides.
    parallels : int
        Pairs of them in parallel fifths or octaves.
    moved : int
        Semitones that they move, summed.
    wild : int
        Voices that leap a tritone or a seventh.
    overlaps : int
        Voices that go above where the next higher one was, or below where the next lower one was.
    """

    voices: int
    parallels: int
    moved: int
    wild: int
    overlaps: int


def seam_at(grid: np.ndarray, step: int) -> Seam:
    """Return the seam from the step before into `step` of a grid (steps, 4).

    Raises
    ------
    ScoreError
        `step` is not inside the grid, or is its first.
    """
    if not 0 < step < len(grid):
        raise ScoreError(f"a seam at step {step} is outside 1..{len(grid) - 1}")
    before, after = grid[step - 1].astype(int), grid[step].astype(int)
    both = np.flatnonzero((before >= 0) & (after >= 0))
    here, there = before[both], after[both]
    motion = abs(there - here)
    overlaps = int((there[1:] > here[:-1]).sum() + (there[:-1] < here[1:]).sum())
    pairs = parallel_motion(np.stack([here, there])) if len(both) == grid.shape[1] else ()
    return Seam(len(both), len(pairs), int(motion.sum()), int(np.isin(motion, WILD).sum()), overlaps)

"""Grade of a written stretch: what only the whole of it shows, in nats; less is better.

Beside the prices of `prices`, which are paid cell by cell: dissonance that no voice leaves by step, beats that are no
chord, parallels that the rules could not forbid, how the voices go into given notes, and how its phrases close.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapters 5 to 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from musenb.score.sonority import NAMES, NONE, Chords, chords_of
from musenb.tokens.chorale.grid import STEPS_PER_QUARTER
from musenb.tokens.chorale.prices import FIFTH_DEGREE, LEADING, STEP_OF_SCALE, Tonality
from musenb.tokens.chorale.rules import OCTAVE, PERFECT, TRITONE

TWO_BEATS = 2 * STEPS_PER_QUARTER
DOMINANT = tuple(NAMES.index(name) for name in ("maj", "7", "7 no 5"))
ON_LEADING = tuple(NAMES.index(name) for name in ("dim", "half-dim", "dim7"))
TONIC = tuple(NAMES.index(name) for name in ("maj", "min", "major third", "minor third"))
MAJOR = NAMES.index("maj")
WILD = (TRITONE, 10, 11)

#                  price in nats of each, from where (1) `tests/benchmarks/bench_seams.py rates`: the logarithm of how
#                  much more often the model has it than Bach, of hanging in filled gaps; (2) `musenb evaluate chorale`:
#                  of how much more often Bach's phrases close with an authentic cadence (.70) than on another major
#                  chord (.25) or otherwise (.05), and his chorales end on the tonic (.83) than off it; (3) by hand
PRICES: Mapping[str, float] = {
    "parallels": 4.0,  # (3)
    "hanging": 1.4,  # (1)
    "no chord on the beat": 0.4,  # (1)
    "wild leap into given": 2.0,  # (3)
    "overlap with given": 1.0,  # (3)
    "semitone above a tone into given": 0.2,  # (3)
    "close on another major chord": 1.0,  # (2)
    "close on no major chord": 2.6,  # (2)
    "end off the tonic": 1.6,  # (2)
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is graded.

    Parameters
    ----------
    pitches : int64 (n, 4)
        MIDI, -1 for silence; up to two beats before the stretch, then the stretch.
    first : int
        The step at which it begins.
    given : bool (n, 4)
    beats : bool (n,)
        Where a beat begins.
    closes : bool (n,)
        The last chords of phrases: what lies under a fermata.
    ends : bool
        The piece ends with it.
    key : Tonality
    """

    pitches: np.ndarray
    first: int
    given: np.ndarray
    beats: np.ndarray
    closes: np.ndarray
    ends: bool
    key: Tonality


def grade(stretch: Stretch) -> float:
    """Return the sum of the prices of a stretch's faults."""
    return sum(PRICES[name] * count for name, count in faults(stretch).items())


def faults(stretch: Stretch) -> dict[str, float]:
    """Return how often each fault of `PRICES` stands in a stretch."""
    from_before = stretch.pitches[max(stretch.first - 1, 0) :]
    full = from_before[(from_before >= 0).all(axis=1)]
    moved = np.ones(len(full), bool)
    moved[1:] = (full[1:] != full[:-1]).any(axis=1)
    heard = full[moved]
    chords = chords_of(heard)
    step = abs(np.diff(heard, axis=0))
    stepwise = ((step > 0) & (step <= STEP_OF_SCALE)).any(axis=1)
    on_beats = stretch.pitches[stretch.first :][stretch.beats[stretch.first :]]
    on_beats = on_beats[(on_beats >= 0).all(axis=1)]
    return {
        "parallels": _parallels(heard),
        "hanging": int(((chords.root[:-1] == NONE) & ~stepwise).sum()),
        "no chord on the beat": int((chords_of(on_beats).root == NONE).sum()),
        **_seams(stretch),
        **_closes(stretch),
    }


def _parallels(heard: np.ndarray) -> int:
    motion, found = np.diff(heard, axis=0), 0
    for upper, lower in combinations(range(heard.shape[1]), 2):
        gap = (heard[:, upper] - heard[:, lower]) % OCTAVE
        same = (gap[1:] == gap[:-1]) & np.isin(gap[1:], PERFECT)
        found += int((same & (motion[:, upper] * motion[:, lower] > 0)).sum())
    return found


def _seams(stretch: Stretch) -> dict[str, float]:
    """Return the faults in which a voice goes from a written note into a given one."""
    start = max(stretch.first, 1)
    before, after = stretch.pitches[start - 1 : -1], stretch.pitches[start:]
    given, given_before = stretch.given[start:], stretch.given[start - 1 : -1]
    joined = given & ~given_before & (before >= 0) & (after >= 0)
    leap = np.where(joined, abs(after - before), 0)
    sound = (before >= 0) & (after >= 0)
    pairs = sound[:, 1:] & sound[:, :-1] & (joined[:, 1:] | joined[:, :-1])
    overlaps = pairs & ((after[:, 1:] > before[:, :-1]) | (after[:, :-1] < before[:, 1:]))
    return {
        "wild leap into given": int(np.isin(leap, WILD).sum()),
        "overlap with given": int(overlaps.sum()),
        "semitone above a tone into given": int(np.maximum(leap - STEP_OF_SCALE, 0).sum()),
    }


def _closes(stretch: Stretch) -> dict[str, float]:
    """Return how the phrases of a stretch fail to close with an authentic cadence, and the piece on its tonic."""
    closes = stretch.closes.copy()
    closes[: stretch.first] = False
    lasts = np.flatnonzero(closes & ~np.append(closes[1:], False))
    chords = chords_of(stretch.pitches)
    weak = [chords.quality[at] == MAJOR for at in lasts if not _authentic(chords, int(at))]
    tonic = stretch.key.tonic
    last = len(stretch.pitches) - 1
    home = tonic is None or (chords.root[last] == tonic == chords.bass[last] and chords.quality[last] in TONIC)
    return {
        "close on another major chord": sum(weak),
        "close on no major chord": len(weak) - sum(weak),
        "end off the tonic": int(stretch.ends and not home),
    }


def _authentic(chords: Chords, at: int) -> bool:
    """Return whether a chord in root position is led to by its dominant within two beats."""
    root = chords.root[at]
    if root == NONE or chords.bass[at] != root:
        return False
    others = np.flatnonzero((chords.root[:at] != NONE) & (chords.root[:at] != root))
    if not len(others) or others[-1] < _begin(chords, at) - TWO_BEATS:
        return False
    degree = (chords.root[others[-1]] - root) % OCTAVE
    quality = chords.quality[others[-1]]
    return bool((degree == FIFTH_DEGREE and quality in DOMINANT) or (degree == LEADING and quality in ON_LEADING))


def _begin(chords: Chords, at: int) -> int:
    """Return the step at which the root of a step began to stand."""
    others = np.flatnonzero(chords.root[:at] != chords.root[at])
    return int(others[-1]) + 1 if len(others) else 0

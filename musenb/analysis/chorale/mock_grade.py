"""Wasserstein grade of a chorale: its distance from Bach's histograms, lower is closer.

Definition: for each of eight features, the Wasserstein-1 distance between the histogram of one chorale and that of all
training chorales, divided by the mean of that distance over the training chorales themselves; so an average Bach
chorale gets 1 in every part. To the eight is added the number of forbidden parallels per 100 changes of chord.

Conventions
-----------
- A note is a run of equal cells in a voice: repeated notes count as one, since the canonical chorales don't tell.
- Unordered kinds (pitch class above the tonic, duration) are one apart, whichever two they are: the distance is half
  the sum of differences. Chord kinds stand in the order below, with the sounds that Bach avoids last; melodic intervals
  are measured in semitones and repeats in notes, and further off costs more.
- An empty histogram is as far as a histogram can be.
- Features, weights and grounds follow the idea of the paper, not its code; grades are not comparable with the paper's.

References
----------
Fang, Liu, Smith, Ozgen and Pardo, "Bach or Mock? A Grading Function for Chorales in the Style of J.S. Bach", Machine
Learning for Media Discovery workshop, ICML 2020.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

import numpy as np

from musenb.analysis.bootstrap import win_interval
from musenb.analysis.chorale.jsb import run_lengths
from musenb.analysis.chorale.part_writing import (
    SEVENTH_CHORDS,
    TERTIAN,
    chords,
    parallel_motion,
    sounding_time,
    validate,
)
from musenb.errors import ScoreError
from musenb.score.key import find_key

LONGEST_NOTE = 16  # sixteenths
WIDEST_LEAP = 12  # semitones
LONGEST_REPEAT = 8  # notes
TRIADS = ((0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8))
CHORD_KINDS = (*TRIADS, *SEVENTH_CHORDS)  # then: other sounds within a seventh chord, then all others

FEATURES: Mapping[str, tuple[int, bool]] = {  # feature: bins, whether the order of its bins has a meaning
    "notes": (12, False),
    "rhythm": (LONGEST_NOTE + 1, False),
    "harmony": (len(CHORD_KINDS) + 2, True),
    "soprano": (2 * WIDEST_LEAP + 1, True),
    "alto": (2 * WIDEST_LEAP + 1, True),
    "tenor": (2 * WIDEST_LEAP + 1, True),
    "bass": (2 * WIDEST_LEAP + 1, True),
    "repeats": (LONGEST_REPEAT + 1, True),
}


@dataclass(frozen=True, slots=True)
class GradeParts:
    """The grade of a chorale: one distance a feature, in units of Bach's own mean, and parallels per 100 changes."""

    notes: float
    rhythm: float
    harmony: float
    soprano: float
    alto: float
    tenor: float
    bass: float
    repeats: float
    parallels: float

    @property
    def total(self) -> float:
        """The grade: 0 is a piece with exactly Bach's histograms, about 8.3 an average Bach chorale."""
        return float(sum(astuple(self)))


@dataclass(frozen=True, slots=True)
class Features:
    """What is counted in a chorale: a histogram for each name of FEATURES, its mode, its parallels per 100 changes."""

    minor: bool
    histograms: Mapping[str, np.ndarray]
    parallels: float


@dataclass(frozen=True, slots=True)
class BachHistograms:
    """The reference of a grade.

    Parameters
    ----------
    probabilities : mapping of str to float array (bins,)
        Histogram of every feature, summing to 1; 'notes' stands twice, as 'notes major' and 'notes minor'.
    scales : mapping of str to float
        Mean distance of the training chorales from it, for every name of FEATURES, above 0.
    """

    probabilities: Mapping[str, np.ndarray]
    scales: Mapping[str, float]

    def as_dict(self) -> dict[str, dict]:
        """Return plain lists and numbers, as JSON holds them."""
        # Files keep their key.
        shares = {name: bins.tolist() for name, bins in self.probabilities.items()}
        return {"shares": shares, "scales": dict(self.scales)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, dict]) -> BachHistograms:
        """Return the histograms that `as_dict` wrote."""
        probabilities = {name: np.array(bins) for name, bins in plain["shares"].items()}
        return cls(probabilities, dict(plain["scales"]))


def count(grid: np.ndarray) -> Features:
    """Return the histograms of a chorale, a grid (steps, 4).

    Raises
    ------
    ScoreError
        The grid is not valid.
    """
    grid = validate(grid)
    key = find_key(sounding_time(grid).tolist())
    voices = [run_lengths(grid[:, voice], longest=len(grid) + 1) for voice in range(4)]
    pitches, lengths = (np.concatenate(parts) for parts in zip(*voices, strict=True))
    sounds, heard = pitches >= 0, chords(grid)
    histograms = {
        "notes": _tally("notes", (pitches[sounds] - key.tonic) % 12),
        "rhythm": _tally("rhythm", np.minimum(lengths[sounds], LONGEST_NOTE)),
        "harmony": _tally("harmony", CHORD_KIND[np.bitwise_or.reduce(1 << heard % 12, axis=1)]),
        "repeats": _tally("repeats", repeats(*voices[0])),
    }
    for name, (line, _) in zip(("soprano", "alto", "tenor", "bass"), voices, strict=True):
        both_sound = (line[1:] >= 0) & (line[:-1] >= 0)
        leaps = np.diff(line)[both_sound]
        histograms[name] = _tally(name, np.clip(leaps, -WIDEST_LEAP, WIDEST_LEAP) + WIDEST_LEAP)
    rate = 100 * len(parallel_motion(heard)) / max(len(heard) - 1, 1)
    return Features(key.minor, histograms, rate)


def repeats(line: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return, for each step of a melody, the longest run of steps up to it that was heard before in the piece.

    A step is an interval and the duration of the note before it, so the repeat may be transposed.

    Returns
    -------
    int array (notes - 1,)
        Steps, 0..LONGEST_REPEAT; 0 where even this one step is new.
    """
    steps = np.stack([np.diff(line), lengths[:-1]], axis=1)
    alike = (steps[:, None] == steps[None]).all(axis=2)
    same = np.tril(alike, -1)
    run = same.astype(int)
    for i in range(1, len(steps)):
        run[i, 1:] += same[i, 1:] * run[i - 1, :-1]
    return np.minimum(run.max(axis=1, initial=0), LONGEST_REPEAT)


def fit(grids: Sequence[np.ndarray]) -> BachHistograms:
    """Return the histograms of the training chorales and how far these lie from them.

    Raises
    ------
    ScoreError
        There is no chorale to learn from.
    """
    pieces = [count(grid) for grid in grids]
    if not pieces:
        raise ScoreError("a grade needs at least 1 chorale to compare with, got 0")
    sums = {name: np.sum([piece.histograms[name] for piece in pieces], axis=0) for name in FEATURES}
    for mode, minor in (("major", False), ("minor", True)):
        of_mode = (piece.histograms["notes"] for piece in pieces if piece.minor == minor)
        total = sum(of_mode, np.zeros(12))
        total += 0 if total.any() else sums["notes"]
        sums[f"notes {mode}"] = total
    del sums["notes"]
    probabilities = {name: total / max(total.sum(), 1) for name, total in sums.items()}
    unscaled = BachHistograms(probabilities, dict.fromkeys(FEATURES, 1.0))
    parts = [grade_features(piece, unscaled) for piece in pieces]
    means = {name: float(np.mean([getattr(part, name) for part in parts])) for name in FEATURES}
    return BachHistograms(probabilities, {name: mean or 1.0 for name, mean in means.items()})


def grade(grid: np.ndarray, reference: BachHistograms) -> GradeParts:
    """Return how far a chorale lies from the reference, part by part.

    Raises
    ------
    ScoreError
        The grid is not valid.
    """
    return grade_features(count(grid), reference)


def grade_features(piece: Features, reference: BachHistograms) -> GradeParts:
    """Return the grade of a chorale that has been counted."""
    parts = {}
    for name, (_, ordered) in FEATURES.items():
        mode = "minor" if piece.minor else "major"
        expected = reference.probabilities[f"notes {mode}" if name == "notes" else name]
        distance = wasserstein(piece.histograms[name], expected, ordered=ordered)
        parts[name] = distance / reference.scales[name]
    return GradeParts(**parts, parallels=piece.parallels)


def wasserstein(counts: np.ndarray, expected: np.ndarray, *, ordered: bool) -> float:
    """Return the Wasserstein-1 distance of a histogram from a reference that sums to 1.

    Ordered bins are one apart from the next; unordered ones are one apart from every other.
    """
    if not counts.any():
        corners = np.eye(len(expected))
        return max(wasserstein(corner, expected, ordered=ordered) for corner in corners)
    gap = counts / counts.sum() - expected
    if ordered:
        return float(np.abs(np.cumsum(gap)[:-1]).sum())
    return float(np.abs(gap).sum() / 2)


def auc(generated: Sequence[float], real: Sequence[float]) -> float:
    """Return how often a generated chorale is graded worse (higher) than a real one, ties by half; 0.5 is a draw."""
    return float(_wins(generated, real).mean())


def evaluate(
    generated: Sequence[np.ndarray],
    real: Sequence[np.ndarray],
    reference: BachHistograms,
    *,
    seed: int = 0,
) -> dict[str, float]:
    """Return the AUC 'graded worse than real chorales' with its 95 % bootstrap interval, and both median grades."""
    ours, theirs = ([grade(grid, reference).total for grid in grids] for grids in (generated, real))
    wins = _wins(ours, theirs)
    low, high = win_interval(wins, seed=seed)
    return {
        "value": float(wins.mean()) if wins.size else float("nan"),
        "low": low,
        "high": high,
        "median_generated": float(np.median(ours)) if ours else float("nan"),
        "median_real": float(np.median(theirs)) if theirs else float("nan"),
    }


def _wins(generated: Sequence[float], real: Sequence[float]) -> np.ndarray:
    ours, theirs = np.asarray(generated, float), np.asarray(real, float)
    return (np.sign(np.subtract.outer(ours, theirs)) + 1) / 2


def _tally(name: str, values: np.ndarray) -> np.ndarray:
    return np.bincount(values.astype(int), minlength=FEATURES[name][0]).astype(float)


def _chord_kinds() -> np.ndarray:
    """Return the kind of every set of pitch classes given as a 12-bit mask: int array (4096,)."""
    kinds = np.where(TERTIAN, len(CHORD_KINDS), len(CHORD_KINDS) + 1)
    for kind, chord in reversed(list(enumerate(CHORD_KINDS))):
        kinds[[sum(1 << (root + i) % 12 for i in chord) for root in range(12)]] = kind
    return kinds


CHORD_KIND = _chord_kinds()

"""Motivic reuse of a prime by its continuation: shared interval windows (R6), and a guard against copying.

Definition
----------
Onsets within GROUP seconds of a group's first are one group; the line is the top pitch of each group. The intervals of
six successive notes of the line, clipped to +-24 semitones, are a window; it counts when at least three of the five are
not 0. `recall` is the share of a continuation's windows that its prime has, too: transposition is free. With many
pieces, AUC is the mean over pieces of the probability that the own prime is recalled more than another piece's, ties
counting half: 0.5 when the prime is ignored.

Conventions
-----------
- Times in seconds, pitches as MIDI numbers; notes may come in any order.
- The guard `verbatim` is the share of a continuation's windows of eight successive groups, all pitches of each, that
  stand in its prime note for note.
- Recall sees reuse, not order: blocks of a piece in another order keep most of it. A loop has the highest recall of
  all, so the guard and the structureness indicator belong beside it.
- Intervals are bootstraps over pieces; arms of the same pieces are compared by Wilcoxon's signed ranks.

References
----------
Wilcoxon (1945), Individual Comparisons by Ranking Methods. Efron (1979), Bootstrap Methods.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from musenb.analysis.bootstrap import interval
from musenb.errors import SettingError

GROUP, CLIP = 0.035, 24
NOTES, MOVING, VERBATIM = 6, 3, 8

Group = tuple[float, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Line:
    """Notes in seconds; arrays of one length (n,).

    Parameters
    ----------
    onset, duration : float64
        Seconds.
    pitch : int64
    """

    onset: np.ndarray
    duration: np.ndarray
    pitch: np.ndarray

    def groups(self) -> list[Group]:
        """Return (onset, pitches in ascending order) of each group of onsets, in the order of time."""
        found: list[tuple[float, list[int]]] = []
        for number in np.argsort(self.onset, kind="stable"):
            onset, pitch = float(self.onset[number]), int(self.pitch[number])
            if found and onset - found[-1][0] <= GROUP:
                found[-1][1].append(pitch)
            else:
                found.append((onset, [pitch]))
        return [(onset, tuple(sorted(pitches))) for onset, pitches in found]

    def part(self, start: float, stop: float) -> Line:
        """Return the notes that begin from `start` to before `stop`, from 0 on; they may sound on beyond it."""
        inside = (self.onset >= start) & (self.onset < stop)
        return Line(self.onset[inside] - start, self.duration[inside], self.pitch[inside])


def top_pitches(line: Line) -> np.ndarray:
    """Return the top pitch of each group of onsets, int64 (groups,)."""
    return np.array([pitches[-1] for _, pitches in line.groups()], np.int64)


def interval_windows(pitches: np.ndarray) -> list[tuple[int, ...]]:
    """Return the windows of a line of pitches (n,) that count, in order, each as five intervals."""
    steps = np.clip(np.diff(pitches), -CLIP, CLIP)
    size = NOTES - 1
    windows = []
    for start in range(len(steps) - size + 1):
        window = tuple(steps[start : start + size].tolist())
        moving = sum(step != 0 for step in window)
        if moving >= MOVING:
            windows.append(window)
    return windows


def recall(prime: np.ndarray, continuation: np.ndarray) -> float:
    """Return the share of a continuation's windows that the prime has; lines of pitches (n,); 0 when it has none."""
    return shared(interval_windows(prime), interval_windows(continuation))


def verbatim(prime: Line, continuation: Line) -> float:
    """Return the share of the continuation's windows of eight groups that stand in the prime note for note."""
    windows = []
    for line in (prime, continuation):
        groups = [pitches for _, pitches in line.groups()]
        starts = range(len(groups) - VERBATIM + 1)
        windows.append([tuple(groups[start : start + VERBATIM]) for start in starts])
    return shared(*windows)


def shared(given: Sequence[Hashable], found: Sequence[Hashable]) -> float:
    """Return the share of what was `found` that was `given`, 0 when nothing was found."""
    known = set(given)
    hits = sum(item in known for item in found)
    return hits / len(found) if found else 0.0


@dataclass(frozen=True, slots=True)
class Reuse:
    """How a set of continuations reuses its primes; an interval is the 95 % bootstrap over pieces.

    Parameters
    ----------
    recall, auc, verbatim : float
        Means over pieces.
    recall_interval, auc_interval, verbatim_interval : (float, float)
    recalls, wins : float64 (pieces,)
        Of each piece: recall of its own prime, and how often that beats another prime's.
    """

    recall: float
    recall_interval: tuple[float, float]
    auc: float
    auc_interval: tuple[float, float]
    verbatim: float
    verbatim_interval: tuple[float, float]
    recalls: np.ndarray
    wins: np.ndarray


def reuse(primes: Sequence[Line], continuations: Sequence[Line], *, seed: int = 0) -> Reuse:
    """Return how continuations reuse their primes, of at least two pieces.

    Raises
    ------
    SettingError
        The numbers differ, or there are fewer than two.
    """
    if len(primes) != len(continuations) or len(primes) < 2:
        raise SettingError(f"{len(primes)} primes and {len(continuations)} continuations; at least two of each")
    given = [set(interval_windows(top_pitches(line))) for line in primes]
    found = [interval_windows(top_pitches(line)) for line in continuations]
    table = np.array([[shared(known, windows) for known in given] for windows in found])  # type: ignore[arg-type]
    own = np.diag(table)
    beaten = (own[:, None] > table) + 0.5 * (own[:, None] == table)
    wins = (beaten.sum(axis=1) - 0.5) / (len(own) - 1)
    copied = np.array([verbatim(*pair) for pair in zip(primes, continuations, strict=True)])
    return Reuse(
        recall=float(own.mean()),
        recall_interval=mean_interval(own, seed=seed),
        auc=float(wins.mean()),
        auc_interval=mean_interval(wins, seed=seed),
        verbatim=float(copied.mean()),
        verbatim_interval=mean_interval(copied, seed=seed),
        recalls=own,
        wins=wins,
    )


def mean_interval(values: np.ndarray, *, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean of values (pieces,)."""
    return interval(lambda drawn: values[drawn].mean(axis=1), len(values), seed=seed)


def signed_ranks(
    one: np.ndarray,
    other: np.ndarray,
    *,
    seed: int = 0,
    draws: int = 20_000,
) -> float:
    """Return the two-sided p of Wilcoxon's signed ranks of paired values (pieces,), by random flips of the signs.

    Pairs without a difference are left out; 1 when none is left.
    """
    difference = np.asarray(one, np.float64) - np.asarray(other, np.float64)
    difference = difference[difference != 0]
    if not len(difference):
        return 1.0
    _, place, count = np.unique(np.abs(difference), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    observed = abs(float((np.sign(difference) * ranks).sum()))
    generator = np.random.default_rng(seed)
    flips = generator.choice([-1.0, 1.0], size=(draws, len(ranks)))
    extreme = np.abs(flips @ ranks) >= observed - 1e-9
    return float((extreme.sum() + 1) / (draws + 1))


# Controls: continuations that a measure must see through


def looped(prime: Line, prime_seconds: float, seconds: float) -> Line:
    """Return the prime over and over, for `seconds`."""
    times = int(np.ceil(seconds / prime_seconds))
    onset = np.concatenate([prime.onset + prime_seconds * n for n in range(times)])
    whole = Line(onset, np.tile(prime.duration, times), np.tile(prime.pitch, times))
    return whole.part(0, seconds)


def shuffled(line: Line, generator: np.random.Generator, *, block: int = 1) -> Line:
    """Return a line whose groups of onsets, in blocks of `block`, swap what sounds in them; the onsets stay."""
    groups = line.groups()
    blocks = [groups[n : n + block] for n in range(0, len(groups), block)]
    order = generator.permutation(len(blocks))
    pitches = [pitches for number in order for _, pitches in blocks[number]]
    onset: list[float] = []
    pitch: list[int] = []
    for (time, _), chord in zip(groups, pitches, strict=True):
        onset += [time] * len(chord)
        pitch += chord
    if not onset:
        return line
    usual = float(np.median(line.duration))
    duration = np.full(len(onset), usual)
    return Line(np.array(onset, np.float64), duration, np.array(pitch, np.int64))


def interval_chain(
    lines: Sequence[np.ndarray],
    first: int,
    length: int,
    generator: np.random.Generator,
    *,
    lowest: int = 36,
    highest: int = 96,
) -> np.ndarray:
    """Return a line of pitches drawn from the intervals that follow one another in `lines`; it stays in a range."""
    following: dict[int, list[int]] = {}
    for line in lines:
        steps = np.clip(np.diff(line), -CLIP, CLIP).tolist()
        for before, after in pairwise(steps):
            following.setdefault(before, []).append(after)
    every = [step for steps in following.values() for step in steps] or [0]
    pitches, step = [first], 0
    for _ in range(length):
        choices = following.get(step, every)
        step = choices[generator.integers(len(choices))]
        if not lowest <= pitches[-1] + step <= highest:
            step = -step
        pitches.append(int(np.clip(pitches[-1] + step, lowest, highest)))
    return np.array(pitches[1:], np.int64)

"""Attention head classification: how far back a head looks, at whom, and whether its job has a name.

Definition
----------
A map of attention between notes gives, for each note q, how much the head looked at each note k when q was chosen. A
job is a set of targets for each q. A head's share of a job is the mean weight on the targets over the notes that have
any.

    previous note     the last note before q in the same voice
    one bar ago       notes that begin exactly one bar before q, at the same place in the bar, in any voice
    repeat            (induction) notes k whose three predecessors in their voice make the intervals and the rhythm of
                      q's three predecessors: what came next, when the motif stood there before; transposition is free

Conventions
-----------
- Baselines get the same weight to give in each row. `even`: every token that could be seen gets the same. `near`: the
  same, of tokens of the last bar alone. `recency`: weights fall off exponentially with the distance in quarters, at the
  rate that gives the head's own mean distance. `own`: what the head gives to each distance on average, whatever stands
  there. Each job is held against those that do not share its definition (BASELINES): a head that looks at the previous
  note is recency itself, one that looks a bar back is a distance of its own.
- In music that repeats at one distance only, a head for the repeat cannot be told from a head for that distance, and
  gets no name.
- A head has a job when its share is at least SHARE, LIFT times the highest baseline, and the 95 % bootstrap interval
  (over the notes q) of share minus that baseline lies above 0.
- A name tells what a head looks at, on this music; whether the model needs it is for `causal` to say.

References
----------
Elhage et al. (2021), A Mathematical Framework for Transformer Circuits, and Olsson et al. (2022), In-context Learning
and Induction Heads: previous-token and induction heads, and prefix matching. Huang et al. (2018), Visualizing Music
Transformer. Clark et al. (2019), What Does BERT Look At?, for heads measured against fixed-offset baselines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from musenb.analysis.attention import DistanceProfile
from musenb.analysis.bootstrap import interval
from musenb.errors import ModelError

SHARE, LIFT = 0.1, 2.0
PREDECESSORS = 3
BASELINES = {
    "previous note": ("even", "near"), "one bar ago": ("even", "near", "recency"), "repeat": ("even", "recency", "own"),
    "same voice": ("even", "recency"), "same place": ("even", "recency"), "prime": ("even", "recency"),
}
EDGES = (0.0, 0.125, 0.5, 1, 2, 4, 8, 16, 32, 64, float("inf"))  # quarters


@dataclass(frozen=True, slots=True)
class Places:
    """The notes of a piece, in any one order.

    Parameters
    ----------
    onset : tuple of Fraction (N,)
        Quarters.
    pitch, voice : int64 (N,)
    phase : tuple of Fraction (N,)
        Quarters from the beginning of the bar.
    bar_length : tuple of Fraction (N,)
        Quarters in a full bar there.
    prime : bool (N,)
        Whether the note was given.
    """

    onset: tuple[Fraction, ...]
    pitch: np.ndarray
    voice: np.ndarray
    phase: tuple[Fraction, ...]
    bar_length: tuple[Fraction, ...]
    prime: np.ndarray

    def __len__(self) -> int:
        return len(self.onset)


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a head's weight falls on a set of notes.

    Parameters
    ----------
    name : str
    share : float
        Mean over the notes that have targets, 0..1; not-a-number when none has.
    chance : dict of str to float
        The same of each baseline.
    gain : (float, float)
        95 % interval of share minus the highest baseline.
    queries : int
        How many notes have targets.
    """

    name: str
    share: float
    chance: dict[str, float]
    gain: tuple[float, float]
    queries: int

    @property
    def highest(self) -> float:
        """The share of the strongest baseline."""
        return max(self.chance.values())

    @property
    def stands_out(self) -> bool:
        """True when the share meets the conditions for a name."""
        return self.share >= SHARE and self.share >= LIFT * self.highest and self.gain[0] > 0


@dataclass(frozen=True, slots=True)
class HeadSummary:
    """What one head looks at.

    Parameters
    ----------
    layer, head : int
    names : tuple of str
        The jobs it has, the strongest first; often none.
    jobs : tuple of Share
        'previous note', 'one bar ago' and 'repeat'.
    same_voice, same_place, prime : Share
        On the voice of the asking note, on its place in the bar (any bar), on what was given (for generated notes).
    distance : float
        Mean distance in quarters.
    profile : DistanceProfile
        Over EDGES, in quarters.
    on_notes : float
        Mean weight on notes before the asking one; the rest goes to rests, the beginning and the note itself.
    """

    layer: int
    head: int
    names: tuple[str, ...]
    jobs: tuple[Share, ...]
    same_voice: Share
    same_place: Share
    prime: Share
    distance: float
    profile: DistanceProfile
    on_notes: float


def seen_tokens(query_tokens: np.ndarray, key_notes: np.ndarray) -> np.ndarray:
    """Return how many tokens of each note each note could see when it was chosen, int64 (N, N).

    Parameters
    ----------
    query_tokens : int (N,)
        The position at which each note was chosen; it sees keys up to and with that position. -1: sees nothing.
    key_notes : int (keys,)
        The note that each key belongs to; -1 for none.
    """
    count = len(query_tokens)
    kept = np.flatnonzero(key_notes >= 0)
    single = np.zeros((len(key_notes) + 1, count), np.int64)
    single[kept + 1, key_notes[kept]] = 1
    seen = np.cumsum(single, axis=0)[np.asarray(query_tokens) + 1]
    np.fill_diagonal(seen, 0)
    return seen


def summarise(weights: np.ndarray, places: Places, tokens: np.ndarray) -> list[HeadSummary]:
    """Return a summary of every head, layer by layer.

    Parameters
    ----------
    weights : float (layers, heads, N, N)
        Weight of note k when note q was chosen, as `AttentionRecord.of_notes(..., query='first')` gives it.
    places : Places
    tokens : int (N, N)
        As `seen_tokens`: 0 where q could not see k.

    Raises
    ------
    ModelError
        The shapes do not agree.
    """
    count = len(places)
    square = (count, count)
    fitting = np.ndim(weights) == 4 and np.shape(weights)[2:] == square
    if not fitting or np.shape(tokens) != square:
        raise ModelError(f"weights {np.shape(weights)} and tokens {np.shape(tokens)} do not fit {count} notes")
    layers, heads = weights.shape[:2]
    seen = tokens > 0
    targets, groups = _jobs(places, seen), _groups(places, seen)
    found = []
    for layer, head in np.ndindex(layers, heads):
        visible = np.where(seen, weights[layer, head], 0.0)
        found.append(_summary(layer, head, visible, places, tokens, targets, groups))
    return found


def _summary(
    layer: int, head: int, weights: np.ndarray, places: Places, tokens: np.ndarray,
    targets: dict[str, np.ndarray], groups: dict[str, np.ndarray],
) -> HeadSummary:
    mass = weights.sum(axis=1)
    distance = _distances(places)
    nothing = float("nan")
    mean = float((weights * distance).sum() / mass.sum()) if mass.sum() else nothing
    bar = np.array([float(length) for length in places.bar_length])
    baselines = {
        "even": _given(tokens.astype(float), mass),
        "near": _given(tokens * (distance <= bar[:, None]), mass),
        "recency": recent_weights(distance, tokens, mass, mean),
        "own": profile_weights(weights, distance, tokens),
    }
    found = {}
    for name, hit in (targets | groups).items():
        chances = {baseline: baselines[baseline] for baseline in BASELINES[name]}
        found[name] = share_on(name, weights, hit, chances)
    jobs = tuple(found[name] for name in targets)
    strongest = sorted(jobs, key=lambda job: -job.share)
    return HeadSummary(
        layer=layer,
        head=head,
        names=tuple(job.name for job in strongest if job.stands_out),
        jobs=jobs,
        same_voice=found["same voice"],
        same_place=found["same place"],
        prime=found["prime"],
        distance=mean,
        profile=profile_of(weights, baselines["even"], distance),
        on_notes=float(mass.mean()) if len(mass) else nothing,
    )


def share_on(
    name: str,
    weights: np.ndarray,
    hit: np.ndarray,
    baselines: dict[str, np.ndarray],
) -> Share:
    """Return the share of weights (N, N) on the targets `hit`, bool (N, N), beside those of baselines (N, N)."""
    asking = hit.any(axis=1)
    count = int(asking.sum())
    nothing = float("nan")
    if not count:
        return Share(name, nothing, dict.fromkeys(baselines, nothing), (nothing, nothing), 0)

    def on_targets(rows: np.ndarray) -> np.ndarray:
        return (rows * hit).sum(axis=1)[asking]

    found = {key: on_targets(rows) for key, rows in baselines.items()}
    own = on_targets(weights)
    chance = {key: float(values.mean()) for key, values in found.items()}
    highest = max(chance, key=chance.__getitem__)
    gains = own - found[highest]
    gain = interval(lambda drawn: gains[drawn].mean(1), count)
    return Share(name, float(own.mean()), chance, gain, count)


# Jobs and groups: what the targets of each note are


def _jobs(places: Places, seen: np.ndarray) -> dict[str, np.ndarray]:
    makers: dict[str, Callable[[Places], np.ndarray]] = {
        "previous note": previous_notes, "one bar ago": notes_a_bar_ago, "repeat": repeats,
    }
    return {name: make(places) & seen for name, make in makers.items()}


def _groups(places: Places, seen: np.ndarray) -> dict[str, np.ndarray]:
    phase = np.array(places.phase, object)
    prime = places.prime[None, :] & ~places.prime[:, None]
    voice = places.voice[:, None] == places.voice[None, :]
    place = (phase[:, None] == phase[None, :]).astype(bool)
    return {"same voice": voice & seen, "same place": place & seen, "prime": prime & seen}


def _lines(places: Places) -> dict[int, list[int]]:
    """Return the notes of each voice in the order of time."""
    lines: dict[int, list[int]] = defaultdict(list)
    for note in sorted(range(len(places)), key=lambda note: places.onset[note]):
        lines[int(places.voice[note])].append(note)
    return lines


def previous_notes(places: Places) -> np.ndarray:
    """Return where the last note before each note in its voice is, bool (N, N)."""
    hit = np.zeros((len(places), len(places)), bool)
    for line in _lines(places).values():
        hit[line[1:], line[:-1]] = True
    return hit


def notes_a_bar_ago(places: Places) -> np.ndarray:
    """Return which notes begin one bar before each note at its place in the bar, bool (N, N)."""
    onset = np.array(places.onset, object)
    phase = np.array(places.phase, object)
    before = onset - np.array(places.bar_length, object)
    one_bar = before[:, None] == onset[None, :]
    same_phase = phase[:, None] == phase[None, :]
    return (one_bar & same_phase).astype(bool)


def repeats(places: Places, predecessors: int = PREDECESSORS) -> np.ndarray:
    """Return which earlier notes follow the same motif as each note does, bool (N, N).

    The motif is the `predecessors` notes before a note in its voice: their intervals, which must not all be 0, and the
    times from onset to onset, that to the note itself left out.
    """
    found: dict[tuple, list[int]] = defaultdict(list)
    for line in _lines(places).values():
        for end in range(predecessors, len(line)):
            motif = line[end - predecessors : end]
            pitches = [int(places.pitch[note]) for note in motif]
            onsets = [places.onset[note] for note in motif]
            steps = tuple(b - a for a, b in pairwise(pitches))
            times = tuple(b - a for a, b in pairwise(onsets))
            if any(steps):
                found[steps, times].append(line[end])
    hit = np.zeros((len(places), len(places)), bool)
    for notes in found.values():
        for note in notes:
            earlier = [other for other in notes if places.onset[other] < places.onset[note]]
            hit[note, earlier] = True
    return hit


# Baselines: weights (N, N) that give out the same mass in each row


def _given(rows: np.ndarray, mass: np.ndarray) -> np.ndarray:
    total = rows.sum(axis=1)
    return rows * (mass / np.where(total > 0, total, 1))[:, None]


def _distances(places: Places) -> np.ndarray:
    onset = np.array([float(onset) for onset in places.onset])
    return onset[:, None] - onset[None, :]


def recent_weights(
    distance: np.ndarray,
    tokens: np.ndarray,
    mass: np.ndarray,
    mean: float,
) -> np.ndarray:
    """Return weights that fall off exponentially with distance (N, N), at the rate with this mean distance."""
    low, high = 1e-3, 1e4
    rows = _given(tokens.astype(float), mass)
    if not mass.sum():
        return rows
    for _ in range(16):
        rate = float(np.sqrt(low * high))
        seen = np.where(tokens > 0, distance, np.inf)
        near = seen.min(axis=1, initial=np.inf)
        offset = np.where(np.isfinite(near), near, 0)
        back = distance - offset[:, None]
        with np.errstate(over="ignore", under="ignore"):
            rows = _given(tokens * np.exp(-np.maximum(back, 0) / rate), mass)
        if (rows * distance).sum() / mass.sum() < mean:
            low = rate
        else:
            high = rate
    return rows


def profile_weights(weights: np.ndarray, distance: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    """Return weights that give each distance (N, N), to the sixteenth, what `weights` give it a token on average."""
    seen = tokens > 0
    sixteenths = np.round(distance[seen] * 4).astype(int)
    _, bins = np.unique(sixteenths, return_inverse=True)
    given = np.bincount(bins, weights=weights[seen])
    held = np.bincount(bins, weights=tokens[seen].astype(float))
    rows = np.zeros_like(weights, dtype=np.float64)
    rows[seen] = (given / np.maximum(held, 1))[bins] * tokens[seen]
    return _given(rows, weights.sum(axis=1))


def profile_of(weights: np.ndarray, even: np.ndarray, distance: np.ndarray) -> DistanceProfile:
    """Return how weights (N, N) fall on distances in quarters, beside the even baseline; both as probabilities."""
    edges = np.array(EDGES)
    totals = [np.histogram(distance, edges, weights=rows)[0] for rows in (weights, even)]
    share, flat = (total / total.sum() if total.sum() else total for total in totals)
    return DistanceProfile(edges, share, flat)

"""Chord labels of a score: what speaks for them, the best path through it, and frames of one chord put together."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musenb.analysis.harmony.decode import Path, Transitions, best_path
from musenb.analysis.harmony.frames import OFFBEAT, Frames, frames_of
from musenb.analysis.harmony.head import shipped_head
from musenb.analysis.harmony.label import Choice, ChordLabel
from musenb.analysis.harmony.names import TRIAD_OF, Chord
from musenb.analysis.harmony.result import Harmony, annotated, given_labels
from musenb.analysis.harmony.template import KEEP, template_bass, template_scores, template_transitions
from musenb.analysis.harmony.vocabulary import BASSES, CLASSES, MINOR
from musenb.errors import SettingError
from musenb.score.arguments import score_of
from musenb.score.key import Key
from musenb.score.note import Score

METHODS = ("head", "template")
HEAD_KEEP = 32
CHOICES = 12  # of a frame that are told apart



Named = tuple[int, int]  # a state and its inversion


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each chord of each frame.

    Parameters
    ----------
    states : float (frames, 12, classes)
        Scores by tonic.
    bass : float (frames, 12, 2, 12)
        By tonic and mode, of each lowest chord note in semitones above the tonic.
    transitions : Transitions
    keep : int
        States of a frame that are followed.
    sharpness : float
        See `decode.best_path`.
    """

    states: np.ndarray
    bass: np.ndarray
    transitions: Transitions
    keep: int
    sharpness: float = 1.0


@dataclass(frozen=True, slots=True)
class FrameLabel:
    """The label of one frame: what is decoded, and what it may be, the likeliest first."""

    key: Key
    chord: Chord
    confidence: float
    choices: tuple[Choice, ...]


def harmony_of(score: Score, *, method: str = METHODS[0]) -> Harmony:
    """Return the harmony of a score.

    Parameters
    ----------
    score : Score
    method : {'head', 'template'}
        What speaks for a chord: what was learned from analyses by people, or chord templates alone.

    Raises
    ------
    ScoreError
        It is no score, has no notes, or is too long.
    SettingError
        There is no such method.
    """
    score = score_of(score, "harmony")
    frames = frames_of(score)
    labels = frame_labels(frames, method=method)
    return Harmony(score, annotated(score, given_labels(score, _merged(frames, labels))))


def frame_labels(frames: Frames, *, method: str = METHODS[0]) -> list[FrameLabel]:
    """Return the label of each eighth; parameters and errors as in `harmony_of`."""
    evidence = evidence_of(frames, method)
    path = best_path(
        evidence.states, frames.strength, evidence.transitions, keep=evidence.keep, sharpness=evidence.sharpness
    )
    return [_frame_label(path, evidence, frame) for frame in range(len(frames))]


def evidence_of(frames: Frames, method: str) -> Evidence:
    """Return what speaks for each chord by a method."""
    if method == "template":
        return Evidence(template_scores(frames), template_bass(frames), template_transitions(), KEEP)
    if method == "head":
        head = shipped_head()
        states, bass = head.log_probs(frames)
        return Evidence(head.trust * states, bass, head.transitions, HEAD_KEEP, head.sharpness)
    raise SettingError(f"method {method!r} is none of {', '.join(map(repr, METHODS))}")


def _frame_label(path: Path, evidence: Evidence, frame: int) -> FrameLabel:
    likely: dict[Named, float] = {}
    order = np.argsort(-path.posterior[frame])[:CHOICES]
    for place in order:
        state = int(path.kept[frame, place])
        for inversion, share in enumerate(_inversions(state, evidence.bass[frame])):
            likely[state, inversion] = float(path.posterior[frame, place] * share)
    state = int(path.states[frame])
    shares = _inversions(state, evidence.bass[frame])
    chosen = (state, int(np.argmax(shares)))
    confidence = sum(share for named, share in likely.items() if _alike(named, chosen))
    ranked = sorted(likely, key=likely.__getitem__, reverse=True)
    choices = tuple(_choice(named, likely[named]) for named in ranked[:CHOICES])
    key, chord = _named(chosen)
    return FrameLabel(key, chord, min(confidence, 1.0), choices)


def _inversions(state: int, bass: np.ndarray) -> np.ndarray:
    """Return how likely each inversion of a state is, from the scores of basses (12, 2, 12)."""
    tonic, one = divmod(state, len(CLASSES))
    members = BASSES[one][BASSES[one] >= 0]
    scores = bass[tonic, int(MINOR[one]), members]
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()


def _alike(one: Named, other: Named) -> bool:
    """Return whether two labels differ in a seventh at most."""
    (key, chord), (other_key, other_chord) = _named(one), _named(other)
    triads = [TRIAD_OF.get(each.quality, each.quality) for each in (chord, other_chord)]
    same = key == other_key and triads[0] == triads[1]
    return same and (chord.root, chord.inversion) == (other_chord.root, other_chord.inversion)


def _named(named: Named) -> tuple[Key, Chord]:
    state, inversion = named
    tonic, one = divmod(state, len(CLASSES))
    found = CLASSES[one]
    return Key(tonic, found.minor), Chord(found.root, found.quality, inversion)


def _choice(named: Named, likely: float) -> Choice:
    return Choice(*_named(named), min(likely, 1.0))


def _merged(frames: Frames, labels: Sequence[FrameLabel]) -> list[ChordLabel]:
    """Return frames of one key and chord as one label each."""
    found = []
    numbered = itertools.groupby(range(len(labels)), key=lambda at: (labels[at].key, labels[at].chord))
    for (key, chord), group in numbered:
        places = list(group)
        told = [at for at in places if frames.strength[at] != OFFBEAT] or places
        likely: dict[tuple[Key, Chord], float] = defaultdict(float)
        for at in told:
            for choice in labels[at].choices:
                likely[choice.key, choice.chord] += choice.confidence / len(told)
        confidence = likely.pop((key, chord), 0.0)
        second = max(likely, key=likely.__getitem__) if likely else None
        first, last = places[0], places[-1]
        found.append(
            ChordLabel(
                frames.onset[first], frames.end[last], int(frames.bar[first]), frames.beat[first], key, chord,
                min(confidence, 1.0), None if second is None else Choice(*second, min(likely[second], 1.0)),
            )
        )
    return found

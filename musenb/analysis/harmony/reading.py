"""Harmony of a score: its chord labels, in order, with keys, cadences and foreign notes."""

from __future__ import annotations

import dataclasses
import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from typing import Any

import numpy as np

from musenb.analysis.harmony.cadences import cadences_of
from musenb.analysis.harmony.decode import Path, Transitions, best_path
from musenb.analysis.harmony.foreign import foreign_notes
from musenb.analysis.harmony.frames import OFFBEAT, Frames, frames_of
from musenb.analysis.harmony.label import Choice, ChordLabel, key_name
from musenb.analysis.harmony.names import Chord, read_numeral
from musenb.analysis.harmony.template import KEEP, template_bass, template_scores, template_transitions
from musenb.analysis.harmony.vocabulary import BASSES, CLASSES
from musenb.errors import MusenbError, ScoreError, SettingError
from musenb.score.arguments import score_of
from musenb.score.key import Key
from musenb.score.note import Score

METHODS = ("template",)
CHOICES = 12  # of a frame that are told apart
FAINT = 0.5  # a label less likely than this is shown with a question mark
BARS_A_LINE = 8

Named = tuple[int, int]  # a state and its inversion


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each chord of each frame.

    Parameters
    ----------
    states : float (frames, 12, classes)
        Scores by tonic.
    bass : float (frames, 12, 12)
        By tonic, of each lowest chord note in semitones above the tonic.
    transitions : Transitions
    keep : int
        States of a frame that are followed.
    """

    states: np.ndarray
    bass: np.ndarray
    transitions: Transitions
    keep: int


@dataclass(frozen=True, slots=True)
class FrameLabel:
    """The label of one frame: what is decoded, and what it may be, the likeliest first."""

    key: Key
    chord: Chord
    confidence: float
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Harmony:
    """The chords of a score.

    Parameters
    ----------
    score : Score
    chords : tuple of ChordLabel
        In order, from the first sound to the last, without gaps.
    """

    score: Score
    chords: tuple[ChordLabel, ...]

    def at(self, quarter: Fraction | float) -> ChordLabel:
        """Return the chord at a quarter from the beginning of the piece.

        Raises
        ------
        ScoreError
            It is before the beginning or not before the end.
        """
        for chord in self.chords:
            if chord.onset <= quarter < chord.end:
                return chord
        last = float(self.chords[-1].end)
        raise ScoreError(f"there is no chord at quarter {float(quarter):g}; there are from 0 to below {last:g}")

    @property
    def keys(self) -> tuple[tuple[Fraction, Key], ...]:
        """Where each local key begins, in quarters, and which it is."""
        found: list[tuple[Fraction, Key]] = []
        for chord in self.chords:
            if not found or found[-1][1] != chord.key:
                found.append((chord.onset, chord.key))
        return tuple(found)

    @property
    def cadences(self) -> tuple[ChordLabel, ...]:
        """The chords at which a phrase closes with a cadence that has a name."""
        return tuple(chord for chord in self.chords if chord.cadence)

    def overrule(self, bar: int, beat: float, numeral: str, *, key: str | None = None) -> Harmony:
        """Return the harmony with another label for the chord that sounds at a place.

        Parameters
        ----------
        bar : int
            Printed number, 0 for an anacrusis.
        beat : float
            From 1; the chord that sounds there is renamed as a whole.
        numeral : str
            Such as 'V7' or 'viio6/V'.
        key : str, optional
            Such as 'D minor'; the key that the chord has when left out.

        Raises
        ------
        SettingError
            There is no such place, or the numeral or the key cannot be read.
        """
        from musenb.score.named import asked_key

        place = self._place(bar, beat)
        old = self.chords[place]
        asked = asked_key(key)
        local = old.key if asked is None else Key(asked.tonic, asked.mode == "minor")
        chord = read_numeral(numeral, minor=local.minor)
        new = dataclasses.replace(
            old, key=local, chord=chord, confidence=1.0, second=Choice(old.key, old.chord, old.confidence),
            overruled=True,
        )  # fmt: skip
        labels = [*self.chords[:place], new, *self.chords[place + 1 :]]
        return Harmony(self.score, _annotated(self.score, labels))

    def _place(self, bar: int, beat: float) -> int:
        """Return the number of the chord that sounds at a beat of a bar."""
        bars = {one.number: one for one in self.score.bars()}
        if bar not in bars:
            raise SettingError(f"there is no bar {bar}; there are {min(bars)} to {max(bars)}")
        one = bars[bar]
        quarter = one.first_beat + Fraction(beat - 1).limit_denominator(96) * one.metre.beat_length
        if one.onset <= quarter < min(one.end, self.chords[-1].end):
            onsets = [chord.onset for chord in self.chords]
            return sum(onset <= quarter for onset in onsets) - 1
        raise SettingError(f"bar {bar} has no beat {beat:g}")

    def records(self) -> list[dict[str, Any]]:
        """Return one record a chord."""
        return [_record(chord) for chord in self.chords]

    def table(self) -> Any:
        """Return the chords as a pandas DataFrame, a row a chord.

        Raises
        ------
        MusenbError
            pandas is not installed.
        """
        try:
            pd = import_module("pandas")
        except ImportError:
            message = "a table needs pandas: python -m pip install pandas; `records` gives plain records"
            raise MusenbError(message) from None
        return pd.DataFrame(self.records())

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        """Yield lines such as 'bars 1-8, C major: I ii6 V7 I', one a key and eight bars at most."""
        for key, group in itertools.groupby(self.chords, key=lambda chord: chord.key):
            inside = list(group)
            while inside:
                last = inside[0].bar + BARS_A_LINE
                line = [chord for chord in inside if chord.bar < last]
                inside = inside[len(line) :]
                bars = f"bar {line[0].bar}" if line[0].bar == line[-1].bar else f"bars {line[0].bar}-{line[-1].bar}"
                yield f"{bars}, {key_name(key)}: {' '.join(_shown(chord) for chord in line)}"


def _shown(chord: ChordLabel) -> str:
    """Return a numeral, with a question mark when it is unsure and the name of the cadence it closes."""
    close = f" ({chord.cadence})" if chord.cadence else ""
    return chord.numeral + ("?" if chord.confidence < FAINT else "") + close


def _record(chord: ChordLabel) -> dict[str, Any]:
    foreign = ", ".join(f"{one.name} ({one.voice})" for one in chord.foreign)
    return {
        "bar": chord.bar,
        "beat": float(chord.beat),
        "key": key_name(chord.key),
        "numeral": chord.numeral,
        "figures": chord.figures,
        "confidence": round(chord.confidence, 2),
        "second choice": "" if chord.second is None else str(chord.second),
        "cadence": chord.cadence,
        "foreign notes": foreign,
        "overruled": chord.overruled,
    }


def harmony_of(score: Score, *, method: str = METHODS[0]) -> Harmony:
    """Return the harmony of a score.

    Parameters
    ----------
    score : Score
    method : {'template'}
        What speaks for a chord.

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
    return Harmony(score, _annotated(score, _merged(frames, labels)))


def frame_labels(frames: Frames, *, method: str = METHODS[0]) -> list[FrameLabel]:
    """Return the label of each eighth; parameters and errors as in `harmony_of`."""
    evidence = evidence_of(frames, method)
    path = best_path(evidence.states, frames.strength, evidence.transitions, keep=evidence.keep)
    return [_frame_label(path, evidence, frame) for frame in range(len(frames))]


def evidence_of(frames: Frames, method: str) -> Evidence:
    """Return what speaks for each chord by a method."""
    if method == "template":
        return Evidence(template_scores(frames), template_bass(frames), template_transitions(), KEEP)
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
    confidence = likely.get(chosen, 0.0)
    ranked = sorted(likely, key=likely.__getitem__, reverse=True)
    choices = tuple(_choice(named, likely[named]) for named in ranked[:CHOICES])
    key, chord = _named(chosen)
    return FrameLabel(key, chord, min(confidence, 1.0), choices)


def _inversions(state: int, bass: np.ndarray) -> np.ndarray:
    """Return how likely each inversion of a state is, from the scores of basses (12, 12)."""
    tonic, one = divmod(state, len(CLASSES))
    members = BASSES[one][BASSES[one] >= 0]
    scores = bass[tonic, members]
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()


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
            )  # fmt: skip
        )
    return found


def _annotated(score: Score, labels: Sequence[ChordLabel]) -> tuple[ChordLabel, ...]:
    """Return labels with their cadences and foreign notes."""
    cadences, foreign = cadences_of(score, labels), foreign_notes(score, labels)
    return tuple(
        dataclasses.replace(label, cadence=cadences.get(place, ""), foreign=notes)
        for place, (label, notes) in enumerate(zip(labels, foreign, strict=True))
    )

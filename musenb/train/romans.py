"""RomanText analyses of chorales, laid on the eighths of their scores.

A label is trusted only where its analysis fits the music: of a few ways to number the bars, and of the twelve keys that
the file may stand in, the one is taken by which most of what sounds on labelled eighths belongs to their chords; an
analysis that fits in none is left out, its chorale with it.
"""

from __future__ import annotations

import csv
import dataclasses
import re
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from musenb.analysis.harmony.frames import Frames, frames_of
from musenb.analysis.harmony.names import Chord, read_numeral
from musenb.errors import LoadError, MusenbError, SettingError
from musenb.score.corpus import corpus_score
from musenb.score.key import Key
from musenb.score.note import Score
from musenb.score.note_names import LETTERS

TABLE, ARCHIVE = "chorales.csv", "chorale-analyses.tar.xz"
MEASURE = re.compile(r"m(\d+)\s")
KEY = re.compile(r"([A-Ga-g])([#b]*)-?:")
BEAT = re.compile(r"b(\d+(?:\.\d+)?)")
SHIFTS = (0, -1, 1)  # of bar numbers
FEWEST_FITTING = 0.84  # share of what sounds that belongs to the chord


@dataclass(frozen=True, slots=True)
class Label:
    """A chord in a key from a place on: bar number, beat from 1."""

    bar: int
    beat: Fraction
    key: Key
    chord: Chord


@dataclass(frozen=True, slots=True)
class Labelled:
    """A chorale and what one or two people said of each of its eighths.

    Parameters
    ----------
    number : str
        Riemenschneider's.
    name : str
        Of its file in the corpus.
    score : Score
    frames : Frames
    analyses : tuple of tuple of (Label or None)
        One or two, a label a frame; None where there is none.
    """

    number: str
    name: str
    score: Score
    frames: Frames
    analyses: tuple[tuple[Label | None, ...], ...]


def read_analysis(text: str) -> list[Label]:
    """Return the labels of an analysis in RomanText, in order; what is no numeral is left out with its place."""
    labels: list[Label] = []
    key = Key(0, False)
    for line in text.splitlines():
        head = MEASURE.match(line)
        if head is None:
            continue
        beat = Fraction(1)
        for token in line[head.end() :].split():
            if found := BEAT.fullmatch(token):
                beat = Fraction(found[1])
            elif found := KEY.fullmatch(token):
                tonic = LETTERS[found[1].upper()] + found[2].count("#") - found[2].count("b")
                key = Key(tonic % 12, found[1].islower())
            elif token.strip("|:"):
                labels += _label(token, int(head[1]), beat, key)
    return labels


def _label(token: str, bar: int, beat: Fraction, key: Key) -> list[Label]:
    try:
        return [Label(bar, beat, key, read_numeral(token, minor=key.minor))]
    except (SettingError, IndexError):
        return []


def laid(labels: Sequence[Label], score: Score, frames: Frames) -> tuple[tuple[Label | None, ...], float]:
    """Return the label of each frame where the analysis fits best, and how well it fits there, 0..1."""
    best: tuple[tuple[Label | None, ...], float] = ((), -1.0)
    for shift in SHIFTS:
        row = _laid(labels, score, frames, shift)
        for semitones in range(12):
            fit = _fit(row, frames, semitones)
            if fit > best[1]:
                best = tuple(_moved(label, semitones) for label in row), fit
    return best


def _moved(label: Label | None, semitones: int) -> Label | None:
    if label is None or not semitones:
        return label
    key = Key((label.key.tonic + semitones) % 12, label.key.minor)
    return dataclasses.replace(label, key=key)


def _laid(labels: Sequence[Label], score: Score, frames: Frames, shift: int) -> tuple[Label | None, ...]:
    starts = {bar.number: bar for bar in score.bars()}
    placed = []
    for label in labels:
        bar = starts.get(label.bar + shift)
        if bar is not None:
            onset = bar.first_beat + (label.beat - 1) * bar.metre.beat_length
            placed.append((onset, label))
    placed.sort(key=lambda one: one[0])
    onsets = np.array([float(onset) for onset, _ in placed])
    at = np.searchsorted(onsets, [float(onset) + 1e-6 for onset in frames.onset]) - 1
    return tuple(placed[place][1] if place >= 0 else None for place in at)


def _fit(row: Sequence[Label | None], frames: Frames, semitones: int) -> float:
    """Return the share of what sounds that belongs to the chords, moved by semitones."""
    inside = total = 0.0
    for label, heard in zip(row, frames.heard, strict=True):
        if label is not None:
            members = [(label.key.tonic + member + semitones) % 12 for member in label.chord.members]
            inside += heard[members].sum()
            total += heard.sum()
    return inside / total if total else 0.0


def labelled_chorales(folder: Path) -> Iterator[Labelled]:
    """Yield the chorales of a folder of analyses, those whose analyses fit the music of the installed corpus.

    Raises
    ------
    LoadError
        The folder has no table or no archive of analyses.
    """
    try:
        table = list(csv.DictReader((folder / TABLE).read_text(encoding="utf-8").splitlines()))
        texts = _texts(folder / ARCHIVE)
    except (OSError, tarfile.TarError) as error:
        raise LoadError("missing", f"no analyses in '{folder}'", f"looked for {TABLE} and {ARCHIVE}: {error}") from None
    for row in table:
        one = _read(row, texts)
        if one is not None:
            yield one


def _read(row: dict[str, str], texts: dict[str, str]) -> Labelled | None:
    """Return the chorale of a line of the table; None where it cannot be read or its analyses do not fit."""
    try:
        score = corpus_score(f"bach/{row['music21']}")
        frames = frames_of(score)
    except MusenbError:
        return None
    analyses = []
    for name in (row["number"], f"{row['number']}-second"):
        if name in texts:
            labels, fit = laid(read_analysis(texts[name]), score, frames)
            if fit >= FEWEST_FITTING:
                analyses.append(labels)
            else:
                return None
    return Labelled(row["number"], row["music21"], score, frames, tuple(analyses)) if analyses else None


def _texts(path: Path) -> dict[str, str]:
    """Return the analyses in an archive by their names without the suffix."""
    found = {}
    with tarfile.open(path) as archive:
        for member in archive:
            opened = archive.extractfile(member)
            if opened is not None:
                found[Path(member.name).stem] = opened.read().decode("utf-8", "replace")
    return found

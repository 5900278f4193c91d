"""Chord labels beside people's, by beat, on chorales that two people analysed and none of which was trained on.

python tests/benchmarks/bench_harmony.py ANALYSES FOLDER [every Nth chorale [row ...]]

ANALYSES holds chorales.csv and chorale-analyses.tar.xz; FOLDER is that of a training and keeps the chorales as read.
Rows are people, musenb, templates, music21 and told, all without a choice. Right is right with the first analysis; the
second stands beside it as people's own agreement. Right in *key*; and in the *numeral* too, its triad and what it is
applied to; and in the *inversion* too; and in the *whole figure*, its seventh too. Intervals are by chorale.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from musenb.analysis.bootstrap import ratio_interval
from musenb.analysis.harmony.frames import OFFBEAT
from musenb.analysis.harmony.names import TRIAD_OF, Chord
from musenb.analysis.harmony.reading import FrameLabel, frame_labels
from musenb.score.key import Key
from musenb.train.harmony_run import read_once
from musenb.train.romans import Labelled

Said = tuple[Key, Chord]
MEASURES = ("key", "numeral", "numeral, inversion", "whole figure")
SURE = 0.9
TRIADS = {"major": "maj", "minor": "min", "diminished": "dim", "augmented": "aug"}


def agreement(said: Said, truth: Said) -> tuple[bool, bool, bool, bool]:
    """Return in which of MEASURES two labels agree."""
    (key, chord), (true_key, true_chord) = said, truth
    triad, true_triad = (TRIAD_OF.get(one.quality, one.quality) for one in (chord, true_chord))
    same_key = key == true_key
    numeral = same_key and (chord.root, triad) == (true_chord.root, true_triad)
    inversion = numeral and chord.inversion == true_chord.inversion
    return same_key, numeral, inversion, inversion and chord == true_chord


def by_people(chorale: Labelled) -> list[Said | None]:
    """Return what the second analysis says of each frame."""
    return [None if label is None else (label.key, label.chord) for label in chorale.analyses[1]]


def by(method: str) -> Callable[[Labelled], list[Said | None]]:
    """Return what reads the frames of a chorale by a method of musenb."""
    return lambda chorale: [(label.key, label.chord) for label in frame_labels(chorale.frames, method=method)]


def by_music21(chorale: Labelled, *, told_key: bool = False) -> list[Said | None]:
    """Return what music21 says: chordify, the key of the whole piece, the numeral of the chord at each frame."""
    from music21 import converter, corpus

    stream = converter.parse(corpus.getWork(f"bach/{chorale.name}"))
    found = stream.analyze("key")
    whole = Key(found.tonic.pitchClass, found.mode == "minor")
    chords = [(float(one.offset), one) for one in stream.chordify().flatten().getElementsByClass("Chord")]
    starts = [offset for offset, _ in chords]
    said: list[Said | None] = []
    for at, onset in enumerate(chorale.frames.onset):
        place = int(np.searchsorted(starts, float(onset) + 1e-6)) - 1
        label = chorale.analyses[0][at]
        key = label.key if told_key and label else whole
        chord = chords[max(0, place)][1]
        root = (chord.root().pitchClass - key.tonic) % 12
        inversion = min(max(chord.inversion(), 0), 2)
        said.append((key, Chord(root, TRIADS.get(chord.quality, "maj"), inversion)))
    return said


def counts(chorales: Sequence[Labelled], read: Callable[[Labelled], list[Said | None]]) -> np.ndarray:
    """Return right beats in each of MEASURES, and all beats: int (chorales, 5)."""
    table = []
    for chorale in chorales:
        said = read(chorale)
        rows = []
        for at, label in enumerate(chorale.analyses[0]):
            other = said[at]
            if label is not None and other is not None and chorale.frames.strength[at] != OFFBEAT:
                rows.append(agreement(other, (label.key, label.chord)))
        table.append([*np.sum(rows, axis=0), len(rows)])
    return np.array(table, float)


def line(name: str, table: np.ndarray) -> str:
    """Return a row of the table with intervals."""
    cells = []
    for column in range(len(MEASURES)):
        low, high = ratio_interval(table[:, column], table[:, -1])
        cells.append(f"{table[:, column].sum() / table[:, -1].sum():.3f} [{low:.3f}, {high:.3f}]")
    return f"| {name} | {' | '.join(cells)} |"


def sure(chorales: Sequence[Labelled], labels: Sequence[Sequence[FrameLabel]]) -> None:
    """Print how often labels are right by how sure they are."""
    rows = []
    for number, (chorale, found) in enumerate(zip(chorales, labels, strict=True)):
        for at, label in enumerate(chorale.analyses[0]):
            if label is None or chorale.frames.strength[at] == OFFBEAT:
                continue
            truth = (label.key, label.chord)
            one = found[at]
            choices = [(choice.key, choice.chord) for choice in one.choices[:2]]
            among = any(agreement(choice, truth)[3] for choice in choices)
            rows.append((number, one.confidence, *agreement((one.key, one.chord), truth), among))
    table = np.array(rows, float)
    for low, high in ((0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
        inside = table[(table[:, 1] >= low) & (table[:, 1] < high)]
        print(f"confidence {low} to {min(high, 1)}: {len(inside) / len(table):.3f} of beats, right in "
              + ", ".join(f"{name} {value:.3f}" for name, value in zip(MEASURES, inside[:, 2:6].mean(0), strict=True)))
    above = table[:, 1] >= SURE
    per = [[((table[:, 0] == n) & above & (table[:, 4] > 0)).sum(), ((table[:, 0] == n) & above).sum()]
           for n in range(len(chorales))]
    right, of = np.array(per, float).T
    print(f"at {SURE} and more: right [{ratio_interval(right, of)}]")
    print(f"the whole figure is the first or the second choice: {table[:, 6].mean():.3f}")


ROWS = {
    "people": ("people: the second analysis", by_people),
    "musenb": ("musenb", by("head")),
    "templates": ("chord templates", by("template")),
    "music21": ("music21's recipe", by_music21),
    "told": ("music21's recipe, told the local key", lambda one: by_music21(one, told_key=True)),
}


def main() -> None:
    """Print the table."""
    analyses, folder, *others = sys.argv[1:]
    step = int(others[0]) if others else 1
    chorales = [one for one in read_once(Path(analyses), Path(folder)) if len(one.analyses) == 2][::step]
    print(f"{len(chorales)} chorales, Python {platform.python_version()}, numpy {np.__version__}")
    print(f"| | {' | '.join(MEASURES)} |\n|---|{'---|' * len(MEASURES)}")
    for row in others[1:] or ROWS:
        name, read = ROWS[row]
        print(line(name, counts(chorales, read)), flush=True)
    began = time.process_time()
    labels = [frame_labels(chorale.frames) for chorale in chorales]
    took = (time.process_time() - began) / sum(len(one.frames) for one in chorales)
    print(f"an eighth takes {1000 * took:.2f} ms of a core: 20 bars of 4/4 {160 * took:.3f} s")
    sure(chorales, labels)


if __name__ == "__main__":
    main()

"""Print how the motif search does beside people's marks: `python tests/benchmarks/bench_finder.py FOLDER`.

The folder holds `csv_notes/NN-1.csv` (a row a note: onset and duration in quarters, MIDI number, staff, the motif that
it belongs to) and `csv_label/NN-1.csv` (a row an occurrence: start and end in quarters, which motif), as the data set
Beethoven_motif marks the first movements of his piano sonatas; it has no licence, so nothing of it comes with musenb.

Query by example: the first occurrence of a motif is given, the others are to be found. A return hits an occurrence of
that motif when they begin within a quarter of each other; each occurrence is hit once at most. Motifs that are marked
once, or whose first occurrence has fewer than three notes in its line, are left out, and counted. Precision and recall
are of all returns in a movement, then the mean over movements, with a bootstrap interval over them. The baseline lists
the exact transpositions alone: every interval in semitones, every length.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np

from musenb.analysis.motif.finder import SHORTEST_MOTIF, Motif, Return, find_returns
from musenb.analysis.motif.lines import outer
from musenb.score.note import Note, Score, Voice
from musenb.score.spelling import spell_score

STAVES = ("right hand", "left hand")
NEAR = 1  # quarters between the beginnings of a return and of an occurrence
GRID = 96  # parts of a quarter: the tables give decimals
METHODS = ("search, confidence >= .5", "search, confidence >= .7", "exact transpositions")


@dataclass
class Counts:
    """What one method lists in one movement."""

    listed: int = 0
    hits: int = 0
    there: int = 0

    @property
    def precision(self) -> float:
        """Share of what is listed that is marked; 0 when nothing is listed."""
        return self.hits / self.listed if self.listed else 0.0

    @property
    def recall(self) -> float:
        """Share of what is marked that is listed."""
        return self.hits / self.there if self.there else 0.0


@dataclass
class Movement:
    """A movement: its music, and where each motif is marked."""

    score: Score
    marks: dict[str, list[tuple[Fraction, Fraction]]] = field(default_factory=dict)


def quarters(text: str) -> Fraction:
    """Return a number of quarters on a grid."""
    return Fraction(round(float(text) * GRID), GRID)


def movement_of(folder: Path, name: str) -> Movement:
    """Read a movement."""
    notes: dict[int, list[Note]] = defaultdict(list)
    with (folder / "csv_label" / name).open(newline="") as file:
        labels = list(csv.DictReader(file))
    with (folder / "csv_notes" / name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    # An anacrusis stands below 0 in the tables.
    first = min(quarters(row["onset"]) for row in rows)
    moved = -first if first < 0 else Fraction(0)
    for row in rows:
        long = max(quarters(row["duration"]), Fraction(1, GRID))
        notes[int(row["staff_number"])].append(Note(quarters(row["onset"]) + moved, long, int(row["midi_number"])))
    staves = sorted(notes)
    voices = [Voice(STAVES[min(staff, 1)] if len(staves) < 3 else f"staff {staff}", notes[staff]) for staff in staves]
    movement = Movement(spell_score(Score(tuple(voices))))
    for label in labels:
        span = quarters(label["start"]) + moved, quarters(label["end"]) + moved
        movement.marks.setdefault(label["type"], []).append(span)
    return movement


def query_of(score: Score, span: tuple[Fraction, Fraction]) -> Motif | None:
    """Return the line of the first occurrence: the staff with most notes in it, of chords the top ones."""
    best: Motif | None = None
    for number, voice in enumerate(score.voices):
        inside = [i for i in outer(voice, top=True) if span[0] <= voice.notes[i].onset < span[1]]
        if len(inside) >= SHORTEST_MOTIF and (best is None or len(inside) > len(best.notes)):
            best = Motif(tuple(voice.notes[i] for i in inside), tuple((number, i) for i in inside))
    return best


def hits(returns: Sequence[Return], spans: Sequence[tuple[Fraction, Fraction]]) -> int:
    """Return how many returns begin where an occurrence does, each occurrence once at most."""
    free = sorted(begin for begin, _ in spans)
    found = 0
    for one in sorted(returns, key=lambda one: one.onset):
        near = [begin for begin in free if abs(begin - one.onset) <= NEAR]
        if near:
            free.remove(min(near, key=lambda begin: abs(begin - one.onset)))
            found += 1
    return found


def measured(movement: Movement) -> tuple[dict[str, Counts], int, float]:
    """Return what each method lists in a movement, how many motifs were left out, and the seconds of the search."""
    counts = {method: Counts() for method in METHODS}
    left_out, seconds = 0, 0.0
    for spans in movement.marks.values():
        ordered = sorted(spans)
        motif = query_of(movement.score, ordered[0]) if len(ordered) > 1 else None
        if motif is None:
            left_out += 1
            continue
        began = time.perf_counter()
        returns = find_returns(movement.score, motif)
        seconds += time.perf_counter() - began
        exact = [one for one in returns if one.form in ("exact", "transposed") and one.confidence == 1]
        listed = (
            [one for one in returns if one.confidence >= 0.5],
            [one for one in returns if one.confidence >= 0.7],
            exact,
        )
        for method, chosen in zip(METHODS, listed, strict=True):
            counts[method].listed += len(chosen)
            counts[method].hits += hits(chosen, ordered[1:])
            counts[method].there += len(ordered) - 1
    return counts, left_out, seconds


def interval(values: Sequence[float]) -> str:
    """Return a mean with its 95 % bootstrap interval."""
    rng, taken = np.random.default_rng(0), np.asarray(values)
    means = [rng.choice(taken, len(taken)).mean() for _ in range(2000)]
    low, high = np.percentile(means, [2.5, 97.5])
    return f"{taken.mean():.3f} [{low:.3f}, {high:.3f}]"


def main() -> None:
    """Print each movement and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with csv_notes and csv_label")
    parser.add_argument("--only", nargs="+", help="movements such as 01-1")
    options = parser.parse_args()
    every: dict[str, list[Counts]] = {method: [] for method in METHODS}
    for path in sorted((options.folder / "csv_label").glob("*.csv")):
        if options.only and path.stem not in options.only:
            continue
        counts, left_out, seconds = measured(movement_of(options.folder, path.name))
        words = "   ".join(f"{one.precision:.3f} / {one.recall:.3f}" for one in counts.values())
        print(f"{path.stem}: {words}   ({left_out} motifs left out, {seconds:.1f} s)", flush=True)
        for method, one in counts.items():
            every[method].append(one)
    for method, found in every.items():
        precision, recall = interval([one.precision for one in found]), interval([one.recall for one in found])
        print(f"{method}: precision {precision}, recall {recall}, {len(found)} movements")


if __name__ == "__main__":
    main()

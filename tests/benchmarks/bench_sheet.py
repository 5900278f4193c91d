"""Print how long a sheet takes from a score to its first page: `python tests/benchmarks/bench_sheet.py`.

Each figure is the median of several sheets after one that warms the engraver up; `cold` is that first one. Until it
stands in JupyterLab, from the moment its cell is run: `python -m pytest tests/ui/test_sheet.py -k painted -s`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

from musenb.score.load import load
from musenb.score.note import Note, Score, Voice
from musenb.widgets.sheet import Sheet

BARS = 200
CHORALE = "corpus:bach/bwv66.6"


def long_score(bars: int = BARS) -> Score:
    """Return a piece for four voices in quarters and eighths."""
    lines = []
    for number, (name, top) in enumerate([("soprano", 76), ("alto", 69), ("tenor", 62), ("bass", 52)]):
        steps = [(k / 2 if number % 2 else k, 0.5 if number % 2 else 1) for k in range(bars * (8 if number % 2 else 4))]
        lines.append(
            Voice(name, tuple(Note(onset, length, top - (3 * k) % 8) for k, (onset, length) in enumerate(steps)))
        )
    return Score(tuple(lines), title=f"{bars} bars")


def first_page(score: Score) -> tuple[float, int]:
    """Return the seconds until the first page of a new sheet is engraved, and the bytes that a notebook saves of it."""
    began = time.perf_counter()
    sheet = Sheet(score)
    if not sheet.wait(120):
        raise SystemExit("no page within two minutes")
    taken = time.perf_counter() - began
    size = len(sheet.plates)
    sheet.close()
    return taken, size


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name, score in (("BWV 66.6", load(CHORALE)), (f"{BARS} bars", long_score())):
        cold, _ = first_page(score)
        runs = [first_page(score) for _ in range(options.repeats)]
        warm = statistics.median(taken for taken, _ in runs)
        notes = sum(len(voice.notes) for voice in score.voices)
        print(f"{name:>9}, {notes} notes: first page {warm:.3f} s, cold {cold:.3f} s, {runs[0][1] / 1000:.0f} kB saved")


if __name__ == "__main__":
    main()

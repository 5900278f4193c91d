"""The checker of part-writing on Bach: marks on his chorales, errors planted in them, speed, and his habits.

python tests/benchmarks/bench_check.py marks            marks a chorale by rule, with an interval
python tests/benchmarks/bench_check.py planted 504      how many of so many planted errors are found, by rule
python tests/benchmarks/bench_check.py speed            milliseconds for a chorale, and for one of 20 bars
python tests/benchmarks/bench_check.py habits           write musenb/analysis/check/bach.json

All four-part chorales of music21's corpus that are MusicXML, as `tests/score/chorales.csv` lists them.
"""

from __future__ import annotations

import csv
import json
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from musenb.analysis.bootstrap import interval  # noqa: E402
from musenb.analysis.check.checker import check  # noqa: E402
from musenb.analysis.check.rule_sets import SHIPPED, rule_set  # noqa: E402
from musenb.analysis.check.rules import RULES  # noqa: E402
from musenb.score.corpus import corpus_score  # noqa: E402
from musenb.score.note import Score  # noqa: E402
from tests.benchmarks.planting import VOICES, Piece, planted  # noqa: E402

LIST = ROOT / "tests" / "score" / "chorales.csv"
HABITS = ROOT / "musenb" / "analysis" / "check" / "bach.json"
EXAMPLES, SEED = 3, 18


def chorales() -> dict[str, Score]:
    """Return the chorales by their short names."""
    names = [row[0] for row in csv.reader(LIST.read_text(encoding="utf-8").splitlines())]
    return {Path(name).stem: corpus_score(name) for name in names}


def marks() -> None:
    """Print how many marks the sets make on Bach."""
    pieces = chorales()
    for name in SHIPPED:
        found = {piece: check(score, name) for piece, score in pieces.items()}
        counts = np.array([len(one) for one in found.values()], float)
        low, high = interval(lambda drawn: counts[drawn].mean(axis=1), len(counts), seed=SEED)  # noqa: B023
        print(f"{name}: {counts.mean():.2f} [{low:.2f}, {high:.2f}] marks a chorale of {len(pieces)}; "
              f"none in {np.mean(counts == 0):.2f} of them")
        total = Counter(mark.rule for one in found.values() for mark in one)
        for rule in rule_set(name).rules:
            print(f"    {RULES[rule].title:45} {total[rule]:5}  {total[rule] / len(pieces):.3f}")


def plant(count: int) -> None:
    """Print how many planted errors are found."""
    pieces = [Piece(score) for score in chorales().values()]
    rng = random.Random(SEED)
    found: dict[str, list[bool]] = defaultdict(list)
    for number in range(count):
        rule = [*RULES][number % len(RULES)]
        error = planted(pieces, rule, rng)
        if error is None:
            print(f"no place for {rule}", file=sys.stderr)
            continue
        names = {VOICES[voice] for voice in error.voices}
        hit = any(
            mark.rule == rule and mark.onset == error.onset and {*mark.voices} == names for mark in check(error.score)
        )
        found[rule].append(hit)
        if not hit:
            where = f"quarter {error.onset}, voices {sorted(error.voices)}, {error.change.note.spelling}"
            print(f"missed: {rule} in {error.score.source}, {where}", file=sys.stderr)
    for rule, hits in found.items():
        print(f"    {RULES[rule].title:45} {sum(hits):4} of {len(hits)}")
    every = [hit for hits in found.values() for hit in hits]
    print(f"found {sum(every)} of {len(every)}: {np.mean(every):.3f}")


def speed() -> None:
    """Print how long a check takes."""
    times, rates = [], []
    for score in list(chorales().values())[::9]:
        start = time.process_time()
        check(score)
        took = 1000 * (time.process_time() - start)
        times.append(took)
        rates.append(took / sum(1 for _ in score.bars()))
    print(f"{statistics.median(times):.0f} ms a chorale, median of {len(times)}, {max(times):.0f} at most; "
          f"{20 * statistics.median(rates):.0f} ms for 20 bars")


def habits() -> None:
    """Write how often Bach breaks each rule of each set."""
    pieces = chorales()
    sets: dict[str, Any] = {}
    for name in SHIPPED:
        places: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for piece, score in pieces.items():
            for mark in check(score, name):
                places[mark.rule].append((piece, mark.bar))
        sets[name] = {
            rule: {
                "marks": len(places[rule]),
                "chorales": len({piece for piece, _ in places[rule]}),
                "examples": list(dict(places[rule]).items())[:EXAMPLES],
            }
            for rule in rule_set(name).rules
        }
    whole = {"command": "python tests/benchmarks/bench_check.py habits", "chorales": len(pieces), "sets": sets}
    HABITS.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {HABITS.relative_to(ROOT)}")


def main() -> None:
    """Run what is asked for."""
    what = sys.argv[1] if len(sys.argv) > 1 else "marks"
    if what == "planted":
        plant(int(sys.argv[2]) if len(sys.argv) > 2 else 504)
    else:
        {"marks": marks, "speed": speed, "habits": habits}[what]()


if __name__ == "__main__":
    main()

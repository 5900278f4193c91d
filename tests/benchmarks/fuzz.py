"""Try every reader, the journal, checkpoints and answers with mutations of real inputs.

    python tests/benchmarks/fuzz.py [--minutes 5] [--seed 0] [--kinds midi,xml] [--keep FOLDER]

What may come back is success or one of musenb's own errors; anything else, more than 24 s or more than 1.5 GB is a
finding. The first input of each finding is made smaller and kept. The same seed tries the same inputs. What was read
is shown, and every fourth one is written as MIDI and MusicXML and read again, which must give the same notes.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from doors import find_this_module, outcome_of
from inputs import small_inputs
from mutations import WAYS, mutated

GOOD = ("opened", "noticed", "refused")
SHRINKING_TRIES = 400


def found_by(kind: str, answer: dict[str, Any]) -> tuple[str, str, str]:
    """Return what tells one finding from another."""
    return kind, answer["outcome"], answer["where"] or answer["told"][:60]


def shrunk(kind: str, data: bytes, finding: tuple[str, str, str], *, further: bool) -> bytes:
    """Return an input with the same finding and without what it does not need."""
    size, tries = max(1, len(data) // 2), 0
    while size >= 1 and tries < SHRINKING_TRIES:
        place = 0
        while place < len(data) and tries < SHRINKING_TRIES:
            less = data[:place] + data[place + size :]
            tries += 1
            if less and found_by(kind, outcome_of(kind, less, further=further)) == finding:
                data = less
            else:
                place += size
        size //= 2
    return data


class Tally:
    """What became of the inputs of each kind."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        self.seconds: dict[str, float] = defaultdict(float)
        self.megabytes: dict[str, float] = defaultdict(float)
        self.findings: dict[tuple[str, str, str], int] = {}

    def add(self, kind: str, answer: dict[str, Any]) -> bool:
        """Count an outcome; return whether it is a finding that is new."""
        self.outcomes[kind][answer["outcome"]] += 1
        self.seconds[kind] = max(self.seconds[kind], answer["seconds"])
        self.megabytes[kind] = max(self.megabytes[kind], answer["megabytes"])
        if answer["outcome"] in GOOD:
            return False
        finding = found_by(kind, answer)
        self.findings[finding] = self.findings.get(finding, 0) + 1
        return self.findings[finding] == 1

    def table(self) -> str:
        """Return all of it as Markdown."""
        lines = ["| kind | tried | opened | with notices | refused | anything else | slowest, s CPU | largest, MB |"]
        lines.append("|---|---|---|---|---|---|---|---|")
        for kind, counts in self.outcomes.items():
            told = [counts[name] for name in GOOD]
            cells = (kind, counts.total(), *told, counts.total() - sum(told))
            lines.append(f"| {' | '.join(map(str, cells))} | {self.seconds[kind]:.1f} | {self.megabytes[kind]:.0f} |")
        return "\n".join(lines)


def main() -> int:
    """Try inputs until the time is over; exit status 1 when there was a finding."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--kinds", default=",".join(WAYS))
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    find_this_module()
    inputs = small_inputs(random.Random(options.seed))
    tally, number, end = Tally(), 0, time.monotonic() + 60 * options.minutes
    while time.monotonic() < end:
        kind, further = kinds[number % len(kinds)], number // len(kinds) % 4 == 0
        rng = random.Random(f"{options.seed} {kind} {number}")
        data = mutated(kind, rng.choice(inputs[kind]), rng, inputs[kind])
        answer = outcome_of(kind, data, further=further)
        if tally.add(kind, answer):
            finding = found_by(kind, answer)
            print(f"{kind} {number}: {finding[1]}, {finding[2]}: {answer['told'][:200]}", flush=True)
            if options.keep:
                quick = answer["seconds"] < 2
                small = shrunk(kind, data, finding, further=further) if quick else data
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{kind}-{options.seed}-{number}").write_bytes(small)
        number += 1
    print(tally.table())
    for (kind, outcome, where), count in sorted(tally.findings.items()):
        print(f"{count:6} {kind}: {outcome}, {where}")
    return 1 if tally.findings else 0


if __name__ == "__main__":
    sys.exit(main())

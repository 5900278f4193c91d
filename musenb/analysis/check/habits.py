"""Habits: how often Bach's chorales break each rule, measured once and kept beside the rules.

`bach.json` is written by `python tests/benchmarks/bench_check.py habits`, over the four-part chorales of music21's
corpus. A habit belongs to a rule as one of the shipped sets asks it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Habit:
    """How often a rule is broken in Bach's chorales.

    Parameters
    ----------
    marks : int
        Places.
    pieces : int
        Chorales that have one.
    of : int
        Chorales that were checked.
    examples : tuple of (str, int)
        A few of those places: the corpus's name, and the bar.
    """

    marks: int
    pieces: int
    of: int
    examples: tuple[tuple[str, int], ...] = ()

    def __str__(self) -> str:
        if not self.marks:
            return f"Bach never does this in {self.of} chorales."
        name, bar = self.examples[0]
        times = "once" if self.marks == 1 else f"{self.marks} times"
        return f"Bach does this {times} in {self.of} chorales, as in {name}, bar {bar}."

    def record(self) -> dict[str, Any]:
        """Return the habit as JSON holds it."""
        return {
            "marks": self.marks, "pieces": self.pieces, "of": self.of, "examples": [list(one) for one in self.examples],
        }  # fmt: skip


@lru_cache(maxsize=1)
def _measured() -> dict[str, Any]:
    file = resources.files("musenb.analysis.check").joinpath("bach.json")
    return json.loads(file.read_text(encoding="utf-8"))


def habit_of(rule: str, base: str) -> Habit | None:
    """Return what Bach does with a rule as a shipped set asks it; None where that was not measured."""
    found = _measured()["sets"].get(base, {}).get(rule)
    if found is None:
        return None
    examples = tuple((name, bar) for name, bar in found["examples"])
    return Habit(found["marks"], found["chorales"], _measured()["chorales"], examples)

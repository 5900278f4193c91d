"""Marks of part-writing: what a check found, where, why, and what Bach did; as text, table, JSON and score."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from musenb.analysis.check.habits import Habit
from musenb.analysis.check.rule_sets import RuleSet
from musenb.analysis.check.rules import RULES
from musenb.analysis.table import pandas
from musenb.score.display import HOOKS, counted
from musenb.score.note import Score

SHOWN = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """One place where a rule is broken.

    Parameters
    ----------
    rule : str
        Its name in the rule set: 'parallel_fifths'.
    severity : {'error', 'warning', 'hint'}
    bar : int
        Printed number, 0 for an upbeat.
    beat : Fraction
        From 1, where it is heard.
    voices : tuple of str
        The voices in it, from the highest.
    notes : tuple of str
        The notes in it, 'v1n7' for note 7 of the score's second voice, as engraved scores have them.
    why : str
        One sentence for a student.
    onset : Fraction
        Quarters from the beginning at which it is heard.
    play : (Fraction, Fraction)
        Quarters between which it is to be played, what leads to it included.
    resume : Fraction
        Quarters up to which nothing is wrong: `score.cut(0, mark.resume)` is what a model goes on from, where it is
        above 0.
    bach : Habit or None
        How often Bach's chorales break the rule; None where it was not measured.
    """

    rule: str
    severity: str
    bar: int
    beat: Fraction
    voices: tuple[str, ...]
    notes: tuple[str, ...]
    why: str
    onset: Fraction
    play: tuple[Fraction, Fraction]
    resume: Fraction
    bach: Habit | None = None

    @property
    def title(self) -> str:
        """What the rule's breaking is called: 'parallel fifths'."""
        return RULES[self.rule].title

    @property
    def place(self) -> str:
        """Bar and beat in words: 'bar 3, beat 2.5'."""
        bar = f"bar {self.bar}" if self.bar else "upbeat"
        return f"{bar}, beat {float(round(self.beat, 2)):g}"

    def __str__(self) -> str:
        habit = f" {self.bach}" if self.bach else ""
        return f"{self.place}: {self.title} ({self.severity}): {self.why}{habit}"

    def record(self) -> dict[str, Any]:
        """Return the mark as JSON holds it; times are quarters, exact ones as 'p/q'."""
        return {
            "rule": self.rule, "title": self.title, "severity": self.severity, "bar": self.bar,
            "beat": _time(self.beat), "voices": list(self.voices), "notes": list(self.notes), "why": self.why,
            "onset": _time(self.onset), "play": [_time(time) for time in self.play], "resume": _time(self.resume),
            "bach": self.bach.record() if self.bach else None,
        }  # fmt: skip


@dataclass(frozen=True, repr=False)
class Checked:
    """What a check found in a score; iterate for its marks, in the order of time.

    Parameters
    ----------
    score : Score
        The score, with a name for every note.
    rules : RuleSet
    marks : tuple of Mark
    not_asked : tuple of str
        Rules of the set that need more voices than sing.
    """

    score: Score
    rules: RuleSet
    marks: tuple[Mark, ...]
    not_asked: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Mark]:
        return iter(self.marks)

    def __len__(self) -> int:
        return len(self.marks)

    def __bool__(self) -> bool:
        return True

    @property
    def counts(self) -> dict[str, int]:
        """How often each rule is broken, those that are not left out."""
        found = Counter(mark.rule for mark in self.marks)
        return {rule: found[rule] for rule in self.rules.rules if found[rule]}

    @property
    def notes(self) -> frozenset[str]:
        """The notes of all marks, as `Mark.notes` names them."""
        return frozenset(note for mark in self.marks for note in mark.notes)

    def records(self) -> list[dict[str, Any]]:
        """Return the marks as plain records; see `Mark`."""
        return [mark.record() for mark in self.marks]

    def to_json(self) -> str:
        """Return rule set, marks and what was not asked as one JSON object."""
        whole = {"rules": self.rules.name, "marks": self.records(), "not_asked": list(self.not_asked)}
        return json.dumps(whole, ensure_ascii=False)

    def table(self) -> Any:
        """Return the marks as a pandas DataFrame, a row a mark.

        Raises
        ------
        MusenbError
            pandas is not installed.
        """
        pd = pandas("records")
        rows = [
            {
                "bar": mark.bar, "beat": float(mark.beat), "rule": mark.title, "severity": mark.severity,
                "voices": ", ".join(mark.voices), "why": mark.why, "Bach": str(mark.bach or ""),
            }
            for mark in self.marks
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["bar", "beat", "rule", "severity", "voices", "why", "Bach"])

    def __repr__(self) -> str:
        title = f" in {self.score.title!r}" if self.score.title else ""
        lines = [f"<Checked by {self.rules.name!r}: {counted(len(self.marks), 'mark')}{title}"]
        lines += [f"  {mark.place}: {mark.title}, {' and '.join(mark.voices)}" for mark in self.marks[:SHOWN]]
        if len(self.marks) > SHOWN:
            lines.append(f"  and {len(self.marks) - SHOWN} more")
        return "\n".join(lines) + ">"

    def __str__(self) -> str:
        """Return a line a mark, and at the end how many there are."""
        lines = [str(mark) for mark in self.marks]
        total = f"{counted(len(self.marks), 'mark')} by the rules {self.rules.name!r}."
        if self.not_asked:
            asked = ", ".join(RULES[rule].title for rule in self.not_asked)
            total += f" Not asked, for it needs more voices: {asked}."
        return "\n".join([*lines, total])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return HOOKS.checked(self)


def _time(quarters: Fraction) -> int | str:
    return int(quarters) if quarters.denominator == 1 else str(quarters)

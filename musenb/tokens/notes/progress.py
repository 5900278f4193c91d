"""Progress of a piece that is written step by step: what stands, what sounds, and what must come.

What must come, the *due*, are the notes that the plan gives, in tied parts, and the rest of a written note that is
tied on. Notes have one order (see `steps`), so nothing may be written behind the first of them before it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from musenb.tokens.notes.fields import (
    FIRST_LINE,
    LENGTH,
    LONGEST,
    NO_PITCH,
    PITCH,
    SHIFT,
    SILENCE,
    TIED,
    VOICE,
)
from musenb.tokens.notes.plan import Plan

Step = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Due:
    """A note that must come: its onset, voice and pitch; its length, None where it is free; when it began."""

    onset: int
    voice: int
    pitch: int
    length: int | None
    begun: int

    @property
    def place(self) -> tuple[int, int, int, int]:
        """Where it stands in the order of notes."""
        return self.onset, self.voice, -self.pitch, self.begun


@dataclass(frozen=True, slots=True)
class Line:
    """A voice as far as it is written.

    Parameters
    ----------
    pitch, end : int
        Of the note that began last, NO_PITCH before any; `end` in ticks, of this step of it.
    until : int
        Tick up to which any of its notes sounds.
    given : int
        How many of its given notes are written.
    """

    pitch: int = NO_PITCH
    end: int = 0
    until: int = 0
    given: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """A piece between two steps.

    Parameters
    ----------
    count : int
        Steps written.
    now : int
        Tick of the last one, at which the next begins to count.
    last : tuple of int or None
        The last step.
    chord : int
        How many notes of the last one's voice begin with it, itself among them; 0 where it goes on from a note before.
    given : int
        How many parts of the plan are written.
    ties : tuple of Due
        Written notes that go on, in order.
    lines : tuple of Line
        A voice each.
    """

    lines: tuple[Line, ...]
    count: int = 0
    now: int = 0
    last: Step | None = None
    chord: int = 0
    given: int = 0
    ties: tuple[Due, ...] = field(default=())

    def due(self, plan: Plan) -> Due | None:
        """Return what must come first, or None."""
        kept = None
        if self.given < len(plan.parts):
            kept = Due(*plan.given_parts[self.given], -1)
        if not self.ties or (kept is not None and kept.place <= self.ties[0].place):
            return kept
        return self.ties[0]

    def onset(self, plan: Plan, shift: int) -> int:
        """Return the tick to which a shift leads."""
        return self.now + shift if shift < FIRST_LINE else plan.bars.line_after(self.now, shift - FIRST_LINE + 1)

    def after(self, plan: Plan, step: Step) -> tuple[Progress, bool]:
        """Return the progress behind a step, and whether that is one of the plan's."""
        onset = self.onset(plan, step[SHIFT])
        if step[VOICE] == SILENCE:
            return dataclasses.replace(self, count=self.count + 1, now=onset, last=step, chord=0), False
        due = self.due(plan)
        meets = due is not None and (due.onset, due.voice, due.pitch) == (onset, step[VOICE], step[PITCH])
        kept = meets and due is not None and due.begun < 0
        ties = self.ties[1:] if meets and not kept else self.ties
        if step[LENGTH] == TIED and not kept:
            begun = due.begun if meets and due is not None else onset
            rest = Due(onset + LONGEST, step[VOICE], step[PITCH], None, begun)
            ties = tuple(sorted((*ties, rest), key=lambda one: one.place))
        changed = Progress(
            self._with(plan, step, onset, kept=kept), self.count + 1, onset, step, self._chord(plan, step, meets, kept),
            self.given + kept, ties,
        )
        return changed, kept

    def _chord(self, plan: Plan, step: Step, meets: bool, kept: bool) -> int:
        """Return how many notes begin together in the voice of the last step, once a step is taken."""
        if (meets and not kept) or (kept and plan.goes_on[self.given]):
            return 0
        same = self.last is not None and step[SHIFT] == 0 and self.last[VOICE] == step[VOICE]
        return self.chord + 1 if same else 1

    def _with(self, plan: Plan, step: Step, onset: int, *, kept: bool) -> tuple[Line, ...]:
        voice = step[VOICE]
        line = self.lines[voice]
        end = onset + min(step[LENGTH], LONGEST)
        told = kept and bool(plan.given[voice, plan.bars.bar(onset)])
        lines = list(self.lines)
        lines[voice] = Line(step[PITCH], end, max(line.until, end), line.given + told)
        return tuple(lines)


def begun(plan: Plan) -> Progress:
    """Return the progress of a plan of which nothing is written."""
    return Progress(tuple(Line() for _ in plan.names))

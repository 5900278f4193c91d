"""Desk continuation commands: its settings, its seed, another way, from a note on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from musenb.errors import SettingError
from musenb.score.development.plan import DevelopmentPlan
from musenb.session import SEEDS
from musenb.studio.core import StudioCore
from musenb.studio.places import another_way
from musenb.studio.takes import Entry
from musenb.widgets.desk import Desk
from musenb.widgets.roll import Roll


class GoingOn:
    """How the desk's settings become a continuation.

    Parameters
    ----------
    core : StudioCore
    desk : Desk
    roll : Roll
        Where a note is selected to go on from.
    keep_edits : callable
        Called before anything is written.
    """

    def __init__(self, core: StudioCore, desk: Desk, roll: Roll, keep_edits: Callable[[], object]) -> None:
        self._core, self._desk, self._roll, self._keep_edits = core, desk, roll, keep_edits

    def go_on(
        self, *, bars: int | None = None, again: bool = False, start: Fraction | None = None, close: bool | None = None
    ) -> tuple[int, ...]:
        """Begin to write; see `Studio.go_on`."""
        self._keep_edits()
        core, desk = self._core, self._desk
        if close is None:
            close = closes(core.take(), again=again, asked=desk.closing)
        settings: dict[str, Any] = {
            "bars": bars or desk.bars,
            "temperature": desk.temperature,
            "top_p": desk.top_p,
            "guidance": min(desk.guidance, desk.most_guidance),
            "start": start,
            "close": close and not (desk.one_bar or bars == 1),
        }
        if again:
            settings |= another_way(core.tree, core.take(), core.locks)
        if again or not desk.seed_locked:
            desk.seed = secrets.randbelow(SEEDS)
        return core.continue_(**settings, seed=desk.seed, candidates=desk.candidates)

    def write_plan(self, plan: DevelopmentPlan, motif: int) -> tuple[int, ...]:
        """Develop a motif, by the number of its take, by a plan, with the desk's settings."""
        self._keep_edits()
        core, desk = self._core, self._desk
        if not desk.seed_locked:
            desk.seed = secrets.randbelow(SEEDS)
        return core.continue_(
            plan.bars, take=motif, plan=plan, seed=desk.seed, candidates=desk.candidates,
            temperature=desk.temperature, top_p=desk.top_p, close=desk.closing,
        )

    def write_anew(self, bar: int) -> tuple[int, ...]:
        """Write one bar of the selected take anew, and keep all others.

        Raises
        ------
        SettingError
            It has no such bar.
        """
        core = self._core
        numbers = [one.number for one in core.take().score.bars() if one.number]
        if bar not in numbers:
            raise SettingError(f"cannot write bar {bar} anew: the take has bars 1 to {max(numbers, default=0)}")
        before = core.locks
        core.lock(voices=before.voices, bars=[number for number in numbers if number != bar])
        try:
            return self.go_on(again=True)
        finally:
            core.lock(voices=before.voices, bars=before.bars)

    def from_notes(self, ids: Sequence[str]) -> tuple[int, ...]:
        """Keep what stands up to the end of the last of some notes, and go on; see `Studio.go_on_from`."""
        notes = self._roll.notes_of(ids)
        if not notes:
            raise SettingError("select a note first, in the score or on the roll: what follows it is written anew")
        end = max(note.end for note in notes)
        return self.go_on(bars=1 if self._desk.one_bar else None, start=end)


def closes(take: Entry, *, again: bool, asked: bool) -> bool:
    """Return whether the last bar ends the piece: as the desk asks; another way ends as the first way did."""
    if again and take.recipe is not None:
        return take.recipe.close is not False
    return asked

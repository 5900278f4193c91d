"""Candidate take widget: one of several takes side by side, to be played and chosen."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar

import traitlets

from musenb.score.note import Score
from musenb.widgets.notes import NoteView
from musenb.widgets.sound import Sounding

# Quarters before the place where the model began that are shown, so that one sees what it goes on from.
LEAD = 4


class Choice(Sounding, NoteView, bundle="choice"):
    """A take among others that began at the same place.

    It has a clock of its own, for its notes are others than its neighbours': on a page one clock plays at a time, so
    that one hears one take after another.

    Parameters
    ----------
    score : Score or None
        What is there already.
    chosen : callable or None
        Called when somebody wants to go on from it, in any thread; must return soon.
    voted : callable or None
        Called with 1 or -1 when a hand is raised for it or taken back, as `chosen` is.
    **settings
        `number`, `name`, `votes`, `seed`, `writing`, `current`; `begins`: quarters at which the model began to write;
        `shown_from` and `shown_to` in quarters.
    """

    number = traitlets.Int(1, min=1, help="its place among the others").tag(sync=True)
    votes = traitlets.Int(0, min=0, help="raised hands").tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    seed = traitlets.Int(0, min=0).tag(sync=True)
    writing = traitlets.Bool(False).tag(sync=True)
    current = traitlets.Bool(False, help="the take that is gone on from").tag(sync=True)
    begins = traitlets.Float(0, min=0).tag(sync=True)
    shown_from = traitlets.Float(0, min=0).tag(sync=True)
    shown_to = traitlets.Float(16, min=0).tag(sync=True)

    _MINE: ClassVar = NoteView._MINE | {"engine"}

    def __init__(
        self,
        score: Score | None = None,
        *,
        chosen: Callable[[], object] | None = None,
        voted: Callable[[int], object] | None = None,
        **settings: Any,
    ) -> None:
        self._chosen, self._voted = chosen, voted
        super().__init__(score, **settings)

    def begin(
        self,
        score: Score,
        *,
        name: str,
        seed: int,
        begins: Fraction,
        ends: Fraction,
    ) -> None:
        """Show a take that is about to be written from `begins` to `ends`, in quarters."""
        with self.hold_sync():
            self.name, self.seed, self.writing, self.current = name, seed, True, False
            self.votes = 0
            self.begins = float(begins)
            self.shown_from = float(max(0, begins - LEAD))
            self.shown_to = float(ends)
        self.show_score(score)

    def on_message(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """Tell that somebody wants to go on from it, or raises a hand for it."""
        kind = message["kind"]
        if kind == "vote":
            if self._voted is not None:
                self._voted(-1 if message["by"] == -1 else 1)
        elif kind != "choose":
            super().on_message(message, buffers)
        elif self._chosen is not None:
            self._chosen()

    def describe(self) -> str:
        """Return which take it is, its seed and its notes."""
        state = ", being written" if self.writing else ", the current one" if self.current else ""
        return f"{self.name or 'Take'}, seed {self.seed}{state}: {super().describe()}"

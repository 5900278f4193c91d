"""Shared clock widget: one playhead, selection, loop and tempo for any number of views.

Views that are given the same clock move together in the page, without a word to the kernel, in an exported page too.
Python hears of the playhead while it stands still and of the selection, and can move both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import traitlets

from musenb.errors import SettingError
from musenb.score.note import Score
from musenb.widgets.base import MusenbWidget
from musenb.widgets.wire.notes import TempoRow
from musenb.widgets.wire.units import Quarters

SLOWEST, FASTEST = 0.1, 4.0


class Clock(MusenbWidget, bundle="clock"):
    """A shared playhead; shown by itself it tells the position.

    Parameters
    ----------
    score : Score or None
        The piece whose tempos and end it goes by; the views of notes bring theirs as well.
    **settings
        `factor` (0.1..4 times the written tempo), `loop` (start, end in quarters, or None).
    """

    playhead = traitlets.Float(0.0, min=0, help="quarters; kept up to date while it stands still").tag(
        sync=True, echo_update=False
    )
    playing = traitlets.Bool(False).tag(sync=True, echo_update=False)
    factor = traitlets.Float(1.0, min=SLOWEST, max=FASTEST, help="times the written tempo").tag(
        sync=True, echo_update=False
    )
    loop = traitlets.List(
        traitlets.Float(min=0), allow_none=True, default_value=None, help="start and end in quarters"
    ).tag(sync=True, echo_update=False)
    selection = traitlets.List(traitlets.Unicode(), help="ids of notes, sorted").tag(sync=True, echo_update=False)
    tempos = traitlets.List(help="rows of onset and quarters a minute").tag(sync=True)
    end = traitlets.Float(0.0, min=0, help="quarters").tag(sync=True)

    _MINE = MusenbWidget._MINE | {"playhead", "playing", "selection", "tempos", "end"}

    def __init__(self, score: Score | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        if score is not None:
            self.take(score)

    @traitlets.validate("loop")
    def _check_loop(self, proposal: Any) -> list[float] | None:
        loop = proposal["value"]
        if loop is not None and (len(loop) != 2 or not 0 <= loop[0] < loop[1]):
            raise traitlets.TraitError(f"loop {loop!r} is not a start and a later end in quarters")
        return loop

    def take(self, score: Score) -> None:
        """Go by the tempos and the end of a score."""
        with self.hold_sync():
            self.tempos = [TempoRow(Quarters(float(tempo.onset)), tempo.qpm) for tempo in score.tempos]
            self.end = float(score.end)
            self.refresh_description()

    def seek(self, quarter: Fraction | float) -> None:
        """Move the playhead to a quarter, >= 0."""
        if not quarter >= 0:
            raise SettingError(f"cannot seek to quarter {quarter}: it is below 0")
        self.playhead = float(quarter)
        self.send({"kind": "seek", "playhead": float(quarter)})

    def select(self, ids: Iterable[str]) -> None:
        """Select the notes with these ids and no others."""
        self.selection = sorted(set(ids))
        self.send({"kind": "select", "ids": self.selection})

    def play(self) -> None:
        """Start; a browser that wants a click first shows the views moving and says so."""
        self.send({"kind": "play", "playing": True})

    def pause(self) -> None:
        """Stop where the playhead is."""
        self.send({"kind": "play", "playing": False})

    def on_selection(self, function: Callable[[list[str]], object]) -> Callable[[], None]:
        """Call with the ids of the selected notes when they change; return a function that ends it.

        What `function` raises is shown in the cell.
        """
        observer = self.guarded(lambda change: function(change["new"]))
        self.observe(observer, "selection")
        return lambda: self.unobserve(observer, "selection")

    def describe(self) -> str:
        """Return how long the piece is."""
        return f"Clock of {self.end:g} quarters."

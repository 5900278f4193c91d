"""Model comparison panel: surprise curves, continuations, a table, and the attention of both."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import ipywidgets

from musenb.questions.against import Compared
from musenb.questions.against_attention import AttentionPair
from musenb.questions.telling import difference_words
from musenb.widgets.base import MusenbWidget
from musenb.widgets.curve import Curve
from musenb.widgets.kept import Panelled, show_kept
from musenb.widgets.sheet import Sheet
from musenb.widgets.sound import Sound
from musenb.widgets.versions import Versions
from musenb.widgets.worker import Worker, mime_bundle


class Against(Panelled, Compared):
    """Two models that were asked about one piece; a notebook shows them as a panel.

    Made by `compare_models`, or `Questions.against`.
    """

    def attention(self, clock: MusenbWidget | None = None) -> AttentionPair:
        """Return where both looked, as two attention views side by side on one clock, a view's or their own."""
        return AttentionPair(self, clock)

    @cached_property
    def panel(self) -> AgainstPanel:
        """The panel that a notebook shows."""
        return AgainstPanel(self)

    def __repr__(self) -> str:
        return f"<musenb {self.names[0]} against {self.names[1]} on {len(self.one.notes)} notes>"

    def _ipython_display_(self) -> None:
        self.panel._ipython_display_()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self.panel._repr_mimebundle_(**kwargs)


class AgainstPanel(Panelled):
    """What `musenb.ask(...).against(...)` shows in a notebook.

    Parameters
    ----------
    against : Compared

    Attributes
    ----------
    sound, sheet, curve, versions : views
        All on one clock; the two continuations play on clocks of their own.
    attention : AttentionPair or None
        On the same clock, once the rest is answered.
    panel : ipywidgets.VBox
    """

    def __init__(self, against: Compared) -> None:
        self.against = against
        score, names = against.one.piece.score, against.names
        self.versions = Versions(names=list(names), heading=f"{names[0]} against {names[1]}")
        self.sound = Sound(score, clock=self.versions)
        self.sheet = Sheet(score, clock=self.versions, staves="two", zoom=0.85)
        self.curve = Curve(score, clock=self.versions, height=130)
        self.panel = ipywidgets.VBox(
            [
                self.sound,
                self.sheet,
                self.curve,
                self.versions,
            ], layout=ipywidgets.Layout(width="100%")
        )
        self.attention: AttentionPair | None = None
        self._worker = Worker(self.versions)
        self._worker.do(self._answer)
        self._worker.do(self._look)

    def _answer(self) -> None:
        against, names = self.against, self.against.names
        places = against.one.notes
        lines = {}
        for name, found in zip(names, against.surprise(), strict=True):
            by_note = zip(places, found.bits, strict=True)
            lines[name] = {place.id: float(bits) for place, bits in by_note}
        self.curve.show(lines)
        first, second, difference = against.continuations()
        parted = difference_words(difference, first.score)
        seed = f"Both go on from the prime with seed {first.seed}. {parted}"
        words = [*against.words(), seed]
        self.versions.show(
            first.score,
            second.score,
            words=words,
            rows=against.rows(),
        )

    def _look(self) -> None:
        self.attention = AttentionPair(self.against, self.versions)
        self.panel.children = (*self.panel.children, self.attention.panel)

    def settle(self, timeout: float = 60.0) -> None:
        """Wait until all is shown; see `Worker.settle`."""
        self._worker.settle(timeout)

    def _ipython_display_(self) -> None:
        """Show the panel and, behind it, the picture that a notebook keeps."""
        show_kept(self, self.panel, self.sheet)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show the panel; where widgets do not run, the score."""
        return mime_bundle(self.panel, self.sheet, repr(self.against), **kwargs)

    def close(self) -> None:
        """End the views and the thread."""
        self._worker.close()
        if self.attention is not None:
            self.attention.close()
        for view in (self.sound, self.sheet, self.curve, self.versions):
            view.close()
        self.panel.layout.close()
        self.panel.close()

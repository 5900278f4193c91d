"""Attention comparison of two models: a view of each, side by side on one clock."""

from __future__ import annotations

from typing import Any

import ipywidgets

from musenb.questions.against import Compared
from musenb.questions.answers import Answers
from musenb.widgets.attention import Attention
from musenb.widgets.base import MusenbWidget
from musenb.widgets.kept import Panelled, show_kept

# One below the other where the output is narrow.
COLUMNS = "repeat(auto-fit, minmax(min(100%, 480px), 1fr))"
# What both views show alike; heads are chosen in each by itself, for those of two models have nothing in common.
ALIKE = ("level", "order", "top_k", "threshold")


class AttentionPair(Panelled):
    """What `Against.attention` shows in a notebook: a note that is selected is selected in both.

    Each draws its own arcs and no other view does: in a score nobody could tell whose they are.

    Parameters
    ----------
    against : Compared
    clock : a view, or None
        Whose clock both follow; None: one of their own.

    Attributes
    ----------
    views : tuple of two Attention
    panel : ipywidgets.GridBox
    """

    def __init__(self, against: Compared, clock: MusenbWidget | None = None) -> None:
        first = _view(against.one, clock)
        self.views = first, _view(against.other, clock or first)
        for name in ALIKE:
            for one, other in (self.views, self.views[::-1]):
                one.observe(lambda change, other=other: setattr(other, change["name"], change["new"]), name)
        columns = [
            _column(name, view)
            for name, view in zip(against.names, self.views, strict=True)
        ]
        layout = ipywidgets.Layout(width="100%", grid_template_columns=COLUMNS, grid_gap="6px 16px")
        self.panel = ipywidgets.GridBox(columns, layout=layout)

    def _ipython_display_(self) -> None:
        """Show both and, behind them, the words that a notebook keeps."""
        show_kept(self, self.panel, None)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show both; where widgets do not run, what they say."""
        shown = self.panel._repr_mimebundle_(**kwargs)
        data, metadata = shown if isinstance(shown, tuple) else (shown or {}, {})
        return data | {"text/plain": repr(self)}, metadata

    def __repr__(self) -> str:
        return "\n".join(f"{column.children[0].value}: {column.children[1]!r}" for column in self.panel.children)

    def close(self) -> None:
        """End the views."""
        for column in self.panel.children:
            title, view = column.children
            for part in (title.style, title.layout, title, view, column.layout, column):
                part.close()
        self.panel.layout.close()
        self.panel.close()


def _view(asked: Answers, clock: MusenbWidget | None) -> Attention:
    return Attention(
        asked.piece.score,
        asked.record(),
        clock=clock,
        query="first",
        shared_arcs=False,
    )


def _column(name: str, view: Attention) -> ipywidgets.VBox:
    title = ipywidgets.Label(
        name,
        layout=ipywidgets.Layout(width="100%"),
        style={"font_weight": "600"},
    )
    return ipywidgets.VBox([title, view], layout=ipywidgets.Layout(min_width="0"))

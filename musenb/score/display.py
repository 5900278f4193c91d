"""Notebook display hooks: one line as a score's `repr`, a listing as its text, a picture with sound, figures.

Drawing needs folders that stand above this one and import it. So this module imports none of them: the package's
`__init__` fills in the functions that draw, each of which loads what it needs when it is first called.
"""

from __future__ import annotations

# Checkers take this name for true; `import musenb` loads this module, and typing costs more than all else in it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from musenb.score.note import Score

LONGEST_TITLE = 60


class Hooks:
    """The functions that draw, filled in by the package's `__init__`.

    Attributes
    ----------
    text : function of a score that returns str
        Lines for a terminal.
    bundle : function of a score that returns dict of str to str
        What a notebook shows, by MIME type.
    checked : function of a check's marks that returns dict of str to str
        As `bundle`, of the score with the marked notes; see `musenb.analysis.check.marks`.
    figure : function of charts and of whether the page is dark that returns a plotly Figure
        See `musenb.analysis.chart`.
    """

    text: Callable[[Score], str]
    bundle: Callable[[Score], dict[str, str]]
    checked: Callable[[Any], dict[str, str]]
    figure: Callable[[list[Any], bool], Any]


HOOKS = Hooks()


class Displayed:
    """Base of what a terminal and a notebook show as music."""

    __slots__ = ()

    def __repr__(self: Any) -> str:
        return f"<Score {summary(self)}>"

    def __str__(self: Any) -> str:
        return HOOKS.text(self)

    def _repr_mimebundle_(
        self: Any,
        include: object = None,
        exclude: object = None,
    ) -> dict[str, str]:
        return HOOKS.bundle(self)


def summary(score: Score) -> str:
    """Return a score in one line, such as "'Old Hundredth': 4 voices, 13 notes, 4 bars of 4/4"."""
    notes = sum(len(voice.notes) for voice in score.voices)
    bars = [bar for bar in score.bars() if bar.number]
    metre = score.metres[0]
    counts = [
        counted(len(score.voices), "voice"),
        counted(notes, "note"),
        f"{counted(len(bars), 'bar')} of {metre}",
    ]
    if score.notices:
        counts.append(counted(len(score.notices), "notice"))
    title = score.title if len(score.title) <= LONGEST_TITLE else f"{score.title[: LONGEST_TITLE - 1]}…"
    return f"{title!r}: {', '.join(counts)}" if title else ", ".join(counts)


def counted(number: int, name: str) -> str:
    """Return '1 voice', '4 voices'."""
    return f"{number} {name}" if number == 1 else f"{number} {name}s"

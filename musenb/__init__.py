"""Hand a motif to a Transformer, then see, hear and question what it does with it, in a notebook.

    >>> import musenb
    >>> take = musenb.develop(musenb.motif("C4 D4 E4 G4"), bars=4, seed=7)
    >>> take.save("continued.musicxml")

Names are loaded when they are first used: `import musenb` alone loads neither torch nor music21.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from musenb.score import display as _display

if TYPE_CHECKING:
    from musenb.score.note import Score

_PLACES = {
    "load": "musenb.score.load",
    "motif": "musenb.score.from_text",
    "develop": "musenb.session",
    "stream": "musenb.session",
    "open_model": "musenb.session",
    "save": "musenb.session",
    "Studio": "musenb.studio.panel",
    "recover": "musenb.studio.recovery",
    "ask": "musenb.questions.ask",
    "Question": "musenb.lessons.question",
    "Score": "musenb.score.note",
    "Note": "musenb.score.note",
    "MusenbError": "musenb.errors",
}
# What IPython looks for at %load_ext and %unload_ext musenb.
_HOOKS = {"load_ipython_extension": "musenb.studio.magic", "unload_ipython_extension": "musenb.studio.magic"}
_NAMES_THERE = {"motif": "score_from_text", "ask": "questions"}



def _listing(score: Score) -> str:
    """Return a score as a table for the terminal."""
    return importlib.import_module("musenb.export.listing").listing(score)


def _mime_bundle(score: Score) -> dict[str, str]:
    """Return what IPython shows for a score: engraved, with a player, in a notebook."""
    return importlib.import_module("musenb.widgets.show").display_bundle(score)


def _figure(charts: list[Any], dark: bool) -> Any:
    """Return charts as a plotly Figure."""
    return importlib.import_module("musenb.widgets.plots").figure(charts, dark)


# Values and results may not import what draws them: here, above all folders, the two are brought together.
_display.HOOKS.text, _display.HOOKS.bundle, _display.HOOKS.figure = _listing, _mime_bundle, _figure

__version__ = "0.1.0"
__all__ = [*_PLACES]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    place = _PLACES.get(name) or _HOOKS.get(name)
    if place is None:
        raise AttributeError(f"module 'musenb' has no attribute {name!r}")
    value = getattr(importlib.import_module(place), _NAMES_THERE.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])

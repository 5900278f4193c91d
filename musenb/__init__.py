"""Hand a motif to a Transformer, then see, hear and question what it does with it, in a notebook.

    >>> import musenb
    >>> take = musenb.develop(musenb.motif("C5 D5 E5 G5"), bars=4, seed=18)
    >>> take.save("continued.musicxml")

Names are loaded when they are first used: `import musenb` alone loads neither torch nor music21.
"""

from __future__ import annotations

import importlib

import lazy_loader as _lazy

from musenb.errors import MissingExtraError
from musenb.score import display as _display

# Checkers take this name for true; importing it from typing costs more than all else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from musenb.score.note import Score

# The stub beside this module is the only list of the public names and of where each lives.
_load, _names, __all__ = _lazy.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    try:
        return _load(name)
    except ModuleNotFoundError as error:
        if (error.name or "musenb").startswith("musenb"):
            raise
        raise MissingExtraError(
            f"musenb.{name} needs {error.name}: python -m pip install 'musenb[lab]'", name=error.name
        ) from error


def __dir__() -> list[str]:
    return sorted([*globals(), *_names()])


def load_ipython_extension(shell: Any) -> None:
    """Add `%%motif` to a running IPython, at `%load_ext musenb`."""
    importlib.import_module("musenb.studio.magic").load_ipython_extension(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Take `%%motif` away again."""
    importlib.import_module("musenb.studio.magic").unload_ipython_extension(shell)


def _listing(score: Score) -> str:
    """Return a score as a table for the terminal."""
    return importlib.import_module("musenb.export.listing").listing(score)


def _mime_bundle(score: Score) -> dict[str, str]:
    """Return what IPython shows for a score: engraved, with a player, in a notebook."""
    return importlib.import_module("musenb.widgets.show").display_bundle(score)


def _checked_bundle(checked: Any) -> dict[str, str]:
    """Return what IPython shows for a check: the score with its marked notes, and the marks."""
    return importlib.import_module("musenb.widgets.show_check").checked_bundle(checked)


def _figure(charts: list[Any], dark: bool) -> Any:
    """Return charts as a plotly Figure."""
    return importlib.import_module("musenb.widgets.plots").figure(charts, dark)


# Values and results may not import what draws them: here, above all folders, the two are brought together.
_display.HOOKS.text, _display.HOOKS.bundle, _display.HOOKS.figure = _listing, _mime_bundle, _figure
_display.HOOKS.checked = _checked_bundle

__version__ = "0.1.0"

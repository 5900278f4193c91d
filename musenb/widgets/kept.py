"""Kept picture of a view: what a saved notebook shows where no kernel holds the view any longer.

JupyterLab shows one form of an output, the richest, and says "model not found" where that is a view whose kernel has
gone. So a view is shown as two outputs: the view alone and, directly behind it, its picture and its words as HTML.
That HTML brings a style: it hides the picture while the output before it holds a live view, and hides what stands in
that output's place while it holds none. Where a style is taken out, in a notebook that is not trusted, there are no
live views either. The picture is shown anew when the view has changed, so that the notebook keeps how it was left.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ipywidgets

    from musenb.widgets.base import MusenbWidget

VIEW = "application/vnd.jupyter.widget-view+json"
AGAIN = "Kept with the notebook: run the cell again to work with it."
IN_MARIMO = (
    "marimo shows a panel of several views as a picture. `musenb demo` opens JupyterLab, where it is live; "
    "a single view, such as a score or a roll, is live here too, as the last value of its cell."
)
MARK = "musenb-kept"
# Seconds without a change before the picture is drawn anew: music that is just being written changes all the time.
QUIET = 3.0

# JupyterLab, Notebook and Voila put an output into the first of these, VS Code into the second. A live view is up
# within the two seconds; until then its picture would only push the page about.
_OUTPUT = ":is(.jp-OutputArea-child, .output_container)"
_STYLE = f"""<style>
{_OUTPUT}:has(section.musenb) + {_OUTPUT}:has(.{MARK}) {{display: none}}
.jp-OutputArea-child:has(+ .jp-OutputArea-child .{MARK}):not(:has(.jp-OutputArea-output > *)) {{display: none}}
.{MARK} {{margin: 0; max-width: 900px; animation: {MARK} 2s step-end}}
.{MARK} figcaption {{margin-top: 0.5em; white-space: pre-line}}
@keyframes {MARK} {{from {{max-height: 0; overflow: hidden; visibility: hidden}}}}
</style>"""


def show_kept(
    owner: Any,
    live: ipywidgets.Widget,
    stand_in: MusenbWidget | None,
    *,
    words: Callable[[], str] | None = None,
    again: str = AGAIN,
) -> None:
    """Show a view in a notebook, with the picture behind it that the notebook keeps.

    Parameters
    ----------
    owner : object with `_repr_mimebundle_`
        What is shown; its bundle has the picture.
    live : ipywidgets.Widget
        What the page makes live of it.
    stand_in : MusenbWidget or None
        The view whose picture is kept; when its description changes, the picture is drawn anew.
    words : callable, optional
        Returns what stands below the picture; the `repr` of the owner by default.
    again : str
        What to do where there is only the picture.
    """
    from IPython.display import publish_display_data

    if live.comm is None:  # closed: there is nothing behind it but its words
        publish_display_data({"text/plain": repr(owner)})
        return
    shown = {"version_major": 2, "version_minor": 0, "model_id": live.model_id}
    publish_display_data({VIEW: shown})
    name = f"{MARK}-{live.model_id}"

    def draw(*, update: bool = True) -> None:
        told = _words(repr(owner)) if words is None else words()
        publish_display_data(_bundle(owner, told, again), transient={"display_id": name}, update=update)

    draw(update=False)
    if stand_in is not None:
        stand_in.keep_picture(name, draw)


def is_kept(data: dict[str, Any]) -> bool:
    """Return whether an output is the kept picture of the one before it."""
    return MARK in str(data.get("text/html", ""))


class Panelled:
    """Base of what is shown as a panel of several views: marimo, which shows no panels, says so in words."""

    def _mime_(self) -> tuple[str, str]:
        data = _data(self)
        return "text/html", kept_html(data, _words(data["text/plain"]), IN_MARIMO)


class Keeping:
    """Draws a kept picture anew when nothing has changed for a while.

    Parameters
    ----------
    draw : callable
    quiet : float, optional
        Seconds; `QUIET` by default.
    """

    def __init__(self, draw: Callable[[], object], quiet: float | None = None) -> None:
        self._draw, self._quiet = draw, QUIET if quiet is None else quiet
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._ended = False

    def changed(self, _: object = None) -> None:
        """Draw the picture when all has been quiet."""
        with self._lock:
            if self._ended:
                return
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(self._quiet, self._draw)
            self._timer.name = f"{MARK}-timer"
            self._timer.daemon = True
            self._timer.start()

    def end(self) -> None:
        """Draw nothing any more."""
        with self._lock:
            self._ended = True
            if self._timer is not None:
                self._timer.cancel()


def _bundle(owner: Any, words: str, again: str) -> dict[str, Any]:
    """Return what is kept of a view: HTML, a PNG where there is one, and text."""
    data = _data(owner)
    kept = {kind: data[kind] for kind in ("image/png", "text/plain") if kind in data}
    return kept | {"text/html": kept_html(data, words, again)}


def _data(owner: Any) -> dict[str, Any]:
    """Return the MIME bundle of what is shown, without its metadata."""
    shown = owner._repr_mimebundle_()
    return shown[0] if isinstance(shown, tuple) else shown


def _words(text: str) -> str:
    """Return a `repr` as words."""
    return text.removeprefix("<musenb ").removesuffix(">")


def kept_html(data: dict[str, Any], words: str, again: str = AGAIN) -> str:
    """Return the picture of a MIME bundle with words and what to do below it.

    Drawings become pictures: a notebook that is not trusted loses SVG and keeps those.
    """
    image = ""
    if source := _source(data):
        first = escape(words.splitlines()[0])
        image = f'<img alt="{first}" style="max-width: 100%" src="{source}">'
    caption = f"<figcaption>{escape(words)}\n<em>{escape(again)}</em></figcaption>"
    return f'{_STYLE}<figure class="{MARK}" style="margin: 0">{image}{caption}</figure>'


def _source(data: dict[str, Any]) -> str:
    """Return the picture of a MIME bundle as an address that carries it, or ''."""
    if "image/svg+xml" in data:
        drawing = base64.b64encode(data["image/svg+xml"].encode("utf-8")).decode("ascii")
        return f"data:image/svg+xml;base64,{drawing}"
    return f"data:image/png;base64,{data['image/png']}" if "image/png" in data else ""

"""Notebook page export: a notebook run once, as one HTML page without kernel and network."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from musenb.export.to_page import PagePart, document_bytes, place_of
from musenb.files.folders import JOURNAL_VARIABLE as JOURNAL
from musenb.lessons.prose import prose_html
from musenb.lessons.question import Question
from musenb.lessons.record import VARIABLE as ANSWERS
from musenb.lessons.running import VIEW, Cell, Runner, read_notebook
from musenb.score.plain import plain_text
from musenb.widgets.attention import Attention
from musenb.widgets.base import MusenbWidget
from musenb.widgets.desk import Desk, Hands
from musenb.widgets.kept import is_kept
from musenb.widgets.keyboard import Keyboard
from musenb.widgets.sound import shared_engine

_STYLE = """
:root { --faint: color-mix(in srgb, CanvasText 65%, Canvas); --ground: color-mix(in srgb, CanvasText 6%, Canvas); }
main { max-width: 960px; margin: 0 auto; }
pre { overflow-x: auto; padding: .5rem .8rem; background: var(--ground); border-radius: 4px; }
pre, code { font: 13px/1.45 ui-monospace, monospace; }
.output pre { background: none; padding: 0 .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin: .5rem 0; }
summary { cursor: pointer; color: var(--faint); }
.later { border-left: 3px solid var(--faint); padding-left: .8rem; }
table { border-collapse: collapse; }
td, th { padding: 2px 10px; border-bottom: 1px solid var(--ground); text-align: left; }
img { max-width: 100%; height: auto; }
.formula.block { display: block; margin: .6rem auto; object-fit: contain; }
.note { color: var(--faint); border-left: 3px solid; padding-left: .6rem; }
@media (prefers-color-scheme: dark) {
  .formula, .output > svg, .musenb-show img { filter: invert(.93) hue-rotate(180deg); }
}
"""
_NOTE = (
    "This page was made from a notebook that has been run. Where the text asks you to run a cell, what it gave stands"
    " below it. Everything here can be played and looked at; nothing new is computed, and answers are not written down."
)
_NEEDS_KERNEL = "Here stands a control that works in the notebook alone."
_STUDIO = (
    "In the notebook a studio stands here, in which the model writes. On this page it holds {takes}. Choose a take to"
    " see and hear it."
)
_TAKES = "the takes that were written when the page was made"
_RECORDED = "the motif, and two ways in which the model went on when the page was made"
_WITHOUT_KERNEL: dict[type, str] = {
    Keyboard: "The keys sound. What is played on them is recorded in the notebook alone.",
    Attention: "This page holds the weights of every head. Relative logits, other orders and single tokens are shown in"
    " the notebook alone.",
}
# Below these words a solution stands in a lesson, so that it shows nothing before it is wanted.
_CAPTURED = re.compile(r"%%capture\n(?:# To see the solution[^\n]*\n)?")


def page_of_notebook(
    path: Path,
    *,
    title: str = "",
    on_progress: Callable[[int, int], object] = lambda done, total: None,
) -> bytes:
    """Run a notebook in a folder that is thrown away, and return it as a page.

    What follows a question is folded up to the next heading or question: answer first, then look. A folded cell that
    begins with `%%capture` is a solution: it is run without that line, and stands folded with what it shows. A studio
    that holds nothing but its motif goes on twice, with its own settings.

    Parameters
    ----------
    path : Path
        An .ipynb file. It runs as a notebook does: with all that its code may do.
    title : str
        Its first heading by default.
    on_progress : callable
        Called with the number of cells that are done and of all.

    Raises
    ------
    LoadError
        It is no notebook, or a cell raises.
    """
    cells = read_notebook(path)
    prose = (cell.source for cell in cells if cell.kind == "markdown")
    headings = (re.search(r"^# +(.+)$", source, re.MULTILINE) for source in prose)
    found = next(filter(None, headings), None)
    heading = title or (plain_text(found[1]) if found else path.stem)
    with _elsewhere(), Runner() as runner:
        for number, cell in enumerate(cells, start=1):
            if cell.kind == "code":
                _open_solution(cell)
                runner.run(cell)
            on_progress(number, len(cells))
        views = _Views()
        body = _body_html(cells, views, path.parent)
        parts = [*views.parts.values()]
        if any("engine" in part.state for part in parts):
            parts.append(shared_engine().page_part(shown=False))
        return document_bytes(f'<p class="note">{_NOTE}</p>\n{body}', parts, title=heading, style=_STYLE)


def _open_solution(cell: Cell) -> None:
    """Have a solution show what it shows, folded."""
    found = _CAPTURED.match(cell.source)
    if found is not None and cell.hidden:
        cell.source, cell.folded = cell.source[found.end() :], True


@contextlib.contextmanager
def _elsewhere() -> Iterator[None]:
    """Work in a folder of its own, with answers and journals in it."""
    before = os.getcwd()
    named = {name: os.environ.get(name) for name in (ANSWERS, JOURNAL)}
    with tempfile.TemporaryDirectory(prefix="musenb-page-") as folder:
        os.environ.update({ANSWERS: f"{folder}/answers", JOURNAL: f"{folder}/journal"})
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)
            for name, value in named.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


class _Views:
    """The views of a page, each once."""

    def __init__(self) -> None:
        self.parts: dict[str, PagePart] = {}
        self.questions = 0
        self._takes = False

    def html(self, model_id: str) -> str:
        """Return the places of a view, or of those in a box."""
        import ipywidgets

        shown = ipywidgets.widgets.widget._instances.get(model_id)
        if isinstance(shown, ipywidgets.DOMWidget) and shown.layout.display == "none":
            return ""
        if isinstance(shown, ipywidgets.Box):
            desk = next((child for child in shown.children if isinstance(child, Desk)), None)
            if desk is not None and desk.hands is not None and desk.takes and not self._takes:
                return self._studio_html(desk.hands)
            return "\n".join(self.html(child.model_id) for child in shown.children)
        if isinstance(shown, ipywidgets.HTML):
            return str(shown.value)
        if not isinstance(shown, MusenbWidget):
            return f'<p class="note">{_NEEDS_KERNEL}</p>'
        if isinstance(shown, Desk):
            shown.read_only = True
        self.questions += isinstance(shown, Question)
        if model_id in self.parts:
            return '<p class="note">The same view stands further up.</p>'
        self.parts[model_id] = part = shown.page_part()
        words = next((words for kind, words in _WITHOUT_KERNEL.items() if isinstance(shown, kind)), "")
        return place_of(part) + (f'<p class="note">{words}</p>' if words else "")

    def _studio_html(self, studio: Hands) -> str:
        """Return the takes of a studio; a page can hold those of one."""
        self._takes = True
        parts, written_now = studio.page_parts()
        self.parts |= {part.id: part for part in parts}
        places = "\n".join(map(place_of, parts))
        return f'<p class="note">{_STUDIO.format(takes=_RECORDED if written_now else _TAKES)}</p>\n{places}'


def _body_html(cells: Sequence[Cell], views: _Views, folder: Path) -> str:
    """Return the cells in their order, what follows a question folded."""
    parts: list[str] = []
    asked = folding = False
    for cell in cells:
        before = views.questions
        html = _cell_html(cell, views, folder)
        is_question = views.questions > before
        is_heading = cell.kind == "markdown" and cell.source.startswith("#")
        if folding and (is_question or is_heading):
            parts.append("</div></details>")
            folding = False
        if asked and not folding and not is_question and not is_heading:
            parts.append('<details><summary>Answer first, then go on here</summary><div class="later">')
            folding = True
        asked = is_question
        parts.append(html)
    return "\n".join([*parts, "</div></details>" * folding])


def _cell_html(cell: Cell, views: _Views, folder: Path) -> str:
    """Return a cell; what the notebook folds away is folded here too."""
    if cell.kind == "markdown":
        return prose_html(cell.source, folder)
    if cell.kind != "code":
        return ""
    source = f"<pre><code>{escape(cell.source)}</code></pre>" if cell.source.strip() else ""
    before = views.questions
    outputs = [_output_html(one.data, views) for one in cell.outputs if not is_kept(one.data)]
    shown = "\n".join(filter(None, outputs))
    folded = cell.hidden and not cell.folded  # a solution is folded as a whole
    if source and (folded or views.questions > before):  # the code of a question names the right answer
        source = f"<details><summary>Code</summary>{source}</details>"
    if cell.folded and (shown or cell.hidden):
        return f'<details><summary>Show the solution</summary>{source}<div class="output">{shown}</div></details>'
    return f'{source}\n<div class="output">{shown}</div>' if shown else source


def _output_html(data: dict[str, Any], views: _Views) -> str:
    """Return the richest form of an output that a page can show."""
    if VIEW in data:
        return views.html(data[VIEW]["model_id"])
    for kind in ("text/html", "image/svg+xml"):
        if kind in data:
            return str(data[kind])
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            content = data[kind]
            if not isinstance(content, str):
                content = base64.b64encode(content).decode("ascii")
            words = escape(plain_text(str(data.get("text/plain", "picture"))))
            return f'<img alt="{words}" src="data:{kind};base64,{content}">'
    text = str(data.get("text/plain", ""))
    return f"<pre>{escape(text)}</pre>" if text.strip() else ""

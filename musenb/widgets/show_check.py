"""Check display in a notebook: the score with the notes of all marks in orange, and below it a line a mark."""

from __future__ import annotations

from html import escape

from musenb.analysis.check.marks import Checked, Mark
from musenb.errors import LoadError
from musenb.export.ink import engraved, inked
from musenb.export.listing import listing
from musenb.widgets.show import STYLE, figure, terminal


def checked_bundle(checked: Checked) -> dict[str, str]:
    """Return what IPython shows for a check: the score with its marks in a notebook, lines in a terminal."""
    bundle = {"text/plain": str(checked)}
    if terminal():
        return bundle
    score = checked.score
    try:
        pages = [inked(svg, paper=True) for svg in engraved(score, marked=checked.notes).svgs]
        sheet = "".join(figure(svg, score, number) for number, svg in enumerate(pages, start=1))
    except LoadError as error:
        sheet = f"<p>{escape(error.text)}</p><pre>{escape(listing(score))}</pre>"
    heading = f'<p class="musenb-title">{escape(score.title)}</p>' if score.title else ""
    total = escape(str(checked).splitlines()[-1])
    lines = "".join(_line(mark) for mark in checked)
    listed = f"<ol>{lines}</ol>" if lines else ""
    bundle["text/html"] = f'{STYLE}<div class="musenb-show">{heading}{sheet}<p>{total}</p>{listed}</div>'
    return bundle


def _line(mark: Mark) -> str:
    habit = f" <i>{escape(str(mark.bach))}</i>" if mark.bach else ""
    head = f"{mark.place}: {mark.title}"
    return f"<li><b>{escape(head)}</b> ({mark.severity}). {escape(mark.why)}{habit}</li>"

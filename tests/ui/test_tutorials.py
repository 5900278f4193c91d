"""Every tutorial in a real page: it runs to its end, views and questions are drawn, and solutions stay hidden."""

from __future__ import annotations

import os
import re
from pathlib import Path

import nbformat
import pytest

TUTORIALS = sorted((Path(__file__).resolve().parents[2] / "tutorials").glob("*.ipynb"))
MIME = ".jp-RenderedText[data-mime-type='application/vnd.jupyter.{}']"
# How many views have drawn something: a shape, a picture, a button or a line of words.
DRAWN = """() => [...document.querySelectorAll('section.musenb')]
    .filter(view => view.querySelector('canvas, svg, button, input, textarea') || view.innerText.trim()).length"""
WIDE = """() => [...document.querySelectorAll('.jp-OutputArea-output')]
    .filter(area => area.querySelector('.musenb, .musenb-show') && area.scrollWidth > area.clientWidth + 1).length"""
# How many outputs each solution shows.
SOLUTIONS = """() => jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.sharedModel.source.startsWith('%%capture')).map(cell => cell.model.outputs.length)"""
# So high that every cell of a lesson is in sight: JupyterLab draws no others.
HIGH = 12_000


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_runs_and_is_drawn(lab, notebook, path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    keys = re.findall(r'musenb\.Question\(\s*"([^"]+)"', "\n".join(c.source for c in cells if c.cell_type == "code"))
    solutions = sum(cell.source.startswith("%%capture") for cell in cells)
    notebook.open_copy(lab, path.stem, path.read_text(encoding="utf-8"))
    page = notebook.page
    page.set_viewport_size({"width": 1200, "height": HIGH})
    notebook.run_all()

    assert page.locator(MIME.format("error")).all_inner_texts() == []
    assert page.locator(MIME.format("stderr")).all_inner_texts() == []
    questions = page.locator("section.musenb[aria-label^='Question']")
    page.wait_for_function(
        "count => document.querySelectorAll(\"section.musenb[aria-label^='Question']\").length >= count",
        arg=len(keys), timeout=120_000,
    )
    assert questions.locator(".mnb-question-key").all_inner_texts() == keys
    views = page.locator("section.musenb").count()
    page.wait_for_function(f"count => ({DRAWN})() === count", arg=views, timeout=120_000)
    assert page.evaluate(SOLUTIONS) == [0] * solutions, "solutions show nothing after a run of all cells"
    notebook.set_theme("JupyterLab Light")
    keep(notebook, f"{path.stem}-light")
    assert page.evaluate(WIDE) == 0, "nothing is wider than its cell"
    assert notebook.errors == []
    if os.environ.get("MUSENB_PICTURES"):
        notebook.set_theme("JupyterLab Dark")
        keep(notebook, f"{path.stem}-dark")
        page.set_viewport_size({"width": 480, "height": HIGH})
        keep(notebook, f"{path.stem}-narrow")


def keep(notebook, name: str) -> None:
    """Keep a screenshot where MUSENB_PICTURES says."""
    if folder := os.environ.get("MUSENB_PICTURES"):
        notebook.page.wait_for_timeout(3000)
        notebook.page.locator(".jp-Notebook").first.screenshot(path=str(Path(folder) / f"{name}.png"))

"""A saved notebook that is opened again: pictures and sentences where the kernel of the views has gone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

LATE = 150_000
IDLE = "() => globalThis.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
CLEAN = "() => !jupyterapp.shell.currentWidget.context.model.dirty"
STUDIO = "import musenb\nstudio = musenb.Studio('C4 D4 E4 G4', seed=7, bars=2)\nstudio"
VIEWS = """
import numpy as np
from musenb.widgets.attention import Attention
from musenb.widgets.clock import Clock
from musenb.widgets.heads import Heads
from musenb.widgets.roll import Roll
from musenb.widgets.sheet import Sheet
score = musenb.motif("C4 D4 E4 G4")
seen = np.tri(4, dtype=np.float32)[None, None]
heads = Heads(seen / seen.sum(-1, keepdims=True), notes=[f"v0n{n}" for n in range(4)])
clock = Clock(score)
display(clock, Roll(score, clock=clock), Sheet(score, clock=clock), Attention(score, heads, clock=clock))
"""
LABELS = ["Position", "Piano roll", "Score", "Attention"]
BEGIN = ["Score: 3 bars, 4 voices", "Clock of", "Piano roll:", "Score: 1 bar", "Attention of"]
RUN_CELL = """cell => {
    jupyterapp.shell.currentWidget.content.activeCellIndex = cell;
    return jupyterapp.commands.execute('notebook:run-cell');
}"""


def seen(page: Page, what: str) -> Locator:
    return page.locator(f"{what} >> visible=true")


def keep(page: Page, name: str) -> None:
    """Keep a screenshot where MUSENB_PICTURES says."""
    if folder := os.environ.get("MUSENB_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"kept-{name}.png"))


@pytest.fixture
def page(lab, notebook) -> Page:
    """Return a page with a studio that has written a take and, in the last cell, four views."""
    notebook.open_blank(lab, "kept")
    desk = notebook.run(STUDIO).locator("[role=region][aria-label=Studio]")
    desk.wait_for(timeout=LATE)
    notebook.run("studio.go_on(); studio.wait()\nNone")
    views = notebook.run(VIEWS)
    for label in LABELS:
        views.locator(f"section[aria-label='{label}']").wait_for(timeout=LATE)
    return notebook.page


def test_where_the_kernel_has_gone_there_are_pictures_with_sentences_until_the_cell_is_run(page: Page) -> None:
    kept = page.locator("figure.musenb-kept")
    expect(kept).to_have_count(len(BEGIN))
    expect(seen(page, "figure.musenb-kept")).to_have_count(0)
    expect(kept.first).to_contain_text("40 notes, in blue", timeout=LATE)  # not the motif alone
    keep(page, "live")

    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function(CLEAN, timeout=LATE)
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.reload()
    page.wait_for_function(IDLE, timeout=LATE)
    lost = page.get_by_text("model not found")
    expect(lost).to_have_count(len(BEGIN), timeout=LATE)
    expect(seen(page, "figure.musenb-kept")).to_have_count(len(BEGIN), timeout=LATE)
    assert lost.locator("visible=true").count() == 0
    words = kept.all_inner_texts()
    assert [told[: len(begin)] for told, begin in zip(words, BEGIN, strict=True)] == BEGIN
    assert "bring back earlier work (Begin, Earlier)" in words[0]
    assert all("run the cell again" in told for told in words)
    widths = page.locator("figure.musenb-kept img").evaluate_all("all => all.map(image => image.naturalWidth)")
    assert len(widths) == 4
    assert min(widths) > 0
    keep(page, "again")

    cell = page.locator(".jp-Notebook .jp-Cell").count() - 3
    page.evaluate(RUN_CELL, cell)
    page.locator("[role=region][aria-label=Studio]").wait_for(timeout=LATE)
    expect(seen(page, "figure.musenb-kept")).to_have_count(len(LABELS), timeout=LATE)
    keep(page, "rerun")

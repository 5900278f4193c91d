"""The views in Voila: a real server, a real Chromium, what a teacher's class would see."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

pytest.importorskip("voila", reason="the views are looked at in Voila where it is installed: pip install voila")

ROOT = Path(__file__).resolve().parents[2]
BEGIN = """import musenb
from musenb.widgets.clock import Clock
from musenb.widgets.keyboard import Keyboard
from musenb.widgets.roll import Roll
from musenb.widgets.sheet import Sheet
from musenb.widgets.sound import Sound
score = musenb.motif("C4 D4 E4 G4")
clock = Clock(score)
clock"""
VIEWS = {
    "Player": "Sound(score, clock=clock)",
    "Piano roll": "Roll(score, clock=clock)",
    "Score": "Sheet(score, clock=clock)",
    "Keyboard": "Keyboard(score, clock=clock)",
}
# How many colours a canvas shows.
COLOURS = """canvas => new Set(new Uint32Array(
    canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""


@pytest.fixture(scope="module")
def address(served, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Start Voila as the README says, on a notebook with one view in each cell."""
    folder = tmp_path_factory.mktemp("voila")
    cells = [
        {"cell_type": "code", "execution_count": None, "id": f"c{n}", "metadata": {}, "outputs": [], "source": source}
        for n, source in enumerate([BEGIN, *VIEWS.values()])
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "views.ipynb").write_text(json.dumps(book))
    options = ("--no-browser", "--progressive_rendering=True", "--port={port}", "--Voila.ip=127.0.0.1")
    return served(folder, "/static/favicon.ico", "voila", "views.ipynb", *options)


def test_every_view_draws_and_they_are_linked(address: str, browser) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 2600})
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(address, timeout=120_000)
    for label in ("Position", *VIEWS):
        page.locator(f"section.musenb[aria-label='{label}']").wait_for(timeout=240_000)
    for label in ("Piano roll", "Keyboard"):
        canvas = page.locator(f"section[aria-label='{label}'] canvas").first
        page.wait_for_function(f"canvas => ({COLOURS})(canvas) > 4", arg=canvas.element_handle(), timeout=60_000)
    head = page.locator("section[aria-label='Score'] .mnb-engraved [data-id='v0n2'] .notehead")
    head.wait_for(timeout=60_000)
    assert page.locator(".mnb-engraved .notehead").count() == 4

    page.evaluate("[...globalThis[Symbol.for('musenb.clocks')].values()].forEach(clock => clock.select(['v0n2']))")
    page.wait_for_function("() => document.querySelectorAll('.mnb-selected').length === 1")
    page.locator("section[aria-label='Player']").get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(
        "() => [...globalThis[Symbol.for('musenb.clocks')].values()].some(clock => clock.playhead > 0.5)",
        timeout=60_000,
    )
    assert page.locator("section.musenb [role=alert]:visible").count() == 0
    assert page.get_by_text("model not found").count() == 0
    assert failures == []
    if folder := os.environ.get("MUSENB_PICTURES"):
        page.screenshot(path=str(Path(folder) / "voila.png"), full_page=True)
    page.close()

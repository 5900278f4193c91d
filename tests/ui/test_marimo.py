"""The views in marimo: a real server, a real Chromium, one clock for all of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("marimo", reason="the views are looked at in marimo where it is installed: pip install marimo")

ROOT = Path(__file__).resolve().parents[2]
VIEWS = {
    "Player": "Sound(score, clock=clock)",
    "Piano roll": "roll",
    "Score": "Sheet(score, clock=clock)",
    "Keyboard": "Keyboard(score, clock=clock)",
    "Attention": "Attention(score, heads, clock=clock)",
}
BEGIN = """
    from pathlib import Path
    import numpy as np
    import musenb
    from musenb.widgets.attention import Attention
    from musenb.widgets.clock import Clock
    from musenb.widgets.heads import Heads
    from musenb.widgets.keyboard import Keyboard
    from musenb.widgets.roll import Roll
    from musenb.widgets.sheet import Sheet
    from musenb.widgets.sound import Sound
    score = musenb.motif("C4 D4 E4 G4")
    clock = Clock(score)
    roll = Roll(score, clock=clock)
    roll.observe(lambda change: Path("heard.txt").write_text(str(len(roll.score.notes))), "version")
    clock.on_selection(lambda ids: Path("selected.txt").write_text(" ".join(ids)))
    seen = np.tri(4, dtype=np.float32)[None, None].repeat(2, 1)
    heads = Heads(seen / seen.sum(-1, keepdims=True), notes=[f"v0n{n}" for n in range(4)])
"""
CELL = """
@app.cell
def _({needed}):
    {shown}
    return
"""
BLUE = [0, 114, 178]
NAMES = "Attention, Keyboard, Sheet, Sound, clock, heads, roll, score"
# Whether the roll has this colour at each of these quarters and pitches, inside of the notes' rows.
COLOURED = """([canvas, places, colour]) => {
    if (!canvas.dataset.view) return false;
    const view = JSON.parse(canvas.dataset.view);
    const density = canvas.width / canvas.clientWidth;
    return places.every(([quarter, pitch]) => {
        const x = 46 + (quarter - view.left) * view.perQuarter, y = 22 + (view.top - pitch + 0.8) * view.perPitch;
        const pixel = canvas.getContext('2d').getImageData(x * density, y * density, 1, 1).data;
        return colour.every((value, n) => Math.abs(value - pixel[n]) < 6);
    });
}"""
COLOURS = """canvas => new Set(new Uint32Array(
    canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
CLOCKS = "[...globalThis[Symbol.for('musenb.clocks')].values()]"
LEVEL = """() => {
    const analyser = globalThis[Symbol.for('musenb.audio')]?.analyser;
    if (!analyser) return 0;
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
}"""


def notebook() -> str:
    """Return a marimo notebook with one view in each cell."""
    begin = f"@app.cell\ndef _():{BEGIN}    return {NAMES},\n"
    shown = [CELL.format(needed=NAMES, shown=source) for source in ("clock", *VIEWS.values())]
    return "\n\n".join(["import marimo\n\napp = marimo.App()", begin, *shown])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the notebook lies in and runs in."""
    return tmp_path_factory.mktemp("marimo")


@pytest.fixture(scope="module")
def address(served, folder: Path) -> str:
    """Start marimo as its users do."""
    (folder / "views.py").write_text(notebook())
    options = ("--headless", "--no-token", "--host=127.0.0.1", "--port={port}")
    return served(folder, "/health", "marimo", "--yes", "run", "views.py", *options)


def wait_for_text(page, path: Path, text: str) -> None:
    """Wait until the notebook's Python has written a text."""
    for _ in range(300):
        if path.exists() and path.read_text() == text:
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"{path.name} is {path.read_text() if path.exists() else 'not there'}, not {text!r}")


def test_every_view_draws_they_are_linked_an_edit_is_heard_and_it_sounds(address: str, folder: Path, browser) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 2200})
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(address, timeout=120_000)
    for label in ("Position", *VIEWS):
        page.locator(f"section.musenb[aria-label='{label}']").wait_for(timeout=240_000)
    sections = {label: page.locator(f"section.musenb[aria-label='{label}']") for label in VIEWS}
    roll = sections["Piano roll"].locator("canvas").first
    notes = [[0.8, 60], [1.8, 62], [2.8, 64], [3.8, 67]]
    page.wait_for_function(COLOURED, arg=[roll.element_handle(), notes, BLUE], timeout=60_000)
    for label, part in (("Keyboard", "canvas"), ("Attention", "canvas.mnb-matrix")):
        canvas = sections[label].locator(part).first.element_handle()
        page.wait_for_function(f"canvas => ({COLOURS})(canvas) > 4", arg=canvas, timeout=60_000)
    heads = sections["Score"].locator(".mnb-engraved .notehead")
    heads.last.wait_for(timeout=60_000)
    assert heads.count() == 4

    page.evaluate(f"{CLOCKS}.forEach(clock => clock.select(['v0n2']))")
    # marimo puts each view into a shadow of its own: the page's own queries do not look there.
    page.locator(".mnb-selected").first.wait_for(state="attached", timeout=60_000)
    assert page.locator(".mnb-selected").count() == 1
    page.wait_for_function(f"() => {CLOCKS}.some(clock => clock.overlay.length > 0)", timeout=60_000)
    wait_for_text(page, folder / "selected.txt", "v0n2")
    roll.focus()
    roll.press("Delete")
    wait_for_text(page, folder / "heard.txt", "3")
    page.wait_for_function(COLOURED, arg=[roll.element_handle(), [notes[n] for n in (0, 1, 3)], BLUE], timeout=60_000)
    assert not page.evaluate(COLOURED, [roll.element_handle(), [notes[2]], BLUE])

    sections["Player"].get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(f"() => ({LEVEL})() > 0.002", timeout=60_000)
    page.wait_for_function(f"() => {CLOCKS}.some(clock => clock.playhead > 0.5)", timeout=60_000)
    assert page.locator("section.musenb [role=alert]:visible").count() == 0
    assert failures == []
    if pictures := os.environ.get("MUSENB_PICTURES"):
        page.screenshot(path=str(Path(pictures) / "marimo.png"), full_page=True)
    page.close()

"""The sheet in a real page: notes to click, hear and walk through, a playhead on the staff, both themes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

CHORALE = """
import musenb
from musenb.score.load import load
from musenb.widgets.clock import Clock
from musenb.widgets.sheet import Sheet
score = load("corpus:bach/bwv66.6")
clock = Clock(score)
sheet = Sheet(score, clock=clock)
display(clock, sheet)
"""
PAINTED = "section[aria-label=Score] .mnb-engraved"
# The middle of a notehead, in pixels of the page.
HEAD = """(section, id) => {
    const box = section.querySelector(`.mnb-engraved [data-id="${id}"] .notehead`).getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
}"""
CLOCK = "() => [...globalThis[Symbol.for('musenb.clocks')].values()][0]"
# Where the playhead stands and where the notes that sound now stand, at some moments while it plays.
WATCH = """async ([count]) => {
    const clock = [...globalThis[Symbol.for('musenb.clocks')].values()][0];
    const seen = [];
    for (let k = 0; k < count; k++) {
        await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        const line = document.querySelector('.mnb-playhead[visibility=visible] line');
        const now = [...document.querySelectorAll('.mnb-engraved .mnb-now')].map(note => note.dataset.id);
        seen.push([clock.playhead, line?.getBoundingClientRect().x ?? null, now]);
    }
    return seen;
}"""


@pytest.fixture
def sheet(lab, notebook):
    notebook.open_blank(lab, "sheet")
    output = notebook.run(CHORALE)
    section = output.locator("section[aria-label=Score]")
    section.locator(".mnb-engraved").first.wait_for(timeout=60_000)
    return section


def picture(page, name: str) -> None:
    """Keep a screenshot where MUSENB_PICTURES says."""
    if folder := os.environ.get("MUSENB_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_notes_are_drawn_clicked_walked_and_played(notebook, sheet) -> None:
    page = notebook.page
    drawn = sheet.locator(".mnb-engraved [data-id]")
    assert drawn.count() == 165 or drawn.count() == 164
    x, y = sheet.evaluate(HEAD, "v0n4")
    page.mouse.click(x, y)
    page.wait_for_function(f"() => ({CLOCK})().selection.has('v0n4')")
    assert sheet.locator(".mnb-selected").count() == 1
    assert sheet.get_by_role("status").inner_text() == "soprano C♯5, bar 1 beat 3, fermata"
    page.keyboard.press("ArrowDown")
    assert sheet.get_by_role("status").inner_text() == "alto E4, bar 1 beat 3"
    page.keyboard.press("ArrowRight")
    assert sheet.get_by_role("status").inner_text() == "alto E4, bar 1 beat 4"
    told = notebook.run("import time; time.sleep(0.5); print(clock.selection, clock.playhead)")
    assert "['v1n4'] 4.0" in told.inner_text()
    page.wait_for_function("() => globalThis[Symbol.for('musenb.audio')]?.running", timeout=60_000)
    picture(page, "light")

    page.keyboard.press("Home")
    sheet.get_by_role("button", name="Play").click()
    page.wait_for_function(f"() => ({CLOCK})().playhead > 1.2")
    seen = page.evaluate(WATCH, [20])
    picture(page, "playing")
    assert all(x is not None for _, x, _ in seen)
    assert [x for _, x, _ in seen] == sorted(x for _, x, _ in seen)
    assert seen[-1][1] > seen[0][1]
    assert all(len(now) >= 4 for _, _, now in seen)
    sheet.get_by_role("button", name="Pause").click()
    assert notebook.errors == []


def test_themes_sizes_and_settings(notebook, sheet) -> None:
    page = notebook.page
    notebook.run("sheet.colours = True\nsheet.show_tint({f'v0n{n}': n % 5 for n in range(30)}, 'surprise, bits')")
    sheet.locator(".mnb-tint").first.wait_for()
    picture(page, "colours")
    notebook.set_theme("JupyterLab Dark")
    ink = sheet.locator(".mnb-engraved").first.evaluate("svg => getComputedStyle(svg).color")
    assert sum(map(int, re.findall(r"\d+", ink)[:3])) > 400, f"ink {ink} on a dark page"
    picture(page, "dark")
    sheet.get_by_role("button", name="Two staves").click()
    page.wait_for_function("() => document.querySelectorAll('.mnb-engraved .clef').length === 4")
    picture(page, "two-dark")
    width = sheet.evaluate("section => section.clientWidth")
    page.set_viewport_size({"width": 620, "height": 1000})
    page.wait_for_function(
        "width => document.querySelector('.mnb-page').clientWidth < width - 200", arg=width, timeout=20_000
    )
    page.wait_for_timeout(1500)
    picture(page, "narrow-dark")
    notebook.set_theme("JupyterLab Light")
    sheet.get_by_role("button", name="Larger").click()
    page.wait_for_timeout(1500)
    picture(page, "narrow-zoomed")
    assert notebook.errors == []

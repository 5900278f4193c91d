"""The studio as it is seen: no text too faint or cut off, in any drawer, both themes and four sizes of the page."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.looks import cut_off, too_faint

LATE = 90_000
OPEN = """import musenb
studio = musenb.Studio("G4 G4 A4 B4 | C5:2 B4:2", seed=7, seed_locked=True, bars=1, candidates=2)
studio.go_on()
studio.wait()
studio"""
# A projector, a small laptop, a narrow column, and a small laptop at 200 %.
SIZES = [(1920, 1080), (1280, 800), (480, 900), (640, 400)]
DRAWERS = ["", "begin", "takes", "ask", "plan", "keep"]
TABS = ["famous", "type", "play", "file", "earlier"]


@pytest.fixture
def page(lab, notebook):
    """The page of a studio that has written two ways."""
    notebook.open_blank(lab, "looks")
    # JupyterLab remembers the theme of the test before.
    notebook.set_theme("JupyterLab Light")
    notebook.run(OPEN)
    desk = notebook.page.get_by_role("region", name="Studio")
    expect(desk.locator(".mnb-engraved .notehead").nth(8)).to_be_attached(timeout=LATE)
    expect(desk.get_by_role("button", name="Go on from this one").first).to_be_attached(timeout=LATE)
    return notebook.page


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_text_is_strong_and_whole_in_every_drawer(notebook, page, theme: str) -> None:
    notebook.set_theme(f"JupyterLab {theme}")
    faults = {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(SETTLED)
        for drawer, tab in [(one, tab) for one in DRAWERS for tab in (TABS if one == "begin" else [""])]:
            notebook.run(f"studio.desk.drawer = {drawer!r}" + (f"; studio.desk.begin_tab = {tab!r}" if tab else ""))
            page.wait_for_function(OPENED, arg=drawer)
            if found := too_faint(page) + cut_off(page):
                faults[width, drawer, tab] = found
            keep(page, f"{theme}-{width}-{drawer}-{tab}")
    assert faults == {}


def test_the_measures_see_what_is_faint_and_what_is_cut_off(page) -> None:
    assert too_faint(page) + cut_off(page) == []
    page.add_style_tag(
        content=".musenb .mnb-rail button { opacity: .4 } .musenb .mnb-desk-foot { width: 90px; overflow: hidden; "
        "flex-wrap: nowrap !important; white-space: nowrap }"
    )
    assert any(found.startswith("Takes") for found in too_faint(page))
    assert any(found.startswith("the model's") for found in cut_off(page))


# The size of the studio's parts is that of the page.
SETTLED = """() => new Promise(resolve => setTimeout(() => resolve(
    document.querySelector('.mnb-studio').clientWidth < innerWidth), 500))"""
OPENED = "name => (document.querySelector('.mnb-drawer:not([hidden])')?.dataset.open ?? '') === name"


def keep(page, name: str) -> None:
    """Keep a screenshot where MUSENB_PICTURES says."""
    if folder := os.environ.get("MUSENB_PICTURES"):
        page.locator(".mnb-studio").first.evaluate("studio => studio.scrollIntoView()")
        page.screenshot(path=str(Path(folder) / f"looks-{name}.png"))

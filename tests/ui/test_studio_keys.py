"""The studio by keys alone: how many presses of Tab lead where, and the arrow keys inside of what is one stop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

LATE = 90_000
OPEN = """import musenb
studio = musenb.Studio("C5 D5 E5 G5", seed=7, seed_locked=True, bars=2, drawer="keep")
studio.continue_(bars=2, seed=7)
studio.wait()
studio"""
# The accessible name of what has the focus, and that of the toolbar around it.
AT = """() => {
    const at = document.activeElement;
    const name = at.getAttribute('aria-label') ?? at.textContent.trim();
    return [name, at.closest('[role=toolbar]')?.getAttribute('aria-label') ?? ''];
}"""
# What the design counts: the presses of Tab, from the motif field on, that lead there; the chord line is one more.
STOPS = [
    ("Motif as text", ""), ("C major from your motif", ""), ("4/4", ""), ("Continue", ""),
    ("Another way: the same beginning, another seed", ""), ("One bar less", "How it goes on"), ("Play", "Playing"),
    ("Lock the soprano", "Voices"), ("Score. Arrow keys", ""), ("bar 1", "Chords"), ("Notes", ""), ("Begin", "Drawers"),
    ("Close the drawer", ""), ("Save as MIDI", ""),
]  # fmt: skip


@pytest.fixture
def studio(lab, notebook) -> Iterator[Locator]:
    """A studio with one take, whose drawer Keep is open."""
    notebook.open_blank(lab, "keys")
    notebook.page.set_viewport_size({"width": 1280, "height": 800})
    notebook.run(OPEN)
    desk = notebook.page.get_by_role("region", name="Studio")
    expect(desk.locator(".mnb-engraved .notehead").nth(8)).to_be_attached(timeout=LATE)
    expect(desk.get_by_role("button", name="Lock the soprano")).to_be_visible(timeout=LATE)
    yield desk
    assert notebook.errors == []


def at(page: Page) -> list[str]:
    return page.evaluate(AT)


def press(page: Page, key: str) -> str:
    """Press a key and return the name of what has the focus then."""
    page.keyboard.press(key)
    return at(page)[0]


def test_so_many_presses_of_tab_lead_to_each_stop_and_back(notebook, studio) -> None:
    page = notebook.page
    expect(studio.get_by_role("button", name="Another way")).to_be_enabled(timeout=LATE)
    studio.get_by_label("Motif as text").focus()
    walked = [at(page)]
    for _ in STOPS[1:]:
        page.keyboard.press("Tab")
        walked.append(at(page))
    assert [(name[: len(wanted)], bar) for (name, bar), (wanted, _) in zip(walked, STOPS, strict=True)] == STOPS
    for wanted, _ in reversed(STOPS[:-1]):
        assert press(page, "Shift+Tab").startswith(wanted)


def test_the_players_row_is_one_stop_that_goes_on_to_the_scores_menu(notebook, studio) -> None:
    page = notebook.page
    studio.get_by_role("button", name="Play", exact=True).first.focus()
    assert [press(page, "ArrowRight") for _ in range(3)] == ["Position", "Sound", "View"]
    assert press(page, "Tab") == "Lock the soprano"
    assert press(page, "Shift+Tab") == "Sound"
    assert press(page, "ArrowLeft") == "Position"
    slider = studio.get_by_role("slider", name="Position")
    page.keyboard.press("ArrowUp")
    expect(slider).to_have_attribute("aria-valuetext", "bar 1, beat 2")
    page.keyboard.press("ArrowDown")
    expect(slider).to_have_attribute("aria-valuetext", "bar 1, beat 1")


def test_bars_and_the_rolls_tools_are_reached_from_the_notes(notebook, studio) -> None:
    page = notebook.page
    studio.get_by_role("application", name="Score.").focus()
    page.keyboard.press("ArrowRight")
    assert press(page, "ArrowUp") == "Bar 1"
    assert press(page, "ArrowRight") == "Bar 2"
    assert press(page, "Enter") == "Lock"
    assert press(page, "Escape") == "Bar 2"
    assert press(page, "ArrowDown").startswith("Score.")
    expect(studio.get_by_role("button", name="Draw notes")).to_be_hidden()
    assert press(page, "e") == "Edit"
    expect(studio.get_by_role("button", name="Draw notes")).to_be_visible()

"""The gallery as a teacher meets it: run from the top, every view draws, and all of them move as one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

GALLERY = Path(__file__).resolve().parents[2] / "notebooks" / "gallery.ipynb"
CLOCK = "id => globalThis[Symbol.for('musenb.clocks')].get(id)"
# How many colours a canvas shows.
COLOURS = """canvas => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
}"""
# Whether the only frame on a staff lies around the head of one note.
FRAMED = """(section, id) => {
    const head = section.querySelector(`.mnb-engraved [data-id="${id}"] .notehead`).getBoundingClientRect();
    const frames = [...section.querySelectorAll('.mnb-selected')].map(frame => frame.getBoundingClientRect());
    return frames.length === 1 && frames[0].left < head.left + 2 && frames[0].right > head.right - 2
        && frames[0].top < head.top + 2 && frames[0].bottom > head.bottom - 2;
}"""
VIEWS = {
    "Position": None,
    "Player": None,
    "Piano roll": "canvas",
    "Score": ".mnb-engraved .notehead",
    "Attention": "canvas.mnb-matrix",
    "Keyboard": "canvas",
}


@pytest.fixture
def gallery(lab, notebook):
    notebook.open_copy(lab, GALLERY.stem, GALLERY.read_text(encoding="utf-8"))
    # A page as high as the notebook: every view is in sight and draws.
    notebook.page.set_viewport_size({"width": 1300, "height": 5200})
    notebook.run_all()
    return notebook


def section(notebook, label: str):
    """Return the first view of a kind, drawn."""
    found = notebook.page.locator(f"section[aria-label='{label}']").first
    found.wait_for(timeout=60_000)
    if VIEWS[label]:
        found.locator(VIEWS[label]).first.wait_for(timeout=60_000)
    return found


def test_every_view_draws_and_they_move_as_one(gallery) -> None:
    page = gallery.page
    views = {label: section(gallery, label) for label in VIEWS}
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert page.locator("section.musenb").count() == 9, "six views, two more scores and one more player"
    for label in ("Piano roll", "Attention", "Keyboard"):
        canvas = views[label].locator(VIEWS[label]).first
        page.wait_for_function(f"canvas => ({COLOURS})(canvas) > 8", arg=canvas.element_handle())
    keep(gallery, "light-wide", page.locator(".jp-Notebook"))

    clock_id, wanted = gallery.value("clock.clock_id"), "v0n12"
    page.evaluate(f"([id, note]) => ({CLOCK})(id).select([note])", [clock_id, wanted])
    page.wait_for_function("() => document.querySelectorAll('.mnb-selected').length > 0")
    assert views["Score"].evaluate(FRAMED, wanted), "the staff frames the note"
    page.wait_for_function(f"id => ({CLOCK})(id).overlay.length > 0", arg=clock_id)
    arcs = page.evaluate(f"id => ({CLOCK})(id).overlay.map(arc => arc.from)", clock_id)
    assert set(arcs) == {wanted}, "arcs begin at the note that is selected"
    gallery.wait_until("keyboard.distribution != []")
    assert gallery.value("max(pair[1] for pair in keyboard.distribution) > 0.05")
    keep(gallery, "light-selected", page.locator(".jp-Notebook"))

    views["Player"].get_by_role("button", name="Play").click()
    page.wait_for_function(f"id => ({CLOCK})(id).playhead > 1", arg=clock_id, timeout=60_000)
    assert page.locator(".mnb-engraved .mnb-now").count() >= 4, "sounding notes are marked on the staff"
    views["Player"].get_by_role("button", name="Pause").click()

    gallery.set_theme("JupyterLab Dark")
    keep(gallery, "dark-wide", page.locator(".jp-Notebook"))
    page.set_viewport_size({"width": 680, "height": 6400})
    page.wait_for_function("() => document.querySelector('section.musenb').clientWidth < 600")
    # A view is drawn anew in the frame after it has become narrower.
    page.wait_for_function("""() => [...document.querySelectorAll('.jp-OutputArea-output')]
        .every(area => !area.querySelector('.musenb') || area.scrollWidth <= area.clientWidth + 1)""")
    keep(gallery, "dark-narrow", page.locator(".jp-Notebook"))
    gallery.set_theme("JupyterLab Light")
    keep(gallery, "light-narrow", page.locator(".jp-Notebook"))
    assert gallery.errors == []


def keep(notebook, name: str, shown) -> None:
    """Keep a screenshot where MUSENB_PICTURES says."""
    if folder := os.environ.get("MUSENB_PICTURES"):
        notebook.page.locator(".jp-WindowedPanel-outer").first.evaluate("panel => panel.scrollTo(0, 0)")
        notebook.page.wait_for_timeout(3000)
        shown.screenshot(path=str(Path(folder) / f"gallery-{name}.png"))

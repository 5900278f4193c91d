"""What every view does everywhere: thirty at once, twice, closed, saved, distrusted, exported, still, by keys alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
LABELS = {
    "Clock": "Position", "Sound": "Player", "Roll": "Piano roll", "Sheet": "Score", "Attention": "Attention",
    "Keyboard": "Keyboard",
}
PICTURED = set(LABELS) - {"Clock"}
MARKUP = """<img src=x onerror="globalThis.ran = 1">"""
LARGEST_STATE = 200_000
# Threads that are neither the kernel's own nor the engraver's, which all scores of a kernel share.
THREADS = "[thread.name for thread in threading.enumerate() if not thread.name.startswith(KERNEL)]"

BEGIN = f"""
import dataclasses, gc, json, sys, threading
import ipywidgets, musenb, numpy as np
from musenb.widgets.attention import Attention
from musenb.widgets.clock import Clock
from musenb.widgets.heads import Heads
from musenb.widgets.keyboard import Keyboard
from musenb.widgets.roll import Roll
from musenb.widgets.sheet import Sheet
from musenb.widgets.sound import Sound, shared_engine

KINDS = [Clock, Sound, Roll, Sheet, Attention, Keyboard]
MARKUP = {MARKUP!r}
plain = musenb.motif('''soprano: C5 D5 E5 F5 | G5:2 E5:2 | F5 E5 D5 C5 | B4 D5 C5:2
bass: C3 B2 C3 A2 | G2:2 C3:2 | F2 G2 A2 A2 | G2 G2 C3:2''')
hostile = dataclasses.replace(
    plain, title=MARKUP, voices=tuple(dataclasses.replace(voice, name=MARKUP) for voice in plain.voices)
)

def random_heads(score, layers=2, heads=3, tokens=0, labels=()):
    ids = [f"v{{v}}n{{n}}" for v, voice in enumerate(score.voices) for n in range(len(voice.notes))]
    ids = [ids[t * len(ids) // tokens] for t in range(tokens)] if tokens else ids
    seen = np.tri(len(ids)) * np.random.default_rng(1).random((layers, heads, len(ids), len(ids)))
    return Heads((seen / seen.sum(-1, keepdims=True)).astype(np.float32), notes=ids, labels=labels)

def make(kind, score=plain, **settings):
    return kind(score, random_heads(score), **settings) if kind is Attention else kind(score, **settings)

KERNEL = "MainThread Thread- IPythonHistory Heartbeat Control Shell IOPub subshell asyncio musenb-iso"
KERNEL = tuple(KERNEL.split())
known = ipywidgets.widgets.widget._instances
engine = shared_engine()
"""
# What a view of each kind has drawn: colours of its largest canvas, noteheads, buttons.
DRAWN = """section => {
    const colours = canvas => canvas.width * canvas.height === 0 ? 0 : new Set(new Uint32Array(
        canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size;
    switch (section.getAttribute('aria-label')) {
        case 'Score': return section.querySelectorAll('.mnb-engraved .notehead').length >= 20;
        case 'Player': return section.querySelectorAll('button').length >= 3;
        case 'Position': return section.textContent.trim().length > 5;
        default: return Math.max(0, ...[...section.querySelectorAll('canvas')].map(colours)) >= 4;
    }
}"""
ALL_DRAWN = f"""([cell, count]) => {{
    const area = jupyterapp.shell.currentWidget.content.widgets[cell].node;
    const views = [...area.querySelectorAll('section.musenb')];
    return views.length === count && views.every({DRAWN});
}}"""
CLOCKS = "() => globalThis[Symbol.for('musenb.clocks')]?.size ?? 0"
LEVEL = """() => {
    const {analyser} = globalThis[Symbol.for('musenb.audio')];
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
}"""
OUTLINE = """() => {
    const at = document.activeElement;
    const section = at?.closest('section.musenb');
    if (!section) return null;
    const {outlineStyle, outlineWidth, outlineColor} = getComputedStyle(at);
    const seen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1 && !/, 0\\)$/.test(outlineColor);
    const name = at.getAttribute('aria-label') ?? at.textContent;
    return [seen, `${section.getAttribute('aria-label')}: ${at.tagName} ${name}`];
}"""
# While a piece plays, on how many frames the roll's ground is painted anew.
REPAINTS = """async ([section, milliseconds]) => {
    const ground = section.querySelector('canvas');
    const proto = CanvasRenderingContext2D.prototype;
    const {clearRect, fillRect} = proto;
    const painted = new Set();
    let frame = 0;
    const spy = original => function (...place) {
        if (this.canvas === ground) painted.add(frame);
        return original.apply(this, place);
    };
    proto.clearRect = spy(clearRect);
    proto.fillRect = spy(fillRect);
    const stop = performance.now() + milliseconds;
    while (performance.now() < stop) { await new Promise(requestAnimationFrame); frame += 1; }
    Object.assign(proto, {clearRect, fillRect});
    return [painted.size, frame];
}"""

# The parts of views that move by themselves.
MOVING = """() => [...document.querySelectorAll('section.musenb, section.musenb *')].filter(part => {
    const style = getComputedStyle(part);
    const times = [style.transitionDuration, style.animationDuration].join().split(',');
    return times.some(time => parseFloat(time) > 0) || style.scrollBehavior === 'smooth';
}).map(part => part.outerHTML.slice(0, 80))"""
# True when every canvas that is seen has so many pixels to one of the page, in the three views that draw on one.
SHARP = """density => {
    const seen = [...document.querySelectorAll('section.musenb canvas')].filter(canvas => canvas.clientHeight > 4);
    const labels = new Set(seen.map(canvas => canvas.closest('section').getAttribute('aria-label')));
    return labels.size === 3 && seen.every(canvas => ['Width', 'Height'].every(side => {
        const size = canvas['client' + side];
        return Math.abs(canvas[side.toLowerCase()] - density * size) <= density;
    }));
}"""
# Keep how the views scroll: at once or little by little.
WATCH_SCROLLS = """() => {
    globalThis.scrolls = [];
    for (const name of ['scrollTo', 'scrollBy', 'scrollIntoView']) {
        const original = Element.prototype[name];
        Element.prototype[name] = function (...how) {
            if (this.closest('.musenb')) globalThis.scrolls.push(how[0]?.behavior ?? 'auto');
            return original.apply(this, how);
        };
    }
}"""


CLOSE_ALL = """
for view in list(known.values()):
    if isinstance(view, tuple(KINDS)): view.close()
"""


@pytest.fixture(scope="module")
def begun(shared):
    shared.page.set_viewport_size({"width": 1200, "height": 1400})
    shared.run(BEGIN)
    return shared


@pytest.fixture
def book(begun):
    """A notebook that shows no view, whatever became of the test before."""
    begun.page.emulate_media(reduced_motion="no-preference")
    begun.run(CLOSE_ALL)
    begun.page.wait_for_function("() => document.querySelectorAll('section.musenb').length === 0")
    begun.errors.clear()
    return begun


def show(book, snippet: str, count: int, seconds: float = 120):
    """Run a cell and wait until its views are drawn; return its number and output."""
    output = book.run(snippet)
    cell = book.page.locator(".jp-Notebook .jp-Cell").count() - 1
    book.page.wait_for_function(ALL_DRAWN, arg=[cell, count], timeout=1000 * seconds, polling=100)
    return output


def test_thirty_views_draw_and_closing_them_leaves_nothing(book) -> None:
    page = book.page
    book.run("before = set(known)")
    start = page.evaluate("() => performance.now()")
    # JupyterLab shows fifty outputs of a cell, and a view is two of them.
    output = show(book, "views = [make(kind) for kind in KINDS for _ in range(5)]\ndisplay(*views[:15])", 15)
    show(book, "display(*views[15:])", 15)
    print(f"30 views drawn {(page.evaluate('() => performance.now()') - start) / 1000:.1f} s after the cell was run")
    assert page.evaluate(CLOCKS) == 30
    player = output.locator("section[aria-label=Player]").first
    player.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => globalThis[Symbol.for('musenb.audio')]?.running", timeout=60_000)
    page.wait_for_function(f"() => ({LEVEL})() > 0.002")

    book.run("for view in views: view.close()")
    page.wait_for_function("() => document.querySelectorAll('section.musenb').length === 0")
    assert page.evaluate(CLOCKS) == 0
    page.wait_for_function(f"() => ({LEVEL})() < 0.0005", timeout=20_000)
    assert book.value("sorted(type(known[key]).__name__ for key in set(known) - before)") == []
    book.wait_until(f"not {THREADS}", seconds=60)
    assert book.errors == []


def test_a_view_that_is_displayed_twice_lives_until_the_last_one_is_gone(book) -> None:
    page = book.page
    show(book, "twice = [make(kind) for kind in KINDS]\ndisplay(*twice)", 6)
    first = page.locator(".jp-Notebook .jp-Cell").count() - 1
    second = show(book, "display(*twice)", 6)
    page.evaluate("""cell => {
        const notebook = jupyterapp.shell.currentWidget.content;
        notebook.activeCellIndex = cell;
        return jupyterapp.commands.execute('notebook:clear-cell-output');
    }""", first)
    page.wait_for_function("() => document.querySelectorAll('section.musenb').length === 6")
    book.run("roll = twice[2]; roll.edit([{'op': 'delete', 'id': 'v0n0'}])")
    left = book.value("len(roll.score.notes)")
    described = second.locator("section[aria-label='Piano roll']").evaluate_handle(
        "section => document.getElementById(section.getAttribute('aria-describedby'))"
    )
    page.wait_for_function(
        "([told, notes]) => told.textContent.includes(`, ${notes} notes`)", arg=[described, left]
    )
    book.run("for view in twice: view.close()")
    page.wait_for_function(f"() => ({CLOCKS})() === 0")
    assert book.errors == []


def test_titles_and_names_are_never_html(book) -> None:
    page = book.page
    output = show(book, """
odd = [make(kind, hostile) for kind in KINDS if kind is not Attention]
tokens = sum(len(voice.notes) for voice in hostile.voices)
odd.append(Attention(hostile, random_heads(hostile, labels=[MARKUP] * tokens), level='tokens'))
display(*odd)
from musenb.widgets.show import show
display(show(hostile))
odd[2].show_error(ValueError(MARKUP))
""", 6)
    box = output.locator("section[aria-label='Piano roll'] [role=alert]")
    box.wait_for()
    assert MARKUP in box.inner_text()
    told = output.locator("section[aria-label='Piano roll']").evaluate(
        "section => document.getElementById(section.getAttribute('aria-describedby')).textContent"
    )
    assert MARKUP in told
    page.locator(".musenb-show .musenb-title").wait_for()
    assert page.locator(".musenb-show .musenb-title").inner_text() == MARKUP
    assert page.locator("img[src=x]").count() == 0
    assert page.evaluate("() => globalThis.ran") is None
    assert book.errors == []


@pytest.fixture
def six(book) -> None:
    """One view of each kind on the page, alone, while a test runs."""
    show(book, "shown = [make(kind) for kind in KINDS]\ndisplay(*shown)", 6)


def test_every_view_has_a_name_a_description_and_a_live_region(book, six) -> None:
    told = dict(book.page.evaluate("""() => [...document.querySelectorAll('section.musenb')].map(section => [
        section.getAttribute('aria-label'),
        [document.getElementById(section.getAttribute('aria-describedby')).textContent,
         section.querySelectorAll('[role=status][aria-live=polite]').length,
         [...section.querySelectorAll('button, select, input, canvas[tabindex], [role]')]
            .filter(part => !part.closest('[hidden]') && !part.labels?.length
                && !part.getAttribute('aria-label') && !part.textContent.trim()
                && !part.getAttribute('aria-labelledby') && !['status', 'alert'].includes(part.getAttribute('role')))
            .map(part => part.outerHTML.slice(0, 80))]])"""))
    assert set(told) == set(LABELS.values())
    descriptions = book.value("{type(view).__name__: view.describe() for view in shown}")
    assert {kind: told[label][0] for kind, label in LABELS.items()} == descriptions
    assert {label: found[1:] for label, found in told.items()} == {label: [1, []] for label in told}


def test_the_focus_is_seen_at_every_stop(book, six) -> None:
    page = book.page
    stops, hidden = 0, []
    for label in LABELS.values():
        section = page.locator(f"section[aria-label='{label}']").first
        section.scroll_into_view_if_needed()
        found = section.locator("button:not(:disabled):visible, select:visible, [tabindex='0']:visible")
        if not found.count():
            continue
        found.first.focus()
        page.keyboard.press("Shift+Tab")
        for _ in range(60):
            page.keyboard.press("Tab")
            seen = page.evaluate(OUTLINE)
            if seen is None or not seen[1].startswith(label):
                break
            stops += 1
            hidden += [] if seen[0] else [seen[1]]
    print(f"{stops} tab stops in six views")
    assert stops >= 12
    assert hidden == []


def test_with_reduced_motion_the_roll_turns_pages(book) -> None:
    page = book.page
    painted = {}
    for motion in ("no-preference", "reduce"):
        page.emulate_media(reduced_motion=motion)
        output = show(book, "quick = Roll(plain); display(quick); quick.height = 300", 1)
        section = output.locator("section[aria-label='Piano roll']")
        for _ in range(6):
            section.get_by_role("button", name="Zoom in").click()
        section.get_by_role("button", name="Play", exact=True).click()
        clock = book.value("quick.clock_id")
        page.wait_for_function(
            "id => globalThis[Symbol.for('musenb.clocks')].get(id).playhead > 3", arg=clock, timeout=60_000
        )
        count, frames = page.evaluate(REPAINTS, [section.element_handle(), 2500])
        painted[motion] = count
        assert frames > 8
        book.run("quick.close()")
    print(f"ground painted anew in 2.5 s of playing: {painted}")
    assert painted["reduce"] <= 4 < painted["no-preference"]
    assert page.evaluate(MOVING) == []


def test_every_view_is_sharp_and_still_where_that_is_wished(lab, notebook_on) -> None:
    # So low a window that the score does not fit.
    book = notebook_on(device_scale_factor=2, reduced_motion="reduce", viewport={"width": 1200, "height": 500})
    book.open_blank(lab, "sharp")
    page = book.page
    book.run(BEGIN)
    show(book, """
chorale = musenb.load("corpus:bach/bwv66.6")
clock = Clock(chorale)
shown = [clock, *(make(kind, chorale, clock=clock) for kind in KINDS[1:])]
display(*shown)
""", 6)
    page.wait_for_function(SHARP, arg=2, timeout=120_000)
    assert page.locator("section[aria-label=Score] :is(canvas, img)").count() == 0
    assert page.evaluate(MOVING) == []
    page.evaluate(WATCH_SCROLLS)
    clock = page.evaluate_handle("id => globalThis[Symbol.for('musenb.clocks')].get(id)", book.value("clock.clock_id"))
    clock.evaluate("clock => clock.seek(25)")
    page.locator("section[aria-label=Player]").get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("clock => clock.playhead > 27", arg=clock, timeout=60_000)
    assert set(page.evaluate("() => globalThis.scrolls")) == {"auto"}
    assert page.evaluate(MOVING) == []
    book.keep("everywhere-sharp")
    assert book.errors == []


def show_saved(book) -> None:
    """Show one small view of each kind in a new cell."""
    show(book, """
chorale = musenb.load("corpus:bach/bwv66.6")
saved = [kind(chorale) for kind in KINDS if kind is not Attention]
saved.append(Attention(chorale, random_heads(chorale, 6, 4, tokens=576)))
display(*saved)
""", 6)


def test_the_saved_state_of_a_view_is_small(book) -> None:
    show_saved(book)
    sizes = book.value("""{
        type(view).__name__: sum(
            len(json.dumps(state))
            for key, state in ipywidgets.Widget.get_manager_state(widgets=[view])["state"].items()
            if key not in (engine.model_id, engine.layout.model_id)
        )
        for view in saved
    }""")
    print("bytes of saved state:", sizes)
    assert set(sizes) == set(LABELS)
    assert {kind: size for kind, size in sizes.items() if not 10_000 < size < LARGEST_STATE} == {}


def test_a_notebook_without_trust_and_an_exported_page_show_pictures(book, lab, notebook, tmp_path: Path) -> None:
    page = book.page
    show_saved(book)
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    path = lab.folder / "test_everywhere.ipynb"
    page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    content = nbformat.read(path, as_version=4)
    cell = next(cell for cell in reversed(content.cells) if "saved.append" in cell.source)
    live, kept = ([output.data for output in cell.outputs[half::2]] for half in (0, 1))
    assert [list(bundle) for bundle in live] == [["application/vnd.jupyter.widget-view+json"]] * len(LABELS)
    kinds = [bundle["text/plain"].split()[1].rstrip(":") for bundle in kept]
    assert sorted(kinds) == sorted(LABELS)
    pictured = {kind for kind, bundle in zip(kinds, kept, strict=True) if "data:image/" in bundle["text/html"]}
    assert pictured == PICTURED
    assert all(len(json.dumps(bundle)) < LARGEST_STATE for bundle in kept)

    content.cells = [nbformat.v4.new_markdown_cell("From somebody else"), cell]
    stranger = lab.folder / "stranger.ipynb"
    nbformat.write(content, stranger)
    notebook.open(lab.address(stranger.name))
    notebook.page.locator(".jp-OutputArea-output img").first.wait_for(timeout=60_000)
    assert notebook.page.locator("section.musenb").count() == 0
    outputs = notebook.page.locator(".jp-OutputArea-output >> visible=true")
    assert outputs.count() == len(LABELS)
    assert notebook.page.locator(".jp-OutputArea-output img >> visible=true").count() == len(PICTURED)
    captions = notebook.page.locator(".jp-OutputArea-output figcaption >> visible=true").all_inner_texts()
    begin = ["Clock of 36", "Player: ", "Piano roll:", "Score: ", "Keyboard ", "Attention of"]
    assert [caption[: len(words)] for caption, words in zip(captions, begin, strict=True)] == begin
    assert all(caption.endswith("run the cell again to work with it.") for caption in captions)
    notebook.keep("everywhere-stranger")

    done = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir", str(tmp_path), str(stranger)],
        capture_output=True, text=True, env={**os.environ, "HOME": str(tmp_path)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    html = (tmp_path / "stranger.html").read_text(encoding="utf-8")
    body = html[html.index("<body") :]
    assert body.count('src="data:image/') == len(PICTURED)
    assert "<figcaption>Clock of 36 quarters." in body

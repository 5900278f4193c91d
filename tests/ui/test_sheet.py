"""The sheet in a real page: notes to click, hear and walk through, a playhead on the staff, arcs, both themes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError

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
LONG = """
from musenb.score.note import Note, Score, Voice
from musenb.widgets.clock import Clock
from musenb.widgets.sheet import Sheet
score = Score(tuple(
    Voice(name, tuple(Note(k, 1, 72 - 5 * v + k % 5) for k in range(800))) for v, name in enumerate(("upper", "lower"))
), title="<img src=x onerror=alert(1)>")
clock = Clock(score)
sheet = Sheet(score, clock=clock)
display(sheet)
"""
ATTENTION = """
import numpy as np
from musenb.tokens.chorale.piece import grid_notes
from musenb.score.from_text import score_from_text
from musenb.tokens.chorale.grid import encode
from musenb.widgets.attention import Attention
from musenb.widgets.clock import Clock
from musenb.widgets.heads import Heads
from musenb.widgets.sheet import Sheet
bar = dict(soprano="C5 D5 E5 F5", alto="G4 G4 G4 A4", tenor="E4 D4 C4 C4", bass="C3 B3 C4 F3")
score = score_from_text("\\n".join(f"{name}: " + " | ".join([notes] * 8) for name, notes in bar.items()))
pairs = grid_notes(encode(score).cells)
logits = np.random.default_rng(3).normal(0, 2, (2, 4, len(pairs), len(pairs))).astype(np.float32)
masked = np.where(np.tri(len(pairs), dtype=bool), logits, -np.inf)
weights = np.exp(masked - masked.max(-1, keepdims=True)); weights /= weights.sum(-1, keepdims=True)
clock = Clock(score)
sheet = Sheet(score, clock=clock)
view = Attention(score, Heads(weights, notes=pairs), layer=1, head=2, threshold=0.0, top_k=6, clock=clock)
view.arc_heads = [[1, 2], [0, 1]]
display(sheet, view)
"""
# The engraver's process really dies; the kernel must not.
CRASH = """
import musenb.widgets.sheet_press as press
from musenb.score.isolate import isolated
whole = press.engrave_page
press.engrave_page = lambda *a, **k: isolated("os:abort", {}, what="the score to engrave")
sheet.transpose = 1
"""
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
        const box = line?.getBoundingClientRect();
        const now = [...document.querySelectorAll('.mnb-engraved .mnb-now')].map(note => note.dataset.id);
        seen.push([clock.playhead, box?.x ?? null, box?.y ?? null, now]);
    }
    return seen;
}"""
# The loudest RMS since now, in `globalThis.loudest`.
LISTEN = """() => {
    const { analyser } = globalThis[Symbol.for('musenb.audio')];
    const samples = new Float32Array(analyser.fftSize);
    globalThis.loudest = 0;
    setInterval(() => {
        analyser.getFloatTimeDomainData(samples);
        loudest = Math.max(loudest, Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length));
    }, 20);
}"""
# The ends of the arcs and of the middles of the tops of the heads that they name, in pixels of the page.
ARC_ENDS = """section => [...section.querySelectorAll('.mnb-arc')].map(arc => {
    const path = arc.querySelector('path');
    const place = at => {
        const {x, y} = path.getPointAtLength(at).matrixTransform(path.getScreenCTM());
        return [x, y];
    };
    const head = id => {
        const box = section.querySelector(`.mnb-engraved [data-id="${id}"] .notehead`).getBoundingClientRect();
        return [box.x + box.width / 2, box.y];
    };
    const {from, to} = arc.dataset;
    return {from, to, start: place(0), stop: place(path.getTotalLength()), there: [head(from), head(to)]};
})"""

# Milliseconds from running a cell until the sheet that it shows has noteheads on the screen.
PAINT = """async source => {
    const notebook = jupyterapp.shell.currentWidget.content;
    const cells = notebook.model.sharedModel;
    const number = cells.cells.length;
    cells.insertCell(number, {cell_type: 'code', source});
    notebook.activeCellIndex = number;
    notebook.deselectAll();
    const began = performance.now();
    jupyterapp.commands.execute('notebook:run-cell');
    const stop = began + 60000;
    while (!notebook.widgets[number]?.node.querySelector('.mnb-engraved .notehead') && performance.now() < stop) {
        await new Promise(requestAnimationFrame);
    }
    await new Promise(requestAnimationFrame);
    return performance.now() - began;
}"""


def opened(output):
    section = output.locator("section[aria-label=Score]")
    section.locator(".mnb-engraved").first.wait_for(timeout=120_000)
    return section


@pytest.fixture
def sheet(lab, notebook, request):
    # A notebook of the same name would go on with the kernel of the test before.
    notebook.open_blank(lab, request.node.name)
    return opened(notebook.run(CHORALE))


def picture(page, name: str) -> None:
    """Keep a screenshot where MUSENB_PICTURES says."""
    if folder := os.environ.get("MUSENB_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def click_head(page, sheet, name: str) -> None:
    """Click a notehead until it is selected: what is drawn meanwhile may move it between the look and the click."""
    selected = f"([id]) => ({CLOCK})().selection.has(id)"
    for _ in range(20):
        sheet.locator(".mnb-bar").scroll_into_view_if_needed()
        page.mouse.click(*sheet.evaluate(HEAD, name))
        try:
            page.wait_for_function(selected, arg=[name], timeout=3_000)
        except TimeoutError:
            continue
        return
    raise AssertionError(f"twenty clicks on {name} and it is not selected")


def until(page, condition: str, argument=None) -> None:
    """Wait until a function of the page returns true; slow machines have their time."""
    page.wait_for_function(condition, arg=argument, timeout=60_000)


def lines(sheet) -> int:
    return sheet.locator(".mnb-engraved .system").count()


def until_more_lines(page, sheet, than: int) -> None:
    until(page, "([section, least]) => section.querySelectorAll('.mnb-engraved .system').length > least",
          [sheet.element_handle(), than])  # fmt: skip


def until_says(page, sheet, words: str) -> None:
    until(page, "([section, words]) => section.querySelector('[role=status]').textContent === words",
          [sheet.element_handle(), words])  # fmt: skip


def test_notes_are_drawn_clicked_heard_and_followed(notebook, sheet) -> None:
    page = notebook.page
    drawn = sheet.locator(".mnb-engraved [data-id]").evaluate_all("all => all.map(note => note.dataset.id)")
    written = notebook.value("[f'v{v}n{n}' for v, voice in enumerate(score.voices) for n in range(len(voice.notes))]")
    assert sorted(name for name in drawn if "-" not in name) == sorted(written)
    click_head(page, sheet, "v0n4")
    until(page, f"() => ({CLOCK})().selection.has('v0n4')")
    until_says(page, sheet, "soprano C♯5, bar 1 beat 3, fermata")
    assert sheet.locator(".mnb-selected").count() == 1
    page.keyboard.press("ArrowDown")
    until_says(page, sheet, "alto E4, bar 1 beat 3")
    page.keyboard.press("ArrowRight")
    until_says(page, sheet, "alto E4, bar 1 beat 4")
    notebook.wait_until("clock.selection == ['v1n4'] and clock.playhead == 4.0")
    until(page, "() => globalThis[Symbol.for('musenb.audio')]?.running")
    page.evaluate(LISTEN)
    click_head(page, sheet, "v0n4")
    until(page, "() => loudest > 0.002")
    picture(page, "light")

    for name, onset in (("v0n0", 0), ("v0n4", 3), ("v3n11", None)):
        onset = notebook.value("float(score.voices[3].notes[11].onset)") if onset is None else onset
        page.evaluate(f"onset => ({CLOCK})().seek(onset)", onset)
        x, _ = sheet.evaluate(HEAD, name)
        until(page, "x => Math.abs(document.querySelector('.mnb-playhead[visibility=visible] line')"
                    ".getBoundingClientRect().x - x) < 2.5", x)  # fmt: skip
    sheet.locator(".mnb-scroll").focus()
    page.keyboard.press("Home")
    sheet.get_by_role("button", name="Play").click()
    until(page, f"() => ({CLOCK})().playhead > 1.2")
    seen = page.evaluate(WATCH, [20])
    picture(page, "playing")
    sheet.get_by_role("button", name="Pause").click()
    assert all(x is not None for _, x, _, _ in seen)
    for line in {y for _, _, y, _ in seen}:
        across = [x for _, x, y, _ in seen if y == line]
        assert across == sorted(across)
    assert seen[-1][:2] != seen[0][:2]
    assert all(len(now) >= 4 for *_, now in seen)
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
    until(page, "() => document.querySelectorAll('.mnb-engraved .clef').length === 4")
    picture(page, "two-dark")
    wide = lines(sheet)
    page.set_viewport_size({"width": 620, "height": 1000})
    until_more_lines(page, sheet, wide)
    picture(page, "narrow-dark")
    narrow = lines(sheet)
    notebook.set_theme("JupyterLab Light")
    sheet.get_by_role("button", name="Larger").click()
    until_more_lines(page, sheet, narrow)
    picture(page, "narrow-zoomed")
    notebook.wait_until("(sheet.staves, sheet.colours, sheet.zoom) == ('two', True, 1.25)")
    sheet.get_by_role("button", name="Smaller").click()
    page.set_viewport_size({"width": 400, "height": 900})
    until_more_lines(page, sheet, narrow)
    notebook.wait_until("sheet.plan['width'] < 320", 60)
    sheet.scroll_into_view_if_needed()
    room = sheet.locator(".mnb-scroll").evaluate("scroll => [scroll.scrollWidth, scroll.clientWidth]")
    assert room[0] <= room[1] + 1, f"a score of {room[0]} pixels in a room of {room[1]}"
    picture(page, "tiny")
    assert notebook.errors == []


def test_transposing_moves_what_is_shown_and_a_crash_of_the_engraver_is_got_over(notebook, sheet) -> None:
    page = notebook.page
    sheet.get_by_label("Transpose, semitones").select_option("3")
    notebook.wait_until("sheet.transpose == 3 and sheet.plan['edition'] > 1", 60)
    sheet.locator(".mnb-scroll").focus()
    page.keyboard.press("Home")
    until(page, "section => { section.querySelector('.mnb-scroll').dispatchEvent(new KeyboardEvent('keydown', "
                "{key: 'Home', bubbles: true})); return section.querySelector('[role=status]').textContent"
                ".startsWith('soprano E5'); }", sheet.element_handle())  # fmt: skip

    notebook.run(CRASH)
    shown = sheet.locator(".mnb-unavailable", has_text="score view unavailable")
    shown.first.wait_for(timeout=60_000)
    assert sheet.locator(".mnb-fallback rect").count() > 100
    picture(page, "crash")
    notebook.run("press.engrave_page = whole\nsheet.transpose = 3")
    sheet.locator(".mnb-engraved [data-id=v0n0]").wait_for(timeout=60_000)
    assert sheet.locator(".mnb-fallback").count() == 0
    assert notebook.value("score.voices[0].notes[0].pitch") == 73
    assert notebook.errors == []


def test_pages_of_a_long_piece_come_as_they_are_looked_at(lab, notebook) -> None:
    notebook.open_blank(lab, "long")
    sheet = opened(notebook.run(LONG))
    page = notebook.page
    pages = sheet.locator(".mnb-page").count()
    assert pages > 4
    assert sheet.locator(".mnb-engraved").count() < pages
    sheet.locator(".mnb-scroll").evaluate("scroll => scroll.scrollTo(0, scroll.scrollHeight)")
    sheet.locator(".mnb-engraved [data-id=v1n799]").wait_for(timeout=60_000)
    picture(page, "long-end")
    sheet.locator(".mnb-scroll").focus()
    page.keyboard.press("Home")
    sheet.locator(".mnb-engraved [data-id=v0n0]").wait_for(timeout=60_000)
    page.evaluate(f"() => ({CLOCK})().seek(400)")
    sheet.get_by_role("button", name="Play").click()
    sheet.locator(".mnb-engraved [data-id=v0n401]").wait_for(timeout=60_000)
    until(page, "() => document.querySelector('.mnb-playhead[visibility=visible]') !== null")
    seen = sheet.locator(".mnb-playhead[visibility=visible] line").bounding_box()
    box = sheet.locator(".mnb-scroll").bounding_box()
    assert box["y"] - 5 <= seen["y"] <= box["y"] + box["height"]
    sheet.get_by_role("button", name="Pause").click()
    assert sheet.locator(".mnb-page > .mnb-engraved").count() <= 10
    assert notebook.errors == []


def test_arcs_of_attention_end_at_the_noteheads_of_the_selected_note(lab, notebook) -> None:
    notebook.open_blank(lab, "arcs")
    sheet = opened(notebook.run(ATTENTION))
    page = notebook.page
    click_head(page, sheet, "v1n19")
    sheet.locator(".mnb-arc").first.wait_for(state="attached", timeout=60_000)
    until(
        page,
        f"""() => {{
        const told = ({CLOCK})().overlay.map(arc => arc.from + ' ' + arc.to).sort().join();
        const drawn = [...document.querySelectorAll('.mnb-arc')].map(({{dataset: {{from, to}}}}) => from + ' ' + to);
        return told.length && drawn.sort().join() === told;
    }}""",
    )
    arcs = sheet.evaluate(ARC_ENDS)
    picture(page, "arcs")
    assert {arc["from"] for arc in arcs} == {"v1n19"}
    assert len(arcs) > 4
    for arc in arcs:
        for point, head in zip((arc["start"], arc["stop"]), arc["there"], strict=True):
            assert point == pytest.approx(head, abs=2.5), f"{arc['from']} to {arc['to']}"
    legend = sheet.locator(".mnb-legend").inner_text()
    assert "layer 2, head 3" in legend
    assert "layer 1, head 2" in legend
    notebook.set_theme("JupyterLab Dark")
    before = lines(sheet)
    for _ in range(3):
        sheet.get_by_role("button", name="Larger").click()
    until_more_lines(page, sheet, before)
    until(page, "() => document.querySelectorAll('.mnb-arc').length > 4")
    picture(page, "arcs-dark")
    for arc in sheet.evaluate(ARC_ENDS):
        assert [arc["start"], arc["stop"]] == [pytest.approx(head, abs=3) for head in arc["there"]]
    sheet.locator(".mnb-scroll").focus()
    page.keyboard.press("Escape")
    until(page, "() => document.querySelectorAll('.mnb-arc').length === 0")
    assert notebook.errors == []


def test_the_first_page_is_painted_soon(lab, notebook) -> None:
    notebook.open_blank(lab, "paint")
    opened(notebook.run(CHORALE))
    notebook.run(LONG.replace("display(sheet)", "chorale = load('corpus:bach/bwv66.6')"))
    for name, score in (("BWV 66.6", "chorale"), ("200 bars", "score")):
        taken = sorted(notebook.page.evaluate(PAINT, f"Sheet({score})") for _ in range(3))
        print(f"{name}: on the screen {taken[1] / 1000:.2f} s after its cell is run")
        assert taken[1] < 30_000
    assert notebook.errors == []


def test_a_page_that_is_loaded_again_shows_the_sheet(lab, notebook) -> None:
    notebook.open_blank(lab, "again")
    notebook.run(
        "import musenb\nfrom musenb.widgets.sheet import Sheet\nsheet = Sheet(musenb.motif('C4 D4 E4 G4'))\nsheet"
    )
    notes = notebook.page.locator(".mnb-engraved .note")
    notes.first.wait_for(timeout=60_000)
    notebook.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    notebook.page.reload()
    notes.first.wait_for(timeout=120_000)
    assert notes.count() == 4
    assert notebook.errors == []

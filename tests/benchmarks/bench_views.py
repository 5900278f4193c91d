"""Print a Markdown table of what the views cost in a real JupyterLab, beside tools that show the same.

Run as `python tests/benchmarks/bench_views.py [--midi-player FOLDER] [--bertviz PYTHON] [--out FILE]`. FOLDER is one
whose `node_modules` holds html-midi-player 1.6.0 and @magenta/music 1.23.1, PYTHON an interpreter with BertViz; what is
absent is left out. Times are a person's: from the cell's run to the picture, kernel and all. Chromium draws without a
graphics card, never more than 60 frames a second.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import importlib.util
import runpy
import statistics
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import bench_attention_view
import bench_roll
import pytest
from browsing import PATIENCE, ROOT, UI, Desk, desk, machine, processor_seconds
from playwright.sync_api import Error, TimeoutError

from musenb.export.to_midi import midi_bytes
from musenb.score.note import Note, Score, Voice

DRAWN = runpy.run_path(str(ROOT / "tests" / "ui" / "test_everywhere.py"))["DRAWN"]
FRAMES, SECONDS = 150, 45
MUSENB, PLOTLY, PLAYER, BERTVIZ = "musenb", "plotly FigureWidget", "html-midi-player", "BertViz"
SCRIPTS = ("tone/build/Tone.js", "@magenta/music/es6/core.js", "html-midi-player/dist/midi-player.min.js")
KINDS = {
    "clock": ("Clock", "Position"), "player": ("Sound", "Player"), "roll": ("Roll", "Piano roll"),
    "sheet": ("Sheet", "Score"), "keyboard": ("Keyboard", "Keyboard"), "attention": ("Attention", "Attention"),
}  # fmt: skip

BEGIN = """
import json, ipywidgets, musenb, numpy as np
from musenb.widgets.attention import Attention
from musenb.widgets.clock import Clock
from musenb.widgets.heads import Heads
from musenb.widgets.keyboard import Keyboard
from musenb.widgets.roll import Roll
from musenb.widgets.sheet import Sheet
from musenb.widgets.sound import Sound, shared_engine
chorale = musenb.load("corpus:bach/bwv66.6")
ids = [f"v{v}n{n}" for v, voice in enumerate(chorale.voices) for n in range(len(voice.notes))]
seen = np.tri(len(ids)) * np.random.default_rng(1).random((6, 4, len(ids), len(ids)))
heads = Heads((seen / seen.sum(-1, keepdims=True)).astype(np.float32), notes=ids)
def make(kind):
    return kind(chorale, heads) if kind is Attention else kind(chorale)
engine = shared_engine()
def saved(view):
    states = ipywidgets.Widget.get_manager_state(widgets=[view])["state"].items()
    return sum(len(json.dumps(state)) for key, state in states if key not in (engine.model_id, engine.layout.model_id))
"""
# Run a cell and wait for the frame in which what it shows is drawn; return milliseconds.
PAINTED = f"""async ([source, selector, drawn]) => {{
    const start = performance.now();
    const number = await ({UI.NEW_CELL})(source);
    const isDrawn = eval(drawn);
    while (performance.now() - start < {PATIENCE}000) {{
        await new Promise(requestAnimationFrame);
        const found = jupyterapp.shell.currentWidget.content.widgets[number]?.node.querySelector(selector);
        if (found && isDrawn(found)) return performance.now() - start;
    }}
    throw new Error('nothing drawn');
}}"""
# A roll in plotly: a line for every note, one trace a voice.
LINES = """
import random, threading, time
import plotly.graph_objects as go
random.seed(1)
def line(voice, count):
    x, y = [], []
    for n in range(count):
        pitch = 40 + 12 * voice + random.randrange(12)
        x += [n / 4, n / 4 + 1 / 4, None]
        y += [pitch, pitch, None]
    return go.Scatter(x=x, y=y, mode="lines", line={{"width": 6}}, name=f"voice {{voice + 1}}")
figure = go.FigureWidget([line(v, {notes} // 4) for v in range(4)], layout=dict(dragmode="pan", height=460))
figure.layout.xaxis.range = [0, {quarters}]
figure
"""
# Every note is a path of its own; all of a voice's come in one go.
LINES_DRAWN = """plot => {
    const traces = [...plot.querySelectorAll('.scatterlayer .trace')];
    return traces.length === 4 && traces.every(trace => trace.querySelector('path.js-line')?.getAttribute('d'));
}"""
WATCH_LINES = """plot => { globalThis.plotted = {};
    plot.on('plotly_afterplot', () => globalThis.plotted[plot.data[0].x.length] ??= Date.now()); }"""
STREAM_LINES = """
sent, end = {}, len(figure.data[0].x) // 12
def feed():
    for n in range(30):
        with figure.batch_update():
            for v, trace in enumerate(figure.data):
                trace.x, trace.y = (*trace.x, end + n, end + n + 1, None), (*trace.y, 60 + 3 * v, 60 + 3 * v, None)
        sent[len(figure.data[0].x)] = time.time() * 1000
        time.sleep(0.05)
threading.Thread(target=feed, daemon=True).start()
"""
# Count frames while something is moved once in each, so many frames or seconds; `move` gets the element, the pixels and
# the number of the frame. Return frames a second and how many there were.
MOVED = """async ([element, frames, seconds, by, move]) => {
    const next = () => new Promise(requestAnimationFrame);
    const step = eval(move);
    const start = await next();
    let last = start, n = 0;
    while (n < frames && last - start < 1000 * seconds) { step(element, by, ++n); last = await next(); }
    return [1000 * n / (last - start), n];
}"""
DRAG = """(plot, by, n) => {
    const cover = document.querySelector('.dragcover');
    if (!cover) throw new Error('not dragging');
    const at = {clientX: globalThis.grabbed[0] - by * n, clientY: globalThis.grabbed[1], bubbles: true, buttons: 1};
    cover.dispatchEvent(new MouseEvent('mousemove', at));
}"""
SLIDE = "(element, by) => { element.scrollLeft += by; }"
VISUALIZE = """async ([midi, notes]) => {
    const start = performance.now();
    const shown = document.createElement('midi-visualizer');
    shown.setAttribute('type', 'piano-roll');
    shown.setAttribute('src', `data:audio/midi;base64,${midi}`);
    document.body.append(shown);
    while (performance.now() - start < 180000) {
        await new Promise(requestAnimationFrame);
        if (shown.querySelectorAll('rect.note').length >= notes) return performance.now() - start;
    }
    throw new Error('nothing drawn');
}"""

Table = dict[str, dict[str, str]]


def many(notes: int) -> Score:
    """Return the piece of 50,000 notes that `bench_roll` shows."""
    step = Fraction(1, 4)
    voices = (tuple(Note(n * step, step, 40 + 12 * v + n * n % 12) for n in range(notes // 4)) for v in range(4))
    return Score(tuple(Voice(f"voice {v + 1}", line) for v, line in enumerate(voices)))


def views(opened: Desk, table: Table) -> None:
    """Measure every view of BWV 66.6: until it is drawn, and what a notebook saves of it."""
    with opened.notebook("views") as notebook:
        notebook.run(BEGIN)
        for name, (kind, label) in KINDS.items():
            selector, drawn = f"section[aria-label='{label}']", f"({DRAWN})"
            runs = []
            for n in range(3):
                if n:
                    notebook.run("view.close()")
                runs.append(notebook.page.evaluate(PAINTED, [f"view = make({kind})\ndisplay(view)", selector, drawn]))
            table[f"first paint: {name}, BWV 66.6"] = {MUSENB: milliseconds(statistics.median(runs))}
            table[f"saved state: {name}, BWV 66.6"] = {MUSENB: kilobytes(notebook.value("saved(view)"))}


def roll(opened: Desk, table: Table, notes: int) -> None:
    """Measure the roll of many notes."""
    with opened.notebook("roll") as notebook:
        notebook.run(BEGIN)
        found = bench_roll.measure(notebook, notes, slow=1)
        table[f"first paint: roll, {notes:,} notes"] = {MUSENB: milliseconds(1000 * found[bench_roll.PAINTED])}
        table["scrolling as opened"] = {MUSENB: frames(found["scroll, as opened"])}
        table["scrolling zoomed out"] = {MUSENB: frames(found["scroll, zoomed out all the way"])}
        table["streaming"] = {MUSENB: frames(found["streaming"])}
        late = found["kernel to pixel (ms)"]
        table["kernel to pixel, streamed batch"] = {MUSENB: f"{late['median']:.0f} ms (p95 {late['p95']:.0f})"}
        table[f"saved state: roll, {notes:,} notes"] = {MUSENB: kilobytes(notebook.value("saved(roll)"))}


def lines(opened: Desk, table: Table, notes: int) -> None:
    """Measure the same notes as lines in plotly."""
    with opened.notebook("lines") as notebook:
        notebook.run(BEGIN)
        page = notebook.page
        snippet = LINES.format(notes=notes, quarters=notes // 16)
        taken = page.evaluate(PAINTED, [snippet, ".js-plotly-plot", LINES_DRAWN])
        table[f"first paint: roll, {notes:,} notes"][PLOTLY] = milliseconds(taken)
        table[f"saved state: roll, {notes:,} notes"][PLOTLY] = kilobytes(notebook.value("saved(figure)"))
        plot = page.locator(".js-plotly-plot").first
        plot.evaluate(WATCH_LINES)
        for name, span in (("as opened", 41), ("zoomed out", notes // 32)):
            notebook.run(f"figure.layout.xaxis.range = [100, {100 + span}]")
            plot.scroll_into_view_if_needed()
            table[f"scrolling {name}"][PLOTLY] = dragged(page, plot)
        notebook.run(STREAM_LINES)
        fps, used = moved(page, plot, 0, "() => {}")
        table["streaming"][PLOTLY] = rate(fps, used)
        notebook.wait_until("len(sent) == 30", seconds=PATIENCE)
        sent = notebook.value("sent")
        # What is still on its way then counts as not drawn.
        with contextlib.suppress(TimeoutError):
            page.wait_for_function(f"() => {max(sent)} in globalThis.plotted", timeout=1000 * PATIENCE)
        plotted = {int(count): at for count, at in page.evaluate("() => globalThis.plotted").items()}
        late = sorted(plotted[count] - at for count, at in sent.items() if count in plotted)
        shown = f"{len(late)} of 30 drawn"
        if late:
            middle, slow = statistics.median(late), late[int(0.95 * (len(late) - 1))]
            shown = f"{milliseconds(middle)} (p95 {milliseconds(slow)}), {shown}"
        table["kernel to pixel, streamed batch"][PLOTLY] = shown


def dragged(page: Any, plot: Any) -> str:
    """Return the frames a second while the plot is dragged along."""
    box = plot.locator(".nsewdrag").first.bounding_box()
    place = [box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2]
    page.evaluate("place => { globalThis.grabbed = place; }", place)
    page.mouse.move(*place)
    page.mouse.down()
    page.mouse.move(place[0] - 12, place[1], steps=3)
    fps, used = moved(page, plot, 4, DRAG)
    page.mouse.up()
    return rate(fps, used)


def moved(page: Any, element: Any, by: float, move: str) -> tuple[float, float]:
    """Return frames a second, and the browser's processor milliseconds a frame."""
    before = processor_seconds(page)
    fps, count = page.evaluate(MOVED, [element.element_handle(), FRAMES, SECONDS, by, move])
    return fps, 1000 * (processor_seconds(page) - before) / count


def midi_player(opened: Desk, table: Table, notes: int, folder: Path) -> None:
    """Measure html-midi-player's piano roll in a page of its own."""
    scripts = [folder / "node_modules" / name for name in SCRIPTS]
    context = opened.browser.new_context(viewport={"width": 1200, "height": 1000})
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    page.set_content("<!doctype html><body></body>")
    for script in scripts:
        page.add_script_tag(path=script)
    data = midi_bytes(many(notes))
    taken = page.evaluate(VISUALIZE, [base64.b64encode(data).decode("ascii"), notes // 4 * 4])
    table[f"first paint: roll, {notes:,} notes"][PLAYER] = milliseconds(taken)
    size = sum(script.stat().st_size for script in scripts) + 4 * len(data) // 3
    table[f"saved state: roll, {notes:,} notes"][PLAYER] = f"{kilobytes(size)}, scripts and MIDI in a page"
    fps, used = moved(page, page.locator(".piano-roll-visualizer").first, 40, SLIDE)
    table["scrolling as opened"][PLAYER] = rate(fps, used)
    context.close()


def one_head(opened: Desk, table: Table, python: str) -> None:
    """Measure a head of 2,048 tokens."""
    known: dict[str, Callable[[Any], dict[str, float]]] = {MUSENB: bench_attention_view.attention}
    if importlib.util.find_spec("plotly"):
        known[PLOTLY] = bench_attention_view.plotly
    rows = ("first paint: attention, 2,048 tokens", "one head of 2,048 tokens, chosen to painted",
            "saved state: attention, 2,048 tokens")  # fmt: skip
    for row in rows:
        table[row] = {}
    for tool, measure in known.items():
        with opened.notebook(tool.split()[0]) as notebook:
            found = measure(notebook)
        shown = milliseconds(1000 * found["first"]), milliseconds(1000 * found["next"]), kilobytes(found["saved"])
        for row, text in zip(rows, shown, strict=True):
            table[row][tool] = text
    for name, case, made, size in bench_attention_view.bertviz(python):
        if name == "head_view" and "2048" in case:
            table[rows[0]][BERTVIZ], table[rows[2]][BERTVIZ] = f"{made}, not drawn", size


def milliseconds(value: float) -> str:
    """Return a time in words."""
    return f"{value:.0f} ms" if value < 10_000 else f"{value / 1000:.0f} s"


def kilobytes(value: float) -> str:
    """Return a size in words."""
    return f"{value / 1000:,.0f} kB"


def frames(found: dict[str, float]) -> str:
    """Return frames a second and the processor time of one."""
    return rate(found["fps"], found["cpu"])


def rate(fps: float, used: float) -> str:
    """Return frames a second and the processor time of one in words."""
    return f"{fps:.{0 if fps >= 10 else 1}f} fps, {milliseconds(used)}"


def markdown(table: Table, notes: int, where: str) -> str:
    """Return the table with what it was measured on."""
    tools = [tool for tool in (MUSENB, PLOTLY, PLAYER, BERTVIZ) if any(tool in row for row in table.values())]
    head = [
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {where}; JupyterLab in Chromium, drawn in software.", "",
        f"Scrolling and streaming: {notes:,} notes, frames a second and the browser's processor time for one.", "",
    ]  # fmt: skip
    rows = [["figure", *tools], ["---"] * (1 + len(tools))]
    rows += [[name, *(table[name].get(tool, "") for tool in tools)] for name in sorted(table)]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def main() -> None:
    """Measure, print, and keep the table where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notes", type=int, default=50_000)
    parser.add_argument("--midi-player", type=Path, metavar="FOLDER")
    parser.add_argument("--bertviz", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the table to this file too")
    options = parser.parse_args()
    table: Table = {}
    steps: list[tuple[str, Callable[[Desk], None]]] = [
        ("the views", lambda opened: views(opened, table)),
        ("the roll", lambda opened: roll(opened, table, options.notes)),
        ("one head", lambda opened: one_head(opened, table, options.bertviz)),
    ]
    if options.midi_player:
        folder = options.midi_player
        steps.append((PLAYER, lambda opened: midi_player(opened, table, options.notes, folder)))
    if importlib.util.find_spec("plotly"):
        steps.append(("plotly's roll", lambda opened: lines(opened, table, options.notes)))
    where = machine()
    with desk() as opened:
        for name, step in steps:
            print(f"measuring {name}", file=sys.stderr, flush=True)
            try:
                step(opened)
            except (Error, AssertionError, pytest.fail.Exception) as error:
                print(f"{name} is not complete: {str(error).splitlines()[0]}", file=sys.stderr, flush=True)
            if options.out:
                options.out.write_text(markdown(table, options.notes, where), encoding="utf-8")
    print(markdown(table, options.notes, where))


if __name__ == "__main__":
    main()

"""Print how fast the piano roll is with 50,000 notes in a real JupyterLab: `python tests/benchmarks/bench_roll.py`.

Frames are counted by requestAnimationFrame in headless Chromium, which draws without a graphics card and never more
than 60 a second. `--picture FILE` keeps what was seen, `--json FILE` the figures.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from browsing import desk, machine, processor_seconds

MAKE = """
import random, threading, time
from fractions import Fraction
from musenb.score.note import Note, Origin, Score, Voice
from musenb.widgets.roll import Roll
random.seed(1)
step, each = Fraction(1, 4), {notes} // 4
voices = [[Note(n * step, step, 40 + 12 * v + random.randrange(12)) for n in range(each)] for v in range(4)]
score = Score(tuple(Voice(f"voice {{v + 1}}", tuple(notes)) for v, notes in enumerate(voices)))
began = time.perf_counter(); roll = Roll(score); made = time.perf_counter() - began
shown = time.time() * 1000
display(roll)
"""
PAINTED = "shown to painted, at most (s)"
STATE = "sum(len(v) if isinstance(v, bytes) else len(repr(v)) for k, v in roll.get_state().items() if k != '_esm')"
# Batches come as a generation makes them; each is noted with the moment it was sent.
STREAM = """
sent, end = {}, score.end
def feed():
    for n in range(60):
        roll.append([(v, Note(end + n, 1, 60 + 3 * v, origin=Origin("chorale", 7))) for v in range(4)])
        sent[len(roll._rows)] = time.time() * 1000
        time.sleep(0.05)
threading.Thread(target=feed, daemon=True).start()
"""
WATCH = """canvas => {
    globalThis.paintedAt = {};
    let last = canvas.dataset.notes;
    const look = () => {
        if (canvas.dataset.notes !== last) paintedAt[last = canvas.dataset.notes] = Date.now();
        requestAnimationFrame(look);
    };
    look();
}"""
# Scrolls by the wheel, once a frame; `draw` is how long the page's own work takes in a frame.
FRAMES = """async ([canvas, frames, by]) => {
    const next = () => new Promise(requestAnimationFrame);
    const times = [], busy = [];
    let last = await next();
    for (let n = 0; n < frames; n++) {
        if (by) canvas.dispatchEvent(new WheelEvent('wheel', {deltaX: by, bubbles: true, cancelable: true}));
        // The roll has asked for its frame before this, so this runs when it has drawn.
        const now = await next();
        busy.push(performance.now() - now);
        times.push(now - last);
        last = now;
    }
    const at = (list, share) => list.toSorted((a, b) => a - b)[Math.floor(share * (list.length - 1))];
    const sum = times.reduce((a, b) => a + b, 0);
    return {fps: 1000 * frames / sum, frame_p50: at(times, .5), frame_p95: at(times, .95), draw_p50: at(busy, .5)};
}"""
KEY = "(canvas, key) => canvas.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, cancelable: true, ...key}))"
EDIT = """async canvas => {
    const every = {bubbles: true, cancelable: true};
    const press = more => canvas.dispatchEvent(new KeyboardEvent('keydown', {...every, ...more}));
    canvas.focus();
    press({key: 'ArrowRight'});
    const began = performance.now();
    press({key: 'ArrowUp', altKey: true});
    await new Promise(requestAnimationFrame);
    return performance.now() - began;
}"""


def scroll(page: Any, canvas: Any, frames: int, by: float) -> dict[str, float]:
    """Return the figures of so many frames, each scrolled by so many pixels; `cpu`: see `processor_seconds`."""
    before = processor_seconds(page)
    found = page.evaluate(FRAMES, [canvas, frames, by])
    found["cpu"] = 1000 * (processor_seconds(page) - before) / frames
    return found


def measure(notebook: Any, notes: int, slow: float) -> dict[str, Any]:
    """Return the figures of a roll with so many notes; the notebook is open and empty.

    `slow` slows the page down by this factor while it scrolls, as a weaker machine would.
    """
    page = notebook.page
    output = notebook.run(MAKE.format(notes=notes))
    canvas = output.locator("section[aria-label='Piano roll'] canvas").first
    canvas.wait_for()
    handle = canvas.element_handle()
    page.wait_for_function(f"canvas => canvas.dataset.notes === '{notes // 4 * 4}'", arg=handle, timeout=120_000)
    painted = page.evaluate("() => Date.now()")
    figures: dict[str, Any] = {"notes": notes // 4 * 4, "made in Python (s)": notebook.value("made")}
    figures[PAINTED] = (painted - notebook.value("shown")) / 1000
    figures["state without code (bytes)"] = notebook.value(STATE)
    canvas.scroll_into_view_if_needed()
    throttle = page.context.new_cdp_session(page)
    throttle.send("Emulation.setCPUThrottlingRate", {"rate": slow})
    figures["still"] = scroll(page, handle, 60, 0)
    figures["scroll, as opened"] = scroll(page, handle, 180, 40)
    for place in ("a little", "half", "all the way"):
        for _ in range(5):
            canvas.evaluate(KEY, {"key": "-"})
        figures[f"scroll, zoomed out {place}"] = scroll(page, handle, 180, 10)
    throttle.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    version = notebook.value("roll.version")
    figures["edit to painted (ms)"] = canvas.evaluate(EDIT)
    canvas.evaluate(KEY, {"key": "0"})
    # The stream is measured by itself: not while the kernel still publishes the edit.
    notebook.wait_until(f"roll.version > {version} and not roll._taken")
    canvas.evaluate(WATCH)
    notebook.run(STREAM)
    canvas.scroll_into_view_if_needed()
    figures["streaming"] = scroll(page, handle, 150, 0)
    total = notes // 4 * 4 + 240
    page.wait_for_function(f"canvas => Number(canvas.dataset.notes) >= {total}", arg=handle, timeout=120_000)
    sent = notebook.value("sent")
    painted_at = {int(count): when for count, when in page.evaluate("() => paintedAt").items()}
    late = sorted(painted_at[count] - when for count, when in sent.items() if count in painted_at)
    figures["kernel to pixel (ms)"] = {"median": late[len(late) // 2], "p95": late[int(0.95 * (len(late) - 1))]}
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notes", type=int, default=50_000)
    parser.add_argument("--slow", type=float, default=1, help="scroll with the page slowed down by this factor")
    parser.add_argument("--picture", type=Path, help="write what was seen at the end to this PNG")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    with desk() as opened, opened.notebook("bench") as notebook:
        figures = measure(notebook, options.notes, options.slow)
        if options.picture:
            notebook.page.screenshot(path=options.picture)
    print(machine())
    for name, value in figures.items():
        parts = value if isinstance(value, dict) else {"": value}
        text = "  ".join(f"{part} {number:.1f}".strip() for part, number in parts.items())
        print(f"{name:<36}{text}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

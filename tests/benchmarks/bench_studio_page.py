"""Print what a person at the studio's panel waits for, and how much memory it takes, in a real JupyterLab.

Run as `python tests/benchmarks/bench_studio_page.py [--rounds N] [--minutes N] [--one-core]`. With --one-core the
server and its kernel have one processor. The notebook and the journal lie in a temporary folder.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import runpy
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import CDPSession, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
DEMO = """import sys
from musenb.commands.demo import open_demo
sys.exit(open_demo(browser=False, folder=sys.argv[1]))"""
CELL = "import musenb\nstudio = musenb.Studio('C5 D5 E5 G5 | F5 E5 D5:2', seed=1, seed_locked=True, bars=8)\nstudio"
CODE = {"cell_type": "code", "id": "studio", "source": CELL, "metadata": {}, "outputs": [], "execution_count": None}
BLANK = {
    "cells": [CODE],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "nbformat": 4, "nbformat_minor": 5,
}  # fmt: skip
# Milliseconds for what comes at once, and for a whole continuation, on a machine that has other work.
LATE, LONG = 300_000, 1_800_000
IDLE = "() => globalThis.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
ROLL = "document.querySelector('section[aria-label=\"Piano roll\"] canvas[data-notes]')"
# Notes down when the number of notes drawn on the roll changes, and when something sounds first.
WATCH = """() => {
    const canvas = document.querySelector('section[aria-label="Piano roll"] canvas[data-notes]');
    const bench = globalThis.bench = {clicked: 0, drawn: [], heard: 0};
    let shown = canvas.dataset.notes;
    new MutationObserver(() => {
        if (canvas.dataset.notes === shown) return;
        shown = canvas.dataset.notes;
        bench.drawn.push([performance.now(), Number(shown)]);
    }).observe(canvas, {attributes: true, attributeFilter: ['data-notes']});
    const samples = new Float32Array(2048);
    const hear = () => {
        const analyser = globalThis[Symbol.for('musenb.audio')]?.analyser;
        if (analyser && bench.clicked && !bench.heard) {
            analyser.getFloatTimeDomainData(samples);
            const loud = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
            if (loud > 0.003) bench.heard = performance.now();
        }
        setTimeout(hear, 10);
    };
    hear();
}"""
CLICK = """button => {
    Object.assign(globalThis.bench, {clicked: performance.now(), drawn: [], heard: 0});
    button.click();
}"""
STOP = "button => { globalThis.bench.stopped = performance.now(); button.click(); }"
EXECUTE = """async code => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({code, store_history: false});
    let text = '';
    future.onIOPub = message => { if (message.header.msg_type === 'stream') text += message.content.text; };
    await future.done;
    return text;
}"""


def main() -> None:
    """Open the panel, press its buttons, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--one-core", action="store_true")
    asked = parser.parse_args()
    browser = runpy.run_path(str(ROOT / "tests" / "__main__.py"))["find_chromium"]()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server, address = stack.enter_context(demo(Path(folder), asked.one_core))
        with sync_playwright() as playwright:
            flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
            page = playwright.chromium.launch(executable_path=browser, args=flags).new_page()
            page.goto(address)
            page.wait_for_function(IDLE, timeout=LATE)
            page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
            desk = page.get_by_role("region", name="Studio")
            desk.wait_for(timeout=LATE)
            page.wait_for_function(f"() => {ROLL}?.dataset.notes === '7'", timeout=LATE)
            page.evaluate(WATCH)
            measure(page, desk, asked.rounds)
            stream(page, desk, asked.minutes, server.pid)
    print(f"load of the machine               {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


@contextlib.contextmanager
def demo(folder: Path, one_core: bool) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start JupyterLab with an empty home and yield its process and the address of a notebook with a studio."""
    (folder / "work").mkdir()
    (folder / "work" / "bench.ipynb").write_text(json.dumps(BLANK))
    (folder / "config").mkdir()
    (folder / "config" / "jupyter_lab_config.json").write_text('{"LabApp": {"expose_app_in_browser": true}}')
    more = {"HOME": str(folder), "JUPYTER_CONFIG_DIR": str(folder / "config"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", DEMO, str(folder / "work")]
    if one_core:
        command = ["taskset", "-c", "0", *command]
    server = subprocess.Popen(command, env={**os.environ, **more}, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        found = re.search(r"(http://127\.0\.0\.1:\d+)/\S+\?token=(\S+)", server.stdout.readline())
        assert found, "the demo printed no address"
        yield server, f"{found[1]}/doc/tree/bench.ipynb?token={found[2]}&reset"
    finally:
        server.terminate()
        server.wait()


def measure(page: Page, desk: Locator, rounds: int) -> None:
    """Print the waits of so many continuations that are stopped on the way, and of one that is not."""
    drawn, heard, stopped = [], [], []
    for number in range(rounds):
        begin(page, desk, 32)
        page.wait_for_function("() => bench.heard && bench.drawn.length", timeout=LATE)
        page.wait_for_timeout(random.Random(number).uniform(0, 800))
        button(desk, "Stop and keep what is there").evaluate(STOP)
        settle(page)
        found = page.evaluate("() => bench")
        drawn.append(found["drawn"][0][0] - found["clicked"])
        heard.append(found["heard"] - found["clicked"])
        stopped.append(max(0.0, found["drawn"][-1][0] - found["stopped"]))
    begin(page, desk, 16)
    settle(page)
    changes = page.evaluate("() => bench.drawn")
    rate = (changes[-1][1] - changes[0][1]) / (changes[-1][0] - changes[0][0]) * 1000
    print(f"click to first note drawn         {spread(drawn)}   (the very first {drawn[0]:.0f} ms)")
    print(f"click to first note heard         {spread(heard)}   (the very first {heard[0]:.0f} ms)")
    print(f"click on Stop to last note drawn  {spread(stopped)}")
    print(f"notes a second drawn              {rate:.0f}", flush=True)


def stream(page: Page, desk: Locator, minutes: float, server: int) -> None:
    """Stream for so long, each time from the motif, and print what the memory was before and after."""
    devtools = page.context.new_cdp_session(page)
    began, before, notes = time.monotonic(), memory(page, devtools, server), 0
    while time.monotonic() - began < 60 * minutes:
        begin(page, desk, 32)
        settle(page)
        notes += int(page.evaluate("() => bench.drawn.at(-1)?.[1] ?? 0"))
    after = memory(page, devtools, server)
    print(f"streamed for                      {(time.monotonic() - began) / 60:.0f} minutes, {notes} notes drawn")
    for name, first, last in zip(("kernel", "server", "page"), before, after, strict=True):
        what = "JS heap" if name == "page" else "resident"
        print(f"{name}, {what:<24}  {first:5.0f} MB at first, {last:5.0f} MB at last")
    print(f"kernel and server together        {after[0] + after[1]:.0f} MB")


def begin(page: Page, desk: Locator, bars: int) -> None:
    """Go back to the motif and press Continue."""
    page.evaluate(EXECUTE, f"studio.select(1); studio.desk.bars = {bars}; studio.desk.seed_locked = False")
    page.wait_for_function(f"() => {ROLL}.dataset.notes === '7'", timeout=LATE)
    page.evaluate("() => [...globalThis[Symbol.for('musenb.clocks')].values()].forEach(clock => clock.pause())")
    page.wait_for_timeout(300)
    button(desk, "Continue").evaluate(CLICK)
    page.wait_for_function("() => bench.drawn.length", timeout=LATE)


def settle(page: Page) -> None:
    """Wait until nothing is written and everything is drawn."""
    page.wait_for_function("() => !document.querySelector('.mnb-desk-main').disabled", timeout=LONG)
    page.evaluate(EXECUTE, "studio.settle()")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def memory(page: Page, devtools: CDPSession, server: int) -> tuple[float, float, float]:
    """Return megabytes of the kernel, of the server with what else it runs, and of the page's heap."""
    kernel = int(page.evaluate(EXECUTE, "import os, gc; gc.collect(); print(os.getpid())"))
    others = [pid for pid in family(server) if pid != kernel]
    devtools.send("HeapProfiler.collectGarbage")
    heap = devtools.send("Runtime.getHeapUsage")["usedSize"]
    return resident(kernel), sum(map(resident, others)), heap / 1e6


def family(root: int) -> list[int]:
    """Return the numbers of a process and of all that it has begun."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    found = [root]
    for one in found:
        found += [pid for pid, parent in parents.items() if parent == one]
    return found


def resident(pid: int) -> float:
    """Return the megabytes that a process has in memory, what it shares with others counted in part."""
    with contextlib.suppress(OSError):
        shares = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        return int(shares[1]) / 1000 if shares else 0.0
    return 0.0


def button(desk: Locator, name: str) -> Locator:
    """Return the button of the desk with this name."""
    return desk.get_by_role("button", name=name, exact=True)


def spread(milliseconds: Sequence[float]) -> str:
    """Return the median and the worst."""
    return f"median {statistics.median(milliseconds):6.0f} ms   worst {max(milliseconds):6.0f} ms"


if __name__ == "__main__":
    main()

"""Print what one head of 2,048 tokens costs: in the attention view, in plotly's FigureWidget and in BertViz.

Run as `python tests/benchmarks/bench_attention_view.py [--bertviz PYTHON]`: PYTHON is an interpreter that has BertViz.
JupyterLab and Chromium are started as the browser tests start them. Times are those of a person: from the choice to the
picture, kernel and all. Saved state is what the notebook file gains, the view's program included. BertViz draws with
scripts that it loads from the net, so of its pages only the making and the size are told.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import subprocess
import sys
import time
from typing import Any

from browsing import desk, machine

# Five heads that have not been seen yet: along the first layer to its end, then back along the second.
MOVES = ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft")

MODEL = """
import json, time
import numpy as np
from ipywidgets.embed import dependency_state
tokens, layers, heads = 2048, 6, 4
def one(seed):
    logits = np.random.default_rng(seed).normal(0, 2, (tokens, tokens)).astype(np.float32)
    logits[~np.tri(tokens, dtype=bool)] = -np.inf
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)
weights = np.stack([one(seed) for seed in range(layers * heads)]).reshape(layers, heads, tokens, tokens)
def saved(widget):
    return len(json.dumps(dependency_state([widget], drop_defaults=False)))
"""
OURS = """
from musenb.widgets.attention import Attention
start = time.perf_counter()
view = Attention(None, weights, level="tokens")
made = time.perf_counter() - start
view
"""
PLOTLY = """
import plotly.graph_objects as go
start = time.perf_counter()
figure = go.FigureWidget(go.Heatmap(z=weights[0, 0]))
made = time.perf_counter() - start
figure
"""
# Wait until the page's canvas shows a matrix cell by cell; then choose the next head and wait for its picture.
PAINTED = """view => {
    const canvas = view.querySelector('.mnb-matrix');
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    for (let at = 0; at < data.length; at += 4) seen.add(data[at] << 16 | data[at + 1] << 8 | data[at + 2]);
    return seen.size > 100;
}"""
NEXT_HEAD = """async ([view, key]) => {
    const canvas = view.querySelector('.mnb-matrix');
    const context = Object.getPrototypeOf(canvas.getContext('2d'));
    const draw = context.drawImage;
    let painted = 0;
    context.drawImage = function (image, ...place) {
        // The saved picture of a head has fewer cells a side.
        if (this.canvas === canvas && image.width > 200) painted = performance.now();
        return draw.call(this, image, ...place);
    };
    const start = performance.now();
    const grid = view.querySelector('[aria-label^=Heads]');
    grid.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
    while (!painted && performance.now() < start + 180000) await new Promise(requestAnimationFrame);
    context.drawImage = draw;
    if (!painted) throw new Error('no picture within 180 s');
    return painted - start;
}"""
COUNT_PLOTS = """plot => { globalThis.plots = 0; plot.on('plotly_afterplot', () => globalThis.plots++); }"""

BERTVIZ = """
import time, sys
import numpy as np, torch
from bertviz import head_view, model_view
def page(make, layers, heads, tokens):
    weights = np.random.default_rng(0).dirichlet(np.ones(tokens), (layers, 1, heads, tokens)).astype(np.float32)
    start = time.perf_counter()
    html = make([torch.from_numpy(layer) for layer in weights], [str(n) for n in range(tokens)], html_action="return")
    took = time.perf_counter() - start
    print(f"{make.__name__}|{layers * heads} heads, {tokens} tokens|{took:.1f} s to make|{len(html.data) / 1e6:.1f} MB")
page(head_view, 1, 1, 2048)
page(model_view, 1, 1, 2048)
page(model_view, 6, 4, 256)
"""


def attention(notebook: Any) -> dict[str, float]:
    """Return the seconds until a head is painted, and the bytes saved, of the attention view; the notebook is empty."""
    notebook.run(MODEL)
    start = time.perf_counter()
    view = notebook.run(OURS).locator("section[aria-label=Attention]").first
    view.wait_for()
    handle = view.element_handle()
    notebook.page.wait_for_function(PAINTED, arg=handle, timeout=120_000)
    first = time.perf_counter() - start
    view.scroll_into_view_if_needed()
    taken = [notebook.page.evaluate(NEXT_HEAD, [handle, key]) / 1000 for key in MOVES]
    found = {"made": notebook.value("made"), "first": first, "next": statistics.median(taken)}
    program = notebook.value("len(json.dumps(str(view._esm)))")
    return {**found, "saved": notebook.value("saved(view)"), "program": program}


def plotly(notebook: Any) -> dict[str, float]:
    """Return the same of a heatmap in plotly's FigureWidget, one head in it."""
    notebook.run(MODEL)
    start = time.perf_counter()
    plot = notebook.run(PLOTLY).locator(".js-plotly-plot").first
    plot.locator(".heatmaplayer image").first.wait_for(state="attached", timeout=240_000)
    first = time.perf_counter() - start
    plot.evaluate(COUNT_PLOTS)
    taken = []
    for head in range(1, 4):
        before = notebook.page.evaluate("() => globalThis.plots")
        start = time.perf_counter()
        notebook.run(f"figure.data[0].z = weights[0, {head}]")
        notebook.page.wait_for_function("before => globalThis.plots > before", arg=before, timeout=240_000)
        taken.append(time.perf_counter() - start)
    found = {"made": notebook.value("made"), "first": first, "next": statistics.median(taken)}
    return {**found, "saved": notebook.value("saved(figure)")}


def bertviz(python: str) -> list[list[str]]:
    """Return name, case, time to make and size of BertViz's pages; nothing where that interpreter has no BertViz."""
    asked = [python, "-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('bertviz') is None)"]
    if subprocess.run(asked, check=False).returncode:
        return []
    done = subprocess.run([python, "-c", BERTVIZ], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"BertViz failed: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
    return [row.split("|") for row in done.stdout.splitlines() if row]


def line(what: str, *figures: str) -> None:
    """Print one row of the table."""
    print(f"{what:<28}" + "".join(f"{figure:<34}" for figure in figures), flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bertviz", default=sys.executable, metavar="PYTHON")
    pages = bertviz(parser.parse_args().bertviz)
    for name, *figures in pages:
        line(f"BertViz {name}", *figures)
    if not pages:
        print("BertViz is not installed: its lines are left out; name an interpreter that has it with --bertviz")
    print(machine())
    with desk() as opened:
        for name, measure in (("attention view, 24 heads", attention), ("plotly FigureWidget, 1 head", plotly)):
            if measure is plotly and importlib.util.find_spec("plotly") is None:
                print("plotly is not installed: its line is left out")
                continue
            with opened.notebook(name.split()[0]) as notebook:
                found = measure(notebook)
            own = f" ({found['program'] / 1e6:.2f} its program)" if "program" in found else ""
            line(
                *(name, f"{found['made']:.1f} s to make, {found['first']:.1f} s to first picture"),
                *(f"next head in {1000 * found['next']:.0f} ms", f"{found['saved'] / 1e6:.2f} MB saved{own}"),
            )


if __name__ == "__main__":
    main()

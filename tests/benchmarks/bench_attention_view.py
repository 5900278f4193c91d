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
from pathlib import Path
from typing import Any

import pytest

UI = Path(__file__).resolve().parents[1] / "ui"
ROUNDS = 5

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
NEXT_HEAD = """async view => {
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
    grid.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}));
    while (!painted && performance.now() < start + 30000) await new Promise(requestAnimationFrame);
    context.drawImage = draw;
    if (!painted) throw new Error('no picture within 30 s');
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


def _ui() -> Any:
    spec = importlib.util.spec_from_file_location("ui_fixtures", UI / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["ui_fixtures"] = module
    spec.loader.exec_module(module)
    return module


if "pytest" in sys.modules and __name__ != "__main__":
    lab, browser, notebook = (getattr(_ui(), name) for name in ("lab", "browser", "notebook"))


def line(what: str, *figures: str) -> None:
    """Print one row of the table."""
    print(f"{what:<28}" + "".join(f"{figure:<34}" for figure in figures), flush=True)


@pytest.mark.timeout(600)
def test_attention_view(lab, notebook) -> None:
    """Measure the attention view."""
    notebook.open_blank(lab, "ours")
    notebook.run(MODEL)
    start = time.perf_counter()
    view = notebook.run(OURS).locator("section[aria-label=Attention]").first
    view.wait_for()
    handle = view.element_handle()
    notebook.page.wait_for_function(PAINTED, arg=handle, timeout=60_000)
    first = time.perf_counter() - start
    view.scroll_into_view_if_needed()
    taken = [notebook.page.evaluate(NEXT_HEAD, handle) for _ in range(ROUNDS)]
    state = notebook.value("saved(view)") / 1e6
    program = notebook.value("len(json.dumps(str(view._esm))) + len(json.dumps(str(view._css or '')))") / 1e6
    made = notebook.value("made")
    line("attention view, 24 heads", f"{made:.1f} s to make, {first:.1f} s to first picture",
         f"next head in {statistics.median(taken):.0f} ms", f"{state:.2f} MB saved ({program:.2f} its program)")


@pytest.mark.timeout(600)
def test_plotly(lab, notebook) -> None:
    """Measure a heatmap in plotly's FigureWidget, one head in it."""
    if importlib.util.find_spec("plotly") is None:
        pytest.skip("plotly is not installed")
    notebook.open_blank(lab, "plotly")
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
    state, made = notebook.value("saved(figure)") / 1e6, notebook.value("made")
    line("plotly FigureWidget, 1 head", f"{made:.1f} s to make, {first:.1f} s to first picture",
         f"next head in {1000 * statistics.median(taken):.0f} ms", f"{state:.1f} MB saved")


def bertviz(python: str) -> None:
    """Print how long BertViz makes its pages and how large they are, or that it is not installed."""
    asked = [python, "-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('bertviz') is None)"]
    if subprocess.run(asked, check=False).returncode:
        print("BertViz is not installed: its lines are left out; name an interpreter that has it with --bertviz")
        return
    done = subprocess.run([python, "-c", BERTVIZ], capture_output=True, text=True, check=False)
    for row in filter(None, done.stdout.splitlines()):
        name, *figures = row.split("|")
        line(f"BertViz {name}", *figures)
    if done.returncode:
        print(f"BertViz failed: {done.stderr.strip().splitlines()[-1]}")


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bertviz", default=sys.executable, metavar="PYTHON")
    bertviz(parser.parse_args().bertviz)
    return int(pytest.main(["-q", "-s", "-p", "no:cacheprovider", "-W", "ignore", __file__]))


if __name__ == "__main__":
    sys.exit(main())

"""Relative-attention benchmark against its floor: causal attention of torch without any relative term.

Every figure is a ratio of two measurements of one run, taken in turn, on one thread, of the whole network: the
attention form is all that differs. Times are processor time, the best of the repeats: other programs on the machine are
not counted, though they still take cache from us. Peak memory is what a fresh process holds at most, above the network
itself; it is read from Linux's /proc and None elsewhere.

Legend: L positions of a row, batch 1; 'train' is forward and backward.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.process_memory import memory_of
from musenb.model.torch.relative import chunked_relative_attention, plain_relative_attention, skewed_relative_attention
from musenb.model.torch.transformer import Inputs, Transformer

Form = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
VOCABULARY = 390
WINDOW = 512
LENGTHS = (256, 512, 1024, 2048, 4096)


def floor_attention(q: Tensor, k: Tensor, v: Tensor, table: Tensor) -> Tensor:
    """Attend causally without the relative term, by torch's fused kernel; `table` is not read."""
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


def windowed_attention(q: Tensor, k: Tensor, v: Tensor, table: Tensor) -> Tensor:
    """Attend locally with blocks of 512, in the chunked form."""
    return chunked_relative_attention(q, k, v, table, block=WINDOW)


FORMS: dict[str, Form] = {
    "floor": floor_attention,
    "chunked": chunked_relative_attention,
    "local": windowed_attention,
    "skewed": skewed_relative_attention,
    "gathered": plain_relative_attention,
}
LONGEST = {"skewed": 2048, "gathered": 512}  # beyond, the temporaries alone are gigabytes


class FormAttention(nn.Module):
    """Attention of a block with the form as a parameter; it stands in for `transformer.Attention`."""

    def __init__(self, config: ModelConfig, form: Form) -> None:
        super().__init__()
        self.heads = config.heads
        self.form = form
        self.mix = nn.Linear(config.width, 3 * config.width, bias=False)
        self.out = nn.Linear(config.width, config.width, bias=False)
        shape = (config.heads, config.max_distance, config.head_width)
        self.distance = nn.Parameter(torch.randn(shape) * config.head_width**-0.5)

    def forward(self, x: Tensor, attributes: Tensor, tap: None = None) -> Tensor:  # (B, L, D)
        rows, length, width = x.shape
        projected = self.mix(x).view(rows, length, 3, self.heads, -1)
        q, k, v = projected.permute(2, 0, 3, 1, 4)  # each (B, H, L, Dh)
        mixed = self.form(q, k, v, self.distance)
        return self.out(mixed.transpose(1, 2).reshape(rows, length, width))


def network(form: str, length: int, *, layers: int = 6, width: int = 256) -> Transformer:
    """Return a network of 8 heads whose attention is of the named form, for rows of up to `length`.

    Raises
    ------
    ModelError
        The form is unknown or the length below 1.
    """
    if form not in FORMS:
        raise ModelError(f"attention form {form!r} is none of {', '.join(FORMS)}")
    if length < 1:
        raise ModelError(f"a benchmark of length {length} was asked for; at least 1 is needed")
    config = ModelConfig(
        VOCABULARY,
        width=width,
        layers=layers,
        heads=8,
        feed_forward=4 * width,
        max_distance=length,
        context=length,
        dropout=0.0,
    )
    model = Transformer(config)
    for block in model.blocks:
        block.attention = FormAttention(config, FORMS[form])
    return model


def forward_once(model: Transformer, length: int) -> None:
    """Run the network over a row, keeping nothing."""
    with torch.no_grad():
        model(row_of(length))


def train_once(model: Transformer, length: int) -> None:
    """Run the network over a row and back."""
    inputs = row_of(length)
    loss = F.cross_entropy(model(inputs).flatten(0, 1), inputs.tokens.flatten())
    loss.backward()
    model.zero_grad(set_to_none=True)


def row_of(length: int) -> Inputs:
    """Return one row of tokens without features or relations."""
    empty = torch.zeros(1, length, 0, dtype=torch.int64)
    return Inputs(torch.arange(length)[None] % VOCABULARY, empty, empty)


PASSES = {"forward": forward_once, "train": train_once}


def time_forms(
    length: int,
    *,
    forms: Sequence[str] = tuple(FORMS),
    repeats: int = 3,
    layers: int = 6,
    width: int = 256,
) -> list[dict]:
    """Time forward and training of each form at one length.

    Parameters
    ----------
    length : int
    forms : sequence of str
        Names out of `FORMS`; the floor is always measured, and forms too large for the length are left out.
    repeats : int
        Rounds over all forms, >= 1; the best of each counts.
    layers, width : int

    Returns
    -------
    list of dict
        `form`, `length`, `forward_ms`, `train_ms`, `forward_x_floor`, `train_x_floor`; the floor first.
    """
    names = ["floor"]
    for form in forms:
        if form != "floor" and length <= LONGEST.get(form, length):
            names.append(form)
    models = {name: network(name, length, layers=layers, width=width) for name in names}
    best = {(name, what): float("inf") for name in names for what in PASSES}
    with torch_on_one_thread():
        for round_number in range(repeats + 1):
            for name, what in best:
                start = time.process_time()
                PASSES[what](models[name], length)
                taken = 1e3 * (time.process_time() - start)
                if round_number:  # the first round warms up
                    best[name, what] = min(best[name, what], taken)
    rows = []
    for name in names:
        row: dict[str, Any] = {"form": name, "length": length}
        row |= {f"{what}_ms": best[name, what] for what in PASSES}
        row |= {f"{what}_x_floor": best[name, what] / best["floor", what] for what in PASSES}
        rows.append(row)
    return rows


def peak_memory(
    form: str, length: int, *, what: str = "train", layers: int = 6, width: int = 256
) -> float | None:
    """Return the MB that a fresh process holds at most above the network, in one forward or training pass.

    None where /proc does not tell.
    """
    arguments = json.dumps([form, length, what, layers, width])
    code = f"from musenb.model.bench.attention import print_peak; print_peak(*{arguments})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ModelError(f"measuring memory of form {form!r} at length {length} failed: {done.stderr.strip()[-300:]}")
    return json.loads(done.stdout)


def print_peak(form: str, length: int, what: str, layers: int, width: int) -> None:
    """Print what `peak_memory` returns: the body of its process."""
    model = network(form, length, layers=layers, width=width)
    with torch_on_one_thread():
        PASSES[what](model, 16)  # load the kernels, allocate what stays
        try:
            Path("/proc/self/clear_refs").write_bytes(b"5")  # forget the peak so far
            before = memory_of("VmRSS")
        except OSError:
            before = None
        PASSES[what](model, length)
    print(json.dumps(None if before is None else memory_of("VmHWM") - before))


def growth(lengths: Sequence[int], values: Sequence[float]) -> dict[str, float]:
    """Fit how a figure grows with the length.

    Returns
    -------
    dict
        `exponent` p of the best c L^p, and `constant`, `linear`, `quadratic` of the best c + a L + b L^2 without
        negative terms, each figure weighted by its inverse so that short lengths count alike.

    Raises
    ------
    ModelError
        There are fewer than 3 lengths, or a figure is not above 0.
    """
    x = np.asarray(lengths, float)
    y = np.asarray(values, float)
    if x.size < 3 or np.any(y <= 0):
        raise ModelError(f"growth needs at least 3 lengths and figures above 0; got {list(lengths)} and {list(values)}")
    exponent = float(np.polyfit(np.log(x), np.log(y), 1)[0])
    powers = np.stack([x**0, x, x**2], 1) / y[:, None]
    kept = [0, 1, 2]
    while True:
        columns = powers[:, kept]
        terms = np.linalg.lstsq(columns, np.ones_like(y), rcond=None)[0]
        if np.all(terms >= 0):
            break
        largest = np.max(np.abs(columns), 0)
        kept.pop(int(np.argmin(terms * largest)))
    names = ("constant", "linear", "quadratic")
    found = dict.fromkeys(names, 0.0)
    for number, term in zip(kept, terms, strict=True):
        found[names[number]] = float(term)
    return {"exponent": exponent} | found


def attention_figures(
    *,
    lengths: Sequence[int] = LENGTHS,
    forms: Sequence[str] = tuple(FORMS),
    repeats: int = 3,
    headline: int = 2048,
    layers: int = 6,
    width: int = 256,
) -> dict:
    """Measure all lengths and forms, the peaks of memory and their growth.

    Returns
    -------
    dict
        `forward_x_floor`, `train_x_floor` and `memory_x_floor` (training; `forward_memory_x_floor` beside it) of the
        chunked form at the length `headline`, or None when it was not measured; `times`, the rows of `time_forms`;
        `memory`, rows with `form`, `length`, `forward_mb`, `train_mb`; `growth`, the fits of the chunked form.
    """
    size = {"layers": layers, "width": width}
    times = []
    for length in lengths:
        times += time_forms(length, forms=forms, repeats=repeats, **size)
    memory = []
    for length in lengths:
        for form in ("floor", "chunked"):
            row: dict[str, Any] = {"form": form, "length": length}
            row |= {f"{what}_mb": peak_memory(form, length, what=what, **size) for what in PASSES}
            memory.append(row)
    chunked = {row["length"]: row for row in times if row["form"] == "chunked"}
    ratios = chunked.get(headline, {})
    found = {f"{what}_x_floor": ratios.get(f"{what}_x_floor") for what in PASSES}
    peaks = {(row["form"], row["length"]): row for row in memory}
    above = peaks.get(("chunked", headline), {})
    below = peaks.get(("floor", headline), {})
    for name, column in (("memory_x_floor", "train_mb"), ("forward_memory_x_floor", "forward_mb")):
        measured = above.get(column) and below.get(column)
        found[name] = above[column] / below[column] if measured else None
    fits = {}
    if len(lengths) >= 3:
        for what in PASSES:
            durations = [chunked[length][f"{what}_ms"] for length in lengths]
            fits[f"{what}_ms"] = growth(lengths, durations)
        held = [mb for n in lengths if (mb := peaks["chunked", n]["train_mb"])]
        if len(held) == len(lengths):
            fits["train_mb"] = growth(lengths, held)
    return found | {"times": times, "memory": memory, "growth": fits}


@contextmanager
def torch_on_one_thread() -> Iterator[None]:
    """Let torch compute on one thread inside, and as before afterwards."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)

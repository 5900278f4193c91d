"""Benchmark command `musenb bench`: attention, decoding and the first note as ratios to their floors, in one run."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import musenb
from musenb.commands.progress import Bar
from musenb.errors import MusenbError
from musenb.model.process_memory import memory_of
from musenb.sample.policy import DEFAULT_MODEL

PRIME = "upbeat=1 key=A E4 A4:1 B4:1 C#5:1 B4:1"
SESSION = (
    "import time; began = time.perf_counter(); import musenb; took = time.perf_counter() - began; "
    "from musenb.commands.bench import print_session; print_session(took)"
)
TARGETS = {  # figure: (what it is, bound, whether the bound is the least)
    "forward_x_floor": ("forward, times the floor's", 1.5, False),
    "train_x_floor": ("forward and backward, times the floor's", 1.8, False),
    "memory_x_floor": ("peak memory of training, times the floor's", 1.4, False),
    "decode_x_sgemv": ("decoding speed, share of the floor's", 0.7, True),
    "decode_tokens_per_s": ("tokens a second, from the first to the last of the context", None, True),
    "decode_x_hf_gpt2": ("decoding speed, times that of GPT-2 in transformers", 3.0, True),
    "slowest_x_fastest": ("slowest step, times the fastest", 2.0, False),
    "traced_x_plain": ("a step with its attention recorded, times one without", 1.25, False),
    "first_note_ms": ("ms from a request to the first note, model loaded", 150, False),
    "import_s": ("s to import musenb", None, False),
    "session_mb": ("MB of a process that wrote one bar", 600, False),
}


def benchmark(*, quick: bool = False, as_json: bool = False, model: str = DEFAULT_MODEL) -> int:
    """Print the figures of this machine, as a table or as JSON."""
    record = figures(quick=quick, model=model)
    print(json.dumps(record) if as_json else table(record))
    return 0


def figures(*, quick: bool = False, model: str = DEFAULT_MODEL) -> dict[str, Any]:
    """Measure everything, on one thread.

    Parameters
    ----------
    quick : bool
        Measure rows of up to 512 instead of 4,096 positions, and fewer times.
    model : str
        A shipped model or a .safetensors file, in whose shape the decoder is measured as 'chorale'.

    Returns
    -------
    dict
        The figures of `TARGETS` (without 'decode_x_hf_gpt2' where transformers is not installed; None for what the
        platform does not tell); `length`, that of the ratios of attention; `machine`; and all that they come from:
        `attention`, `decode`, `chorale` (the decoder in the model's shape), `session` and `hf_gpt2`.
    """
    from musenb.model.bench.attention import FORMS, LENGTHS, attention_figures
    from musenb.model.bench.decoding import decode_figures, gpt2_figures
    from musenb.sample.models import open_model

    shape = open_model(model).decoder.config
    lengths = (128, 256, 512) if quick else LENGTHS
    repeats = 2 if quick else 3
    rounds = 10 if quick else 60
    headline = 512 if quick else 2048
    forms = ("chunked",) if quick else tuple(FORMS)
    stages = {
        "session": lambda: session_figures(3),
        "decode": lambda: decode_figures(rounds=rounds),
        "chorale": lambda: decode_figures(shape, rounds=rounds),
        "hf_gpt2": lambda: gpt2_figures(tokens=64 if quick else 512, rounds=2 if quick else 3),
        "attention": lambda: attention_figures(lengths=lengths, repeats=repeats, headline=headline, forms=forms),
    }
    if importlib.util.find_spec("transformers") is None:
        del stages["hf_gpt2"]
    record: dict[str, Any] = {
        "musenb": musenb.__version__,
        "machine": machine(),
        "quick": quick,
        "length": headline,
        "model": model,
    }
    with Bar("measuring") as bar:
        for number, (name, measure) in enumerate(stages.items()):
            record[name] = measure()
            bar.show((number + 1) / len(stages))
    return record | headlines(record)


def headlines(record: dict[str, Any]) -> dict[str, float | None]:
    """Return the figures of `TARGETS` out of what was measured."""
    everything = record["attention"] | record["decode"] | record["session"] | record.get("hf_gpt2", {})
    everything["traced_x_plain"] = record["decode"]["traced_x_plain"]["weights traced"]
    return {name: everything[name] for name in TARGETS if name in everything}


def machine() -> dict[str, Any]:
    """Return what the figures were measured on, and how busy it was with other work."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    found: dict[str, Any] = {
        "processor": name,
        "processors": os.cpu_count(),
        "platform": platform.platform(terse=True),
    }
    if hasattr(os, "getloadavg"):
        found["load"] = round(os.getloadavg()[0], 1)
    found["python"] = platform.python_version()
    found["numpy"] = version("numpy")
    found["torch"] = version("torch")
    found["date"] = time.strftime("%Y-%m-%d", time.gmtime())
    return found


def session_figures(processes: int) -> dict[str, float | None]:
    """Return the best of several fresh processes that import musenb, load the chorale model and write a bar.

    Returns
    -------
    dict
        `import_s`, `load_ms`, `first_note_cold_ms`, the first request of the process; `first_note_ms`, the median of
        five more; `session_mb`, the peak of memory, None where /proc does not tell.

    Raises
    ------
    MusenbError
        A process failed.
    """
    runs = []
    for _ in range(processes):
        done = subprocess.run([sys.executable, "-c", SESSION], capture_output=True, text=True, check=False)
        if done.returncode:
            raise MusenbError(f"measuring the first note failed: {done.stderr.strip()[-300:]}")
        runs.append(json.loads(done.stdout))
    best: dict[str, float | None] = {}
    for name, value in runs[0].items():
        best[name] = None if value is None else min(run[name] for run in runs)
    return best


def print_session(import_s: float) -> None:
    """Print what `session_figures` takes the best of: the body of its process."""
    from musenb.session import open_model, stream

    began = time.perf_counter()
    open_model()
    load = time.perf_counter() - began
    waits = []
    for seed in range(6):
        began = time.perf_counter()
        writing = stream(musenb.motif(PRIME), bars=1, seed=seed)
        next(iter(writing))
        waits.append(1e3 * (time.perf_counter() - began))
        for _ in writing:
            pass
    try:
        peak = memory_of("VmHWM")
    except OSError:
        peak = None
    found = {"import_s": import_s, "load_ms": 1e3 * load, "first_note_cold_ms": waits[0]}
    print(json.dumps(found | {"first_note_ms": statistics.median(waits[1:]), "session_mb": peak}))


def table(record: dict[str, Any]) -> str:
    """Return the figures as lines of text."""
    found = record["machine"]
    lines = [
        f"musenb {record['musenb']}, Python {found['python']}, numpy {found['numpy']}, torch {found['torch']}",
        f"{found['date']}, one thread of {found['processors']} x {found['processor']}, load {found.get('load', '?')}",
        f"\nratios of attention at {record['length']} positions, 6 layers of 256, batch 1",
    ]
    for name, (text, bound, least) in TARGETS.items():
        if record.get(name) is not None:
            aim = "" if bound is None else f"   aim: {'at least' if least else 'at most'} {bound:g}"
            lines.append(f"{name:<20}{record[name]:>10.4g}  {text}{aim}")
    lines += ["\nattention (MB above the network)", attention_table(record["attention"])]
    for name, title in (("decode", "6 layers of 256"), ("chorale", f"the shape of {record['model']}")):
        lines += [f"\ndecoding, {title}", decode_table(record[name])]
    return "\n".join(lines)


def attention_table(figures: dict[str, Any]) -> str:
    """Return the times and peaks of the forms of attention as lines of text."""
    peaks = {(row["form"], row["length"]): row for row in figures["memory"]}
    lines = [f"{'form':<10}{'L':>6}{'forward ms':>13}{'x floor':>9}{'train ms':>12}{'x floor':>9}{'train MB':>10}"]
    for row in figures["times"]:
        peak = peaks.get((row["form"], row["length"]), {}).get("train_mb")
        lines.append(
            f"{row['form']:<10}{row['length']:>6}{row['forward_ms']:>13.1f}{row['forward_x_floor']:>9.2f}"
            f"{row['train_ms']:>12.1f}{row['train_x_floor']:>9.2f}{'' if peak is None else format(peak, '.0f'):>10}"
        )
    for name, fit in figures["growth"].items():
        terms = ", ".join(f"{term} {value:.3g}" for term, value in fit.items())
        lines.append(f"{name} grows as L^{fit['exponent']:.2f}: {terms}")
    return "\n".join(lines)


def decode_table(figures: dict[str, Any]) -> str:
    """Return the steps of one decoder as lines of text."""
    ways: dict[str, list[dict[str, Any]]] = {}
    for step in figures["steps"]:
        ways.setdefault(step["way"], []).append(step)
    positions = [step["position"] for step in next(iter(ways.values()))]
    lines = [f"{'tokens/s (x floor)':<20}" + "".join(f"{f'token {position + 1:,}':>16}" for position in positions)]
    for way, steps in ways.items():
        speeds = (f"{step['tokens_per_s']:.0f} ({step['x_sgemv']:.2f})" for step in steps)
        lines.append(f"{way:<20}" + "".join(f"{text:>16}" for text in speeds))
    lines.append(f"floor: {figures['floor_tokens_per_s']:.0f} tokens/s")
    primes = [f"{row['length']} tokens in {row['ms']:.1f} ms" for row in figures["primes"]]
    lines.append("prime: " + ", ".join(primes))
    return "\n".join(lines)


def add_bench(command: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    command.add_argument("--quick", action="store_true", help="a first impression from short rows, in a minute or two")
    command.add_argument(
        "--model", default=DEFAULT_MODEL, help=f"in whose shape the decoder is measured (default: {DEFAULT_MODEL})"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=bench)


def bench(options: argparse.Namespace) -> int:
    """Measure attention, decoding and the first note, as ratios to their floors."""
    return benchmark(quick=options.quick, as_json=options.json, model=options.model)

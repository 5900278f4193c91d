"""Installation check, `musenb doctor`: packages, models and whether they are intact, sampling speed."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Sequence
from typing import Any

import musenb
from musenb.analysis.harmony.head import shipped_head
from musenb.errors import MusenbError, WeightsError
from musenb.model.weights import shipped_bytes, shipped_heads, shipped_names

NEEDED = ("numpy", "safetensors", "music21", "pretty_midi", "verovio", "torch")
FOR_NOTEBOOKS = ("jupyterlab", "ipykernel", "ipywidgets", "anywidget")
PRIME = "upbeat=1 key=A E4 A4:1 B4:1 C#5:1 B4:1"


def examine(*, as_json: bool = False, models: Sequence[str] = ()) -> int:
    """Print what was found; return 0 when all is well, 1 when something that is needed is missing or damaged.

    `models` are examined beside the shipped ones: .safetensors files of one's own.
    """
    record: dict[str, Any] = {
        "musenb": musenb.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "processors": os.cpu_count(),
        "packages": {name: _version(name) for name in (*NEEDED, *FOR_NOTEBOOKS)},
        "chromium": shutil.which("chromium") or shutil.which("google-chrome"),
    }
    faults: list[str] = []
    try:
        record["models"] = {name: _model(name) for name in (*shipped_names(), *models)}
        record["heads"] = {name: _head(name) for name in shipped_heads()}
    except WeightsError as error:
        record["models"], record["heads"] = {}, {}
        faults = [str(error)]
    missing = [name for name in NEEDED if record["packages"][name] is None]
    examined = {**record["models"], **record["heads"]}
    damaged = [name for name, found in examined.items() if found["state"] != "intact"]
    record["amiss"] = missing + damaged + faults + ([] if record["models"] else ["no models"])
    if as_json:
        print(json.dumps(record))
    else:
        _print(record)
    return 1 if record["amiss"] else 0


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _head(file: str) -> dict[str, Any]:
    """Return the state of what is shipped beside the models, such as the chord labels' head."""
    try:
        shipped_bytes(file)
        shipped_head()
    except WeightsError as error:
        return {"state": str(error)}
    return {"state": "intact"}


def _model(name: str) -> dict[str, Any]:
    """Return the state of a shipped model and, when it continues motifs, its speed."""
    from musenb.session import open_model, stream

    try:
        opened = open_model(name)
    except MusenbError as error:
        return {"state": str(error)}
    found: dict[str, Any] = {"state": "intact", "sha256": opened.checksum}
    if not opened.idiom.most:  # it does not continue motifs
        return found
    began = time.perf_counter()
    writing = stream(musenb.motif(PRIME), model=name, bars=16, seed=0)
    next(iter(writing))
    found["first_note_ms"] = 1000 * (time.perf_counter() - began)
    for _ in writing:
        pass
    seconds = time.perf_counter() - began
    take = writing.take
    cells = 0 if take.plan is None else take.plan.length or 0
    found |= {"cells_per_second": cells / seconds, "times_real_time": float(take.score.end) * 0.6 / seconds}
    return found


def _print(record: dict[str, Any]) -> None:
    machine = f"{record['platform']}, {record['processors']} processors"
    print(f"musenb {record['musenb']}, Python {record['python']}, {machine}")
    for name, version in record["packages"].items():
        note = "" if version else "  (needed)" if name in NEEDED else "  (for notebooks: pip install 'musenb[lab]')"
        print(f"  {name:12} {version or 'missing'}{note}")
    for name, found in record["models"].items():
        print(f"model {name}: {found['state']}")
        if "cells_per_second" in found:
            print(
                f"  writes {found['cells_per_second']:.0f} cells/s, {found['times_real_time']:.0f} times as fast as it "
                f"plays at 100 quarters a minute; first note after {found['first_note_ms']:.0f} ms"
            )
    for name, found in record["heads"].items():
        print(f"{name}: {found['state']}")
    if record["amiss"]:
        print("amiss: " + ", ".join(record["amiss"]), file=sys.stderr)


def add_doctor(command: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    command.add_argument("--model", action="append", default=[], help="a .safetensors file of your own, too")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=doctor)


def doctor(options: argparse.Namespace) -> int:
    """Say what is installed, which models are there and intact, and how fast this machine samples."""
    return examine(as_json=options.json, models=options.model)

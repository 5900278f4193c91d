"""Evaluation metrics on the command line, `musenb evaluate`: as a table or as JSON."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from typing import Any

from musenb.analysis.bootstrap import ratio_interval
from musenb.analysis.chorale.ratios import Report
from musenb.analysis.chorale.report import format_report
from musenb.analysis.chorale.tonal import tonal_report
from musenb.commands.progress import Bar
from musenb.errors import SettingError
from musenb.model.config import ModelConfig
from musenb.model.shapes import expected_shapes
from musenb.sample.policy import DEFAULT_MODEL, Policy
from musenb.session import open_model
from musenb.tokens.chorale.grid import Grid
from musenb.train.chorale_data import corpus_grids
from musenb.train.jsb import VARIANTS, split_rows, variant_of
from musenb.train.judge import judge_chorales, nats, pitches_of, split_nats, write_chorales
from musenb.train.judge_parts import PARTS, checked, judged
from musenb.train.judge_tonal import framed
from musenb.train.judge_writing import Writing

NATS, STYLE, TONAL, ALL = "nats", "style", "tonal", "all"


def evaluate_jsb(options: argparse.Namespace) -> int:
    """Print C1 of a model of the paper's form on the canonical validation and test splits."""
    model = open_model(options.model or "jsb")
    config = model.decoder.config
    variant = variant_of(config)
    record: dict[str, Any] = {"variant": variant, "checksum": model.checksum, "unit": "nats per cell"}
    record |= {"paper": VARIANTS[variant].paper, "parameters": parameters(config)}
    for split in ("valid", "test"):
        with Bar(split) as bar:
            sums = nats(model.decoder, split_rows(split, config), _tick(bar))
        losses = sums[:, 0]
        cells = sums[:, 1]
        record[split] = float(losses.sum() / cells.sum())
        record[f"{split}_interval"] = list(ratio_interval(losses, cells))
        record[f"{split}_cells"] = int(cells.sum())
    if options.json:
        print(json.dumps(record))
        return 0
    print(f"variant {variant}, {record['parameters']:,} parameters")
    for split in ("valid", "test"):
        low, high = record[f"{split}_interval"]
        cells = record[f"{split}_cells"]
        print(f"{split:5}  {record[split]:.4f} nats per cell  [{low:.4f}, {high:.4f}]  {cells} cells")
    return 0


def parameters(config: ModelConfig) -> int:
    """Return the number of trained numbers in a model."""
    return sum(math.prod(shape) for shape in expected_shapes(config).values())


def evaluate_chorale(options: argparse.Namespace) -> int:
    """Print what was asked for of a chorale model: C1 in the product's form, C2 to C4, and further parts."""
    if options.pieces < 1:
        raise SettingError(f"pieces {options.pieces} is below 1")
    parts = wanted_parts(options.parts)
    policy = Policy(temperature=options.temperature, top_p=options.top_p)
    model = open_model(options.model or DEFAULT_MODEL)
    model.decoder.compile()
    settings = {"best_of": options.best_of, "prices": not options.free, "close": None if options.no_close else True}
    writing = Writing(model, policy, options.seed, not options.free, settings)
    splits = corpus_grids()
    record: dict[str, Any] = {"model": model.name, "checksum": model.checksum}
    record |= {"sampling_seed": options.seed, "part_writing_rules": not options.free}
    record |= {"temperature": policy.temperature, "top_p": policy.top_p}
    if NATS in parts:
        for split in ("valid", "test"):
            with Bar(f"nats of {split}") as bar:
                record[split] = split_nats(model.decoder, splits[split], _tick(bar))
    reports: dict[str, Report] = {}
    if {STYLE, TONAL} & set(parts):
        record |= from_scratch(writing, splits, options.pieces, parts, reports)
    for name in checked([part for part in parts if part not in (NATS, STYLE, TONAL)]):
        with Bar(PARTS[name][0]) as bar:
            reports[name] = judged(name, writing, splits, options.pieces, _tick(bar))
    if options.json:
        print(json.dumps(record | {"parts": reports}))
    else:
        print_chorale(record, reports)
    return 0


def wanted_parts(text: str) -> list[str]:
    """Return the parts that a comma-separated list names, 'all' for every one.

    Raises
    ------
    SettingError
        One is unknown, or none is named.
    """
    known = (NATS, STYLE, *PARTS)
    named = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in named if name not in (*known, ALL)]
    if unknown or not named:
        got = unknown[0] if unknown else text
        raise SettingError(f"part {got!r} is unknown; allowed are {', '.join(known)} and {ALL}, with commas between")
    return list(known) if ALL in named else named


def from_scratch(
    writing: Writing, splits: dict[str, list[Grid]], pieces: int, parts: list[str], reports: dict[str, Report]
) -> dict[str, Any]:
    """Return C2 to C4 and the pace of whole chorales that are written once for them and for the tonal part."""
    frames = [*splits["test"], *splits["valid"], *splits["train"]]
    chosen = frames[:pieces] if STYLE in parts else splits["test"][:pieces]
    began = time.perf_counter()
    with Bar("writing chorales") as bar:
        written = write_chorales(writing, chosen, _tick(bar))
    cells = sum(grid.cells.size for grid in written)
    record: dict[str, Any] = {"cells_per_second": cells / (time.perf_counter() - began), "written": len(written)}
    if TONAL in parts:
        in_test = written[: len(splits["test"])]
        reports[TONAL] = tonal_report([framed(grid) for grid in in_test], [framed(grid) for grid in splits["test"]])
    if STYLE in parts:
        record |= judge_chorales([pitches_of(grid) for grid in written])
    return record


def print_chorale(record: dict[str, Any], reports: dict[str, Report]) -> None:
    """Print what `evaluate_chorale` measured, a table a part."""
    for split in ("valid", "test"):
        if split in record:
            whole, hold, pitch = (record[split][part] for part in ("all", "hold", "pitch"))
            print(f"{split:5}  {whole:.4f} nats per cell: {hold:.4f} hold or not, {pitch:.4f} pitch")
    if "measures" in record:
        print(format_report(record))
    for name, report in reports.items():
        print(f"\n{name}: {PARTS[name][0]}\n{report!r}")
    if "written" in record:
        print(f"{record['cells_per_second']:.0f} cells/s while writing {record['written']} chorales")


def _tick(bar: Bar) -> Callable[[int, int], None]:
    return lambda done, total: bar.show(done / total)

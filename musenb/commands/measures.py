"""Evaluation metrics on the command line, `musenb evaluate`: as a table or as JSON."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import sys
import time
from collections.abc import Callable
from typing import Any

import musenb
from musenb.analysis.bootstrap import ratio_interval
from musenb.analysis.chorale.report import format_report
from musenb.commands.progress import Bar
from musenb.errors import SettingError
from musenb.model.config import ModelConfig
from musenb.model.shapes import expected_shapes
from musenb.sample.policy import Policy
from musenb.session import open_model
from musenb.tokens.chorale.grid import Grid
from musenb.train.chorale_data import gather, read_corpus, read_grids, write_grids
from musenb.train.jsb import VARIANTS, split_rows, variant_of
from musenb.train.judge import judge_chorales, nats, split_nats, write_chorales


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
    """Print C1 in the product's form, and C2, C3 and C4 of chorales that the model writes."""
    if options.pieces < 1:
        raise SettingError(f"pieces {options.pieces} is below 1")
    policy = Policy(temperature=options.temperature, top_p=options.top_p)
    model = open_model(options.model or "chorale")
    model.decoder.compile()
    splits = corpus_grids()
    record: dict[str, Any] = {"model": model.name, "checksum": model.checksum}
    record |= {"sampling_seed": options.seed, "part_writing_rules": not options.free}
    record |= {"temperature": policy.temperature, "top_p": policy.top_p}
    for split in ("valid", "test"):
        with Bar(f"nats of {split}") as bar:
            record[split] = split_nats(model.decoder, splits[split], _tick(bar))
    frames = [*splits["test"], *splits["valid"], *splits["train"]]
    chosen = frames[: options.pieces]
    began = time.perf_counter()
    with Bar("writing chorales") as bar:
        written = write_chorales(
            model.decoder,
            chosen,
            policy=policy,
            seed=options.seed,
            rules=not options.free,
            tick=_tick(bar),
        )
    record["cells_per_second"] = sum(grid.size for grid in written) / (time.perf_counter() - began)
    report = judge_chorales(written)
    record |= report
    if options.json:
        print(json.dumps(record))
        return 0
    for split in ("valid", "test"):
        whole, hold, pitch = (record[split][part] for part in ("all", "hold", "pitch"))
        print(f"{split:5}  {whole:.4f} nats per cell: {hold:.4f} hold or not, {pitch:.4f} pitch")
    print(format_report(report))
    print(f"{record['cells_per_second']:.0f} cells/s while writing {len(written)} chorales")
    return 0


def corpus_grids() -> dict[str, list[Grid]]:
    """Return the chorales of the installed corpus by split; they are read once and kept in the user's cache folder."""
    import music21
    from platformdirs import user_cache_path

    kept = user_cache_path("musenb") / f"chorales-{musenb.__version__}-music21-{music21.__version__}.npz"
    if kept.exists():
        with contextlib.suppress(SettingError):  # a damaged one is made anew
            return read_grids(kept)
    print("musenb: reading the chorales of music21's corpus, once", file=sys.stderr)
    splits = gather(read_corpus())
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_grids(kept, splits)
    except OSError as error:
        print(f"musenb: the chorales could not be kept for next time: {error}", file=sys.stderr)
    return splits


def _tick(bar: Bar) -> Callable[[int, int], None]:
    return lambda done, total: bar.show(done / total)

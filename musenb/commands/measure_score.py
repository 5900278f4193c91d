"""Measures of the score model that `musenb evaluate score` prints."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

from musenb.commands.progress import Bar
from musenb.errors import SettingError
from musenb.sample.models import open_model
from musenb.train.judge_score import Judged, judge, pieces_in


def evaluate_score(options: argparse.Namespace) -> int:
    """Print nats a note of a score model on held works, by field, beside a count model, and another model if asked."""
    if not options.model or not options.data:
        raise SettingError("evaluate score needs --model FILE and --data FOLDER, the folder with the gathered pieces")
    model = open_model(options.model)
    other = open_model(options.against) if options.against else None
    with Bar("works") as bar:
        pieces = pieces_in(Path(options.data))
        found = judge(
            model.decoder, pieces, most=options.pieces, against=None if other is None else other.decoder,
            tick=lambda done, count: bar.show(done / count)
        )
    if options.json:
        print(json.dumps({"checksum": model.checksum, "styles": [dataclasses.asdict(one) for one in found]}))
        return 0
    print("nats a note, all fields of held works; 95 % intervals over works")
    for one in found:
        print("\n".join(lines_of(one)))
    return 0


def lines_of(one: Judged) -> list[str]:
    """Return what is printed of a style."""

    def told(figures: tuple[float, float, float]) -> str:
        mean, low, high = figures
        return f"{mean:.3f} [{low:.3f}, {high:.3f}]"

    def by_field(fields: dict[str, float]) -> str:
        return "  ".join(f"{name} {nats:.3f}" for name, nats in fields.items())

    lines = [
        f"{one.style}: {one.notes:,} notes of {one.works} works",
        f"  model   {told(one.total)}  {by_field(one.model)}",
        f"  counts  {told(one.counted)}  {by_field(one.counts)}",
        f"  better by {told(one.saved)}",
    ]
    if one.other is not None and one.ahead is not None:
        lines += [f"  other   {told(one.other)}", f"  better than the other by {told(one.ahead)}"]
    return lines

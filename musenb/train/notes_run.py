"""The training run of the score model: `python -m musenb.train.notes_run FOLDER [--precision bfloat16]`.

The folder holds `pieces.npz` (`notes_data`) and `recipe.json`: values of `Schedule` and, under `rows`, `cells`, `order`
and `model`, the size of a batch, the order of the fields and changes of the model's shape. It receives `log.jsonl`,
`judged.jsonl`, `best.safetensors` and `last.safetensors`; a run that is there is taken up again. It stops at a signal
and keeps its state.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from musenb.model.torch.fields import FieldTransformer, Steps
from musenb.tokens.notes.fields import ORDER, STYLES
from musenb.train.loop import PRECISIONS, Batch, Schedule, Trainer
from musenb.train.muon import ReducedMuon
from musenb.train.notes import notes_config, notes_model
from musenb.train.notes_data import SPLITS, Piece, read_pieces
from musenb.train.notes_rows import NotesRows
from musenb.train.run_on import run_on

HELD = (16, 12, 8, 8)  # pieces of each style that a validation reads a crop of


class NotesTrainer(Trainer):
    """A trainer of steps of several fields that writes down each judgement."""

    model: FieldTransformer
    rows: NotesRows

    def __init__(self, model: FieldTransformer, rows: NotesRows, schedule: Schedule, folder: Path) -> None:
        super().__init__(model, rows, schedule, folder)  # pyright: ignore[reportArgumentType]
        if schedule.precision == "bfloat16":
            matrices = self.optimisers[0].param_groups[0]["params"]
            self.optimisers[0] = ReducedMuon(matrices, lr=schedule.muon_rate, weight_decay=schedule.weight_decay)

    def _nats(self, batch: Batch) -> Tensor:
        assert batch.told is not None
        return self.model.nats(batch.inputs, Steps(batch.targets, batch.told))

    def validate(self) -> float:
        """Judge the average weights and write the checkpoints; a line of `judged.jsonl` tells all of it."""
        value = super().validate()
        line = {"step": self.step, "value": value, "time": time.time(), "cpu": time.process_time(), **self.rows.judged}
        with open(self.folder / "judged.jsonl", "a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(line) + "\n")
        return value


def rows_of(folder: Path, told: Mapping[str, Any]) -> NotesRows:
    """Return the rows of a folder's pieces: those for training, and of the held ones the first few of each style."""
    pieces = read_pieces(folder / "pieces.npz")
    train = [piece for piece in pieces if SPLITS[piece.split] == "train"]
    valid = [piece for piece in pieces if SPLITS[piece.split] == "valid"]
    held: list[Piece] = []
    for style in range(len(STYLES)):
        own = [piece for piece in valid if piece.style == style]
        held += own[:: max(len(own) // HELD[style], 1)][: HELD[style]]
    return NotesRows(train, held, **told)


def main(arguments: Sequence[str]) -> int:
    """Train as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--precision", choices=PRECISIONS, default="float32")
    told = parser.parse_args(arguments)
    values = json.loads((told.folder / "recipe.json").read_text(encoding="utf-8"))
    order, changes = tuple(values.pop("order", ORDER)), values.pop("model", {})
    sizes = {name: values.pop(name) for name in ("rows", "cells") if name in values}
    schedule = Schedule(**values, precision=told.precision)
    torch.set_num_threads(1)
    torch.manual_seed(schedule.seed)
    model = notes_model(notes_config(order=order, **changes))
    run_on(NotesTrainer(model, rows_of(told.folder, {"order": order, **sizes}), schedule, told.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

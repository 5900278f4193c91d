"""The training run of chorale-2: `python -m musenb.train.tonal_run FOLDER [--precision bfloat16]`.

The folder holds `grids.npz` and, if tunes are to be learned from, `tunes.npz` (`chorale_data.write_grids`), and
`recipe.json` with values of `Schedule`. It receives `log.jsonl`, `judged.jsonl`, `best.safetensors` and
`last.safetensors`; a run that is there is taken up again. It stops at a signal and keeps its state.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import Tensor

from musenb.files.atomic import atomic_write
from musenb.model.torch.memory import Recalled
from musenb.model.torch.transformer import Transformer
from musenb.train.chorale_data import read_grids
from musenb.train.hints import HintHead
from musenb.train.loop import PRECISIONS, Batch, Schedule, Trainer
from musenb.train.muon import ReducedMuon
from musenb.train.run_on import run_on
from musenb.train.tonal import HintedBatch, TonalRows, pieces_of, tonal_config, tonal_model

HELD_TUNES = 20
HINTS = 1.0  # weight of the encoder's own loss
HEAD = "head.safetensors"


class TonalTrainer(Trainer):
    """A trainer that reads its rows one after another, as they differ in length, and writes down each judgement."""

    rows: TonalRows

    def __init__(self, model: Transformer, rows: TonalRows, schedule: Schedule, folder: Path) -> None:
        super().__init__(model, rows, schedule, folder)
        if schedule.precision == "bfloat16":
            matrices = self.optimisers[0].param_groups[0]["params"]
            self.optimisers[0] = ReducedMuon(matrices, lr=schedule.muon_rate, weight_decay=schedule.weight_decay)
        self.head = HintHead(model.config.width)
        self.optimisers.append(torch.optim.AdamW(self.head.parameters(), lr=schedule.rate, betas=(0.9, 0.98)))
        self.peaks = (*self.peaks, schedule.rate)
        self._recalled: list[Recalled] = []
        assert model.memory is not None, "a tonal model has a memory"
        model.memory.register_forward_hook(self._heard)

    def _add_gradients(self, numbers: Sequence[int]) -> Tensor:
        return torch.stack([super(TonalTrainer, self)._add_gradients([number]) for number in numbers]).sum(0)

    def _nats(self, batch: Batch) -> Tensor:
        self._recalled.clear()
        return super()._nats(batch)

    def _heard(self, encoder: torch.nn.Module, given: object, recalled: Recalled) -> None:
        self._recalled = [recalled]

    def _beside(self, batch: Batch) -> Tensor | None:
        if not self._recalled or not isinstance(batch, HintedBatch) or batch.hints is None:
            return None
        return HINTS * self.head.nats(self._recalled.pop().items, batch.hints)

    def save(self) -> None:
        """Write what a resume needs, the head beside it."""
        super().save()
        head = {name: value.contiguous() for name, value in self.head.state_dict().items()}
        atomic_write(self.folder / HEAD, save(head))

    def resume(self) -> bool:
        """Take up the run in the folder, with its head."""
        found = super().resume()
        if found:
            self.head.load_state_dict(load_file(self.folder / HEAD))
        return found

    def validate(self) -> float:
        """Judge the average weights and write the checkpoints; a line of `judged.jsonl` tells all of it."""
        value = super().validate()
        line = {"step": self.step, "value": value, "time": time.time(), "cpu": time.process_time(), **self.rows.judged}
        with open(self.folder / "judged.jsonl", "a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(line) + "\n")
        return value


def rows_of(folder: Path) -> TonalRows:
    """Return the rows of a folder's grids and tunes."""
    chorales = read_grids(folder / "grids.npz")
    tunes = read_grids(folder / "tunes.npz") if (folder / "tunes.npz").exists() else {"train": [], "valid": []}
    return TonalRows(
        pieces_of(chorales["train"], by_close=True), pieces_of(tunes["train"], by_close=False),
        pieces_of(chorales["valid"], by_close=False), pieces_of(tunes["valid"][:HELD_TUNES], by_close=False),
    )


def main(arguments: Sequence[str]) -> int:
    """Train as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--precision", choices=PRECISIONS, default="float32")
    told = parser.parse_args(arguments)
    values = json.loads((told.folder / "recipe.json").read_text(encoding="utf-8"))
    schedule = Schedule(**values, precision=told.precision)
    torch.set_num_threads(1)
    torch.manual_seed(schedule.seed)
    run_on(TonalTrainer(tonal_model(tonal_config()), rows_of(told.folder), schedule, told.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

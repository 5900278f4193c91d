"""One process of a tiny training in double precision, for `test_ranks.py`: started by torchrun or with its environment.

Usage: `worker.py FOLDER STOP DIE`. The last process asks for a stop at step STOP and is killed at step DIE.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from musenb.model.config import ModelConfig
from musenb.model.torch.transformer import Inputs, Transformer
from musenb.train.loop import Batch, Schedule, Trainer
from musenb.train.ranks import Ranks, joined

CONFIG = ModelConfig(
    idiom="chorale",
    vocabulary=7, features=(3,), relations=(4,), width=8, layers=1, heads=2, feed_forward=8, max_distance=8, dropout=0.2
)
SCHEDULE = Schedule(steps=12, warmup=2, validate_every=4, seed=1, average=0.8)


class RandomRows:
    """Three rows a step, each with its own number of cells that count."""

    rows = 3

    def batch(self, rngs: Sequence[np.random.Generator]) -> Batch:
        tokens = torch.from_numpy(np.stack([rng.integers(0, 7, 10) for rng in rngs]))
        features = torch.from_numpy(np.stack([rng.integers(0, 3, (9, 1)) for rng in rngs]))
        stops = torch.tensor([[int(rng.integers(1, 10))] for rng in rngs])
        weights = (torch.arange(9) < stops).float()
        return Batch(Inputs(tokens[:, :-1], features, tokens[:, :-1, None]), tokens[:, 1:], weights)

    def validate(self, model: Transformer) -> float:
        batch = self.batch([np.random.default_rng(99)])
        return float(torch.nn.functional.cross_entropy(model(batch.inputs)[0], batch.targets[0]))


def trainer(folder: Path, ranks: Ranks) -> tuple[Trainer, list[float]]:
    """Return a training and the list that will hold the loss of every step."""
    torch.manual_seed(ranks.rank)  # the first process's weights are to be taken by all
    run, losses = Trainer(Transformer(CONFIG).double(), RandomRows(), SCHEDULE, folder, ranks=ranks), []
    update = run.update

    def kept() -> tuple[float, int]:
        loss, count = update()
        losses.append(loss)
        return loss, count

    run.update = kept
    return run, losses


def main(folder: Path, stop_at: int, die_at: int) -> None:
    """Train, and write down the losses and the weights of this process."""
    with joined("cpu") as ranks:
        run, losses = trainer(folder, ranks)
        run.resume()

        def stop() -> bool:
            last = ranks.rank == ranks.size - 1
            if last and run.step == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return last and run.step == stop_at

        try:
            run.run(lambda line: print(line, flush=True), stop)
        finally:
            weights = [value.tolist() for value in run.model.state_dict().values()]
            (folder / f"{ranks.rank}.json").write_text(json.dumps({"losses": losses, "weights": weights}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))

"""AdamW/Muon training loop with resumable checkpoints; the best average of weights is kept.

One step draws rows, computes the mean loss in nats per weighted token, and updates: Muon for the matrices inside the
blocks, AdamW for everything else. The learning rate rises, stays, and falls linearly to zero over the last part of the
run, so that a run can be extended by resuming it with more steps. Validation and the kept checkpoint use an exponential
average of the weights.

The rows of a step are numbered, and each is drawn and masked by a generator made of seed, step and number. Processes
share the numbers out and add up their gradients of the summed loss, which are then divided by the cells that count in
all of them: a run is the same, but for rounding, on any number of processes, and with one draw a batch or several.

References
----------
Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from musenb.errors import SettingError, WeightsError
from musenb.files.atomic import atomic_write
from musenb.model.torch.dropout import seeded
from musenb.model.torch.transformer import Inputs, Transformer
from musenb.model.weights import weights_bytes
from musenb.train.log import NAME as LOG_NAME
from musenb.train.muon import Muon
from musenb.train.ranks import Ranks
from musenb.train.state import packed, read_state, state_bytes, unpack

LARGEST_SEED = 2**32 - 1
PRECISIONS = ("float32", "bfloat16")
ALONE = Ranks()


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows for one step: inputs, target tokens int64 (B, L), and weights float32 (B, L) of each cell's loss.

    Where a position is a step of K fields both are (B, L, K), and `told` is what the head is told between them.
    """

    inputs: Inputs
    targets: Tensor
    weights: Tensor
    told: Tensor | None = None


class Rows(Protocol):
    """Where training rows come from, and how a model is judged.

    `rows` is how many make a batch, >= 1, over all processes.
    """

    @property
    def rows(self) -> int: ...

    def batch(self, rngs: Sequence[np.random.Generator]) -> Batch:
        """Draw a row from each generator."""
        ...

    def validate(self, model: Transformer) -> float:
        """Return nats per token on held-apart music."""
        ...


@dataclass(frozen=True, slots=True)
class Schedule:
    """How to train.

    Parameters
    ----------
    steps : int
        Updates in all, >= 1.
    rate, muon_rate : float
        Peak learning rates of AdamW and Muon.
    warmup : int
        Steps over which the rate rises.
    decay : float
        Share of the steps, 0..1, over which the rate falls to zero at the end.
    weight_decay : float
    average : float
        Decay of the weight average per step, 0 to below 1.
    validate_every : int
        Steps between validations; each also writes a checkpoint.
    patience : int
        Validations without a better value after which the run stops; 0 for never.
    seed : int
        0..2**32 - 1.
    accumulate : int
        Batches whose gradients make a step, >= 1.
    precision : str
        'float32', or 'bfloat16' for the products of a step; weights, gradients, attention and loss are always float32.

    Raises
    ------
    SettingError
        A value is outside its range.
    """

    steps: int = 8000
    rate: float = 2e-3
    muon_rate: float = 3e-3
    warmup: int = 100
    decay: float = 0.4
    weight_decay: float = 0.05
    average: float = 0.998
    validate_every: int = 500
    patience: int = 0
    seed: int = 0
    accumulate: int = 1
    precision: str = "float32"

    def __post_init__(self) -> None:
        if self.steps < 1 or self.validate_every < 1:
            raise SettingError(f"steps {self.steps} and validate_every {self.validate_every} must be at least 1")
        if self.accumulate < 1:
            raise SettingError(f"accumulate {self.accumulate} is below 1")
        if self.precision not in PRECISIONS:
            raise SettingError(f"precision {self.precision!r} is none of {', '.join(PRECISIONS)}")
        if self.patience < 0 or self.warmup < 0:
            raise SettingError(f"patience {self.patience} and warmup {self.warmup} must be at least 0")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise SettingError(f"seed {self.seed} is outside 0..{LARGEST_SEED}")
        if not 0 <= self.decay <= 1 or not 0 <= self.average < 1:
            raise SettingError(f"decay {self.decay} must be in 0..1 and average {self.average} in 0 to below 1")

    def rate_at(self, step: int) -> float:
        """Return the share of the peak rate at a step, 0..1."""
        rising = min(1.0, (step + 1) / max(self.warmup, 1))
        falling = (self.steps - step) / max(self.decay * self.steps, 1)
        return max(0.0, min(rising, falling))


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of the log: step, mean training loss since the last line, validation loss or None, tokens a second."""

    step: int
    loss: float
    validation: float | None
    tokens_a_second: float


class Trainer:
    """A run that can be stopped at any step and taken up again from its last checkpoint.

    Parameters
    ----------
    model : Transformer
    rows : Rows
    schedule : Schedule
    folder : Path
        Receives `last.safetensors` (all state), `best.safetensors` (the best average) and `log.jsonl`.
    ranks : Ranks
        The processes that train together; only the first one reads and writes the folder, validates and reports.

    Raises
    ------
    SettingError
        There are more processes than rows in a batch.
    """

    def __init__(
        self, model: Transformer, rows: Rows, schedule: Schedule, folder: Path, *, ranks: Ranks = ALONE
    ) -> None:
        if rows.rows < ranks.size:
            raise SettingError(f"{rows.rows} rows in a batch are too few for {ranks.size} processes: each needs one")
        self.model = model
        self.rows = rows
        self.schedule = schedule
        self.folder = folder
        self.ranks = ranks
        self.device = next(model.parameters()).device
        ranks.copy(list(model.state_dict().values()))
        self.step = 0
        self.best = float("inf")
        self.stale = 0
        self.average = {name: p.detach().clone() for name, p in model.state_dict().items()}
        trained = [p for p in model.parameters() if p.requires_grad]
        inside = [p for name, p in model.named_parameters() if "blocks." in name and name.endswith(".weight")]
        hidden = [p for p in inside if p.ndim == 2 and p.requires_grad]
        ids = {id(p) for p in hidden}
        rest = [p for p in trained if id(p) not in ids]
        self.optimisers: list[torch.optim.Optimizer] = [
            Muon(hidden, lr=schedule.muon_rate, weight_decay=schedule.weight_decay),
            torch.optim.AdamW(rest, lr=schedule.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
        ]
        self.peaks = (schedule.muon_rate, schedule.rate)

    def run(
        self, report: Callable[[Progress], None], stop: Callable[[], bool] = lambda: False
    ) -> float:
        """Train to the last step, or until `stop` says so or patience ends; return the best validation loss in nats.

        `stop` is asked before each step; the state is saved when it is true, in whichever process.

        Raises
        ------
        TrainingError
            Another process is lost.
        """
        if self.ranks.first:
            self.folder.mkdir(parents=True, exist_ok=True)
        losses, tokens, since = [], 0, time.perf_counter()
        while self.step < self.schedule.steps:
            if self.ranks.any(stop()):
                if self.ranks.first:
                    self.save()
                break
            loss, count = self.update()
            losses.append(loss)
            tokens += count
            last = self.step == self.schedule.steps
            validated = last or self.step % self.schedule.validate_every == 0
            if validated or self.step % 50 == 0:
                speed = tokens / (time.perf_counter() - since)
                validation = self.validate() if validated else None
                if self.ranks.first:
                    mean = float(np.mean(losses))
                    self._log(Progress(self.step, mean, validation, speed), report)
                losses, tokens, since = [], 0, time.perf_counter()
                if self.schedule.patience and self.stale >= self.schedule.patience:
                    break
        return self.best

    def _log(self, line: Progress, report: Callable[[Progress], None]) -> None:
        with open(self.folder / LOG_NAME, "a", encoding="utf-8", newline="\n") as log:
            log.write(json.dumps(asdict(line)) + "\n")
        report(line)

    def update(self) -> tuple[float, int]:
        """Take one step; return its loss in nats per token and the number of weighted tokens."""
        self.model.train()
        rows = self.rows.rows
        sums = torch.zeros(2, device=self.device)
        for first in range(0, rows * self.schedule.accumulate, rows):
            numbers = self.ranks.share(range(first, first + rows))
            sums += self._add_gradients(numbers)
        gradients = [p.grad for p in self.model.parameters() if p.grad is not None]
        self.ranks.add([*gradients, sums])
        nats, cells = sums.tolist()
        torch._foreach_div_(gradients, max(cells, 1.0))  # pyright: ignore[reportPrivateImportUsage]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser, peak in zip(self.optimisers, self.peaks, strict=True):
            for group in optimiser.param_groups:
                group["lr"] = peak * self.schedule.rate_at(self.step)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.step += 1
        decay = min(self.schedule.average, self.step / (self.step + 10))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                self.average[name].lerp_(value, 1 - decay)
        return nats / max(cells, 1.0), int(cells)

    def _add_gradients(self, numbers: Sequence[int]) -> Tensor:
        """Add the gradients of the summed loss of the rows with these numbers; return its nats and cells that count."""
        rngs = [np.random.default_rng((self.schedule.seed, self.step, number)) for number in numbers]
        batch = self.rows.batch(rngs)
        masks = []
        for rng in rngs:
            seed = int(rng.integers(2**63))
            masks.append(torch.Generator(self.device).manual_seed(seed))
        bfloat16 = self.schedule.precision == "bfloat16"
        reduced = torch.autocast(self.device.type, torch.bfloat16, enabled=bfloat16)
        with seeded(self.model, masks), reduced:
            nats = self._nats(batch)
            beside = self._beside(batch)
        loss = (nats * batch.weights).sum()
        (loss if beside is None else loss + beside).backward()
        return torch.stack([loss.detach(), batch.weights.sum()])

    def _nats(self, batch: Batch) -> Tensor:
        """Return -ln p of each target, as they are."""
        logits = self.model(batch.inputs).flatten(0, 1)
        nats = functional.cross_entropy(logits, batch.targets.flatten(), reduction="none")
        return nats.view(batch.targets.shape)

    def _beside(self, batch: Batch) -> Tensor | None:
        """Return what is to be made small beside the nats of the batch that was just read, if anything."""
        return None

    def validate(self) -> float:
        """Judge the average weights in the first process, which writes the checkpoints; return their loss in all."""
        value = self._judge() if self.ranks.first else float("nan")
        value = self.ranks.broadcast(value)
        if value < self.best:
            self.best, self.stale = value, 0
            if self.ranks.first:
                meta = {"step": str(self.step), "validation": f"{value:.6f}"}
                arrays = {name: tensor.cpu().numpy() for name, tensor in self.average.items()}
                data = weights_bytes(self.model.config, arrays, metadata=meta, half=False)
                atomic_write(self.folder / "best.safetensors", data)
        else:
            self.stale += 1
        if self.ranks.first:
            self.save()
        self.ranks.copy(list(self.model.state_dict().values()))
        return value

    def _judge(self) -> float:
        """Return the validation loss of the average weights."""
        live = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.model.load_state_dict(self.average)
        self.model.eval()
        with torch.no_grad():
            value = self.rows.validate(self.model)
        self.model.load_state_dict(live)
        return value

    def save(self) -> None:
        """Write everything that an exact resume needs to `last.safetensors`."""
        meta = {
            "config": self.model.config.to_json(),
            "step": str(self.step),
            "best": str(self.best),
            "stale": str(self.stale),
        }
        tensors = packed(self.model, self.average, self.optimisers)
        atomic_write(self.folder / "last.safetensors", state_bytes(meta, tensors))

    def resume(self) -> bool:
        """Take up the run in the first process's folder; return False when there is none.

        Raises
        ------
        WeightsError
            The checkpoint is damaged, or belongs to a model of another shape.
        """
        found = read_state(self.folder / "last.safetensors") if self.ranks.first else None
        found = self.ranks.broadcast(found)
        if found is None:
            return False
        meta, tensors = found
        config = self.model.config.to_json()
        if meta["config"] != config:
            raise WeightsError(f"the run in '{self.folder}' has the configuration {meta['config']}, not {config}")
        unpack(tensors, self.model, self.average, self.optimisers)
        self.step = int(meta["step"])
        self.best = float(meta["best"])
        self.stale = int(meta["stale"])
        return True

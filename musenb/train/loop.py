"""The training loop: seeded, resumable after a kill, the best average of weights kept.

One step draws rows, computes the mean loss in nats per weighted token, and updates: Muon for the matrices inside the
blocks, AdamW for everything else. The learning rate rises, stays, and falls linearly to zero over the last part of the
run, so that a run can be extended by resuming it with more steps. Validation and the kept checkpoint use an exponential
average of the weights.

References
----------
Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor
from torch.nn import functional

from musenb.errors import SettingError, WeightsError
from musenb.export.write import atomic_write
from musenb.model.transformer import Inputs, Transformer
from musenb.train.muon import Muon

LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows for one step: inputs, target tokens int64 (B, L), and weights float32 (B, L) of each cell's loss."""

    inputs: Inputs
    targets: Tensor
    weights: Tensor


class Rows(Protocol):
    """Where training rows come from, and how a model is judged."""

    def batch(self, rng: np.random.Generator) -> Batch:
        """Draw a batch."""

    def validate(self, model: Transformer) -> float:
        """Return nats per token on held-apart music."""


@dataclass(frozen=True, slots=True)
class Recipe:
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

    def __post_init__(self) -> None:
        if self.steps < 1 or self.validate_every < 1:
            raise SettingError(f"steps {self.steps} and validate_every {self.validate_every} must be at least 1")
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
    recipe : Recipe
    folder : Path
        Receives `last.safetensors` (all state), `best.safetensors` (the best average) and `log.jsonl`.
    """

    def __init__(self, model: Transformer, rows: Rows, recipe: Recipe, folder: Path) -> None:
        self.model, self.rows, self.recipe, self.folder = model, rows, recipe, folder
        self.device = next(model.parameters()).device
        self.rng = np.random.default_rng(recipe.seed)
        self.step, self.best, self.stale = 0, float("inf"), 0
        self.average = {name: p.detach().clone() for name, p in model.state_dict().items()}
        hidden = [p for name, p in model.blocks.named_parameters() if p.ndim == 2 and p.requires_grad]
        ids = {id(p) for p in hidden}
        rest = [p for p in model.parameters() if id(p) not in ids and p.requires_grad]
        self.optimisers: list[torch.optim.Optimizer] = [
            Muon(hidden, lr=recipe.muon_rate, weight_decay=recipe.weight_decay),
            torch.optim.AdamW(rest, lr=recipe.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
        ]
        self.peaks = (recipe.muon_rate, recipe.rate)

    def run(self, report: Callable[[Progress], None], stop: Callable[[], bool] = lambda: False) -> float:
        """Train to the last step, or until `stop` says so or patience ends; return the best validation loss in nats.

        `stop` is asked before each step; the state is saved when it is true.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        losses, tokens, since = [], 0, time.perf_counter()
        while self.step < self.recipe.steps:
            if stop():
                self.save()
                break
            loss, count = self.update()
            losses.append(loss)
            tokens += count
            last = self.step == self.recipe.steps
            if self.step % self.recipe.validate_every == 0 or last or self.step % 50 == 0:
                speed = tokens / (time.perf_counter() - since)
                validation = None
                if self.step % self.recipe.validate_every == 0 or last:
                    validation = self.validate()
                line = Progress(self.step, float(np.mean(losses)), validation, speed)
                with open(self.folder / "log.jsonl", "a", encoding="utf-8") as log:
                    log.write(json.dumps(asdict(line)) + "\n")
                report(line)
                losses, tokens, since = [], 0, time.perf_counter()
                if self.recipe.patience and self.stale >= self.recipe.patience:
                    break
        return self.best

    def update(self) -> tuple[float, int]:
        """Take one step; return its loss in nats per token and the number of weighted tokens."""
        self.model.train()
        torch.manual_seed(self.recipe.seed * 1_000_003 + self.step)
        batch = self.rows.batch(self.rng)
        logits = self.model(batch.inputs)
        nats = functional.cross_entropy(logits.flatten(0, 1), batch.targets.flatten(), reduction="none")
        total = batch.weights.sum().clamp_min(1)
        loss = (nats * batch.weights.flatten()).sum() / total
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser, peak in zip(self.optimisers, self.peaks, strict=True):
            for group in optimiser.param_groups:
                group["lr"] = peak * self.recipe.rate_at(self.step)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.step += 1
        decay = min(self.recipe.average, self.step / (self.step + 10))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                self.average[name].lerp_(value, 1 - decay)
        return loss.item(), int(total)

    def validate(self) -> float:
        """Judge the average weights, write the checkpoint, and keep the average when it is the best yet."""
        live = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.model.load_state_dict(self.average)
        self.model.eval()
        with torch.no_grad():
            value = self.rows.validate(self.model)
        self.model.load_state_dict(live)
        if value < self.best:
            self.best, self.stale = value, 0
            meta = {"config": self.model.config.to_json(), "step": str(self.step), "validation": f"{value:.6f}"}
            atomic_write(self.folder / "best.safetensors", save(self.average, metadata=meta))
        else:
            self.stale += 1
        self.save()
        return value

    def save(self) -> None:
        """Write everything that an exact resume needs to `last.safetensors`."""
        tensors = {f"model.{name}": value.contiguous() for name, value in self.model.state_dict().items()}
        tensors |= {f"average.{name}": value.contiguous() for name, value in self.average.items()}
        for number, optimiser in enumerate(self.optimisers):
            for index, state in optimiser.state_dict()["state"].items():
                tensors |= {f"optimiser.{number}.{index}.{key}": torch.as_tensor(value) for key, value in state.items()}
        meta = {
            "config": self.model.config.to_json(), "step": str(self.step), "best": repr(self.best),
            "stale": str(self.stale), "rng": json.dumps(self.rng.bit_generator.state),
        }
        atomic_write(self.folder / "last.safetensors", save(tensors, metadata=meta))

    def resume(self) -> bool:
        """Take up the run in the folder; return False when there is none.

        Raises
        ------
        WeightsError
            The checkpoint is damaged, or belongs to a model of another shape.
        """
        path = self.folder / "last.safetensors"
        if not path.exists():
            return False
        try:
            with safe_open(path, "pt") as file:
                meta = file.metadata() or {}
            tensors = load_file(path)
        except (SafetensorError, OSError) as error:
            raise WeightsError(f"'{path}' is damaged: {error}; delete it to begin the run anew") from None
        if not {"config", "step", "best", "stale", "rng"} <= meta.keys():
            raise WeightsError(f"'{path}' is not the state of a training; use another folder for the run")
        config = self.model.config.to_json()
        if meta["config"] != config:
            raise WeightsError(f"the run in '{self.folder}' has the configuration {meta['config']}, not {config}")
        self.model.load_state_dict({n.removeprefix("model."): t for n, t in tensors.items() if n.startswith("model.")})
        averages = {name.removeprefix("average."): t for name, t in tensors.items() if name.startswith("average.")}
        self.average = {name: tensor.to(self.device) for name, tensor in averages.items()}
        for number, optimiser in enumerate(self.optimisers):
            state: dict[int, dict[str, Tensor]] = {}
            for name, tensor in tensors.items():
                if name.startswith(f"optimiser.{number}."):
                    _, _, index, key = name.split(".", 3)
                    state.setdefault(int(index), {})[key] = tensor
            optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
        self.step, self.best, self.stale = int(meta["step"]), float(meta["best"]), int(meta["stale"])
        self.rng.bit_generator.state = json.loads(meta["rng"])
        return True

"""Training runs by name, from a folder for the run to its best checkpoint."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch

from musenb.errors import SaveError, SettingError
from musenb.model.config import ModelConfig
from musenb.model.torch.transformer import Transformer
from musenb.train.chorale import chorale_config, chorale_rows
from musenb.train.chorale_data import gather, read_corpus, read_folder, read_grids, write_grids
from musenb.train.jsb import BEST, jsb_config, jsb_rows
from musenb.train.loop import Progress, Schedule, Trainer
from musenb.train.ranks import joined
from musenb.train.rows import CroppedRows

TASKS = ("chorale", "jsb")


@dataclass(frozen=True, slots=True)
class Run:
    """One training.

    Parameters
    ----------
    task : str
        'chorale' or 'jsb'.
    folder : Path
        Receives data, log and checkpoints; a run that is there already is taken up again.
    data : Path or None
        A user's own folder of music, for 'chorale'; the installed music21 corpus when None.
    variant : str or None
        See `musenb.train.jsb.VARIANTS` and `musenb.train.chorale.VARIANTS`; the shipped model's when None.
    size : str
        Of the network: 'twin', 'small', 'medium', 'large' or 'paper'; see `musenb.train.sizes`.
    dropout : float or None
        Probability, 0 to below 1; that of the task when None.
    schedule : Schedule
    rows, cells : int
        Crops in a batch over all processes, >= 1, and their length in cells, a multiple of 4.
    device : str
        'cpu' or 'cuda'.
    threads : int
        CPU threads, >= 1; the process's own setting is restored afterwards.

    Raises
    ------
    SettingError
        A value is outside its range, or there is no such device.
    """

    task: str
    folder: Path
    data: Path | None = None
    variant: str | None = None
    schedule: Schedule = field(default_factory=Schedule)
    rows: int = 4
    cells: int = 512
    device: str = "cpu"
    threads: int = 1
    size: str = "medium"
    dropout: float | None = None

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise SettingError(f"training {self.task!r} is none of {', '.join(TASKS)}")
        if self.rows < 1 or self.cells < 4 or self.cells % 4:
            raise SettingError(f"rows {self.rows} must be at least 1 and cells {self.cells} a multiple of 4")
        if self.threads < 1:
            raise SettingError(f"threads {self.threads} is below 1")
        known = self.device in ("cpu", "cuda")
        if not known or (self.device == "cuda" and not torch.cuda.is_available()):
            raise SettingError(f"device {self.device!r} is not there; 'cpu' always is, 'cuda' needs a CUDA GPU")
        if self.data is not None and self.task != "chorale":
            raise SettingError(f"--data is for training on one's own chorales; {self.task!r} uses its own data")
        if self.data is not None and not self.data.is_dir():
            raise SettingError(f"no folder '{self.data}' to train on")


def train(
    run: Run, report: Callable[[Progress], None], stop: Callable[[], bool] = lambda: False
) -> float:
    """Train to the end, or until `stop`, and return the best validation loss in nats per cell.

    The best checkpoint is `best.safetensors` in the run's folder; it can be handed to `musenb.develop` as `model`. Of
    processes that torchrun started, the first prepares the data and is the only one that reports.

    Raises
    ------
    TrainingError
        A process is lost, or the processes do not find each other.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(run.threads)
    try:
        with joined(run.device) as ranks:
            if not ranks.first:
                ranks.wait()
            config, rows = prepared(run, ranks.device)
            if ranks.first:
                ranks.wait()
            torch.manual_seed(run.schedule.seed)
            model = Transformer(config).to(ranks.device)
            trainer = Trainer(model, rows, run.schedule, run.folder, ranks=ranks)
            trainer.resume()
            return trainer.run(report, stop)
    finally:
        torch.set_num_threads(before)


def prepared(run: Run, device: str = "cpu") -> tuple[ModelConfig, CroppedRows]:
    """Return the model's shape and the rows of a run; chorale grids are read once and kept in the folder."""
    make_folder(run.folder)
    if run.task == "jsb":
        config = _dropping(jsb_config(run.variant or BEST, size=run.size), run.dropout)
        return config, jsb_rows(config, rows=run.rows, cells=run.cells, device=device)
    config = _dropping(chorale_config(run.variant or "relative", size=run.size), run.dropout)
    kept = run.folder / "grids.npz"
    source = "the music21 corpus" if run.data is None else f"'{run.data.resolve()}'"
    if not kept.exists():
        found = gather(read_corpus() if run.data is None else read_folder(run.data))
        write_grids(kept, found, source=source)
    splits = read_grids(kept, source=source)
    return config, chorale_rows(splits, config, rows=run.rows, cells=run.cells, device=device)


def make_folder(folder: Path) -> None:
    """Make the folder of a run, unless it is there.

    Raises
    ------
    SaveError
        It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SaveError(f"cannot make the folder '{folder}' of the run: {error.strerror}") from None


def _dropping(config: ModelConfig, dropout: float | None) -> ModelConfig:
    return config if dropout is None else dataclasses.replace(config, dropout=dropout)

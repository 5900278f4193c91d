"""Small-model training on a handful of single-line tunes, in minutes on one CPU core.

The tunes are read as the soprano of the four-voice grid, the other voices resting, so that what is trained stands
wherever musenb takes a model. Each time a tune is read it is moved by up to five semitones, so that the tune is learned
and not its key.

References
----------
Huang et al., "Music Transformer" (2018), for the network; its chorale model, much smaller, is used here.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import torch
from safetensors import safe_open

from musenb.errors import LoadError, MusenbError, SettingError, TokenError
from musenb.model.config import ModelConfig
from musenb.model.torch.transformer import Transformer
from musenb.score.load import load
from musenb.score.note import Score
from musenb.tokens.chorale.grid import (
    FEATURES,
    HIGHEST,
    HOLD,
    INPUTS,
    LOWEST,
    RELATION_SPANS,
    REST,
    VOCABULARY,
    VOICE_COUNT,
    VOICES,
    Grid,
    encode,
    features_of,
)
from musenb.tokens.chorale.training import row_with, transposed
from musenb.tokens.row import Row
from musenb.train.loop import Progress, Schedule, Trainer
from musenb.train.rows import CroppedRows
from musenb.train.run import make_folder

MOVE = 5  # semitones up or down at most
REST_WEIGHT = 0.1  # of the resting voices in the loss: what is learned of them is soon learned
CROP, CROPS = 256, 4  # cells of a passage (sixteen quarters), passages in a step


def tune_config() -> ModelConfig:
    """Return the shape of the small model: 3 layers of 64 with 4 heads."""
    return ModelConfig(
        idiom="chorale",
        vocabulary=len(VOCABULARY),
        inputs=INPUTS,
        features=FEATURES,
        relations=RELATION_SPANS,
        relation_layers=1,
        width=64,
        layers=3,
        heads=4,
        feed_forward=128,
        max_distance=256,
        context=2048,
        dropout=0.1,
    )


class TuneTraining:
    """A small model that is trained on tunes; see `on_tunes`, which makes one.

    Attributes
    ----------
    trainer : Trainer
    folder : Path
        With `untrained.safetensors`, `best.safetensors`, `last.safetensors` and `log.jsonl`.
    size : int
        How many numbers of the model can change.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.trainer, self.folder = trainer, trainer.folder
        self.size = sum(weight.numel() for weight in trainer.model.parameters())

    @property
    def untrained(self) -> Path:
        """The model before its first step, as a file that musenb takes for a model."""
        return self.folder / "untrained.safetensors"

    @property
    def best(self) -> Path:
        """The model as it judged the held tunes best so far."""
        return self.folder / "best.safetensors"

    def run(
        self,
        report: Callable[[Progress], None] = lambda line: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> float:
        """Train to the last step, or until `stop`, on one thread; return the best nats a cell of the held tunes.

        Parameters
        ----------
        report : callable
            Called with a `Progress` every fifty steps and at each validation; losses are nats a cell.
        stop : callable
            Asked before each step; the same folder can be taken up again later.
        """
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            return self.trainer.run(report, stop)
        finally:
            torch.set_num_threads(threads)


def on_tunes(
    tunes: Sequence[object],
    folder: Path | str | None = None,
    *,
    held: int = 2,
    steps: int = 1500,
    seed: int = 0,
) -> TuneTraining:
    """Prepare the training of a small model on single lines; `run` of what is returned trains it.

    Parameters
    ----------
    tunes : sequence of Score, or of anything that `musenb.load` takes
        Single lines on sixteenths within 36..81, one or more beside those held.
    folder : path, optional
        Of the run; one that holds a run is taken up again. A new temporary one when None.
    held : int
        The first so many tunes are held apart to judge by, >= 1.
    steps : int
        Updates in all, >= 1; each reads 4 passages of 16 quarters.
    seed : int
        0..2**32 - 1; of the first weights and of every draw.

    Raises
    ------
    SettingError
        There are too few tunes, or a value is outside its range.
    LoadError, TokenError
        A tune cannot be read, has more than one voice, or does not fit the grid; the message tells which.
    SaveError
        The folder cannot be made.
    WeightsError
        The folder holds a run of another model, or a damaged one.
    """
    if held < 1 or len(tunes) <= held:
        raise SettingError(f"{len(tunes)} tunes of which {held} are held apart: at least 1 to judge by and 1 to learn")
    schedule = Schedule(
        steps=steps,
        rate=3e-3,
        muon_rate=5e-3,
        warmup=10,
        average=0.98,
        validate_every=max(steps // 4, 1),
        seed=seed,
    )
    grids = [tune_grid(tune, where=f"tune {number}") for number, tune in enumerate(tunes, start=1)]
    place = Path(mkdtemp(prefix="musenb-tunes-")) if folder is None else Path(folder)
    make_folder(place)
    torch.manual_seed(seed)
    model = Transformer(tune_config())
    rows = tune_rows(grids, held=held)
    training = TuneTraining(Trainer(model, rows, schedule, place))
    if not training.trainer.resume():
        training.trainer.validate()
        shutil.copyfile(training.best, training.untrained)
    return training


def nats_of(path: Path) -> float:
    """Return with how many nats a cell a checkpoint of a training judged its held tunes."""
    with safe_open(path, framework="numpy") as file:
        return float(file.metadata()["validation"])


def tune_grid(tune: object, *, where: str = "a tune") -> Grid:
    """Return a single line as the soprano of a full grid, the other voices resting.

    Raises
    ------
    LoadError, TokenError
        It cannot be read, has other than one voice, or does not fit the grid; the message begins with `where`.
    """
    try:
        score = tune if isinstance(tune, Score) else load(tune)
        if len(score.voices) != 1:
            raise TokenError(f"{len(score.voices)} voices, and a single line is needed")
        grid = encode(score, voices=VOICES[:1])
    except LoadError as error:
        raise LoadError(error.kind, f"{where}: {error.text}", error.hint) from None
    except MusenbError as error:
        raise TokenError(f"{where}: {error}") from None
    return Grid(np.where(grid.cells < 0, REST, grid.cells), grid.frame)


def tune_rows(grids: Sequence[Grid], *, held: int) -> CroppedRows:
    """Return the training rows: the first `held` grids to judge by, passages of the moved others to learn from."""
    learned = grids[held:]
    draws = [lambda rng, grid=grid: _moved(grid, rng) for grid in learned]
    sizes = [grid.cells.size for grid in learned]
    kept = [tune_row(grid) for grid in grids[:held]]
    return CroppedRows(draws, sizes, kept, rows=CROPS, cells=CROP)


def tune_row(grid: Grid) -> Row:
    """Return a grid as the model reads it, the resting voices counting a tenth."""
    weights = np.full((len(grid.cells), VOICE_COUNT), REST_WEIGHT, np.float32)
    weights[:, 0] = 1
    return row_with(grid, features_of(grid.frame), weights.ravel())


def _moved(grid: Grid, rng: np.random.Generator) -> Row:
    """Return a grid moved by a random number of semitones within the range of the vocabulary."""
    pitches = grid.cells[grid.cells < HOLD]
    lowest = int(pitches.min()) if pitches.size else 0
    highest = int(pitches.max()) if pitches.size else 0
    down = -min(MOVE, lowest)
    up = min(MOVE, HIGHEST - LOWEST - highest)
    shift = int(rng.integers(down, up + 1))
    return tune_row(transposed(grid, shift))

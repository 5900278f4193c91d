"""Training log: the progress of a run as columns, a chart and a table."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from musenb.analysis.chart import Chart, Plottable
from musenb.analysis.charts import training_chart
from musenb.errors import LoadError

NAME = "log.jsonl"


@dataclass(frozen=True, slots=True)
class TrainingLog(Plottable):
    """The lines of a run, each a value in every column.

    Parameters
    ----------
    step : tuple of int
    loss : tuple of float
        Nats a token, the mean since the line before.
    validation : tuple of (float or None)
        Nats a token on music that is held apart; None where it was not measured.
    tokens_a_second : tuple of float
    """

    step: tuple[int, ...]
    loss: tuple[float, ...]
    validation: tuple[float | None, ...]
    tokens_a_second: tuple[float, ...]

    def charts(self) -> list[Chart]:
        """Return the curves of what is learned from and of what is held apart."""
        return [training_chart(self.step, self.loss, self.validation)]


def read_log(folder: str | os.PathLike[str]) -> TrainingLog:
    """Return the log of the run in a folder.

    Raises
    ------
    LoadError
        There is no log, or it is none of a training.
    """
    path = Path(folder) / NAME
    try:
        written = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise LoadError("missing", f"no log of a training in '{folder}'", f"looked for {NAME}: {error}") from None
    columns = list(TrainingLog.__dataclass_fields__)
    try:
        lines = [json.loads(line) for line in written]
        values = {name: tuple(line[name] for line in lines) for name in columns}
    except (ValueError, KeyError, TypeError) as error:
        raise LoadError("content", f"'{path}' is no log of a training: {error!r}") from None
    return TrainingLog(**values)

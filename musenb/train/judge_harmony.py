"""Harmonisation of test sopranos: does a model choose Bach's roots, and does the soprano tell it anything?

Definitions
-----------
- The soprano of a test chorale is given whole, with its frame; alto, tenor and bass are written. *Root agreement* is
  `harmonisation.agreeing_beats` with Bach; beside it stands Bach on the same tune: the test chorales that have a twin
  in the training set against that twin.
- *Nats saved*: mean nats of Bach's own alto, tenor and bass cells read plainly, less the same with the soprano told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from musenb.analysis.chorale.harmonisation import agreeing_beats, agreeing_twin
from musenb.analysis.chorale.ratios import Counts, Ratio, Report, Target, ratio_report
from musenb.analysis.chorale.twins import longest_run, twins
from musenb.tokens.chorale.grid import UNKNOWN, VOICES, Grid, features_of, sounding
from musenb.tokens.chorale.training import row_with
from musenb.train.judge import log_probs_of, pitches_of
from musenb.train.judge_writing import Tick, Writing, write_frame

SOPRANO = VOICES.index("soprano")
FEWEST_BEATS = 16  # of a tune shared by two settings


def harmonise_report(
    writing: Writing, splits: Mapping[str, Sequence[Grid]], pieces: int, tick: Tick
) -> Report:
    """Return how the sopranos of test chorales are harmonised."""
    chosen = splits["test"][:pieces]
    real = [pitches_of(grid) for grid in chosen]
    train = [pitches_of(grid) for grid in splits["train"]]
    found = twins(real, train)
    agreeing, saved = [], []
    for number, grid in enumerate(chosen):
        written = write_frame(writing, grid, number=number, given=soprano_of(grid))
        agreeing.append(agreeing_beats(real[number], pitches_of(written)))
        saved.append(nats_saved(writing, grid))
        tick(number + 1, len(chosen))
    on_one_tune = [
        agreeing_twin(piece, train[twin[0]])
        for piece, twin in zip(real, found, strict=True)
        if twin is not None and longest_run(piece, train[twin[0]])[2] >= FEWEST_BEATS
    ]
    alone = [counts for counts, twin in zip(agreeing, found, strict=True) if twin is None]
    bach = _sides(on_one_tune)
    ratios = {
        "root_agreement": Ratio("roots as Bach's, share of beats", _sides(agreeing), bach, target=Target(">=", 0.52)),
        "without_twins": Ratio(
            "the same, tunes without a twin in training", _sides(alone), bach, target=Target(">=", 0.50)
        ),
        "nats_saved": Ratio(
            "alto, tenor, bass: saved by the soprano, nats per cell", _sides(saved), target=Target(">=", 0.03)
        ),
    }
    sizes = {"generated": len(chosen), "real": len(on_one_tune), "without_twins": len(alone)}
    return ratio_report(ratios, pieces=sizes, seed=0)


def soprano_of(grid: Grid) -> np.ndarray:
    """Return which cells of a grid are the soprano's, bool (T, 4)."""
    given = np.zeros(grid.cells.shape, bool)
    given[:, SOPRANO] = True
    return given


def nats_saved(writing: Writing, grid: Grid) -> tuple[float, int]:
    """Return how many nats of the lower voices the soprano saves when it is told ahead, and how many cells they are."""
    decoder = writing.model.decoder
    free = ~soprano_of(grid)
    told = np.where(free, UNKNOWN, sounding(grid.cells))
    nats = []
    for known in (None, told):
        row = row_with(grid, features_of(grid.frame, known))
        row = row.fitted(len(decoder.config.features), len(decoder.config.relations))
        log_probs = log_probs_of(decoder, row)[np.arange(len(row)), row.targets]
        nats.append(-log_probs[free.ravel()].sum())
    return float(nats[0] - nats[1]), int(free.sum())


def _sides(counts: Sequence[tuple[float, int]]) -> Counts:
    """Return pairs as what is above and what is below."""
    return [above for above, _ in counts], [below for _, below in counts]

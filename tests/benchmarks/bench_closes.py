"""Closes of chorales written in the frames of the corpus's test chorales: with planned cadences, without, and Bach's.

python tests/benchmarks/bench_closes.py 24
"""

from __future__ import annotations

import sys
import warnings

from musenb.analysis.chorale.cadence import Framed
from musenb.analysis.chorale.report import format_report
from musenb.analysis.chorale.tonal import LABELS, tonal_report
from musenb.commands.measures import corpus_grids
from musenb.sample.models import Model, open_model
from musenb.sample.recipe import Recipe, begin
from musenb.tokens.chorale.grid import VOICE_COUNT, Grid
from musenb.tokens.chorale.plan import plan_frame
from musenb.tokens.idiom import Close
from musenb.train.judge_tonal import framed

PIECES = 24
MOST_STEPS = 260


def written(model: Model, grid: Grid, seed: int, close: Close | None) -> Framed:
    """Return what a model writes in the frame of a grid."""
    recipe = Recipe(model.name, model.checksum, seed, 1)
    sampling = begin(model, plan_frame(grid.frame, close), recipe).run()
    cells = sampling.writer.tokens.reshape(-1, VOICE_COUNT).copy()
    return framed(Grid(cells, grid.frame))


def main() -> None:
    """Print the measures of tonal home, planned and not."""
    warnings.simplefilter("ignore")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PIECES
    grids = [grid for grid in corpus_grids()["test"] if len(grid.cells) <= MOST_STEPS][:count]
    model = open_model("chorale")
    model.decoder.compile()
    real = [framed(grid) for grid in grids]
    for planned in (True, False):
        print("cadences planned" if planned else "no cadence planned")
        closes = [Close(seed=seed) if planned else None for seed in range(len(grids))]
        pairs = enumerate(zip(grids, closes, strict=True))
        pieces = [written(model, grid, seed, close) for seed, (grid, close) in pairs]
        print(format_report(tonal_report(pieces, real), LABELS))


if __name__ == "__main__":
    main()

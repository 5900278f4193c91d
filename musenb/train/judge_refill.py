"""Refilling: a gap of two bars in a test chorale, all else given, and how it meets what follows.

Definition: the gap begins with a bar drawn by the seed, after the first two bars and before the last two. Notes that
reach from the gap into the bars after it stay, as they do for a user. The seam is the change into the first step after
the gap (`resolution.seam_at`); beside it stands Bach's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from musenb.analysis.chorale.ratios import Report, ratio_report
from musenb.analysis.chorale.resolution import Seam, seam_at
from musenb.analysis.chorale.tonal import seam_ratios
from musenb.score.note import Bar, Score
from musenb.tokens.chorale.grid import STEP, VOICE_COUNT, Grid, encode
from musenb.tokens.idiom import Keep
from musenb.train.chorale_data import score_of_grid
from musenb.train.judge import pitches_of
from musenb.train.judge_writing import Tick, Writing, step_of, write_on

GAP, MARGIN = 2, 2  # bars to fill, and bars given on each side at least


def refill_report(
    writing: Writing, splits: Mapping[str, Sequence[Grid]], pieces: int, tick: Tick
) -> Report:
    """Return how gaps in test chorales are filled."""
    written: list[Seam] = []
    real: list[Seam] = []
    chosen = splits["test"][:pieces]
    for number, grid in enumerate(chosen):
        score = score_of_grid(grid)
        generator = np.random.default_rng([writing.seed, number])
        gap = drawn_gap(score, writing.model.decoder.config.context, generator)
        if gap is not None:
            ours, theirs = seams_of(writing, score, gap, number)
            written.append(ours)
            real.append(theirs)
        tick(number + 1, len(chosen))
    return ratio_report(
        seam_ratios(written, real), pieces={"generated": len(written), "real": len(real)}, seed=0
    )


def drawn_gap(score: Score, context: int, generator: np.random.Generator) -> list[Bar] | None:
    """Return the bars of a gap, the first of which begins within a model's context; None for too short a piece."""
    bars = [bar for bar in score.bars() if bar.number]
    longest = context * STEP / VOICE_COUNT
    last = len(bars) - GAP - MARGIN
    places = [place for place in range(MARGIN, last + 1) if bars[place].onset < longest]
    if not places:
        return None
    place = int(generator.choice(places))
    return bars[place : place + GAP]


def seams_of(writing: Writing, score: Score, gap: Sequence[Bar], number: int) -> tuple[Seam, Seam]:
    """Return the seam behind a gap as the model fills it, and as the score has it."""
    end = gap[-1].end
    after = tuple(bar.number for bar in score.bars() if bar.onset >= end)
    recipe = writing.recipe(number, GAP, start=gap[0].onset, keep=Keep((), after))
    written = write_on(writing, score, recipe)
    ours = seam_at(pitches_of(written.grid), step_of(written, end))
    theirs = seam_at(pitches_of(encode(score)), int(end / STEP))
    return ours, theirs

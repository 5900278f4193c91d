"""Sampling for evaluation: everything that a model writes to be judged is written here.

Grids are written into the frames of real chorales (length, metre, key and phrases) beside cells that are given; scores
are written behind a prime, or around what of it is kept, as a user would have them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from musenb.sample.models import Model
from musenb.sample.policy import Policy
from musenb.sample.recipe import Recipe, begin, plan_of
from musenb.sample.stream import Sampling
from musenb.score.note import Score
from musenb.tokens.chorale.grid import STEP, UNKNOWN, VOICE_COUNT, Grid
from musenb.tokens.chorale.plan import Plan, plan_frame
from musenb.tokens.idiom import Close, Wishes

Tick = Callable[[int, int], None]


def no_tick(done: int, total: int) -> None:
    """Tell nobody how far the work is."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How a model writes what is judged.

    Parameters
    ----------
    model : Model
    policy : Policy
    seed : int
        Of the first piece; each following one has the next.
    rules : bool
        Whether the idiom's rules of style hold.
    settings : dict
        Further settings of every recipe, by the names that `Recipe` has for them.
    """

    model: Model
    policy: Policy = field(default_factory=Policy)
    seed: int = 0
    rules: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)

    def recipe(self, number: int, extent: int = 0, **settings: Any) -> Recipe:
        """Return the recipe of piece `number`; `settings` are further ones of it alone."""
        model = self.model
        further = {**self.settings, **settings}
        return Recipe(model.name, model.checksum, self.seed + number, extent, self.policy, **further)

    def begun(self, plan: Any, recipe: Recipe) -> Sampling:
        """Return a piece that waits to be written."""
        return begin(self.model, plan, recipe, rules=self.rules)


@dataclass(frozen=True, slots=True)
class Written:
    """A piece as it was written, and what of it was planned."""

    plan: Any
    score: Score
    grid: Grid


def write_frame(writing: Writing, real: Grid, *, number: int = 0, given: np.ndarray | None = None) -> Grid:
    """Return a full grid in the frame of a real one, of which the cells `given`, bool (T, 4), are kept."""
    recipe = writing.recipe(number)
    if given is None:
        close = None if recipe.close is None else Close(recipe.close, recipe.seed)
        plan = plan_frame(real.frame, close)
    else:
        open_steps = np.flatnonzero((~given).any(axis=1))
        steps = int(open_steps[0]) if len(open_steps) else len(given)
        plan = Plan(Score(), (), Grid(np.where(given, real.cells, UNKNOWN), real.frame), steps)
    return _grid_of(writing.begun(plan, recipe).run(), real.frame)


def write_on(writing: Writing, prime: Score, recipe: Recipe) -> Written:
    """Return what a model makes of a score by a recipe, read as a user's prime is."""
    model = writing.model
    read = model.idiom.prepare(prime, Wishes(exact=True)).score
    plan: Any = plan_of(model, read, recipe)
    sampling = writing.begun(plan, recipe).run()
    return Written(plan, sampling.score(), _grid_of(sampling, plan.grid.frame))


def step_of(written: Written, quarter: Fraction) -> int:
    """Return the step of a written grid at a quarter of the piece."""
    return int((quarter - written.plan.offset) / STEP)


def _grid_of(sampling: Sampling, frame: Any) -> Grid:
    return Grid(sampling.writer.tokens.reshape(-1, VOICE_COUNT), frame)

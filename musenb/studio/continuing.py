"""Continuation requests: checked, and turned into recipes for the writer thread."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypedDict

from musenb.errors import SettingError
from musenb.sample.models import open_model
from musenb.sample.policy import BEST_OF, Draws, Policy
from musenb.sample.recipe import Recipe, laid_out_for, plan_of, require_guided
from musenb.score.development.plan import DevelopmentPlan
from musenb.session import SEEDS
from musenb.studio.drafts import Begin, begin_again
from musenb.studio.keeping import Keeper
from musenb.studio.places import Locks, locks_beyond, point_in
from musenb.studio.takes import REACH, Entry
from musenb.studio.writings import Writings
from musenb.tokens.idiom import Keep

MOST_CANDIDATES = 4


class Drawing(TypedDict, total=False):
    """How tokens are drawn; see `musenb.sample.policy`, its Policy and its Style."""

    temperature: float
    top_p: float
    guidance: float


@dataclass(frozen=True)
class Wanted:
    """What is asked of a continuation, wherever it begins; see `StudioCore.continue_`.

    Parameters
    ----------
    bars : int
    drawing : Drawing
    seed : int, optional
    candidates : int
        1..4.
    best_of : int
    close : bool or None

    Raises
    ------
    SettingError
        The candidates are not a whole number in their range.
    """

    bars: int
    drawing: Drawing
    seed: int | None = None
    candidates: int = 1
    best_of: int = BEST_OF
    close: bool | None = True

    def __post_init__(self) -> None:
        count = self.candidates
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_CANDIDATES:
            raise SettingError(f"candidates {count!r} is not a whole number in 1..{MOST_CANDIDATES}")

    def seeds(self) -> list[int]:
        """Return the seed of each candidate, the first one drawn where none was given."""
        first = secrets.randbelow(SEEDS) if self.seed is None else Draws(self.seed).seed
        return [Draws(first + number).seed for number in range(self.candidates)]


class Continuing:
    """How the next continuation goes on, and where.

    Parameters
    ----------
    keeper : Keeper
    writings : Writings
    model : callable
        Returns the name or path of the model in use.

    Attributes
    ----------
    locks : Locks
        What of a take is kept where the model writes.
    """

    def __init__(self, keeper: Keeper, writings: Writings, model: Callable[[], str | os.PathLike[str]]) -> None:
        self._keeper, self._writings, self._model = keeper, writings, model
        self._point: tuple[int, Fraction] | None = None
        self.locks = Locks()

    def lock(self, voices: Iterable[str], bars: Iterable[int]) -> Locks:
        """Keep these voices and bars from now on, and no others; return them."""
        names = tuple(dict.fromkeys(voices))
        numbers = tuple(sorted(set(bars)))
        there = open_model(self._model()).idiom.voices if names else ()
        for name in names:
            if name not in there:
                allowed = f"allowed are {', '.join(there)}" if there else f"the model '{self._model()}' has no voices"
                raise SettingError(f"cannot lock the voice {name!r}; {allowed}")
        for number in numbers:
            if isinstance(number, bool) or not isinstance(number, int) or number < 0:
                raise SettingError(f"cannot lock bar {number!r}: a whole number of at least 0 is needed")
        self.locks = Locks(tuple(name for name in there if name in names), numbers)
        return self.locks

    def branch(self, take: int, start: Fraction | float | str) -> Fraction:
        """Select a take and let the next continuation go on from a point of it, which is returned."""
        keeper = self._keeper
        with keeper.lock:
            point = point_in(keeper.tree.take(take), start)
            keeper.change(lambda: keeper.tree.select(take))
            self._point = take, point
        return point

    def begin(
        self, wanted: Wanted, *, take: int | None = None, start: Fraction | float | str | None = None,
        plan: DevelopmentPlan | None = None,
    ) -> tuple[int, ...]:
        """Begin to write and return the numbers of the takes to come; see `StudioCore.continue_`."""
        seeds = wanted.seeds()
        given: dict[str, Any] = {**wanted.drawing}
        guidance = given.pop("guidance", 0.0)
        policy = Policy(**given)
        require_guided(open_model(self._model()), guidance)
        keeper = self._keeper
        with keeper.lock:
            self._writings.require_idle()
            parent = keeper.chosen(take)
            if plan is None:
                recipe = self._recipe(parent, wanted.bars, self._start(parent, start))
            else:
                recipe = self._planned(parent, plan)
            recipe = replace(recipe, policy=policy, best_of=wanted.best_of, close=wanted.close, guidance=guidance)
            numbers = tuple(keeper.tree.reserve() for _ in seeds)
            seed_of = dict(zip(numbers, seeds, strict=True))
            drafts = Begin(self._model(), parent, recipe, seed_of)
            self._point = None
            self._writings.start(drafts, parent)
        return numbers

    def resume(self, number: int) -> int:
        """Write a stopped take to its end, as a take beside it; see `StudioCore.resume`."""
        keeper = self._keeper
        with keeper.lock:
            self._writings.require_idle()
            stopped = keeper.tree.take(number)
            if stopped.complete:
                raise SettingError(f"take {number} was not stopped: there is nothing to resume")
            new = keeper.tree.reserve()
            self._writings.start(lambda: [begin_again(new, keeper.tree, stopped)], stopped)
        return new

    def _recipe(self, parent: Entry, bars: int, start: Fraction) -> Recipe:
        """Return what the candidates have in common, refused here and not in the thread when it cannot be followed."""
        locks = locks_beyond(self.locks, parent, start)
        keep = Keep(locks.voices, locks.bars)
        recipe = Recipe("", "", 0, bars, start=start, keep=keep, reach=REACH)
        plan_of(open_model(self._model()), parent.score, recipe)
        return recipe

    def _planned(self, parent: Entry, development: DevelopmentPlan) -> Recipe:
        """Return the recipe of a motif that is developed by a plan from its beginning; locks play no part."""
        planned = laid_out_for(open_model(self._model()), parent.score, development).plan
        return Recipe("", "", 0, planned.bars, start=Fraction(0), reach=REACH, development=planned)

    def _start(self, parent: Entry, start: Fraction | float | str | None) -> Fraction:
        if start is not None:
            return point_in(parent, start)
        if self._point is not None and self._point[0] == parent.id:
            return self._point[1]
        return parent.score.end

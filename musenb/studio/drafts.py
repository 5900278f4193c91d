"""Take drafts: takes while they are written, and the same takes written again from their recipes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np

from musenb.errors import ModelError, SettingError
from musenb.model.numpy.layer import CHUNK
from musenb.sample import recipe as recipes
from musenb.sample.models import Model, open_model
from musenb.sample.recipe import Recipe, plan_of
from musenb.sample.stream import Sampling
from musenb.score.note import Score
from musenb.session import Take
from musenb.studio.takes import WRITTEN, Entry, Tree, now
from musenb.tokens.idiom import NoteEvent

# Quarters that are shown of a take whose end is not known.
IN_SIGHT = 64


class _Halted(Exception):
    """Reading what is given was broken off."""


class _Halting:
    """A decoder that can be stopped between the chunks in which it reads what is given; its numbers are the same."""

    def __init__(self, decoder: Any) -> None:
        self._decoder, self.config = decoder, decoder.config
        self.asked: Callable[[], bool] = lambda: False

    def start(self, rows: int, memory: Any = None) -> Any:
        return self._decoder.start(rows, memory)

    def start_each(self, memories: Sequence[Any]) -> Any:
        return self._decoder.start_each(memories)

    def extend(self, cache: Any, before: np.ndarray, features: np.ndarray, related: np.ndarray) -> np.ndarray:
        begin, count = cache.length, before.shape[1]
        parts = []
        for first in range(0, count, CHUNK):
            if count > 1 and self.asked():  # a single token may be the middle of what is whole
                cache.rewind(begin)
                raise _Halted
            part = slice(first, first + CHUNK)
            inputs = before[:, part], features[:, part], related[:, part]
            parts.append(self._decoder.extend(cache, *inputs))
        return np.concatenate(parts, axis=1)


@dataclass
class Draft:
    """A take while it is written.

    Parameters
    ----------
    id : int
        The number it will have in the tree.
    parent : int
    begins : Fraction
        Quarters from which on it is written.
    recipe : Recipe
    sampling : Sampling
    model : _Halting
    """

    id: int
    parent: int
    begins: Fraction
    recipe: Recipe
    sampling: Sampling
    model: _Halting

    @property
    def written(self) -> float:
        """Share of it that is written, 0..1."""
        return self.sampling.written_share

    @property
    def ends(self) -> Fraction:
        """Quarters at which it will end; where only the model can tell, so many that some of it can be seen."""
        end = self.sampling.plan.end
        return self.begins + IN_SIGHT if end is None else end

    @property
    def begun(self) -> bool:
        """True when something whole beyond what was given is written, or everything."""
        return self.sampling.begun

    def step(self, stop: Callable[[], bool] = lambda: False) -> Iterator[NoteEvent]:
        """Write as little as is whole, a chosen phrase or a sixteenth, and what is given before it; yield its events.

        `stop` is asked while the given beginning is read, and while a phrase is tried. What has begun is finished, so
        that every note that was told of is in the take.
        """
        sampling = self.sampling
        least = max(sampling.position, sampling.plan.first)
        self.model.asked = stop

        def enough() -> bool:
            if sampling.trying:
                return stop()
            told = sampling.position == sampling.settled
            return sampling.position > least and sampling.writer.boundary and told

        try:
            yield from sampling.events(enough)
        except _Halted:
            return

    def score(self) -> Score:
        """Return the score as far as it is written."""
        return self.sampling.score()

    def entry(self) -> Entry:
        """Return the take as far as it is written, for the tree."""
        sampling = self.sampling
        take = Take(sampling.score(), self.recipe, sampling.done, sampling.plan)
        position = None if sampling.done else sampling.position
        return Entry(self.id, self.parent, WRITTEN, take, made=now(), position=position)


@dataclass(frozen=True)
class Begin:
    """How the drafts of one continuation are begun, once its thread calls this.

    Parameters
    ----------
    model : str or path
    parent : Entry
    recipe : Recipe
        Without model, checksum and seed.
    seeds : mapping of int to int
        The seed of each take to come, by its number.
    """

    model: str | os.PathLike[str]
    parent: Entry
    recipe: Recipe
    seeds: Mapping[int, int]

    def __call__(self) -> list[Draft]:
        model = open_model(self.model)
        known = replace(self.recipe, model=model.name, checksum=model.checksum, idiom=model.idiom.name)
        recipes = {number: replace(known, seed=seed) for number, seed in self.seeds.items()}
        return [begin(number, self.parent, recipe, model) for number, recipe in recipes.items()]


def begin(number: int, parent: Entry, recipe: Recipe, model: Model) -> Draft:
    """Return a draft at its beginning.

    Raises
    ------
    MusenbError
        The parent's score or a setting cannot be used.
    """
    halting = _Halting(model.decoder)
    plan = plan_of(model, parent.score, recipe)
    begins = parent.score.end if recipe.start is None else recipe.start
    sampling = recipes.begin(replace(model, decoder=halting), plan, recipe)
    return Draft(number, parent.id, begins, recipe, sampling, halting)


def replayed_draft(number: int, parent: Entry, recipe: Recipe, tokens: np.ndarray) -> Draft:
    """Return a draft as far as `tokens` (n,) were written; it has no model and cannot go on."""
    endless = SimpleNamespace(context=2**62, idiom=recipe.idiom)
    silent: Any = SimpleNamespace(config=endless)
    draft = begin(number, parent, recipe, Model(recipe.model, recipe.checksum, silent))
    length = draft.sampling.plan.length
    if length is not None and len(tokens) > length:
        raise SettingError(f"{len(tokens)} tokens of a take that has {length}")
    draft.sampling.replay(tokens)
    return draft


def repeat(tree: Tree, number: int) -> Score:
    """Write a take again from its recipe and return its score, which is the same to the note.

    Raises
    ------
    SettingError
        No model wrote the take.
    ModelError
        The model's weights are not those of the recipe.
    """
    take = tree.take(number)
    draft = begin_again(number, tree, take)
    draft.sampling.run(lambda: take.position is not None and draft.sampling.position >= take.position)
    return draft.score()


def begin_again(number: int, tree: Tree, take: Entry) -> Draft:
    """Return the draft that a take was written from, at its beginning and under a number; errors as in `repeat`."""
    if take.recipe is None or take.parent is None:
        raise SettingError(f"take {take.id} was {take.kind}: it has no recipe")
    model = open_model(take.recipe.model)
    if not model.wrote(take.recipe.checksum):
        raise ModelError(
            f"the model '{model.name}' has other weights ({model.checksum[:12]}) than wrote take {take.id} "
            f"({take.recipe.checksum[:12]}): it would not write the same notes"
        )
    return begin(number, tree.take(take.parent), take.recipe, model)

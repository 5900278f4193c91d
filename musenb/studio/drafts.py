"""A take while it is written, and the same take written again from its recipe."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from musenb.errors import ModelError, SettingError
from musenb.model.numpy.layer import CHUNK
from musenb.sample.policy import Policy
from musenb.sample.stream import NoteEvent, Sampling
from musenb.score.note import Origin, Score
from musenb.session import Model, open_model, written_out
from musenb.studio.takes import WRITTEN, Recipe, Take, Tree, now
from musenb.tokens.chorale.grid import VOICE_COUNT
from musenb.tokens.chorale.rewrite import Rewrite, plan_rewrite
from musenb.tokens.chorale.rules import PART_WRITING


class _Halted(Exception):
    """Reading what is given was broken off."""


class _Halting:
    """A decoder that can be stopped between the chunks in which it reads what is given; its numbers are the same."""

    def __init__(self, decoder: Any) -> None:
        self._decoder, self.config = decoder, decoder.config
        self.asked: Callable[[], bool] = lambda: False

    def start(self, rows: int) -> Any:
        return self._decoder.start(rows)

    def extend(self, cache: Any, before: np.ndarray, features: np.ndarray, related: np.ndarray) -> np.ndarray:
        begin, count, parts = cache.length, before.shape[1], []
        for first in range(0, count, CHUNK):
            if count > 1 and self.asked():  # a single cell may be the middle of a sixteenth
                cache.rewind(begin)
                raise _Halted
            part = slice(first, first + CHUNK)
            parts.append(self._decoder.extend(cache, before[:, part], features[:, part], related[:, part]))
        return np.concatenate(parts, axis=1)


@dataclass
class Draft:
    """A take while it is written.

    Parameters
    ----------
    id : int
        The number it will have in the tree.
    parent : int
    recipe : Recipe
    rewrite : Rewrite
    sampling : Sampling
    model : _Halting
    """

    id: int
    parent: int
    recipe: Recipe
    rewrite: Rewrite
    sampling: Sampling
    model: _Halting

    @property
    def written(self) -> float:
        """Share of its cells that are written, 0..1."""
        return self.sampling.position / len(self.sampling.cells)

    @property
    def begun(self) -> bool:
        """True when a whole sixteenth beyond what was given is written, or everything."""
        plan, steps = self.rewrite.plan, self.sampling.position // VOICE_COUNT
        return self.sampling.done or steps > plan.first

    def step(self, stop: Callable[[], bool] = lambda: False) -> Iterator[NoteEvent]:
        """Write one sixteenth, and what is given before it; yield its events as they stand in the piece.

        `stop` is asked while the given beginning is read. A sixteenth that has begun is finished, so that every note
        that was told of is in the take.
        """
        first, offset = self.rewrite.plan.first, self.rewrite.offset
        target = (max(self.sampling.position // VOICE_COUNT, first) + 1) * VOICE_COUNT
        self.model.asked = stop
        try:
            for event in self.sampling.events(lambda: self.sampling.position >= target):
                note = None if event.note is None else self.rewrite.placed(event.note)
                yield replace(event, onset=event.onset + offset, note=note)
        except _Halted:
            return

    def score(self) -> Score:
        """Return the score as far as it is written."""
        return written_out(self.rewrite.score(self.sampling.notes()))

    def take(self) -> Take:
        """Return the take as far as it is written."""
        cells = None if self.sampling.done else self.sampling.position
        return Take(self.id, self.parent, WRITTEN, self.score(), self.recipe, made=now(), cells=cells)


@dataclass(frozen=True)
class Begin:
    """How the drafts of one continuation are begun, once its thread calls this.

    Parameters
    ----------
    model : str or path
    parent : Take
    recipe : Recipe
        Without model, checksum and seed.
    seeds : mapping of int to int
        The seed of each take to come, by its number.
    """

    model: str | os.PathLike[str]
    parent: Take
    recipe: Recipe
    seeds: Mapping[int, int]

    def __call__(self) -> list[Draft]:
        model = open_model(self.model)
        known = replace(self.recipe, model=model.name, checksum=model.checksum)
        return [begin(number, self.parent, replace(known, seed=seed), model) for number, seed in self.seeds.items()]


def begin(number: int, parent: Take, recipe: Recipe, model: Model) -> Draft:
    """Return a draft at its beginning.

    Raises
    ------
    MusenbError
        The parent's score or a setting cannot be used.
    """
    return _draft(number, parent, recipe, model.decoder)


def replayed_draft(number: int, parent: Take, recipe: Recipe, cells: np.ndarray) -> Draft:
    """Return a draft as far as `cells` (n,) were written; it has no model and cannot go on."""
    endless = SimpleNamespace(context=2**62, begin=0)
    silent = SimpleNamespace(config=endless, start=lambda rows: SimpleNamespace(length=0))
    draft = _draft(number, parent, recipe, silent)
    if len(cells) > len(draft.sampling.cells):
        raise SettingError(f"{len(cells)} cells of a take that has {len(draft.sampling.cells)}")
    draft.sampling.cells[: len(cells)] = cells
    draft.sampling.position = len(cells)
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
    stop_at = len(draft.sampling.cells) if take.cells is None else take.cells
    draft.sampling.run(lambda: draft.sampling.position >= stop_at)
    return draft.score()


def begin_again(number: int, tree: Tree, take: Take) -> Draft:
    """Return the draft that a take was written from, at its beginning and under a number; errors as in `repeat`."""
    if take.recipe is None or take.parent is None:
        raise SettingError(f"take {take.id} was {take.kind}: it has no recipe")
    model = open_model(take.recipe.model)
    if model.checksum != take.recipe.checksum:
        raise ModelError(
            f"the model '{model.name}' has other weights ({model.checksum[:12]}) than wrote take {take.id} "
            f"({take.recipe.checksum[:12]}): it would not write the same notes"
        )
    return begin(number, tree.take(take.parent), take.recipe, model)


def _draft(number: int, parent: Take, recipe: Recipe, decoder: Any) -> Draft:
    policy = Policy(recipe.temperature, recipe.top_p, recipe.top_k)
    rewrite = plan_rewrite(
        parent.score, bars=recipe.bars, start=recipe.start, kept_voices=recipe.kept_voices,
        kept_bars=recipe.kept_bars, reach=min(recipe.reach, decoder.config.context),
    )
    weights = ("weights", recipe.checksum[:12])
    origin = Origin(Path(recipe.model).name, recipe.seed, (*policy.as_pairs(), weights))
    model = _Halting(decoder)
    sampling = Sampling(model, rewrite.plan, recipe.seed, policy, PART_WRITING, origin)
    return Draft(number, parent.id, recipe, rewrite, sampling, model)

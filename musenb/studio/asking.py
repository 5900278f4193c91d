"""Take questions of a studio: what is branched off there becomes a take of the tree."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from musenb.questions.ask import Questions, ask
from musenb.sample.models import open_model
from musenb.sample.recipe import plan_of
from musenb.score.note import Score
from musenb.session import Take as Branch
from musenb.studio.takes import Entry


def ask_about(
    take: Entry,
    *,
    parent: Score | None,
    usual_model: str | os.PathLike[str],
    branched: Callable[[Score, str], object],
    **settings: Any,
) -> Questions:
    """Return what can be asked of the model about a take; a notebook shows it as a panel.

    Parameters
    ----------
    take : Entry
    parent : Score or None
        From which it was written: what was given comes from there, unless `settings` name another model or prime.
    usual_model : str or path
        Which is asked about a take that no model wrote.
    branched : callable
        Called with the score and the name of what is branched off.
    **settings
        As `musenb.ask` takes them; model and seed are those that wrote the take when nothing is said.
    """
    recipe = take.recipe
    usual = {"model": recipe.model if recipe else usual_model, "seed": recipe.seed if recipe else 0}
    source: Score | Branch = take.score
    if recipe is not None and parent is not None and not settings.keys() & {"model", "prime_bars", "voices"}:
        plan = plan_of(open_model(recipe.model), parent, recipe)
        source = Branch(take.score, recipe, take.complete, plan)
    asked = ask(source, **(usual | settings))

    def adopt(branch: Branch, name: str) -> None:
        branched(branch.score, name)

    asked.on_take = adopt
    return asked

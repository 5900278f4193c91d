"""Take questions of a studio: what is branched off there becomes a take of the tree."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from musenb.questions.ask import Questions, ask
from musenb.score.note import Score
from musenb.session import Take as Branch
from musenb.studio.takes import Entry


def ask_about(
    take: Entry, *, usual_model: str | os.PathLike[str], branched: Callable[[Score, str], object], **settings: Any
) -> Questions:
    """Return what can be asked of the model about a take; a notebook shows it as a panel.

    Parameters
    ----------
    take : Entry
    usual_model : str or path
        Which is asked about a take that no model wrote.
    branched : callable
        Called with the score and the name of what is branched off.
    **settings
        As `musenb.ask` takes them; model and seed are those that wrote the take when nothing is said.
    """
    recipe = take.recipe
    usual = {"model": recipe.model if recipe else usual_model, "seed": recipe.seed if recipe else 0}
    asked = ask(take.score, **(usual | settings))

    def adopt(branch: Branch, name: str) -> None:
        branched(branch.score, name)

    asked.on_take = adopt
    return asked

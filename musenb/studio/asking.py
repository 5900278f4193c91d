"""Questions about a take of a studio; what is branched off there becomes a take of the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musenb.questions.ask import Questions, questions
from musenb.session import Take as Branch
from musenb.studio.takes import Take

if TYPE_CHECKING:
    from musenb.studio.core import StudioCore


def ask_about(studio: StudioCore, take: Take, **settings: Any) -> Questions:
    """Return what can be asked of the model about a take; a notebook shows it as a panel.

    A branch becomes a take below the one that was asked about, and is selected.

    Parameters
    ----------
    studio : StudioCore
    take : Take
    **settings
        As `musenb.ask` takes them; model and seed are those that wrote the take when nothing is said.
    """
    recipe = take.recipe
    usual = {"model": recipe.model if recipe else studio.model, "seed": recipe.seed if recipe else 0}
    asked = questions(take.score, **(usual | settings))

    def adopt(branch: Branch, name: str) -> None:
        studio.graft(branch.score, parent=take.id, name=name)

    asked.on_take = adopt
    return asked

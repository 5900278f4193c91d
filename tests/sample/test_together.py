from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from musenb.errors import SettingError
from musenb.sample.models import open_model
from musenb.sample.policy import Policy
from musenb.sample.recipe import Recipe, begin, begin_together, plan_of
from musenb.sample.together import Together
from musenb.session import prepared


@pytest.mark.parametrize("idiom", ["tiny", "notes"])
def test_each_piece_is_the_one_that_its_seed_writes_alone(
    idiom: str, tiny_checkpoint: Path, notes_checkpoint: Path
) -> None:
    model = open_model(tiny_checkpoint if idiom == "tiny" else notes_checkpoint)
    prime = prepared("C4:1 D E F | G:4", model=model).score
    recipe = Recipe(model.name, model.checksum, 3, 2, Policy(top_p=0.9), idiom=model.idiom.name)
    recipes = [dataclasses.replace(recipe, seed=seed) for seed in (3, 4, 5)]
    plan = plan_of(model, prime, recipe)
    together = begin_together(model, plan, recipes)
    events = list(together.events())
    alone = [begin(model, plan, one).run().score() for one in recipes]
    assert together.scores() == alone
    assert len({len(score.notes) for score in alone}) > 1 or idiom == "tiny"
    for number, score in enumerate(alone):
        ends = [event for piece, event in events if piece == number and event.kind == "end"]
        assert len(ends) == sum(note.origin.generated for note in score.notes)


def test_a_seed_is_needed_for_each(notes_checkpoint: Path) -> None:
    model = open_model(notes_checkpoint)
    plan = model.idiom.plan(prepared("C4:4", model=model).score, extent=1)
    with pytest.raises(SettingError, match="0 pieces and 1 seeds"):
        Together(model.decoder, plan, [], seeds=[1])

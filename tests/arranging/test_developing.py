"""A motif developed by a plan: its statements stand, the rest is written, and the recipe writes it again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from musenb.errors import MusenbError, SettingError
from musenb.sample.models import open_model
from musenb.sample.recipe import begin, plan_of, recipe_from_plain, recipe_to_plain
from musenb.score.development.laying import statement_of
from musenb.score.development.plan import DevelopmentPlan, Statement
from musenb.session import develop, prepared, stream

MOTIF = "key=C C4 D4 E4 G4"
PLAN = DevelopmentPlan((Statement("as it is", "alto", 1), Statement("answer", "tenor", 3)), 4, entries=True)


@pytest.mark.parametrize("idiom", ["tiny_checkpoint", "tonal_checkpoint"])
def test_statements_stand_and_the_rest_is_written(idiom: str, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(idiom)
    take = develop(MOTIF, plan=PLAN, model=path, seed=1)
    alto, tenor = take.score.voices[1], take.score.voices[2]
    first = [note.spelling for note in alto.notes if statement_of(note) == (1, "as it is")]
    second = [note.spelling for note in tenor.notes if statement_of(note) == (2, "answer")]
    assert first == ["C4", "D4", "E4", "G4"]
    assert second == ["G3", "A3", "B3", "D4"]
    assert tenor.notes[0].onset == 8  # silent before it enters
    assert take.score.end == 16
    assert all(note.origin.generated for note in take.score.voices[3].notes)
    model, recipe = open_model(path), recipe_from_plain(recipe_to_plain(take.recipe))
    assert recipe == take.recipe
    again = begin(model, plan_of(model, prepared(MOTIF, model=model).score, recipe), recipe).run()
    assert again.score() == take.score


def test_a_plan_is_asked_for_by_name_and_as_json(tiny_checkpoint: Path) -> None:
    take = develop(MOTIF, plan="period", model=tiny_checkpoint, seed=1, best_of=1)
    plan = take.recipe.development
    assert plan is not None
    assert plan.name == "period"
    assert take.score.end == 4 * plan.bars
    again = develop(MOTIF, plan=json.loads(plan.to_json()), model=tiny_checkpoint, seed=1, best_of=1)
    assert again == take


def test_a_stopped_plan_goes_on_to_the_same_take(tiny_checkpoint: Path) -> None:
    whole = develop(MOTIF, plan=PLAN, model=tiny_checkpoint, seed=2)
    writing = stream(MOTIF, plan=PLAN, model=tiny_checkpoint, seed=2)
    for number, _ in enumerate(writing):
        if number == 3:
            writing.stop()
    assert not writing.take.complete
    for _ in writing:
        pass
    assert writing.take == whole


@pytest.mark.parametrize(
    ("motif", "plan", "model", "message"),
    [
        (MOTIF, "rondo", None, "plan 'rondo' is none of canon"),
        (MOTIF, 3, None, "plan 3 is no DevelopmentPlan"),
        (MOTIF, {"bars": 4}, None, "this is no plan"),
        (MOTIF, PLAN, "jsb", "jsb"),
        ("3/4 key=C C4 D4 E4", DevelopmentPlan(PLAN.statements, 4, "4/4"), None, "the plan is for 4/4.*in 3/4"),
    ],
)
def test_a_plan_that_cannot_be_used_is_said(
    motif: str, plan: object, model: str | None, message: str, tiny_checkpoint: Path
) -> None:
    with pytest.raises(MusenbError, match=message):
        develop(motif, plan=plan, model=model or tiny_checkpoint)


def test_a_saved_plan_that_is_damaged_is_damaged() -> None:
    with pytest.raises(SettingError, match="this is no plan"):
        DevelopmentPlan.from_json('{"statements": 3}')

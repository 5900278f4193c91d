"""Suggested statements: they stand, they are told apart by what they cost, and the same seed gives the same ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import musenb
from musenb.arranging.suggest import Draft, Suggestion, candidates, suggest
from musenb.errors import SettingError
from musenb.sample.recipe import Recipe, plan_of
from musenb.score.development.laying import laid_out
from musenb.score.development.plan import DevelopmentPlan, Statement
from musenb.tokens.chorale.idiom import RANGES
from musenb.train.judge import log_probs_of

MOTIF = "key=C C5 D5 E5 G5"
PLAN = DevelopmentPlan((Statement("as it is", "soprano", 1),), 6)


def few(*arguments: Any, **settings: Any) -> list[Suggestion]:
    """Return suggestions of six candidates: each costs a reading of the piece."""
    return suggest(*arguments, most=6, **settings)


def test_what_is_suggested_can_stand_beside_the_plan_and_the_best_comes_first() -> None:
    found = few(MOTIF, PLAN, count=3, seed=2)
    assert 1 <= len(found) <= 3
    assert [one.cost for one in found] == sorted(one.cost for one in found)
    assert len({one.statement.bar for one in found}) == len(found)
    motif = musenb.motif(MOTIF)
    for one in found:
        laid_out(motif, replace(PLAN, statements=(*PLAN.statements, one.statement)), RANGES)
        assert one.statement.bar > 1
        assert str(one.statement) in str(one)


def test_the_same_seed_suggests_the_same() -> None:
    assert few(MOTIF, PLAN, seed=5) == few(MOTIF, PLAN, seed=5)


def test_forms_and_voices_can_be_chosen() -> None:
    found = few(MOTIF, PLAN, forms=["inversion"], voices=["bass"], count=16)
    assert found
    assert {(one.statement.form, one.statement.voice) for one in found} == {("inversion", "bass")}


def test_candidates_leave_out_what_is_planned_and_what_cannot_stand() -> None:
    motif = musenb.motif(MOTIF)
    two = replace(PLAN, statements=(*PLAN.statements, Statement("as it is", "soprano", 3)))
    found = list(candidates(motif, two, RANGES, forms=["as it is"], voices=["soprano"]))
    assert [one.bar for one in found] == [2, 4, 5, 6]


def test_a_passage_of_the_draft_is_charged_as_if_it_were_walked_from_its_beginning() -> None:
    model = musenb.open_model()
    motif = musenb.motif(MOTIF)
    planned = laid_out(motif, PLAN, RANGES).plan
    recipe = Recipe(model.name, model.checksum, 3, PLAN.bars, development=planned)
    plan = plan_of(model, motif, recipe)
    draft = Draft(model, plan, recipe)
    for span in (slice(70, 130), slice(64, 192), slice(200, len(draft.tokens))):
        writer, paid = model.idiom.writer(plan, recipe.origin), 0.0
        for position, token in enumerate(draft.tokens[: span.stop]):
            prices = writer.prices() if writer.given() is None else None
            paid += float(prices[token]) if prices is not None and position >= span.start else 0.0
            writer.take(int(token))
        assert draft.charged(span) == pytest.approx(paid + writer.grade(span.start))
    piece = model.idiom.piece(writer.score(), plan=plan)
    expected = log_probs_of(model.decoder, piece.row())[np.arange(len(draft.tokens)), draft.tokens]
    assert draft.nats == pytest.approx(-expected, abs=1e-4)


def test_a_statement_over_a_passage_that_it_does_not_fit_costs_more() -> None:
    """The model judges what it is told: the same statement a semitone beside the key is dearer than in it."""
    found = {}
    for key in (None, "C# major"):
        plan = DevelopmentPlan((Statement("as it is", "soprano", 1), Statement("sequence", "soprano", 3, key=key)), 6)
        model, motif = musenb.open_model(), musenb.motif(MOTIF)
        base = laid_out(motif, PLAN, RANGES).plan
        recipe = Recipe(model.name, model.checksum, 3, PLAN.bars, development=base)
        draft = Draft(model, plan_of(model, motif, recipe), recipe)
        asked = replace(recipe, development=laid_out(motif, plan, RANGES).plan)
        writer = model.idiom.writer(plan_of(model, motif, asked), recipe.origin)
        found[key] = sum(draft.costs(writer))
    assert found["C# major"] > found[None] + 5


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"forms": ["upside"]}, "form 'upside' of a statement is none of"),
        ({"voices": ["viola"]}, "voice 'viola' is none of soprano, alto, tenor, bass"),
        ({"count": 0}, "count 0 is not a whole number in 1..16"),
        ({"most": True}, "most True is not a whole number in 1..1000"),
        ({"plan": "waltz"}, "plan 'waltz' is none of"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        suggest(MOTIF, **{"plan": PLAN, **settings})

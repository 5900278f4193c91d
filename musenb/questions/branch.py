"""Branch continuation: another note at one place, and how the model goes on from there."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from fractions import Fraction

from musenb.questions.continuing import sampled
from musenb.sample.models import Model
from musenb.sample.policy import Policy
from musenb.sample.recipe import Recipe
from musenb.score.spelling import written_out
from musenb.session import Take
from musenb.tokens.piece import Piece


def write_fork(
    model: Model,
    fork: Piece,
    onset: Fraction,
    *,
    seed: int,
    policy: Policy,
    stop: Callable[[int, int], bool],
) -> Take:
    """Return a forked piece, continued to the end of its plan.

    Parameters
    ----------
    fork : Piece
        As `Piece.forked` returns it; the chosen note counts as given.
    onset : Fraction
        Quarters at which it forks.
    stop : callable
        Asked before each token with (tokens drawn, all that are to be drawn).
    """
    tokens = tuple(map(int, fork.tokens))
    recipe = Recipe(
        model.name,
        model.checksum,
        seed,
        1,
        policy,
        fork.voices,
        model.idiom.name,
        written=tokens,
    )
    tokens, done = sampled(model, fork.plan, recipe, stop=stop)
    score = written_out(fork.continued(tokens, recipe.origin).score)
    bars = sum(1 for bar in score.bars() if bar.end > onset)
    return Take(score, dataclasses.replace(recipe, extent=bars), done, fork.plan)

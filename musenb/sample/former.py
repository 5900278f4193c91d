"""Sampling by its former signature: a name that goes when the questions and the studio build on `recipe.begin`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from musenb.sample.policy import Policy
from musenb.sample.stream import NOTHING
from musenb.sample.stream import Sampling as Current
from musenb.score.note import Note, Origin, Score
from musenb.tokens.chorale.grid import UNKNOWN
from musenb.tokens.chorale.plan import Plan, plan_piece
from musenb.tokens.chorale.prepare import with_chorale_names
from musenb.tokens.chorale.writer import GridWriter
from musenb.tokens.idiom import Keep


class Sampling(Current):
    """A sampling of the four-voice grid; `cells` as an array of the whole piece."""

    def __init__(
        self, model: Any, plan: Plan, seed: int, policy: Policy | None = None, wishes: Sequence = (),
        origin: Origin = Origin(model="unnamed"), written: np.ndarray = NOTHING,  # noqa: B008
    ) -> None:
        writer = GridWriter(plan, origin)
        super().__init__(model, plan, writer, seed=seed, policy=policy, rules=bool(wishes), written=written)

    @property
    def cells(self) -> np.ndarray:
        """Cells of the whole piece, UNKNOWN where nothing is written."""
        cells = np.full(self.plan.length, UNKNOWN)
        cells[: self.position] = self.writer.tokens
        return cells

    def notes(self) -> dict[str, list[Note]]:
        """Return the generated notes of each voice."""
        return self.writer.notes()


class Rewrite:
    """A plan under its former name; notes and events of a writer stand in the piece already."""

    def __init__(self, plan: Plan) -> None:
        self.kept, self.plan, self.offset = plan.prime, plan, Fraction(0)

    def score(self, generated: Mapping[str, Sequence[Note]]) -> Score:
        """Return what was kept together with generated notes."""
        return self.plan.score(generated)

    def placed(self, note: Note) -> Note:
        """Return the note."""
        return note


def plan_rewrite(
    score: Score, *, bars: int, start: Fraction | None = None, kept_voices: Sequence[str] = (),
    kept_bars: Sequence[int] = (), reach: int | None = None,
) -> Rewrite:
    """Return the plan of a piece of which a part is to be written."""
    keep = Keep(tuple(kept_voices), tuple(kept_bars))
    return Rewrite(plan_piece(score, extent=bars, start=start, keep=keep, reach=reach))


def plan_continuation(prime: Score, *, bars: int, voices: str | Sequence[str] | None = None) -> Plan:
    """Return the plan of `bars` more bars."""
    names = (voices,) if isinstance(voices, str) else voices
    return plan_piece(with_chorale_names(prime, names), extent=bars)

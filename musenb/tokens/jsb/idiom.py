"""JSB chorales benchmark idiom: the paper's form of a chorale, read but not continued.

A held note and a repeated one look the same in it, so it cannot be notated: it has no plans, writers or pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NoReturn

from musenb.errors import ModelError
from musenb.score.note import Origin, Score
from musenb.tokens.idiom import Close, Keep, Piece, Plan, Prepared, Shape, Wishes, Writer
from musenb.tokens.jsb import grid


class Jsb:
    """One pitch a voice and sixteenth; see `musenb.tokens.idiom.Idiom`."""

    name = "jsb"
    shape = Shape(grid.VOCABULARY, grid.VOCABULARY, grid.FEATURES, (grid.HIGHEST - grid.LOWEST, 64))
    unit = "bars"
    most = 0
    voices = ()

    def prepare(self, score: Score, wishes: Wishes) -> Prepared:
        """Raise ModelError: see above; so do the others."""
        _refuse()

    def plan(
        self,
        score: Score,
        *,
        extent: int,
        start: Fraction | None = None,
        keep: Keep | None = None,
        reach: int | None = None,
        close: Close | None = None,
    ) -> Plan:
        """Raise ModelError."""
        _refuse()

    def writer(self, plan: Plan, origin: Origin) -> Writer:
        """Raise ModelError."""
        _refuse()

    def piece(
        self,
        score: Score,
        *,
        plan: Plan | None = None,
        given: int | None = None,
        extent: int = 4,
        voices: Sequence[str] | None = None,
    ) -> Piece:
        """Raise ModelError."""
        _refuse()


def _refuse() -> NoReturn:
    raise ModelError(
        "a model of the idiom 'jsb' cannot continue a motif: it is for the benchmark alone, and does not tell a held "
        "note from a repeated one"
    )


IDIOM = Jsb()

"""Chorale idiom: the model's language of four voices on sixteenths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from musenb.score.note import Origin, Score
from musenb.tokens.chorale import grid
from musenb.tokens.chorale.piece import GridPiece
from musenb.tokens.chorale.pieces import piece_of
from musenb.tokens.chorale.plan import MOST_BARS, Plan, plan_piece
from musenb.tokens.chorale.prepare import prepare
from musenb.tokens.chorale.rows import ColumnRows, RowsOf
from musenb.tokens.chorale.writer import GridWriter
from musenb.tokens.idiom import Close, Keep, Prepared, Shape, Wishes
from musenb.tokens.voice_ranges import VOICE_RANGES

RANGES: Mapping[str, tuple[int, int]] = {
    str(voice): limits for voice, limits in zip(grid.VOICES, VOICE_RANGES, strict=True)
}


class Chorale:
    """Four voices on sixteenths; see `musenb.tokens.idiom.Idiom`."""

    name = "chorale"
    shape = Shape(len(grid.VOCABULARY), grid.INPUTS, grid.FEATURES, grid.RELATION_SPANS)
    unit = "bars"
    most = MOST_BARS
    voices = grid.VOICES
    ranges: Mapping[str, tuple[int, int]] = RANGES
    rows: RowsOf = ColumnRows

    def prepare(self, score: Score, wishes: Wishes) -> Prepared:
        """Return a score on sixteenths in one to four single lines, named as the chorale's voices."""
        return prepare(score, wishes)

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
        """Return the plan of `extent` more bars; see `plan_piece`."""
        return plan_piece(score, extent=extent, start=start, keep=keep, reach=reach, close=close)

    def writer(self, plan: Plan, origin: Origin) -> GridWriter:
        """Return a grid whose first cell is to be written."""
        return GridWriter(plan, origin, self.rows)

    def piece(
        self,
        score: Score,
        *,
        plan: Plan | None = None,
        given: int | None = None,
        extent: int = 4,
        voices: Sequence[str] | None = None,
    ) -> GridPiece:
        """Return a score for questions; see `piece_of`."""
        return piece_of(score, plan=plan, given=given, extent=extent, voices=voices, rows=self.rows)


IDIOM = Chorale()

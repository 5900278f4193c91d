"""Notes idiom: the model's language of scores of up to eight voices, one step a note."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from musenb.score.note import Origin, Score
from musenb.tokens.idiom import Close, Keep, Prepared, Wishes
from musenb.tokens.notes import fields
from musenb.tokens.notes.frame import NO_STYLE
from musenb.tokens.notes.piece import NotePiece
from musenb.tokens.notes.pieces import piece_of
from musenb.tokens.notes.plan import MOST_BARS, Plan, plan_piece
from musenb.tokens.notes.prepare import prepare
from musenb.tokens.notes.styles import NAMED, PARTS, style_of
from musenb.tokens.notes.writer import NoteWriter


class Notes:
    """Scores of up to eight voices on 24 ticks a quarter; see `musenb.tokens.idiom.Idiom`."""

    name = "notes"
    shape = fields.SHAPE
    unit = "bars"
    most = MOST_BARS
    voices = NAMED
    styles = fields.STYLES
    most_guidance = 2.0

    def style_of(self, score: Score) -> str | None:
        """Return the style that the names of a score's voices tell."""
        number = style_of([voice.name for voice in score.voices])
        return None if number == NO_STYLE else fields.STYLES[number]

    def voices_of(self, style: str) -> tuple[str, ...]:
        """Return the voices of a style, from the highest."""
        return tuple(part.name for part in PARTS[style])

    def prepare(self, score: Score, wishes: Wishes) -> Prepared:
        """Return a score on the grid, its voices named by its style; those that it lacks are there, empty."""
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

    def writer(self, plan: Plan, origin: Origin) -> NoteWriter:
        """Return a piece whose first step is to be written."""
        return NoteWriter(plan, origin)

    def piece(
        self,
        score: Score,
        *,
        plan: Plan | None = None,
        given: int | None = None,
        extent: int = 4,
        voices: Sequence[str] | None = None,
    ) -> NotePiece:
        """Return a score for questions; see `piece_of`."""
        return piece_of(score, plan=plan, given=given, extent=extent, voices=voices)


IDIOM = Notes()

"""Piece builders of the notes idiom from scores: what was given, and what a model wrote or may write."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from musenb.errors import SettingError
from musenb.score.note import Score
from musenb.tokens.notes.code import table_of
from musenb.tokens.notes.fields import TICKS
from musenb.tokens.notes.frame import Frame
from musenb.tokens.notes.piece import NotePiece, without_end
from musenb.tokens.notes.plan import Plan, plan_piece
from musenb.tokens.notes.steps import steps_of
from musenb.tokens.notes.styles import style_of, with_style


def piece_of(
    score: Score, *, plan: Plan | None = None, given: int | None = None, extent: int = 4,
    voices: Sequence[str] | None = None,
) -> NotePiece:
    """Return a score for questions.

    Parameters
    ----------
    score : Score
    plan : Plan, optional
        By which it was written; one of the end of a longer piece says nothing of the rest.
    given : int, optional
        Without a plan: the first so many bars were given, at least 1. Left out, all before the first generated note
        was; of a score without generated notes half its bars, or all when there are less than four.
    extent : int
        Room for so many bars behind a piece that was given whole.
    voices : sequence of str, optional
        Which of a style's voices each sounding voice of the score is.

    Raises
    ------
    MusenbError
        The score does not fit the grid, or no bar is given.
    """
    if plan is not None and not plan.offset:
        return NotePiece(score, plan, _steps(score, plan))
    score = with_style(score, None, voices)
    score = dataclasses.replace(score, voices=tuple(voice for voice in score.voices if voice.notes))
    generated = [note.onset for note in score.notes if note.origin.generated]
    start = min(generated) if generated and given is None else _end_of_given(score, given)
    if start >= score.end:
        plan = plan_piece(score, extent=extent)
        return NotePiece(score, plan, _steps(score, plan))
    plan = _given_until(score, start)
    return NotePiece(score, plan, _steps(score, plan))


def _steps(score: Score, plan: Plan) -> np.ndarray:
    return without_end(steps_of(table_of(score), plan.bars))


def _given_until(score: Score, start: Fraction) -> Plan:
    """Return the plan of a score whose beginning was given in all voices."""
    empty = tuple(dataclasses.replace(voice, notes=()) for voice in score.voices)
    frame = Frame(dataclasses.replace(score, voices=empty), score.end, style_of([voice.name for voice in empty]))
    kept = tuple(
        dataclasses.replace(voice, notes=tuple(note for note in voice.notes if note.onset < start))
        for voice in score.voices
    )
    prime = dataclasses.replace(score, voices=kept)
    tick = int(start * TICKS)
    given = np.tile(frame.bars.lines[1:] <= tick, (len(kept), 1))
    return Plan(prime, frame, table_of(prime), given, np.full(len(kept), tick))


def _end_of_given(score: Score, bars: int | None) -> Fraction:
    """Return the quarter up to which a score without generated notes was given."""
    full = [bar for bar in score.bars() if bar.number >= 1]
    if bars is None:
        bars = len(full) if len(full) < 4 else len(full) // 2
    if bars < 1:
        raise SettingError(f"a prime of {bars} bars; at least 1 is needed")
    return full[min(bars, len(full)) - 1].end if full else score.end

"""Score preprocessing for the notes idiom: moved, on the grid, trimmed, its voices named by its style."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

from musenb.errors import TokenError
from musenb.score.excerpt import excerpt
from musenb.score.marks import notice_sentence
from musenb.score.note import Score
from musenb.score.told import told_key, told_metre, with_key
from musenb.tokens.idiom import Prepared, Wishes
from musenb.tokens.notes.code import encode, on_grid
from musenb.tokens.notes.styles import with_style


def prepare(score: Score, wishes: Wishes) -> Prepared:
    """Return what the model will read of a score.

    Raises
    ------
    MusenbError
        It does not fit the grid or the style, or a wish does not fit it.
    """
    if wishes.key is not None:
        score = with_key(score, wishes.key)
    score = score.transpose(wishes.transpose)
    notices = []
    if not wishes.exact:
        moved = on_grid(score)
        fresh = moved.notices[len(score.notices) :]
        if fresh:
            notices.append(notice_sentence(fresh))
        score = dataclasses.replace(moved, notices=score.notices)
    if wishes.bars is not None:
        score = dataclasses.replace(excerpt(score, wishes.bars), first_bar=1)
    if not score.end:
        where = f" in '{score.source}'" if score.source else ""
        raise TokenError(f"the prime has no notes{where}; at least one is needed")
    score = with_style(score, wishes.style, wishes.voices)
    score, metre = told_metre(score, wishes.metre)
    score, key = told_key(score, score.key_at(Fraction(0)) if wishes.key is not None else None)
    encode(score)
    return Prepared(score, tuple(notices), key, metre)

"""Phrase structure of the bars to come: where phrases end, and where the fermatas of their last chords stand."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from musenb.score.note import Score, TimeSignature
from musenb.tokens.chorale.cadences import Ending
from musenb.tokens.chorale.grid import FERMATA, STEP, STEPS_PER_QUARTER, set_phrases, stretch_ends
from musenb.tokens.chorale.phrasing import phrase_ends, placed_ends, usual_phrase


def plan_endings(
    columns: np.ndarray, prime: Score, total: Fraction, *, closed: bool, asked: Sequence[Fraction] = ()
) -> list[Ending]:
    """Write where phrases end into frame columns (T, 7), as `phrase_ends` finds it or as asked, and return it.

    The prime's own fermatas stand. With `closed` the piece ends with the columns, else it is to go on.
    """
    under = columns[:, FERMATA - 1] == 1
    own = [end * STEP for end in stretch_ends(under)]
    ends = placed_ends(prime, asked, total) if asked else phrase_ends(prime, own, total, closed=closed)
    for one in ends:
        if one.end not in own:
            under[int(one.chord / STEP) : int(one.end / STEP)] = True
    set_phrases(columns, [int(one.end / STEP) for one in ends], under=under, final=closed)
    return [Ending(int(one.approach / STEP), int(one.chord / STEP), int(one.end / STEP)) for one in ends]


def framed_endings(columns: np.ndarray) -> list[Ending]:
    """Return where phrases end in frame columns (T, 7) that tell it: their last chords lie under fermatas."""
    under = columns[:, FERMATA - 1] == 1
    starts = np.flatnonzero(under & ~np.concatenate([[False], under[:-1]]))
    endings = []
    before = 0
    for start, end in zip(starts.tolist(), stretch_ends(under), strict=True):
        endings.append(Ending(max(start - STEPS_PER_QUARTER, before), start, end))
        before = end
    return endings


def plan_phrases(columns: np.ndarray, prime: Score, total: Fraction) -> None:
    """Write where phrases end into frame columns (T, 7), every few bars, as it was done before closes were planned.

    The prime's own fermatas stand. From the last of them, or from the beginning, phrases go on by `usual_phrase`, or at
    the prime's pace when that is longer and in whole beats; the last one takes what remains and ends with the piece.
    """
    under = columns[:, FERMATA - 1] == 1
    own = [end * STEP for end in stretch_ends(under)]
    metre = prime.metre_at(prime.end)
    pace = own[-1] - own[-2] if len(own) > 1 else Fraction(0)
    usual = usual_phrase(metre)
    length = pace if pace > usual and pace % metre.beat_length == 0 else usual
    ends = list(own)
    following = (own[-1] if own else Fraction(0)) + length
    while following <= total - length / 2:
        ends.append(following)
        following += length
    hold = closing_chord(metre)
    for end in ends:
        if end > prime.end or not own:
            under[int((end - hold) / STEP) : int(end / STEP)] = True
    first = int((total - hold - prime.anacrusis) / STEP)
    under[max(0, first) :] = True
    set_phrases(columns, [int(end / STEP) for end in ends], under=under)


def closing_chord(metre: TimeSignature) -> Fraction:
    """Return the quarters that a phrase's last chord is held: a beat, two in three-four."""
    if (metre.beats, metre.unit) == (3, 4):
        return 2 * metre.beat_length
    return max(metre.beat_length, Fraction(1))

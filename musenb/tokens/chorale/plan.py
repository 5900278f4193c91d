"""What is to be written: the cells that the prime gives, the frame of the bars to come, and where phrases end."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Integral

import numpy as np

from musenb.errors import SettingError, TokenError
from musenb.score.note import Note, Score, TimeSignature, Voice
from musenb.tokens.chorale.grid import (
    FERMATA,
    STEP,
    UNKNOWN,
    VOICES,
    Frame,
    Grid,
    assign_voices,
    encode,
    features_of,
    set_phrases,
    sounding,
    stretch_ends,
)

MOST_BARS = 512


@dataclass(frozen=True, slots=True)
class Plan:
    """A piece with cells to be written.

    Parameters
    ----------
    prime : Score
        What was given; kept exactly.
    names : tuple of str
        Which chorale voice each sounding voice of the prime is.
    grid : Grid
        Given cells, UNKNOWN where the model is to write.
    first : int
        Steps at the beginning in which every voice is given.
    """

    prime: Score
    names: tuple[str, ...]
    grid: Grid
    first: int

    @property
    def features(self) -> np.ndarray:
        """Features of every cell in raster order, int64 (4 T, F).

        Given voices are told ahead only where something is left to write beside or before them; a prime in all voices
        is simply the past.
        """
        cells = self.grid.cells
        known = np.where(cells == UNKNOWN, UNKNOWN, sounding(cells))
        if (cells[self.first :] == UNKNOWN).all():
            known[:] = UNKNOWN
        return features_of(self.grid.frame, known)

    @property
    def end(self) -> Fraction:
        """Quarters at which the planned piece ends."""
        return len(self.grid.cells) * STEP


def plan_continuation(prime: Score, *, bars: int, voices: str | Sequence[str] | None = None) -> Plan:
    """Return the plan of `bars` more bars after a prime; an unfinished last bar of the prime is filled first.

    Parameters
    ----------
    prime : Score
        One to four monophonic voices on the sixteenth grid.
    bars : int
        1..512.
    voices : str or sequence of str, optional
        Which chorale voices the prime's voices are; see `assign_voices`.

    Raises
    ------
    SettingError
        `bars` is outside its range.
    TokenError
        The prime does not fit the grid.
    """
    if isinstance(bars, bool) or not isinstance(bars, Integral) or not 1 <= bars <= MOST_BARS:
        raise SettingError(f"bars {bars!r} is not a whole number in 1..{MOST_BARS}")
    if not prime.end:
        raise TokenError(f"the prime has no notes{_place(prime)}; at least one is needed")
    last = list(prime.bars())[-1]
    total = last.end + int(bars) * last.metre.bar_length
    steps = total / STEP
    if steps.denominator != 1:
        raise TokenError(f"the bars of {last.metre.beats}/{last.metre.unit}{_place(prime)} are not whole sixteenths")
    names = (voices,) if isinstance(voices, str) else assign_voices(prime) if voices is None else tuple(voices)
    grid = encode(prime, voices=names, steps=int(steps))
    frame = Frame(grid.frame.columns.copy())
    plan_phrases(frame.columns, prime, total)
    given = grid.cells != UNKNOWN
    whole = given.all(axis=1)
    first = len(whole) if whole.all() else int(whole.argmin())
    return Plan(prime, names, Grid(grid.cells, frame), first)


def plan_phrases(columns: np.ndarray, prime: Score, total: Fraction) -> None:
    """Write where phrases end into frame columns (T, 7).

    The prime's own fermatas stand. From the last of them, or from the beginning, phrases go on by `usual_phrase`, or at
    the prime's pace when that is longer and in whole beats; the last one takes what remains and ends with the piece.
    """
    under = columns[:, FERMATA - 1] == 1
    own = [end * STEP for end in stretch_ends(under)]
    metre = prime.metre_at(prime.end)
    pace = own[-1] - own[-2] if len(own) > 1 else Fraction(0)
    length = pace if pace > usual_phrase(metre) and pace % metre.beat_length == 0 else usual_phrase(metre)
    ends = list(own)
    following = (own[-1] if own else Fraction(0)) + length
    while following <= total - length / 2:
        ends.append(following)
        following += length
    hold = closing_chord(metre)
    for end in ends:
        if end > prime.end or not own:
            under[int((end - hold) / STEP) : int(end / STEP)] = True
    under[max(0, int((total - hold - prime.anacrusis) / STEP)) :] = True
    set_phrases(columns, [int(end / STEP) for end in ends], under=under)


def usual_phrase(metre: TimeSignature) -> Fraction:
    """Return the quarters of a chorale's phrase in a metre: two bars of four beats, four bars of three or two."""
    bars = 2 if metre.bar_length >= 4 else 4
    return bars * metre.bar_length


def closing_chord(metre: TimeSignature) -> Fraction:
    """Return the quarters that a phrase's last chord is held: a beat, two in three-four."""
    return 2 * metre.beat_length if (metre.beats, metre.unit) == (3, 4) else max(metre.beat_length, Fraction(1))


def finished(plan: Plan, generated: Mapping[str, Sequence[Note]]) -> Score:
    """Return the prime's notes, exactly, with generated notes by voice after them.

    Parameters
    ----------
    plan : Plan
    generated : dict of str to sequence of Note
        By chorale voice, each with its Origin.
    """
    sounding_voices = [voice for voice in plan.prime.voices if voice.notes]
    given = dict(zip(plan.names, sounding_voices, strict=True))
    voices = tuple(
        Voice(name, (given[name].notes if name in given else ()) + tuple(generated.get(name, ()))) for name in VOICES
    )
    return dataclasses.replace(plan.prime, voices=voices)


def _place(prime: Score) -> str:
    return f" in '{prime.source}'" if prime.source else ""

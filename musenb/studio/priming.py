"""From what a user hands over to what the model reads: loaded, trimmed, on the grid, its voices named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from musenb.errors import SettingError
from musenb.score.from_text import score_from_text
from musenb.score.load import CORPUS, SUFFIXES, load
from musenb.score.note import Score
from musenb.score.quantise import has_off_grid, quantise
from musenb.score.split import split_voices
from musenb.tokens.chorale.grid import encode
from musenb.tokens.chorale.rewrite import with_chorale_names

SIXTEENTH = Fraction(1, 4)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model will read.

    Parameters
    ----------
    score : Score
        On the grid of sixteenths, its voices named as the chorale's.
    notices : tuple of str
        What was changed on the way.
    """

    score: Score
    notices: tuple[str, ...] = ()

    def __str__(self) -> str:
        voices = ", ".join(voice.name for voice in self.score.voices)
        count = sum(1 for bar in self.score.bars() if bar.number)
        first = f"{len(self.score.notes)} notes, {count} bar{'' if count == 1 else 's'}: {voices}"
        return "\n".join([first, *self.notices])


def read_prime(
    source: Any,
    *,
    bars: int | tuple[int, int] | None = None,
    voice: str | Sequence[str] | None = None,
    transpose: int = 0,
) -> Reading:
    """Return what the model will read of a prime.

    Parameters
    ----------
    source : str, path, bytes, Score, or anything that `musenb.load` takes
        Text that names no file is read as a motif, or as ABC when it has a line 'X:' or 'K:'.
    bars : int or (int, int), optional
        Only the first so many bars, or from one printed number to another, both included.
    voice : str or sequence of str, optional
        Which chorale voices the sounding voices are; see `musenb.tokens.chorale.grid.assign_voices` for the default.
    transpose : int
        Semitones to move it first.

    Raises
    ------
    MusenbError
        It cannot be read, or does not fit what the model reads; the message says why.
    """
    score = read_source(source).transpose(transpose)
    notices = []
    if has_off_grid(score, SIXTEENTH):
        moved = quantise(score)
        notices.append(str(moved.report))
        score = moved.score
    if bars is not None:
        score = trimmed(score, bars)
    if not all(line.monophonic for line in score.voices):
        score = split_voices(score)
        notices.append(f"chords were read as {len(score.voices)} voices from the top down")
    score = with_chorale_names(score, voice)
    encode(score)
    return Reading(score, tuple(notices))


def read_source(source: Any) -> Score:
    """Return the score that a path, text, bytes or object holds."""
    if not isinstance(source, str):
        return load(source)
    return load(source) if is_place(source) else score_from_text(source)


def is_place(text: str) -> bool:
    """Return whether a text names a file or a corpus piece."""
    if "\n" in text:
        return False
    if text.startswith(CORPUS) or os.path.splitext(text)[1].lower() in SUFFIXES:
        return True
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False


def trimmed(score: Score, bars: int | tuple[int, int]) -> Score:
    """Return the first bars of a score, with its upbeat, or those from one printed number to another.

    Raises
    ------
    SettingError
        There are no such bars.
    """
    if isinstance(bars, int) and not isinstance(bars, bool):
        if bars < 1:
            raise SettingError(f"bars {bars} is below 1")
        return score.first_bars(bars)
    try:
        first, last = bars
    except (TypeError, ValueError):
        raise SettingError(f"bars {bars!r} is neither a number nor a pair (first, last)") from None
    inside = [bar for bar in score.bars() if first <= bar.number <= last]
    if not inside:
        numbers = [bar.number for bar in score.bars()] or [0]
        raise SettingError(f"bars {first}..{last} are not in the piece, which has {numbers[0]}..{numbers[-1]}")
    return score.cut(inside[0].onset, inside[-1].end)

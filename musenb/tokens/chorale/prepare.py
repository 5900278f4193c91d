"""Score preprocessing for the four-voice grid: moved, quantised, trimmed, split, its voices named."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction

from musenb.errors import TokenError
from musenb.score.excerpt import excerpt
from musenb.score.note import Score
from musenb.score.quantise import has_off_grid, quantise
from musenb.score.split import split_voices
from musenb.score.told import told_key, told_metre, with_key
from musenb.tokens.chorale.grid import STEP, VOICES, assign_voices, encode
from musenb.tokens.idiom import Prepared, Wishes


def prepare(score: Score, wishes: Wishes) -> Prepared:
    """Return what the model will read of a score.

    Raises
    ------
    MusenbError
        It does not fit four voices on sixteenths, or a wish does not fit it.
    """
    if wishes.key is not None:
        score = with_key(score, wishes.key)
    score = score.transpose(wishes.transpose)
    notices = []
    if not wishes.exact and has_off_grid(score, STEP):
        moved = quantise(score, STEP)
        notices.append(str(moved.report))
        score = moved.score
    if wishes.bars is not None:
        score = dataclasses.replace(excerpt(score, wishes.bars), first_bar=1)
    if not all(line.monophonic for line in score.voices):
        score = split_voices(score)
        notices.append(f"chords were read as {len(score.voices)} voices from the top down")
    if not score.end:
        where = f" in '{score.source}'" if score.source else ""
        raise TokenError(f"the prime has no notes{where}; at least one is needed")
    score = with_chorale_names(score, wishes.voices)
    score, metre = told_metre(score, wishes.metre)
    score, key = told_key(score, score.key_at(Fraction(0)) if wishes.key is not None else None)
    encode(score)
    return Prepared(score, tuple(notices), key, metre)


def with_chorale_names(score: Score, voices: Sequence[str] | None = None) -> Score:
    """Return the sounding voices of a score under the chorale's names; see `assign_voices` for the default.

    Raises
    ------
    TokenError
        The names do not fit the score's voices.
    """
    sounding = [voice for voice in score.voices if voice.notes]
    names = assign_voices(score) if voices is None else tuple(voices)
    known = set(names) <= set(VOICES)
    distinct = len(set(names)) == len(names)
    if len(names) != len(sounding) or not known or not distinct:
        raise TokenError(
            f"voices {', '.join(map(str, names)) or 'of no name'} do not name the {len(sounding)} voices that sound; "
            f"allowed are {', '.join(VOICES)}, each once"
        )
    renamed = {}
    for name, voice in zip(names, sounding, strict=True):
        renamed[name] = dataclasses.replace(voice, name=name)
    ordered = tuple(renamed[name] for name in VOICES if name in renamed)
    return dataclasses.replace(score, voices=ordered)

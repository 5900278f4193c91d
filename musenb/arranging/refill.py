"""Refilling of a take: some voices of some bars written anew, everything else as it is, rests as well."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, TypedDict, Unpack

from musenb.arranging.progress import finished
from musenb.errors import SettingError
from musenb.sample.models import Model, open_model
from musenb.sample.policy import BEST_OF, DEFAULT_MODEL, Draws, Policy
from musenb.sample.recipe import Recipe, begin, plan_of, voice_ranges
from musenb.score.arguments import shown, voice_names
from musenb.score.note import Score
from musenb.session import SEEDS, Stream, Take, prepared
from musenb.tokens.request import Keep, Passage

Bars = int | str | Sequence[int]


class Settings(TypedDict, total=False):
    """How a passage is written anew; see `refill`."""

    model: str | os.PathLike[str] | None
    seed: int | None
    temperature: float
    top_p: float
    top_k: int
    best_of: int


def refill(
    take: Any, *, bars: Bars | None = None, voices: str | Iterable[str] | None = None, **settings: Unpack[Settings]
) -> Take:
    """Return a take with some bars of some voices written anew.

    Everything else stays, note for note: also a note that reaches into the passage from before, or out of it.

    Parameters
    ----------
    take : Take, Score, or anything that `musenb.load` takes
    bars : int, (int, int) or str, optional
        One bar by its printed number, or a stretch such as (5, 6) or '5-6'; all by default.
    voices : str or sequence of str, optional
        Such as 'alto' or ['alto', 'tenor']; all by default.
    model : str or path, optional
        The one that wrote the take by default.
    seed, temperature, top_p, top_k, best_of
        As in `musenb.develop`.

    Raises
    ------
    MusenbError
        There is no such bar or voice, nothing to write or nothing that stays, or a setting cannot be used.
    """
    return finished(refilling(take, bars=bars, voices=voices, **settings), "refilling")


def refilling(
    take: Any, *, bars: Bars | None = None, voices: str | Iterable[str] | None = None, **settings: Unpack[Settings]
) -> Stream:
    """Return the take of `refill` as a stream, to be iterated over; parameters and errors as there."""
    given: dict[str, Any] = {**settings}
    for name in given:
        if name not in Settings.__annotations__:
            raise TypeError(f"refill has no setting {name!r}; allowed are {', '.join(Settings.__annotations__)}")
    own = take.recipe if isinstance(take, Take) else None
    named, seed = given.pop("model", None), given.pop("seed", None)
    model = open_model(named if named is not None else own.model if own is not None else DEFAULT_MODEL)
    best_of = given.pop("best_of", BEST_OF)
    score = take.score if isinstance(take, Take) else prepared(take, model=model).score
    recipe = Recipe(
        model.name, model.checksum, secrets.randbelow(SEEDS) if seed is None else Draws(seed).seed,
        max(1, sum(1 for bar in score.bars() if bar.number)), Policy(**given),
        tuple(voice.name for voice in score.voices if voice.notes), model.idiom.name, start=Fraction(0),
        keep=kept_around(score, model, bars, voices), reach=model.decoder.config.context,
        close=own is None or own.close is not False, best_of=best_of, stop=score.end,
    )
    return Stream(begin(model, plan_of(model, score, recipe), recipe), recipe)


def kept_around(score: Score, model: Model, bars: Bars | None, voices: str | Iterable[str] | None) -> Keep:
    """Return what of a score stays when some voices of some bars are written anew.

    Raises
    ------
    SettingError
        There is no such bar or voice, or no note would stay.
    """
    names = tuple(voice_ranges(model))
    asked = voice_names(voices)
    chosen = names if asked is None else (asked,) if isinstance(asked, str) else asked
    for name in chosen:
        if name not in names:
            raise SettingError(f"there is no voice {shown(name)}; the voices are {', '.join(names)}")
    begin, end = _stretch(score, bars)
    whole = Fraction(0), score.end
    passages = []
    for name in names:
        spans = ((whole[0], begin), (end, whole[1])) if name in chosen else (whole,)
        passages += [Passage(name, first, last) for first, last in spans if first < last]
    if not any(_holds(score, passage) for passage in passages):
        raise SettingError("nothing would stay for the model to go by: choose fewer bars or fewer voices")
    return Keep(passages=tuple(passages))


def _holds(score: Score, passage: Passage) -> bool:
    """Return whether any note begins in a passage."""
    notes = [note for voice in score.voices if voice.name == passage.voice for note in voice.notes]
    return any(passage.onset <= note.onset < passage.end for note in notes)


def _stretch(score: Score, bars: Bars | None) -> tuple[Fraction, Fraction]:
    """Return the quarters at which bars begin and end, the last one at most with the piece."""
    places = {bar.number: bar for bar in score.bars()}
    if bars is None:
        return Fraction(0), score.end
    first, last = _numbers(bars)
    if last < first:
        raise SettingError(f"bars {shown(bars)} end before they begin")
    for number in (first, last):
        if number not in places:
            raise SettingError(f"there is no bar {number}: the piece has the bars {min(places)}..{max(places)}")
    return places[first].onset, min(places[last].end, score.end)


def _numbers(bars: Any) -> tuple[int, int]:
    """Return the first and the last of bars as they are asked for."""
    parts = bars.replace("\N{EN DASH}", "-").split("-") if isinstance(bars, str) else bars
    try:
        numbers = [int(part) for part in ([parts] if isinstance(parts, int) else parts)]
    except (TypeError, ValueError):
        numbers = []
    if not 1 <= len(numbers) <= 2 or isinstance(bars, bool):
        raise SettingError(f"bars {shown(bars)} are neither one bar such as 3 nor a stretch such as (5, 6) or '5-6'")
    return numbers[0], numbers[-1]

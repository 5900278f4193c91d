"""Harmonisation of a given line: a soprano or a bass, and the other voices, with a close where its phrases end."""

from __future__ import annotations

import dataclasses
import os
import secrets
import warnings
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal, TypedDict, Unpack, overload

from musenb.arranging.progress import finished
from musenb.errors import PolyphonyError, SettingError
from musenb.sample.models import Model, open_model
from musenb.sample.policy import BEST_OF, DEFAULT_MODEL, LARGEST_SEED, Draws, Policy
from musenb.sample.recipe import Recipe, begin, plan_of, voice_ranges
from musenb.score.arguments import shown
from musenb.score.note import Score
from musenb.score.parts import Line
from musenb.score.spelling import spoken_pitch
from musenb.session import SEEDS, Stream, Take, prepared
from musenb.tokens.request import Keep

# Harmonised at .5 the roots are Bach's in .53 of the beats of his own sopranos; at 1 they are in .44.
TEMPERATURE = 0.5
LINES = ("soprano", "bass")
MOST_VERSIONS = 4
OCTAVE = 12


class Settings(TypedDict, total=False):
    """How a melody is read and harmonised; see `harmonise`."""

    model: str | os.PathLike[str]
    seed: int | None
    temperature: float
    top_p: float
    top_k: int
    best_of: int
    key: str | None
    metre: str | None
    part: int | str | None
    line: Line | None
    transpose: int


@overload
def harmonise(
    melody: Any, voice: str = "soprano", *, versions: None = None, **settings: Unpack[Settings]
) -> Take: ...
@overload
def harmonise(melody: Any, voice: str = "soprano", *, versions: int, **settings: Unpack[Settings]) -> list[Take]: ...
def harmonise(
    melody: Any, voice: str = "soprano", *, versions: int | None = None, **settings: Unpack[Settings]
) -> Take | list[Take]:
    """Return a melody, or a bass, in four voices.

    The line stays as it is; the other voices are written to it, with a cadence where its phrases end: at its fermatas,
    and else where it rests or dwells on a note.

    Parameters
    ----------
    melody : Score, text, or anything that `musenb.load` takes
        A single line.
    voice : 'soprano' or 'bass'
        What it is.
    versions : int, optional
        1..4 settings, by the seed and those that follow it. Without, one take and no list.
    model : str or path
    seed : int, optional
        0..2**63 - 1; a new one is chosen, and kept in the take's recipe, when there is none.
    temperature : float
        0..4, by default .5: a harmonisation is to be right before it is new.
    top_p, top_k, best_of
        As in `musenb.develop`.
    key, metre, part, line
        How the line is read; see `musenb.develop`.
    transpose : int
        Semitones to move it first.

    Returns
    -------
    Take, or list of Take where `versions` is said

    Raises
    ------
    MusenbError
        It is no single line, leaves the voice's range, or a setting cannot be used; the message says which and why.
    """
    count = 1 if versions is None else checked_versions(versions)
    streams = list(harmonisations(melody, voice, versions=count, **settings))
    takes = []
    for number, stream in enumerate(streams, 1):
        label = "harmonising" if count == 1 else f"version {number} of {count}"
        takes.append(finished(stream, label))
    return takes[0] if versions is None else takes


def harmonisations(
    melody: Any, voice: str = "soprano", *, versions: int = 1, **settings: Unpack[Settings]
) -> Iterator[Stream]:
    """Yield the takes of `harmonise` as streams, to be iterated over; parameters and errors as there."""
    given: dict[str, Any] = {**settings}
    _refuse_unknown(given)
    if voice not in LINES:
        raise SettingError(f"voice {shown(voice)} is neither of {', '.join(LINES)}")
    model, seed = open_model(given.pop("model", DEFAULT_MODEL)), given.pop("seed", None)
    reading = {name: given.pop(name) for name in ("key", "metre", "part", "line", "transpose") if name in given}
    best_of = given.pop("best_of", BEST_OF)
    policy = Policy(**{"temperature": TEMPERATURE, **given})
    score = line_of(melody, voice, model, reading)
    chosen = secrets.randbelow(SEEDS) if seed is None else Draws(seed).seed
    bars = sum(1 for bar in score.bars() if bar.number)
    for number in range(versions):
        recipe = Recipe(
            model.name, model.checksum, (chosen + number) % (LARGEST_SEED + 1), max(bars, 1), policy, (voice,),
            model.idiom.name, start=Fraction(0), keep=Keep((voice,)), key=reading.get("key"),
            metre=reading.get("metre"), close=True, best_of=best_of, stop=score.end,
        )
        yield Stream(begin(model, plan_of(model, score, recipe), recipe), recipe)


def line_of(melody: Any, voice: Literal["soprano", "bass"] | str, model: Model, reading: Mapping[str, Any]) -> Score:
    """Return a melody as a model reads it, in the voice that it is to be.

    Raises
    ------
    PolyphonyError
        It is no single line.
    SettingError
        It leaves the range of the voice.
    """
    read = prepared(melody, model=model, **reading)
    for notice in read.notices:
        warnings.warn(notice, stacklevel=4)
    sounding = [one for one in read.score.voices if one.notes]
    if len(sounding) != 1:
        raise PolyphonyError(
            f"harmonise takes a single line, and here {len(sounding)} voices sound; part=1 takes one part of a file, "
            "line='top' the highest notes of chords"
        )
    pitches = [note.pitch for note in sounding[0].notes]
    _check_range(pitches, voice, voice_ranges(model)[voice])
    return dataclasses.replace(read.score, voices=(dataclasses.replace(sounding[0], name=voice),))


def _check_range(pitches: list[int], voice: str, span: tuple[int, int]) -> None:
    low, high = span
    if low <= min(pitches) and max(pitches) <= high:
        return
    reach = f"{spoken_pitch(min(pitches))} to {spoken_pitch(max(pitches))}"
    least, most = low - min(pitches), high - max(pitches)
    moves = sorted(range(least, most + 1), key=lambda move: (move % OCTAVE != 0, abs(move)))
    advice = f"transpose={moves[0]} brings it there" if moves else "it is wider than that"
    raise SettingError(
        f"the line goes from {reach}, outside the {voice}'s {spoken_pitch(low)} to {spoken_pitch(high)}; {advice}"
    )


def checked_versions(versions: Any) -> int:
    """Return how many versions are asked for; raise SettingError for anything but 1..4."""
    whole = isinstance(versions, int) and not isinstance(versions, bool)
    if not whole or not 1 <= versions <= MOST_VERSIONS:
        raise SettingError(f"versions {versions!r} is not a whole number in 1..{MOST_VERSIONS}")
    return versions


def _refuse_unknown(settings: Mapping[str, Any]) -> None:
    """Raise TypeError, as a call does, for a setting that there is not."""
    for name in settings:
        if name not in Settings.__annotations__:
            raise TypeError(f"harmonise has no setting {name!r}; allowed are {', '.join(Settings.__annotations__)}")

"""Sampling recipe: every setting that reproduces a take note for note, with its form in JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np

from musenb.errors import LoadError, ModelError, SettingError
from musenb.sample.models import Model
from musenb.sample.policy import Policy, Style
from musenb.sample.stream import Sampling
from musenb.sample.together import Together
from musenb.score.development.laying import Layout, laid_out
from musenb.score.development.plan import DevelopmentPlan, plan_from_plain, plan_to_plain
from musenb.score.named import key_named, metre_named
from musenb.score.note import Origin, Score
from musenb.score.told import told_key, with_metre
from musenb.tokens.idiom import Plan
from musenb.tokens.known import UNNAMED
from musenb.tokens.offers import Guided, Voiced
from musenb.tokens.request import Close, Keep, Passage

_TYPES = {
    "model": str, "checksum": str, "seed": int, "temperature": float, "top_p": float, "top_k": int,
    "kept_voices": list, "kept_bars": list,
}  # fmt: skip
_SINCE = {"key": (str,), "metre": (str,), "close": (bool,)}  # may be missing, or null


@dataclass(frozen=True, slots=True)
class Recipe:
    """What it takes, beside the prime as it was prepared, to write a take again.

    Parameters
    ----------
    model, checksum : str
        Name of the model and SHA-256 of its checkpoint, hexadecimal.
    seed : int
    extent : int
        Bars or seconds, as the idiom has it, that were written after `start`.
    policy : Policy
    voices : tuple of str
        Which of the idiom's voices the prime's were read as.
    idiom : str
        The language of the model.
    start : Fraction or None
        Quarters from which on the model wrote; None for the end of the prime.
    keep : Keep
        What stayed beyond `start`.
    reach : int or None
        Tokens of a long beginning that were read at most; see `musenb.tokens.idiom.Idiom.plan`.
    written : tuple of int
        Tokens that were not drawn: those of a piece that forks, up to the fork.
    best_of : int
        How often each phrase, or gap, was written, the best kept.
    prices : bool
        Whether milder faults of style were made rarer; takes of before there were prices have none.
    key, metre : str or None
        What the piece was asked to be in, such as 'D minor' and '3/4'; None for its own.
    close : bool or None
        Whether the last bar that was asked for ends the piece. None as it was before closes were planned: phrases every
        few bars, no cadence known.
    stop : Fraction or None
        Quarters at which the piece ends within its last bar; None for the end of that bar.
    development : DevelopmentPlan or None
        The statements of the prime around which all is written; None where the prime is gone on from.
    guidance : float
        How much the prime counted as a theme; see `musenb.sample.policy.Style`.
    """

    model: str
    checksum: str
    seed: int
    extent: int
    policy: Policy = field(default_factory=Policy)
    voices: tuple[str, ...] = ()
    idiom: str = UNNAMED
    start: Fraction | None = None
    keep: Keep = field(default_factory=Keep)
    reach: int | None = None
    written: tuple[int, ...] = ()
    best_of: int = 1
    prices: bool = True
    key: str | None = None
    metre: str | None = None
    close: bool | None = None
    stop: Fraction | None = None
    development: DevelopmentPlan | None = None
    guidance: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "best_of", Style(best_of=self.best_of, guidance=self.guidance).best_of)
        if isinstance(self.extent, Integral) and not isinstance(self.extent, bool):
            object.__setattr__(self, "extent", int(self.extent))  # numpy's numbers are none to JSON

    @property
    def origin(self) -> Origin:
        """Where the notes that it writes come from."""
        settings = (*self.policy.as_pairs(), ("weights", self.checksum[:12]))
        return Origin(Path(self.model).name, self.seed, settings)


def plan_of(model: Model, score: Score, recipe: Recipe) -> Plan:
    """Return what a recipe has a model write behind, or in, a prepared score.

    Raises
    ------
    ScoreError
        Key or metre is none.
    SettingError, TokenError
        As in `Idiom.plan`.
    """
    if recipe.metre is not None:
        score = with_metre(score, metre_named(recipe.metre))
    if recipe.key is not None:
        score = told_key(score, key_named(recipe.key))[0]
    reach = None if recipe.reach is None else min(recipe.reach, model.decoder.config.context)
    close = None if recipe.close is None else Close(recipe.close, recipe.seed, stop=recipe.stop)
    if recipe.development is not None:
        laid = laid_out_for(model, score, recipe.development)
        passages = tuple(Passage(*span) for span in laid.spans)
        close = Close(recipe.close is not False, recipe.seed, laid.phrases, laid.keys, laid.returns)
        bars = recipe.development.bars
        keep = Keep(passages=passages)
        return model.idiom.plan(laid.score, extent=bars, start=Fraction(0), keep=keep, reach=reach, close=close)
    return model.idiom.plan(
        score, extent=recipe.extent, start=recipe.start, keep=recipe.keep, reach=reach, close=close
    )


def laid_out_for(model: Model, prime: Score, plan: DevelopmentPlan) -> Layout:
    """Return the layout of a development plan in a model's voices.

    Raises
    ------
    ModelError
        The model's language has no fixed voices.
    SettingError, PolyphonyError
        As in `musenb.score.development.laying.laid_out`.
    """
    return laid_out(prime, plan, voice_ranges(model))


def voice_ranges(model: Model) -> Mapping[str, tuple[int, int]]:
    """Return the lowest and the highest MIDI pitch of each of a model's voices; raise ModelError where it has none."""
    idiom = model.idiom
    if not isinstance(idiom, Voiced):
        raise ModelError(f"the model '{model.name}' has no fixed voices to plan statements or lines in")
    return idiom.ranges


def require_guided(model: Model, guidance: float) -> None:
    """Raise SettingError where the prime is to be held to as a theme, and the model's language knows none."""
    if guidance and not isinstance(model.idiom, Guided):
        raise SettingError(f"guidance {guidance:g}: the model '{model.name}' has learnt no themes; only 0 is allowed")


def begin(model: Model, plan: Plan, recipe: Recipe, *, rules: bool = True) -> Sampling:
    """Return the sampling of a plan by a recipe, before its first token.

    Parameters
    ----------
    model : Model
        Its decoder may be another than the recipe's model has, such as one that leaves a head out.
    plan : Plan
    recipe : Recipe
    rules : bool
        Whether the idiom's rules of style hold.

    Raises
    ------
    ModelError
        The given beginning does not fit the model's context.
    """
    writer = model.idiom.writer(plan, recipe.origin)
    written = np.array(recipe.written, np.int64)
    return Sampling(
        model.decoder,
        plan,
        writer,
        seed=recipe.seed,
        policy=recipe.policy,
        style=Style(rules, recipe.prices, recipe.best_of, recipe.guidance),
        written=written,
    )


def begin_together(model: Model, plan: Plan, recipes: Sequence[Recipe], *, rules: bool = True) -> Together:
    """Return pieces of one plan that are written side by side, before their first token.

    Parameters
    ----------
    model : Model
    plan : Plan
    recipes : sequence of Recipe
        That differ in their seeds alone.
    rules : bool
        Whether the idiom's rules of style hold.

    Raises
    ------
    ModelError
        The given beginning does not fit the model's context.
    """
    first = recipes[0]
    return Together(
        model.decoder,
        plan,
        [model.idiom.writer(plan, recipe.origin) for recipe in recipes],
        seeds=[recipe.seed for recipe in recipes],
        policy=first.policy,
        style=Style(rules, first.prices, guidance=first.guidance),
    )


def recipe_to_plain(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as a dict of JSON values."""
    return {
        "model": recipe.model,
        "checksum": recipe.checksum,
        "idiom": recipe.idiom,
        "seed": recipe.seed,
        "extent": recipe.extent,
        "start": None if recipe.start is None else str(recipe.start),
        "temperature": float(recipe.policy.temperature),
        "top_p": float(recipe.policy.top_p),
        "top_k": recipe.policy.top_k,
        "kept_voices": list(recipe.keep.voices),
        "kept_bars": list(recipe.keep.bars),
        "reach": recipe.reach,
        "voices": list(recipe.voices),
        "written": list(recipe.written),
        "best_of": recipe.best_of,
        "prices": recipe.prices,
        "key": recipe.key,
        "metre": recipe.metre,
        "close": recipe.close,
        **_later(recipe),
        "guidance": float(recipe.guidance),
    }


def _later(recipe: Recipe) -> dict[str, Any]:
    """Return what only some recipes say, such as those of a plan."""
    passages = [[one.voice, str(one.onset), str(one.end)] for one in recipe.keep.passages]
    development = recipe.development
    said = {
        "kept_passages": passages,
        "stop": None if recipe.stop is None else str(recipe.stop),
        "development": None if development is None else plan_to_plain(development),
    }
    return {name: value for name, value in said.items() if value}


def recipe_from_plain(plain: Any) -> Recipe:
    """Return the recipe that `recipe_to_plain` wrote, or musenb before recipes named their idiom.

    Raises
    ------
    LoadError
        kind 'content': a value is missing, of another type or outside its range.
    """
    try:
        for name, kind in _TYPES.items():
            value = plain[name]
            if isinstance(value, bool) or not isinstance(value, (int, float) if kind is float else kind):
                raise TypeError(f"{name} is {value!r}")
        start, reach = plain["start"], plain["reach"]
        return Recipe(
            plain["model"], plain["checksum"], plain["seed"],
            _number(plain["extent"] if "extent" in plain else plain["bars"]),
            Policy(plain["temperature"], plain["top_p"], plain["top_k"]),
            tuple(map(str, plain.get("voices", ()))),
            str(plain.get("idiom", UNNAMED)),
            None if start is None else _quarters(start),
            Keep(
                tuple(map(str, plain["kept_voices"])), tuple(map(_number, plain["kept_bars"])),
                tuple(_passage(*row) for row in plain.get("kept_passages", ())),
            ),
            None if reach is None else _number(reach),
            tuple(map(_number, plain.get("written", ()))),
            **_since(plain),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, ArithmeticError, SettingError) as error:
        raise LoadError("content", f"a saved recipe is damaged: {error}") from None


def _since(plain: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that recipes have had since some version, as they were before where one is missing."""
    found: dict[str, Any] = {name: plain.get(name) for name in _SINCE}
    for name, value in found.items():
        if value is not None and not isinstance(value, _SINCE[name]):
            raise TypeError(f"{name} is {value!r}")
    tries = {"best_of": _number(plain.get("best_of", 1)), "prices": _flag(plain.get("prices", False))}
    stop, development = plain.get("stop"), plain.get("development")
    found["stop"] = None if stop is None else _quarters(stop)
    found["development"] = None if development is None else plan_from_plain(development)
    return {**found, **tries, "guidance": plain.get("guidance", 0.0)}


def _passage(voice: Any, onset: Any, end: Any) -> Passage:
    return Passage(str(voice), _quarters(onset), _quarters(end))


def _quarters(text: str) -> Fraction:
    """Return quarters written as '7/4' or '7'; `Fraction` alone would work on '1e999999999' for hours."""
    if not re.fullmatch(r"\d{1,12}(/\d{1,12})?", text):
        raise ValueError(f"{text[:20]!r} is no number of quarters")
    return Fraction(text)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value

"""Takes and recipes <-> plain values for JSON."""

from __future__ import annotations

import dataclasses
import json
from fractions import Fraction
from typing import Any

from musenb.errors import LoadError
from musenb.score.as_json import from_json, to_json
from musenb.studio.takes import KINDS, Recipe, Take

_TYPES = {
    "model": str, "checksum": str, "seed": int, "bars": int, "start": str, "temperature": float, "top_p": float,
    "top_k": int, "kept_voices": list, "kept_bars": list, "reach": int,
}  # fmt: skip


def take_to_plain(take: Take) -> dict[str, Any]:
    """Return a take as a dict of JSON values."""
    return {
        "id": take.id,
        "parent": take.parent,
        "kind": take.kind,
        "score": json.loads(to_json(take.score)),
        "recipe": None if take.recipe is None else recipe_to_plain(take.recipe),
        "name": take.name,
        "made": take.made,
        "cells": take.cells,
    }


def take_from_plain(plain: Any) -> Take:
    """Return the take that `take_to_plain` wrote.

    Raises
    ------
    LoadError
        kind 'content': a value is missing, of another type or outside its range.
    """
    try:
        recipe = None if plain["recipe"] is None else recipe_from_plain(plain["recipe"])
        if plain["kind"] not in KINDS:
            raise ValueError(f"kind {plain['kind']!r} is none of {', '.join(KINDS)}")
        return Take(
            _number(plain["id"]),
            None if plain["parent"] is None else _number(plain["parent"]),
            plain["kind"],
            from_json(json.dumps(plain["score"])),
            recipe,
            str(plain["name"]),
            str(plain["made"]),
            None if plain["cells"] is None else _number(plain["cells"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LoadError("content", f"a saved take is damaged: {error}") from None


def recipe_to_plain(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as a dict of JSON values."""
    lists = {"kept_voices": list(recipe.kept_voices), "kept_bars": list(recipe.kept_bars)}
    return {**dataclasses.asdict(recipe), **lists, "start": str(recipe.start)}


def recipe_from_plain(plain: Any) -> Recipe:
    """Return the recipe that `recipe_to_plain` wrote; errors as in `take_from_plain`."""
    try:
        for name, kind in _TYPES.items():
            value = plain[name]
            if isinstance(value, bool) or not isinstance(value, (int, float) if kind is float else kind):
                raise TypeError(f"{name} is {value!r}")
        voices, bars = tuple(map(str, plain["kept_voices"])), tuple(map(_number, plain["kept_bars"]))
        known = {name: plain[name] for name in _TYPES}
        return Recipe(**{**known, "start": Fraction(plain["start"]), "kept_voices": voices, "kept_bars": bars})
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise LoadError("content", f"a saved recipe is damaged: {error}") from None


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value

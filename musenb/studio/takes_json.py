"""Takes <-> plain values for JSON."""

from __future__ import annotations

import json
from typing import Any

from musenb.errors import LoadError
from musenb.sample.recipe import recipe_from_plain, recipe_to_plain
from musenb.score.as_json import from_json, to_json
from musenb.studio.takes import KINDS, Take


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


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value

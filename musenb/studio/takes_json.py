"""JSON serialisation of takes."""

from __future__ import annotations

import json
from typing import Any

from musenb.errors import LoadError
from musenb.sample.recipe import recipe_from_plain, recipe_to_plain
from musenb.score.as_json import from_json, to_json
from musenb.score.note import Score
from musenb.session import Take
from musenb.studio.takes import KINDS, Entry

HIGHEST_NUMBER = 10**9
# No score that is loaded or written lasts so long; a made-up one could not even be counted in bars.
MOST_QUARTERS = 1_000_000


def take_to_plain(take: Entry) -> dict[str, Any]:
    """Return a take as a dict of JSON values."""
    return {
        "id": take.id,
        "parent": take.parent,
        "kind": take.kind,
        "score": json.loads(to_json(take.score)),
        "recipe": None if take.recipe is None else recipe_to_plain(take.recipe),
        "name": take.name,
        "made": take.made,
        "cells": take.position,
    }


def take_from_plain(plain: Any) -> Entry:
    """Return the take that `take_to_plain` wrote.

    Raises
    ------
    LoadError
        kind 'content': a value is missing, of another type or outside its range.
    """
    try:
        if plain["kind"] not in KINDS:
            raise ValueError(f"kind {plain['kind']!r} is none of {', '.join(KINDS)}")
        score = _score(plain["score"])
        position = None if plain["cells"] is None else whole_number(plain["cells"])
        recipe = None if plain["recipe"] is None else recipe_from_plain(plain["recipe"])
        return Entry(
            take_number(plain["id"]),
            None if plain["parent"] is None else take_number(plain["parent"]),
            plain["kind"],
            score if recipe is None else Take(score, recipe, complete=position is None),
            str(plain["name"]),
            str(plain["made"]),
            position,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LoadError("content", f"a saved take is damaged: {error}") from None


def _score(plain: Any) -> Score:
    score = from_json(json.dumps(plain))
    if score.end > MOST_QUARTERS:
        raise ValueError(f"its score lasts longer than {MOST_QUARTERS} quarters")
    return score


def take_number(value: Any) -> int:
    """Return the number of a take; raise TypeError or ValueError when it is none."""
    number = whole_number(value)
    if not 1 <= number <= HIGHEST_NUMBER:
        raise ValueError(f"the number {number} of a take is outside 1..{HIGHEST_NUMBER}")
    return number


def whole_number(value: Any) -> int:
    """Return a whole number as it is; raise TypeError when it is none."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value

"""Idiom registry: the only list of idioms, each loaded when it is first asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

from musenb.errors import ModelError
from musenb.tokens.idiom import Idiom

# name -> the module that holds it as IDIOM
_MODULES = {
    "chorale": "musenb.tokens.chorale.idiom",
    "tonal": "musenb.tokens.chorale.tonal_idiom",
    "jsb": "musenb.tokens.jsb.idiom",
    "notes": "musenb.tokens.notes.idiom",
}
_REGISTERED: dict[str, Idiom] = {}
# Journals of before idioms had names are in this one.
UNNAMED = "chorale"


def idiom_names() -> tuple[str, ...]:
    """Return the names of all idioms."""
    return (*_MODULES, *_REGISTERED)


def idiom_named(name: str) -> Idiom:
    """Return the idiom of a name.

    Raises
    ------
    ModelError
        There is none.
    """
    if name in _REGISTERED:
        return _REGISTERED[name]
    if name not in _MODULES:
        raise ModelError(f"unknown idiom {name!r}; models read {', '.join(idiom_names())}")
    return importlib.import_module(_MODULES[name]).IDIOM


@contextmanager
def registered(idiom: Idiom) -> Iterator[Idiom]:
    """Know one more idiom for a while, such as one's own.

    Raises
    ------
    ModelError
        The name is taken.
    """
    if idiom.name in idiom_names():
        raise ModelError(f"there is an idiom {idiom.name!r} already; the names are {', '.join(idiom_names())}")
    _REGISTERED[idiom.name] = idiom
    try:
        yield idiom
    finally:
        del _REGISTERED[idiom.name]

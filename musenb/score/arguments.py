"""Argument type checks of the public calls, made before anything is done with them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from musenb.errors import MusenbError, SaveError, ScoreError, SettingError
from musenb.score.note import Score

SHOWN = 80


def shown(value: Any) -> str:
    """Return a value of the wrong kind as a message names it."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{type(value).__name__} {text[:SHOWN]}..."


def text_of(value: Any, what: str) -> str:
    """Return a text as it is; raise ScoreError for anything else."""
    if not isinstance(value, str):
        raise ScoreError(f"{what} {shown(value)} is not text, as in 'C4 D4 E4'")
    return value


def voice_names(voices: Any) -> str | tuple[str, ...] | None:
    """Return the names of voices as they are: None, one name, or a tuple of names.

    Raises
    ------
    SettingError
        They are anything else.
    """
    if voices is None or isinstance(voices, str):
        return voices
    names: tuple[Any, ...] = tuple(voices) if isinstance(voices, Iterable) else (None,)
    if not all(isinstance(name, str) for name in names):
        raise SettingError(f"voices {shown(voices)} are no names of voices, as in ['soprano', 'bass']")
    return names


def score_of(value: Any, call: str, *, error: type[MusenbError] = ScoreError) -> Score:
    """Return a score, or the score of a take; raise `error` for anything else that `call` was handed."""
    score = value if isinstance(value, Score) else getattr(value, "score", None)
    if not isinstance(score, Score):
        raise error(f"{call} takes a Score or a Take, not {shown(value)}")
    return score


def save_path(path: Any) -> Path:
    """Return a path to be written; raise SaveError for what is none."""
    if not isinstance(path, (str, os.PathLike)):
        raise SaveError(f"cannot write to {shown(path)}: a path is a text or a Path")
    return Path(path)

"""Score source dispatch: notes as text, ABC, a path, a corpus name, bytes, or an object."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from musenb.score.from_text import score_from_text
from musenb.score.load import CORPUS, SUFFIXES, load
from musenb.score.note import Score

_NOTE_VALUES = re.compile(r"(?:[^\W\d_]+#{0,2}\d?/\d{1,2}\.{0,2}[,|]*)+")


def read_source(source: Any) -> Score:
    """Return the score that a path, text, bytes or object holds.

    Raises
    ------
    MusenbError
        It cannot be read.
    """
    if not isinstance(source, str):
        return load(source)
    return load(source) if is_place(source) else score_from_text(source)


def is_place(text: str) -> bool:
    """Return whether a text names a file or a corpus piece rather than being a motif itself."""
    if "\n" in text:
        return False
    suffix = os.path.splitext(text)[1].lower()
    if text.startswith(CORPUS) or "://" in text or suffix in SUFFIXES:
        return True
    try:
        if Path(text).exists():
            return True
    except (OSError, ValueError):
        return False  # longer than a name can be, or no name at all
    # A fraction of a quarter, as in C4:1/2, stands behind a colon; a note value, as in C4/8, behind a note.
    motif = {" ", ":"} & set(text) or _NOTE_VALUES.fullmatch(text)
    return ("/" in text or os.sep in text) and not motif

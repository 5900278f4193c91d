"""Motif chips of the desk: what was given as text, its key and its metre, and whether they can be chosen."""

from __future__ import annotations

from typing import Any

from musenb.errors import SaveError, SettingError
from musenb.export.listing import key_words
from musenb.export.to_text import text_from_score
from musenb.score.note import Score
from musenb.tokens.idiom import Prepared

# A longer motif is not for a field of a few lines.
MOST_NOTES = 48


def motif_chips(reading: Prepared) -> dict[str, Any]:
    """Return traits of the desk for a motif as a model reads it."""
    score = reading.score
    key, source = _key(reading)
    metre = score.metres[0]
    return {
        "motif": motif_text(score),
        "key": key,
        "key_source": source,
        "metre": f"{metre.beats}/{metre.unit}",
    }


def motif_text(score: Score) -> str:
    """Return a motif in one voice as it is typed; empty for what is longer or has several voices."""
    lines = [voice for voice in score.voices if voice.notes]
    if len(lines) != 1 or len(score.notes) > MOST_NOTES:
        return ""
    try:
        text = text_from_score(score)
    except SaveError:
        return ""
    *_, body = text.strip().split("\n\n", 1)
    notes = " ".join(body.split()).removesuffix(" |")
    return notes.partition(": ")[2] or notes


def _key(reading: Prepared) -> tuple[str, str]:
    """Return the key in words and where it comes from; both empty where it is not known."""
    found = getattr(reading, "key", None)
    source = getattr(reading, "key_source", "") or ""
    written = reading.score.key_at(reading.score.notes[0].onset) if reading.score.notes else None
    key = found or written
    if key is None:
        return "", ""
    return (key if isinstance(key, str) else key_words(key)), source or "file"


def refuse_wish(what: str, value: str) -> None:
    """Say that a motif is read in the key and the metre that it has.

    Raises
    ------
    SettingError
        Always.
    """
    raise SettingError(f"the {what} cannot be chosen here ({value!r}): write it into the motif")

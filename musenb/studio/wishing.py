"""Motif chips of the desk: what was given as text, its key and its metre, and whether they can be chosen."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from musenb.errors import SaveError
from musenb.export.listing import key_words
from musenb.export.to_text import text_from_score
from musenb.score.named import name_of_key
from musenb.score.note import KeySignature, Score
from musenb.tokens.idiom import Prepared

# A longer motif is not for a field of a few lines.
MOST_NOTES = 48
MODES = "major", "minor"
# Sharps of a key, those with few accidentals first.
NEAREST = (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6)
METRES = "4/4", "3/4", "2/4", "6/8", "2/2", "3/8", "9/8", "12/8"


def motif_chips(reading: Prepared) -> dict[str, Any]:
    """Return traits of the desk for a motif as a model reads it."""
    score = reading.score
    key, source = _key(reading)
    return {
        "motif": motif_text(score),
        "key": key,
        "key_source": source,
        "metre": str(score.metres[0]),
        "key_choices": [name_of_key(KeySignature(Fraction(0), fifths, mode)) for mode in MODES for fifths in NEAREST],
        "metre_choices": list(METRES),
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
    return ("", "") if reading.key is None else (key_words(reading.key), reading.key_source or "")

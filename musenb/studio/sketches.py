"""Take thumbnails: the notes of a take in a few bytes, for a small roll in a list."""

from __future__ import annotations

import base64

from musenb.score.note import Score
from musenb.widgets.wire.desk import SKETCH_GENERATED

# Longer takes show their beginning.
MOST_NOTES = 160
SHORTEST = 16.0
WIDEST = 255


def sketch(score: Score) -> str:
    """Return the first notes of a score as base64, four bytes a note.

    They are place and length in time (0..255 of the picture's width), MIDI pitch, and voice with the bit
    `SKETCH_GENERATED`.
    """
    notes = [(float(note.onset), note, number) for number, voice in enumerate(score.voices) for note in voice.notes]
    first = sorted(notes, key=lambda found: found[0])[:MOST_NOTES]
    end = max([SHORTEST, *(onset + float(note.duration) for onset, note, _ in first)])
    scale = WIDEST / end
    packed = bytearray()
    for onset, note, voice in first:
        length = max(1, round(float(note.duration) * scale))
        flag = SKETCH_GENERATED if note.origin.generated else 0
        packed += bytes((round(onset * scale), min(length, WIDEST), note.pitch, voice % SKETCH_GENERATED | flag))
    return base64.b64encode(packed).decode("ascii")

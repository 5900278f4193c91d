"""MusicXML elements of pitches and keys."""

from __future__ import annotations

from musenb.errors import SaveError
from musenb.score.note import KeySignature, Note, Voice
from musenb.score.spelling import split_spelling

SHARPS = "FCGDAEB"
LOWEST_WRITTEN = 12


def key_alter(step: str, fifths: int) -> int:
    """Return -1, 0 or 1: how a key signature alters a step 'A'..'G'."""
    place = SHARPS.index(step)
    return 1 if place < fifths else -1 if 6 - place < -fifths else 0


def pitch_element(note: Note, voice: Voice) -> str:
    """Return <pitch> of a spelled note of a voice.

    Raises
    ------
    SaveError
        It lies below C0.
    """
    step, alter, octave = split_spelling(note.spelling)
    if octave < 0:
        raise SaveError(
            f"pitch {note.pitch} ({note.spelling}) at quarter {note.onset} of voice {voice.name!r} lies below "
            f"{LOWEST_WRITTEN} (C0), the lowest that MusicXML can write"
        )
    altered = f"<alter>{alter}</alter>" if alter else ""
    return f"<pitch><step>{step}</step>{altered}<octave>{octave}</octave></pitch>"


def key_element(key: KeySignature) -> str:
    """Return <key>."""
    mode = f"<mode>{key.mode}</mode>" if key.mode else ""
    return f"<key><fifths>{key.fifths}</fifths>{mode}</key>"


def number_text(value: float) -> str:
    """Return a number, a whole one without a point."""
    return str(int(value)) if value == int(value) else repr(float(value))

"""Small ABC tunes for the tests of the reader, and what is heard in them as one line of text."""

from __future__ import annotations

from musenb.score.from_abc import score_from_abc
from musenb.score.note import Score

HEAD = "X:1\nM:4/4\nL:1/4\n"


def read(body: str, *, key: str = "C", head: str = HEAD) -> Score:
    """Return the score of a tune whose header is `head` and K:."""
    return score_from_abc(f"{head}K:{key}\n{body}\n".encode(), source="t.abc")


def heard(body: str, *, key: str = "C", head: str = HEAD) -> str:
    """Return the notes as onset:duration:name, the voices apart by ' // '."""
    return told(read(body, key=key, head=head))


def told(score: Score) -> str:
    """Return the notes of a score as onset:duration:name, the voices apart by ' // '."""
    voices = []
    for voice in score.voices:
        voices.append(" ".join(f"{note.onset}:{note.duration}:{note.spelling}" for note in voice.notes))
    return " // ".join(voices)


def names(body: str, *, key: str = "C", head: str = HEAD) -> str:
    """Return the names of the notes."""
    return " ".join(note.spelling for note in read(body, key=key, head=head).notes)


def lengths(body: str, *, key: str = "C", head: str = HEAD) -> str:
    """Return the durations of the notes of the first voice in quarters."""
    return " ".join(str(note.duration) for note in read(body, key=key, head=head).voices[0].notes)


def marks(body: str, *, head: str = HEAD) -> str:
    """Return the repeat marks as onset:kind, with the passes of endings."""
    shown = []
    for mark in read(body, head=head).repeats:
        numbers = "".join(f" {number}" for number in mark.numbers)
        shown.append(f"{mark.onset}:{mark.kind}{numbers}")
    return ", ".join(shown)


def notices(body: str, *, key: str = "C", head: str = HEAD) -> list[str]:
    """Return what is said about a tune."""
    return [str(notice) for notice in read(body, key=key, head=head).notices]

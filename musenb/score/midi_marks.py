"""What MIDI has no place for, written as text events and read back: anacrusis, composer, fermatas, who wrote each note.

| text event | track, tick | meaning |
|---|---|---|
| `musenb:anacrusis=3/2` | first, 0 | quarters before the first full bar |
| `musenb:composer=J. S. Bach` | first, 0 | composer |
| `musenb:mode=` | first, of a key | the key signature there tells no mode |
| `musenb:origin=1 {"model": ..., "seed": ..., "settings": ...}` | first, 0 | the model behind origin 1; 0 is the user |
| `musenb:voice` | each voice, 0 | the track is a voice, even when it is empty |
| `musenb:from=1` | voice, of a note | the notes from here on are of origin 1 |
| `musenb:from=1@60` | voice, of a note | the note of pitch 60 that begins here is of origin 1 |
| `musenb:fermata=60` | voice, of a note | the note of pitch 60 that begins here has a fermata |
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from musenb.errors import ScoreError
from musenb.score.note import GIVEN, Origin, exact_quarters
from musenb.score.plain import plain_text

PREFIX = "musenb:"
MOST_ORIGINS = 1_000
_FROM = re.compile(r"(\d{1,6})(?:@(\d{1,3}))?")


@dataclass(slots=True)
class PieceMarks:
    """The marks of the first track: anacrusis in quarters, composer, ticks of keys without mode, origins by number."""

    anacrusis: Fraction = Fraction(0)
    composer: str = ""
    modeless: set[int] = field(default_factory=set)
    origins: dict[int, Origin] = field(default_factory=lambda: {0: GIVEN})


@dataclass(slots=True)
class VoiceMarks:
    """The marks of a voice: is it one of ours, fermatas by (tick, pitch), origins by tick and by (tick, pitch)."""

    ours: bool = False
    fermatas: set[tuple[int, int]] = field(default_factory=set)
    runs: list[tuple[int, Origin]] = field(default_factory=list)
    single: dict[tuple[int, int], Origin] = field(default_factory=dict)


def origin_text(number: int, origin: Origin) -> str:
    """Return the text event that declares an origin."""
    content = {"model": origin.model, "seed": origin.seed, "settings": origin.settings}
    return f"{PREFIX}origin={number} {json.dumps(content, ensure_ascii=True, separators=(',', ':'))}"


def piece_marks(texts: Iterable[tuple[int, str]], *, source: str) -> PieceMarks:
    """Read the marks of a first track; a mark that cannot be read is skipped with a warning."""
    marks = PieceMarks()
    for tick, name, value in _ours(texts):
        try:
            if name == "anacrusis":
                marks.anacrusis = max(Fraction(0), exact_quarters(value, "anacrusis"))
            elif name == "composer":
                marks.composer = plain_text(value)
            elif name == "mode":
                marks.modeless.add(tick)
            elif name == "origin" and len(marks.origins) < MOST_ORIGINS:
                number, _, content = value.partition(" ")
                marks.origins[int(number)] = _origin(json.loads(content))
        except (ValueError, TypeError, KeyError, RecursionError, ScoreError):
            _skipped(name, value, source)
    return marks


def voice_marks(texts: Iterable[tuple[int, str]], piece: PieceMarks, *, source: str) -> VoiceMarks:
    """Read the marks of a voice; a mark that cannot be read is skipped with a warning."""
    marks = VoiceMarks()
    for tick, name, value in _ours(texts):
        match = _FROM.fullmatch(value)
        if name == "voice":
            marks.ours = True
        elif name == "fermata" and value.isdecimal() and len(value) <= 3:
            marks.fermatas.add((tick, int(value)))
        elif name == "from" and match and int(match[1]) in piece.origins:
            origin = piece.origins[int(match[1])]
            if match[2] is None:
                marks.runs.append((tick, origin))
            else:
                marks.single[tick, int(match[2])] = origin
        elif name in ("from", "fermata"):
            _skipped(name, value, source)
    return marks


def _ours(texts: Iterable[tuple[int, str]]) -> Iterable[tuple[int, str, str]]:
    for tick, text in texts:
        if text.startswith(PREFIX):
            name, _, value = text.removeprefix(PREFIX).partition("=")
            yield tick, name, value


def _origin(content: dict) -> Origin:
    seed = content["seed"]
    if not isinstance(content["model"], str) or not (seed is None or isinstance(seed, int)):
        raise ValueError("an origin needs a text for its model and an int for its seed")
    return Origin(content["model"], seed, tuple((str(name), str(value)) for name, value in content["settings"]))


def _skipped(name: str, value: str, source: str) -> None:
    shown = f"{PREFIX}{name}={plain_text(value, 60)}"
    warnings.warn(f"{source}: the mark {shown!r} cannot be read and is skipped", stacklevel=4)

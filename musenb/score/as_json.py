"""Score serialization to JSON text: exact, versioned, one line.

The form is a table of origins and, for each voice, one row for a note: [onset, duration, pitch, velocity, spelling,
fermata 0 or 1, row of the origin table]. Times are whole numbers of quarters or a text 'p/q', never a float. A score
with marks beside its notes has a table of each kind of mark, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from musenb.errors import LoadError, ScoreError
from musenb.score.marks import ChordSymbol, MeasureLength, Notice, Repeat
from musenb.score.note import GIVEN, KeySignature, Note, Origin, Score, Tempo, TimeSignature, Voice

FORMAT = "musenb-score"
# Version 2 adds measures, repeats, chords and notices, version 3 the groups of additive metres and the labels of parts.
# A score is written as the first version that can hold it.
FIRST_VERSION, VERSION_WITH_MARKS, VERSION = VERSIONS = 1, 2, 3


def to_json(score: Score) -> str:
    """Return a score as one line of JSON; the same score always gives the same text."""
    origins: dict[Origin, int] = {GIVEN: 0}
    voices = []
    for voice in score.voices:
        rows = [_note_row(note, origins) for note in voice.notes]
        voices.append([voice.name, rows])
    marks = _marks_to_plain(score)
    plain = {
        "format": FORMAT,
        "version": _version(score, marks),
        "title": score.title,
        "composer": score.composer,
        "source": score.source,
        "anacrusis": _time(score.anacrusis),
        "metres": [_metre_row(metre) for metre in score.metres],
        "keys": [[_time(k.onset), k.fifths, k.mode] for k in score.keys],
        "tempos": [[_time(t.onset), t.qpm] for t in score.tempos],
        "origins": [_origin_row(origin) for origin in origins],
        "voices": voices,
        **marks,
    }
    return json.dumps(plain, ensure_ascii=True, separators=(",", ":"), allow_nan=False)


def from_json(text: str | bytes) -> Score:
    """Return the score that `to_json` wrote.

    Raises
    ------
    LoadError
        kind 'format': not a musenb score, or of a version that this release does not know; kind 'content': a value is
        missing, of another type or outside its range.
    """
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LoadError("format", f"a saved score is not JSON: {error}") from None
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise LoadError("format", f"JSON without \"format\": \"{FORMAT}\" is not a saved score")
    if plain.get("version") not in VERSIONS:
        found = plain.get("version")
        known = f"{FIRST_VERSION} to {VERSION}"
        raise LoadError("format", f"a saved score of version {found!r}; this release reads {known}", "update musenb")
    try:
        return _score(plain)
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError, OverflowError) as error:
        reason = f"field {error} is missing" if isinstance(error, KeyError) else str(error)
        raise LoadError("content", f"a saved score is damaged: {reason}") from None


def _version(score: Score, marks: dict[str, list]) -> int:
    if any(metre.groups for metre in score.metres) or any(repeat.text for repeat in score.repeats):
        return VERSION
    return VERSION_WITH_MARKS if marks else FIRST_VERSION


def _score(plain: dict[str, Any]) -> Score:
    origins = [_origin(*row) for row in plain["origins"]]
    voices = []
    for name, rows in plain["voices"]:
        name = _typed(name, str)
        notes = tuple(_note(row, origins) for row in rows)
        voices.append(Voice(name, notes))
    return Score(
        voices=tuple(voices),
        metres=tuple(_metre(*row) for row in plain["metres"]),
        keys=_changes(plain["keys"], KeySignature, int, str),
        tempos=_changes(plain["tempos"], Tempo, float),
        anacrusis=_quarters(plain["anacrusis"]),
        title=_typed(plain["title"], str),
        composer=_typed(plain["composer"], str),
        source=_typed(plain["source"], str),
        **_marks_of_plain(plain),
    )


def _marks_to_plain(score: Score) -> dict[str, Any]:
    """Return the tables of marks that the score has any of, and the number of its first bar where that is not 1."""
    tables = {
        "measures": [[_time(m.onset), _time(m.length)] for m in score.measures],
        "repeats": [_repeat_row(repeat) for repeat in score.repeats],
        "chords": [[_time(c.onset), c.text, c.kind] for c in score.chords],
        "notices": [[n.kind, n.action, n.count, n.place] for n in score.notices],
    }
    found: dict[str, Any] = {name: rows for name, rows in tables.items() if rows}
    if score.first_bar != 1:
        found["first_bar"] = score.first_bar
    return found


def _marks_of_plain(plain: dict[str, Any]) -> dict[str, Any]:
    """Return the marks in the tables of `_marks_to_plain`; each may be missing."""
    measures = tuple(
        MeasureLength(_quarters(onset), _quarters(length)) for onset, length in plain.get("measures", ())
    )
    repeats = tuple(_repeat(*row) for row in plain.get("repeats", ()))
    chords = _changes(plain.get("chords", ()), ChordSymbol, str, str)
    notices = tuple(_notice(row) for row in plain.get("notices", ()))
    first_bar = _typed(plain.get("first_bar", 1), int)
    return {"measures": measures, "repeats": repeats, "chords": chords, "notices": notices, "first_bar": first_bar}


def _metre_row(metre: TimeSignature) -> list[Any]:
    """Return [onset, beats, unit], and the groups of an additive metre behind them."""
    groups = [list(metre.groups)] if metre.groups else []
    return [_time(metre.onset), metre.beats, metre.unit, *groups]


def _metre(onset: Any, beats: Any, unit: Any, groups: Any = ()) -> TimeSignature:
    counted = tuple(_typed(group, int) for group in groups)
    return TimeSignature(_quarters(onset), _typed(beats, int), _typed(unit, int), counted)


def _repeat_row(repeat: Repeat) -> list[Any]:
    """Return [onset, kind, numbers, times], and the label of a part behind them."""
    label = [repeat.text] if repeat.text else []
    return [_time(repeat.onset), repeat.kind, list(repeat.numbers), repeat.times, *label]


def _repeat(onset: Any, kind: Any, numbers: Any, times: Any, text: Any = "") -> Repeat:
    return Repeat(
        _quarters(onset),
        _typed(kind, str),
        tuple(_typed(number, int) for number in numbers),
        _typed(times, int),
        _typed(text, str),
    )


def _notice(row: list[Any]) -> Notice:
    kind, action, count, place = row
    return Notice(
        _typed(kind, str),
        _typed(action, str),
        _typed(count, int),
        _typed(place, str),
    )


def _origin(model: Any, seed: Any, settings: list[list[Any]]) -> Origin:
    pairs = tuple((_typed(name, str), _typed(value, str)) for name, value in settings)
    model = _typed(model, str)
    seed = None if seed is None else _typed(seed, int)
    return Origin(model, seed, pairs)


def _changes(rows: list[list[Any]], build: Callable[..., Any], *kinds: type) -> tuple:
    """Return the metres, keys or tempos of rows [onset, value, ...]."""
    changes = []
    for onset, *values in rows:
        typed = [_typed(value, kind) for value, kind in zip(values, kinds, strict=True)]
        changes.append(build(_quarters(onset), *typed))
    return tuple(changes)


def _origin_row(origin: Origin) -> list[Any]:
    settings = [list(pair) for pair in origin.settings]
    return [origin.model, origin.seed, settings]


def _note_row(note: Note, origins: dict[Origin, int]) -> list[Any]:
    return [
        _time(note.onset),
        _time(note.duration),
        note.pitch,
        note.velocity,
        note.spelling,
        int(note.fermata),
        origins.setdefault(note.origin, len(origins)),
    ]


def _note(row: list[Any], origins: list[Origin]) -> Note:
    onset, duration, pitch, velocity, spelling, fermata, origin = row
    if _typed(fermata, int) not in (0, 1) or not 0 <= _typed(origin, int) < len(origins):
        raise ScoreError(f"note row {row} has a fermata or an origin that does not exist")
    return Note(
        _quarters(onset),
        _quarters(duration),
        _typed(pitch, int),
        _typed(velocity, int),
        _typed(spelling, str),
        bool(fermata),
        origins[origin],
    )


def _time(quarters: Fraction) -> int | str:
    return quarters.numerator if quarters.denominator == 1 else f"{quarters.numerator}/{quarters.denominator}"


def _quarters(value: Any) -> Fraction:
    """Return a whole number or a 'p/q' text as a Fraction."""
    if isinstance(value, str) and "/" in value:
        numerator, denominator = value.split("/")
        return Fraction(int(numerator), int(denominator))
    return Fraction(_typed(value, int))


def _typed(value: Any, kind: type) -> Any:
    """Return `value` if it is of `kind`; a whole number counts as a float, a bool never as a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float) if kind is float else kind):
        raise TypeError(f"{value!r} stands where {kind.__name__} is expected")
    return float(value) if kind is float else value

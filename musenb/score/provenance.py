"""Note provenance, who wrote which note, and the order of parts, as text fields that travel inside a MusicXML file.

The fields hold a checksum of the notes: when another program has changed the music, the fields no longer fit and the
notes count as given, and the parts as not named.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from musenb.score.marks import Repeat
from musenb.score.note import GIVEN, Note, Origin, Score, Voice
from musenb.score.plain import plain_text

VOICES, CHECKSUM, GENERATED, PARTS = "musenb:voices", "musenb:checksum", "musenb:generated", "musenb:parts"
FIELDS = (VOICES, CHECKSUM, GENERATED, PARTS)


def provenance_fields(score: Score) -> dict[str, str]:
    """Return the names of the voices, a checksum of the notes, the ranges of generated notes and the parts, as text.

    `musenb:generated` is JSON: for each origin its model, seed, settings and, for each voice, the note numbers
    (from 0, in order of onset, then pitch) as in '4-17,20'.
    """
    fields = {
        VOICES: json.dumps([voice.name for voice in score.voices]),
        CHECKSUM: _checksum(score.voices),
    }
    notes = (note for voice in score.voices for note in voice.notes)
    origins = dict.fromkeys(note.origin for note in notes if note.origin != GIVEN)
    if origins:
        rows = []
        for origin in origins:
            ranges = [_ranges(_places(voice, origin)) for voice in score.voices]
            rows.append({**dataclasses.asdict(origin), "notes": ranges})
        fields[GENERATED] = json.dumps(rows)
    parts = [[str(mark.onset), list(mark.numbers), mark.text] for mark in score.repeats if mark.kind == "part"]
    if parts:
        fields[PARTS] = json.dumps(parts)
    return fields


def parts_from_fields(fields: Mapping[str, str]) -> tuple[Repeat, ...]:
    """Return the parts that `provenance_fields` wrote; none where the field is damaged."""
    try:
        rows = json.loads(fields.get(PARTS, "[]"))
        return tuple(
            Repeat(Fraction(str(onset)), "part", tuple(int(number) for number in numbers), text=plain_text(str(text)))
            for onset, numbers, text in rows
        )
    except (TypeError, ValueError, ArithmeticError, RecursionError):
        return ()


def voices_from_fields(
    lines: Sequence[Sequence[Note]],
    fields: Mapping[str, str],
) -> tuple[Voice, ...] | None:
    """Return the voices as they were written, or None when the fields do not belong to these notes.

    Parameters
    ----------
    lines : sequence of sequences of Note
        The notes of each part.
    fields : mapping of str to str
        What `provenance_fields` returned, from a file that anyone may have changed.
    """
    try:
        names = json.loads(fields[VOICES])
        voices = tuple(Voice(str(name), tuple(notes)) for name, notes in zip(names, lines, strict=True))
        if fields[CHECKSUM] != _checksum(voices):
            return None
        for row in json.loads(fields.get(GENERATED, "[]")):
            settings = tuple((str(name), str(value)) for name, value in row["settings"])
            seed = None if row["seed"] is None else int(row["seed"])
            origin = Origin(str(row["model"]), seed, settings)
            ranges = zip(voices, row["notes"], strict=True)
            voices = tuple(_marked(voice, _numbers(text), origin) for voice, text in ranges)
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    return voices


def _places(voice: Voice, origin: Origin) -> list[int]:
    """Return the places of a voice's notes that have an origin."""
    return [place for place, note in enumerate(voice.notes) if note.origin == origin]


def _marked(voice: Voice, numbers: set[int], origin: Origin) -> Voice:
    notes = list(voice.notes)
    for place, note in enumerate(notes):
        if place in numbers:
            notes[place] = dataclasses.replace(note, origin=origin)
    return dataclasses.replace(voice, notes=tuple(notes))


def _checksum(voices: Iterable[Voice]) -> str:
    """Return eight hexadecimal digits that change with every onset, duration and pitch."""
    text = "|".join(" ".join(f"{n.onset}:{n.duration}:{n.pitch}" for n in voice.notes) for voice in voices)
    return f"{zlib.crc32(text.encode()):08x}"


def _ranges(numbers: Iterable[int]) -> str:
    """Return ascending numbers as '0-3,5'."""
    runs = []
    for _, run in itertools.groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        first, last = members[0], members[-1]
        runs.append(f"{first}-{last}" if len(members) > 1 else str(first))
    return ",".join(runs)


def _numbers(ranges: str) -> set[int]:
    """Return the numbers that `_ranges` wrote."""
    numbers: set[int] = set()
    for run in filter(None, ranges.split(",")):
        first, _, last = run.partition("-")
        if int(last or first) - int(first) > 1_000_000:
            raise ValueError(f"range {run}")
        numbers.update(range(int(first), int(last or first) + 1))
    return numbers

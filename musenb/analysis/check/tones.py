"""Rules of tendency tones: leading notes and sevenths, how they are doubled and where they go; cross relations.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapters 5, 8 and 31.
Kostka, Payne and Almen, "Tonal Harmony", 7th edition, 2012, chapters 5, 13 and 16.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from musenb.analysis.check.finding import Found, named
from musenb.analysis.check.harmony import LEADING, OCTAVE, SEVENTHS, TRITONE, Context, Dominant, Progression
from musenb.analysis.check.texture import SILENT, Texture
from musenb.score.note import Note
from musenb.score.spelling import name_at, place_of, spoken

Values = Mapping[str, Any]
THIRDS = (-3, -4)
STEPS_DOWN = (-1, -2)


def doubled_leading(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """Two voices have the leading note of a dominant that goes on."""
    for dominant in context.dominants:
        rows = range(dominant.step.start, dominant.step.goal)
        doubled = [row for row in rows if len(_having(texture, row, dominant.tonic - 1)) > 1]
        if doubled and sum(texture.beats(row) for row in doubled) >= values["beats"]:
            columns = _having(texture, doubled[0], dominant.tonic - 1)
            yield Found(
                tuple((doubled[0], column) for column in columns),
                f"{named(texture, columns)} both have the leading note {_class(texture, doubled[0], columns[0])}: "
                "both want to rise, so that they make octaves or one is left hanging.",
            )


def unresolved_leading(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """The leading note of a dominant does not go up to the tonic."""
    for dominant in context.dominants:
        step = dominant.step
        if not _weighty(texture, step, values):
            continue
        for column in _having(texture, step.row, dominant.tonic - 1):
            if _leads(texture, dominant, column, values):
                continue
            yield Found(
                ((step.row, column), (step.goal, column)),
                f"{named(texture, (column,))} leaves the leading note {texture.name_at(step.row, column)} for "
                f"{texture.name_at(step.goal, column)}: it wants to go up to {_above(texture, step.row, column)}.",
            )


def _leads(texture: Texture, dominant: Dominant, column: int, values: Values) -> bool:
    """Return whether a voice does with its leading note what it may."""
    row, goal = dominant.step.row, dominant.step.goal
    pitch, after = texture.pitch[row, column], texture.pitch[goal, column]
    move = int(after - pitch)
    if after == SILENT or move == 0 or move % OCTAVE == 1:
        return True
    inner = 0 < column < texture.voices - 1
    if inner and (values["inner"] == "free" or (values["inner"] == "falls" and move in THIRDS)):
        return True
    if dominant.deceptive and move in STEPS_DOWN and values["deceptive_falls"]:
        return True
    return values["transferred"] and _takes(texture, row, goal, column, (1,))


def unresolved_seventh(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """The seventh of a chord that goes on does not go down by step."""
    for step, pitch_class in _sevenths(context):
        row, goal = step.row, step.goal
        if not _weighty(texture, step, values):
            continue
        for column in _having(texture, row, pitch_class):
            pitch, after = texture.pitch[row, column], texture.pitch[goal, column]
            if after == SILENT or after - pitch in (0, *STEPS_DOWN) or _passes(texture, row, column):
                continue
            if values["transferred"] and _takes(texture, row, goal, column, STEPS_DOWN):
                continue
            yield Found(
                ((row, column), (goal, column)),
                f"{named(texture, (column,))} leaves the seventh {texture.name_at(row, column)} for "
                f"{texture.name_at(goal, column)}: a seventh wants to go down by step.",
            )


def _sevenths(context: Context) -> Iterator[tuple[Progression, int]]:
    """Yield the seventh chords that go where they want to, each with the pitch class of its seventh."""
    led = {dominant.step: dominant for dominant in context.dominants}
    for step in context.progressions:
        if step.chord.quality not in SEVENTHS:
            continue
        dominant = led.get(step)
        if dominant is not None and step.chord.quality in LEADING:
            minor = 8 if step.chord.quality == "dim7" else 9
            yield step, (dominant.tonic + minor) % OCTAVE
        elif dominant is not None or step.falls:
            yield step, (step.chord.root + SEVENTHS[step.chord.quality]) % OCTAVE


def _weighty(texture: Texture, step: Progression, values: Values) -> bool:
    """Return whether a chord lasts long enough and goes on to a beat."""
    length = texture.beats(step.start, step.goal)
    return length >= values["beats"] and (not values["to_beats"] or texture.on_beat(step.goal))


def _passes(texture: Texture, row: int, column: int) -> bool:
    """Return whether a note is shorter than a beat and begins between two."""
    note = texture.note_at(row, column)
    bar = texture.bar_of(row)
    begins = (note.onset - bar.first_beat) / bar.metre.beat_length
    return note.duration < bar.metre.beat_length and begins.denominator != 1


def cross_relation(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """A note and its altered form follow each other in two different voices."""
    for row in range(len(texture) - 1):
        if texture.closes[row]:
            continue
        for column in np.flatnonzero(texture.begins[row + 1]).tolist():
            now = texture.note_at(row + 1, column)
            for other in range(texture.voices):
                if other == column or texture.note[row, other] == SILENT:
                    continue
                was = texture.note_at(row, other)
                if not _other_form(was, now):
                    continue
                if _kept(texture, row, now) or (values["tritone_excuses"] and _with_tritone(context, row + 1)):
                    continue
                yield Found(
                    ((row, other), (row + 1, column)),
                    f"{named(texture, (column,))} has {texture.name_at(row + 1, column)} right after the "
                    f"{texture.name_at(row, other)} of {texture.names[other]}: a note and its altered form belong in "
                    "one voice.",
                )


def _other_form(was: Note, now: Note) -> bool:
    """Return whether two notes have one letter and different accidentals."""
    return was.spelling[0] == now.spelling[0] and (was.pitch - now.pitch) % OCTAVE != 0


def _with_tritone(context: Context, row: int) -> bool:
    """Return whether a slice has a dominant seventh or a diminished chord."""
    chord = context.chords[row]
    return chord is not None and chord.quality in TRITONE


def _kept(texture: Texture, row: int, now: Note) -> bool:
    """Return whether some voice makes the chromatic step itself."""
    for voice in range(texture.voices):
        if SILENT in (texture.note[row, voice], texture.note[row + 1, voice]):
            continue
        one, two = texture.note_at(row, voice), texture.note_at(row + 1, voice)
        if _other_form(one, two) and (two.pitch - now.pitch) % OCTAVE == 0:
            return True
    return False


def _having(texture: Texture, row: int, pitch_class: int) -> list[int]:
    """Return the columns that sound a pitch class in a slice."""
    pitch = texture.pitch[row]
    return [column for column in range(texture.voices)
            if pitch[column] != SILENT and (pitch[column] - pitch_class) % OCTAVE == 0]


def _takes(texture: Texture, row: int, goal: int, column: int, steps: tuple[int, ...]) -> bool:
    """Return whether another voice takes the resolution of a note, at its own height."""
    wanted = [texture.pitch[row, column] + step for step in steps]
    return any(texture.pitch[goal, other] in wanted for other in range(texture.voices) if other != column)


def _class(texture: Texture, row: int, column: int) -> str:
    return texture.name_at(row, column).rstrip("-0123456789")


def _above(texture: Texture, row: int, column: int) -> str:
    """Return the note a semitone above a leading note, as it is spoken."""
    note = texture.note_at(row, column)
    return spoken(name_at(note.pitch + 1, place_of(note.spelling) - 5))

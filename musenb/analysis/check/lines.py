"""Rules of one voice: range, leaps, augmented seconds.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapter 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from musenb.analysis.check.finding import Found, named
from musenb.analysis.check.harmony import OCTAVE, Context
from musenb.analysis.check.texture import SILENT, Texture
from musenb.score.spelling import spelled_pitch, spoken

Values = Mapping[str, Any]
SIXTH, SEVENTH_STEPS, OCTAVE_STEPS = 9, 6, 7
#        semitones of the widest interval of so many steps that is not augmented: perfect or major
WIDEST = (0, 2, 4, 5, 7, 9, 11)


def voice_range(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """A note lies outside what its voice can sing."""
    for column, role in enumerate(texture.roles):
        if role not in values:
            continue
        low, high = (spelled_pitch(name) for name in values[role])
        for row in range(len(texture)):
            pitch = texture.pitch[row, column]
            if texture.begins[row, column] and not low <= pitch <= high:
                side = "above" if pitch > high else "below"
                edge = spoken(values[role][int(pitch > high)])
                yield Found(
                    ((row, column),),
                    f"{texture.name_at(row, column)} is {side} {edge}, where the {role} of a choir "
                    f"{'begins to strain' if pitch > high else 'is no longer heard'}.",
                )


def wide_leap(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """A voice leaps by a seventh, or by more than an octave."""
    for column in range(texture.voices):
        for here, there in texture.moves[column]:
            steps, semitones = map(abs, texture.interval(here, there, column))
            if semitones > OCTAVE:
                size = "more than an octave"
            elif steps == SEVENTH_STEPS and semitones > SIXTH:
                size = "a seventh"
            else:
                continue
            if values["within_chord"] and context.same_root(here, there):
                continue
            if values["bass_turns"] and column == texture.voices - 1 and _turns(texture, here, there, column):
                continue
            yield Found(
                ((here, column), (there, column)),
                f"{named(texture, (column,))} leaps {size}, {texture.name_at(here, column)} to "
                f"{texture.name_at(there, column)}: hard to sing, and the line falls apart.",
            )


def augmented_leap(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """A voice leaps by an augmented interval wider than a second."""
    for column in range(texture.voices):
        for here, there, steps in _augmented(texture, column):
            if steps <= 1 or (values["within_chord"] and context.same_root(here, there)):
                continue
            name = ("unison", "second", "third", "fourth", "fifth", "sixth", "seventh")[steps % OCTAVE_STEPS]
            yield Found(
                ((here, column), (there, column)),
                f"{named(texture, (column,))} leaps an augmented {name}, {texture.name_at(here, column)} to "
                f"{texture.name_at(there, column)}: hard to hear before it is sung.",
            )


def augmented_second(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """A voice goes by an augmented second."""
    for column in range(texture.voices):
        for here, there, steps in _augmented(texture, column):
            if steps == 1:
                yield Found(
                    ((here, column), (there, column)),
                    f"{named(texture, (column,))} goes by an augmented second, {texture.name_at(here, column)} to "
                    f"{texture.name_at(there, column)}: three semitones that are written as a step and sound as a gap.",
                )


def _augmented(texture: Texture, column: int) -> Iterator[tuple[int, int, int]]:
    """Yield the augmented intervals of a voice but the unison: where from, where to, and how many steps."""
    for here, there in texture.moves[column]:
        steps, semitones = map(abs, texture.interval(here, there, column))
        octaves, rest = divmod(steps, OCTAVE_STEPS)
        if steps and semitones > OCTAVE * octaves + WIDEST[rest]:
            yield here, there, steps


def _turns(texture: Texture, here: int, there: int, column: int) -> bool:
    """Return whether a voice goes back after a leap: the next note lies on the side that it came from."""
    following = texture.next_row(there, column)
    if following >= len(texture) or texture.pitch[following, column] == SILENT:
        return False
    leap = texture.pitch[there, column] - texture.pitch[here, column]
    return leap * (texture.pitch[following, column] - texture.pitch[there, column]) < 0

"""Rules of two voices: parallels, hidden fifths and octaves, crossing, overlap, spacing.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapters 5 and 6.
Kostka, Payne and Almen, "Tonal Harmony", 7th edition, 2012, chapters 5 and 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from musenb.analysis.check.finding import Found, named, over, pair
from musenb.analysis.check.harmony import Context
from musenb.analysis.check.texture import SILENT, Texture
from musenb.analysis.chorale.cadence import stretches
from musenb.analysis.chorale.part_writing import FIFTH, OCTAVE, parallel_motion
from musenb.analysis.chorale.resolution import contrary_motion, hidden

Values = Mapping[str, Any]


def parallel_fifths(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """Two voices move in one direction from a perfect fifth to a perfect fifth."""
    yield from _parallels(texture, values, FIFTH, "perfect fifth")


def parallel_octaves(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """Two voices move in one direction from an octave or unison to another."""
    yield from _parallels(texture, values, 0, "octave")


def contrary_parallels(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """Two voices move in opposite directions from a fifth to a fifth, or from an octave or unison to another."""
    for row, upper, lower in contrary_motion(texture.pitch).tolist():
        if _sound(texture, row, upper, lower) and not texture.closes[row]:
            if not values["at_closes"] and (texture.held[row + 1] or row + 2 == len(texture)):
                continue
            if not values["inner"] and upper > 0 and lower < texture.voices - 1:
                continue
            size = "fifth" if (texture.pitch[row, upper] - texture.pitch[row, lower]) % OCTAVE == FIFTH else "octave"
            yield Found(
                pair(row, upper, lower),
                f"{named(texture, (upper, lower))} move against each other from one {size} "
                f"({over(texture, row, upper, lower)}) to another ({over(texture, row + 1, upper, lower)}): "
                "the contrary motion does not hide it.",
            )


def hidden_parallels(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """The outer voices move in one direction into a fifth or octave, the upper one by leap."""
    upper, lower = 0, texture.voices - 1
    for row in np.flatnonzero(hidden(texture.pitch)).tolist():
        if not _sound(texture, row, upper, lower) or texture.closes[row]:
            continue
        leap = abs(int(texture.pitch[row + 1, lower] - texture.pitch[row, lower]))
        if context.same_root(row, row + 1) or leap % OCTAVE == 0:
            continue  # another place in one chord, or one bass note in another octave
        gap = (texture.pitch[row + 1, upper] - texture.pitch[row + 1, lower]) % OCTAVE
        yield Found(
            pair(row, upper, lower),
            f"{named(texture, (upper, lower))} move the same way into {'a fifth' if gap else 'an octave'} "
            f"({over(texture, row + 1, upper, lower)}) while the upper one leaps: between outer voices it sounds bare.",
        )


def crossing(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """A voice sounds below the next lower one."""
    for upper in range(texture.voices - 1):
        lower = upper + 1
        sound = (texture.pitch[:, [upper, lower]] != SILENT).all(axis=1)
        wrong = sound & (texture.pitch[:, upper] < texture.pitch[:, lower])
        for start, stop in stretches(wrong):
            if texture.beats(start, stop) >= _by_pair(texture, upper, values):
                yield Found(
                    ((start, upper), (start, lower)),
                    f"{named(texture, (upper,))} ({texture.name_at(start, upper)}) sounds below "
                    f"{texture.names[lower]} ({texture.name_at(start, lower)}): the voices have crossed, and the ear "
                    "mistakes the one for the other.",
                )


def overlap(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """A voice goes above where the next higher one just was, or below where the next lower one was."""
    for column in range(texture.voices):
        for other, side in ((column - 1, 1), (column + 1, -1)):
            if not 0 <= other < texture.voices:
                continue
            for _, row in texture.moves[column]:
                was, now = texture.pitch[row - 1, other], texture.pitch[row, other]
                if SILENT in (was, now) or was == now:
                    continue
                beyond = side * (texture.pitch[row, column] - was) >= _by_pair(texture, min(column, other), values)
                crossed = side * (texture.pitch[row, column] - now) > 0
                if not beyond or crossed or context.same_root(row - 1, row):
                    continue
                yield Found(
                    ((row - 1, other), (row, column)),
                    f"{named(texture, (column,))} goes to {texture.name_at(row, column)}, "
                    f"{'above' if side > 0 else 'below'} the {texture.name_at(row - 1, other)} that "
                    f"{texture.names[other]} has just left: the ear hears one voice going on into the other.",
                )


def spacing(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """Two neighbouring upper voices are more than an octave apart."""
    for upper in range(texture.voices - 1):
        lower = upper + 1
        most = values["lowest_pair"] if lower == texture.voices - 1 else values["upper_pairs"]
        sound = (texture.pitch[:, [upper, lower]] != SILENT).all(axis=1)
        gap = texture.pitch[:, upper] - texture.pitch[:, lower]
        for start, stop in stretches(sound & (gap > most)):
            beats = texture.beats(start, stop)
            far = gap[start:stop].max() > values["far"]
            if beats >= values["beats"] or (far and beats >= values["far_beats"]):
                yield Found(
                    ((start, upper), (start, lower)),
                    f"{named(texture, (upper, lower))} are more than {_span(most)} apart "
                    f"({over(texture, start, upper, lower)}): the chord falls into two halves.",
                )


def _parallels(texture: Texture, values: Values, gap: int, size: str) -> Iterator[Found]:
    for row, upper, lower in parallel_motion(texture.pitch).tolist():
        if not _sound(texture, row, upper, lower) or texture.closes[row]:
            continue
        if (texture.pitch[row, upper] - texture.pitch[row, lower]) % OCTAVE == gap:
            yield Found(
                pair(row, upper, lower),
                f"{named(texture, (upper, lower))} move together from one {size} ({over(texture, row, upper, lower)}) "
                f"to the next ({over(texture, row + 1, upper, lower)}): they stop being two voices.",
            )


def _sound(texture: Texture, row: int, upper: int, lower: int) -> bool:
    return bool((texture.pitch[row : row + 2, [upper, lower]] != SILENT).all())


def _by_pair(texture: Texture, upper: int, values: Values) -> float:
    """Return what a rule says of a pair of neighbours, by its upper one: the highest, the lowest, those between."""
    if upper == 0:
        return values["upper_pair"]
    return values["lowest_pair"] if upper == texture.voices - 2 else values["inner_pairs"]


def _span(semitones: int) -> str:
    return {12: "an octave", 24: "two octaves"}.get(semitones, f"{semitones} semitones")

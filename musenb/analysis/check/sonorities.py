"""Rules of chords and closes: doubled thirds in first inversion, six-four chords, cadences.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapters 7, 10, 11 and 20.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from musenb.analysis.check.finding import Found, named
from musenb.analysis.check.harmony import FIFTH, OCTAVE, Context, lowest
from musenb.analysis.check.texture import SILENT, Texture
from musenb.analysis.chorale.resolution import LARGEST_STEP

Values = Mapping[str, Any]
THIRD_ABOVE = {"maj": 4, "min": 3, "dim": 3}
FEWEST = 3  # voices that make a chord
CONSONANT = ("maj", "min")
#         semitones from the last root up to the root before: V, IV, vii
CLOSES = (7, 5, 11)
#         to the major chord on the fifth degree of a minor key: as above, and iv6 or ii of that key
MODAL_CLOSES = (*CLOSES, 10, 2)
CLOSING = (*CONSONANT, "major third", "minor third", "fifth", "unison")


def doubled_third(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """A major triad in first inversion has its bass note twice."""
    for row, chord in enumerate(context.chords):
        if chord is None or chord.quality not in values["qualities"] or not texture.on_beat(row):
            continue
        bass = lowest(texture, row)
        third = (chord.root + THIRD_ABOVE[chord.quality]) % OCTAVE
        if texture.pitch[row, bass] % OCTAVE != third or texture.beats(row) < values["beats"]:
            continue
        doubles = [c for c in range(texture.voices)
                   if c != bass and texture.pitch[row, c] != SILENT and texture.pitch[row, c] % OCTAVE == third]
        for column in doubles:
            if values["step_excuses"] and (_by_step(texture, row, column) or _by_step(texture, row, bass)):
                continue
            yield Found(
                ((row, column), (row, bass)),
                f"{named(texture, (column, bass))} both have {texture.name_at(row, bass)}, the third of a major chord "
                "in first inversion: doubled, it sounds thick; double the root or the fifth.",
            )


def _by_step(texture: Texture, row: int, column: int) -> bool:
    """Return whether a voice both comes to and leaves a note by step, or holds it."""
    pitch = texture.pitch[:, column]
    number = texture.note[row, column]
    first = row
    while first > 0 and texture.note[first - 1, column] == number:
        first -= 1
    last = row
    while last + 1 < len(texture) and texture.note[last + 1, column] == number:
        last += 1
    if first == 0 or last + 1 == len(texture):
        return False
    before, after = pitch[first - 1], pitch[last + 1]
    if SILENT in (before, after):
        return False
    return abs(pitch[row] - before) <= 2 and abs(after - pitch[row]) <= 2


def six_four(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """A triad in second inversion that is neither cadential, passing, over a held bass nor an arpeggio."""
    for row, chord in enumerate(context.chords):
        bass = lowest(texture, row)
        if chord is None or chord.quality not in CONSONANT or not texture.begins[row, bass]:
            continue
        if (texture.pitch[row, bass] - chord.root) % OCTAVE != FIFTH or texture.beats(row) < values["beats"]:
            continue
        if texture.on_beat(row) and not _treated(texture, context, row, bass):
            yield Found(
                ((row, bass),),
                f"The chord over {texture.name_at(row, bass)} has its fifth in the bass, a six-four chord that neither "
                "leads to a dominant on that note nor passes by step: the fourth above the bass is left hanging.",
            )


def _treated(texture: Texture, context: Context, row: int, bass: int) -> bool:
    """Return whether a six-four chord is used in one of the four ways of the textbooks."""
    pitch = texture.pitch[:, bass]
    later = next((i for i in range(row + 1, len(texture)) if pitch[i] != pitch[row]), None)
    goal = next((step.goal for step in context.progressions if step.start <= row <= step.row), None)
    if goal is not None and (pitch[goal] - pitch[row]) % OCTAVE == 0:
        return True  # cadential, or over a held bass
    if row == 0 or later is None:
        return False
    if pitch[row - 1] == pitch[row] or context.same_root(row - 1, row) or context.same_root(row, later):
        return True
    return all(one != SILENT and abs(int(one - pitch[row])) <= LARGEST_STEP for one in (pitch[row - 1], pitch[later]))


def missing_cadence(texture: Texture, context: Context, values: Values) -> Iterator[Found]:
    """A phrase ends on no triad in root position, or the piece by no cadence to its tonic."""
    for row in np.flatnonzero(texture.closes).tolist():
        final = row == len(texture) - 1
        bass = lowest(texture, row)
        if (texture.pitch[row] != SILENT).sum() < FEWEST or not (final or values["phrases"]):
            continue
        start = row
        while start > 0 and texture.held[start - 1] and texture.held[row]:
            start -= 1
        allowed = CLOSING if final else (*CLOSING, "7")  # a half close may have its seventh
        settled = next((at for at in range(start, row + 1) if _settled(texture, context, at, allowed)), None)
        fault = _unsettled(texture, context, row) if settled is None else ""
        if final and settled is not None:
            fault = _no_close(context, settled, values)
        if fault:
            yield Found(((row, bass),), f"The {'piece' if final else 'phrase'} ends {fault}.")


def _unsettled(texture: Texture, context: Context, row: int) -> str:
    chord = context.chords[row]
    what = "on a chord that is no triad" if chord is None or chord.quality not in CLOSING else "on an inversion"
    return f"{what}: a close stands on a major or minor triad with its root in the bass"


def _no_close(context: Context, row: int, values: Values) -> str:
    """Return what keeps the last chord of a piece from being a cadence; empty where nothing does."""
    chord, key = context.chords[row], context.keys[row]
    if chord is None or key is None:
        return ""
    led = [step for step in context.progressions if step.goal <= row and step.target.root == chord.root]
    before = (led[-1].chord.root - chord.root) % OCTAVE if led else None
    if chord.root == key.tonic:
        return "" if before in CLOSES else "on its tonic without a cadence: a dominant, or a subdominant, leads to it"
    modal = key.minor and chord.quality == "maj" and (chord.root - key.tonic) % OCTAVE == FIFTH
    if values["modal"] and modal and before in MODAL_CLOSES:
        return ""
    return "away from its tonic, so that it does not sound finished"


def _settled(texture: Texture, context: Context, row: int, allowed: tuple[str, ...]) -> bool:
    """Return whether a slice has one of the allowed chords, with its root in the bass."""
    chord = context.chords[row]
    bass = lowest(texture, row)
    if chord is None or bass == SILENT or chord.quality not in allowed:
        return False
    return int(texture.pitch[row, bass]) % OCTAVE == chord.root

"""The rules of part-writing once more, slowly: straight from the notes of a score, moment by moment.

The checker's twin: it shares no code with it, neither slices nor chords nor keys. Every function returns a set of
places, each the quarter at which the fault is heard and the voices in it, numbered from the highest.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

from musenb.score.note import Note, Score
from tests.analysis.plain_chords import (
    cross_relation,
    doubled_leading_note,
    doubled_third,
    missing_cadence,
    six_four,
    unresolved_leading_note,
    unresolved_seventh,
)
from tests.analysis.plain_texture import LETTERS, Places, at, beats, changes, chord, four, held, moments, moves, pairs


def parallels(score: Score, size: int) -> Places:
    found: Places = set()
    for before, after in changes(score):
        for upper, lower in pairs(score):
            pitches = four(score, before, after, upper, lower)
            if pitches is None:
                continue
            one, two, three, other = pitches
            both_up, both_down = three > one and other > two, three < one and other < two
            if (both_up or both_down) and (one - two) % 12 == size == (three - other) % 12:
                found.add((after, frozenset((upper, lower))))
    return found


def parallel_fifths(score: Score, values: Any) -> Places:
    return parallels(score, 7)


def parallel_octaves(score: Score, values: Any) -> Places:
    return parallels(score, 0)


def contrary_parallels(score: Score, values: Any) -> Places:
    found: Places = set()
    last = moments(score)[-2]
    for before, after in changes(score):
        if not values["at_closes"] and (held(score, after) or after == last):
            continue
        for upper, lower in pairs(score):
            pitches = four(score, before, after, upper, lower)
            outer = upper == 0 or lower == len(score.voices) - 1
            if pitches is None or not (outer or values["inner"]):
                continue
            one, two, three, other = pitches
            apart = (three > one and other < two) or (three < one and other > two)
            if apart and (one - two) % 12 == (three - other) % 12 and (one - two) % 12 in (0, 7):
                found.add((after, frozenset((upper, lower))))
    return found


def hidden_parallels(score: Score, values: Any) -> Places:
    found: Places = set()
    bottom = len(score.voices) - 1
    for before, after in changes(score):
        pitches = four(score, before, after, 0, bottom)
        if pitches is None:
            continue
        one, two, three, other = pitches
        first, second = chord(score, before), chord(score, after)
        if first is not None and second is not None and first[0] == second[0]:
            continue
        same_way = (three > one and other > two) or (three < one and other < two)
        new = (three - other) % 12 in (0, 7) and (three - other) % 12 != (one - two) % 12
        if same_way and new and abs(three - one) > 2 and abs(other - two) not in (12, 24):
            found.add((after, frozenset((0, bottom))))
    return found


def of_pair(score: Score, upper: int, values: Any) -> float:
    if upper == 0:
        return values["upper_pair"]
    return values["lowest_pair"] if upper == len(score.voices) - 2 else values["inner_pairs"]


def runs(score: Score, wrong: Any) -> Iterator[tuple[Fraction, Fraction, list[Fraction]]]:
    """Stretches of moments at which something is wrong: from, to, and the moments."""
    times = moments(score)
    inside: list[Fraction] = []
    for time, following in pairwise(times):
        if wrong(time):
            inside.append(time)
        if inside and (not wrong(time) or following == times[-1]):
            yield inside[0], (following if wrong(time) else time), inside
            inside = []


def gap(score: Score, upper: int, time: Fraction) -> int | None:
    one, other = at(score, upper, time), at(score, upper + 1, time)
    return None if one is None or other is None else one.pitch - other.pitch


def crossing(score: Score, values: Any) -> Places:
    found: Places = set()
    for upper in range(len(score.voices) - 1):
        def crossed(time: Fraction, upper: int = upper) -> bool:
            between = gap(score, upper, time)
            return between is not None and between < 0

        for start, stop, _ in runs(score, crossed):
            if beats(score, start, stop) >= of_pair(score, upper, values):
                found.add((start, frozenset((upper, upper + 1))))
    return found


def spacing(score: Score, values: Any) -> Places:
    found: Places = set()
    for upper in range(len(score.voices) - 1):
        lowest = upper + 1 == len(score.voices) - 1
        most = values["lowest_pair"] if lowest else values["upper_pairs"]

        def wide(time: Fraction, upper: int = upper, most: float = most) -> bool:
            between = gap(score, upper, time)
            return between is not None and between > most

        for start, stop, inside in runs(score, wide):
            far = any((gap(score, upper, time) or 0) > values["far"] for time in inside)
            length = beats(score, start, stop)
            if length >= values["beats"] or (far and length >= values["far_beats"]):
                found.add((start, frozenset((upper, upper + 1))))
    return found


def overlap(score: Score, values: Any) -> Places:
    found: Places = set()
    times = moments(score)
    for voice in range(len(score.voices)):
        for neighbour in (voice - 1, voice + 1):
            if not 0 <= neighbour < len(score.voices):
                continue
            for _, note in moves(score, voice):
                before = times[times.index(note.onset) - 1]
                was, now = at(score, neighbour, before), at(score, neighbour, note.onset)
                one, two = chord(score, before), chord(score, note.onset)
                if was is None or now is None or was.pitch == now.pitch or (one and two and one[0] == two[0]):
                    continue
                sign = 1 if neighbour < voice else -1
                beyond = sign * (note.pitch - was.pitch) >= of_pair(score, min(voice, neighbour), values)
                if beyond and sign * (note.pitch - now.pitch) <= 0:
                    found.add((note.onset, frozenset((voice, neighbour))))
    return found


def staff(note: Note) -> int:
    return 7 * int(note.spelling.lstrip("ABCDEFG#b")) + LETTERS.index(note.spelling[0])


def semitones_of(name: str) -> int:
    letters = dict(zip(LETTERS, (0, 2, 4, 5, 7, 9, 11), strict=True))
    return 12 * (int(name.lstrip("ABCDEFG#b")) + 1) + letters[name[0]] + name.count("#") - name[1:].count("b")


def range_(score: Score, values: Any) -> Places:
    found: Places = set()
    for voice, part in enumerate(score.voices):
        low, high = values[part.name]
        for note in part.notes:
            if not semitones_of(low) <= note.pitch <= semitones_of(high):
                found.add((note.onset, frozenset((voice,))))
    return found


def stays(score: Score, one: Note, other: Note) -> bool:
    first, second = chord(score, one.onset), chord(score, other.onset)
    return first is not None and second is not None and first[0] == second[0]


def wide_leap(score: Score, values: Any) -> Places:
    found: Places = set()
    for voice, part in enumerate(score.voices):
        for one, other in moves(score, voice):
            semitones, steps = abs(other.pitch - one.pitch), abs(staff(other) - staff(one))
            if not (semitones > 12 or (steps == 6 and semitones >= 10)):
                continue
            following = next((note for note in part.notes if note.onset == other.end), None)
            back = following is not None and (following.pitch - other.pitch) * (other.pitch - one.pitch) < 0
            if values["bass_turns"] and voice == len(score.voices) - 1 and back:
                continue
            if not (values["within_chord"] and stays(score, one, other)):
                found.add((other.onset, frozenset((voice,))))
    return found


def augmented(score: Score, voice: int) -> Iterator[tuple[Note, Note, int]]:
    for one, other in moves(score, voice):
        steps, semitones = abs(staff(other) - staff(one)), abs(other.pitch - one.pitch)
        widest = 12 * (steps // 7) + {0: 0, 1: 2, 2: 4, 3: 5, 4: 7, 5: 9, 6: 11}[steps % 7]
        if steps > 0 and semitones > widest:
            yield one, other, steps


def augmented_leap(score: Score, values: Any) -> Places:
    return {
        (other.onset, frozenset((voice,)))
        for voice in range(len(score.voices))
        for one, other, steps in augmented(score, voice)
        if steps > 1 and not (values["within_chord"] and stays(score, one, other))
    }


def augmented_second(score: Score, values: Any) -> Places:
    return {
        (other.onset, frozenset((voice,)))
        for voice in range(len(score.voices))
        for _, other, steps in augmented(score, voice)
        if steps == 1
    }


PLAIN = {
    "parallel_fifths": parallel_fifths, "parallel_octaves": parallel_octaves,
    "contrary_parallels": contrary_parallels, "hidden_parallels": hidden_parallels, "crossing": crossing,
    "overlap": overlap, "spacing": spacing, "range": range_, "wide_leap": wide_leap, "augmented_leap": augmented_leap,
    "augmented_second": augmented_second, "doubled_leading_note": doubled_leading_note,
    "unresolved_leading_note": unresolved_leading_note, "unresolved_seventh": unresolved_seventh,
    "cross_relation": cross_relation, "doubled_third": doubled_third, "six_four": six_four,
    "missing_cadence": missing_cadence,
}  # fmt: skip
KEYED = ("doubled_leading_note", "unresolved_leading_note", "unresolved_seventh", "missing_cadence")


def broken(score: Score, rule: str, values: Any, key: tuple[int, bool]) -> Places:
    """Return where a rule is broken; `key` is the pitch class of the tonic, and whether it is minor."""
    return PLAIN[rule](score, values, key) if rule in KEYED else PLAIN[rule](score, values)

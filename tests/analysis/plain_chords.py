"""The rules of part-writing about chords once more, slowly: leading notes, sevenths, doublings, closes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

from musenb.score.note import Note, Score
from tests.analysis.plain_texture import (
    DIMINISHED,
    DOMINANTS,
    GOALS,
    MAJOR,
    MINOR,
    SEVENTH,
    Places,
    at,
    beats,
    changes,
    chord,
    closes,
    held,
    moments,
    on_beat,
)

Passage = tuple[list[Fraction], Fraction, tuple[int, str], tuple[int, str]]


def passages(score: Score) -> Iterator[Passage]:
    """Chords on one root that go on: their moments, the goal's, the last of these chords, and the goal."""
    times = moments(score)[:-1]
    inside: list[Fraction] = []
    last: tuple[int, str] | None = None
    for number, time in enumerate(times):
        if number and closes(score, times[number - 1], time):
            inside, last = [], None
        now = chord(score, time)
        if now is not None and last is not None and now[0] != last[0]:
            yield inside, time, last, now
            inside = []
        if now is not None:
            last = now
        if inside or now is not None:
            inside = [*inside, time]


def leading(passage: Passage, key: tuple[int, bool]) -> tuple[int, bool] | None:
    """The tonic that a dominant leads to, and whether it goes elsewhere; None for what is no dominant."""
    _, _, (root, quality), (goal, goal_quality) = passage
    if goal_quality not in GOALS or quality not in (*DOMINANTS, *DIMINISHED):
        return None
    tonic = (root + (5 if quality in DOMINANTS else 1)) % 12
    own = tonic == key[0]
    deceptive = own and ((goal - tonic) % 12, goal_quality) in ((9, "min"), (8, "maj"))
    if goal != tonic and not deceptive:
        return None
    chromatic = (tonic - 1 - key[0]) % 12 not in (MINOR if key[1] else MAJOR)
    tritone = quality in ("7", "7 no 5", *DIMINISHED)
    return (tonic, deceptive) if own or chromatic or tritone else None


def last_moment(score: Score, passage: Passage) -> Fraction:
    """The last moment of a passage at which its chord sounds."""
    return max(time for time in passage[0] if chord(score, time) is not None)


def having(score: Score, time: Fraction, pitch_class: int) -> list[tuple[int, Note]]:
    notes = [(voice, at(score, voice, time)) for voice in range(len(score.voices))]
    return [(voice, note) for voice, note in notes if note is not None and (note.pitch - pitch_class) % 12 == 0]


def length(score: Score, passage: Passage) -> Fraction:
    return beats(score, passage[0][0], passage[1])


def taken(score: Score, time: Fraction, voice: int, pitches: list[int]) -> bool:
    others = [at(score, other, time) for other in range(len(score.voices)) if other != voice]
    return any(note is not None and note.pitch in pitches for note in others)


def doubled_leading_note(score: Score, values: Any, key: tuple[int, bool]) -> Places:
    found: Places = set()
    times = moments(score)
    for passage in passages(score):
        led = leading(passage, key)
        if led is None:
            continue
        doubled = [time for time in passage[0] if len(having(score, time, led[0] - 1)) > 1]
        total = sum(beats(score, time, times[times.index(time) + 1]) for time in doubled)
        if doubled and total >= values["beats"]:
            found.add((doubled[0], frozenset(voice for voice, _ in having(score, doubled[0], led[0] - 1))))
    return found


def unresolved_leading_note(score: Score, values: Any, key: tuple[int, bool]) -> Places:
    found: Places = set()
    for passage in passages(score):
        led, goal = leading(passage, key), passage[1]
        if led is None or length(score, passage) < values["beats"] or (values["to_beats"] and not on_beat(score, goal)):
            continue
        for voice, note in having(score, last_moment(score, passage), led[0] - 1):
            after = at(score, voice, goal)
            if after is None or after.pitch == note.pitch or (after.pitch - note.pitch) % 12 == 1:
                continue
            inner, move = 0 < voice < len(score.voices) - 1, after.pitch - note.pitch
            allowed = inner and (values["inner"] == "free" or (values["inner"] == "falls" and move in (-3, -4)))
            allowed |= values["deceptive_falls"] and led[1] and move in (-1, -2)
            if not allowed and not (values["transferred"] and taken(score, goal, voice, [note.pitch + 1])):
                found.add((goal, frozenset((voice,))))
    return found


def unresolved_seventh(score: Score, values: Any, key: tuple[int, bool]) -> Places:
    found: Places = set()
    for passage in passages(score):
        (root, quality), (target, _), goal = passage[2], passage[3], passage[1]
        led = leading(passage, key)
        if quality not in SEVENTH or (led is None and (root - target) % 12 != 7):
            continue
        if length(score, passage) < values["beats"] or (values["to_beats"] and not on_beat(score, goal)):
            continue
        seventh = (root + SEVENTH[quality]) % 12
        if led is not None and quality in DIMINISHED:
            seventh = (led[0] + (8 if quality == "dim7" else 9)) % 12
        elif quality in ("dim7",) and led is None:
            seventh = (root + 9) % 12
        time = last_moment(score, passage)
        for voice, note in having(score, time, seventh):
            after = at(score, voice, goal)
            beat = beats(score, note.onset, note.end)
            if after is None or after.pitch - note.pitch in (0, -1, -2):
                continue
            if beat < 1 and not on_beat(score, note.onset):
                continue
            if not (values["transferred"] and taken(score, goal, voice, [note.pitch - 1, note.pitch - 2])):
                found.add((goal, frozenset((voice,))))
    return found


def other_form(one: Note, two: Note) -> bool:
    return one.spelling[0] == two.spelling[0] and (one.pitch - two.pitch) % 12 != 0


def cross_relation(score: Score, values: Any) -> Places:
    found: Places = set()
    for before, after in changes(score):
        now = chord(score, after)
        if values["tritone_excuses"] and now is not None and now[1] in ("7", "7 no 5", *DIMINISHED):
            continue
        steps = [(at(score, voice, before), at(score, voice, after)) for voice in range(len(score.voices))]
        for voice, (_, new) in enumerate(steps):
            if new is None or new.onset != after:
                continue
            made = any(a and b and other_form(a, b) and (b.pitch - new.pitch) % 12 == 0 for a, b in steps)
            for other, (old, _) in enumerate(steps):
                if other != voice and old is not None and other_form(old, new) and not made:
                    found.add((after, frozenset((voice, other))))
    return found


def bass_of(score: Score, time: Fraction) -> tuple[int, Note]:
    sounding = [(voice, at(score, voice, time)) for voice in range(len(score.voices))]
    return [(voice, note) for voice, note in sounding if note is not None][-1]


def step_both_ways(score: Score, voice: int, note: Note) -> bool:
    times = moments(score)
    if note.onset == times[0] or note.end == times[-1]:
        return False
    before = at(score, voice, times[times.index(note.onset) - 1])
    after = at(score, voice, note.end)
    return all(other is not None and abs(other.pitch - note.pitch) <= 2 for other in (before, after))


def doubled_third(score: Score, values: Any) -> Places:
    found: Places = set()
    times = moments(score)
    for time, following in pairwise(times):
        now = chord(score, time)
        if now is None or now[1] not in values["qualities"] or not on_beat(score, time):
            continue
        place, bass = bass_of(score, time)
        third = (now[0] + (4 if now[1] == "maj" else 3)) % 12
        if bass.pitch % 12 != third or beats(score, time, following) < values["beats"]:
            continue
        for voice, note in having(score, time, third):
            if voice == place:
                continue
            steps = step_both_ways(score, voice, note) or step_both_ways(score, place, bass)
            if not (values["step_excuses"] and steps):
                found.add((time, frozenset((voice, place))))
    return found


def six_four(score: Score, values: Any) -> Places:
    found: Places = set()
    times = moments(score)
    for number, (time, following) in enumerate(pairwise(times)):
        now = chord(score, time)
        if now is None or now[1] not in ("maj", "min") or not on_beat(score, time):
            continue
        voice, bass = bass_of(score, time)
        fifth = (bass.pitch - now[0]) % 12 == 7
        if not fifth or bass.onset != time or beats(score, time, following) < values["beats"]:
            continue
        goal = next((passage[1] for passage in passages(score) if time in passage[0]
                     and time <= last_moment(score, passage)), None)
        after = None if goal is None else at(score, voice, goal)
        if after is not None and (after.pitch - bass.pitch) % 12 == 0:
            continue
        later = next((t for t in times[number + 1 : -1] if (at(score, voice, t) or bass).pitch != bass.pitch
                      or at(score, voice, t) is None), None)
        if number and later is not None:
            near = [at(score, voice, times[number - 1]), at(score, voice, later)]
            chords = [chord(score, times[number - 1]), chord(score, later)]
            if any(one is not None and one[0] == now[0] for one in chords):
                continue
            if near[0] is not None and near[0].pitch == bass.pitch:
                continue
            if all(one is not None and abs(one.pitch - bass.pitch) <= 2 for one in near):
                continue
        found.add((time, frozenset((voice,))))
    return found


def missing_cadence(score: Score, values: Any, key: tuple[int, bool]) -> Places:
    found: Places = set()
    times = moments(score)[:-1]
    for number, time in enumerate(times):
        final = number == len(times) - 1
        if not final and not closes(score, time, times[number + 1]):
            continue
        sounding = sum(at(score, voice, time) is not None for voice in range(len(score.voices)))
        if sounding < 3 or not (final or values["phrases"]):
            continue
        stretch = [time]
        while held(score, time) and len(stretch) <= number and held(score, times[number - len(stretch)]):
            stretch.insert(0, times[number - len(stretch)])
        allowed = ("maj", "min", "major third", "minor third", "fifth", "unison", *(() if final else ("7",)))
        good = [t for t in stretch if (c := chord(score, t)) is not None and c[1] in allowed
                and bass_of(score, t)[1].pitch % 12 == c[0]]
        if not good or (final and not closed(score, good[0], values, key)):
            found.add((time, frozenset((bass_of(score, time)[0],))))
    return found


def closed(score: Score, time: Fraction, values: Any, key: tuple[int, bool]) -> bool:
    last = chord(score, time)
    assert last is not None
    before = [passage[2][0] for passage in passages(score) if passage[1] <= time and passage[3][0] == last[0]]
    degree = (before[-1] - last[0]) % 12 if before else None
    if last[0] == key[0]:
        return degree in (7, 5, 11)
    modal = values["modal"] and key[1] and last[1] == "maj" and (last[0] - key[0]) % 12 == 7
    return modal and degree in (7, 5, 11, 10, 2)

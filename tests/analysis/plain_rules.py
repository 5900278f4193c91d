"""The rules of part-writing once more, slowly: straight from the notes of a score, moment by moment.

The checker's twin: it shares no code with it, neither slices nor chords nor keys. Every function returns a set of
places, each the quarter at which the fault is heard and the voices in it, numbered from the highest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import wraps
from itertools import pairwise
from typing import Any

from musenb.score.note import Note, Score

Places = set[tuple[Fraction, frozenset[int]]]
CHORDS = {
    "maj": {0, 4, 7}, "min": {0, 3, 7}, "dim": {0, 3, 6}, "aug": {0, 4, 8}, "7": {0, 4, 7, 10}, "m7": {0, 3, 7, 10},
    "M7": {0, 4, 7, 11}, "half-dim": {0, 3, 6, 10}, "dim7": {0, 3, 6, 9}, "7 no 5": {0, 4, 10}, "m7 no 5": {0, 3, 10},
    "M7 no 5": {0, 4, 11}, "major third": {0, 4}, "minor third": {0, 3}, "fifth": {0, 7}, "unison": {0},
}  # fmt: skip
SEVENTH = {"7": 10, "7 no 5": 10, "m7": 10, "m7 no 5": 10, "half-dim": 10, "M7": 11, "M7 no 5": 11, "dim7": 9}
DOMINANTS = ("maj", "7", "7 no 5", "major third")
DIMINISHED = ("dim", "half-dim", "dim7")
GOALS = ("maj", "min", "major third", "minor third")
MAJOR, MINOR = {0, 2, 4, 5, 7, 9, 11}, {0, 2, 3, 5, 7, 8, 10, 11}
LETTERS = "CDEFGAB"


def once(function: Callable[..., Any]) -> Callable[..., Any]:
    """Keep what a function returns about a score until it is asked about another one; the rules ask the same often."""
    asked: list[Any] = [None, {}]

    @wraps(function)
    def known(score: Score, *rest: Any) -> Any:
        if asked[0] is not score:
            asked[:] = [score, {}]
        if rest not in asked[1]:
            asked[1][rest] = function(score, *rest)
        return asked[1][rest]

    return known


@once
def moments(score: Score) -> list[Fraction]:
    return sorted({time for note in score.notes for time in (note.onset, note.end)})


@once
def at(score: Score, voice: int, time: Fraction) -> Note | None:
    return next((note for note in score.voices[voice].notes if note.onset <= time < note.end), None)


@once
def chord(score: Score, time: Fraction) -> tuple[int, str] | None:
    heard = [note for voice in range(len(score.voices)) if (note := at(score, voice, time)) is not None]
    if len(heard) < 3:
        return None
    classes = {note.pitch % 12 for note in heard}
    found = []
    for root in classes:
        for name, above in CHORDS.items():
            if {(root + step) % 12 for step in above} == classes:
                found.append((root, name))
    if len(found) > 1:
        found = [one for one in found if one[0] == heard[-1].pitch % 12]
    return found[0] if found else None


@once
def beats(score: Score, start: Fraction, stop: Fraction) -> Fraction:
    total = Fraction(0)
    for bar in score.bars():
        inside = min(stop, bar.end) - max(start, bar.onset)
        total += max(inside, Fraction(0)) / bar.metre.beat_length
    return total


@once
def on_beat(score: Score, time: Fraction) -> bool:
    bar = next(bar for bar in score.bars() if bar.onset <= time < bar.end)
    return ((time - bar.first_beat) / bar.metre.beat_length).denominator == 1


@once
def held(score: Score, time: Fraction) -> bool:
    return any(note.fermata for voice in range(len(score.voices)) if (note := at(score, voice, time)) is not None)


@once
def closes(score: Score, before: Fraction, after: Fraction) -> bool:
    """Whether a phrase ends between two moments that follow each other."""
    return held(score, before) and not held(score, after)


def changes(score: Score) -> Iterator[tuple[Fraction, Fraction]]:
    """The moments that follow each other within a phrase, but the last one, at which nothing sounds any more."""
    times = moments(score)
    for before, after in pairwise(times[:-1]):
        if not closes(score, before, after):
            yield before, after


def pairs(score: Score) -> Iterator[tuple[int, int]]:
    for upper in range(len(score.voices)):
        for lower in range(upper + 1, len(score.voices)):
            yield upper, lower


def four(score: Score, before: Fraction, after: Fraction, upper: int, lower: int) -> list[int] | None:
    notes = [at(score, voice, time) for time in (before, after) for voice in (upper, lower)]
    return None if None in notes else [note.pitch for note in notes if note is not None]


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


def moves(score: Score, voice: int) -> Iterator[tuple[Note, Note]]:
    """Notes that follow each other in a voice without a rest, in one phrase."""
    notes = score.voices[voice].notes
    times = moments(score)
    for one, other in pairwise(notes):
        between = [time for time in times if one.onset <= time <= other.onset]
        ends = any(closes(score, a, b) for a, b in pairwise(between))
        if one.end == other.onset and not ends:
            yield one, other


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

"""Errors of part-writing planted in real music: one note is changed, and the plain twin of the checker confirms it.

A planter gets a chorale and one beat inside a phrase, and proposes changes of single notes that would break one rule.
A change is kept when `tests.analysis.plain_rules`, with the strict values of the rule, finds the fault with the change
and not without it, in the eight quarters on either side. What a planter aims at is a plain error of the size that the
set 'chorale' speaks of: a crossing of soprano and alto for a beat, not one of alto and tenor for an eighth. Two excuses
of textbooks count: a cross relation into a chord with a tritone, a tonic that another voice takes at the same height.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from musenb.analysis.check.rule_sets import rule_set
from musenb.analysis.check.rules import RULES
from musenb.score.key import Key, estimate_key
from musenb.score.note import Note, Score
from musenb.score.spelling import spell, split_spelling
from tests.analysis.plain_rules import (
    DOMINANTS,
    Places,
    at,
    beats,
    broken,
    chord,
    closes,
    held,
    moments,
    on_beat,
    semitones_of,
)

STRICT = {rule: {key: option.default for key, option in RULES[rule].options.items()} for rule in RULES}
# What the textbooks excuse is no error that could be planted.
STRICT["cross_relation"]["tritone_excuses"] = STRICT["unresolved_leading_note"]["transferred"] = True
RANGES = rule_set("chorale").rules["range"].values
VOICES = ("soprano", "alto", "tenor", "bass")
NEAR, TRIES = 8, 4000


@dataclass(frozen=True)
class Change:
    """One note of a score with another pitch: voice, number, and the note as it is then."""

    voice: int
    number: int
    note: Note

    def of(self, score: Score) -> Score:
        """Return the score with the change."""
        voice = score.voices[self.voice]
        notes = (*voice.notes[: self.number], self.note, *voice.notes[self.number + 1 :])
        voices = [*score.voices]
        voices[self.voice] = dataclasses.replace(voice, notes=notes)
        return dataclasses.replace(score, voices=tuple(voices))


@dataclass(frozen=True)
class Planted:
    """A score with an error: the rule, the quarter at which it is heard, the voices in it, the change."""

    score: Score
    rule: str
    onset: Fraction
    voices: frozenset[int]
    change: Change


class Piece:
    """A chorale, its key, and the moments at which something changes."""

    def __init__(self, score: Score) -> None:
        self.score, self.times = score, moments(score)
        stated, last, heard = score.key_at(Fraction(0)), score.voices[3].notes[-1].pitch % 12, estimate_key(score)
        unsure = stated is None or not stated.mode or (stated.tonic != last and heard.tonic == last)
        chosen = heard if unsure or stated is None else stated
        self.key = Key(chosen.tonic, chosen.mode == "minor")


@dataclass(frozen=True)
class Beat:
    """A beat inside a phrase at which all four voices sound, as they do before it."""

    score: Score
    key: Key
    time: Fraction
    before: Fraction

    @cached_property
    def was(self) -> list[Note]:
        """The notes before the beat."""
        return [note for voice in range(4) if (note := at(self.score, voice, self.before)) is not None]

    @cached_property
    def now(self) -> list[Note]:
        """The notes on the beat."""
        return [note for voice in range(4) if (note := at(self.score, voice, self.time)) is not None]

    def begins(self, voice: int) -> bool:
        """Whether a voice begins a note on the beat."""
        return self.now[voice].onset == self.time

    def long(self, note: Note, least: float = 1) -> bool:
        """Whether a note lasts so many beats from the beat on."""
        return beats(self.score, max(note.onset, self.time), note.end) >= least

    def changed(self, voice: int, pitch: int, spelling: str = "", *, before: bool = False) -> Iterator[Change]:
        """Yield the change of the note on the beat, or before it, where the voice can sing it."""
        old = (self.was if before else self.now)[voice]
        if pitch != old.pitch and 30 <= pitch <= 90:
            named = spelling or spell(pitch, self.key.signature)
            note = dataclasses.replace(old, pitch=pitch, spelling=named)
            yield Change(voice, self.score.voices[voice].notes.index(old), note)


Planter = Callable[[Beat], Iterator[Change]]


def _perfect(beat: Beat, gap: int, *, apart: bool) -> Iterator[Change]:
    """Lead two voices from a fifth or octave into another, together or against each other."""
    for upper in range(4):
        for lower in range(upper + 1, 4):
            size = beat.was[upper].pitch - beat.was[lower].pitch
            inner = upper > 0 and lower < 3
            if size % 12 != gap or (apart and (inner or held(beat.score, beat.time))):
                continue
            for voice, other, sign in ((upper, lower, 1), (lower, upper, -1)):
                move = beat.now[other].pitch - beat.was[other].pitch
                if not move or not beat.begins(voice):
                    continue
                for octaves in (-12, 12) if apart else (0,):
                    pitch = beat.now[other].pitch + sign * (size + octaves)
                    own = pitch - beat.was[voice].pitch
                    if (own * move < 0 if apart else own * move > 0) and abs(own) <= 9:
                        yield from beat.changed(voice, pitch)


def _fifths(beat: Beat) -> Iterator[Change]:
    return _perfect(beat, 7, apart=False)


def _octaves(beat: Beat) -> Iterator[Change]:
    return _perfect(beat, 0, apart=False)


def _contrary(beat: Beat) -> Iterator[Change]:
    yield from _perfect(beat, 7, apart=True)
    yield from _perfect(beat, 0, apart=True)


def _hidden(beat: Beat) -> Iterator[Change]:
    move = beat.now[3].pitch - beat.was[3].pitch
    for size in (12, 19, 24, 31):
        pitch = beat.now[3].pitch + size
        leap = pitch - beat.was[0].pitch
        if move and beat.begins(0) and leap * move > 0 and 2 < abs(leap) <= 9:
            yield from beat.changed(0, pitch)


def _crossing(beat: Beat) -> Iterator[Change]:
    for voice, other, sign in ((1, 0, 1), (0, 1, -1)):
        if beat.begins(voice) and all(beat.long(beat.now[one]) for one in (voice, other)):
            for step in (1, 2, 3, 4):
                yield from beat.changed(voice, beat.now[other].pitch + sign * step)


def _overlap(beat: Beat) -> Iterator[Change]:
    for voice, other, sign in ((1, 0, 1), (0, 1, -1)):
        for step in (3, 4, 5):
            pitch = beat.was[other].pitch + sign * step
            if beat.begins(voice) and sign * (beat.now[other].pitch - pitch) >= 0:
                yield from beat.changed(voice, pitch)


def _spacing(beat: Beat) -> Iterator[Change]:
    for voice, other, sign in ((0, 1, 1), (1, 0, -1), (1, 2, 1), (2, 1, -1)):
        if beat.begins(voice) and all(beat.long(beat.now[one]) for one in (voice, other)):
            for size in (20, 21, 22, 24):
                yield from beat.changed(voice, beat.now[other].pitch + sign * size)


def _range(beat: Beat) -> Iterator[Change]:
    for voice, name in enumerate(VOICES):
        low, high = map(semitones_of, RANGES[name])
        if beat.begins(voice):
            for step in (1, 2, 3):
                yield from beat.changed(voice, high + step)
                yield from beat.changed(voice, low - step)


def _leap(beat: Beat) -> Iterator[Change]:
    for voice in range(3):
        for step in (-14, -13, -11, -10, 10, 11, 13, 14):
            if beat.begins(voice):
                yield from beat.changed(voice, beat.was[voice].pitch + step)


def _augmented(beat: Beat, sizes: Sequence[tuple[int, int]]) -> Iterator[Change]:
    for voice in range(4):
        letter, _, octave = split_spelling(beat.was[voice].spelling)
        for steps, semitones in sizes:
            for sign in (1, -1):
                staff = 7 * octave + "CDEFGAB".index(letter) + sign * steps
                pitch = beat.was[voice].pitch + sign * semitones
                plain = 12 * (staff // 7 + 1) + (0, 2, 4, 5, 7, 9, 11)[staff % 7]
                if beat.begins(voice) and abs(pitch - plain) <= 1:
                    signs = {-1: "b", 0: "", 1: "#"}[pitch - plain]
                    yield from beat.changed(voice, pitch, f"{'CDEFGAB'[staff % 7]}{signs}{staff // 7}")


def _augmented_leap(beat: Beat) -> Iterator[Change]:
    return _augmented(beat, ((3, 6), (4, 8)))


def _augmented_second(beat: Beat) -> Iterator[Change]:
    return _augmented(beat, ((1, 3),))


def _near(pitch: int, pitch_class: int) -> list[int]:
    """The pitches of a class within a fifth of one."""
    return [other for other in range(pitch - 7, pitch + 8) if (other - pitch_class) % 12 == 0]


def _dominant(beat: Beat) -> bool:
    """Whether the key's dominant goes to its tonic over the beat."""
    one, two = chord(beat.score, beat.before), chord(beat.score, beat.time)
    if one is None or two is None or two[1] not in ("maj", "min") or two[0] != beat.key.tonic:
        return False
    return one[1] in DOMINANTS and (one[0] - two[0]) % 12 == 7


def _doubled_leading(beat: Beat) -> Iterator[Change]:
    leading = beat.key.tonic - 1
    for voice in range(4):
        note = beat.was[voice]
        if _dominant(beat) and (note.pitch - leading) % 12 and beats(beat.score, note.onset, note.end) >= 1:
            for pitch in _near(note.pitch, leading):
                yield from beat.changed(voice, pitch, before=True)


def _unresolved_leading(beat: Beat) -> Iterator[Change]:
    for voice in (0, 3):
        leading = (beat.was[voice].pitch - beat.key.tonic + 1) % 12 == 0
        long = beats(beat.score, beat.was[voice].onset, beat.was[voice].end) >= 1
        if _dominant(beat) and leading and long and beat.begins(voice):
            for step in (-4, 4, 5, -7, 8):
                yield from beat.changed(voice, beat.was[voice].pitch + step)


def _unresolved_seventh(beat: Beat) -> Iterator[Change]:
    one = chord(beat.score, beat.before)
    for voice in range(4):
        note = beat.was[voice]
        seventh = one is not None and one[1] in ("7", "m7") and (note.pitch - one[0]) % 12 == 10
        if seventh and beat.begins(voice) and beats(beat.score, note.onset, note.end) >= 1:
            for step in (1, 2, 3, -5, 5):
                yield from beat.changed(voice, note.pitch + step)


def _cross(beat: Beat) -> Iterator[Change]:
    for voice in range(4):
        for other in range(4):
            letter, alter, _ = split_spelling(beat.was[other].spelling)
            if other == voice or not beat.begins(voice):
                continue
            for new in {-1: (0,), 0: (-1, 1), 1: (0,)}.get(alter, ()):
                natural = (0, 2, 4, 5, 7, 9, 11)["CDEFGAB".index(letter)]
                for pitch in _near(beat.now[voice].pitch, natural + new):
                    octave = (pitch - natural - new) // 12 - 1
                    yield from beat.changed(voice, pitch, f"{letter}{ {-1: 'b', 0: '', 1: '#'}[new] }{octave}")


def _doubled_third(beat: Beat) -> Iterator[Change]:
    now = chord(beat.score, beat.time)
    if now is not None and now[1] == "maj" and (beat.now[3].pitch - now[0]) % 12 == 4:
        for voice in range(3):
            if beat.begins(voice) and all(beat.long(note) for note in beat.now):
                for pitch in _near(beat.now[voice].pitch, now[0] + 4):
                    yield from beat.changed(voice, pitch)


def _six_four(beat: Beat) -> Iterator[Change]:
    now = chord(beat.score, beat.time)
    if now is not None and now[1] in ("maj", "min") and beat.begins(3):
        for pitch in _near(beat.now[3].pitch, now[0] + 7):
            yield from beat.changed(3, pitch)


def _no_cadence(beat: Beat) -> Iterator[Change]:
    now = chord(beat.score, beat.time)
    if now is not None and now[1] in ("maj", "min") and held(beat.score, beat.time) and beat.begins(3):
        for above in (3, 4, 7):
            for pitch in _near(beat.now[3].pitch, now[0] + above):
                yield from beat.changed(3, pitch)


PLANTERS: dict[str, Planter] = {
    "parallel_fifths": _fifths, "parallel_octaves": _octaves, "contrary_parallels": _contrary,
    "hidden_parallels": _hidden, "crossing": _crossing, "overlap": _overlap, "spacing": _spacing, "range": _range,
    "wide_leap": _leap, "augmented_leap": _augmented_leap, "augmented_second": _augmented_second,
    "doubled_leading_note": _doubled_leading, "unresolved_leading_note": _unresolved_leading,
    "unresolved_seventh": _unresolved_seventh, "cross_relation": _cross, "doubled_third": _doubled_third,
    "six_four": _six_four, "missing_cadence": _no_cadence,
}  # fmt: skip


def planted(pieces: Sequence[Piece], rule: str, rng: random.Random) -> Planted | None:
    """Return a chorale with one error against a rule, None when many tries found none."""
    for _ in range(TRIES):
        beat = _some_beat(rng.choice(pieces), rng)
        changes = list(PLANTERS[rule](beat)) if beat is not None else []
        if beat is not None and changes:
            found = _confirmed(beat, rule, rng.choice(changes))
            if found is not None:
                return found
    return None


def _confirmed(beat: Beat, rule: str, change: Change) -> Planted | None:
    """Return the change as an error where the twin finds the fault on a beat, with the change and not without."""
    start, stop = max(Fraction(0), beat.time - NEAR), min(beat.score.end, beat.time + NEAR)
    key = (beat.key.tonic, beat.key.minor)
    wrong = change.of(beat.score)

    def places(score: Score) -> Places:
        found = broken(score.cut(start, stop), rule, STRICT[rule], key)
        return {(time + start, voices) for time, voices in found}

    new = [(time, voices) for time, voices in places(wrong) - places(beat.score) if change.voice in voices]
    new = [(time, voices) for time, voices in new if abs(time - beat.time) <= 1 and on_beat(wrong, time)]
    if not new:
        return None
    time, voices = min(new, key=lambda place: place[0])
    return Planted(wrong, rule, time, voices, change)


def _some_beat(piece: Piece, rng: random.Random) -> Beat | None:
    """Return a beat inside a phrase at which four voices sound, as before it; None when the one drawn is none."""
    place = rng.randrange(1, len(piece.times) - 1)
    before, time = piece.times[place - 1 : place + 1]
    if not on_beat(piece.score, time) or closes(piece.score, before, time):
        return None
    beat = Beat(piece.score, piece.key, time, before)
    return beat if len(beat.was) == len(beat.now) == 4 else None

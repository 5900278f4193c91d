"""Exercises of part-writing as data, made from four voices; `musenb.analysis.check.grading` checks the answers.

Three kinds
-----------
- *harmonise*: the soprano is given; the answer has four voices.
- *figured bass*: the bass is given with figures over its notes (chord symbols of the kind 'figures', which are engraved
  and saved); the answer has four voices.
- *find errors*: four voices with errors planted by changing single notes; the answer are the places.
"""

from __future__ import annotations

import dataclasses
import json
import random
from dataclasses import dataclass
from fractions import Fraction

from musenb.analysis.check.checker import check
from musenb.analysis.check.figures import figures_of
from musenb.analysis.check.marks import Mark
from musenb.analysis.check.rule_sets import SHIPPED
from musenb.analysis.check.texture import CHORALE
from musenb.errors import ScoreError, SettingError
from musenb.score.arguments import shown
from musenb.score.as_json import from_json, to_json
from musenb.score.key import Key
from musenb.score.marks import ChordSymbol
from musenb.score.note import Note, Score, Voice
from musenb.score.spelling import written_out

KINDS = ("harmonise", "figured bass", "find errors")
ASKED = {
    "harmonise": "Harmonise this melody in four voices.",
    "figured bass": "Realise this figured bass in four voices.",
    "find errors": "Find the errors of part-writing: give bar and beat of each.",
}
VERSION, MOST_ERRORS, PROPOSALS = 1, 8, 2_000
MOVES = (-7, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 7)


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Parameters
    ----------
    kind : {'harmonise', 'figured bass', 'find errors'}
    given : Score
        What the student gets.
    solution : Score or None
        One way to do it: the score that it was made from.
    rules : str
        A shipped rule set.

    Raises
    ------
    SettingError
        The kind or the rule set is unknown.
    """

    kind: str
    given: Score
    solution: Score | None = None
    rules: str = "chorale"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SettingError(f"exercise {shown(self.kind)} is none of {', '.join(map(repr, KINDS))}")
        if self.rules not in SHIPPED:
            raise SettingError(f"rules {shown(self.rules)} of an exercise are none of {', '.join(map(repr, SHIPPED))}")

    @property
    def ask(self) -> str:
        """What is asked, in a sentence."""
        return ASKED[self.kind]

    @property
    def errors(self) -> tuple[Mark, ...]:
        """The errors that are to be found; none in the other kinds."""
        if self.kind != "find errors" or self.solution is None:
            return ()
        before = {_key(mark) for mark in check(self.solution, self.rules)}
        return tuple(mark for mark in check(self.given, self.rules) if _key(mark) not in before)

    def to_json(self) -> str:
        """Return the exercise as JSON."""
        solution = None if self.solution is None else json.loads(to_json(self.solution))
        plain = {"version": VERSION, "kind": self.kind, "rules": self.rules, "solution": solution}
        return json.dumps(plain | {"given": json.loads(to_json(self.given))}, ensure_ascii=False)


def exercise_from_json(text: str | bytes) -> Exercise:
    """Return the exercise that `Exercise.to_json` wrote.

    Raises
    ------
    SettingError
        The text is none, or of another version.
    LoadError
        A score in it is damaged.
    """
    try:
        plain = json.loads(text)
        version, kind, rules = plain["version"], plain["kind"], plain["rules"]
        given, solution = plain["given"], plain["solution"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SettingError(f"an exercise is damaged: {error}") from None
    if version != VERSION:
        raise SettingError(f"an exercise of version {shown(version)}; this release reads {VERSION}")
    whole = None if solution is None else from_json(json.dumps(solution))
    return Exercise(kind, from_json(json.dumps(given)), whole, rules)


def melody_to_harmonise(score: Score, *, rules: str = "chorale") -> Exercise:
    """Return the exercise to harmonise the soprano of four voices.

    Raises
    ------
    ScoreError
        The score has other voices than soprano, alto, tenor and bass.
    """
    four = four_voices(score)
    return Exercise("harmonise", _alone(four, "soprano"), four, rules)


def bass_to_realise(score: Score, *, rules: str = "chorale") -> Exercise:
    """Return the exercise to realise the bass of four voices, with figures for what stands above each of its notes.

    Raises
    ------
    ScoreError
        The score has other voices than soprano, alto, tenor and bass.
    """
    four = written_out(four_voices(score))
    figures = []
    for note in voice_named(four, "bass").notes:
        others = above(four, note)
        text = figures_of(note, others, four.key_at(note.onset)) if others else ""
        if text and not passes(four, note):
            figures.append(ChordSymbol(note.onset, text, "figures"))
    return Exercise("figured bass", dataclasses.replace(_alone(four, "bass"), chords=tuple(figures)), four, rules)


def errors_to_find(score: Score, count: int = 3, *, seed: int = 0, rules: str = "chorale") -> Exercise:
    """Return four voices with planted errors: single notes are changed so that each makes one mark, of another rule.

    Parameters
    ----------
    score : Score
    count : int
        Errors, 1..8.
    seed : int
    rules : str
        A shipped rule set; its hints are not planted.

    Raises
    ------
    SettingError
        `count` is outside 1..8, or so many errors found no place.
    ScoreError
        The score has other voices than soprano, alto, tenor and bass.
    """
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_ERRORS:
        raise SettingError(f"count {shown(count)} of errors is outside 1..{MOST_ERRORS}")
    four, rng = four_voices(score), random.Random(seed)
    wrong, marks = four, {_key(mark) for mark in check(four, rules)}
    planted: list[str] = []
    for _ in range(PROPOSALS):
        if len(planted) == count:
            return Exercise("find errors", wrong, four, rules)
        changed = _one_note_changed(wrong, rng)
        found = {_key(mark): mark for mark in check(changed, rules)}
        new = [mark for key, mark in found.items() if key not in marks]
        if len(new) == 1 and marks <= found.keys() and new[0].severity != "hint" and new[0].rule not in planted:
            wrong, marks = changed, set(found)
            planted.append(new[0].rule)
    what = score.title or score.source or "the score"
    raise SettingError(f"{count} errors found no place in {what!r}; ask for fewer")


def passes(score: Score, note: Note) -> bool:
    """Return whether a note is shorter than a beat and begins between two: without figures it may carry anything."""
    bar = next(bar for bar in score.bars() if bar.onset <= note.onset < bar.end)
    between = ((note.onset - bar.first_beat) / bar.metre.beat_length).denominator != 1
    return between and note.duration < bar.metre.beat_length


def _one_note_changed(score: Score, rng: random.Random) -> Score:
    place = rng.randrange(len(score.voices))
    voice = score.voices[place]
    number = rng.randrange(len(voice.notes))
    old = voice.notes[number]
    key = score.key_at(old.onset)
    scale = Key(key.tonic, key.mode == "minor").scale if key else range(12)
    pitches = [pitch for move in MOVES if (pitch := old.pitch + move) % 12 in scale and 0 <= pitch <= 127]
    pitch = rng.choice(pitches)
    new = dataclasses.replace(old, pitch=pitch, spelling="")
    voices = list(score.voices)
    voices[place] = Voice(voice.name, (*voice.notes[:number], new, *voice.notes[number + 1 :]))
    return written_out(dataclasses.replace(score, voices=tuple(voices)))


def _key(mark: Mark) -> tuple[str, Fraction, tuple[str, ...]]:
    return mark.rule, mark.onset, mark.voices


def above(score: Score, bass: Note) -> list[Note]:
    """Return what sounds in the other voices when a bass note begins."""
    others = [voice for voice in score.voices if voice.name.lower() != "bass"]
    return [note for voice in others for note in voice.notes if note.onset <= bass.onset < note.end]


def four_voices(score: Score) -> Score:
    """Return a score with its voices from soprano to bass.

    Raises
    ------
    ScoreError
        It has others, or one of the four has no notes.
    """
    names = sorted(voice.name.strip().lower() for voice in score.voices)
    if names != sorted(CHORALE):
        given = ", ".join(voice.name or "no name" for voice in score.voices) or "none"
        raise ScoreError(f"an exercise needs the voices {', '.join(CHORALE)}; the score has {given}")
    ordered = sorted(score.voices, key=lambda voice: CHORALE.index(voice.name.strip().lower()))
    empty = [voice.name for voice in ordered if not voice.notes]
    if empty:
        raise ScoreError(f"an exercise needs four voices that sing; {' and '.join(empty)} has no notes")
    return dataclasses.replace(score, voices=tuple(ordered))


def voice_named(score: Score, name: str) -> Voice:
    """Return the voice of a name; an empty one where there is none."""
    return next((voice for voice in score.voices if voice.name.strip().lower() == name), Voice(name))


def _alone(score: Score, name: str) -> Score:
    return dataclasses.replace(score, voices=(voice_named(score, name),), chords=())

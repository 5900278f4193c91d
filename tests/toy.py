"""A toy idiom for tests: one voice, a letter a quarter, a full stop for silence. Nothing in the package knows it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from musenb.errors import SettingError
from musenb.score.note import GIVEN, Note, Origin, Score, Voice
from musenb.score.spelling import spell_score
from musenb.tokens.idiom import Close, Keep, NoteEvent, Prepared, Shape, Wishes
from musenb.tokens.piece import Choice, Choices, NotePlace
from musenb.tokens.row import Row, row_of

LETTERS = "cdefgab."
PITCHES = (60, 62, 64, 65, 67, 69, 71)
SILENT, OPEN, BAR = len(PITCHES), -1, 4


@dataclass(frozen=True)
class LetterPlan:
    """Letters by number, OPEN where one is to be written."""

    score: Score
    letters: np.ndarray

    @property
    def first(self) -> int:
        """Letters at the beginning that are all given."""
        return len(self.letters) if (self.letters != OPEN).all() else int((self.letters == OPEN).argmax())

    @property
    def length(self) -> int:
        """Letters in all."""
        return len(self.letters)

    @property
    def end(self) -> Fraction:
        """Quarters in all."""
        return Fraction(self.length)


class LetterWriter:
    """Letters as they arrive."""

    boundary = True

    def __init__(self, plan: LetterPlan, origin: Origin) -> None:
        self.plan, self.origin = plan, origin
        self.tokens = np.zeros(0, np.int64)

    @property
    def position(self) -> int:
        return len(self.tokens)

    @property
    def done(self) -> bool:
        return self.position == self.plan.length

    def row(self, first: int) -> Row:
        return row(np.append(self.tokens, SILENT)).crop(first, self.position + 1)

    def given(self) -> int | None:
        letter = int(self.plan.letters[self.position])
        return None if letter == OPEN else letter

    def allowed(self, *, rules: bool = True) -> np.ndarray:
        return np.arange(len(LETTERS)) != (SILENT if rules else OPEN)

    def prices(self) -> np.ndarray | None:
        """A letter that is repeated costs a nat."""
        if not self.position:
            return None
        return (np.arange(len(LETTERS)) == self.tokens[-1]).astype(float)

    def segment(self) -> int:
        """A bar, as a phrase."""
        return min(self.position // BAR * BAR + BAR, self.plan.length)

    def grade(self, first: int) -> float:
        """Silence costs two nats."""
        return 2.0 * float((self.tokens[first:] == SILENT).sum())

    def copy(self) -> LetterWriter:
        other = LetterWriter(self.plan, self.origin)
        other.tokens = self.tokens
        return other

    def take(self, token: int) -> tuple[NoteEvent, ...]:
        onset, generated = Fraction(self.position), self.plan.letters[self.position] == OPEN
        self.tokens = np.append(self.tokens, token)
        if not generated or token == SILENT:
            return ()
        note = Note(onset, Fraction(1), PITCHES[token], origin=self.origin)
        return NoteEvent("begin", "tune", onset, note.pitch), NoteEvent("end", "tune", onset, note.pitch, note)

    def score(self) -> Score:
        return LetterPiece(self.plan.score, self.plan, self.tokens).continued(self.tokens, self.origin).score


@dataclass(frozen=True)
class LetterPiece:
    """Letters for questions."""

    score: Score
    plan: LetterPlan
    tokens: np.ndarray
    kept: int = 0

    voices = ("tune",)
    pitches = range(PITCHES[0], PITCHES[-1] + 1)

    @property
    def notes(self) -> tuple[NotePlace, ...]:
        named = spell_score(self.score).voices[0].notes
        return tuple(
            NotePlace(f"v0n{n}", note, 0, "tune", int(note.onset), 1 + int(note.onset) // BAR)
            for n, note in enumerate(named)
        )

    @property
    def token_notes(self) -> np.ndarray:
        numbers = np.cumsum(self.tokens != SILENT) - 1
        return np.where(self.tokens == SILENT, -1, numbers)

    @property
    def token_bars(self) -> np.ndarray:
        return 1 + np.arange(len(self.tokens)) // BAR

    def given(self, note: NotePlace) -> bool:
        return bool(self.plan.letters[note.position] != OPEN)

    def row(self, behind: Sequence[int] | None = None) -> Row:
        return row(self.tokens if behind is None else np.concatenate([self.tokens, np.array(behind, int), [SILENT]]))

    def moment(self, note: NotePlace | None = None) -> Sequence[int]:
        first = len(self.tokens) if note is None else note.position
        if first >= self.plan.length:
            raise SettingError("nothing was planned behind the last letter")
        return range(first, first + 1)

    def choices(self, logits: np.ndarray, position: int, *, rules: bool = False) -> Choices:
        scores = np.exp(logits - np.max(logits)) * (np.arange(len(LETTERS)) != (SILENT if rules else OPEN))
        likely = scores / scores.sum()

        def choice(token: int) -> Choice:
            if token == SILENT:
                return Choice("silence", float(likely[token]), None, "rest", token)
            return Choice(LETTERS[token], float(likely[token]), PITCHES[token], "begin", token)

        found = tuple(choice(int(token)) for token in np.argsort(-likely, kind="stable") if likely[token] > 0)
        entropy = -float(sum(one.probability * np.log2(one.probability) for one in found))
        taken = choice(int(self.tokens[position])) if position < len(self.tokens) else None
        return Choices("tune", found, entropy, taken)

    def edited(self, pitches: Mapping[int, int | None]) -> LetterPiece:
        tokens, letters = self.tokens.copy(), self.plan.letters.copy()
        for number, pitch in pitches.items():
            at = self.notes[number].position
            tokens[at] = letter_of(pitch)
            letters[at] = tokens[at] if letters[at] != OPEN else OPEN
        return LetterPiece(score_of(tokens, self.score), LetterPlan(self.score, letters), tokens)

    def within(self, extent: int) -> LetterPlan:
        return LetterPlan(self.score, self.plan.letters[: self.plan.first + extent * BAR])

    def continued(self, tokens: np.ndarray, origin: Origin) -> LetterPiece:
        given = self.plan.letters[: len(tokens)]
        mixed = np.where(given == OPEN, tokens, given)
        generated = (given == OPEN) & (np.arange(len(tokens)) >= self.kept)
        score = score_of(mixed, self.score, [origin if one else GIVEN for one in generated])
        return LetterPiece(score, self.plan, mixed)

    def forked(self, position: int, pitch: int) -> LetterPiece:
        letters = np.where(np.arange(len(self.tokens)) < position, self.tokens, OPEN)
        tokens = np.append(self.tokens[:position], letter_of(pitch))
        return LetterPiece(self.score, LetterPlan(self.score, letters), tokens, position + 1)


class Letters:
    """The idiom; see `musenb.tokens.idiom.Idiom`."""

    name, unit, most, voices = "letters", "bars", 64, ("tune",)
    shape = Shape(len(LETTERS), len(LETTERS), (BAR,), ())

    def prepare(self, score: Score, wishes: Wishes) -> Prepared:
        letters_of(score)
        named = dataclasses.replace(score.voices[0], name="tune")
        return Prepared(dataclasses.replace(score.transpose(wishes.transpose), voices=(named,)))

    def plan(
        self, score: Score, *, extent: int, start: Fraction | None = None, keep: Keep | None = None,
        reach: int | None = None, close: Close | None = None,
    ) -> LetterPlan:
        if not 1 <= extent <= self.most:
            raise SettingError(f"bars {extent} is outside 1..{self.most}")
        letters = letters_of(score)
        first = len(letters) if start is None else int(start)
        kept = np.isin(np.arange(len(letters)) // BAR + 1, (keep or Keep()).bars)
        kept |= np.arange(len(letters)) < first
        length = max(first + extent * BAR, *(np.flatnonzero(kept) + 1), 0)
        planned = np.full(length, OPEN)
        planned[: len(letters)] = np.where(kept, letters, OPEN)[:length]
        return LetterPlan(score, planned)

    def writer(self, plan: LetterPlan, origin: Origin) -> LetterWriter:
        return LetterWriter(plan, origin)

    def piece(
        self, score: Score, *, plan: LetterPlan | None = None, given: int | None = None, extent: int = 4,
        voices: Sequence[str] | None = None,
    ) -> LetterPiece:
        letters = letters_of(score)
        kept = np.arange(len(letters)) < BAR * (given or 1)
        return LetterPiece(score, plan or LetterPlan(score, np.where(kept, letters, OPEN)), letters)


def row(tokens: np.ndarray) -> Row:
    """Return what a model reads of letters: beside each, its place in the bar."""
    places = (np.arange(len(tokens)) % BAR)[:, None]
    return row_of(tokens, places, np.zeros((len(tokens), 0), np.int64), begin=len(LETTERS))


def letter_of(pitch: int | None) -> int:
    """Return the number of a pitch's letter."""
    if pitch is not None and pitch not in PITCHES:
        raise SettingError(f"there is no letter for pitch {pitch}")
    return SILENT if pitch is None else PITCHES.index(pitch)


def letters_of(score: Score) -> np.ndarray:
    """Return the letters of a tune in quarters."""
    letters = np.full(int(score.end), SILENT)
    for note in score.notes:
        letters[int(note.onset)] = letter_of(note.pitch)
    return letters


def score_of(letters: np.ndarray, template: Score, origins: Sequence[Origin] = ()) -> Score:
    """Return letters as a score."""
    notes = tuple(
        Note(Fraction(at), Fraction(1), PITCHES[letter], origin=origins[at] if len(origins) else GIVEN)
        for at, letter in enumerate(letters) if letter != SILENT
    )
    return dataclasses.replace(template, voices=(Voice("tune", notes),))

"""Incremental grid encoder: notes begin and end as cells arrive."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import numpy as np

from musenb.score.note import Note, Origin, Score
from musenb.tokens.chorale.grade import TWO_BEATS, Stretch, grade
from musenb.tokens.chorale.grid import (
    FERMATA,
    HOLD,
    KEY,
    LONGEST_PHRASE,
    LOWEST,
    MODE,
    MODES,
    NO_KEY,
    NO_PHRASE_KNOWN,
    PHRASE,
    STEP,
    UNKNOWN,
    VOICE_COUNT,
    VOICES,
    has_fermata,
    sounding,
)
from musenb.tokens.chorale.plan import Plan
from musenb.tokens.chorale.prices import Tonality, prices_at
from musenb.tokens.chorale.reader import Change, GridReader, Sounding
from musenb.tokens.chorale.rows import ColumnRows, RowsOf
from musenb.tokens.chorale.rules import SILENT, Place, allowed_tokens, rules_at
from musenb.tokens.chorale.segments import segment_ends
from musenb.tokens.chorale.surroundings import Surroundings
from musenb.tokens.idiom import NoteEvent
from musenb.tokens.row import Row


class GridWriter:
    """A planned piece while its cells are written, in raster order; see `musenb.tokens.idiom.Writer`.

    Parameters
    ----------
    plan : Plan
    origin : Origin
        Given to every generated note.
    rows : callable
        Of the plan: what a model reads.
    """

    def __init__(self, plan: Plan, origin: Origin, rows: RowsOf = ColumnRows) -> None:
        self.plan, self.origin = plan, origin
        self._given = plan.grid.cells.ravel()
        self._rows = rows(plan)
        self._around = Surroundings(plan.grid)
        self._ends = segment_ends(plan.grid)
        self._cells = np.full(plan.length, UNKNOWN)
        self._reader = GridReader()
        self._looked_up: tuple[int, Place] | None = None

    @property
    def position(self) -> int:
        """Cells written so far."""
        return self._reader.position

    @property
    def done(self) -> bool:
        """True when every cell is written."""
        return self.position == len(self._cells)

    @property
    def boundary(self) -> bool:
        """True between two steps."""
        return self.position % VOICE_COUNT == 0

    @property
    def tokens(self) -> np.ndarray:
        """The cells written so far, int64 (position,)."""
        return self._cells[: self.position]

    def row(self, first: int) -> Row:
        """Return what a model reads at positions `first` to `position`."""
        if first == self.position > 0:
            # One position alone: what the reader knows, without going through the piece.
            return self._rows.next(int(self.tokens[-1]), self._reader)
        return self._rows.row(self.tokens, first)

    def given(self) -> int | None:
        """Return the next cell where the plan gives it."""
        cell = int(self._given[self.position])
        return None if cell == UNKNOWN else cell

    def allowed(self, *, rules: bool = True) -> np.ndarray:
        """Return the tokens that may stand in the next cell, bool (V,)."""
        return allowed_tokens(self.place, (*rules_at(self.place), self.plan.wish) if rules else ())

    def prices(self) -> np.ndarray | None:
        """Return what each token costs in the next cell, in nats, float (V,); None where nothing does."""
        step = self.position // VOICE_COUNT
        return prices_at(self.place, tonality(self.plan.grid.frame.columns[step]))

    def segment(self) -> int:
        """Return the position at which the phrase, or the gap, ends that the next cell lies in."""
        step = self.position // VOICE_COUNT
        return int(self._ends[np.searchsorted(self._ends, step, "right")]) * VOICE_COUNT

    def grade(self, first: int) -> float:
        """Return the faults that the whole steps from position `first` on have as a whole, in nats."""
        return grade(self.stretch(first))

    def stretch(self, first: int) -> Stretch:
        """Return the whole steps from position `first` on, and two beats before, as they are graded."""
        begin, stop = first // VOICE_COUNT, self.position // VOICE_COUNT
        start = max(begin - TWO_BEATS, 0)
        columns = self.plan.grid.frame.columns[start:stop]
        sounds = sounding(self._cells[: stop * VOICE_COUNT].reshape(-1, VOICE_COUNT))[start:]
        return Stretch(
            pitches=np.where((sounds == HOLD) | (sounds == UNKNOWN), SILENT, sounds + LOWEST),
            first=begin - start,
            given=self._around.given[start:stop],
            beats=columns[:, 1] == 0,
            closes=columns[:, FERMATA - 1] == 1,
            ends=stop == len(self.plan.grid.cells) and LONGEST_PHRASE <= columns[-1, PHRASE - 1] < NO_PHRASE_KNOWN,
            key=tonality(columns[-1]),
        )

    def copy(self) -> GridWriter:
        """Return a writer that goes its own way from here."""
        other = copy.copy(self)
        other._cells = self._cells.copy()
        return other

    def take(self, token: int) -> tuple[NoteEvent, ...]:
        """Write the next cell; return the events of generated notes. With the last cell, everything that sounds ends.

        Raises
        ------
        TokenError
            The cell is outside the vocabulary, or HOLD where nothing sounds.
        """
        self._cells[self.position] = token
        after, change = self._reader.after(token)
        events = tuple(self._events(change, after))
        # The piece grows by this assignment alone, so that an interrupt leaves it whole.
        self._reader = after
        return events

    def notes(self) -> dict[str, list[Note]]:
        """Return the generated notes of each voice in the whole steps written so far; those that sound end there."""
        reader, end = GridReader(), self.position // VOICE_COUNT
        voices: dict[str, list[Note]] = {name: [] for name in VOICES}
        for place in range(end * VOICE_COUNT):
            change = reader.read(int(self._cells[place]))
            if change.ended is not None and self._generated(change.voice, change.ended):
                voices[VOICES[change.voice]].append(self._note(change.ended, place // VOICE_COUNT))
        for voice, note in enumerate(reader.singing):
            if note is not None and self._generated(voice, note):
                voices[VOICES[voice]].append(self._note(note, end))
        return voices

    def score(self) -> Score:
        """Return the piece as far as whole steps of it are written."""
        return self.plan.score(self.notes())

    @property
    def place(self) -> Place:
        """The place of the next cell, looked up once."""
        if self._looked_up is None or self._looked_up[0] != self.position:
            self._looked_up = self.position, self._around.place(self._reader)
        return self._looked_up[1]

    def _events(self, change: Change, after: GridReader) -> Iterator[NoteEvent]:
        step, last = self.position // VOICE_COUNT, after.position == len(self._cells)
        if change.ended is not None and self._generated(change.voice, change.ended):
            yield self._end(change.voice, change.ended, step)
        if change.begun is not None and self._generated(change.voice, change.begun):
            onset = change.begun.onset * STEP + self.plan.offset
            yield NoteEvent("begin", VOICES[change.voice], onset, change.begun.pitch + LOWEST)
        for voice, note in enumerate(after.singing if last else ()):
            if note is not None and self._generated(voice, note):
                yield self._end(voice, note, step + 1)

    def _end(self, voice: int, sounding: Sounding, end: int) -> NoteEvent:
        note = self._note(sounding, end)
        return NoteEvent("end", VOICES[voice], note.onset, note.pitch, note)

    def _generated(self, voice: int, note: Sounding) -> bool:
        return self.plan.writes(note.onset, voice)

    def _note(self, note: Sounding, end: int) -> Note:
        fermata = has_fermata(self.plan.grid.frame.columns, end)
        onset = note.onset * STEP
        duration = end * STEP - onset
        pitch = note.pitch + LOWEST
        return Note(onset + self.plan.offset, duration, pitch, fermata=fermata, origin=self.origin)


def tonality(columns: np.ndarray) -> Tonality:
    """Return the key that the frame columns (7,) of a step tell."""
    fifths, mode = int(columns[KEY - 1]), MODES[int(columns[MODE - 1])]
    if fifths == NO_KEY or not mode:
        return Tonality(None)
    minor = mode == "minor"
    return Tonality((7 * (fifths - 7) + (9 if minor else 0)) % 12, minor)

"""Cells and notes as they are sampled: seeded, cancellable, and resumable to the same result.

The number drawn for a cell depends on the seed and the cell's place alone, and cells are always computed by the same
calls in the same order, so a piece that was stopped anywhere and taken up again is the piece that an uninterrupted run
gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from musenb.errors import ModelError
from musenb.sample.policy import Draws, Policy, choose, probabilities
from musenb.score.note import Note, Origin
from musenb.tokens.chorale.grid import (
    FIRST_HELD,
    HOLD,
    LOWEST,
    REST,
    STEP,
    UNKNOWN,
    VOICE_COUNT,
    VOICES,
    attributes_of,
    has_fermata,
    inputs_of,
)
from musenb.tokens.chorale.plan import Plan
from musenb.tokens.chorale.reader import Change, GridReader, Sounding
from musenb.tokens.chorale.rules import Constraint, Place, allowed_words


class CellModel(Protocol):
    """What the sampler needs of a decoder: a cache, and logits (B, n, V) for n more positions."""

    config: Any

    def start(self, rows: int) -> Any:
        """Return an empty cache."""

    def extend(self, cache: Any, before: np.ndarray, features: np.ndarray, related: np.ndarray) -> np.ndarray:
        """Append positions and return their logits."""


@dataclass(frozen=True, slots=True)
class NoteEvent:
    """A generated note beginning, or ending.

    Parameters
    ----------
    kind : str
        'begin' or 'end'.
    voice : str
        'soprano', 'alto', 'tenor' or 'bass'.
    onset : Fraction
        Quarters from the beginning of the piece.
    pitch : int
        MIDI number.
    note : Note or None
        The whole note, once it has ended.
    """

    kind: str
    voice: str
    onset: Fraction
    pitch: int
    note: Note | None = None


@dataclass
class Sampling:
    """One piece being written. Iterate over it for its note events; iterate again to go on after a stop.

    Parameters
    ----------
    model : CellModel
    plan : Plan
    seed : int
        0..2**63 - 1.
    policy : Policy
    wishes : sequence of Constraint
        Rules that hold wherever they leave a choice.
    origin : Origin
        Given to every generated note.
    written : int64 array
        Cells of an earlier run of the same recipe, in raster order; they are replayed, not drawn.

    Raises
    ------
    ModelError
        The given beginning does not fit the model's context.
    """

    model: CellModel
    plan: Plan
    seed: int
    policy: Policy = field(default_factory=Policy)
    wishes: Sequence[Constraint] = ()
    origin: Origin = field(default_factory=lambda: Origin(model="unnamed"))
    written: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        context = self.model.config.context
        if self.plan.first * VOICE_COUNT >= context:
            raise ModelError(
                f"the prime has {self.plan.first * VOICE_COUNT} cells, more than fit before the first new one in the "
                f"model's context of {context} ({context // VOICE_COUNT * STEP} quarters); hand over fewer of its bars"
            )
        self.given = self.plan.grid.cells.ravel()
        self.cells = np.full(self.given.size, UNKNOWN)
        self.position = 0
        self.reader = GridReader()
        self._draws = Draws(self.seed)
        self._feed = Feed(self.model, self.plan.features)
        self._untold: list[NoteEvent] = []

    @property
    def done(self) -> bool:
        """True when every cell is written."""
        return self.position == len(self.cells)

    def events(self, stop: Callable[[], bool] = lambda: False) -> Iterator[NoteEvent]:
        """Write on and yield the events of generated notes, to the end or until `stop` is true.

        `stop` is asked before each cell. Each event is handed out once, whenever the iteration is left and begun anew.
        """
        while True:
            while self._untold:
                event, self._untold = self._untold[0], self._untold[1:]
                yield event
            if self.done or stop():
                return
            self._write()

    def __iter__(self) -> Iterator[NoteEvent]:
        return self.events()

    def run(self, stop: Callable[[], bool] = lambda: False) -> Sampling:
        """Write on to the end, or until `stop` is true; return the sampling."""
        for _ in self.events(stop):
            pass
        return self

    def notes(self) -> dict[str, list[Note]]:
        """Return the generated notes of each voice in the whole steps written so far.

        Notes that sound when writing stopped end there.
        """
        reader, end = GridReader(), self.position // VOICE_COUNT
        voices: dict[str, list[Note]] = {name: [] for name in VOICES}
        for place in range(end * VOICE_COUNT):
            change = reader.read(int(self.cells[place]))
            if change.ended is not None and self._generated(change.voice, change.ended):
                voices[VOICES[change.voice]].append(self._note(change.ended, place // VOICE_COUNT))
        for voice, note in enumerate(reader.singing):
            if note is not None and self._generated(voice, note):
                voices[VOICES[voice]].append(self._note(note, end))
        return voices

    def _write(self) -> None:
        """Write one cell. The piece grows by the last assignments alone, so that an interrupt leaves it whole."""
        place = self.position
        if self.reader.position != place:
            self.reader = replayed(self.cells[:place])
        cell = int(self.given[place])
        if place >= self.plan.first * VOICE_COUNT:
            logits = self._feed.logits(self.cells[:place], self.reader)
            if cell == UNKNOWN:
                cell = int(self.written[place]) if place < len(self.written) else self._draw(logits, place)
        told = [*self._untold, *self._changed(self.reader.read(cell), place)]
        self.cells[place] = cell
        self.position, self._untold = place + 1, told

    def _changed(self, change: Change, place: int) -> Iterator[NoteEvent]:
        """Yield the events of the cell at `place`; with the last cell, everything that sounds ends."""
        step, last = place // VOICE_COUNT, place + 1 == len(self.cells)
        if change.ended is not None and self._generated(change.voice, change.ended):
            yield self._end(change.voice, change.ended, step)
        if change.begun is not None and self._generated(change.voice, change.begun):
            yield NoteEvent("begin", VOICES[change.voice], change.begun.onset * STEP, change.begun.pitch + LOWEST)
        for voice, note in enumerate(self.reader.singing if last else ()):
            if note is not None and self._generated(voice, note):
                yield self._end(voice, note, step + 1)

    def _end(self, voice: int, sounding: Sounding, end: int) -> NoteEvent:
        note = self._note(sounding, end)
        return NoteEvent("end", VOICES[voice], note.onset, note.pitch, note)

    def _draw(self, logits: np.ndarray, place: int) -> int:
        step, voice = divmod(place, VOICE_COUNT)
        after_given = step > 0 and self.given[place - VOICE_COUNT] != UNKNOWN
        here = Place(step, voice, self.reader.before, self.reader.now, after_given)
        return choose(probabilities(logits, self.policy, allowed_words(here, self.wishes)), self._draws.at(place))

    def _generated(self, voice: int, note: Sounding) -> bool:
        return self.plan.grid.cells[note.onset, voice] == UNKNOWN

    def _note(self, note: Sounding, end: int) -> Note:
        fermata, onset = has_fermata(self.plan.grid.frame.columns, end), note.onset * STEP
        return Note(onset, end * STEP - onset, note.pitch + LOWEST, fermata=fermata, origin=self.origin)


class Feed:
    """Brings the model's cache to where the writing is.

    The given beginning goes in one pass, then cell by cell. When the context is full, the last half of it is read
    afresh.

    Parameters
    ----------
    model : CellModel
    features : int64 (L, F)
        Features of all cells to come.
    """

    def __init__(self, model: CellModel, features: np.ndarray) -> None:
        self.model, self.features = model, features
        self.cache, self.start = model.start(1), 0
        self.passed = 0  # the place before which cells were read in one pass

    def logits(self, cells: np.ndarray, reader: GridReader) -> np.ndarray:
        """Return the logits (V,) of the cell that follows `cells` (L,), which `reader` has read."""
        place, context = len(cells), self.model.config.context
        if self.start + self.cache.length > place:
            # After an interrupt; what was read in one pass is read so again, for the same numbers to the last bit.
            self.cache.rewind(0 if place == self.passed else place - self.start)
        if self.cache.length == context:
            self.cache, self.start = self.model.start(1), place - context // 2
        first = self.start + self.cache.length
        if first == place > 0:
            step, voice = divmod(place - 1, VOICE_COUNT)
            pitch = reader.pitch(voice)
            tokens = np.array([FIRST_HELD + pitch if cells[-1] == HOLD else cells[-1]])
            related = np.array([[pitch, step]])
        else:
            self.passed = place
            tokens, related = row_before(cells, first, self.model.config.begin)
        features, related = self.features[None, first : place + 1], related[None, :, : len(self.model.config.relations)]
        return self.model.extend(self.cache, tokens[None], features, related)[0, -1]


def row_before(cells: np.ndarray, first: int, begin: int) -> tuple[np.ndarray, np.ndarray]:
    """Return input words (n,) and attributes (n, 2) that stand before positions first..len(cells)."""
    steps = -(-len(cells) // VOICE_COUNT)
    grid = np.full(steps * VOICE_COUNT, REST)
    grid[: len(cells)] = cells
    table = grid.reshape(-1, VOICE_COUNT)
    tokens = np.append(begin, inputs_of(table))[first : len(cells) + 1]
    related = np.vstack([np.full((1, 2), -1), attributes_of(table)])[first : len(cells) + 1]
    return tokens, related


def replayed(cells: np.ndarray) -> GridReader:
    """Return the reader after cells (L,)."""
    reader = GridReader()
    for cell in cells:
        reader.read(int(cell))
    return reader

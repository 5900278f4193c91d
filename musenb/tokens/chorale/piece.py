"""Chorale piece on the four-voice grid: the cells and notes of a score or take, for questions.

Tokens are cells in raster order, step by step and voice by voice. What a note was "chosen" by is the position that
predicts the cell in which it begins.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from musenb.errors import SettingError
from musenb.score.note import KeySignature, Note, Origin, Score, Voice
from musenb.score.repitched import with_pitches
from musenb.score.spelling import keys_of, spell_score
from musenb.tokens.chorale.choices import cell_choices
from musenb.tokens.chorale.grid import (
    HIGHEST,
    HOLD,
    LOWEST,
    REST,
    STEP,
    UNKNOWN,
    VOICE_COUNT,
    VOICES,
    Frame,
    Grid,
    assign_voices,
    check_cells,
    decode,
    sounding,
)
from musenb.tokens.chorale.plan import Plan
from musenb.tokens.chorale.rows import ColumnRows, Rows, RowsOf, whole_row
from musenb.tokens.chorale.rules import Place, allowed_tokens
from musenb.tokens.chorale.tonal import tells_end
from musenb.tokens.piece import Choices, NotePlace
from musenb.tokens.row import Row
from musenb.tokens.voice_ranges import VOICE_RANGES

NO_NOTE = -1


@dataclass(frozen=True)
class GridPiece:
    """A score in the grid; see `musenb.tokens.piece.Piece`.

    Parameters
    ----------
    score : Score
    plan : Plan
        What was given, and the frame of all that may be written.
    tokens : int64 (L,)
        Cells in raster order.
    names : tuple of str
        Which chorale voice each sounding voice of the score is.
    kept : int
        Tokens that stay although the plan leaves them open.
    rows : callable
        Of a plan: what a model reads.
    """

    score: Score
    plan: Plan
    tokens: np.ndarray
    names: tuple[str, ...]
    kept: int = 0
    rows: RowsOf = ColumnRows

    voices: ClassVar = VOICES
    pitches: ClassVar = range(LOWEST, HIGHEST + 1)
    ranges: ClassVar = dict(zip(VOICES, VOICE_RANGES, strict=True))

    @cached_property
    def cells(self) -> np.ndarray:
        """The tokens as int64 (T, 4); a step that is not whole is filled up with rests."""
        steps = -(-len(self.tokens) // VOICE_COUNT)
        cells = np.full(steps * VOICE_COUNT, REST)
        cells[: len(self.tokens)] = self.tokens
        return cells.reshape(-1, VOICE_COUNT)

    # Notes

    @cached_property
    def notes(self) -> tuple[NotePlace, ...]:
        """All notes, in the order of `score.notes`."""
        voices = [number for number, voice in enumerate(self.score.voices) if voice.notes]
        bars, named = list(self.score.bars()), spell_score(self.score)
        found = []
        for number, name in zip(voices, self.names, strict=True):
            row = VOICES.index(name)
            for index, note in enumerate(named.voices[number].notes):
                bar = next(bar.number for bar in bars if bar.onset <= note.onset < bar.end)
                position = int(note.onset / STEP) * VOICE_COUNT + row
                found.append(NotePlace(f"v{number}n{index}", note, row, name, position, bar))
        return tuple(sorted(found, key=lambda place: (place.note.onset, -place.note.pitch)))

    @cached_property
    def token_notes(self) -> np.ndarray:
        """The number in `notes` of each token, int64 (L,), -1 for none."""
        pairs = grid_notes(self.cells)[: len(self.tokens)]
        numbers = np.full(len(pairs), NO_NOTE)
        for row in range(VOICE_COUNT):
            mine = [number for number, place in enumerate(self.notes) if place.voice == row]
            line = sorted(mine, key=lambda number: self.notes[number].position)
            inside = pairs[:, 0] == row
            numbers[inside] = np.array(line, np.int64)[pairs[inside, 1]]
        return numbers

    @cached_property
    def token_bars(self) -> np.ndarray:
        """The number of the bar of each token, int64 (L,)."""
        steps = len(self.cells)
        numbers = np.zeros(steps, np.int64)
        for bar in self.score.bars(steps * STEP):
            numbers[int(bar.onset / STEP) : int(bar.end / STEP)] = bar.number
        return np.repeat(numbers, VOICE_COUNT)[: len(self.tokens)]

    def given(self, note: NotePlace) -> bool:
        """Return whether a note was given, not written by a model or left for one to write."""
        return not self.plan.writes(*divmod(note.position, VOICE_COUNT))

    # Reading and choosing

    def row(self, behind: Sequence[int] | None = None) -> Row:
        """Return what a model reads of the whole piece, and with `behind` of what follows its end."""
        if behind is not None:
            # The last one is yet to be predicted.
            longer = np.concatenate([self.tokens, np.array(behind, np.int64), [REST]])
            return whole_row(self._rows, longer)
        return whole_row(self._rows, self.tokens)

    @property
    def told_notes(self) -> np.ndarray:
        """The number in `notes` of each item of the row's memory, int64 (M,), -1 for a rest."""
        memory = self.row().memory
        if memory is None:
            return np.zeros(0, np.int64)
        onsets, voices = memory.attributes[:, 0], memory.attributes[:, -1]
        positions = onsets * VOICE_COUNT + voices
        inside = positions < len(self.tokens)
        return np.where(inside, self.token_notes[np.where(inside, positions, 0)], NO_NOTE)

    @cached_property
    def _rows(self) -> Rows:
        return self.rows(self.plan)

    def moment(self, note: NotePlace | None = None) -> Sequence[int]:
        """Return the positions of the four voices in the sixteenth in which a note begins, or behind the end."""
        first = len(self.tokens) if note is None else note.position
        if first >= self.plan.grid.cells.size:
            raise SettingError("nothing was planned behind the last note: ask about a note, or about a piece with room")
        step = first // VOICE_COUNT
        return range(step * VOICE_COUNT, (step + 1) * VOICE_COUNT)

    def choices(
        self,
        logits: np.ndarray,
        position: int,
        *,
        rules: bool = False,
    ) -> Choices:
        """Return what a voice might do in the cell of a position."""
        step, voice = divmod(position, VOICE_COUNT)
        before = SILENCE
        if step:
            sounding = self._sounding[step - 1]
            before = np.where(sounding == HOLD, UNKNOWN, sounding)
        held = None if before[voice] == UNKNOWN else int(before[voice]) + LOWEST
        # Grammar and ranges look at the own voice alone.
        allowed = allowed_tokens(Place(step, voice, before, SILENCE)) if rules else None
        taken = int(self.tokens[position]) if position < len(self.tokens) else None
        return cell_choices(logits, VOICES[voice], held=held, key=self._key, taken=taken, allowed=allowed)

    @cached_property
    def _sounding(self) -> np.ndarray:
        return sounding(self.cells)

    @cached_property
    def _key(self) -> KeySignature:
        return keys_of(self.score)[0]

    def sung(self, position: int) -> np.ndarray:
        """Return the MIDI pitch of each voice in each sixteenth up to a position, int64 (T, 4), -1 for silence."""
        step, voice = divmod(position, VOICE_COUNT)
        heard = self._sounding[: step + 1]
        pitches = np.where((heard >= 0) & (heard < HOLD), heard + LOWEST, UNKNOWN)
        pitches[step, voice:] = UNKNOWN
        return pitches

    # Changes

    def edited(self, pitches: Mapping[int, int | None]) -> GridPiece:
        """Return the piece with some notes, by number, at other MIDI pitches, or silent for None."""
        cells, changed = self.cells.copy(), {}
        for number, pitch in pitches.items():
            place = self.notes[number]
            if pitch is not None and pitch not in self.pitches:
                raise SettingError(f"{place} would become pitch {pitch}, outside {LOWEST}..{HIGHEST}")
            first = int(place.note.onset / STEP)
            stop = int(place.note.end / STEP)
            cells[first:stop, place.voice] = REST if pitch is None else HOLD
            if pitch is not None:
                cells[first, place.voice] = pitch - LOWEST
            changed[place.id] = pitch
        given = self.plan.grid.cells.copy()
        inside = given[: len(cells)]
        inside[inside != UNKNOWN] = cells[inside != UNKNOWN]
        plan = dataclasses.replace(self.plan, grid=Grid(given, self.plan.grid.frame))
        sung = (number for number, voice in enumerate(self.score.voices) if voice.notes)
        score = with_pitches(self.score, changed)
        named = zip(sung, self.names, strict=True)
        names = tuple(name for number, name in named if score.voices[number].notes)
        tokens = cells.ravel()[: len(self.tokens)]
        return GridPiece(score, plan, tokens, names, self.kept, self.rows)

    def within(self, extent: int) -> Plan:
        """Return the plan that ends `extent` bars behind the last step in which something is given."""
        plan, frame = self.plan, self.plan.grid.frame
        given = np.flatnonzero((plan.grid.cells != UNKNOWN).any(axis=1))
        behind = given[-1] + 1 if len(given) else 0
        bars = self.score.bars(len(frame) * STEP)
        lines = [int(bar.end / STEP) for bar in bars]
        ends = [line for line in lines if line > behind][:extent]
        steps = min(ends[-1], len(frame)) if ends else len(frame)
        return _until(plan, steps, plan.grid.cells[:steps])

    def continued(self, tokens: np.ndarray, origin: Origin) -> GridPiece:
        """Return what is given, with the whole steps of tokens (L',) where nothing is."""
        steps = len(tokens) // VOICE_COUNT
        given = self.plan.grid.cells[:steps]
        cells = np.asarray(tokens)[: steps * VOICE_COUNT].reshape(-1, VOICE_COUNT)
        cells = np.where(given == UNKNOWN, cells, given)
        frame = Frame(self.plan.grid.frame.columns[:steps])
        score = decode(Grid(cells, frame), template=self.score)
        known = {}
        for place in self.notes:
            known[place.voice, place.note.onset, place.note.pitch] = place.note

        def marked(row: int, note: Note) -> Note:
            position = int(note.onset / STEP) * VOICE_COUNT + row
            if position >= self.kept and self.plan.writes(*divmod(position, VOICE_COUNT)):
                return dataclasses.replace(note, origin=origin)
            at_seam = position + 1 == self.kept
            own = note if at_seam else known.get((row, note.onset, note.pitch), note)
            return dataclasses.replace(own, duration=note.duration)

        voices = tuple(
            Voice(voice.name, tuple(marked(row, note) for note in voice.notes))
            for row, voice in enumerate(score.voices)
        )
        score = dataclasses.replace(score, voices=voices)
        return GridPiece(score, self.plan, cells.ravel(), assign_voices(score), rows=self.rows)

    def forked(self, position: int, pitch: int) -> GridPiece:
        """Return the piece up to a cell in which a note of another pitch begins, planned anew from there.

        Higher voices keep what they do in that sixteenth. What was given in some voices alone, such as a melody to
        harmonise, still is; what was given in all of them ends at the fork.
        """
        if pitch not in self.pitches:
            raise SettingError(f"pitch {pitch} is outside {LOWEST}..{HIGHEST}, what the model can write")
        step, voice = divmod(position, VOICE_COUNT)
        plan, length = self.plan, len(self.cells)
        # The step before is written again, so that notes may be held across the fork.
        first = max(step - 1, 0)
        given = plan.grid.cells[:length].copy()
        given[:first] = self.cells[:first]
        given[first : max(plan.steps, first)] = UNKNOWN
        given[first:, voice] = UNKNOWN
        tokens = self.tokens[: position + 1].copy()
        tokens[position] = pitch - LOWEST
        anew = dataclasses.replace(_until(plan, length, given), steps=first)
        return GridPiece(self.score, anew, tokens, self.names, position + 1, self.rows)


SILENCE = np.full(VOICE_COUNT, UNKNOWN)


def _until(plan: Plan, steps: int, cells: np.ndarray) -> Plan:
    """Return a plan that is broken off before a step, with other cells."""
    columns = plan.grid.frame.columns
    ends = plan.later or tells_end(plan.grid.frame)
    later = plan.later + int((columns[steps:, 0] == 0).sum()) if ends else 0
    return dataclasses.replace(plan, grid=Grid(cells, Frame(columns[:steps])), later=later)


def grid_notes(cells: np.ndarray) -> np.ndarray:
    """Return the note of each token of a grid, read step by step and voice by voice.

    Parameters
    ----------
    cells : int (T, 4)
        As in `musenb.tokens.chorale.grid.Grid`, full.

    Returns
    -------
    int64 (4 T, 2)
        Voice, and which of its notes, from 0; (-1, -1) for a rest.

    Raises
    ------
    TokenError
        The cells break the grammar.
    """
    cells = np.asarray(cells)
    check_cells(cells)
    numbers = np.cumsum(cells < HOLD, axis=0) - 1
    steps = np.arange(len(cells))[:, None]
    begun = np.maximum.accumulate(np.where(cells == HOLD, -1, steps), axis=0)
    sounds = np.take_along_axis(cells, np.maximum(begun, 0), axis=0) < HOLD
    voices = np.broadcast_to(np.arange(cells.shape[1]), cells.shape)
    pairs = np.stack([voices, numbers], axis=-1)
    return np.where(sounds[..., None], pairs, NO_NOTE).reshape(-1, 2)

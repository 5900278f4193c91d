"""Score piece of the notes idiom: the steps and notes of a score or take, for questions.

A position is a token, and a step has four: position 4 i + k predicts field k of step i. What a note was "chosen" by is
the position that predicts its pitch, once its time and voice are known.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import ClassVar

import numpy as np

from musenb.errors import SettingError
from musenb.score.note import GIVEN, KeySignature, Note, Origin, Score, Voice
from musenb.score.repitched import with_pitches
from musenb.score.spelling import keys_of, spell_score
from musenb.tokens.notes.choices import FIRST_TOKENS, field_choices
from musenb.tokens.notes.fields import NO_LENGTH, NO_PITCH, PITCH, PITCHES, SILENCE, TICKS, VOICE
from musenb.tokens.notes.live import PlanRows
from musenb.tokens.notes.masks import Masks, Open
from musenb.tokens.notes.plan import FIELD_COUNT, Plan
from musenb.tokens.notes.progress import Progress, begun
from musenb.tokens.notes.steps import notes_of, onsets_of
from musenb.tokens.piece import Choices, NotePlace
from musenb.tokens.row import Row

NO_NOTE = -1
Key = tuple[int, int, int]  # tick, voice and pitch of a note


@dataclass(frozen=True)
class NotePiece:
    """A score in steps; see `musenb.tokens.piece.Piece`.

    Parameters
    ----------
    score : Score
        Its voices are the plan's, in their order.
    plan : Plan
        What was given, and the bars of all that may be written.
    steps : int64 (L, 4)
        Those of the notes, without what leads to the end behind the last of them.
    part : tuple of int
        Fields of one more step, as far as it is known: where a piece forks.
    kept : int
        Tokens that stay although the plan leaves them open.
    changes : tuple of (Key, pitch or None)
        What was edited of it: tick, voice and pitch of a note as it was, and the pitch that it has now.
    """

    score: Score
    plan: Plan
    steps: np.ndarray
    part: tuple[int, ...] = ()
    kept: int = 0
    changes: tuple[tuple[Key, int | None], ...] = ()

    pitches: ClassVar = range(PITCHES)

    @property
    def voices(self) -> tuple[str, ...]:
        """The names of the voices, from the highest."""
        return self.plan.names

    @cached_property
    def onsets(self) -> np.ndarray:
        """The ticks at which the steps begin, int64 (L,)."""
        return onsets_of(self.steps, self.plan.bars)

    @cached_property
    def tokens(self) -> np.ndarray:
        """The fields of all steps, counted through, int64 (4 L,), and those of the part of one."""
        part = np.array(self.part, np.int64) + FIRST_TOKENS[: len(self.part)]
        return np.concatenate([(self.steps + FIRST_TOKENS[:-1]).ravel(), part])

    # Notes

    @cached_property
    def notes(self) -> tuple[NotePlace, ...]:
        """All notes that stand in the steps, in the order of `score.notes`."""
        bars, named = list(self.score.bars()), spell_score(self.score)
        places = self._places
        found = []
        for number, voice in enumerate(named.voices):
            for index, note in enumerate(voice.notes):
                there = places.get((_tick(note.onset), number, note.pitch))
                if not there:  # behind a fork
                    continue
                bar = next(bar.number for bar in bars if bar.onset <= note.onset < bar.end)
                position = there.pop(0) * FIELD_COUNT + PITCH
                found.append(NotePlace(f"v{number}n{index}", note, number, voice.name, position, bar))
        return tuple(sorted(found, key=lambda place: (place.note.onset, -place.note.pitch)))

    @property
    def _places(self) -> dict[Key, list[int]]:
        """Return which steps begin at each tick, in each voice, on each pitch."""
        places: dict[Key, list[int]] = {}
        for number, (onset, step) in enumerate(zip(self.onsets.tolist(), self.steps.tolist(), strict=True)):
            places.setdefault((onset, step[VOICE], step[PITCH]), []).append(number)
        return places

    @cached_property
    def token_notes(self) -> np.ndarray:
        """The number in `notes` of each token, int64 (4 L,), -1 for none."""
        numbers = np.full(len(self.steps), NO_NOTE)
        for number, place in enumerate(self.notes):
            numbers[place.position // FIELD_COUNT] = number
        # The tied parts of a long note follow in its voice and pitch.
        for step in np.flatnonzero(numbers == NO_NOTE).tolist():
            voice, pitch = self.steps[step, [VOICE, PITCH]].tolist()
            same = (self.steps[:step, VOICE] == voice) & (self.steps[:step, PITCH] == pitch)
            if voice != SILENCE and same.any():
                numbers[step] = numbers[np.flatnonzero(same)[-1]]
        return np.concatenate([np.repeat(numbers, FIELD_COUNT), np.full(len(self.part), NO_NOTE)])

    @cached_property
    def token_bars(self) -> np.ndarray:
        """The number of the bar of each token, int64 (4 L,)."""
        printed = [bar.number for bar in self.plan.frame.score.bars(self.plan.end)]
        numbers = np.array(printed, np.int64)[self.plan.bars.number(self.onsets)]
        last = numbers[-1] if len(numbers) else printed[0]
        return np.concatenate([np.repeat(numbers, FIELD_COUNT), np.full(len(self.part), last)])

    @cached_property
    def _given(self) -> frozenset[Key]:
        return frozenset((onset, voice, pitch) for onset, voice, pitch, _ in self.plan.notes.tolist())

    def given(self, note: NotePlace) -> bool:
        """Return whether a note was given, not written by a model or left for one to write."""
        return (_tick(note.note.onset), note.voice, note.note.pitch) in self._given

    # Reading and choosing

    @cached_property
    def _rows(self) -> PlanRows:
        return PlanRows(self.plan)

    def row(self, behind: Sequence[int] | None = None) -> Row:
        """Return what a model reads of the whole piece, and with `behind` of what follows its end."""
        if behind is None and not self.part:
            return self._rows.whole(self.steps, self.onsets)
        more = np.concatenate([np.array(self.part, np.int64), self._classes(behind or ())])
        whole, known = len(more) // FIELD_COUNT, len(more) % FIELD_COUNT
        steps = np.concatenate([self.steps, more[: whole * FIELD_COUNT].reshape(-1, FIELD_COUNT)])
        row = self._rows.row(steps, onsets_of(steps, self.plan.bars), 0)
        assert row.told is not None
        row.targets[-1] = 0
        row.targets[-1, :known] = more[whole * FIELD_COUNT :]
        row.told[-1] = self._rows.told(self._behind(steps), tuple(row.targets[-1, :known].tolist()))
        return row

    def _classes(self, tokens: Sequence[int]) -> np.ndarray:
        """Return the classes of tokens that follow the end, int64 (n,)."""
        first = len(self.part)
        return np.array([token - FIRST_TOKENS[(first + n) % FIELD_COUNT] for n, token in enumerate(tokens)], np.int64)

    def _behind(self, steps: np.ndarray) -> Progress:
        """Return the progress of the plan behind some steps."""
        progress = begun(self.plan)
        for step in steps.tolist():
            progress = progress.after(self.plan, tuple(step))[0]
        return progress

    @property
    def told_notes(self) -> np.ndarray:
        """The number in `notes` of each item of the row's memory, int64 (M,), -1 for none."""
        parts = self._rows.remembered
        places, numbers = self._places, self.token_notes[::FIELD_COUNT]
        found = [places.get((onset, voice, pitch), [NO_NOTE])[0] for onset, voice, pitch, _ in parts.tolist()]
        return np.array([NO_NOTE if step == NO_NOTE else numbers[step] for step in found], np.int64)

    def moment(self, note: NotePlace | None = None) -> Sequence[int]:
        """Return the positions of time, voice, pitch and length of a note, or of what comes behind the end."""
        if note is not None:
            step = note.position // FIELD_COUNT
        else:
            step = len(self.steps)
            if step and self.onsets[-1] >= self.plan.bars.end:
                raise SettingError("nothing was planned behind the last note: ask about a note, or a piece with room")
        return range(step * FIELD_COUNT, (step + 1) * FIELD_COUNT)

    def choices(self, logits: np.ndarray, position: int, *, rules: bool = False) -> Choices:
        """Return what might come in the field of a position."""
        step, field = divmod(position, FIELD_COUNT)
        allowed = self._allowed(step, field) if rules else None
        taken = int(self.tokens[position]) if position < len(self.tokens) else None
        return field_choices(logits, field, names=self.voices, key=self._key, taken=taken, allowed=allowed)

    def _allowed(self, step: int, field: int) -> np.ndarray | None:
        """Return what the grammar and the rules allow, bool (V,); None behind the end, where fields are not known."""
        if field and step >= len(self.steps):
            return None
        known = tuple(self.steps[step, :field].tolist()) if field else ()
        progress = self._behind(self.steps[:step])
        found = Masks(Open(self.plan), progress, rules=True).field(known)
        whole = np.zeros(FIRST_TOKENS[-1], bool)
        whole[FIRST_TOKENS[field] : FIRST_TOKENS[field + 1]] = found if found.any() else True
        return whole

    @cached_property
    def _key(self) -> KeySignature:
        return keys_of(self.score)[0]

    # Changes

    def edited(self, pitches: Mapping[int, int | None]) -> NotePiece:
        """Return the piece with some notes, by number, at other MIDI pitches, or silent for None."""
        steps, numbers = self.steps.copy(), self.token_notes[::FIELD_COUNT][: len(self.steps)]
        pitch_of: dict[str, int | None] = {}
        changes: dict[Key, int | None] = {}
        for number, pitch in pitches.items():
            place = self.notes[number]
            if pitch is not None and pitch not in self.pitches:
                raise SettingError(f"{place} would become pitch {pitch}, outside 0..{PITCHES - 1}")
            for step in np.flatnonzero(numbers == number):
                steps[step] = _with_pitch(steps[step], pitch)
                changes[int(self.onsets[step]), place.voice, place.note.pitch] = pitch
            pitch_of[place.id] = pitch
        rows = []
        for row in self.plan.notes.tolist():
            row[PITCH] = changes.get((row[0], row[1], row[2]), row[PITCH])
            rows += [row] if row[PITCH] is not None else []
        plan = dataclasses.replace(self.plan, notes=np.array(rows, np.int64).reshape(-1, FIELD_COUNT))
        return dataclasses.replace(
            self, score=with_pitches(self.score, pitch_of), plan=plan, steps=steps, changes=(*changes.items(),)
        )

    def within(self, extent: int) -> Plan:
        """Return the plan that ends `extent` bars behind the last bar in which something is given."""
        plan, bars = self.plan, self.plan.bars
        ends = plan.notes[:, 0] + plan.notes[:, 3]
        behind = max([plan.opens, *ends.tolist()])
        later = bars.lines[bars.lines > behind][:extent]
        # A bar that is only begun is not counted.
        return until(plan, int(later[-1]) if len(later) else bars.end)

    def continued(self, tokens: np.ndarray, origin: Origin) -> NotePiece:
        """Return what is given, with the whole steps of tokens (L',) where nothing is.

        Tokens of the piece before it was edited are edited likewise.
        """
        whole = len(tokens) // FIELD_COUNT
        steps = np.asarray(tokens)[: whole * FIELD_COUNT].reshape(-1, FIELD_COUNT) - FIRST_TOKENS[:-1]
        steps = self._edited_steps(without_end(steps))
        known = {(_tick(place.note.onset), place.voice, place.note.pitch): place.note for place in self.notes}
        stays = self._given | self._before(steps, self.kept // FIELD_COUNT)
        seam = self._before(steps[: -(-self.kept // FIELD_COUNT)], -(-self.kept // FIELD_COUNT)) - stays
        voices: list[list[Note]] = [[] for _ in self.voices]
        for onset, voice, pitch, length in notes_of(steps, self.plan.bars).tolist():
            key, duration = (onset, voice, pitch), Fraction(length, TICKS)
            fresh = Note(Fraction(onset, TICKS), duration, pitch, origin=GIVEN if key in seam else origin)
            mine = known.get(key) if key in stays else None
            voices[voice].append(fresh if mine is None else dataclasses.replace(mine, duration=duration))
        named = tuple(Voice(name, tuple(notes)) for name, notes in zip(self.voices, voices, strict=True))
        return NotePiece(dataclasses.replace(self.score, voices=named), self.plan, steps)

    def _before(self, steps: np.ndarray, count: int) -> frozenset[Key]:
        """Return tick, voice and pitch of the first so many steps."""
        onsets = onsets_of(steps[:count], self.plan.bars)
        columns = np.column_stack([onsets, steps[:count, VOICE], steps[:count, PITCH]])
        return frozenset(map(tuple, columns.tolist()))  # pyright: ignore[reportReturnType]

    def _edited_steps(self, steps: np.ndarray) -> np.ndarray:
        """Return steps of the piece before it was edited as they are now."""
        if not self.changes:
            return steps
        steps, changes = steps.copy(), dict(self.changes)
        columns = np.column_stack([onsets_of(steps, self.plan.bars), steps[:, VOICE], steps[:, PITCH]])
        for number, key in enumerate(map(tuple, columns.tolist())):
            if key in changes:
                steps[number] = _with_pitch(steps[number], changes[key])
        return steps

    def forked(self, position: int, pitch: int) -> NotePiece:
        """Return the piece up to a step in which a note of another pitch begins, planned anew from there."""
        if pitch not in self.pitches:
            raise SettingError(f"pitch {pitch} is outside 0..{PITCHES - 1}, what the model can write")
        step = position // FIELD_COUNT
        # In a chord the notes come from the highest down: one that would stand before others is forked before them.
        while step and self._one_chord(step - 1, step) and self.steps[step - 1, PITCH] <= pitch:
            step -= 1
        plan, onset = self.plan, int(self.onsets[step])
        alone = plan.given & ~plan.given.all(axis=0)
        before = plan.bars.lines[1:] <= onset
        score = self.score
        kept = _until_fork(score, onset, plan.names, alone, plan)
        given = alone | before
        begins = np.full(len(plan.names), onset)
        anew = dataclasses.replace(plan, prime=kept[0], notes=kept[1], given=given, begins=begins)
        part = (*self.steps[step, :PITCH].tolist(), pitch)
        return NotePiece(score, anew, self.steps[:step], part, step * FIELD_COUNT + len(part))

    def _one_chord(self, first: int, second: int) -> bool:
        """Return whether two steps begin together in one voice."""
        voices = self.steps[[first, second], VOICE]
        return bool(self.onsets[first] == self.onsets[second] and voices[0] == voices[1] != SILENCE)


def _until_fork(
    score: Score, onset: int, names: Sequence[str], alone: np.ndarray, plan: Plan
) -> tuple[Score, np.ndarray]:
    """Return the notes of a score before a tick, and those behind it of cells that are given alone."""
    voices, rows = [], []
    for number, voice in enumerate(score.voices):
        mine = []
        for note in voice.notes:
            tick = _tick(note.onset)
            if tick < onset or alone[number, plan.bars.number(np.array(tick))]:
                mine.append(note)
                rows.append((tick, number, note.pitch, int(note.duration * TICKS)))
        voices.append(Voice(names[number], tuple(mine)))
    return dataclasses.replace(score, voices=tuple(voices)), np.array(rows, np.int64).reshape(-1, FIELD_COUNT)


def until(plan: Plan, tick: int) -> Plan:
    """Return a plan that is broken off at a bar line."""
    if tick >= plan.bars.end:
        return plan
    frame = dataclasses.replace(plan.frame, end=Fraction(tick, TICKS))
    notes = plan.notes[plan.notes[:, 0] < tick].copy()
    notes[:, 3] = np.minimum(notes[:, 3], tick - notes[:, 0])
    count = len(frame.bars.metres)
    return dataclasses.replace(plan, frame=frame, notes=notes, given=plan.given[:, :count], ends=False)


def without_end(steps: np.ndarray) -> np.ndarray:
    """Return steps (L, 4) up to the last note."""
    sounding = np.flatnonzero(steps[:, VOICE] != SILENCE)
    return steps[: sounding[-1] + 1] if len(sounding) else steps[:0]


def _with_pitch(step: np.ndarray, pitch: int | None) -> np.ndarray:
    """Return a step (4,) with another pitch, or without a note for None."""
    changed = step.copy()
    if pitch is None:
        changed[VOICE:] = SILENCE, NO_PITCH, NO_LENGTH
    else:
        changed[PITCH] = pitch
    return changed


def _tick(quarter: Fraction) -> int:
    return int(quarter * TICKS)

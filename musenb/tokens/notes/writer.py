"""Incremental writer of the notes idiom: a step is taken field by field, and a note begins with it."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from musenb.errors import TokenError
from musenb.score.note import Note, Origin, Score
from musenb.tokens.idiom import NoteEvent
from musenb.tokens.memory import Memory
from musenb.tokens.notes.fields import FIELDS, LENGTH, LONGEST, PITCH, SILENCE, SIZES, TICKS, TIED, VOICE
from musenb.tokens.notes.live import PlanRows
from musenb.tokens.notes.masks import Masks, Open
from musenb.tokens.notes.plan import FIELD_COUNT, Plan
from musenb.tokens.notes.progress import Progress, Step, begun
from musenb.tokens.row import Row

FIRST_TOKENS = np.cumsum((0, *SIZES))  # of each field; behind them how many tokens there are


@dataclass(frozen=True, slots=True)
class Written:
    """A note that a model wrote, in ticks; `end` is None while it is tied on."""

    onset: int
    voice: int
    pitch: int
    end: int | None


@dataclass(frozen=True, slots=True)
class _State:
    """All that a token changes, so that it changes in one assignment."""

    progress: Progress
    known: tuple[int, ...] = ()
    written: tuple[Written, ...] = ()  # those that sound
    ended: int = 0  # how many of the writer's whole notes count


class NoteWriter:
    """A planned piece while its steps are written; see `musenb.tokens.idiom.Writer`.

    Parameters
    ----------
    plan : Plan
    origin : Origin
        Given to every generated note.
    """

    def __init__(self, plan: Plan, origin: Origin) -> None:
        self.plan, self.origin = plan, origin
        self.rows = PlanRows(plan)
        self._open = Open(plan)
        self._steps = np.zeros((256, FIELD_COUNT), np.int64)
        self._onsets = np.zeros(256, np.int64)
        self._notes: list[Written] = []
        self._state = _State(begun(plan))
        self._row: tuple[int, Row] | None = None
        self._asked: dict[bool, tuple[_State, np.ndarray]] = {}  # masks of the state for which they were made

    @property
    def progress(self) -> Progress:
        """The piece behind the last whole step."""
        return self._state.progress

    @property
    def known(self) -> tuple[int, ...]:
        """The classes of the fields of the next step that are taken already."""
        return self._state.known

    @property
    def position(self) -> int:
        """Tokens written so far."""
        return self.progress.count * FIELD_COUNT + len(self.known)

    @property
    def done(self) -> bool:
        """True when the last bar line is reached."""
        return self.progress.now >= self.plan.bars.end

    @property
    def boundary(self) -> bool:
        """True between two steps."""
        return not self.known

    @property
    def steps(self) -> np.ndarray:
        """The whole steps written so far, int64 (L, 4)."""
        return self._steps[: self.progress.count]

    @property
    def onsets(self) -> np.ndarray:
        """The ticks at which they begin, int64 (L,)."""
        return self._onsets[: self.progress.count]

    @property
    def tokens(self) -> np.ndarray:
        """The tokens written so far, int64 (position,)."""
        whole = (self.steps + FIRST_TOKENS[:-1]).ravel()
        return np.concatenate([whole, np.array(self.known, np.int64) + FIRST_TOKENS[: len(self.known)]])

    @property
    def themed(self) -> Memory:
        """What its rows are told, and the beginning of the prime as a theme."""
        return self.rows.themed

    def row(self, first: int) -> Row:
        """Return what a model reads at steps `first` to the next, of which as much is told as is taken."""
        count = self.progress.count
        if self._row is None or self._row[0] != count or first != count:
            row = self.rows.next(self.progress) if first == count else self.rows.row(self.steps, self.onsets, first)
            if first != count:
                return self._partly(row)
            self._row = count, row
        return self._partly(self._row[1])

    def _partly(self, row: Row) -> Row:
        """Return a row whose last position tells what is taken of its step."""
        known = self.known
        if not known:
            return row
        assert row.told is not None
        targets, told = row.targets.copy(), row.told.copy()
        targets[-1, : len(known)] = known
        told[-1] = self.rows.told(self.progress, known)
        return Row(row.before, row.features, row.related, targets, row.weights, row.memory, told)

    def given(self) -> int | None:
        """Return the next token where the plan leaves no other."""
        if np.count_nonzero(self._allowed(rules=True)) > 1:
            return None
        allowed = np.flatnonzero(self._allowed(rules=False))
        return int(allowed[0] + FIRST_TOKENS[len(self.known)]) if len(allowed) == 1 else None

    def allowed(self, *, rules: bool = True) -> np.ndarray:
        """Return the tokens that may come next, bool (V,)."""
        whole = np.zeros(FIRST_TOKENS[-1], bool)
        field = len(self.known)
        whole[FIRST_TOKENS[field] : FIRST_TOKENS[field + 1]] = self._allowed(rules=rules)
        return whole

    def _allowed(self, *, rules: bool) -> np.ndarray:
        """Return the classes of the next field that may come, bool (V_k,); grammar's where the rules leave none."""
        state, found = self._asked.get(rules, (None, None))
        if found is None or state is not self._state:
            found = Masks(self._open, self.progress, rules=rules).field(self.known)
            found = found if found.any() or not rules else self._allowed(rules=False)
            self._asked[rules] = self._state, found
        return found

    def prices(self) -> None:
        """Nothing is priced."""

    def segment(self) -> None:
        """There are no phrases."""

    def grade(self, first: int) -> float:
        """Nothing is graded."""
        return 0.0

    def copy(self) -> NoteWriter:
        """Return a writer that goes its own way from here."""
        other = copy.copy(self)
        other._steps, other._onsets, other._notes = self._steps.copy(), self._onsets.copy(), [*self._notes]
        other._asked = {}
        return other

    def take(self, token: int) -> tuple[NoteEvent, ...]:
        """Take the next field; with the last one of a step, return the events of generated notes.

        Raises
        ------
        TokenError
            The token is none of the field, or breaks the grammar.
        """
        field = len(self.known)
        number = token - int(FIRST_TOKENS[field])
        inside = 0 <= number < SIZES[field]
        if not inside or not (self._allowed(rules=True)[number] or self._allowed(rules=False)[number]):
            name = FIELDS[field][0]
            raise TokenError(f"token {token} cannot be the {name} of step {self.progress.count} behind {self.known}")
        known = (*self.known, number)
        if len(known) < FIELD_COUNT:
            self._state = dataclasses.replace(self._state, known=known)
            return ()
        return self._step(known)  # pyright: ignore[reportArgumentType]

    def _step(self, step: Step) -> tuple[NoteEvent, ...]:
        before, state = self.progress, self._state
        after, kept = before.after(self.plan, step)
        self._room(after.count)
        self._steps[before.count], self._onsets[before.count] = step, after.now
        written = state.written
        begins: tuple[NoteEvent, ...] = ()
        if step[VOICE] != SILENCE and not kept:
            written, begins = self._written(before, step, after.now)
        over = after.now >= self.plan.bars.end
        ended = [note for note in written if note.end is not None and (over or note.end <= after.now)]
        ended.sort(key=lambda note: (note.end, note.voice, -note.pitch))
        del self._notes[state.ended :]
        self._notes += ended
        events = tuple(self._ends(ended))
        left = tuple(note for note in written if note not in ended)
        self._state = _State(after, (), left, state.ended + len(ended))
        return events + begins

    def _written(self, before: Progress, step: Step, onset: int) -> tuple[tuple[Written, ...], tuple[NoteEvent, ...]]:
        """Return the notes that sound once a step of the model is taken, and what begins with it."""
        end = None if step[LENGTH] == TIED else onset + step[LENGTH]
        due, sounding = before.due(self.plan), self._state.written
        tied = due is not None and due.begun >= 0 and (due.onset, due.voice, due.pitch) == (
            onset, step[VOICE], step[PITCH]
        )
        if tied and due is not None:
            mine = next(n for n in sounding if (n.onset, n.voice, n.pitch) == (due.begun, due.voice, due.pitch))
            longer = dataclasses.replace(mine, end=end)
            return tuple(longer if note is mine else note for note in sounding), ()
        begin = NoteEvent("begin", self.plan.names[step[VOICE]], self._quarter(onset), step[PITCH])
        return (*sounding, Written(onset, step[VOICE], step[PITCH], end)), (begin,)

    def _room(self, count: int) -> None:
        if count > len(self._steps):
            self._steps = np.concatenate([self._steps, np.zeros_like(self._steps)])
            self._onsets = np.concatenate([self._onsets, np.zeros_like(self._onsets)])

    def _ends(self, notes: list[Written]) -> Iterator[NoteEvent]:
        for written in notes:
            note = self._note(written)
            yield NoteEvent("end", self.plan.names[written.voice], note.onset, note.pitch, note)

    def score(self) -> Score:
        """Return the piece as far as it is written; a note that is tied on ends where it is."""
        voices: dict[int, list[Note]] = {}
        for written in (*self._notes[: self._state.ended], *self._state.written):
            voices.setdefault(written.voice, []).append(self._note(written))
        return self.plan.score(voices)

    def _note(self, written: Written) -> Note:
        """Return a note; one that is tied on is as long as it is told so far."""
        end = written.end
        if end is None:
            ties = (due for due in self.progress.ties if due.begun == written.onset)
            mine = [due.onset for due in ties if (due.voice, due.pitch) == (written.voice, written.pitch)]
            end = mine[0] if mine else written.onset + LONGEST
        onset = self._quarter(written.onset)
        return Note(onset, Fraction(end - written.onset, TICKS), written.pitch, origin=self.origin)

    def _quarter(self, tick: int) -> Fraction:
        return self.plan.offset + Fraction(tick, TICKS)

"""Rows of a plan: what a model reads behind the steps that are written, all of them at once or the next one alone.

`row` builds positions as they are built for training (`rows`); `next` builds one from the progress, which is quicker
and the same.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

import numpy as np

from musenb.tokens.memory import Memory
from musenb.tokens.notes.fields import (
    ABSENT,
    FREE,
    GIVEN,
    INPUTS,
    LENGTH,
    LONGEST,
    NO_LENGTH,
    NO_PITCH,
    PITCH,
    RELATION_UNIT,
    SHIFT,
    SILENCE,
    SIZES,
    TOLD,
    VOICE,
    VOICES,
    WAITS,
)
from musenb.tokens.notes.frame import NO_END
from musenb.tokens.notes.given import items_of, joined, queries_of, remembered, theme_of
from musenb.tokens.notes.plan import Plan
from musenb.tokens.notes.progress import Progress
from musenb.tokens.notes.rows import NoteRow, Reading, row_of_steps
from musenb.tokens.row import Row

THEME_BARS = 2  # the longest that a model learnt
NOTHING = np.zeros((1, len(SIZES)), np.int64), np.zeros((1, len(SIZES)), np.float32), np.zeros((1, len(TOLD)), np.int64)


class PlanRows:
    """What a model reads of one plan.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        cells = plan.bars.number(plan.parts[:, 0])
        told = plan.given[plan.parts[:, 1], cells] if len(plan.parts) else np.zeros(0, bool)
        # The parts that are told ahead, as steps; of their shifts nothing is ever read.
        self._ahead = plan.parts[told]
        self._by_voice = [self._ahead[self._ahead[:, 1] == voice].tolist() for voice in range(len(plan.names))]
        self._states: list[list[int]] = np.where(plan.given, GIVEN, FREE).T.tolist()
        ticks = np.arange(plan.bars.end + 1)
        left = plan.bars.left(ticks) if plan.ends else np.full(len(ticks), NO_END)
        # Of each tick: place in bar and beat, metre, key, style and bars to the end; and the number of its bar.
        self._places = np.column_stack([plan.bars.place(ticks), np.full(len(ticks), plan.frame.style), left]).tolist()
        self._bars = plan.bars.number(ticks).tolist()

    @cached_property
    def memory(self) -> Memory:
        """The items of given notes."""
        reading = self._told
        return items_of(reading, remembered(reading))

    @cached_property
    def themed(self) -> Memory:
        """The items of given notes and, as a theme, those of the first two bars of the first voice that has any."""
        return joined([self.memory, self._theme])

    @property
    def _theme(self) -> Memory:
        parts, bars = self.plan.parts, self.plan.bars
        voice = int(parts[:, 1].min())
        own = np.flatnonzero(parts[:, 1] == voice)
        numbers = bars.number(parts[own, 0])
        # An upbeat is no bar of its own.
        last = numbers[0] + THEME_BARS - 1 + int(numbers[0] == 0 and bars.first_beats[0] < 0)
        steps = parts.copy()
        steps[:, SHIFT] = 0
        nothing = np.zeros_like(self.plan.given)
        return theme_of(Reading(steps, bars, nothing, onsets=parts[:, 0]), own[numbers <= last].tolist())

    @property
    def remembered(self) -> np.ndarray:
        """The parts of the plan that the items tell, int64 (M, 4)."""
        return self._ahead[remembered(self._told)]

    @property
    def _told(self) -> Reading:
        """All that is told ahead, as steps."""
        steps = self._ahead.copy()
        steps[:, SHIFT] = 0
        return self._reading(steps, self._ahead[:, 0])

    def row(self, steps: np.ndarray, onsets: np.ndarray, first: int) -> Row:
        """Return positions `first` to L behind steps (L, 4) at onsets (L,); the last one is yet to be predicted."""
        count = len(steps)
        ahead = self._ahead[self._later(steps, onsets)]
        following = ahead.copy()
        following[:, SHIFT] = 0
        if not len(following):  # a step to stand at the last position
            following = np.array([[0, SILENCE, NO_PITCH, NO_LENGTH]])
        later = ahead[:, 0] if len(ahead) else np.array([onsets[-1] if count else 0])
        reading = self._reading(np.concatenate([steps, following]), np.concatenate([onsets, later]))
        made = row_of_steps(reading, self.memory, queries_of(reading)).crop(first, count + 1)
        return self.joined(made)

    def whole(self, steps: np.ndarray, onsets: np.ndarray) -> Row:
        """Return the row of steps (L, 4), all of which count."""
        reading = self._reading(steps, onsets)
        made = self.joined(row_of_steps(reading, self.memory, queries_of(reading)))
        made.weights[:] = 1
        return made

    def joined(self, made: NoteRow) -> Row:
        """Return a row of training as one of a decoder, its queries beside what the relations compare."""
        row = made.row
        related = np.concatenate([row.related, made.queries], axis=1)
        return Row(row.before, row.features, related, row.targets, row.weights, self.memory, made.told)

    def next(self, progress: Progress) -> Row:
        """Return the one position behind some progress."""
        last, now = progress.last, progress.now
        targets, weights, told = NOTHING
        if last is None:
            before, common, pitch, voice = INPUTS, [NO_LENGTH, VOICES + 1, 0], -1, -1
        else:
            silent = last[VOICE] == SILENCE
            before, common = last[PITCH], [last[LENGTH], last[VOICE], last[SHIFT]]
            pitch, voice = (-1, -1) if silent else (last[PITCH], last[VOICE])
        time = now // RELATION_UNIT
        own = -1 if last is None else time
        related = np.array([[pitch, own, voice, time, time, pitch, voice]], np.int64)
        features = [*common, *self._places[now], *self._voices(progress, now)]
        return Row(np.array([before]), np.array([features], np.int64), related, targets, weights, self.memory, told)

    def told(self, progress: Progress, known: tuple[int, ...]) -> list[int]:
        """Return what the head is told once some fields of the next step are known, T numbers."""
        if not known:
            return [0, 0, 0]
        bar, beat = self._places[progress.onset(self.plan, known[SHIFT])][:2]
        if len(known) <= VOICE:
            return [bar, beat, 0]
        voice = known[VOICE]
        return [bar, beat, NO_PITCH if voice == SILENCE else progress.lines[voice].pitch]

    def _reading(self, steps: np.ndarray, onsets: np.ndarray) -> Reading:
        plan = self.plan
        return Reading(steps, plan.bars, plan.given, plan.frame.style, plan.ends, onsets)

    def _later(self, steps: np.ndarray, onsets: np.ndarray) -> np.ndarray:
        """Return which of the parts that are told ahead are not written yet, bool (M,)."""
        written = np.zeros(len(self._ahead), np.int64)
        if len(steps):
            cells = self.plan.bars.number(onsets)
            voices = np.minimum(steps[:, VOICE], len(self.plan.names) - 1)
            count = int((self.plan.given[voices, cells] & (steps[:, VOICE] != SILENCE)).sum())
            written[:count] = 1
        return written == 0

    def _voices(self, progress: Progress, now: int) -> list[int]:
        """Return the columns of the eight voices: states, what they sound, what follows and when."""
        own = self._states[self._bars[now]] if self._states else []
        states = [*own, *[ABSENT] * (VOICES - len(own))]
        sounds, follows, waits = [NO_PITCH] * VOICES, [NO_PITCH] * VOICES, [WAITS - 1] * VOICES
        for voice, (line, given) in enumerate(zip(progress.lines, self._by_voice, strict=True)):
            pitch, end = line.pitch, line.end
            if given:
                here = bisect_right(given, now, key=lambda part: part[0])
                if here > line.given:  # given at the present, and to be written yet
                    onset, _, pitch, length = given[here - 1]
                    end = onset + min(length, LONGEST)
                if here < len(given):
                    follows[voice] = given[here][2]
                    waits[voice] = min(given[here][0] - now, WAITS - 1)
            if end > now:
                sounds[voice] = pitch
        return [*states, *sounds, *follows, *waits]



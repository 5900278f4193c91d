"""Constraint masks: which classes of a field may come next, so that what is given keeps its voice and time.

Grammar: notes come in their order, inside the bars that are planned, in the voices that there are; what is given, and
the rest of a note that is tied on, comes in its place, and no other note begins in a cell that is given. Rules add what
players and readers need: ranges, one note at a time where a voice is a line, chords of one length, at most a bar of
silence in all voices. Where the rules leave nothing, grammar alone holds.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from musenb.tokens.notes.fields import (
    BAR_LINES,
    FIRST_LINE,
    LENGTH,
    LONGEST,
    NO_LENGTH,
    NO_PITCH,
    PITCH,
    PITCHES,
    SHIFT,
    SILENCE,
    SIZES,
    TIED,
    VOICE,
)
from musenb.tokens.notes.plan import Plan
from musenb.tokens.notes.progress import Due, Progress

MOST_IN_CHORD = 4  # notes of a line that begin together: what a string instrument can play
SHIFTS = np.arange(LONGEST + 1)


class Open:
    """What of a plan is open: where notes may begin, and how far they may sound.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        bars = len(plan.bars.metres)
        self.next_given = np.full((len(plan.names), bars + 1), plan.bars.end)
        for bar in range(bars - 1, -1, -1):
            line = plan.bars.lines[bar]
            self.next_given[:, bar] = np.where(plan.given[:, bar], line, self.next_given[:, bar + 1])
        self.onsets = [np.sort(plan.notes[plan.notes[:, 1] == voice, 0]) for voice in range(len(plan.names))]

    def at(self, ticks: np.ndarray) -> np.ndarray:
        """Return in which voices a note may begin at each tick, bool (V, n)."""
        bars = self.plan.bars.number(ticks)
        return ~self.plan.given[:, bars] & (ticks >= self.plan.begins[:, None]) & (ticks < self.plan.bars.end)

    def between(self, tick: int, stop: int) -> bool:
        """Return whether a note may begin somewhere from a tick to before another."""
        lines = self.plan.bars.lines
        begins = np.maximum(lines[:-1], np.maximum(self.plan.begins[:, None], tick))
        return bool((~self.plan.given & (begins < np.minimum(lines[1:], stop))).any())

    def until(self, voice: int, tick: int) -> int:
        """Return up to where a note of a line that begins at a tick may sound: the next note or bar that is given."""
        onsets = self.onsets[voice]
        place = int(np.searchsorted(onsets, tick, "right"))
        note = int(onsets[place]) if place < len(onsets) else self.plan.bars.end
        bar = int(self.plan.bars.number(np.array(tick)))
        return min(note, int(self.next_given[voice, bar + 1]))


class Masks:
    """Which classes may come next behind some progress.

    Parameters
    ----------
    opened : Open
    progress : Progress
    rules : bool
    """

    def __init__(self, opened: Open, progress: Progress, *, rules: bool) -> None:
        self.open, self.plan, self.progress, self.rules = opened, opened.plan, progress, rules

    @cached_property
    def due(self) -> Due | None:
        """What must come first."""
        return self.progress.due(self.plan)

    def field(self, known: tuple[int, ...]) -> np.ndarray:
        """Return the classes that may come behind those that are known of a step, bool, never none by grammar."""
        made = (self.shift, self.voice, self.pitch, self.length)[len(known)]
        return made(*known)

    def shift(self) -> np.ndarray:
        """Return which shifts may come, bool (105,)."""
        allowed = np.zeros(SIZES[SHIFT], bool)
        now, due, bars = self.progress.now, self.due, self.plan.bars
        latest = bars.end if due is None else due.onset
        ticks = now + SHIFTS
        voices = self._voices(ticks)
        voices[:, 0] &= self._behind_last()
        if due is not None and 0 <= due.onset - now <= LONGEST:
            at = due.onset - now
            allowed[at] = True
            voices[due.voice :, at] = False
        allowed[: LONGEST + 1] |= voices.any(axis=0) & (ticks <= latest)
        if now + LONGEST <= latest and self._waits():
            allowed[LONGEST] = True
        if due is None or due.onset - now > LONGEST:
            most = min(bars.lines_within(now, latest), BAR_LINES)
            fewest = 1 if self.open.between(now, latest) else max(most, 1)
            for count in range(fewest, most + 1):
                allowed[FIRST_LINE + count - 1] = self._moves(count)
        return allowed

    def voice(self, shift: int) -> np.ndarray:
        """Return which voices may come, or none, bool (9,)."""
        allowed = np.zeros(SIZES[VOICE], bool)
        if shift >= FIRST_LINE:
            allowed[SILENCE] = True
            return allowed
        tick, due = self.progress.now + shift, self.due
        voices = self._voices(np.array([tick]))[:, 0]
        if shift == 0:
            voices &= self._behind_last()
        if due is not None and due.onset == tick:
            voices[due.voice :] = False
            voices[due.voice] = True
        allowed[: len(voices)] = voices
        allowed[SILENCE] = shift == LONGEST and self._waits() and (due is None or tick <= due.onset)
        return allowed

    def pitch(self, shift: int, voice: int) -> np.ndarray:
        """Return which pitches may come, or none, bool (129,)."""
        allowed = np.zeros(SIZES[PITCH], bool)
        if voice == SILENCE:
            allowed[NO_PITCH] = True
            return allowed
        due, part, last = self.due, self.plan.voices[voice], self.progress.last
        low, high = (part.lowest, part.highest) if self.rules else (0, PITCHES - 1)
        tick = self.progress.now + shift
        if shift == 0 and last is not None and last[VOICE] == voice:
            high = min(high, last[PITCH] - 1)
        if due is None or (due.onset, due.voice) != (tick, voice):
            allowed[low : high + 1] = True
        else:
            begins = self._voices(np.array([tick]))[voice, 0] and part.overlaps
            if begins:
                allowed[max(low, due.pitch + 1) : high + 1] = True
            allowed[due.pitch] = True
        return allowed

    def length(self, shift: int, voice: int, pitch: int) -> np.ndarray:
        """Return which lengths may come, or none, bool (98,)."""
        allowed = np.zeros(SIZES[LENGTH], bool)
        if voice == SILENCE:
            allowed[NO_LENGTH] = True
            return allowed
        tick, due, last = self.progress.now + shift, self.due, self.progress.last
        meets = due is not None and (due.onset, due.voice, due.pitch) == (tick, voice, pitch)
        if meets and due is not None and due.length is not None:
            allowed[due.length] = True
            return allowed
        line = not self.plan.voices[voice].overlaps
        if self.rules and line and shift == 0 and last is not None and last[VOICE] == voice:
            allowed[last[LENGTH]] = True
            return allowed
        stop = self.open.until(voice, tick) if self.rules and line else self.plan.bars.end
        allowed[1 : min(stop - tick, LONGEST) + 1] = True
        allowed[TIED] = stop - tick > LONGEST
        return allowed

    def _voices(self, ticks: np.ndarray) -> np.ndarray:
        """Return in which voices a note may begin at each tick, bool (V, n), whatever stands at the first."""
        voices = self.open.at(ticks)
        if self.rules:
            until = np.array([
                0 if part.overlaps else line.until
                for part, line in zip(self.plan.voices, self.progress.lines, strict=True)
            ])
            free = ticks >= until[:, None]
            last = self.progress.last
            if last is not None and last[VOICE] != SILENCE:
                free[last[VOICE]] |= ticks == self.progress.now
            voices &= free
        return voices

    def _behind_last(self) -> np.ndarray:
        """Return in which voices a note may stand behind the last one, at its onset, bool (V,)."""
        count, last = len(self.plan.names), self.progress.last
        if last is None or last[VOICE] == SILENCE:
            return np.ones(count, bool)
        voice = last[VOICE]
        behind = np.arange(count) > voice
        part = self.plan.voices[voice]
        behind[voice] = last[PITCH] > (part.lowest if self.rules else 0)
        if self.rules and not part.overlaps:
            behind[voice] &= part.chords and 0 < self.progress.chord < MOST_IN_CHORD
        return behind

    def _waits(self) -> bool:
        """Return whether the piece goes on for as long as a shift tells, and no bar line comes before."""
        now = self.progress.now
        return now + LONGEST < self.plan.bars.end and not self.plan.bars.lines_within(now, now + LONGEST)

    def _moves(self, count: int) -> bool:
        """Return whether the piece may go on without a note to the `count`-th bar line."""
        now, bars = self.progress.now, self.plan.bars
        line = bars.line_after(now, count)
        if line < bars.end and count < BAR_LINES and bars.line_after(now, count + 1) <= now + LONGEST:
            return False  # a note before the next one would have been told by its shift
        if not self.rules:
            return True
        sounds = max([now, *(one.until for one in self.progress.lines)])
        bar = int(bars.number(np.array(min(sounds, bars.end - 1))))
        return line - sounds <= int(bars.lines[bar + 1] - bars.lines[bar])

"""Steps of a piece: its notes in ticks, written in the fields of `fields`, and read back.

Notes are rows of onset, voice, pitch and length in ticks. They are taken by onset, then voice, then from the highest
pitch down, then by length. A note of more than 96 ticks is tied on: a step of its voice and pitch every 96 ticks,
before new notes of that voice and pitch there, and in the order in which the notes began. So notes and steps determine
one another.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from musenb.errors import TokenError
from musenb.tokens.notes.fields import (
    BAR_LINES,
    FIRST_LINE,
    LENGTH,
    LONGEST,
    NO_LENGTH,
    NO_PITCH,
    PITCH,
    SHIFT,
    SILENCE,
    SIZES,
    TIED,
    VOICE,
)
from musenb.tokens.notes.frame import Bars


def steps_of(notes: np.ndarray, bars: Bars) -> np.ndarray:
    """Return the steps of notes (N, 4) of a piece, int64 (L, 4); the last one moves to the end of the last bar."""
    parts = tied_parts(notes)
    steps: list[tuple[int, int, int, int]] = []
    now = 0
    for onset, voice, pitch, length in parts.tolist():
        while onset - now > LONGEST:
            shift, now = _wait(now, onset, bars)
            steps.append((shift, SILENCE, NO_PITCH, NO_LENGTH))
        steps.append((onset - now, voice, pitch, length))
        now = onset
    while now < bars.end:
        lines = min(bars.lines_within(now, bars.end), BAR_LINES)
        steps.append((FIRST_LINE + lines - 1, SILENCE, NO_PITCH, NO_LENGTH))
        now = bars.line_after(now, lines)
    return np.array(steps, np.int64).reshape(-1, len(SIZES))


def _wait(now: int, onset: int, bars: Bars) -> tuple[int, int]:
    """Return the shift of a step without a note on the way to an onset, and where it leads."""
    lines = min(bars.lines_within(now, onset), BAR_LINES)
    if lines:
        return FIRST_LINE + lines - 1, bars.line_after(now, lines)
    return LONGEST, now + LONGEST


def tied_parts(notes: np.ndarray) -> np.ndarray:
    """Return notes (N, 4) in order, each of more than 96 ticks in parts of at most 96; the length of all but the last
    part is TIED.
    """
    rows = []
    for onset, voice, pitch, length in notes.tolist():
        begun = onset
        while length > LONGEST:
            rows.append((onset, voice, -pitch, begun, TIED))
            onset, length = onset + LONGEST, length - LONGEST
        rows.append((onset, voice, -pitch, begun, length))
    rows.sort(key=_place)
    return np.array([(o, v, -p, length) for o, v, p, _, length in rows], np.int64).reshape(-1, len(SIZES))


def _place(row: tuple[int, int, int, int, int]) -> tuple[int, ...]:
    onset, voice, low, begun, length = row
    return onset, voice, low, begun, length


def onsets_of(steps: np.ndarray, bars: Bars) -> np.ndarray:
    """Return the tick to which each step (L, 4) leads, int64 (L,)."""
    onsets, now = np.empty(len(steps), np.int64), 0
    for i, shift in enumerate(steps[:, SHIFT].tolist()):
        now = now + shift if shift < FIRST_LINE else bars.line_after(now, shift - FIRST_LINE + 1)
        onsets[i] = now
    return onsets


def notes_of(steps: np.ndarray, bars: Bars) -> np.ndarray:
    """Return the notes (N, 4) that steps (L, 4) tell, in order; a note that is tied on at the end stops there.

    Raises
    ------
    TokenError
        A step is none of the language: a class out of its range, a voice without pitch or length, or a tie that is not
        taken up in its place.
    """
    check_steps(steps)
    open_ties: dict[tuple[int, int, int], list[list[int]]] = {}  # (tick, voice, pitch) -> notes that go on there
    notes: list[list[int]] = []
    for number, (onset, step) in enumerate(zip(onsets_of(steps, bars).tolist(), steps.tolist(), strict=True)):
        if step[VOICE] == SILENCE:
            _check_late(open_ties, onset, number)
            continue
        waiting = open_ties.get((onset, step[VOICE], step[PITCH]))
        if waiting:
            note = waiting.pop(0)
            if not waiting:
                del open_ties[onset, step[VOICE], step[PITCH]]
        else:
            note = [onset, step[VOICE], step[PITCH], 0]
            notes.append(note)
        _check_late(open_ties, onset, number)
        note[3] += min(step[LENGTH], LONGEST)
        if step[LENGTH] == TIED:
            open_ties.setdefault((onset + LONGEST, step[VOICE], step[PITCH]), []).append(note)
    ordered = sorted(notes, key=lambda note: (note[0], note[1], -note[2], note[3]))
    return np.array(ordered, np.int64).reshape(-1, len(SIZES))


def _check_late(open_ties: dict[tuple[int, int, int], list[list[int]]], onset: int, number: int) -> None:
    late = next((key for key in _first(open_ties) if key[0] < onset), None)
    if late is not None:
        raise TokenError(
            f"step {number} begins at tick {onset}, but pitch {late[2]} of voice {late[1]} is tied on at tick {late[0]}"
        )


def _first(open_ties: dict[tuple[int, int, int], list[list[int]]]) -> Iterator[tuple[int, int, int]]:
    return iter(sorted(open_ties)[:1])


def check_steps(steps: np.ndarray) -> None:
    """Raise TokenError unless steps (L, 4) are of the language, each by itself."""
    if steps.ndim != 2 or steps.shape[1] != len(SIZES):
        raise TokenError(f"steps of shape {steps.shape}: must be (L, {len(SIZES)})")
    outside = (steps < 0) | (steps >= np.array(SIZES))
    silent = steps[:, VOICE] == SILENCE
    whole = (steps[:, PITCH] == NO_PITCH) == silent
    whole &= (steps[:, LENGTH] == NO_LENGTH) == silent
    early = (steps[:, SHIFT] >= FIRST_LINE) & ~silent
    wrong = outside.any(axis=1) | ~whole | early
    if wrong.any():
        number = int(wrong.argmax())
        raise TokenError(
            f"step {number} is {tuple(steps[number].tolist())}: a note has a shift of 0..{LONGEST}, a voice, a pitch "
            f"and a length, a step without a note voice {SILENCE}, pitch {NO_PITCH} and length {NO_LENGTH}"
        )

"""Quantisation of played notes to a grid, with a report of what was moved.

Conventions
-----------
- Onsets and ends go to the nearest grid line, the later one when both are as near. A note lasts at least one step.
- A voice is a line when every overlap is shorter than a grid step, as in legato playing. In a line, a note ends at the
  latest where the next begins, and of two notes that fall on one line of the grid the longer stays.
- In any other voice only notes of one pitch are kept apart in this way; chords and held notes stay.
- Changes of metre, key and tempo go to the grid too; of two that fall together, the later one counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from typing import TypeVar

from musenb.errors import SettingError
from musenb.score.note import KeySignature, Note, Score, Tempo, TimeSignature, Voice

SIXTEENTH = Fraction(1, 4)
Change = TypeVar("Change", TimeSignature, KeySignature, Tempo)


@dataclass(frozen=True, slots=True)
class Report:
    """What quantising changed.

    Parameters
    ----------
    grid : Fraction
        Grid step in quarters.
    notes : int
        Notes before.
    moved : int
        Notes that are left and whose onset or end is another now.
    largest, mean : Fraction
        Move in quarters, of onset or end, whichever is larger: the largest, and the mean over the moved notes.
    dropped : int
        Notes that were left out, since another fell on the same place.
    lengthened : int
        Notes shorter than half a step, which now last one.
    """

    grid: Fraction
    notes: int = 0
    moved: int = 0
    largest: Fraction = Fraction(0)
    mean: Fraction = Fraction(0)
    dropped: int = 0
    lengthened: int = 0

    def __str__(self) -> str:
        """Say it in one sentence."""
        step = f"steps of {self.grid} quarter{'' if self.grid == 1 else 's'}"
        if not self.moved and not self.dropped:
            return f"All {self.notes} notes were on {step} already; nothing was moved."
        said = (
            f"{self.moved} of {self.notes} notes were moved to {step}, by {float(self.mean):.2f} quarters on average "
            f"and {float(self.largest):.2f} at most"
        )
        if self.lengthened:
            said += f"; {self.lengthened} very short note{'s' if self.lengthened > 1 else ''} became one step long"
        if self.dropped:
            said += f"; {self.dropped} note{'s were' if self.dropped > 1 else ' was'} left out where two fell together"
        return said + "."


@dataclass(frozen=True, slots=True)
class Quantised:
    """A score on a grid, and the report of how it came there."""

    score: Score
    report: Report


def quantise(score: Score, grid: Fraction = SIXTEENTH) -> Quantised:
    """Move every note to the grid.

    Parameters
    ----------
    score : Score
        Notes as they were played.
    grid : Fraction
        Step in quarters, above 0; 1/4 is a sixteenth note.

    Raises
    ------
    SettingError
        The grid step is not above 0.
    """
    grid = _step(grid)
    voices, moves, lengthened, kept = [], [], 0, 0
    for voice in score.voices:
        pairs = _line(voice, grid) if _is_line(voice, grid) else _chords(voice, grid)
        voices.append(replace(voice, notes=tuple(after for _, after in pairs)))
        for before, after in pairs:
            at_onset = abs(after.onset - before.onset)
            at_end = abs(after.end - before.end)
            moves.append(max(at_onset, at_end))
        lengthened += sum(before.duration < grid / 2 for before, _ in pairs)
        kept += len(pairs)
    total = sum(len(voice.notes) for voice in score.voices)
    moved = [move for move in moves if move]
    report = Report(
        grid=grid,
        notes=total,
        moved=len(moved),
        largest=max(moved, default=Fraction(0)),
        mean=sum(moved, Fraction(0)) / max(1, len(moved)),
        dropped=total - kept,
        lengthened=lengthened,
    )
    return Quantised(_with_changes_on(grid, replace(score, voices=tuple(voices))), report)


def has_off_grid(score: Score, grid: Fraction = SIXTEENTH) -> tuple[Note, ...]:
    """Return the notes that begin or end beside the grid, in the order of the piece; empty when there are none.

    Raises
    ------
    SettingError
        The grid step is not above 0.
    """
    grid = _step(grid)
    return tuple(note for note in score.notes if note.onset % grid or note.end % grid)


def nearest(time: Fraction, grid: Fraction) -> Fraction:
    """Return the grid line nearest to `time`; the later one when both are as near."""
    return floor(time / grid + Fraction(1, 2)) * grid


def _snapped(note: Note, grid: Fraction) -> Note:
    onset = nearest(note.onset, grid)
    return replace(note, onset=onset, duration=max(grid, nearest(note.end, grid) - onset))


def _is_line(voice: Voice, grid: Fraction) -> bool:
    """Say whether all overlaps are the short ones of legato playing."""
    reached = Fraction(0)
    for before, after in zip(voice.notes, voice.notes[1:], strict=False):
        reached = max(reached, before.end)
        if reached - after.onset >= grid or before.onset == after.onset:
            return False
    return True


def _line(voice: Voice, grid: Fraction) -> list[tuple[Note, Note]]:
    pairs: list[tuple[Note, Note]] = []
    for note in voice.notes:
        after = _snapped(note, grid)
        if pairs and pairs[-1][1].onset == after.onset:
            if pairs[-1][0].duration >= note.duration:
                continue
            pairs.pop()
        _cut_at(pairs, after.onset)
        pairs.append((note, after))
    return pairs


def _chords(voice: Voice, grid: Fraction) -> list[tuple[Note, Note]]:
    pitches: dict[int, list[Note]] = {}
    for note in voice.notes:
        pitches.setdefault(note.pitch, []).append(note)
    pairs: list[tuple[Note, Note]] = []
    for notes in pitches.values():
        line = Voice(voice.name, tuple(notes))
        pairs += _line(line, grid)
    return sorted(pairs, key=lambda pair: (pair[1].onset, pair[1].pitch))


def _cut_at(pairs: list[tuple[Note, Note]], onset: Fraction) -> None:
    if pairs and pairs[-1][1].end > onset:
        before, after = pairs[-1]
        pairs[-1] = before, replace(after, duration=onset - after.onset)


def _moved(changes: tuple[Change, ...], grid: Fraction) -> tuple[Change, ...]:
    """Return changes on the grid; of those that fall together the last one."""
    moved = [replace(change, onset=nearest(change.onset, grid)) for change in changes]
    return tuple({change.onset: change for change in moved}.values())


def _with_changes_on(grid: Fraction, score: Score) -> Score:
    metres = _moved(score.metres, grid)
    keys, tempos = _moved(score.keys, grid), _moved(score.tempos, grid)
    anacrusis = nearest(score.anacrusis, grid)
    anacrusis = anacrusis if anacrusis < metres[0].bar_length else Fraction(0)
    return replace(score, metres=metres, keys=keys, tempos=tempos, anacrusis=anacrusis)


def _step(grid: Fraction) -> Fraction:
    step = Fraction(grid)
    if step <= 0:
        raise SettingError(f"a grid step of {grid} quarters is not above 0")
    return step

"""Continuation points and locks of a take, and where a passage began."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from musenb.errors import SettingError
from musenb.score.note import Note, Score, exact_quarters
from musenb.studio.takes import Entry, Tree

MOST_LOCKED = 512


@dataclass(frozen=True, slots=True)
class Locks:
    """What is kept as it is when the model writes: chorale voices, and bars by their printed numbers."""

    voices: tuple[str, ...] = ()
    bars: tuple[int, ...] = ()


def point_in(take: Entry, start: Fraction | float | str) -> Fraction:
    """Return the quarters of a point in a take: a number, or the end of the note with an id such as 'v1n7'.

    Raises
    ------
    SettingError
        There is no such note, or the point is outside the take.
    """
    score = take.score
    if not isinstance(start, str):
        point = exact_quarters(start, "start")
    else:
        voice, _, index = start.removeprefix("v").partition("n")
        try:
            point = score.voices[int(voice)].notes[int(index)].end
        except (ValueError, IndexError):
            raise SettingError(f"take {take.id} has no note {start!r}; ids are like 'v0n3'") from None
    if not 0 <= point <= score.end:
        raise SettingError(f"quarter {point} is outside take {take.id}, which lasts from 0 to {score.end}")
    return point


def locks_beyond(locks: Locks, parent: Entry, point: Fraction) -> Locks:
    """Return the locks that keep something of a take beyond a point."""
    voices = {voice.name for voice in parent.score.voices if voice.end > point}
    bars = {bar.number for bar in parent.score.bars() if bar.end > point}
    kept_voices = tuple(name for name in locks.voices if name in voices)
    kept_bars = tuple(number for number in locks.bars if number in bars)
    return Locks(kept_voices, kept_bars)


def bars_from_text(text: str) -> tuple[int, ...]:
    """Return the numbers of bars in a text such as '3, 5-6'.

    Raises
    ------
    SettingError
        It says something else.
    """
    numbers: set[int] = set()
    joined = re.sub(r"\s*[-–]\s*", "-", text.strip())
    for part in filter(None, re.split(r"[\s,;]+", joined)):
        found = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", part)
        first, last = 1, 0
        if found:
            first = int(found[1])
            last = int(found[2] or found[1])
        if not first <= last < first + MOST_LOCKED:
            raise SettingError(f"cannot read the bars {part!r}: numbers are needed, such as 3, 5-6")
        numbers.update(range(first, last + 1))
    return tuple(sorted(numbers))


def bars_as_text(numbers: tuple[int, ...]) -> str:
    """Return numbers of bars, sorted, as '3, 5-6'."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def locked_ids(locks: Locks, score: Score) -> list[str]:
    """Return the ids of the notes that locks keep: of a locked voice, or that reach into a locked bar."""
    spans = [(bar.onset, bar.end) for bar in score.bars() if bar.number in locks.bars]

    def in_locked_bar(note: Note) -> bool:
        return any(note.onset < stop and note.end > start for start, stop in spans)

    return [
        f"v{number}n{index}"
        for number, voice in enumerate(score.voices)
        for index, note in enumerate(voice.notes)
        if voice.name in locks.voices or in_locked_bar(note)
    ]


def another_way(tree: Tree, take: Entry, locks: Locks) -> dict[str, object]:
    """Return `take`, `start` and `bars` for `StudioCore.continue_` to write the same passage again.

    What is locked in the take itself is kept; a take that no model wrote is then written anew around it.

    Raises
    ------
    SettingError
        Nothing is locked and no model wrote the take.
    """
    by_model = (one for one in reversed(tree.path(take.id)) if one.recipe is not None)
    written = next(by_model, None)
    if written is None or written.recipe is None:
        start = Fraction(0)
        count = max(1, sum(1 for bar in take.score.bars() if bar.number))
    else:
        start = _start_of(tree, written)
        count = written.recipe.extent
    kept = locks_beyond(locks, take, start)
    if kept.voices or kept.bars:
        return {"take": take.id, "start": start, "bars": count}
    if take.recipe is None or take.parent is None:
        raise SettingError("there is no other way yet: let the model write first, and select what it wrote")
    return {"take": take.parent, "start": _start_of(tree, take), "bars": take.recipe.extent}


def _start_of(tree: Tree, take: Entry) -> Fraction:
    """Return the quarters from which on a model wrote a take."""
    if take.recipe is not None and take.recipe.start is not None:
        return take.recipe.start
    return Fraction(0) if take.parent is None else tree.take(take.parent).score.end

"""Places in a take: a point to go on from, and what is locked beyond it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from musenb.errors import SettingError
from musenb.score.note import exact_quarters
from musenb.studio.takes import Take


@dataclass(frozen=True, slots=True)
class Locks:
    """What is kept as it is when the model writes: chorale voices, and bars by their printed numbers."""

    voices: tuple[str, ...] = ()
    bars: tuple[int, ...] = ()


def point_in(take: Take, start: Fraction | float | str) -> Fraction:
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


def locks_beyond(locks: Locks, parent: Take, point: Fraction) -> Locks:
    """Return the locks that keep something of a take beyond a point."""
    voices = {voice.name for voice in parent.score.voices if voice.end > point}
    bars = {bar.number for bar in parent.score.bars() if bar.end > point}
    return Locks(
        tuple(name for name in locks.voices if name in voices), tuple(number for number in locks.bars if number in bars)
    )

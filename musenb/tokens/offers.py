"""Optional capabilities of an idiom: what only some languages offer, such as styles, fixed voices or themes.

An idiom, or its writer, that has one has its members; who needs it asks with `isinstance`, never by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from musenb.score.note import Score
from musenb.tokens.memory import Memory


@runtime_checkable
class Styled(Protocol):
    """What an idiom offers beside that knows music of several styles, such as quartets and songs.

    Attributes
    ----------
    styles : tuple of str
        What `Wishes.style` may be. A prepared score tells its own by the names of its voices.
    """

    @property
    def styles(self) -> tuple[str, ...]: ...

    def style_of(self, score: Score) -> str | None:
        """Return the style that the names of a score's voices tell; None where they tell none."""
        ...

    def voices_of(self, style: str) -> tuple[str, ...]:
        """Return the voices of a style, from the highest."""
        ...


@runtime_checkable
class Guided(Protocol):
    """What an idiom offers beside whose models learn themes: the prime can be held to; see `Themed`.

    Attributes
    ----------
    most_guidance : float
        The largest guidance that may be asked for; 0 tells no theme.
    """

    @property
    def most_guidance(self) -> float: ...


@runtime_checkable
class Voiced(Protocol):
    """What an idiom of fixed voices that sing one note each offers beside: harmonising and development ask for it.

    Attributes
    ----------
    ranges : dict of str to (int, int)
        The lowest and the highest MIDI pitch that each voice has, from the highest voice.
    """

    @property
    def ranges(self) -> Mapping[str, tuple[int, int]]: ...


@runtime_checkable
class Themed(Protocol):
    """What a writer offers beside whose model has learnt to take up a theme that is told without a place.

    Attributes
    ----------
    themed : Memory
        That of its rows, and the beginning of the prime as a theme.
    """

    @property
    def themed(self) -> Memory: ...

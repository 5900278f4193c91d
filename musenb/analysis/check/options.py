"""Options of rules: what a rule set may give for each, and the errors of one that gives something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from musenb.errors import ScoreError, SettingError
from musenb.score.arguments import shown
from musenb.score.spelling import spelled_pitch


class Option(Protocol):
    """What an option offers: a default, and a reading of what was written."""

    @property
    def default(self) -> Any:
        """Return the value where a rule set gives none."""
        ...

    def read(self, value: Any, where: str) -> Any:
        """Return a value as the rule takes it; raise SettingError, which names `where`, for anything else."""
        ...


@dataclass(frozen=True, slots=True)
class Number:
    """A number between two ends."""

    default: float
    lowest: float
    highest: float
    about: str

    def read(self, value: Any, where: str) -> float:
        """Return the number."""
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        if not plain or not self.lowest <= value <= self.highest:
            raise SettingError(
                f"{where} is {shown(value)}; a number {self.lowest:g}..{self.highest:g} is needed ({self.about})"
            )
        return value


@dataclass(frozen=True, slots=True)
class Switch:
    """Yes or no."""

    default: bool
    about: str

    def read(self, value: Any, where: str) -> bool:
        """Return the switch."""
        if not isinstance(value, bool):
            raise SettingError(f"{where} is {shown(value)}; true or false is needed ({self.about})")
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    default: str
    among: Sequence[str]
    about: str

    def read(self, value: Any, where: str) -> str:
        """Return the word."""
        if value not in self.among:
            raise SettingError(f"{where} is {shown(value)}; one of {', '.join(self.among)} is needed ({self.about})")
        return value


@dataclass(frozen=True, slots=True)
class Several:
    """Some of some words, as a list."""

    default: Sequence[str]
    among: Sequence[str]
    about: str

    def read(self, value: Any, where: str) -> tuple[str, ...]:
        """Return the words."""
        if not isinstance(value, list | tuple) or not value or not all(word in self.among for word in value):
            among = ", ".join(self.among)
            raise SettingError(f"{where} is {shown(value)}; a list from {among} is needed ({self.about})")
        return tuple(value)


@dataclass(frozen=True, slots=True)
class Notes:
    """The lowest and the highest note of a voice, as a list of two names."""

    default: tuple[str, str]

    def read(self, value: Any, where: str) -> tuple[str, str]:
        """Return the two names."""
        if not isinstance(value, list | tuple) or not _ordered(value):
            raise SettingError(f'{where} is {shown(value)}; its lowest and highest note are needed, as ["C4", "G5"]')
        return value[0], value[1]


def _ordered(names: Sequence[Any]) -> bool:
    """Return whether these are the names of two notes, the lower one first."""
    try:
        low, high = (spelled_pitch(name) for name in names)
    except (TypeError, ValueError, ScoreError):
        return False
    return low < high

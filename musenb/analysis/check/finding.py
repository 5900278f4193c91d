"""Finding: what a rule reports, the cells that are wrong together and why."""

from __future__ import annotations

from dataclasses import dataclass

from musenb.analysis.check.texture import Texture

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """A place where a rule is broken.

    Parameters
    ----------
    cells : tuple of (int, int)
        Slice and column of what is wrong together, in the order of time.
    why : str
        One sentence for a student.
    at : int or None
        The slice in which it is heard; that of the last cell by default.
    """

    cells: tuple[Cell, ...]
    why: str
    at: int | None = None

    @property
    def row(self) -> int:
        """The slice in which it is heard."""
        return max(row for row, _ in self.cells) if self.at is None else self.at


def named(texture: Texture, columns: tuple[int, ...] | list[int]) -> str:
    """Return voices as a sentence begins with them: 'Soprano and bass'."""
    *others, last = (texture.names[column] for column in columns)
    said = f"{', '.join(others)} and {last}" if others else last
    return said[:1].upper() + said[1:]


def over(texture: Texture, row: int, upper: int, lower: int) -> str:
    """Return two notes that sound together: 'G4 over C4'."""
    return f"{texture.name_at(row, upper)} over {texture.name_at(row, lower)}"


def pair(row: int, upper: int, lower: int) -> tuple[Cell, ...]:
    """Return the cells of two voices before a change and behind it."""
    return (row, upper), (row, lower), (row + 1, upper), (row + 1, lower)

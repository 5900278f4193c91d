"""Diagnostics of the ABC reader: notices and errors, with the line of the file that they are about."""

from __future__ import annotations

from musenb.errors import LoadError
from musenb.score.marks import Notice
from musenb.score.plain import plain_text


class Report:
    """What is said about a tune: counts by kind and action, each with the line where it came first.

    Parameters
    ----------
    source : str
        File name, for messages.

    Attributes
    ----------
    line : int
        The line that is read.
    """

    def __init__(self, source: str) -> None:
        self.source, self.line = source, 0
        self._found: dict[tuple[str, str], list[int]] = {}

    def note(
        self,
        kind: str,
        action: str,
        count: int = 1,
        line: int | None = None,
    ) -> None:
        """Count something that the score does not hold as it was; `line` 0 is no place."""
        place = self.line if line is None else line
        entry = self._found.setdefault((kind, action), [0, place])
        entry[0] += count

    def notices(self) -> tuple[Notice, ...]:
        """Return the notices in the order in which they came up."""
        return tuple(
            Notice(kind, action, count, f"line {line}" if line else "")
            for (kind, action), (count, line) in self._found.items()
        )

    def error(self, kind: str, text: str, hint: str = "") -> LoadError:
        """Return the error about the line that is read."""
        return LoadError(kind, f"{self.source}, line {self.line}: {text}", hint)


def shown(text: str) -> str:
    """Return a piece of the file as messages quote it: one line, 40 characters at most."""
    return repr(plain_text(text, 40))

"""ABC bar line reader: which repeat signs and endings a sign such as `:|2`, `::` or `|]` stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RANGE = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")
MOST_TIMES = 20


@dataclass(frozen=True, slots=True)
class BarLine:
    """What a bar line says.

    Parameters
    ----------
    backward, forward : int
        How often the section before, or after it, is played in all; 0 when the line does not repeat it.
    final : bool
        True for double and thick lines, which end a variant ending.
    """

    backward: int = 0
    forward: int = 0
    final: bool = False


def parse_bar_line(text: str) -> BarLine:
    """Return what a bar line of any shape says."""
    shape = text.removeprefix(".")
    if "|" not in shape:
        each = max(1, len(shape) // 2)
        return BarLine(each + 1, each + 1, final=True)
    left = len(shape) - len(shape.lstrip(":"))
    right = len(shape) - len(shape.rstrip(":"))
    final = "||" in shape or "]" in shape or "[" in shape or bool(left) or bool(right)
    return BarLine(_times(left), _times(right), final)


def parse_numbers(text: str) -> tuple[int, ...]:
    """Return the passes of a variant ending: '1', '1,3', '1-3'."""
    numbers: list[int] = []
    for part in _RANGE.finditer(text):
        first, last = int(part[1]), int(part[2] or part[1])
        numbers += range(first, min(last, first + MOST_TIMES) + 1)
    return tuple(dict.fromkeys(numbers))


def _times(colons: int) -> int:
    return min(colons + 1, MOST_TIMES) if colons else 0

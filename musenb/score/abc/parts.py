"""ABC parts: the order in which P: plays the sections of a tune, such as P:ABAB or P:A3(BC)2."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from musenb.score.marks import Repeat

MOST_PLAYED = 256  # sections of a tune in all
DEEPEST = 16  # brackets within brackets
_TOKEN = re.compile(
    r"(?P<label>[A-Za-z])|(?P<times>\d{1,3})|(?P<open>\()|(?P<close>\))|(?P<space>[\s.,]+)|(?P<unknown>.)"
)


def parse_order(text: str) -> tuple[str, ...] | None:
    """Return the labels in the order in which their parts are played; None for no order, or one of over 256 parts.

    A number behind a label or a closing bracket says how often it is played.
    """
    groups: list[list[str]] = [[]]
    last: list[str] = []
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "label":
            last = [token[0]]
            groups[-1] += last
        elif kind == "times":
            groups[-1] += last * (int(token[0]) - 1)
            last = []
        elif kind == "open" and len(groups) <= DEEPEST:
            groups.append([])
            last = []
        elif kind == "close" and len(groups) > 1:
            last = groups.pop()
            groups[-1] += last
        elif kind != "space":
            return None
        if len(groups[-1]) > MOST_PLAYED:
            return None
    return tuple(groups[0]) if len(groups) == 1 and groups[0] else None


def part_marks(order: Sequence[str], labels: Mapping[Fraction, str]) -> list[Repeat]:
    """Return the marks of the parts of a tune.

    Parameters
    ----------
    order : sequence of str
        Labels as they are played.
    labels : mapping of Fraction to str
        The label of the part that begins at a quarter. Parts of one label are played in turn.
    """
    places: dict[Fraction, list[int]] = {onset: [] for onset in labels}
    turns: dict[str, int] = {}
    for number, label in enumerate(order, start=1):
        named = [onset for onset in sorted(labels) if labels[onset] == label]
        if named:
            turn = turns.get(label, 0)
            turns[label] = turn + 1
            places[named[turn % len(named)]].append(number)
    return [Repeat(onset, "part", tuple(numbers), text=labels[onset]) for onset, numbers in sorted(places.items())]

"""Records of the prediction game: sessions as JSON lines, and the table of a class.

A session is one JSON object a line: first the game, then each answer as it is given. `class_table` joins many.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musenb.errors import SaveError

VERSION = 1
PLAYERS = ("student", "model", "counts")


def read_session(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """Return the lines of a recorded session; one that was cut off is left out.

    Raises
    ------
    SaveError
        The file is not a recorded session.
    """
    found = []
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    if not found or not isinstance(found[0], dict) or found[0].get("kind") != "game":
        raise SaveError(f"'{os.fsdecode(path)}' is not a recorded game")
    return [line for line in found if line.get("kind") in ("game", "answer")]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """The result of one session.

    Parameters
    ----------
    student : str
    answered, asked, hits : int
        Rounds answered; pitches asked for in them, and named rightly.
    bits : dict of str to float
        Mean bits a pitch, by player.
    confidence : float
        Mean of what was told; not-a-number when nothing was.
    """

    student: str
    answered: int
    asked: int
    hits: int
    bits: dict[str, float]
    confidence: float


def class_table(sessions: Iterable[str | os.PathLike[str]]) -> list[ClassRow]:
    """Return a row for each recorded session that has answers, the cheapest in bits first."""
    rows = []
    for path in sessions:
        header, *lines = read_session(path)
        answers = {line["round"]: line for line in lines}.values()
        asked = sum(len(line["composer"]) for line in answers)
        if not asked:
            continue
        hits = sum(line["guesses"]["student"][v] == pitch for line in answers for v, pitch in line["composer"].items())
        bits = {player: sum(line["bits"][player] for line in answers) / asked for player in PLAYERS}
        sure = [line["confidence"] for line in answers if line["confidence"] is not None]
        mean = sum(sure) / len(sure) if sure else float("nan")
        rows.append(ClassRow(str(header["student"]), len(answers), asked, hits, bits, mean))
    return sorted(rows, key=lambda row: row.bits["student"])


def format_table(rows: Sequence[ClassRow], even: float | None = None) -> str:
    """Return a class table as text, with the bits that even guessing costs when they are known."""
    lines = [f"{'student':20}{'rounds':>8}{'right':>10}{'sure':>7}{'bits':>8}{'model':>8}{'counts':>8}"]
    for row in rows:
        sure = "" if math.isnan(row.confidence) else f"{row.confidence:.0%}"
        bits = "".join(f"{row.bits[player]:8.2f}" for player in PLAYERS)
        right = f"{row.hits}/{row.asked}"
        lines.append(f"{row.student[:19]:20}{row.answered:>8}{right:>10}{sure:>7}{bits}")
    below = "bits a pitch" if even is None else f"bits a pitch; even guessing costs {even:.2f}"
    return "\n".join([*lines, below])


def append(path: Path, text: str) -> None:
    """Write text behind a record, and see it to the disk.

    Raises
    ------
    SaveError
        It cannot be written.
    """
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SaveError(f"cannot record the game in '{path}': {error.strerror}") from None

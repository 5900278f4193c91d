"""Records of the prediction game: sessions as lines with checksums, and the table of a class.

A session is a file as `musenb.files.lines` has it: first the game, then each answer as it is given. `class_table` joins
many.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musenb.errors import SaveError
from musenb.files.lines import append_lines, encode_line, read_lines

VERSION = 1
PLAYERS = ("student", "model", "counts")
LINES = ("game", "answer")
# Less what the umask takes: a teacher gathers the records of a class.
RECORD_MODE = 0o666


def read_session(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """Return the lines of a recorded session; one that was cut off or damaged is left out.

    Raises
    ------
    SaveError
        The file is not a recorded session.
    """
    lines = read_lines(Path(path), unsummed=LINES)  # release 0.1 wrote no checksums here
    known = [
        line
        for line in lines
        if line.kind in LINES and isinstance(line.data, dict)
    ]
    found = [{"kind": line.kind, **line.data} for line in known]
    if not found or found[0]["kind"] != "game":
        raise SaveError(f"'{os.fsdecode(path)}' is not a recorded game")
    return found


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
        hits = sum(_hits(line) for line in answers)
        bits = {
            player: sum(line["bits"][player] for line in answers) / asked
            for player in PLAYERS
        }
        sure = [line["confidence"] for line in answers if line["confidence"] is not None]
        mean = sum(sure) / len(sure) if sure else float("nan")
        rows.append(ClassRow(
            str(header["student"]),
            len(answers),
            asked,
            hits,
            bits,
            mean,
        ))
    return sorted(rows, key=lambda row: row.bits["student"])


def _hits(line: Mapping[str, Any]) -> int:
    """Return how many voices of a recorded round the student named rightly."""
    guesses = line["guesses"]["student"]
    return sum(guesses[voice] == pitch for voice, pitch in line["composer"].items())


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


def append(
    path: Path,
    line: Mapping[str, Any],
    *,
    number: int,
) -> None:
    """Write a line behind a record, and see it to the disk.

    Raises
    ------
    SaveError
        It cannot be written.
    """
    values = {name: value for name, value in line.items() if name != "kind"}
    try:
        append_lines(path, encode_line(number, line["kind"], values), mode=RECORD_MODE)
    except OSError as error:
        raise SaveError(f"cannot record the game in '{path}': {error.strerror}") from None

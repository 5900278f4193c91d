"""Class results table: many students' answer files in one table, read with distrust."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from musenb.errors import LoadError
from musenb.lessons.record import Answer, Fault, FileError, read_answers
from musenb.score.plain import plain_text
from musenb.score.spelling import SPELLING, spelled_pitch, spoken_pitch

MOST_FILES = 5_000
MOST_ANSWERS = 500_000
MOST_FAULTS = 20  # of one file are told; the rest are counted
DEEPEST = 6
SUFFIX = ".jsonl"
# A spreadsheet would compute a cell that begins so.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}")
FORMULA += ("\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")
COLUMNS = (
    "student", "question", "kind", "ask", "answer", "right", "reason", "at", "times_answered", "first_answer",
    "first_right", "first_at", "seed", "files",
)


@dataclass(frozen=True, slots=True)
class Row:
    """All that one student answered to one question, the earliest first, and the files in which it stands."""

    answers: tuple[Answer, ...]
    files: tuple[str, ...]

    @property
    def first(self) -> Answer:
        """Before anything was revealed."""
        return self.answers[0]

    @property
    def last(self) -> Answer:
        """What counts now."""
        return self.answers[-1]


@dataclass(slots=True)
class Gathered:
    """What a folder of answers holds.

    Parameters
    ----------
    rows : list of Row
        By question and student.
    notices : list of str
        What could not be read and why, with file and line.
    files : int
        Files of answers that were read.
    """

    rows: list[Row] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    files: int = 0

    @property
    def students(self) -> int:
        """How many students answered something."""
        return len({row.last.student for row in self.rows})


def gather(folder: str | os.PathLike[str]) -> Gathered:
    """Return the answers in the files of a folder and of the folders in it.

    Raises
    ------
    LoadError
        The folder is missing, or there is no file of answers in it.
    """
    top = Path(folder)
    if not top.is_dir():
        raise LoadError("missing", f"'{top}' is no folder")
    found = Gathered()
    held: dict[tuple[str, str], dict[Answer, None]] = defaultdict(dict)
    places: dict[str, list[str]] = defaultdict(list)
    count = 0
    for path in _files(top, found.notices):
        name = plain_text(path.relative_to(top).as_posix())
        try:
            answers = list(_read(path, name, found.notices))
        except FileError as error:
            found.notices.append(f"'{name}' is left out: {error}")
            continue
        found.files += 1
        count += len(answers)
        if count > MOST_ANSWERS:
            raise LoadError("limit", f"more than {MOST_ANSWERS} answers up to '{name}'", "gather fewer folders at once")
        for one in answers:
            held[one.question, one.student][one] = None
        for student in {one.student for one in answers}:
            places[student].append(name)
    for student, names in sorted(places.items()):
        if len(names) > 1:
            shown = ", ".join(f"'{name}'" for name in names)
            found.notices.append(f"the code {student} is in {len(names)} files, counted as one student: {shown}")
    for (_, student), answers in sorted(held.items()):
        in_time = tuple(sorted(answers, key=lambda one: one.at))
        found.rows.append(Row(in_time, tuple(places[student])))
    if not found.files:
        why = f": {found.notices[0]}" if found.notices else ""
        raise LoadError("empty", f"there is no file of answers (musenb-answers-....jsonl) in '{top}'{why}")
    return found


def _files(top: Path, notices: list[str]) -> list[Path]:
    """Return the files to read, by name; links are not followed."""
    found = []
    for folder, inside, names in os.walk(top, followlinks=False):
        depth = len(Path(folder).relative_to(top).parts)
        if depth >= DEEPEST:
            inside.clear()
        inside.sort()
        for name in sorted(names):
            path = Path(folder) / name
            if not name.endswith(SUFFIX):
                continue
            if path.is_symlink() or not path.is_file():
                notices.append(f"'{plain_text(path.relative_to(top).as_posix())}' is left out: it is no plain file")
                continue
            found.append(path)
            if len(found) > MOST_FILES:
                raise LoadError("limit", f"more than {MOST_FILES} files in '{top}'", "gather fewer folders at once")
    return found


def _read(path: Path, name: str, notices: list[str]) -> Iterable[Answer]:
    faults = 0
    for one in read_answers(path):
        if isinstance(one, Answer):
            yield one
            continue
        faults += 1
        if faults <= MOST_FAULTS:
            notices.append(_told(name, one))
    if faults > MOST_FAULTS:
        notices.append(f"'{name}': {faults - MOST_FAULTS} more lines are lost")


def _told(name: str, fault: Fault) -> str:
    return f"'{name}' line {fault.line} is lost: {fault.why}"


def csv_bytes(rows: Sequence[Row]) -> bytes:
    """Return a table of one row a student and question, as spreadsheets read it: UTF-8 with a mark at its beginning."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        first, last = row.first, row.last
        asked = last.student, last.question, last.kind, last.ask
        last_cells = _shown(last), _yes(last.right), last.why, last.at
        first_cells = _shown(first), _yes(first.right), first.at
        files = "; ".join(row.files)
        cells = (*asked, *last_cells, len(row.answers), *first_cells, last.seed, files)
        writer.writerow([_harmless(cell) for cell in cells])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def _harmless(cell: object) -> object:
    """Return a cell that no spreadsheet computes."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA) else cell


def _shown(one: Answer) -> str:
    """Return an answer for people: a pitch as the student saw it, if that is its name."""
    if one.kind != "note" or not _is_pitch(one.answer):
        return one.answer
    name = one.shown.replace("♯", "#").replace("♭", "b")
    named = SPELLING.fullmatch(name) is not None and spelled_pitch(name) == int(one.answer)
    return one.shown if named else spoken_pitch(int(one.answer))


def _is_pitch(answer: str) -> bool:
    return answer.isascii() and answer.isdecimal() and int(answer[:4]) <= 127


def _yes(right: bool | None) -> str:
    return "" if right is None else "yes" if right else "no"


def counts(found: Gathered) -> str:
    """Return what a teacher wants to know of each question: how many answered, how many rightly, and what."""
    by_question: dict[str, list[Row]] = defaultdict(list)
    for row in found.rows:
        by_question[row.last.question].append(row)
    lines = [f"{_many(found.students, 'student')}, {_many(found.files, 'file')}"]
    for question, rows in sorted(by_question.items()):
        lines.append(f"\n{plain_text(question)}  {plain_text(rows[0].last.ask, 100)}")
        changed = sum(len(row.answers) > 1 for row in rows)
        parts = [f"answered by {len(rows)} of {found.students}", f"changed by {changed}"]
        judged = [row for row in rows if row.last.right is not None]
        if judged:
            first = sum(row.first.right is True for row in judged)
            last = sum(row.last.right is True for row in judged)
            parts.append(f"right at first {first}, right now {last} of {len(judged)}")
        lines.append("   " + ", ".join(parts))
        if rows[0].last.kind != "text":
            given = Counter(plain_text(_shown(row.last), 60) for row in rows)
            lines += [f"   {number:4}  {answer}" for answer, number in given.most_common(12)]
    return "\n".join(lines)


def _many(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"

"""Append-only answer file of a student, line by line, handed in as it is.

The file is `musenb-answers-CODE.jsonl`, beside the notebook where that can be written to. CODE is drawn at random with
the first answer: there is no account, and nobody's name is asked for. A line is as in `musenb.files.lines`, of kind
'student' (the first) or 'answer'.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import musenb
from musenb.files.folders import spare_answers_folder
from musenb.files.lines import LineFile, decode_line, encode_line, now
from musenb.score.plain import BIDI_CONTROLS

VARIABLE = "MUSENB_ANSWERS"
NAME = "musenb-answers-{}.jsonl"
MARKER = ".musenb-student"
VERSION = 1
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
CODE = re.compile(rf"[{LETTERS}]{{4}}-[{LETTERS}]{{4}}")
LARGEST_FILE = 8_000_000
LONGEST_LINE = 100_000
LONGEST_ANSWER = 10_000
KINDS = ("choice", "text", "note", "compare")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it was given.

    Parameters
    ----------
    student, question, kind, ask : str
        The student's code, the question's key, its kind and its words.
    answer, shown, why : str
        The answer in the question's own terms (a pitch is its MIDI number, a take its name), as the student saw it
        (C4, A), and the reason where one was asked for.
    right : bool or None
        None where no answer is right.
    seed : int
        Of the question.
    at : str
        The time, UTC.
    """

    student: str
    question: str
    kind: str
    ask: str
    answer: str
    shown: str
    why: str
    right: bool | None
    seed: int
    at: str = ""


class FileError(ValueError):
    """A file is none of answers, or cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that could not be read: its number, from 1, and why."""

    line: int
    why: str


def new_code() -> str:
    """Return a student's code such as 'k7m2-qx4n'."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


def clean_words(text: str, longest: int = LONGEST_ANSWER) -> str:
    """Return what a student wrote with its lines, without control characters and bidirectional overrides."""
    lines = text.replace("\r\n", "\n")
    printable = (sign for sign in lines if sign in ("\n", "\t") or sign.isprintable())
    kept = "".join(sign for sign in printable if sign not in BIDI_CONTROLS)
    return kept.strip()[:longest]


def read_answers(path: Path) -> Iterator[Answer | Fault]:
    """Yield the answers of a file in the order in which they were given, and the lines that are none.

    Raises
    ------
    FileError
        It is no file of answers, is larger than 8 MB, or cannot be read.
    """
    try:
        if not path.is_file():
            raise FileError("it is no file")
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size > LARGEST_FILE:
                raise FileError(f"it is larger than {LARGEST_FILE / 1e6:.0f} MB")
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise FileError(f"it cannot be read: {error.strerror}") from None
    lines = content.splitlines(keepends=True)
    if b'"kind":"student"' not in (lines[0] if lines else b"") and b'"kind":"answer"' not in content:
        raise FileError("it is no file of answers")
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            found = _answer_of(raw, number)
        except ValueError as error:
            yield Fault(number, str(error))
        else:
            if found is not None:
                yield found


def _answer_of(raw: bytes, number: int) -> Answer | None:
    """Return the answer that a line tells, None for the line of the student; raise ValueError with the reason."""
    if len(raw) > LONGEST_LINE:
        raise ValueError(f"it has more than {LONGEST_LINE} characters")
    line = decode_line(number, raw)
    if line.fault:
        raise ValueError(line.fault.replace("a journal", "a file of answers"))
    data = line.data
    if not isinstance(data, Mapping) or line.kind not in ("student", "answer"):
        raise ValueError(f"it tells of {line.kind!r}, not of an answer")
    if data.get("version") != VERSION:
        raise ValueError(f"it is of version {data.get('version')!r}, not {VERSION}: written by another musenb")
    if line.kind == "student":
        return None
    words = {name: _text(data, name) for name in ("question", "kind", "ask", "answer", "shown", "why")}
    student, seed, right = _text(data, "student"), data.get("seed"), data.get("right")
    if not CODE.fullmatch(student):
        raise ValueError(f"{student[:20]!r} is no student's code")
    if words["kind"] not in KINDS:
        raise ValueError(f"{words['kind'][:20]!r} is none of the kinds of questions, {', '.join(KINDS)}")
    if not isinstance(seed, int) or isinstance(seed, bool) or not (right is None or isinstance(right, bool)):
        raise ValueError("its seed is no whole number, or 'right' is neither true, false nor null")
    return Answer(student=student, right=right, seed=seed, at=clean_words(line.at, 40), **words)


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise ValueError(f"its {name!r} is no text")
    return clean_words(value)


class Answers:
    """The answers of one student in one folder, those from before the kernel was started among them.

    Parameters
    ----------
    folder : Path or None
        None: all stays in memory.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        self._given: list[Answer] = []
        self._code = ""
        self._file = LineFile(None)
        known = self._known_code()
        if known is not None:
            self._take_up(known)

    @property
    def code(self) -> str:
        """The student's code; empty before the first answer."""
        return self._code

    @property
    def path(self) -> Path | None:
        """The file, whether it is there yet or not; None without a folder or before the first answer."""
        return self._file.path

    @property
    def reason(self) -> str:
        """Why answers cannot be written; empty when they can."""
        return self._file.saved.reason if self.folder else "there is no folder that can be written to"

    def of(self, question: str, kind: str) -> tuple[Answer, ...]:
        """Return what was answered to a question, the earliest first."""
        with self._lock:
            return tuple(one for one in self._given if (one.question, one.kind) == (question, kind))

    def add(self, **fields: Any) -> Answer:
        """Write an answer down and return it; where it cannot be written it stays in memory, see `reason`."""
        with self._lock:
            self._begin()
            given = {"version": VERSION, "student": self._code, **fields}
            at = now()
            found = _answer_of(encode_line(0, "answer", given, at=at), 0)
            assert found is not None
            self._given.append(found)
            self._file.append("answer", given, at=at)
            return found

    def content(self) -> bytes:
        """Return the file as it is, or would be, to be handed in."""
        with self._lock:
            self._begin()
            try:
                written = self.path.read_bytes() if self.path else b""
            except OSError:
                written = b""
            if written and not written.endswith(b"\n"):
                written += b"\n"
            return (written or self._head()) + self._file.waiting

    # The student's code

    def _head(self) -> bytes:
        return encode_line(1, "student", {"version": VERSION, "student": self._code, "musenb": musenb.__version__})

    def _known_code(self) -> str | None:
        """Return the code that the folder tells of: in the mark, else in the only file of answers."""
        if self.folder is None:
            return None
        with contextlib.suppress(OSError):
            with open(self.folder / MARKER, encoding="utf-8", errors="replace") as mark:
                code = mark.read(20).strip()
            if CODE.fullmatch(code):
                return code
        with contextlib.suppress(OSError):
            start, end = NAME.split("{}")
            names = [path.name for path in self.folder.glob(NAME.format("*"))]
            codes = [name[len(start) : -len(end)] for name in names]
            if len(codes) == 1 and CODE.fullmatch(codes[0]):
                return codes[0]
        return None

    def _begin(self) -> None:
        """See to it that there is a code, the same for every notebook of the folder."""
        if self._code:
            return
        code = self._known_code() or new_code()
        if self.folder is not None:
            try:
                with open(self.folder / MARKER, "x", encoding="utf-8", newline="\n", opener=_private) as mark:
                    mark.write(f"{code}\n")
            except OSError:
                code = self._known_code() or code
        self._take_up(code)

    def _take_up(self, code: str) -> None:
        """Go on with the file of a code."""
        self._code = code
        path = None if self.folder is None else self.folder / NAME.format(code)
        self._given = [] if path is None else _readable(path)
        self._file = LineFile(path, head=self._head(), lines=len(self._given) + 1)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _readable(path: Path) -> list[Answer]:
    try:
        return [one for one in read_answers(path) if isinstance(one, Answer)]
    except FileError:
        return []


_open: dict[Path | None, Answers] = {}
_opening = threading.Lock()


def answers_here() -> Answers:
    """Return the answers of the student who works in this folder.

    They lie in the folder that MUSENB_ANSWERS names, else beside the notebook, else with the journals.
    """
    folder = _folder()
    with _opening:
        known = _open.get(folder)
        lost = known is not None and known.path is not None and not known.path.exists() and not known.reason
        if known is None or lost:
            known = _open[folder] = Answers(folder)
        return known


def _folder() -> Path | None:
    named = os.environ.get(VARIABLE)
    for place in (Path(named) if named else None, Path.cwd(), spare_answers_folder()):
        if place is None:
            continue
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(place, os.W_OK | os.X_OK):
            return place.resolve()
    return None

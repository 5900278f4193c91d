"""ABC file reader: its header, and its tunes by the number after X:.

A tune begins with X: and ends at an empty line. Empty lines between a tune's header and its first notes are taken as
part of it, as they come from pages that add them. Typeset text, between %%begin... and %%end..., is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from musenb.score.abc.tables import BODY_LETTERS_OF_MUSIC
from musenb.score.abc.text import decoded, unescaped
from musenb.score.plain import plain_text

_BREAK = re.compile(r"\r\n?|\n")
_COMMENT = re.compile(r"(?<!\\)%.*")
_FIELD = re.compile(r"([A-Za-z+]):(.*)", re.DOTALL)
_NUMBER = re.compile(r"\s*(\d{1,9})")
_TYPESET = re.compile(r"%%[ \t]*begin(\w+)", re.IGNORECASE)
_TYPESET_END = re.compile(r"%%[ \t]*end(\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number in the file from 1; `letter` of a field, '%' of a directive, '' of music; its text."""

    number: int
    letter: str
    text: str


@dataclass(slots=True)
class Tune:
    """A tune: the number after its X: (None without one), the line of its X:, and the lines that follow.

    `beside` is what stands on the line of the X: after its number, `after` the lines between the end of the tune and
    the next one; `keyed`, `sounding` and `ended` tell how far it is read.
    """

    number: int | None
    start: int
    beside: str = ""
    lines: list[Line] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)
    keyed: bool = False
    sounding: bool = False
    ended: bool = False

    @property
    def title(self) -> str:
        """The first title, empty without one."""
        return next((title(line.text) for line in self.lines if line.letter == "T"), "")

    def add(self, line: Line) -> None:
        """Take one more line."""
        if self.ended:
            self.after.append(line)
            return
        self.lines.append(line)
        self.keyed = self.keyed or line.letter == "K"
        self.sounding = self.sounding or (self.keyed and not line.letter)


@dataclass(slots=True)
class Book:
    """A file: the lines of its header, which hold for every tune, and its tunes."""

    header: list[Line] = field(default_factory=list)
    tunes: list[Tune] = field(default_factory=list)


def read_book(data: bytes) -> Book:
    """Return the tunes of an ABC file. A file without X: that has a K: is one tune."""
    raw_lines = _BREAK.split(decoded(data))
    book = Book()
    numbered = any(raw.startswith("X:") for raw in raw_lines)
    keyed = any(raw.startswith("K:") for raw in raw_lines)
    if keyed and not numbered:
        book.tunes.append(Tune(None, 1))
    for number, raw in _without_typeset_text(raw_lines):
        tune = book.tunes[-1] if book.tunes else None
        if raw.startswith("X:"):
            found = _NUMBER.match(raw[2:])
            end = 2 + found.end() if found else 2
            beside = _COMMENT.sub("", raw[end:]).strip()
            reference = int(found[1]) if found else None
            book.tunes.append(Tune(reference, number, beside))
        elif not raw.strip():
            if tune:
                tune.ended = tune.sounding
        elif (line := parsed_line(number, raw, body=bool(tune and tune.keyed))) is not None:
            if tune:
                tune.add(line)
            else:
                book.header.append(line)
    return book


def _without_typeset_text(raw_lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines outside %%begintext ... %%endtext and the like; a beginning without an end is none."""
    ends: dict[str, int] = {}
    for number, raw in enumerate(raw_lines, start=1):
        if found := _TYPESET_END.match(raw):
            ends[found[1].lower()] = number
    within = ""
    for number, raw in enumerate(raw_lines, start=1):
        begun, ended = _TYPESET.match(raw), _TYPESET_END.match(raw)
        if within:
            if ended and ended[1].lower() == within:
                within = ""
        elif begun and ends.get(begun[1].lower(), 0) > number:
            within = begun[1].lower()
        else:
            yield number, raw


def parsed_line(number: int, raw: str, *, body: bool) -> Line | None:
    """Return a line without its comment, None when nothing is left; `body`: some fields' letters are notes there."""
    if raw.startswith("%%"):
        return Line(number, "%", raw[2:].strip())
    text = _COMMENT.sub("", raw).rstrip()
    found = _FIELD.match(text)
    if not text.strip():
        return None
    if not found or (body and found[1] in BODY_LETTERS_OF_MUSIC and found[2][:1] in ("|", ":")):
        return Line(number, "", text)
    if found[1] == "I":
        return Line(number, "%", found[2].strip())
    text = found[2].strip().removesuffix("\\").rstrip()
    return Line(number, found[1], text)


def title(text: str) -> str:
    """Return the text of a field as it is shown."""
    return plain_text(unescaped(text))


def without_continuations(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with each '+:' joined to the field before it."""
    joined: list[Line] = []
    for line in lines:
        if line.letter == "+" and joined and joined[-1].letter:
            before = joined.pop()
            joined.append(Line(before.number, before.letter, f"{before.text} {line.text}"[:1000]))
        else:
            joined.append(line)
    return joined

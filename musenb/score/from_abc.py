"""ABC notation importer, read in this process and exact: every time is a fraction of a quarter.

Conventions
-----------
- One tune of a file is read: the first, or the one whose X: is asked for. Others are named in a notice.
- An accidental holds to the end of its bar in all octaves, as the standard has it, unless %%propagate-accidentals says
  otherwise; a tied note keeps its own over the bar line.
- Each voice is a Voice, and each overlay of it, too. Notes stand once: repeats, endings and the order of parts (P:)
  are kept as marks, which `load(..., unfold=True)` writes out.
- What a Score does not hold (grace notes, lyrics, dynamics, ornaments) and what is not understood is named in its
  notices with the line where it came first.

References
----------
C. Walshaw (2011), "The abc music standard 2.1", abcnotation.com.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from musenb.errors import LoadError, ScoreError
from musenb.score.abc.assemble import assembled
from musenb.score.abc.book import Book, Line, Tune, read_book, without_continuations
from musenb.score.abc.fields import apply_field, end_header
from musenb.score.abc.music import MusicReader
from musenb.score.abc.piece import Piece
from musenb.score.abc.report import Report, shown
from musenb.score.limits import DEFAULT_LIMITS, Limits
from musenb.score.note import Score

_ABC_LINE = re.compile(r"^[ \t]*(?:X:[ \t]*\d|K:[ \t]*(?:[A-G]|HP|Hp|none|clef|$))", re.MULTILINE)
_FIELD = re.compile(r"\b[A-Z]:")
MOST_NAMED = 12  # runs of numbers that a message names


def score_from_abc(
    data: bytes,
    *,
    source: str,
    tune: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Score:
    """Return a tune of an ABC file as a Score.

    Parameters
    ----------
    data : bytes
        Text in UTF-8, in the character set that it names, or in Latin-1.
    source : str
        File name, for messages and `Score.source`.
    tune : int, optional
        The number after X: of the tune to read; the first tune when it is left out.
    limits : Limits
        Caps on notes, voices, bars and notes of a chord.

    Raises
    ------
    LoadError
        There is no such tune, it is not ABC, or it is over a limit; the message names the line.
    """
    book = read_book(data)
    chosen = _chosen(book, source, tune)
    report = Report(source)
    piece = Piece(report, limits)
    if len(book.tunes) > 1:
        left_out = len(book.tunes) - 1
        report.note("tunes", f"left out (tune= chooses by X:, here {_numbers(book.tunes)})", left_out, line=0)
    _read_header(piece, book.header)
    _read_tune(piece, chosen)
    _check(piece, chosen)
    try:
        return assembled(piece, source)
    except ScoreError as error:
        raise LoadError("content", f"{source}, line {chosen.start}: {error}") from None


def is_abc(text: str) -> bool:
    """Return whether a text is a tune in ABC: a line of it says its number, X:, or its key, K:."""
    return _ABC_LINE.search(text) is not None


def score_from_abc_text(text: str, *, source: str = "text") -> Score:
    """Return the first tune of a text in ABC, whose lines may be indented and whose X: may be missing.

    Raises
    ------
    LoadError
        As `score_from_abc`.
    """
    lines = [line.strip() for line in text.splitlines()]
    return score_from_abc("\n".join(lines).encode("utf-8", "replace"), source=source)


def tunes_of(data: bytes) -> tuple[tuple[int | None, str], ...]:
    """Return the tunes of an ABC file: the number after X: (None without one), and the title."""
    return tuple((tune.number, tune.title) for tune in read_book(data).tunes)


def _chosen(book: Book, source: str, number: int | None) -> Tune:
    if not book.tunes:
        raise LoadError("format", f"{source} holds no ABC tune: no line begins with 'X:' or 'K:'")
    if number is None:
        return book.tunes[0]
    found = next((tune for tune in book.tunes if tune.number == number), None)
    if found is None:
        raise LoadError("missing", f"{source} holds no tune X:{number}; its tunes are {_numbers(book.tunes)}")
    return found


def _numbers(tunes: Sequence[Tune]) -> str:
    """Return the numbers of tunes in words, runs of them short: '1-4, 7'."""
    runs: list[list[int]] = []
    for number in sorted({tune.number for tune in tunes if tune.number is not None}):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    named = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    return ", ".join(named[:MOST_NAMED]) + (" ..." if len(named) > MOST_NAMED else "")


def _read_header(piece: Piece, lines: Sequence[Line]) -> None:
    """Read what stands before the first tune: fields and directives hold for all tunes, text is free."""
    for line in without_continuations(lines):
        piece.report.line = line.number
        if line.letter and line.letter not in "TPwWsX+":
            apply_field(piece, line.letter, line.text)


def _read_tune(piece: Piece, tune: Tune) -> None:
    reader = MusicReader(piece)
    for line in without_continuations(tune.lines):
        piece.report.line = line.number
        if line.letter:
            apply_field(piece, line.letter, line.text)
        elif piece.in_body:
            reader.read(line.text)
        else:
            piece.report.note("lines of the header that are no fields", "left out")
        if line.letter == "K" and not piece.in_body:
            end_header(piece)
    if not piece.in_body:
        raise _without_key(piece.report, tune)
    outside = [line for line in tune.after if not line.letter and "|" in line.text]
    if outside:
        piece.report.note(
            "lines after the tune's end at an empty line", "left out", len(outside), line=outside[0].number
        )


def _without_key(report: Report, tune: Tune) -> LoadError:
    report.line = tune.start
    if _FIELD.search(tune.beside):
        text = f"{shown(tune.beside)} stands on the line of the X:"
        return report.error(
            "format", text, "X:, T:, M:, L:, K: and the notes need a line each"
        )
    text = "the tune has no line 'K:', which ends its header"
    return report.error("content", text, "add K:C, or the key that it is in, before the first notes")


def _check(piece: Piece, tune: Tune) -> None:
    """Refuse what is no tune: nothing that sounds, or more signs that are not understood than notes."""
    report = piece.report
    if piece.unknown > piece.notes:
        report.line, text = piece.first_unknown
        raise report.error("format", f"{shown(text)} is no ABC, like most of what follows the header")
    if not piece.notes:
        report.line = tune.start
        raise report.error("content", "the tune has no notes")

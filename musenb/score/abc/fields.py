"""ABC information fields, in the header, on body lines and inline: what each changes in the piece."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from musenb.score.abc.keys import Staff, parse_key, parse_voice
from musenb.score.abc.parts import parse_order
from musenb.score.abc.piece import Piece
from musenb.score.abc.tables import (
    FIELDS_LEFT_OUT,
    SCORE_DIRECTIVES,
    SOUNDING_DIRECTIVES,
    TEXT_FIELDS,
)
from musenb.score.abc.text import unescaped
from musenb.score.abc.values import default_unit, parse_metre, parse_tempo, parse_unit
from musenb.score.plain import plain_text

SLOWEST, FASTEST = 5, 1000  # quarters a minute, as in `Tempo`

_SYMBOL = re.compile(r'([H-Wh-w~.])\s*=\s*(?:!([^!]*)!|\+([^+]*)\+|"[^"]*"|(\w+))?')
_VOICE_ID = re.compile(r"[^\s()\[\]{}|*+~]+")
_PROPAGATION = ("not", "octave", "pitch")
NOT_UNDERSTOOD = "not understood and left out"
LONGEST_LABEL = 40


def apply_field(piece: Piece, letter: str, text: str) -> None:
    """Apply a field where the piece is read; `letter` '%' is a directive, '+' a continuation of a text."""
    reader = _READERS.get(letter)
    if reader:
        reader(piece, text)
    elif letter in FIELDS_LEFT_OUT:
        piece.report.note(FIELDS_LEFT_OUT[letter], "left out")
    elif letter not in TEXT_FIELDS:
        piece.report.note(f"fields {letter}:", NOT_UNDERSTOOD)


def end_header(piece: Piece) -> None:
    """Begin the body: lengths and tempo are settled, and the voices of the header take what holds for all."""
    piece.unit = piece.unit or default_unit(piece.metre)
    if piece.tempo_text:
        piece.tempo = _read_tempo(piece, piece.tempo_text, piece.unit)
    piece.in_body = True
    for voice in piece.voices.values():
        piece.begin(voice)


def _title(piece: Piece, text: str) -> None:
    if piece.in_body:
        piece.report.note("titles of sections", "left out")
    else:
        piece.titles.append(plain_text(unescaped(text)))


def _composer(piece: Piece, text: str) -> None:
    piece.composers.append(plain_text(unescaped(text)))


def _metre(piece: Piece, text: str) -> None:
    metre = parse_metre(text)
    if metre is None:
        piece.report.note("metres", NOT_UNDERSTOOD)
        return
    if not piece.current:
        piece.metre = metre
        return
    piece.set_metre(piece.voice(), metre)


def _unit(piece: Piece, text: str) -> None:
    unit = parse_unit(text)
    if unit is None:
        piece.report.note("unit lengths", NOT_UNDERSTOOD)
        return
    if not piece.current:
        piece.unit = unit
    for voice in piece.addressed():
        voice.set_unit(unit)


def _tempo(piece: Piece, text: str) -> None:
    if not piece.in_body:
        piece.tempo_text = text
        return
    unit = piece.voice().unit if piece.current else piece.unit
    qpm = _read_tempo(piece, text, unit or Fraction(1, 2))
    if qpm is None:
        return
    if piece.current:
        piece.voice().tempos.append((piece.voice().time, qpm))
    else:
        piece.tempo = qpm


def _read_tempo(piece: Piece, text: str, unit: Fraction) -> Fraction | None:
    """Return the quarters a minute of a Q:, within the range of a score."""
    mark = parse_tempo(text, unit)
    if mark is None and text:
        piece.report.note("tempos", NOT_UNDERSTOOD)
    if mark is not None and mark.words:
        piece.report.note("tempo words", "left out")
    if mark is None or mark.qpm is None:
        return None
    qpm = min(max(mark.qpm, Fraction(SLOWEST)), Fraction(FASTEST))
    if qpm != mark.qpm:
        piece.report.note("tempos", f"moved into {SLOWEST}..{FASTEST} quarters a minute")
    return qpm


def _key(piece: Piece, text: str) -> None:
    key, staff = parse_key(text)
    if key is None and staff.unread:
        piece.report.note("keys", "not understood and left out")
    else:
        _say_unread(piece, staff)
    if not piece.current:
        piece.key = key or piece.key
        piece.staff = staff.over(piece.staff)
    if piece.in_body:
        for voice in piece.addressed():
            voice.staff = staff.over(voice.staff)
            if key:
                voice.set_key(key)


def _voice(piece: Piece, text: str) -> None:
    ident, staff = parse_voice(text)
    _say_unread(piece, staff)
    if not ident:
        piece.report.note("fields V:", NOT_UNDERSTOOD)
        return
    if ident in ("*", "all"):
        piece.staff = staff.over(piece.staff)
        for voice in piece.voices.values():
            voice.staff = staff.over(voice.staff)
        return
    voice = piece.voice_of(ident)
    voice.staff = staff.over(voice.staff)
    if piece.in_body:
        piece.current = ident


def _say_unread(piece: Piece, staff: Staff) -> None:
    if staff.percussion:
        piece.report.note("percussion staves", "read as pitches")
    if staff.unread:
        piece.report.note("words in K: and V:", NOT_UNDERSTOOD, len(staff.unread))


def _symbol(piece: Piece, text: str) -> None:
    found = _SYMBOL.match(text)
    if not found:
        piece.report.note("fields U:", NOT_UNDERSTOOD)
        return
    piece.symbols[found[1]] = found[2] or found[3] or found[4] or "annotation"


def _parts(piece: Piece, text: str) -> None:
    if piece.in_body:
        piece.begin_part(plain_text(unescaped(text), LONGEST_LABEL))
        return
    order = parse_order(text)
    if order is None:
        piece.report.note("orders of parts", NOT_UNDERSTOOD)
    piece.play_order = order or ()


def _directive(piece: Piece, text: str) -> None:
    words = text.split()
    name = words[0].lower() if words else ""
    if name == "propagate-accidentals" and words[1:] and words[1].lower() in _PROPAGATION:
        piece.propagate = words[1].lower()
    elif name in SCORE_DIRECTIVES:
        voices = _VOICE_ID.findall(text.split(None, 1)[1]) if words[1:] else []
        piece.order = list(dict.fromkeys(voices))
    elif name in SOUNDING_DIRECTIVES:
        piece.report.note(f"directives %%{words[0]}", "not applied")


def _reference(piece: Piece, text: str) -> None:
    """Pass over X:, which begins a tune."""


_READERS: dict[str, Callable[[Piece, str], None]] = {
    "T": _title,
    "C": _composer,
    "M": _metre,
    "L": _unit,
    "Q": _tempo,
    "K": _key,
    "V": _voice,
    "U": _symbol,
    "P": _parts,
    "%": _directive,
    "I": _directive,
    "X": _reference,
}

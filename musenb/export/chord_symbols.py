"""Chord symbols, numerals and figures in MusicXML, from the text that a Score keeps of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from musenb.score.marks import ChordSymbol
from musenb.score.musicxml.chord_names import FIGURE_SIGNS, KINDS, printed_numeral

ROOTED = re.compile(r"([A-G])(##|#|bb|b)?([^/]*)(?:/([A-G])(##|#|bb|b)?)?")
FIGURE = re.compile(r"(##|#|bb|b|n|/|\\|\+)?(\d*)(##|#|bb|b|n|/|\\|\+)?")
ALTERS = {"##": 2, "#": 1, "bb": -2, "b": -1}
NAMES = {text: kind for kind, text in KINDS.items()}
SIGN_NAMES = {sign: name for name, sign in reversed(FIGURE_SIGNS.items())}
NONE = "N.C."
_UNPRINTED = '<kind text="">other</kind>'
_NUMERAL = re.compile(
    r"""(<numeral><numeral-root text=("[^"]*"|'[^']*')>[1-7]</numeral-root></numeral>)<kind text="">"""
)
_DEGREE = re.compile(r"(?:^|[ #b])(VII|VI|IV|V|III|II|I)", re.IGNORECASE)
DEGREES = ("I", "II", "III", "IV", "V", "VI", "VII")


def with_printed_numerals(document: bytes) -> bytes:
    """Return a document of our own with each numeral as the text of its kind: verovio prints that alone.

    Files have none there: music21 takes it for the name of a chord, and gives up the bar.
    """

    def printed(found: re.Match[str]) -> str:
        return f"{found[1]}<kind text={printed_numeral(found[2])}>"

    return _NUMERAL.sub(printed, document.decode()).encode()


def placed_chord(chord: ChordSymbol, way: int, staff: int) -> Iterator[str]:
    """Yield what stands at the beginning of a bar for a chord symbol `way` divisions behind it.

    Figures, which know no offset, stand where they belong. `staff` is that of a part with several, 0 for none.
    """
    offset = f"<offset>{way}</offset>" if way else ""
    if offset and chord.kind == "figures":
        yield f"      <forward><duration>{way}</duration></forward>"
        yield f"      {chord_element(chord, '')}"
        yield f"      <backup><duration>{way}</duration></backup>"
    else:
        yield f"      {chord_element(chord, offset + (f'<staff>{staff}</staff>' if staff else ''))}"


def chord_element(chord: ChordSymbol, offset: str) -> str:
    """Return the element for a chord symbol; `offset` is its <offset> and <staff>, or empty.

    A text that is no chord stands as words over the staff.
    """
    if chord.kind == "figures":
        return f"<figured-bass>{''.join(map(_figure, chord.text.split()))}</figured-bass>"
    if chord.kind == "numeral":
        root = f"<numeral-root text={quoteattr(chord.text)}>{_degree(chord.text)}</numeral-root>"
        inside = f"<numeral>{root}</numeral>{_UNPRINTED}"
        return f'<harmony placement="below">{inside}{offset}</harmony>'
    if chord.text == NONE:
        root = '<root><root-step text="">C</root-step></root>'
        return f'<harmony>{root}<kind text="{NONE}">none</kind>{offset}</harmony>'
    found = ROOTED.fullmatch(chord.text)
    if found is None:
        words = f"<direction-type><words>{escape(chord.text)}</words></direction-type>"
        return f'<direction placement="above">{words}{offset}</direction>'
    root, sign, quality, bass, bass_sign = found.groups()
    kind = f"<kind text={quoteattr(quality)}>{NAMES.get(quality, 'other')}</kind>"
    below = _letter("bass", bass, bass_sign) if bass else ""
    return f"<harmony>{_letter('root', root, sign)}{kind}{below}{offset}</harmony>"


def _degree(numeral: str) -> int:
    """Return the degree of a numeral, 1..7; 1 for a text that is none."""
    found = _DEGREE.search(numeral)
    return DEGREES.index(found[1].upper()) + 1 if found else 1


def _letter(part: str, step: str, sign: str | None) -> str:
    alter = f"<{part}-alter>{ALTERS[sign]}</{part}-alter>" if sign else ""
    return f"<{part}><{part}-step>{step}</{part}-step>{alter}</{part}>"


def _figure(text: str) -> str:
    """Return one figure of a figured bass: a number with a sign before or behind it."""
    found = FIGURE.fullmatch(text)
    before, number, after = found.groups() if found else (None, text, None)
    prefix = f"<prefix>{SIGN_NAMES[before]}</prefix>" if before else ""
    suffix = f"<suffix>{SIGN_NAMES[after]}</suffix>" if after else ""
    middle = f"<figure-number>{escape(number)}</figure-number>" if number else ""
    return f"<figure>{prefix}{middle}{suffix}</figure>"

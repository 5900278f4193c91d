"""Small MusicXML documents for the tests of the reader, and what is read from them as short text."""

from __future__ import annotations

import re
from fractions import Fraction

from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.note import Score

NAME = re.compile(r"([A-G])(#|b)?(\d)")
FOUR = "<divisions>12</divisions><time><beats>4</beats><beat-type>4</beat-type></time>"


def note(name: str, quarters: float | str = 1, voice: int | str = 1, *inside: str, chord: bool = False) -> str:
    """Return a note such as 'C#5', or a rest 'r'; 12 divisions to the quarter. `inside` goes behind the voice."""
    if name == "r":
        pitch = "<rest/>"
    else:
        step, sign, octave = NAME.fullmatch(name).groups()  # type: ignore[union-attr]
        alter = {"#": "<alter>1</alter>", "b": "<alter>-1</alter>", None: ""}[sign]
        pitch = f"<pitch><step>{step}</step>{alter}<octave>{octave}</octave></pitch>"
    duration = f"<duration>{int(Fraction(quarters) * 12)}</duration>"
    said = f"<voice>{voice}</voice>" if voice else ""
    return f"<note>{'<chord/>' * chord}{pitch}{duration}{said}{''.join(inside)}</note>"


def back(quarters: float) -> str:
    return f"<backup><duration>{int(quarters * 12)}</duration></backup>"


def skip(quarters: float) -> str:
    return f"<forward><duration>{int(quarters * 12)}</duration></forward>"


def whole_rest(quarters: float) -> str:
    return f'<note><rest measure="yes"/><duration>{int(quarters * 12)}</duration></note>'


def tie(kind: str) -> str:
    return f'<tie type="{kind}"/>'


def document(*parts: list[str], names: tuple[str, ...] = (), attributes: str = FOUR, implicit: tuple = ()) -> bytes:
    """Return a document of parts, each a list of measures; `implicit` are the places of uncounted ones."""
    listed, written = [], []
    for number, measures in enumerate(parts):
        name = names[number] if number < len(names) else f"P{number + 1}"
        listed.append(f'<score-part id="P{number + 1}"><part-name>{name}</part-name></score-part>')
        rows = []
        for place, content in enumerate(measures):
            head = f"<attributes>{attributes}</attributes>" if place == 0 else ""
            counted = ' implicit="yes"' if place in implicit else ""
            rows.append(f'<measure number="{place + 1}"{counted}>{head}{content}</measure>')
        written.append(f'<part id="P{number + 1}">{"".join(rows)}</part>')
    return f"<score-partwise><part-list>{''.join(listed)}</part-list>{''.join(written)}</score-partwise>".encode()


def read(*parts: list[str], **keywords: object) -> Score:
    return score_from_musicxml(document(*parts, **keywords), source="a.xml")  # type: ignore[arg-type]


def told(score: Score) -> str:
    """Return voices as onset:duration:name, // between them."""
    return " // ".join(" ".join(f"{n.onset}:{n.duration}:{n.spelling}" for n in v.notes) for v in score.voices)


def noticed(score: Score) -> list[str]:
    return [notice.short for notice in score.notices]

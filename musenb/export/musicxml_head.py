"""MusicXML header: title, composer, provenance and the list of parts."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from musenb.export.staves import Staff, parts_of
from musenb.score.note import Score
from musenb.score.plain import plain_text


def head(
    score: Score,
    staves: Sequence[Staff],
    fields: dict[str, str],
    *,
    whole: bool,
) -> Iterator[str]:
    """Yield everything before the first part."""
    yield '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
    yield (
        '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
        '"http://www.musicxml.org/dtds/partwise.dtd">'
    )
    yield '<score-partwise version="4.0">'
    if score.title:
        yield f"  <work><work-title>{_text(score.title)}</work-title></work>"
    yield "  <identification>"
    if score.composer:
        yield f'    <creator type="composer">{_text(score.composer)}</creator>'
    yield f"    <encoding><software>musenb {_version()}</software></encoding>"
    if score.source:
        yield f"    <source>{_text(score.source)}</source>"
    if fields:
        yield "    <miscellaneous>"
        for name, value in fields.items():
            yield f"      <miscellaneous-field name={quoteattr(name)}>{escape(value)}</miscellaneous-field>"
        yield "    </miscellaneous>"
    yield "  </identification>"
    yield "  <part-list>"
    for index, (staff, *_) in enumerate(parts_of(staves)):
        short = f"<part-abbreviation>{_text(staff.short)}</part-abbreviation>" if staff.short else ""
        name = _text(staff.name if whole else staff.short)
        yield f'    <score-part id="P{index + 1}"><part-name>{name}</part-name>{short}</score-part>'
    yield "  </part-list>"


def _text(text: str) -> str:
    return escape(plain_text(text))


def _version() -> str:
    try:
        return importlib.metadata.version("musenb")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"

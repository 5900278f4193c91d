"""Coloured engraving of a score: the notes that a model wrote in blue, those that are pointed at in orange."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from musenb.export.chord_symbols import with_printed_numerals
from musenb.export.palette import GENERATED_ON_LIGHT, LIKELY_ON_LIGHT
from musenb.export.to_musicxml import musicxml_bytes
from musenb.score.engrave import Engraving, engrave
from musenb.score.note import Score

GENERATED, MARKED = "musenb-generated", "musenb-marked"

_PAPER = '<rect width="100%" height="100%" style="fill:#fff;stroke:none"/>'
_COLOURS = {GENERATED: GENERATED_ON_LIGHT, MARKED: LIKELY_ON_LIGHT}
_INK = "".join(f".{name}{{color:{colour};fill:{colour}}}" for name, colour in _COLOURS.items())


def engraved(
    score: Score, *, width: int = 900, height: int | None = None, marked: AbstractSet[str] = frozenset()
) -> Engraving:
    """Engrave a score, with the class `GENERATED` on the notes that a model wrote; see `musenb.score.engrave`.

    `marked` are notes that have the class `MARKED` instead, as 'v1n7' for note 7 of the second voice.
    """

    def classes(note_id: str) -> str:
        # 'v1n7-2' is written for note 7 of voice 1.
        found = re.fullmatch(r"v(\d+)n(\d+)(-\d+)?", note_id)
        if not found:
            return ""
        if f"v{found[1]}n{found[2]}" in marked:
            return MARKED
        note = score.voices[int(found[1])].notes[int(found[2])]
        return GENERATED if note.origin.generated else ""

    return engrave(with_printed_numerals(musicxml_bytes(score)), width=width, height=height, classes=classes)


def inked(svg: str, *, paper: bool = False) -> str:
    """Return a page of `engraved` with the colours of its notes and, when asked for, white ground."""
    return svg.replace("</style>", f"{_INK}</style>{_PAPER if paper else ''}", 1)

"""Coloured engraving of a score: the notes that a model wrote are drawn in blue."""

from __future__ import annotations

import re

from musenb.export.palette import GENERATED_ON_LIGHT
from musenb.export.to_musicxml import musicxml_bytes
from musenb.score.engrave import Engraving, engrave
from musenb.score.note import Score

GENERATED = "musenb-generated"

_PAPER = '<rect width="100%" height="100%" style="fill:#fff;stroke:none"/>'
_INK = f".{GENERATED}{{color:{GENERATED_ON_LIGHT};fill:{GENERATED_ON_LIGHT}}}"


def engraved(score: Score, *, width: int = 900, height: int | None = None) -> Engraving:
    """Engrave a score, with the class `GENERATED` on the notes that a model wrote; see `musenb.score.engrave`."""

    def classes(note_id: str) -> str:
        # 'v1n7-2' is written for note 7 of voice 1.
        found = re.fullmatch(r"v(\d+)n(\d+)(-\d+)?", note_id)
        if not found:
            return ""
        note = score.voices[int(found[1])].notes[int(found[2])]
        return GENERATED if note.origin.generated else ""

    return engrave(musicxml_bytes(score), width=width, height=height, classes=classes)


def inked(svg: str, *, paper: bool = False) -> str:
    """Return a page of `engraved` with the blue of its written notes and, when asked for, white ground."""
    return svg.replace("</style>", f"{_INK}</style>{_PAPER if paper else ''}", 1)

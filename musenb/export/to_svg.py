"""SVG writer: a score on one page, as high as it needs."""

from __future__ import annotations

from musenb.errors import SaveError
from musenb.export.ink import engraved, inked
from musenb.score.note import Score


def svg_bytes(score: Score) -> bytes:
    """Return a score engraved as one SVG document, with the notes that a model wrote in blue.

    Raises
    ------
    SaveError
        It is too long for one page.
    LoadError
        It cannot be engraved.
    """
    engraving = engraved(score)
    if len(engraving.svgs) > 1:
        raise SaveError(f"the score fills {len(engraving.svgs)} pages, an SVG file holds one; save it as .pdf")
    return inked(next(iter(engraving.svgs))).encode("utf-8")

"""PDF and PNG writer: a score on A4 pages, typeset by typst.

The engraved pages are set as pictures; what a user wrote is handed over as values, so nothing of it is ever markup. The
fonts are typst's own; those of the system are asked only for writing that these lack.

References
----------
Typst documentation: https://typst.app/docs/reference/visualize/image
"""

from __future__ import annotations

import json
import re
from typing import Literal

from musenb.errors import SaveError, SettingError
from musenb.export.ink import engraved, inked
from musenb.export.provenance import provenance
from musenb.score.note import Score

LOWEST_DPI, HIGHEST_DPI, USUAL_DPI = 50, 600, 200

# Millimetres of A4, its margins, and what the title takes from a page.
_WIDTH, _HEIGHT, _MARGIN, _TOP, _BOTTOM, _HEADING = 210, 297, 15, 12, 16, 21
_LONG_TITLE = 60
_PIXELS = 900
_PIXELS_A_MILLIMETRE = _PIXELS / (_WIDTH - 2 * _MARGIN)
# A picture is one page, at most as high as eight sheets and of so many pixels: more exhausts a small server.
_TALLEST_PICTURE, _MOST_PIXELS = 8 * _HEIGHT, 40_000_000
_LAST_OF_BUNDLED_FONTS = "\u024f"

_PAGE = """
#let words = json(bytes(sys.inputs.words))
#set document(title: words.title, author: words.composer, date: none)
#set text(font: ("Libertinus Serif",), size: 10pt)
#set page(
  width: {width}mm, height: {height}, margin: (x: {margin}mm, top: {top}mm, bottom: {bottom}mm), fill: white,
  footer: text(size: 7.5pt, fill: luma(35%), grid(
    columns: (1fr, auto), column-gutter: 5mm, words.given, {number},
  )),
)
#set image(alt: words.alt)
#if words.title != "" {{ align(center, text(size: {title}pt, weight: "bold", words.title)) }}
#if words.composer != "" {{ align(right, words.composer) }}
{pictures}
"""


def pdf_bytes(score: Score) -> bytes:
    """Return a score as a PDF of A4 pages. Same score, same bytes.

    Raises
    ------
    SaveError
        It cannot be typeset.
    LoadError
        It cannot be engraved.
    """
    room = _HEIGHT - _TOP - _BOTTOM - _HEADING
    pages = engraved(score, width=_PIXELS, height=round(room * _PIXELS_A_MILLIMETRE)).svgs
    made = _typeset(score, pages, room, form="pdf")
    assert isinstance(made, bytes)
    return made


def png_bytes(score: Score, dpi: int = USUAL_DPI) -> bytes:
    """Return a score as one PNG picture on white, as wide as A4 and as high as it needs.

    Parameters
    ----------
    score : Score
    dpi : int
        Dots an inch, 50..600.

    Raises
    ------
    SettingError
        `dpi` is outside its range.
    SaveError
        The score is too long for one picture.
    LoadError
        It cannot be engraved.
    """
    if not LOWEST_DPI <= dpi <= HIGHEST_DPI:
        raise SettingError(f"{dpi} dots an inch are outside {LOWEST_DPI}..{HIGHEST_DPI}")
    pages = engraved(score, width=_PIXELS, height=round(_TALLEST_PICTURE * _PIXELS_A_MILLIMETRE)).svgs
    millimetres = sum(_heights(pages)) + _TOP + _BOTTOM + _HEADING
    pixels = _WIDTH * millimetres * (dpi / 25.4) ** 2
    if len(pages) > 1:
        raise SaveError("the score is too long for one picture; save it as .pdf")
    if pixels > _MOST_PIXELS:
        most = int(25.4 * (_MOST_PIXELS / _WIDTH / millimetres) ** 0.5)
        raise SaveError(f"the score is too long for one picture of {dpi} dots an inch: {most} at most, or save a .pdf")
    made = _typeset(score, pages, _TALLEST_PICTURE, form="png", dpi=dpi)
    return made if isinstance(made, bytes) else made[0]


def _heights(pages: tuple[str, ...]) -> list[float]:
    """Return the heights of engraved pages, in millimetres at the width of the paper."""
    boxes = [re.search(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', page) for page in pages]
    return [float(box[2]) / float(box[1]) * (_WIDTH - 2 * _MARGIN) if box else 0.0 for box in boxes]


def _typeset(
    score: Score,
    pages: tuple[str, ...],
    room: float,
    *,
    form: Literal["pdf", "png"],
    dpi: int = USUAL_DPI,
) -> bytes | list[bytes]:
    import typst

    sizes = [f"height: {room}mm" if height > room else "width: 100%" for height in _heights(pages)]
    pictures = "\n#pagebreak()\n".join(
        f'#align(center, image(bytes(sys.inputs.page{n}), format: "svg", {size}))' for n, size in enumerate(sizes)
    )
    whole = form == "pdf"
    source = _PAGE.format(
        width=_WIDTH, height=f"{_HEIGHT}mm" if whole else "auto", margin=_MARGIN, top=_TOP, bottom=_BOTTOM,
        number='context counter(page).display("1 / 1", both: true)' if len(pages) > 1 else "none",
        title=17 if len(score.title) <= _LONG_TITLE else 11, pictures=pictures,
    )  # fmt: skip
    names = ", ".join(voice.name for voice in score.voices if voice.name)
    words = {
        "title": score.title, "composer": score.composer, "given": provenance(score),
        "alt": f"Score{': ' + names if names else ''}",
    }  # fmt: skip
    inputs = {"words": json.dumps(words)}
    for number, page in enumerate(pages):
        inputs[f"page{number}"] = inked(page)
    foreign = any(sign > _LAST_OF_BUNDLED_FONTS for sign in score.title + score.composer + names)
    try:
        return typst.compile(
            source.encode("utf-8"), format=form, ppi=float(dpi), sys_inputs=inputs, ignore_system_fonts=not foreign
        )
    except (typst.TypstError, RuntimeError, ValueError) as error:
        raise SaveError(f"the score cannot be typeset: {error}") from error

"""Music engraving, MusicXML to pages of SVG, by verovio in the isolated child process.

What verovio writes is never shown as it is: every page is parsed again and only the elements and attributes of a
drawing are copied. Strokes and fills take the colour of the text around the drawing, so a dark page shows a light
score. The ids of the notes in the MusicXML stand as `data-id` on their groups; all other ids are prefixed, so that
several scores can stand on one page.

References
----------
Verovio reference book, "Toolkit options" and "Internal structure": https://book.verovio.org
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from defusedxml import DefusedXmlException, ElementTree

from musenb.errors import LoadError, SettingError
from musenb.score.isolate import isolated

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NARROWEST, WIDEST, TALLEST = 200, 10_000, 24_000
SMALLEST_SCALE, LARGEST_SCALE = 10, 200

_HIGHEST_PAGE = 60_000  # in verovio's own units
_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
_ELEMENTS = frozenset("svg g defs path use rect polygon polyline ellipse circle line text tspan".split())
_ATTRIBUTES = frozenset(
    "class d points transform x y x1 y1 x2 y2 cx cy r rx ry dx dy width height viewBox overflow "
    "fill stroke stroke-width stroke-linecap stroke-linejoin stroke-dasharray opacity fill-opacity stroke-opacity "
    "visibility font-size font-family font-style font-weight text-anchor "
    "data-id data-class data-related data-startid".split()
)
_PLAIN_VALUE = re.compile(r"[^<>&\"'`;:@()\\]*")
_MOVED_VALUE = re.compile(r"((translate|scale|rotate|matrix)\([-0-9.e, ]*\) ?)*")
_DRAWN_STYLE = (
    "#{0}{{fill:currentColor}}#{0} ellipse,#{0} path,#{0} polygon,#{0} polyline,#{0} rect{{stroke:currentColor}}"
    "#{0} .tempo,#{0} .reh,#{0} .fing,#{0} .ending{{font-weight:bold}}"
    "#{0} .dir,#{0} .dynam,#{0} .mNum{{font-style:italic}}#{0} .placeholder{{visibility:hidden}}"
)
# Verovio sets the note of a tempo mark and the signs of figured bass in a music font of 58 kB; words and the signs that
# text fonts have are enough.
_TEXT_SIGNS = {
    "\ueca2": "whole", "\ueca3": "half", "\ueca5": "\u2669", "\ueca7": "\u266a", "\ueca9": "16th", "\uecb7": ".",
    "\uea64": "\u266d", "\uea65": "\u266e", "\uea66": "\u266f",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Engraving:
    """Engraved pages.

    Parameters
    ----------
    svgs : tuple of str
        The pages that were asked for, each one `<svg>` element, safe to put into HTML.
    ids : tuple of str
        Ids of the notes on those pages, in the order of the drawing: the values of `data-id`.
    pages : int
        How many pages the whole score has.
    """

    svgs: tuple[str, ...]
    ids: tuple[str, ...]
    pages: int


def engrave(
    musicxml: bytes,
    *,
    width: int = 900,
    scale: int = 40,
    page: int | None = None,
    height: int | None = None,
    classes: Callable[[str], str] | None = None,
) -> Engraving:
    """Engrave a MusicXML document.

    Parameters
    ----------
    musicxml : bytes
        An uncompressed score-partwise document in UTF-8.
    width : int
        Pixels, 200..10000.
    scale : int
        Per cent of verovio's full size, 10..200; a staff is 18 pixels high at 50.
    page : int or None
        One page, counted from 1. Without it all of them: one page as high as it needs, several for a very long score.
    height : int or None
        Pixels that a page has at most, 200..24000; the most by default. Pages are as high as what stands on them.
    classes : callable or None
        From a note's id to further CSS classes for it, parted by spaces.

    Raises
    ------
    SettingError
        Width, height, scale or page is outside its range.
    LoadError
        Verovio refused the document, took too long or died; the running process is unharmed.
    """
    if not NARROWEST <= width <= WIDEST:
        raise SettingError(f"width {width} pixels is outside {NARROWEST}..{WIDEST}")
    if not SMALLEST_SCALE <= scale <= LARGEST_SCALE:
        raise SettingError(f"scale {scale} is outside {SMALLEST_SCALE}..{LARGEST_SCALE} per cent")
    if height is not None and not NARROWEST <= height <= TALLEST:
        raise SettingError(f"height {height} pixels is outside {NARROWEST}..{TALLEST}")
    _require_partwise(musicxml)
    arguments = {"musicxml": musicxml, "width": width, "height": height, "scale": scale, "page": page}
    try:
        answer = isolated("musenb.score.engrave:draw_pages", arguments, what="the score to engrave")
    except LoadError as error:
        raise LoadError(error.kind, f"the score view is unavailable: {error.text}", error.hint) from None
    if page is not None and not 1 <= page <= answer["pages"]:
        raise SettingError(f"page {page} is outside 1..{answer['pages']}")
    prefix = f"mn{zlib.crc32(musicxml):08x}"
    svgs: list[str] = []
    ids: list[str] = []
    for number, drawn in answer["svgs"]:
        svg, notes = screen(drawn, prefix=f"{prefix}p{number}", classes=classes or _no_classes)
        svgs.append(svg)
        ids += notes
    return Engraving(svgs=tuple(svgs), ids=tuple(ids), pages=answer["pages"])


def warm_up() -> None:
    """Load verovio, so that its start does not count against the time of a call in the child."""
    import verovio

    verovio.enableLog(verovio.LOG_OFF)


def draw_pages(
    musicxml: bytes,
    width: int,
    height: int | None,
    scale: int,
    page: int | None,
) -> dict[str, object]:
    """Return verovio's own SVG with the number of each page; runs in the child.

    Raises
    ------
    LoadError
        Verovio does not read the document.
    """
    import verovio

    toolkit = verovio.toolkit()
    toolkit.setOptions(
        {
            "inputFrom": "xml",  # never 'auto': MEI can carry scripts
            "svgHtml5": True,
            "svgViewBox": True,
            "svgFormatRaw": True,
            "smuflTextFont": "none",
            "breaks": "auto",
            "header": "none",
            "footer": "none",
            "adjustPageHeight": True,
            "pageWidth": round(width * 100 / scale),
            "pageHeight": _HIGHEST_PAGE if height is None else min(round(height * 100 / scale), _HIGHEST_PAGE),
            "scale": scale,
            "xmlIdSeed": 1,
        }
    )
    if not toolkit.loadData(musicxml.decode("utf-8")):
        raise LoadError("content", "verovio does not read it as MusicXML")
    pages = toolkit.getPageCount()
    wanted = range(1, pages + 1) if page is None else [page] * (1 <= page <= pages)
    return {"pages": pages, "svgs": [[number, toolkit.renderToSVG(number)] for number in wanted]}


def _require_partwise(musicxml: bytes) -> None:
    """Raise LoadError unless the document is MusicXML: verovio takes what it cannot read for an empty score."""
    try:
        root = ElementTree.fromstring(musicxml)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise LoadError("content", f"the score view is unavailable: not well-formed XML ({error})") from None
    if root.tag != "score-partwise":
        raise LoadError("content", f"the score view is unavailable: the root is {root.tag!r}, not 'score-partwise'")


def screen(
    svg: str,
    *,
    prefix: str,
    classes: Callable[[str], str],
) -> tuple[str, list[str]]:
    """Return a drawing with nothing but what a drawing needs, and the ids of its notes.

    Parameters
    ----------
    svg : str
        One `<svg>` document.
    prefix : str
        Put before every id and every reference to one; also the id of the drawing itself.
    classes : callable
        From a note's id to further CSS classes for it.

    Raises
    ------
    LoadError
        The text is not one SVG drawing.
    """
    try:
        root = ElementTree.fromstring(svg, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise LoadError("content", f"the score view is unavailable: its drawing is not well-formed ({error})") from None
    if root.tag != f"{_SVG}svg":
        raise LoadError("content", f"the score view is unavailable: its drawing begins with {root.tag!r}, not with svg")
    root.attrib.pop("id", None)
    notes: list[str] = []
    body = "".join(_copied(child, prefix, classes, notes) for child in root)
    namespaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    head = f'<svg {namespaces} id="{prefix}"{_attributes(root, prefix, "")}>'
    return f"{head}<style>{_DRAWN_STYLE.format(prefix)}</style>{body}</svg>", notes


def _copied(
    element: Element,
    prefix: str,
    classes: Callable[[str], str],
    notes: list[str],
) -> str:
    """Return an element with its children as text; what is not on the list of drawing elements is left out whole."""
    name = element.tag.removeprefix(_SVG) if isinstance(element.tag, str) else ""
    if name not in _ELEMENTS:
        return ""
    extra = ""
    if element.get("data-class") == "note" and (note := element.get("data-id")):
        notes.append(note)
        extra = classes(note)
    inside = "".join(_copied(child, prefix, classes, notes) + _shown(child.tail) for child in element)
    return f"<{name}{_attributes(element, prefix, extra)}>{_shown(element.text)}{inside}</{name}>"


def _no_classes(note: str) -> str:
    return ""


def _attributes(element: Element, prefix: str, extra_class: str) -> str:
    """Return the attributes that a drawing may have, with ids and references prefixed."""
    kept = {}
    for key, value in element.attrib.items():
        if key == "id":
            kept["id"] = f"{prefix}-{value}"
        elif key in ("href", f"{_XLINK}href") and value.startswith("#"):
            kept["xlink:href"] = f"#{prefix}-{value[1:]}"
        elif key in _ATTRIBUTES and value != "Leipzig":
            allowed = _MOVED_VALUE if key == "transform" else _PLAIN_VALUE
            if allowed.fullmatch(value):
                kept[key] = value
    if extra_class:
        kept["class"] = f"{kept.get('class', '')} {extra_class}".strip()
    return "".join(f" {key}={quoteattr(value)}" for key, value in kept.items())


def _shown(text: str | None) -> str:
    """Return text for the drawing: escaped, with the signs of tempo marks and figures in signs that text fonts have."""
    return escape("".join(_TEXT_SIGNS.get(sign, sign) for sign in text or ""))

"""Engraved page layout: the drawing, and where on it the notes, lines and bars stand.

The page breaks its lines where the MusicXML says so. Verovio runs in the isolated child process; what it writes is
screened as in `musenb.score.engrave`, and read for the places of noteheads, staves and bar lines, so that a view can
point at them without asking the browser where they are.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from defusedxml import ElementTree

from musenb.errors import LoadError, SettingError
from musenb.score.engrave import LARGEST_SCALE, NARROWEST, SMALLEST_SCALE, WIDEST, screen
from musenb.score.isolate import isolated

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# Units of a page's own coordinates: a tenth of verovio's.
UNITS_OF_SPACE = 180
SIDE_MARGIN, TOP_MARGIN = 20, 30
_TALLEST = 60_000
_WIDEST_STRIP = 100_000
_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
_PLACE = re.compile(r"translate\((-?\d+), ?(-?\d+)\)")
_LINE = re.compile(r"M(-?\d+) (-?\d+) L(-?\d+) (-?\d+)")
# The style is the same on every page and the classes say it all: a view brings the one and needs no other names.
_REPEATED = re.compile(r' data-(class|related)="[^"]*"| data-id="(?!v\d+n\d+(?:-\d+)?")[^"]*"|<style>.*?</style>', re.S)


_DRAWING = {
    "inputFrom": "xml",  # never 'auto': MEI can carry scripts
    "svgAdditionalAttribute": ["tie@startid"],
    "svgHtml5": True,
    "svgViewBox": True,
    "svgFormatRaw": True,
    "smuflTextFont": "none",
    "breaks": "encoded",
    "header": "none",
    "footer": "none",
    "adjustPageHeight": True,
    "pageHeight": _TALLEST,
    "pageMarginLeft": SIDE_MARGIN,
    "pageMarginRight": SIDE_MARGIN,
    "pageMarginTop": TOP_MARGIN,
    "pageMarginBottom": TOP_MARGIN,
    "xmlIdSeed": 1,
}
# All in one line, somewhat more even in time than on paper: a roll below has the same axis.
_STRIP = {
    "breaks": "none",
    "adjustPageWidth": True,
    "pageWidth": _WIDEST_STRIP,
    "spacingNonLinear": 0.8,
    "spacingLinear": 0.1,
    "spacingStaff": 7,
    "pageMarginTop": 0,
    "pageMarginBottom": 0,
    "mnumInterval": 0,
}
# Room for words below each line: between the lines, and below the last.
_WIDE = {"spacingSystem": 14, "pageMarginBottom": TOP_MARGIN + 60}


@dataclass(frozen=True, slots=True)
class Head:
    """A notehead: the id as written ('v1n7', tied on 'v1n7-2'), left edge and middle, width, and its line and staff."""

    id: str
    x: int
    y: int
    width: int
    line: int
    staff: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of music: the top and bottom of each staff, and the left edge of each bar with the end of the last."""

    staves: tuple[tuple[int, int], ...]
    edges: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """An engraved page; places are in the units of its viewBox.

    Parameters
    ----------
    svg : str
        One `<svg>` element without a style: strokes and fills are for the view to say.
    width, height : int
        Units; a staff space has `UNITS_OF_SPACE`.
    heads : tuple of Head
    lines : tuple of Line
    """

    svg: str
    width: int
    height: int
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]


def spaces_across(width: int, scale: int) -> float:
    """Return how many staff spaces lie between the margins of a page of `width` pixels."""
    return (round(width * 100 / scale) - 2 * SIDE_MARGIN) * 10 / UNITS_OF_SPACE


def engrave_page(musicxml: bytes, *, width: int | None, scale: int, last: bool, wide: bool = False) -> Page:
    """Engrave a document as one page.

    Parameters
    ----------
    musicxml : bytes
        As `musenb.export.to_musicxml.musicxml_bytes` writes a passage.
    width : int or None
        Pixels, 200..10000; None: all bars in one line, as wide as they are.
    scale : int
        Per cent, 10..200; a staff is 29 pixels high at 40.
    last : bool
        The last line may end before the margin.
    wide : bool
        Leave room for a line of words below each line of music.

    Raises
    ------
    SettingError
        Width or scale is outside its range.
    LoadError
        Verovio refused the document, took too long or died; the running process is unharmed.
    """
    fits = width is None or NARROWEST <= width <= WIDEST
    if not (fits and SMALLEST_SCALE <= scale <= LARGEST_SCALE):
        raise SettingError(
            f"a page of {width} pixels at {scale} per cent: {NARROWEST}..{WIDEST} and {SMALLEST_SCALE}..{LARGEST_SCALE}"
        )
    arguments = {"musicxml": musicxml, "width": width, "scale": scale, "last": last, "wide": wide}
    try:
        drawn = isolated("musenb.score.engrave_page:draw_page", arguments, what="the score to engrave")
    except LoadError as error:
        raise LoadError(error.kind, f"score view unavailable: {error.text}", error.hint) from None
    svg, _ = screen(drawn, prefix=f"mn{zlib.crc32(musicxml):08x}", classes=lambda note: "")
    return read_page(_REPEATED.sub("", svg))


def warm_up() -> None:
    """Load verovio, so that its start does not count against the time of a call in the child."""
    import verovio

    verovio.enableLog(verovio.LOG_OFF)


def draw_page(musicxml: bytes, width: int | None, scale: int, last: bool, wide: bool) -> str:
    """Return verovio's own SVG of the whole document; runs in the child.

    Raises
    ------
    LoadError
        Verovio does not read the document, or breaks it into several pages.
    """
    import verovio

    toolkit = verovio.toolkit()
    options = _DRAWING | {"scale": scale, "minLastJustification": 0.5 if last else 0.0}
    options |= _STRIP if width is None else {"pageWidth": round(width * 100 / scale)}
    options |= _WIDE if wide and width is not None else {}
    toolkit.setOptions(options)
    if not toolkit.loadData(musicxml.decode("utf-8")):
        raise LoadError("content", "verovio does not read it as MusicXML")
    if toolkit.getPageCount() != 1:
        raise LoadError("content", f"verovio made {toolkit.getPageCount()} pages of it")
    return toolkit.renderToSVG(1)


def read_page(svg: str) -> Page:
    """Return a screened drawing with the places that stand in it.

    Raises
    ------
    LoadError
        It is not a page as verovio draws one.
    """
    root = ElementTree.fromstring(svg, forbid_dtd=True)
    inner = next((child for child in root.iter(f"{_SVG}svg") if child is not root), None)
    margin = None if inner is None else next(_of_class(inner, "page-margin"), None)
    if inner is None or margin is None:
        raise LoadError("content", "score view unavailable: no page in the drawing")
    moved = _PLACE.match(margin.get("transform", ""))
    dx, dy = (int(moved[1]), int(moved[2])) if moved else (0, 0)
    box = inner.get("viewBox", "0 0 0 0").split()
    _, _, width, height = (round(float(part)) for part in box)
    heads: list[Head] = []
    lines: list[Line] = []
    for number, system in enumerate(_of_class(margin, "system")):
        lines.append(_read_line(system, dx, dy))
        heads += _read_heads(system, number, dx, dy)
    return Page(svg, width, height, tuple(heads), tuple(lines))


def _of_class(element: Element, name: str) -> Iterator[Element]:
    """Yield the groups of a class, in the order of the drawing."""
    groups = element.iter(f"{_SVG}g")
    return (group for group in groups if name in group.get("class", "").split())


def _read_line(system: Element, dx: int, dy: int) -> Line:
    staves: list[tuple[int, int]] = []
    edges: list[int] = []
    for measure in _of_class(system, "measure"):
        found = [_rules(staff) for staff in _staves(measure)]
        if not staves:
            staves = [_edges(lines, dy) for lines in found if lines]
        first = next((lines[0] for lines in found if lines), None)
        if first:
            left, right = int(first[1]) + dx, int(first[3]) + dx
            edges = [*edges[:-1], left, right]
    return Line(tuple(staves), tuple(edges))


def _edges(
    lines: list[re.Match[str]],
    dy: int,
) -> tuple[int, int]:
    """Return where the top and the bottom line of a staff lie."""
    top, bottom = lines[0], lines[-1]
    return int(top[2]) + dy, int(bottom[2]) + dy


def _rules(staff: Element) -> list[re.Match[str]]:
    """Return the five lines of a staff in one bar."""
    paths = staff.findall(f"{_SVG}path")
    matches = (_LINE.match(path.get("d", "")) for path in paths)
    return [rule for rule in matches if rule]


def _staves(measure: Element) -> list[Element]:
    groups = measure.findall(f"{_SVG}g")
    return [group for group in groups if "staff" in group.get("class", "").split()]


def _read_heads(system: Element, line: int, dx: int, dy: int) -> Iterator[Head]:
    for measure in _of_class(system, "measure"):
        for number, staff in enumerate(_staves(measure)):
            for note in _of_class(staff, "note"):
                head = next(_of_class(note, "notehead"), None)
                use = None if head is None else head.find(f"{_SVG}use")
                at = None if use is None else _PLACE.match(use.get("transform", ""))
                if at and use is not None and (written := note.get("data-id")):
                    wide = 304 if "E0A2" in (use.get(f"{_XLINK}href") or "") else 213
                    x, y = int(at[1]) + dx, int(at[2]) + dy
                    yield Head(written, x, y, wide, line, number)

"""Engraving press of the score view: the layout, then one page at a time. No Jupyter here."""

from __future__ import annotations

import gzip
import json
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from musenb.errors import LoadError, SaveError, ScoreError
from musenb.export.layout import score_bars
from musenb.export.staves import Staff, break_into_lines, staff_per_voice, two_staves
from musenb.export.to_musicxml import Passage, passage_bytes
from musenb.score.engrave_page import Head, Page, engrave_page, spaces_across
from musenb.score.note import Bar, Note, Score
from musenb.score.quarters import begun_within
from musenb.score.spelling import spell_score, spoken
from musenb.widgets.wire.sheet import SheetHead, SheetLine, SheetPage, SheetPlan, SheetPlate
from musenb.widgets.wire.units import Quarters

SCALE = 38
STAVES_A_PAGE = 12
# A strip of more bars is engraved in several pages, so that none takes long.
BARS_A_STRIP = 32
KEPT_PAGES = 48
UNAVAILABLE = "score view unavailable"


@dataclass(frozen=True)
class Layout:
    """A score laid out on pages.

    Parameters
    ----------
    score : Score
        As it is shown: transposed and spelled.
    staves : tuple of Staff
    bars : tuple of Bar
    plan : SheetPlan
    wide : bool
        There is room for a line of words below each line of music.
    """

    score: Score
    staves: tuple[Staff, ...]
    bars: tuple[Bar, ...]
    plan: SheetPlan
    wide: bool = False


def lay_out_sheet(
    score: Score,
    *,
    edition: int,
    width: int | None,
    staves: str,
    transpose: int,
    growing: bool,
    room: float = 0.0,
    chords: bool = False,
) -> Layout:
    """Return the layout of a score; its plan carries an error where it cannot be shown so.

    Parameters
    ----------
    score : Score
    edition : int
    width : int or None
        Pixels at zoom 1; None: a strip, all bars in one line, without names at the staves and without tempos.
    staves : str
        'each' or 'two'.
    transpose : int
        Semitones.
    growing : bool
        More bars will come: those that are there stay on their lines.
    room : float
        Quarters up to which a strip has bars, empty where no note is.
    chords : bool
        The view names the chords below each line: numerals are left out of the drawing, and lines stand further apart.
    """
    plan = SheetPlan(edition=edition, width=width or 0, pages=[], voices=[], error="")
    try:
        shown = spell_score(score.transpose(transpose))
    except ScoreError as error:
        return Layout(score, (), (), {**plan, "error": f"{UNAVAILABLE}: {error}"})
    if chords:
        shown = replace(shown, chords=tuple(mark for mark in shown.chords if mark.kind != "numeral"))
    chosen = two_staves(shown) if staves == "two" else staff_per_voice(shown)
    plan["voices"] = [list(staff.voices) for staff in chosen]
    if width is None:
        return _strip(shown, chosen, plan, room)
    bars = tuple(score_bars(shown))
    shown = _keys_at_bar_lines(shown, bars)
    starts = break_into_lines(shown, bars, spaces_across(width, SCALE), staves=chosen, even=not growing)
    step = max(1, STAVES_A_PAGE // len(chosen))
    for place in range(0, len(starts), step):
        lines = starts[place : place + step]
        stop = starts[place + step] if place + step < len(starts) else len(bars)
        plan["pages"].append(SheetPage(lines[0], stop, lines))
    return Layout(shown, chosen, bars, plan, chords)


def _strip(score: Score, staves: Sequence[Staff], plan: SheetPlan, room: float) -> Layout:
    """Return the layout of a score in one line; a long one goes on in further pages, to be set side by side."""
    bars = tuple(score_bars(score))
    if room > bars[-1].end:
        bars = tuple(score.bars(Fraction(room)))
    shown = replace(_keys_at_bar_lines(score, bars), tempos=())
    for start in range(0, len(bars), BARS_A_STRIP):
        stop = min(start + BARS_A_STRIP, len(bars))
        plan["pages"].append(SheetPage(start, stop, [start]))
    nameless = tuple(replace(staff, name="", short="") for staff in staves)
    return Layout(shown, nameless, bars, plan)


def _keys_at_bar_lines(score: Score, bars: Sequence[Bar]) -> Score:
    """Return the score with keys that change within a bar changed at its end.

    Verovio prints such a change at the beginning of its bar, where the notes before it would be read in the wrong key.
    """
    inside = {
        key.onset: bar.end
        for bar in bars
        for key in begun_within(score.keys, bar.onset, bar.end)
        if key.onset > bar.onset
    }
    if not inside:
        return score
    moved = {}
    for key in score.keys:
        onset = inside.get(key.onset, key.onset)
        moved[onset] = replace(key, onset=onset)
    keys = [moved[onset] for onset in sorted(moved) if onset < bars[-1].end]
    return replace(score, keys=tuple(keys))


class Press:
    """Engraves pages of layouts and remembers the last ones; not for several threads at once."""

    def __init__(self) -> None:
        self._cache: OrderedDict[tuple, tuple[str, Page]] = OrderedDict()

    def plate(
        self,
        layout: Layout,
        number: int,
        known: str = "",
    ) -> tuple[str, SheetPlate | None]:
        """Return the key of a page and the page; None in its place when its key is `known`.

        A page that cannot be engraved carries the reason.
        """
        first, stop, lines = layout.plan["pages"][number]
        empty = SheetPlate(
            edition=layout.plan["edition"],
            page=number,
            key="",
            svg="",
            width=0,
            height=0,
            heads=[],
            lines=[],
            error="",
        )
        try:
            key, page = self._page(layout, SheetPage(first, stop, lines))
            if key == known:
                return key, None
        except (LoadError, SaveError) as error:
            text = str(error)
            text = text if text.startswith(UNAVAILABLE) else f"{UNAVAILABLE}: {text}"
            key = f"x{zlib.crc32(text.encode()):08x}"
            return key, {**empty, "key": key, "error": text}
        names = [_name(layout.score, head.id) for head in page.heads]
        heads = [SheetHead(*_head_row(head), name) for head, name in zip(page.heads, names, strict=True)]
        rows = _lines_with_times(page, layout.bars[first:stop], lines, first)
        drawn = {
            "svg": page.svg,
            "width": page.width,
            "height": page.height,
            "heads": heads,
            "lines": rows,
        }
        return key, {**empty, "key": key, **drawn}  # type: ignore[typeddict-item]

    def _page(self, layout: Layout, page: SheetPage) -> tuple[str, Page]:
        """Return a page with its key, engraved anew only when something on it is new."""
        bars, width = layout.bars[page.first : page.stop], layout.plan["width"]
        passage = Passage(
            bars,
            before=layout.bars[page.first - 1] if page.first else None,
            last=page.stop == len(layout.bars),
            lines=frozenset(layout.bars[start].onset for start in page.lines),
        )
        score = layout.score
        content = (layout.staves, passage, width, score.keys, score.tempos, layout.wide, _inside(score, bars))
        if content not in self._cache:
            document = passage_bytes(layout.score, passage, layout.staves)
            look = f"{'e' if passage.last else ''}{'w' if layout.wide else ''}"
            key = f"{zlib.crc32(document):08x}{len(document):x}-{width}{look}"
            drawn = engrave_page(document, width=width or None, scale=SCALE, last=passage.last, wide=layout.wide)
            self._cache[content] = key, drawn
        self._cache.move_to_end(content)
        while len(self._cache) > KEPT_PAGES:
            self._cache.popitem(last=False)
        return self._cache[content]


def _inside(score: Score, bars: Sequence[Bar]) -> tuple[tuple[tuple[int, Note], ...], ...]:
    """Return the numbered notes of each voice that sound in these bars."""
    start, stop = bars[0].onset, bars[-1].end
    found = []
    for voice in score.voices:
        inside = []
        for index, note in enumerate(voice.notes):
            if note.onset >= stop:
                break
            if note.end > start:
                inside.append((index, note))
        found.append(tuple(inside))
    return tuple(found)


def _head_row(head: Head) -> tuple[str, int, int, int, int, int]:
    return head.id, head.x, head.y, head.width, head.line, head.staff


def pack_plates(plates: Sequence[SheetPlate] | SheetPlate) -> bytes:
    """Return pages as they travel: gzip of JSON, the same bytes for the same pages."""
    return gzip.compress(
        json.dumps(plates, ensure_ascii=False, separators=(",", ":")).encode(),
        6,
        mtime=0,
    )


def unpack_plates(packed: bytes) -> list[SheetPlate]:
    """Return what `pack_plates` was given."""
    return json.loads(gzip.decompress(packed))


def _lines_with_times(
    page: Page,
    bars: Sequence[Bar],
    starts: Sequence[int],
    first: int,
) -> list[SheetLine]:
    """Return the lines of a page with the quarters at which their bars begin and end."""
    stops = [*(start - first for start in starts[1:]), len(bars)]
    rows = []
    for line, start, stop in zip(page.lines, starts, stops, strict=False):
        inside = bars[start - first : stop]
        edges = [*(bar.onset for bar in inside), inside[-1].end]
        times = [Quarters(float(quarter)) for quarter in edges]
        rows.append(
            SheetLine(
                staves=list(line.staves),
                edges=list(line.edges),
                times=times,
            )
        )
    return rows


def _name(score: Score, written: str) -> str:
    """Return the name of a written note, 'G♯4', or '' for one that is tied to."""
    if "-" in written:
        return ""
    voice, _, index = written.removeprefix("v").partition("n")
    return spoken(score.voices[int(voice)].notes[int(index)].spelling)

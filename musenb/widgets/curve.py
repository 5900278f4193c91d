"""Curve widget: values of the notes along a piece, such as their surprisal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

import numpy as np
import traitlets

from musenb.errors import SettingError
from musenb.score.note import Score
from musenb.widgets.notes import NoteView, note_id, parse_note_id, rows_of
from musenb.widgets.picture import COLOURS, PAPER, png_bytes
from musenb.widgets.wire.curve import CurveLine


class Curve(NoteView, bundle="curve"):
    """One value a note: a dot where the note begins, and a line through the means of the beats.

    A click on a dot, or an arrow key, selects the note in all views of the clock.

    Parameters
    ----------
    score : Score or None
    lines : mapping of str to values, or None
        By the name of the line: values by the ids of notes, or as an array in the order of `score.notes`.
    **settings
        `clock`: another view or a Clock to move with; `unit` of the values; `height` (pixels, 60..400).
    """

    _MINE: ClassVar = NoteView._MINE | {"lines"}

    lines = traitlets.List(help="name and values, one a row of the note table").tag(sync=True)
    unit = traitlets.Unicode("bits").tag(sync=True)
    height = traitlets.Int(110, min=60, max=400, help="pixels").tag(sync=True)

    def __init__(
        self,
        score: Score | None = None,
        lines: Mapping[str, Mapping[str, float] | Sequence[float]] | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(score, **settings)
        if lines is not None:
            self.show(lines)

    def show(
        self,
        lines: Mapping[str, Mapping[str, float] | Sequence[float]],
        score: Score | None = None,
    ) -> None:
        """Show other values, and another piece when `score` is given.

        Raises
        ------
        SettingError
            A note is unknown, or there are not as many values as notes.
        """
        if score is not None:
            self.show_score(score)
        ids = [note_id(voice, index) for voice, index, _ in rows_of(self.score)]
        places = {name: row for row, name in enumerate(ids)}
        self.lines = [
            dict(CurveLine(name=name, values=_values(name, given, places)))
            for name, given in lines.items()
        ]
        self.refresh_description()

    def describe(self) -> str:
        """Return the mean of each line, and where it is highest."""
        if not self.lines:
            return "Curve without values yet."
        rows = rows_of(self.score)
        found = []
        for line in self._drawn():
            known = [(value, row) for row, value in enumerate(line["values"]) if value is not None]
            if not known:
                continue
            mean = sum(value for value, _ in known) / len(known)
            value, row = max(known)
            onset = rows[row][2].onset
            numbers = (bar.number for bar in self.score.bars() if bar.onset <= onset < bar.end)
            bar = next(numbers, 0)
            where = f"bar {bar}" if bar else "the upbeat"
            found.append(
                f"{line['name'][:1].upper()}{line['name'][1:]}: {mean:.2f} {self.unit} a note on average, "
                f"highest in {where} with {value:.1f}."
            )
        return " ".join(found)

    def _drawn(self) -> list[CurveLine]:
        return cast("list[CurveLine]", self.lines)

    def picture(self) -> tuple[str, bytes] | None:
        """Return the curves as PNG: a stem for each note."""
        if not self.lines or not self._rows:
            return None
        onsets = [float(note.onset) for _, _, note in self._rows]
        return "image/png", curve_png([line["values"] for line in self._drawn()], onsets)


def _values(
    name: str, given: Mapping[str, float] | Sequence[float], places: Mapping[str, int]
) -> list[float | None]:
    found: list[float | None] = [None] * len(places)
    if isinstance(given, Mapping):
        for note, value in given.items():
            if note not in places:
                try:
                    parse_note_id(note)
                except ValueError as error:
                    raise SettingError(f"{name}: {error}") from None
                raise SettingError(f"{name}: the score has no note {note!r}")
            found[places[note]] = float(value)
    else:
        values = [float(value) for value in given]
        if len(values) != len(places):
            raise SettingError(f"{name}: {len(values)} values for {len(places)} notes")
        found = list(values)
    return [value if value is not None and math.isfinite(value) else None for value in found]


def curve_png(
    lines: Sequence[Sequence[float | None]],
    onsets: Sequence[float],
    width: int = 800,
    height: int = 110,
) -> bytes:
    """Return values (one sequence a line, one value a note) over onsets as PNG, a stem for each."""
    pixels = np.full((height, width, 3), PAPER, np.uint8)
    most = max((value for line in lines for value in line if value is not None), default=0.0) or 1.0
    last = max(onsets, default=0.0) or 1.0
    for number, line in enumerate(lines):
        colour = np.array(COLOURS[number % len(COLOURS)], np.uint8)
        for onset, value in zip(onsets, line, strict=True):
            if value is None:
                continue
            left = int(onset / last * (width - 4)) + 2 * number
            tall = max(1, round(max(value, 0.0) / most * (height - 4)))
            pixels[height - tall :, left : left + 2] = colour
    pixels[-1:] = 200
    return png_bytes(pixels)

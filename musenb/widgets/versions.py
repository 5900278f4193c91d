"""Score comparison widget: two versions of a piece, one above the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
import traitlets

from musenb.analysis.compare import SAME, Comparison, compare
from musenb.score.note import Score
from musenb.widgets.base import MusenbWidget
from musenb.widgets.notes import pack, piece_of, rows_of, unpack
from musenb.widgets.picture import png_bytes, roll_pixels
from musenb.widgets.sound import Sounding
from musenb.widgets.wire.versions import VersionRow


class Versions(Sounding, MusenbWidget, bundle="versions"):
    """Two rolls on one scale of time and pitch, with words and figures above them.

    Parameters
    ----------
    first, second : Score or None
        Both stand on the same time from the same beginning.
    **settings
        `clock`; `names` of the two versions; `heading`.
    """

    _MINE: ClassVar = MusenbWidget._MINE | {
        "engine", "piece", "first", "second", "differ", "parts", "words", "rows", "version",
    }

    piece = traitlets.Dict(help="title, voices, bars, tempos, keys, end").tag(sync=True)
    first = traitlets.Bytes(help="note table").tag(sync=True)
    second = traitlets.Bytes(help="note table").tag(sync=True)
    names = traitlets.List(traitlets.Unicode(), ["before", "after"], minlen=2, maxlen=2).tag(sync=True)
    differ = traitlets.List(help="ids in the first, ids in the second").tag(sync=True)
    parts = traitlets.Float(allow_none=True, default_value=None, help="quarter at which they part").tag(sync=True)
    heading = traitlets.Unicode().tag(sync=True)
    words = traitlets.List(traitlets.Unicode(), help="paragraphs").tag(sync=True)
    rows = traitlets.List(help="label, before, after, change").tag(sync=True)
    version = traitlets.Int(0, help="counts the changes").tag(sync=True)

    def __init__(
        self,
        first: Score | None = None,
        second: Score | None = None,
        **settings: Any,
    ) -> None:
        self.scores: tuple[Score, Score] | None = None
        self.difference: Comparison | None = None
        super().__init__(**settings)
        if first is not None and second is not None:
            self.show(first, second)

    def show(
        self,
        first: Score | None = None,
        second: Score | None = None,
        *,
        heading: str | None = None,
        words: Iterable[str] = (),
        rows: Iterable[Sequence[str]] = (),
        names: Sequence[str] | None = None,
    ) -> None:
        """Show two versions with words and figures; without scores the words and figures alone."""
        self.scores = None if first is None or second is None else (first, second)
        self.difference = None if self.scores is None else compare(*self.scores)
        with self.hold_sync():
            if names is not None:
                self.names = list(names)
            self.heading = self.heading if heading is None else heading
            self.words, self.rows = list(words), [VersionRow(*row) for row in rows]
            if self.scores is None or self.difference is None:
                self.first, self.second = b"", b""
                self.differ = [[], []]
                self.parts = None
            else:
                end = max(score.end for score in self.scores)
                self.piece = dict(piece_of(self.scores[0], Fraction(end)))
                self.first, self.second = (pack(rows_of(score)) for score in self.scores)
                self.differ = [list(ids) for ids in differing(self.difference)]
                parts = self.difference.parting
                self.parts = None if parts is None else float(parts)
            self.version += 1
            self.refresh_description()

    def describe(self) -> str:
        """Return the heading, the words, the figures, and how far the versions differ."""
        said = [self.heading and f"{self.heading}.", *self.words]
        for label, before, after, change in self.rows:
            values = [f"{name} {value}" for name, value in zip(self.names, (before, after), strict=True) if value]
            said.append(f"{label}: {', '.join(filter(None, [*values, change]))}.")
        if self.difference is not None:
            said.append(f"{self.names[0]} and {self.names[1]}: {self.difference}.")
        return " ".join(filter(None, said)) or "Two versions: none yet."

    def picture(self) -> tuple[str, bytes] | None:
        """Return both rolls as PNG, the first above."""
        if self.scores is None or not (self.first and self.second):
            return None
        tables = [unpack(self.first), unpack(self.second)]
        both = np.concatenate(tables)
        pitches = both["pitch"]
        span = (int(pitches.min()) - 2, int(pitches.max()) + 2)
        end = float((both["onset"] + both["duration"]).max())
        rolls = [roll_pixels(table, span=span, end=end) for table in tables]
        rule = np.full(
            (4, rolls[0].shape[1], 3),
            120,
            np.uint8,
        )
        return "image/png", png_bytes(np.concatenate([rolls[0], rule, rolls[1]]))


def differing(difference: Comparison) -> tuple[list[str], list[str]]:
    """Return the ids of the notes of the first and of the second version that are not the same in the other."""
    apart = [pair for pair in difference.pairs if pair.kind != SAME]
    first = [pair.first_id for pair in apart if pair.first_id]
    second = [pair.second_id for pair in apart if pair.second_id]
    return first, second

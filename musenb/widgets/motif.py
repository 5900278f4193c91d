"""Motif view widget: a lane for each form in which a motif returns, along the bars.

It computes nothing: returns, chance, likeness and attention come from `musenb.analysis` and are handed in, each as soon
as it is known. `musenb.questions.motif_report` does that.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets

from musenb.analysis.attention_returns import Looking, looking_in_words
from musenb.analysis.motif.chance import Chance, chance_words
from musenb.analysis.motif.finder import FORMS, Motif, Return
from musenb.analysis.motif.planned import planned_words, told_sentence
from musenb.analysis.motif.words import FORM_WORDS, interval_of
from musenb.errors import SettingError
from musenb.score.note import Score
from musenb.widgets.matrices import Packed, pack, shrink
from musenb.widgets.notes import NoteView, note_id
from musenb.widgets.picture import COLOURS, PAPER, png_bytes
from musenb.widgets.wire.motif import LaneRow, LookingRow, ReturnRow
from musenb.widgets.wire.units import Quarters

LARGEST_SIDE = 64  # cells; a piece with more bars has some in each cell
MOST_HEADS = 8  # in the table
MOTIF = "motif"


class MotifView(NoteView, bundle="motif"):
    """Where a motif returns and in which form, to be selected, seen in the other views, and heard.

    Parameters
    ----------
    score : Score or None
    motif : Motif or None
        What is looked for; with a place in the score it gets a lane of its own.
    returns : sequence of Return
        As `musenb.analysis.motif.finder.find_returns` gives them.
    **settings
        `clock`; `selected`, the number of a return in the order of time (-1: none).
    """

    motif = traitlets.Any(None, allow_none=True, help="the motif's own place").tag(sync=True)
    returns = traitlets.List(help="rows, in the order of time").tag(sync=True)
    lanes = traitlets.List(help="forms and their counts").tag(sync=True)
    selected = traitlets.Int(-1, min=-1).tag(sync=True, echo_update=False)
    verdict = traitlets.Unicode(help="what was planned, and the counts beside chance, in words").tag(sync=True)
    side = traitlets.Int(0, help="cells of a side of a matrix").tag(sync=True)
    likeness = traitlets.Bytes(help="which bars are alike").tag(sync=True)
    likeness_scale = traitlets.Float(0.0).tag(sync=True)
    attention = traitlets.Bytes(help="which bars look at which: all heads together, then each").tag(sync=True)
    attention_scales = traitlets.List(traitlets.Float()).tag(sync=True)
    heads = traitlets.Int(0, help="heads of a layer").tag(sync=True)
    looking = traitlets.List(help="heads that look at the places of return").tag(sync=True)
    looking_words = traitlets.Unicode().tag(sync=True)
    matrices = traitlets.Int(0, help="counts the changes of the matrices").tag(sync=True)

    _SHOWN = frozenset(
        "motif returns lanes verdict side likeness likeness_scale attention attention_scales heads looking"
        " looking_words matrices".split()
    )
    _MINE: ClassVar = NoteView._MINE | _SHOWN

    def __init__(
        self,
        score: Score | None = None,
        motif: Motif | None = None,
        returns: Sequence[Return] = (),
        **settings: Any,
    ) -> None:
        self.found: tuple[Return, ...] = ()
        self._planned = ""
        super().__init__(score, **settings)
        if score is not None and motif is not None:
            self.show_returns(score, motif, returns)

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> int:
        if proposal["value"] >= max(len(self.returns), 1) and self.returns:
            raise traitlets.TraitError(f"there is no return {proposal['value']}: they are 0..{len(self.returns) - 1}")
        return proposal["value"]

    def show_returns(self, score: Score, motif: Motif, returns: Sequence[Return]) -> None:
        """Show another search: what chance gives and the matrices are gone until they are shown anew."""
        with self.hold_sync():
            self.selected = -1
            if score is not self.score:
                self.show_score(score)
            self.found = tuple(sorted(returns, key=lambda one: (one.onset, one.notes, one.form)))
            self.motif = home_row(score, motif)
            self.returns = [return_row(score, one) for one in self.found]
            self._planned = planned_words(score, self.found)
            self.verdict = self._planned
            self._show_lanes(None)
            self.side = 0
            self.likeness, self.attention = b"", b""
            self.attention_scales = []
            self.looking, self.looking_words = [], ""
            self.heads = 0
            self.matrices += 1
        self.refresh_description()

    def show_chance(self, chance: Chance) -> None:
        """Show how often other pieces' motifs return, beside this one."""
        with self.hold_sync():
            self._show_lanes(chance)
            self.verdict = " ".join(filter(None, [self._planned, chance_words(chance)]))
        self.refresh_description()

    def _show_lanes(self, chance: Chance | None) -> None:
        counts = Counter(one.form for one in self.found)
        by_chance = (lambda form: chance.by_chance[form]) if chance is not None else (lambda _: -1.0)
        self.lanes = [
            LaneRow(form, FORM_WORDS[form], counts[form], float(by_chance(form)))
            for form in FORMS
            if counts[form]
        ]

    def show_likeness(self, likeness: np.ndarray, attention: np.ndarray | None = None) -> None:
        """Show which bars are alike, and which look at which.

        Parameters
        ----------
        likeness : float (bars, bars)
            0..1.
        attention : float (layers, heads, bars, bars), optional
        """
        side = min(len(likeness), LARGEST_SIDE)
        alike = _packed(likeness, side)
        with self.hold_sync():
            self.side = side
            self.likeness = alike.cells.tobytes()
            self.likeness_scale = alike.scale
            if attention is not None:
                layers, heads = attention.shape[:2]
                each = attention.reshape(layers * heads, *attention.shape[2:])
                maps = [attention.mean((0, 1)), *each]
                packed = [_packed(one, side) for one in maps]
                self.heads = heads
                self.attention = b"".join(one.cells.tobytes() for one in packed)
                self.attention_scales = [one.scale for one in packed]
            self.matrices += 1

    def show_looking(self, looking: Looking) -> None:
        """Show which heads look at the places of return, the first ones above what distance alone would give."""
        known = np.argwhere(np.isfinite(looking.score) & np.isfinite(looking.p_value))

        def rank(at: list[int]) -> tuple[bool, float]:
            layer, head = at
            return looking.p_value[layer, head] > 0.05, -looking.score[layer, head]

        order = sorted(known.tolist(), key=rank)
        self.looking = [
            LookingRow(layer, head, *(float(table[layer, head]) for table in
                                      (looking.looking, looking.recency, looking.p_value)))
            for layer, head in order[:MOST_HEADS]
        ]
        self.looking_words = looking_in_words(looking)
        self.refresh_description()

    def select(self, number: int) -> None:
        """Select a return, in the order of time from 0; -1 for none.

        Raises
        ------
        SettingError
            There is no such return.
        """
        try:
            self.selected = number
        except traitlets.TraitError as error:
            raise SettingError(str(error)) from None

    def describe(self) -> str:
        """Return how often the motif returns and in which forms, and the first returns in sentences."""
        if self.motif is None and not self.returns:
            return "Returns of a motif: none is looked for yet." if not self._rows else "The motif does not return."
        forms = ", ".join(f"{row[2]} {row[0]}" for row in self.lanes)
        text = f"{self.motif[5]} " if self.motif is not None else ""
        text += f"Returns: {forms}." if forms else "It does not return."
        first = "; ".join(row[5] for row in self.returns[:3])
        more = len(self.returns) - 3
        text += f" It {first}{f'; and {more} more' if more > 0 else ''}." if first else ""
        return " ".join(filter(None, [text, self.verdict, self.looking_words]))

    def picture(self) -> tuple[str, bytes] | None:
        """Return the lanes as PNG: the motif on top, then the forms in the order of the list."""
        rows = [(0, self.motif)] if self.motif is not None else []
        for number, lane in enumerate(self.lanes, start=1):
            rows += [(number, row) for row in self.returns if row[3] == lane[0]]
        if not rows:
            return None
        end = float(self.piece["end"])
        return "image/png", lanes_png(rows, 1 + len(self.lanes), end)


def home_row(score: Score, motif: Motif) -> ReturnRow | None:
    """Return the motif's own place as a row; None when it comes from elsewhere."""
    if not motif.home:
        return None
    voice = motif.home[0][0]
    name = score.voices[voice].name or f"voice {voice + 1}"
    first, last = motif.notes[0], motif.notes[-1]
    bars = [bar.number for bar in score.bars() if bar.onset <= last.onset and bar.end > first.onset]
    stretch = [str(number) if number else "the upbeat" for number in (bars[0], bars[-1])]
    where = f"bar {stretch[0]}" if bars[0] and bars[0] == bars[-1] else stretch[0]
    if bars[0] != bars[-1]:
        where = f"bars {stretch[0]} to {stretch[1]}" if bars[0] else f"the upbeat and bars 1 to {stretch[1]}"
        where = "the upbeat and bar 1" if bars == [0, 1] else where
    words = f"The motif: {len(motif.notes)} notes of the {name.lower()}, {where}."
    ids = [note_id(*place) for place in motif.home]
    onset, end = (Quarters(float(value)) for value in (first.onset, last.end))
    return ReturnRow(onset, end, [voice], MOTIF, "", words, 1.0, 0.0, ids)


def return_row(score: Score, one: Return) -> ReturnRow:
    """Return a return in a score as the page takes it."""
    voices = [voice for voice, _ in itertools.groupby(voice for voice, _ in one.notes)]
    onset, end = Quarters(float(one.onset)), Quarters(float(one.end))
    ids = [note_id(*place) for place in one.notes]
    told = (one.form, interval_of(one), told_sentence(score, one), one.confidence, one.expected)
    return ReturnRow(onset, end, voices, *told, ids)


def lanes_png(
    rows: Sequence[tuple[int, ReturnRow]],
    lanes: int,
    end: float,
    width: int = 800,
) -> bytes:
    """Return rows in their lanes as PNG, in the colours of their voices, as light as they are uncertain."""
    tall = 22
    pixels = np.full((lanes * tall + 2, width, 3), PAPER, np.uint8)
    pixels[tall - 1 :: tall] = 225
    for lane, (onset, stop, voices, *_, confidence, _expected, _ids) in rows:
        left = int(onset / end * width)
        right = max(left + 2, int(stop / end * width) - 1)
        colour = np.array(COLOURS[voices[0] % len(COLOURS)], float)
        share = 0.25 + 0.75 * confidence
        mixed = share * colour + (1 - share) * PAPER
        top, bottom = lane * tall + 4, (lane + 1) * tall - 4
        pixels[top:bottom, left:right] = mixed.astype(np.uint8)
    return png_bytes(pixels)


def _packed(matrix: np.ndarray, side: int) -> Packed:
    return pack(shrink(np.asarray(matrix, np.float32), (side, side)))

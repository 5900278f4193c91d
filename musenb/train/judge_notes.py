"""Judgements of the score model: nats a note on held pieces, told nothing, a voice, or both sides of a gap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from musenb.model.torch.fields import FieldTransformer, Steps
from musenb.tokens.memory import Memory
from musenb.tokens.notes.fields import NAMES, STYLES
from musenb.tokens.notes.given import theme_of
from musenb.tokens.notes.rows import NoteRow
from musenb.train.notes import (
    Draw,
    Motifs,
    nothing_given,
    plainly,
    stacked,
    starts_of,
    theme_steps,
    told_row,
    window_of,
)
from musenb.train.notes_data import QUARTET, SONG, Piece

GAP = 2  # bars
TOLD = "voices", "gap", "theme"
COUNTED = (STYLES[QUARTET], STYLES[SONG], "voices", "gap")  # whose mean chooses the best weights


def judge(
    model: FieldTransformer, held: Sequence[Piece], *, cells: int, order: tuple[str, ...]
) -> dict[str, float]:
    """Return nats a note of a crop of each held piece.

    A style's name stands for its pieces told nothing, and with a field's name for that field of them. 'voices' are
    quartets told the highest voice and 'gap' told all but two bars, 'theme' those with a motif, told one; beside them
    the same fields unaided, as 'voices plain', 'gap plain' and 'theme plain'.
    """
    told = {name: Tally() for name in (*STYLES, *(f"{kind}{plain}" for kind in TOLD for plain in ("", " plain")))}
    for number, piece in enumerate(held):
        draw = Draw("plain", held_start(piece, number, cells), cells)
        nothing = nothing_given(piece)
        row = told_row(piece, nothing, draw, order=order)
        plain = step_nats(model, row)
        told[STYLES[piece.style]].add(plain, row.row.weights, order)
        if piece.style == QUARTET:
            gap = gap_given(nothing, window_of(piece, draw))
            for name, given in (("voices", highest_given(nothing)), ("gap", gap)):
                row = told_row(piece, given, draw, order=order)
                told[name].add(step_nats(model, row), row.row.weights, order)
                told[f"{name} plain"].add(plain, row.row.weights, order)
            theme = held_theme(piece, draw)
            if theme is not None:
                row = told_row(piece, nothing, draw, theme=theme, order=order)
                told["theme"].add(step_nats(model, row), row.row.weights, order)
                told["theme plain"].add(plain, row.row.weights, order)
    judged = {name: tally.mean for name, tally in told.items() if tally.notes}
    for style in (QUARTET, SONG):
        judged |= {f"{STYLES[style]}, {name}": mean for name, mean in told[STYLES[style]].by_field(order)}
    return judged


class Tally:
    """Nats of the fields that count, and the notes that are not given."""

    def __init__(self) -> None:
        self.nats, self.notes = np.zeros(len(NAMES)), 0

    def add(self, nats: np.ndarray, weights: np.ndarray, order: tuple[str, ...]) -> None:
        """Add a row's nats (L, K), where `weights` (L, K) count."""
        self.nats += (nats * weights).sum(axis=0)
        self.notes += int(weights[:, order.index("length")].sum())

    @property
    def mean(self) -> float:
        """Nats a note."""
        return float(self.nats.sum() / max(self.notes, 1))

    def by_field(self, order: tuple[str, ...]) -> list[tuple[str, float]]:
        """Return each field's share of it."""
        return [(name, float(nats / max(self.notes, 1))) for name, nats in zip(order, self.nats, strict=True)]


def held_start(piece: Piece, seed: int, cells: int) -> int:
    """Return the step at which the crop of a held piece begins."""
    starts = starts_of(piece)
    latest = max(int(np.searchsorted(starts, max(len(piece.steps) - cells, 0), "right")), 1)
    return int(starts[np.random.default_rng((3, seed)).integers(latest)])


def held_theme(piece: Piece, draw: Draw) -> Memory | None:
    """Return the motif of a piece with most statements, of those with one in a crop, as it stands first; or None."""
    found = Motifs().of(piece, window_of(piece, draw))
    if not found:
        return None
    cells = max(found, key=len)
    return theme_of(plainly(piece), theme_steps(piece, cells, 0))


def highest_given(nothing: np.ndarray) -> np.ndarray:
    """Return the cells of the highest voice as given."""
    given = nothing.copy()
    given[0] = True
    return given


def gap_given(nothing: np.ndarray, window: range) -> np.ndarray:
    """Return all cells as given but those of a gap in the middle of a window of bars."""
    given = ~nothing
    middle = (window.start + window.stop) // 2
    given[:, middle : middle + GAP] = False
    return given


def step_nats(model: FieldTransformer, row: NoteRow) -> np.ndarray:
    """Return -ln p of each field of each step, float64 (L, K)."""
    batch = stacked([row])
    assert batch.told is not None
    with torch.no_grad():
        return model.nats(batch.inputs, Steps(batch.targets, batch.told))[0].double().numpy()

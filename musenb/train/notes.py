"""The score model: its shape, and the rows that it is trained on.

A row is a crop of a piece that begins at a bar line, moved by a random number of semitones. A quarter of the rows are
told nothing, a quarter some voices, a quarter both sides of a gap, a quarter statements of a motif of the piece: the
memory tells them, and of what is given only the fields count that place it. Half of the rows that are told nothing, and
have a motif, are told it as a theme, and a quarter of those that are told voices or statements. In some draws key,
style or the end are hidden.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from musenb.model.config import ModelConfig
from musenb.model.torch.fields import FieldTransformer
from musenb.model.torch.memory import Memory as TorchMemory
from musenb.model.torch.memory import MemoryAttention
from musenb.model.torch.transformer import Inputs
from musenb.score.fifths import transposed_fifths
from musenb.tokens.memory import Memory
from musenb.tokens.notes import fields as words
from musenb.tokens.notes.draws import KINDS, Cell, draw_given, statements_of
from musenb.tokens.notes.fields import NAMES, NO_KEY, ORDER, PITCH, SILENCE, VOICE
from musenb.tokens.notes.frame import NO_STYLE, Bars
from musenb.tokens.notes.given import EMPTY, items_of, joined, queries_of, remembered, theme_of
from musenb.tokens.notes.rows import NoteRow, Reading, row_of_steps
from musenb.tokens.row import padded_rows
from musenb.train.loop import Batch
from musenb.train.near import begin_near
from musenb.train.notes_data import Piece

NO_KEY_TOLD, NO_STYLE_TOLD, NO_END = 0.1, 0.1, 0.3
THEMES, INVERTED = {"plain": 0.5, "voices": 0.25, "statements": 0.25}, 0.2
MOVES = range(-5, 7)
PITCH_RANGE = 21, 108
AHEAD, BEHIND = 4, 2  # bars around a crop of which given notes are remembered


def notes_config(*, order: tuple[str, ...] = ORDER, **changes: object) -> ModelConfig:
    """Return the shape of the score model: six layers of 224 that read the memory in layers 0, 2 and 4."""
    shape: dict[str, object] = {
        "vocabulary": words.SHAPE.vocabulary, "inputs": words.SHAPE.inputs, "features": words.SHAPE.features,
        "relations": words.SHAPE.relations, "memory_features": words.ITEM_FEATURES,
        "memory_relations": words.ITEM_RELATIONS, "width": 224, "layers": 6, "heads": 4, "feed_forward": 608,
        "max_distance": 512, "context": 2048, "dropout": 0.1, "relation_layers": 1, "memory_layers": 2,
        "memory_feed_forward": 320, "memory_readers": (0, 2, 4), "idiom": "notes",
        "fields": tuple(words.SIZES[NAMES.index(name)] for name in order), "told": words.TOLD,
        "told_after": words.told_after(order), "field_width": 256,
    }
    return ModelConfig(**(shape | changes))  # type: ignore[arg-type]


def notes_model(config: ModelConfig) -> FieldTransformer:
    """Return a first model whose attention to given notes begins near; a theme, farther than any, is near, too."""
    model = FieldTransformer(config)
    begin_near(model)
    readers = [part for part in model.modules() if isinstance(part, MemoryAttention)]
    with torch.no_grad():
        for reader in readers:
            reader.bias[0][:, -1] = 0
    return model


@dataclass(frozen=True, slots=True)
class Draw:
    """How a crop is told.

    Parameters
    ----------
    kind : str
        One of KINDS.
    start, size : int
        Its first step, and how many.
    """

    kind: str
    start: int
    size: int


def moved(piece: Piece, semitones: int) -> Piece:
    """Return a piece moved by semitones, its key signatures with it."""
    steps = piece.steps.copy()
    sounding = steps[:, VOICE] != SILENCE
    steps[sounding, PITCH] += semitones
    table = np.array([transposed_fifths(fifths - 7, semitones) + 7 for fifths in range(NO_KEY)] + [NO_KEY])
    keys = piece.bars.keys.copy()
    keys[:, 1] = table[keys[:, 1]]
    return dataclasses.replace(piece, steps=steps, bars=dataclasses.replace(piece.bars, keys=keys))


def moves_of(piece: Piece) -> range:
    """Return the moves that keep a piece within what a piano has, or none at all."""
    pitches = piece.steps[piece.steps[:, VOICE] != SILENCE, PITCH]
    low = max(MOVES.start, PITCH_RANGE[0] - int(pitches.min()))
    high = min(MOVES.stop - 1, PITCH_RANGE[1] - int(pitches.max()))
    return range(min(low, 0), max(high, 0) + 1)


def starts_of(piece: Piece) -> np.ndarray:
    """Return the steps at which a crop may begin: the first in each bar."""
    bars = piece.bars.number(piece.onsets)
    return np.flatnonzero(np.diff(bars, prepend=-1))


class Motifs:
    """The motifs of pieces, found once a piece."""

    def __init__(self) -> None:
        self.found: dict[str, list[list[Cell]]] = {}

    def of(self, piece: Piece, window: range) -> list[list[Cell]]:
        """Return those with a statement in the bars of a window."""
        name = f"{piece.style} {piece.split} {piece.name}"
        if name not in self.found:
            self.found[name] = statements_of(piece.steps, piece.onsets, piece.bars)
        return [cells for cells in self.found[name] if any(bar in window for _, bar in cells)]


def window_of(piece: Piece, draw: Draw) -> range:
    """Return the bars that a crop reads."""
    stop = min(draw.start + draw.size, len(piece.steps)) - 1
    first, last = piece.bars.number(piece.onsets[[draw.start, stop]]).tolist()
    return range(first, last + 1)


def told_row(
    piece: Piece, given: np.ndarray, draw: Draw, *, theme: Memory = EMPTY, ends: bool = True,
    order: tuple[str, ...] = ORDER,
) -> NoteRow:
    """Return a crop of a piece of which some cells, bool (V, K), are given."""
    reading = Reading(piece.steps, piece.bars, given, piece.style, ends, piece.onsets)
    window = window_of(piece, draw)
    bars = reading.bars.number(reading.onsets)
    near = (bars >= window.start - BEHIND) & (bars < window.stop + AHEAD)
    memory = joined([items_of(reading, remembered(reading) & near), theme])
    whole = row_of_steps(reading, memory, queries_of(reading), order=order)
    row = whole.crop(draw.start, draw.start + draw.size)
    row.row.related[0] = -1  # the crop begins without a step before
    return row


def varied(
    piece: Piece, rng: np.random.Generator, motifs: Motifs, *, cells: int, order: tuple[str, ...] = ORDER
) -> NoteRow:
    """Return a random crop of a piece: moved, told in a random way."""
    starts = starts_of(piece)
    latest = max(int(np.searchsorted(starts, max(len(piece.steps) - cells, 0), "right")), 1)
    draw = Draw(KINDS[rng.integers(len(KINDS))], int(starts[rng.integers(latest)]), cells)
    moves = moves_of(piece)
    piece = moved(piece, int(rng.integers(moves.start, moves.stop)))
    window = window_of(piece, draw)
    shape = piece.voices, len(piece.bars.metres)
    found = motifs.of(piece, window)
    given = draw_given(rng, shape, found, window=window, kind=draw.kind)
    theme = EMPTY
    if found and rng.random() < THEMES.get(draw.kind, 0):
        theme = drawn_theme(piece, found, rng)
    return told_row(hidden(piece, rng), given, draw, theme=theme, ends=rng.random() >= NO_END, order=order)


def hidden(piece: Piece, rng: np.random.Generator) -> Piece:
    """Return a piece whose key or style is hidden now and then."""
    keys, style = piece.bars.keys, piece.style
    if rng.random() < NO_KEY_TOLD:
        keys = np.array([[0, NO_KEY]])
    if rng.random() < NO_STYLE_TOLD:
        style = NO_STYLE
    bars: Bars = dataclasses.replace(piece.bars, keys=keys)
    return dataclasses.replace(piece, bars=bars, style=style)


def nothing_given(piece: Piece) -> np.ndarray:
    """Return the cells of a piece, bool (V, K), none of them given."""
    return np.zeros((piece.voices, len(piece.bars.metres)), bool)


def drawn_theme(piece: Piece, motifs: Sequence[Sequence[Cell]], rng: np.random.Generator) -> Memory:
    """Return a motif of a piece as a theme: a statement of it, moved at random and sometimes turned over."""
    cells = motifs[int(rng.integers(len(motifs)))]
    chosen = theme_steps(piece, cells, int(rng.integers(len(cells))))
    move, turned = int(rng.integers(-6, 7)), bool(rng.random() < INVERTED)
    return theme_of(plainly(piece), chosen, transpose=move, inverted=turned)


def plainly(piece: Piece) -> Reading:
    """Return a piece of which nothing is given."""
    return Reading(piece.steps, piece.bars, nothing_given(piece), onsets=piece.onsets)


def theme_steps(piece: Piece, cells: Sequence[Cell], chosen: int) -> list[int]:
    """Return the steps of a statement of a motif, by number; with the bar behind it where another one goes on alike."""
    voice, bar = cells[chosen]
    steps, behind = _in_cell(piece, (voice, bar)), _in_cell(piece, (voice, bar + 1))
    mine = _shape(piece, (voice, bar), behind)
    others = [cell for number, cell in enumerate(cells) if number != chosen]
    alike = any(mine == _shape(piece, cell, _in_cell(piece, (cell[0], cell[1] + 1))) for cell in others)
    return [*steps, *behind] if len(behind) and alike else [*steps]


def _in_cell(piece: Piece, cell: Cell) -> np.ndarray:
    """Return the numbers of the steps that begin in a voice's bar."""
    voice, bar = cell
    if bar >= len(piece.bars.metres):
        return np.zeros(0, np.int64)
    first, stop = np.searchsorted(piece.onsets, piece.bars.lines[bar : bar + 2])
    return first + np.flatnonzero(piece.steps[first:stop, VOICE] == voice)


def _shape(piece: Piece, cell: Cell, behind: np.ndarray) -> tuple:
    """Return rhythm and intervals of some steps, measured from the beginning and the first note of a cell."""
    first = _in_cell(piece, cell)[0]
    line = int(piece.bars.lines[cell[1]])
    return (piece.onsets[behind] - line).tolist(), (piece.steps[behind, PITCH] - piece.steps[first, PITCH]).tolist()


def stacked(rows: Sequence[NoteRow]) -> Batch:
    """Return rows as one batch, padded to the longest row and memory."""
    length, items = max(map(len, rows)), max(len(row.memory) for row in rows)
    padded = [row.row.pad(length) for row in rows]

    def together(tables: Sequence[np.ndarray], size: int, fill: int) -> torch.Tensor:
        return torch.from_numpy(np.stack([padded_rows(table, size - len(table), fill) for table in tables]))

    memory = TorchMemory(
        together([row.memory.features for row in rows], items, 0),
        together([row.memory.attributes for row in rows], items, -1),
        torch.from_numpy(np.stack([np.arange(items) < len(row.memory) for row in rows])),
        together([row.queries for row in rows], length, -1),
    )
    before, features, related, targets, weights = (
        torch.from_numpy(np.stack([getattr(row, name) for row in padded]))
        for name in ("before", "features", "related", "targets", "weights")
    )
    told = together([row.told for row in rows], length, 0)
    return Batch(Inputs(before, features, related, memory), targets, weights, told)

"""The tonal chorale model (chorale-2): its shape, what it is trained on, and how it is judged.

A row is a whole piece. Four of five are chorales, moved by a random number of semitones within the voices' ranges, with
random cells given (`tokens/chorale/draws.py`): the memory tells them, and only the others count. The fifth is a tune,
read as a soprano whose other voices are unknown and never count. In some draws phrases, key or the end are hidden.

The key told in training is the one in which the piece closes. Files name another in a quarter of the chorales, mostly
since a Dorian or Mixolydian tune is written with the signature of its neighbour; a piece that closes on the dominant of
its key tells none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from musenb.analysis.chorale.counts import KEY_PROFILES
from musenb.model.config import ModelConfig
from musenb.model.torch.memory import Memory as TorchMemory
from musenb.model.torch.transformer import Inputs, Transformer
from musenb.tokens.chorale import grid as words
from musenb.tokens.chorale.draws import CHORALE_DRAWS, TUNE_DRAWS, draw_given
from musenb.tokens.chorale.given import ITEM_FEATURES, ITEM_RELATIONS, items_of, queries_of, remembered, told
from musenb.tokens.chorale.grid import HOLD, UNKNOWN, VOICE_COUNT, Frame, Grid, sounding
from musenb.tokens.chorale.hints import CLASSES, hints_of
from musenb.tokens.chorale.tonal import (
    KEY_UNKNOWN,
    TONAL_FEATURES,
    WORDS,
    TonalFrame,
    key_number,
    tonal_row,
)
from musenb.tokens.row import Row
from musenb.tokens.voice_ranges import VOICE_RANGES, transpositions
from musenb.train.loop import Batch
from musenb.train.near import begin_near

TUNE_SHARE = 0.2
NO_PHRASES, NO_KEY, NO_END = 0.15, 0.15, 0.3
CROPPED = 0.2  # share of rows that begin inside the piece
TUNE_RANGE = VOICE_RANGES[0][0] - 3, VOICE_RANGES[0][1]
REFILL = 32  # steps of a gap in validation


def tonal_config(**changes: object) -> ModelConfig:
    """Return the shape of chorale-2: six layers of 224 that read the memory in layers 0, 2 and 4."""
    shape: dict[str, object] = {
        "vocabulary": len(words.VOCABULARY), "inputs": WORDS, "features": TONAL_FEATURES,
        "relations": words.RELATION_SPANS, "memory_features": ITEM_FEATURES, "memory_relations": ITEM_RELATIONS,
        "width": 224, "layers": 6, "heads": 4, "feed_forward": 608, "max_distance": 1024, "context": 2048,
        "dropout": 0.2, "relation_layers": 1, "memory_layers": 2, "memory_feed_forward": 320,
        "memory_readers": (0, 2, 4), "idiom": "tonal",
    }
    return ModelConfig(**(shape | changes))  # type: ignore[arg-type]


def tonal_model(config: ModelConfig) -> Transformer:
    """Return a first model whose attention to given notes begins near."""
    model = Transformer(config)
    begin_near(model)
    return model


@dataclass(frozen=True, slots=True)
class Piece:
    """A grid and the key in which it closes (`closing_key`)."""

    grid: Grid
    key: int


def closing_key(grid: Grid) -> int:
    """Return the key in which a full grid closes, 0..23 or KEY_UNKNOWN.

    The tonic of the frame's key stands when it is the last bass note. Else the last bass note is the tonic, and the
    mode that of its two keys whose profile fits the sounding time better; but a close on the dominant of a minor key,
    or on the third degree of a major one, is none.
    """
    told, pitches = key_number(grid.frame), sounding(grid.cells)
    sounds = (pitches != UNKNOWN) & (pitches != HOLD)
    steps = np.flatnonzero(sounds[:, -1])
    if not len(steps):
        return told
    last = int(pitches[steps[-1], -1] + words.LOWEST) % 12
    if told != KEY_UNKNOWN:
        degree = (last - told) % 12
        if degree == 0:
            return told
        if (told >= 12 and degree == 7) or (told < 12 and degree == 4):
            return KEY_UNKNOWN
    time = np.bincount((pitches[sounds] + words.LOWEST) % 12, minlength=12)
    fits = KEY_PROFILES[[last, last + 12]] @ (time - time.mean())
    return last + 12 * int(fits[1] > fits[0])


def moved(piece: Piece, semitones: int) -> Piece:
    """Return a piece moved by semitones, its key with it; the signature in its frame stays."""
    cells = piece.grid.cells
    cells = np.where((cells >= 0) & (cells < HOLD), cells + semitones, cells)
    key = piece.key if piece.key == KEY_UNKNOWN else (piece.key + semitones) % 12 + piece.key // 12 * 12
    return Piece(Grid(cells, piece.grid.frame), key)


def row_of_given(grid: Grid, frame: TonalFrame, given: np.ndarray) -> Row:
    """Return a grid as a row in which the given cells, bool (T, 4), are remembered and the others count."""
    row = tonal_row(grid, frame, (~given).astype(np.float32))
    return told(row, items_of(grid, frame, remembered(given)), queries_of(grid.cells))


def varied(piece: Piece, rng: np.random.Generator, *, tune: bool = False) -> Row:
    """Return a piece as a row: moved, with random cells given and random parts of the frame hidden."""
    columns = piece.grid.frame.columns.copy()
    ends = rng.random() >= NO_END
    if rng.random() < NO_PHRASES:
        words.set_phrases(columns, (), under=np.zeros(len(columns), bool), known=False)
    elif not ends:
        hide_end(columns)
    moves = tune_moves(piece.grid.cells) if tune else chorale_moves(piece.grid.cells)
    piece = moved(piece, int(rng.integers(moves.start, moves.stop)))
    key = KEY_UNKNOWN if rng.random() < NO_KEY else piece.key
    frame = TonalFrame(Frame(columns), key, ends)
    given = draw_given(rng, frame.frame, kinds=TUNE_DRAWS if tune else CHORALE_DRAWS)
    given &= piece.grid.cells != UNKNOWN
    row = row_of_given(piece.grid, frame, given)
    if rng.random() < CROPPED:
        start = VOICE_COUNT * int(rng.integers(0, len(columns) // 2 + 1))
        return row.crop(start, len(row))
    return row


def hide_end(columns: np.ndarray) -> None:
    """Make the last phrase of frame columns (T, 7) look like any other."""
    left = columns[:, words.PHRASE - 1]
    final = (left >= words.LONGEST_PHRASE) & (left < words.NO_PHRASE_KNOWN)
    left[final] -= words.LONGEST_PHRASE


def chorale_moves(cells: np.ndarray) -> range:
    """Return the moves in semitones that keep every voice within its range."""
    pitches = sounding(cells)
    return transpositions(np.where(pitches == HOLD, UNKNOWN, pitches + words.LOWEST))


def tune_moves(cells: np.ndarray) -> range:
    """Return the moves that keep a tune within the soprano's range, or as it stands where none does."""
    pitches = cells[(cells >= 0) & (cells < HOLD)] + words.LOWEST
    low, high = TUNE_RANGE[0] - int(pitches.min()), TUNE_RANGE[1] - int(pitches.max())
    return range(max(low, high - 11), high + 1) if low <= high else range(high, high + 1)


def stacked(rows: Sequence[Row], device: str | torch.device = "cpu") -> Batch:
    """Return rows with their memories as one batch, padded to the longest row and memory."""
    memories = [row.memory for row in rows if row.memory is not None]
    length, items, related = max(map(len, rows)), max(map(len, memories)), len(words.RELATION_SPANS)
    padded = [row.pad(length) for row in rows]
    tensors = {
        name: torch.from_numpy(np.stack([getattr(row, name) for row in padded])).to(device)
        for name in ("before", "features", "related", "targets", "weights")
    }
    parts = (
        np.stack([_filled(memory.features, items, 0) for memory in memories]),
        np.stack([_filled(memory.attributes, items, -1) for memory in memories]),
        np.stack([np.arange(items) < len(memory) for memory in memories]),
    )
    attributes, queries = tensors["related"].split((related, len(ITEM_RELATIONS)), dim=-1)
    memory = TorchMemory(*(torch.from_numpy(part).to(device) for part in parts), queries=queries)
    inputs = Inputs(tensors["before"], tensors["features"], attributes, memory)
    return Batch(inputs, tensors["targets"], tensors["weights"])


def stacked_hints(rows: Sequence[Row]) -> Tensor:
    """Return the hints of rows, int64 (B, M, 13), with nothing in the padding."""
    hints = [hints_of(row) for row in rows]
    table = np.zeros((len(hints), max(map(len, hints)), 1 + CLASSES), np.int64)
    for place, hint in zip(table, hints, strict=True):
        place[: len(hint)] = hint
    return torch.from_numpy(table)


def _filled(table: np.ndarray, length: int, fill: int) -> np.ndarray:
    return np.pad(table, ((0, length - len(table)), (0, 0)), constant_values=fill)


@dataclass(frozen=True, slots=True)
class HintedBatch(Batch):
    """A batch and what is to be guessed from its items, int64 (B, M, 13); see `musenb.train.hints`."""

    hints: Tensor | None = None


@dataclass(slots=True)
class TonalRows:
    """Whole pieces in random variants; three judgements on held pieces.

    Parameters
    ----------
    chorales, tunes : sequence of Piece
        To learn from.
    held, held_tunes : sequence of Piece
        To judge by; the key told is the frame's own.
    rows : int
        Pieces in a batch.
    judged : dict of str to float
        What the last validation found, nats per cell.
    """

    chorales: Sequence[Piece]
    tunes: Sequence[Piece]
    held: Sequence[Piece]
    held_tunes: Sequence[Piece] = ()
    rows: int = 4
    judged: dict[str, float] = field(default_factory=dict)

    def batch(self, rngs: Sequence[np.random.Generator]) -> HintedBatch:
        """Draw a piece from each generator."""
        rows = [self._draw(rng) for rng in rngs]
        batch = stacked(rows)
        return HintedBatch(batch.inputs, batch.targets, batch.weights, hints=stacked_hints(rows))

    def _draw(self, rng: np.random.Generator) -> Row:
        tune = bool(self.tunes) and rng.random() < TUNE_SHARE
        pieces = self.tunes if tune else self.chorales
        sizes = np.array([len(piece.grid.cells) for piece in pieces], float)
        return varied(pieces[rng.choice(len(pieces), p=sizes / sizes.sum())], rng, tune=tune)

    def validate(self, model: Transformer) -> float:
        """Return the mean of three judgements in nats per cell: plain, lower voices given the soprano, refilled gaps.

        `judged` has each, and beside them the same cells in the plain reading.
        """
        plain = [cell_nats(model, row_of_nothing(piece)) for piece in self.held]
        lower = [soprano_given(piece) for piece in self.held]
        gaps = [gap_given(piece, number) for number, piece in enumerate(self.held)]
        told = [cell_nats(model, given_row(p, g)) for p, g in zip(self.held, lower, strict=True)]
        filled = [cell_nats(model, given_row(p, g)) for p, g in zip(self.held, gaps, strict=True)]
        tunes = [cell_nats(model, row_of_nothing(piece)) for piece in self.held_tunes]
        blank = [~np.zeros_like(given) for given in lower]
        self.judged = {
            "plain": mean_over(plain, blank),
            "lower": mean_over(told, [~given for given in lower]),
            "lower_plain": mean_over(plain, [~given for given in lower]),
            "refill": mean_over(filled, [~given for given in gaps]),
            "refill_plain": mean_over(plain, [~given for given in gaps]),
        }
        if tunes:
            known = [piece.grid.cells != UNKNOWN for piece in self.held_tunes]
            self.judged["tunes"] = mean_over(tunes, known)
        return float(np.mean([self.judged[name] for name in ("plain", "lower", "refill")]))


def given_row(piece: Piece, given: np.ndarray) -> Row:
    """Return a piece as a row with its key and end told and these cells given."""
    return row_of_given(piece.grid, TonalFrame(piece.grid.frame, piece.key), given)


def row_of_nothing(piece: Piece) -> Row:
    """Return a piece as a row with nothing given."""
    return given_row(piece, np.zeros(piece.grid.cells.shape, bool))


def soprano_given(piece: Piece) -> np.ndarray:
    """Return the cells of the soprano, bool (T, 4)."""
    given = np.zeros(piece.grid.cells.shape, bool)
    given[:, 0] = True
    return given


def gap_given(piece: Piece, seed: int) -> np.ndarray:
    """Return all cells, bool (T, 4), but those of a gap of two bars of four quarters at a seeded place."""
    given = np.ones(piece.grid.cells.shape, bool)
    start = int(np.random.default_rng((2, seed)).integers(0, max(len(given) - REFILL, 0) + 1))
    given[start : start + REFILL] = False
    return given


def cell_nats(model: Transformer, row: Row) -> np.ndarray:
    """Return -ln p of each cell, float64 (T, 4); a row beyond the model's context is read by windows of it."""
    context, length = model.config.context, len(row)
    nats = np.empty(length)
    start, first = 0, 0
    with torch.no_grad():
        while first < length:
            stop = min(start + context, length)
            batch = stacked([row.crop(start, stop)])
            logits = model(batch.inputs)[0].double()
            losses = torch.nn.functional.cross_entropy(logits, batch.targets[0], reduction="none")
            nats[first:stop] = losses[first - start :].numpy()
            first, start = stop, stop - context // 2
    return nats.reshape(-1, VOICE_COUNT)


def mean_over(nats: Sequence[np.ndarray], chosen: Sequence[np.ndarray]) -> float:
    """Return the mean of the chosen cells over all pieces."""
    return float(np.concatenate([n[c] for n, c in zip(nats, chosen, strict=True)]).mean())


def pieces_of(grids: Sequence[Grid], *, by_close: bool) -> list[Piece]:
    """Return grids with their keys: those in which they close, or those of their frames."""
    return [Piece(grid, closing_key(grid) if by_close else key_number(grid.frame)) for grid in grids]

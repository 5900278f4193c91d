"""Data of the score model: pieces of collections as steps, gathered once into an .npz file and read from there.

    python -m musenb.train.notes_data FOLDER --quartets FILE --songs FILE --chorales FILE --tunes FILE

Quartets and songs are collections of OpenScore as lines of JSON, a work a line: ticks of 48 to the quarter, bars,
metres, keys and parts of notes. A work of several movements becomes several pieces. Chorales and tunes are the grids of
`chorale_data`. Notes off the grid of 24 ticks a quarter are moved to the nearest tick, and counted.
"""

from __future__ import annotations

import argparse
import itertools
import json
import lzma
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from musenb.errors import LoadError
from musenb.score.marks import MeasureLength
from musenb.score.named import metre_named
from musenb.score.note import KeySignature, Score
from musenb.tokens.chorale import grid as chorale
from musenb.tokens.notes.code import table_of
from musenb.tokens.notes.fields import STYLES, VOICES
from musenb.tokens.notes.frame import Bars, bars_of
from musenb.tokens.notes.steps import onsets_of, steps_of
from musenb.train.chorale_data import read_grids

SPLITS = ("train", "valid", "test")
QUARTET, SONG, CHORALE, TUNE = range(len(STYLES))
ARRAYS = ("steps", "onsets", "lines", "first_beats", "metres", "beats", "keys")  # of a piece, each of its own length
FINEST = 48  # ticks in a quarter of the collections


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece to learn from.

    Parameters
    ----------
    name : str
    split, style, voices : int
        Numbers in SPLITS and STYLES, and how many voices.
    steps : int64 (L, 4)
    onsets : int64 (L,)
    bars : Bars
    """

    name: str
    split: int
    style: int
    voices: int
    steps: np.ndarray
    onsets: np.ndarray
    bars: Bars


def piece_of(name: str, notes: np.ndarray, bars: Bars, *, split: int, style: int, voices: int) -> Piece:
    """Return notes (N, 4) in ticks as a piece."""
    steps = steps_of(notes, bars)
    return Piece(name, split, style, voices, steps, onsets_of(steps, bars), bars)


def works(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the works of a collection.

    Raises
    ------
    LoadError
        A line is no work.
    """
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            work = json.loads(line)
            if work.get("tpq") != FINEST or not work.get("bars") or not work.get("parts"):
                raise LoadError("format", f"line {number} of '{path}' is no work of {FINEST} ticks a quarter")
            yield work


def movements(work: Mapping[str, Any], *, style: int) -> Iterator[Piece]:
    """Yield the movements of a work as pieces; those with more than eight parts, or without a note, are left out."""
    if len(work["parts"]) > VOICES:
        return
    lines = [*work["bars"], _last_tick(work)]
    closes = [bar + 1 for bar in work.get("ends", ()) if bar + 1 < len(lines) - 1]
    split = SPLITS.index({"validation": "valid"}.get(work["split"], work["split"]))
    edges = [0, *closes, len(lines) - 1]
    for number, (first, stop) in enumerate(itertools.pairwise(edges)):
        start, end = lines[first], lines[stop]
        notes = _notes(work["parts"], start, end)
        if len(notes):
            bars = bars_of(_frame(work, lines[first : stop + 1]), Fraction(end - start, FINEST))
            name = f"{work['id']} {number + 1}"
            yield piece_of(name, notes, bars, split=split, style=style, voices=len(work["parts"]))


def _last_tick(work: Mapping[str, Any]) -> int:
    ends = [note[0] + note[1] for part in work["parts"] for note in part["notes"]]
    return max([*ends, work["bars"][-1] + 1])


def _notes(parts: Sequence[Mapping[str, Any]], start: int, end: int) -> np.ndarray:
    """Return the notes that begin from tick `start` to before `end` of a collection, on the grid, int64 (N, 4)."""
    found = [np.zeros((0, 4), np.int64)]
    for voice, part in enumerate(parts):
        table = np.array([note[:3] for note in part["notes"]], np.int64).reshape(-1, 3)
        table = table[(table[:, 0] >= start) & (table[:, 0] < end)]
        begin, stop = table[:, 0] - start, np.minimum(table[:, 0] + table[:, 1], end) - start
        onset, stop = (begin + 1) // 2, (stop + 1) // 2
        voices = np.full(len(table), voice)
        found.append(np.stack([onset, voices, table[:, 2], np.maximum(stop - onset, 1)], axis=1))
    return np.concatenate(found)


def _frame(work: Mapping[str, Any], lines: Sequence[int]) -> Score:
    """Return the metres, keys and bars between some bar lines of a work as a score without voices."""
    start = lines[0]

    def placed(changes: Sequence[Sequence[Any]]) -> list[tuple[Fraction, Any]]:
        before = [change for change in changes if change[0] <= start][-1:]
        inside = [change for change in changes if start < change[0] < lines[-1]]
        return [(Fraction(max(tick - start, 0), FINEST), value) for tick, value in (*before, *inside)]

    metres = [metre_named(text, onset) for onset, text in placed(work["time_signatures"])]
    keys = [KeySignature(onset, int(fifths)) for onset, fifths in placed(work["key_fifths"])]
    plain = Score((), tuple(metres), tuple(keys))
    lengths = [
        (Fraction(first - start, FINEST), Fraction(stop - first, FINEST))
        for first, stop in itertools.pairwise(lines)
    ]
    anacrusis = Fraction(0)
    if len(lengths) > 1 and lengths[0][1] < plain.metres[0].bar_length:
        anacrusis, lengths = lengths[0][1], lengths[1:]
    other = [MeasureLength(onset, length) for onset, length in lengths if length != plain.metre_at(onset).bar_length]
    return Score((), tuple(metres), tuple(keys), anacrusis=anacrusis, measures=tuple(other))


def grid_pieces(path: Path, *, style: int) -> Iterator[Piece]:
    """Yield the pieces of a file of grids; the voices of a tune that are not known are left out."""
    for split, grids in read_grids(path).items():
        for number, grid in enumerate(grids):
            known = (grid.cells != chorale.UNKNOWN).any(axis=0)
            cells = np.where(known, grid.cells, chorale.REST)
            score = chorale.decode(chorale.Grid(cells, grid.frame))
            table = table_of(score)
            bars = bars_of(score, score.end)
            voices = int(known.sum())
            yield piece_of(f"{split} {number}", table, bars, split=SPLITS.index(split), style=style, voices=voices)


def write_pieces(pieces: Sequence[Piece], path: Path) -> None:
    """Write pieces to an .npz file."""
    arrays: dict[str, np.ndarray] = {
        "names": np.array([piece.name for piece in pieces]),
        "about": np.array([(piece.split, piece.style, piece.voices) for piece in pieces], np.int16).reshape(-1, 3),
    }
    for name in ARRAYS:
        parts = [getattr(piece if name in ("steps", "onsets") else piece.bars, name) for piece in pieces]
        arrays[name] = np.concatenate(parts).astype(np.int32)
        arrays[f"{name} counts"] = np.array([len(part) for part in parts])
    np.savez_compressed(path, **arrays)  # pyright: ignore[reportArgumentType]


def read_pieces(path: Path) -> list[Piece]:
    """Return the pieces of an .npz file."""
    with np.load(path) as file:
        names, about = file["names"].tolist(), file["about"].tolist()
        columns = {}
        for name in ARRAYS:
            edges = np.cumsum(file[f"{name} counts"])[:-1]
            columns[name] = np.split(file[name].astype(np.int64), edges)
    bars = [Bars(*row) for row in zip(*(columns[name] for name in ARRAYS[2:]), strict=True)]
    rows = zip(names, about, columns["steps"], columns["onsets"], bars, strict=True)
    return [
        Piece(name, split, style, voices, steps, onsets, lines)
        for name, (split, style, voices), steps, onsets, lines in rows
    ]


def main(arguments: Sequence[str]) -> int:
    """Gather the collections that are named; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for name in ("quartets", "songs", "chorales", "tunes"):
        parser.add_argument(f"--{name}", type=Path)
    told = parser.parse_args(arguments)
    pieces: list[Piece] = []
    for path, style in ((told.quartets, QUARTET), (told.songs, SONG)):
        for work in works(path) if path else ():
            pieces += movements(work, style=style)
    for path, style in ((told.chorales, CHORALE), (told.tunes, TUNE)):
        pieces += grid_pieces(path, style=style) if path else ()
    write_pieces(pieces, told.folder / "pieces.npz")
    for style, name in enumerate(STYLES):
        for split, part in enumerate(SPLITS):
            found = [piece for piece in pieces if (piece.style, piece.split) == (style, split)]
            print(f"{name}, {part}: {len(found)} pieces, {sum(len(piece.steps) for piece in found):,} steps")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

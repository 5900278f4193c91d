"""The row of the tonal chorale model: key, degrees and bars to the end beside each cell."""

from __future__ import annotations

import numpy as np
import pytest

from musenb.score.from_text import score_from_text
from musenb.tokens.chorale.grid import HOLD, REST, UNKNOWN, Frame, Grid, encode
from musenb.tokens.chorale.tonal import (
    END_UNKNOWN,
    KEY_UNKNOWN,
    NO_CELL,
    NO_PITCH,
    NO_TONIC,
    TONAL_FEATURES,
    TONAL_TABLE,
    UNKNOWN_WORD,
    WORDS,
    TonalFrame,
    degrees_of,
    key_number,
    tonal_features,
    tonal_row,
)

TEXT = """key=D upbeat=1
soprano: A4  | B4 A4  G4:2^ | F#4:4
alto:    F#4 | G4 F#4 E4:2^ | D4:4
tenor:   D4  | D4 D4  B3:2^ | A3:4
bass:    D3  | G3 D3  E3:2^ | D3:4
"""
GRID = encode(score_from_text(TEXT))
FRAME = TonalFrame(GRID.frame, key_number(GRID.frame))
COLUMNS = [name for name, _ in TONAL_TABLE]


def column(features: np.ndarray, name: str) -> np.ndarray:
    return features[:, COLUMNS.index(name)]


@pytest.mark.parametrize(("key", "number"), [("C", 0), ("D", 2), ("Am", 9 + 12), ("F#m", 6 + 12), ("Bb", 10)])
def test_a_key_is_its_tonic_and_twelve_more_in_minor(key, number):
    assert key_number(encode(score_from_text(f"key={key}\nC4 D4 E4 F4")).frame) == number


def test_a_piece_without_a_key_tells_none():
    assert key_number(encode(score_from_text("C4 D4 E4 F4")).frame) == KEY_UNKNOWN


def test_bars_to_the_end_count_the_bars_that_still_begin():
    left = FRAME.bars_left
    assert left[::4].tolist() == [2, 1, 1, 1, 1, 0, 0, 0, 0]
    assert (TonalFrame(GRID.frame, 2, ends=False).bars_left == END_UNKNOWN).all()


def test_degrees_are_semitones_above_the_tonic():
    pitches = np.array([62 - 36, 61 - 36, HOLD, UNKNOWN])  # D4, C sharp 4, a rest, nothing known
    assert degrees_of(pitches, 2).tolist() == [0, 11, NO_PITCH, NO_CELL]
    assert degrees_of(pitches, None).tolist() == [NO_TONIC, NO_TONIC, NO_PITCH, NO_CELL]


def test_a_cell_is_told_the_degrees_before_it_and_never_its_own():
    features = tonal_features(FRAME, GRID.cells)
    before, own = (column(features, f"degree of the {name} before") for name in ("cell", "voice's cell"))
    assert before[:4].tolist() == [NO_CELL, 7, 4, 0]  # A, F sharp, D above D
    assert own[:8].tolist() == [NO_CELL] * 4 + [7, 4, 0, 0]
    assert own[16:20].tolist() == [7, 4, 0, 0]  # at the bar line what sounded before it
    changed = GRID.cells.copy()
    changed[4, 2] = 0
    moved = tonal_features(FRAME, changed) != features
    assert np.flatnonzero(moved.any(axis=1)).min() == 4 * 4 + 3


def test_every_feature_lies_within_its_table():
    features = tonal_features(FRAME, GRID.cells)
    assert (features >= 0).all()
    assert (features < np.array(TONAL_FEATURES)).all()


def test_transposing_changes_nothing_but_key_and_pitch():
    there = Grid(np.where(GRID.cells < HOLD, GRID.cells + 3, GRID.cells), GRID.frame)
    here, other = (tonal_features(TonalFrame(GRID.frame, key), g.cells) for key, g in ((2, GRID), (5, there)))
    differ = (here != other).any(axis=0)
    assert [name for name, changed in zip(COLUMNS, differ, strict=True) if changed] == ["key"]


def test_unknown_cells_are_read_as_such_and_never_count():
    cells = GRID.cells.copy()
    cells[:, 1:] = UNKNOWN
    row = tonal_row(Grid(cells, GRID.frame), FRAME)
    assert row.before[:5].tolist() == [WORDS, GRID.cells[0, 0], *[UNKNOWN_WORD] * 3]
    assert row.weights.reshape(-1, 4)[0].tolist() == [1, 0, 0, 0]
    assert (row.targets >= 0).all()
    heavy = tonal_row(Grid(cells, GRID.frame), FRAME, np.ones(cells.shape, np.float32))
    assert heavy.weights.sum() == len(cells)


def test_rests_have_no_degree():
    cells = np.full((4, 4), REST)
    frame = TonalFrame(Frame(GRID.frame.columns[:4]), 2)
    assert column(tonal_features(frame, cells), "degree of the cell before").tolist() == [NO_CELL] + [NO_PITCH] * 15

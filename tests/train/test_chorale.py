from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.score.from_text import score_from_text
from musenb.tokens.chorale import grid as words
from musenb.tokens.chorale.grid import (
    FEATURES,
    HOLD,
    INPUTS,
    NOT_GIVEN,
    Grid,
    check_cells,
    encode,
    features_of,
    sounding,
)
from musenb.tokens.chorale.training import (
    FREE,
    PASSAGE,
    SOPRANO_GIVEN,
    draw_given,
    plain_row,
    transposed,
    varied,
)
from musenb.train.chorale import chorale_config, chorale_rows, drawn, fitted
from musenb.train.chorale_data import chorale_grid

CONFIG = chorale_config()
TEXT = """key=D upbeat=1
soprano: A4  | B4 A4  G4:2^
alto:    F#4 | G4 F#4 E4:2^
tenor:   D4  | D4 D4  B3:2^
bass:    D3  | G3 D3  E3:2^
"""


@pytest.fixture(scope="module")
def piece() -> Grid:
    return chorale_grid(score_from_text(TEXT))


@given(st.integers(-5, 3))
def test_transposing_cells_is_encoding_the_transposed_score(semitones: int) -> None:
    score = score_from_text(TEXT)
    moved = transposed(encode(score), semitones)
    expected = encode(score.transpose(semitones))
    assert np.array_equal(moved.cells, expected.cells)
    assert np.array_equal(moved.frame.columns, expected.frame.columns)


def test_transposing_leaves_a_missing_key_and_the_piece_itself_alone() -> None:
    grid = encode(score_from_text("C4 D4"))
    cells = grid.cells.copy()
    assert set(transposed(grid, 3).frame.columns[:, words.KEY - 1]) == {words.NO_KEY}
    assert np.array_equal(grid.cells, cells)


def test_a_plain_row_has_nothing_given_and_counts_every_cell(piece: Grid) -> None:
    row = plain_row(piece)
    assert np.array_equal(row.targets, piece.cells.ravel())
    assert set(row.features[:, 8:].ravel()) == {NOT_GIVEN}
    assert row.weights.all()
    assert row.before[0] == INPUTS
    assert row.before[5] == words.FIRST_HELD + piece.cells[0, 0] if piece.cells[1, 0] == HOLD else True


def test_a_model_of_absolute_positions_reads_the_same_row_without_relations(piece: Grid) -> None:
    absolute = chorale_config("absolute", size="small")
    assert (absolute.relative, absolute.positions, absolute.relations) == (False, "added", ())
    rng = np.random.default_rng
    for whole, bare in (
        (plain_row(piece), fitted(plain_row(piece), absolute)),
        (varied(piece, rng(3)), drawn(piece, absolute, rng(3))),
    ):
        assert bare.related.shape == (len(whole), 0)
        assert whole.related.shape == (len(whole), 2)
        assert np.array_equal(bare.features, whole.features)
        assert np.array_equal(bare.before, whole.before)


@pytest.mark.parametrize("seed", range(30))
def test_a_variant_is_the_piece_moved_with_given_cells_told_and_not_counted(piece: Grid, seed: int) -> None:
    row = varied(piece, np.random.default_rng(seed))
    assert row.features.shape == (piece.cells.size, len(FEATURES))
    assert (row.features >= 0).all()
    assert (row.features < np.array(FEATURES)).all()
    cells = row.targets.reshape(-1, 4)
    check_cells(cells)
    moves = {int(a - b) for a, b in zip(cells.ravel(), piece.cells.ravel(), strict=True) if b < HOLD}
    assert len(moves) == 1
    given = (row.weights == 0).reshape(-1, 4)
    expected = features_of(words.Frame(piece.frame.columns), np.where(given, sounding(cells), -1))
    assert np.array_equal(row.features[:, 8:], expected[:, 8:])
    key = row.features[0, words.KEY]
    assert key == words.NO_KEY or (key - 7 - 7 * moves.pop() - 2) % 12 == 0
    assert (row.features[:, words.PHRASE] == words.NO_PHRASE_KNOWN).all() or np.array_equal(
        row.features[::4, words.PHRASE], piece.frame.columns[:, words.PHRASE - 1]
    )


def test_variants_are_drawn_from_the_generator_alone(piece: Grid) -> None:
    one, other = (varied(piece, np.random.default_rng(5)) for _ in range(2))
    assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("before", "features", "targets"))


@given(st.integers(1, 40), st.integers(0, 2**32))
def test_something_is_always_left_to_write(length: int, seed: int) -> None:
    given_cells = draw_given(length, np.random.default_rng(seed))
    assert given_cells.shape == (length, 4)
    assert given_cells.dtype == bool
    assert not given_cells.all()


def test_draws_have_the_shares_that_they_say() -> None:
    rng, count = np.random.default_rng(8), 4000
    kinds = {"free": 0, "soprano": 0, "voices": 0, "passage": 0}
    for _ in range(count):
        drawn = draw_given(32, rng)
        columns = [tuple(column) for column in drawn.T]
        whole = [np.array_equal(np.sort(column)[::-1], column) for column in drawn.T]
        if not drawn.any():
            kinds["free"] += 1
        elif drawn[:, 1:].any() and not (all(whole) and len({c for c in columns if any(c)}) == 1):
            kinds["passage"] += 1
        elif drawn[:, 0].any() and not drawn[:, 1:].any():
            kinds["soprano"] += 1
        else:
            kinds["voices"] += 1
    rest = 1 - FREE - PASSAGE
    assert kinds["free"] / count == pytest.approx(FREE, abs=0.04)
    # a ninth of the other choices is the soprano alone: one voice of one, two or three, and that one the soprano
    soprano = rest * (SOPRANO_GIVEN + (1 - SOPRANO_GIVEN) / 12)
    assert kinds["soprano"] / count == pytest.approx(soprano, abs=0.04)
    assert kinds["passage"] / count == pytest.approx(PASSAGE, abs=0.06)


def generators(count: int) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in range(count)]


def test_rows_are_crops_of_variants_padded_with_what_does_not_count(piece: Grid) -> None:
    rows = chorale_rows({"train": [piece], "valid": [piece]}, CONFIG, rows=3, cells=96)
    batch = rows.batch(generators(3))
    size = piece.cells.size
    assert size < 96
    assert batch.inputs.tokens.shape == batch.targets.shape == batch.weights.shape == (3, size)
    assert batch.inputs.features.shape == (3, size, len(FEATURES))
    assert batch.inputs.attributes.shape == (3, size, 2)
    short = chorale_rows({"train": [piece], "valid": [piece]}, CONFIG, rows=8, cells=16).batch(generators(8))
    assert short.targets.shape == (8, 16)
    assert (short.inputs.features[:, 0, 0] == 0).all()  # crops begin with the soprano
    assert len(rows.held) == 1


def test_long_pieces_are_drawn_more_often(piece: Grid) -> None:
    long = Grid(np.tile(piece.cells, (3, 1)), words.Frame(np.tile(piece.frame.columns, (3, 1))))
    rows = chorale_rows({"train": [piece, long], "valid": []}, CONFIG, rows=1, cells=4)
    assert list(rows.sizes) == [piece.cells.size, 3 * piece.cells.size]

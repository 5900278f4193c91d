"""What a model reads while it writes is what it was trained on, row by row, in both chorale idioms."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from musenb.score.from_text import score_from_text
from musenb.score.note import Origin, Score
from musenb.tokens.chorale.draws import CHORALE_DRAWS
from musenb.tokens.chorale.given import LOOK_BACK
from musenb.tokens.chorale.grid import HOLD, UNKNOWN, Frame, Grid
from musenb.tokens.chorale.plan import Plan, plan_piece
from musenb.tokens.chorale.rows import ColumnRows, MemoryRows, whole_row
from musenb.tokens.chorale.tonal import END_UNKNOWN, KEY_UNKNOWN, TONAL_TABLE, TonalFrame
from musenb.tokens.chorale.tonal_idiom import IDIOM
from musenb.tokens.chorale.writer import GridWriter
from musenb.tokens.idiom import Keep
from musenb.tokens.row import ARRAYS, Row
from musenb.train.chorale_data import chorale_grid
from musenb.train.tonal import Piece, given_row, hide_end, row_of_given

TEXT = """key=D upbeat=1
soprano: A4  | B4 A4  G4:2^ | F#4 E4 D4:2^
alto:    F#4 | G4 F#4 E4:2^ | D4 C#4 A3:2^
tenor:   D4  | D4 D4  B3:2^ | A3 r  F#3:2^
bass:    D3  | G3 D3  E3:2^ | D3 A2 D3:2^
"""
GRID = chorale_grid(score_from_text(TEXT))
D_MAJOR = 2
NAMES = [name for name, _ in TONAL_TABLE]


def plan_of(given: np.ndarray, *, open_end: bool = False) -> Plan:
    """Return a plan that gives some cells of the piece; with an open end it is not told to end there."""
    full = given.all(axis=1)
    steps = len(given) if full.all() else int(full.argmin())
    columns = GRID.frame.columns.copy()
    if open_end:
        hide_end(columns)
    return Plan(Score(), (), Grid(np.where(given, GRID.cells, UNKNOWN), Frame(columns)), steps)


def whole_notes(given: np.ndarray) -> np.ndarray:
    """Return given cells with the beginnings of all notes that they hold, as plans have them."""
    found = given.copy()
    for step in range(len(found) - 1, 0, -1):
        found[step - 1] |= found[step] & (GRID.cells[step] == HOLD)
    return found


def assert_same(found: Row, expected: Row) -> None:
    for name in ARRAYS:
        if name != "weights":
            np.testing.assert_array_equal(getattr(found, name)[:-1], getattr(expected, name)[:-1], err_msg=name)
            if name != "targets":
                np.testing.assert_array_equal(getattr(found, name)[-1], getattr(expected, name)[-1], err_msg=name)
    assert (found.memory is None) == (expected.memory is None)
    if expected.memory is not None:
        assert found.memory.same_as(expected.memory)


def check_rows(given: np.ndarray) -> None:
    """Write the piece and compare what is read at each position, alone and with all before it, with training's row."""
    trained = given_row(Piece(GRID, D_MAJOR), given)
    writer = IDIOM.writer(plan_of(given), Origin())
    for position, cell in enumerate(GRID.cells.ravel()):
        assert_same(writer.row(position), trained.crop(position, position + 1))
        if position % 7 == 0:
            assert_same(writer.row(max(position - 20, 0)), trained.crop(max(position - 20, 0), position + 1))
        writer.take(int(cell))


@pytest.mark.parametrize("draw", [draw for draw, _ in CHORALE_DRAWS], ids=lambda draw: draw.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_every_position_of_a_written_piece_reads_the_row_of_training(draw, seed):
    check_rows(whole_notes(draw(np.random.default_rng(seed), GRID.frame)))


@drawn(st.lists(st.booleans(), min_size=GRID.cells.size, max_size=GRID.cells.size))
@settings(max_examples=15, deadline=None)
def test_whatever_is_given(chosen):
    check_rows(whole_notes(np.array(chosen).reshape(GRID.cells.shape)))


def test_a_piece_for_questions_reads_the_same_row():
    given = np.zeros(GRID.cells.shape, bool)
    given[:20] = True
    given[:, 0] = True
    score = score_from_text(TEXT)
    piece = IDIOM.piece(score, plan=plan_of(given))
    trained = given_row(Piece(GRID, D_MAJOR), given)
    row = piece.row()
    assert_same(row, trained)
    assert (row.targets == trained.targets).all()
    assert row.weights.all()
    start = dataclasses.replace(piece, tokens=piece.tokens[:100])
    behind = start.row(piece.tokens[100:103].tolist())
    assert_same(behind, trained.crop(0, 104))


def test_a_score_for_questions_is_told_its_own_end_and_key():
    row = IDIOM.piece(score_from_text(TEXT), given=1).row()
    assert_same(row, given_row(Piece(GRID, D_MAJOR), np.zeros(GRID.cells.shape, bool)))


@pytest.mark.parametrize("open_end", [False, True])
def test_the_end_is_told_where_the_frame_tells_it(open_end):
    given = np.zeros(GRID.cells.shape, bool)
    given[:, 3] = True
    rows = MemoryRows(plan_of(given, open_end=open_end))
    row = whole_row(rows, GRID.cells.ravel())
    bars = row.features[:, NAMES.index("bars to the end")]
    assert bars.tolist() == ([END_UNKNOWN] * 144 if open_end else [2] * 16 + [1] * 64 + [0] * 64)
    trained = row_of_given(GRID, TonalFrame(rows.frame.frame, D_MAJOR, ends=not open_end), given)
    assert_same(row, trained)


def test_a_prime_is_the_past_and_no_memory():
    assert not len(MemoryRows(plan_piece(score_from_text(TEXT), extent=4)).memory)


def test_a_locked_voice_and_a_locked_bar_are_remembered():
    score, fresh = score_from_text(TEXT), Fraction(1)
    locked = MemoryRows(plan_piece(score, extent=2, start=fresh, keep=Keep(voices=("soprano",)))).memory
    assert locked.attributes[:, 3].tolist().count(0) == 7
    bar = MemoryRows(plan_piece(score, extent=2, start=fresh, keep=Keep(bars=(2,)))).memory
    assert set(bar.attributes[:, 0].tolist()) == {0, 20, 24, 28}
    assert LOOK_BACK > 4


def test_a_score_without_a_key_has_no_degrees():
    rows = MemoryRows(plan_piece(score_from_text("C4 D4 E4"), extent=1))
    assert rows.frame.key == KEY_UNKNOWN
    writer = GridWriter(plan_piece(score_from_text("C4 D4 E4"), extent=1), Origin(), MemoryRows)
    for cell in [24, 47, 47, 47, 47]:
        writer.take(cell)
        assert_same(writer.row(writer.position), rows.row(writer.tokens, 0).crop(writer.position, writer.position + 1))


def test_a_hold_whose_note_is_yet_to_be_written_is_not_told():
    given = np.zeros(GRID.cells.shape, bool)
    given[14:20, 1] = True  # the second half of E4
    plan = plan_of(given)
    assert plan.grid.cells[14, 1] == HOLD
    assert not len(MemoryRows(plan).memory)


@pytest.mark.parametrize("open_end", [False, True])
def test_a_piece_cut_short_is_read_as_before(open_end):
    """A continuation that is broken off earlier reads the same at every position as the whole."""
    given = np.zeros(GRID.cells.shape, bool)
    given[:4] = True
    piece = IDIOM.piece(score_from_text(TEXT), plan=plan_of(given, open_end=open_end))
    short = piece.within(1)
    assert (short.length, short.later) == (80, 0 if open_end else 1)
    cells = GRID.cells.ravel()[: short.length]
    assert_same(whole_row(MemoryRows(short), cells), piece.row().crop(0, short.length))


def test_one_position_is_read_as_the_last_of_many():
    plan = plan_of(np.zeros(GRID.cells.shape, bool))
    for rows in (ColumnRows, MemoryRows):
        writer = GridWriter(plan, Origin(), rows)
        for cell in GRID.cells.ravel()[:-1]:
            writer.take(int(cell))
            alone, many = writer.row(writer.position), writer.row(0)
            assert_same(alone, many.crop(len(many) - 1, len(many)))

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import TokenError
from musenb.tokens.chorale.grid import HOLD, LOWEST, REST, STEP, UNKNOWN, VOICES, Frame, Grid, decode, sounding
from musenb.tokens.chorale.reader import GridReader, Sounding
from tests.interrupts import interrupted


@st.composite
def cell_tables(draw: st.DrawFn) -> np.ndarray:
    """Draw cells (T, 4) that follow the grammar."""
    length = draw(st.integers(1, 20))
    table = np.full((length, 4), REST)
    for voice in range(4):
        sings = False
        for step in range(length):
            cell = draw(st.integers(0, HOLD - 1) | st.sampled_from([REST, HOLD, HOLD]))
            table[step, voice] = REST if cell == HOLD and not sings else cell
            sings = table[step, voice] != REST
    return table


@given(cell_tables())
def test_notes_read_one_cell_at_a_time_are_those_of_decode(cells: np.ndarray) -> None:
    reader = GridReader()
    found: dict[str, list[tuple[int, int, int]]] = {name: [] for name in VOICES}
    for place, cell in enumerate(cells.ravel()):
        change = reader.read(int(cell))
        assert change.voice == place % 4
        if change.begun:
            assert change.begun == Sounding(place // 4, int(cell))
        if change.ended:
            found[VOICES[change.voice]].append((change.ended.onset, place // 4, change.ended.pitch))
    for voice, note in enumerate(reader.singing):
        if note:
            found[VOICES[voice]].append((note.onset, len(cells), note.pitch))
    frame = Frame(np.zeros((len(cells), 7), np.int64))
    for voice in decode(Grid(cells, frame)).voices:
        assert found[voice.name] == [(n.onset / STEP, n.end / STEP, n.pitch - LOWEST) for n in voice.notes]


@given(cell_tables())
def test_before_and_now_are_what_sounds_around_the_place(cells: np.ndarray) -> None:
    sounds = np.where(sounding(cells) == HOLD, UNKNOWN, sounding(cells))
    reader = GridReader()
    for place, cell in enumerate(cells.ravel()):
        step, voice = divmod(place, 4)
        before = sounds[step - 1].tolist() if step else [UNKNOWN] * 4
        assert reader.before.tolist() == before
        assert reader.now.tolist() == [*sounds[step, :voice], *[UNKNOWN] * (4 - voice)]
        assert reader.position == place
        reader.read(int(cell))
        assert reader.pitch(voice) == sounds[step, voice]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([48], "cell 48 of the soprano at step 0 is outside 0..47"),
        ([1, -1], "cell -1 of the alto at step 0 is outside 0..47"),
        ([1, REST, REST, REST, HOLD, HOLD], "HOLD of the alto at step 1 follows a rest; only a note can be held"),
    ],
)
def test_cells_against_the_grammar_are_refused_and_change_nothing(cells: list[int], message: str) -> None:
    reader = GridReader()
    for cell in cells[:-1]:
        reader.read(cell)
    state = reader.position, list(reader.singing), reader.before.tolist()
    with pytest.raises(TokenError, match=re.escape(message)):
        reader.read(cells[-1])
    assert (reader.position, list(reader.singing), reader.before.tolist()) == state


def state(reader: GridReader) -> tuple:
    return reader.position, list(reader.singing), reader.before.tolist()



@pytest.mark.parametrize("cell", [5, HOLD, REST])
def test_an_interrupt_finds_a_cell_read_or_not_read(cell: int) -> None:
    for lines in range(100):
        reader, plain = GridReader(), GridReader()
        for part in (1, 2, 3, 4, 1, 2, 3):
            reader.read(part)
            plain.read(part)
        before = state(plain)
        plain.read(cell)
        hit = interrupted(partial(reader.read, cell), lines, watched=lambda code: code is GridReader.read.__code__)
        assert state(reader) in (before, state(plain))
        if not hit:
            return
    pytest.fail("the reader never came to its end")

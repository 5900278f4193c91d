"""Memory items: every given note once, whole or in part, and nothing of what is to be written."""

from __future__ import annotations

import numpy as np
from hypothesis import given as drawn
from hypothesis import strategies as st

from musenb.score.from_text import score_from_text
from musenb.tokens.chorale.given import (
    ITEM_FEATURES,
    ITEM_RELATIONS,
    ITEM_TABLE,
    LOOK_BACK,
    items_of,
    queries_of,
    remembered,
)
from musenb.tokens.chorale.grid import HOLD, REST, UNKNOWN, Grid, encode, sounding
from musenb.tokens.chorale.tonal import TonalFrame, key_number

TEXT = """key=D upbeat=1
soprano: A4  | B4 r   G4:2^ | F#4:4
alto:    F#4 | G4 F#4 E4:2^ | D4:4
tenor:   D4  | D4 D4  B3:2^ | A3:4
bass:    D3  | G3 D3  E3:2^ | D3:4
"""
GRID = encode(score_from_text(TEXT))
FRAME = TonalFrame(GRID.frame, key_number(GRID.frame))
NAMES = [name for name, _ in ITEM_TABLE]


def cells_of(*places: tuple[slice, int]) -> np.ndarray:
    given = np.zeros(GRID.cells.shape, bool)
    for steps, voice in places:
        given[steps, voice] = True
    return given


def told(given: np.ndarray, *names: str) -> list[list[int]]:
    features = items_of(GRID, FRAME, given).features
    return features[:, [NAMES.index(name) for name in names]].tolist()


def test_a_given_voice_is_its_notes_and_rests():
    given = cells_of((slice(None), 0))
    assert told(given, "pitch or rest", "sixteenths", "held from before") == [
        [69 - 36, 3, 0], [71 - 36, 3, 0], [HOLD, 3, 0], [67 - 36, 7, 0], [66 - 36, 15, 0],
    ]
    assert told(given, "degree", "fermata at its end")[0] == [7, 0]
    assert told(given, "fermata at its end")[3] == [1]


def test_a_note_given_in_part_is_an_item_of_that_part():
    assert told(cells_of((slice(14, 18), 1)), "pitch or rest", "sixteenths", "held from before") == [[64 - 36, 3, 1]]
    assert items_of(GRID, FRAME, cells_of((slice(14, 18), 1))).attributes.tolist() == [[14, 17, 64 - 36, 1]]


def test_rests_have_no_pitch_to_relate():
    assert items_of(GRID, FRAME, cells_of((slice(8, 12), 0))).attributes.tolist() == [[8, 11, UNKNOWN, 0]]


def test_nothing_given_is_an_empty_memory():
    memory = items_of(GRID, FRAME, cells_of())
    assert memory.features.shape == (0, len(ITEM_FEATURES))
    assert memory.attributes.shape == (0, len(ITEM_RELATIONS))


def test_what_is_simply_the_past_is_not_remembered():
    past = np.zeros((64, 4), bool)
    past[:40] = True
    assert not remembered(past).any()
    past[50:54, 3] = True
    held = remembered(past)
    assert not held[: 40 - LOOK_BACK].any()
    assert held[40 - LOOK_BACK : 40].all()
    assert held[50:54, 3].all()
    assert held.sum() == LOOK_BACK * 4 + 4


def test_a_position_meets_the_items_with_its_step_its_last_pitch_and_its_voice():
    queries = queries_of(GRID.cells).reshape(-1, 4, 4)
    assert queries[4, 0].tolist() == [4, 4, 69 - 36, 0]
    assert queries[12, 0].tolist() == [12, 12, UNKNOWN, 0]  # a rest stood before
    assert queries[0, 3].tolist() == [0, 0, UNKNOWN, 3]


@drawn(st.lists(st.booleans(), min_size=GRID.cells.size, max_size=GRID.cells.size))
def test_the_items_of_any_cells_are_these_cells(chosen):
    given = np.array(chosen).reshape(GRID.cells.shape)
    memory = items_of(GRID, FRAME, given)
    covered, pitches = np.zeros(given.shape, int), sounding(GRID.cells)
    for (first, last, pitch, voice), told_pitch in zip(memory.attributes, memory.features[:, 1], strict=True):
        covered[first : last + 1, voice] += 1
        assert (pitches[first : last + 1, voice] == told_pitch).all()
        assert pitch == (UNKNOWN if told_pitch == HOLD else told_pitch)
    assert (covered == given).all()
    assert (memory.features >= 0).all()
    assert (memory.features < np.array(ITEM_FEATURES)).all()


def test_what_is_not_given_changes_no_item():
    given = cells_of((slice(None), 0), (slice(20, None), 3))
    other = np.where(given, GRID.cells, REST)
    here, there = (items_of(Grid(cells, GRID.frame), FRAME, given) for cells in (GRID.cells, other))
    assert (here.features == there.features).all()
    assert (here.attributes == there.attributes).all()

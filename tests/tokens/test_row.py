from __future__ import annotations

import numpy as np

from musenb.tokens.row import Row, row_of


def row() -> Row:
    tokens = np.array([5, 6, 7])
    return row_of(tokens, np.array([[1], [2], [3]]), np.array([[10, 0], [-1, 0], [12, 1]]), begin=99)


def test_each_position_is_told_of_the_token_before() -> None:
    assert row().before.tolist() == [99, 5, 6]
    assert row().related.tolist() == [[-1, -1], [10, 0], [-1, 0]]
    assert row().features.tolist() == [[1], [2], [3]]
    assert row().targets.tolist() == [5, 6, 7]


def test_inputs_can_differ_from_the_targets() -> None:
    told = row_of(np.array([5, 6]), np.zeros((2, 1)), np.zeros((2, 2)), begin=99, inputs=np.array([50, 60]))
    assert told.before.tolist() == [99, 50]
    assert told.targets.tolist() == [5, 6]


def test_a_crop_is_a_part_and_a_pad_does_not_count() -> None:
    part = row().crop(1, 9).pad(4)
    assert part.before.tolist() == [5, 6, 0, 0]
    assert part.related.tolist() == [[10, 0], [-1, 0], [-1, -1], [-1, -1]]
    assert part.targets.tolist() == [6, 7, 0, 0]
    assert part.weights.tolist() == [1, 1, 0, 0]
    assert part.features.shape == (4, 1)
    assert len(part) == 4


def test_the_arrays_handed_in_are_not_changed() -> None:
    tokens, attributes = np.array([5, 6]), np.array([[1], [2]])
    row_of(tokens, np.zeros((2, 1)), attributes, begin=9)
    assert tokens.tolist() == [5, 6]
    assert attributes.tolist() == [[1], [2]]

"""Twins: sopranos that stand in other pieces."""

from __future__ import annotations

import numpy as np
import pytest

from musenb.analysis.chorale.twins import longest_run, shared_run, twins


def tune(*pitches: int) -> np.ndarray:
    """Each pitch for a quarter in the soprano, over held voices."""
    soprano = np.repeat(pitches, 4)
    return np.stack([soprano, *[np.full_like(soprano, 50)] * 3], axis=1)


@pytest.mark.parametrize(
    ("other", "share"),
    [
        ((60, 62, 64, 65), 1.0),
        ((67, 69, 71, 72), 1.0),  # in another key
        ((48, 60, 62, 64, 65, 80), 1.0),  # inside
        ((60, 62, 64, 70), 0.75),
        ((60, 61, 63, 70), 0.5),  # a whole tone is found
        ((60, 60, 60, 60), 0.0),
    ],
)
def test_the_share_is_the_longest_run_of_steps(other, share):
    assert shared_run(tune(60, 62, 64, 65), tune(*other)) == share


def test_the_longest_run_says_where_it_lies():
    assert longest_run(tune(70, 60, 62, 64, 65), tune(50, 48, 62, 64, 66, 67)) == (1, 2, 4)
    assert longest_run(tune(60, 62), tune(60, 61)) == (0, 0, 0)
    assert longest_run(tune(60), tune(60)) == (0, 0, 0)


def test_passing_notes_between_the_beats_do_not_matter():
    ornamented = tune(60, 62, 64, 65)
    ornamented[2::4, 0] += 1
    assert shared_run(ornamented, tune(60, 62, 64, 65)) == 1


def test_the_nearest_piece_is_the_twin_and_there_may_be_none():
    train = [tune(60, 64, 60, 64, 60, 64), tune(62, 64, 66, 67, 50, 62)]
    assert twins([tune(60, 62, 64, 65, 71, 60)], train) == [(1, pytest.approx(4 / 6))]
    assert twins([tune(60, 59, 57, 59, 54, 60)], train) == [None]
    assert twins([tune(60, 62)], []) == [None]

"""Surprise in cases that can be worked by hand, and as a sum that loses nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.analysis.causal import log_softmax
from musenb.analysis.surprise import first_tokens, surprise_of
from musenb.errors import ModelError


def test_a_note_costs_the_bits_of_its_onset_and_its_holds() -> None:
    log_probs = np.log(np.array([[1 / 4, 3 / 4], [1 / 2, 1 / 2], [1 / 8, 7 / 8], [1 / 2, 1 / 2]]))
    found = surprise_of(log_probs, np.zeros(4, int), np.array([0, 0, -1, 1]), count=3)
    np.testing.assert_allclose(found.bits, [3, 1, 0])
    np.testing.assert_allclose(found.onset_bits, [2, 1, 0])
    np.testing.assert_allclose(found.entropy, [0.811278, 1, 0], atol=1e-6)
    assert (found.other_bits, found.total) == pytest.approx((3, 7))


def test_surprise_is_drawn_beside_what_was_expected() -> None:
    log_probs = np.log(np.array([[1 / 4, 3 / 4], [1 / 2, 1 / 2]]))
    (chart,) = surprise_of(log_probs, np.zeros(2, int), np.array([0, 1]), count=2).charts()
    of_notes, expected = chart.series
    assert (of_notes.x, of_notes.y) == ((1, 2), (2, 1))
    assert expected.y == pytest.approx((0.811278, 1))


def test_surprise_with_onsets_is_drawn_in_time() -> None:
    log_probs = np.log(np.array([[1 / 4, 3 / 4], [1 / 2, 1 / 2]]))
    found = surprise_of(log_probs, np.zeros(2, int), np.array([0, 1]), count=2, onsets=np.array([1.5, 0]))
    (chart,) = found.charts()
    assert [(series.x, series.y[0]) for series in chart.series] == [((0, 1.5), 1), ((0, 1.5), 1)]
    with pytest.raises(ModelError, match="1 onsets for 2 notes"):
        surprise_of(log_probs, np.zeros(2, int), np.array([0, 1]), count=2, onsets=np.zeros(1))


@given(st.integers(0, 1000), st.lists(st.integers(-1, 4), min_size=1, max_size=30))
def test_notes_and_the_rest_add_up_to_the_piece(seed: int, notes: list[int]) -> None:
    rng = np.random.default_rng(seed)
    log_probs, taken = log_softmax(rng.normal(size=(len(notes), 6))), rng.integers(6, size=len(notes))
    found = surprise_of(log_probs, taken, np.array(notes), count=5)
    assert found.total == pytest.approx(-log_probs[np.arange(len(notes)), taken].sum() / np.log(2))
    assert (found.onset_bits <= found.bits + 1e-12).all()


def test_maps_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ModelError, match="notes up to 7 of 2"):
        surprise_of(np.zeros((1, 2)), np.zeros(1, int), np.array([7]), count=2)
    with pytest.raises(ModelError, match="one integer a token"):
        surprise_of(np.zeros((2, 2)), np.zeros(2, int), np.array([0]), count=2)


def test_the_first_token_of_each_note_is_found() -> None:
    np.testing.assert_array_equal(first_tokens(np.array([-1, 2, 0, 2, 0]), 4), [2, -1, 1, -1])

"""Effects, intervals and agreement against cases worked by hand and against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from musenb.analysis.causal import (
    agreement_of,
    effect_of,
    entropy_bits,
    estimate,
    kl_bits,
    log_softmax,
    loss_bits,
    spearman,
    top_overlap,
)
from musenb.errors import SettingError

NUMBERS = st.lists(st.integers(-3, 3), min_size=3, max_size=12)


def test_log_softmax_are_a_softmax_that_does_not_overflow() -> None:
    log_probs = log_softmax(np.array([[1e4, 1e4, -1e4]]))
    np.testing.assert_allclose(np.exp(log_probs), [[0.5, 0.5, 0]])


def test_entropy_of_even_shares_is_the_logarithm_of_their_number() -> None:
    assert entropy_bits(np.log(np.full(8, 1 / 8))) == pytest.approx(3)
    with np.errstate(divide="ignore"):
        assert entropy_bits(np.log(np.array([1.0, 0.0]))) == 0


def test_divergence_of_a_sure_prediction_from_an_even_one_is_the_bits_of_the_even_one() -> None:
    with np.errstate(divide="ignore"):
        sure, even = np.log(np.array([1.0, 0, 0, 0])), np.log(np.full(4, 0.25))
    assert kl_bits(sure, even) == pytest.approx(2)
    assert kl_bits(even, even) == 0
    assert kl_bits(even, sure) == np.inf


@given(st.integers(0, 10_000))
def test_divergence_is_what_scipy_finds(seed: int) -> None:
    one, other = np.random.default_rng(seed).dirichlet(np.ones(6), size=2)
    assert kl_bits(np.log(one), np.log(other)) == pytest.approx(stats.entropy(one, other, base=2), abs=1e-9)


def test_the_loss_of_a_word_of_an_eighth_is_three_bits() -> None:
    log_probs = np.log(np.array([[1 / 8, 7 / 8], [0.5, 0.5]]))
    np.testing.assert_allclose(loss_bits(log_probs, np.array([0, 1])), [3, 1])


def test_an_effect_is_after_minus_before_with_an_interval_over_its_groups() -> None:
    before = np.log(np.array([[0.5, 0.5]] * 4))
    after = np.log(np.array([[0.25, 0.75]] * 2 + [[0.125, 0.875]] * 2))
    effect = effect_of(before, after, np.zeros(4, int), np.array([0, 0, 1, 1]), over="bars")
    assert (effect.loss_before, effect.loss_after) == pytest.approx((1, 2.5))
    assert effect.change.mean == pytest.approx(1.5)
    assert (effect.change.low, effect.change.high, effect.change.groups) == pytest.approx((1, 2, 2))
    assert effect.kl.mean == pytest.approx(np.mean([kl_bits(*pair) for pair in zip(before, after, strict=True)]))


def test_an_effect_of_one_group_has_no_interval_and_one_of_none_no_mean() -> None:
    log_probs = np.log(np.array([[0.5, 0.5]]))
    single = effect_of(log_probs, log_probs, np.zeros(1, int), np.zeros(1, int), over="seeds")
    assert single.change.mean == 0
    assert np.isnan(single.change.low)
    nothing = effect_of(log_probs[:0], log_probs[:0], np.zeros(0, int), np.zeros(0, int), over="seeds")
    assert (nothing.predictions, nothing.change.groups) == (0, 0)


def test_shapes_that_do_not_agree_are_refused() -> None:
    log_probs = np.log(np.full((2, 2), 0.5))
    with pytest.raises(SettingError, match="one of each"):
        effect_of(log_probs, log_probs, np.zeros(3, int), np.zeros(2, int), over="bars")
    with pytest.raises(SettingError, match="cannot compare"):
        agreement_of(np.zeros(2), np.zeros(3))


def test_an_estimate_weighs_groups_by_their_size_and_leaves_out_empty_ones() -> None:
    found = estimate(np.array([2.0, 30.0, 5.0]), np.array([1.0, 9.0, 0.0]))
    assert found.mean == pytest.approx(3.2)
    assert found.groups == 2
    assert str(found).startswith("3.200 [")


@given(NUMBERS, st.randoms(use_true_random=False))
def test_rank_correlation_is_what_scipy_finds_with_ties(numbers: list[int], random: object) -> None:
    other = list(numbers)
    random.shuffle(other)
    if len(set(numbers)) == 1:
        assert np.isnan(spearman(numbers, other))
    else:
        assert spearman(numbers, other) == pytest.approx(stats.spearmanr(numbers, other).statistic, abs=1e-12)


def test_overlap_counts_the_largest_that_are_shared() -> None:
    assert top_overlap(np.array([5, 4, 3, 0]), np.array([9, 0, 8, 1]), 2) == 0.5
    found = agreement_of(np.arange(10.0), np.arange(10.0), top=3)
    assert (found.correlation, found.overlap, found.chance) == pytest.approx((1, 1, 0.3))
    assert agreement_of(np.arange(10.0), -np.arange(10.0), top=3).overlap == 0

from __future__ import annotations

import math
import random
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from musenb.errors import SettingError
from musenb.sample.policy import LARGEST_SEED, Draws, Policy, choose, draw, probabilities

LOGITS = st.lists(st.integers(-20_000, 20_000).map(lambda n: n / 1000), min_size=1, max_size=12)  # equal, or apart
POLICIES = st.builds(
    Policy,
    temperature=st.floats(0.05, 4),
    top_p=st.sampled_from([0.3, 0.7, 0.95, 1.0]),
    top_k=st.integers(0, 6),
)


def plain(logits: list[float], policy: Policy, allowed: list[bool]) -> list[float]:
    """Return the shares word by word: mask, temperature, the k likeliest, then the likeliest that reach top_p."""
    peak = max(x for x, may in zip(logits, allowed, strict=True) if may)
    weights = {
        word: math.exp((x - peak) / policy.temperature)
        for word, (x, may) in enumerate(zip(logits, allowed, strict=True))
        if may
    }
    order = sorted(weights, key=lambda word: (-weights[word], word))
    kept = order[: policy.top_k] if policy.top_k else order
    total = sum(weights[word] for word in kept)
    nucleus, reached = [], 0.0
    for word in kept:
        if reached >= policy.top_p * total:
            break
        nucleus.append(word)
        reached += weights[word]
    return [weights[word] / reached if word in nucleus else 0.0 for word in range(len(logits))]


@given(LOGITS, POLICIES, st.randoms(use_true_random=False))
def test_shares_are_those_of_the_plain_form(logits: list[float], policy: Policy, chance: random.Random) -> None:
    allowed = [chance.random() < 0.7 for _ in logits]
    allowed[chance.randrange(len(logits))] = True
    shares = probabilities(np.array(logits), policy, np.array(allowed))
    expected = plain(logits, policy, allowed)
    if not np.allclose(shares, expected, atol=1e-9):
        # A word may stand on the very edge of the nucleus, where rounding decides: then one word more or fewer.
        assert policy.top_p < 1
        assert abs(np.count_nonzero(shares) - np.count_nonzero(expected)) == 1
    assert shares.sum() == pytest.approx(1)
    assert not shares[~np.array(allowed)].any()


def test_each_setting_on_a_case_by_hand() -> None:
    logits = np.log([0.5, 0.3, 0.15, 0.05])
    assert probabilities(logits, Policy(top_p=1)) == pytest.approx([0.5, 0.3, 0.15, 0.05])
    assert probabilities(logits, Policy(top_p=0.79)) == pytest.approx([0.625, 0.375, 0, 0])
    assert probabilities(logits, Policy(top_p=0.81)) == pytest.approx([0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0])
    assert probabilities(logits, Policy(top_p=1, top_k=2)) == pytest.approx([0.625, 0.375, 0, 0])
    assert probabilities(logits, Policy(top_p=0.6, top_k=2)) == pytest.approx([1, 0, 0, 0])
    squares = np.array([0.25, 0.09, 0.0225, 0.0025])
    assert probabilities(logits, Policy(top_p=1, temperature=0.5)) == pytest.approx(squares / squares.sum())
    assert probabilities(logits, Policy(temperature=0)).tolist() == [1, 0, 0, 0]
    allowed = np.array([False, True, False, True])
    assert probabilities(logits, Policy(top_p=1), allowed) == pytest.approx([0, 6 / 7, 0, 1 / 7])
    assert probabilities(logits, Policy(temperature=0), allowed).tolist() == [0, 1, 0, 0]


def test_the_smallest_temperature_takes_the_likeliest() -> None:
    assert probabilities(np.array([1.0, 30.0, -1e30]), Policy(temperature=5e-324)).tolist() == [0, 1, 0]


def test_nothing_allowed_is_an_error() -> None:
    with pytest.raises(SettingError, match="no word is allowed here"):
        probabilities(np.zeros(3), Policy(), np.zeros(3, bool))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"temperature": -0.1}, "temperature -0.1 is outside 0..4"),
        ({"temperature": 4.5}, "temperature 4.5 is outside 0..4"),
        ({"temperature": math.nan}, "temperature nan is outside 0..4"),
        ({"temperature": "1"}, "temperature '1' is not a number"),
        ({"temperature": None}, "temperature None is not a number"),
        ({"top_p": 0}, "top_p 0 is outside the range above 0 up to 1"),
        ({"top_p": 1.01}, "top_p 1.01 is outside the range above 0 up to 1"),
        ({"top_p": True}, "top_p True is not a number"),
        ({"top_k": -1}, "top_k -1 is not a whole number of at least 0"),
        ({"top_k": 2.0}, "top_k 2.0 is not a whole number"),
    ],
)
def test_settings_outside_their_range_are_named(settings: dict, message: str) -> None:
    with pytest.raises(SettingError, match=re.escape(message)):
        Policy(**settings)


@pytest.mark.parametrize("seed", [-1, LARGEST_SEED + 1, 1.0, "7", None, True])
def test_seeds_outside_their_range_are_named(seed: object) -> None:
    with pytest.raises(SettingError, match=re.escape(f"seed {seed!r} is not a whole number in 0..")):
        Draws(seed)


def test_numpy_numbers_are_numbers() -> None:
    assert Draws(np.int64(7)).at(3) == Draws(7).at(3)
    assert Policy(np.float32(1), np.float64(0.5), np.int32(3)).as_pairs() == Policy(1.0, 0.5, 3).as_pairs()


def test_a_policy_is_kept_as_sorted_text() -> None:
    assert Policy(1, 0.95, 3).as_pairs() == (("temperature", "1"), ("top_k", "3"), ("top_p", "0.95"))


@given(st.integers(0, LARGEST_SEED), st.permutations(range(12)))
def test_a_draw_depends_on_seed_and_place_alone(seed: int, order: list[int]) -> None:
    draws = Draws(seed)
    shuffled = {place: draws.at(place) for place in order}
    assert [shuffled[place] for place in range(12)] == [Draws(seed).at(place) for place in range(12)]


@given(st.integers(0, LARGEST_SEED), st.integers(0, 2**64 - 1), st.integers(0, 16))
def test_draws_are_those_of_numpys_philox(seed: int, place: int, attempt: int) -> None:
    philox = np.random.Philox(key=seed, counter=place + (attempt << 64))
    assert Draws(seed).at(place, attempt=attempt) == np.random.Generator(philox).random()


@given(st.integers(0, 1000), st.floats(0, 1, exclude_max=True), st.sampled_from([0.0, 0.7, 1.0]))
def test_a_draw_is_what_is_chosen_of_the_probabilities(seed: int, number: float, temperature: float) -> None:
    rng = np.random.default_rng(seed)
    logits, allowed = rng.normal(0, 2, 30).astype(np.float32), rng.random(30) < rng.random() + 0.04
    allowed[3] = True
    for mask in (None, allowed, np.ones(30, bool)):
        for policy in (Policy(temperature, 0.9), Policy(temperature, 1.0, 4)):
            assert draw(logits, policy, number, mask) == choose(probabilities(logits, policy, mask), number)


def test_draws_are_even_and_of_seed_and_place() -> None:
    numbers = np.array([[Draws(seed).at(place) for place in range(200)] for seed in range(20)])
    assert numbers.min() >= 0
    assert numbers.max() < 1
    assert np.unique(numbers).size == numbers.size
    assert stats.kstest(numbers.ravel(), "uniform").pvalue > 0.001
    assert abs(np.corrcoef(numbers[:, :-1].ravel(), numbers[:, 1:].ravel())[0, 1]) < 0.06
    assert abs(np.corrcoef(numbers[:-1].ravel(), numbers[1:].ravel())[0, 1]) < 0.06


def test_choosing_has_no_bias() -> None:
    shares = np.array([0.0, 0.05, 0.4, 0.0, 0.25, 0.3, 0.0])
    draws = Draws(11)
    counts = np.bincount([choose(shares, draws.at(place)) for place in range(5000)], minlength=len(shares))
    assert not counts[shares == 0].any()
    assert stats.chisquare(counts[shares > 0], 5000 * shares[shares > 0]).pvalue > 0.001


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8).filter(lambda x: sum(x) > 1e-6), st.floats(0, 1))
def test_a_word_without_a_share_is_never_chosen(weights: list[float], number: float) -> None:
    shares = np.array(weights) / sum(weights)
    for x in (0.0, number, math.nextafter(1.0, 0.0)):
        assert shares[choose(shares, x)] > 0

"""Reuse of a prime in cases worked by hand, its controls, and the paired test against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from musenb.analysis.reuse import (
    Line,
    interval_chain,
    interval_windows,
    looped,
    recall,
    reuse,
    shuffled,
    signed_ranks,
    top_pitches,
    verbatim,
)
from musenb.errors import SettingError

MOTIF = np.array([60, 62, 64, 65, 67, 69])


def line(pitches: list[int] | np.ndarray, seconds: float = 0.25) -> Line:
    count = len(pitches)
    return Line(np.arange(count) * seconds, np.full(count, seconds), np.array(pitches, np.int64))


def test_onsets_within_35_ms_are_one_group_of_which_the_top_pitch_counts() -> None:
    chord = Line(np.array([0.5, 0.0, 0.03, 0.036]), np.ones(4), np.array([50, 60, 67, 64]))
    assert [pitches for _, pitches in chord.groups()] == [(60, 67), (64,), (50,)]
    np.testing.assert_array_equal(top_pitches(chord), [67, 64, 50])


def test_a_window_is_five_intervals_of_which_three_move() -> None:
    assert interval_windows(MOTIF) == [(2, 2, 1, 2, 2)]
    assert interval_windows(np.array([60, 60, 60, 60, 62, 64])) == []
    assert interval_windows(np.array([60, 60, 60, 61, 62, 64])) == [(0, 0, 1, 1, 2)]
    assert interval_windows(np.array([20, 60, 20, 60, 20, 60]))[0] == (24, -24, 24, -24, 24)
    assert interval_windows(MOTIF[:5]) == []


@given(st.integers(-20, 20), st.lists(st.integers(40, 80), min_size=6, max_size=30))
def test_recall_is_free_of_transposition(semitones: int, pitches: list[int]) -> None:
    found = recall(np.array(pitches), np.array(pitches) + semitones)
    assert found == (1.0 if interval_windows(np.array(pitches)) else 0.0)


def test_verbatim_counts_eight_groups_note_for_note() -> None:
    piece = line(range(60, 72))
    assert verbatim(piece, piece) == 1
    assert verbatim(piece, line(range(61, 73))) == pytest.approx(4 / 5)
    assert verbatim(piece, line(range(60, 67))) == 0


def test_pieces_that_take_up_their_own_prime_win_and_those_that_ignore_it_tie() -> None:
    rng = np.random.default_rng(0)
    primes = [line(rng.integers(50, 80, 40)) for _ in range(6)]
    own = reuse(primes, [Line(p.onset, p.duration, p.pitch + 3) for p in primes])
    assert (own.recall, own.auc, own.verbatim) == pytest.approx((1, 1, 0))
    assert own.auc_interval == pytest.approx((1, 1))
    ignored = reuse(primes, [line([60] * 20)] * 6)
    assert (ignored.recall, ignored.auc) == pytest.approx((0, 0.5))


def test_one_piece_cannot_be_told_from_another() -> None:
    with pytest.raises(SettingError, match="at least two"):
        reuse([line(MOTIF)], [line(MOTIF)])


def test_controls_are_what_their_names_say() -> None:
    rng = np.random.default_rng(1)
    piece = line(rng.integers(50, 80, 64))
    loop = looped(line(MOTIF), 1.5, 4.0)
    assert loop.pitch.tolist()[:8] == [*MOTIF, 60, 62]
    assert loop.onset.max() < 4
    mixed = shuffled(piece, rng)
    assert sorted(mixed.pitch) == sorted(piece.pitch)
    np.testing.assert_allclose(mixed.onset, piece.onset)
    blocks = shuffled(piece, rng, block=8)
    windows = [set(interval_windows(top_pitches(found))) for found in (piece, mixed, blocks)]
    assert len(windows[0] & windows[1]) < len(windows[0] & windows[2]) < len(windows[0])
    drawn = interval_chain([piece.pitch], 60, 200, rng)
    steps = set(np.clip(np.diff(piece.pitch), -24, 24))
    assert set(np.diff(drawn)) <= steps | {-step for step in steps}
    assert 36 <= drawn.min() <= drawn.max() <= 96


@pytest.mark.parametrize("seed", range(3))
def test_signed_ranks_agree_with_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one = rng.normal(0.4, 1, 20)
    other = np.zeros(20)
    assert signed_ranks(one, other) == pytest.approx(stats.wilcoxon(one, other).pvalue, abs=0.02)
    assert signed_ranks(one, one) == 1

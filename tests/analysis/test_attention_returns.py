"""Heads of which it is known where they look."""

from __future__ import annotations

import numpy as np
import pytest

from musenb.analysis.attention_returns import FLOOR, attention_on_returns, return_pairs
from musenb.analysis.motif.finder import as_motif, find_returns, motif_of
from musenb.errors import ModelError, SettingError
from musenb.score.from_text import score_from_text

NOTES, PERIOD = 24, 8
PAIRS = np.array([[q, q - PERIOD] for q in range(16, 20)])
ONSETS = np.arange(NOTES, dtype=float)


def heads() -> np.ndarray:
    """Return three heads: one that looks at the pairs, one that always looks 8 back, one that spreads evenly."""
    weights = np.zeros((1, 3, NOTES, NOTES))
    for query in range(1, NOTES):
        even = np.full(query, 1 / query)
        weights[0, :, query, :query] = even
        if query >= PERIOD:
            weights[0, 1, query] = 0
            weights[0, 1, query, query - PERIOD] = 1
    for query, key in PAIRS:
        weights[0, 0, query] = 0
        weights[0, 0, query, key] = 1
    return weights


def test_a_head_that_looks_at_returns_is_told_from_one_that_looks_as_far_back() -> None:
    result = attention_on_returns(heads(), PAIRS, ONSETS)
    elsewhere = np.mean([1 / q for q in range(PERIOD, NOTES) if q not in PAIRS[:, 0]])
    assert result.pairs == 4
    assert result.looking[0].tolist() == pytest.approx([1, 1, np.mean([1 / q for q in range(16, 20)])])
    assert result.recency[0].tolist() == pytest.approx([elsewhere, 1, elsewhere])
    assert result.score[0, 0] == pytest.approx(1 / elsewhere)
    assert result.score[0, 1] == pytest.approx(1)
    assert result.p_value[0, 0] < 0.01
    assert result.p_value[0, 1] == 1
    assert result.p_value[0, 2] > 0.5


def test_what_lies_ahead_does_not_count_and_without_pairs_nothing_is_known() -> None:
    result = attention_on_returns(heads(), PAIRS[:, ::-1], ONSETS)
    assert result.pairs == 0
    assert np.isnan(result.score).all()


def test_a_distance_without_any_weight_elsewhere_gives_no_infinite_score() -> None:
    weights = np.zeros((1, 1, NOTES, NOTES))
    weights[0, 0, 16, 8] = 1
    result = attention_on_returns(weights, [[16, 8]], ONSETS)
    assert result.recency[0, 0] == FLOOR
    far = attention_on_returns(weights, [[23, 0]], ONSETS)
    assert np.isnan(far.score[0, 0])


def test_pairs_of_returns() -> None:
    score = score_from_text("key=C C4 D4 E4:1/2 G4:3/2 | r:4 | D5 E5 F#5:1/2 A5:3/2")
    motif = motif_of(score, "melody", 1)
    returns = find_returns(score, motif)
    assert return_pairs(returns, motif) == [((0, i + 4), (0, i)) for i in range(4)]
    assert return_pairs(returns, motif, after=1) == [((0, i + 4), (0, i + 1)) for i in range(3)]
    with pytest.raises(ModelError, match="the motif has no place in the score"):
        return_pairs(returns, as_motif(motif.notes))


def test_errors() -> None:
    with pytest.raises(ModelError, match=r"not \(layers, heads, notes, notes\)"):
        attention_on_returns(heads()[0], PAIRS, ONSETS)
    with pytest.raises(ModelError, match="names note 24 of 24 notes"):
        attention_on_returns(heads(), [[24, 0]], ONSETS)
    with pytest.raises(SettingError, match="above 0 is needed"):
        attention_on_returns(heads(), PAIRS, ONSETS, bin_quarters=0)

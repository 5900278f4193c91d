from __future__ import annotations

import re

import numpy as np
import pytest

from musenb.analysis.chorale.jsb import load_jsb
from musenb.errors import TokenError
from musenb.tokens.jsb.grid import (
    FEATURES,
    REST,
    VOCABULARY,
    decode_pitches,
    encode_pitches,
)
from musenb.tokens.voice_ranges import VOICE_RANGES, transpositions


@pytest.fixture(scope="module")
def pieces() -> list[np.ndarray]:
    return [piece for split in load_jsb().values() for piece in split]


def test_every_canonical_chorale_comes_back(pieces: list[np.ndarray]) -> None:
    assert len(pieces) == 382
    for piece in pieces:
        row = encode_pitches(piece)
        assert np.array_equal(decode_pitches(row.targets), piece)
        assert row.targets.max() < VOCABULARY
        assert (row.features < np.array(FEATURES)).all()


def test_a_row_reads_soprano_to_bass_and_counts_the_bar() -> None:
    row = encode_pitches(np.array([[72, 64, 55, 48]] * 17 + [[74, -1, 36, 81]]))
    assert row.targets[:4].tolist() == [36, 28, 19, 12]
    assert row.targets[-4:].tolist() == [38, REST, 0, 45]
    assert row.before[:3].tolist() == [VOCABULARY, 36, 28]
    assert row.features[:5].tolist() == [[0, 0], [1, 0], [2, 0], [3, 0], [0, 1]]
    assert row.features[64].tolist() == [0, 0]
    assert row.related[0].tolist() == [-1, -1]
    assert row.related[-2:].tolist() == [[-1, 17], [0, 17]]
    assert row.weights.tolist() == [1.0] * 72


@pytest.mark.parametrize(
    ("pitches", "message"),
    [
        (np.zeros((4, 3)), "a chorale grid of shape (4, 3) is not (steps, 4)"),
        (np.zeros((0, 4)), "a chorale grid of shape (0, 4) is not (steps, 4) with at least one step"),
        (np.array([[60, 60, 60, 35]]), "pitch 35 at step 0, voice 3 is outside 36..81"),
        (np.array([[60, 60, 60, 40], [82, 60, 60, 40]]), "pitch 82 at step 1, voice 0 is outside 36..81"),
    ],
)
def test_grids_that_do_not_fit_are_refused(pitches: np.ndarray, message: str) -> None:
    with pytest.raises(TokenError, match=re.escape(message)):
        encode_pitches(pitches)


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ([1, 2, 3], "a row of 3 tokens is not a whole number of steps of 4 voices"),
        ([], "a row of 0 tokens"),
        ([0, 0, 47, 0], "token 47 is outside 0..46"),
        ([0, -1, 0, 0], "token -1 is outside 0..46"),
    ],
)
def test_tokens_that_are_no_grid_are_refused(tokens: list[int], message: str) -> None:
    with pytest.raises(TokenError, match=re.escape(message)):
        decode_pitches(np.array(tokens))


def test_transpositions_keep_every_voice_in_range(pieces: list[np.ndarray]) -> None:
    for piece in pieces:
        moves = transpositions(piece)
        assert 0 in moves
        for semitones in moves:
            for voice, (lowest, highest) in enumerate(VOICE_RANGES):
                column = piece[:, voice][piece[:, voice] >= 0].astype(int)
                if column.size and lowest <= column.min() and column.max() <= highest:
                    assert lowest <= column.min() + semitones
                    assert column.max() + semitones <= highest


def test_transpositions_of_a_narrow_piece_reach_an_octave() -> None:
    assert transpositions(np.array([[-1, 63, -1, -1]])) == range(-11, 12)
    assert transpositions(np.full((1, 4), -1)) == range(-12, 13)

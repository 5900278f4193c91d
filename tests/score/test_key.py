"""Keys of scales and of transposed music."""

from __future__ import annotations

import numpy as np
import pytest

from musenb.analysis.chorale.part_writing import sounding_time
from musenb.score.key import KEYS, Key, find_key


def weights(*pitch_classes):
    return np.bincount(pitch_classes, minlength=12)


@pytest.mark.parametrize("tonic", range(12))
def test_a_cadence_gives_its_key(tonic):
    major = (np.array([0, 4, 7, 5, 9, 0, 7, 11, 2, 0, 4, 7]) + tonic) % 12
    minor = (np.array([0, 3, 7, 5, 8, 0, 7, 11, 2, 0, 3, 7]) + tonic) % 12
    assert find_key(weights(*major)) == Key(tonic, minor=False)
    assert find_key(weights(*minor)) == Key(tonic, minor=True)


def test_signatures():
    assert {(key.signature.fifths, key.signature.mode) for key in KEYS} == {
        (fifths, mode) for fifths in range(-5, 7) for mode in ("major", "minor")
    }
    assert all(key.signature.tonic == key.tonic for key in KEYS)


def test_scales():
    assert Key(7, minor=False).scale == (7, 9, 11, 0, 2, 4, 6)
    assert Key(9, minor=True).scale == (9, 11, 0, 2, 4, 5, 7, 8)


def test_even_weights_and_silence_give_some_key():
    assert find_key(np.ones(12)) == find_key(np.zeros(12)) == Key(0, minor=False)


def test_rests_do_not_sound():
    assert sounding_time(np.array([[60, -1, 64, 72]])).tolist() == [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]

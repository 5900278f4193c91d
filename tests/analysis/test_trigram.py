"""The measures tell trigrams from music."""

from __future__ import annotations

import numpy as np

from musenb.analysis.chorale import part_writing as chorale
from musenb.analysis.chorale.jsb import load_jsb
from musenb.analysis.chorale.trigram import trigram_chorales


def test_one_piece_of_one_chord_gives_that_chord():
    held = np.full((5, 4), 60)
    assert trigram_chorales([held], [3, 0], np.random.default_rng(0))[0].tolist() == [[60] * 4] * 3


def test_draws_depend_on_the_seed():
    music = load_jsb()["train"][:5]
    first, again, other = (trigram_chorales(music, [64], np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_every_measure_is_worse_than_bach():
    chorales = load_jsb()
    drawn = trigram_chorales(chorales["train"], [len(g) for g in chorales["test"][:40]], np.random.default_rng(0))
    bach, trigrams = chorale.evaluate(chorales["test"]), chorale.evaluate(drawn)
    for measure in ("parallels", "crossing", "spacing", "with_parallels"):
        assert trigrams[measure]["low"] > bach[measure]["value"], measure
    for measure in ("tertian", "in_scale"):
        assert trigrams[measure]["high"] < bach[measure]["low"], measure
    assert trigrams["parallels"]["value"] > 2
    assert trigrams["tertian"]["value"] < 0.6

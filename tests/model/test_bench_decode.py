"""The measurements of the decoder at tiny sizes, and that the floor and the peer are what they are said to be."""

from __future__ import annotations

import dataclasses
import importlib.util

import numpy as np
import pytest

from musenb.errors import ModelError
from musenb.model.bench import decoding as bench_decode
from musenb.model.bench.decoding import (
    WAYS,
    decode_figures,
    floor_of,
    gpt2_figures,
    greedy,
    random_decoder,
    random_row,
    ways_of,
)
from musenb.model.config import ModelConfig
from musenb.model.shapes import expected_shapes

TINY = ModelConfig(vocabulary=11, width=16, layers=2, heads=2, feed_forward=32, max_distance=16, context=24)
RELATED = ModelConfig(
    vocabulary=11, features=(4, 3), relations=(5, 6), width=16, layers=1, heads=2, feed_forward=8, context=16
)

TOLD = dataclasses.replace(RELATED, memory_features=(3,), memory_relations=(4,), memory_readers=(0,))


@pytest.mark.parametrize("config", [TINY, RELATED, TOLD])
def test_the_figures_are_ratios_of_one_run(config: ModelConfig) -> None:
    positions = (0, 5, 15)
    found = decode_figures(config, rounds=2, positions=positions)
    measured = [(way, position) for way in ways_of(config) for position in positions]
    assert [(step["way"], step["position"]) for step in found["steps"]] == measured
    for step in found["steps"]:
        rows = WAYS[step["way"]][0]
        assert step["tokens_per_s"] == pytest.approx(rows * 1e6 / step["us"])
        assert step["x_sgemv"] == pytest.approx(1e6 / step["us"] / found["floor_tokens_per_s"])
    plain = [step["us"] for step in found["steps"] if step["way"] == "plain"]
    assert found["slowest_x_fastest"] == pytest.approx(max(plain) / min(plain))
    assert min(plain) <= 1e6 / found["decode_tokens_per_s"] <= max(plain)
    assert found["decode_x_sgemv"] == pytest.approx(found["decode_tokens_per_s"] / found["floor_tokens_per_s"])
    assert found["compiled"] == (importlib.util.find_spec("numba") is not None)
    assert 0 < found["without_numba_x_sgemv"] < 2
    assert set(found["traced_x_plain"]) == {"weights traced", "all traced"}
    assert bool([way for way in ways_of(config) if "given" in way]) == (config is TOLD)


def test_the_mean_runs_over_all_tokens_up_to_the_last_position(monkeypatch: pytest.MonkeyPatch) -> None:
    times = {("floor", 0): 1.0} | {(way, p): 1 + 0.5 * p for way in WAYS for p in (0, 10)}
    monkeypatch.setattr(bench_decode, "_rounds", lambda *_: times)
    found = decode_figures(TINY, rounds=1, positions=(0, 10))
    assert found["decode_tokens_per_s"] == pytest.approx(1 / 3.5)
    assert found["slowest_x_fastest"] == 6


def test_primes_longer_than_the_context_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_decode, "PRIMES", (8, 24, 25))
    assert [row["length"] for row in decode_figures(TINY, rounds=1, positions=(0,))["primes"]] == [8, 24]


def test_the_floor_multiplies_with_every_matrix_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    dot = np.dot
    monkeypatch.setattr(np, "dot", lambda a, b, out: seen.append(b.size) or dot(a, b, out))
    floor_of(random_decoder(TINY))()
    shapes = expected_shapes(TINY)
    matrices = [name for name in shapes if "norm" not in name and "distance" not in name]
    looked_up = [name for name in matrices if name.split(".")[0] in ("token", "feature")]
    assert sum(seen) == sum(int(np.prod(shapes[name])) for name in set(matrices) - set(looked_up))


def test_greedy_decoding_is_the_likeliest_token_of_a_whole_reading() -> None:
    decoder = random_decoder(TINY)
    written = greedy(decoder, 12)
    _, *blank = random_row(TINY, 1)
    before = np.array([[TINY.begin, *written[:-1]]])
    logits = decoder.extend(decoder.start(), before, *(column[:, :12] for column in blank))
    assert logits[0].argmax(-1).tolist() == written


@pytest.mark.skipif(importlib.util.find_spec("transformers") is None, reason="compares with a peer that is not needed")
@pytest.mark.filterwarnings("ignore")
def test_the_peer_is_measured_where_it_is_installed() -> None:
    found = gpt2_figures(TINY, tokens=8, rounds=1)
    assert found["decode_x_hf_gpt2"] == found["tokens_per_s"]["musenb"] / found["tokens_per_s"]["hf_gpt2"] > 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rounds": 0}, r"0 rounds at \[0\]"),
        ({"positions": ()}, r"1 rounds at \[\]: at least 1 is needed, within 0..23"),
        ({"positions": (0, 24)}, r"at \[0, 24\]: at least 1 is needed, within 0..23"),
    ],
)
def test_what_cannot_be_measured_is_named(settings: dict, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        decode_figures(TINY, **({"rounds": 1, "positions": (0,)} | settings))

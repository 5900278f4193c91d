"""The compiled step against its twin in numpy, in both precisions, and what happens where it cannot be had."""

from __future__ import annotations

import numpy as np
import pytest

from musenb.model.bench.decoding import random_decoder, random_row
from musenb.model.config import ModelConfig
from musenb.model.numpy import compiled
from musenb.model.numpy.decode import Decoder
from musenb.model.shapes import expected_shapes
from musenb.model.weights import Tensors

pytest.importorskip("numba", reason="the compiled step is optional")

SHAPE = ModelConfig(
    vocabulary=13, features=(3,), relations=(4, 7), relation_layers=2, width=64, layers=3, heads=2, feed_forward=48,
    max_distance=60, context=150,
)


def tensors_of(config: ModelConfig, dtype: type) -> Tensors:
    rng = np.random.default_rng(0)
    shapes = expected_shapes(config).items()
    tensors = {name: rng.normal(scale=shape[-1] ** -0.5, size=shape) for name, shape in shapes}
    norms = {name: rng.uniform(0.5, 1.5, shape) for name, shape in shapes if "norm" in name}
    return {name: value.astype(dtype) for name, value in (tensors | norms).items()}


def written(decoder: Decoder, rows: int = 2) -> np.ndarray:
    """Return the logits of a whole context, position after position."""
    cache, row = decoder.start(rows), random_row(decoder.config, rows)
    parts = [[column[:, n : n + 1] for column in row] for n in range(decoder.config.context)]
    return np.concatenate([decoder.extend(cache, *one) for one in parts], axis=1)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_the_twins_agree(dtype: type) -> None:
    tensors = tensors_of(SHAPE, dtype)
    fast, plain = Decoder(SHAPE, tensors).compile(), Decoder(SHAPE, tensors)
    assert plain.compiled is None
    assert fast.compiled.half == (dtype is np.float16)
    expected = written(plain)
    assert expected.std() > 0.1
    np.testing.assert_allclose(written(fast), expected, rtol=1e-5, atol=1e-5)


def test_one_number_that_half_precision_lacks_keeps_single_precision() -> None:
    tensors = tensors_of(SHAPE, np.float16)
    for number in (1 + 2**-12, 1e5, 1e-9):
        widened = {name: value.astype(np.float32) for name, value in tensors.items()}
        widened["blocks.1.feed_forward.fall.weight"][3, 4] = number
        assert not Decoder(SHAPE, widened).compile().compiled.half
    assert Decoder(SHAPE, {name: value.astype(np.float32) for name, value in tensors.items()}).compile().compiled.half


def test_extreme_logits_give_no_infinities() -> None:
    tensors = {name: value * np.float32(30) for name, value in tensors_of(SHAPE, np.float32).items()}
    fast, plain = (written(decoder) for decoder in (Decoder(SHAPE, tensors).compile(), Decoder(SHAPE, tensors)))
    assert np.isfinite(fast).all()
    np.testing.assert_allclose(fast[:, :1], plain[:, :1], rtol=1e-4, atol=1e-2)


def test_the_exponential_is_that_of_numpy() -> None:
    from musenb.model.numpy.kernel import exponential

    x = np.concatenate([np.linspace(-87, 87, 4001), [0, -1e-7, -200]]).astype(np.float32)
    found = np.array([exponential(value) for value in x])
    np.testing.assert_allclose(found[:-1], np.exp(x[:-1].astype(np.float64)), rtol=5e-6)
    assert 0 <= found[-1] < 1e-37


def test_decoding_goes_on_where_compiled_functions_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("cannot cache function 'read': no locator available")

    monkeypatch.setattr(compiled, "Compiled", refuse)
    with pytest.warns(UserWarning, match="read without numba: cannot cache"):
        decoder = random_decoder(SHAPE)
    assert decoder.compiled is None
    assert np.isfinite(written(decoder, 1)).all()

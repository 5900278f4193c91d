"""The numpy decoder against the torch reference: one pass and step by step, at all settings of the model."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.errors import ModelError, WeightsError
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Cache, Decoder, Trace
from musenb.model.numpy.layer import CHUNK
from musenb.model.torch.transformer import Inputs, Transformer

CLOSE = {"rtol": 1e-4, "atol": 1e-4}
SMALL = ModelConfig(
    vocabulary=11, features=(3, 5), relations=(4, 7), width=24, layers=3, heads=3, feed_forward=20,
    max_distance=40, context=200,
)
Row = tuple[np.ndarray, np.ndarray, np.ndarray]


def reference_of(config: ModelConfig, seed: int = 0) -> Transformer:
    """Return a torch model with weights at which everything in it matters."""
    torch.manual_seed(seed)
    model = Transformer(config).eval()
    torch.nn.init.normal_(model.readout.weight, std=0.3)
    for name, parameter in model.named_parameters():
        if "norm" in name:
            torch.nn.init.uniform_(parameter, 0.5, 1.5)
    return model


def decoder_of(model: Transformer) -> Decoder:
    return Decoder(model.config, {name: value.numpy() for name, value in model.state_dict().items()})


def row_of(config: ModelConfig, length: int, *, rows: int = 1, seed: int = 0) -> Row:
    """Return random tokens, features and attributes, some of them absent and some differences beyond the spans."""
    rng = np.random.default_rng(seed)
    before = rng.integers(0, config.vocabulary + 1, (rows, length))
    features = [rng.integers(0, size, (rows, length)) for size in config.features]
    related = [rng.integers(-2, 3 * span, (rows, length)) for span in config.relations]
    blank = np.zeros((rows, length, 0), np.int64)
    return before, np.stack(features, -1) if features else blank, np.stack(related, -1) if related else blank


def logits_of(model: Transformer, row: Row) -> np.ndarray:
    with torch.no_grad():
        return model(Inputs(*map(torch.as_tensor, row))).numpy()


def part(row: Row, start: int, stop: int) -> Row:
    return tuple(column[:, start:stop] for column in row)


def stepwise(decoder: Decoder, cache: Cache, row: Row, **more: object) -> np.ndarray:
    length = row[0].shape[1]
    return np.concatenate([decoder.extend(cache, *part(row, n, n + 1), **more) for n in range(length)], axis=1)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"max_distance": 1},
        {"max_distance": 1000},
        {"relation_layers": 3},
        {"relation_layers": 0},
        {"relations": ()},
        {"features": ()},
        {"relative": False},
        {"relative": False, "relations": ()},
        {"positions": "added"},
        {"positions": "concatenated", "relative": False},
        {"heads": 1},
        {"layers": 1},
        {"width": 27, "positions": "added"},
        {"width": 27, "positions": "concatenated"},
    ],
    ids=str,
)
def test_one_pass_and_steps_give_the_logits_of_the_reference(changes: dict) -> None:
    config = ModelConfig(**{name: getattr(SMALL, name) for name in SMALL.__slots__} | changes)
    model = reference_of(config)
    decoder, row = decoder_of(model), row_of(config, 150, rows=2)
    expected = logits_of(model, row)
    assert expected.std() > 0.5
    np.testing.assert_allclose(decoder.extend(decoder.start(2), *row), expected, **CLOSE)
    np.testing.assert_allclose(stepwise(decoder, decoder.start(2), row), expected, **CLOSE)
    np.testing.assert_allclose(stepwise(decoder.compile(), decoder.start(2), row), expected, **CLOSE)


@st.composite
def configs(draw: st.DrawFn) -> ModelConfig:
    heads = draw(st.integers(1, 3))
    return ModelConfig(
        vocabulary=draw(st.integers(1, 9)), features=tuple(draw(st.lists(st.integers(1, 6), max_size=3))),
        relations=tuple(draw(st.lists(st.integers(1, 9), max_size=2))), relation_layers=draw(st.integers(0, 3)),
        width=heads * draw(st.integers(2, 6)), layers=draw(st.integers(1, 3)), heads=heads,
        feed_forward=draw(st.integers(1, 9)), relative=draw(st.booleans()), max_distance=draw(st.integers(1, 90)),
        positions=draw(st.sampled_from(("none", "added", "concatenated"))), context=draw(st.integers(70, 90)),
    )


@given(configs(), st.integers(1, 3), st.lists(st.integers(1, 70), min_size=1, max_size=4), st.integers(0, 99))
@settings(max_examples=30)
def test_any_model_read_in_any_parts_gives_the_logits_of_the_reference(
    config: ModelConfig, rows: int, parts: list[int], seed: int
) -> None:
    model = reference_of(config, seed)
    stops = np.minimum(np.cumsum(parts), config.context)
    row = row_of(config, int(stops[-1]), rows=rows, seed=seed)
    expected = logits_of(model, row)
    for decoder in (decoder_of(model).compile(), decoder_of(model)):
        cache, start, found = decoder.start(rows), 0, []
        for stop in stops:
            if stop > start:
                found.append(decoder.extend(cache, *part(row, start, stop)))
            start = stop
        np.testing.assert_allclose(np.concatenate(found, axis=1), expected, rtol=1e-3, atol=1e-4)


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    decoder, row = decoder_of(reference_of(SMALL)), row_of(SMALL, CHUNK + 9, rows=3)
    together = stepwise(decoder, decoder.start(3), row)
    for n in range(3):
        alone = decoder.extend(decoder.start(), *(column[n : n + 1] for column in row))
        np.testing.assert_allclose(together[n : n + 1], alone, **CLOSE)


def test_rewinding_forgets_what_came_after() -> None:
    decoder, row = decoder_of(reference_of(SMALL)), row_of(SMALL, 90)
    other, cache = row_of(SMALL, 90, seed=1), decoder.start()
    expected = decoder.extend(cache, *row)
    cache.rewind(30)
    decoder.extend(cache, *part(other, 30, 90))
    cache.rewind(30)
    assert cache.length == 30
    np.testing.assert_allclose(stepwise(decoder, cache, part(row, 30, 90)), expected[:, 30:], **CLOSE)


def test_a_copy_goes_its_own_way() -> None:
    decoder, row, other = decoder_of(reference_of(SMALL)), row_of(SMALL, 80), row_of(SMALL, 80, seed=1)
    cache = decoder.start()
    decoder.extend(cache, *part(row, 0, 40))
    copy = cache.copy()
    decoder.extend(copy, *part(other, 40, 60))
    assert (cache.length, copy.length) == (40, 60)
    expected = decoder.extend(decoder.start(), *row)
    np.testing.assert_allclose(decoder.extend(cache, *part(row, 40, 80)), expected[:, 40:], **CLOSE)


def test_candidates_start_from_one_prime() -> None:
    decoder, prime = decoder_of(reference_of(SMALL)), row_of(SMALL, 50, rows=2)
    tails = row_of(SMALL, 20, rows=3, seed=1)
    cache = decoder.start(2)
    decoder.extend(cache, *prime)
    found = stepwise(decoder, cache.select([1, 0, 1]), tails)
    for n, source in enumerate([1, 0, 1]):
        whole = [np.concatenate([a[source : source + 1], b[n : n + 1]], 1) for a, b in zip(prime, tails, strict=True)]
        np.testing.assert_allclose(found[n], decoder.extend(decoder.start(), *whole)[0, 50:], **CLOSE)


def test_the_context_can_be_filled_and_no_further() -> None:
    decoder, row = decoder_of(reference_of(SMALL)), row_of(SMALL, SMALL.context + 1)
    cache = decoder.start()
    decoder.extend(cache, *part(row, 0, SMALL.context))
    with pytest.raises(ModelError, match=r"1 more positions behind the 200 in the cache make 201; .* is 200"):
        decoder.extend(cache, *part(row, SMALL.context, SMALL.context + 1))
    assert cache.length == SMALL.context
    with pytest.raises(ModelError, match="make 201"):
        decoder.extend(decoder.start(), *row)


@pytest.mark.parametrize(
    ("column", "value", "match"),
    [
        (0, 12, r"token 12 is outside 0\.\.11"),
        (0, -1, r"token -1 is outside 0\.\.11"),
        (1, 3, r"feature 0 3 is outside 0\.\.2"),
        (1, -7, r"feature 0 -7 is outside 0\.\.2"),
    ],
)
def test_values_outside_the_model_are_refused(column: int, value: int, match: str) -> None:
    decoder, row = decoder_of(reference_of(SMALL)), row_of(SMALL, 5)
    row[column][0, 2, ...] = value
    cache = decoder.start()
    with pytest.raises(ModelError, match=match):
        decoder.extend(cache, *row)
    assert cache.length == 0


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda b, f, r: (b[0], f, r), r"tokens of shape \(5,\); \(B, n\) = \(1, at least 1\)"),
        (lambda b, f, r: (b[:, :0], f[:, :0], r[:, :0]), r"tokens of shape \(1, 0\)"),
        (lambda b, f, r: (np.repeat(b, 2, 0), f, r), r"tokens of shape \(2, 5\)"),
        (lambda b, f, r: (b, f[:, :, :1], r), r"features of shape \(1, 5, 1\) .*\(1, 5, 2\) is needed"),
        (lambda b, f, r: (b, f, r[:, :4]), r"related of shape \(1, 4, 2\) .*\(1, 5, 2\) is needed"),
        (lambda b, f, r: (b * 1.0, f, r), "tokens of type float64; whole numbers are needed"),
    ],
)
def test_shapes_and_types_that_do_not_fit_are_refused(change: object, match: str) -> None:
    decoder, row = decoder_of(reference_of(SMALL)), row_of(SMALL, 5)
    with pytest.raises(ModelError, match=match):
        decoder.extend(decoder.start(), *change(*row))


def test_wrong_uses_of_a_cache_are_refused() -> None:
    decoder, row = decoder_of(reference_of(SMALL)), row_of(SMALL, 5)
    cache = decoder.start()
    with pytest.raises(ModelError, match="a cache of 0 rows"):
        decoder.start(0)
    with pytest.raises(ModelError, match="cannot rewind to 1: 0 positions were read"):
        cache.rewind(1)
    with pytest.raises(ModelError, match=r"cannot select rows \[1\] of a cache with 1 rows"):
        cache.select([1])
    with pytest.raises(ModelError, match="a cache of 0 rows"):
        cache.select([])
    other = Decoder(ModelConfig(vocabulary=2), blank_tensors(ModelConfig(vocabulary=2))).start()
    with pytest.raises(ModelError, match="the cache is of another model"):
        decoder.extend(other, *row)


def blank_tensors(config: ModelConfig) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in Transformer(config).state_dict().items()}


def test_tensors_of_another_model_are_refused() -> None:
    with pytest.raises(WeightsError, match=r"tensors of the decoder: .* not those of its configuration"):
        Decoder(SMALL, blank_tensors(ModelConfig(vocabulary=11)))


def test_an_interrupt_leaves_the_cache_as_it_was() -> None:
    decoder, row = decoder_of(reference_of(SMALL)), row_of(SMALL, 150)
    cache, trace = decoder.start(), Trace(("weights",))
    expected = decoder.extend(cache, *row)
    cache.rewind(10)

    class InTheSecondChunk:
        asked = 0

        def __contains__(self, layer: int) -> bool:
            self.asked += 1
            if self.asked > SMALL.layers + 1:
                raise KeyboardInterrupt
            return True

    trace.layers = InTheSecondChunk()
    with pytest.raises(KeyboardInterrupt):
        decoder.extend(cache, *part(row, 10, 150), trace=trace)
    assert (cache.length, trace.positions) == (10, ())
    np.testing.assert_allclose(decoder.extend(cache, *part(row, 10, 150)), expected[:, 10:], **CLOSE)


def test_decoding_does_not_change_the_threads_of_the_user() -> None:
    from threadpoolctl import threadpool_info, threadpool_limits

    decoder, row = decoder_of(reference_of(SMALL)), row_of(SMALL, 5)
    with threadpool_limits(2, "blas"):
        before = [library["num_threads"] for library in threadpool_info()]
        stepwise(decoder, decoder.start(), row)
        with pytest.raises(ModelError, match="token"):
            decoder.extend(decoder.start(), row[0] + 99, *row[1:])
        assert [library["num_threads"] for library in threadpool_info()] == before


PLAYS = """
import sys
if without_numba:
    sys.modules["numba"] = None
import numpy as np
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Decoder, Silence, Trace
from musenb.model.shapes import expected_shapes
from musenb.model.weights import parse_weights, weights_bytes

config = ModelConfig(
    vocabulary=5, features=(2,), relations=(3,), width=12, heads=2, layers=2, context=9, idiom="letters"
)
rng = np.random.default_rng(0)
tensors = {name: rng.normal(size=shape) for name, shape in expected_shapes(config).items()}
decoder = Decoder(*parse_weights(weights_bytes(config, tensors), source="test"))
cache, trace = decoder.start(), Trace()
column = np.zeros((1, 1), int)
for _ in range(9):
    row = column, column[..., None], column[..., None]
    logits = decoder.extend(cache, *row, trace=trace, silence=Silence(relative=True))
assert np.isfinite(logits).all()
heavy = {"torch", "music21", "verovio", "symusic"} | ({"scipy", "llvmlite"} if without_numba else set())
heavy &= set(sys.modules)
assert not heavy, heavy
"""


@pytest.mark.parametrize("without_numba", [True, False])
def test_playing_loads_no_torch(without_numba: bool) -> None:
    code = f"without_numba = {without_numba}\n{PLAYS}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

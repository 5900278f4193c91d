"""The memory of the numpy decoder against the torch reference: in one pass, in steps, compiled and plain."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Cache, Decoder, Silence, Trace
from musenb.model.torch.memory import Memory
from musenb.model.torch.transformer import Inputs, Transformer
from musenb.model.trace import MEMORY

CLOSE = {"rtol": 1e-4, "atol": 1e-4}
LENGTH, ROWS = 80, 2
CONFIG = ModelConfig(
    vocabulary=7, features=(4,), relations=(3,), width=24, layers=3, heads=2, feed_forward=16, max_distance=20,
    memory_features=(4, 5), memory_relations=(2, 3), memory_feed_forward=8, memory_readers=(0, 2), dropout=0.0,
    context=100,
)
Row = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Items:
    """Items as an idiom hands them over."""

    features: np.ndarray
    attributes: np.ndarray


def items_of(config: ModelConfig, count: int, seed: int = 0) -> Items:
    rng = np.random.default_rng(seed)
    features = [rng.integers(0, size, count) for size in config.memory_features]
    blank = np.zeros((count, 0), np.int64)
    attributes = [rng.integers(-1, 9, count) for _ in config.memory_relations]
    return Items(np.stack(features, -1), np.stack(attributes, -1) if attributes else blank)


def row_of(config: ModelConfig, seed: int = 0) -> Row:
    rng, shape = np.random.default_rng(seed), (ROWS, LENGTH)
    related = rng.integers(-1, 9, (*shape, config.related))
    return rng.integers(0, 8, shape), rng.integers(0, 4, (*shape, 1)), related


def reference_of(config: ModelConfig) -> Transformer:
    torch.manual_seed(0)
    model = Transformer(config).eval()
    for name, parameter in model.named_parameters():
        torch.nn.init.normal_(parameter, std=0.3)
        if "norm" in name:
            torch.nn.init.uniform_(parameter, 0.5, 1.5)
    return model


def read_by_torch(model: Transformer, row: Row, items: Items) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the logits, and what the taps showed."""
    count, relations = len(items.features), len(model.config.relations)
    before, features, related = (torch.from_numpy(column) for column in row)
    told = (torch.from_numpy(part).expand(ROWS, *part.shape) for part in (items.features, items.attributes))
    memory = Memory(*told, torch.ones(ROWS, count, dtype=torch.bool), related[..., relations:])
    seen: dict[str, torch.Tensor] = {}
    with torch.no_grad():
        logits = model(Inputs(before, features, related[..., :relations], memory), seen.__setitem__)
    return logits.numpy(), {name: value.numpy() for name, value in seen.items()}


def decoder_of(model: Transformer, *, compiled: bool) -> Decoder:
    decoder = Decoder(model.config, {name: value.numpy() for name, value in model.state_dict().items()})
    return decoder.compile() if compiled else decoder


def read(decoder: Decoder, row: Row, items: Items | None, *, size: int, **more: object) -> np.ndarray:
    """Return the logits, `size` positions at a time."""
    cache = decoder.start(ROWS, items)
    parts = [[column[:, n : n + size] for column in row] for n in range(0, LENGTH, size)]
    return np.concatenate([decoder.extend(cache, *part, **more) for part in parts], axis=1)


@pytest.fixture(scope="module")
def model() -> Transformer:
    return reference_of(CONFIG)


@pytest.fixture(scope="module", params=[True, False], ids=["compiled", "plain"])
def decoder(model: Transformer, request: pytest.FixtureRequest) -> Decoder:
    return decoder_of(model, compiled=request.param)


SIZES = pytest.mark.parametrize("size", [LENGTH, 1, 7], ids=["one pass", "steps", "parts"])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"memory_readers": (1,)},
        {"memory_readers": (0, 1, 2), "memory_layers": 1},
        {"memory_relations": (90,)},
        {"memory_features": (4, 5, 3), "heads": 3},
        {"relative": False, "relations": ()},
    ],
    ids=str,
)
@SIZES
def test_every_way_of_reading_gives_the_logits_of_the_reference(changes: dict, size: int) -> None:
    config = dataclasses.replace(CONFIG, **changes)
    reference, items, row = reference_of(config), items_of(config, 9), row_of(config)
    expected = read_by_torch(reference, row, items)[0]
    assert expected.std() > 0.5
    for compiled in (True, False):
        np.testing.assert_allclose(
            read(decoder_of(reference, compiled=compiled), row, items, size=size), expected, **CLOSE
        )


@pytest.mark.parametrize("count", [1, 130])
def test_few_and_many_items(model: Transformer, decoder: Decoder, count: int) -> None:
    items, row = items_of(CONFIG, count), row_of(CONFIG)
    expected = read_by_torch(model, row, items)[0]
    np.testing.assert_allclose(read(decoder, row, items, size=1), expected, **CLOSE)
    np.testing.assert_allclose(read(decoder, row, items, size=LENGTH), expected, **CLOSE)


@SIZES
def test_a_trace_tells_attention_to_the_items_from_attention_to_the_past(
    model: Transformer, decoder: Decoder, size: int
) -> None:
    items, row, trace = items_of(CONFIG, 9), row_of(CONFIG), Trace()
    expected = read_by_torch(model, row, items)[1]
    read(decoder, row, items, size=size, trace=trace)
    for layer in CONFIG.memory_readers:
        for name in MEMORY:
            found = trace.array(name, layer)
            assert found.shape == (ROWS, CONFIG.heads, LENGTH, 9)
            np.testing.assert_allclose(found, expected[f"{layer}.{name}"], **CLOSE)
        np.testing.assert_allclose(trace.array("weights", layer), np.tril(expected[f"{layer}.weights"]), **CLOSE)
    with pytest.raises(ModelError, match="nothing of 'memory_weights' in layer 1 was recorded"):
        trace.array("memory_weights", 1)


@SIZES
def test_an_empty_memory_and_a_silent_one_are_none(decoder: Decoder, size: int) -> None:
    items, row = items_of(CONFIG, 9), row_of(CONFIG)
    without, trace = read(decoder, row, None, size=size), Trace()
    np.testing.assert_array_equal(read(decoder, row, items_of(CONFIG, 0), size=size), without)
    silent = read(decoder, row, items, size=size, silence=Silence(given=True), trace=trace)
    np.testing.assert_allclose(silent, without, rtol=1e-5, atol=1e-5)
    assert abs(read(decoder, row, items, size=size) - without).max() > 0.1
    with pytest.raises(ModelError, match="nothing of 'memory_weights'"):
        trace.array("memory_weights", 0)


@SIZES
def test_a_silent_layer_takes_nothing_from_the_items(model: Transformer, decoder: Decoder, size: int) -> None:
    items, row = items_of(CONFIG, 9), row_of(CONFIG)
    without, trace = read(decoder, row, None, size=size, silence=Silence(layers=(0, 2))), Trace()
    found = read(decoder, row, items, size=size, silence=Silence(layers=(0, 2)), trace=trace)
    np.testing.assert_allclose(found, without, rtol=1e-5, atol=1e-5)
    with pytest.raises(ModelError, match="nothing of 'memory_weights'"):
        trace.array("memory_weights", 2)


def test_the_memory_goes_with_copies_and_stays_when_one_rewinds(model: Transformer, decoder: Decoder) -> None:
    items, row = items_of(CONFIG, 9), row_of(CONFIG)
    expected = read_by_torch(model, row, items)[0]
    cache = decoder.start(ROWS, items)
    decoder.extend(cache, *(column[:, :50] for column in row))
    cache.rewind(40)
    for other, chosen in ((cache.copy(), [0, 1]), (cache.select([1, 1, 0]), [1, 1, 0])):
        rest = [column[chosen, 40:] for column in row]
        np.testing.assert_allclose(decoder.extend(other, *rest), expected[chosen, 40:], **CLOSE)


def test_a_memory_is_encoded_once_for_as_long_as_it_is_the_same(decoder: Decoder) -> None:
    first, again = items_of(CONFIG, 9, seed=5), items_of(CONFIG, 9, seed=5)
    one, other = decoder.start(1, first), decoder.start(3, again)
    assert one.recalled is other.recalled
    changed = Items(first.features, first.attributes + 1)
    assert decoder.start(1, changed).recalled is not one.recalled
    assert decoder.start(1).recalled is None


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda f, a: Items(f[:, :1], a), r"features of a memory of shape \(4, 1\): \(4, 2\) is needed"),
        (lambda f, a: Items(f, a[:3]), r"attributes of a memory of shape \(3, 2\): \(4, 2\) is needed"),
        (lambda f, a: Items(f + 0.0, a), "features of a memory of type float64; whole numbers are needed"),
        (lambda f, a: Items(f - [[0, 9]], a), r"feature 1 of item 0 of a memory is -\d, outside 0\.\.4"),
    ],
)
def test_a_memory_that_does_not_fit_is_refused(decoder: Decoder, change: object, match: str) -> None:
    items = items_of(CONFIG, 4)
    with pytest.raises(ModelError, match=match):
        decoder.start(1, change(items.features, items.attributes))


def test_a_model_without_a_memory_refuses_one() -> None:
    plain = dataclasses.replace(CONFIG, memory_features=(), memory_relations=(), memory_readers=())
    with pytest.raises(ModelError, match="to a model without one"):
        decoder_of(reference_of(plain), compiled=False).start(1, items_of(CONFIG, 4))


@pytest.mark.parametrize("compiled", [False, True])
def test_rows_are_told_different_things_side_by_side(compiled: bool) -> None:
    model = reference_of(CONFIG)
    decoder = Decoder(CONFIG, {name: tensor.numpy() for name, tensor in model.state_dict().items()})
    if compiled:
        pytest.importorskip("numba")
        decoder.compile()
    memories = items_of(CONFIG, 5), items_of(CONFIG, 0), items_of(CONFIG, 9, seed=1)
    row = tuple(part[:1] for part in row_of(CONFIG))
    alone = [by_steps(decoder, decoder.start(1, memory), row) for memory in memories]
    three = tuple(np.repeat(part, 3, axis=0) for part in row)
    together = by_steps(decoder, decoder.start_each(memories), three)
    for number, logits in enumerate(alone):
        np.testing.assert_allclose(together[number], logits[0], **CLOSE)
    chosen = decoder.start_each(memories).select([2, 0])
    two = by_steps(decoder, chosen, tuple(part[:2] for part in three))
    np.testing.assert_allclose(two, together[[2, 0]], **CLOSE)


def by_steps(decoder: Decoder, cache: Cache, row: tuple[np.ndarray, ...]) -> np.ndarray:
    """Return the logits of a row of which half is read in one pass, and the rest a position at a time."""
    half = LENGTH // 2
    found = [decoder.extend(cache, *(part[:, :half] for part in row))]
    found += [decoder.extend(cache, *(part[:, at : at + 1] for part in row)) for at in range(half, half + 6)]
    return np.concatenate(found, axis=1)

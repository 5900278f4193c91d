"""Traces and silenced parts of the decoder against the taps of the torch reference."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Decoder, Silence, Trace
from musenb.model.torch.transformer import Inputs, Transformer

CLOSE = {"rtol": 1e-4, "atol": 1e-4}
LENGTH = 70
CONFIG = ModelConfig(
    vocabulary=7, features=(3,), relations=(4, 7), relation_layers=2, width=24, layers=3, heads=3, feed_forward=20,
    max_distance=30, context=100,
)


@pytest.fixture(scope="module")
def model() -> Transformer:
    torch.manual_seed(0)
    model = Transformer(CONFIG).eval()
    torch.nn.init.normal_(model.readout.weight, std=0.3)
    return model


@pytest.fixture(scope="module", params=[False, True], ids=["compiled", "plain"])
def decoder(model: Transformer, request: pytest.FixtureRequest) -> Decoder:
    tensors = {name: value.numpy() for name, value in model.state_dict().items()}
    decoder = Decoder(CONFIG, tensors)
    return decoder if request.param else decoder.compile()


@pytest.fixture(scope="module")
def row() -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(0)
    related = [rng.integers(-1, 3 * span, (2, LENGTH)) for span in CONFIG.relations]
    return rng.integers(0, 8, (2, LENGTH)), rng.integers(0, 3, (2, LENGTH, 1)), np.stack(related, -1)


def tapped(model: Transformer, row: tuple[np.ndarray, ...], replace: object = None) -> tuple[np.ndarray, dict]:
    """Return the logits of the reference and what its taps showed; `replace` may give other values."""
    seen: dict[str, torch.Tensor] = {}

    def tap(name: str, value: torch.Tensor) -> torch.Tensor | None:
        other = None if replace is None else replace(name, value, seen)
        seen[name] = value if other is None else other
        return other

    with torch.no_grad():
        logits = model(Inputs(*map(torch.as_tensor, row)), tap).numpy()
    return logits, {name: value.numpy() for name, value in seen.items()}


def read(decoder: Decoder, row: tuple[np.ndarray, ...], *, steps: bool, **more: object) -> np.ndarray:
    """Return the logits, in one pass or one position after another."""
    cache, size = decoder.start(2), 1 if steps else LENGTH
    parts = [[column[:, n : n + size] for column in row] for n in range(0, LENGTH, size)]
    return np.concatenate([decoder.extend(cache, *part, **more) for part in parts], axis=1)


BOTH_WAYS = pytest.mark.parametrize("steps", [False, True], ids=["one pass", "steps"])


@BOTH_WAYS
def test_a_trace_holds_what_the_taps_of_the_reference_show(
    model: Transformer, decoder: Decoder, row: tuple[np.ndarray, ...], steps: bool
) -> None:
    trace = Trace()
    logits = read(decoder, row, steps=steps, trace=trace)
    np.testing.assert_allclose(logits, read(decoder, row, steps=steps), **CLOSE)
    expected = tapped(model, row)[1]
    assert trace.positions == tuple(range(LENGTH))
    np.testing.assert_allclose(trace.array("residual", -1), expected["embedding"], **CLOSE)
    for layer in range(CONFIG.layers):
        np.testing.assert_allclose(trace.array("residual", layer), expected[f"{layer}.residual"], **CLOSE)
        for name in ("content", "relative", "weights"):
            found = trace.array(name, layer)
            assert found.shape == (2, CONFIG.heads, LENGTH, LENGTH)
            np.testing.assert_allclose(found, np.tril(expected[f"{layer}.{name}"]), **CLOSE)


@BOTH_WAYS
def test_a_trace_keeps_to_its_names_layers_and_positions(
    decoder: Decoder, row: tuple[np.ndarray, ...], steps: bool
) -> None:
    whole, trace = Trace(), Trace(("weights",), layers=(1,), positions=range(60, 64))
    read(decoder, row, steps=steps, trace=whole)
    read(decoder, row, steps=steps, trace=trace)
    assert trace.positions == (60, 61, 62, 63)
    np.testing.assert_allclose(trace.array("weights", 1), whole.array("weights", 1)[:, :, 60:64, :64], **CLOSE)
    for name, layer in (("weights", 0), ("content", 1), ("residual", 1)):
        with pytest.raises(ModelError, match=f"nothing of '{name}' in layer {layer} was recorded"):
            trace.array(name, layer)


def test_positions_read_again_replace_their_record(decoder: Decoder, row: tuple[np.ndarray, ...]) -> None:
    trace, cache = Trace(("weights", "residual")), decoder.start(2)
    for start, stop in ((0, 30), (20, 21), (21, 22)):
        cache.rewind(start)
        decoder.extend(cache, *(column[:, start + 5 : stop + 5] for column in row), trace=trace)
    assert trace.positions == tuple(range(22))
    assert trace.array("weights", 0).shape == (2, CONFIG.heads, 22, 22)
    np.testing.assert_allclose(trace.array("weights", 0).sum(-1), 1, atol=1e-5)


def replace_of(silence: Silence) -> object:
    """Return how the taps of the reference leave out the same."""
    def replace(name: str, value: torch.Tensor, seen: dict) -> torch.Tensor | None:
        if name == "embedding":
            return None
        layer, what = int(name.split(".")[0]), name.split(".")[1]
        heads = [head for number, head in silence.heads if number == layer]
        if what == "relative" and silence.relative:
            return torch.zeros_like(value)
        if what == "weights" and heads:
            value = value.clone()
            value[:, heads] = 0
            return value
        if what == "residual" and layer in silence.layers:
            return seen[f"{layer - 1}.residual" if layer else "embedding"]
        return None

    return replace


@BOTH_WAYS
@pytest.mark.parametrize(
    "silence",
    [
        Silence(heads=((0, 1),)),
        Silence(heads=((0, 0), (0, 1), (0, 2), (2, 1))),
        Silence(layers=(0,)),
        Silence(layers=(0, 1, 2)),
        Silence(relative=True),
        Silence(heads=((1, 2),), layers=(2,), relative=True),
    ],
    ids=str,
)
def test_silenced_parts_are_those_that_the_taps_replace(
    model: Transformer, decoder: Decoder, row: tuple[np.ndarray, ...], silence: Silence, steps: bool
) -> None:
    expected, seen = tapped(model, row, replace_of(silence))
    trace = Trace()
    np.testing.assert_allclose(read(decoder, row, steps=steps, silence=silence), expected, **CLOSE)
    np.testing.assert_allclose(read(decoder, row, steps=steps, silence=silence, trace=trace), expected, **CLOSE)
    assert abs(expected - tapped(model, row)[0]).max() > 0.05
    for layer in range(CONFIG.layers):
        for name in ("relative", "weights"):
            np.testing.assert_allclose(trace.array(name, layer), np.tril(seen[f"{layer}.{name}"]), **CLOSE)


def test_nothing_silenced_changes_nothing(decoder: Decoder, row: tuple[np.ndarray, ...]) -> None:
    for steps in (False, True):
        found = read(decoder, row, steps=steps, silence=Silence())
        np.testing.assert_array_equal(found, read(decoder, row, steps=steps))


def test_what_was_read_while_a_layer_was_silent_can_be_attended_to(
    decoder: Decoder, row: tuple[np.ndarray, ...]
) -> None:
    cache = decoder.start(2)
    decoder.extend(cache, *(column[:, :40] for column in row), silence=Silence(layers=(1,)))
    assert np.isfinite(decoder.extend(cache, *(column[:, 40:] for column in row))).all()


@pytest.mark.parametrize(
    ("silence", "match"),
    [
        (Silence(layers=(3,)), r"cannot silence layer 3: the model has layers 0\.\.2"),
        (Silence(heads=((-1, 0),)), r"cannot silence layer -1"),
        (Silence(heads=((0, 3),)), r"cannot silence head 3: a layer has heads 0\.\.2"),
    ],
)
def test_parts_that_the_model_lacks_cannot_be_silenced(
    decoder: Decoder, row: tuple[np.ndarray, ...], silence: Silence, match: str
) -> None:
    with pytest.raises(ModelError, match=match):
        read(decoder, row, steps=False, silence=silence)


def test_unknown_names_cannot_be_traced() -> None:
    with pytest.raises(ModelError, match=r"cannot trace 'attention'; the names are residual, content"):
        Trace(("attention",))

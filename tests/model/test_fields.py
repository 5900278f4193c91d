from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Decoder
from musenb.model.numpy.fields import Steps as Written
from musenb.model.shapes import expected_shapes
from musenb.model.torch.fields import FieldTransformer, Steps
from musenb.model.torch.transformer import Inputs

CONFIG = ModelConfig(
    vocabulary=12, inputs=5, features=(3,), relations=(4,), width=16, layers=2, heads=2, feed_forward=24,
    max_distance=8, dropout=0.0, fields=(5, 3, 4), told=(7, 2), told_after=(1, 2), field_width=20,
)


def batch(rows: int = 2, length: int = 6) -> tuple[Inputs, Steps]:
    rng = np.random.default_rng(0)

    def drawn(*sizes: int) -> torch.Tensor:
        return torch.from_numpy(np.stack([rng.integers(0, size, (rows, length)) for size in sizes], axis=-1))

    return Inputs(drawn(5)[..., 0], drawn(3), drawn(9)), Steps(drawn(5, 3, 4), drawn(7, 2))


def model() -> FieldTransformer:
    torch.manual_seed(0)
    made = FieldTransformer(CONFIG)
    torch.nn.init.normal_(made.readout.weight)
    return made.eval()


def test_tensors_are_those_of_the_configuration() -> None:
    shapes = {name: tuple(tensor.shape) for name, tensor in model().state_dict().items()}
    assert shapes == expected_shapes(CONFIG)


def test_a_field_is_told_those_before_it_and_no_other() -> None:
    made, (inputs, steps) = model(), batch()
    plain = made.logits(inputs, steps)
    for field, size in enumerate(CONFIG.fields):
        targets = steps.targets.clone()
        targets[..., field] = (targets[..., field] + 1) % size
        other = made.logits(inputs, dataclasses.replace(steps, targets=targets))
        for k in range(len(CONFIG.fields)):
            assert torch.equal(plain[k], other[k]) == (k <= field)


def test_the_head_is_told_a_number_once_it_is_known() -> None:
    made, (inputs, steps) = model(), batch()
    plain = made.logits(inputs, steps)
    for number, after in enumerate(CONFIG.told_after):
        told = steps.told.clone()
        told[..., number] = (told[..., number] + 1) % CONFIG.told[number]
        other = made.logits(inputs, dataclasses.replace(steps, told=told))
        for k in range(len(CONFIG.fields)):
            assert torch.equal(plain[k], other[k]) == (k < after)


def test_nats_are_those_of_the_logits() -> None:
    made, (inputs, steps) = model(), batch()
    nats = made.nats(inputs, steps)
    assert nats.shape == (2, 6, 3)
    for k, logits in enumerate(made.logits(inputs, steps)):
        expected = -torch.log_softmax(logits, -1).gather(-1, steps.targets[..., k : k + 1])[..., 0]
        assert torch.allclose(nats[..., k], expected, atol=1e-5)
    untrained = FieldTransformer(CONFIG).nats(inputs, steps)[..., 0]
    assert torch.allclose(untrained, torch.full((2, 6), np.log(5)), atol=1e-5)


def test_shapes_that_do_not_fit_are_refused() -> None:
    inputs, steps = batch()
    with pytest.raises(ModelError, match=r"told of shape \(2, 6, 1\) do not fit: 2 rows of 6 need 2 columns"):
        model().nats(inputs, dataclasses.replace(steps, told=steps.told[..., :1]))
    with pytest.raises(ModelError, match="a model without fields"):
        FieldTransformer(ModelConfig(vocabulary=4))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"vocabulary": 13}, "have 12 classes, vocabulary 13"),
        ({"told_after": (1, 3)}, "each after 1 to 2 fields"),
        ({"told_after": (1,)}, "must be as many"),
        ({"fields": (12, 0)}, "at least 1"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        dataclasses.replace(CONFIG, **changes)


def test_the_configuration_comes_back_from_its_text() -> None:
    assert ModelConfig.from_json(CONFIG.to_json()) == CONFIG


def decoder() -> Decoder:
    return Decoder(CONFIG, {name: tensor.numpy() for name, tensor in model().state_dict().items()})


def as_arrays(inputs: Inputs) -> tuple[np.ndarray, ...]:
    return inputs.tokens.numpy(), inputs.features.numpy(), inputs.attributes.numpy()


def all_logits(inputs: Inputs, steps: Steps) -> np.ndarray:
    """Return the reference's logits as the decoder has them: a token a row, -inf for other fields."""
    rows, length = inputs.tokens.shape
    whole = np.full((rows, length, len(CONFIG.fields), CONFIG.vocabulary), -np.inf, np.float32)
    first = 0
    for field, logits in enumerate(model().logits(inputs, steps)):
        whole[:, :, field, first : first + logits.shape[-1]] = logits.detach().numpy()
        first += logits.shape[-1]
    return whole.reshape(rows, -1, CONFIG.vocabulary)


@pytest.mark.parametrize("compiled", [False, True])
def test_the_decoder_has_the_logits_of_the_reference(compiled: bool) -> None:
    inputs, steps = batch()
    expected, reading = all_logits(inputs, steps), decoder()
    if compiled:
        pytest.importorskip("numba")
        reading.compile()
    written = Written(steps.targets.numpy(), steps.told.numpy())
    found = reading.extend(reading.start(2), *as_arrays(inputs), steps=written)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    # The same a position and a field at a time, as it is when music is written.
    cache, fields = reading.start(2), len(CONFIG.fields)
    for position in range(inputs.tokens.shape[1]):
        here = (part[:, position : position + 1] for part in as_arrays(inputs))
        logits = [reading.extend(cache, *here)[:, 0]]
        targets, told = (part[:, position] for part in (written.targets, written.told))
        logits += [cache.next_field(targets[:, :known], told) for known in range(1, fields)]
        wanted = expected[:, position * fields : (position + 1) * fields]
        np.testing.assert_allclose(np.stack(logits, axis=1), wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("rows", [1, 3, 4, 7, 8, 13])
def test_a_field_of_many_rows_is_the_same_compiled(rows: int) -> None:
    pytest.importorskip("numba")
    (inputs, steps), plain, fast = batch(), decoder(), decoder().compile()
    chosen = [row % 2 for row in range(rows)]
    parts = [part[chosen] for part in as_arrays(inputs)]
    for known in range(1, len(CONFIG.fields)):
        found = []
        for reading in (plain, fast):
            cache = reading.start(rows)
            for position in range(3):
                reading.extend(cache, *(part[:, position : position + 1] for part in parts))
            fields, told = steps.targets[chosen, 2, :known].numpy(), steps.told[chosen, 2].numpy()
            found.append(cache.next_field(fields, told))
        np.testing.assert_allclose(found[1], found[0], rtol=1e-4, atol=1e-4)


def test_a_copy_of_a_cache_goes_on_within_a_step() -> None:
    (inputs, steps), reading = batch(), decoder()
    cache = reading.start(2)
    reading.extend(cache, *as_arrays(inputs))
    known, told = steps.targets[:, -1, :1].numpy(), steps.told[:, -1].numpy()
    chosen = cache.select([1, 1])
    expected = cache.next_field(known, told)
    np.testing.assert_allclose(chosen.next_field(known[[1, 1]], told[[1, 1]]), expected[[1, 1]], rtol=1e-5)
    cache.rewind(2)
    with pytest.raises(ModelError, match="before a position was read"):
        cache.next_field(known, told)


@pytest.mark.parametrize(
    ("known", "told", "words"),
    [
        ((2, 3), (2, 2), "1 to 2 known fields and 2 numbers"),
        ((1, 1), (2, 2), r"fields of shape \(1, 1\)"),
        ((2, 1), (2, 1), r"told of shape \(2, 1\)"),
    ],
)
def test_fields_that_do_not_fit_are_refused(known: tuple[int, int], told: tuple[int, int], words: str) -> None:
    (inputs, _), reading = batch(), decoder()
    cache = reading.start(2)
    reading.extend(cache, *as_arrays(inputs))
    with pytest.raises(ModelError, match=words):
        cache.next_field(np.zeros(known, np.int64), np.zeros(told, np.int64))
    with pytest.raises(ModelError, match="outside its range"):
        cache.next_field(np.full((2, 1), 5), np.zeros((2, 2), np.int64))
    with pytest.raises(ModelError, match="targets of shape"):
        reading.extend(reading.start(2), *as_arrays(inputs), steps=Written(np.zeros((2, 6, 1)), np.zeros((2, 6, 2))))

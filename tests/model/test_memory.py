"""Memory: what the encoder and the attention to it compute, and that nothing changes where there is none."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.torch.memory import Memory, MemoryAttention, heads_of, related, table_rows
from musenb.model.torch.transformer import Inputs, Transformer

CONFIG = ModelConfig(
    vocabulary=7, features=(4,), relations=(3,), width=16, layers=3, heads=2, feed_forward=16, max_distance=8,
    memory_features=(4, 5), memory_relations=(2, 3), memory_feed_forward=8, memory_readers=(0, 2), dropout=0.0,
)
PLAIN = dataclasses.replace(CONFIG, memory_features=(), memory_readers=())


def drawn(config: ModelConfig, *, rows: int = 2, length: int = 6, items: int = 5) -> Inputs:
    torch.manual_seed(3)
    memory = Memory(
        torch.stack([torch.randint(0, size, (rows, items)) for size in config.memory_features], dim=-1),
        torch.randint(-1, 6, (rows, items, len(config.memory_relations))),
        torch.ones(rows, items, dtype=torch.bool),
        torch.randint(-1, 6, (rows, length, len(config.memory_relations))),
    )
    tokens = torch.randint(0, config.begin, (rows, length))
    return Inputs(tokens, torch.randint(0, 4, (rows, length, 1)), torch.randint(-1, 9, (rows, length, 1)), memory)


def trained(config: ModelConfig, seed: int = 0) -> Transformer:
    """Return a model whose every weight says something."""
    torch.manual_seed(seed)
    model = Transformer(config).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model


def test_an_empty_memory_is_exactly_the_decoder_without_one():
    model, plain = trained(CONFIG), Transformer(PLAIN).eval()
    plain.load_state_dict({name: value for name, value in model.state_dict().items() if name in plain.state_dict()})
    inputs = drawn(CONFIG)
    empty = dataclasses.replace(inputs, memory=drawn(CONFIG, items=0).memory)
    without = dataclasses.replace(inputs, memory=None)
    assert torch.equal(model(empty), plain(without))
    assert torch.equal(model(without), plain(without))
    assert not torch.allclose(model(inputs), plain(without))


def test_padding_is_as_if_it_were_not_there():
    model, inputs = trained(CONFIG), drawn(CONFIG)
    hidden = dataclasses.replace(inputs.memory, present=torch.tensor([[True, True, True, False, False]] * 2))
    short = Memory(*(part[:, :3] for part in (hidden.features, hidden.attributes, hidden.present)), hidden.queries)
    padded, cut = (model(dataclasses.replace(inputs, memory=memory)) for memory in (hidden, short))
    torch.testing.assert_close(padded, cut)
    none = dataclasses.replace(inputs.memory, present=torch.zeros(2, 5, dtype=torch.bool))
    torch.testing.assert_close(
        model(dataclasses.replace(inputs, memory=none)), model(dataclasses.replace(inputs, memory=None))
    )


def test_the_items_have_no_order():
    model, inputs = trained(CONFIG), drawn(CONFIG)
    order, m = torch.tensor([3, 0, 4, 1, 2]), inputs.memory
    mixed = Memory(m.features[:, order], m.attributes[:, order], m.present[:, order], m.queries)
    torch.testing.assert_close(model(inputs), model(dataclasses.replace(inputs, memory=mixed)))


def test_every_position_sees_every_item_and_no_later_token():
    model, inputs = trained(CONFIG), drawn(CONFIG, rows=1)
    other = inputs.memory.features.clone()
    other[0, 4, 0] = (other[0, 4, 0] + 1) % 4
    changed = dataclasses.replace(inputs, memory=dataclasses.replace(inputs.memory, features=other))
    assert (model(inputs) != model(changed)).any(-1).all()
    later = inputs.tokens.clone()
    later[0, 4] = (later[0, 4] + 1) % CONFIG.begin
    after = model(dataclasses.replace(inputs, tokens=later))
    assert torch.equal(model(inputs)[:, :4], after[:, :4])


def test_relations_are_the_gathered_embeddings_of_the_paper():
    torch.manual_seed(1)
    q, table, bias = torch.randn(1, 2, 4, 8), torch.randn(2, 7, 8), torch.randn(2, 7)
    here, there = torch.tensor([[[0], [5], [-1], [2]]]), torch.tensor([[[1], [-1], [9]]])
    logits = related(q, [table], [bias], table_rows(here, there, (3,)))
    for i, a in enumerate(here.flatten().tolist()):
        for j, b in enumerate(there.flatten().tolist()):
            step = max(-3, min(3, b - a)) + 3
            told = (q[0, :, i] * table[:, step]).sum(-1) * 8**-0.5 + bias[:, step]
            expected = told if min(a, b) >= 0 else torch.zeros(2)
            torch.testing.assert_close(logits[0, :, i, j], expected)


def test_the_attention_is_a_softmax_with_one_place_for_nothing():
    torch.manual_seed(2)
    attention = MemoryAttention(CONFIG)
    torch.nn.init.normal_(attention.nothing)
    recalled = Transformer(CONFIG).memory(drawn(CONFIG).memory)
    x, seen = torch.randn(2, 6, 16), {}
    attention(x, recalled, seen.__setitem__)
    none = (heads_of(attention.query(x), 2) * attention.nothing[:, None]).sum(-1) * 8**-0.5
    powers = (seen["memory_content"] + seen["memory_relative"]).exp()
    expected = powers / (powers.sum(-1, keepdim=True) + none.exp()[..., None])
    torch.testing.assert_close(seen["memory_weights"], expected)


def test_a_tap_sees_the_layers_that_read_and_can_shut_them():
    model, inputs, names = trained(CONFIG), drawn(CONFIG), []

    def shut(name: str, value: torch.Tensor) -> torch.Tensor | None:
        names.append(name)
        return torch.zeros_like(value) if name.endswith("memory_weights") else None

    closed = model(inputs, shut)
    assert {name for name in names if "memory" in name} == {
        f"{layer}.memory_{part}" for layer in (0, 2) for part in ("content", "relative", "weights")
    }
    torch.testing.assert_close(closed, model(dataclasses.replace(inputs, memory=None)))


def test_a_configuration_without_a_memory_is_read_as_before():
    old = '{"vocabulary": 5, "width": 8, "heads": 2}'
    assert ModelConfig.from_json(old) == ModelConfig(vocabulary=5, width=8, heads=2)
    assert ModelConfig.from_json(CONFIG.to_json()) == CONFIG


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"memory_readers": ()}, "both or neither"),
        ({"memory_readers": (3,)}, r"must be layers 0..2"),
        ({"memory_relations": (0,)}, "sizes of at least 1"),
        ({"memory_layers": 0}, "sizes of at least 1"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(changes, match):
    with pytest.raises(ModelError, match=match):
        dataclasses.replace(CONFIG, **changes)


def test_a_memory_that_does_not_fit_is_refused():
    model, inputs = Transformer(CONFIG), drawn(CONFIG)
    wide = dataclasses.replace(inputs.memory, features=inputs.memory.features[..., :1])
    with pytest.raises(ModelError, match=r"features of a memory have shape \(2, 5, 1\)"):
        model(dataclasses.replace(inputs, memory=wide))
    with pytest.raises(ModelError, match="to a model without one"):
        Transformer(PLAIN)(inputs)

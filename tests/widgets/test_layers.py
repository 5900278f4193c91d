"""Attention as models of any framework hand it over."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from musenb.errors import ModelError
from musenb.widgets.attention import Attention
from musenb.widgets.heads import Heads
from musenb.widgets.layers import as_array, stacked

LAYERS, HEADS, TOKENS = 3, 4, 6


@pytest.fixture
def weights() -> np.ndarray:
    """Return float64 (layers, heads, queries, keys); each row sums to 1."""
    drawn = np.random.default_rng(5).random((LAYERS, HEADS, TOKENS, TOKENS))
    return drawn / drawn.sum(-1, keepdims=True)


def test_one_array_a_layer_with_a_batch_of_one_is_taken(weights: np.ndarray) -> None:
    np.testing.assert_array_equal(stacked(tuple(layer[None] for layer in weights), "weights"), weights)


def test_a_whole_array_with_a_batch_of_one_is_taken(weights: np.ndarray) -> None:
    np.testing.assert_array_equal(stacked(weights[:, None], "weights"), weights)


def test_a_tensor_with_gradients_is_shown(weights: np.ndarray) -> None:
    torch = pytest.importorskip("torch", reason="tensors need the 'train' extra")
    tensor = torch.tensor(weights, requires_grad=True)
    view = Attention(None, tensor * 1)
    np.testing.assert_allclose(view._gatherer.heads.matrix("weights", 2, 1), weights[2, 1], rtol=1e-6)
    assert tensor.requires_grad
    view.close()


def test_a_tuple_of_transformers_in_bfloat16_is_shown(weights: np.ndarray) -> None:
    torch = pytest.importorskip("torch", reason="tensors need the 'train' extra")
    layers = tuple(torch.tensor(layer[None]).to(torch.bfloat16).requires_grad_() for layer in weights)
    view = Attention(None, layers)
    assert (view.layers, view.heads, view.tokens) == (LAYERS, HEADS, [TOKENS, TOKENS])
    # bfloat16 keeps eight bits of a number.
    np.testing.assert_allclose(view._gatherer.heads.matrix("weights", 0, 3), weights[0, 3], rtol=2**-8)
    view.close()


def test_a_function_may_return_tensors(weights: np.ndarray) -> None:
    torch = pytest.importorskip("torch", reason="tensors need the 'train' extra")
    tensor = torch.tensor(weights, requires_grad=True)
    heads = Heads(lambda layer, head: tensor[layer, head], shape=weights.shape)
    np.testing.assert_allclose(heads.matrix("weights", 1, 0), weights[1, 0], rtol=1e-6)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ((), "handed over no attention weights.*attn_implementation='eager'"),
        ((None, None), "handed over no attention weights"),
        ((np.zeros((2, 4, 6, 6)),), r"layer 0 \(batch, heads, queries, keys\) hold 2 pieces.*\[layer\[0\] for layer"),
        (np.zeros((3, 2, 4, 6, 6)), r"hold 2 pieces, \(3, 2, 4, 6, 6\); show one of them, such as layers\[:, 0\]"),
        ([np.zeros((4, 6, 6)), np.zeros((4, 5, 5))], r"layer 1 are \(4, 5, 5\), of layer 0 \(4, 6, 6\)"),
        ([np.zeros((4, 6, 6)), np.zeros((2, 6, 6))], r"layer 1 are \(2, 6, 6\), of layer 0 \(4, 6, 6\)"),
        ([[[[0.5, 0.5], [1.0]]]], "layer 0 cannot be read as an array"),
        ({"layer": 1}, "weights of layer 0 are numbers, not <U5"),
        (np.zeros((1, 1, 2, 2), complex), "weights are numbers, not complex128"),
        (7, "an array or a list with one a layer, not int"),
    ],
)
def test_what_is_no_attention_of_one_piece_is_refused_with_the_way_out(source: object, fault: str) -> None:
    with pytest.raises(ModelError, match=fault):
        Attention(None, source)


def test_numbers_stay_as_they_are(weights: np.ndarray) -> None:
    assert as_array(weights, "weights") is weights

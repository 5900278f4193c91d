"""Relative local attention: the paper's blocks and the chunked form against the plain form with a masked window."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.errors import ModelError
from musenb.model.torch.relative import Relation, chunked_relative_attention, plain_relative_attention
from musenb.model.torch.relative_local import local_relative_attention, local_skew

FORMS = [local_relative_attention, chunked_relative_attention]
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-9}


def random_inputs(length, distances, *, dtype=torch.float64, batch=2, heads=2, width=4, seed=0):
    draw = torch.Generator().manual_seed(seed)
    shapes = [(batch, heads, length, width)] * 3 + [(heads, distances, width)]
    inputs = [torch.randn(*shape, dtype=dtype, generator=draw).requires_grad_() for shape in shapes]
    return inputs, torch.rand(batch, length, generator=draw) > 0.3


def outcome(form, inputs, **options):
    out = form(*inputs, **options)
    return [out, *torch.autograd.grad(out.pow(2).sum(), inputs)]


def assert_equal_to_plain(form, inputs, **options):
    expected = outcome(plain_relative_attention, inputs, **{k: v for k, v in options.items() if k != "chunk"})
    for name, a, b in zip(["out", "q", "k", "v", "table"], expected, outcome(form, inputs, **options), strict=True):
        error = (a - b).abs().max().item() / max(1.0, a.abs().max().item())
        assert error < TOLERANCE[a.dtype], f"{name} differs by {error}"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("length", "block"), [(1, 1), (2, 1), (1, 8), (7, 3), (24, 8), (127, 32), (129, 32), (300, 128)]
)
def test_forms_equal_the_plain_form_with_a_window(form, dtype, length, block):
    inputs, _ = random_inputs(length, 2 * block, dtype=dtype)
    assert_equal_to_plain(form, inputs, block=block)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("distances", [1, 5, 15, 16, 40])
def test_distances_beyond_the_table_and_hidden_keys(form, distances):
    inputs, mask = random_inputs(43, distances)
    mask[0, :9] = False
    assert_equal_to_plain(form, inputs, block=8, key_mask=mask)


@settings(max_examples=30, deadline=None)
@given(
    length=st.integers(1, 30), block=st.integers(1, 33), distances=st.integers(1, 40), chunk=st.integers(1, 33),
    seed=st.integers(0, 99),
)
def test_any_block_equals_the_plain_form(length, block, distances, chunk, seed):
    inputs, mask = random_inputs(length, distances, batch=1, seed=seed)
    assert_equal_to_plain(local_relative_attention, inputs, block=block, key_mask=mask)
    assert_equal_to_plain(chunked_relative_attention, inputs, block=block, key_mask=mask, chunk=chunk)


def test_the_chunked_form_takes_relations_into_the_window():
    inputs, mask = random_inputs(45, 12)
    embedding = torch.randn(2, 9, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(5)).requires_grad_()
    relation = Relation((torch.arange(45) // 4 % 7).expand(2, 45), embedding, 4, mask)
    results = []
    for form in (plain_relative_attention, chunked_relative_attention):
        out = form(*inputs, relations=[relation], block=10)
        results.append([out, *torch.autograd.grad(out.pow(2).sum(), [*inputs, embedding])])
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-9)


def test_a_block_that_holds_everything_is_global_attention():
    inputs, _ = random_inputs(20, 20)
    everything = plain_relative_attention(*inputs)
    torch.testing.assert_close(local_relative_attention(*inputs, block=20), everything, rtol=0, atol=1e-12)
    assert not torch.allclose(local_relative_attention(*inputs, block=5), everything)


def test_local_skew_lays_distances_against_the_block_before():
    block = 3
    distance = torch.arange(2 * block - 1, 0, -1.0).expand(block, -1)  # (N, 2N-1), each column its distance
    expected = [[block + i - j for j in range(block)] for i in range(block)]
    assert local_skew(distance).tolist() == expected


@pytest.mark.parametrize("form", [plain_relative_attention, *FORMS])
def test_a_block_below_one_is_refused(form):
    inputs, _ = random_inputs(4, 2)
    with pytest.raises(ModelError, match="block of 0 positions"):
        form(*inputs, block=0)


def test_a_length_of_zero_is_refused():
    inputs, _ = random_inputs(0, 2)
    with pytest.raises(ModelError, match=r"may be 0: q \(2, 2, 0, 4\)"):
        local_relative_attention(*inputs, block=4)

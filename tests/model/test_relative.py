"""Every form of relative attention against the plain gathered twin, in values and gradients."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.errors import ModelError
from musenb.model.torch.relative import (
    Relation,
    chunked_relative_attention,
    plain_relative_attention,
    relative_embeddings,
    skew,
    skewed_relative_attention,
)

FAST_FORMS = [skewed_relative_attention, chunked_relative_attention]
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-9}
LENGTHS = [1, 2, 7, 63, 64, 65, 127, 128, 129, 300]


@dataclass(eq=False)
class Case:
    """Random tensors of one shape, and what a form gives for them."""

    length: int
    distances: int = 50
    dtype: torch.dtype = torch.float32
    batch: int = 2
    heads: int = 3
    width: int = 4
    related: bool = False
    masked: bool = False
    spans: tuple = (12, 64, 0)
    seed: int = 0

    def __post_init__(self):
        draw = torch.Generator().manual_seed(self.seed)
        batch, heads, length, width, spans = self.batch, self.heads, self.length, self.width, self.spans

        def normal(*shape):
            return torch.randn(*shape, dtype=self.dtype, generator=draw).requires_grad_()

        self.q, self.k, self.v = (normal(batch, heads, length, width) for _ in range(3))
        self.table = normal(heads, self.distances, width)
        self.seen = torch.randn(batch, heads, length, width, dtype=self.dtype, generator=draw)  # gradient of the output
        self.key_mask = torch.rand(batch, length, generator=draw) > 0.3 if self.masked else None
        self.relations = ()
        if self.related:
            pitch = torch.randint(36, 82, (batch, length), generator=draw)
            step = (torch.arange(length) // 4).expand(batch, length)
            sparse = torch.randint(-(10**9), 10**9, (batch, length), generator=draw)
            present = torch.rand(batch, length, generator=draw) > 0.2
            self.relations = tuple(
                Relation(values, normal(heads, 2 * span + 1, width), span, there)
                for values, span, there in zip((pitch, step, sparse), spans, (present, None, ~present), strict=True)
            )

    @property
    def inputs(self):
        return [self.q, self.k, self.v, self.table, *(r.embedding for r in self.relations)]

    def outcome(self, form, **options):
        """Return the output and the gradients of all inputs."""
        out = form(self.q, self.k, self.v, self.table, relations=self.relations, key_mask=self.key_mask, **options)
        return [out.detach(), *torch.autograd.grad(out, self.inputs, self.seen)]


def assert_same(case, form, **options):
    names = ["out", "q", "k", "v", "table", "pitch", "step", "sparse"]
    tolerance = TOLERANCE[case.q.dtype]
    expected, found = case.outcome(plain_relative_attention), case.outcome(form, **options)
    for name, plain, fast in zip(names, expected, found, strict=False):
        error = (fast - plain).abs().max().item() / max(1.0, plain.abs().max().item())
        assert error < tolerance, f"{name} differs by {error}"


def attention_by_hand(case, piece, head, i):
    """Return the output of one query by the formula, number by number."""
    q, k, v = (t.detach()[piece, head] for t in (case.q, case.k, case.v))
    table = case.table.detach()[head]
    weights = []
    for j in range(i + 1):
        logit = q[i] @ k[j] + q[i] @ table[min(i - j, len(table) - 1)]
        for relation in case.relations:
            a, b = relation.values[piece, i].item(), relation.values[piece, j].item()
            if relation.present is None or (relation.present[piece, i] and relation.present[piece, j]):
                step = max(-relation.span, min(relation.span, b - a))
                logit = logit + q[i] @ relation.embedding[head, step + relation.span].detach()
        weights.append(math.exp(logit / math.sqrt(len(q[i]))))
    return sum(w * v[j] for j, w in enumerate(weights)) / sum(weights)


def test_the_plain_form_is_the_formula():
    case = Case(9, distances=4, dtype=torch.float64, related=True)
    out = case.outcome(plain_relative_attention)[0]
    for piece, head, i in [(0, 0, 0), (1, 2, 5), (0, 1, 8)]:
        torch.testing.assert_close(out[piece, head, i], attention_by_hand(case, piece, head, i), rtol=0, atol=1e-12)


@pytest.mark.parametrize("form", FAST_FORMS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("length", LENGTHS)
def test_forms_equal_the_plain_form(form, dtype, length):
    assert_same(Case(length, dtype=dtype), form)


@pytest.mark.parametrize("form", FAST_FORMS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("length", [1, 2, 7, 64, 129, 300])
def test_forms_equal_the_plain_form_with_relations_and_hidden_keys(form, dtype, length):
    assert_same(Case(length, dtype=dtype, related=True, masked=True), form)


@pytest.mark.parametrize("form", FAST_FORMS)
@pytest.mark.parametrize("distances", [1, 2, 128, 129, 500])
def test_distances_beyond_the_table_share_the_farthest_row(form, distances):
    assert_same(Case(129, distances=distances, dtype=torch.float64), form)


@pytest.mark.parametrize("chunk", [1, 3, 40, 41, 1000])
def test_the_chunk_size_changes_nothing(chunk):
    assert_same(Case(41, dtype=torch.float64, related=True, masked=True), chunked_relative_attention, chunk=chunk)


@settings(max_examples=40, deadline=None)
@given(
    length=st.integers(1, 40), distances=st.integers(1, 45), batch=st.integers(1, 3), heads=st.integers(1, 3),
    width=st.integers(1, 5), related=st.booleans(), masked=st.booleans(), seed=st.integers(0, 99),
    chunk=st.integers(1, 45),
)
def test_any_shape_equals_the_plain_form(chunk, length, **options):
    case = Case(length, dtype=torch.float64, **options)
    assert_same(case, skewed_relative_attention)
    assert_same(case, chunked_relative_attention, chunk=chunk)


@pytest.mark.parametrize("related", [False, True])
def test_gradients_of_the_chunked_form_by_finite_differences(related):
    case = Case(5, distances=3, dtype=torch.float64, batch=1, heads=2, width=2, related=related, spans=(3, 1, 0))

    def form(q, k, v, table, *embeddings):
        relations = [
            Relation(r.values, e, r.span, r.present) for r, e in zip(case.relations, embeddings, strict=True)
        ]
        return chunked_relative_attention(q, k, v, table, relations=relations, chunk=2)

    assert torch.autograd.gradcheck(form, case.inputs)


@pytest.mark.parametrize("form", [plain_relative_attention, *FAST_FORMS])
def test_no_query_sees_the_future(form):
    case = Case(20, dtype=torch.float64, related=True)
    before = form(case.q, case.k, case.v, case.table, relations=case.relations)
    k, v = case.k.detach().clone(), case.v.detach().clone()
    k[:, :, 13:], v[:, :, 13:] = 7.0, -5.0
    values = [r.values.clone() for r in case.relations]
    for attribute in values:
        attribute[:, 13:] += 3
    changed = [Relation(x, r.embedding, r.span, r.present) for x, r in zip(values, case.relations, strict=True)]
    after = form(case.q, k, v, case.table, relations=changed)
    torch.testing.assert_close(before[:, :, :13], after[:, :, :13], rtol=0, atol=1e-12)
    assert not torch.allclose(before[:, :, 13:], after[:, :, 13:])


@pytest.mark.parametrize("form", [plain_relative_attention, *FAST_FORMS])
def test_padding_on_the_right_changes_no_real_position(form):
    case = Case(30, dtype=torch.float64, batch=2)
    case.key_mask = torch.arange(30).expand(2, 30) < torch.tensor([[30], [17]])
    out = case.outcome(form)[0]
    alone = form(case.q[1:, :, :17], case.k[1:, :, :17], case.v[1:, :, :17], case.table)
    torch.testing.assert_close(out[1:, :, :17], alone, rtol=0, atol=1e-12)


@pytest.mark.parametrize("form", [plain_relative_attention, *FAST_FORMS])
def test_a_query_without_any_key_gets_zeros_and_gives_no_gradient(form):
    case = Case(12, dtype=torch.float64, related=True)
    case.key_mask = torch.ones(2, 12, dtype=torch.bool)
    case.key_mask[1, :5] = False
    out, d_q, *_ = case.outcome(form)
    assert not torch.any(out[1, :, :5])
    assert not torch.any(d_q[1, :, :5])
    assert torch.all(torch.isfinite(out))
    assert torch.all(out[1, :, 5:])


@pytest.mark.parametrize("form", FAST_FORMS)
def test_strided_queries_and_large_logits(form):
    case = Case(70, dtype=torch.float64)
    layout = [t.detach().transpose(1, 2).contiguous().transpose(1, 2) * 40 for t in (case.q, case.k, case.v)]
    case.q, case.k, case.v = (t.requires_grad_() for t in layout)
    assert_same(case, form)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_computed_in_single(dtype):
    case = Case(40, related=True)
    half = [t.detach().to(dtype) for t in (case.q, case.k, case.v, case.table)]
    out = chunked_relative_attention(*half, relations=case.relations)
    single = plain_relative_attention(*(t.float() for t in half), relations=case.relations)
    assert out.dtype == dtype
    torch.testing.assert_close(out, single.to(dtype))


def test_autocast_does_not_reach_into_the_chunked_form():
    case = Case(40, related=True)
    expected = case.outcome(chunked_relative_attention)
    with torch.autocast("cpu", torch.bfloat16):
        found = case.outcome(chunked_relative_attention)
    assert all(torch.equal(a, b) for a, b in zip(expected, found, strict=True))


def test_heads_taken_apart_give_the_same(monkeypatch):
    monkeypatch.setattr("musenb.model.torch.relative_chunked.BUFFER_BYTES", 2 * 64 * 70 * 8)
    assert_same(Case(70, heads=5, dtype=torch.float64, related=True, masked=True), chunked_relative_attention)


def test_skew_moves_column_r_to_r_minus_last_plus_i():
    products = torch.arange(16.0).reshape(1, 4, 4)
    skewed = skew(products)[0]
    for i in range(4):
        for j in range(i + 1):
            assert skewed[i, j] == products[0, i, j + 3 - i]


def test_relative_embeddings_run_from_the_farthest_to_the_position_itself():
    table = torch.arange(3.0).reshape(1, 3, 1)
    assert relative_embeddings(table, 2).flatten().tolist() == [1, 0]
    assert relative_embeddings(table, 5).flatten().tolist() == [2, 2, 2, 1, 0]


def zeros(*shape, **options):
    return torch.zeros(*shape, **options)


@pytest.mark.parametrize("form", [plain_relative_attention, *FAST_FORMS])
@pytest.mark.parametrize(
    ("q", "k", "table", "message"),
    [
        ((1, 2, 0, 4), (1, 2, 0, 4), (2, 3, 4), r"no dimension .* may be 0: q \(1, 2, 0, 4\)"),
        ((1, 2, 5, 4), (1, 2, 6, 4), (2, 3, 4), r"must share one shape .* q \(1, 2, 5, 4\), k \(1, 2, 6, 4\)"),
        ((2, 5, 4), (2, 5, 4), (2, 3, 4), r"must share one shape"),
        ((1, 2, 5, 4), (1, 2, 5, 4), (3, 3, 4), r"table must be .* table \(3, 3, 4\)"),
        ((1, 2, 5, 4), (1, 2, 5, 4), (2, 0, 4), r"table must be .* table \(2, 0, 4\)"),
        ((1, 2, 5, 4), (1, 2, 5, 4), (2, 3, 8), r"table must be .* table \(2, 3, 8\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(form, q, k, table, message):
    with pytest.raises(ModelError, match=message):
        form(zeros(*q), zeros(*k), zeros(*k), zeros(*table))


@pytest.mark.parametrize("form", [plain_relative_attention, *FAST_FORMS])
@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (zeros(1, 4, dtype=torch.bool), r"key mask \(1, 4\) .* must be \(B, L\)"),
        (zeros(1, 5), r"key mask \(1, 5\) of torch.float32"),
    ],
)
def test_masks_that_do_not_fit_are_named(form, mask, message):
    with pytest.raises(ModelError, match=message):
        form(zeros(1, 2, 5, 4), zeros(1, 2, 5, 4), zeros(1, 2, 5, 4), zeros(2, 3, 4), key_mask=mask)


@pytest.mark.parametrize(
    ("relation", "message"),
    [
        (Relation(zeros(1, 5, dtype=torch.int64), zeros(2, 4, 4), 2), r"embedding of shape \(2, 4, 4\) with span 2"),
        (Relation(zeros(1, 5, dtype=torch.int64), zeros(2, 1, 4), -1), r"span -1"),
        (Relation(zeros(1, 6, dtype=torch.int64), zeros(2, 5, 4), 2), r"values of shape \(1, 6\)"),
        (Relation(zeros(1, 5), zeros(2, 5, 4), 2), r"type torch.float32"),
        (Relation(zeros(1, 5, dtype=torch.int64), zeros(2, 5, 4), 2, zeros(1, 5)), r"present of shape \(1, 5\)"),
    ],
)
def test_relations_that_do_not_fit_are_named(relation, message):
    for form in (plain_relative_attention, *FAST_FORMS):
        with pytest.raises(ModelError, match=message):
            form(zeros(1, 2, 5, 4), zeros(1, 2, 5, 4), zeros(1, 2, 5, 4), zeros(2, 3, 4), relations=[relation])


def test_a_chunk_below_one_is_refused():
    with pytest.raises(ModelError, match="chunk of 0"):
        chunked_relative_attention(zeros(1, 2, 5, 4), zeros(1, 2, 5, 4), zeros(1, 2, 5, 4), zeros(2, 3, 4), chunk=0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("related", [False, True])
def test_the_chunked_form_gives_the_same_on_a_gpu(related):
    here, there = (Case(300, related=related, masked=True) for _ in range(2))
    for name in ("q", "k", "v", "table"):
        setattr(there, name, on_gpu(getattr(there, name)))
    there.seen, there.key_mask = there.seen.cuda(), there.key_mask.cuda()
    there.relations = tuple(
        Relation(r.values.cuda(), on_gpu(r.embedding), r.span, None if r.present is None else r.present.cuda())
        for r in there.relations
    )
    for a, b in zip(here.outcome(plain_relative_attention), there.outcome(chunked_relative_attention), strict=True):
        torch.testing.assert_close(a, b.cpu(), rtol=1e-4, atol=1e-4)


def on_gpu(tensor):
    return tensor.detach().cuda().requires_grad_()

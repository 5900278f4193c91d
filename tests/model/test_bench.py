"""The measurements themselves at tiny sizes: what they return, and that nothing of the process is changed."""

from __future__ import annotations

import sys

import pytest
import torch

from musenb.errors import ModelError
from musenb.model.bench import attention as bench
from musenb.model.torch.transformer import Attention

TINY = {"layers": 1, "width": 16}


def test_times_are_ratios_to_the_floor_of_the_same_run():
    threads = torch.get_num_threads()
    rows = bench.time_forms(24, repeats=1, **TINY)
    assert [row["form"] for row in rows] == list(bench.FORMS)
    assert rows[0]["forward_x_floor"] == rows[0]["train_x_floor"] == 1
    for row in rows:
        assert row["length"] == 24
        assert row["train_x_floor"] == row["train_ms"] / rows[0]["train_ms"]
    assert torch.get_num_threads() == threads


def test_forms_too_large_for_the_length_are_left_out(monkeypatch):
    monkeypatch.setitem(bench.LONGEST, "gathered", 20)
    forms = {row["form"] for row in bench.time_forms(24, forms=("gathered", "skewed"), repeats=1, **TINY)}
    assert forms == {"floor", "skewed"}


def test_the_measured_network_with_the_chunked_form_is_the_real_one():
    model = bench.network("chunked", 30, **TINY)
    real = Attention(model.config, related=False)
    measured = model.blocks[0].attention
    real.load_state_dict(measured.state_dict())
    x = torch.randn(1, 30, 16, generator=torch.Generator().manual_seed(1))
    none = torch.zeros(1, 30, 0, dtype=torch.int64)
    torch.testing.assert_close(measured(x, none), real(x, none))


def test_the_floor_has_no_relative_term():
    model = bench.network("floor", 12, **TINY)
    inputs = bench.row_of(12)
    torch.nn.init.normal_(model.readout.weight)
    model(inputs).sum().backward()
    assert model.blocks[0].attention.distance.grad is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the peak of memory from /proc")
def test_peak_memory_counts_what_a_form_holds():
    assert bench.peak_memory("skewed", 1024, what="forward", **TINY) > 8 * 1024**2 * 4 / 1e6  # (8, L, L) logits


def test_growth_finds_the_terms_of_a_known_curve():
    lengths = [256, 512, 1024, 2048]
    fit = bench.growth(lengths, [5 + 0.1 * n + 1e-4 * n * n for n in lengths])
    assert fit["constant"] == pytest.approx(5)
    assert fit["linear"] == pytest.approx(0.1)
    assert fit["quadratic"] == pytest.approx(1e-4)
    linear = bench.growth(lengths, [3.0 * n for n in lengths])
    assert linear["exponent"] == pytest.approx(1)
    assert linear["quadratic"] == pytest.approx(0, abs=1e-9)


def test_growth_never_has_a_negative_term():
    fit = bench.growth([1, 2, 3, 4], [1.0, 1.2, 1.1, 1.05])
    assert min(fit["constant"], fit["linear"], fit["quadratic"]) >= 0


def test_the_figures_carry_the_headline_and_the_fits(monkeypatch):
    monkeypatch.setattr(bench, "peak_memory", lambda form, length, **_: length * (1.0 if form == "floor" else 2.0))
    found = bench.attention_figures(lengths=(8, 16, 24), forms=("chunked",), repeats=1, headline=16, **TINY)
    chunked = next(row for row in found["times"] if row["form"] == "chunked" and row["length"] == 16)
    assert found["forward_x_floor"] == chunked["forward_x_floor"]
    assert found["train_x_floor"] == chunked["train_x_floor"]
    assert found["memory_x_floor"] == found["forward_memory_x_floor"] == 2
    assert found["growth"]["train_mb"]["exponent"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bench.network("rotary", 8), "'rotary' is none of floor, chunked"),
        (lambda: bench.network("floor", 0), "length 0"),
        (lambda: bench.growth([1, 2], [1.0, 2.0]), "at least 3 lengths"),
        (lambda: bench.growth([1, 2, 3], [1.0, 0.0, 2.0]), "above 0"),
    ],
)
def test_what_cannot_be_measured_is_named(call, message):
    with pytest.raises(ModelError, match=message):
        call()

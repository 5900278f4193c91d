"""Dropout: a row's mask is its generator's, whatever stands beside it."""

from __future__ import annotations

import pytest
import torch

from musenb.errors import ModelError
from musenb.model.torch.dropout import Dropout, seeded


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def test_a_row_is_masked_alike_in_any_company():
    model, x = torch.nn.Sequential(Dropout(0.3), Dropout(0.3)), torch.ones(3, 5, 7)
    with seeded(model, generators(1, 2, 3)):
        together = model(x)
    with seeded(model, generators(3)):
        alone = model(x[2:])
    assert torch.equal(together[2:], alone)
    assert not torch.equal(together[0], together[1])


def test_what_stays_is_raised_so_that_the_mean_is_kept():
    place = Dropout(0.25)
    with seeded(place, generators(4)):
        out = place(torch.ones(1, 100_000))
    assert out.unique().tolist() == pytest.approx([0, 4 / 3])
    assert out.mean().item() == pytest.approx(1, abs=0.01)


def test_the_gradient_passes_where_the_number_passed():
    place, x = Dropout(0.5), torch.ones(2, 50, requires_grad=True)
    with seeded(place, generators(1, 2)):
        out = place(x)
    out.sum().backward()
    assert torch.equal(x.grad, out.detach())


def test_nothing_is_dropped_outside_training_or_without_a_chance():
    x = torch.ones(2, 50)
    assert Dropout(0.5).eval()(x) is x
    assert Dropout(0.0)(x) is x


def test_the_generators_are_forgotten_behind_the_context():
    place = Dropout(0.5)
    with pytest.raises(KeyError), seeded(place, generators(1)):
        raise KeyError
    assert place.generators is None
    torch.manual_seed(0)
    assert place(torch.ones(3, 40)).eq(0).any()


def test_as_many_generators_as_rows_are_needed():
    place = Dropout(0.5)
    with seeded(place, generators(1)), pytest.raises(ModelError, match="1 generators do not fit the 2 rows"):
        place(torch.ones(2, 3))

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor

from musenb.train.muon import COEFFICIENTS, ITERATIONS, Muon, orthogonalise


def plain(matrix: Tensor) -> Tensor:
    """Return what the odd polynomial makes of one matrix, by its singular values alone."""
    u, s, v = torch.linalg.svd(matrix.double(), full_matrices=False)
    s = s / (s.square().sum().sqrt() + 1e-7)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        s = a * s + b * s**3 + c * s**5
    return (u * s @ v).float()


@pytest.mark.parametrize("shape", [(5, 5), (4, 9), (9, 4), (1, 7)])
def test_a_batch_is_treated_as_its_matrices_one_by_one(shape: tuple[int, int]) -> None:
    batch = torch.randn(3, *shape, generator=torch.Generator().manual_seed(2))
    expected = torch.stack([plain(matrix) for matrix in batch])
    torch.testing.assert_close(orthogonalise(batch), expected, atol=1e-4, rtol=1e-4)


def test_singular_values_are_near_one() -> None:
    batch = torch.randn(4, 16, 48, generator=torch.Generator().manual_seed(3))
    values = torch.linalg.svdvals(orthogonalise(batch))
    assert values.min() > 0.6
    assert values.max() < 1.3
    assert torch.linalg.svdvals(batch).max() > 5


def test_the_scale_of_the_gradient_does_not_matter() -> None:
    batch = torch.randn(2, 6, 6, generator=torch.Generator().manual_seed(4))
    torch.testing.assert_close(orthogonalise(batch), orthogonalise(1000 * batch), atol=1e-4, rtol=1e-4)
    assert orthogonalise(torch.zeros(1, 3, 4)).isfinite().all()


def test_steps_are_those_of_the_plain_form() -> None:
    chance = torch.Generator().manual_seed(5)
    starts = [torch.randn(shape, generator=chance) for shape in ((4, 6), (4, 6), (3, 3))]
    parameters = [torch.nn.Parameter(start.clone()) for start in starts]
    left_alone = torch.nn.Parameter(torch.ones(4, 6))
    optimiser = Muon([*parameters, left_alone], lr=0.1, momentum=0.9, weight_decay=0.5)
    momenta = [torch.zeros_like(start) for start in starts]
    for _ in range(3):
        gradients = [torch.randn(start.shape, generator=chance) for start in starts]
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient.clone()
        optimiser.step()
        for index, gradient in enumerate(gradients):
            momenta[index] = 0.9 * momenta[index] + 0.1 * gradient
            update = plain(0.1 * gradient + 0.9 * momenta[index])
            scale = 0.2 * max(starts[index].shape) ** 0.5 * 0.1
            starts[index] = (1 - 0.1 * 0.5) * starts[index] - scale * update
    for parameter, expected in zip(parameters, starts, strict=True):
        torch.testing.assert_close(parameter.detach(), expected, atol=1e-4, rtol=1e-4)
    assert torch.equal(left_alone.detach(), torch.ones(4, 6))


def test_the_state_can_be_saved_and_taken_up() -> None:
    chance = torch.Generator().manual_seed(6)
    first, second = (torch.nn.Parameter(torch.ones(3, 4)) for _ in range(2))
    one, other = Muon([first], lr=0.1), Muon([second], lr=0.1)
    gradients = [torch.randn(3, 4, generator=chance) for _ in range(2)]
    first.grad = gradients[0].clone()
    one.step()
    with torch.no_grad():
        second.copy_(first)
    other.load_state_dict(copy.deepcopy(one.state_dict()))
    for parameter, optimiser in ((first, one), (second, other)):
        parameter.grad = gradients[1].clone()
        optimiser.step()
    assert torch.equal(first, second)

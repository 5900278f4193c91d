"""Muon optimiser in single precision: momentum whose update is orthogonalised by Newton-Schulz iteration.

torch.optim.Muon computes in bfloat16, which a CPU without matrix units for it does twenty times slower than single
precision; this one also takes all matrices of one shape as one batch.

References
----------
Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024): the iteration and its coefficients.
Liu et al., "Muon is Scalable for LLM Training", arXiv 2502.16982 (2025): the scale that lets it share AdamW's rates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


def orthogonalise(batch: Tensor) -> Tensor:
    """Return matrices (N, rows, columns) with the singular vectors of `batch` and singular values near 1."""
    a, b, c = COEFFICIENTS
    tall = batch.shape[1] > batch.shape[2]
    x = batch.transpose(1, 2) if tall else batch
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(ITERATIONS):
        square = x @ x.transpose(1, 2)
        polynomial = torch.baddbmm(square, square, square, beta=b, alpha=c)
        x = torch.baddbmm(x, polynomial, x, beta=a)
    return x.transpose(1, 2) if tall else x


class Muon(torch.optim.Optimizer):
    """Muon for matrices.

    Parameters
    ----------
    params : iterable of Tensor (rows, columns)
    lr : float
        Learning rate; an update has the root mean square size of 0.2 times it, as AdamW's have.
    momentum : float
        0..1, with Nesterov's look ahead.
    weight_decay : float
    """

    def __init__(
        self, params: Iterable[Tensor], *, lr: float, momentum: float = 0.95, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Update every parameter that has a gradient."""
        loss = closure() if closure is not None else None
        for group in self.param_groups:
            rate = group["lr"]
            decay = 1 - rate * group["weight_decay"]
            shapes: dict[torch.Size, list[Tensor]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    shapes.setdefault(parameter.shape, []).append(parameter)
            for shape, members in shapes.items():
                momenta = [self._momentum(parameter, group["momentum"]) for parameter in members]
                updates = orthogonalise(torch.stack(momenta))
                scale = 0.2 * max(shape) ** 0.5 * rate
                for parameter, update in zip(members, updates, strict=True):
                    parameter.mul_(decay)
                    parameter.sub_(update, alpha=scale)
        return loss

    def _momentum(self, parameter: Tensor, momentum: float) -> Tensor:
        state = self.state[parameter]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(parameter)
        gradient = parameter.grad
        assert gradient is not None
        moving = state["momentum"].lerp_(gradient, 1 - momentum)
        return gradient.lerp(moving, momentum)


class ReducedMuon(Muon):
    """Muon whose iteration is computed in bfloat16; the weights stay in single precision."""

    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Update every parameter that has a gradient."""
        with torch.autocast("cpu", torch.bfloat16):
            return super().step(closure)

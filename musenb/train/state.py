"""Training state for an exact resume: weights, their average and the optimisers' state, as named tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.optim import Optimizer

from musenb.errors import WeightsError

TOLD = ("config", "step", "best", "stale")


def packed(model: nn.Module, average: Mapping[str, Tensor], optimisers: Sequence[Optimizer]) -> dict[str, Tensor]:
    """Return the state of a training; the names begin with 'model.', 'average.' and 'optimiser.NUMBER.PARAMETER.'."""
    tensors = {f"model.{name}": value.contiguous() for name, value in model.state_dict().items()}
    tensors |= {f"average.{name}": value.contiguous() for name, value in average.items()}
    for number, optimiser in enumerate(optimisers):
        for index, state in optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{number}.{index}.{key}": torch.as_tensor(value) for key, value in state.items()}
    return tensors


def unpack(
    tensors: Mapping[str, Tensor], model: nn.Module, average: Mapping[str, Tensor], optimisers: Sequence[Optimizer]
) -> None:
    """Put the state that `packed` returned back in its place."""
    model.load_state_dict({n.removeprefix("model."): t for n, t in tensors.items() if n.startswith("model.")})
    for name, value in average.items():
        value.copy_(tensors[f"average.{name}"])
    for number, optimiser in enumerate(optimisers):
        state: dict[int, dict[str, Tensor]] = {}
        for name, tensor in tensors.items():
            if name.startswith(f"optimiser.{number}."):
                _, _, index, key = name.split(".", 3)
                state.setdefault(int(index), {})[key] = tensor
        optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})


def read_state(path: Path) -> tuple[dict[str, str], dict[str, Tensor]] | None:
    """Return what is told of a state and its tensors, or None where there is no file.

    Raises
    ------
    WeightsError
        The file is damaged, or no state of a training.
    """
    if not path.exists():
        return None
    try:
        with safe_open(path, "pt") as file:
            told = file.metadata() or {}
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"'{path}' is damaged: {error}; delete it to begin the run anew") from None
    if not told.keys() >= set(TOLD):
        raise WeightsError(f"'{path}' is not the state of a training; use another folder for the run")
    return told, tensors

"""Training state for an exact resume: weights, their average and the optimisers' state, as named tensors.

Its metadata hold a checksum of everything in it; a state without one, as earlier releases wrote it, is read with a
warning.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.optim import Optimizer

from musenb.errors import WeightsError

METADATA = ("config", "step", "best", "stale")  # what every state says beside its tensors
CHECKSUM = "sha256 of metadata and tensors"


def packed(
    model: nn.Module, average: Mapping[str, Tensor], optimisers: Sequence[Optimizer]
) -> dict[str, Tensor]:
    """Return the state of a training; the names begin with 'model.', 'average.' and 'optimiser.NUMBER.PARAMETER.'."""
    tensors = {f"model.{name}": value.contiguous() for name, value in model.state_dict().items()}
    tensors |= {f"average.{name}": value.contiguous() for name, value in average.items()}
    for number, optimiser in enumerate(optimisers):
        for index, state in optimiser.state_dict()["state"].items():
            prefix = f"optimiser.{number}.{index}"
            for key, value in state.items():
                tensors[f"{prefix}.{key}"] = torch.as_tensor(value)
    return tensors


def unpack(
    tensors: Mapping[str, Tensor],
    model: nn.Module,
    average: Mapping[str, Tensor],
    optimisers: Sequence[Optimizer],
) -> None:
    """Put the state that `packed` returned back in its place."""
    weights = {}
    for name, tensor in tensors.items():
        if name.startswith("model."):
            weights[name.removeprefix("model.")] = tensor
    model.load_state_dict(weights)
    for name, value in average.items():
        value.copy_(tensors[f"average.{name}"])
    for number, optimiser in enumerate(optimisers):
        state: dict[int, dict[str, Tensor]] = {}
        for name, tensor in tensors.items():
            if name.startswith(f"optimiser.{number}."):
                _, _, index, key = name.split(".", 3)
                state.setdefault(int(index), {})[key] = tensor
        groups = optimiser.state_dict()["param_groups"]
        optimiser.load_state_dict({"state": state, "param_groups": groups})


def state_bytes(metadata: Mapping[str, str], tensors: Mapping[str, Tensor]) -> bytes:
    """Return a state as the bytes of a safetensors file that `read_state` reads."""
    return save(dict(tensors), metadata={**metadata, CHECKSUM: _checksum(metadata, tensors)})


def _checksum(metadata: Mapping[str, str], tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256(json.dumps(sorted(metadata.items())).encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)} ".encode())
        numbers = tensor.detach().cpu().contiguous().reshape(-1)
        digest.update(numbers.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def read_state(path: Path) -> tuple[dict[str, str], dict[str, Tensor]] | None:
    """Return the metadata of a state and its tensors, or None where there is no file.

    Raises
    ------
    WeightsError
        The file is damaged, or no state of a training.

    Warns
    -----
    UserWarning
        The file has no checksum, so damage to its numbers cannot be told.
    """
    if not path.exists():
        return None
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"'{path}' is damaged: {error}; delete it to begin the run anew") from None
    if not metadata.keys() >= set(METADATA):
        raise WeightsError(f"'{path}' is not the state of a training; use another folder for the run")
    written = metadata.pop(CHECKSUM, None)
    if written is None:
        warnings.warn(f"'{path}' has no checksum, so damage to its numbers would not be seen", stacklevel=2)
    elif written != _checksum(metadata, tensors):
        raise WeightsError(f"'{path}' is damaged: its checksum does not fit; delete it to begin the run anew")
    return metadata, tensors

"""Distributed data-parallel ranks: the processes of one training and their collective operations.

torchrun starts the processes, and its environment is all that `joined` reads: gloo connects processes on CPUs, NCCL
those on GPUs. Without torchrun there is one process, and every exchange gives back what it was given.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch import distributed as dist

from musenb.errors import TrainingError

PATIENCE = timedelta(minutes=30)  # how long a process waits for the others, as while the first one validates
Anything = TypeVar("Anything")


@dataclass(frozen=True, slots=True)
class Ranks:
    """One process among `size`, and its exchanges with the others: all of them make the same calls in the same order.

    Parameters
    ----------
    rank : int
        Number of this process, 0..size-1.
    size : int
        How many processes there are, >= 1.
    device : str
        Where this process computes.

    Raises
    ------
    TrainingError
        By every exchange: another process is lost.
    """

    rank: int = 0
    size: int = 1
    device: str = "cpu"

    @property
    def first(self) -> bool:
        """Whether this process is the one that reads, validates, logs and saves."""
        return self.rank == 0

    def share(self, numbers: range) -> range:
        """Return which of the numbers are this process's own."""
        return numbers[self.rank :: self.size]

    def add(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its sum over the processes, the same to the last bit in all of them."""
        if self.size == 1:
            return
        sums = torch.cat([tensor.flatten() for tensor in tensors])
        with exchange():
            dist.all_reduce(sums)
        parts = sums.split([tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))

    def copy(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by the first process's own."""
        if self.size == 1:
            return
        with exchange():
            for tensor in tensors:
                dist.broadcast(tensor, src=0)

    def broadcast(self, value: Anything) -> Anything:
        """Return the first process's value."""
        if self.size == 1:
            return value
        box: list[Any] = [value if self.first else None]
        with exchange():
            dist.broadcast_object_list(box, src=0, device=torch.device(self.device))
        return box[0]

    def any(self, flag: bool) -> bool:
        """Return whether the flag is set in any process."""
        if self.size == 1:
            return flag
        raised = torch.tensor(float(flag), device=self.device)
        with exchange():
            dist.all_reduce(raised)
        return bool(raised)

    def wait(self) -> None:
        """Return when all processes are here."""
        self.any(False)


@contextmanager
def exchange() -> Iterator[None]:
    """Name the loss of a process for what it is.

    Raises
    ------
    TrainingError
        A collective of torch failed.
    """
    try:
        yield
    except RuntimeError as error:
        cause = str(error).strip().splitlines()[-1][-200:]
        fault = f"another process of the training is lost ({cause})"
        raise TrainingError(f"{fault}; the last checkpoint is intact: the same command goes on from it") from error


@contextmanager
def joined(device: str) -> Iterator[Ranks]:
    """Join the processes that torchrun started, if it did.

    Parameters
    ----------
    device : str
        'cpu' or 'cuda'; each process of a machine takes the GPU of its number.

    Raises
    ------
    TrainingError
        The processes do not find each other, or there are more of them than GPUs.
    """
    if "TORCHELASTIC_RUN_ID" not in os.environ or int(os.environ["WORLD_SIZE"]) == 1:
        yield Ranks(device=device)
        return
    if device == "cuda":
        number, there = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
        if number >= there:
            raise TrainingError(f"process {number} of this machine finds only {there} GPUs; start one process a GPU")
        device = f"cuda:{number}"
        torch.cuda.set_device(number)
    try:
        dist.init_process_group("nccl" if device != "cpu" else "gloo", timeout=PATIENCE)
    except (RuntimeError, ValueError) as error:
        raise TrainingError(f"the processes of the training do not find each other: {error}") from error
    try:
        yield Ranks(dist.get_rank(), dist.get_world_size(), device)
    finally:
        dist.destroy_process_group()


def is_first() -> bool:
    """Return whether this is the process that speaks: the first of torchrun's, or the only one."""
    return "TORCHELASTIC_RUN_ID" not in os.environ or os.environ["RANK"] == "0"


def processes_here() -> int:
    """Return how many processes torchrun started on this machine; 1 without it."""
    return int(os.environ["LOCAL_WORLD_SIZE"]) if "TORCHELASTIC_RUN_ID" in os.environ else 1

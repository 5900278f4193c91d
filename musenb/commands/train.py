"""Training command `musenb train`: on this machine, alone or as one of the processes of torchrun."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from musenb.errors import SettingError


def add_train(command: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    command.add_argument("task", choices=["chorale", "jsb"], help="the four-voice model, or the paper's benchmark")
    command.add_argument("--folder", type=Path, help="of the run; one that is there goes on (default: ./musenb-TASK)")
    command.add_argument("--data", type=Path, help="a folder of your own music in four voices (chorale only)")
    command.add_argument("--variant", help="what the model knows of places (an unknown name lists them)")
    command.add_argument("--size", default="medium", help="twin, small, medium (the default), large or paper")
    command.add_argument("--dropout", type=float, help="share of activations dropped (default: the task's own)")
    command.add_argument("--steps", type=int, default=6000, help="updates in all (default: 6000)")
    command.add_argument("--rows", type=int, default=4, help="crops in a batch, over all processes (default: 4)")
    command.add_argument("--cells", type=int, default=512, help="length of a crop in cells (default: 512)")
    command.add_argument("--validate-every", type=int, default=250, help="steps between validations (default: 250)")
    command.add_argument("--patience", type=int, default=0, help="validations without gain to stop at (0: never)")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    command.add_argument("--accumulate", type=int, default=1, help="batches that make an update (default: 1)")
    command.add_argument("--precision", default="float32", choices=["float32", "bfloat16"], help="of the products")
    command.add_argument("--threads", type=int, help="CPU threads of a process (default: half of the processors)")
    command.set_defaults(run=train)


def train(options: argparse.Namespace) -> int:
    """Train a model, alone or as one of the processes that torchrun started; print a line every fifty steps."""
    from musenb.train.loop import Progress, Schedule
    from musenb.train.ranks import is_first, processes_here
    from musenb.train.run import Run
    from musenb.train.run import train as run_training

    if options.steps < 1:
        raise SettingError(f"steps {options.steps} is below 1")
    schedule = Schedule(
        steps=options.steps,
        validate_every=options.validate_every,
        patience=options.patience,
        seed=options.seed,
        accumulate=options.accumulate,
        precision=options.precision,
    )
    folder = options.folder or Path(f"musenb-{options.task}")
    threads = options.threads
    if threads is None:
        threads = max(1, (os.cpu_count() or 2) // 2 // processes_here())
    run = Run(
        task=options.task,
        folder=folder,
        data=options.data,
        variant=options.variant,
        schedule=schedule,
        rows=options.rows,
        cells=options.cells,
        device=options.device,
        threads=threads,
        size=options.size,
        dropout=options.dropout,
    )

    def report(line: Progress) -> None:
        judged = "" if line.validation is None else f"  validation {line.validation:.4f}"
        print(f"step {line.step}  loss {line.loss:.4f}  {line.tokens_a_second:.0f} cells/s{judged}", flush=True)

    with first_interrupt() as asked:
        best = run_training(run, report, asked.is_set)
    if asked.is_set():
        print("musenb: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    if is_first():
        print(f"best validation loss {best:.4f} nats per cell; the model is '{folder / 'best.safetensors'}'")
    return 0


@contextmanager
def first_interrupt() -> Iterator[threading.Event]:
    """Set the event at the first Ctrl-C, so that a step ends and is saved; a second one interrupts at once."""
    asked, before = threading.Event(), signal.getsignal(signal.SIGINT)

    def ask(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        asked.set()
        print("musenb: stopping after this step; Ctrl-C again stops at once", file=sys.stderr)

    signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)

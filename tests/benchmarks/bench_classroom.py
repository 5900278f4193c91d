"""How much memory a classroom takes: 1, 5 and 10 kernels, each with a studio that has written four bars.

    python tests/benchmarks/bench_classroom.py 1 5 10

Prints, for each number, the proportional set size (PSS: shared pages counted once) of all kernels and the processes
that they started, and how long each took. Linux only.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import psutil
from jupyter_client import KernelManager

LESSON = """import musenb
studio = musenb.Studio("C4 D4 E4 G4")
studio.settle()
studio.continue_(4, seed=7)
studio.wait(300)
studio.settle()
print(len(studio.selected.score.notes))"""
TRAINING = "import torch"


def run(kernel: KernelManager, code: str) -> str:
    """Run a cell and return what it printed."""
    client = kernel.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=300)
        printed: list[str] = []

        def hear(message: dict) -> None:
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])
            if message["msg_type"] == "error":
                raise RuntimeError(message["content"]["evalue"])

        client.execute_interactive(code, output_hook=hear, timeout=600)
        return "".join(printed)
    finally:
        client.stop_channels()


def megabytes(kernel: KernelManager) -> float:
    """Return the PSS of a kernel and what it started."""
    process = psutil.Process(kernel.provisioner.process.pid)
    return sum(one.memory_full_info().pss for one in [process, *process.children(recursive=True)]) / 1e6


def classroom(count: int) -> None:
    """Start kernels one after another, let each write, and print what they take."""
    kernels: list[KernelManager] = []
    seconds: list[float] = []
    try:
        for _ in range(count):
            began = time.monotonic()
            kernels.append(KernelManager())
            kernels[-1].start_kernel()
            assert int(run(kernels[-1], LESSON)) > 4
            seconds.append(time.monotonic() - began)
        taken = [megabytes(kernel) for kernel in kernels]
        run(kernels[0], TRAINING)
        more = megabytes(kernels[0]) - taken[0]
        print(
            f"{count:3} kernels: {sum(taken):6.0f} MB, {sum(taken) / count:5.0f} MB each; "
            f"start to four bars {min(seconds):.0f}-{max(seconds):.0f} s; import torch adds {more:.0f} MB",
            flush=True,
        )
    finally:
        for kernel in kernels:
            kernel.shutdown_kernel(now=True)


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reader.add_argument("counts", metavar="KERNELS", type=int, nargs="*", default=[1, 5, 10])
    counts = reader.parse_args().counts
    if not Path("/proc/self/smaps_rollup").exists():
        sys.exit("the memory of processes can be told on Linux alone")
    for wanted in counts:
        classroom(wanted)

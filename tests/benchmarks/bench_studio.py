"""Print how soon the studio's first note comes, how many events a second follow, and how soon Stop acts.

Run as `python tests/benchmarks/bench_studio.py [--rounds N]`. The journal goes to a temporary folder.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence

from musenb.studio.core import StudioCore


def main() -> None:
    """Print the figures of so many stopped continuations and of one that runs to its end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        studio, told = StudioCore(folder=folder), []
        studio.on("note", lambda take, event: told.append(time.perf_counter()))
        studio.prime("C5 D5 E5 G5 | F5 E5 D5:2")
        quiet, kept, first = [], [], []
        for seed in range(rounds):
            told.clear()
            asked = time.perf_counter()
            studio.continue_(8, seed=seed, take=1)
            while not told:
                time.sleep(0.001)
            first.append(told[0] - asked)
            time.sleep(random.Random(seed).uniform(0, 0.8))
            stopped = time.perf_counter()
            studio.stop()
            studio.wait()
            kept.append(time.perf_counter() - stopped)
            quiet.append(max(0.0, told[-1] - stopped))
        told.clear()
        studio.continue_(8, seed=0, take=1)
        studio.wait()
    print(f"first note after Continue      {spread(first)}")
    print(f"last event after Stop          {spread(quiet)}")
    print(f"kept and on disk after Stop    {spread(kept)}")
    print(f"events a second                {(len(told) - 1) / (told[-1] - told[0]):.0f}")
    print(f"load of the machine            {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def spread(seconds: Sequence[float]) -> str:
    """Return the median and the worst in milliseconds."""
    return f"median {statistics.median(seconds) * 1000:6.0f} ms   worst {max(seconds) * 1000:6.0f} ms"


if __name__ == "__main__":
    main()

"""Print how fast the numpy decoder is at several positions, as ratios to streaming all weights once through sgemv.

Run as `python tests/benchmarks/bench_decode.py [--rounds N]`, for the chorale model's shape and a wider one.
"""

from __future__ import annotations

import argparse

from musenb.commands.bench import decode_table
from musenb.model.bench.decoding import WIDE, decode_figures
from musenb.train.chorale import chorale_config


def main() -> None:
    """Print the figures of the chorale model's shape and of the wider one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    rounds = parser.parse_args().rounds
    for title, config in (("chorale", chorale_config()), ("6 layers of 256", WIDE)):
        print(f"\n{title}\n{decode_table(decode_figures(config, rounds=rounds))}")


if __name__ == "__main__":
    main()

"""Tonal home of Bach's test chorales: the values that the targets were set beside.

python tests/benchmarks/bench_tonal.py
"""

from __future__ import annotations

from musenb.analysis.chorale.tonal import tonal_report
from musenb.train.chorale_data import corpus_grids
from musenb.train.judge_tonal import framed


def main() -> None:
    """Print every measure of the corpus's test chorales."""
    pieces = [framed(grid) for grid in corpus_grids()["test"]]
    print(tonal_report(pieces, pieces))


if __name__ == "__main__":
    main()

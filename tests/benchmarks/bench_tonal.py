"""Tonal home of Bach's test chorales: the values that the targets were set beside.

python tests/benchmarks/bench_tonal.py
"""

from __future__ import annotations

from musenb.analysis.chorale.report import format_report
from musenb.analysis.chorale.tonal import LABELS, tonal_report
from musenb.train.chorale_data import gather, read_corpus
from musenb.train.judge_tonal import framed


def main() -> None:
    """Print every measure of the corpus's test chorales."""
    found = (item for item in read_corpus() if item[0] == "test")
    pieces = [framed(grid) for grid in gather((("train", name, grid) for _, name, grid in found))["train"]]
    print(format_report(tonal_report(pieces, pieces), LABELS))


if __name__ == "__main__":
    main()

"""Print how the forms of relative attention compare with the floor: `python tests/benchmarks/bench_attention.py`.

Run it on a quiet machine; `--lengths 512` gives a first impression in a minute. `--json FILE` keeps every figure.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from musenb.commands.bench import attention_table
from musenb.model.bench.attention import FORMS, LENGTHS, attention_figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lengths", type=int, nargs="+", default=list(LENGTHS))
    parser.add_argument("--forms", nargs="+", choices=list(FORMS), default=list(FORMS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    options = parser.parse_args()
    forms = tuple(dict.fromkeys(["chunked", *options.forms]))
    figures = attention_figures(lengths=options.lengths, forms=forms, repeats=options.repeats)
    print(attention_table(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

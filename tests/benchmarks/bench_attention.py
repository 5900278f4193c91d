"""Print how the forms of relative attention compare with the floor: `python tests/benchmarks/bench_attention.py`.

Run it on a quiet machine; `--lengths 512` gives a first impression in a minute. `--json FILE` keeps every figure.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from musenb.model.bench import FORMS, LENGTHS, attention_figures


def table(figures: dict) -> str:
    """Return the times and peaks as lines of text."""
    peaks = {(row["form"], row["length"]): row for row in figures["memory"]}
    lines = [f"{'form':<10}{'L':>6}{'forward ms':>13}{'x floor':>9}{'train ms':>12}{'x floor':>9}{'train MB':>10}"]
    for row in figures["times"]:
        peak = peaks.get((row["form"], row["length"]), {}).get("train_mb")
        lines.append(
            f"{row['form']:<10}{row['length']:>6}{row['forward_ms']:>13.1f}{row['forward_x_floor']:>9.2f}"
            f"{row['train_ms']:>12.1f}{row['train_x_floor']:>9.2f}{'' if peak is None else format(peak, '.0f'):>10}"
        )
    for name, fit in figures["growth"].items():
        lines.append(f"{name} grows as L^{fit['exponent']:.2f}: " + ", ".join(f"{k} {v:.3g}" for k, v in fit.items()))
    return "\n".join(lines)


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
    print(table(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

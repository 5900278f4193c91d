"""Suggested statements against statements at random: the same plan with one more, each filled by the same seed.

python tests/benchmarks/bench_suggest.py [MOTIFS]    a line a motif, then the mean differences with 95 % intervals
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import numpy as np
from bench_development import MOTIFS, figures, told

from musenb.arranging.suggest import Suggestion, candidates, suggest
from musenb.sample.models import open_model
from musenb.score.development.plan import DevelopmentPlan, Statement
from musenb.score.from_text import score_from_text
from musenb.session import develop, prepared
from musenb.tokens.chorale.idiom import RANGES

PLAN = DevelopmentPlan((Statement("as it is", "soprano", 1),), 12)
FORMS = ("as it is", "sequence", "answer", "inversion")


def main(motifs: int) -> None:
    """Print figures with the best suggestion less those with a random candidate."""
    model = open_model()
    differences: list[dict[str, float]] = []
    for number, text in enumerate(MOTIFS[:motifs]):
        motif = prepared(score_from_text(text), model=model).score
        since = time.process_time()
        best: list[Suggestion] = suggest(motif, PLAN, forms=FORMS, seed=number, model=model)
        spent = time.process_time() - since
        anywhere = list(candidates(motif, PLAN, RANGES, forms=FORMS, voices=list(RANGES)))
        drawn = anywhere[int(np.random.default_rng(number).integers(len(anywhere)))]
        found = [
            figures(develop(motif, plan=replace(PLAN, statements=(*PLAN.statements, one)), seed=number), model)
            for one in (best[0].statement, drawn)
        ]
        differences.append({name: found[0][name] - found[1][name] for name in found[0]})
        print(f"{number:2} {best[0]} | at random: {drawn} | {spent:.1f} s:", told(differences[-1]), flush=True)
    rng = np.random.default_rng(0)
    for name in differences[0]:
        values = np.array([row[name] for row in differences])
        means = rng.choice(values, (2000, len(values))).mean(axis=1)
        low, high = np.percentile(means, (2.5, 97.5))
        print(f"{name}: {values.mean():+.3f} [{low:+.3f}, {high:+.3f}]")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)

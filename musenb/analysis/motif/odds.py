"""Chance odds of a motif match in a piece like this one.

Definition
----------
The expected number is the count of places at which the match could begin, times the probability that the intervals and
lengths which it keeps come in this order. That is a first-order Markov chain over intervals in steps (or only up, down
and level), and one over the ratios of neighbouring lengths; the two count as independent.

Conventions
-----------
- A chain's probabilities come from the piece itself, smoothed twice: pairs by single values, single values by a prior
  of what is common in tonal melodies (below). In a piece of a few bars the prior decides, in a fugue the piece.
- All ways of turning a motif (upside down, backwards, at another speed) are looked for at every place, so a whole
  turned reading counts once for each of the eleven.
- The motif's own notes count too, so that the number is rather too high than too low for what returns often.
- It is a yardstick for leaving out what means little, not a test. The test is `motif_chance`: other pieces' motifs.

References
----------
D. Conklin (2010), "Discovery of distinctive patterns in music", Intelligent Data Analysis 14: patterns judged against a
model of the background. C. G. Vos and J. M. Troost (1989), "Ascending and descending melodic intervals", Music
Perception 6: small intervals, and descending steps, are the common ones.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import pairwise

import numpy as np

from musenb.analysis.motif.lines import Line

PAIRS_WEIGHT, VALUES_WEIGHT = 10.0, 50.0  # how many observations the smoothing is worth
STEP_PRIOR = {0: 0.12, 1: 0.22, 2: 0.09, 3: 0.05, 4: 0.04, 7: 0.02}
DIRECTION_PRIOR = {-1: 0.45, 0: 0.1, 1: 0.45}
RATIO_PRIOR = {
    (1, 1): 0.5,
    (1, 2): 0.14,
    (2, 1): 0.14,
    (1, 3): 0.05,
    (3, 1): 0.05,
}
RARE, LENGTH_PRIOR = 0.01, 0.25


class Chain:
    """A first-order Markov chain over what is seen in some sequences, smoothed with a prior."""

    def __init__(self, sequences: Iterable[Sequence[Hashable]], prior: Callable[[Hashable], float]) -> None:
        self.prior = prior
        self.values: Counter = Counter()
        self.befores: Counter = Counter()
        self.pairs: Counter = Counter()
        for sequence in sequences:
            self.values.update(sequence)
            self.pairs.update(pairwise(sequence))
            self.befores.update(sequence[:-1])
        self.total = self.values.total()

    def value(self, value: Hashable) -> float:
        """Return the probability of a value."""
        return (self.values[value] + VALUES_WEIGHT * self.prior(value)) / (self.total + VALUES_WEIGHT)

    def probability(self, sequence: Sequence[Hashable]) -> float:
        """Return the probability of a sequence; 1 for an empty one."""
        logs = [math.log(self.value(value)) for value in sequence[:1]]
        for before, value in pairwise(sequence):
            seen = self.pairs[before, value] + PAIRS_WEIGHT * self.value(value)
            logs.append(math.log(seen / (self.befores[before] + PAIRS_WEIGHT)))
        return math.exp(sum(logs))


class Odds:
    """Chains of a piece, and how many places there are in it."""

    def __init__(self, lines: Sequence[Line]) -> None:
        steps = [tuple(np.diff(line.steps).tolist()) for line in lines]
        lengths = [line.lengths[:-1].tolist() for line in lines]
        self.places = sum(map(len, lines))
        self.steps = Chain(steps, lambda value: STEP_PRIOR.get(abs(value), RARE))  # type: ignore[arg-type]
        self.directions = Chain(
            [tuple(np.sign(np.diff(line.pitches)).tolist()) for line in lines],
            lambda value: DIRECTION_PRIOR[value],  # type: ignore[index]
        )
        self.ratios = Chain(map(ratios, lengths), lambda value: RATIO_PRIOR.get(value, RARE))  # type: ignore[arg-type]
        self.lengths = Chain(lengths, lambda _: LENGTH_PRIOR)

    def rhythm(self, lengths: Sequence[int], kept: Sequence[bool]) -> float:
        """Return the probability that a rhythm keeps at least these of its lengths.

        Where some are not kept, those that are count as if they followed one another, and any others might have been
        kept instead.
        """
        chosen = [length for length, stays in zip(lengths, kept, strict=True) if stays]
        if not chosen:
            return 1.0
        one_way = self.lengths.value(chosen[0]) * self.ratios.probability(ratios(chosen))
        return min(1.0, one_way * math.comb(len(lengths), len(chosen)))


def ratios(lengths: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return the ratios of neighbouring lengths in lowest terms."""
    found = []
    for before, after in pairwise(lengths):
        common = math.gcd(before, after) or 1
        found.append((after // common, before // common))
    return tuple(found)

"""Model comparison on one piece and one prime: such as relative against absolute positions.

Both read the same notes, so their losses are paired: the change is of the second against the first, with its interval
over the bars of the piece. Both go on from the same prime with the same seed, so the draws are the same and only the
models differ.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from musenb.analysis.causal import Effect, effect_of
from musenb.analysis.compare import Comparison, compare
from musenb.analysis.heads import EDGES, HeadSummary
from musenb.analysis.surprise import Surprise
from musenb.questions.answers import Answers
from musenb.questions.telling import interval_words
from musenb.questions.whatif import Continuation


class Compared:
    """Answers of two models about one piece.

    Parameters
    ----------
    one, other : Answers
        All that can be asked of each alone.
    """

    def __init__(self, one: Answers, other: Answers) -> None:
        self.one, self.other = one, other

    @property
    def names(self) -> tuple[str, str]:
        """What the models are called; two of one name are numbered."""
        first = os.path.basename(self.one.model.name)
        second = os.path.basename(self.other.model.name)
        if first != second:
            return first, second
        return f"{first} (1)", f"{second} (2)"

    @cached_property
    def loss(self) -> Effect:
        """Bits a token of both, their change with its interval over bars, and KL."""
        one, other = self.one.reading, self.other.reading
        return effect_of(
            one.log_probs,
            other.log_probs,
            one.piece.tokens,
            one.piece.token_bars,
            over="bars",
        )

    def surprise(self) -> tuple[Surprise, Surprise]:
        """Return the bits of each note under both models, in the order of `score.notes`."""
        return self.one.surprise(), self.other.surprise()

    @cached_property
    def heads(self) -> tuple[list[HeadSummary], list[HeadSummary]]:
        """What the heads of each look at in this piece."""
        return self.one.heads(), self.other.heads()

    @cached_property
    def reach(self) -> tuple[np.ndarray, np.ndarray]:
        """How the attention to notes falls on distances in quarters: mean over heads, float64 (bins,), over EDGES."""
        one, other = self.heads
        return _mean_profile(one), _mean_profile(other)

    def continuations(self, seed: int | None = None) -> tuple[Continuation, Continuation, Comparison]:
        """Return the prime continued by both from one seed, the setting's by default, and what differs."""
        first = self.one.continuation(seed)
        second = self.other.continuation(seed)
        return first, second, compare(first.score, second.score)

    def words(self) -> list[str]:
        """Return who predicts the piece better, and who looks further back."""
        (first, second), loss = self.names, self.loss
        low, high = loss.change.low, loss.change.high
        if low > 0 or high < 0:
            better, worse = (first, second) if loss.change.mean > 0 else (second, first)
            verdict = f"{better} predicts this piece better than {worse}"
        else:
            verdict = f"On this piece {first} and {second} cannot be told apart by their losses"
        near = [
            float(reach[: EDGES.index(1)].sum())
            for reach in self.reach
        ]
        far = [
            float(reach[EDGES.index(4) :].sum())
            for reach in self.reach
        ]
        return [
            f"{verdict}: {loss.loss_before:.3f} and {loss.loss_after:.3f} bits a token.",
            f"Of what the heads give to notes, {first} gives {_percent(near[0])} to the last quarter and "
            f"{_percent(far[0])} to what lies 4 quarters back or more; {second} {_percent(near[1])} and "
            f"{_percent(far[1])}.",
        ]

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Return the figures as (label, first, second, change)."""
        one, other = self.surprise()
        loss = self.loss
        rows = [
            ("Loss, bits a token", f"{loss.loss_before:.3f}", f"{loss.loss_after:.3f}", interval_words(loss.change)),
            ("Surprise, bits a note", f"{one.bits.mean():.2f}", f"{other.bits.mean():.2f}", ""),
        ]
        bins = [
            ("less than 1 quarter", 0, 1),
            ("1 to 4 quarters", 1, 4),
            ("4 to 16 quarters", 4, 16),
        ]
        for name, start, stop in [*bins, ("16 quarters or more", 16, float("inf"))]:
            cut = slice(EDGES.index(start), EDGES.index(stop))
            nearer, further = [
                _percent(float(reach[cut].sum()))
                for reach in self.reach
            ]
            rows.append((f"Looks back {name}", nearer, further, ""))
        mine, theirs = map(_jobs, self.heads)
        rows.append(("Heads with a named job", mine, theirs, ""))
        return rows

    def __str__(self) -> str:
        table = ["  ".join(filter(None, row)) for row in self.rows()]
        return "\n".join([*self.words(), *table])


def _mean_profile(heads: Sequence[HeadSummary]) -> np.ndarray:
    return np.mean([head.profile.share for head in heads], axis=0)


def _percent(probability: float) -> str:
    return f"{100 * probability:.0f} %"


def _jobs(heads: Sequence[HeadSummary]) -> str:
    names = [name for head in heads for name in head.names]
    counted = [f"{names.count(name)} {name}" for name in dict.fromkeys(names)]
    return ", ".join(counted) or "none"

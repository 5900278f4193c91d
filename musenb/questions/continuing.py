"""Continuation sampling from a kv cache that has read the prime already."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from musenb.model.numpy.decode import Cache, Decoder, Silence
from musenb.sample.models import Model
from musenb.sample.recipe import Recipe, begin
from musenb.tokens.memory import Memory
from musenb.tokens.piece import Plan


class _Lent:
    """A cache that begins as a copy of another once something is read."""

    def __init__(self, empty: Cache) -> None:
        self.cache = empty

    @property
    def length(self) -> int:
        return self.cache.length

    def rewind(self, length: int) -> None:
        self.cache.rewind(length)

    def next_field(self, known: np.ndarray, told: np.ndarray) -> np.ndarray:
        return self.cache.next_field(known, told)

    def select(self, rows: Sequence[int]) -> _Lent:
        return _Lent(self.cache.select(rows))


class Primed:
    """A decoder for the sampler that has read the prime already, and leaves out what is silent.

    Parameters
    ----------
    decoder : Decoder
    prime : Cache
        What every piece begins with; its length may be 0.
    silence : Silence, optional
    """

    def __init__(
        self,
        decoder: Decoder,
        prime: Cache,
        silence: Silence | None = None,
    ) -> None:
        self.decoder, self.prime, self.silence, self.config = decoder, prime, silence, decoder.config

    def start(self, rows: int, memory: Memory | None = None) -> _Lent:
        """Return a cache that is empty until the first positions are read."""
        return _Lent(self.decoder.start(rows, memory))

    def extend(
        self,
        cache: _Lent,
        before: np.ndarray,
        features: np.ndarray,
        related: np.ndarray,
    ) -> np.ndarray:
        """Return the logits of the last positions; those of the prime are not computed again."""
        skip = 0
        # A window that begins later, where the context was full, does not begin with the prime.
        whole = before[0, 0] == self.config.begin
        if whole and not cache.length and 0 < self.prime.length < before.shape[1]:
            cache.cache = self.prime.select([0] * len(before))
            skip = self.prime.length
        inputs = before[:, skip:], features[:, skip:], related[:, skip:]
        return self.decoder.extend(cache.cache, *inputs, silence=self.silence)


def sampled(
    model: Model,
    plan: Plan,
    recipe: Recipe,
    *,
    stop: Callable[[int, int], bool] = lambda done, total: False,
) -> tuple[np.ndarray, bool]:
    """Return the tokens (L',) that a model writes by a plan, and whether its end was reached.

    Parameters
    ----------
    stop : callable
        Asked before each token with (tokens drawn, all that are to be drawn).
    """
    sampling = begin(model, plan, recipe)
    # What is given at the beginning, and what is taken as it is, is not drawn.
    first, total = sampling.position, plan.length or 0
    sampling.run(lambda: stop(sampling.position - first, total - first))
    return sampling.writer.tokens.copy(), sampling.done

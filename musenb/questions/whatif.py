"""Ablation and counterfactual (what-if) questions: before and after, from one seed.

Each question is answered three times over: on the piece as it stands, every prediction behind the change compared; on
continuations that the untouched model writes from several seeds, the interval being over seeds; and as music, written
twice from one seed, so that the draws are the same and only the change differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from musenb.analysis.causal import Effect, effect_of, log_softmax
from musenb.analysis.compare import Comparison, compare
from musenb.model.numpy.decode import Cache, Decoder, Silence
from musenb.questions.continuing import Primed, sampled
from musenb.questions.reading import Reading, extended, read, reread, retold, row_for
from musenb.sample.models import Model
from musenb.sample.policy import Policy
from musenb.sample.recipe import Recipe
from musenb.score.note import Origin, Score
from musenb.tokens.idiom import Idiom
from musenb.tokens.piece import Piece
from musenb.tokens.row import Row


@dataclass(frozen=True, slots=True)
class Continuation:
    """A piece with its prime continued.

    Parameters
    ----------
    seed : int
    piece : Piece
    """

    seed: int
    piece: Piece

    @property
    def score(self) -> Score:
        """The prime and what was written."""
        return self.piece.score


@dataclass(frozen=True)
class WhatIf:
    """The answer to one question.

    Parameters
    ----------
    question : str
        In words.
    piece : Effect
        On the piece as it stands, over its bars.
    seeds : Effect or None
        On continuations of the untouched model, over seeds.
    before, after : Continuation or None
        Written from one seed without and with the change.
    difference : Comparison or None
        Between the two, note by note.
    """

    question: str
    piece: Effect
    seeds: Effect | None = None
    before: Continuation | None = None
    after: Continuation | None = None
    difference: Comparison | None = None

    def __str__(self) -> str:
        lines = [f"{self.question}:"]
        for where, effect in (("the piece", self.piece), ("continuations", self.seeds)):
            if effect is not None and effect.predictions:
                lines.append(
                    f"  {where}: loss {effect.loss_before:.3f} -> {effect.loss_after:.3f} bits a token, "
                    f"change {effect.change}, KL {effect.kl} (95 % over {effect.kl.groups} {effect.over})"
                )
        if self.difference is not None and self.before is not None:
            lines.append(f"  from seed {self.before.seed}: {self.difference}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Setting:
    """How continuations are written.

    Parameters
    ----------
    policy : Policy
    seed : int
        Of the one that is heard.
    seeds : int
        How many seeds, from `seed` on, the interval is over; 0 for none.
    extent : int
        Full bars, or seconds, that are written behind the prime.
    """

    policy: Policy
    seed: int
    seeds: int = 4
    extent: int = 2


class Laboratory:
    """Answers what-if questions about one reading; what the untouched model does is computed once.

    Parameters
    ----------
    reading : Reading
    setting : Setting
    idiom : Idiom
    """

    def __init__(self, reading: Reading, setting: Setting, idiom: Idiom) -> None:
        self.reading, self.setting, self.idiom = reading, setting, idiom
        self._before: dict[int, Continuation] = {}

    @property
    def first(self) -> int:
        """The first position that is to be written."""
        return self.reading.piece.plan.first

    def silence(self, silence: Silence, question: str, *, listen: bool = True) -> WhatIf:
        """Return what becomes of the predictions when a part of the model is silent."""
        reading = self.reading
        silence.check(reading.decoder.config)
        cache = reading.decoder.start(1, reading.row.memory)
        first = min(self.first, len(reading.piece.tokens))
        parts = []
        if first:
            parts.append(read(reading.decoder, reading.row, cache=cache, stop=first, silence=silence))
        prime = cache.copy()
        if first < len(reading.piece.tokens):
            parts.append(read(reading.decoder, reading.row, cache=cache, start=first, silence=silence))
        before, after = reading.log_probs, np.concatenate(parts)
        effect = effect_of(before, after, reading.piece.tokens, reading.piece.token_bars, over="bars")
        return self._answer(question, effect, Primed(reading.decoder, prime, silence), listen, reading.piece)

    def edit(self, edited: Piece, question: str, *, listen: bool = True) -> WhatIf:
        """Return what becomes of the predictions when the piece has other notes in its prime."""
        reading, piece = self.reading, self.reading.piece
        row = row_for(reading.decoder.config, edited)
        log_probs, start = reread(reading, row)
        changed = edited.tokens != piece.tokens
        first = np.argmax(changed) if changed.any() else len(changed)
        # Notes that are told beside the past change what is expected before them, too.
        reached = (np.arange(len(changed)) > first) | retold(reading, row)
        counted = np.flatnonzero(reached & ~changed)
        before, after = reading.log_probs[counted], log_probs[counted - start]
        effect = effect_of(before, after, edited.tokens[counted], piece.token_bars[counted], over="bars")
        cache = reading.decoder.start(1, row.memory)
        if self.first:
            read(reading.decoder, row, cache=cache, stop=min(self.first, len(edited.tokens)))
        return self._answer(question, effect, Primed(reading.decoder, cache), listen, edited)

    def continuation(self, seed: int) -> Continuation:
        """Return the prime continued from a seed by the untouched model."""
        if seed not in self._before:
            model = Primed(self.reading.decoder, self._prime_cache())
            self._before[seed] = self._written(seed, model, self.reading.piece)
        return self._before[seed]

    def _written(self, seed: int, model: Primed, piece: Piece) -> Continuation:
        setting, origin = self.setting, Origin("continuation", seed)
        plan = piece.within(setting.extent)
        recipe = Recipe(origin.model, "", seed, setting.extent, setting.policy, idiom=self.idiom.name)
        primed: Any = model  # it reads as a decoder does
        tokens, _ = sampled(Model(recipe.model, recipe.checksum, primed), plan, recipe)
        return Continuation(seed, piece.continued(tokens, origin))

    def _prime_cache(self) -> Cache:
        cache = self.reading.cache.copy()
        cache.rewind(min(self.first // self.reading.step_size, cache.length))
        return cache

    def _answer(self, question: str, effect: Effect, model: Primed, listen: bool, piece: Piece) -> WhatIf:
        """Return an answer with continuations, where something is to be written and heard."""
        length = self.reading.piece.within(self.setting.extent).length
        if not listen or (length is not None and length <= self.first):
            return WhatIf(question, effect)
        seed = self.setting.seed
        seeds = [seed + number for number in range(self.setting.seeds)]
        over = self._over_seeds(seeds, model, piece) if seeds else None
        before, after = self.continuation(seed), self._written(seed, model, piece)
        return WhatIf(question, effect, over, before, after, compare(before.score, after.score))

    def _over_seeds(self, seeds: Sequence[int], model: Primed, piece: Piece) -> Effect:
        """Compare the predictions on continuations that the untouched model wrote; groups are the seeds."""
        config = self.reading.decoder.config
        written = [self.continuation(seed).piece for seed in seeds]
        whole = [row_for(config, one) for one in written]
        changed = [row_for(config, piece.continued(one.tokens, Origin())) for one in written]
        before = _behind(self.reading.decoder, whole, self._prime_cache(), None)
        after = _behind(model.decoder, changed, model.prime, model.silence)
        taken = np.concatenate([one.tokens[self.first :] for one in written])
        groups = np.repeat(seeds, [len(one.tokens) - self.first for one in written])
        return effect_of(before, after, taken, groups, over="seeds")


def _behind(decoder: Decoder, rows: Sequence[Row], prime: Cache, silence: Silence | None) -> np.ndarray:
    """Return log_probs (rows * n, V) of what stands behind a prime that was read, rows of one length side by side."""
    if len({len(row) for row in rows}) > 1:
        return np.concatenate([_behind(decoder, [row], prime, silence) for row in rows])
    cache = prime.select([0] * len(rows)) if prime.length else decoder.start(len(rows), rows[0].memory)
    behind = [row.crop(prime.length, len(row)) for row in rows]
    log_probs = log_softmax(extended(decoder, cache, behind, silence=silence))
    return log_probs.reshape(-1, log_probs.shape[-1])

"""What if: a part of the model silent, or a note of the prime another; before and after, from the same seed.

Each question is answered three times over: on the piece as it stands, every prediction behind the change compared; on
continuations that the untouched model writes from several seeds, the interval being over seeds; and as music, written
twice from one seed, so that the draws are the same and only the change differs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from musenb.analysis.causal import Effect, effect_of, log_shares
from musenb.analysis.compare import Comparison, compare
from musenb.errors import SettingError
from musenb.model.numpy.decode import Cache, Decoder, Silence
from musenb.questions.reading import Piece, Reading, read
from musenb.sample.former import Sampling
from musenb.sample.policy import Policy
from musenb.score.note import Origin, Score
from musenb.tokens.chorale.grid import HIGHEST, HOLD, LOWEST, REST, STEP, UNKNOWN, VOICE_COUNT, Frame, Grid, decode
from musenb.tokens.chorale.rules import PART_WRITING


@dataclass(frozen=True, slots=True)
class Continuation:
    """A piece with its prime continued.

    Parameters
    ----------
    seed : int
    cells : int64 (T, 4)
    score : Score
    """

    seed: int
    cells: np.ndarray
    score: Score


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
                    f"  {where}: loss {effect.loss_before:.3f} -> {effect.loss_after:.3f} bits a cell, "
                    f"change {effect.change}, KL {effect.kl} (95 % over {effect.kl.groups} {effect.over})"
                )
        if self.difference is not None:
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
    bars : int
        Full bars that are written behind the prime.
    """

    policy: Policy
    seed: int
    seeds: int = 4
    bars: int = 2


class _Lent:
    """A cache that begins as a copy of another once something is read."""

    def __init__(self, empty: Cache) -> None:
        self.cache = empty
        self.lent = False

    @property
    def length(self) -> int:
        return self.cache.length

    def rewind(self, length: int) -> None:
        self.cache.rewind(length)


class Primed:
    """A decoder for the sampler that has read the prime already, and leaves out what is silent.

    Parameters
    ----------
    decoder : Decoder
    prime : Cache
        What every piece begins with; its length may be 0.
    silence : Silence, optional
    """

    def __init__(self, decoder: Decoder, prime: Cache, silence: Silence | None = None) -> None:
        self.decoder, self.prime, self.silence, self.config = decoder, prime, silence, decoder.config

    def start(self, rows: int) -> _Lent:
        """Return a memory that is empty until the first positions are read."""
        return _Lent(self.decoder.start(rows))

    def extend(self, cache: _Lent, before: np.ndarray, features: np.ndarray, related: np.ndarray) -> np.ndarray:
        """Return the logits of the last positions; those of the prime are not computed again."""
        skip = 0
        if not cache.length and 0 < self.prime.length < before.shape[1]:
            cache.cache, skip = self.prime.copy(), self.prime.length
        inputs = before[:, skip:], features[:, skip:], related[:, skip:]
        return self.decoder.extend(cache.cache, *inputs, silence=self.silence)


class Laboratory:
    """Answers what-if questions about one reading; what the untouched model does is computed once.

    Parameters
    ----------
    reading : Reading
    setting : Setting
    """

    def __init__(self, reading: Reading, setting: Setting) -> None:
        self.reading, self.setting = reading, setting
        piece, frame = reading.piece, reading.piece.plan.grid.frame
        bars = [int(bar.end / STEP) for bar in piece.score.bars(len(frame) * STEP)]
        told = np.flatnonzero((piece.plan.grid.cells != UNKNOWN).any(axis=1))
        ends = [end for end in bars if end > (told[-1] + 1 if len(told) else 0)][: setting.bars]
        self.steps = min(ends[-1] if ends else len(frame), len(frame))
        self._before: dict[int, Continuation] = {}

    @property
    def first(self) -> int:
        """The first position that is to be written."""
        return self.reading.piece.plan.first

    def silence(self, silence: Silence, question: str, *, listen: bool = True) -> WhatIf:
        """Return what becomes of the predictions when a part of the model is silent."""
        reading = self.reading
        silence.check(reading.decoder.config)
        cache = reading.decoder.start(1)
        first = min(self.first, len(reading.row))
        parts = []
        if first:
            parts.append(read(reading.decoder, reading.row, cache=cache, stop=first, silence=silence))
        prime = cache.copy()
        if first < len(reading.row):
            parts.append(read(reading.decoder, reading.row, cache=cache, start=first, silence=silence))
        shares = np.concatenate(parts)
        effect = effect_of(reading.shares, shares, reading.row.targets, reading.piece.bars, over="bars")
        return self._answer(question, effect, Primed(reading.decoder, prime, silence), listen, None)

    def edit(self, cells: np.ndarray, question: str, *, listen: bool = True) -> WhatIf:
        """Return what becomes of the predictions when the piece has other `cells` (T, 4) in its prime."""
        reading, piece = self.reading, self.reading.piece
        changed = (cells != piece.cells).ravel()
        given = given_with(piece, cells)
        row = piece.row(reading.decoder.config, cells=cells, given=given)
        shares, start = reread(reading, row)
        behind = np.arange(len(row)) > (np.argmax(changed) if changed.any() else len(row))
        counted = np.flatnonzero(behind & ~changed)
        effect = effect_of(
            reading.shares[counted], shares[counted - start], row.targets[counted], piece.bars[counted], over="bars"
        )
        cache = reading.decoder.start(1)
        if self.first:
            read(reading.decoder, row, cache=cache, stop=min(self.first, len(row)))
        return self._answer(question, effect, Primed(reading.decoder, cache), listen, given)

    def continuation(self, seed: int, *, model: Primed | None = None, given: np.ndarray | None = None) -> Continuation:
        """Return the prime continued from a seed, by the untouched model and prime unless others are handed over."""
        if model is None and given is None and seed in self._before:
            return self._before[seed]
        plan, cut = self.reading.piece.plan, slice(0, self.steps)
        cells = plan.grid.cells if given is None else given
        plan = dataclasses.replace(plan, grid=Grid(cells[cut], Frame(plan.grid.frame.columns[cut])))
        writer = model or Primed(self.reading.decoder, self._prime_cache())
        sampling = Sampling(writer, plan, seed, self.setting.policy, PART_WRITING).run()
        written = Continuation(seed, sampling.cells.reshape(-1, VOICE_COUNT), self._score(sampling))
        if model is None and given is None:
            self._before[seed] = written
        return written

    def _prime_cache(self) -> Cache:
        cache = self.reading.cache.copy()
        cache.rewind(min(self.first, cache.length))
        return cache

    def _score(self, sampling: Sampling) -> Score:
        cells = sampling.cells.reshape(-1, VOICE_COUNT)
        score = decode(Grid(cells, sampling.plan.grid.frame), template=self.reading.piece.score)
        origin, given = Origin("continuation", sampling.seed), sampling.plan.grid.cells

        def marked(row: int, note: Any) -> Any:
            unknown = given[int(note.onset / STEP), row] == UNKNOWN
            return dataclasses.replace(note, origin=origin) if unknown else note

        voices = tuple(
            dataclasses.replace(voice, notes=tuple(marked(row, note) for note in voice.notes))
            for row, voice in enumerate(score.voices)
        )
        return dataclasses.replace(score, voices=voices)

    def _answer(
        self, question: str, effect: Effect, model: Primed, listen: bool, given: np.ndarray | None
    ) -> WhatIf:
        if self.steps * VOICE_COUNT <= self.first or not listen:
            return WhatIf(question, effect)
        seeds = [self.setting.seed + number for number in range(self.setting.seeds)]
        over = self._over_seeds(seeds, model, given) if seeds else None
        before = self.continuation(self.setting.seed)
        after = self.continuation(self.setting.seed, model=model, given=given)
        return WhatIf(question, effect, over, before, after, compare(before.score, after.score))

    def _over_seeds(self, seeds: Sequence[int], model: Primed, given: np.ndarray | None) -> Effect:
        """Compare the predictions on continuations that the untouched model wrote; groups are the seeds."""
        written = [self.continuation(seed).cells for seed in seeds]
        config = self.reading.decoder.config
        whole = [self.reading.piece.row(config, cells=cells) for cells in written]
        if given is None:
            other = whole
        else:
            known = given[: self.steps]
            mixed = [np.where(known == UNKNOWN, cells, known) for cells in written]
            other = [self.reading.piece.row(config, cells=cells, given=given) for cells in mixed]
        before = _behind(self.reading.decoder, whole, self._prime_cache(), None)
        after = _behind(model.decoder, other, model.prime, model.silence)
        taken = np.concatenate([row.targets[self.first :] for row in whole])
        groups = np.repeat(seeds, len(whole[0]) - self.first)
        return effect_of(before, after, taken, groups, over="seeds")


def _behind(decoder: Decoder, rows: Sequence, prime: Cache, silence: Silence | None) -> np.ndarray:
    """Return log shares (rows * n, V) of what stands behind a prime that was read, all rows side by side."""
    cache = prime.select([0] * len(rows)) if prime.length else decoder.start(len(rows))
    names = ("before", "features", "related")
    inputs = [np.stack([getattr(row, name)[prime.length :] for row in rows]) for name in names]
    shares = log_shares(decoder.extend(cache, *inputs, silence=silence))
    return shares.reshape(-1, shares.shape[-1])


def reread(reading: Reading, row: Any, *, stop: int | None = None) -> tuple[np.ndarray, int]:
    """Return log shares of another row of the same length, and the first position from which they were computed anew.

    What the model has kept of the piece is used up to the first position at which the rows differ.
    """
    stop = len(row) if stop is None else stop
    differs = row.before != reading.row.before
    for name in ("features", "related"):
        differs |= (getattr(row, name) != getattr(reading.row, name)).any(axis=1)
    start = int(np.argmax(differs)) if differs.any() else stop
    if start >= stop:
        return np.zeros((0, reading.decoder.config.vocabulary)), stop
    cache = reading.cache.copy()
    cache.rewind(start)
    return read(reading.decoder, row, cache=cache, start=start, stop=stop), start


# Changes of a prime


def given_with(piece: Piece, cells: np.ndarray) -> np.ndarray:
    """Return what was given, with other `cells` (T, 4) where it was."""
    given = piece.plan.grid.cells.copy()
    inside = given[: len(cells)]
    inside[inside != UNKNOWN] = cells[inside != UNKNOWN]
    return given


def changed_cells(piece: Piece, numbers: Sequence[int], pitch: Callable[[int], int] | None) -> np.ndarray:
    """Return the cells (T, 4) with some notes at other MIDI pitches, or silent when `pitch` is None.

    Raises
    ------
    SettingError
        A pitch leaves what the grid can hold.
    """
    cells = piece.cells.copy()
    for place in (piece.notes[number] for number in numbers):
        if pitch is None:
            cells[place.step : place.end, place.voice] = REST
            continue
        found = pitch(place.note.pitch)
        if not LOWEST <= found <= HIGHEST:
            raise SettingError(f"{place} would become pitch {found}, outside {LOWEST}..{HIGHEST}")
        cells[place.step, place.voice] = found - LOWEST
        cells[place.step + 1 : place.end, place.voice] = HOLD
    return cells

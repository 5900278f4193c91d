"""Evaluation of motivic development, `musenb evaluate development`: recall of primes (P2) and structure (P3).

Each prime is continued once; the same measures are taken of real music and of controls that a measure must see through,
and of the model with its primes shuffled beat by beat: if its recall of the true prime does not fall then, it was not
the prime that caused it.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from musenb.analysis import reuse
from musenb.analysis.reuse import Line
from musenb.analysis.structure import RANGES, structureness
from musenb.commands.progress import Bar
from musenb.errors import MusenbError, SettingError
from musenb.sample.policy import DEFAULT_MODEL, Policy
from musenb.sample.recipe import Recipe, begin, plan_of
from musenb.score.load import load
from musenb.score.note import Score
from musenb.session import Model, open_model
from musenb.tokens.chorale.grid import (
    HOLD,
    REST,
    STEPS_PER_QUARTER,
    UNKNOWN,
    Grid,
    decode,
    encode,
    sounding,
)
from musenb.tokens.idiom import Wishes
from musenb.train.chorale_data import corpus_grids, score_of_grid

BLOCK = 8  # onsets, of the control that keeps short stretches in order
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """A piece cut in two at a bar line.

    Parameters
    ----------
    name : str
    prime : Score
    bars : int
        To be added.
    cut : float
        Seconds at which the prime ends.
    whole : Line
        The real piece.
    """

    name: str
    prime: Score
    bars: int
    cut: float
    whole: Line


def line_of(score: Score) -> Line:
    """Return the notes of a score in seconds, by its tempos."""
    def at(quarter: Fraction) -> float:
        edges = [tempo.onset for tempo in score.tempos[1:] if tempo.onset < quarter] + [quarter]
        seconds = 0.0
        start = Fraction(0)
        for tempo, end in zip(score.tempos, edges, strict=False):
            seconds += float(end - start) * 60 / tempo.qpm
            start = end
        return seconds

    onset = np.array([at(note.onset) for note in score.notes], float)
    end = np.array([at(note.end) for note in score.notes], float)
    pitch = np.array([note.pitch for note in score.notes], np.int64)
    return Line(onset, end - onset, pitch)


def sample_of(score: Score, *, prime_seconds: float, seconds: float, name: str = "") -> Sample | None:
    """Return a piece cut at the bar line nearest to `prime_seconds`; None when little or nothing is left behind it."""
    bars = [bar for bar in score.bars() if bar.number >= 1]
    pace = 60 / score.tempos[0].qpm

    def miss(end: Fraction) -> float:
        return abs(float(end) * pace - prime_seconds)

    wanted = min(bars, key=lambda bar: miss(bar.end), default=None)
    if wanted is None or score.end - wanted.end < wanted.metre.bar_length:
        return None
    length = float(wanted.metre.bar_length) * pace
    prime = score.cut(Fraction(0), wanted.end)
    cut = float(wanted.end) * pace
    added = max(1, math.ceil(seconds / length))
    return Sample(name, prime, added, cut, line_of(score))


def shuffled_prime(prime: Score, generator: np.random.Generator) -> Score:
    """Return a prime whose beats stand in another order; notes that were held over a beat begin anew."""
    grid = encode(prime)
    cells = np.where(grid.cells == UNKNOWN, REST, grid.cells)
    begun = sounding(cells)
    beats = len(cells) // STEPS_PER_QUARTER
    starts = np.arange(beats) * STEPS_PER_QUARTER
    cells[starts] = np.where(cells[starts] == HOLD, begun[starts], cells[starts])
    edge = beats * STEPS_PER_QUARTER
    by_beat = cells[:edge].reshape(beats, STEPS_PER_QUARTER, -1)
    moved = by_beat[generator.permutation(beats)]
    rest = cells[edge:]
    first = rest[:1]
    rest[:1] = np.where(first == HOLD, begun[edge:][:1], first)
    whole = np.concatenate([moved.reshape(-1, cells.shape[1]), rest])
    score = decode(Grid(whole, grid.frame), template=prime)
    names = {voice.name for voice in score.voices if voice.notes}
    return score if names else prime


def continued(
    model: Model, sample: Sample, prime: Score, *, policy: Policy, seed: int, seconds: float
) -> Line:
    """Return what a model writes behind a prime, from 0 on, up to `seconds`."""
    recipe = Recipe(model.name, model.checksum, seed, sample.bars, policy)
    read = model.idiom.prepare(prime, Wishes(exact=True)).score
    written = begin(model, plan_of(model, read, recipe), recipe).run()
    return line_of(written.score()).part(sample.cut, sample.cut + seconds)


def controls(samples: Sequence[Sample], *, seconds: float, seed: int) -> dict[str, list[Line]]:
    """Return real continuations, and those that a measure must see through, by arm."""
    generator = np.random.default_rng(seed)
    real = [sample.whole.part(sample.cut, sample.cut + seconds) for sample in samples]
    lines = [reuse.top_pitches(sample.whole) for sample in samples]
    chain = []
    for number, line in enumerate(real):
        onset = np.array([group for group, _ in line.groups()])
        others = [other for place, other in enumerate(lines) if place != number]
        pitch = reuse.interval_chain(others, int(lines[number][0]), len(onset), generator)
        chain.append(Line(onset, np.full(len(onset), 0.5), pitch))
    primes = [sample.whole.part(0, sample.cut) for sample in samples]
    looped = []
    for sample, prime in zip(samples, primes, strict=True):
        looped.append(reuse.looped(prime, sample.cut, seconds))
    return {
        "real": real,
        "interval chain": chain,
        "onsets shuffled": [reuse.shuffled(line, generator) for line in real],
        f"blocks of {BLOCK} shuffled": [reuse.shuffled(line, generator, block=BLOCK) for line in real],
        "prime looped": looped,
    }


def written_arms(
    samples: Sequence[Sample],
    models: dict[str, Model],
    *,
    policy: Policy,
    seed: int,
    seconds: float,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, list[Line]]:
    """Return what each model writes behind each prime, and the first one behind shuffled primes; seeds are shared."""
    arms: dict[str, list[Line]] = {}
    first = next(iter(models))
    wanted = [(name, model, False) for name, model in models.items()]
    wanted.append((first, models[first], True))
    done = 0
    total = len(wanted) * len(samples)
    for name, model, mixed in wanted:
        arm = f"{name}, prime shuffled" if mixed else name
        for number, sample in enumerate(samples):
            mixing = np.random.default_rng([seed, number])
            prime = shuffled_prime(sample.prime, mixing) if mixed else sample.prime
            line = continued(model, sample, prime, policy=policy, seed=seed + number, seconds=seconds)
            arms.setdefault(arm, []).append(line)
            done += 1
            tick(done, total)
    return arms


def judged(
    samples: Sequence[Sample], arms: dict[str, list[Line]], *, seconds: float, seed: int = 0
) -> dict[str, Any]:
    """Return P2 and P3 of every arm: means and 95 % bootstrap intervals over pieces, by name."""
    primes = [sample.whole.part(0, sample.cut) for sample in samples]
    record: dict[str, Any] = {}
    for name, lines in arms.items():
        found = reuse.reuse(primes, lines, seed=seed)
        shapes = np.array([structureness(line, min(seconds, _end(line))).values for line in lines])
        values = {
            "recall": [found.recall, *found.recall_interval],
            "auc": [found.auc, *found.auc_interval],
            "verbatim": [found.verbatim, *found.verbatim_interval],
        }
        for column, (low, _) in enumerate(RANGES):
            shape = shapes[:, column]
            known = shape[np.isfinite(shape)]
            mean = float(known.mean()) if len(known) else float("nan")
            values[f"si_{low:g}s"] = [mean, *reuse.mean_interval(known, seed=seed)]
        record[name] = values | {"recalls": found.recalls.tolist()}
    return record


def _end(line: Line) -> float:
    return float((line.onset + line.duration).max(initial=0.5))


def primes_of(options: argparse.Namespace) -> list[Sample]:
    """Return the pieces that the options name: files, or else held-apart chorales of the corpus."""
    if options.primes:
        scores = [(str(path), load(path)) for path in options.primes]
    else:
        splits = corpus_grids()
        grids = [*splits["test"], *splits["valid"]]
        scores = [(f"chorale {number}", score_of_grid(grid)) for number, grid in enumerate(grids)]
    samples = []
    for name, score in scores:
        try:
            found = sample_of(score, prime_seconds=options.prime_seconds, seconds=options.seconds, name=name)
        except MusenbError as error:
            raise type(error)(f"{error} ({name})") from None
        if found is not None:
            samples.append(found)
    if len(samples) < FEWEST:
        raise SettingError(
            f"{len(samples)} of {len(scores)} pieces are longer than their prime of {options.prime_seconds:g} s; "
            f"at least {FEWEST} are needed"
        )
    return samples[: options.pieces]


def evaluate_development(options: argparse.Namespace) -> int:
    """Print P2 and P3 of a model, of real music and of the controls, on one set of primes."""
    if options.pieces < FEWEST or options.seconds <= 0 or options.prime_seconds <= 0:
        raise SettingError(
            f"{options.pieces} pieces, primes of {options.prime_seconds:g} s and continuations of {options.seconds:g} "
            f"s: at least {FEWEST} pieces, and above 0 s"
        )
    policy = Policy(temperature=options.temperature, top_p=options.top_p)
    names = [options.model or DEFAULT_MODEL]
    if options.against:
        names.append(options.against)
    models = {str(name): open_model(name) for name in names}
    for model in models.values():
        model.decoder.compile()
    samples = primes_of(options)
    with Bar("continuing primes") as bar:
        arms = written_arms(
            samples, models, policy=policy, seed=options.seed, seconds=options.seconds,
            tick=lambda done, total: bar.show(done / total),
        )
    arms = controls(samples, seconds=options.seconds, seed=options.seed) | arms
    record = judged(samples, arms, seconds=options.seconds)
    first = next(iter(models))
    others = [*list(models)[1:], f"{first}, prime shuffled"]
    recalls = {name: np.array(values["recalls"]) for name, values in record.items()}
    paired = {name: reuse.signed_ranks(recalls[first], recalls[name]) for name in others}
    if options.json:
        settings = {
            "pieces": len(samples),
            "seed": options.seed,
            "temperature": policy.temperature,
            "top_p": policy.top_p,
            "checksums": {name: model.checksum for name, model in models.items()},
        }
        print(json.dumps(settings | {"arms": record, "wilcoxon_p": paired}, allow_nan=True))
    else:
        print(table(record, len(samples)))
        for name, p in paired.items():
            print(f"recall, {first} against {name}: p = {p:.4f} (Wilcoxon's signed ranks, {len(samples)} pairs)")
    return 0


def table(record: dict[str, Any], pieces: int) -> str:
    """Return the arms as text, a line each, with 95 % intervals."""
    columns = ("recall", "auc", "verbatim", *(f"si_{low:g}s" for low, _ in RANGES))
    heads = "".join(f"{name:>23}" for name in columns)
    lines = [f"{pieces} pieces, 95 % bootstrap over pieces", f"{'':24}{heads}"]
    for name, values in record.items():
        line = f"{name:24.24}"
        for column in columns:
            mean, low, high = values[column]
            cell = f"{mean:.3f} [{low:.3f}, {high:.3f}]"
            line += f"{cell:>23}"
        lines.append(line)
    return "\n".join(lines)

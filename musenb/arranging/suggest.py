"""Suggested statements: where else in a planned piece a motif could come, judged by the model and by rules of style.

The plan is written once as it stands. Each candidate statement that can stand takes the place of its voice's notes in
that draft, and costs, in nats, less being better:

    how much less likely the model finds the passage with it, the statement's own notes and all that sounds with them
    + what the rules charge for the passage, as the best of several tries is chosen by (`musenb.sample.tries`)

less the same of the draft. Measured alone, likelihood keeps the worst places away and does not find the best; the rules
hear dissonance, seams and cadences.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from musenb.errors import SettingError
from musenb.sample.models import Model, open_model
from musenb.sample.policy import DEFAULT_MODEL, Draws
from musenb.sample.recipe import Recipe, begin, laid_out_for, plan_of, voice_ranges
from musenb.score.arguments import shown
from musenb.score.development.laying import Ranges, stands
from musenb.score.development.plan import FORMS, DevelopmentPlan, Statement
from musenb.score.development.presets import asked_plan, motif_bars
from musenb.score.note import Score
from musenb.session import prepared
from musenb.tokens.idiom import Plan, Writer

USUAL_FORMS = ("as it is", "sequence", "answer", "inversion", "head")
STEPS = (1, -1, 2)  # of a sequence
BARS = 16  # of a piece without a plan
MOST, WANTED = 40, 3  # candidates that are read, suggestions that are returned
TAIL, LEAST = 4, 8  # a passage goes on behind its statement by a quarter of its length, at least so many tokens
SAVED = 64  # tokens between kept states of the draft's writer


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A statement that could be added to a plan.

    Parameters
    ----------
    statement : Statement
    cost : float
        Nats by which the passage is worse with it than in the draft; below 0 it is better. See the module.
    nats : float
        The part of it that the model's likelihood has.
    """

    statement: Statement
    cost: float
    nats: float

    def __str__(self) -> str:
        return f"{self.statement} (costs {self.cost:.1f} nats)"


def suggest(
    prime: Any,
    plan: Any = None,
    *,
    forms: Sequence[str] | None = None,
    voices: Sequence[str] | None = None,
    count: int = WANTED,
    seed: int = 0,
    most: int = MOST,
    model: str | os.PathLike[str] | Model = DEFAULT_MODEL,
) -> list[Suggestion]:
    """Return statements that could be added to a plan, the best first, no two in the same bar.

    Parameters
    ----------
    prime : Score, text, or anything that `musenb.load` takes
        A single line.
    plan : DevelopmentPlan, str or mapping, optional
        What is planned already; as in `musenb.develop`. Without, 16 bars with the motif at the beginning of the highest
        voice.
    forms, voices : sequence of str, optional
        Which to choose from; all usual forms and all voices of the model by default.
    count : int
        How many to return, 1..16; there are fewer where fewer can stand.
    seed : int
        0..2**63 - 1, of the draft and of which candidates are read where there are more than `most`.
    most : int
        Candidates that are read, 1..1000: each costs a reading of the piece.
    model : str, path or Model

    Raises
    ------
    MusenbError
        The motif cannot be developed, or a setting is outside its range; the message says which and why.
    """
    _check(forms, count, most)
    opened = model if isinstance(model, Model) else open_model(model)
    motif = prepared(prime, model=opened).score
    ranges = voice_ranges(opened)
    if plan is None:
        plan = DevelopmentPlan((Statement("as it is", next(iter(ranges)), 1),), BARS)
    wanted = laid_out_for(opened, motif, asked_plan(plan, motif, ranges)).plan
    named = tuple(ranges) if voices is None else tuple(voices)
    for voice in named:
        if voice not in ranges:
            raise SettingError(f"voice {shown(voice)} is none of {', '.join(ranges)}")
    found = list(candidates(motif, wanted, ranges, forms=forms or USUAL_FORMS, voices=named))
    if len(found) > most:
        chosen = np.random.default_rng(Draws(seed).seed).choice(len(found), most, replace=False)
        found = [found[number] for number in np.sort(chosen)]
    judged = _judged(opened, motif, wanted, found, seed)
    return _apart(sorted(judged, key=lambda one: one.cost), count)


def candidates(
    motif: Score, plan: DevelopmentPlan, ranges: Ranges, *, forms: Sequence[str], voices: Sequence[str]
) -> Iterator[Statement]:
    """Yield the statements at bar lines that can stand in a plan beside its own."""
    taken = {(one.voice, one.bar) for one in plan.statements}
    for bar in range(1 + motif_bars(motif), plan.bars + 1):
        for form in forms:
            for steps in STEPS if form == "sequence" else (0,):
                for voice in voices:
                    one = Statement(form, voice, bar, steps=steps)
                    more = dataclasses.replace(plan, statements=(*plan.statements, one))
                    if (voice, bar) not in taken and stands(motif, more, ranges):
                        yield one


def _judged(
    model: Model, motif: Score, plan: DevelopmentPlan, found: Sequence[Statement], seed: int
) -> list[Suggestion]:
    """Return candidates with what they cost, in a draft of the plan."""
    recipe = Recipe(model.name, model.checksum, Draws(seed).seed, plan.bars, development=plan)
    drafted = plan_of(model, motif, recipe)
    draft = Draft(model, drafted, recipe)
    suggestions = []
    for statement in found:
        more = dataclasses.replace(plan, statements=(*plan.statements, statement))
        asked = dataclasses.replace(recipe, development=laid_out_for(model, motif, more).plan)
        nats, charged = draft.costs(model.idiom.writer(plan_of(model, motif, asked), recipe.origin))
        suggestions.append(Suggestion(statement, nats + charged, nats))
    return suggestions


class Draft:
    """A plan written once, and what each of its tokens costs.

    Attributes
    ----------
    tokens : int64 (L,)
    nats : float64 (L,)
        -ln p of each, by the model.
    """

    def __init__(self, model: Model, plan: Plan, recipe: Recipe) -> None:
        self._model, written = model, begin(model, plan, recipe).run().writer
        self.tokens, self.nats = written.tokens, _nats(model, written)
        walked = model.idiom.writer(plan, recipe.origin)
        self._given, self._paid, self._copies = [], np.zeros(len(self.tokens)), [walked.copy()]
        for position, token in enumerate(self.tokens):
            self._given.append(walked.given() is not None)
            self._paid[position] = 0 if self._given[-1] else _price(walked, int(token))
            walked.take(int(token))
            if (position + 1) % SAVED == 0:
                self._copies.append(walked.copy())

    def charged(self, span: slice) -> float:
        """Return what the rules charge for the tokens of a span, in nats."""
        writer = self._copies[span.stop // SAVED].copy()
        for token in self.tokens[writer.position : span.stop]:
            writer.take(int(token))
        return float(self._paid[span].sum()) + writer.grade(span.start)

    def costs(self, writer: Writer) -> tuple[float, float]:
        """Return by how many nats a larger plan's passage is less likely than the draft's, and charged more."""
        span, charged = self._changed(writer)
        nats = _nats(self._model, writer)[span].sum() - self.nats[span].sum()
        return float(nats), charged - self.charged(span)

    def _changed(self, writer: Writer) -> tuple[slice, float]:
        """Let the writer of a larger plan take the draft's tokens where it gives none; return where and what it costs.

        It goes from the first token that is given there and was not in the draft to a little behind the last one, the
        passage that is returned with what the rules charge for it, in nats.
        """
        paid, first, last = 0.0, -1, -1
        while writer.position < len(self.tokens):
            position, token = writer.position, writer.given()
            if token is not None and not self._given[position]:
                first, last = (position if first < 0 else first), position
            elif first >= 0 and position > last + max(LEAST, (last - first) // TAIL):
                break
            if token is None:
                token = int(self.tokens[position])
                paid += _price(writer, token) if first >= 0 else 0.0
            writer.take(token)
        return slice(first, writer.position), paid + writer.grade(first)


def _price(writer: Writer, token: int) -> float:
    """Return what the rules charge for a token, in nats."""
    prices = writer.prices()
    return 0.0 if prices is None else float(prices[token])


def _nats(model: Model, writer: Writer) -> np.ndarray:
    """Return -ln p of each token that a writer has taken, float64 (L,), as the model reads them."""
    tokens, row = writer.tokens, writer.row(0)
    nats, context = np.empty(len(tokens)), model.decoder.config.context
    start = first = 0
    while first < len(tokens):
        stop = min(start + context, len(tokens))
        part = row.crop(start, stop)
        inputs = (part.before[None], part.features[None], part.related[None])
        logits = model.decoder.extend(model.decoder.start(1, part.memory), *inputs)[0][first - start :]
        scores = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
        scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
        nats[first:stop] = -scores[np.arange(stop - first), tokens[first:stop]]
        first, start = stop, stop - context // 2
    return nats


def _apart(ranked: Sequence[Suggestion], count: int) -> list[Suggestion]:
    """Return the first so many that begin in bars of their own."""
    chosen: list[Suggestion] = []
    for one in ranked:
        if len(chosen) < count and all(one.statement.bar != other.statement.bar for other in chosen):
            chosen.append(one)
    return chosen


def _check(forms: Sequence[str] | None, count: Any, most: Any) -> None:
    """Raise SettingError for a form that there is not, or a number outside its range."""
    for form in forms or ():
        if form not in FORMS:
            raise SettingError(f"form {shown(form)} of a statement is none of {', '.join(FORMS)}")
    for name, value, largest in (("count", count, 16), ("most", most, 1000)):
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not 1 <= value <= largest:
            raise SettingError(f"{name} {shown(value)} is not a whole number in 1..{largest}")

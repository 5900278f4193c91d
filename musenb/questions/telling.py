"""Answer formatting: the rows and sentences that the views show."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from musenb.analysis.causal import Estimate
from musenb.analysis.compare import DURATION, ONLY_FIRST, ONLY_SECOND, PITCH, SAME, Comparison
from musenb.analysis.heads import HeadSummary
from musenb.score.note import Score
from musenb.tokens.piece import Choice, Choices
from musenb.widgets.wire.asking import ChoiceRow, HeadCell, HeardRow, LayerGuess, VoiceNext
from musenb.widgets.wire.versions import VersionRow

if TYPE_CHECKING:
    from musenb.questions.answers import Answers
    from musenb.questions.listening import Verdict
    from musenb.questions.sweeps import HeadMap
    from musenb.questions.whatif import WhatIf

SMALLEST = 0.0005
MOST_HEARD = 12


def finite(value: float) -> float | None:
    """Return a number that JSON can carry, or None."""
    return float(value) if math.isfinite(value) else None


def percent(probability: float) -> str:
    """Return a probability as it is shown: '12.3 %', 'below 0.1 %'."""
    value = 100 * probability
    if value == 0:
        return "0 %"
    if value >= 0.95:
        return f"{value:.0f} %"
    return "below 0.1 %" if value < 0.05 else f"{value:.1f} %"


def voice_next(found: Choices, composer: Choice | None = None, *, generated: bool = False) -> VoiceNext:
    """Return what a voice might do, with what stands in the piece and what the composer wrote marked.

    Parameters
    ----------
    found : Choices
    composer : Choice, optional
    generated : bool
        Whether a model wrote what stands there.
    """
    named = {"taken": found.taken, "composer": composer}
    marked = {name: choice for name, choice in named.items() if choice is not None}

    def mark(choice: Choice) -> str:
        return ", ".join(name for name, one in marked.items() if one.token == choice.token)

    likely = [choice for choice in found.choices if choice.probability >= SMALLEST]
    shown = {choice.token for choice in likely}
    unlikely = [choice for choice in marked.values() if choice.token not in shown]
    rows = [choice_row(choice, mark(choice)) for choice in (*likely, *unlikely)]
    return VoiceNext(
        voice=found.voice, choices=rows, held=found.held, entropy=found.entropy,  # type: ignore[typeddict-item]
        words=choices_in_words(found, composer, generated=generated),
    )


def choice_row(choice: Choice, mark: str = "") -> ChoiceRow:
    """Return a choice as the page takes it."""
    return ChoiceRow(choice.words, choice.probability, choice.pitch, choice.kind == "begin", mark)  # type: ignore[arg-type]


def choices_in_words(found: Choices, composer: Choice | None, *, generated: bool) -> str:
    """Return what a voice did, what the composer wrote, and how sure the model was."""
    parts = []
    if found.taken is not None:
        said = f"{object_words(found.taken)} ({percent(found.taken.probability)})"
        parts.append(f"{'It took' if generated else 'The piece has'} {said}.")
    if composer is not None and found.taken is not None and composer.token == found.taken.token:
        parts.append("The composer wrote the same.")
    elif composer is not None:
        parts.append(f"The composer wrote {object_words(composer)} ({percent(composer.probability)}).")
    even = 2**found.entropy
    among = f"{even:.1f}" if even < 10 else f"{even:.0f}"
    parts.append(
        f"Uncertainty {found.entropy:.2f} bits: as unsure as among {among} equally likely choices."
    )
    return " ".join(parts)


def object_words(choice: Choice) -> str:
    """Return a choice as the object of a sentence: 'A4', 'a held A4', 'a rest'."""
    if choice.kind == "hold":
        return f"a held {choice.words.removesuffix(' goes on')}"
    return "a rest" if choice.kind == "rest" else choice.words


def layer_guesses(found: Sequence[Choices]) -> list[LayerGuess]:
    """Return what each layer would say, the input alone first."""
    names = ["input", *(f"layer {number}" for number in range(1, len(found)))]
    return [
        LayerGuess(name=name, choices=[choice_row(one) for one in guess.choices if one.probability >= SMALLEST])
        for name, guess in zip(names, found, strict=True)
    ]


def heard_rows(ask: Answers, note: str, verdict: Verdict | None = None) -> list[HeardRow]:
    """Return the earlier notes that were looked at most, and after a test those that mattered most beside them.

    Notes that are told beside the past follow, with what the heads of the layers that read them give them as such.
    """
    number, attention = ask.number_of(note), ask.attention(note)
    looked = attention.weights.mean(axis=(0, 1))
    ids = [place.id for place in ask.notes]
    tested: dict[str, float] = {}
    if verdict is not None:
        effects = zip(verdict.keys, verdict.occlusion, strict=True)
        tested = {key.id: float(bits) for key, bits in effects}
    seen = list(np.flatnonzero(ask.reading.seen[number] > 0))
    by_test, half = [], MOST_HEARD
    if tested:
        seen = [key for key in seen if ids[key] in tested]
        by_test = sorted(seen, key=lambda key: -tested[ids[key]])
        half = MOST_HEARD // 2
    by_look = sorted(seen, key=lambda key: -looked[key])
    kept = dict.fromkeys([*by_look[:half], *by_test[:half], *by_look[half:MOST_HEARD]])
    chosen = sorted(list(kept)[:MOST_HEARD], key=lambda key: -looked[key])
    readers = list(ask.reading.decoder.config.memory_readers)
    given = attention.given[readers].mean(axis=(0, 1)) if readers else np.zeros(len(ids))
    beside = sorted(np.flatnonzero(given > SMALLEST), key=lambda key: -given[key])[:MOST_HEARD]

    def row(key: int, share: np.ndarray, how: str = "") -> HeardRow:
        place = ask.notes[key]
        return HeardRow(
            id=place.id, name=f"{place}{how}", pitch=place.note.pitch,  # type: ignore[typeddict-item]
            looked=float(share[key]), mattered=tested.get(place.id),
        )

    return [row(key, looked) for key in chosen] + [row(key, given, ", as given") for key in beside]


def head_cells(found: HeadMap, heads: Iterable[HeadSummary] = ()) -> list[HeadCell]:
    """Return the map of heads, layer by layer."""
    jobs = {(head.layer, head.head): ", ".join(head.names) for head in heads}
    return [
        HeadCell(
            change=finite(found.change.item(place)),
            low=finite(found.low.item(place)),
            high=finite(found.high.item(place)),
            kl=finite(found.kl.item(place)),
            job=jobs.get(place, ""),
        )
        for place in np.ndindex(found.change.shape)
    ]


def map_in_words(found: HeadMap) -> str:
    """Return which heads cost most, and how many cost nothing that can be told from nothing."""
    ranked = found.ranked()
    if not ranked:
        return "No head was asked yet."
    layer, head, cost = ranked[0]
    asked = np.isfinite(found.change)
    around_zero = (found.low <= 0) & (found.high >= 0)
    unclear = int((asked & around_zero).sum())
    parts = [
        f"Silence costs most in layer {layer + 1}, head {head + 1}: {signed(cost)} bits a token.",
        f"Of {int(asked.sum())} heads, {unclear} cost nothing that can be told from 0 (95 % interval over bars).",
    ]
    if not found.complete:
        parts.append("Stopped before all heads were asked.")
    return " ".join(parts)


def effect_rows(found: WhatIf) -> list[VersionRow]:
    """Return loss and KL on the piece and on continuations, with their intervals."""
    rows = []
    for where, effect in (("the piece", found.piece), ("continuations", found.seeds)):
        if effect is None or not effect.predictions:
            continue
        on = f"{where} ({effect.kl.groups} {effect.over})"
        lost = f"{effect.loss_before:.3f}", f"{effect.loss_after:.3f}"
        rows.append(VersionRow(f"Loss on {on}, bits a token", *lost, interval_words(effect.change)))
        kl = interval_words(effect.kl, sign=False)
        rows.append(VersionRow(f"Next note on {on}, KL in bits", "", "", kl))
    return rows


def difference_words(found: Comparison, score: Score) -> str:
    """Return where two versions part, and how many notes differ how; bars are those of `score`."""
    if found.parting is None:
        return f"Both are the same {len(found.pairs)} notes."
    bars = score.bars(found.parting + 1)
    around = (bar.number for bar in bars if bar.onset <= found.parting < bar.end)
    bar = next(around, 0)
    counts = found.counts
    counted = [
        (counts[PITCH], "has another pitch", "have another pitch"),
        (counts[DURATION], "lasts longer or shorter", "last longer or shorter"),
        (counts[ONLY_FIRST], "stands in the first alone", "stand in the first alone"),
        (counts[ONLY_SECOND], "stands in the second alone", "stand in the second alone"),
    ]
    said = ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counted if count)
    where = f"bar {bar}" if bar else "the upbeat"
    return f"They part in {where}: {counts[SAME]} notes are the same, {said}."


def interval_words(found: Estimate, *, sign: bool = True) -> str:
    """Return a mean with its interval, if it has one."""
    mean = signed(found.mean) if sign else f"{found.mean:.3f}"
    if math.isnan(found.low):
        return mean
    low, high = (signed(end) if sign else f"{end:.3f}" for end in (found.low, found.high))
    return f"{mean} ({low} to {high})"


def signed(value: float) -> str:
    """Return a number of bits with its sign: '+0.031'."""
    shown = f"{value:+.3f}"
    return "0.000" if shown.endswith("0.000") else shown.replace("-", "\N{MINUS SIGN}")

"""Answers in the form in which the views show them: plain rows and sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from musenb.analysis.causal import Estimate
from musenb.analysis.compare import DURATION, ONLY_FIRST, ONLY_SECOND, PITCH, SAME, Comparison
from musenb.analysis.heads import HeadSummary
from musenb.analysis.surprise import VoiceShares
from musenb.score.note import Score
from musenb.tokens.chorale.grid import LOWEST, VOCABULARY
from musenb.widgets.wire.asking import HeadCell, HeardRow, LayerGuess, VoiceNext
from musenb.widgets.wire.keyboard import PitchShare
from musenb.widgets.wire.versions import VersionRow

if TYPE_CHECKING:
    from musenb.questions.ask import Questions
    from musenb.questions.listening import Verdict
    from musenb.questions.sweeps import HeadMap
    from musenb.questions.whatif import WhatIf

SMALLEST = 0.0005
MOST_HEARD = 12


def finite(value: float) -> float | None:
    """Return a number that JSON can carry, or None."""
    return float(value) if math.isfinite(value) else None


def shares_of(pitches: dict[int, float]) -> list[PitchShare]:
    """Return pitches and shares, the likeliest first, without those that nobody could see."""
    return [PitchShare(pitch, share) for pitch, share in pitches.items() if share >= SMALLEST]  # type: ignore[arg-type]


def voice_next(found: VoiceShares, composer: int | None) -> VoiceNext:
    """Return what a voice might do; `composer` is the word that the composer wrote in the cell."""
    word = "" if composer is None else VOCABULARY[composer]
    share = None if composer is None else share_of(found, word)
    return VoiceNext(
        voice=found.voice, pitches=shares_of(found.pitches), hold=found.hold, rest=found.rest, held=found.held,  # type: ignore[typeddict-item]
        entropy=found.entropy, taken=found.taken, taken_share=finite(found.taken_share), composer=word,
        composer_share=share,
    )


def share_of(found: VoiceShares, word: str) -> float:
    """Return the probability of a word of the grid, such as 'G4', 'HOLD' or 'REST'."""
    if word in ("HOLD", "REST"):
        return found.hold if word == "HOLD" else found.rest
    return found.pitches.get(VOCABULARY.index(word) + LOWEST, 0.0)


def layer_guesses(found: Sequence[VoiceShares]) -> list[LayerGuess]:
    """Return what each layer would say, the input alone first."""
    names = ["input", *(f"layer {number}" for number in range(1, len(found)))]
    return [
        LayerGuess(name=name, pitches=shares_of(g.pitches), hold=g.hold, rest=g.rest, entropy=g.entropy)
        for name, g in zip(names, found, strict=True)
    ]


def heard_rows(ask: Questions, note: str, verdict: Verdict | None = None) -> list[HeardRow]:
    """Return the earlier notes that were looked at most, and after a test those that mattered most beside them."""
    number = ask.piece.number_of(note)
    looked = ask.attention(note).weights.mean(axis=(0, 1))
    tested = {} if verdict is None else {k.id: float(b) for k, b in zip(verdict.keys, verdict.occlusion, strict=True)}
    seen = [key for key in np.flatnonzero(ask.reading.seen[number] > 0) if not tested or ask.notes[key].id in tested]
    by_look = sorted(seen, key=lambda key: -looked[key])
    by_test = sorted(seen, key=lambda key: -tested.get(ask.notes[key].id, 0.0)) if tested else []
    half = MOST_HEARD if not tested else MOST_HEARD // 2
    kept = dict.fromkeys([*by_look[:half], *by_test[:half], *by_look[half:MOST_HEARD]])
    chosen = sorted(list(kept)[:MOST_HEARD], key=lambda key: -looked[key])
    return [
        HeardRow(
            id=ask.notes[key].id, name=str(ask.notes[key]), pitch=ask.notes[key].note.pitch,  # type: ignore[typeddict-item]
            looked=float(looked[key]), mattered=tested.get(ask.notes[key].id),
        )
        for key in chosen
    ]


def head_cells(found: HeadMap, heads: Iterable[HeadSummary] = ()) -> list[HeadCell]:
    """Return the map of heads, layer by layer."""
    jobs = {(head.layer, head.head): ", ".join(head.names) for head in heads}
    return [
        HeadCell(
            change=finite(found.change[place]), low=finite(found.low[place]), high=finite(found.high[place]),
            kl=finite(found.kl[place]), job=jobs.get(place, ""),
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
    unclear = int((asked & (found.low <= 0) & (found.high >= 0)).sum())
    parts = [
        f"Silence costs most in layer {layer + 1}, head {head + 1}: {signed(cost)} bits a cell.",
        f"Of {int(asked.sum())} heads, {unclear} cost nothing that can be told from 0 (95 % interval over bars).",
    ]
    return " ".join([*parts, *([] if found.complete else ["Stopped before all heads were asked."])])


def effect_rows(found: WhatIf) -> list[VersionRow]:
    """Return loss and KL on the piece and on continuations, with their intervals."""
    rows = []
    for where, effect in (("the piece", found.piece), ("continuations", found.seeds)):
        if effect is None or not effect.predictions:
            continue
        on = f"{where} ({effect.kl.groups} {effect.over})"
        lost = f"{effect.loss_before:.3f}", f"{effect.loss_after:.3f}"
        rows.append(VersionRow(f"Loss on {on}, bits a cell", *lost, interval_words(effect.change)))
        kl = interval_words(effect.kl, sign=False)
        rows.append(VersionRow(f"Next note on {on}, KL in bits", "", "", kl))
    return rows


def difference_words(found: Comparison, score: Score) -> str:
    """Return where two versions part, and how many notes differ how; bars are those of `score`."""
    if found.parting is None:
        return f"Both are the same {len(found.pairs)} notes."
    bar = next((bar.number for bar in score.bars(found.parting + 1) if bar.onset <= found.parting < bar.end), 0)
    counts = found.counts
    told = [
        (counts[PITCH], "has another pitch", "have another pitch"),
        (counts[DURATION], "lasts longer or shorter", "last longer or shorter"),
        (counts[ONLY_FIRST], "stands in the first alone", "stand in the first alone"),
        (counts[ONLY_SECOND], "stands in the second alone", "stand in the second alone"),
    ]
    said = ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in told if count)
    return f"They part in {f'bar {bar}' if bar else 'the upbeat'}: {counts[SAME]} notes are the same, {said}."


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

"""Development presets: plans that a teacher knows by name, made to the measure of a motif.

| name | what it is |
|---|---|
| period | the motif, a half close; the motif again, and a full close |
| sentence | the motif, its repetition on another step, its head in sequence, and a close |
| sequence | the motif three times in one voice, each a step lower, and its return |
| imitation | the motif, and each time another voice answers it at the fifth or the octave, after it has ended |
| canon | the motif followed by another voice before it has ended, where the two agree |
| exposition | a fugue's: subject and tonal answer enter in turn in all voices, silent before their entries |
| development | the motif, a sequence, an answer, upside down, and its return |

References
----------
W. Caplin, "Classical Form", 1998: sentence and period. A. Mann, "The Study of Fugue", 1958: exposition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from musenb.errors import SettingError
from musenb.score.arguments import shown
from musenb.score.development.laying import Ranges, settled, stands
from musenb.score.development.plan import DevelopmentPlan, Statement, plan_from_plain
from musenb.score.note import Score

VOICES = ("soprano", "alto", "tenor", "bass")
SOPRANO, ALTO, TENOR, BASS = VOICES


def period(bars: int) -> DevelopmentPlan:
    """Return a period: antecedent and consequent, each as long as the motif and what closes it."""
    half = _even(2 * bars)
    statements = (Statement("as it is", SOPRANO, 1), Statement("return", SOPRANO, 1 + half))
    return DevelopmentPlan(statements, 2 * half, name="period")


def sentence(bars: int) -> DevelopmentPlan:
    """Return a sentence: presentation, then fragments that lead to a close."""
    statements = (
        Statement("as it is", SOPRANO, 1),
        Statement("sequence", SOPRANO, 1 + bars, steps=1),
        Statement("head", SOPRANO, 1 + 2 * bars, steps=2),
        Statement("head", SOPRANO, 1 + 2 * bars + -(-bars // 2), steps=1),
    )
    return DevelopmentPlan(statements, _even(4 * bars), name="sentence")


def sequence(bars: int) -> DevelopmentPlan:
    """Return a falling sequence in one voice and the motif's return."""
    statements = [Statement("as it is", SOPRANO, 1)]
    statements += [Statement("sequence", SOPRANO, 1 + bars * number, steps=-number) for number in (1, 2)]
    back = 1 + _even(4 * bars)
    statements.append(Statement("return", SOPRANO, back))
    return DevelopmentPlan(tuple(statements), back - 1 + _even(2 * bars), name="sequence")


def imitation(bars: int) -> DevelopmentPlan:
    """Return imitation at the fifth: four voices in turn, as fifth and octave, with the motif's return."""
    back = 1 + _even(4 * bars)
    statements = (
        Statement("as it is", SOPRANO, 1),
        Statement("answer", ALTO, 1 + bars),
        Statement("as it is", TENOR, 1 + 2 * bars),
        Statement("answer", BASS, 1 + 3 * bars),
        Statement("return", SOPRANO, back),
    )
    return DevelopmentPlan(statements, back - 1 + _even(2 * bars), name="imitation")


def exposition(bars: int) -> DevelopmentPlan:
    """Return a fugue's exposition: subject, answer, subject, answer, and a close."""
    entries = ((ALTO, "as it is"), (SOPRANO, "tonal answer"), (BASS, "as it is"), (TENOR, "tonal answer"))
    statements = tuple(
        Statement(form, voice, 1 + number * bars) for number, (voice, form) in enumerate(entries)
    )
    return DevelopmentPlan(statements, _even(5 * bars), entries=True, name="exposition")


def development(bars: int) -> DevelopmentPlan:
    """Return sequence, answer, inversion and return, in four voices, with room between them."""
    step = _even(2 * bars)
    statements = (
        Statement("as it is", SOPRANO, 1),
        Statement("sequence", ALTO, 1 + step, steps=1),
        Statement("answer", TENOR, 1 + 2 * step),
        Statement("inversion", BASS, 1 + 3 * step),
        Statement("return", SOPRANO, 1 + 4 * step),
    )
    return DevelopmentPlan(statements, 5 * step, name="development")


def canon(motif: Score, ranges: Ranges) -> DevelopmentPlan:
    """Return a canon of two voices: the earliest entry in which they agree, at the octave, the fifth or the fourth.

    Raises
    ------
    SettingError
        The motif agrees with itself nowhere.
    """
    bars = motif_bars(motif)
    metre = motif.metres[0]
    beats = int(metre.bar_length / metre.beat_length)
    first = Statement("as it is", SOPRANO, 1)
    least = beats if bars > 1 else -(-beats // 2)
    total = _even(2 * bars)
    for delay in range(least, bars * beats):
        for voice, steps in ((TENOR, 0), (ALTO, 0), (BASS, 0), (ALTO, -3), (TENOR, -3), (TENOR, -4), (BASS, -4)):
            bar, beat = divmod(delay, beats)
            own = _own_beat(motif)
            place = Fraction(bar * beats + beat) + own
            whole, rest = divmod(place, beats)
            if whole < 0:
                continue
            form = "sequence" if steps else "as it is"
            second = Statement(form, voice, 1 + int(whole), 1 + rest, steps)
            plan = DevelopmentPlan((first, second), total, name="canon")
            if stands(motif, plan, ranges):
                return plan
    raise SettingError("this motif makes no canon with itself: no other voice can follow it before it has ended")


PRESETS: Mapping[str, Callable[[int], DevelopmentPlan]] = {
    "period": period, "sentence": sentence, "sequence": sequence, "imitation": imitation, "exposition": exposition,
    "development": development,
}


def motif_bars(motif: Score) -> int:
    """Return how many bars a statement of a motif takes, its upbeat aside, at least 1."""
    metre = motif.metres[0]
    first = min(note.onset for note in motif.notes)
    begin = max(first, motif.anacrusis)
    begin -= (begin - motif.anacrusis) % metre.bar_length
    return max(1, int(-(-(motif.end - begin) // metre.bar_length)))


def _own_beat(motif: Score) -> Fraction:
    """Return the beats from the bar line to a motif's first note; below 0 for an upbeat."""
    metre, first = motif.metres[0], min(note.onset for note in motif.notes)
    quarters = first - motif.anacrusis
    return (quarters if quarters < 0 else quarters % metre.bar_length) / metre.beat_length


def preset(name: str, motif: Score, ranges: Ranges) -> DevelopmentPlan:
    """Return a plan by the name of a preset, to the measure of a motif.

    A statement that cannot stand where the preset has it is moved to the nearest place that can.

    Raises
    ------
    SettingError
        There is no such preset, or the motif cannot be developed by it.
    """
    if name == "canon":
        return canon(motif, ranges)
    if name not in PRESETS:
        raise SettingError(f"plan {shown(name)} is none of canon, {', '.join(PRESETS)}")
    return settled(motif, PRESETS[name](motif_bars(motif)), ranges)


def asked_plan(asked: Any, motif: Score, ranges: Ranges) -> DevelopmentPlan:
    """Return the plan that somebody asks for: a plan, the name of a preset, or a plan read from JSON.

    Raises
    ------
    SettingError
        It is none of them.
    """
    if isinstance(asked, DevelopmentPlan):
        return asked
    if isinstance(asked, str):
        return preset(asked, motif, ranges)
    if isinstance(asked, Mapping):
        return plan_from_plain(asked)
    raise SettingError(f"plan {shown(asked)} is no DevelopmentPlan, no name such as 'sentence', and no plan from JSON")


def _even(bars: int) -> int:
    """Return a number of bars that makes whole pairs."""
    return bars + bars % 2

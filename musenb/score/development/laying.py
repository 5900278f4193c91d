"""Layout of a development plan: the given notes of its statements, and the phrases and keys around them.

Conventions
-----------
- A phrase ends before each return, with the last bar, and elsewhere at bar lines or before statements, never within
  one; of these the ends are taken whose phrases differ least from the usual length of `USUAL` bars, in sum of |log2|.
  Where a statement begins it is a better end by `WELCOME`. Shorter phrases would close as often as a chorale's lines.
- The music is in the motif's key but for the time of a statement in another one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from musenb.errors import PolyphonyError, SettingError
from musenb.score.development.forms import key_of, tones_of
from musenb.score.development.placing import Ground, Placed
from musenb.score.development.plan import DevelopmentPlan, Statement, with_octaves
from musenb.score.key import estimate_key
from musenb.score.metre import TimeSignature
from musenb.score.named import metre_named
from musenb.score.note import GIVEN, KeySignature, Note, Origin, Score, Voice

USUAL, WELCOME = 4, 0.5
Span = tuple[str, Fraction, Fraction]
Ranges = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Layout:
    """What a plan says of a piece before a model writes the rest.

    Parameters
    ----------
    plan : DevelopmentPlan
        With the octaves that its statements stand in.
    score : Score
        The notes of the statements, in the model's voices.
    spans : tuple of (str, Fraction, Fraction)
        Voice, onset and end, in quarters, of what is given with its rests: statements, and silence before entries.
    phrases : tuple of Fraction
        Where phrases end, in quarters; the last one ends the piece.
    keys : tuple of KeySignature
    returns : tuple of Fraction
        First beats of the motif's returns and of its first statement, in quarters: the tonic belongs there.
    """

    plan: DevelopmentPlan
    score: Score
    spans: tuple[Span, ...]
    phrases: tuple[Fraction, ...]
    keys: tuple[KeySignature, ...]
    returns: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps a plan from being met.

    Parameters
    ----------
    number : int
        Of the statement that cannot stand, from 1.
    reason : str
    better : Statement or None
        The same statement in the nearest place that can; None for none.
    place : str
        That place in words; empty for none.
    """

    number: int
    reason: str
    better: Statement | None = None
    place: str = ""


def fault_of(prime: Score, plan: DevelopmentPlan, ranges: Ranges) -> Fault | None:
    """Return the first statement of a plan that cannot stand beside those before it; None for none.

    Raises
    ------
    SettingError, PolyphonyError
        The motif is no single line or too long, or the plan is for another metre.
    """
    found = _placed(plan, ground_of(prime, plan, ranges))
    return found if isinstance(found, Fault) else None


def _placed(plan: DevelopmentPlan, ground: Ground) -> list[Placed] | Fault:
    """Return where the statements of a plan stand, or the first one that cannot."""
    placed: list[Placed] = []
    for number, statement in enumerate(plan.statements, 1):
        try:
            placed.append(ground.place(statement, placed))
        except SettingError as error:
            other = ground.nearest(statement, placed)
            if other is None:
                return Fault(number, str(error))
            place = f"in the {other.statement.voice}, {ground.named(other.onset)}"
            return Fault(number, str(error), other.statement, place)
    return placed


def laid_out(prime: Score, plan: DevelopmentPlan, ranges: Ranges) -> Layout:
    """Return the layout of a plan for a motif.

    Parameters
    ----------
    prime : Score
        The motif: a single line, in one metre.
    plan : DevelopmentPlan
    ranges : mapping of str to (int, int)
        The lowest and highest MIDI pitch of each of the model's voices, from the highest voice.

    Raises
    ------
    SettingError
        A statement cannot stand as it is planned, or the plan is for another metre; the message gives the reason and
        the nearest place that can.
    PolyphonyError
        The prime is no single line.
    """
    ground = ground_of(prime, plan, ranges)
    placed = _placed(plan, ground)
    if isinstance(placed, Fault):
        message = f"statement {placed.number}, {plan.statements[placed.number - 1]}: {placed.reason}"
        raise SettingError(f"{message}; it could stand {placed.place}" if placed.place else message)
    phrases = phrase_ends(placed, ground)
    voices = tuple(Voice(name, _notes(placed, name, phrases)) for name in ranges)
    score = replace(prime, voices=voices, keys=(ground.home,), measures=(), repeats=(), chords=())
    resolved = with_octaves(plan, tuple(one.octave for one in placed))
    returns = tuple(one.onset + max(-ground.own, 0) for one in placed if _comes_home(one))
    return Layout(resolved, score, _spans(placed, plan), phrases, _keys(placed, ground.home), returns)


def stands(prime: Score, plan: DevelopmentPlan, ranges: Ranges) -> bool:
    """Return whether a plan can be met as it is."""
    try:
        laid_out(prime, plan, ranges)
    except SettingError:
        return False
    return True


def settled(prime: Score, plan: DevelopmentPlan, ranges: Ranges) -> DevelopmentPlan:
    """Return a plan with each statement that cannot stand moved to the nearest place that can; errors as `laid_out`."""
    ground = ground_of(prime, plan, ranges)
    placed: list[Placed] = []
    for number, statement in enumerate(plan.statements, 1):
        found = ground.nearest(statement, placed)
        if found is None:
            raise SettingError(f"statement {number} of {plan.name}, {statement}, stands nowhere")
        placed.append(found)
    return replace(plan, statements=tuple(one.statement for one in placed))


def ground_of(prime: Score, plan: DevelopmentPlan, ranges: Ranges) -> Ground:
    """Return where the statements of a motif are placed; errors as in `laid_out`."""
    sounding = [voice for voice in prime.voices if voice.notes]
    if len(sounding) != 1 or not sounding[0].monophonic:
        raise PolyphonyError(f"a plan develops a single line; the motif has {len(sounding)} voices")
    notes, metre = sounding[0].notes, replace(prime.metres[0], onset=Fraction(0))
    if any(not other.same_metre(metre) for other in prime.metres):
        raise SettingError(f"a plan is for one metre; the motif goes from {metre} to {prime.metres[-1]}")
    if plan.metre is not None and not metre_named(plan.metre).same_metre(metre):
        raise SettingError(f"the plan is for {plan.metre}, and the motif is in {metre}")
    home = prime.key_at(Fraction(0)) or estimate_key(prime)
    home = replace(home, mode=home.mode or "major", onset=Fraction(0))
    first, upbeat = notes[0].onset, prime.anacrusis
    own = first - upbeat if first < upbeat else (first - upbeat) % metre.bar_length
    end = upbeat + plan.bars * metre.bar_length
    length = notes[-1].end - first
    if length > end:
        raise SettingError(f"the motif lasts {length} quarters, longer than the plan's {plan.bars} bars")
    return Ground(tuple(tones_of(notes, home)), home, metre, upbeat, own, end, ranges)


def statement_origin(number: int, form: str) -> Origin:
    """Return the origin of a statement's notes, numbered from 1: given, and by which form."""
    return Origin(settings=(("form", form), ("statement", str(number))))


def statement_of(note: Note) -> tuple[int, str] | None:
    """Return the number, from 1, and the form of the statement that a note is of; None for any other note."""
    said = dict(note.origin.settings)
    if note.origin.generated or note.origin == GIVEN or not said.get("statement", "").isdecimal():
        return None
    return int(said["statement"]), said.get("form", "")


def _comes_home(one: Placed) -> bool:
    """Return whether the tonic belongs under the beginning of a statement."""
    opens = one.statement.form == "as it is" and one.statement.bar == 1
    return (opens or one.statement.form == "return") and one.statement.key is None and not one.statement.steps


def _notes(placed: Sequence[Placed], voice: str, phrases: Sequence[Fraction]) -> tuple[Note, ...]:
    """Return the notes of a voice's statements; one that ends a phrase bears its fermata, as the other voices do."""
    found = []
    for number, one in enumerate(placed, 1):
        if one.statement.voice == voice:
            origin = statement_origin(number, one.statement.form)
            found += [
                Note(
                    tone.onset, tone.duration, tone.pitch, spelling=tone.spelling, origin=origin,
                    fermata=tone.onset + tone.duration in phrases,
                )
                for tone in one.tones
            ]
    return tuple(found)


def _spans(placed: Sequence[Placed], plan: DevelopmentPlan) -> tuple[Span, ...]:
    spans = [(one.statement.voice, one.onset, one.end) for one in placed]
    if plan.entries:
        first: dict[str, Fraction] = {}
        for one in placed:
            first[one.statement.voice] = min(one.onset, first.get(one.statement.voice, one.onset))
        spans += [(voice, Fraction(0), onset) for voice, onset in first.items() if onset]
    return tuple(spans)


def _keys(placed: Sequence[Placed], home: KeySignature) -> tuple[KeySignature, ...]:
    """Return the keys that the statements ask for, with the home key behind each."""
    changes = sorted({Fraction(0), *(time for one in placed for time in (one.onset, one.end))})
    keys: list[KeySignature] = []
    for time in changes:
        active = [one for one in placed if one.onset <= time < one.end]
        latest = max(active, key=lambda one: one.onset, default=None)
        key = home if latest is None else key_of(latest.statement, home)
        if not keys or (keys[-1].fifths, keys[-1].mode) != (key.fifths, key.mode):
            keys.append(replace(key, onset=time))
    return tuple(keys)


def usual_length(metre: TimeSignature) -> Fraction:
    """Return the quarters of a usual phrase."""
    return USUAL * metre.bar_length


def phrase_ends(placed: Sequence[Placed], ground: Ground) -> tuple[Fraction, ...]:
    """Return where the phrases of a piece end; see the module."""
    usual, length = usual_length(ground.metre), ground.metre.bar_length
    begins = {one.onset for one in placed if one.onset}
    must = sorted({one.onset for one in placed if one.statement.form == "return" and one.onset} | {ground.end})
    lines = [ground.upbeat + number * length for number in range(1, int(ground.end / length) + 1)]
    open_places = [
        time
        for time in {*begins, *lines}
        if 0 < time <= ground.end and not any(one.onset < time < one.end for one in placed)
    ]
    places = sorted({*open_places, *must})
    best: dict[Fraction, tuple[float, tuple[Fraction, ...]]] = {Fraction(0): (0.0, ())}
    for place in places:
        passed = max((end for end in must if end < place), default=Fraction(0))
        ways = []
        for start, (cost, ends) in best.items():
            if start >= passed:
                unlike = abs(math.log2((place - start) / usual)) - WELCOME * (place in begins)
                ways.append((cost + unlike, (*ends, place)))
        best[place] = min(ways)
    return best[ground.end][1]

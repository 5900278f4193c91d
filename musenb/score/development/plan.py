"""Development plan: which statements of a motif a piece is to have, in what form, voice, place and key; as data.

motif, DevelopmentPlan -> laying.laid_out -> given notes, phrases, keys -> a model writes the rest
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from musenb.errors import ScoreError, SettingError
from musenb.score.named import key_named, metre_named
from musenb.score.quarters import exact_quarters

#                  what is done to the motif, in a teacher's words
FORMS = {
    "as it is": "the motif as it is",
    "sequence": "the motif some steps higher or lower, in the scale",
    "answer": "the motif at the fifth above, in the key of the dominant",
    "tonal answer": "the answer, with the dominant at its head answered by the tonic",
    "inversion": "the motif upside down, in the scale",
    "retrograde": "the motif backwards",
    "augmented": "the motif twice as slow",
    "diminished": "the motif twice as fast",
    "head": "the first half of the motif",
    "tail": "the second half of the motif",
    "return": "the motif as it is, after a cadence",
}
ANSWERS = ("answer", "tonal answer")
MOST_STATEMENTS, MOST_BARS, MOST_STEPS = 64, 512, 14
LONGEST_BEAT = 12  # figures of a beat in JSON


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a motif.

    Parameters
    ----------
    form : str
        One of `FORMS`: 'as it is', 'sequence', 'answer', 'tonal answer', 'inversion', 'retrograde', 'augmented',
        'diminished', 'head', 'tail' or 'return'.
    voice : str
        One of the model's voices, such as 'alto'.
    bar : int
        Printed number of its first bar, from 1; the upbeat of a motif that has one lies before it.
    beat : Fraction or None
        On which its first note stands, from 1; None for where it stands in the motif.
    steps : int
        Steps of the scale from the motif up, -14..14.
    key : str or None
        Such as 'G major': the motif is moved into it; None for the motif's own, in an answer its dominant.
    octave : int or None
        Octaves from where form, steps and key put it; None for the nearest to the motif that stands in the voice.

    Raises
    ------
    SettingError
        A value is outside its range.
    """

    form: str
    voice: str
    bar: int
    beat: Fraction | None = None
    steps: int = 0
    key: str | None = None
    octave: int | None = None

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise SettingError(f"form {self.form!r} of a statement is none of {', '.join(FORMS)}")
        if not isinstance(self.voice, str):
            raise SettingError(f"voice {self.voice!r} of a statement is no name of a voice, as in 'alto'")
        _whole(self.bar, "bar", 1, MOST_BARS)
        _whole(self.steps, "steps", -MOST_STEPS, MOST_STEPS)
        if self.octave is not None:
            _whole(self.octave, "octave", -4, 4)
        try:
            if self.beat is not None:
                object.__setattr__(self, "beat", exact_quarters(self.beat, "beat"))
            if self.key is not None:
                key_named(self.key)
        except (ScoreError, AttributeError) as error:
            raise SettingError(f"{self}: {error}") from None
        if self.beat is not None and self.beat < 1:
            raise SettingError(f"beat {self.beat} of a statement is below 1")

    def __str__(self) -> str:
        beat = "" if self.beat is None else f", beat {float(self.beat):g}"
        moved = f" {self.steps:+d} steps" if self.steps else ""
        key = "" if self.key is None else f" in {self.key}"
        return f"{self.form}{moved}{key} in the {self.voice}, bar {self.bar}{beat}"


@dataclass(frozen=True, slots=True)
class DevelopmentPlan:
    """A row of statements of one motif.

    Parameters
    ----------
    statements : tuple of Statement
        1 to 64, kept in the order of time.
    bars : int
        Bars of the whole piece, 1..512.
    metre : str or None
        Such as '3/4', for which it was made; None for any.
    entries : bool
        Whether each voice is silent before its first statement, as in a fugue.
    name : str

    Raises
    ------
    SettingError
        There is no statement, or a value is outside its range.
    """

    statements: tuple[Statement, ...]
    bars: int
    metre: str | None = None
    entries: bool = False
    name: str = ""

    def __post_init__(self) -> None:
        statements = tuple(self.statements)
        if not statements:
            raise SettingError("the plan is empty: it needs at least one statement")
        if len(statements) > MOST_STATEMENTS:
            raise SettingError(f"the plan has {len(statements)} statements; {MOST_STATEMENTS} at most")
        for one in statements:
            if not isinstance(one, Statement):
                raise SettingError(f"a plan's statements hold {type(one).__name__} {one!r}; only Statement is allowed")
        _whole(self.bars, "bars", 1, MOST_BARS)
        if self.metre is not None:
            try:
                metre_named(self.metre)
            except (ScoreError, AttributeError) as error:
                raise SettingError(f"metre {self.metre!r} of a plan: {error}") from None
        ordered = sorted(statements, key=lambda one: (one.bar, one.beat or 1))
        object.__setattr__(self, "statements", tuple(ordered))

    def __str__(self) -> str:
        lines = [f"{number}. {one}" for number, one in enumerate(self.statements, 1)]
        return "\n".join([f"{self.name or 'plan'}, {self.bars} bars", *lines])

    def to_json(self) -> str:
        """Return the plan as JSON text."""
        return json.dumps(plan_to_plain(self))

    @classmethod
    def from_json(cls, text: str) -> DevelopmentPlan:
        """Return the plan that `to_json` wrote.

        Raises
        ------
        SettingError
            The text is no plan.
        """
        try:
            return plan_from_plain(json.loads(text))
        except (ValueError, TypeError, RecursionError) as error:
            if isinstance(error, SettingError):
                raise
            raise SettingError(f"this is no plan: {error}") from None


def plan_to_plain(plan: DevelopmentPlan) -> dict[str, Any]:
    """Return a plan as a dict of JSON values."""
    return {
        "name": plan.name,
        "bars": plan.bars,
        "metre": plan.metre,
        "entries": plan.entries,
        "statements": [_plain(one) for one in plan.statements],
    }


def plan_from_plain(plain: Any) -> DevelopmentPlan:
    """Return the plan that `plan_to_plain` wrote.

    Raises
    ------
    SettingError
        A value is missing, of another type or outside its range.
    """
    try:
        if not isinstance(plain, Mapping):
            raise TypeError(f"{plain!r} is no object")
        rows = plain["statements"]
        if not isinstance(rows, (list, tuple)):
            raise TypeError("statements are no list")
        statements = tuple(_statement(row) for row in rows)
        metre, entries = plain.get("metre"), plain.get("entries", False)
        if not isinstance(entries, bool):
            raise TypeError(f"entries is {entries!r}")
        return DevelopmentPlan(statements, plain["bars"], metre, entries, str(plain.get("name", "")))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, SettingError):
            raise
        raise SettingError(f"this is no plan: {error}") from None


def _plain(one: Statement) -> dict[str, Any]:
    beat = None if one.beat is None else str(one.beat)
    return {
        "form": one.form, "voice": one.voice, "bar": one.bar, "beat": beat, "steps": one.steps, "key": one.key,
        "octave": one.octave,
    }


def _statement(row: Any) -> Statement:
    said: Any = row.get("beat")
    beat: Any = Fraction(said) if isinstance(said, str) and len(said) <= LONGEST_BEAT else said
    return Statement(
        row["form"], row["voice"], row["bar"], beat, row.get("steps", 0), row.get("key"), row.get("octave")
    )


def with_octaves(plan: DevelopmentPlan, octaves: tuple[int, ...]) -> DevelopmentPlan:
    """Return a plan with the octave of every statement said."""
    pairs = zip(plan.statements, octaves, strict=True)
    return replace(plan, statements=tuple(replace(one, octave=octave) for one, octave in pairs))


def _whole(value: Any, what: str, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise SettingError(f"{what} {value!r} of a plan is not a whole number in {low}..{high}")

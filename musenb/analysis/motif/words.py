"""Motif report sentences: "returns in the tenor in bar 5, a fifth lower, rhythm kept"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from musenb.analysis.motif.finder import FORMS, Return
from musenb.errors import SettingError

NUMBERS = (
    "unison", "second", "third", "fourth", "fifth", "sixth", "seventh", "octave", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth",
)
VOWELS = "aeiou"
FORM_WORDS = {
    "exact": "note for note", "transposed": "at another pitch", "tonal": "in steps of the scale",
    "inverted": "upside down", "retrograde": "backwards", "retrograde inverted": "backwards and upside down",
    "augmented": "twice as slow", "diminished": "twice as fast", "intervals": "its intervals in another rhythm",
    "head": "its first notes", "tail": "its last notes", "rhythm": "its rhythm alone",
    "contour": "its ups and downs alone",
}
MANY = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}


def interval_name(semitones: int, steps: int) -> str:
    """Return how far a return lies from the motif: 'a fifth lower', 'at the same pitch', 'two octaves higher'.

    Parameters
    ----------
    semitones, steps : int
        From the motif up, in semitones and in steps of the scale.
    """
    if semitones == 0:
        return "at the same pitch"
    side = "higher" if semitones > 0 else "lower"
    size = abs(steps) if steps * semitones > 0 else 0
    if size == 0:
        return f"a semitone {side}" if abs(semitones) == 1 else f"{abs(semitones)} semitones {side}"
    octaves, rest = divmod(size, 7)
    if size < len(NUMBERS):
        return f"{_a(NUMBERS[size])} {side}"
    whole = f"{MANY.get(octaves, octaves)} octaves"
    return f"{whole} and {_a(NUMBERS[rest])} {side}" if rest else f"{whole} {side}"


def interval_of(one: Return) -> str:
    """Return how far a return lies from the motif, in words."""
    return interval_name(one.interval, one.steps)


def changes(one: Return) -> tuple[str, ...]:
    """Return what was done to the motif, a phrase each, and last what became of its rhythm."""
    said = []
    if "inverted" in one.motion:
        said.append("upside down")
    if "retrograde" in one.motion:
        said.append("backwards")
    if one.speed != 1:
        said.append("twice as slow" if one.speed > 1 else "twice as fast")
    if one.pitch == "free":
        said.append("other intervals")
    elif one.pitch == "contour":
        said.append("only its ups and downs kept")
    elif one.pitch == "tonal":
        said.append("in steps of the scale")
    elif one.pitch == "answer":
        said.append(f"{_count(one.mutations, 'interval')} a step wider or narrower")
    said.append(_rhythm(one))
    return tuple(said)


def sentence(one: Return) -> str:
    """Return one sentence about a return, without a full stop."""
    if one.form == "exact":
        return f"returns {_where(one)}, note for note"
    start = "returns"
    if one.part != "whole":
        start = f"its {'first' if one.part == 'head' else 'last'} {len(one.notes)} notes return"
    elif one.pitch in ("free", "contour"):
        start = f"its {'rhythm' if one.pitch == 'free' else 'contour'} returns"
    return ", ".join([f"{start} {_where(one)}", interval_of(one), *changes(one)])


def parsed_bars(text: str, *, name: str = "bars") -> tuple[int, int]:
    """Return the first and the last bar of '1-2' or '3'; `name` is what the text is called in errors.

    Raises
    ------
    SettingError
        The text is neither, or the last comes before the first.
    """
    match = re.fullmatch(r"\s*(\d{1,6})\s*(?:[-\N{EN DASH}]\s*(\d{1,6})\s*)?", text)
    if match is None:
        raise SettingError(f"{name} {text!r} is neither one bar such as 3 nor a stretch such as 1-2")
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise SettingError(f"{name} {text!r} ends before it begins")
    return first, last


def report(returns: Sequence[Return]) -> str:
    """Return the sentences of all returns, a line each with its confidence, and how many there are of each form."""
    if not returns:
        return "The motif does not return."
    lines = [f"{one.confidence:4.2f}  {sentence(one)}" for one in returns]
    counts = Counter(one.form for one in returns)
    said = ", ".join(f"{counts[form]} {form}" for form in FORMS if counts[form])
    total = f"{_count(len(returns), 'return').capitalize()}: {said}. The figure in front is the confidence, 0 to 1."
    return "\n".join([*lines, total])


def record(one: Return) -> dict[str, object]:
    """Return a return as JSON holds it: voice, bar, beat, form, interval (in semitones) and confidence."""
    beat = int(one.beat) if one.beat.denominator == 1 else round(float(one.beat), 4)
    return {
        "voice": one.voice, "bar": one.bar, "beat": beat, "form": one.form, "interval": one.interval,
        "confidence": round(one.confidence, 4),
    }


def _where(one: Return) -> str:
    bar = f"in bar {one.bar}" if one.bar else "in the upbeat"
    beat = "" if one.beat == 1 else f", beat {_number(one.beat)}"
    voices = {voice for voice, _ in one.notes}
    first, *others = one.voice.split(" to ") if len(voices) > 1 else [one.voice]
    if not others:
        return f"in the {first.lower()} {bar}{beat}"
    return f"{bar}{beat}, passed from the {' to the '.join(name.lower() for name in (first, *others))}"


def _rhythm(one: Return) -> str:
    if one.speed != 1 or one.rhythm == 1:
        return "rhythm kept"
    lost = round((1 - one.rhythm) * (len(one.notes) - 1))
    if lost == 1 and one.first_differs:
        return "the first note longer or shorter"
    return "rhythm changed" if one.rhythm < 0.5 else "rhythm partly changed"


def _number(beat: Fraction) -> str:
    return f"{float(round(beat, 2)):g}"


def _count(number: int, noun: str) -> str:
    said = "one" if number == 1 else MANY.get(number, number)
    return f"{said} {noun}{'' if number == 1 else 's'}"


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in VOWELS else 'a'} {noun}"

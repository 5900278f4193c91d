"""MusicXML directions, sounds and bar lines: tempos, repeats, endings and jumps."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree.ElementTree import Element

from musenb.score.measures.written import Ledger, WrittenMeasure, WrittenRepeat
from musenb.score.musicxml.durations import dotted

SLOWEST, FASTEST = 5, 1000
JUMPS = {
    "segno": "segno", "coda": "coda", "fine": "fine", "tocoda": "to coda", "dacapo": "da capo",
    "dalsegno": "dal segno",
}  # fmt: skip
WORDS = (
    (re.compile(r"\b(d\.? ?c\.?|da capo)(?!\w)", re.IGNORECASE), "da capo"),
    (re.compile(r"\b(d\.? ?s\.?|dal segno)(?!\w)", re.IGNORECASE), "dal segno"),
    (re.compile(r"\bto coda\b", re.IGNORECASE), "to coda"),
    (re.compile(r"^fine\.?$", re.IGNORECASE), "fine"),
)
MOST_TIMES = 64
_NUMBER = re.compile(r"\d+(\.\d+)?")
_LEFT_OUT = {"dynamics": "dynamic marks", "wedge": "dynamic marks", "pedal": "pedal marks"}


def read_direction(
    direction: Element,
    measure: WrittenMeasure,
    start: Fraction,
    heard: Fraction,
    ledger: Ledger,
    *,
    before: float,
) -> None:
    """Take a <direction>.

    Parameters
    ----------
    direction : Element
    measure : WrittenMeasure
    start, heard : Fraction
        Where it stands on the page, and where its <sound> holds, in quarters from the bar line. An <offset> moves what
        is heard only where it says so.
    ledger : Ledger
    before : float
        The tempo that has held so far, quarters a minute.
    """
    kinds = [kind for content in direction.findall("direction-type") for kind in content]
    sound = direction.find("sound")
    jumped = sound is not None and read_sound(sound, measure, heard, ledger)
    if sound is None or sound.get("tempo") is None:
        for metronome in (kind for kind in kinds if kind.tag == "metronome"):
            _add_tempo(measure, start, metronome_tempo(metronome, before), ledger)
    for kind in kinds:
        if kind.tag in _LEFT_OUT and kind.get("type") not in ("stop", "continue", "change"):
            ledger.add(_LEFT_OUT[kind.tag], place=f"bar {measure.number}")
        elif not jumped and kind.tag in ("segno", "coda"):
            measure.repeats.append(WrittenRepeat(start, kind.tag))
        elif not jumped and kind.tag == "words":
            _read_words((kind.text or "").strip(), measure, start)


def read_sound(sound: Element, measure: WrittenMeasure, start: Fraction, ledger: Ledger) -> bool:
    """Take the tempo and the jumps of a <sound>; return whether it has a jump."""
    tempo = sound.get("tempo")
    if tempo is not None:
        _add_tempo(measure, start, _float(tempo), ledger)
    jumps = [kind for name, kind in JUMPS.items() if sound.get(name) is not None]
    measure.repeats += [WrittenRepeat(start, kind) for kind in jumps]
    return bool(jumps)


def metronome_tempo(metronome: Element, before: float) -> float | None:
    """Return the quarters a minute that a metronome mark says, None when it says none.

    Of a mark such as 'quarter = dotted quarter' the value to the left is as long as that to the right was until now.
    """
    values: list[Fraction] = []
    for child in metronome:
        if child.tag == "beat-unit":
            length = dotted((child.text or "").strip(), 0)
            if length is None:
                return None
            values.append(length)
        elif child.tag == "beat-unit-dot" and values:
            values[-1] = values[-1] * 3 / 2
    number = _NUMBER.search(metronome.findtext("per-minute", ""))
    if not values:
        return None
    if number:
        return float(number[0]) * float(values[0])
    return before * float(values[0] / values[1]) if len(values) == 2 else None


def read_barline(barline: Element, measure: WrittenMeasure, start: Fraction, ledger: Ledger) -> None:
    """Take the repeat sign and the ending of a <barline>."""
    place = {"left": Fraction(0), "middle": start}.get(barline.get("location", "right"))
    ending = barline.find("ending")
    if ending is not None:
        kind = "ending start" if ending.get("type") == "start" else "ending stop"
        written = re.findall(r"\d{1,2}", ending.get("number", ""))
        numbers = tuple(int(number) for number in written)
        measure.repeats.append(WrittenRepeat(place, kind, numbers))
    repeat = barline.find("repeat")
    if repeat is not None and repeat.get("direction") in ("forward", "backward"):
        times = repeat.get("times", "2")
        count = int(times) if times.isascii() and times.isdigit() else 2
        played = min(max(count, 2), MOST_TIMES)
        measure.repeats.append(WrittenRepeat(place, repeat.get("direction", ""), (), played))
    if barline.find("fermata") is not None:
        ledger.add("fermatas over bar lines", place=f"bar {measure.number}")


def _read_words(words: str, measure: WrittenMeasure, start: Fraction) -> None:
    """Take a jump that is said in words alone."""
    for pattern, kind in WORDS:
        if pattern.search(words):
            measure.repeats.append(WrittenRepeat(start, kind))
            return


def _add_tempo(measure: WrittenMeasure, start: Fraction, tempo: float | None, ledger: Ledger) -> None:
    if tempo is None:
        return
    if SLOWEST <= tempo <= FASTEST:
        measure.tempos.append((start, tempo))
    else:
        ledger.add(f"tempos outside {SLOWEST} to {FASTEST} quarters a minute", place=f"bar {measure.number}")


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None

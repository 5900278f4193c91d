"""Roman numeral: a chord named by its degree in a key, its quality and its inversion.

Conventions
-----------
- A chord in a key is `(root, quality)`: the root in semitones above the tonic, 0..11, the quality one of `QUALITIES`.
- In minor, VII and VI are the lowered degrees and vii°, vi° and vi∅ the raised ones; V, V7 and their like have the
  leading note.
- A chord that no degree of the key has is named as applied to one, `V7/IV`, `viio/V`, where it is a dominant or a
  diminished chord of a degree; else by its degree with an accidental, such as `bII`.
- `o` is diminished, `%` half-diminished, `+` augmented; `maj7` a major seventh on a major triad.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapters 3, 4, 25 and 26.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from musenb.errors import SettingError
from musenb.score.arguments import shown

QUALITIES = {  # semitones above the root
    "maj": (0, 4, 7), "min": (0, 3, 7), "dim": (0, 3, 6), "aug": (0, 4, 8),
    "7": (0, 4, 7, 10), "M7": (0, 4, 7, 11), "m7": (0, 3, 7, 10), "half-dim": (0, 3, 6, 10), "dim7": (0, 3, 6, 9),
}  # fmt: skip
TRIAD_OF = {"7": "maj", "M7": "maj", "m7": "min", "half-dim": "dim", "dim7": "dim"}
SEVENTH_OF = {"maj": "7", "min": "m7", "dim": "dim7"}
TRIAD_FIGURES = ("", "6", "6/4")
SEVENTH_FIGURES = ("7", "6/5", "4/3", "2")
DEGREES = ("I", "II", "III", "IV", "V", "VI", "VII")
MAJOR_DEGREES = (0, 2, 4, 5, 7, 9, 11)
MINOR_DEGREES = (0, 2, 3, 5, 7, 8, 10)
MINOR_QUALITIES = ("min", "dim", "m7", "half-dim", "dim7")
DIMINISHED = ("dim", "half-dim", "dim7")
SIGNS = {"dim": "o", "dim7": "o", "half-dim": "%", "aug": "+", "M7": "maj"}
INVERSIONS = {
    **{"": 0, "5": 0, "7": 0, "9": 0, "6": 1, "6/5": 1, "6/4": 2, "4/3": 2, "6/4/3": 2, "2": 3, "4/2": 3, "6/4/2": 3},
    **{"65": 1, "64": 2, "43": 2, "42": 3},
}  # fmt: skip
WITH_SEVENTH = ("7", "9", "6/5", "4/3", "6/4/3", "2", "4/2", "6/4/2", "65", "43", "42")
FIGURES = "|".join(sorted((re.escape(figure) for figure in INVERSIONS if figure), key=len, reverse=True))
NUMERAL = re.compile(
    rf"(?P<accidental>[b#-]*)(?P<degree>VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)"
    rf"(?P<sign>/o|ø|%|o|°|\+)?(?P<major>maj)?(?P<figures>{FIGURES}|)(?:\[[^]]*\])?(?:/(?P<applied>[b#]*[ivIV].*))?"
)
OTHERS = {"Cad64": "I6/4", "Cad6/4": "I6/4", "N": "bII", "N6": "bII6"}
LONGEST = 30  # signs of a numeral that is quoted in an error


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord in a key: root in semitones above the tonic, 0..11; quality, one of QUALITIES; inversion, 0..3."""

    root: int
    quality: str
    inversion: int = 0

    @property
    def members(self) -> tuple[int, ...]:
        """Semitones of its notes above the tonic, 0..11, from the root upwards."""
        return tuple((self.root + step) % 12 for step in QUALITIES[self.quality])

    @property
    def bass(self) -> int:
        """Semitones of its lowest note above the tonic, 0..11."""
        return self.members[self.inversion]

    @property
    def figures(self) -> str:
        """What is written behind the numeral for its inversion and seventh."""
        return (TRIAD_FIGURES if len(self.members) == 3 else SEVENTH_FIGURES)[self.inversion]


def read_numeral(text: str, *, minor: bool) -> Chord:
    """Return the chord that a numeral means in a key.

    Parameters
    ----------
    text : str
        Such as 'V6/5', 'ii%65', 'viio7/V'; '/o' and 'ø' are half-diminished too, and 'Cad64' is 'I6/4'.
    minor : bool
        Whether the key is minor.

    Raises
    ------
    SettingError
        It is no numeral, or has an inversion that the chord does not have.
    """
    if not isinstance(text, str):
        raise SettingError(f"numeral {shown(text)} is not text, as in 'V7'")
    written = OTHERS.get(text.strip(), text.strip())
    match = NUMERAL.fullmatch(written)
    if match is None:
        raise SettingError(f"{text[:LONGEST]!r} is no numeral such as 'I', 'ii6', 'V7' or 'V6/5/V'")
    if text.startswith("Cad") and minor:
        return Chord(0, "min", 2)
    tonic = 0
    if match["applied"]:
        target = read_numeral(match["applied"], minor=minor)
        tonic, minor = target.root, TRIAD_OF.get(target.quality, target.quality) in ("min", "dim")
    quality = _quality(match, minor)
    root = tonic + _degree(match, quality, minor) + match["accidental"].count("#")
    root -= len(match["accidental"]) - match["accidental"].count("#")
    inversion = INVERSIONS[match["figures"]]
    return Chord(root % 12, quality, inversion)


def _degree(match: re.Match[str], quality: str, minor: bool) -> int:
    """Return the semitones of a degree above its tonic, before its accidental."""
    number = DEGREES.index(match["degree"].upper())
    raised = number >= 5 and quality in DIMINISHED
    return (MINOR_DEGREES if minor and not raised else MAJOR_DEGREES)[number]


def _quality(match: re.Match[str], minor: bool) -> str:
    """Return the quality that the case, the sign and the figures of a numeral mean."""
    upper, sign, seventh = match["degree"].isupper(), match["sign"], match["figures"] in WITH_SEVENTH
    if sign in ("o", "°"):
        return "dim7" if seventh else "dim"
    if sign in ("/o", "ø", "%"):
        return "half-dim" if seventh else "dim"
    if sign == "+":
        return "aug"
    if not seventh:
        return "maj" if upper else "min"
    if not upper:
        return "m7"
    major = match["major"] or match["degree"] in (("III", "VI") if minor else ("I", "IV"))
    return "M7" if major else "7"


def write_numeral(chord: Chord, *, minor: bool) -> str:
    """Return the numeral of a chord in a key, such as 'ii6/5' or 'V7/IV'."""
    own = _plain(chord, minor)
    if own is not None:
        return own
    applied = _applied(chord, minor)
    if applied is not None:
        return applied
    degrees = MINOR_DEGREES if minor else MAJOR_DEGREES
    if chord.root in degrees:
        lowered = minor and chord.quality in DIMINISHED and chord.root in MINOR_DEGREES[5:]
        return "b" * lowered + _written(chord, DEGREES[degrees.index(chord.root)])
    name = _accidental(chord.root, degrees)
    return name[0] + _written(chord, name[1:])


def _accidental(root: int, degrees: tuple[int, ...]) -> str:
    """Return a root beside the scale as a degree with an accidental: 'bII', and '#IV' for the raised fourth."""
    above = (root + 1) % 12
    if above in degrees and root != 6:
        return "b" + DEGREES[degrees.index(above)]
    return "#" + DEGREES[degrees.index((root - 1) % 12)]


def _plain(chord: Chord, minor: bool) -> str | None:
    """Return the numeral of a chord that the key's own degrees have, None when they do not."""
    for number, name in enumerate(DEGREES):
        plain = _written(chord, name)
        if chord.quality in _diatonic(number, minor) and read_numeral(plain, minor=minor) == chord:
            return plain
    return None


def _diatonic(number: int, minor: bool) -> tuple[str, ...]:
    """Return the qualities that are plain on a degree, 0..6."""
    return (MINOR_PLAIN if minor else MAJOR_PLAIN)[number]


MAJOR_PLAIN = (
    ("maj", "M7"), ("min", "m7"), ("min", "m7"), ("maj", "M7"), ("maj", "7"), ("min", "m7"),
    ("dim", "half-dim", "dim7"),
)  # fmt: skip
MINOR_PLAIN = (
    ("min", "m7", "maj"), ("dim", "half-dim", "min", "m7"), ("maj", "M7", "aug"), ("min", "m7", "maj", "7"),
    ("maj", "7", "min", "m7"), ("maj", "M7", "dim", "half-dim"), ("maj", "dim", "dim7", "half-dim"),
)  # fmt: skip


def _applied(chord: Chord, minor: bool) -> str | None:
    """Return the numeral of a chord as a dominant or a leading-note chord of a degree, None when it is neither."""
    if chord.quality in ("maj", "7"):
        tonic, name = (chord.root + 5) % 12, "V"
    elif chord.quality in DIMINISHED:
        tonic, name = (chord.root + 1) % 12, "VII"
    else:
        return None
    degrees = MINOR_DEGREES if minor else MAJOR_DEGREES
    if tonic == 0:
        return None
    if tonic not in degrees:
        return f"{_written(chord, name)}/{_accidental(tonic, degrees)}" if chord.quality == "7" else None
    number = degrees.index(tonic)
    small = _diatonic(number, minor)[0] in MINOR_QUALITIES
    return f"{_written(chord, name)}/{DEGREES[number].lower() if small else DEGREES[number]}"


def _written(chord: Chord, degree: str) -> str:
    """Return a degree with a chord's case, sign and figures."""
    name = degree.lower() if chord.quality in MINOR_QUALITIES else degree
    return name + SIGNS.get(chord.quality, "") + chord.figures

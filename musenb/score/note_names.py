"""Note names in words: English letters, German names with -is and -es, and the syllables of fixed do.

| English | German | syllables |
|---|---|---|
| `C#` `Eb` `B` `F##` `Gn` | `cis` `es` `h` (see below) `fisis` | `do#` `mib` `si` `fa##` `soln` `fa-dièse` |

The German H is refused and B is the English one, B natural: a text that has German names must say which B it means.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ACCIDENTALS = {"": 0, "n": 0, "#": 1, "##": 2, "b": -1, "bb": -2}
SYLLABLES = {
    "do": "C", "ut": "C", "re": "D", "mi": "E", "fa": "F", "sol": "G", "so": "G", "la": "A", "si": "B", "ti": "B",
}  # fmt: skip
GERMAN = {
    **{f"{letter}is": (letter.upper(), "#") for letter in "cdefgah"},
    **{f"{letter}isis": (letter.upper(), "##") for letter in "cdefga"},
    **{f"{letter}es": (letter.upper(), "b") for letter in "cdfg"},
    **{f"{letter}eses": (letter.upper(), "bb") for letter in "cdfg"},
    "es": ("E", "b"), "eses": ("E", "bb"), "as": ("A", "b"), "ases": ("A", "bb"), "his": ("B", "#"),
}  # fmt: skip

_ENGLISH = re.compile(r"([a-g])(##|bb|[#bn]?)")
_SYLLABLE = re.compile(rf"({'|'.join(SYLLABLES)})(##|bb|[#bn]|-?(?:diese|bemol|becarre)|)")
_WORDS = {"diese": "#", "bemol": "b", "becarre": "n"}


@dataclass(frozen=True, slots=True)
class NoteName:
    """A pitch class as it is written.

    Parameters
    ----------
    letter : str
        C D E F G A B.
    accidental : str
        '', 'n', '#', '##', 'b' or 'bb'.
    language : str
    """

    letter: str
    accidental: str
    language: Literal["English", "German", "syllables"]


def note_name(written: str) -> NoteName | None:
    """Return the note that a name without its octave means, None when it means none."""
    plain = unicodedata.normalize("NFD", written.lower())
    name = "".join(sign for sign in plain if not unicodedata.combining(sign))
    if english := _ENGLISH.fullmatch(name):
        return NoteName(english[1].upper(), english[2], "English")
    if name in GERMAN:
        return NoteName(*GERMAN[name], "German")
    if syllable := _SYLLABLE.fullmatch(name):
        return NoteName(SYLLABLES[syllable[1]], _WORDS.get(sign := syllable[2].lstrip("-"), sign), "syllables")
    return None

"""ABC key signature reader for K:, and the clefs, octaves and transpositions that stand in K: and V:."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from musenb.score.abc.tables import (
    ACCIDENTALS,
    FIFTHS,
    MODE_NAMES,
    MODES,
    OCTAVE_CLEFS,
    PIPES,
    SHARP_ORDER,
)

_WORD = re.compile(r'[A-Za-z-]+="[^"]*"|"[^"]*"|[^\s"]+')
_TONIC = re.compile(r"([A-Ga-g])([#b♯♭]?)([A-Za-z]*)((?:(?:\^\^?|__?|=)[A-Ga-g])*)")
_MODE = re.compile(r"([A-Za-z]+)((?:(?:\^\^?|__?|=)[A-Ga-g])*)")
_ALTERED = re.compile(r"(\^\^?|__?|=)([A-Ga-g])")
_CLEF = re.compile(
    r"(treble|alto|tenor|bass|baritone|soprano|mezzo(?:soprano)?|perc|none|auto|[GCFP])[1-5]?"
    r"(\+8|-8|\+15|-15|\^8|_8)?",
)
_NUMBER = re.compile(r"[+-]?\d{1,2}")
# Properties that change only what is seen.
_SEEN = frozenset(
    {"name", "nm", "subname", "snm", "sname", "stem", "gstem", "stafflines", "staffscale", "middle", "m", "brace"}
    | {"bracket", "merge", "up", "down", "dyn", "lyrics", "scale", "space", "perc"}
)


@dataclass(frozen=True, slots=True)
class Staff:
    """How written notes sound: `octave` in octaves, `clef` and `transpose` in semitones; None where nothing is said."""

    octave: int | None = None
    transpose: int | None = None
    clef: int | None = None
    percussion: bool = False
    name: str = ""
    unread: tuple[str, ...] = ()

    @property
    def semitones(self) -> int:
        """Semitones from the written to the sounding pitch."""
        return 12 * (self.octave or 0) + (self.transpose or 0) + (self.clef or 0)

    def over(self, before: Staff) -> Staff:
        """Return these properties, with those of `before` where nothing is said."""
        return Staff(
            before.octave if self.octave is None else self.octave,
            before.transpose if self.transpose is None else self.transpose,
            before.clef if self.clef is None else self.clef,
            self.percussion or (before.percussion and self.clef is None),
            self.name or before.name,
        )


NO_STAFF = Staff()


@dataclass(frozen=True, slots=True)
class Key:
    """A key signature.

    Parameters
    ----------
    fifths : int
        Sharps (negative: flats) of the mode, as many as they are.
    mode : str
        'major', 'minor' or ''.
    alters : mapping of str to int
        Semitones by letter 'A'..'G', the added accidentals among them.
    added : bool
        True when accidentals are added that no signature of fifths tells.
    """

    fifths: int = 0
    mode: str = ""
    alters: Mapping[str, int] = field(default_factory=dict)
    added: bool = False


NO_KEY = Key()


def parse_key(text: str) -> tuple[Key | None, Staff]:
    """Return what a K: says: the key (None when it has staff properties alone) and the staff.

    An empty K: and 'none' are a signature without accidentals.
    """
    words = _WORD.findall(text)
    first = words[0] if words else "none"
    tonic = _TONIC.fullmatch(first)
    if tonic and (not tonic[3] or _is_mode(tonic[3])):
        return _tonal(tonic, words[1:])
    if first.lower() == "none" or first in PIPES:
        alters, unread = _accidentals(words[1:])
        fifths = 2 if first in PIPES else 0
        plain = _signature(fifths)
        return _with(plain, alters, fifths=fifths, mode=""), parse_staff(unread)
    if _ALTERED.match(first):
        alters, unread = _accidentals(words)
        return _with({}, alters, fifths=0, mode=""), parse_staff(unread)
    return None, parse_staff(words)


def parse_voice(text: str) -> tuple[str, Staff]:
    """Return what a V: says: the voice's id ('' without one) and its properties."""
    words = _WORD.findall(text)
    if not words:
        return "", Staff()
    return words[0][:40], parse_staff(words[1:])


def parse_staff(words: list[str]) -> Staff:
    """Return the properties in words such as clef=treble-8, bass, octave=-1, transpose=2, name="Flute"."""
    octave = transpose = clef = None
    percussion, name = False, ""
    unread = []
    for word in words:
        label, equals, value = (part.strip() for part in word.partition("="))
        value = value.strip('"')
        number = int(value) if _NUMBER.fullmatch(value) else None
        found = _CLEF.fullmatch(value if label in ("clef", "cl") else word.strip('"'))
        if found and (equals or len(found[1]) > 1):
            clef = OCTAVE_CLEFS.get(found[2], 0)
            percussion = found[1] in ("perc", "P")
        elif label == "octave" and number is not None:
            octave = number
        elif label in ("transpose", "t", "sound") and number is not None:
            transpose = number
        elif label in ("name", "nm") and equals:
            name = value
        elif label not in _SEEN:
            unread.append(word)
    return Staff(octave, transpose, clef, percussion, name, tuple(unread))


def _tonal(
    tonic: re.Match[str],
    words: list[str],
) -> tuple[Key, Staff]:
    mode, added = tonic[3], tonic[4]
    second = _MODE.fullmatch(words[0]) if words and not mode and not added else None
    if second and _is_mode(second[1]):
        mode, added, words = second[1], second[2], words[1:]
    alters, unread = _accidentals([added, *words] if added else words)
    if mode.lower() == "exp":
        return _with({}, alters, fifths=0, mode=""), parse_staff(unread)
    name = _mode(mode) or ""
    altered = {"": 0, "#": 7, "♯": 7, "b": -7, "♭": -7}[tonic[2]]
    sharps = FIFTHS[tonic[1].upper()] + altered + MODES.get(name, 0)
    key = _with(_signature(sharps), alters, fifths=sharps, mode=MODE_NAMES.get(name, ""))
    return key, parse_staff(unread)


def _is_mode(word: str) -> bool:
    """Return whether a word is a mode, or 'exp' for a signature that is written out."""
    return _mode(word) is not None or word.lower() == "exp"


def _mode(word: str) -> str | None:
    """Return the three letters that stand for a mode, None when the word is none; 'm' alone is minor."""
    short = "m" if word in ("m", "M") else word.lower()[:3]
    return short if short in MODES and word.isalpha() else None


def _signature(fifths: int) -> dict[str, int]:
    """Return the alterations of a signature, of more than seven sharps or flats, too."""
    alters: dict[str, int] = {}
    for place in range(abs(fifths)):
        letter = SHARP_ORDER[place % 7] if fifths > 0 else SHARP_ORDER[-1 - place % 7]
        alters[letter] = alters.get(letter, 0) + (1 if fifths > 0 else -1)
    return alters


def _accidentals(
    words: list[str],
) -> tuple[dict[str, int], list[str]]:
    """Return the accidentals among words, by letter, and the other words."""
    alters, others = {}, []
    for word in words:
        found = _ALTERED.findall(word)
        if found and "".join(sign + letter for sign, letter in found) == word:
            alters |= {letter.upper(): ACCIDENTALS[sign] for sign, letter in found}
        else:
            others.append(word)
    return alters, others


def _with(
    signature: dict[str, int],
    added: dict[str, int],
    *,
    fifths: int,
    mode: str,
) -> Key:
    """Return a signature with added accidentals: as one of fifths when there is one that says the same."""
    alters = {letter: alter for letter, alter in (signature | added).items() if alter}
    if not added or alters == _signature(fifths):
        return Key(fifths, mode, alters)
    same = next((f for f in range(-7, 8) if _signature(f) == alters), None)
    return Key(fifths if same is None else same, "", alters, added=same is None)

"""Styles of the notes idiom: the voices that each is written for, their ranges, and how a score's voices are named.

A score tells its style by the names of its voices: those of one style alone, in their order. Ranges are MIDI numbers,
both included: what the instruments have, or all but half a percent of the notes of the training pieces.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from musenb.errors import SettingError, TokenError
from musenb.score.note import Score, Voice
from musenb.tokens.notes.fields import STYLES, VOICES
from musenb.tokens.notes.frame import NO_STYLE

PIANO = 21, 108


@dataclass(frozen=True, slots=True)
class Part:
    """A voice of a style.

    Parameters
    ----------
    name : str
    lowest, highest : int
        MIDI numbers.
    chords : bool
        Whether several notes may begin together.
    overlaps : bool
        Whether a note may begin while another sounds.
    """

    name: str
    lowest: int
    highest: int
    chords: bool = False
    overlaps: bool = False


PARTS: dict[str, tuple[Part, ...]] = {
    "string quartet": (
        Part("violin 1", 55, 100, chords=True), Part("violin 2", 55, 93, chords=True),
        Part("viola", 48, 84, chords=True), Part("cello", 36, 79, chords=True),
    ),
    "song": (Part("voice", 48, 84), Part("piano", *PIANO, chords=True, overlaps=True)),
    "chorale": (Part("soprano", 57, 81), Part("alto", 53, 74), Part("tenor", 48, 69), Part("bass", 36, 64)),
    "tune": (Part("melody", 53, 88),),
}
NAMED = tuple(part.name for parts in PARTS.values() for part in parts)
DEFAULT = STYLES[0]


def style_of(names: Sequence[str]) -> int:
    """Return the number of the style whose voices have these names, some or all of them; NO_STYLE for none."""
    for number, style in enumerate(STYLES):
        if names and set(names) <= {part.name for part in PARTS[style]}:
            return number
    return NO_STYLE


def part_named(name: str) -> Part:
    """Return the part of a name; one of no style has the piano's range and may overlap."""
    found = (part for parts in PARTS.values() for part in parts if part.name == name)
    return next(found, Part(name, *PIANO, chords=True, overlaps=True))


def with_style(score: Score, style: str | None, voices: Sequence[str] | None = None) -> Score:
    """Return the sounding voices of a score under a style's names, with the voices that it lacks, empty.

    Parameters
    ----------
    score : Score
    style : str, optional
        One of STYLES. Without, the one that the voices' names tell; else a string quartet where it has room for them,
        and none, with the names as they are, where it has not.
    voices : sequence of str, optional
        Which of the style's voices the sounding ones are; from the highest down by default.

    Raises
    ------
    SettingError
        There is no such style.
    TokenError
        The style has too few voices, or the names do not fit.
    """
    sounding = [voice for voice in score.voices if voice.notes]
    if style is None:
        style = _told_style(score, sounding, voices)
    if style is None:
        if len(sounding) > VOICES:
            raise TokenError(f"{len(sounding)} voices: this model reads at most {VOICES}; choose some of them")
        return dataclasses.replace(score, voices=tuple(_numbered(sounding)))
    if style not in STYLES:
        raise SettingError(f"style {style!r} is none of {', '.join(STYLES)}")
    names = [part.name for part in PARTS[style]]
    chosen = _chosen(sounding, names, voices, style)
    by_name = {name: voice.notes for name, voice in zip(chosen, sounding, strict=True)}
    return dataclasses.replace(score, voices=tuple(Voice(name, by_name.get(name, ())) for name in names))


def _told_style(score: Score, sounding: Sequence[Voice], voices: Sequence[str] | None) -> str | None:
    """Return the style that names tell, or the default where the voices fit it."""
    for names in (voices or (), [voice.name for voice in score.voices], [voice.name for voice in sounding]):
        number = style_of(names)
        if number != NO_STYLE:
            return STYLES[number]
    return DEFAULT if len(sounding) <= len(PARTS[DEFAULT]) else None


def _chosen(
    sounding: Sequence[Voice], names: Sequence[str], voices: Sequence[str] | None, style: str
) -> tuple[str, ...]:
    """Return the name of each sounding voice."""
    own = tuple(voice.name for voice in sounding)
    if voices is None:
        voices = own if set(own) <= set(names) and len(set(own)) == len(own) else names[: len(sounding)]
    if len(sounding) > len(names):
        raise TokenError(f"{len(sounding)} voices sound, and a {style} has {len(names)}: {', '.join(names)}")
    fitting = len(voices) == len(sounding) and set(voices) <= set(names) and len(set(voices)) == len(voices)
    if not fitting:
        raise TokenError(
            f"voices {', '.join(map(str, voices)) or 'of no name'} do not name the {len(sounding)} voices that sound; "
            f"a {style} has {', '.join(names)}, each once"
        )
    return tuple(voices)


def _numbered(voices: Sequence[Voice]) -> list[Voice]:
    """Return voices whose names are distinct: those that repeat one, or have none, are numbered."""
    names = [voice.name for voice in voices]
    return [
        voice if voice.name and names.count(voice.name) == 1 else dataclasses.replace(voice, name=f"voice {number}")
        for number, voice in enumerate(voices, 1)
    ]

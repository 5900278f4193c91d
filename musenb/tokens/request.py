"""Request for a piece: what of a score stays, where phrases end, and in which keys."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from musenb.score.note import KeySignature


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one voice, from `onset` to before `end`, in quarters."""

    voice: str
    onset: Fraction
    end: Fraction


@dataclass(frozen=True, slots=True)
class Keep:
    """What of a piece stays beyond the point from which it is written anew.

    Parameters
    ----------
    voices : tuple of str
        Whole voices.
    bars : tuple of int
        Bars by printed number, in the voices that sound in them.
    passages : tuple of Passage
        Stretches of single voices, their rests as well as their notes.
    """

    voices: tuple[str, ...] = ()
    bars: tuple[int, ...] = ()
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Close:
    """How phrases are planned; without it they are as they were before closes were: every few bars, nothing known.

    Parameters
    ----------
    end : bool
        Whether the piece ends with the last bar that is asked for, with a cadence; else it is to go on.
    seed : int
        Of what is chosen, such as the octave of a bass note.
    phrases : tuple of Fraction
        Where phrases end, in quarters, the last one with the piece; found by the idiom where there are none.
    keys : tuple of KeySignature
        Keys that the music is to pass through, told to the model though the score does not state them.
    tonics : tuple of Fraction
        Where the music is to stand on the tonic, in quarters, as at the return of a motif.
    stop : Fraction or None
        Quarters at which the piece ends, within its last bar; None for the end of that bar.
    """

    end: bool = True
    seed: int = 0
    phrases: tuple[Fraction, ...] = ()
    keys: tuple[KeySignature, ...] = ()
    tonics: tuple[Fraction, ...] = ()
    stop: Fraction | None = None

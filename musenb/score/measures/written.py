"""Written measures, as a source has them: notes at their places inside each measure, part by part.

Readers of notation (MusicXML, music21) build these values; `assemble` aligns the measures of all parts and makes a
Score of them. Times inside a measure are exact quarters from its beginning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from musenb.score.marks import Notice
from musenb.score.note import TimeSignature

START = Fraction(0)


@dataclass(slots=True)
class WrittenNote:
    """One notehead: a sounding note, or a piece of one that ties join.

    Parameters
    ----------
    start, duration : Fraction
        Quarters; `start` from the beginning of the measure.
    pitch : int
        MIDI number at sounding pitch.
    spelling : str
        As in `Note`.
    voice : str
        The number of its voice in the part.
    staff : int
        From 1, the highest.
    velocity : int
        1..127.
    fermata, tied_from, tied_to : bool
        Under a fermata; continues an earlier notehead; is continued by a later one.
    """

    start: Fraction
    duration: Fraction
    pitch: int
    spelling: str = ""
    voice: str = "1"
    staff: int = 1
    velocity: int = 80
    fermata: bool = False
    tied_from: bool = False
    tied_to: bool = False


@dataclass(slots=True)
class WrittenRepeat:
    """A repeat sign, ending or jump; `start` is None at the end of the measure. The rest as in `Repeat`."""

    start: Fraction | None
    kind: str
    numbers: tuple[int, ...] = ()
    times: int = 2


@dataclass(slots=True)
class WrittenMeasure:
    """One measure of one part.

    Parameters
    ----------
    number : str
        As printed.
    implicit : bool
        Not counted: an upbeat, or what follows a repeat sign inside a bar.
    notes : list of WrittenNote
    shared : set of str
        Voices that sound on several staves of the measure at once.
    reach : Fraction
        Quarters up to which notes, ordinary rests and skips go.
    whole_rest : Fraction
        Length of a rest that only says 'the whole measure', 0 without one.
    metre : TimeSignature or None
        A metre that begins with the measure; its onset means nothing.
    free : bool
        The measure begins music without a metre.
    keys : list of (start, fifths, mode)
        Concert keys.
    tempos : list of (start, quarters a minute)
    chords : list of (start, text, kind)
    repeats : list of WrittenRepeat
    """

    number: str = ""
    implicit: bool = False
    notes: list[WrittenNote] = field(default_factory=list)
    shared: set[str] = field(default_factory=set)
    reach: Fraction = START
    whole_rest: Fraction = START
    metre: TimeSignature | None = None
    free: bool = False
    keys: list[tuple[Fraction, int, str]] = field(default_factory=list)
    tempos: list[tuple[Fraction, float]] = field(default_factory=list)
    chords: list[tuple[Fraction, str, str]] = field(default_factory=list)
    repeats: list[WrittenRepeat] = field(default_factory=list)


@dataclass(slots=True)
class WrittenPart:
    """One part: its name, measures, and whether it is written at another pitch than it sounds.

    `onset` is the quarter at which a part that stands beside the measures of the others begins; None where its measures
    are theirs.
    """

    name: str = ""
    measures: list[WrittenMeasure] = field(default_factory=list)
    transposing: bool = False
    unpitched: bool = False
    onset: Fraction | None = None


class Ledger:
    """Counts what is left out or changed while a source is read."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list] = {}

    def add(
        self,
        kind: str,
        action: str = "left out",
        *,
        place: str = "",
        count: int = 1,
    ) -> None:
        """Count `count` more of a kind; the first `place` is kept."""
        entry = self._found.setdefault((kind, action), [0, place])
        entry[0] += count

    def notices(self) -> tuple[Notice, ...]:
        """Return what was counted, in the order in which it was first met."""
        notices = []
        for (kind, action), (count, place) in self._found.items():
            notices.append(Notice(kind, action, count, place))
        return tuple(notices)

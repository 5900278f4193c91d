"""Input size limits: how large a file from outside may be."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from musenb.errors import SettingError, TokenError

LONGEST_PRIME = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps on what is read from outside; raise one by name, as in `Limits(notes=200_000)`.

    Parameters
    ----------
    midi_bytes, xml_bytes, abc_bytes, mxl_bytes : int
        Largest file of each kind; `mxl_bytes` is for what comes out of a .mxl archive.
    mxl_members, mxl_ratio : int
        Most members of a .mxl archive, and most inflated bytes for one packed byte.
    notes : int
        Most notes of a piece.
    hours : float
        Longest piece as it sounds.
    tracks : int
        Most MIDI tracks.
    xml_depth, xml_elements : int
        Deepest nesting and most elements of a MusicXML document.
    measures, measure_notes, chord_notes : int
        Most measures of a part, notes of a measure in a part, and notes of one chord.
    seconds : float
        Longest time that a reader in a process of its own may take, half of it at most the processor's. What musenb
        reads itself is bounded by the sizes above.
    memory_bytes : int
        Most memory of that process, its libraries included.

    Raises
    ------
    SettingError
        One is no number above 0.
    """

    midi_bytes: int = 4 * 2**20
    xml_bytes: int = 32 * 2**20
    abc_bytes: int = 512 * 2**10
    mxl_bytes: int = 32 * 2**20
    mxl_members: int = 64
    mxl_ratio: int = 200
    notes: int = 50_000
    hours: float = 6.0
    tracks: int = 65_535
    xml_depth: int = 32
    xml_elements: int = 1_500_000
    measures: int = 5_000
    measure_notes: int = 1_000
    chord_notes: int = 64
    seconds: float = 20.0
    memory_bytes: int = 1536 * 2**20

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise SettingError(f"Limits({name}={value!r}): a number above 0 is needed")


DEFAULT_LIMITS = Limits()


def raised_by(field: str) -> str:
    """Return what to do about a limit, for the hint of an error."""
    return f"limits=musenb.Limits({field}=...) raises it"


def check_prime_length(quarters: Fraction, *, source: str = "") -> None:
    """Refuse a prime that a model would go on reading for minutes.

    Raises
    ------
    TokenError
        It lasts longer than 512 quarters, 128 bars of four.
    """
    if quarters > LONGEST_PRIME:
        where = f" in '{source}'" if source else ""
        raise TokenError(
            f"the prime{where} lasts {float(quarters):g} quarters, at most {LONGEST_PRIME} are read: hand over fewer "
            "of its bars, as in score.first_bars(16)"
        )

"""Keyboard performance importer: seconds become quarters by the tempo, and notes go to the grid."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import isfinite

from musenb.errors import ScoreError
from musenb.score.note import Note, Score, Tempo, TimeSignature, Voice
from musenb.score.quantise import SIXTEENTH, Quantised, quantise

Press = tuple[float, float, int, int]

# A millisecond is finer than any hand; so are a thousandth of a quarter and these exact numbers.
_FINEST = 1_000
LONGEST_SECONDS, MOST_PRESSES = 3_600.0, 20_000


def score_from_keys(
    presses: Iterable[Press],
    *,
    qpm: float = 100.0,
    metre: tuple[int, int] = (4, 4),
    grid: Fraction = SIXTEENTH,
    voice: str = "melody",
) -> Quantised:
    """Return what was played, on a grid, and a report of what was moved.

    Parameters
    ----------
    presses : iterable of (start, stop, pitch, velocity)
        Seconds from the first beat of the recording; what began up to half a grid step before it counts as 0, what
        began earlier is left out.
    qpm : float
        Quarters a minute, 5..1000.
    metre : (int, int)
        Beats and unit.
    grid : Fraction
        Step in quarters.
    voice : str
        Its name.

    Raises
    ------
    ScoreError
        A press is no press, or there are too many.
    """
    tempo = Tempo(Fraction(0), qpm)
    notes = []
    for number, press in enumerate(presses):
        if number >= MOST_PRESSES:
            raise ScoreError(f"more than {MOST_PRESSES} notes were played in one recording")
        start, stop, pitch, velocity = _checked(press, number)
        onset = _quarters(start, qpm)
        end = _quarters(stop, qpm)
        if onset < -Fraction(grid) / 2:
            continue
        onset = max(onset, Fraction(0))
        duration = max(end - onset, Fraction(1, _FINEST))
        notes.append(Note(onset, duration, pitch, velocity))
    melody = Voice(voice, tuple(notes))
    signature = TimeSignature(Fraction(0), *metre)
    played = Score((melody,), metres=(signature,), tempos=(tempo,))
    return quantise(played, grid)


def _quarters(seconds: float, qpm: float) -> Fraction:
    return Fraction(round(seconds * qpm / 60 * _FINEST), _FINEST)


def _checked(press: Press, number: int) -> Press:
    try:
        start, stop, pitch, velocity = press
        start, stop = float(start), float(stop)
        pitch, velocity = int(pitch), int(velocity)
    except (TypeError, ValueError):
        raise ScoreError(f"press {number} is {press!r}; it takes start, stop, pitch and velocity") from None
    if not (isfinite(start) and isfinite(stop) and start <= stop <= LONGEST_SECONDS):
        raise ScoreError(f"press {number} of pitch {pitch} lasts from {start} to {stop} seconds")
    return start, stop, pitch, velocity

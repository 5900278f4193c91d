"""Tonal home: keys, closes and resolutions of generated chorales beside real ones, with intervals and targets.

Every measure is a ratio of two counts summed over pieces, with a 95 % bootstrap interval over pieces; what is counted
is defined in `cadence`, `resolution` and `melody`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from musenb.analysis.bootstrap import ratio_interval
from musenb.analysis.chorale.cadence import (
    Framed,
    PhraseEnd,
    ends_in_root_position,
    ends_major,
    ends_on_tonic,
    heard_as_told,
    phrase_ends,
)
from musenb.analysis.chorale.melody import repeated_phrases, short_notes
from musenb.analysis.chorale.resolution import Resolutions, Seam, resolutions
from musenb.errors import ScoreError

Record = dict[str, object]
VOICES = ("soprano", "alto", "tenor", "bass")
NEAR = 0.05  # how far the shares of short notes may be from the real ones


@dataclass(frozen=True, slots=True)
class Counted:
    """All that is counted in one piece."""

    piece: Framed
    ends: tuple[PhraseEnd, ...]
    resolved: Resolutions
    short: np.ndarray
    notes: np.ndarray
    repeated: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Measure:
    """A ratio: its name for reading, what is above and below, a factor, and the target, if there is one.

    The target is a sign, '<=', '>=' or 'near' the real value, and a number.
    """

    label: str
    above: Callable[[Counted], float]
    below: Callable[[Counted], float]
    factor: float = 1.0
    target: tuple[str, float] | None = None


def _share_of_ends(name: str) -> Callable[[Counted], float]:
    return lambda piece: sum(getattr(end, name) for end in piece.ends)


def _minor(piece: Counted) -> bool:
    return piece.piece.key is not None and piece.piece.key.minor


def _keyed(piece: Counted) -> bool:
    return piece.piece.key is not None


def _phrases(piece: Counted) -> int:
    return len(piece.ends)


def _resolved(name: str) -> Callable[[Counted], float]:
    return lambda piece: getattr(piece.resolved, name)


MEASURES: Mapping[str, Measure] = {
    "ends_on_tonic": Measure(
        "ends on the tonic, share", lambda p: ends_on_tonic(p.piece), _keyed, target=(">=", 0.80)
    ),
    "ends_in_root_position": Measure(
        "ends on the tonic in root position, share", lambda p: ends_in_root_position(p.piece), _keyed
    ),
    "minor_ends_major": Measure(
        "in minor: ends on the major tonic, share", lambda p: _minor(p) and ends_major(p.piece), _minor,
        target=(">=", 0.30),
    ),
    "key_heard": Measure(
        "key heard is the key told, share", lambda p: heard_as_told(p.piece), _keyed, target=(">=", 0.60)
    ),
    "authentic": Measure(
        "phrase ends: authentic cadence, share", _share_of_ends("authentic"), _phrases, target=(">=", 0.65)
    ),
    "perfect": Measure("phrase ends: perfect authentic, share", _share_of_ends("perfect"), _phrases),
    "half": Measure("phrase ends: on the dominant, share", _share_of_ends("half"), _phrases),
    "root_position": Measure("phrase ends: in root position, share", _share_of_ends("root_position"), _phrases),
    "neither": Measure("phrase ends: neither authentic nor on a major chord", _share_of_ends("neither"), _phrases),
    "leading_doubled": Measure(
        "V-I: leading note doubled, share", _resolved("leading_doubled"), _resolved("dominants"), target=("<=", 0.015)
    ),
    "sevenths_unresolved": Measure(
        "V7-I: seventh not resolved, share", _resolved("sevenths_unresolved"), _resolved("sevenths"),
        target=("<=", 0.03),
    ),
    "hidden": Measure(
        "hidden outer 5ths and 8ves, per 100 changes", _resolved("hidden"), _resolved("changes"), 100, ("<=", 0.6)
    ),
    "contrary": Measure("contrary 5ths and 8ves, per 100 changes", _resolved("contrary"), _resolved("changes"), 100),
    "hanging": Measure("dissonance left hanging, share of changes", _resolved("hanging"), _resolved("changes")),
    **{
        f"short_{name}": Measure(
            f"eighths or shorter, {name}, share", lambda p, v=voice: p.short[v], lambda p, v=voice: p.notes[v],
            target=("near", NEAR),
        )
        for voice, name in enumerate(VOICES)
    },
    "repeated": Measure(
        "soprano phrases that repeat an earlier one", lambda p: p.repeated[0], lambda p: p.repeated[1]
    ),
}
LABELS: Mapping[str, str] = {name: measure.label for name, measure in MEASURES.items()}


def tonal_report(written: Sequence[Framed], real: Sequence[Framed], *, seed: int = 0) -> Record:
    """Return every measure of MEASURES of written and of real chorales.

    Parameters
    ----------
    written, real : sequence of Framed
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    dict
        As `report.evaluate` returns it: 'pieces', 'seed' and 'measures', for each name the records 'generated' and
        'real', each with 'value', 'low' and 'high', and 'target' and whether it is 'met', None where there is none.

    Raises
    ------
    ScoreError
        One of the two has no piece.
    """
    for name, pieces in (("written", written), ("real", real)):
        if not len(pieces):
            raise ScoreError(f"a report needs at least 1 {name} chorale, got 0")
    sides = {
        side: [counted(piece) for piece in pieces] for side, pieces in (("generated", written), ("real", real))
    }
    measures = {}
    for name, measure in MEASURES.items():
        row = {side: ratio(pieces, measure, seed=seed) for side, pieces in sides.items()}
        measures[name] = {**row, **_judged(measure, row)}
    return {"pieces": {side: len(pieces) for side, pieces in sides.items()}, "seed": seed, "measures": measures}


def counted(piece: Framed) -> Counted:
    """Return all counts of a piece."""
    short, notes = short_notes(piece)
    ends = tuple(phrase_ends(piece))
    return Counted(piece, ends, resolutions(piece.grid), short, notes, repeated_phrases(piece))


def ratio(pieces: Sequence[Counted], measure: Measure, *, seed: int = 0) -> dict[str, float | None]:
    """Return a measure over pieces with its interval; None where nothing was there to count."""
    above = measure.factor * np.array([measure.above(piece) for piece in pieces], float)
    below = np.array([measure.below(piece) for piece in pieces], float)
    if not below.sum():
        return {"value": None, "low": None, "high": None}
    low, high = (None if math.isnan(end) else end for end in ratio_interval(above, below, seed=seed))
    return {"value": float(above.sum() / below.sum()), "low": low, "high": high}


def seam_measures(seams: Sequence[Seam], *, seed: int = 0) -> dict[str, dict[str, float]]:
    """Return what happens at seams: 'parallels' and 'overlaps' per 100, 'moved' semitones and 'wild' per 100 voices."""
    table = {name: np.array([getattr(seam, name) for seam in seams], float) for name in Seam.__slots__}
    ones = np.ones(len(seams))
    parts = {
        "parallels": (100 * table["parallels"], ones), "overlaps": (100 * table["overlaps"], ones),
        "moved": (table["moved"], table["voices"]), "wild": (100 * table["wild"], table["voices"]),
    }
    measured = {}
    for name, (above, below) in parts.items():
        low, high = ratio_interval(above, below, seed=seed)
        value = float(above.sum() / below.sum()) if below.sum() else float("nan")
        measured[name] = {"value": value, "low": low, "high": high}
    return measured


def _judged(measure: Measure, row: Mapping[str, Mapping[str, float | None]]) -> dict[str, object]:
    """Return the target in words, and whether the written value meets it."""
    value, real = row["generated"]["value"], row["real"]["value"]
    if measure.target is None:
        return {"target": None, "met": None}
    sign, bound = measure.target
    if sign == "near":
        near = value is not None and real is not None and abs(value - real) <= bound
        return {"target": f"within {bound:g}", "met": near}
    met = value is not None and (value <= bound if sign == "<=" else value >= bound)
    return {"target": f"{sign} {bound:g}", "met": met}

"""Tonal home: keys, closes and resolutions of generated chorales beside real ones, with intervals and targets.

Every measure is a ratio of two counts summed over pieces, with a 95 % bootstrap interval over pieces; what is counted
is defined in `cadence`, `resolution` and `melody`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

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
from musenb.analysis.chorale.ratios import Counts, Ratio, Report, Target, ratio_report
from musenb.analysis.chorale.resolution import Resolutions, Seam, resolutions
from musenb.errors import ScoreError

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
    """A ratio of counts of a piece: its name for reading, what is above and below, a factor, and a target."""

    label: str
    above: Callable[[Counted], float]
    below: Callable[[Counted], float]
    factor: float = 1.0
    target: Target | None = None

    def counts(self, pieces: Sequence[Counted]) -> Counts:
        """Return what is above and below by piece."""
        return [self.above(piece) for piece in pieces], [self.below(piece) for piece in pieces]


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
        "ends on the tonic, share", lambda p: ends_on_tonic(p.piece), _keyed, target=Target(">=", 0.80)
    ),
    "ends_in_root_position": Measure(
        "ends on the tonic in root position, share", lambda p: ends_in_root_position(p.piece), _keyed
    ),
    "minor_ends_major": Measure(
        "in minor: ends on the major tonic, share", lambda p: _minor(p) and ends_major(p.piece), _minor,
        target=Target(">=", 0.30),
    ),
    "key_heard": Measure(
        "key heard is the key told, share", lambda p: heard_as_told(p.piece), _keyed, target=Target(">=", 0.60)
    ),
    "authentic": Measure(
        "phrase ends: authentic cadence, share", _share_of_ends("authentic"), _phrases, target=Target(">=", 0.65)
    ),
    "perfect": Measure("phrase ends: perfect authentic, share", _share_of_ends("perfect"), _phrases),
    "half": Measure("phrase ends: on the dominant, share", _share_of_ends("half"), _phrases),
    "root_position": Measure("phrase ends: in root position, share", _share_of_ends("root_position"), _phrases),
    "neither": Measure("phrase ends: neither authentic nor on a major chord", _share_of_ends("neither"), _phrases),
    "leading_doubled": Measure(
        "V-I: leading note doubled, share", _resolved("leading_doubled"), _resolved("dominants"),
        target=Target("<=", 0.015),
    ),
    "sevenths_unresolved": Measure(
        "V7-I: seventh not resolved, share", _resolved("sevenths_unresolved"), _resolved("sevenths"),
        target=Target("<=", 0.03),
    ),
    "hidden": Measure(
        "hidden outer 5ths and 8ves, per 100 changes", _resolved("hidden"), _resolved("changes"), 100,
        Target("<=", 0.6),
    ),
    "contrary": Measure("contrary 5ths and 8ves, per 100 changes", _resolved("contrary"), _resolved("changes"), 100),
    "hanging": Measure("dissonance left hanging, share of changes", _resolved("hanging"), _resolved("changes")),
    **{
        f"short_{name}": Measure(
            f"eighths or shorter, {name}, share", lambda p, v=voice: p.short[v], lambda p, v=voice: p.notes[v],
            target=Target("near", NEAR),
        )
        for voice, name in enumerate(VOICES)
    },
    "repeated": Measure(
        "soprano phrases that repeat an earlier one", lambda p: p.repeated[0], lambda p: p.repeated[1]
    ),
}

#                what of a Seam: label, what it is divided by (None: one a seam), factor, target
SEAM_MEASURES: Mapping[str, tuple[str, str | None, float, Target | None]] = {
    "parallels": ("parallel 5ths and 8ves, per 100 seams", None, 100, Target("<=", 1)),
    "overlaps": ("voices beyond where their neighbour was, per 100 seams", None, 100, None),
    "moved": ("motion of a voice, semitones", "voices", 1, Target("<=", 2.3)),
    "wild": ("leaps of a tritone or a seventh, per 100 voices", "voices", 100, None),
}


def tonal_report(written: Sequence[Framed], real: Sequence[Framed], *, seed: int = 0) -> Report:
    """Return every measure of MEASURES of written and of real chorales.

    Parameters
    ----------
    written, real : sequence of Framed
    seed : int
        Seed of the bootstrap.

    Raises
    ------
    ScoreError
        One of the two has no piece.
    """
    for name, pieces in (("written", written), ("real", real)):
        if not len(pieces):
            raise ScoreError(f"a report needs at least 1 {name} chorale, got 0")
    ours = [counted(piece) for piece in written]
    theirs = [counted(piece) for piece in real]
    ratios = {}
    for name, measure in MEASURES.items():
        own, others = measure.counts(ours), measure.counts(theirs)
        ratios[name] = Ratio(measure.label, own, others, measure.factor, measure.target)
    return ratio_report(ratios, pieces={"generated": len(written), "real": len(real)}, seed=seed)


def counted(piece: Framed) -> Counted:
    """Return all counts of a piece."""
    short, notes = short_notes(piece)
    ends = tuple(phrase_ends(piece))
    return Counted(piece, ends, resolutions(piece.grid), short, notes, repeated_phrases(piece))


def seam_ratios(written: Sequence[Seam], real: Sequence[Seam]) -> dict[str, Ratio]:
    """Return what happens at seams, written and real, as measures."""
    ratios = {}
    for name, (label, below, factor, target) in SEAM_MEASURES.items():
        own, others = _of_seams(written, name, below), _of_seams(real, name, below)
        ratios[name] = Ratio(label, own, others, factor, target)
    return ratios


def _of_seams(seams: Sequence[Seam], above: str, below: str | None) -> Counts:
    """Return two counts of seams by their names; None counts the seams."""
    beneath = [1 if below is None else getattr(seam, below) for seam in seams]
    return [getattr(seam, above) for seam in seams], beneath

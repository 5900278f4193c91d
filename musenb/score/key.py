"""Key finding: the key of music from the time that each pitch class sounds.

Definition
----------
Of the 24 major and minor keys, the one whose profile correlates best (Pearson) with the weights of the twelve pitch
classes. Of keys that fit alike the first is taken: major before minor, and from C upwards.

References
----------
C. L. Krumhansl (1990), *Cognitive Foundations of Musical Pitch*, Oxford University Press, chapters 2 and 4: the method,
and the probe-tone profiles that the graders of chorales use.
J. Albrecht, D. Shanahan (2013), "The use of large corpora to train a new type of key-finding algorithm", Music
Perception 31: the profiles by which a score without a key is spelled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from musenb.score.note import KeySignature, Score

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
MINOR_SCALE = (0, 2, 3, 5, 7, 8, 10, 11)  # natural, and the leading note of the harmonic
FINAL_BASS_BONUS = 0.1  # added to the correlation of the key whose tonic is the lowest note at the end
DIGITS = 9  # correlations that agree so far are alike


@dataclass(frozen=True, slots=True)
class Profiles:
    """How much each pitch class weighs in a major and in a minor key, from the tonic upwards."""

    major: tuple[float, ...]
    minor: tuple[float, ...]


KRUMHANSL = Profiles(
    major=(6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    minor=(6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)
ALBRECHT_SHANAHAN = Profiles(
    major=(0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
    minor=(0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052),
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key: pitch class of the tonic, 0..11, and whether it is minor."""

    tonic: int
    minor: bool

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes of the scale; in minor both the seventh and the leading note."""
        return tuple((self.tonic + degree) % 12 for degree in (MINOR_SCALE if self.minor else MAJOR_SCALE))

    @property
    def signature(self) -> KeySignature:
        """The key signature, -5..6, from the beginning."""
        major = self.tonic + 3 if self.minor else self.tonic
        fifths = (7 * major + 5) % 12 - 5
        return KeySignature(Fraction(0), fifths, "minor" if self.minor else "major")


KEYS = tuple(Key(tonic, minor) for minor in (False, True) for tonic in range(12))


def _rows(profiles: Profiles) -> tuple[tuple[float, ...], ...]:
    """Return the profile of each of `KEYS` by pitch class from C, centred and of length 1: 24 rows of 12."""
    rows = []
    for key in KEYS:
        profile = profiles.minor if key.minor else profiles.major
        mean = sum(profile) / 12
        centred = [profile[(pitch_class - key.tonic) % 12] - mean for pitch_class in range(12)]
        length = math.sqrt(sum(value * value for value in centred))
        rows.append(tuple(value / length for value in centred))
    return tuple(rows)


_ROWS = {profiles: _rows(profiles) for profiles in (KRUMHANSL, ALBRECHT_SHANAHAN)}


def find_key(
    weights: Sequence[float],
    profiles: Profiles = KRUMHANSL,
    *,
    final: int | None = None,
) -> Key:
    """Return the key that fits best.

    Parameters
    ----------
    weights : sequence of 12 float
        How much each pitch class sounds, from C.
    profiles : Profiles
        KRUMHANSL or ALBRECHT_SHANAHAN.
    final : int, optional
        The pitch class that the lowest voice ends on; it speaks for its own keys.
    """
    best, most = KEYS[0], -math.inf
    for key, plain in fits(weights, profiles).items():
        fit = round(plain + FINAL_BASS_BONUS * (key.tonic == final), DIGITS)
        if fit > most:
            best, most = key, fit
    return best


def fits(weights: Sequence[float], profiles: Profiles = KRUMHANSL) -> dict[Key, float]:
    """Return the correlation of each key's profile with the weights of the twelve pitch classes, -1..1."""
    heard = [float(weight) for weight in weights]
    mean = sum(heard) / 12
    centred = [weight - mean for weight in heard]
    length = math.sqrt(sum(weight * weight for weight in centred)) or 1.0
    correlations = {}
    for key, row in zip(KEYS, _ROWS[profiles], strict=True):
        correlations[key] = sum(a * b for a, b in zip(centred, row, strict=True)) / length
    return correlations


def estimate_key(score: Score) -> KeySignature:
    """Return the key of a whole score from the durations of its notes; the lowest note at the end speaks for its own.

    An empty score is in C major. Signatures are -5..6.
    """
    heard = [0.0] * 12
    for note in score.notes:
        heard[note.pitch % 12] += float(note.duration)
    if not any(heard):
        return KeySignature(mode="major")
    end = score.end
    final = min(note.pitch for note in score.notes if note.end == end) % 12
    return find_key(heard, ALBRECHT_SHANAHAN, final=final).signature

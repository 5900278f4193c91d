"""The key of a piece from the time that each pitch class sounds.

Definition: of the 24 major and minor keys, the one whose probe-tone profile correlates best with the weights of the
twelve pitch classes.

References
----------
Krumhansl, "Cognitive Foundations of Musical Pitch", Oxford University Press, 1990, chapters 2 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
MINOR_SCALE = (0, 2, 3, 5, 7, 8, 10, 11)  # natural, and the leading note of the harmonic


@dataclass(frozen=True, slots=True)
class Key:
    """A key: pitch class of the tonic, 0..11, and whether it is minor."""

    tonic: int
    minor: bool

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes of the scale; in minor both the seventh and the leading note."""
        return tuple((self.tonic + degree) % 12 for degree in (MINOR_SCALE if self.minor else MAJOR_SCALE))


def sounding_time(grid: np.ndarray) -> np.ndarray:
    """Return in how many cells each pitch class sounds, an int array (12,)."""
    return np.bincount(grid[grid >= 0] % 12, minlength=12)


def find_key(weights: np.ndarray) -> Key:
    """Return the key whose Krumhansl profile correlates best with the weight of each pitch class (12,)."""
    fit = KEY_PROFILES @ (weights - np.mean(weights))
    best = int(np.argmax(np.round(fit / max(np.abs(fit).max(), 1e-12), 9)))
    return Key(tonic=best % 12, minor=best >= 12)


def _key_profiles() -> np.ndarray:
    """Return the 24 profiles, twelve major then twelve minor, each centred and of length 1: (24, 12)."""
    rows = np.array([np.roll(p, tonic) for p in (MAJOR_PROFILE, MINOR_PROFILE) for tonic in range(12)])
    rows -= rows.mean(axis=1, keepdims=True)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


KEY_PROFILES = _key_profiles()

"""Reverb: a tail of seeded noise, as loud and as long as the one in the page."""

from __future__ import annotations

import numpy as np

# Measured on the page's own reverberation: its energy against the dry sound's, and how fast it dies away.
LEVEL_DECIBELS, FALL_DECIBELS_A_SECOND = -28.0, 25.0
_SECONDS, _GAP_SECONDS, _DULLING = 1.4, 0.02, 6
_SEED = 1685


def add_room(dry: np.ndarray, rate: int) -> None:
    """Add the room to a sound, in place.

    Parameters
    ----------
    dry : numpy.ndarray
        float32, shape (samples,).
    rate : int
        Samples a second.
    """
    tail = _tail(rate)
    size = 1 << (4 * len(tail) - 1).bit_length()
    step = size - len(tail) + 1
    spectrum = np.fft.rfft(tail, size)
    carried = np.zeros(len(tail) - 1)
    for start in range(0, len(dry), step):
        block = dry[start : start + step]
        wet = np.fft.irfft(np.fft.rfft(block, size) * spectrum, size)
        wet[: len(carried)] += carried
        carried = wet[step : step + len(carried)]
        block += wet[: len(block)].astype(np.float32)


def _tail(rate: int) -> np.ndarray:
    count = int(_SECONDS * rate)
    noise = np.random.default_rng(_SEED).standard_normal(count)
    noise *= 10 ** (-FALL_DECIBELS_A_SECOND / 20 * np.arange(count) / rate)
    noise[: int(_GAP_SECONDS * rate)] = 0.0
    noise *= 10 ** (LEVEL_DECIBELS / 20) / np.sqrt(np.sum(noise**2))
    return np.convolve(noise, np.ones(_DULLING) / _DULLING, mode="same")

"""Learned head: how likely each chord of each key is in a frame, read from the score alone.

One small network reads a frame and its neighbourhood from each of the twelve tonics, as if that were C, and scores
every chord class and every bass there. So music that is moved by any interval gets the same numerals in another key.
Several networks, trained from other seeds, are averaged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np

from musenb.analysis.harmony.decode import Transitions
from musenb.analysis.harmony.frames import PLACES, Frames, pitch_blocks, place_features
from musenb.analysis.harmony.vocabulary import CLASSES
from musenb.errors import WeightsError

NAME = "harmony.npz"
AT_ONCE = 256  # frames


@dataclass(frozen=True, slots=True)
class Network:
    """One network.

    Parameters
    ----------
    pitch : float32 (12 * blocks, 12 * width)
        From pitch classes to the first hidden layer of each tonic.
    place : float32 (features, width)
    bias : float32 (width,)
    layers : tuple of (float32 (width, out), float32 (out,))
        The layers behind; the last gives classes and 2 x 12 basses.
    """

    pitch: np.ndarray
    place: np.ndarray
    bias: np.ndarray
    layers: tuple[tuple[np.ndarray, np.ndarray], ...]

    def logits(self, pitches: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Return scores, float32 (frames, 12, classes + 24)."""
        count, width = len(pitches), len(self.bias)
        hidden = (pitches.reshape(count, -1) @ self.pitch).reshape(count, 12, width)
        hidden += (places @ self.place + self.bias)[:, None]
        for weight, bias in self.layers:
            hidden = np.maximum(hidden, 0).reshape(count * 12, -1) @ weight + bias
        return hidden.reshape(count, 12, -1)


@dataclass(frozen=True, slots=True)
class Head:
    """What was trained: networks, and how their scores become a path.

    Parameters
    ----------
    networks : tuple of Network
    transitions : Transitions
    trust : float
        What the log-probability of a state is multiplied by.
    sharpness : float
        What all scores of a path are multiplied by before its posterior is told; fitted on chorales held apart.
    """

    networks: tuple[Network, ...]
    transitions: Transitions
    trust: float
    sharpness: float

    def log_probs(self, frames: Frames) -> tuple[np.ndarray, np.ndarray]:
        """Return log-probabilities of states (frames, 12, classes), and of basses (frames, 12, 2, 12)."""
        pitches, places = pitch_blocks(frames), place_features(frames)
        parts = [slice(at, at + AT_ONCE) for at in range(0, len(frames), AT_ONCE)]
        logits = np.concatenate([self._logits(pitches[part], places[part]) for part in parts])
        classes = len(CLASSES)
        states, basses = logits[..., :classes], logits[..., classes:].reshape(len(frames), 12, 2, 12)
        return states - _log_sum(states, (1, 2)), basses - _log_sum(basses, (3,))

    def _logits(self, pitches: np.ndarray, places: np.ndarray) -> np.ndarray:
        total = sum(network.logits(pitches, places) for network in self.networks)
        return np.asarray(total, float) / len(self.networks)


def _log_sum(values: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    most = values.max(axis=axes, keepdims=True)
    return most + np.log(np.exp(values - most).sum(axis=axes, keepdims=True))


def network_of(arrays: dict[str, np.ndarray], prefix: str) -> Network:
    """Return a network from its arrays as they are trained: weights (out, in), 12 pitch classes to a block first."""
    first = arrays[f"{prefix}.0.weight"].astype(np.float32)
    width, blocks = len(first), (first.shape[1] - PLACES) // 12
    pitch = first[:, : 12 * blocks].reshape(width, blocks, 12)
    turned = np.stack([np.roll(pitch, tonic, axis=2) for tonic in range(12)])  # 12, width, blocks, 12
    together = turned.transpose(2, 3, 0, 1).reshape(12 * blocks, 12 * width)
    layers = []
    number = 1
    while f"{prefix}.{number}.weight" in arrays:
        weight, bias = (arrays[f"{prefix}.{number}.{part}"].astype(np.float32) for part in ("weight", "bias"))
        layers.append((np.ascontiguousarray(weight.T), bias))
        number += 1
    place = np.ascontiguousarray(first[:, 12 * blocks :].T)
    return Network(np.ascontiguousarray(together), place, arrays[f"{prefix}.0.bias"].astype(np.float32), tuple(layers))


def head_of(arrays: dict[str, np.ndarray]) -> Head:
    """Return a head from the arrays of its file."""
    prefixes = sorted({name.split(".")[0] for name in arrays if name.startswith("network")})
    steps = {name: arrays[f"steps.{name}"].astype(float) for name in Transitions.__dataclass_fields__}
    networks = tuple(network_of(arrays, prefix) for prefix in prefixes)
    return Head(networks, Transitions(**steps), float(arrays["trust"]), float(arrays["sharpness"]))


@lru_cache(maxsize=1)
def shipped_head() -> Head:
    """Return the head that comes with the package.

    Raises
    ------
    WeightsError
        Its file is missing or damaged.
    """
    place = resources.files("musenb") / "weights" / NAME
    try:
        with place.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            return head_of(dict(arrays))
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise WeightsError(f"musenb/weights/{NAME}: missing or damaged ({error}); install again") from None
    except Exception as error:  # zipfile and zlib have errors of their own
        raise WeightsError(f"musenb/weights/{NAME}: damaged ({error}); install again") from None

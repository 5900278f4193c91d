"""Viterbi path and posterior over keys and chords, on a lattice of the likeliest chords of each frame.

A *state* is a tonic and one of `vocabulary.CLASSES`. Of each frame only the best-scored states are kept. A path's score
is the sum of its states' scores and of what `Transitions` gives for each step; the posterior is that of the chain whose
log-potentials these are.

References
----------
L. Rabiner (1989), "A tutorial on hidden Markov models", Proceedings of the IEEE 77(2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musenb.analysis.harmony.vocabulary import CLASSES, MINOR


@dataclass(frozen=True, slots=True)
class Transitions:
    """What a step from a state to the next scores.

    Parameters
    ----------
    stay : float (3,)
        For the same state, by the strength of the frame that is entered.
    leave : float (3,)
        For another one, likewise.
    chords : float (classes, classes)
        From a class to another one of the same key.
    keys : float (2, 2, 12)
        Into another key: mode before, mode after, semitones from the old tonic up to the new one.
    entry : float (classes,)
        For the class that a new key begins with.
    """

    stay: np.ndarray
    leave: np.ndarray
    chords: np.ndarray
    keys: np.ndarray
    entry: np.ndarray

    def between(self, before: np.ndarray, after: np.ndarray, strength: int) -> np.ndarray:
        """Return the scores from states to states, numbers of `tonic * classes + class`: float (before, after)."""
        count = len(CLASSES)
        (tonic, one), (new_tonic, other) = divmod(before[:, None], count), divmod(after[None], count)
        same_key = (tonic == new_tonic) & (MINOR[one] == MINOR[other])
        change = self.keys[MINOR[one].astype(int), MINOR[other].astype(int), (new_tonic - tonic) % 12]
        moved = np.where(same_key, self.chords[one, other], change + self.entry[other])
        same = before[:, None] == after[None]
        return np.where(same, self.stay[strength], self.leave[strength] + moved)


@dataclass(frozen=True, slots=True)
class Path:
    """The likeliest states, and how likely every kept state of each frame is.

    Parameters
    ----------
    states : int (frames,)
        `tonic * classes + class`.
    kept : int (frames, kept)
    posterior : float (frames, kept)
        Sums to 1 over the kept.
    """

    states: np.ndarray
    kept: np.ndarray
    posterior: np.ndarray


def best_path(
    scores: np.ndarray, strength: np.ndarray, transitions: Transitions, *, keep: int, sharpness: float = 1.0
) -> Path:
    """Return the best path through frames.

    Parameters
    ----------
    scores : float (frames, 12, classes)
        Of each state by tonic.
    strength : int (frames,)
    transitions : Transitions
    keep : int
        States that are kept of each frame.
    sharpness : float
        What the scores are multiplied by before the posterior is told; the path is the same for any.
    """
    flat = scores.reshape(len(scores), -1)
    kept = np.sort(np.argpartition(-flat, keep, axis=1)[:, :keep], axis=1)
    local = np.take_along_axis(flat, kept, axis=1)
    steps = [
        transitions.between(kept[frame - 1], kept[frame], strength[frame]) for frame in range(1, len(kept))
    ]
    places = _viterbi(local, steps)
    posterior = _posterior(sharpness * local, [sharpness * step for step in steps])
    return Path(kept[np.arange(len(kept)), places], kept, posterior)


def _viterbi(local: np.ndarray, steps: list[np.ndarray]) -> list[int]:
    """Return the place among the kept states, frame by frame, of the best path."""
    best, back = local[0], []
    for frame, step in enumerate(steps, 1):
        paths = best[:, None] + step
        back.append(paths.argmax(axis=0))
        best = paths.max(axis=0) + local[frame]
    places = [int(best.argmax())]
    for pointers in reversed(back):
        places.append(int(pointers[places[-1]]))
    return places[::-1]


def _posterior(local: np.ndarray, steps: list[np.ndarray]) -> np.ndarray:
    """Return how likely each kept state of each frame is, by the sums over all paths from both ends."""
    forward, backward = [local[0]], [np.zeros(local.shape[1])]
    for frame, step in enumerate(steps, 1):
        forward.append(_log_sum(forward[-1][:, None] + step, 0) + local[frame])
    for frame in range(len(steps), 0, -1):
        backward.append(_log_sum(steps[frame - 1] + (local[frame] + backward[-1])[None], 1))
    together = np.array(forward) + np.array(backward[::-1])
    return np.exp(together - _log_sum(together, 1)[:, None])


def _log_sum(values: np.ndarray, axis: int) -> np.ndarray:
    most = values.max(axis=axis, keepdims=True)
    return (most + np.log(np.exp(values - most).sum(axis=axis, keepdims=True))).squeeze(axis)

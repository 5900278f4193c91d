"""Chord templates: how well each chord of each key fits what sounds, without anything learned.

A chord scores for what sounds and belongs to it, loses for what does not belong and for members that are missing (a
fifth costs less than a third), and gains with its root in the bass. Chords that a key has from its own scale are
preferred to applied and borrowed ones. A key scores by the profile of what sounds within two bars, and every change of
key costs.

References
----------
B. Pardo, W. Birmingham (2002), "Algorithms for chordal analysis", Computer Music Journal 26(2): templates.
J. Albrecht, D. Shanahan (2013), Music Perception 31: the profiles of keys.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from musenb.analysis.harmony.decode import Transitions
from musenb.analysis.harmony.frames import Frames, one_hot
from musenb.analysis.harmony.names import QUALITIES
from musenb.analysis.harmony.vocabulary import BASSES, CLASSES, MEMBERS, MINOR
from musenb.score.key import ALBRECHT_SHANAHAN, KEYS, fits

AGAINST, MISSING, MISSING_FIFTH, ROOT_BASS, FOREIGN_BASS = 1.5, 1.0, 0.4, 0.3, 0.5
SEVENTH = 0.3  # what a seventh chord costs
RARER = 1.0  # what a chord costs that is applied or borrowed
KEY_WEIGHT = 3.0
AROUND = 16  # frames to each side that speak for a key
SHARPNESS = 2.0
STAY, LEAVE = (0.0, 0.0, 0.0), (-1.0, -1.0, -3.0)
KEY_CHANGE, KEY_DISTANCE = 5.0, 1.0
BASS_NOW, BASS_BEFORE, BASS_AFTER = 4.0, 1.5, 0.5
KEEP = 160


def template_scores(frames: Frames) -> np.ndarray:
    """Return the score of every class on every tonic, float (frames, 12, classes)."""
    heard = frames.heard / np.maximum(frames.heard.sum(axis=1, keepdims=True), 1e-9)
    sounds = frames.heard > 0
    fifths, others = _fifths()
    scores = np.zeros((len(frames), 12, len(CLASSES)))
    for tonic in range(12):
        share, present = np.roll(heard, -tonic, axis=1), np.roll(sounds, -tonic, axis=1)
        inside = share @ MEMBERS.T
        missing = MISSING_FIFTH * (~present @ fifths.T) + MISSING * (~present @ others.T)
        bass = np.where(frames.bass >= 0, (frames.bass - tonic) % 12, -1)[:, None]
        root = ROOT_BASS * (bass == BASSES[None, :, 0])
        foreign = FOREIGN_BASS * ~(bass[:, :, None] == BASSES[None]).any(axis=2)
        scores[:, tonic] = inside - AGAINST * (1 - inside) - missing + root - foreign
    silent = heard.sum(axis=1) == 0
    scores[silent] = 0
    return SHARPNESS * (scores - _prices()) + KEY_WEIGHT * _key_scores(frames)


def template_bass(frames: Frames) -> np.ndarray:
    """Return the score of every bass on every tonic: of what sounds lowest, and a little of what does just around it.

    Float (frames, 12, 2, 12): by tonic and mode, semitones above the tonic.
    """
    lowest = one_hot(np.where(frames.bass >= 0, frames.bass % 12, -1))
    near = BASS_BEFORE * np.roll(lowest, 1, axis=0) + BASS_AFTER * np.roll(lowest, -1, axis=0)
    scores = BASS_NOW * lowest + near
    turned = np.stack([np.roll(scores, -tonic, axis=1) for tonic in range(12)], axis=1)
    return np.repeat(turned[:, :, None], 2, axis=2)


def _key_scores(frames: Frames) -> np.ndarray:
    """Return how well each key fits what sounds around each frame, float (frames, 12, classes)."""
    total = np.concatenate([np.zeros((1, 12)), np.cumsum(frames.heard, axis=0)])
    count = len(frames)
    places = np.arange(count)
    around = total[np.minimum(places + AROUND, count)] - total[np.maximum(places - AROUND, 0)]
    scores = np.zeros((count, 12, len(CLASSES)))
    for frame in range(count):
        found = fits(around[frame].tolist(), ALBRECHT_SHANAHAN)
        by_mode = np.array([found[key] for key in KEYS]).reshape(2, 12)
        scores[frame] = by_mode[MINOR.astype(int)].T
    return scores


@lru_cache(maxsize=1)
def _fifths() -> tuple[np.ndarray, np.ndarray]:
    """Return the fifth of each class, and its other members, float (classes, 12) each."""
    fifths = np.zeros_like(MEMBERS)
    for place, one in enumerate(CLASSES):
        if QUALITIES[one.quality][2] == 7:
            fifths[place, (one.root + 7) % 12] = 1
    return fifths, MEMBERS - fifths


@lru_cache(maxsize=1)
def _prices() -> np.ndarray:
    """Return what each class costs before anything sounds, float (classes,)."""
    prices = []
    for one in CLASSES:
        rare = "/" in one.numeral or "b" in one.numeral or "#" in one.numeral or (one.minor and one.numeral == "I")
        prices.append(RARER * rare + SEVENTH * (len(QUALITIES[one.quality]) == 4))
    return np.array(prices)


@lru_cache(maxsize=1)
def template_transitions() -> Transitions:
    """Return steps that cost alike for all chords, and more into farther keys."""
    keys = np.zeros((2, 2, 12))
    for before in range(2):
        for after in range(2):
            for step in range(12):
                fifths = (7 * (step + 3 * after - 3 * before) + 5) % 12 - 5
                keys[before, after, step] = -KEY_CHANGE - KEY_DISTANCE * abs(fifths)
    zeros = np.zeros(len(CLASSES))
    return Transitions(np.array(STAY), np.array(LEAVE), np.zeros((len(CLASSES),) * 2), keys, zeros)

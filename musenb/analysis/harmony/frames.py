"""Frame of an eighth: what sounds in it, where it stands in the bar, and what a chord label is read from.

Frames begin with each bar and last an eighth, the last of a bar what is left. A *beat* is a frame that begins a felt
beat of its metre.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from musenb.errors import ScoreError
from musenb.score.note import Score

LENGTH = Fraction(1, 2)  # quarters
MOST = 100_000  # frames
WINDOW = 6  # frames to each side that are told one by one
BEGUN_WINDOW = 2
FAR = ((-32, -13), (-12, -7), (7, 12), (13, 32))  # frames that are told as sums
PLACES = 3 + (2 * WINDOW + 1) + 2  # features of a place
DOWNBEAT, BEAT, OFFBEAT = range(3)


@dataclass(frozen=True, slots=True)
class Frames:
    """The eighths of a score.

    Parameters
    ----------
    onset : tuple of Fraction
        Quarters, one a frame.
    end : tuple of Fraction
    bar : int (frames,)
        Number of the bar, 0 for an anacrusis.
    beat : tuple of Fraction
        Place in the bar in felt beats, from 1.
    strength : int (frames,)
        DOWNBEAT, BEAT or OFFBEAT.
    heard : float (frames, 12)
        Share of the frame that each pitch class sounds, summed over notes.
    begun : float (frames, 12)
        Notes that begin within the frame, by pitch class.
    bass : int (frames,)
        MIDI pitch of the lowest note that sounds at the beginning of the frame (of the first that sounds in it, where
        none does); -1 where all is silent.
    fermata : bool (frames,)
    signature : int
        Pitch class of the major tonic of the first key signature; -1 without one.
    """

    onset: tuple[Fraction, ...]
    end: tuple[Fraction, ...]
    bar: np.ndarray
    beat: tuple[Fraction, ...]
    strength: np.ndarray
    heard: np.ndarray
    begun: np.ndarray
    bass: np.ndarray
    fermata: np.ndarray
    signature: int

    def __len__(self) -> int:
        return len(self.onset)

    def transposed(self, semitones: int) -> Frames:
        """Return the frames moved by `semitones`, for training."""
        moved = np.where(self.bass >= 0, self.bass + semitones, -1)
        signature = self.signature if self.signature < 0 else (self.signature + semitones) % 12
        return Frames(
            self.onset, self.end, self.bar, self.beat, self.strength,
            np.roll(self.heard, semitones, axis=1), np.roll(self.begun, semitones, axis=1),
            moved, self.fermata, signature,
        )  # fmt: skip


def frames_of(score: Score) -> Frames:
    """Return the eighths of a score.

    Raises
    ------
    ScoreError
        It is no score, has no notes, or is longer than 100,000 eighths.
    """
    if not isinstance(score, Score):
        raise ScoreError(f"harmony is read from a Score, not from {type(score).__name__}")
    if not score.end:
        raise ScoreError("a score without notes has no harmony")
    if score.end / LENGTH > MOST:
        raise ScoreError(f"a score of {float(score.end):.0f} quarters is too long for harmony; {MOST // 2:,} at most")
    onset, end, bar, beat, strength = [], [], [], [], []
    for one in score.bars():
        start = one.onset
        while start < one.end and start < score.end:
            place = (start - one.first_beat) / one.metre.beat_length
            onset.append(start)
            end.append(min(start + LENGTH, one.end))
            bar.append(one.number)
            beat.append(place + 1)
            strength.append(DOWNBEAT if place == 0 else BEAT if place.denominator == 1 else OFFBEAT)
            start += LENGTH
    signature = -1
    if score.keys:
        signature = 7 * score.keys[0].fifths % 12
    sounds = _sounds(score, onset, end)
    return Frames(
        tuple(onset), tuple(end), np.array(bar), tuple(beat), np.array(strength), *sounds, signature
    )


def has_chords(score: Score) -> bool:
    """Return whether two notes of a score ever sound together."""
    end = Fraction(0)
    for note in sorted(score.notes, key=lambda note: note.onset):
        if note.onset < end:
            return True
        end = max(end, note.end)
    return False


def _sounds(
    score: Score, onset: list[Fraction], end: list[Fraction]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return heard, begun, bass and fermata of frames."""
    count = len(onset)
    heard, begun = np.zeros((count, 12)), np.zeros((count, 12))
    bass, inside = np.full(count, 999), np.full(count, 999)
    fermata = np.zeros(count, bool)
    for note in score.notes:
        frame = max(0, bisect_left(onset, note.onset))
        if frame == count or onset[frame] > note.onset:
            frame -= 1
        begun[frame, note.pitch % 12] += 1
        while frame < count and onset[frame] < note.end:
            shared = min(note.end, end[frame]) - max(note.onset, onset[frame])
            heard[frame, note.pitch % 12] += float(shared / (end[frame] - onset[frame]))
            lowest = bass if note.onset <= onset[frame] else inside
            lowest[frame] = min(lowest[frame], note.pitch)
            fermata[frame] |= note.fermata
            frame += 1
    bass = np.where(bass == 999, inside, bass)
    return heard, begun, np.where(bass == 999, -1, bass), fermata


def pitch_blocks(frames: Frames) -> np.ndarray:
    """Return what is told of each frame by pitch class, float32 (frames, blocks, 12)."""
    count = len(frames)
    bass = one_hot(np.where(frames.bass >= 0, frames.bass % 12, -1))
    heard = _shifted(np.minimum(frames.heard, 2), WINDOW)
    begun = _shifted(np.minimum(frames.begun, 2), BEGUN_WINDOW)
    blocks = [*heard, *begun, *_shifted(bass, WINDOW)]
    total = np.concatenate([np.zeros((1, 12)), np.cumsum(frames.heard, axis=0)])
    places = np.arange(count)
    for first, last in FAR:
        low, high = np.clip(places + first, 0, count), np.clip(places + last + 1, 0, count)
        blocks.append(_share(total[high] - total[low]))
    whole = np.repeat(_share(total[-1:]), count, axis=0)
    signature = one_hot(np.full(count, frames.signature))
    final = np.repeat(bass[-1:], count, axis=0)
    closes = bass * frames.fermata[:, None]
    blocks += [whole, signature, final, _next(closes), _next(closes[::-1])[::-1]]
    return np.stack(blocks, axis=1).astype(np.float32)


def _shifted(rows: np.ndarray, window: int) -> list[np.ndarray]:
    """Return rows as they stand from `window` frames before each frame to `window` behind it."""
    padded = np.pad(rows, ((window, window), (0, 0)))
    return [padded[shift : shift + len(rows)] for shift in range(2 * window + 1)]


def place_features(frames: Frames) -> np.ndarray:
    """Return what is told of each frame's place, float32 (frames, PLACES)."""
    count = len(frames)
    strength = np.eye(3)[frames.strength]
    padded = np.pad(frames.fermata.astype(float), WINDOW)
    fermatas = np.stack([padded[shift : shift + count] for shift in range(2 * WINDOW + 1)], axis=1)
    edges = np.stack([np.arange(count) < 4, np.arange(count)[::-1] < 6], axis=1)
    return np.concatenate([strength, fermatas, edges], axis=1).astype(np.float32)


def one_hot(classes: np.ndarray) -> np.ndarray:
    """Return rows of twelve with 1 at the class, none for -1."""
    return np.where(classes[:, None] == np.arange(12), 1.0, 0.0)


def _share(weights: np.ndarray) -> np.ndarray:
    total = weights.sum(axis=-1, keepdims=True)
    return 4 * weights / np.maximum(total, 1e-9)


def _next(rows: np.ndarray) -> np.ndarray:
    """Return for each frame the first row from it on that is not empty, zeros where there is none."""
    found = np.zeros_like(rows)
    last = np.zeros(rows.shape[1])
    for place in range(len(rows) - 1, -1, -1):
        if rows[place].any():
            last = rows[place]
        found[place] = last
    return found

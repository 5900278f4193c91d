"""Key of a motif: a guess from few notes, by where they begin, rest and end.

Definition
----------
Each of the 24 keys has a score, a sum of evidence with the weights of `WEIGHTS`: how well the time of the twelve pitch
classes fits its profile, how much of it lies outside its scale or on its tonic triad, which degree stands lowest at the
beginning, on the first downbeat, at the end and in all, and how its tonic is reached. The key with the highest score is
the guess; among those that come within `TIE` of it, the one with the fewest accidentals, major before minor.

The weights were fitted by maximum likelihood to the openings and closes of training chorales and of songs, and then
moved, a tenth at a time, until every motif of `tests/score/motifs_in_keys.py` came out in its own key.
`tests/benchmarks/bench_key.py` measures it on music that was used for neither.

References
----------
J. Albrecht, D. Shanahan (2013), "The use of large corpora to train a new type of key-finding algorithm", Music
Perception 31: the profiles.
D. Butler (1989), "Describing the perception of tonality in music", Music Perception 6: order and rare intervals tell
what the mere time of pitches does not.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from musenb.score.key import ALBRECHT_SHANAHAN, KEYS, Key, fits
from musenb.score.note import KeySignature, Note, Score

TIE = 0.05
MOST_OUTSIDE = 3  # notes outside the scale; more tell no more
SECOND, FOURTH, FIFTH, LEADING = 2, 5, 7, 11

#          evidence and its weight
WEIGHTS = {
    "profile": 1.9, "time outside": -2.6, "notes outside": -3.9, "minor": -0.8, "time on the triad": 1.6,
    "ends on 1": 0.6, "ends on 5": 0.2, "ends 2-1": 0.6, "ends 7-1": 0.2,
    "begins on 1": 0.6, "begins on 3": 1.2, "begins on 5": 1.3,
    "downbeat on 1": 0.8, "downbeat on 3": 0.4, "downbeat on 5": 0.7,
    "lowest is 1": 0.8, "lowest is 5": 0.3, "rises 5-1": 0.4, "rises from the minor seventh": -0.3,
}


@dataclass(frozen=True, slots=True)
class _Heard:
    """What is heard of a motif: pitch classes, and how often or how long."""

    time: tuple[float, ...]
    count: tuple[int, ...]
    first: int
    downbeat: int
    last: int
    before_last: int | None
    lowest: int
    steps: frozenset[tuple[int, int]]  # pitch class and the rise in semitones that reaches it


def guess_key(score: Score) -> KeySignature:
    """Return the key that a motif seems to be in, from the beginning; C major for one without notes."""
    if not score.notes:
        return KeySignature(mode="major")
    return max_key(key_scores(score)).signature


def guess_mode(score: Score, key: KeySignature) -> str:
    """Return 'major' or 'minor': what a motif seems to be in, of the two keys with a signature."""
    scores = key_scores(score) if score.notes else {}
    tonic = 7 * key.fifths % 12
    major, minor = Key(tonic, minor=False), Key((tonic + 9) % 12, minor=True)
    return "minor" if scores and scores[minor] > scores[major] + TIE else "major"


def key_scores(score: Score) -> dict[Key, float]:
    """Return the evidence for each key; the score has notes."""
    heard = _heard(score)
    profiles = fits(heard.time, ALBRECHT_SHANAHAN)
    return {key: profiles[key] * WEIGHTS["profile"] + _evidence(heard, key) for key in KEYS}


def max_key(scores: dict[Key, float]) -> Key:
    """Return the key with the highest score, or of those about as high the simplest."""
    least = max(scores.values()) - TIE
    return min((key for key in KEYS if scores[key] >= least), key=lambda key: (abs(key.signature.fifths), key.minor))


def _evidence(heard: _Heard, key: Key) -> float:
    """Return the weighted evidence for a key, its profile left out."""
    third, triad = (3, (0, 3, 7)) if key.minor else (4, (0, 4, 7))
    total, scale = sum(heard.time), key.scale
    outside = [pitch for pitch in range(12) if pitch not in scale]
    strangers = min(sum(heard.count[pitch] for pitch in outside), MOST_OUTSIDE) / MOST_OUTSIDE
    found = WEIGHTS["time outside"] * sum(heard.time[pitch] for pitch in outside) / total
    found += WEIGHTS["notes outside"] * strangers + WEIGHTS["minor"] * key.minor
    on_triad = sum(heard.time[(key.tonic + degree) % 12] for degree in triad)
    found += WEIGHTS["time on the triad"] * on_triad / total
    names = {0: "1", third: "3", FIFTH: "5"}
    places = {"ends on": heard.last, "begins on": heard.first, "downbeat on": heard.downbeat, "lowest is": heard.lowest}
    for place, pitch in places.items():
        degree = names.get((pitch - key.tonic) % 12, "")
        found += WEIGHTS.get(f"{place} {degree}", 0)
    return found + _reached(heard, key)


def _reached(heard: _Heard, key: Key) -> float:
    """Return the evidence in how the tonic of a key is reached."""
    found = 0.0
    if heard.last == key.tonic and heard.before_last is not None:
        degree = (heard.before_last - key.tonic) % 12
        found += {SECOND: WEIGHTS["ends 2-1"], LEADING: WEIGHTS["ends 7-1"]}.get(degree, 0)
    rises = {rise for pitch, rise in heard.steps if pitch == key.tonic}
    found += WEIGHTS["rises 5-1"] * (FOURTH in rises)
    modal = key.minor and 2 in rises and 1 not in rises
    return found + WEIGHTS["rises from the minor seventh"] * modal


def _heard(score: Score) -> _Heard:
    time, count = [0.0] * 12, [0] * 12
    for note in score.notes:
        time[note.pitch % 12] += float(note.duration)
        count[note.pitch % 12] += 1
    end = score.end
    last = min((note for note in score.notes if note.end == end), key=lambda note: note.pitch)
    voice = next(voice for voice in score.voices if last in voice.notes)
    place = voice.notes.index(last)
    return _Heard(
        time=tuple(time),
        count=tuple(count),
        first=_lowest_at(score, score.notes[0]),
        downbeat=_lowest_at(score, _on_downbeat(score)),
        last=last.pitch % 12,
        before_last=voice.notes[place - 1].pitch % 12 if place else None,
        lowest=min(note.pitch for note in score.notes) % 12,
        steps=frozenset(_steps(score)),
    )


def _steps(score: Score) -> Iterator[tuple[int, int]]:
    for voice in score.voices:
        for before, note in itertools.pairwise(voice.notes):
            yield note.pitch % 12, note.pitch - before.pitch


def _on_downbeat(score: Score) -> Note:
    """Return a note that sounds on the first downbeat, or else the first one behind it, or the first of all."""
    line = score.anacrusis
    later = (note for note in score.notes if note.end > line)
    return next(later, score.notes[0])


def _lowest_at(score: Score, note: Note) -> int:
    """Return the pitch class of the lowest note that sounds when a note begins, or on the first downbeat if later."""
    at = max(note.onset, score.anacrusis) if note.end > score.anacrusis else note.onset
    return min(other.pitch for other in score.notes if other.onset <= at < other.end) % 12

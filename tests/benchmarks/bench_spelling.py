"""Note names: how many notes of Bach's chorales are spelled as their files spell them, with and without chords.

python tests/benchmarks/bench_spelling.py [every Nth piece]
"""

from __future__ import annotations

import dataclasses
import sys
from unittest import mock

from musenb.score.corpus import corpus_names, corpus_score
from musenb.score.note import Score
from musenb.score.spelling import spell_score

CHORDS = "musenb.score.spelling.chord_places"


def unnamed(score: Score) -> Score:
    """Return a score without the names of its notes."""
    voices = []
    for voice in score.voices:
        notes = tuple(dataclasses.replace(note, spelling="") for note in voice.notes)
        voices.append(dataclasses.replace(voice, notes=notes))
    return dataclasses.replace(score, voices=tuple(voices))


def differing(score: Score) -> int:
    """Return how many notes are spelled otherwise than their file spells them."""
    found = spell_score(unnamed(score))
    return sum(one.spelling != other.spelling for one, other in zip(score.notes, found.notes, strict=True))


def main() -> None:
    """Print notes, and those that differ, by notes alone and by chords."""
    step = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    notes = alone = by_chords = 0
    for name in corpus_names("bach")[::step]:
        score = corpus_score(name)
        if len(score.voices) < 4:
            continue
        notes += len(score.notes)
        by_chords += differing(score)
        with mock.patch(CHORDS, lambda notes, places, *rest, **limits: list(places)):
            alone += differing(score)
    for label, wrong in (("notes alone", alone), ("by chords", by_chords)):
        print(f"{label:12} {wrong} of {notes} differ: {1 - wrong / notes:.4%} as written")


if __name__ == "__main__":
    main()

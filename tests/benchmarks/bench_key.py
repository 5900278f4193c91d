"""Key of a motif on music that its weights were not fitted to, beside Krumhansl and Schmuckler's method alone.

python tests/benchmarks/bench_key.py                     the first bars of the corpus's test chorales
python tests/benchmarks/bench_key.py tunes/*.abc         and of tunes in ABC that state their key
"""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from musenb.commands.development import score_of_grid
from musenb.errors import MusenbError
from musenb.score.from_text import score_from_text
from musenb.score.key import find_key
from musenb.score.key_guess import guess_key
from musenb.score.note import KeySignature, Score
from musenb.train.chorale_data import corpus_grids

BARS = (1, 2, 4)
FEWEST = 4  # notes


def alone(score: Score) -> KeySignature:
    """Return the key by the time of pitch classes alone."""
    heard = [0.0] * 12
    for note in score.notes:
        heard[note.pitch % 12] += float(note.duration)
    return find_key(heard).signature


def tunes(paths: Iterable[Path]) -> Iterator[Score]:
    """Yield the first voice of every tune of ABC books that can be read and is in one stated key."""
    for path in paths:
        for text in re.split(r"(?=^X:)", path.read_text(encoding="latin-1"), flags=re.M)[1:]:
            try:
                score = score_from_text(text)
            except MusenbError:
                continue
            if len(score.keys) == 1:
                yield dataclasses.replace(score, voices=score.voices[:1])


def accuracies(scores: Iterable[Score], bars: int) -> str:
    """Return how often the key of the first bars is found, by both ways, as text."""
    count = right = by_time = 0
    for score in scores:
        told = score.keys[0] if score.keys else None
        opening = score.first_bars(bars)
        if told is None or not told.mode or len(opening.notes) < FEWEST:
            continue
        count += 1
        right += same(guess_key(opening), told)
        by_time += same(alone(opening), told)
    return f"{bars} bars: {right / count:.3f}, by the time of pitch classes alone {by_time / count:.3f}, of {count}"


def same(found: KeySignature, told: KeySignature) -> bool:
    """Return whether two keys have one tonic and one mode."""
    return (found.tonic, found.mode) == (told.tonic, told.mode)


def main() -> None:
    """Print accuracies."""
    chorales = [score_of_grid(grid) for grid in corpus_grids()["test"]]
    sopranos = [dataclasses.replace(score, voices=score.voices[:1]) for score in chorales]
    named = {"test chorales": chorales, "their sopranos": sopranos}
    if len(sys.argv) > 1:
        named["tunes"] = list(tunes(map(Path, sys.argv[1:])))
    for name, scores in named.items():
        for bars in BARS:
            print(f"{name}, {accuracies(scores, bars)}")


if __name__ == "__main__":
    main()

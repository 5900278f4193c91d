"""Bach's chorales are read as they were when the models learned them: names, notes, fermatas, keys and bars.

`chorales.csv` has a checksum of each of the 365 four-part pieces of music21's corpus that are MusicXML and no piano
music, as music21's own importer gave them. The bars count as the chorale model sees them: in seven pieces an irregular
bar was a change of metre before, and is now a `MeasureLength`; the model is told the same of both.

`python tests/score/test_chorales_as_before.py` compares them all.
"""

from __future__ import annotations

import csv
import sys
import zlib
from pathlib import Path

import pytest

from musenb.score.corpus import corpus_score
from musenb.score.measures.barring import metre_of_length
from musenb.score.note import Score

TABLE = Path(__file__).parent / "chorales.csv"
CHORALES = dict(csv.reader(TABLE.read_text(encoding="utf-8").splitlines()))
EVERY = 9


def checksum(score: Score) -> str:
    """Return eight hexadecimal digits of what the chorale model is told of a score."""
    rows = []
    for voice in score.voices:
        notes = (f"{n.onset} {n.duration} {n.pitch} {n.velocity} {n.spelling} {n.fermata:d}" for n in voice.notes)
        rows.append(f"{voice.name}: {'; '.join(notes)}")
    rows += [f"{key.onset} {key.fifths} {key.mode}" for key in score.keys]
    for bar in score.bars():
        length = bar.end - bar.onset
        regular = bar.number == 0 or length == bar.metre.bar_length
        metre = bar.metre if regular else metre_of_length(length, bar.metre) or bar.metre
        rows.append(f"{bar.onset} {bar.end} {metre.beats}/{metre.unit}")
    return f"{zlib.crc32('|'.join(rows).encode()):08x}"


@pytest.mark.parametrize("name", [*CHORALES][::EVERY])
def test_a_chorale_is_read_as_before(name: str) -> None:
    assert checksum(corpus_score(name)) == CHORALES[name]


def main() -> int:
    """Compare all chorales; return how many differ."""
    different = [name for name, known in CHORALES.items() if checksum(corpus_score(name)) != known]
    print(f"{len(CHORALES)} chorales, {len(different)} read otherwise: {', '.join(different)}")
    return len(different)


if __name__ == "__main__":
    sys.exit(main())

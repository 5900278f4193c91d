"""Round trips: what is not the same when a score is saved as MIDI or MusicXML and loaded again.

    python tests/benchmarks/round_trips.py PATH ... [--limit N]

A PATH is a file (.mxl, .musicxml, .xml, .mid, .abc, .json), a folder of such files, or a corpus entry such as
`corpus:bwv66.6`. One line is printed for each piece and format with a difference: the part of the score, and the first
value there before and after. Spellings are left out for MIDI, which has none. The sums at the end tell how many pieces
came back whole.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from musenb.errors import MusenbError
from musenb.export.to_midi import midi_bytes
from musenb.export.to_musicxml import musicxml_bytes
from musenb.score.as_json import from_json
from musenb.score.corpus import CORPUS_FILES, corpus_score
from musenb.score.from_abc import score_from_abc
from musenb.score.from_midi import score_from_midi
from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.note import Note, Score, Voice
from musenb.score.screen import unzip_mxl
from musenb.score.spelling import spell_score

PARTS = ("title", "composer", "anacrusis", "metres", "keys", "tempos", "measures", "repeats", "chords", "first_bar")
SHOWN = 160


def loaded(name: str) -> Score:
    """Return the score of a file or a corpus entry."""
    if name.startswith("corpus:"):
        return corpus_score(name.removeprefix("corpus:"))
    path = Path(name)
    data = path.read_bytes()
    if path.suffix == ".mxl":
        data = unzip_mxl(data, source=path.name, limits=CORPUS_FILES)
    if path.suffix in (".mid", ".midi"):
        return score_from_midi(data, source=path.name)
    if path.suffix == ".abc":
        return score_from_abc(data, source=path.name)
    if path.suffix == ".json":
        return from_json(data)
    return score_from_musicxml(data, source=path.name, limits=CORPUS_FILES)


def differences(before: Score, after: Score) -> Iterator[tuple[str, Any, Any]]:
    """Yield (part, first value before, first value after) of each part of the score that is not the same."""
    names = [voice.name for voice in before.voices], [voice.name for voice in after.voices]
    if names[0] != names[1]:
        yield "names of voices", *names
    lines = [[voice.notes for voice in score.voices] for score in (before, after)]
    if lines[0] != lines[1]:
        yield "notes", *_first(*[tuple(n for voice in score for n in voice) for score in lines])
    for part in PARTS:
        old, new = getattr(before, part), getattr(after, part)
        if isinstance(old, tuple):
            if sorted(map(repr, old)) != sorted(map(repr, new)):
                yield part, *_first(old, new)
        elif old != new:
            yield part, old, new
    bars = [(bar.onset, bar.end) for bar in before.bars()], [(bar.onset, bar.end) for bar in after.bars()]
    if bars[0] != bars[1]:
        yield "bars", *_first(*map(tuple, bars))


def _first(old: tuple, new: tuple) -> tuple[Any, Any]:
    missing = next((value for value in old if value not in new), None)
    added = next((value for value in new if value not in old), None)
    return missing, added


def without_spelling(score: Score) -> Score:
    """Return the score with notes that have no names."""

    def plain(note: Note) -> Note:
        return dataclasses.replace(note, spelling="")

    voices = tuple(Voice(voice.name, tuple(map(plain, voice.notes))) for voice in score.voices)
    return dataclasses.replace(score, voices=voices)


def through_midi(score: Score) -> tuple[Score, Score]:
    """Return what should come back from MIDI, and what does."""
    return without_spelling(score), score_from_midi(midi_bytes(score), source="again.mid")


def through_musicxml(score: Score) -> tuple[Score, Score]:
    """Return what should come back from MusicXML, and what does."""
    again = score_from_musicxml(musicxml_bytes(score), source="again.musicxml", limits=CORPUS_FILES)
    return spell_score(score), again


TRIPS = {"MIDI": through_midi, "MusicXML": through_musicxml}


def names_of(paths: list[str]) -> Iterator[str]:
    """Yield the pieces that the arguments stand for."""
    for path in paths:
        if path.startswith("corpus:") or not Path(path).is_dir():
            yield path
            continue
        files = sorted(Path(path).rglob("*"))
        kinds = (".mxl", ".musicxml", ".xml", ".mid", ".midi", ".abc")
        yield from (str(file) for file in files if file.suffix in kinds)


def main() -> None:
    """Save and load each piece."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--limit", type=int, default=100_000)
    options = parser.parse_args()
    sums: Counter = Counter()
    began = time.monotonic()
    for name in list(names_of(options.paths))[: options.limit]:
        try:
            score = loaded(name)
        except MusenbError as error:
            print(f"{name}: refused: {error}")
            sums["refused"] += 1
            continue
        sums["pieces"] += 1
        sums["notes"] += len(score.notes)
        for form, trip in TRIPS.items():
            try:
                found = list(differences(*trip(score)))
            except MusenbError as error:
                print(f"{name}: {form}: {type(error).__name__}: {error}")
                sums[f"{form}: refused"] += 1
                continue
            sums[f"{form}: the same"] += not found
            for part, before, after in found:
                print(f"{name}: {form}: {part}: {str(before)[:SHOWN]} -> {str(after)[:SHOWN]}")
                sums[f"{form}: other {part}"] += 1
    sums["seconds"] = round(time.monotonic() - began)
    for what, count in sums.items():
        print(f"{what:40} {count}")


if __name__ == "__main__":
    main()

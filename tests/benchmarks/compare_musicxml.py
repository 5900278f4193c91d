"""Compare musenb's MusicXML reader with others: an independent count of notes, music21, and verovio's timemap.

    python tests/benchmarks/compare_musicxml.py FOLDER [--notes NOTES.jsonl.xz] [--music21] [--verovio] [--limit N]

FOLDER holds .mxl, .musicxml or .xml files. NOTES has a JSON object a line: `id` (the stem of the file, or its digits), `tpq`, and `parts` with
`notes` of [tick, duration, MIDI pitch, ...]. One line is printed for each file that differs, then the sums.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import time
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from musenb.errors import MusenbError
from musenb.score.corpus import CORPUS_FILES
from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.isolate import ChildLimits, isolated
from musenb.score.note import Score
from musenb.score.screen import unzip_mxl

SUFFIXES = (".mxl", ".musicxml", ".xml")
PATIENT = ChildLimits(memory_bytes=4 * 2**30, cpu_seconds=300.0, wall_seconds=600.0)
NEAR = Fraction(1, 40)  # quarters: times on another grid are compared as near as this

Heard = Counter  # of (onset, pitch)


def document(path: Path) -> bytes:
    """Return the uncompressed MusicXML of a file."""
    data = path.read_bytes()
    return unzip_mxl(data, source=path.name, limits=CORPUS_FILES) if path.suffix == ".mxl" else data


def heard(rows: Iterator[tuple[Fraction, int]]) -> Heard:
    """Return how often each pitch begins at each time, times on a grid of 48 to the quarter."""
    return Counter((round(onset * 48), pitch) for onset, pitch in rows)


def of_score(score: Score) -> Heard:
    """Return what a Score begins when."""
    return heard((note.onset, note.pitch) for note in score.notes)


def of_music21(data: bytes, name: str) -> Heard:
    """Return what music21 begins when, its offsets believed as they stand."""
    rows = isolated("compare_musicxml:music21_rows", {"data": data}, what=name, limits=PATIENT)
    return heard((Fraction(onset), pitch) for onset, pitch in rows)


def of_verovio(data: bytes, name: str) -> Heard:
    """Return what verovio's timemap begins when."""
    rows = isolated("compare_musicxml:verovio_rows", {"data": data}, what=name, limits=PATIENT)
    return heard((Fraction(onset).limit_denominator(9600), pitch) for onset, pitch in rows)


def music21_rows(data: bytes) -> list[list]:
    """Return [onset, pitch] of the notes that music21 reads; to be called in the child."""
    from music21.musicxml.xmlToM21 import MusicXMLImporter

    importer = MusicXMLImporter()
    importer.xmlText = data.decode()
    importer.parseXMLText()
    stream = importer.stream.toSoundingPitch()
    stream = stream.stripTies()
    rows = []
    for element in stream.recurse().notes:
        if element.duration.isGrace or "Harmony" in element.classSet or "Unpitched" in element.classSet:
            continue
        onset = str(Fraction(element.getOffsetInHierarchy(stream)).limit_denominator(65535))
        rows += [[onset, int(pitch.ps)] for pitch in element.pitches]
    return rows


def verovio_rows(data: bytes) -> list[list]:
    """Return [onset, pitch] of the notes of verovio's timemap; to be called in the child."""
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions({"inputFrom": "xml", "breaks": "none", "expandNever": True})
    toolkit.loadData(data.decode())
    rows = []
    for event in toolkit.renderToTimemap({"includeRests": False}):
        for name in event.get("on", ()):
            pitch = toolkit.getMIDIValuesForElement(name).get("pitch")
            if pitch is not None:
                rows.append([str(event["qstamp"]), int(pitch)])
    return rows


def counted(path: Path) -> dict[str, Heard]:
    """Return the independent counts by the stem of the file."""
    found = {}
    with lzma.open(path, "rt") as lines:
        for line in lines:
            piece = json.loads(line)
            tpq = piece["tpq"]
            rows = ((Fraction(row[0], tpq), row[2]) for part in piece["parts"] for row in part["notes"])
            found[piece["id"]] = heard(rows)
    return found


def near(missing: Counter, extra: Counter) -> tuple[Counter, Counter]:
    """Return both without pairs of one pitch that lie one tick apart: rounding."""
    missing, extra = Counter(missing), Counter(extra)
    for tick, pitch in list(missing):
        for other in (tick - 1, tick + 1):
            both = min(missing[tick, pitch], extra[other, pitch])
            missing[tick, pitch] -= both
            extra[other, pitch] -= both
    return +missing, +extra


def compare(name: str, ours: Heard, theirs: Heard, against: str) -> tuple[int, int]:
    """Print how two readings differ; return how many notes only one of them has."""
    missing, extra = near(theirs - ours, ours - theirs)
    if missing or extra:
        first = min([*missing, *extra])
        total = sum(ours.values()), sum(theirs.values())
        print(
            f"{name}: {against} {total[1]} notes, musenb {total[0]}; only there {sum(missing.values())}, "
            f"only here {sum(extra.values())}; first at quarter {first[0] / 48:g}, pitch {first[1]}"
        )
    return sum(missing.values()), sum(extra.values())


def main() -> None:
    """Compare the files of a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--notes", type=Path)
    parser.add_argument("--music21", action="store_true")
    parser.add_argument("--verovio", action="store_true")
    parser.add_argument("--limit", type=int, default=100_000)
    options = parser.parse_args()
    # The child process finds the functions of this script by its name.
    here = str(Path(__file__).resolve().parent)
    os.environ["PYTHONPATH"] = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
    files = sorted(path for path in options.folder.rglob("*") if path.suffix in SUFFIXES)[: options.limit]
    counts = counted(options.notes) if options.notes else {}
    sums: Counter = Counter()
    for path in files:
        try:
            data = document(path)
            began = time.perf_counter()
            score = score_from_musicxml(data, source=path.name, limits=CORPUS_FILES)
            sums["seconds x 1000"] += round(1000 * (time.perf_counter() - began))
        except MusenbError as error:
            print(f"{path.name}: refused: {error}")
            sums["refused"] += 1
            continue
        ours = of_score(score)
        sums["files"] += 1
        sums["notes"] += sum(ours.values())
        readers = {"count": lambda: counts.get(path.stem, counts.get(path.stem.lstrip("lcsq")))} if counts else {}  # noqa: B023
        readers |= {"music21": lambda: of_music21(data, path.name)} if options.music21 else {}  # noqa: B023
        readers |= {"verovio": lambda: of_verovio(data, path.name)} if options.verovio else {}  # noqa: B023
        for against, reader in readers.items():
            try:
                theirs = reader()
            except MusenbError as error:
                print(f"{path.name}: {against} fails: {str(error)[:120]}")
                sums[f"{against} fails"] += 1
                continue
            if theirs is None:
                sums[f"{against} without this file"] += 1
                continue
            missing, extra = compare(path.name, ours, theirs, against)
            sums[f"{against}: files that agree"] += not (missing or extra)
            sums[f"{against}: notes only there"] += missing
            sums[f"{against}: notes only here"] += extra
            sums[f"{against}: notes"] += sum(theirs.values())
    for what, count in sums.items():
        print(f"{what:40} {count}")


if __name__ == "__main__":
    main()

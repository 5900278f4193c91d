"""Compare musenb's MusicXML reader with others: an independent count of notes, music21, and verovio's timemap.

    python tests/benchmarks/compare_musicxml.py FOLDER [--notes NOTES.jsonl.xz] [--music21] [--verovio] [--limit N]

FOLDER holds .mxl, .musicxml or .xml files. NOTES has a JSON object a line: `id` (the stem of the file, or its digits),
`tpq`, and `parts` with `notes` of [tick, duration, MIDI pitch, ...]. One line is printed for each file that differs,
then the sums. Differences that have a reason are told by it: a notehead that a tie continues here and begins anew
there; grace notes; notes of the same place in the same measure that the other reader puts elsewhere because its
measures or parts have come apart (moved), or an octave (octaves) or a semitone (alters) away; notes without a <type>,
and what follows them in their measure (untyped); arpeggios and graces that verovio performs.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from musenb.errors import MusenbError
from musenb.score.corpus import CORPUS_FILES
from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.isolate import ChildLimits, isolated
from musenb.score.measures.align import align
from musenb.score.measures.written import Ledger
from musenb.score.musicxml.document import written_parts
from musenb.score.note import Score
from musenb.score.screen import screen_musicxml, unzip_mxl
from musenb.score.spelling import SEMITONES

SUFFIXES = (".mxl", ".musicxml", ".xml")
PATIENT = ChildLimits(memory_bytes=4 * 2**30, cpu_seconds=300.0, wall_seconds=600.0)
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"

_PROLOGUE = re.compile(rb"^<\?xml[^>]*\?>")
Heard = Counter  # of (onset, pitch)


def document(path: Path) -> bytes:
    """Return the uncompressed MusicXML of a file."""
    data = path.read_bytes()
    if path.suffix == ".mxl":
        data = unzip_mxl(data, source=path.name, limits=CORPUS_FILES)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = _PROLOGUE.sub(b"", data.decode("utf-16").encode())
    return data


def heard(rows: Iterator[tuple[Fraction, int]]) -> Heard:
    """Return how often each pitch begins at each time, times on a grid of 48 to the quarter."""
    return Counter((round(onset * 48), pitch) for onset, pitch in rows)


def of_score(score: Score) -> Heard:
    """Return what a Score begins when."""
    return heard((note.onset, note.pitch) for note in score.notes)


def of_music21(data: bytes, name: str) -> tuple[Heard, dict, float]:
    """Return what music21 begins when, offsets believed as they stand, each one's place in its measure, CPU seconds."""
    return _placed(isolated("compare_musicxml:music21_rows", {"data": data}, what=name, limits=PATIENT))


def of_verovio(data: bytes, name: str) -> tuple[Heard, dict, float]:
    """Return what verovio's timemap begins when, the place of each in its measure, CPU seconds."""
    return _placed(isolated("compare_musicxml:verovio_rows", {"data": data}, what=name, limits=PATIENT))


def _placed(answer: list) -> tuple[Heard, dict, float]:
    """Return what CPU seconds and rows of onset, pitch, number of the measure and start in it tell."""
    seconds, rows = answer
    inside = {}
    for onset, pitch, place, start in rows:
        inside[round(Fraction(onset) * 48), pitch] = place, round(Fraction(start) * 48)
    return heard((Fraction(onset), pitch) for onset, pitch, _, _ in rows), inside, seconds


def music21_rows(data: bytes) -> list:
    """Return CPU seconds and [onset, pitch, measure, start in it] of music21's notes; to be called in the child."""
    from music21.musicxml.xmlToM21 import MusicXMLImporter

    importer = MusicXMLImporter()
    importer.xmlText = data.decode()
    began = time.process_time()
    importer.parseXMLText()
    seconds = time.process_time() - began
    stream = importer.stream.toSoundingPitch()
    stream = stream.stripTies()
    rows = []
    for part in stream.parts:
        for place, measure in enumerate(part.getElementsByClass("Measure")):
            for element in measure.recurse().notes:
                if element.duration.isGrace or "Harmony" in element.classSet or "Unpitched" in element.classSet:
                    continue
                start = Fraction(element.getOffsetInHierarchy(measure)).limit_denominator(65535)
                onset = Fraction(measure.offset).limit_denominator(65535) + start
                rows += [[str(onset), int(pitch.ps), place, str(start)] for pitch in element.pitches]
    return [seconds, rows]


def verovio_rows(data: bytes) -> list:
    """Return CPU seconds and [onset, pitch, measure, start in it] of verovio's timemap; to be called in the child."""
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions({"inputFrom": "xml", "breaks": "none", "expandNever": True})
    started = time.process_time()
    toolkit.loadData(data.decode())
    timemap = toolkit.renderToTimemap({"includeRests": False, "includeMeasures": True})
    seconds = time.process_time() - started
    kinds = _kinds_of_notes(toolkit.getMEI())
    pitches: dict[tuple, int | None] = {}
    rows, place, began = [], -1, Fraction(0)
    for event in timemap:
        onset = Fraction(event["qstamp"]).limit_denominator(9600)
        if "measureOn" in event:
            place, began = place + 1, onset
        for name in event.get("on", ()):
            kind = kinds.get(name, (name,))
            if kind not in pitches:
                pitches[kind] = toolkit.getMIDIValuesForElement(name).get("pitch")
            if (pitch := pitches[kind]) is not None:
                rows.append([str(onset), int(pitch), place, str(onset - began)])
    return [seconds, rows]


def _kinds_of_notes(mei: str) -> dict[str, tuple]:
    """Return by xml:id all that tells the pitch of a note of MEI.

    verovio walks the whole document for each note that it is asked about, hours for a quartet, so it is asked once for
    all notes that share this: definitions so far, staff, name, octave and accidental, written and sounding.
    """
    kinds: dict[str, tuple] = {}
    definitions, staff = 0, ""
    for element in fromstring(mei).iter():
        tag = element.tag.rpartition("}")[2]
        if tag in ("scoreDef", "staffDef"):
            definitions += 1
        elif tag == "staff":
            staff = element.get("n", "")
        elif tag == "note":
            told = [element.get(name) for name in ("pname", "oct", "oct.ges", "accid", "accid.ges", "pnum")]
            signs = [(child.get("accid"), child.get("accid.ges")) for child in element.iter() if child is not element]
            kinds[element.get(XML_ID, "")] = (definitions, staff, *told, *signs)
    return kinds


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


def reasons(data: bytes, name: str) -> dict[str, Counter]:
    """Return tied noteheads by (tick, pitch), grace notes by pitch, and all noteheads by place in their measure."""
    root = screen_musicxml(data, source=name, limits=CORPUS_FILES)
    parts = list(written_parts(root, Ledger()))
    found = {"tied": Counter(), "grace": Counter(), "cue": Counter(), "inside": Counter(), "untyped": Counter()}
    for place, row in enumerate(align(parts)):
        for _, measure in row.cells:
            for note in measure.notes:
                found["tied"][round((row.onset + note.start) * 48), note.pitch] += note.tied_from
                found["inside"][place, round(note.start * 48), note.pitch] += 1
    for part in root.iter("part"):
        for place, measure in enumerate(part.findall("measure")):
            found["untyped"][place] += sum(map(_is_untyped, measure.findall("note")))
    for note in root.iter("note"):
        step = note.findtext("pitch/step")
        silent = next((kind for kind in ("cue", "grace") if note.find(kind) is not None), "")
        if silent and step:
            alter, octave = round(float(note.findtext("pitch/alter") or 0)), int(note.findtext("pitch/octave"))
            found[silent][12 * octave + 12 + SEMITONES[step] + alter] += 1
    return found


def _is_untyped(note: Element) -> bool:
    """Return whether a note has a length that no symbol tells, such as those of a trill written out to be heard."""
    return note.find("pitch") is not None and note.find("type") is None


def explained(missing: Counter, found: dict[str, Counter], inside: dict) -> dict[str, int]:
    """Return by reason how many notes only the other reader has."""
    told: Counter = Counter()
    graces, cues = Counter(found["grace"]), Counter(found["cue"])
    for (tick, pitch), count in missing.items():
        tied = min(count, found["tied"][tick, pitch])
        if not tied and any(found["tied"][tick - early, pitch] for early in range(1, 13)):
            tied = 1  # a tied notehead in unison with a note of an arpeggio, which verovio spreads
        place = inside.get((tick, pitch))
        moved = place is not None and found["inside"][(*place, pitch)] > 0
        why = "moved"
        for reason, ways in (("octaves", (-12, 12)), ("alters", (-1, 1))):
            if not moved and place is not None and any(found["inside"][(*place, pitch + way)] > 0 for way in ways):
                moved, why = True, reason
        if not moved and not tied and place is not None and found["untyped"][place[0]]:
            moved, why = True, "untyped"
        grace = 0 if tied or moved else min(count, graces[pitch])
        graces[pitch] -= grace
        cue = 0 if tied or moved or grace else min(count, cues[pitch])
        cues[pitch] -= cue
        told["ties"] += tied
        told["graces"] += grace
        told[why] += (count - tied) if moved else 0
        told["cues"] += cue
        told["unexplained"] += 0 if moved else count - tied - grace - cue
    return {reason: count for reason, count in told.items() if count}


def played_later(missing: Counter, extra: Counter) -> tuple[Counter, Counter, int]:
    """Return both without, and how many there are of, notes that come at most two quarters later there.

    Verovio's timemap spreads arpeggios and gives grace notes up to half the time of the note behind them.
    """
    missing, extra, performed = Counter(missing), Counter(extra), 0
    for tick, pitch in sorted(extra):
        for later in range(tick + 1, tick + 97):
            both = min(extra[tick, pitch], missing[later, pitch])
            extra[tick, pitch] -= both
            missing[later, pitch] -= both
            performed += both
    return +missing, +extra, performed


def compare(name: str, data: bytes, heard_by: tuple[Heard, Heard, dict], against: str) -> Counter:
    """Print how two readings differ; return how many notes only one of them has, and why."""
    ours, theirs, inside = heard_by
    missing, extra = near(theirs - ours, ours - theirs)
    missing, extra, performed = played_later(missing, extra)
    why = explained(missing, reasons(data, name), inside) if missing else {}
    if performed:
        why["performed"] = performed
    if missing or extra or performed:
        first = min([*missing, *extra], default=(0, 0))
        total = sum(ours.values()), sum(theirs.values())
        print(
            f"{name}: {against} {total[1]} notes, musenb {total[0]}; only there {sum(missing.values())}, "
            f"only here {sum(extra.values())}; first at quarter {first[0] / 48:g}, pitch {first[1]}; {why}"
        )
    sums = Counter({f"only there: {reason}": count for reason, count in why.items()})
    sums["only here"] = sum(extra.values())
    sums["files that agree"] = not (missing or extra or performed)
    sums["notes"] = sum(theirs.values())
    return sums


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
            began = time.process_time()
            score = score_from_musicxml(data, source=path.name, limits=CORPUS_FILES)
            sums["milliseconds"] += round(1000 * (time.process_time() - began))
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
            theirs, inside, seconds = theirs if isinstance(theirs, tuple) else (theirs, {}, 0.0)
            sums[f"{against}: milliseconds"] += round(1000 * seconds)
            for what, count in compare(path.name, data, (ours, theirs, inside), against).items():
                sums[f"{against}: {what}"] += count
    for what, count in sums.items():
        print(f"{what:40} {count}")


if __name__ == "__main__":
    main()

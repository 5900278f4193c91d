"""Compare the MIDI reader with symusic's, file by file: notes, onsets, ends, velocities and tempos.

    python tests/benchmarks/compare_midi.py FOLDER ...

Every .mid and .midi below the folders is read by both. symusic pairs each note-off with the earliest open note of its
channel and pitch, drops notes without an end and knows no tuplets beside the ticks: where a file has such, a difference
is explained. Every difference is listed; one that is not explained makes the exit status 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import symusic

from musenb.errors import LoadError
from musenb.score.from_midi import score_from_midi
from musenb.score.limits import Limits
from musenb.score.note import Score

GENEROUS = Limits(midi_bytes=2**28, notes=10**6, hours=100)
EXPLAINING = {"notes without an end", "patterns of MIDI format 2"}


def rows_of(score: Score, tpq: int) -> Counter:
    """Return how often each (onset, duration, pitch, velocity) occurs, in ticks."""
    return Counter(
        (note.onset * tpq, note.duration * tpq, note.pitch, note.velocity)
        for voice in score.voices
        for note in voice.notes
    )


def symusic_rows(other: symusic.Score) -> Counter:
    """Return the same from symusic, without drums and notes of no duration."""
    return Counter(
        (note.time, note.duration, note.pitch, note.velocity)
        for track in other.tracks
        if not track.is_drum
        for note in track.notes
        if note.duration > 0
    )


def same_tempos(score: Score, other: symusic.Score, tpq: int) -> bool:
    """Tell whether the tempos are the same, 120 before the first, to a microsecond a quarter."""
    theirs = {0: 500_000} | {tempo.time: tempo.mspq for tempo in other.tempos}
    ours = {tempo.onset * tpq: tempo.qpm for tempo in score.tempos}
    return ours.keys() == theirs.keys() and all(abs(round(60e6 / ours[tick]) - theirs[tick]) <= 1 for tick in theirs)


def compare(path: Path, totals: Counter) -> tuple[str, str]:
    """Return how a file differs and what explains it, both empty when it does not."""
    data = path.read_bytes()
    other = symusic.Score.from_midi(data)
    began = time.process_time()
    try:
        score = score_from_midi(data, source=path.name, limits=GENEROUS)
    except LoadError as error:
        return f"refused: {error}", ""
    totals["ms of CPU"] += round(1000 * (time.process_time() - began))
    tpq = other.ticks_per_quarter
    ours, theirs = rows_of(score, tpq), symusic_rows(other)
    totals["notes"] += ours.total()
    totals["equal notes"] += (ours & theirs).total()
    for notice in score.notices:
        totals[f"files with {notice.kind} {notice.action}"] += 1
    faults = []
    if ours != theirs:
        faults.append(f"{(ours - theirs).total()} notes of ours, {(theirs - ours).total()} of theirs")
    if not same_tempos(score, other, tpq):
        faults.append("tempos")
    causes = [str(notice) for notice in score.notices if notice.kind in EXPLAINING]
    beside = sum(onset.denominator > 1 or length.denominator > 1 for onset, length, _, _ in ours)
    if beside:
        causes.append(f"{beside} notes of tuplets beside the ticks")
    return "; ".join(faults), "; ".join(causes) if faults else ""


def main() -> int:
    """Compare the files of all folders and print the totals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    totals: Counter = Counter()
    unexplained = 0
    for folder in parser.parse_args().folders:
        for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".mid", ".midi")):
            totals["files"] += 1
            fault, cause = compare(path, totals)
            if fault:
                totals["files that differ"] += 1
                unexplained += not cause
                print(f"{path.relative_to(folder)}: {fault} ({cause or 'unexplained'})")
    for name, count in totals.items():
        print(f"{name}: {count}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())

"""Compare ABC readers: our notes against those of abc2midi, which symusic carries, tune by tune.

abc2midi plays what it reads: it repeats, holds fermatas, swings hornpipes, plays chord symbols and grace notes. Both
readers are given the same tunes without those signs, so that the notes as written are compared: the onsets of each
pitch, to 0.07 quarters.

    python tests/benchmarks/compare_abc.py FOLDER [--show 20]
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path

import symusic

from musenb.errors import LoadError
from musenb.score.abc.text import decoded
from musenb.score.from_abc import score_from_abc
from musenb.score.note import Score

NEAR = 0.07  # quarters; abc2midi moves each onset by a tick of 480, and breaks chords by ten for each note
_TUNE = re.compile(r"^X:.*?(?=^X:|\Z)", re.MULTILINE | re.DOTALL)
_SIGNS = (
    (re.compile(r'"[^"\n]*"|\{[^}\n]*\}|![^!\n|]*!'), ""),  # chord symbols, grace notes, decorations
    (re.compile(r"[~HTuvSLMOPJ.]+(?=[ ]*[\^_=]*[A-Ga-gzx\[({])"), ""),
    (re.compile(r":+\|+[\]:]*|\|+:+|::+"), "|"),  # repeats
    (re.compile(r"\|[ ]*\[?\d(?:[,-]\d)*|\[\d(?:[,-]\d)*"), "|"),  # endings
)


def tunes_of(text: str) -> list[str]:
    """Return the tunes of a file."""
    return [found[0] for found in _TUNE.finditer(text)]


def as_written(tune: str) -> str:
    """Return a tune without what abc2midi plays in its own way."""
    lines = []
    for line in tune.splitlines():
        field = re.match(r"[A-Za-z]:", line) and not re.match(r"[A-Ga-gz]:[|:]", line)
        if re.match(r"[PQR]:|%%MIDI", line):
            continue
        if not field:
            for pattern, instead in _SIGNS:
                line = pattern.sub(instead, line)
        lines.append(line)
    return "\n".join(lines) + "\n"


def our_notes(score: Score) -> dict[int, list[float]]:
    """Return the onsets of each pitch, sorted."""
    return by_pitch((float(note.onset), note.pitch) for note in score.notes)


def their_notes(tune: str) -> dict[int, list[float]]:
    """Return the onsets of each pitch that abc2midi plays, sorted."""
    score = symusic.Score.from_abc(tune)
    return by_pitch((note.time / score.tpq, note.pitch) for track in score.tracks for note in track.notes)


def by_pitch(notes: Iterable[tuple[float, int]]) -> dict[int, list[float]]:
    """Return the onsets of each pitch, sorted."""
    onsets: dict[int, list[float]] = {}
    for onset, pitch in notes:
        onsets.setdefault(pitch, []).append(onset)
    return {pitch: sorted(found) for pitch, found in onsets.items()}


def difference(ours: dict[int, list[float]], theirs: dict[int, list[float]]) -> str:
    """Return in words how two readings differ first, empty when they agree."""
    counts = [sum(map(len, reading.values())) for reading in (ours, theirs)]
    if counts[0] != counts[1]:
        return f"{counts[0]} notes and {counts[1]}"
    far = []
    for pitch in sorted(ours.keys() | theirs.keys()):
        pairs = zip_longest(ours.get(pitch, []), theirs.get(pitch, []), fillvalue=-1.0)
        far += [(mine, other, pitch) for mine, other in pairs if abs(mine - other) > NEAR]
    return f"{len(far)} notes, pitch {far[0][2]} at {far[0][0]:.3f} and {far[0][1]:.3f}" if far else ""


def main() -> None:
    """Print how many tunes were read, how many agree, and what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder of .abc files")
    parser.add_argument("--show", type=int, default=20, help="how many differences to print")
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    notices: Counter[str] = Counter()
    seconds = 0.0
    for path in sorted(arguments.folder.rglob("*.abc")):
        for tune in tunes_of(decoded(path.read_bytes())):
            counts["tunes"] += 1
            begun = time.perf_counter()
            try:
                whole = score_from_abc(tune.encode(), source=path.name)
            except LoadError as error:
                counts["refused"] += 1
                print(f"refused: {error}")
                continue
            seconds += time.perf_counter() - begun
            counts["notes"] += len(whole.notes)
            notices.update(f"{notice.kind} {notice.action}" for notice in whole.notices)
            plain = as_written(tune)
            try:
                found = difference(our_notes(score_from_abc(plain.encode(), source=path.name)), their_notes(plain))
            except (LoadError, RuntimeError) as error:
                found = f"not compared: {error}"
            counts["differ" if found else "agree"] += 1
            if found and counts["differ"] <= arguments.show:
                print(f"{path.name} {tune.splitlines()[0]}: {found}")
    print(dict(counts), f"{seconds:.2f} s")
    for kind, count in notices.most_common():
        print(f"  {count:6} tunes: {kind}")


if __name__ == "__main__":
    main()

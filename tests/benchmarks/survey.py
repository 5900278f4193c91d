"""One table of every class of input: what opens, what is refused, how long the slowest takes and how much memory.

    python tests/benchmarks/survey.py [--corpus 200] [--hostile 60] [--told] ["NAME=PLACE" or "NAME=PLACE:COUNT" ...]

PLACE is a folder or a tar archive of music files, COUNT how many of them are drawn. Each is read in the child process
of musenb with 1.5 GB and 24 s of the processor; seconds are its time, memory the largest while it was read, the 75 MB
of the process itself included. `--told` lists every refusal.
"""

from __future__ import annotations

import argparse
import random
import re
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from doors import SUFFIXES, find_this_module, outcome_of
from fuzz import Tally
from hostile import Input, made_up, mutations

from musenb.score.corpus import corpus_names

KINDS = {suffix: kind for kind, suffix in SUFFIXES.items()} | {".midi": "midi", ".xml": "xml"}
QUARTETS = ("haydn", "mozart", "beethoven", "schumann_robert", "schumann_clara", "schubert")
TUNE = re.compile(rb"^(?=X:)", re.MULTILINE)
SEED = 12


def in_place(place: Path, count: int) -> Iterator[Input]:
    """Yield music files of a folder or an archive, `count` of them drawn, each tune of a collection by itself."""
    found = list(_files(place))
    drawn = random.Random(SEED).sample(found, count) if 0 < count < len(found) else found
    for name, data in drawn:
        kind = KINDS[Path(name).suffix.lower()]
        tunes = [tune for tune in TUNE.split(data) if tune.startswith(b"X:")] if kind == "abc" else [data]
        for tune in tunes if len(tunes) > 1 else [data]:
            yield name, kind, tune


def _files(place: Path) -> Iterator[tuple[str, bytes]]:
    if place.is_dir():
        for path in sorted(place.rglob("*")):
            if path.suffix.lower() in KINDS:
                yield path.name, path.read_bytes()
        return
    with tarfile.open(place) as archive:
        for member in archive:
            content = archive.extractfile(member) if Path(member.name).suffix.lower() in KINDS else None
            if content is not None:
                yield member.name, content.read()


def corpus_classes(count: int) -> Iterator[tuple[str, list[Input]]]:
    """Yield music21's chorales by Bach, its quartets, and a sample of the others."""
    chorales = [name for name in corpus_names("bach") if name.startswith("bwv")]
    quartets = [name for composer in QUARTETS for name in corpus_names(composer)]
    others = sorted(set(corpus_names("")) - {*chorales, *quartets})
    yield "music21: Bach's chorales", [(name, "corpus", name.encode()) for name in chorales]
    yield "music21: quartets and the like", [(name, "corpus", name.encode()) for name in quartets]
    drawn = random.Random(SEED).sample(others, min(count, len(others)))
    yield f"music21: {len(drawn)} of the others", [(name, "corpus", name.encode()) for name in drawn]


def classes(options: argparse.Namespace) -> Iterator[tuple[str, Iterable[Input]]]:
    """Yield the name of each class of inputs, and the inputs."""
    for given in options.places:
        name, _, place = given.partition("=")
        path, _, count = place.partition(":")
        yield name, in_place(Path(path), int(count or 0))
    if options.corpus:
        yield from corpus_classes(options.corpus)
    if options.hostile:
        yield "hostile, made up", made_up()
        yield "hostile, mutations", mutations(options.hostile, SEED)


def main() -> None:
    """Read everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="*")
    parser.add_argument("--corpus", type=int, default=0)
    parser.add_argument("--hostile", type=int, default=0)
    parser.add_argument("--told", action="store_true")
    options = parser.parse_args()
    find_this_module()
    tally = Tally()
    for label, found in classes(options):
        for name, kind, data in found:
            answer = outcome_of(kind, data)
            new = tally.add(label, answer)
            if new or answer["outcome"] not in ("opened", "noticed", *([] if options.told else ["refused"])):
                print(f"{label}: {name}: {answer['outcome']}: {answer['where']} {answer['told'][:160]}", flush=True)
        print(tally.table().splitlines()[-1], flush=True)
    print(tally.table())


if __name__ == "__main__":
    main()

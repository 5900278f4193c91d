"""Harmonisation command `musenb harmonise`: a melody or a bass in four voices, written to a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from musenb.commands.output import check_output
from musenb.commands.prime import MODEL_HELP, SUFFIXED
from musenb.commands.progress import Bar
from musenb.export.formats import FORMS
from musenb.sample.policy import BEST_OF, DEFAULT_MODEL
from musenb.score.parts import LINES


def add_harmonise(command: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    command.add_argument("melody", metavar="FILE", help=SUFFIXED)
    command.add_argument("--voice", choices=("soprano", "bass"), default="soprano", help="what it is (soprano)")
    command.add_argument("--versions", type=int, default=1, metavar="N", help="1..4 settings (default: 1)")
    command.add_argument("--model", default=DEFAULT_MODEL, help=MODEL_HELP)
    command.add_argument("--seed", type=int, help="the same seed gives the same setting (default: a new one, shown)")
    command.add_argument("--temperature", type=float, default=0.5, help="0..4, lower is less daring (default: 0.5)")
    command.add_argument(
        "--best-of", type=int, default=BEST_OF, metavar="N",
        help=f"write each phrase N times and keep the best (default: {BEST_OF})",
    )
    command.add_argument("--key", help="what it is in, e.g. 'D minor' (default: as written, or by its notes)")
    command.add_argument("--metre", help="e.g. 3/4 (default: as written, or by its notes)")
    command.add_argument("--part", help="only this part of FILE: its number from 1, or its name")
    command.add_argument("--line", choices=LINES, help="of chords only the highest, or the lowest, notes")
    command.add_argument("--transpose", type=int, default=0, metavar="SEMITONES", help="move it first")
    kinds = f"{', '.join(f'.{form}' for form in FORMS)} (.brf is Braille), or - to list (default)"
    command.add_argument("-o", "--output", metavar="OUT", default="-", help=kinds)
    command.set_defaults(run=harmonise_line)


def harmonise_line(options: argparse.Namespace) -> int:
    """Harmonise a line and write the result; several versions as OUT-1, OUT-2 ..."""
    from musenb.arranging.harmonise import checked_versions, harmonisations

    check_output(options.output)
    count = checked_versions(options.versions)
    streams = harmonisations(
        options.melody, options.voice, versions=count, model=options.model, seed=options.seed,
        temperature=options.temperature, best_of=options.best_of, key=options.key, metre=options.metre,
        part=options.part, line=options.line, transpose=options.transpose,
    )
    for number, writing in enumerate(streams, 1):
        with Bar("harmonising" if count == 1 else f"version {number} of {count}") as bar:
            for _ in writing:
                bar.show(writing.written)
        take = writing.take
        if options.output == "-":
            print(take)
        else:
            take.save(named(options.output, number if count > 1 else None))
        if options.seed is None:
            print(f"musenb: seed {take.recipe.seed}", file=sys.stderr)
    return 0


def named(output: str, number: int | None) -> Path:
    """Return the path of a version: 'out-2.mid' for the second of several."""
    path = Path(output)
    return path if number is None else path.with_stem(f"{path.stem}-{number}")

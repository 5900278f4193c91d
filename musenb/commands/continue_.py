"""Continuation command `musenb continue`: a motif continued and written to a file."""

from __future__ import annotations

import argparse
import sys

from musenb.commands.output import check_output
from musenb.commands.prime import SUFFIXED, add_prime_options, prepared_prime
from musenb.commands.progress import Bar
from musenb.export.formats import FORMS


def add_continue(command: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    command.add_argument("prime", metavar="PRIME", help=SUFFIXED)
    add_prime_options(command)
    command.add_argument("--top-k", type=int, default=0, help="only so many likeliest words (default: 0, all)")
    command.add_argument("--transpose", type=int, default=0, metavar="SEMITONES", help="move PRIME first")
    command.add_argument("--exact", action="store_true", help="refuse notes off the sixteenths, do not move them")
    kinds = f"{', '.join(f'.{form}' for form in FORMS)} (.brf is Braille), or - to list (default)"
    command.add_argument("-o", "--output", metavar="OUT", default="-", help=kinds)
    command.set_defaults(run=continue_prime)


def continue_prime(options: argparse.Namespace) -> int:
    """Continue a motif and write the result."""
    from musenb.session import stream

    check_output(options.output)
    writing = stream(
        prepared_prime(options), model=options.model, bars=options.bars, seed=options.seed,
        temperature=options.temperature, top_p=options.top_p, top_k=options.top_k, close=options.close,
        best_of=options.best_of,
    )
    with Bar("writing") as bar:
        for _ in writing:
            bar.show(writing.written)
    take = writing.take
    if options.output == "-":
        print(take)
    else:
        take.save(options.output)
    if options.seed is None:
        print(f"musenb: seed {take.recipe.seed}", file=sys.stderr)
    return 0

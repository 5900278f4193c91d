"""Prime options of the command line, and how a prime is prepared."""

from __future__ import annotations

import argparse
import sys

from musenb.sample.policy import BEST_OF, DEFAULT_MODEL, MOST_TRIES
from musenb.score.note import Score
from musenb.score.parts import LINES

SUFFIXED = "a music file, corpus:NAME, or a motif such as 'C4 D4 E4:2'"
MODEL_HELP = f"a shipped model or a .safetensors file (default: {DEFAULT_MODEL})"


def add_prime_options(command: argparse.ArgumentParser) -> None:
    """Give a command the options that say what to make of its prime."""
    command.add_argument("--model", default=DEFAULT_MODEL, help=MODEL_HELP)
    command.add_argument("--bars", type=int, default=8, help="bars to add (default: 8; with page, 0: PRIME alone)")
    command.add_argument("--prime-bars", type=int, metavar="N", help="use only the first N bars of PRIME")
    command.add_argument("--seed", type=int, help="the same seed gives the same piece (default: a new one, shown)")
    command.add_argument("--temperature", type=float, default=1.0, help="0..4, lower is less daring (default: 1.0)")
    command.add_argument("--top-p", type=float, default=0.9, help="likeliest words up to this share (default: 0.9)")
    command.add_argument(
        "--best-of", type=int, default=BEST_OF, metavar="N",
        help=f"write each phrase N times and keep the best, 1..{MOST_TRIES} (default: {BEST_OF})",
    )
    command.add_argument("--voices", help="what PRIME's voices are, e.g. 'alto' or 'soprano,bass'")
    command.add_argument("--key", help="what PRIME is in, e.g. 'D minor' or Bb (default: as written, or by its notes)")
    command.add_argument("--metre", help="e.g. 3/4 (default: as written, or by its notes)")
    command.add_argument(
        "--close", action=argparse.BooleanOptionalAction, default=True,
        help="end with the last bar, or leave it open to go on (default: --close)",
    )
    command.add_argument("--part", help="only this part of PRIME: its number from 1, or its name")
    command.add_argument("--line", choices=LINES, help="of chords only the highest, or the lowest, notes")
    command.set_defaults(top_k=0, transpose=0, exact=False)


def prepared_prime(options: argparse.Namespace) -> Score:
    """Return the prime that the options ask for, as the model will read it; say what was changed."""
    from musenb.session import open_model, prepared

    voices = None
    if options.voices:
        voices = [name.strip().lower() for name in options.voices.split(",")]
    read = prepared(
        options.prime,
        model=open_model(options.model),
        voices=voices,
        bars=options.prime_bars,
        key=options.key,
        metre=options.metre,
        part=options.part,
        line=options.line,
        transpose=options.transpose,
        exact=options.exact,
    )
    if read.guessed:
        print(f"musenb: {'; '.join(read.sentences)}", file=sys.stderr)
    for notice in read.notices:
        print(f"musenb: {notice}", file=sys.stderr)
    return read.score

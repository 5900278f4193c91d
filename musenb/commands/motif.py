"""Motif search on the command line, `musenb motif`: every return of some bars of a voice."""

from __future__ import annotations

import argparse
import json
import sys

from musenb.errors import SettingError
from musenb.score.sources import read_source


def add_motif(command: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    command.add_argument("score", metavar="SCORE", help="a music file, corpus:NAME, or notes such as 'C4 D4 E4:2'")
    command.add_argument("--bars", required=True, metavar="A-B", help="the motif's bars, as 1-2 or 3 (0: the upbeat)")
    command.add_argument("--voice", required=True, help="the voice that it is in, e.g. soprano")
    command.add_argument("--chance", type=int, default=0, metavar="N", help="also look for N motifs of other pieces")
    command.add_argument("--seed", type=int, default=0, help="of --chance (default: 0)")
    command.add_argument("--json", action="store_true", help="print one JSON array, an object for each return")
    command.set_defaults(run=motif)


def motif(options: argparse.Namespace) -> int:
    """List every return of a motif."""
    from musenb.analysis.motif.chance import chance, chance_words
    from musenb.analysis.motif.finder import find_returns, motif_of
    from musenb.analysis.motif.words import parsed_bars, record, report

    first, last = parsed_bars(options.bars, name="--bars")
    if options.chance < 0:
        raise SettingError(f"--chance {options.chance} is below 0")
    score = read_source(options.score)
    wanted = motif_of(score, options.voice, first, last)
    returns = find_returns(score, wanted)
    if options.json:
        print(json.dumps([record(one) for one in returns], ensure_ascii=False))
    else:
        print(report(returns))
    if options.chance:
        words = chance_words(chance(score, wanted, draws=options.chance, seed=options.seed))
        print(words, file=sys.stderr if options.json else sys.stdout)
    return 0

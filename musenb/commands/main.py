"""Command-line entry point `musenb`: demo, continue, harmonise, page, train, evaluate, bench, motif, check and others.

Exit codes: 0 done, 1 the doctor found something amiss, a check marked something or not all answers could be read, 2 the
input cannot be used (one line says why), 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import warnings
from collections.abc import Sequence

import musenb
from musenb.commands.bench import add_bench
from musenb.commands.check import add_check
from musenb.commands.continue_ import add_continue
from musenb.commands.demo import add_demo
from musenb.commands.doctor import add_doctor
from musenb.commands.evaluate import add_evaluate
from musenb.commands.gather import add_gather
from musenb.commands.harmonise import add_harmonise
from musenb.commands.motif import add_motif
from musenb.commands.page import add_page
from musenb.commands.train import add_train
from musenb.errors import MusenbError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    options = parser().parse_args(arguments)
    warnings.showwarning = lambda message, *_: print(f"musenb: {message}", file=sys.stderr)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        code = options.run(options)
        sys.stdout.flush()
        return code
    except MusenbError as error:
        print(f"musenb: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("musenb: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"musenb: {error}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(prog="musenb", description=(musenb.__doc__ or "").splitlines()[0])
    top.add_argument("--version", action="version", version=f"musenb {musenb.__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    add_demo(commands.add_parser("demo", help="open the studio notebook, or a lesson, in JupyterLab"))
    add_continue(commands.add_parser("continue", help="continue a motif and write the result"))
    add_harmonise(commands.add_parser("harmonise", help="write a melody, or a bass, in four voices"))
    add_page(commands.add_parser("page", help="continue a motif, or run notebooks, as one page that plays anywhere"))
    add_train(commands.add_parser("train", help="train a model on this machine"))
    add_evaluate(commands.add_parser("evaluate", help="measure a model"))
    add_bench(commands.add_parser("bench", help="measure this machine's speed beside what it could reach"))
    add_motif(commands.add_parser("motif", help="list every return of a motif in a piece"))
    add_check(commands.add_parser("check", help="list where a piece breaks the rules of part-writing, and why"))
    add_gather(commands.add_parser("gather", help="make a table of what students answered"))
    add_doctor(commands.add_parser("doctor", help="say what is installed, which models are intact, how fast they are"))
    return top

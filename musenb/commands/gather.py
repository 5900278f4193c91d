"""Answer collection, `musenb gather`: students' answers, from their files, as one table."""

from __future__ import annotations

import argparse
import sys

from musenb.commands.output import check_output


def add_gather(command: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    command.add_argument("folder", metavar="FOLDER", help="with the students' files, musenb-answers-....jsonl")
    command.add_argument("-o", "--output", metavar="OUT.csv", help="write one row a student and question")
    command.set_defaults(run=gather_answers)


def gather_answers(options: argparse.Namespace) -> int:
    """Print what a class answered and write the table; exit code 1 when some lines could not be read."""
    from musenb.files.atomic import atomic_write
    from musenb.lessons.gather import counts, csv_bytes, gather

    if options.output:
        check_output(options.output, (".csv",))
    found = gather(options.folder)
    for notice in found.notices:
        print(f"musenb: {notice}", file=sys.stderr)
    if options.output:
        atomic_write(options.output, csv_bytes(found.rows))
    print(counts(found))
    return 1 if found.notices else 0

"""Part-writing check on the command line, `musenb check`: a line a mark, or JSON.

Exit codes: 0 nothing is marked, 1 something is, 2 the score or the rule set cannot be used.
"""

from __future__ import annotations

import argparse

from musenb.errors import SettingError
from musenb.score.sources import read_source


def add_check(command: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    what = "a music file, corpus:NAME, or two voices and more as text"
    command.add_argument("score", metavar="FILE", nargs="?", help=what)
    command.add_argument(
        "--rules", default="chorale", metavar="SET",
        help="chorale, species, free, or a .toml file of your own (default: chorale)",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object: rules, marks, what was not asked")
    command.add_argument("--print-rules", metavar="SET", help="print a shipped set, to be edited as a file, and stop")
    command.epilog = "Exit codes: 0 nothing is marked, 1 something is, 2 the score or the rule set cannot be used."
    command.set_defaults(run=check_score)


def check_score(options: argparse.Namespace) -> int:
    """List every mark; exit code 1 when there is one."""
    from musenb.analysis.check.checker import check
    from musenb.analysis.check.rule_sets import SHIPPED, shipped_text

    if options.print_rules:
        if options.print_rules not in SHIPPED:
            raise SettingError(f"--print-rules {options.print_rules!r} is none of {', '.join(SHIPPED)}")
        print(shipped_text(options.print_rules), end="")
        return 0
    if options.score is None:
        raise SettingError("which piece? Give a music file, corpus:NAME, or notes as text")
    checked = check(read_source(options.score), options.rules)
    print(checked.to_json() if options.json else checked)
    return 1 if len(checked) else 0

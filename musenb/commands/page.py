"""HTML export, `musenb page`: a continued motif or whole notebooks, as pages that play without kernel and network."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from musenb.commands.output import check_output
from musenb.commands.prime import add_prime_options, prepared_prime
from musenb.commands.progress import Bar
from musenb.errors import SaveError, SettingError
from musenb.export.formats import PAGE_SUFFIXES
from musenb.files.atomic import atomic_write


def add_page(command: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    command.add_argument(
        "primes", metavar="PRIME", nargs="+",
        help="a music file, corpus:NAME, a motif such as 'C4 D4 E4:2', or notebooks (.ipynb), whose code is run",
    )
    add_prime_options(command)
    command.add_argument("--title", default="", help="of the page")
    command.add_argument("--no-attention", action="store_true", help="leave out where the model looked")
    command.add_argument(
        "-o", "--output", metavar="OUT", required=True, help="an .html file; for notebooks also a folder, which is made"
    )
    command.set_defaults(run=page)


def page(options: argparse.Namespace) -> int:
    """Continue a motif and write the page."""
    from musenb.questions.ask import ask
    from musenb.session import develop
    from musenb.widgets.page import page_of

    notebooks = all(prime.endswith(".ipynb") for prime in options.primes)
    if notebooks and not options.output.lower().endswith(PAGE_SUFFIXES):
        return pages_from_notebooks(options)
    if len(options.primes) > 1:
        raise SettingError(
            f"{len(options.primes)} times PRIME: several notebooks go into a folder, and a motif stands in quotes"
        )
    check_output(options.output, PAGE_SUFFIXES)
    options.prime = options.primes[0]
    if options.prime.endswith(".ipynb"):
        return page_from_notebook(options)
    prime = prepared_prime(options)
    if options.bars:
        take = develop(
            prime,
            model=options.model,
            bars=options.bars,
            seed=options.seed,
            temperature=options.temperature,
            top_p=options.top_p,
            best_of=options.best_of,
            close=options.close,
        )
        score, source = take.score, take
        if options.seed is None:
            print(f"musenb: seed {take.recipe.seed}", file=sys.stderr)
    else:
        score = source = prime
    asked = None if options.no_attention else ask(source, model=options.model)
    record = None if asked is None else asked.record()
    return _write(options.output, page_of(score, title=options.title, attention=record))


def page_from_notebook(options: argparse.Namespace) -> int:
    """Run a notebook and write it as a page."""
    from musenb.lessons.paging import page_of_notebook

    print(f"musenb: running the code of {options.prime}", file=sys.stderr)
    with Bar("running") as bar:
        content = page_of_notebook(
            Path(options.prime).resolve(),
            title=options.title,
            on_progress=lambda done, total: bar.show(done / total),
        )
    return _write(options.output, content)


def pages_from_notebooks(options: argparse.Namespace) -> int:
    """Write each notebook into a folder as a page, each in a process of its own; one that fails stops no other."""
    folder = Path(options.output)
    title = ["--title", options.title] if options.title else []
    if folder.suffix:
        raise SaveError(f"cannot write '{folder}': the suffix '{folder.suffix}' is none of {', '.join(PAGE_SUFFIXES)}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SaveError(f"cannot make the folder '{folder}': {error.strerror}") from None
    worst = 0
    for notebook in options.primes:
        out = folder / f"{Path(notebook).stem}.html"
        command = [sys.executable, "-m", "musenb", "page", notebook, *title, "-o", str(out)]
        done = subprocess.run(command)
        if done.returncode == 0:
            print(f"{out}: {out.stat().st_size / 1e6:.1f} MB", file=sys.stderr)
        worst = max(worst, abs(done.returncode))
    return worst


def _write(output: str, content: bytes) -> int:
    try:
        atomic_write(output, content)
    except OSError as error:
        raise SaveError(f"cannot write '{output}': {error.strerror}") from None
    return 0

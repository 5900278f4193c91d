"""The command `musenb`: demo, continue, page, train, evaluate, bench, motif, gather, doctor.

Exit codes: 0 done, 1 the doctor found something amiss or not all answers could be read, 2 the input cannot be used
(one line says why), 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import FrameType

import musenb
from musenb.commands.gather import add_gather
from musenb.commands.motif import add_motif
from musenb.commands.page import add_page
from musenb.commands.progress import Bar
from musenb.errors import MusenbError, SaveError, SettingError

MUSIC_SUFFIXES = (".mid", ".midi", ".musicxml", ".xml", ".mxl", ".abc")


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
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"musenb: {error}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(prog="musenb", description=(musenb.__doc__ or "").splitlines()[0])
    top.add_argument("--version", action="version", version=f"musenb {musenb.__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    _demo(commands.add_parser("demo", help="open the studio notebook, or a lesson, in JupyterLab"))
    _continue(commands.add_parser("continue", help="continue a motif and write the result"))
    add_page(commands.add_parser("page", help="continue a motif and write it as one page that plays anywhere"))
    _train(commands.add_parser("train", help="train a model on this machine"))
    _evaluate(commands.add_parser("evaluate", help="measure a model"))
    _bench(commands.add_parser("bench", help="measure this machine's speed beside what it could reach"))
    add_motif(commands.add_parser("motif", help="list every return of a motif in a piece"))
    add_gather(commands.add_parser("gather", help="make a table of what students answered"))
    _doctor(commands.add_parser("doctor", help="say what is installed, which models are intact, how fast they are"))
    return top


def _demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("lesson", nargs="?", type=int, help="number of a tutorial (default: the studio)")
    command.add_argument("--no-browser", action="store_true", help="print the address instead of opening it")
    command.add_argument("--port", type=int, help="port of the server (default: the first free one from 8888)")
    command.add_argument("--folder", help="where to keep the notebook (default: ./musenb-demo)")
    command.set_defaults(run=demo)


def demo(options: argparse.Namespace) -> int:
    """Open JupyterLab on the studio notebook or a lesson."""
    from musenb.commands.demo import open_demo

    return open_demo(
        browser=not options.no_browser, port=options.port, folder=options.folder, lesson=options.lesson
    )


def _continue(command: argparse.ArgumentParser) -> None:
    command.add_argument("prime", metavar="PRIME", help="a music file, corpus:NAME, or a motif such as 'C4 D4 E4:2'")
    command.add_argument("--model", default="chorale", help="a shipped model or a .safetensors file (default: chorale)")
    command.add_argument("--bars", type=int, default=8, help="bars to add (default: 8)")
    command.add_argument("--prime-bars", type=int, metavar="N", help="use only the first N bars of PRIME")
    command.add_argument("--seed", type=int, help="the same seed gives the same piece (default: a new one, shown)")
    command.add_argument("--temperature", type=float, default=1.0, help="0..4, lower is less daring (default: 1.0)")
    command.add_argument("--top-p", type=float, default=0.9, help="likeliest words up to this share (default: 0.9)")
    command.add_argument("--top-k", type=int, default=0, help="only so many likeliest words (default: 0, all)")
    command.add_argument("--voices", help="what PRIME's voices are, e.g. 'alto' or 'soprano,bass'")
    command.add_argument("--transpose", type=int, default=0, metavar="SEMITONES", help="move PRIME first")
    command.add_argument("--exact", action="store_true", help="refuse notes off the sixteenths, do not move them")
    kinds = ".mid, .musicxml, .wav, .pdf, .png, .svg, .brf (Braille), .html, or - to list (default)"
    command.add_argument("-o", "--output", metavar="OUT", default="-", help=kinds)
    command.set_defaults(run=continue_prime)


def continue_prime(options: argparse.Namespace) -> int:
    """Continue a motif and write the result."""
    from musenb.session import stream

    check_output(options.output)
    prime = prepared_prime(options)
    voices = [name.strip().lower() for name in options.voices.split(",")] if options.voices else None
    writing = stream(
        prime, model=options.model, bars=options.bars, seed=options.seed, temperature=options.temperature,
        top_p=options.top_p, top_k=options.top_k, voices=voices,
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


def check_output(output: str, suffixes: Sequence[str] = ()) -> None:
    """Raise SaveError before any work when a result could not be written to `output`; without suffixes, a score."""
    from musenb.session import SUFFIXES

    if output == "-" and not suffixes:
        return
    path, known = Path(output), ", ".join(suffixes or SUFFIXES)
    if path.suffix.lower() not in (suffixes or SUFFIXES):
        besides = "" if suffixes else ", and it is not -"
        raise SaveError(f"cannot write '{output}': the suffix '{path.suffix}' is none of {known}{besides}")
    try:
        if path.is_dir():
            raise SaveError(f"cannot write '{output}': it is a folder")
        if not path.parent.is_dir():
            raise SaveError(f"cannot write '{output}': the folder '{path.parent}' does not exist")
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise SaveError(f"cannot write '{output}': no permission")
    except OSError as error:
        if isinstance(error, SaveError):
            raise
        raise SaveError(f"cannot write '{output}': {error.strerror}") from None


def prepared_prime(options: argparse.Namespace) -> musenb.Score:
    """Return the prime that the options ask for: loaded, cut, moved, on the grid and in single lines."""
    from musenb.score.quantise import has_off_grid, quantise
    from musenb.score.split import split_voices

    score = musenb.load(options.prime) if is_source(options.prime) else musenb.motif(options.prime)
    score = score.transpose(options.transpose)
    if not options.exact and has_off_grid(score, Fraction(1, 4)):
        moved = quantise(score)
        print(f"musenb: {moved.report}", file=sys.stderr)
        score = moved.score
    if options.prime_bars is not None:
        score = score.first_bars(options.prime_bars)
    if not all(voice.monophonic for voice in score.voices):
        score = split_voices(score)
        print(f"musenb: chords were read as {len(score.voices)} voices from the top down", file=sys.stderr)
    return score


def is_source(prime: str) -> bool:
    """Return whether a PRIME names a file or a corpus piece rather than being a motif itself."""
    if prime.startswith("corpus:") or Path(prime).suffix.lower() in MUSIC_SUFFIXES:
        return True
    try:
        return Path(prime).exists() or (("/" in prime or os.sep in prime) and " " not in prime)
    except OSError:
        return False  # longer than a name can be


def _train(command: argparse.ArgumentParser) -> None:
    command.add_argument("task", choices=["chorale", "jsb"], help="the four-voice model, or the paper's benchmark")
    command.add_argument("--folder", type=Path, help="of the run; one that is there goes on (default: ./musenb-TASK)")
    command.add_argument("--data", type=Path, help="a folder of your own music in four voices (chorale only)")
    command.add_argument("--variant", help="what the model knows of places (an unknown name lists them)")
    command.add_argument("--size", default="medium", help="small, medium (the default) or paper")
    command.add_argument("--steps", type=int, default=6000, help="updates in all (default: 6000)")
    command.add_argument("--rows", type=int, default=4, help="crops in a batch, over all processes (default: 4)")
    command.add_argument("--cells", type=int, default=512, help="length of a crop in cells (default: 512)")
    command.add_argument("--validate-every", type=int, default=250, help="steps between validations (default: 250)")
    command.add_argument("--patience", type=int, default=0, help="validations without gain to stop at (0: never)")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    command.add_argument("--accumulate", type=int, default=1, help="batches that make an update (default: 1)")
    command.add_argument("--precision", default="float32", choices=["float32", "bfloat16"], help="of the products")
    command.add_argument("--threads", type=int, help="CPU threads of a process (default: half of the processors)")
    command.set_defaults(run=train)


def train(options: argparse.Namespace) -> int:
    """Train a model, alone or as one of the processes that torchrun started; print a line every fifty steps."""
    from musenb.train.loop import Progress, Recipe
    from musenb.train.ranks import is_first, processes_here
    from musenb.train.run import Run
    from musenb.train.run import train as run_training

    if options.steps < 1:
        raise SettingError(f"steps {options.steps} is below 1")
    recipe = Recipe(
        steps=options.steps, validate_every=options.validate_every, patience=options.patience, seed=options.seed,
        accumulate=options.accumulate, precision=options.precision,
    )
    folder = options.folder or Path(f"musenb-{options.task}")
    threads = options.threads
    if threads is None:
        threads = max(1, (os.cpu_count() or 2) // 2 // processes_here())
    run = Run(
        options.task, folder, options.data, options.variant, recipe, options.rows, options.cells,
        options.device, threads, options.size,
    )

    def report(line: Progress) -> None:
        judged = "" if line.validation is None else f"  validation {line.validation:.4f}"
        print(f"step {line.step}  loss {line.loss:.4f}  {line.tokens_a_second:.0f} cells/s{judged}", flush=True)

    with first_interrupt() as asked:
        best = run_training(run, report, asked.is_set)
    if asked.is_set():
        print("musenb: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    if is_first():
        print(f"best validation loss {best:.4f} nats per cell; the model is '{folder / 'best.safetensors'}'")
    return 0


@contextmanager
def first_interrupt() -> Iterator[threading.Event]:
    """Set the event at the first Ctrl-C, so that a step ends and is saved; a second one interrupts at once."""
    asked, before = threading.Event(), signal.getsignal(signal.SIGINT)

    def ask(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        asked.set()
        print("musenb: stopping after this step; Ctrl-C again stops at once", file=sys.stderr)

    signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _evaluate(command: argparse.ArgumentParser) -> None:
    command.add_argument("task", choices=["chorale", "jsb", "development"])
    command.add_argument("--model", help="a shipped model, or a .safetensors file (default: the task's own)")
    command.add_argument("--pieces", type=int, default=77, help="chorales or primes, at most (default: 77)")
    command.add_argument("--temperature", type=float, default=1.0)
    command.add_argument("--top-p", type=float, default=0.9)
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--free", action="store_true", help="write without the rules of part-writing (chorale only)")
    for_development = command.add_argument_group("development: does the model take up its primes?")
    for_development.add_argument("--primes", nargs="+", metavar="PIECE", help="files (default: held-apart chorales)")
    for_development.add_argument("--against", metavar="MODEL", help="another model, compared pair by pair")
    for_development.add_argument("--prime-seconds", type=float, default=20.0, help="of a piece (default: 20)")
    for_development.add_argument("--seconds", type=float, default=60.0, help="of a continuation (default: 60)")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=evaluate)


def evaluate(options: argparse.Namespace) -> int:
    """Measure a model on held-apart music and, for chorales, on what it writes; or how it takes up its primes."""
    if options.task == "development":
        from musenb.commands.development import evaluate_development

        return evaluate_development(options)
    from musenb.commands.evaluate import evaluate_chorale, evaluate_jsb

    return evaluate_jsb(options) if options.task == "jsb" else evaluate_chorale(options)


def _bench(command: argparse.ArgumentParser) -> None:
    command.add_argument("--quick", action="store_true", help="a first impression from short rows, in a minute or two")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=bench)


def bench(options: argparse.Namespace) -> int:
    """Measure attention, decoding and the first note, as ratios to their floors."""
    from musenb.commands.bench import benchmark

    return benchmark(quick=options.quick, as_json=options.json)


def _doctor(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=doctor)


def doctor(options: argparse.Namespace) -> int:
    """Say what is installed, which models are there and intact, and how fast this machine samples."""
    from musenb.commands.doctor import examine

    return examine(as_json=options.json)

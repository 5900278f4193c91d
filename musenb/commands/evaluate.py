"""Evaluation command `musenb evaluate`: a model measured on held-out music, and on what it writes."""

from __future__ import annotations

import argparse


def add_evaluate(command: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    command.add_argument("task", choices=["chorale", "jsb", "score", "development"])
    command.add_argument("--model", help="a shipped model, or a .safetensors file (default: the task's own)")
    command.add_argument("--pieces", type=int, default=77, help="chorales or primes, at most (default: 77)")
    command.add_argument("--temperature", type=float, default=1.0)
    command.add_argument("--top-p", type=float, default=0.9)
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--free", action="store_true", help="write without the rules of part-writing (chorale only)")
    command.add_argument("--no-close", action="store_true", help="plan no cadences (chorale only)")
    command.add_argument("--best-of", type=int, default=4, help="tries of each phrase (chorale only; default: 4)")
    command.add_argument(
        "--parts", default="nats,style,tonal", metavar="LIST",
        help="chorale only, with commas between: nats, style, tonal, after, harmonise, refill, tunes, motifs, or all "
        "(default: nats,style,tonal)",
    )
    command.add_argument(
        "--against", metavar="MODEL", help="another model, compared pair by pair (development and score only)"
    )
    for_development = command.add_argument_group("development: does the model take up its primes?")
    for_development.add_argument("--primes", nargs="+", metavar="PIECE", help="files (default: held-apart chorales)")
    for_development.add_argument("--prime-seconds", type=float, default=20.0, help="of a piece (default: 20)")
    for_development.add_argument("--seconds", type=float, default=60.0, help="of a continuation (default: 60)")
    for_scores = command.add_argument_group("score: nats a note on held works, beside a count model")
    for_scores.add_argument("--data", metavar="FOLDER", help="with the gathered pieces; see musenb.train.notes_data")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=evaluate)


def evaluate(options: argparse.Namespace) -> int:
    """Measure a model on held-apart music and, for chorales, on what it writes; or how it takes up its primes."""
    if options.task == "development":
        from musenb.commands.development import evaluate_development

        return evaluate_development(options)
    if options.task == "score":
        from musenb.commands.measure_score import evaluate_score

        return evaluate_score(options)
    from musenb.commands.measures import evaluate_chorale, evaluate_jsb

    return evaluate_jsb(options) if options.task == "jsb" else evaluate_chorale(options)

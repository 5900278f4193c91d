"""Print how long each question to a model takes on a piece: `python tests/benchmarks/bench_questions.py`.

The piece is BWV 66.6, taken on to 16 bars by the model itself. `--piece corpus:NAME` asks about another. Wall and
processor seconds are printed: on a busy machine the second tells what a quiet one would take.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import musenb
from musenb.analysis.chorale.guesses import count_model
from musenb.questions.ask import Questions
from musenb.questions.ask import ask as questions
from musenb.questions.game import Game
from musenb.questions.reading import Reading
from musenb.sample.models import open_model

PRIME_BARS = 8


def timed(name: str, call: Callable[[], Any], figures: dict[str, list[float]]) -> Any:
    """Call, print and keep the seconds."""
    wall, busy = time.perf_counter(), time.process_time()
    found = call()
    figures[name] = [time.perf_counter() - wall, time.process_time() - busy]
    print(f"{name:44}{figures[name][0]:8.2f}{figures[name][1]:8.2f}", flush=True)
    return found


def ask_all(ask: Questions, figures: dict[str, list[float]], *, whole_map: bool) -> None:
    """Ask every question once; what the first pays for all is listed apart."""
    note = ask.notes[len(ask.notes) * 3 // 4].id
    given = next(place.id for place in ask.notes[4:] if ask.piece.given(place))
    timed("read the piece", lambda: ask.reading.log_probs, figures)
    timed("attention of all notes, all heads", ask.record, figures)
    timed("attention of a note", lambda: ask.attention(note), figures)
    timed("heads, named", ask.heads, figures)
    timed("surprise of all notes", ask.surprise, figures)
    timed("next note, four voices", lambda: ask.next(note), figures)
    timed("layers' guesses", lambda: ask.layers(note), figures)
    timed("silence a head: the piece", lambda: ask.silence(head=(1, 0), listen=False), figures)
    timed("continuations of all seeds, once", lambda: ask.silence(head=(0, 1)), figures)
    timed("silence a head: piece, seeds, continuation", lambda: ask.silence(head=(1, 0)), figures)
    timed("silence the relative term, likewise", lambda: ask.silence(relative=True), figures)
    timed("occlude a note of the prime, likewise", lambda: ask.occlude(note=given), figures)
    timed("transpose a bar of the prime, likewise", lambda: ask.transpose(2, bar=2), figures)
    verdict = timed("attention against occlusion of a note", lambda: ask.agreement(note), figures)
    print(f"  {verdict.words}")
    asked = [one.id for one in ask.notes[20::3]]
    agreement = timed(f"the same for {len(asked)} notes", lambda: ask.agreement_by_layer(asked), figures)
    for layer, (correlation, overlap, chance) in agreement.items():
        print(f"  {layer}: rank correlation {correlation:.2f}; of five {overlap:.2f} shared, {chance:.2f} by chance")
    timed("another note, continued to the end", lambda: ask.branch(67, note=note, voice="soprano"), figures)
    early = ask.notes[len(ask.notes) // 4].id
    timed("the same from a quarter of the piece on", lambda: ask.branch(67, note=early, voice="soprano"), figures)
    other = ask.against(ask.model)
    timed("another model on the piece: loss", lambda: other.loss, figures)
    timed("another model: heads, continuation", lambda: (other.rows(), other.continuations()), figures)
    fresh = Questions(ask.model, Reading(ask.reading.decoder, ask.piece), ask.setting)
    timed("the panel with its first answers", lambda: fresh.panel.settle(), figures)
    fresh.panel.close()
    timed("count model, once", count_model, figures)
    game = Game(ask, rounds=4)
    timed("a round of the game", lambda: game.answer(0, 72), figures)
    if whole_map:
        found = timed("map of all heads", ask.head_map, figures)
        print(np.round(found.change, 3))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--piece", default="corpus:bach/bwv66.6")
    parser.add_argument("--bars", type=int, default=16)
    parser.add_argument("--no-map", action="store_true", help="leave out the map of all heads")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    options = parser.parse_args()
    prime = musenb.load(options.piece).first_bars(PRIME_BARS)
    take = musenb.develop(prime, bars=max(1, options.bars - PRIME_BARS), seed=1)
    open_model()
    figures: dict[str, list[float]] = {}
    print(f"{len(take.score.notes)} notes in {options.bars} bars of {options.piece}{'wall s':>20}{'cpu s':>8}")
    ask_all(questions(take), figures, whole_map=not options.no_map)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

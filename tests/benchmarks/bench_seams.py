"""Rules, prices and best of n, measured: seams into given music, faults beside Bach's, and what they cost in time.

python tests/benchmarks/bench_seams.py seams [GAPS]    two bars of test chorales refilled: the change into what is kept
python tests/benchmarks/bench_seams.py rates [PIECES]  each fault: Bach's, then the model's with rules, prices, tries
python tests/benchmarks/bench_seams.py speed           first note and whole of 16 bars, once and best of 4
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator

import numpy as np

from musenb.analysis.chorale.resolution import Seam, seam_at
from musenb.sample.models import open_model
from musenb.sample.policy import Style
from musenb.sample.stream import Sampling
from musenb.score.note import Origin, Score
from musenb.tokens.chorale import grade
from musenb.tokens.chorale.grid import HOLD, LOWEST, UNKNOWN, Frame, Grid, sounding
from musenb.tokens.chorale.plan import Plan, plan_piece
from musenb.tokens.chorale.prices import FAULTS, faults_at
from musenb.tokens.chorale.rows import ColumnRows, whole_row
from musenb.tokens.chorale.writer import GridWriter, tonality
from musenb.train.chorale_data import corpus_grids
from musenb.train.judge import log_probs_of

ORIGIN = Origin("chorale", 0)
STYLES = {"rules": Style(prices=False), "prices": Style(), "best of 4": Style(best_of=4)}
PRIME_STEPS, TAIL_STEPS, SHORTEST, LONGEST_PIECE = 32, 8, 100, 300


def sampled(plan: Plan, style: Style, seed: int) -> Sampling:
    """Return a plan written by the shipped model."""
    decoder = open_model("chorale").decoder.compile()
    return Sampling(decoder, plan, GridWriter(plan, ORIGIN), seed=seed, style=style).run()


def pitches_of(cells: np.ndarray) -> np.ndarray:
    """Return MIDI pitches (T, 4) of cells, -1 for rests."""
    heard = sounding(cells)
    return np.where(heard == HOLD, -1, heard + LOWEST)


def gaps(count: int) -> Iterator[tuple[Plan, int]]:
    """Yield plans in which the third and fourth bar of test chorales are open, and the step behind them."""
    found = 0
    for grid in corpus_grids()["test"]:
        lines = [int(step) for step in np.flatnonzero(grid.frame.columns[:, 0] == 0) if step]
        if len(lines) < 6 or found == count:
            continue
        first, last = lines[1], lines[3]
        cells = grid.cells[: last + TAIL_STEPS].copy()
        cells[first:last] = UNKNOWN
        found += 1
        frame = Frame(grid.frame.columns[: last + TAIL_STEPS])
        yield Plan(Score(), (), Grid(cells, frame), first), last


def nats(plan: Plan, tokens: np.ndarray) -> float:
    """Return what the free cells of a written plan cost the model, in nats a cell."""
    free = plan.grid.cells.ravel() == UNKNOWN
    log_probs = log_probs_of(open_model("chorale").decoder, whole_row(ColumnRows(plan), tokens))
    return -float(log_probs[np.arange(len(tokens)), tokens][free].mean())


def seams(count: int) -> None:
    """Print how refilled bars go into what is kept."""
    for name, style in STYLES.items():
        found, cost = [], []
        for seed, (plan, step) in enumerate(gaps(count)):
            tokens = sampled(plan, style, seed).writer.tokens
            found.append(seam_at(pitches_of(tokens.reshape(-1, 4)), step))
            cost.append(nats(plan, tokens))
        print(f"{name:10} {told(found)}, nats a free cell {np.mean(cost):.3f} ({len(found)} gaps)", flush=True)


def told(found: list[Seam]) -> str:
    """Return what happens at seams, in words."""
    total = {name: sum(getattr(seam, name) for seam in found) for name in Seam.__slots__}
    rates = {name: 100 * total[name] / len(found) for name in ("parallels", "overlaps")}
    per_voice = {name: total[name] / total["voices"] for name in ("moved", "wild")}
    return (
        f"parallels {rates['parallels']:.1f} and overlaps {rates['overlaps']:.1f} per 100, "
        f"moved {per_voice['moved']:.2f} semitones, wild leaps {100 * per_voice['wild']:.1f} per 100 voices"
    )


def faults_of(grid: Grid, first: int) -> tuple[Counter, Counter]:
    """Return how often each fault stands in a grid from a step on, and in how many cells it could."""
    blank = Plan(Score(), (), Grid(np.full_like(grid.cells, UNKNOWN), grid.frame), 0)
    writer, committed, possible = GridWriter(blank, ORIGIN), Counter(), Counter()
    for position, token in enumerate(grid.cells.ravel()):
        step = position // 4
        if step >= first:
            for name, wrong in faults_at(writer.place, tonality(grid.frame.columns[step])).items():
                possible[name] += 1
                committed[name] += bool(wrong[token])
        writer.take(int(token))
    committed.update(grade.faults(writer.stretch(4 * first)))
    heard = pitches_of(grid.cells)[first:]
    committed["changes"] = int((heard[1:] != heard[:-1]).any(axis=1).sum())
    return committed, possible


def rates(count: int) -> None:
    """Print each fault per 100 changes, and as a share of the cells in which it is possible."""
    real = [grid for grid in corpus_grids()["test"] if SHORTEST < len(grid.cells) <= LONGEST_PIECE][:count]
    table = {"Bach": real}
    for name, style in STYLES.items():
        table[name] = []
        for seed, grid in enumerate(real):
            cells = grid.cells.copy()
            cells[PRIME_STEPS:] = UNKNOWN
            plan = Plan(Score(), (), Grid(cells, grid.frame), PRIME_STEPS)
            written = sampled(plan, style, seed).writer.tokens
            table[name].append(Grid(written.reshape(-1, 4), grid.frame))
    for name, grids in table.items():
        committed, possible = Counter(), Counter()
        for grid in grids:
            more, places = faults_of(grid, PRIME_STEPS)
            committed.update(more)
            possible.update(places)
        print(f"{name}, {len(grids)} pieces, {committed['changes']} changes")
        for fault in (*FAULTS, *grade.PRICES):
            share = f"{committed[fault] / possible[fault]:.4f} of cells" if possible[fault] else ""
            print(f"  {fault:34} {100 * committed[fault] / committed['changes']:6.2f} per 100  {share}")


def speed() -> None:
    """Print how long the first note and 16 bars take, waited for and of the processor."""
    from musenb.score.from_text import score_from_text

    plan = plan_piece(score_from_text("C4 D4 E4 G4"), extent=16)
    decoder = open_model("chorale").decoder
    for compiled in (False, True):
        if compiled:
            decoder.compile()
        for tries in (1, 4):
            piece = Sampling(decoder, plan, GridWriter(plan, ORIGIN), seed=1, style=Style(best_of=tries))
            began, busy = time.perf_counter(), time.process_time()
            next(iter(piece))
            first, first_busy = time.perf_counter() - began, time.process_time() - busy
            piece.run()
            whole, whole_busy = time.perf_counter() - began, time.process_time() - busy
            print(
                f"{'numba' if compiled else 'numpy'}, best of {tries}: first note {first:.2f} s ({first_busy:.2f} s "
                f"busy), 16 bars {whole:.2f} s ({whole_busy:.2f} s busy), "
                f"{plan.length * tries / whole_busy:.0f} tokens a busy second", flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    what, *numbers = sys.argv[1:]
    size = int(numbers[0]) if numbers else 24
    {"seams": lambda: seams(size), "rates": lambda: rates(size), "speed": speed}[what]()

"""Print how many notes a second a model of one step a note writes, beside a model of the grid of the same size.

Run as `python tests/benchmarks/bench_score.py [--rounds N] [--plain] [--profile]`. Both write the same chorales: by way
of writer, masks, decoder and draws, but what is taken is the chorale's own token. The weights are random. The last
figure is what eight candidates cost that are written side by side, in the time of one.
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import pstats
import statistics
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Decoder
from musenb.model.shapes import expected_shapes
from musenb.sample.feed import Feed
from musenb.sample.policy import Draws, Policy, draw
from musenb.sample.tries import priced
from musenb.score.load import load
from musenb.score.note import Origin
from musenb.tokens.known import idiom_named
from musenb.train.chorale import chorale_config
from musenb.train.notes import notes_config

CHORALES = "bwv66.6", "bwv269", "bwv347"
CANDIDATES = 8
NOTES, GRID = "notes", "chorale"


@dataclass(frozen=True)
class Told:
    """A decoder, and pieces in its language."""

    idiom: Any
    decoder: Decoder
    pieces: tuple[Any, ...]

    @property
    def notes(self) -> int:
        """How many notes lie behind what is given."""
        return sum(len(set(piece.token_notes[piece.plan.first :].tolist()) - {-1}) for piece in self.pieces)

    def write(self, rows: int = 1) -> float:
        """Write the pieces, so many at once, and return the seconds."""
        began = time.process_time()
        for piece in self.pieces:
            self._piece(piece, rows)
        return time.process_time() - began

    def _piece(self, piece: Any, rows: int) -> None:
        first = self.idiom.writer(piece.plan, Origin())
        for token in piece.tokens[: piece.plan.first].tolist():
            first.take(token)
        writers = [first, *(first.copy() for _ in range(rows - 1))]
        feed, policy, draws = Feed(self.decoder, rows), Policy(), Draws(1)
        for place, token in enumerate(piece.tokens[piece.plan.first :].tolist(), piece.plan.first):
            free = first.given() is None
            logits = feed.logits(writers) if free or place % feed.fields == 0 else None
            for row, writer in enumerate(writers):
                if free and logits is not None:
                    draw(priced(logits[row], writer.prices()), policy, draws.at(place), writer.allowed())
                writer.take(token)


def told(name: str, config: ModelConfig, *, compiled: bool) -> Told:
    """Return a decoder with random weights, of half precision as those of checkpoints are, and the chorales."""
    rng, idiom = np.random.default_rng(1), idiom_named(name)
    shapes = expected_shapes(config).items()
    tensors = {part: rng.normal(0, 0.05, size).astype(np.float16).astype(np.float32) for part, size in shapes}
    decoder = Decoder(config, tensors)
    pieces = tuple(idiom.piece(load(f"corpus:{chorale}"), given=1) for chorale in CHORALES)
    return Told(idiom, decoder.compile() if compiled else decoder, pieces)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plain", action="store_true", help="numpy alone, without numba")
    parser.add_argument("--profile", action="store_true", help="where the time of the notes goes")
    asked = parser.parse_args()
    own = notes_config()
    same = {"width": own.width, "layers": own.layers, "heads": own.heads, "feed_forward": own.feed_forward}
    configs = {NOTES: own, GRID: replace(chorale_config(), **same)}
    both = {name: told(name, config, compiled=not asked.plain) for name, config in configs.items()}
    seconds: dict[tuple[str, int], list[float]] = {}
    for _, (name, rows) in itertools.product(range(asked.rounds), [(NOTES, 1), (GRID, 1), (NOTES, CANDIDATES)]):
        seconds.setdefault((name, rows), []).append(both[name].write(rows))
    found = {key: statistics.median(times) for key, times in seconds.items()}
    for name in configs:
        rate = both[name].notes / found[name, 1]
        print(f"{name:8} {rate:7.0f} notes a second, {1e3 / rate:.2f} ms a note ({both[name].notes} notes)")
    print(f"{found[GRID, 1] / found[NOTES, 1]:.2f} times the notes a second of the grid")
    print(f"{CANDIDATES} candidates at once: {found[NOTES, CANDIDATES] / found[NOTES, 1]:.2f} times the time of one")
    if asked.profile:
        with cProfile.Profile() as profile:
            both[NOTES].write()
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    main()

"""Music to go on from, and a model that is a digest of what it read: what the tests of the stream have in common."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from musenb.sample.policy import Policy, Style
from musenb.sample.stream import Sampling
from musenb.score.from_text import score_from_text
from musenb.score.note import Origin
from musenb.tokens.chorale import grid as words
from musenb.tokens.chorale.grid import HOLD, UNKNOWN, VOICES, Grid, check_cells, decode
from musenb.tokens.chorale.plan import Plan, plan_piece
from musenb.tokens.chorale.writer import GridWriter
from tests import interrupts

WHOLE = "soprano: C5 D5 E5 F5\nalto: G4:4\ntenor: E4:2 D4:2\nbass: C3:4"
RAGGED = "soprano: C5 D5 E5 F5\nalto: G4:2\ntenor: r E4:2\nbass: C3:3/2"
MELODY = "3/4 key=G upbeat=1 D5 | G5:1/2 F#5:1/2 G5 r"
ORIGIN = Origin("fake", 3, (("temperature", "1"),))


@dataclass
class FakeCache:
    rows: list[list[int]]

    @property
    def length(self) -> int:
        return len(self.rows[0])

    def rewind(self, length: int) -> None:
        assert 0 <= length <= self.length
        for row in self.rows:
            del row[length:]

    def select(self, rows: list[int]) -> FakeCache:
        return FakeCache([list(self.rows[row]) for row in rows])


class FakeModel:
    """Logits that depend on everything that was read, and on how many positions were read in one call."""

    def __init__(self, context: int = 4096) -> None:
        self.config = SimpleNamespace(context=context, features=words.FEATURES, related=2)
        self.calls: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def start(self, rows: int, memory: object = None) -> FakeCache:
        return FakeCache([[] for _ in range(rows)])

    def extend(self, cache: FakeCache, before: np.ndarray, features: np.ndarray, related: np.ndarray) -> np.ndarray:
        rows, count = before.shape
        assert rows == len(cache.rows)
        assert cache.length + count <= self.config.context
        assert features.shape == (rows, count, len(words.FEATURES))
        assert related.shape == (rows, count, 2)
        self.calls.append((before[0], features[0], related[0]))
        read = [
            self.digests(cache.rows[row], list(zip(before[row], features[row], related[row], strict=True)))
            for row in range(rows)
        ]
        cache.rows = [old + new for old, new in zip(cache.rows, read, strict=True)]
        logits = np.stack([self.logits(row[-1]) for row in cache.rows])
        return np.broadcast_to(logits[:, None], (rows, count, logits.shape[1]))

    @staticmethod
    def digests(before: list[int], positions: list[tuple[np.ndarray, ...]]) -> list[int]:
        digest, read = before[-1] if before else 0, []
        for position in positions:
            for part in position:
                digest = zlib.crc32(part.astype(np.int64).tobytes(), digest + len(positions))
            read.append(digest)
        return read

    @staticmethod
    def logits(digest: int) -> np.ndarray:
        logits = np.random.default_rng(digest).normal(0, 2, len(words.VOCABULARY))
        logits[HOLD] += 5
        return logits


def begun(decoder: object, plan: Plan, seed: int = 5, policy: Policy | None = None, **more: object) -> Sampling:
    return Sampling(decoder, plan, GridWriter(plan, ORIGIN), seed=seed, policy=policy, **more)


def sampling(text: str = WHOLE, *, seed: int = 3, context: int = 4096, bars: int = 2, **more: object) -> Sampling:
    plan = plan_piece(score_from_text(text), extent=bars)
    return begun(FakeModel(context), plan, seed, Policy(top_p=1), **more)


def limit(cells: int) -> Callable[[], bool]:
    """Return a `stop` that is true after so many cells."""
    left = iter(range(cells))
    return lambda: next(left, None) is None


def check(piece: Sampling) -> None:
    """Check that position, cells, reader and notes agree."""
    done = piece.writer.tokens
    assert (done != UNKNOWN).all()
    whole = piece.position // 4
    if whole:
        table = done[: 4 * whole].reshape(-1, 4)
        check_cells(table)
        frame = words.Frame(piece.plan.grid.frame.columns[:whole])
        voices = decode(Grid(table, frame)).voices
        for voice, notes in zip(voices, piece.writer.notes().values(), strict=True):
            column = piece.plan.grid.cells[:, VOICES.index(voice.name)]
            generated = [n for n in voice.notes if column[int(n.onset * 4)] == UNKNOWN]
            assert [(n.onset, n.duration, n.pitch) for n in notes] == [
                (n.onset, n.duration, n.pitch) for n in generated
            ]


THREE = Style(best_of=3)


def interrupted(piece: Sampling, lines: int) -> bool:
    """Run until so many lines of the sampler, the reader and the model ran, then interrupt; return whether it did."""
    files = (
        *("sample/stream.py", "sample/tries.py", "sample/feed.py", "tokens/chorale/writer.py"),
        *("tokens/chorale/reader.py", "sample/streams.py"),
    )
    return interrupts.interrupted(piece.run, lines, watched=lambda code: code.co_filename.endswith(files))

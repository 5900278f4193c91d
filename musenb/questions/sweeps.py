"""Ablation and occlusion sweeps over every head or every note, with progress and an early stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from musenb.analysis.causal import kl_bits
from musenb.model.numpy.decode import Silence
from musenb.questions.reading import Reading, reread, retold, row_for
from musenb.questions.whatif import Laboratory

Progress = Callable[[int, int], None]
WORKERS = 2


@dataclass(frozen=True, slots=True)
class HeadMap:
    """What the silence of each head costs on a piece; arrays (layers, heads), not-a-number where it was not asked.

    Parameters
    ----------
    change, kl : float64
        Mean change of the loss, and KL, in bits a token.
    low, high : float64
        95 % bootstrap interval of the change, over bars.
    complete : bool
        False when it was stopped.
    """

    change: np.ndarray
    kl: np.ndarray
    low: np.ndarray
    high: np.ndarray
    complete: bool

    def ranked(self) -> list[tuple[int, int, float]]:
        """Return (layer, head, change) of all heads that were asked, the costliest first."""
        asked = np.argwhere(~np.isnan(self.change)).tolist()
        found = [(layer, head, float(self.change[layer, head])) for layer, head in asked]
        return sorted(found, key=lambda row: -row[2])


def head_map(laboratory: Laboratory, progress: Progress | None = None, stop: threading.Event | None = None) -> HeadMap:
    """Silence one head after the other, two at a time; `progress` is told (done, all), `stop` ends it early."""
    config = laboratory.reading.decoder.config
    shape = (config.layers, config.heads)
    change, kl, low, high = (np.full(shape, np.nan) for _ in range(4))

    def ask(pair: tuple[int, int]) -> None:
        effect = laboratory.silence(Silence(heads=(pair,)), "", listen=False).piece
        change[pair], kl[pair] = effect.change.mean, effect.kl.mean
        low[pair], high[pair] = effect.change.low, effect.change.high

    _ = laboratory.reading.log_probs
    complete = side_by_side(ask, list(np.ndindex(shape)), progress, stop)
    return HeadMap(change, kl, low, high, complete)


def occlusion(
    reading: Reading, keys: Sequence[int], queries: Sequence[int], *, progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> np.ndarray:
    """Return how much each key note mattered for each query note when that was chosen, float64 (queries, keys).

    It is the KL in bits between the predictions of the query's first token with and without the key note; 0 for a key
    that comes after the query, unless it is told beside the past; not-a-number for what was not asked.
    """
    piece = reading.piece
    effects = np.full((len(queries), len(keys)), np.nan)
    places = np.array([piece.notes[query].position for query in queries])
    last = int(places.max()) + 1

    def ask(column: int) -> None:
        row = row_for(reading.decoder.config, piece.edited({keys[column]: None}))
        log_probs, start = reread(reading, row, stop=last)
        found = np.zeros(len(queries))
        behind = 0 if retold(reading, row) else max(start, piece.notes[keys[column]].position + 1)
        reached = np.flatnonzero(places >= behind)
        at = places[reached]
        found[reached] = kl_bits(reading.log_probs[at], log_probs[at - start])
        effects[:, column] = found

    _ = reading.log_probs
    side_by_side(ask, range(len(keys)), progress, stop)
    return effects


def side_by_side(
    ask: Callable[[Any], None], items: Sequence[Any], progress: Progress | None, stop: threading.Event | None
) -> bool:
    """Ask about every item, WORKERS at a time; return False when `stop` ended it early.

    `progress` is told by the thread that has just answered, so that a stop from there is heard before the next item.
    """
    done, telling = 0, threading.Lock()

    def unless_stopped(item: Any) -> None:
        nonlocal done
        if stop is not None and stop.is_set():
            return
        ask(item)
        with telling:
            done += 1
            if progress is not None and not (stop is not None and stop.is_set()):
                progress(done, len(items))

    with _pool() as pool:
        for future in as_completed([pool.submit(unless_stopped, item) for item in items]):
            future.result()
    return done == len(items)


@contextmanager
def _pool() -> Iterator[ThreadPoolExecutor]:
    """Yield a pool that drops what has not begun when something goes wrong."""
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="questions")
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)

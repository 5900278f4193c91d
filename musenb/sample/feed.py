"""KV cache feed: brings a decoder to where one or more writers stand, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from musenb.tokens.idiom import Writer
from musenb.tokens.memory import Memory


class Reader(Protocol):
    """What the sampler needs of a decoder: a kv cache, and logits (B, n, V) for n more positions."""

    config: Any

    def start(self, rows: int, memory: Memory | None = None) -> Any:
        """Return an empty cache of rows that are told a memory."""
        ...

    def extend(
        self, cache: Any, before: np.ndarray, features: np.ndarray, related: np.ndarray
    ) -> np.ndarray:
        """Append positions and return their logits."""
        ...


class Feed:
    """Brings the kv cache to where the writing is.

    The given beginning goes in one pass, then token by token. When the context is full, the last half of it is read
    afresh.

    Parameters
    ----------
    decoder : Reader
    rows : int
        Writers at one position that are read side by side.
    """

    def __init__(self, decoder: Reader, rows: int = 1) -> None:
        self.decoder, self.rows = decoder, rows
        self.cache: Any = None
        self.start = 0
        # The last place before which tokens were read in one pass, and how long the cache was before that.
        self.passed = 0, 0

    def logits(self, writers: Sequence[Writer], *, room: int = 1) -> np.ndarray:
        """Return the logits (B, V) of the tokens that the writers take next.

        With `room`, so many tokens from here on fit the context before it must be read afresh, where it can. Within a
        step of several fields the position is read already, and its head says what comes next.
        """
        place, field = divmod(writers[0].position, self.fields)
        if field and self.cache is not None and self.start + self.cache.length == place + 1:
            return self._within(writers, place, field)
        logits = self._read(writers, place, -(-room // self.fields))
        return self._within(writers, place, field) if field else logits

    @property
    def fields(self) -> int:
        """Tokens of a position."""
        return getattr(self.decoder.config, "step_size", 1)

    def _within(self, writers: Sequence[Writer], place: int, field: int) -> np.ndarray:
        """Return the logits (B, V) of a field behind the first."""
        rows = [writer.row(place) for writer in writers]
        known = np.stack([row.targets[-1, :field] for row in rows])
        return self.cache.next_field(known, np.stack([row.told[-1] for row in rows if row.told is not None]))

    def _read(self, writers: Sequence[Writer], place: int, room: int) -> np.ndarray:
        """Read the positions up to a place, and return what is said of it, (B, V)."""
        config = self.decoder.config
        length = 0 if self.cache is None else self.cache.length
        if self.cache is not None and self.start + length > place:
            # After an interrupt; what was read in one pass is read so again, for the same numbers to the last bit.
            passed, before = self.passed
            length = before if place == passed else place - self.start
            self.cache.rewind(length)
        kept = config.context // 2
        if place - self.start + min(room, config.context - kept) > config.context:
            self.cache, length = None, 0
            self.start = place - kept
        first = self.start + length
        if first < place or not place:
            self.passed = place, length
        rows = [writer.row(first).fitted(len(config.features), config.related) for writer in writers]
        if self.cache is None:
            # The writers follow one plan, and so have one memory.
            self.cache = self.decoder.start(self.rows, rows[0].memory)
        inputs = (np.stack(parts) for parts in zip(*((r.before, r.features, r.related) for r in rows), strict=True))
        return self.decoder.extend(self.cache, *inputs)[:, -1]

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with some of the rows alone."""
        self.rows, self.cache = len(rows), self.cache.select(rows)

    def branched(self, rows: int) -> Feed:
        """Return a feed of so many writers that go on from where this one's only writer stands."""
        other = Feed.__new__(Feed)
        other.decoder, other.rows, other.start, other.passed = self.decoder, rows, self.start, self.passed
        other.cache = self.cache.select([0] * rows)
        return other

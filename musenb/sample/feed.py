"""KV cache feed: brings a decoder to where one or more writers stand, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from musenb.errors import SettingError
from musenb.sample.policy import Style
from musenb.tokens.idiom import Writer
from musenb.tokens.memory import Memory
from musenb.tokens.offers import Themed


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


@runtime_checkable
class Branching(Protocol):
    """What guidance needs beside: rows that are told different things."""

    def start_each(self, memories: Sequence[Any]) -> Any:
        """Return an empty cache with a row a memory."""
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
    guidance : float
        Where above 0, each writer is read twice, told its theme and not, and the logits are those without it and so
        many times what the theme adds to them.
    """

    def __init__(self, decoder: Reader, rows: int = 1, *, guidance: float = 0.0) -> None:
        self.decoder, self.rows, self.guidance = decoder, rows, guidance
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
        branches = [*writers, *writers] if self.guidance else writers
        if field and self.cache is not None and self.start + self.cache.length == place + 1:
            return self._guided(self._within(branches, place, field))
        logits = self._read(branches, place, -(-room // self.fields))
        return self._guided(self._within(branches, place, field) if field else logits)

    def _guided(self, logits: np.ndarray) -> np.ndarray:
        """Return logits (B, V), of those without and with a theme where there is guidance."""
        if not self.guidance:
            return logits
        plain, themed = np.split(logits, 2)
        with np.errstate(invalid="ignore"):
            moved = plain + np.float32(self.guidance) * (themed - plain)
        return np.where(np.isfinite(plain), moved, plain)

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
            self.cache = self._begun(writers, rows[0].memory)
        inputs = (np.stack(parts) for parts in zip(*((r.before, r.features, r.related) for r in rows), strict=True))
        return self.decoder.extend(self.cache, *inputs)[:, -1]

    def _begun(self, writers: Sequence[Writer], memory: Memory | None) -> Any:
        """Return an empty cache of the writers' rows."""
        if not self.guidance:
            return self.decoder.start(self.rows, memory)
        writer, decoder = writers[0], self.decoder
        assert isinstance(writer, Themed)
        assert isinstance(decoder, Branching)
        pair = decoder.start_each([memory, writer.themed])
        return pair.select([0] * self.rows + [1] * self.rows)

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with some of the rows alone."""
        both = [*rows, *(row + self.rows for row in rows)] if self.guidance else rows
        self.rows, self.cache = len(rows), self.cache.select(both)

    def branched(self, rows: int) -> Feed:
        """Return a feed of so many writers that go on from where this one's only writer stands."""
        other = Feed.__new__(Feed)
        other.decoder, other.rows, other.start, other.passed = self.decoder, rows, self.start, self.passed
        other.guidance = self.guidance
        other.cache = self.cache.select([0] * rows + ([1] * rows if self.guidance else []))
        return other


def require_theme(writer: Writer, style: Style) -> None:
    """Raise SettingError where there is guidance, and the model's language knows no themes."""
    if style.guidance and not isinstance(writer, Themed):
        raise SettingError(f"guidance {style.guidance:g}: this model has learnt no themes; only 0 is allowed")

"""Seeded token sampler with resumable state, cancellable at every token.

The number drawn for a token depends on the seed and the token's place alone, and tokens are always computed by the same
calls in the same order, so a piece that was stopped anywhere and taken up again is the piece that an uninterrupted run
gives. What the tokens mean is the writer's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np

from musenb.errors import ModelError
from musenb.sample.policy import Draws, Policy, choose, probabilities
from musenb.score.note import Score
from musenb.score.spelling import written_out
from musenb.tokens.idiom import NoteEvent, Plan, Writer
from musenb.tokens.memory import Memory

NOTHING = np.zeros(0, np.int64)


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


class Sampling:
    """One piece being written. Iterate over it for its note events; iterate again to go on after a stop.

    Parameters
    ----------
    decoder : Reader
    plan : Plan
    writer : Writer
        Of the plan, empty.
    seed : int
        0..2**63 - 1.
    policy : Policy, optional
    rules : bool
        Whether the idiom's rules of style hold wherever they leave a choice.
    written : int64 array
        Tokens of an earlier run of the same plan; they are replayed, not drawn.

    Raises
    ------
    ModelError
        The given beginning does not fit the model's context.
    """

    def __init__(
        self,
        decoder: Reader,
        plan: Plan,
        writer: Writer,
        *,
        seed: int,
        policy: Policy | None = None,
        rules: bool = True,
        written: np.ndarray = NOTHING,
    ) -> None:
        context = decoder.config.context
        if plan.first >= context:
            raise ModelError(
                f"the prime has {plan.first} tokens, more than fit before the first new one in the model's context of "
                f"{context}; hand over fewer of its bars"
            )
        self.plan = plan
        self.writer = writer
        self.seed = seed
        self.written = written
        self.policy = policy or Policy()
        self.rules = rules
        self._draws = Draws(seed)
        self._feed = Feed(decoder)
        self._pending: list[NoteEvent] = []
        self._whole = 0  # tokens up to the last boundary

    @property
    def position(self) -> int:
        """Tokens written so far."""
        return self.writer.position

    @property
    def done(self) -> bool:
        """True when every token is written."""
        return self.writer.done

    @property
    def written_share(self) -> float:
        """Share of the piece that is written, 0..1; where its length is not known, of its time."""
        if self.plan.length is not None:
            return self.position / self.plan.length
        end = self.plan.end
        if self.done or not end:
            return 1.0
        return min(1.0, float(self.writer.score().end / end))

    @property
    def begun(self) -> bool:
        """True when something whole beyond what was given is written, or everything."""
        return self.done or self._whole > self.plan.first

    def events(self, stop: Callable[[], bool] = lambda: False) -> Iterator[NoteEvent]:
        """Write on and yield the events of generated notes, to the end or until `stop` is true.

        `stop` is asked before each token. Each event is handed out once, whenever the iteration is left and begun anew.
        """
        while True:
            while self._pending:
                event, self._pending = self._pending[0], self._pending[1:]
                yield event
            if self.done or stop():
                return
            self._write()

    def __iter__(self) -> Iterator[NoteEvent]:
        return self.events()

    def run(self, stop: Callable[[], bool] = lambda: False) -> Sampling:
        """Write on to the end, or until `stop` is true; return the sampling."""
        for _ in self.events(stop):
            pass
        return self

    def replay(self, tokens: np.ndarray) -> Sampling:
        """Take tokens (L,) of an earlier run, without the model and without telling of their events."""
        for token in tokens:
            self.writer.take(int(token))
            self._whole = self.position if self.writer.boundary else self._whole
        return self

    def score(self) -> Score:
        """Return the piece as far as it is written, its notes spelled."""
        return written_out(self.writer.score())

    def _write(self) -> None:
        """Write one token. The writer takes it in one assignment, so that an interrupt leaves the piece whole."""
        place = self.position
        token = self.writer.given()
        if place >= self.plan.first:
            logits = self._feed.logits(self.writer)
            if token is None and place < len(self.written):
                token = int(self.written[place])
            elif token is None:
                token = self._draw(logits, place)
        assert token is not None, "the first tokens of a plan are given"
        self._pending = [*self._pending, *self.writer.take(token)]
        if self.writer.boundary:
            self._whole = self.position

    def _draw(self, logits: np.ndarray, place: int) -> int:
        allowed = self.writer.allowed(rules=self.rules)
        likely = probabilities(logits, self.policy, allowed)
        return choose(likely, self._draws.at(place))


class Feed:
    """Brings the kv cache to where the writing is.

    The given beginning goes in one pass, then token by token. When the context is full, the last half of it is read
    afresh.

    Parameters
    ----------
    decoder : Reader
    """

    def __init__(self, decoder: Reader) -> None:
        self.decoder = decoder
        self.cache: Any = None
        self.start = 0
        self.passed = 0  # the place before which tokens were read in one pass

    def logits(self, writer: Writer) -> np.ndarray:
        """Return the logits (V,) of the token that a writer takes next."""
        place, config = writer.position, self.decoder.config
        if self.cache is not None and self.start + self.cache.length > place:
            # After an interrupt; what was read in one pass is read so again, for the same numbers to the last bit.
            self.cache.rewind(0 if place == self.passed else place - self.start)
        if self.cache is not None and self.cache.length == config.context:
            self.cache = None
            self.start = place - config.context // 2
        first = self.start + (0 if self.cache is None else self.cache.length)
        if first < place or not place:
            self.passed = place
        row = writer.row(first).fitted(len(config.features), config.related)
        if self.cache is None:
            self.cache = self.decoder.start(1, row.memory)
        inputs = (row.before[None], row.features[None], row.related[None])
        logits = self.decoder.extend(self.cache, *inputs)
        return logits[0, -1]

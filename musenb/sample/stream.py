"""Seeded token sampler with resumable state, cancellable at every token.

The number drawn for a token depends on the seed and the token's place alone (and on the try, where a phrase is written
several times), and tokens are always computed by the same calls in the same order, so a piece that was stopped anywhere
and taken up again is the piece that an uninterrupted run gives. What the tokens mean is the writer's affair.

With `best_of` the tries of a phrase are written where nobody sees them; when the best is chosen, its tokens are settled
and its events go out. A stop before that leaves what was settled, and the tries wait to be taken up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from musenb.errors import ModelError
from musenb.sample.feed import Feed, Reader, require_theme
from musenb.sample.policy import Draws, Policy, Style, draw
from musenb.sample.tries import Tries, priced
from musenb.score.note import Score
from musenb.score.spelling import written_out
from musenb.tokens.idiom import NoteEvent, Plan, Writer

NOTHING = np.zeros(0, np.int64)


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
    style : Style, optional
    written : int64 array
        Tokens of an earlier run of the same plan; they are replayed, not drawn.

    Raises
    ------
    ModelError
        The given beginning does not fit the model's context.
    SettingError
        There is guidance, and the model has learnt no themes.
    """

    def __init__(
        self,
        decoder: Reader,
        plan: Plan,
        writer: Writer,
        *,
        seed: int,
        policy: Policy | None = None,
        style: Style | None = None,
        written: np.ndarray = NOTHING,
    ) -> None:
        self.style = style or Style()
        require_theme(writer, self.style)
        self._feed = Feed(decoder, guidance=self.style.guidance)
        context = decoder.config.context * self._feed.fields
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
        # Without a choice at random all tries would be the same.
        self._count = self.style.best_of if self.policy.draws else 1
        self._tries: Tries | None = None
        self._settled = NOTHING
        self._draws = Draws(seed)
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

    @property
    def trying(self) -> bool:
        """True while a phrase is tried of which nothing is settled: a stop here leaves nothing half."""
        return self._tries is not None

    @property
    def settled(self) -> int:
        """The position up to which the best is chosen already, though not yet told of; at least `position`."""
        return max(self.position, len(self._settled))

    def _write(self) -> None:
        """Write one token, or one of each try. The writer takes it in one assignment: an interrupt leaves it whole."""
        token = self._next()
        if token is None:
            return
        self._pending = [*self._pending, *self.writer.take(token)]
        if self.writer.boundary:
            self._whole = self.position

    def _next(self) -> int | None:
        """Return the next token; None where the tries went on instead."""
        place = self.position
        if place < len(self._settled):
            return int(self._settled[place])
        token = self.writer.given()
        if token is None and place < len(self.written):
            token = int(self.written[place])
        stop = self.writer.segment() if self._count > 1 and place >= self.plan.first else None
        if stop is None:
            return self._single(token)
        if token is None:
            self._try(stop)
        return token

    def _single(self, token: int | None) -> int:
        """Return the next token, known or drawn; the model reads on in either case, a position whole."""
        place = self.position
        if place >= self.plan.first and (token is None or place % self._feed.fields == 0):
            logits = self._feed.logits([self.writer])[0]
            token = self._draw(logits, place) if token is None else token
        assert token is not None, "the first tokens of a plan are given"
        return token

    def _draw(self, logits: np.ndarray, place: int) -> int:
        writer, style = self.writer, self.style
        prices = writer.prices() if style.rules and style.prices else None
        drawn = self._draws.at(place)
        return draw(priced(logits, prices), self.policy, drawn, writer.allowed(rules=style.rules))

    def _try(self, stop: int) -> None:
        """Write one token of each try up to a position; when they are done, settle the best."""
        # Taken out while it changes: after an interrupt the tries of this phrase begin anew, and come out the same.
        tries, self._tries = self._tries, None
        if tries is None:
            logits = self._feed.logits([self.writer], room=stop - self.position)[0]
            writers = [self.writer.copy() for _ in range(self._count)]
            tries = Tries(writers, self._feed.branched(self._count), logits, stop)
        tries.step(self.policy, self._draws, self.style)
        if tries.done:
            self._settled = tries.best()
        else:
            self._tries = tries

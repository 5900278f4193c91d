"""Candidates written together: several pieces of one plan, read side by side, so that a step reads the weights once.

Each has its own seed, and the numbers that it draws are those that it would draw alone. Their logits differ by rounding
from those of a piece that is read alone, so that in one token of many thousands another one may be drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from musenb.errors import ModelError, SettingError
from musenb.sample.feed import Feed, Reader, require_theme
from musenb.sample.policy import Draws, Policy, Style, draw
from musenb.sample.tries import priced
from musenb.score.note import Score
from musenb.score.spelling import written_out
from musenb.tokens.idiom import NoteEvent, Plan, Writer


class Together:
    """Pieces of one plan while they are written; phrases are written once.

    Parameters
    ----------
    decoder : Reader
    plan : Plan
    writers : sequence of Writer
        Of the plan, empty, one a piece.
    seeds : sequence of int
        One a piece.
    policy : Policy, optional
    style : Style, optional

    Raises
    ------
    ModelError
        The given beginning does not fit the model's context.
    SettingError
        There is no piece, or not a seed for each; or there is guidance, and the model has learnt no themes.
    """

    def __init__(
        self, decoder: Reader, plan: Plan, writers: Sequence[Writer], *, seeds: Sequence[int],
        policy: Policy | None = None, style: Style | None = None,
    ) -> None:
        if not writers or len(writers) != len(seeds):
            raise SettingError(f"{len(writers)} pieces and {len(seeds)} seeds: at least one piece, and a seed for each")
        self.plan, self.writers = plan, list(writers)
        self.policy, self.style = policy or Policy(), style or Style()
        self._draws = [Draws(seed) for seed in seeds]
        require_theme(self.writers[0], self.style)
        self._feed = Feed(decoder, guidance=self.style.guidance)
        context = decoder.config.context * self._feed.fields
        if plan.first >= context:
            raise ModelError(f"the prime has {plan.first} tokens; the model's context is {context}")
        self._rows: list[int] = []  # the pieces that the feed reads

    @property
    def done(self) -> bool:
        """True when all are written."""
        return all(writer.done for writer in self.writers)

    def events(self, stop: Callable[[], bool] = lambda: False) -> Iterator[tuple[int, NoteEvent]]:
        """Write on and yield each piece's number and the events of its notes, to the end or until `stop` is true."""
        while not self.done and not stop():
            yield from self._write()

    def run(self, stop: Callable[[], bool] = lambda: False) -> Together:
        """Write on to the end, or until `stop` is true; return the pieces."""
        for _ in self.events(stop):
            pass
        return self

    def scores(self) -> list[Score]:
        """Return the pieces as far as they are written, their notes spelled."""
        return [written_out(writer.score()) for writer in self.writers]

    def _write(self) -> Iterator[tuple[int, NoteEvent]]:
        """Write one token of each piece that is not done."""
        live = [number for number, writer in enumerate(self.writers) if not writer.done]
        place = self.writers[live[0]].position
        given = [self.writers[number].given() for number in live]
        logits = self._read(live) if place >= self.plan.first else None
        for row, (number, token) in enumerate(zip(live, given, strict=True)):
            if token is None:
                assert logits is not None, "the first tokens of a plan are given"
                token = self._draw(number, logits[row], place)
            for event in self.writers[number].take(token):
                yield number, event

    def _read(self, live: list[int]) -> np.ndarray:
        """Return the logits (B, V) of the pieces that are not done; the beginning is read once for all."""
        if self._feed.cache is None:
            first = self._feed.logits([self.writers[live[0]]])
            self._feed, self._rows = self._feed.branched(len(live)), live
            return np.repeat(first, len(live), axis=0)
        if live != self._rows:
            self._feed.keep([self._rows.index(number) for number in live])
            self._rows = live
        return self._feed.logits([self.writers[number] for number in live])

    def _draw(self, number: int, logits: np.ndarray, place: int) -> int:
        writer, style = self.writers[number], self.style
        prices = writer.prices() if style.rules and style.prices else None
        drawn = self._draws[number].at(place)
        return draw(priced(logits, prices), self.policy, drawn, writer.allowed(rules=style.rules))

"""Best of n: a phrase or gap written several times side by side from a shared beginning, and the best kept.

The score of a try, in nats, less is better:

    EXCESS * (how much less likely its tokens are than the model expects of its own writing; 0 where they are likelier)
    + the prices of the faults that it commits, as `Writer.prices` has them
    + Writer.grade: what only the whole stretch shows, such as dissonance, the seam into given notes, the close

The first of equals is kept. A likelier try is not better than one as likely as the model expects: it would be duller.
Each try has numbers of its own by seed, place and number, and all are read in the same calls, so that the choice is the
same whenever the writing was stopped.
"""

from __future__ import annotations

import numpy as np

from musenb.sample.feed import Feed
from musenb.sample.policy import Draws, Policy, Style, choose, probabilities
from musenb.tokens.idiom import Writer

EXCESS = 0.5


class Tries:
    """Some continuations of one writer up to a position.

    Parameters
    ----------
    writers : list of Writer
        At one position; all that is written of them before is the same.
    feed : Feed
        Of so many rows, where the first logits came from.
    logits : float (V,)
        Of the first token.
    stop : int
        The position at which they end.
    """

    def __init__(self, writers: list[Writer], feed: Feed, logits: np.ndarray, stop: int) -> None:
        self.writers, self.stop = writers, stop
        self.first = writers[0].position
        self._feed = feed
        self._logits: np.ndarray | None = np.broadcast_to(logits, (len(writers), len(logits)))
        self._excess = np.zeros(len(writers))
        self._paid = np.zeros(len(writers))

    @property
    def done(self) -> bool:
        """True when all are written."""
        return self.writers[0].position >= self.stop

    def step(self, policy: Policy, draws: Draws, style: Style) -> None:
        """Write the next token of each."""
        given = self.writers[0].given()
        logits = self._feed.logits(self.writers) if self._logits is None else self._logits
        self._logits = None
        for number, writer in enumerate(self.writers):
            token = given
            if token is None:
                cost = writer.prices() if style.rules and style.prices else None
                allowed = writer.allowed(rules=style.rules)
                likely = probabilities(priced(logits[number], cost), policy, allowed)
                token = choose(likely, draws.at(writer.position, attempt=number))
                self._paid[number] += 0 if cost is None else cost[token]
            self._excess[number] += excess(logits[number], token)
            writer.take(token)

    def best(self) -> np.ndarray:
        """Return the tokens of the best try, from the beginning of the piece on."""
        return self.writers[int(self.scores().argmin())].tokens

    def scores(self) -> np.ndarray:
        """Return the score of each try, float (n,); see the module."""
        whole = [writer.grade(self.first) for writer in self.writers]
        return EXCESS * np.maximum(self._excess, 0) + self._paid + np.array(whole)


def priced(logits: np.ndarray, prices: np.ndarray | None) -> np.ndarray:
    """Return logits (V,) less prices (V,) in nats, where there are any."""
    return logits if prices is None else logits - prices


def excess(logits: np.ndarray, token: int) -> float:
    """Return by how many nats a token is less likely than one drawn from logits (V,) is on average."""
    scores = np.asarray(logits, np.float64) - logits.max()
    possible = scores[np.isfinite(scores)]
    weights = np.exp(possible)
    return float(weights @ possible / weights.sum() - scores[token])

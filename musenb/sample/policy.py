"""Sampling policy from logits to a token: temperature, top-k, top-p, and draws by seed and position alone.

References
----------
Holtzman et al., "The Curious Case of Neural Text Degeneration", ICLR (2020): top-p, the nucleus.
Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC (2011): Philox, a generator that counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np

from musenb.errors import SettingError

LARGEST_SEED = 2**63 - 1
MOST_TRIES = 16
MOST_GUIDANCE = 2
DEFAULT_MODEL = "chorale"
# Of Philox4x64.
WORD = 2**64 - 1
PHILOX_0, PHILOX_1 = 0xD2E7470EE14C6C93, 0xCA5A826395121157
WEYL_0, WEYL_1 = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
BEST_OF = 4  # tries of a phrase: read side by side they cost 3.4 to 4.6 times the time of one


@dataclass(frozen=True, slots=True)
class Policy:
    """How a token is chosen from the model's logits.

    Parameters
    ----------
    temperature : float
        0..4; below 1 the likely becomes likelier, 0 always takes the likeliest token.
    top_p : float
        Above 0, up to 1: only the likeliest tokens that together reach this probability.
    top_k : int
        Only so many of the likeliest tokens; 0 for all.

    Raises
    ------
    SettingError
        A value is outside its range.
    """

    temperature: float = 1.0
    top_p: float = 0.9
    top_k: int = 0

    def __post_init__(self) -> None:
        for name in ("temperature", "top_p"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Real):
                raise SettingError(f"{name} {value!r} is not a number")
        if not 0 <= self.temperature <= 4:
            raise SettingError(f"temperature {self.temperature} is outside 0..4")
        if not 0 < self.top_p <= 1:
            raise SettingError(f"top_p {self.top_p} is outside the range above 0 up to 1")
        whole = isinstance(self.top_k, Integral) and not isinstance(self.top_k, bool)
        if not whole or self.top_k < 0:
            raise SettingError(f"top_k {self.top_k!r} is not a whole number of at least 0")

    @property
    def draws(self) -> bool:
        """True unless the likeliest token is always taken."""
        return self.temperature > 0 and self.top_k != 1

    def as_pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the settings as sorted pairs of text, as a note's Origin keeps them."""
        return tuple((name, f"{getattr(self, name):g}") for name in ("temperature", "top_k", "top_p"))


@dataclass(frozen=True, slots=True)
class Style:
    """What is done for good style, beyond what the model has learnt.

    Parameters
    ----------
    rules : bool
        Whether the idiom's rules hold wherever they leave a choice.
    prices : bool
        Whether, with the rules, also milder faults are made rarer; see `musenb.tokens.idiom.Writer.prices`.
    best_of : int
        How often each phrase, or gap, is written, 1..16; the best is kept, see `musenb.sample.tries`.
    guidance : float
        0..2: how much the prime counts as a theme, by a model that has learnt some. 0 tells none, 1 tells it, and above
        what it adds to the logits counts so many times.

    Raises
    ------
    SettingError
        `best_of` or `guidance` is outside its range.
    """

    rules: bool = True
    prices: bool = True
    best_of: int = 1
    guidance: float = 0.0

    def __post_init__(self) -> None:
        number = isinstance(self.guidance, Real) and not isinstance(self.guidance, bool)
        if not number or not 0 <= self.guidance <= MOST_GUIDANCE:
            raise SettingError(f"guidance {self.guidance!r} is not a number in 0..{MOST_GUIDANCE}")
        whole = isinstance(self.best_of, Integral) and not isinstance(self.best_of, bool)
        if not whole or not 1 <= self.best_of <= MOST_TRIES:
            raise SettingError(f"best_of {self.best_of!r} is not a whole number in 1..{MOST_TRIES}")
        object.__setattr__(self, "best_of", int(self.best_of))


@dataclass(frozen=True, slots=True)
class Draws:
    """A generator of its own whose number at a place is the same whenever, and in whatever order, it is asked for.

    Parameters
    ----------
    seed : int
        0..2**63 - 1.

    Raises
    ------
    SettingError
        The seed is outside its range.
    """

    seed: int

    def __post_init__(self) -> None:
        whole = isinstance(self.seed, Integral) and not isinstance(self.seed, bool)
        if not whole or not 0 <= self.seed <= LARGEST_SEED:
            raise SettingError(f"seed {self.seed!r} is not a whole number in 0..{LARGEST_SEED}")
        object.__setattr__(self, "seed", int(self.seed))

    def at(self, place: int, *, attempt: int = 0) -> float:
        """Return the number, 0 to below 1, that belongs to a place >= 0, and there to one of several attempts."""
        return (_philox(self.seed, place + (attempt << 64) + 1) >> 11) * 2.0**-53


def _philox(key: int, counter: int) -> int:
    """Return the first 64 bits of block `counter` of Philox4x64-10; numpy's generator, which takes ten times as long to
    make, gives them as its first ones behind `counter` - 1.
    """
    c0, c1, c2, c3 = (counter >> shift & WORD for shift in (0, 64, 128, 192))
    k0, k1 = key & WORD, key >> 64 & WORD
    for _ in range(10):
        low, high = c0 * PHILOX_0, c2 * PHILOX_1
        c0, c1, c2, c3 = high >> 64 ^ c1 ^ k0, high & WORD, low >> 64 ^ c3 ^ k1, low & WORD
        k0, k1 = k0 + WEYL_0 & WORD, k1 + WEYL_1 & WORD
    return c0


def probabilities(logits: np.ndarray, policy: Policy, allowed: np.ndarray | None = None) -> np.ndarray:
    """Return float64 (V,) probabilities of the tokens after the mask, temperature, top-k and top-p, in this order.

    Parameters
    ----------
    logits : float (V,)
    policy : Policy
    allowed : bool (V,), optional
        Tokens that may be chosen; at least one.

    Raises
    ------
    SettingError
        No token is allowed.
    """
    index = _index(logits, allowed)
    if index is None:
        return _likely(logits, policy)
    whole = np.zeros(len(logits))
    whole[index] = _likely(logits[index], policy)
    return whole


def draw(logits: np.ndarray, policy: Policy, number: float, allowed: np.ndarray | None = None) -> int:
    """Return the token that `choose` takes of `probabilities` by a number, 0 to below 1; errors as there."""
    index = _index(logits, allowed)
    if index is None:
        return choose(_likely(logits, policy), number)
    return int(index[choose(_likely(logits[index], policy), number)])


def _index(logits: np.ndarray, allowed: np.ndarray | None) -> np.ndarray | None:
    """Return the tokens that are allowed; None for all."""
    if allowed is None:
        return None
    index = np.flatnonzero(allowed)
    if not len(index):
        raise SettingError("no word is allowed here: the constraints contradict one another")
    return index if len(index) < len(logits) else None


def _likely(logits: np.ndarray, policy: Policy) -> np.ndarray:
    """Return float64 (V,) probabilities of tokens that are all allowed."""
    scores = np.asarray(logits, dtype=np.float64)
    if policy.temperature == 0:
        return np.eye(len(scores))[int(scores.argmax())]
    scores = scores - scores.max()
    if policy.temperature != 1:
        with np.errstate(over="ignore"):
            scores = scores / policy.temperature
    order = (-scores).argsort(kind="stable")
    descending = np.exp(scores[order])
    descending /= descending.sum()
    if policy.top_k:
        descending[policy.top_k :] = 0
    before = descending.cumsum()
    before -= descending
    descending[before >= policy.top_p * descending.sum()] = 0
    result = np.empty_like(descending)
    result[order] = descending / descending.sum()
    return result


def choose(probabilities: np.ndarray, number: float) -> int:
    """Return the token at which the running sum of probabilities (V,) passes `number`, 0 to below 1."""
    cumulative = probabilities.cumsum()
    token = int(cumulative.searchsorted(number * cumulative[-1], side="right"))
    last = int(probabilities.nonzero()[0][-1])
    return min(token, last)

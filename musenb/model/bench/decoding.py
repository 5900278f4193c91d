"""Decoding benchmark of the numpy decoder against its floor: one matrix-vector product for every matrix.

All figures of a model come from interleaved rounds in one process, in processor time of one thread, lower decile. The
floor has no attention, so nobody reaches it. A step is linear in its position, so that the mean over many tokens
follows from a few positions.

References
----------
Radford et al., "Language Models are Unsupervised Multitask Learners" (2019): GPT-2, the peer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Decoder, Trace
from musenb.model.shapes import expected_shapes
from musenb.model.threads import one_thread
from musenb.model.trace import NAMES

POSITIONS = (0, 64, 512, 1024, 2047)
PRIMES = (64, 256, 2048)
GIVEN = 100  # items of a memory: the melody of a chorale of 16 bars and two closes


class Way(NamedTuple):
    """How a step is measured: rows side by side, what is traced, whether by numpy alone, items of a memory."""

    rows: int = 1
    names: tuple[str, ...] = ()
    alone: bool = False
    items: int = 0


WAYS: dict[str, Way] = {
    "plain": Way(),
    "weights traced": Way(names=("weights",)),
    "all traced": Way(names=NAMES),
    "4 candidates": Way(rows=4),
    "8 candidates": Way(rows=8),
    "without numba": Way(alone=True),
    "given notes": Way(items=GIVEN),
    "given notes, 4 candidates": Way(rows=4, items=GIVEN),
    "given notes, without numba": Way(alone=True, items=GIVEN),
}
WIDE = ModelConfig(
    vocabulary=390,
    width=256,
    layers=6,
    heads=8,
    feed_forward=1024,
    max_distance=1024,
    context=2048,
)


@dataclass(frozen=True, slots=True)
class RandomItems:
    """Items of a memory with random features (M, G) and attributes (M, S)."""

    features: np.ndarray
    attributes: np.ndarray


def ways_of(config: ModelConfig) -> dict[str, Way]:
    """Return the ways that a model can be measured in."""
    return {name: way for name, way in WAYS.items() if config.memory_readers or not way.items}


def random_items(config: ModelConfig, count: int) -> RandomItems | None:
    """Return items for a model that reads a memory, None for 0."""
    if not count:
        return None
    rng = np.random.default_rng(1)
    features = [rng.integers(0, size, count) for size in config.memory_features]
    attributes = [rng.integers(-1, 2 * span, count) for span in config.memory_relations]
    return RandomItems(_stacked(features, (count,)), _stacked(attributes, (count,)))


def random_decoder(config: ModelConfig, *, plain: bool = False) -> Decoder:
    """Return a decoder with random weights of a usual size, in the half precision of a checkpoint."""
    rng = np.random.default_rng(0)
    tensors = {}
    for name, shape in expected_shapes(config).items():
        drawn = rng.normal(scale=shape[-1] ** -0.5, size=shape)
        if "norm" in name:
            drawn = np.ones(shape)
        tensors[name] = drawn.astype(np.float16)
    decoder = Decoder(config, tensors)
    return decoder if plain else decoder.compile()


def random_row(config: ModelConfig, rows: int) -> tuple[np.ndarray, ...]:
    """Return tokens, features and attributes that fill the context."""
    rng = np.random.default_rng(0)
    shape = (rows, config.context)
    features = [rng.integers(0, size, shape) for size in config.features]
    spans = *config.relations, *config.memory_relations
    related = [rng.integers(-1, 2 * span, shape) for span in spans]
    tokens = rng.integers(0, config.vocabulary, shape)
    return tokens, _stacked(features, shape), _stacked(related, shape)


def _stacked(columns: Sequence[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """Return arrays of one shape as one, the columns last."""
    if not columns:
        return np.zeros((*shape, 0), np.int64)
    return np.stack(columns, -1)


def floor_of(decoder: Decoder) -> Callable[[], None]:
    """Return a function that multiplies a vector with every matrix once."""
    matrices = []
    for layer in decoder.layers:
        matrices += [layer.mix, layer.out, layer.rise, layer.fall]
    matrices.append(decoder.readout)
    products = []
    for matrix in matrices:
        inputs, outputs = matrix.shape
        vector = np.ones((1, inputs), np.float32)
        out = np.empty((1, outputs), np.float32)
        products.append((vector, matrix, out))

    def stream() -> None:
        for vector, matrix, out in products:
            np.dot(vector, matrix, out)

    return stream


def seconds(function: Callable[[], object]) -> float:
    """Return the processor time of the second of two calls: the first one meets cold caches."""
    function()
    start = time.process_time()
    function()
    return time.process_time() - start


def steps_of(decoder: Decoder, positions: Sequence[int], way: Way) -> dict[int, Callable[[], None]]:
    """Return a function for each position that reads it once more."""
    cache = decoder.start(way.rows, random_items(decoder.config, way.items))
    row = random_row(decoder.config, way.rows)
    trace = Trace(way.names) if way.names else None
    decoder.extend(cache, *row)

    def step_at(position: int) -> Callable[[], None]:
        one = [column[:, position : position + 1] for column in row]

        def step() -> None:
            cache.length = position
            decoder.extend(cache, *one, trace=trace)

        return step

    return {position: step_at(position) for position in positions}


def decode_figures(
    config: ModelConfig = WIDE, *, rounds: int = 60, positions: Sequence[int] = POSITIONS
) -> dict:
    """Measure decoding from the first token to the last of the context, and reading a prime.

    Parameters
    ----------
    config : ModelConfig
        Its context reaches behind every position.
    rounds : int
        >= 1.
    positions : sequence of int
        Where steps are measured, ascending.

    Returns
    -------
    dict
        `decode_x_sgemv` and `decode_tokens_per_s`, of all tokens up to the last position; `slowest_x_fastest` of the
        positions; `traced_x_plain`, for 'weights traced' and 'all traced'; `compiled`, whether numba is in
        use, and `without_numba_x_sgemv`, the first figure from numpy alone; `floor_tokens_per_s`; `steps`, rows with
        `way`, `position`, `us`, `tokens_per_s` and `x_sgemv`; `primes`, rows with `length` and `ms`.

    Raises
    ------
    ModelError
        There are no rounds, or a position is outside the context.
    """
    if rounds < 1 or not positions or min(positions) < 0 or max(positions) >= config.context:
        raise ModelError(f"{rounds} rounds at {list(positions)}: at least 1 is needed, within 0..{config.context - 1}")
    decoder = random_decoder(config)
    with one_thread():
        taken = _rounds(decoder, random_decoder(config, plain=True), rounds, positions)
        lengths = [length for length in PRIMES if length <= config.context]
        primes = [{"length": n, "ms": 1e3 * _prime_seconds(decoder, n)} for n in lengths]
    floor = taken["floor", 0]
    steps = []
    means = {}
    for way, (rows, *_) in ways_of(config).items():
        durations = [taken[way, position] for position in positions]
        means[way] = _mean(positions, durations)
        for position, duration in zip(positions, durations, strict=True):
            step = {"way": way, "position": position, "us": 1e6 * duration}
            step |= {"tokens_per_s": rows / duration, "x_sgemv": floor / duration}
            steps.append(step)
    plain = [taken["plain", position] for position in positions]
    return {
        "decode_x_sgemv": floor / means["plain"],
        "decode_tokens_per_s": 1 / means["plain"],
        "slowest_x_fastest": max(plain) / min(plain),
        "traced_x_plain": {way: means[way] / means["plain"] for way in means if "traced" in way},
        "compiled": decoder.compiled is not None,
        "without_numba_x_sgemv": floor / means["without numba"],
        "floor_tokens_per_s": 1 / floor,
        "steps": steps,
        "primes": primes,
    }


def _rounds(
    decoder: Decoder, plain: Decoder, rounds: int, positions: Sequence[int]
) -> dict[tuple[str, int], float]:
    """Return the seconds of the floor, ('floor', 0), and of each way at each position."""
    functions = {("floor", 0): floor_of(decoder)}
    for name, way in ways_of(decoder.config).items():
        steps = steps_of(plain if way.alone else decoder, positions, way)
        functions |= {(name, position): step for position, step in steps.items()}
    taken: dict[tuple[str, int], list[float]] = {key: [] for key in functions}
    for _ in range(rounds):
        for key, function in functions.items():
            taken[key].append(seconds(function))
    return {key: float(np.quantile(times, 0.1)) for key, times in taken.items()}


def _prime_seconds(decoder: Decoder, length: int) -> float:
    prime = [column[:, :length] for column in random_row(decoder.config, 1)]

    def read() -> None:
        decoder.extend(decoder.start(), *prime)

    return min(seconds(read) for _ in range(2))


def _mean(positions: Sequence[int], values: Sequence[float]) -> float:
    """Return the mean over all positions up to the last, by straight lines between those that are known."""
    every = np.arange(positions[-1] + 1)
    return float(np.interp(every, positions, values).mean())


def gpt2_figures(config: ModelConfig = WIDE, *, tokens: int = 512, rounds: int = 3) -> dict:
    """Measure greedy decoding beside GPT-2 of the same size with its cache, as transformers ships it.

    GPT-2 has no gate: its feed-forward layer is half as wide again, so that both have equally many weights.

    Returns
    -------
    dict
        `decode_x_hf_gpt2`, `tokens`, and the `tokens_per_s` of both, `musenb` and `hf_gpt2`.

    Raises
    ------
    ImportError
        transformers is not installed.
    """
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel  # pyright: ignore[reportMissingImports]

    size = {"n_embd": config.width, "n_layer": config.layers, "n_head": config.heads}
    special = {"bos_token_id": 0, "eos_token_id": None}
    shape = GPT2Config(
        vocab_size=config.vocabulary,
        n_positions=tokens + 1,
        n_inner=config.feed_forward * 3 // 2,
        **size,
        **special,
    )
    model, decoder = GPT2LMHeadModel(shape).eval(), random_decoder(config)
    prime = torch.zeros((1, 1), dtype=torch.int64)
    settings = {"max_new_tokens": tokens, "min_new_tokens": tokens, "do_sample": False, "use_cache": True}
    ways = {
        "musenb": lambda: greedy(decoder, tokens),
        "hf_gpt2": lambda: model.generate(prime, attention_mask=torch.ones_like(prime), **settings),
    }
    taken = dict.fromkeys(ways, float("inf"))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with one_thread():
            for _ in range(rounds):
                for way, function in ways.items():
                    start = time.process_time()
                    function()
                    taken[way] = min(taken[way], time.process_time() - start)
    finally:
        torch.set_num_threads(threads)
    speeds = {way: tokens / duration for way, duration in taken.items()}
    return {"decode_x_hf_gpt2": speeds["musenb"] / speeds["hf_gpt2"], "tokens": tokens, "tokens_per_s": speeds}


def greedy(decoder: Decoder, tokens: int) -> list[int]:
    """Return the likeliest tokens one after another, for a network without features and relations."""
    cache = decoder.start()
    empty = np.zeros((1, 1, 0), np.int64)
    written = [decoder.config.begin]
    for _ in range(tokens):
        last = np.array([[written[-1]]])
        logits = decoder.extend(cache, last, empty, empty)
        written.append(int(logits[0, -1].argmax()))
    return written[1:]

"""Print how fast the numpy decoder is at several positions, as ratios to streaming all weights once through sgemv.

Run as `python -m tests.benchmarks.bench_decode [--rounds N]`. All figures of a model come from interleaved rounds in
one process, in processor time of one thread, lower decile. The floor is one product with every matrix and nothing
else: no attention, so nobody reaches it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from musenb.model.config import ModelConfig
from musenb.model.decode import Decoder, Trace
from musenb.model.threads import one_thread
from musenb.model.weights import expected_shapes
from musenb.train.chorale import chorale_config

POSITIONS = (0, 64, 512, 1024, 2047)
PRIMES = (64, 256, 2048)
ALL = ("residual", "content", "relative", "weights")
WIDE = ModelConfig(vocabulary=390, width=256, layers=6, heads=8, feed_forward=1024, max_distance=1024, context=2048)


def random_decoder(config: ModelConfig) -> Decoder:
    """Return a decoder with random weights of a usual size."""
    rng = np.random.default_rng(0)
    shapes = expected_shapes(config).items()
    tensors = {name: rng.normal(scale=shape[-1] ** -0.5, size=shape).astype(np.float32) for name, shape in shapes}
    ones = {name: np.ones(shape, np.float32) for name, shape in shapes if "norm" in name}
    return Decoder(config, tensors | ones)


def random_row(config: ModelConfig, rows: int) -> tuple[np.ndarray, ...]:
    """Return tokens, features and attributes that fill the context."""
    rng, shape = np.random.default_rng(0), (rows, config.context)
    features = [rng.integers(0, size, shape) for size in config.features]
    related = [rng.integers(-1, 2 * span, shape) for span in config.relations]
    blank = np.zeros((*shape, 0), np.int64)
    tokens = rng.integers(0, config.vocabulary, shape)
    return tokens, np.stack(features, -1) if features else blank, np.stack(related, -1) if related else blank


def floor_of(decoder: Decoder) -> Callable[[], None]:
    """Return a function that multiplies a vector with every matrix once."""
    matrices = [m for layer in decoder.layers for m in (layer.mix, layer.out, layer.rise, layer.fall)]
    matrices.append(decoder.readout)
    vectors = [(np.ones((1, m.shape[0]), np.float32), np.empty((1, m.shape[1]), np.float32)) for m in matrices]

    def stream() -> None:
        for matrix, (vector, out) in zip(matrices, vectors, strict=True):
            np.dot(vector, matrix, out)

    return stream


def seconds(function: Callable[[], object]) -> float:
    """Return the processor time of the second of two calls: the first one meets cold caches."""
    function()
    start = time.process_time()
    function()
    return time.process_time() - start


def steps_of(decoder: Decoder, rows: int, names: tuple[str, ...]) -> dict[int, Callable[[], None]]:
    """Return a function for each position that reads it once more."""
    cache, row, trace = decoder.start(rows), random_row(decoder.config, rows), Trace(names) if names else None
    decoder.extend(cache, *row)

    def step_at(position: int) -> Callable[[], None]:
        one = [column[:, position : position + 1] for column in row]

        def step() -> None:
            cache.length = position
            decoder.extend(cache, *one, trace=trace)

        return step

    return {position: step_at(position) for position in POSITIONS}


def report(title: str, decoder: Decoder, rounds: int) -> None:
    """Print a line for each way of decoding with one model."""
    ways = {"steps": (1, ()), "trace of weights": (1, ("weights",)), "trace of all": (1, ALL), "8 candidates": (8, ())}
    functions = {("floor", 0): floor_of(decoder)}
    for way, (rows, names) in ways.items():
        functions |= {(way, position): step for position, step in steps_of(decoder, rows, names).items()}
    taken: dict[tuple[str, int], list[float]] = {key: [] for key in functions}
    for _ in range(rounds):
        for key, function in functions.items():
            taken[key].append(seconds(function))
    middle = {key: float(np.quantile(times, 0.1)) for key, times in taken.items()}
    floor = middle["floor", 0]
    print(f"\n{title}: floor {floor * 1e6:.0f} us, {1 / floor:.0f} tokens/s")
    print("position".rjust(20), *(f"{position:>24,}" for position in POSITIONS))
    for way, (rows, _) in ways.items():
        cells = [(middle[way, position], rows / middle[way, position]) for position in POSITIONS]
        told = (f"{t * 1e6:.0f} us {speed:.0f}/s {floor / t:.2f}" for t, speed in cells)
        print(way.rjust(20), *(f"{text:>24}" for text in told))
    row = random_row(decoder.config, 1)
    for length in PRIMES:
        prime = [column[:, :length] for column in row]
        times = [seconds(lambda prime=prime: decoder.extend(decoder.start(), *prime)) for _ in range(3)]
        print(f"prime of {length}".rjust(20), f"{min(times) * 1e3:.1f} ms")


def main() -> None:
    """Print the figures of the chorale model's shape and of the wider one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    rounds = parser.parse_args().rounds
    with one_thread():
        for title, config in (("chorale", chorale_config()), ("6 layers of 256", WIDE)):
            report(title, random_decoder(config), rounds)


if __name__ == "__main__":
    main()

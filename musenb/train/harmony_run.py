"""Harmony head run: read, train, fit the path on chorales held apart, and write `harmony.npz`.

python -m musenb.train.harmony_run ANALYSES FOLDER [SEEDS]

ANALYSES holds chorales.csv and chorale-analyses.tar.xz. FOLDER keeps the chorales as read, so that a second run is
quick, the log, and the head; SEEDS is how many networks are averaged.
"""

from __future__ import annotations

import io
import itertools
import pickle
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from musenb.analysis.harmony.decode import Transitions, best_path
from musenb.analysis.harmony.frames import OFFBEAT
from musenb.analysis.harmony.head import NAME, head_of
from musenb.analysis.harmony.vocabulary import CLASSES, INDEX
from musenb.files.atomic import atomic_write
from musenb.train.harmony import class_of, fit, parted, rows_of
from musenb.train.romans import Labelled, labelled_chorales

SEEDS = 2
KEPT = "chorales.pickle"  # our own file, in the folder of the run
TRUSTS, CHORDS, KEYS = (1.0,), (0.4,), (0.15, 0.3)
SHARPNESSES = (0.7, 0.8, 0.9)
KEEP = 24


def steps_of(chorales: Sequence[Labelled], *, chords: float, keys: float) -> Transitions:
    """Return the steps of the path from how often labels follow one another.

    Parameters
    ----------
    chorales : sequence of Labelled
    chords : float
        What the evidence of a chord for the next one is multiplied by.
    keys : float
        The same for changes of key.
    """
    count = len(CLASSES)
    changes, frames = np.full(3, 1.0), np.full(3, 2.0)
    follows = np.zeros((count, count))
    moves = np.full((2, 2, 12), 0.05)
    for chorale in chorales:
        labels = chorale.analyses[0]
        for at in range(1, len(labels)):
            before, after = labels[at - 1], labels[at]
            if before is None or after is None or class_of(before) not in INDEX or class_of(after) not in INDEX:
                continue
            one, other = INDEX[class_of(before)], INDEX[class_of(after)]
            strength, same_key = chorale.frames.strength[at], before.key == after.key
            frames[strength] += 1
            changes[strength] += not (same_key and one == other)
            if not same_key:
                moves[int(before.key.minor), int(after.key.minor), (after.key.tonic - before.key.tonic) % 12] += 1
            elif one != other:
                follows[one, other] += 1
    share = changes / frames
    stay_in_key = follows.sum() / (follows.sum() + moves.sum())
    after = (follows.sum(0) + 1) / (follows.sum() + count)
    given = (follows + 20 * after) / (follows.sum(1, keepdims=True) + 20)
    of_moves = np.log(1 - stay_in_key) + np.log(moves / moves.sum((1, 2), keepdims=True))
    return Transitions(
        np.log(1 - share), np.log(share), np.log(stay_in_key) + chords * np.log(given / after),
        keys * of_moves, np.zeros(count),
    )  # fmt: skip


def tuned(arrays: dict[str, np.ndarray], train: Sequence[Labelled], valid: Sequence[Labelled]) -> dict[str, np.ndarray]:
    """Return the arrays of a head with the steps, trust and sharpness that do best on chorales held apart."""
    plain = {f"steps.{name}": value for name, value in _arrays(steps_of(train, chords=0, keys=1)).items()}
    head = head_of({**arrays, **plain, "trust": np.array(1.0), "sharpness": np.array(1.0)})
    scores = [head.log_probs(chorale.frames)[0] for chorale in valid]
    tried: list[tuple[float, float, Transitions]] = []
    for trust, chords, keys in itertools.product(TRUSTS, CHORDS, KEYS):
        steps = steps_of(train, chords=chords, keys=keys)
        right = np.mean([_right(chorale, trust * score, steps) for chorale, score in zip(valid, scores, strict=True)])
        print(f"trust {trust}, chords {chords}, keys {keys}: {right:.4f} of beats, key and chord", flush=True)
        tried.append((float(right), trust, steps))
    _, trust, steps = max(tried, key=lambda one: one[0])
    losses = {}
    for sharpness in SHARPNESSES:
        nats = [_nats(one, trust * score, steps, sharpness) for one, score in zip(valid, scores, strict=True)]
        losses[sharpness] = np.mean(nats)
    sharpness = min(losses, key=losses.__getitem__)
    print("nats a beat by sharpness:", {key: round(float(value), 4) for key, value in losses.items()}, flush=True)
    chosen = {f"steps.{name}": value for name, value in _arrays(steps).items()}
    return {**arrays, **chosen, "trust": np.array(trust), "sharpness": np.array(sharpness)}


def _arrays(steps: Transitions) -> dict[str, np.ndarray]:
    return {name: np.asarray(getattr(steps, name)) for name in Transitions.__dataclass_fields__}


def _states(chorale: Labelled) -> tuple[np.ndarray, np.ndarray]:
    """Return the beats that have a label of the vocabulary, and its states."""
    found = []
    for at, label in enumerate(chorale.analyses[0]):
        if label is not None and class_of(label) in INDEX and chorale.frames.strength[at] != OFFBEAT:
            found.append((at, label.key.tonic * len(CLASSES) + INDEX[class_of(label)]))
    beats, states = np.array(found).T
    return beats, states


def _right(chorale: Labelled, scores: np.ndarray, steps: Transitions) -> float:
    beats, states = _states(chorale)
    path = best_path(scores, chorale.frames.strength, steps, keep=KEEP)
    return float((path.states[beats] == states).mean())


def _nats(chorale: Labelled, scores: np.ndarray, steps: Transitions, sharpness: float) -> float:
    beats, states = _states(chorale)
    path = best_path(scores, chorale.frames.strength, steps, keep=KEEP, sharpness=sharpness)
    given = (path.posterior[beats] * (path.kept[beats] == states[:, None])).sum(axis=1)
    return float(-np.log(np.maximum(given, 1e-3)).mean())


def read_once(analyses: Path, folder: Path) -> list[Labelled]:
    """Return the chorales, from the folder of the run where they were read before."""
    kept = folder / KEPT
    if not kept.exists():
        atomic_write(kept, pickle.dumps(list(labelled_chorales(analyses))))
    return pickle.loads(kept.read_bytes())


def run(analyses: Path, folder: Path, *, seeds: int = SEEDS) -> Path:
    """Train a head and return its path."""
    torch.set_num_threads(1)
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    splits = parted(read_once(analyses, folder))
    print({name: len(chorales) for name, chorales in splits.items()}, flush=True)
    rows = rows_of(splits["train"])
    arrays = {}
    for seed in range(seeds):
        kept = folder / f"network{seed}.npz"
        if not kept.exists():
            state = fit(rows, seed=seed, report=lambda line: _said(line, began))
            atomic_write(kept, _bytes({name: value.numpy() for name, value in state.state_dict().items()}))
        with np.load(kept) as read:
            for name, value in read.items():
                arrays[f"network{seed}.{name.removeprefix('layers.')}"] = value.astype(np.float16)
    path = folder / NAME
    arrays = tuned(arrays, splits["train"], splits["valid"])
    atomic_write(path, _bytes({name: value.astype(np.float16) for name, value in arrays.items()}))
    return path


def _said(line: str, began: float) -> None:
    print(f"{line}, {time.monotonic() - began:.0f} s", flush=True)


def _bytes(arrays: dict[str, np.ndarray]) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def main(arguments: Sequence[str]) -> int:
    """Train what the command line names; return the exit code."""
    if len(arguments) not in (2, 3):
        print("usage: python -m musenb.train.harmony_run ANALYSES FOLDER [SEEDS]", file=sys.stderr)
        return 2
    analyses, folder, *seeds = arguments
    print(run(Path(analyses), Path(folder), seeds=int(seeds[0]) if seeds else SEEDS))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

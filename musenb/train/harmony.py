"""Harmony head training: networks that read a frame of a score and tell its chord, from analyses by people.

A chorale with two analyses is never trained on, nor one that shares much of what sounds with such a one. A tenth of the
others is held apart: the steps of the path and the sharpness of its posterior are chosen on it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from musenb.analysis.harmony.frames import OFFBEAT, pitch_blocks, place_features
from musenb.analysis.harmony.vocabulary import CLASSES, INDEX, MINOR, ChordClass
from musenb.train.romans import Label, Labelled

WIDTH, LAYERS = 80, 2
DROPOUT, INPUT_DROPOUT, UNTOLD = 0.2, 0.1, 0.25  # UNTOLD: how often key signature and fermatas are kept back
EPOCHS, BATCH, RATE, DECAY = 10, 192, 3e-3, 0.03
SMOOTHING = 0.05
OFFBEAT_WEIGHT = 0.5
VALIDATION = 10  # one in so many is held apart
PATTERN, MOST_SHARED = 8, 0.25  # eighths; share of them that also stands in a doubly analysed chorale


@dataclass(frozen=True, slots=True)
class Rows:
    """Frames as a network reads them.

    Parameters
    ----------
    pitches : float32 (rows, blocks, 12)
    places : float32 (rows, features)
    state : int (rows,)
        `tonic * classes + class`.
    bass : int (rows,)
        Semitones above the tonic.
    weight : float32 (rows,)
    """

    pitches: np.ndarray
    places: np.ndarray
    state: np.ndarray
    bass: np.ndarray
    weight: np.ndarray


def rows_of(chorales: Sequence[Labelled]) -> Rows:
    """Return the labelled frames of the first analyses whose chords are in the vocabulary."""
    pitches, places, targets = [], [], []
    for chorale in chorales:
        labels = chorale.analyses[0]
        known = {at: label for at, label in enumerate(labels) if label is not None and class_of(label) in INDEX}
        told = list(known)
        pitches.append(pitch_blocks(chorale.frames)[told])
        places.append(place_features(chorale.frames)[told])
        for at, label in known.items():
            state = label.key.tonic * len(CLASSES) + INDEX[class_of(label)]
            weight = OFFBEAT_WEIGHT if chorale.frames.strength[at] == OFFBEAT else 1.0
            targets.append((state, label.chord.bass, weight))
    state, bass, weight = np.array(targets).T
    return Rows(
        np.concatenate(pitches), np.concatenate(places), state.astype(int), bass.astype(int), weight.astype(np.float32)
    )


def class_of(label: Label) -> ChordClass:
    return ChordClass(label.key.minor, label.chord.root, label.chord.quality)


class Head(nn.Module):
    """The network: one that reads a frame from each of twelve tonics and scores what it may be there."""

    def __init__(self, blocks: int, places: int) -> None:
        super().__init__()
        sizes = [12 * blocks + places, *[WIDTH] * LAYERS]
        layers = [nn.Linear(one, other) for one, other in itertools.pairwise(sizes)]
        self.linear = (*layers, nn.Linear(WIDTH, len(CLASSES) + 24))
        self.layers = nn.ModuleList(self.linear)
        self.dropout, self.input_dropout = nn.Dropout(DROPOUT), nn.Dropout(INPUT_DROPOUT)

    def forward(self, pitches: torch.Tensor, places: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits of states (rows, 12, classes) and of basses by mode (rows, 12, 2, 12)."""
        first = self.linear[0]
        of_pitches, of_places = first.weight.split([12 * pitches.shape[1], places.shape[1]], dim=1)
        by_class = of_pitches.unflatten(1, (-1, 12))
        turned = torch.stack([by_class.roll(tonic, dims=2) for tonic in range(12)])  # 12, width, blocks, 12
        hidden = (self.input_dropout(pitches).flatten(1) @ turned.flatten(2).flatten(0, 1).T).unflatten(1, (12, WIDTH))
        hidden = hidden + (places @ of_places.T + first.bias)[:, None]
        for layer in self.linear[1:-1]:
            hidden = layer(self.dropout(torch.relu(hidden)))
        hidden = self.dropout(torch.relu(hidden))
        out = self.linear[-1](hidden)
        classes = len(CLASSES)
        return out[..., :classes], out[..., classes:].unflatten(2, (2, 12))


def fit(rows: Rows, *, seed: int, epochs: int = EPOCHS, report: Callable[[str], None] = print) -> Head:
    """Return a network trained on rows."""
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    head = Head(rows.pitches.shape[1], rows.places.shape[1])
    optimizer = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=DECAY)
    steps = epochs * -(-len(rows.state) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.1)
    for epoch in range(epochs):
        order = generator.permutation(len(rows.state))
        total = 0.0
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            loss = _loss(head, rows, chosen, generator)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(chosen)
        report(f"epoch {epoch + 1}: loss {total / len(order):.4f}")
    return head.eval()


def _loss(head: Head, rows: Rows, chosen: np.ndarray, generator: np.random.Generator) -> torch.Tensor:
    pitches, places = rows.pitches[chosen].copy(), rows.places[chosen].copy()
    keep_back(pitches, places, generator.random(len(chosen)) < UNTOLD, generator.random(len(chosen)) < UNTOLD)
    logits, basses = head(torch.from_numpy(pitches), torch.from_numpy(places))
    state, bass = torch.from_numpy(rows.state[chosen]), torch.from_numpy(rows.bass[chosen])
    weight = torch.from_numpy(rows.weight[chosen])
    of_state = nn.functional.cross_entropy(logits.flatten(1), state, reduction="none", label_smoothing=SMOOTHING)
    tonic, mode = state // len(CLASSES), torch.from_numpy(MINOR.astype(int))[state % len(CLASSES)]
    told = basses[torch.arange(len(chosen)), tonic, mode]
    of_bass = nn.functional.cross_entropy(told, bass, reduction="none")
    return ((of_state + of_bass) * weight).sum() / weight.sum()


def keep_back(pitches: np.ndarray, places: np.ndarray, signature: np.ndarray, fermatas: np.ndarray) -> None:
    """Take the key signature out of some rows, and the fermatas out of some, in place."""
    pitches[signature, -4] = 0
    pitches[fermatas, -2:] = 0
    places[fermatas, 3:-2] = 0


def parted(chorales: Sequence[Labelled]) -> dict[str, list[Labelled]]:
    """Return chorales as 'train', 'valid' and 'test'; those that are too like a test chorale are in none."""
    test = [chorale for chorale in chorales if len(chorale.analyses) == 2]
    known = set().union(*(_patterns(chorale) for chorale in test))
    others = []
    for chorale in chorales:
        own = _patterns(chorale)
        if len(chorale.analyses) == 1 and len(own & known) <= MOST_SHARED * len(own):
            others.append(chorale)
    valid = others[::VALIDATION]
    return {"train": [one for one in others if one not in valid], "valid": valid, "test": test}


def _patterns(chorale: Labelled) -> set[tuple[int, ...]]:
    """Return the stretches of eight eighths of a chorale as what sounds in them, free of transposition."""
    frames = chorale.frames
    found = set()
    for start in range(len(frames) - PATTERN + 1):
        bass = frames.bass[start : start + PATTERN]
        turned = np.roll(frames.heard[start : start + PATTERN] > 0, -int(bass[0]), axis=1)
        found.add((*(bass - bass[0]).tolist(), *np.packbits(turned).tolist()))
    return found

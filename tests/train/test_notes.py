from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from musenb.model.torch.fields import FieldTransformer, Steps
from musenb.score.note import KeySignature, Note, Score, Voice
from musenb.tokens.notes.code import encode, table_of
from musenb.tokens.notes.fields import NO_KEY, ORDER, SILENCE
from musenb.train import notes_data
from musenb.train.judge_notes import gap_given
from musenb.train.loop import Schedule
from musenb.train.notes import (
    Draw,
    Motifs,
    drawn_theme,
    moved,
    moves_of,
    notes_config,
    notes_model,
    stacked,
    theme_steps,
    told_row,
    varied,
)
from musenb.train.notes_data import Piece, movements, piece_of, read_pieces, write_pieces
from musenb.train.notes_rows import NotesRows
from musenb.train.notes_run import NotesTrainer, rows_of

SMALL: dict[str, Any] = {
    "width": 32, "heads": 2, "feed_forward": 48, "layers": 2, "memory_readers": (0,), "max_distance": 64,
    "memory_layers": 1, "memory_feed_forward": 32, "field_width": 32, "dropout": 0.0,
}


def canon(bars: int = 8) -> Score:
    """Two voices, one a bar behind the other, with one figure in every bar."""
    figure = (0, 2, 4, 2)
    high = [Note(Fraction(n), Fraction(1), 67 + figure[n % 4]) for n in range(4 * bars)]
    low = [Note(Fraction(n), Fraction(1), 48 + figure[n % 4]) for n in range(4, 4 * bars)]
    return Score((Voice("high", tuple(high)), Voice("low", tuple(low))), keys=(KeySignature(fifths=1),))


def piece(split: int = 0, name: str = "canon") -> Piece:
    encoded = encode(canon())
    bars = encoded.frame.bars
    return piece_of(name, table_of(canon()), bars, split=split, style=notes_data.QUARTET, voices=2)


def work() -> dict:
    """Two movements of two parts: 2/4 with an upbeat, then 3/4."""
    parts = [
        {"name": "a", "notes": [[0, 48, 60, 0], [48, 97, 62, 0], [144, 48, 64, 0], [240, 144, 65, 0]]},
        {"name": "b", "notes": [[48, 192, 50, 0], [240, 144, 53, 0]]},
    ]
    return {
        "id": "w", "split": "valid", "tpq": 48, "bars": [0, 48, 144, 240], "ends": [2, 3], "parts": parts,
        "time_signatures": [[0, "2/4"], [240, "3/4"]], "key_fifths": [[0, 2], [240, -1]],
    }


def test_movements_become_pieces_with_their_own_bars() -> None:
    first, second = movements(work(), style=notes_data.QUARTET)
    assert first.bars.lines.tolist() == [0, 24, 72, 120]
    assert first.bars.first_beats.tolist() == [-24, 24, 72]
    assert first.bars.keys.tolist() == [[0, 9]]
    assert second.bars.lines.tolist() == [0, 72]
    assert second.bars.keys.tolist() == [[0, 6]]
    assert second.steps[:2].tolist() == [[0, 0, 65, 72], [0, 1, 53, 72]]
    assert (first.split, first.voices, first.name) == (1, 2, "w 1")
    assert first.steps[2].tolist() == [0, 1, 50, 96]


def test_pieces_come_back_from_their_file(tmp_path: Path) -> None:
    before = [*movements(work(), style=notes_data.SONG), piece()]
    write_pieces(before, tmp_path / "pieces.npz")
    after = read_pieces(tmp_path / "pieces.npz")
    assert [p.name for p in after] == ["w 1", "w 2", "canon"]
    for old, new in zip(before, after, strict=True):
        assert (old.split, old.style, old.voices) == (new.split, new.style, new.voices)
        assert np.array_equal(old.steps, new.steps)
        assert np.array_equal(old.onsets, new.onsets)
        assert np.array_equal(old.bars.keys, new.bars.keys)


def test_a_piece_is_moved_with_its_keys() -> None:
    up = moved(piece(), 2)
    sounding = up.steps[:, 1] != SILENCE
    assert (up.steps[sounding, 2] == piece().steps[sounding, 2] + 2).all()
    assert up.bars.keys.tolist() == [[0, 10]]
    assert moves_of(piece()) == range(-5, 7)
    keyless = piece()
    keyless.bars.keys[:] = [0, NO_KEY]
    assert moved(keyless, 3).bars.keys.tolist() == [[0, NO_KEY]]


def test_rows_are_drawn_alike_from_like_generators() -> None:
    first, second = (varied(piece(), np.random.default_rng(5), Motifs(), cells=24) for _ in range(2))
    assert np.array_equal(first.row.features, second.row.features)
    assert len(first) == 24
    assert first.row.related[0].tolist() == [-1, -1, -1]


def test_a_gap_is_remembered_on_both_sides_and_only_it_counts_whole() -> None:
    given = gap_given(np.zeros((2, 8), bool), range(8))
    row = told_row(piece(), given, Draw("gap", 0, 99))
    assert row.row.weights[:, ORDER.index("length")].sum() == 16
    assert set((row.memory.attributes[:, 0] // 16).tolist()) == {3, 6, 7}


def test_a_theme_is_a_statement_of_the_motif() -> None:
    motifs = Motifs().of(piece(), range(8))
    assert len(motifs) == 1
    assert len(motifs[0]) == 15
    theme = drawn_theme(piece(), motifs, np.random.default_rng(0))
    steps = np.diff(theme.features[:4, 2]).tolist()
    assert steps in ([2, 2, -2], [-2, -2, 2])


def test_a_theme_is_two_bars_long_where_another_statement_goes_on_alike() -> None:
    [cells] = Motifs().of(piece(), range(8))
    onsets = [(piece().onsets[theme_steps(piece(), cells, number)] // 24).tolist() for number in range(len(cells))]
    places = dict(zip(cells, onsets, strict=True))
    assert places[0, 2] == list(range(8, 16))
    assert places[0, 7] == list(range(28, 32))
    # Where the bar behind is another one each time, a theme is one bar.
    assert len(theme_steps(piece(), [(0, 2), (0, 7)], 0)) == 4


@pytest.mark.parametrize("order", [ORDER, ("pitch", "shift", "voice", "length")])
def test_a_model_learns_the_canon(order: tuple[str, ...], tmp_path: Path) -> None:
    torch.manual_seed(0)
    rows = NotesRows([piece()], [piece(1)], rows=2, cells=64, order=order)
    model = FieldTransformer(notes_config(order=order, **SMALL))
    schedule = Schedule(steps=40, warmup=5, validate_every=40, rate=5e-3, muon_rate=1e-2, average=0.5)
    trainer = NotesTrainer(model, rows, schedule, tmp_path)
    rows.validate(model)
    before = rows.judged["string quartet"]
    assert before == pytest.approx(np.log(np.array(model.config.fields)).sum(), rel=0.2)
    trainer.run(lambda line: None)
    assert rows.judged["string quartet"] < 0.5 * before
    judged = json.loads((tmp_path / "judged.jsonl").read_text(encoding="utf-8"))
    told = {f"{kind}{plain}" for kind in ("voices", "gap", "theme") for plain in ("", " plain")}
    assert {"value", "string quartet, pitch", *told} <= set(judged)


def test_a_run_is_taken_up_again_to_the_bit(tmp_path: Path) -> None:
    write_pieces([piece(), piece(1)], tmp_path / "pieces.npz")

    def trainer(folder: Path) -> NotesTrainer:
        torch.manual_seed(0)
        model = FieldTransformer(notes_config(**{**SMALL, "dropout": 0.1}))
        rows = rows_of(tmp_path, {"rows": 2, "cells": 32})
        return NotesTrainer(model, rows, Schedule(steps=4, validate_every=9, warmup=1), folder)

    whole = trainer(tmp_path / "whole")
    for _ in range(4):
        whole.update()
    half = trainer(tmp_path)
    for _ in range(2):
        half.update()
    half.save()
    again = trainer(tmp_path)
    assert again.resume()
    for _ in range(2):
        again.update()
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, again.model.state_dict()[name]), name


def test_heads_begin_near() -> None:
    model = notes_model(notes_config(**{**SMALL, "heads": 4}))
    biases = model.get_parameter("blocks.0.memory.bias.0").detach()
    span = biases.shape[1] // 2
    assert [int(bias[:-1].argmax()) - span for bias in biases] == [0, 1, -4, 0]
    assert (biases[:, -1] == 0).all()  # where a theme lies
    assert (biases <= 0).all()


def test_what_is_given_ahead_is_read() -> None:
    torch.manual_seed(0)
    model = FieldTransformer(notes_config(**SMALL)).eval()
    torch.nn.init.normal_(model.readout.weight)
    given = gap_given(np.zeros((2, 8), bool), range(8))
    row = told_row(piece(), given, Draw("gap", 0, 99))
    row.row.features[:, 9:] = 0  # no voice columns: the memory alone
    batch = stacked([row])
    assert batch.told is not None
    plain = model.nats(batch.inputs, Steps(batch.targets, batch.told))
    row.memory.features[-1, 2] += 1
    other = stacked([row])
    assert other.told is not None
    assert not torch.equal(plain, model.nats(other.inputs, Steps(other.targets, other.told)))

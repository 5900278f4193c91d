from __future__ import annotations

import numpy as np
import pytest
import torch

from musenb.score.from_text import score_from_text
from musenb.tokens.chorale.grid import LOWEST, encode
from musenb.tokens.chorale.hints import CLASSES, NO_BASS, hints_of
from musenb.tokens.chorale.tonal import TonalFrame
from musenb.train import tonal, tonal_run
from musenb.train.hints import HintHead
from musenb.train.loop import Schedule

TEXT = """key=C
soprano: C5 D5 E5:2
alto: G4:2 G4 r
tenor: E4 F4 G4:2
bass: C3 B2 C3 r"""
GRID = encode(score_from_text(TEXT))
TINY = {"width": 16, "layers": 2, "heads": 2, "feed_forward": 16, "memory_feed_forward": 16, "memory_readers": (0, 1)}


def row_with(*voices: int):
    given = np.zeros(GRID.cells.shape, bool)
    given[:, list(voices)] = True
    return tonal.row_of_given(GRID, TonalFrame(GRID.frame, 0), given)


def classes(hint: np.ndarray) -> set[int]:
    return set(np.flatnonzero(hint[1:]))


def test_a_given_soprano_is_asked_for_the_chords_under_it():
    hints = hints_of(row_with(0))
    assert hints[:, 0].tolist() == [0, 11, 0]  # C, B and C in the bass
    assert [classes(hint) for hint in hints] == [{0, 4, 7}, {5, 7, 11}, {0, 7}]


def test_what_is_given_or_silent_is_not_asked_for():
    hints = hints_of(row_with(0, 3))
    soprano = [hint for hint, item in zip(hints, row_with(0, 3).memory.attributes, strict=True) if item[3] == 0]
    assert [hint[0] for hint in soprano] == [NO_BASS] * 3
    assert [classes(hint) for hint in soprano] == [{4, 7}, {5, 7}, {7}]
    assert hints_of(row_with()).shape == (0, 1 + CLASSES)


@pytest.mark.parametrize("start", [4, 16, 20])
def test_in_a_crop_each_item_is_asked_for_its_own_step(start: int):
    whole, crop = row_with(0), row_with(0).crop(start, len(row_with(0)))
    for item, told, cropped in zip(whole.memory.attributes, hints_of(whole), hints_of(crop), strict=True):
        if 4 * item[0] < start:
            assert cropped[0] == NO_BASS
            assert not classes(cropped)
        else:
            # What a held note sounds is not known where its beginning was cut off.
            assert classes(cropped) <= classes(told)
            assert cropped[0] in (told[0], NO_BASS)


def test_the_lowest_pitch_of_the_grid_is_a_c():
    assert LOWEST % CLASSES == 0


def test_padding_counts_nothing():
    torch.manual_seed(0)
    head, rows = HintHead(8), [row_with(0), row_with(0, 3)]
    both = tonal.stacked_hints(rows)
    items = torch.randn(2, both.shape[1], 8)
    alone = [
        head.nats(items[number : number + 1, : len(hints_of(row))], tonal.stacked_hints([row]))
        for number, row in enumerate(rows)
    ]
    torch.testing.assert_close(head.nats(items, both), sum(alone))


def test_the_encoder_learns_from_them_before_the_decoder_reads_it(tmp_path):
    torch.manual_seed(0)
    piece = tonal.Piece(GRID, 0)
    model = tonal.tonal_model(tonal.tonal_config(**TINY))
    trainer = tonal_run.TonalTrainer(model, tonal.TonalRows([piece], [], [piece], rows=1), Schedule(), tmp_path)
    for block in model.blocks:
        torch.nn.init.zeros_(block.memory.out.weight)
    plain = tonal.stacked([row_with(0)])
    batch = tonal.HintedBatch(plain.inputs, plain.targets, plain.weights, hints=tonal.stacked_hints([row_with(0)]))
    trainer._nats(batch)
    trainer._beside(batch).backward()
    assert model.memory.feature.weight.grad.abs().sum() > 0

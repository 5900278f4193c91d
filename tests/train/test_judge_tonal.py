"""Grids as pieces to be measured."""

from __future__ import annotations

import pytest

from musenb.analysis.chorale.cadence import ends_on_tonic
from musenb.score.from_text import score_from_text
from musenb.score.key import Key
from musenb.train.chorale_data import chorale_grid
from musenb.train.judge_tonal import framed

TEXT = "{key}\nsoprano: C5 B4 C5:2^\nalto: r G4 E4 E4^\ntenor: A3 D4 G3:2^\nbass: F3 G3 C3:2^\n"


@pytest.mark.parametrize(("key", "told"), [("key=C", Key(0, False)), ("key=Am", Key(9, True)), ("", None)])
def test_the_frame_tells_the_key(key, told):
    piece = framed(chorale_grid(score_from_text(TEXT.format(key=key))))
    assert piece.key == told
    assert ends_on_tonic(piece) == (told == Key(0, False))


def test_rests_repeated_notes_and_fermatas_are_kept():
    piece = framed(chorale_grid(score_from_text(TEXT.format(key="key=C"))))
    assert piece.grid[0].tolist() == [72, -1, 57, 53]
    assert piece.begins[:, 1].nonzero()[0].tolist() == [4, 8, 12]
    assert piece.fermata.nonzero()[0].tolist() == list(range(8, 16))

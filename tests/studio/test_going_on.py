"""Where a piece ends when nobody says so, and a motif that is read again in another key."""

from __future__ import annotations

from pathlib import Path

import pytest

from musenb.errors import SettingError
from musenb.sample.recipe import Recipe
from musenb.score.from_text import score_from_text
from musenb.session import Take
from musenb.studio.core import StudioCore
from musenb.studio.going_on import closes
from musenb.studio.takes import GIVEN, WRITTEN, Entry

SCORE = score_from_text("soprano: C5 D5 E5")


def written(close: bool | None) -> Entry:
    return Entry(2, 1, WRITTEN, Take(SCORE, Recipe("m", "c", 1, 2, close=close)))


def test_a_piece_ends_as_the_desk_asks_and_another_way_as_the_first() -> None:
    motif = Entry(1, None, GIVEN, SCORE)
    assert closes(motif, again=False, asked=True)
    assert not closes(motif, again=False, asked=False)
    assert not closes(written(True), again=False, asked=False)
    assert closes(written(True), again=True, asked=False)
    assert not closes(written(False), again=True, asked=True)


def test_a_motif_is_read_again_in_another_key_and_metre(tiny_checkpoint: Path) -> None:
    core = StudioCore(tiny_checkpoint, journal=False)
    with pytest.raises(SettingError, match="there is no motif yet that could be read in another key"):
        core.read_in(key="D minor")
    core.prime("C5 D5 E5 G5", metre="3/4")
    assert core.reading is not None
    assert core.reading.sentences == ("C major, from your motif", "3/4, as asked")
    again = core.read_in(key="A minor")
    assert again.sentences == ("A minor, as asked", "3/4, as asked")
    assert core.take().score.keys == (again.key,)
    assert core.read_in(key="").sentences == ("C major, from your motif", "3/4, as asked")
    core.read_in(key="A minor")
    with pytest.raises(SettingError, match="key 'H': a key is like D"):
        core.read_in(key="H")
    core.continue_(1, seed=1, close=False)
    recipe = core.wait()[0].recipe
    assert recipe is not None
    assert recipe.close is False

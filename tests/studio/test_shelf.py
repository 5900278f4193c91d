from __future__ import annotations

import pytest

from musenb.errors import SettingError
from musenb.studio.shelf import SHELF, Motif, from_shelf
from musenb.tokens.idiom import Wishes
from musenb.tokens.known import idiom_named


@pytest.mark.parametrize("motif", SHELF, ids=lambda motif: motif.key)
def test_every_motif_says_whose_it_is_and_is_ready_to_continue(motif: Motif) -> None:
    assert all([motif.title, motif.composer, motif.year, motif.place])
    idiom = idiom_named("chorale")
    reading = idiom.prepare(motif.score, Wishes(voices=(motif.voice,)))
    assert reading.notices == ()
    assert (reading.score.title, reading.score.composer) == (motif.title, motif.composer)
    assert [voice.name for voice in reading.score.voices] == [motif.voice]
    assert 4 <= len(reading.score.notes) <= 60
    assert idiom.plan(reading.score, extent=4).end > reading.score.end


def test_the_shelf_holds_twenty_and_more_under_different_names() -> None:
    assert len({motif.key for motif in SHELF}) == len(SHELF) >= 20
    assert len({tuple((n.onset, n.pitch) for n in motif.score.notes) for motif in SHELF}) == len(SHELF)


def test_a_motif_is_found_by_its_key() -> None:
    assert [note.pitch % 12 for note in from_shelf("bach").score.notes] == [10, 9, 0, 11]
    with pytest.raises(SettingError, match="no motif 'elvis' on the shelf; there are bach"):
        from_shelf("elvis")

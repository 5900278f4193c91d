"""The motif view shows what was found, no more and no less."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from musenb.analysis.attention_returns import Looking
from musenb.analysis.motif.chance import Chance
from musenb.analysis.motif.finder import Motif, find_returns, motif_of
from musenb.errors import SettingError
from musenb.export.to_page import page_bytes
from musenb.score.from_text import score_from_text
from musenb.score.note import Score
from musenb.widgets.motif import MotifView

FIGURE = "C5 E5:1/2 D5:3/2 G4"
TEXT = f"soprano: {FIGURE} | r:4 | G5 B5:1/2 A5:3/2 D5\nalto: r:4 | {FIGURE} | r:4"


@pytest.fixture
def score() -> Score:
    return score_from_text(TEXT)


@pytest.fixture
def view(score: Score) -> MotifView:
    motif = motif_of(score, "soprano", 1)
    return MotifView(score, motif, find_returns(score, motif))


def test_rows_are_the_returns_in_the_order_of_time(score: Score, view: MotifView) -> None:
    found = find_returns(score, motif_of(score, "soprano", 1))
    assert [(row.onset, row.end, row.form, row.confidence) for row in view.returns] == [
        (float(one.onset), float(one.end), one.form, one.confidence) for one in found
    ]
    assert [row.ids for row in view.returns] == [[f"v{v}n{n}" for v, n in one.notes] for one in found]
    assert view.returns[0].voices == [1]
    assert view.returns[0].words == "returns in the alto in bar 2, note for note"
    assert view.motif.ids == ["v0n0", "v0n1", "v0n2", "v0n3"]
    assert view.motif.words == "The motif: 4 notes of the soprano, bar 1."
    assert [(lane.form, lane.found, lane.by_chance) for lane in view.lanes] == [
        ("exact", 1, -1.0), ("transposed", 1, -1.0)
    ]


def test_chance_stands_beside_the_counts(view: MotifView) -> None:
    by_chance = dict.fromkeys(("exact", "transposed"), 0.25)
    view.show_chance(Chance({"exact": 1, "transposed": 1}, by_chance, 2, np.array([0, 1]), 1 / 3))
    assert [lane.by_chance for lane in view.lanes] == [0.25, 0.25]
    assert view.verdict.startswith("It returns twice; 2 motifs of other chorales return 0.5 times")
    assert view.verdict in view.description


def test_a_choice_outside_the_returns_is_refused(view: MotifView) -> None:
    view.select(1)
    assert view.selected == 1
    with pytest.raises(SettingError, match=r"there is no return 2: they are 0\.\.1"):
        view.select(2)


def test_another_search_takes_everything_of_the_last_away(score: Score, view: MotifView) -> None:
    view.select(1)
    view.show_likeness(np.eye(3), np.full((2, 2, 3, 3), 0.5))
    view.show_returns(score, Motif(motif_of(score, "alto", 2).notes), [])
    assert (view.selected, view.returns, view.lanes, view.motif) == (-1, [], [], None)
    assert (view.likeness, view.attention, view.looking) == (b"", b"", [])
    assert view.describe() == "The motif does not return."


def test_matrices_are_the_mean_of_all_heads_and_each(view: MotifView) -> None:
    weights = np.zeros((2, 2, 3, 3))
    weights[1, 0, 2, 0] = 0.8
    view.show_likeness(np.eye(3), weights)
    cells = np.frombuffer(view.attention, np.uint8).reshape(5, 3, 3)
    assert (view.side, view.heads) == (3, 2)
    assert cells[:, 2, 0].tolist() == [255, 0, 0, 255, 0]
    assert view.attention_scales[3] * 254 == pytest.approx(0.8)
    assert view.attention_scales[0] * 254 == pytest.approx(0.2)
    many = np.zeros((200, 200))
    many[150, 10] = 1
    view.show_likeness(many)
    assert view.side == 64
    assert np.argwhere(np.frombuffer(view.likeness, np.uint8).reshape(64, 64)).tolist() == [[48, 3]]


def test_heads_stand_in_the_order_of_their_scores_those_by_chance_last(view: MotifView) -> None:
    looking = np.array([[0.3, 0.2], [0.1, 0.4]])
    recency = np.array([[0.1, 0.01], [0.1, 0.01]])
    p_value = np.array([[0.01, 0.01], [0.8, np.nan]])
    score = np.where(np.isnan(p_value), np.nan, looking / recency)
    view.show_looking(Looking(looking, recency, score, p_value, 4))
    assert [(row.layer, row.head) for row in view.looking] == [(0, 1), (0, 0), (1, 0)]
    assert view.looking_words.startswith("Two heads look back at the motif more")
    assert "first head 2 of layer 1, 20.0 times as much (20.0 % of its weight, p = 0.010)" in view.looking_words
    assert "3 heads were asked; about 0.2 would pass by chance alone" in view.looking_words


def test_the_stand_in_has_a_bar_for_every_return(view: MotifView) -> None:
    kind, content = view.picture()
    assert kind == "image/png"
    assert content.startswith(b"\x89PNG")
    assert MotifView().picture() is None
    assert MotifView().describe() == "Returns of a motif: none is looked for yet."


def test_a_page_without_a_kernel_has_all_that_is_shown(view: MotifView) -> None:
    view.show_likeness(np.eye(3), np.full((1, 2, 3, 3), 0.25))
    view.select(1)
    part = view.page_part()
    assert part.state["selected"] == 1
    assert [row[3] for row in part.state["returns"]] == ["exact", "transposed"]
    assert part.state["attention"] == view.attention != b""
    page = page_bytes([part], title="Motif").decode()
    assert "returns in the alto in bar 2, note for note" in page


@pytest.mark.parametrize(
    ("first", "last", "where"),
    [(0, 0, "the upbeat"), (0, 1, "the upbeat and bar 1"), (0, 2, "the upbeat and bars 1 to 2"), (1, 2, "bars 1 to 2")],
)
def test_the_motif_says_where_it_stands(first: int, last: int, where: str) -> None:
    score = score_from_text("upbeat=3 C5 D5 E5 | F5 G5 A5 B5 | C5 D5 E5 F5 | G5:4")
    motif = motif_of(score, "melody", first, last)
    assert MotifView(score, motif, []).motif.words.endswith(f"of the melody, {where}.")

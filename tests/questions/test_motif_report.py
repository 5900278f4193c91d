"""The report on a motif: which bars are meant, what is found, beside chance, and the heads that look back."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from musenb.analysis.motif.finder import find_returns, motif_of
from musenb.errors import ScoreError, SettingError
from musenb.model.numpy.decode import Decoder
from musenb.questions.ask import ask as questions
from musenb.questions.motif_report import motif_report
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Origin, Score, Voice
from musenb.session import Model

FIGURE = "C5 E5:1/2 D5:3/2 G4"
TEXT = f"{FIGURE} | {FIGURE} | A4 C5:1/2 B4:3/2 E4 | C5 D5 C5 D5"


def written_from(score: Score, quarter: int) -> Score:
    """Return the score with all notes from there on written by a model."""

    def marked(note: Note) -> Note:
        return dataclasses.replace(note, origin=Origin("m", 1)) if note.onset >= quarter else note

    voices = tuple(Voice(voice.name, tuple(map(marked, voice.notes))) for voice in score.voices)
    return dataclasses.replace(score, voices=voices)


@pytest.mark.parametrize(
    ("bars", "wanted"), [("1", (1, 1)), (1, (1, 1)), ((1, 2), (1, 2)), ("1-2", (1, 2)), ("2\N{EN DASH}3", (2, 3))]
)
def test_bars_are_named_in_any_way(bars: object, wanted: tuple[int, int]) -> None:
    score = score_from_text(TEXT)
    assert motif_report(score, bars=bars, voice="melody").motif == motif_of(score, "melody", *wanted)


def test_without_bars_it_is_what_was_given_or_the_first_two_bars() -> None:
    score = score_from_text(TEXT)
    assert motif_report(score).motif == motif_of(score, "melody", 1, 2)
    assert motif_report(written_from(score, 4)).motif == motif_of(score, "melody", 1)
    assert motif_report(written_from(score, 8)).motif == motif_of(score, "melody", 1, 2)
    begun = motif_report(written_from(score, 6))
    assert begun.motif == motif_of(score, "melody", 1), "a bar that was begun is no prime"
    upbeat = score_from_text("upbeat=1 G4 | " + TEXT)
    assert motif_report(upbeat).motif == motif_of(upbeat, "melody", 0, 2)


def test_the_first_voice_that_was_given_has_the_motif() -> None:
    score = score_from_text(f"soprano: G5:4 | r:4 | r:4 | r:4\nalto: {TEXT}")
    assert motif_report(score, bars=1).motif.home[0] == (1, 0)
    with pytest.raises(ScoreError, match="no voice has 3 given notes in bars 4-4"):
        motif_report(written_from(score, 0), bars=4)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"bars": "one"}, SettingError, "bars 'one' is neither"),
        ({"bars": 1.5}, SettingError, "bars 1.5 is neither a number"),
        ({"bars": "9"}, ScoreError, "no voice has 3 given notes in bars 9-9"),
        ({"bars": "9", "voice": "melody"}, ScoreError, "bars 9-9 are not in the piece"),
        ({"voice": "flute"}, ScoreError, "there is no voice 'flute'"),
    ],
)
def test_what_is_not_there_is_refused(settings: dict, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        motif_report(score_from_text(TEXT), **settings)


def test_a_motif_from_elsewhere_has_no_place_and_no_bars() -> None:
    score = score_from_text(TEXT)
    elsewhere = motif_of(score, "melody", 1)
    report = motif_report(score, motif=type(elsewhere)(elsewhere.notes))
    assert [one.form for one in report.returns][:2] == ["exact", "exact"]
    with pytest.raises(SettingError, match="not both"):
        motif_report(score, motif=elsewhere, bars=1)


def test_the_words_tell_returns_and_chance() -> None:
    report = motif_report(score_from_text(TEXT), bars=1)
    assert "returns in the melody in bar 2, note for note" in report.words
    assert f"It returns {'twice' if len(report.returns) == 2 else len(report.returns)}" in report.words
    assert report.attention is None
    assert report.looking is None
    assert report.records()[0] == {
        "voice": "melody", "bar": 2, "beat": 1, "form": "exact", "interval": 0, "confidence": 1.0
    }
    assert repr(report).startswith("1.00  returns in the melody in bar 2, note for note")


def test_returns_are_drawn_in_every_bar_by_form() -> None:
    report = motif_report(score_from_text(f"upbeat=1 G4 | {TEXT}"), bars=1)
    (chart,) = report.charts()
    exact = {series.name: series for series in chart.series}["exact"]
    assert exact.x == (0, 1, 2, 3, 4)
    assert exact.y == (0, 0, 1, 0, 0)
    assert sum(sum(series.y) for series in chart.series) == len(report.returns)


def test_where_nothing_returns_every_bar_has_none() -> None:
    (chart,) = motif_report(score_from_text("C5 E5:1/2 D5:3/2 G4 | r:4"), bars=1).charts()
    (none,) = chart.series
    assert (none.name, set(none.y)) == ("returns", {0})


def test_the_table_of_returns_has_a_row_a_bar() -> None:
    pytest.importorskip("pandas", reason="a table is for who has pandas")
    found = motif_report(score_from_text(TEXT), bars=1).table()
    assert found.index.name == "bar"
    assert found.loc[2, "exact"] == 1


def test_a_hand_made_head_that_copies_is_named_as_one_that_looks_back(induction_decoder: Decoder) -> None:
    text = "C5:1/4 E5:1/4 D5:1/4 G4:1/4"
    filler = "A4:1/4 B4:1/4 F4:1/4 C4:1/4 | D4:1/4 F4:1/4 E4:1/4 B4:1/4 " * 1
    score = score_from_text(f"4/4 {text} {filler.replace(' | ', ' ')} G5:1/4 A5:1/4 F5:1/4 C4:1/4 | {text} r:3")
    ask = questions(score, model=Model("made", "0" * 64, induction_decoder), prime_bars=1)
    # The motif is the first four notes, not the whole bar.
    whole = motif_of(ask.piece.score, 0, 1)
    motif = type(whole)(whole.notes[:4], whole.home[:4])
    report = ask.motif(motif=motif)
    assert find_returns(ask.piece.score, motif) == report.returns
    assert [one.form for one in report.returns] == ["exact"]
    looking = report.looking
    assert looking.pairs == 4
    # All but the first note of the return can be copied; the first has another note before it.
    assert looking.looking[1, 0] == pytest.approx(0.75, abs=0.02)
    assert int(np.nanargmax(looking.looking)) == 2
    assert report.attention.shape == (2, 2, 2, 2)
    first, second = (np.array([place.bar == bar for place in ask.notes]) for bar in (1, 2))
    expected = ask.weights()[1, 0][second][:, first].sum(1).mean()
    assert report.attention[1, 0, 1, 0] == pytest.approx(expected)

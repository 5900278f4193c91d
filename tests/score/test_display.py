"""A score as text: one line as its repr, a listing when it is printed, and what a notebook is handed."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

import musenb
from musenb.export.listing import listing
from musenb.score.display import HOOKS, Displayed, summary
from musenb.score.from_text import score_from_text
from musenb.score.note import Score

SCALE = "C4 D4 E4 F4 G4 A4 B4 C5"


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (score_from_text("C4 D4 E4 G4"), "1 voice, 4 notes, 1 bar of 4/4"),
        (score_from_text("3/4 C4 D4 E4 G4"), "1 voice, 4 notes, 2 bars of 3/4"),
        (Score(), "0 voices, 0 notes, 0 bars of 4/4"),
        (Score(title="Old Hundredth"), "'Old Hundredth': 0 voices, 0 notes, 0 bars of 4/4"),
        (Score(title="x" * 100), f"'{'x' * 59}…': 0 voices, 0 notes, 0 bars of 4/4"),
    ],
)
def test_the_repr_is_one_line(score: Score, words: str) -> None:
    assert summary(score) == words
    assert repr(score) == f"<Score {words}>"


def test_a_printed_score_is_its_listing() -> None:
    score = score_from_text(SCALE)
    assert str(score) == listing(score)


def test_a_notebook_is_handed_what_the_hook_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    score = score_from_text(SCALE)
    monkeypatch.setattr(HOOKS, "bundle", lambda shown: {"text/plain": repr(shown), "text/html": "<p>"})
    assert score._repr_mimebundle_() == {"text/plain": repr(score), "text/html": "<p>"}


def test_a_score_alone_needs_no_folder_that_draws() -> None:
    code = (
        "import sys; from musenb.score.from_text import score_from_text; print(repr(score_from_text('C4')));"
        "print(sorted(name for name in sys.modules if name.startswith(('musenb.widgets', 'musenb.export'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "<Score 1 voice, 1 note, 1 bar of 4/4>\n[]\n"


def test_a_displayed_score_is_still_a_value() -> None:
    score = score_from_text(SCALE)
    again = pickle.loads(pickle.dumps(score))
    assert again == score
    assert hash(again) == hash(score)
    assert isinstance(musenb.motif(SCALE), Displayed)

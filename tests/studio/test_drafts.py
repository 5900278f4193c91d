"""A draft whose phrases are written several times: what a step writes, and what a stop leaves."""

from __future__ import annotations

from pathlib import Path

from musenb.sample.models import open_model
from musenb.sample.recipe import Recipe
from musenb.score.from_text import score_from_text
from musenb.studio.drafts import Draft, begin
from musenb.studio.takes import GIVEN, Entry, now
from musenb.tokens.idiom import Wishes

MOTIF = "C5 D5 E5 F5"


def draft(checkpoint: Path, *, best_of: int) -> Draft:
    model = open_model(checkpoint)
    score = model.idiom.prepare(score_from_text(MOTIF), Wishes()).score
    recipe = Recipe(model.name, model.checksum, 4, 4, idiom=model.idiom.name, best_of=best_of)
    return begin(2, Entry(1, None, GIVEN, score, made=now()), recipe, model)


def test_a_step_writes_a_phrase_and_tells_it_whole(tiny_checkpoint: Path) -> None:
    piece = draft(tiny_checkpoint, best_of=3)
    ends = []
    while not piece.sampling.done:
        assert list(piece.step())
        assert piece.sampling.position == piece.sampling.settled
        ends.append(piece.sampling.writer.score().end)
    assert 2 <= len(ends) <= 4
    assert len(list(draft(tiny_checkpoint, best_of=1).step())) <= 4


def test_a_stop_while_a_phrase_is_tried_leaves_the_phrases_before(tiny_checkpoint: Path) -> None:
    whole = draft(tiny_checkpoint, best_of=3)
    first = list(whole.step())
    second = list(whole.step())
    piece = draft(tiny_checkpoint, best_of=3)
    assert list(piece.step()) == first
    calls = iter([False] * 40)
    assert list(piece.step(lambda: next(calls, True))) == []
    assert piece.sampling.trying
    assert piece.begun
    kept = piece.entry()
    assert not kept.complete
    assert kept.position == piece.sampling.position
    # Taken up again, it is the piece that was never stopped.
    assert list(piece.step()) == second

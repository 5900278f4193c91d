"""Planned returns are told from a model's own."""

from __future__ import annotations

from dataclasses import replace

from musenb.analysis.motif.finder import as_motif, find_returns
from musenb.analysis.motif.planned import planned_as, planned_words, told_sentence
from musenb.score.development.laying import laid_out
from musenb.score.development.plan import DevelopmentPlan, Statement
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Origin, Score, Voice
from musenb.tokens.chorale.idiom import RANGES

MOTIF = score_from_text("key=C C4 D4 E4 G4 | F4:2 E4:2")
PLAN = DevelopmentPlan((Statement("as it is", "soprano", 1), Statement("answer", "tenor", 3)), 8)
MODEL = Origin("a model", 1)


def taken(own: bool) -> Score:
    """Return the statements of a plan, with another return in the bass that a model wrote, if there is to be one."""
    laid = laid_out(MOTIF, PLAN, RANGES).score
    if not own:
        return laid
    notes = tuple(Note(note.onset + 24, note.duration, note.pitch - 12, origin=MODEL) for note in MOTIF.voices[0].notes)
    return replace(laid, voices=(*laid.voices[:3], Voice("bass", notes)))


def test_each_return_says_whose_it_is() -> None:
    score = taken(own=True)
    found = sorted(find_returns(score, as_motif(MOTIF)), key=lambda one: one.onset)
    assert [planned_as(score, one) for one in found] == [(1, "as it is"), (2, "answer"), None]
    said = [told_sentence(score, one) for one in found]
    assert said[1].endswith("rhythm kept; planned, statement 2 (answer)")
    assert said[2].endswith("an octave lower, rhythm kept; not planned")
    assert planned_words(score, found) == "Planned: two of the returns. The model's own: one."
    assert planned_words(score, found[2:]) == "None of the returns was planned: they are the model's own."


def test_a_return_is_planned_where_most_of_its_notes_are() -> None:
    score = taken(own=False)
    (first, *_) = sorted(find_returns(score, as_motif(MOTIF)), key=lambda one: one.onset)
    soprano = score.voices[0]
    count = len(soprano.notes)

    def with_own(number: int) -> Score:
        notes = [replace(note, origin=MODEL) for note in soprano.notes[:number]]
        return replace(score, voices=(Voice("soprano", (*notes, *soprano.notes[number:])), *score.voices[1:]))

    assert planned_as(with_own(count // 2 - 1), first) == (1, "as it is")
    assert planned_as(with_own(count // 2), first) is None


def test_a_piece_of_planned_returns_alone_says_so() -> None:
    score = taken(own=False)
    said = planned_words(score, find_returns(score, as_motif(MOTIF)))
    assert said == "All of the returns were planned; the model wrote none of its own."


def test_nothing_is_said_of_plans_where_there_was_none() -> None:
    score = score_from_text("key=C C4 D4 E4 G4 | F4:2 E4:2 | C4 D4 E4 G4 | F4:2 E4:2")
    found = find_returns(score, as_motif(MOTIF))
    assert planned_words(score, found) == ""
    assert "planned" not in told_sentence(score, found[0])

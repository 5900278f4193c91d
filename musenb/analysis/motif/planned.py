"""Planned returns of a motif, told from those that a model wrote: by the origin of their notes.

A return is planned where more than half of its notes are of one statement of a development plan. In a score of which no
note is of a statement nothing is said of either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from musenb.analysis.motif.finder import Return
from musenb.analysis.motif.words import MANY, sentence
from musenb.score.development.laying import statement_of
from musenb.score.note import Score

Statement = tuple[int, str]


def planned_as(score: Score, one: Return) -> Statement | None:
    """Return number, from 1, and form of the statement that a return is of; None where it was not planned."""
    said = [statement_of(score.voices[voice].notes[number]) for voice, number in one.notes]
    found = Counter(statement for statement in said if statement is not None).most_common(1)
    return found[0][0] if found and 2 * found[0][1] > len(said) else None


def has_plan(score: Score) -> bool:
    """Return whether any note of a score is of a statement."""
    return any(statement_of(note) is not None for voice in score.voices for note in voice.notes)


def told_sentence(score: Score, one: Return) -> str:
    """Return the sentence about a return; in a score with statements it says whose the return is."""
    said = sentence(one)
    if not has_plan(score):
        return said
    statement = planned_as(score, one)
    return f"{said}; not planned" if statement is None else f"{said}; planned, statement {_named(statement)}"


def planned_words(score: Score, returns: Sequence[Return]) -> str:
    """Return how many of the returns were planned and how many the model wrote itself; empty without a plan."""
    if not has_plan(score) or not returns:
        return ""
    planned = sum(planned_as(score, one) is not None for one in returns)
    own = len(returns) - planned
    if not own:
        return "All of the returns were planned; the model wrote none of its own."
    if not planned:
        return "None of the returns was planned: they are the model's own."
    return f"Planned: {_count(planned)} of the returns. The model's own: {_count(own)}."


def _count(number: int) -> str:
    return "one" if number == 1 else str(MANY.get(number, number))


def _named(statement: Statement) -> str:
    number, form = statement
    return f"{number} ({form})" if form else str(number)

"""Score <-> JSON."""

from __future__ import annotations

import dataclasses
import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.errors import LoadError
from musenb.score.as_json import from_json, to_json
from musenb.score.marks import ChordSymbol, MeasureLength, Notice, Repeat
from musenb.score.note import KeySignature, Note, Origin, Score, Tempo, TimeSignature, Voice

times = st.fractions(min_value=0, max_value=100, max_denominator=960)
lengths = st.fractions(min_value=Fraction(1, 960), max_value=100, max_denominator=960)
texts = st.text(max_size=12)
origins = st.builds(
    Origin, texts, st.none() | st.integers(0, 2**63), st.lists(st.tuples(texts, texts), max_size=3).map(tuple)
)
notes = st.builds(
    Note, times, lengths, st.integers(0, 127), st.integers(1, 127), texts, st.booleans(), origins
)
scores = st.builds(
    Score,
    voices=st.lists(st.builds(Voice, texts, st.lists(notes, max_size=4).map(tuple)), max_size=3).map(tuple),
    metres=st.lists(
        st.builds(TimeSignature, times, st.integers(4, 12), st.sampled_from((2, 4, 8))), max_size=3
    ).map(tuple),
    keys=st.lists(
        st.builds(KeySignature, times, st.integers(-7, 7), st.sampled_from(("major", "minor", ""))), max_size=3
    ).map(tuple),
    tempos=st.lists(st.builds(Tempo, times, st.floats(5, 1000)), max_size=3).map(tuple),
    anacrusis=st.fractions(min_value=0, max_value=1, max_denominator=96),
    title=texts,
    composer=texts,
    source=texts,
)
SCORE = Score((Voice("alto", (Note(Fraction(1, 3), Fraction(1, 6), 64, spelling="E4"),)),), source="a.mid")


@given(scores)
def test_every_score_comes_back_as_it_went(score: Score) -> None:
    again = from_json(to_json(score))
    assert again == score
    assert again.source == score.source


@given(scores)
@settings(max_examples=15)
def test_the_text_is_one_line_of_ascii_and_depends_on_the_score_alone(score: Score) -> None:
    text = to_json(score)
    assert text.isascii()
    assert "\n" not in text
    assert to_json(from_json(text)) == text


def test_the_form_of_version_1_stays_readable() -> None:
    text = (
        '{"format":"musenb-score","version":1,"title":"","composer":"","source":"a.mid","anacrusis":0,'
        '"metres":[[0,4,4]],"keys":[],"tempos":[[0,100.0]],"origins":[["",null,[]]],'
        '"voices":[["alto",[["1/3","1/6",64,80,"E4",0,0]]]]}'
    )
    assert to_json(SCORE) == text
    assert from_json(text) == SCORE


def changed(**fields: object) -> str:
    return json.dumps({**json.loads(to_json(SCORE)), **fields})


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("", "format", "not JSON"),
        ("[" * 100_000, "format", "not JSON"),
        ("[]", "format", "is not a saved score"),
        (changed(version=4), "format", "version 4; this release reads 1 to 3"),
        (changed(title=3), "content", "3 stands where str is expected"),
        (changed(anacrusis=0.5), "content", "0.5 stands where int is expected"),
        (changed(anacrusis="1/0"), "content", "damaged"),
        (changed(anacrusis=9), "content", "anacrusis of 9 quarters"),
        (changed(voices=[["alto", [[0, 1, 131, 80, "", 0, 0]]]]), "content", "pitch 131"),
        (changed(voices=[["alto", [[0, 1, True, 80, "", 0, 0]]]]), "content", "True stands where int is expected"),
        (changed(voices=[["alto", [[0, 1, 60, 80, "", 0, 1]]]]), "content", "an origin that does not exist"),
        (changed(voices=[["alto", [[0, 1, 60]]]]), "content", "damaged"),
        (changed(voices=3), "content", "damaged"),
        (to_json(SCORE).replace('"keys":[],', ""), "content", "field 'keys' is missing"),
    ],
)
def test_anything_else_is_refused(text: str, kind: str, told: str) -> None:
    with pytest.raises(LoadError, match=told) as caught:
        from_json(text)
    assert caught.value.kind == kind


def test_marks_beside_the_notes_come_back() -> None:
    marked = dataclasses.replace(
        SCORE,
        measures=(MeasureLength(Fraction(0), Fraction(3, 2)),),
        repeats=(Repeat(Fraction(0), "ending start", (1, 2)),),
        chords=(ChordSymbol(Fraction(1, 2), "Am7"),),
        notices=(Notice("lyrics", "left out", 4, "bar 1"),),
    )
    again = from_json(to_json(marked))
    assert again == marked
    assert again.notices == marked.notices
    assert '"version":1' in to_json(SCORE)

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import SaveError
from musenb.export.to_text import key_name, text_from_score, written_pitch
from musenb.score.from_text import score_from_text
from musenb.score.marks import MeasureLength
from musenb.score.note import KeySignature, Note, Score, Tempo, TimeSignature, Voice

F = Fraction
NAMES = st.text(st.characters(categories=("L", "N")) | st.sampled_from('"\\:|'), min_size=1, max_size=8)
STEPS = st.sampled_from((F(1), F(1, 2), F(1, 4), F(3), F(1, 3), F(3, 16), F(9, 2)))


@st.composite
def lines(draw: st.DrawFn) -> tuple[Note, ...]:
    """Return a monophonic voice's notes, with rests."""
    time, notes = F(0), []
    for length in draw(st.lists(STEPS, max_size=10)):
        time += draw(st.sampled_from((F(0), F(0), F(1, 4), F(7))))
        notes.append(Note(time, length, draw(st.integers(0, 127)), fermata=draw(st.booleans())))
        time += length
    return tuple(notes)


def changes(kind: type, **fields: st.SearchStrategy) -> st.SearchStrategy:
    """Return metres, keys, tempos or lengths of bars at different times."""
    times = st.builds(Fraction, st.integers(0, 50), st.sampled_from((1, 2, 3, 4)))
    return st.lists(st.builds(kind, times, **fields), max_size=3, unique_by=lambda change: change.onset).map(tuple)


SCORES = st.builds(
    Score,
    st.lists(
        st.builds(Voice, NAMES | st.sampled_from(("melody", "soprano", "Alto")), lines()),
        min_size=1,
        max_size=4,
        unique_by=lambda voice: voice.name,
    ).map(tuple),
    metres=changes(TimeSignature, beats=st.integers(1, 12), unit=st.sampled_from((2, 4, 8))),
    keys=changes(KeySignature, fifths=st.integers(-7, 7), mode=st.sampled_from(("major", "minor", ""))),
    tempos=changes(Tempo, qpm=st.integers(50, 10_000).map(lambda tenths: tenths / 10)),
    anacrusis=st.sampled_from((F(0), F(1, 8), F(7, 16))),
    title=NAMES,
    composer=NAMES,
    measures=changes(MeasureLength, length=st.builds(Fraction, st.integers(1, 20), st.sampled_from((1, 2, 3)))),
).filter(lambda score: score.notes)
SCORES = SCORES.map(lambda score: replace(score, measures=tuple(m for m in score.measures if m.onset < score.end)))


@given(SCORES)
def test_text_read_back_is_the_score_up_to_spelling(score: Score) -> None:
    back = score_from_text(text_from_score(score))
    plain = tuple(replace(v, notes=tuple(replace(n, spelling="") for n in v.notes)) for v in back.voices)
    assert replace(back, voices=plain) == score


@given(SCORES)
def test_text_is_stable(score: Score) -> None:
    text = text_from_score(score)
    assert text_from_score(score_from_text(text)) == text


def test_a_small_piece_is_written_like_this() -> None:
    text = (
        'title="Round"\n'
        "3/4 key=Bb tempo=100 upbeat=1\n"
        "\n"
        "soprano: Bb4 | C5 D5:1/2 Eb5:1/2 r | F#5:3~ | F#5:2^ r | 4/4 G5:4 |\n"
        "bass: r | Bb3:3 | A3:3 | Bb3:3 |\n"
        "\n"
        "soprano: A5:4 |\n"
    )
    score = score_from_text(text)
    assert score_from_text(text_from_score(score)) == score
    assert text_from_score(score) == text


def test_spelling_is_kept_when_it_fits_and_follows_the_key_when_not() -> None:
    sharp, flat = KeySignature(F(0), 2), KeySignature(F(0), -2)
    assert written_pitch(Note(F(0), F(1), 60, spelling="B#3"), flat) == "B#3"
    assert written_pitch(Note(F(0), F(1), 61, spelling="B#3"), flat) == "Db4"
    assert written_pitch(Note(F(0), F(1), 61), sharp) == "C#4"
    assert written_pitch(Note(F(0), F(1), 61), None) == "C#4"
    assert written_pitch(Note(F(0), F(1), 1), flat) == "Db-1"


def test_every_key_has_its_name() -> None:
    for fifths in range(-7, 8):
        for mode in ("major", "minor", ""):
            key = KeySignature(F(0), fifths, mode)
            assert score_from_text(f"key={key_name(key)} C4").keys == (key,)


def test_voices_of_one_name_are_told_apart() -> None:
    voice = Voice("x", (Note(F(0), F(1), 60),))
    assert [v.name for v in score_from_text(text_from_score(Score((voice, voice)))).voices] == ["x", "x 2"]


def test_what_text_cannot_hold_is_refused() -> None:
    with pytest.raises(SaveError, match="without notes"):
        text_from_score(Score((Voice("a"),)))
    with pytest.raises(SaveError, match="at quarter 1 of voice 'a' two sound together: split the voices first"):
        text_from_score(Score((Voice("a", (Note(F(0), F(2), 60), Note(F(1), F(1), 64))),)))
    with pytest.raises(SaveError, match="too fine for text: quantise first"):
        text_from_score(Score((Voice("a", (Note(F(0), F(1, 10**7), 60),)),)))

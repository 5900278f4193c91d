from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import TokenError
from musenb.score.from_text import score_from_text
from musenb.score.note import KeySignature, Note, Score, TimeSignature, Voice
from musenb.tokens.chorale import grid as words
from musenb.tokens.chorale.grid import (
    FEATURES,
    HOLD,
    INPUTS,
    LOWEST,
    REST,
    UNKNOWN,
    VOCABULARY,
    VOICES,
    Frame,
    Grid,
    assign_voices,
    attributes_of,
    check_cells,
    decode,
    encode,
    features_of,
    frame_of,
    inputs_of,
    look_ahead,
    sounding,
)

F = Fraction
STEP = F(1, 4)
METRES = [(4, 4), (3, 4), (6, 8), (2, 2)]


@st.composite
def lines(draw: st.DrawFn) -> list[tuple[int, int | None]]:
    """Draw one voice: (sixteenths, pitch or None for a rest); it ends in a note."""
    pitches = st.none() | st.integers(words.LOWEST, words.HIGHEST)
    line = draw(st.lists(st.tuples(st.integers(1, 20), pitches), max_size=12))
    return [*line, (draw(st.integers(1, 20)), draw(st.integers(words.LOWEST, words.HIGHEST)))]


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """Draw four voices that end together, with repeated notes, rests, an anacrusis and one of four metres."""
    metre = TimeSignature(F(0), *draw(st.sampled_from(METRES)))
    anacrusis = draw(st.integers(0, int(metre.bar_length / STEP) - 1)) * STEP
    drawn = [draw(lines()) for _ in VOICES]
    end = max(sum(length for length, _ in line) for line in drawn)
    voices = []
    for name, line in zip(VOICES, drawn, strict=True):
        missing = end - sum(length for length, _ in line)
        last = [(missing, draw(st.integers(words.LOWEST, words.HIGHEST)))] if missing else []
        notes, time = [], F(0)
        for length, pitch in [*line, *last]:
            if pitch is not None:
                notes.append(Note(time, length * STEP, pitch))
            time += length * STEP
        voices.append(Voice(name, tuple(notes)))
    keys = draw(st.sampled_from([(), (KeySignature(F(0), -3, "minor"),)]))
    return Score(tuple(voices), metres=(metre,), keys=keys, anacrusis=anacrusis)


@st.composite
def cell_tables(draw: st.DrawFn) -> np.ndarray:
    """Draw cells (T, 4) that follow the grammar, with UNKNOWN cells at the ends of voices."""
    length = draw(st.integers(1, 24))
    table = np.full((length, 4), UNKNOWN)
    for voice in range(4):
        sings = False
        for step in range(draw(st.integers(0, length))):
            cell = draw(st.integers(0, HOLD - 1) | st.sampled_from([REST, HOLD]))
            table[step, voice] = REST if cell == HOLD and not sings else cell
            sings = table[step, voice] != REST
    return table


def held(cells: np.ndarray, step: int, voice: int) -> int:
    """Return what sounds in a cell by walking back over the holds: pitch - 36, 46 for silence, -1 for unknown."""
    while cells[step, voice] == HOLD:
        step -= 1
    return HOLD if cells[step, voice] == REST else int(cells[step, voice])


def test_the_vocabulary_is_the_table_that_it_says() -> None:
    assert (VOCABULARY[0], VOCABULARY[24], VOCABULARY[45]) == ("C2", "C4", "A5")
    assert (HOLD, REST, len(VOCABULARY), INPUTS) == (46, 47, 48, 94)
    assert len(set(VOCABULARY)) == len(VOCABULARY)


def test_a_motif_becomes_readable_cells() -> None:
    grid = encode(score_from_text("C4:1/2 r:1/4 C4:1/4 D4:1/2"))
    assert str(grid) == "\n".join(
        [
            "  0     C4     ?     ?     ?",
            "  1   HOLD     ?     ?     ?",
            "  2   REST     ?     ?     ?",
            "  3     C4     ?     ?     ?",
            "  4     D4     ?     ?     ?",
            "  5   HOLD     ?     ?     ?",
        ]
    )


def test_a_held_note_and_a_repeated_one_differ() -> None:
    held_note, repeated = (encode(score_from_text(text)).cells[:, 0].tolist() for text in ("E4:1", "E4:1/2 E4:1/2"))
    assert held_note == [28, HOLD, HOLD, HOLD]
    assert repeated == [28, HOLD, 28, HOLD]


def test_the_columns_say_where_a_step_lies() -> None:
    frame = frame_of(score_from_text("3/4 key=D upbeat=1 A4 | B4:3 | F#4:2^ E4"))
    columns = dict(zip([name for name, _ in words.TABLE[1:]], frame.columns.T.tolist(), strict=True))
    assert columns["sixteenth in the bar"] == [8, 9, 10, 11, *range(12), *range(12)]
    assert columns["sixteenth in the beat"] == [0, 1, 2, 3] * 7
    assert set(columns["metre"]) == {words.METRES.index((3, 4))}
    assert set(columns["key signature"]) == {9}
    assert set(columns["mode"]) == {0}
    assert columns["fermata"] == [0] * 16 + [1] * 8 + [0] * 4
    assert columns["quarters to the end of the phrase"][:4] == [5] * 4
    assert columns["quarters to the end of the phrase"][20:] == [0] * 4 + [words.LONGEST_PHRASE] * 4


def test_compound_beats_are_dotted() -> None:
    frame = frame_of(score_from_text("6/8 C4:1.5 D4:1.5"))
    assert frame.columns[:, 1].tolist() == [0, 1, 2, 3, 4, 5] * 2


def test_a_score_without_key_or_fermatas_says_so() -> None:
    columns = frame_of(score_from_text("C4 D4")).columns
    assert set(columns[:, words.KEY - 1]) == {words.NO_KEY}
    assert set(columns[:, words.FERMATA - 1]) == {words.NO_FERMATA_KNOWN}
    assert set(columns[:, words.PHRASE - 1]) == {words.NO_PHRASE_KNOWN}


def test_a_metre_of_no_name_is_other() -> None:
    assert words.metre_column(TimeSignature(F(0), 7, 8)) == words.OTHER_METRE


@given(scores())
def test_decoding_gives_back_what_was_encoded(score: Score) -> None:
    grid = encode(score)
    check_cells(grid.cells)
    assert decode(grid, template=score) == score


def test_fermatas_come_back_on_the_chord_that_had_them() -> None:
    text = "\n".join(
        [
            "soprano: C5 D5:1/2 C5:1/2 E5:2^ D5 C5:3^",
            "alto: G4 G4 G4:2^ F4 E4:3^",
            "tenor: E4 D4 C4:2^ B3 G3:3^",
            "bass: C3 B2 C3:2^ G3 C3:3^",
        ]
    )
    score = score_from_text(text)
    assert decode(encode(score)).transpose(1) == score.transpose(1)  # spellings set aside


def test_notes_that_pass_under_a_fermata_do_not_get_one() -> None:
    score = score_from_text("soprano: C5:2^ D5:2\nalto: G4 F4 G4:2\ntenor: E4:2 D4:2\nbass: C3:2 B2:2")
    marked = [[note.fermata for note in voice.notes] for voice in decode(encode(score)).voices]
    assert marked == [[True, False], [False, True, False], [True, False], [True, False]]


@given(scores(), st.integers(-12, 12))
def test_transposing_and_encoding_commute(score: Score, semitones: int) -> None:
    pitches = [note.pitch + semitones for note in score.notes]
    cells = encode(score).cells
    if min(pitches) < words.LOWEST or max(pitches) > words.HIGHEST:
        with pytest.raises(TokenError, match=r"is outside 36\.\.81, C2\.\.A5; transpose the prime"):
            encode(score.transpose(semitones))
    else:
        moved = encode(score.transpose(semitones)).cells
        assert np.array_equal(moved, np.where(cells < HOLD, cells + semitones, cells))


def test_voices_go_where_their_names_or_their_number_say() -> None:
    def score(*names: str) -> Score:
        return Score(tuple(Voice(name, (Note(F(0), F(1), 60),)) for name in names))

    assert assign_voices(score("Alto")) == ("alto",)
    assert assign_voices(score("melody")) == ("soprano",)
    assert assign_voices(score("a", "b")) == ("soprano", "bass")
    assert assign_voices(score("bass", "soprano")) == ("bass", "soprano")
    assert assign_voices(score("a", "b", "c")) == ("soprano", "alto", "bass")
    assert assign_voices(score("alto", "alto")) == ("soprano", "bass")
    assert assign_voices(score("1", "2", "3", "4")) == VOICES
    assert encode(score("Alto")).cells[:, 1].tolist() == [24, HOLD, HOLD, HOLD]


def test_silent_voices_do_not_count() -> None:
    score = Score((Voice("empty"), Voice("melody", (Note(F(0), F(1), 60),))))
    assert assign_voices(score) == ("soprano",)
    assert (encode(score).cells[:, 1:] == UNKNOWN).all()


def test_asked_steps_are_kept() -> None:
    score = score_from_text("C4:2 D4:2")
    assert encode(score, steps=20).cells[:, 0].tolist()[16:] == [UNKNOWN] * 4
    assert encode(score, steps=6).cells[:, 0].tolist() == [24] + [HOLD] * 5


def bad(*notes: Note, metre: tuple[int, int] = (4, 4), source: str = "tune.mid", **more: object) -> Score:
    return Score((Voice("melody", notes),), metres=(TimeSignature(F(0), *metre),), source=source, **more)


C4 = Note(F(0), F(1), 60)


@pytest.mark.parametrize(
    ("score", "message"),
    [
        (Score(source="x.mid"), "the score has no notes in 'x.mid'; at least one is needed"),
        (bad(Note(F(1), F(1), 35)), "pitch 35 at quarter 1 of voice 'melody' in 'tune.mid' is outside 36..81, C2..A5"),
        (bad(Note(F(2), F(1), 82)), "pitch 82 at quarter 2 of voice 'melody' in 'tune.mid' is outside 36..81"),
        (bad(Note(F(1, 3), F(1), 60)), "quarter 1/3 lasting 1 in voice 'melody' in 'tune.mid' is off the grid"),
        (bad(Note(F(1), F(1, 8), 60)), "quarter 1 lasting 1/8 in voice 'melody' in 'tune.mid' is off the grid"),
        (bad(C4, Note(F(1, 2), F(1), 64)), "voice 'melody' in 'tune.mid' sounds two notes at once at quarter 1/2"),
        (bad(C4, metre=(13, 4)), "metre 13/4 of bar 1 in 'tune.mid' has bars of 52 sixteenths; a whole number up to"),
        (bad(C4, metre=(3, 32)), "metre 3/32 of bar 1 in 'tune.mid' has bars of 3/2 sixteenths"),
        (bad(C4, anacrusis=F(1, 3)), "bar 0 in 'tune.mid' lasts from quarter 0 to 1/3, off the grid of sixteenths"),
    ],
)
def test_what_does_not_fit_is_named(score: Score, message: str) -> None:
    with pytest.raises(TokenError, match=re.escape(message)):
        encode(score)


def test_five_voices_are_too_many() -> None:
    score = Score(tuple(Voice(str(n), (C4,)) for n in range(5)), source="choir.xml")
    message = "5 voices in 'choir.xml'; the chorale model has 4: soprano, alto, tenor, bass"
    with pytest.raises(TokenError, match=re.escape(message)):
        encode(score)


@pytest.mark.parametrize("voices", [("alto", "bass"), ("viola",), ()])
def test_wrong_voice_names_are_refused(voices: tuple[str, ...]) -> None:
    with pytest.raises(TokenError, match=r"allowed are soprano, alto, tenor, bass, each once"):
        encode(bad(C4), voices=voices)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([[0, 0, 0, 48]], "cell 48 of the bass at step 0 is outside 0..47"),
        ([[0, 0, 0, 0], [0, -1, 0, 0]], "cell -1 of the alto at step 1 is outside 0..47"),
        ([[0, 0, HOLD, 0]], "HOLD of the tenor at step 0 follows a rest"),
        ([[REST] * 4, [HOLD, 0, 0, 0]], "HOLD of the soprano at step 1 follows a rest"),
    ],
)
def test_cells_against_the_grammar_are_refused(cells: list[list[int]], message: str) -> None:
    table = np.array(cells)
    frame = Frame(np.zeros((len(table), len(words.TABLE) - 1), np.int64))
    with pytest.raises(TokenError, match=re.escape(message)):
        decode(Grid(table, frame))


@given(cell_tables())
def test_sounding_is_the_note_that_is_held(cells: np.ndarray) -> None:
    expected = [[held(cells, step, voice) for voice in range(4)] for step in range(len(cells))]
    assert sounding(cells).tolist() == expected


@given(cell_tables())
def test_attributes_are_pitch_and_step(cells: np.ndarray) -> None:
    expected = []
    for step in range(len(cells)):
        for voice in range(4):
            pitch = held(cells, step, voice)
            expected.append([-1 if pitch == HOLD else pitch, step])
    assert attributes_of(cells).tolist() == expected


@given(cell_tables())
def test_inputs_name_the_pitch_of_a_hold(cells: np.ndarray) -> None:
    expected = [
        words.FIRST_HELD + held(cells, step, voice) if cells[step, voice] == HOLD else int(cells[step, voice])
        for step in range(len(cells))
        for voice in range(4)
    ]
    assert inputs_of(cells).tolist() == expected
    assert max(expected) < INPUTS


@given(cell_tables())
def test_looking_ahead_tells_what_is_given_now_and_later(cells: np.ndarray) -> None:
    known = sounding(cells)
    for step, row in enumerate(look_ahead(known).tolist()):
        expected = []
        for ahead in (0, 2, 4, 8):
            later = known[step + ahead].tolist() if step + ahead < len(known) else [UNKNOWN] * 4
            expected += [words.NOT_GIVEN if value == UNKNOWN else value for value in later]
        assert row == expected


@given(scores())
def test_features_are_in_raster_order_and_within_their_sizes(score: Score) -> None:
    grid = encode(score)
    features = features_of(grid.frame, sounding(grid.cells))
    assert features.shape == (4 * len(grid.frame), len(FEATURES))
    assert (features >= 0).all()
    assert (features < np.array(FEATURES)).all()
    assert features[:, 0].tolist() == [0, 1, 2, 3] * len(grid.frame)
    assert np.array_equal(features[2::4, 1:8], grid.frame.columns)
    assert features[5, 8:12].tolist() == sounding(grid.cells)[1].tolist() if len(grid.frame) > 1 else True


def test_nothing_given_is_told_as_nothing() -> None:
    features = features_of(encode(score_from_text("C4 D4")).frame)
    assert set(features[:, 8:].ravel()) == {words.NOT_GIVEN}


def test_pitch_names_and_numbers_agree() -> None:
    for cell, name in enumerate(VOCABULARY[:HOLD]):
        assert score_from_text(name).notes[0].pitch == cell + LOWEST

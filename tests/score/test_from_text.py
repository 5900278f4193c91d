from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import ScoreError
from musenb.score.from_text import score_from_text
from musenb.score.note import KeySignature, Note, Score, Tempo, TimeSignature, Voice

F = Fraction


def notes(text: str) -> list[tuple[str, Fraction, Fraction]]:
    """Return spelling, onset and duration of the notes of the first voice."""
    return [(note.spelling, note.onset, note.duration) for note in score_from_text(text).voices[0].notes]


def test_notes_rests_and_durations() -> None:
    assert notes("C4 D4 Eb4:2 r:1 F#4:1/2 G4:1.5") == [
        ("C4", 0, 1),
        ("D4", 1, 1),
        ("Eb4", 2, 2),
        ("F#4", 5, F(1, 2)),
        ("G4", F(11, 2), F(3, 2)),
    ]


@pytest.mark.parametrize(
    ("text", "pitch", "spelling"),
    [
        ("C4", 60, "C4"),
        ("Bb3", 58, "Bb3"),
        ("bb3", 58, "Bb3"),
        ("bbb3", 57, "Bbb3"),
        ("G##5", 81, "G##5"),
        ("B#3", 60, "B#3"),
        ("Cb4", 59, "Cb4"),
        ("Fn4", 65, "F4"),
        ("F♯4", 66, "F#4"),
        ("B♭", 58, "Bb3"),
        ("C-1", 0, "C-1"),
        ("G9", 127, "G9"),
    ],
)
def test_pitches_are_what_they_are_called(text: str, pitch: int, spelling: str) -> None:
    assert score_from_text(text).notes == (Note(F(0), F(1), pitch, spelling=spelling),)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("C E G C", "C4 E4 G4 C5"),
        ("C G C F B", "C4 G3 C4 F4 B4"),
        ("B5 C D", "B5 C6 D6"),
        ("C3 B A G F", "C3 B2 A2 G2 F2"),
        ("F B", "F4 B4"),
    ],
)
def test_a_note_without_octave_is_the_nearest(text: str, names: str) -> None:
    assert [name for name, _, _ in notes(text)] == names.split()


def test_the_heading_is_read() -> None:
    score = score_from_text('3/4 key=F# minor tempo=90.5 title="A \\"b\\" c" composer="D" upbeat=1 A4 | B4:3')
    assert score == Score(
        (Voice("melody", (Note(F(0), F(1), 69, spelling="A4"), Note(F(1), F(3), 71, spelling="B4"))),),
        metres=(TimeSignature(F(0), 3, 4),),
        keys=(KeySignature(F(0), 3, "minor"),),
        tempos=(Tempo(F(0), 90.5),),
        anacrusis=F(1),
        title='A "b" c',
        composer="D",
    )


@pytest.mark.parametrize(
    ("key", "fifths", "mode"),
    [
        ("D", 2, "major"),
        ("Bm", 2, "minor"),
        ("bm", 2, "minor"),
        ("F# minor", 3, "minor"),
        ("Bb", -2, "major"),
        ("Cb major", -7, "major"),
        ("Abmin", -7, "minor"),
        ("C#", 7, "major"),
        ("2#", 2, ""),
        ("3b", -3, ""),
        ("0", 0, ""),
    ],
)
def test_keys(key: str, fifths: int, mode: str) -> None:
    assert score_from_text(f"key={key} C4").keys == (KeySignature(F(0), fifths, mode),)


def test_changes_stand_between_the_notes() -> None:
    score = score_from_text("4/4 C4:4 | 3/4 key=F tempo=60 D4:3 | E4:3 |")
    assert score.metres == (TimeSignature(F(0), 4, 4), TimeSignature(F(4), 3, 4))
    assert score.keys == (KeySignature(F(4), -1, "major"),)
    assert score.tempos == (Tempo(F(4), 60.0),)


def test_voices_go_on_from_line_to_line() -> None:
    score = score_from_text('key=C\nsoprano: C5 D5\nBASS: C3\n"Flute 1": E5\nF5\nsoprano: E5\n')
    assert {voice.name: [note.spelling for note in voice.notes] for voice in score.voices} == {
        "soprano": ["C5", "D5", "E5"],
        "bass": ["C3"],
        "Flute 1": ["E5", "F5"],
    }


def test_ties_and_fermatas() -> None:
    score = score_from_text("3/4 C4:3~ | C4:3~ | C4:1^ D4^ E4")
    assert [(n.onset, n.duration, n.fermata) for n in score.notes] == [(0, 7, True), (7, 1, True), (8, 1, False)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "text: no notes; write some"),
        ("  \n | r:4", "no notes; write some"),
        ("C4 X4", "line 1, column 4: 'X4' is not understood; allowed is a note like F#4:1/2"),
        ("C4\nD4 H4", "line 2, column 4: 'H4' .* the German H is B here"),
        ("[C4 E4]", r"no chords"),
        ("C4+E4", r"no chords"),
        ("C4:0", "lasts 0 quarters; above 0 and up to 1000"),
        ("C4:1001", "lasts 1001 quarters"),
        ("C4:1/0", "'1/0' divides by 0"),
        ("C4:1.2.3", r"'1\.2\.3' is not a number like 2, 1\.5 or 1/2"),
        ("G##9", "'G##9': pitch 129 at quarter 0 is outside 0..127"),
        ("3/4 C4 D4 | E4", r"bar 1 of voice 'melody' has 2 quarters up to this \|, 3 would fill it \(3/4\)"),
        ("upbeat=1 C4:2 | D4:4 |", r"the upbeat of voice 'melody' has 2 quarters up to this \|, 1 would fill it"),
        ("C4:4 | D4:5 | E4", r"column 13: bar 2 of voice 'melody' has 5 quarters"),
        ("C4~ D4", "'D4' follows the tie of C4; the same note must follow a ~"),
        ("C4~ r", "a rest stands where C4 is tied over"),
        ("C4~", "ends on a tie of C4"),
        ("key=X C4", "'key=X': a key is like D, Bb"),
        ("key=G# C4", "8 fifths at quarter 0 is outside -7..7"),
        ("tempo=1001 C4", r"tempo 1001\.0 .* outside 5..1000"),
        ("tempo=fast C4", "'fast' is not a number"),
        ("5/5 C4", "metre 5/5"),
        ("upbeat=4 C4", "anacrusis of 4 quarters is outside"),
        ('C4 title="late"', "can stand only before all notes"),
        ("soprano: C4\nalto: C4 3/4 D4", "can stand after notes only in the voice written first, 'soprano'"),
        ('title="open C4', "a text between two quotes"),
        ("x" * 600_000, "600000 characters, at most 524288"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ScoreError, match=message):
        score_from_text(text)


def test_a_text_has_a_largest_number_of_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musenb.score.from_text.MOST_NOTES", 3)
    assert len(score_from_text("C4 C4 C4").notes) == 3
    with pytest.raises(ScoreError, match="column 10: more than 3 notes"):
        score_from_text("C4 C4 C4 C4")


@given(st.text(st.sampled_from('CDGb#n4 :/12.|~^r"\\\n=keyupatom-'), max_size=40))
def test_any_typing_ends_in_a_score_or_one_error(text: str) -> None:
    try:
        score = score_from_text(text)
    except ScoreError:
        return
    assert score.notes


def test_a_bar_of_a_length_of_its_own() -> None:
    score = score_from_text("4/4 C4:4 | bar=5/2 D4:5/2 | E4:4 |")
    assert [(bar.onset, bar.end) for bar in score.bars()] == [(0, 4), (4, F(13, 2)), (F(13, 2), F(21, 2))]
    with pytest.raises(ScoreError, match=r"'bar=0': length 0 of the measure at quarter 0 is not above 0"):
        score_from_text("bar=0 C4")

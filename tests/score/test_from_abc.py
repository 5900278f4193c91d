"""ABC as it sounds: pitches, lengths, metres and bar lines of small tunes."""

from __future__ import annotations

from fractions import Fraction

import pytest

from musenb.score.abc.barline import BarLine, parse_bar_line
from tests.score.abc_tunes import heard, lengths, marks, names, notices, read

F = Fraction

# Accidentals


@pytest.mark.parametrize(
    ("key", "body", "expected"),
    [
        ("G", "^d d =f f | d f F f |", "D#5 D#5 F5 F5 D5 F#5 F#4 F#5"),
        ("C", "^f F f f | f4 |", "F#5 F#4 F#5 F#5 F5"),  # in all octaves of the bar, as the standard has it
        ("C", "_B B =B B || B4 |", "Bb4 Bb4 B4 B4 B4"),
        ("C", "^^F __B =F B |", "F##4 Bbb4 F4 Bbb4"),
        ("D", "=c c [K:C] f f | c4", "C5 C5 F5 F5 C5"),
        ("C", "{^g}a g2 g |", "A5 G#5 G#5"),
        ("C", "[^ce]2 c2 |", "E5 C#5 C#5"),
        ("C", "^c2 c2:|1 c4 :|2 c4 |", "C#5 C#5 C5 C5"),
    ],
)
def test_an_accidental_holds_to_the_end_of_its_bar(key: str, body: str, expected: str) -> None:
    assert names(body, key=key) == expected


def test_how_far_accidentals_hold_can_be_told() -> None:
    octave = "I:propagate-accidentals octave\n"
    assert names(f"{octave}^f F f2 |") == "F#5 F4 F#5"
    assert names("%%propagate-accidentals not\n^f f f2 |") == "F#5 F5 F5"
    assert notices("^f F2 f |") == ["1 accidental taken from another octave of the bar (line 5)"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("z3 ^g- | g g a2 |", "3:2:G#5 5:1:G5 6:2:A5"),
        ("z3 ^g- |\ng- g g2 |", "3:3:G#5 6:2:G5"),
        ("^g4- | g4- | g2 g2 |", "0:10:G#5 10:2:G5"),
        ("[^C2E2]2- | [CE]4 |", "0:8:C#4 0:8:E4"),
        ("[^C-E]4 | [CE]4 |", "0:8:C#4 0:4:E4 4:4:E4"),
        ("[CE]4- | C4 |", "0:8:C4 0:4:E4"),
        ("^c4- | _d4 |", "0:8:C#5"),
        ("c4 .- | c4 |", "0:8:C5"),
    ],
)
def test_ties_join_notes_over_bar_lines_and_in_chords(body: str, expected: str) -> None:
    assert heard(body) == expected


def test_a_tied_note_of_a_chord_keeps_its_own_accidental() -> None:
    assert heard("f4- | [^Ff]4 |") == "0:8:F5 4:4:F#4"
    assert notices("f4- | [^Ff]4 |") == []


def test_a_tie_to_another_pitch_is_said_and_loses_no_note() -> None:
    assert heard("C2- D2 | E2- z2 |") == "0:2:C4 2:2:D4 4:2:E4"
    assert notices("C2- D2 | E2- z2 |") == ["2 ties left out: no note of their pitch follows (first: line 5)"]


# Keys, clefs, octaves


@pytest.mark.parametrize(
    ("key", "expected", "fifths", "mode"),
    [
        ("D Phr ^f", "D4 Eb4 F#4 G4 A4 Bb4 C5 D5", -2, ""),
        ("D exp _b _e ^f", "D4 Eb4 F#4 G4 A4 Bb4 C5 D5", 0, ""),
        ("D =c", "D4 E4 F#4 G4 A4 B4 C5 D5", 1, ""),
        ("D dorian", "D4 E4 F4 G4 A4 B4 C5 D5", 0, ""),
        ("F#MIX", "D#4 E4 F#4 G#4 A#4 B4 C#5 D#5", 5, ""),
        ("Gm", "D4 Eb4 F4 G4 A4 Bb4 C5 D5", -2, "minor"),
        ("HP", "D4 E4 F#4 G4 A4 B4 C#5 D5", 2, ""),
        ("none", "D4 E4 F4 G4 A4 B4 C5 D5", 0, ""),
        ("", "D4 E4 F4 G4 A4 B4 C5 D5", 0, ""),
    ],
)
def test_keys_and_their_accidentals(key: str, expected: str, fifths: int, mode: str) -> None:
    score = read("DEFG | ABcd |", key=key)
    assert [note.spelling for note in score.notes] == expected.split()
    assert [(k.fifths, k.mode) for k in score.keys] == [(fifths, mode)]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("Am clef=bass", "A3 C4 E5"),
        ("C alto", "A3 C4 E5"),
        ("C octave=-1", "A2 C3 E4"),
        ("C clef=treble-8", "A2 C3 E4"),
        ("C treble+8 octave=-1", "A3 C4 E5"),
        ("C clef=bass middle=d stafflines=3", "A3 C4 E5"),
        ("C transpose=-2", "G3 Bb3 D5"),
        ("C transpose=14", "B4 D5 F#6"),
    ],
)
def test_clefs_octaves_and_transpositions(key: str, expected: str) -> None:
    assert names("A, C e2 |", key=key) == expected


def test_a_transposed_voice_sounds_in_its_sounding_key() -> None:
    score = read("D E F G |", key="D transpose=-2")
    assert [note.pitch for note in score.notes] == [60, 62, 64, 65]
    assert [(key.fifths, key.mode) for key in score.keys] == [(0, "major")]


def test_changes_on_lines_and_inline() -> None:
    score = read("CDEF |\nK:D\nCDEF |[K:Bb][M:3/4] BAB |[Q:1/4=60] B3 |\nM:6/8\nL:1/8\nQ:3/8=40\nBAB BAB |")
    assert [(key.onset, key.fifths) for key in score.keys] == [(0, 0), (4, 2), (8, -2)]
    assert [(m.onset, m.beats, m.unit) for m in score.metres] == [(0, 4, 4), (8, 3, 4), (14, 6, 8)]
    assert [(tempo.onset, tempo.qpm) for tempo in score.tempos] == [(0, 100.0), (11, 60.0), (14, 60.0)]
    assert [note.spelling for note in score.notes[4:9]] == ["C#4", "D4", "E4", "F#4", "Bb4"]


# Lengths


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("A>B A<B A>>B A<<B |", "3/2 1/2 1/2 3/2 7/4 1/4 1/4 7/4"),
        ('A2>B2 A > B A>{g}B A>"C"B |', "3 1 3/2 1/2 3/2 1/2 3/2 1/2"),
        ("A>z z>A [AC]>[BD] |", "3/2 1/2 3/2 3/2 1/2 1/2"),
        ("(3ABc (3A2B2c2 |", "2/3 2/3 2/3 4/3 4/3 4/3"),
        ("(3:2:2A2B (3::4A/B/c/d/ |", "4/3 2/3 1/3 1/3 1/3 1/3"),
        ("(2AB (4ABcd (6ABcABc |", "3/2 3/2" + " 3/4" * 4 + " 1/3" * 6),
        ("(5ABcde (7:4ABcdefg |", "2/5 " * 5 + "4/7 " * 6 + "4/7"),
        ("(3(ABc) (3A>Bc |", "2/3 2/3 2/3 1 1/3 2/3"),
        ("(3:2:4(3ABcd |", "4/9 4/9 4/9 2/3"),
        ("A/ B// C3/2 D/4 E0 |", "1/2 1/4 3/2 1/4"),
        ("[C2E]2 [CE2G]/ |", "4 2 1/2 1 1/2"),
        ("+C2E2G2+ +f+c +CE+ |", "2 2 2 1 1 1"),
    ],
)
def test_broken_rhythms_tuplets_and_chords(body: str, expected: str) -> None:
    assert lengths(body) == expected.strip()


def test_five_notes_take_three_in_compound_time() -> None:
    assert lengths("(5ABcde (9ABcdefgab", head="X:1\nM:6/8\nL:1/8\n") == " ".join(["3/10"] * 5 + ["1/6"] * 9)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("C4 | Z2 | D4 |", "0:4:C4 12:4:D4"),
        ("C4 | Z | X | D4 |", "0:4:C4 12:4:D4"),
        ("C z2 D | x C z/ z/ E |", "0:1:C4 3:1:D4 5:1:C4 7:1:E4"),
        ("C y D y2 E F |", "0:1:C4 1:1:D4 2:1:E4 3:1:F4"),
        ("C`D EF\\\n| G4 % a remark\n|", "0:1:C4 1:1:D4 2:1:E4 3:1:F4 4:4:G4"),
        ("M:3/4\nC3 | Z2 | [M:2/4] Z | D2 |", "0:3:C4 11:2:D4"),
    ],
)
def test_rests_spacers_and_lines(body: str, expected: str) -> None:
    assert heard(body) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("M:4/4\n", "1/2"),
        ("M:2/4\n", "1/4"),
        ("M:6/8\n", "1/2"),
        ("M:C|\n", "1/2"),
        ("", "1/2"),
        ("M:2/4\nL:1\n", "4"),
    ],
)
def test_the_unit_length_that_is_not_written(fields: str, expected: str) -> None:
    assert lengths("c |", head=f"X:1\n{fields}").split()[0] == expected


# Metres, tempos, bars


@pytest.mark.parametrize(
    ("metre", "expected"),
    [("C", (4, 4)), ("C|", (2, 2)), ("(2+3)/8", (5, 8)), ("2+2+3/8", (7, 8)), ("6 / 8", (6, 8)), ("none", (4, 4))],
)
def test_metres(metre: str, expected: tuple[int, int]) -> None:
    first = read("C |", head=f"X:1\nM:{metre}\nL:1/8\n").metres[0]
    assert (first.beats, first.unit) == expected


def test_a_tune_without_a_metre_is_read_by_its_bars() -> None:
    score = read("CDE | FGA | B3 |", head="X:1\nL:1/4\n")
    assert (score.metres[0].beats, score.metres[0].unit, score.measures) == (3, 4, ())
    free = read("CDE | F5 | B4 |", head="X:1\nL:1/4\nM:none\n")
    assert (free.anacrusis, [(m.onset, m.length) for m in free.measures]) == (0, [(0, 3), (3, 5)])


@pytest.mark.parametrize(
    ("tempo", "expected"),
    [
        ("1/4=120", 120.0),
        ("120", 60.0),
        ('"Allegro" 1/4=132', 132.0),
        ('3/8=60 "Slowly"', 90.0),
        ("C=100", 50.0),
        ("C2=60", 60.0),
        ("1/4 3/8=40", 100.0),
        ("1/4=9999", 1000.0),
    ],
)
def test_tempos(tempo: str, expected: float) -> None:
    assert read("C |", head=f"X:1\nM:4/4\nQ:{tempo}\nL:1/8\n").tempos[0].qpm == expected


def test_an_upbeat_and_bars_cut_at_a_repeat() -> None:
    score = read("G | CDEF | GAB :|: cde | d5 | e3 |]")
    assert score.anacrusis == 1
    assert [(m.onset, m.length) for m in score.measures] == [(5, 3), (8, 3), (11, 5)]
    assert [bar.onset for bar in score.bars()] == [0, 1, 5, 8, 11, 16]


def test_two_parts_of_a_bar_are_one_bar() -> None:
    score = read("|: CDEF | GA :|: Bc | d4 |]")
    assert score.measures == ()
    assert [bar.onset for bar in score.bars()] == [0, 4, 8]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("|:CDEF::GABc:|", "0:forward, 4:backward, 4:forward, 8:backward"),
        ("CDEF:|:GABc:|", "4:backward, 4:forward, 8:backward"),
        ("CDEF:||:GABc|", "4:backward, 4:forward"),
        ("C4||D4:|E4:|", "4:forward, 8:backward, 8:forward, 12:backward"),
        ("|:C4||D4:|", "0:forward, 8:backward"),
        (
            "|:C4|1 D4:|2 E4||F4|",
            "0:forward, 4:ending start 1, 8:ending stop, 8:backward, 8:ending start 2, 12:ending stop",
        ),
        (
            "C4 [1,3 D4 :|[2-4 E4|]",
            "4:ending start 1 3, 8:ending stop, 8:backward, 8:ending start 2 3 4, 12:ending stop",
        ),
        ("C4 .| D4 [| E4 [|] F4 |]", ""),
        ("!segno!C4 | D4 !fine!| E4 !D.S.!|]", "0:segno, 8:fine, 12:dal segno"),
        ("!coda!C4 | !D.C.!D4 |", "0:coda, 8:da capo"),
    ],
)
def test_repeats_are_kept_as_marks(body: str, expected: str) -> None:
    assert marks(body) == expected


def test_a_section_can_be_played_three_times() -> None:
    assert [mark.times for mark in read("|::C4::|").repeats if mark.kind == "backward"] == [3]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("|", BarLine()),
        (".|", BarLine()),
        ("||", BarLine(final=True)),
        ("[|]", BarLine(final=True)),
        (":|", BarLine(2, 0, final=True)),
        ("|:", BarLine(0, 2, final=True)),
        (":||:", BarLine(2, 2, final=True)),
        ("::", BarLine(2, 2, final=True)),
        ("::::", BarLine(3, 3, final=True)),
        ("::|", BarLine(3, 0, final=True)),
        (":|]", BarLine(2, 0, final=True)),
    ],
)
def test_bar_lines_of_all_shapes(shape: str, expected: BarLine) -> None:
    assert parse_bar_line(shape) == expected

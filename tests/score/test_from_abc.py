"""ABC as it sounds: pitches, times, voices and marks of small tunes."""

from __future__ import annotations

from fractions import Fraction

import pytest

from musenb.errors import LoadError
from musenb.score.abc.barline import BarLine, parse_bar_line
from musenb.score.from_abc import score_from_abc, tunes_of
from musenb.score.load import load
from tests.score.abc_tunes import HEAD, heard, lengths, marks, names, notices, read, told

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


# Voices


HIGH, LOW = "0:1:C5 1:1:D5 2:2:E5 4:2:G5 6:2:A5", "0:2:C4 2:2:D4 4:4:E4"


@pytest.mark.parametrize(
    "body",
    [
        "V:1\ncde2|\nV:2\nC2D2|\nV:1\ng2a2|\nV:2\nE4|",
        "[V:1] cde2|\n[V:2] C2D2|\n[V:1] g2a2|\n[V:2] E4|",
        "[V:1] cde2|[V:2] C2D2|[V:1] g2a2|[V:2] E4|",
        "[V:1]cde2|g2a2|\n[V:2]C2D2|E4|",
        "cde2|\nV:2 clef=bass\nC2D2|\nV:1\ng2a2|\nV:2\nE4|",
        "%%score (2 | 1)\nV:2\ncde2|g2a2|\nV:1\nC2D2|E4|",
        "cde2 & C2D2 | g2a2 & E4 |",
    ],
)
def test_voices_go_on_where_they_were(body: str) -> None:
    assert heard(body) == f"{HIGH} // {LOW}"


def test_voices_of_the_header_have_names_and_staves() -> None:
    head = f'{HEAD}V:T name="Tenor" clef=treble-8\nV:B nm=B. clef=bass transpose=-12\n'
    score = read("V:T\ncdef|\nV:B\n[K:D] C4|", head=head)
    assert told(score) == "0:1:C4 1:1:D4 2:1:E4 3:1:F4 // 0:4:C#3"
    assert [voice.name for voice in score.voices] == ["tenor", "bass"]


def test_bars_of_the_voices_begin_together() -> None:
    body = "V:1\nC4 | D3 | E4 |\nV:2\nc4 | d4 | e4 |"
    assert heard(body) == "0:4:C4 4:3:D4 8:4:E4 // 0:4:C5 4:4:D5 8:4:E5"
    assert "the shorter ones are filled with rests" in notices(body)[0]
    assert [bar.onset for bar in read(body).bars()] == [0, 4, 8]
    upbeat = "V:1\nC | D4 | E4 |\nV:2\n| d4 | e4 |"
    assert heard(upbeat) == "0:1:C4 1:4:D4 5:4:E4 // 1:4:D5 5:4:E5"


def test_whole_bar_rests_take_the_metre_of_their_voice() -> None:
    assert heard("V:1\n[M:3/4]C3|\nV:2\n[M:2/4] c2|\nV:1\nZ|D3|") == "0:3:C4 6:3:D4 // 0:2:C5"
    assert heard("V:1\nC4|[M:3/4]D3|\nV:2\nZ2|c3|") == "0:4:C4 4:3:D4 // 7:3:C5"
    assert heard("V:1\nC4|[M:3/4]D3|E3|\nV:2\nc4|z3|Z|c3|") == "0:4:C4 4:3:D4 7:3:E4 // 0:4:C5 10:3:C5"


def test_voices_with_other_bars_are_left_as_they_are() -> None:
    body = "V:1\nC4 | D4 | E3 |\nV:2\nc8 | e4 | f4 |g4 |"
    assert heard(body).startswith("0:4:C4 4:4:D4 8:3:E4 // 0:8:C5 8:4:E5")
    assert "different numbers of bars" in notices(body)[0]


def test_an_overlay_has_accidentals_and_ties_of_its_own() -> None:
    assert heard("^c4 & c4- | c4 & c4 |") == "0:4:C#5 4:4:C5 // 0:8:C5"


# What stands above the notes


@pytest.mark.parametrize(
    "body", ["C HD E2 |", "C !fermata!D E2 |", "C +fermata+D E2 |", "C !Fermata!D E2|", "C [HDF] E2|"]
)
def test_fermatas(body: str) -> None:
    score = read(body)
    assert [note.fermata for note in score.notes if note.spelling in ("D4", "F4")] == [True] * (len(score.notes) - 2)
    assert not any(note.fermata for note in score.notes if note.spelling in ("C4", "E4"))


def test_symbols_can_be_defined() -> None:
    score = read("U: W = !fermata!\nU:H=!nil!\nWC HD Tc2 |")
    assert [note.fermata for note in score.notes] == [True, False, False]
    assert [str(notice) for notice in score.notices] == ["1 ornament left out (line 7)"]


def test_chord_symbols_are_kept_and_annotations_said() -> None:
    score = read('"Am7/G"C "F#m"D "^above"E "slowly"F | "N.C."G4 |')
    assert [(chord.onset, chord.text) for chord in score.chords] == [(0, "Am7/G"), (1, "F#m"), (4, "N.C.")]
    assert [str(notice) for notice in score.notices] == ["2 annotations left out (first: line 5)"]


def test_what_is_not_closed_loses_no_notes_after_it() -> None:
    assert names('"Am C D E | "F"F2 "G') == "C4 D4 E4 F4"
    assert notices('"Am C D E |') == ["1 text without a closing quote left out (line 5)"]
    assert names("[CE G2 | c4 |") == "C4 E4 G4 C5"
    assert notices("[CE G2 |") == ["1 unclosed chord read as notes after each other (line 5)"]


def test_what_is_left_out_is_said_with_its_line() -> None:
    body = "{ag}C !trill!D .E vF |\nw: la la la la\n!p!G4 ?|\nP:A\nY:AB\n%%MIDI program 4\nW: words"
    assert notices(body) == [
        "2 grace notes left out (first: line 5)",
        "1 ornament left out (line 5)",
        "1 articulation left out (line 5)",
        "1 playing mark left out (line 5)",
        "2 lines of lyrics left out (first: line 6)",
        "1 dynamic left out (line 7)",
        "1 sign not understood left out (line 7)",
        "1 part label left out (line 8)",
        "1 field Y: not understood and left out (line 9)",
        "1 directive %%MIDI left out (line 10)",
    ]


def test_old_line_breaks_and_layout_say_nothing() -> None:
    assert notices("CDEF | GABc |!\n%%staffsep 40\nc4* |\\\nS:from a book\n(c2 d2) $ |") == []


# Files


FILE = (
    "%abc-2.1\nL:1/4\nM:3/4\nC:Trad.\n\nfree text | here\n\n"
    'X:7\nT:F\\"unf\nT:also\nK:Dm\nA | d2 e- | e2 d |\n\nX:9\nT:Second\nM:4/4\nK:C\nC4|\n'
)


def test_the_header_of_a_file_holds_for_every_tune() -> None:
    first = score_from_abc(FILE.encode(), source="t.abc")
    assert (first.title, first.composer, first.anacrusis) == ("Fünf", "Trad.", 1)
    assert told(first) == "0:1:A4 1:2:D5 3:3:E5 6:1:D5"
    second = score_from_abc(FILE.encode(), source="t.abc", tune=9)
    assert (second.title, told(second), second.metres[0].beats) == ("Second", "0:4:C4", 4)


def test_tunes_are_chosen_by_their_number() -> None:
    assert tunes_of(FILE.encode()) == ((7, "Fünf"), (9, "Second"))
    said = [str(notice) for notice in score_from_abc(FILE.encode(), source="t.abc").notices]
    assert said == ["1 tune left out (tune= chooses by X:, here 7, 9)"]
    with pytest.raises(LoadError, match=r"t\.abc holds no tune X:8; its tunes are 7, 9"):
        score_from_abc(FILE.encode(), source="t.abc", tune=8)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, ending: str) -> None:
    data = "X:1\nT:Fünf\nK:C\nCDE|\n".replace("\n", ending).encode(encoding)
    assert score_from_abc(data, source="t.abc").title == "Fünf"


def test_accents_of_titles() -> None:
    tune = "X:1\nT:\\'Etude &agrave; l\\aarhus \\u00df\\ss \\/o \\vs\nK:C\nC|\n"
    assert score_from_abc(tune.encode(), source="t.abc").title == "Étude à lårhus ßß ø š"
    east = b"%%abc-charset iso-8859-2\nX:1\nT:\xb9koda\nK:C\nC|\n"
    assert score_from_abc(east, source="t.abc").title == "škoda"


def test_a_tune_of_a_collection_in_the_corpus() -> None:
    score = load("corpus:airdsAirs/book1", tune=12)
    assert (score.title, score.source) == ("The Queen of Hearts.", "corpus:airdsAirs/book1")
    assert score.notices[0].count == 199


def test_only_abc_has_numbered_tunes() -> None:
    with pytest.raises(LoadError, match=r"'bytes' is MIDI, which holds no numbered tunes \(leave out tune=\)"):
        load(b"MThd", tune=2)
    with pytest.raises(LoadError, match=r"corpus:bwv66\.6 is no collection of tunes in ABC"):
        load("corpus:bwv66.6", tune=2)


def test_empty_lines() -> None:
    assert heard("\n\nCDEF |") == "0:1:C4 1:1:D4 2:1:E4 3:1:F4"
    assert notices("CDEF |\n\nGABc |") == ["1 line after the tune's end at an empty line left out (line 7)"]
    assert notices("CDEF |\n%%begintext\nwords\n\nmore\n%%endtext\nGABc |") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CDEF", r"t\.abc holds no ABC tune: no line begins with 'X:' or 'K:'"),
        ("X:1\nT:a\nCDEF|", r"line 1: the tune has no line 'K:'"),
        ("X:1 T:a M:4/4 K:C CDEF|", r"line 1: 'T:a M:4/4 K:C CDEF\|' stands on the line of the X:"),
        ("X:1\nK:C\nz4|", r"line 1: the tune has no notes"),
        ("X:1\nK:C\n?? @@ ##", r"line 3: '\?' is no ABC, like most of what follows the header"),
        ("X:1\nK:C\nC1234567|", r"line 3: note length '1234567': numbers have 5 figures at most"),
        ("X:1\nK:C\nC/0|", r"line 3: note length '/0' divides by 0"),
        ("X:1\nK:C\nC,,,,,,|", r"line 3: pitch -12 is outside 0\.\.127"),
        ("X:1\nK:C\nC|Z9999|", r"line 3: rest 'Z9999' of more than 5000 bars"),
        ("X:1\nK:C\n" + "C99999" * 9, r"line 3: the tune is longer than 400000 quarters"),
        ("X:1\nK:C\n" + "".join(f"C/{p}" for p in (99991, 99989, 99971)), r"line 3: the note lengths are finer"),
        ("X:1\nK:C\n[" + "C" * 65 + "]", r"line 3: a chord of 65 notes, at most 64"),
        ("X:1\nK:C\n" + "(3" * 7 + "CDE", r"line 3: more than 6 tuplets in each other"),
    ],
)
def test_what_is_no_tune_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(LoadError, match=message):
        score_from_abc(text.encode(), source="t.abc")

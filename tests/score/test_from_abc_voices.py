"""ABC voices, what stands above the notes, and files of several tunes."""

from __future__ import annotations

from fractions import Fraction

import pytest

from musenb.errors import LoadError
from musenb.score.from_abc import score_from_abc, tunes_of
from musenb.score.load import load
from tests.score.abc_tunes import HEAD, heard, names, notices, read, told

F = Fraction

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
        "1 field Y: not understood and left out (line 9)",
        "1 directive %%MIDI not applied (line 10)",
        "1 part label left out: no P: in the header says their order",
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

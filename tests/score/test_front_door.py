"""What files of the world say and how it is read: variants of known inputs, right values worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from musenb.errors import LoadError
from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.load import load
from musenb.score.note import Score, Tempo
from tests.score import abc_tunes
from tests.score.musicxml_documents import back, document, note, noticed, read, tie, told, whole_rest

F = Fraction
THREE_FOUR = "<divisions>12</divisions><time><beats>3</beats><beat-type>4</beat-type></time>"
BACKWARD = '<barline location="right"><repeat direction="backward"/></barline>'


def with_divisions(divisions: int) -> str:
    return f"<divisions>{divisions}</divisions><time><beats>4</beats><beat-type>4</beat-type></time>"


def run(letters: str, durations: list[int], symbol: str, actual: int, normal: int) -> str:
    """Return notes of the fourth octave with durations in divisions, a symbol and a time modification."""
    ratio = f"<actual-notes>{actual}</actual-notes><normal-notes>{normal}</normal-notes>"
    behind = f"<voice>1</voice><type>{symbol}</type><time-modification>{ratio}</time-modification>"
    notes = []
    for letter, duration in zip(letters, durations, strict=True):
        pitch = f"<pitch><step>{letter}</step><octave>4</octave></pitch>"
        notes.append(f"<note>{pitch}<duration>{duration}</duration>{behind}</note>")
    return "".join(notes)


def marked(*, tempo: int, offset: str = "", sound: str = "") -> str:
    words = "<direction-type><words>x</words></direction-type>"
    return f'<direction>{words}{offset}<sound tempo="{tempo}">{sound}</sound></direction>'


def tempos(score: Score) -> list[tuple[Fraction, float]]:
    return [(tempo.onset, tempo.qpm) for tempo in score.tempos]


# MusicXML


def test_a_tie_from_one_staff_to_the_other_in_the_third_bar() -> None:
    lower, upper = "<staff>2</staff>", "<staff>1</staff>"
    bars = [
        note("C5", 4) + back(4) + note("C3", 4, 5, lower),
        note("G4", 4, 1, upper) + back(4) + note("E4", 4, 5, tie("start"), lower),
        note("E4", 2, 1, tie("stop"), upper) + note("F4", 2, 1, upper) + back(4) + note("C3", 4, 5, lower),
    ]
    assert told(read(bars)) == "0:4:C5 4:4:G4 10:2:F4 // 0:4:C3 4:6:E4 8:4:C3"


def test_a_tie_that_changes_the_voice_twice() -> None:
    bars = [
        note("D4", 4, 1, tie("start")),
        note("F4", 4) + back(4) + note("D4", 4, 2, tie("stop"), tie("start")),
        note("D4", 4, 1, tie("stop")),
    ]
    assert told(read(bars)) == "0:12:D4 4:4:F4"


def test_one_note_of_a_chord_is_tied() -> None:
    first = note("C4", 4, 1, tie("start")) + note("E4", 4, chord=True)
    second = note("C4", 4, 1, tie("stop")) + note("E4", 4, chord=True)
    assert told(read([first, second])) == "0:8:C4 0:4:E4 4:4:E4"


@pytest.mark.parametrize("sign", ['<tie type="let-ring"/>', '<notations><tied type="let-ring"/></notations>'])
def test_a_note_left_ringing_is_not_tied(sign: str) -> None:
    assert told(read([note("C4", 4, 1, sign), note("C4", 2) + note("D4", 2)])) == "0:4:C4 4:2:C4 6:2:D4"


def test_ties_that_are_drawn_alone() -> None:
    start, stop = (f'<notations><tied type="{kind}"/></notations>' for kind in ("start", "stop"))
    assert told(read([note("C4", 4, 1, start), note("C4", 2, 1, stop) + note("D4", 2)])) == "0:6:C4 6:2:D4"


@pytest.mark.parametrize(
    ("divisions", "durations", "symbol", "ratio", "each"),
    [
        (10, [1, 1, 2, 1, 2, 1, 2], "16th", (7, 4), F(1, 7)),
        (6, [2, 3, 2, 3, 2], "eighth", (5, 4), F(2, 5)),
        (4, [1, 0, 1, 0, 1, 0, 1, 0, 0], "32nd", (9, 8), F(1, 9)),
        (8, [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1], "32nd", (11, 8), F(1, 11)),
    ],
)
def test_rounded_durations_of_tuplets(
    divisions: int,
    durations: list[int],
    symbol: str,
    ratio: tuple[int, int],
    each: Fraction,
) -> None:
    letters = ("CDEFGAB" * 2)[: len(durations)]
    notes = read([run(letters, durations, symbol, *ratio)], attributes=with_divisions(divisions)).notes
    assert [(one.onset, one.duration) for one in notes] == [(each * place, each) for place in range(len(durations))]


def test_a_triplet_inside_a_triplet() -> None:
    inner, outer = run("CDE", [1, 1, 2], "16th", 9, 4), run("FG", [8, 8], "quarter", 3, 2)
    assert told(read([inner + outer], attributes=with_divisions(12))) == (
        "0:1/9:C4 1/9:1/9:D4 2/9:1/9:E4 1/3:2/3:F4 1:2/3:G4"
    )


def test_divisions_that_change_inside_a_bar_hold_for_the_step_back() -> None:
    changed = "<attributes><divisions>24</divisions></attributes>"
    bar = note("C4", 2) + changed + note("D4", 2) + note("E4", 2) + back(4) + note("C3", 4, 2)
    assert told(read([bar])) == "0:2:C4 2:1:D4 3:1:E4 // 2:2:C3"


def test_a_pick_up_after_each_repeat() -> None:
    bars = [
        note("G4", 1),
        note("C5", 3),
        note("D5", 2) + BACKWARD,
        note("A4", 1),
        note("E5", 3),
        note("C5", 2) + BACKWARD,
    ]
    score = read(bars, attributes=THREE_FOUR, implicit=(0, 3))
    assert told(score) == "0:1:G4 1:3:C5 4:2:D5 6:1:A4 7:3:E5 10:2:C5"
    assert [(bar.onset, bar.end) for bar in score.bars()] == [(0, 1), (1, 4), (4, 7), (7, 10), (10, 13)]
    assert [(mark.onset, mark.kind) for mark in score.repeats] == [(6, "backward"), (12, "backward")]


@pytest.mark.parametrize(
    ("offset", "sound", "onset"),
    [
        ("<offset>12</offset>", "", 6),  # moves what is seen alone
        ('<offset sound="no">12</offset>', "", 6),
        ('<offset sound="yes">12</offset>', "", 7),
        ("<offset>12</offset>", "<offset>-12</offset>", 5),  # that of the sound counts
        ("", "", 6),
    ],
)
def test_where_a_tempo_with_an_offset_holds(offset: str, sound: str, onset: int) -> None:
    bars = [note("C4", 4), note("C4", 2) + marked(tempo=72, offset=offset, sound=sound) + note("D4", 2)]
    assert tempos(read(bars)) == [(0, 100), (onset, 72)]


@pytest.mark.parametrize(
    ("unit", "said_so", "quarters"),
    [
        ("<beat-unit>quarter</beat-unit><beat-unit-dot/>", "40", 60),
        ("<beat-unit>half</beat-unit>", "c. 60", 120),
        ("<beat-unit>eighth</beat-unit>", "ca. 132", 66),
        ("<beat-unit>quarter</beat-unit>", "60-66", 60),
        ("<beat-unit>half</beat-unit>", "50.5", 101),
    ],
)
def test_metronome_marks_in_the_second_bar(unit: str, said_so: str, quarters: float) -> None:
    mark = f"<metronome>{unit}<per-minute>{said_so}</per-minute></metronome>"
    direction = f"<direction><direction-type>{mark}</direction-type></direction>"
    assert tempos(read([note("C4", 4), direction + note("D4", 4)])) == [(0, 100), (4, quarters)]


def test_keys_of_eight_and_nine_accidentals_later_and_lower() -> None:
    def key(fifths: int) -> str:
        return f"<attributes><key><fifths>{fifths}</fifths></key></attributes>"

    upper = [note("C5", 4), key(-9) + note("D5", 4), key(2) + note("E5", 4)]
    lower = [note("C4", 4), key(-9) + note("D4", 4), key(2) + note("E4", 4)]
    score = read(upper, lower)
    assert [(signature.onset, signature.fifths) for signature in score.keys] == [(8, 2)]
    assert noticed(score) == ["2 key signatures of more than seven accidentals left out"]
    assert told(read([note("C5", 4)], [key(8) + note("C4", 4)])) == "0:4:C5 // 0:4:C4"


def test_a_clarinet_that_takes_another_instrument() -> None:
    def change(fifths: int, diatonic: int, chromatic: int) -> str:
        moved = f"<diatonic>{diatonic}</diatonic><chromatic>{chromatic}</chromatic>"
        return f"<attributes><key><fifths>{fifths}</fifths></key><transpose>{moved}</transpose></attributes>"

    score = read([change(2, -1, -2) + note("D5", 4), change(3, -2, -3) + note("A4", 4)])
    assert told(score) == "0:4:C5 4:4:F#4"
    assert [(key.onset, key.fifths) for key in score.keys] == [(0, 0), (4, 6)]


@pytest.mark.parametrize(
    "ratio", ["", "<time-modification><actual-notes>2</actual-notes><normal-notes>1</normal-notes></time-modification>"]
)
def test_a_tremolo_of_two_notes_lasts_as_long_as_one(ratio: str) -> None:
    start, stop = (f'<tremolo type="{kind}">3</tremolo>' for kind in ("start", "stop"))
    both = [f"<type>half</type>{ratio}<notations><ornaments>{sign}</ornaments></notations>" for sign in (start, stop)]
    bar = note("C4", 1, 1, both[0]) + note("E4", 1, 1, both[1]) + note("G4", 2)
    assert told(read([bar])) == "0:1:C4 1:1:E4 2:2:G4"


def test_two_bars_are_repeated_by_a_sign() -> None:
    start = '<measure-style><measure-repeat type="start" slashes="2">2</measure-repeat></measure-style>'
    stop = '<measure-style><measure-repeat type="stop"/></measure-style>'
    first, third = f"<attributes>{start}</attributes>", f"<attributes>{stop}</attributes>"
    bars = [note("C4", 4), note("D4", 4), first + whole_rest(4), whole_rest(4), third + note("E4", 4)]
    assert told(read(bars)) == "0:4:C4 4:4:D4 8:4:C4 12:4:D4 16:4:E4"


@pytest.mark.parametrize(
    ("declared", "written", "name"),
    [
        ('<?xml version="1.0" encoding="UTF-16"?>', "utf-8", "Flöte"),  # a wide encoding named above narrow bytes
        ('<?xml version="1.0" encoding="utf-16"?>', "cp1252", "Flöte – 2"),
        ('<?xml version="1.0" encoding="UTF-16"?>', "utf-16", "Flöte"),
        ('<?xml version="1.0" encoding="UTF-8"?>', "latin-1", "Flöte"),
        ('<?xml version="1.0"?>', "cp1252", "Flöte – 2"),
        ("", "latin-1", "Flöte"),
        ("", "cp1251", "Первая скрипка"),
        ("\n\n <?xml version='1.0' encoding='UTF-8'?>", "utf-8", "Flöte"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?>', "latin-1", "Flöte"),
        ('<?xml version="1.0" encoding="windows-1251"?>', "cp1251", "Скрипка"),
        ('<?xml version="1.0" encoding="Shift_JIS"?>', "cp932", "バイオリン"),
        ('<?xml version="1.0" encoding="EUC-JP"?>', "euc_jp", "バイオリン"),
        ('<?xml version="1.0" encoding="gb2312"?>', "gb2312", "小提琴"),
        ('<?xml version="1.0" encoding="Big5"?>', "big5", "小提琴"),
        ('<?xml version="1.0" encoding="EUC-KR"?>', "euc_kr", "바이올린"),
    ],
)
def test_encodings_of_documents(declared: str, written: str, name: str) -> None:
    data = (declared + document([note("C4", 4)], names=(name,)).decode()).encode(written)
    score = load(data, name="a.musicxml")
    assert (score.voices[0].name, told(score)) == (name, "0:4:C4")


def test_entities_are_refused_behind_a_declaration_that_is_not_true() -> None:
    bomb = '<!DOCTYPE score-partwise [<!ENTITY a "aaaa">]>'
    for declared in ('<?xml version="1.0" encoding="utf-16"?>', '<?xml version="1.0" encoding="Shift_JIS"?>'):
        data = (declared + bomb).encode() + document([note("C4", 4)])
        with pytest.raises(LoadError, match="declares entities"):
            score_from_musicxml(data, source="a.xml")


# ABC


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "C4 & E4 & G4 | c2d2 & E2F2 & G4|",  # three layers
            "0:4:C4 4:2:C5 6:2:D5 // 0:4:E4 4:2:E4 6:2:F4 // 0:4:G4 4:4:G4",
        ),
        ("CDEF | G4 & E2D2 | C4 |", "0:1:C4 1:1:D4 2:1:E4 3:1:F4 4:4:G4 8:4:C4 // 4:2:E4 6:2:D4"),
        ("CDEF & C2 | G4 |", "0:1:C4 1:1:D4 2:1:E4 3:1:F4 4:4:G4 // 0:2:C4"),
        ("CD [L:1/8] EFGA|", "0:1:C4 1:1:D4 2:1/2:E4 5/2:1/2:F4 3:1/2:G4 7/2:1/2:A4"),
        ("C[r:a remark]D[I:x y]E[N:a note]F|", "0:1:C4 1:1:D4 2:1:E4 3:1:F4"),
        ("A// B3/ C/4 D3/2 E/ F/2 |", "0:1/4:A4 1/4:3/2:B4 7/4:1/4:C4 2:3/2:D4 7/2:1/2:E4 4:1/2:F4"),
        ("A>>B c<<<d |", "0:7/4:A4 7/4:1/4:B4 2:1/8:C5 17/8:15/8:D5"),
        ("A > B c <d|", "0:3/2:A4 3/2:1/2:B4 2:1/2:C5 5/2:3/2:D5"),
        ("[CE]>[DF] z2|", "0:3/2:C4 0:3/2:E4 3/2:1/2:D4 3/2:1/2:F4"),
        ("[C/E/G/]3 z/ [CE]2|", "0:3/2:C4 0:3/2:E4 0:3/2:G4 2:2:C4 2:2:E4"),
        ("(3A>BC D2|", "0:1:A4 1:1/3:B4 4/3:2/3:C4 2:2:D4"),
        ("(3:2:2 c2 d z2|", "0:4/3:C5 4/3:2/3:D5"),
        ("((3CDE) z2|", "0:2/3:C4 2/3:2/3:D4 4/3:2/3:E4"),
        (
            "(10:8:10 cdefgabcde|",
            " ".join(f"{F(4, 5) * i}:4/5:{n}" for i, n in enumerate("C5 D5 E5 F5 G5 A5 B5 C5 D5 E5".split())),
        ),
        ("A4-|!f!.A4|", "0:8:A4"),
        ("A4-|{c}A4|", "0:8:A4"),
        ("A4-[K:D]|A4|", "0:8:A4"),
        ("A4-|% a remark\nA4|", "0:8:A4"),
        ("[C-E]4|[CE]4|", "0:8:C4 0:4:E4 4:4:E4"),
        ("CD\\\nM:3/4\nEFG|", "0:1:C4 1:1:D4 2:1:E4 3:1:F4 4:1:G4"),
        ("C4 .| D4 [| E4 [|] F4 |]", "0:4:C4 4:4:D4 8:4:E4 12:4:F4"),
        ("%%begintext\nCDEF\n%%endtext\nC4|", "0:4:C4"),
    ],
)
def test_tunes(body: str, expected: str) -> None:
    assert abc_tunes.heard(body) == expected


@pytest.mark.parametrize(
    ("metre", "body", "expected"),
    [
        ("6/8", "(2cd (2ef|", "0:3/4:C5 3/4:3/4:D5 3/2:3/4:E5 9/4:3/4:F5"),
        ("6/8", "(4cdef c3|", "0:3/8:C5 3/8:3/8:D5 3/4:3/8:E5 9/8:3/8:F5 3/2:3/2:C5"),
        ("2/4", "(7cdefgab|", " ".join(f"{F(i, 7)}:1/7:{n}5" for i, n in enumerate("CDEFGAB"))),
        ("9/8", "(5cdefg c3|", " ".join(f"{F(3 * i, 10)}:3/10:{n}5" for i, n in enumerate("CDEFG")) + " 3/2:3/2:C5"),
    ],
)
def test_tuplets_by_the_metre(metre: str, body: str, expected: str) -> None:
    assert abc_tunes.heard(body, head=f"X:1\nM:{metre}\nL:1/8\n") == expected


def test_a_tuplet_of_more_than_nine_notes_must_say_its_time() -> None:
    body = "(11cdefgabcdef|"
    assert abc_tunes.lengths(body) == " ".join(["1"] * 11)
    assert "1 tuplet not understood and left out (line 5)" in abc_tunes.notices(body)


@pytest.mark.parametrize("tempo", ["1/4=0", "1/4=abc", "0", "1/4=", "Andante"])
def test_a_tempo_that_says_no_speed_is_left_out(tempo: str) -> None:
    head = f"X:1\nM:4/4\nL:1/4\nQ:{tempo}\n"
    assert [one.qpm for one in abc_tunes.read("C4|", head=head).tempos] in ([], [100])
    assert "1 tempo not understood and left out (line 5)" in abc_tunes.notices("C4|", head=head)


def test_a_tempo_inside_a_bar() -> None:
    assert abc_tunes.read("CD[Q:3/8=40]EF|").tempos == (Tempo(F(0), 100.0), Tempo(F(2), 60.0))


def test_keys_beyond_seven_accidentals_are_kept_at_the_notes() -> None:
    assert abc_tunes.names("CEFc|", key="G#") == "C#4 E#4 F##4 C#5"
    assert abc_tunes.names("CEFB|", key="Fb") == "Cb4 Eb4 Fb4 Bbb4"
    assert abc_tunes.read("C4|", key="G#").keys == ()
    assert abc_tunes.notices("C4|", key="Fb") == ["1 key of more than seven sharps or flats kept at the notes alone"]


def test_quarter_tones_go_down_as_those_of_musicxml_do() -> None:
    assert abc_tunes.names("^/C _/D ^3/E _3/F|") == "C4 Db4 E#4 Fbb4"
    assert abc_tunes.names("^1/2C ^C| C2 ^2/2C2|") == "C4 C#4 C4 C#4"
    assert "4 quarter tones rounded down to a semitone (first: line 5)" in abc_tunes.notices("^/C _/D ^3/E _3/F|")


@pytest.mark.parametrize(
    ("encoding", "title"),
    [
        ("utf-16", "Gänseblümchen’"),
        ("utf-8-sig", "Gänseblümchen’"),
        ("cp1252", "Gänseblümchen’"),
        ("latin-1", "Gänseblümchen"),
        ("cp1251", "Калинка"),
        ("cp932", "さくら さくら"),
        ("gbk", "茉莉花"),
    ],
)
def test_titles_of_tunes_in_encodings_that_are_not_named(encoding: str, title: str) -> None:
    score = load(f"X:1\nT:{title}\nM:4/4\nL:1/4\nK:C\nCDEF|\n".encode(encoding))
    assert (score.title, abc_tunes.told(score)) == (title, "0:1:C4 1:1:D4 2:1:E4 3:1:F4")


@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n", "\r\r\n"])
def test_line_ends_of_all_systems_and_converted_twice(ending: str) -> None:
    text = "X:1\nM:4/4\nL:1/4\nK:C\nCDEF|\nG4|\n".replace("\n", ending)
    assert abc_tunes.told(load(text.encode(), name="a.abc")) == "0:1:C4 1:1:D4 2:1:E4 3:1:F4 4:4:G4"

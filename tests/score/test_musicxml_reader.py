"""What MusicXML says is what is read: measures, voices, ties and durations, in small documents."""

from __future__ import annotations

from fractions import Fraction

import pytest

from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.marks import MeasureLength, Repeat
from tests.score.musicxml_documents import FOUR, back, document, note, noticed, read, skip, tie, told, whole_rest

# ------------------------------------------------------------------------------------------------ measures in all parts


def test_a_part_that_lacks_a_beat_shifts_nothing() -> None:
    short = [note("C5", 4), note("E5", 2) + note("F5", 1), note("F5", 4)]
    full = [note("C4", 4), note("E4", 4), note("F4", 4)]
    score = read(short, full)
    assert told(score) == "0:4:C5 4:2:E5 6:1:F5 8:4:F5 // 0:4:C4 4:4:E4 8:4:F4"
    assert noticed(score) == ["1 bar shorter than in the other parts, filled up with rests"]
    assert told(read(full, short)) == "0:4:C4 4:4:E4 8:4:F4 // 0:4:C5 4:2:E5 6:1:F5 8:4:F5"


@pytest.mark.parametrize("odd", ["", skip(4), skip(2), note("G4", 5), note("G4", 2)])
def test_whatever_one_bar_of_one_part_holds_the_next_begins_in_step(odd: str) -> None:
    steady = [note("C4", 4), note("D4", 4), note("E4", 4)]
    odd_part = [note("C4", 4), odd, note("E4", 4)]
    for parts in ((steady, odd_part), (odd_part, steady), (odd_part, steady, steady)):
        score = read(*parts)
        assert [voice.notes[-1].onset for voice in score.voices] == [8] * len(parts)
        assert score.measures == ()


def test_a_missing_measure_is_found_by_its_number() -> None:
    data = document([note("C5", 4), note("D5", 4), note("E5", 4)], [note("C4", 4), note("D4", 4), note("E4", 4)])
    second = data.rindex(b'<measure number="2">')
    cut = data[:second] + data[data.index(b"</measure>", second) + len(b"</measure>") :]
    assert told(score_from_musicxml(cut, source="a")).endswith("// 0:4:C4 8:4:E4")


def test_an_upbeat_without_rests_in_the_other_part() -> None:
    score = read([note("C5", 1), note("F5", 4)], ["", note("F4", 4)], implicit=(0,))
    assert (told(score), score.anacrusis) == ("0:1:C5 1:4:F5 // 1:4:F4", 1)


@pytest.mark.parametrize(("implicit", "rested"), [((), 1), ((0,), 1), ((0,), 4)])
def test_a_whole_rest_in_an_upbeat(implicit: tuple[int, ...], rested: int) -> None:
    score = read([whole_rest(rested), note("C4", 4)], [note("G4", 1), note("E4", 4)], implicit=implicit)
    assert (told(score), score.anacrusis) == ("1:4:C4 // 0:1:G4 1:4:E4", 1)


def test_a_whole_rest_in_a_cut_bar() -> None:
    upper = [note("C4", 4), whole_rest(2), note("D4", 4)]
    lower = [note("C3", 4), note("C3", 1) + note("D3", 1), note("D3", 4)]
    score = read(upper, lower, implicit=(1,))
    assert told(score) == "0:4:C4 6:4:D4 // 0:4:C3 4:1:C3 5:1:D3 6:4:D3"
    assert score.measures == (MeasureLength(Fraction(4), Fraction(2)),)
    assert told(read(upper, lower)) == told(score)


def test_a_bar_in_two_measures_at_a_repeat_is_one_bar() -> None:
    end = '<barline location="right"><repeat direction="backward"/></barline>'
    voice = [note("C4", 4), note("D4", 3) + end, note("E4", 1), note("F4", 4)]
    score = read(voice, implicit=(2,))
    assert told(score) == "0:4:C4 4:3:D4 7:1:E4 8:4:F4"
    assert (score.measures, score.repeats) == ((), (Repeat(Fraction(7), "backward"),))


def test_a_cadenza_is_as_long_as_all_parts_say() -> None:
    score = read([note("C4", 4), note("D4", 7), note("E4", 4)], [note("C3", 4), whole_rest(7), note("E3", 4)])
    assert told(score) == "0:4:C4 4:7:D4 11:4:E4 // 0:4:C3 11:4:E3"
    assert score.measures == (MeasureLength(Fraction(4), Fraction(7)),)


def test_a_metre_that_only_a_lower_part_has() -> None:
    three = "<attributes><time><beats>3</beats><beat-type>4</beat-type></time></attributes>"
    score = read([note("C5", 4), note("D5", 3), note("E5", 3)], [note("C4", 4), three + note("D4", 3), note("E4", 3)])
    assert [(m.onset, m.beats) for m in score.metres] == [(0, 4), (4, 3)]
    assert score.voices[0].notes[-1].onset == 7


@pytest.mark.parametrize(
    ("time", "metre"),
    [
        ("<beats>3+2</beats><beat-type>8</beat-type>", "3+2/8"),
        ("<beats>2</beats><beat-type>4</beat-type><beats>3</beats><beat-type>8</beat-type>", "2+2+3/8"),
        ("<beats>2</beats><beat-type>2</beat-type>", "2/2"),
    ],
)
def test_additive_metres_keep_their_groups(time: str, metre: str) -> None:
    score = read([note("C4", 1)], attributes=f"<divisions>12</divisions><time>{time}</time>")
    assert str(score.metres[0]) == metre


def test_music_without_a_metre_keeps_its_bars() -> None:
    attributes = "<divisions>12</divisions><time><senza-misura/></time>"
    score = read([note("C4", 3), note("D4", 5), note("E4", 2)], attributes=attributes)
    assert told(score) == "0:3:C4 3:5:D4 8:2:E4"


# --------------------------------------------------------------------------------------------------------------- voices


def test_a_bar_with_one_of_two_voices_splits_nothing() -> None:
    upper = [
        note("E5", 2) + note("D5", 2) + back(4) + note("C5", 2, 2) + note("B4", 2, 2),
        note("C5", 4),
        note("D5", 4) + back(4) + note("B4", 4, 2),
    ]
    assert told(read(upper)) == "0:2:E5 2:2:D5 4:4:C5 8:4:D5 // 0:2:C5 2:2:B4 8:4:B4"


def test_a_tie_into_a_bar_of_one_voice() -> None:
    first = note("E5", 4, 1, tie("start")) + back(4) + note("C5", 2, 2) + note("B4", 2, 2)
    score = read([first, note("E5", 2, 1, tie("stop")) + note("D5", 2)])
    assert told(score) == "0:6:E5 6:2:D5 // 0:2:C5 2:2:B4"


def test_a_tie_that_changes_the_voice_and_two_of_one_pitch() -> None:
    first = note("E5", 4, 1, tie("start")) + back(4) + note("C5", 4, 2)
    score = read([first, note("G5", 4) + back(4) + note("E5", 4, 2, tie("stop"))])
    assert told(score) == "0:8:E5 4:4:G5 // 0:4:C5"
    both = note("E5", 4, 1, tie("start")) + back(4) + note("E5", 4, 2, tie("start"))
    score = read([both, note("E5", 1, 1, tie("stop")) + back(1) + note("E5", 2, 2, tie("stop"))])
    assert told(score) == "0:5:E5 // 0:6:E5"


def test_a_tie_whose_end_is_not_marked_ends_with_the_next_note_of_its_voice() -> None:
    assert told(read([note("D4", 4, 1, tie("start")), note("D4", 4)])) == "0:8:D4"
    assert told(read([note("D4", 4, 1, tie("start")), note("E4", 4)])) == "0:4:D4 4:4:E4"
    other = back(4) + note("B3", 4, 2)
    score = read([note("D4", 4, 1, tie("start")) + other, note("E4", 4) + back(4) + note("D4", 4, 2)])
    assert told(score) == "0:4:D4 4:4:E4 // 0:4:B3 4:4:D4"


def test_a_tie_over_a_bar_that_lacks_a_beat() -> None:
    score = read([note("C5", 3, 1, tie("start")), note("C5", 1, 1, tie("stop"))], [note("C4", 4), note("C4", 4)])
    assert told(score) == "0:5:C5 // 0:4:C4 4:4:C4"


def test_one_number_on_two_staves_at_once_is_two_voices() -> None:
    staves = [
        note("C5", 4, 1, "<staff>1</staff>") + back(4) + note("C3", 4, 1, "<staff>2</staff>"),
        note("D5", 4, 1, "<staff>1</staff>") + back(4) + note("D3", 2, 1, "<staff>2</staff>"),
    ]
    assert told(read(staves)) == "0:4:C5 4:4:D5 // 0:4:C3 4:2:D3"


def test_a_voice_that_crosses_the_staves_is_one() -> None:
    crossing = note("C5", 2, 1, "<staff>1</staff>") + note("C3", 2, 1, "<staff>2</staff>")
    assert told(read([crossing])) == "0:2:C5 2:2:C3"


def test_voices_without_numbers_go_by_staff_and_order() -> None:
    bars = [
        note("E5", 4, "", "<staff>1</staff>") + back(4) + note("C5", 4, "", "<staff>1</staff>") + back(4)
        + note("C3", 4, "", "<staff>2</staff>"),
        note("F5", 4, "", "<staff>1</staff>") + back(4) + note("D3", 4, "", "<staff>2</staff>"),
    ]  # fmt: skip
    assert told(read(bars)) == "0:4:E5 4:4:F5 // 0:4:C5 // 0:4:C3 4:4:D3"


def test_a_few_double_stops_are_chords_in_the_voice() -> None:
    bars = [note("G4", 4) for _ in range(20)]
    bars[7] += back(4) + note("D4", 4, 2)
    score = read(bars, names=("Violin",))
    assert [(voice.name, len(voice.notes)) for voice in score.voices] == [("Violin", 21)]
    assert [n.spelling for n in score.voices[0].notes if n.onset == 28] == ["D4", "G4"]


def test_a_chord_with_something_between_its_notes() -> None:
    between = "<direction><direction-type><words>p</words></direction-type></direction>"
    chord = note("C4", 2) + between + note("E4", 2, chord=True) + "<attributes/>" + note("G4", 2, chord=True)
    assert told(read([chord + note("D4", 2)])) == "0:2:C4 0:2:E4 0:2:G4 2:2:D4"


# ------------------------------------------------------------------------------------------------------------ durations


def triplet(name: str, units: int, kind: str, actual: int, normal: int) -> str:
    ratio = f"<actual-notes>{actual}</actual-notes><normal-notes>{normal}</normal-notes>"
    time = f"<type>{kind}</type><time-modification>{ratio}</time-modification>"
    pitch = f"<pitch><step>{name}</step><octave>4</octave></pitch>"
    return f"<note>{pitch}<duration>{units}</duration><voice>1</voice>{time}</note>"


@pytest.mark.parametrize(
    ("divisions", "units", "kind", "ratio"),
    [
        (256, (85, 85, 86), "eighth", (3, 2)),
        (256, (86, 85, 85), "eighth", (3, 2)),
        (4, (1, 1, 2), "eighth", (3, 2)),
        (8, (2, 1, 2, 1, 2), "16th", (5, 4)),
        (480, (69, 69, 68, 69, 69, 68, 68), "16th", (7, 4)),
    ],
)
def test_types_say_more_than_rounded_durations(
    divisions: int, units: tuple[int, ...], kind: str, ratio: tuple[int, int]
) -> None:
    tuplet = "".join(triplet(name, count, kind, *ratio) for name, count in zip("CDEFGAB", units, strict=False))
    below = f"<backup><duration>{divisions}</duration></backup>"
    below += triplet("C", divisions, "quarter", 1, 1).replace("<voice>1", "<voice>2")
    after = triplet("B", divisions, "quarter", 1, 1)
    attributes = FOUR.replace("12", str(divisions))
    score = read([tuplet + below + after], attributes=attributes)
    exact = Fraction(1, len(units))
    assert [(n.onset, n.duration) for n in score.voices[0].notes] == [
        *((place * exact, exact) for place in range(len(units))), (1, 1)
    ]  # fmt: skip
    assert [(n.onset, n.duration) for n in score.voices[1].notes] == [(0, 1)]


def test_a_duration_that_is_not_rounded_is_believed() -> None:
    dotted = note("C4", 1.5, 1, "<type>quarter</type>") + note("D4", 0.5, 1, "<type>quarter</type>")
    assert told(read([dotted])) == "0:3/2:C4 3/2:1/2:D4"


def test_without_divisions_the_types_count() -> None:
    bars = [note("C4", 1, 1, "<type>quarter</type>") + note("D4", 3, 1, "<type>half</type><dot/>")]
    bare = "<time><beats>4</beats><beat-type>4</beat-type></time>"
    assert told(read(bars, attributes=bare)) == "0:1:C4 1:3:D4"


def test_divisions_may_change() -> None:
    change = "<attributes><divisions>24</divisions></attributes>"
    assert told(read([note("C4", 2) + change + note("D4", 2)])) == "0:2:C4 2:1:D4"

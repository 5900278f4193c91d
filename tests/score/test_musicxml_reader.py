"""What MusicXML says is what is read: measures, voices, ties, durations, pitches and marks, in small documents."""

from __future__ import annotations

import re
import zipfile
from fractions import Fraction
from io import BytesIO

import pytest

from musenb.errors import LoadError
from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.marks import ChordSymbol, MeasureLength, Repeat
from musenb.score.note import KeySignature, Score, Tempo
from musenb.score.unfold import unfolded

NAME = re.compile(r"([A-G])(#|b)?(\d)")
FOUR = "<divisions>12</divisions><time><beats>4</beats><beat-type>4</beat-type></time>"


def note(name: str, quarters: float | str = 1, voice: int | str = 1, *inside: str, chord: bool = False) -> str:
    """Return a note such as 'C#5', or a rest 'r'; 12 divisions to the quarter. `inside` goes behind the voice."""
    if name == "r":
        pitch = "<rest/>"
    else:
        step, sign, octave = NAME.fullmatch(name).groups()  # type: ignore[union-attr]
        alter = {"#": "<alter>1</alter>", "b": "<alter>-1</alter>", None: ""}[sign]
        pitch = f"<pitch><step>{step}</step>{alter}<octave>{octave}</octave></pitch>"
    duration = f"<duration>{int(Fraction(quarters) * 12)}</duration>"
    said = f"<voice>{voice}</voice>" if voice else ""
    return f"<note>{'<chord/>' * chord}{pitch}{duration}{said}{''.join(inside)}</note>"


def back(quarters: float) -> str:
    return f"<backup><duration>{int(quarters * 12)}</duration></backup>"


def skip(quarters: float) -> str:
    return f"<forward><duration>{int(quarters * 12)}</duration></forward>"


def whole_rest(quarters: float) -> str:
    return f'<note><rest measure="yes"/><duration>{int(quarters * 12)}</duration></note>'


def tie(kind: str) -> str:
    return f'<tie type="{kind}"/>'


def document(*parts: list[str], names: tuple[str, ...] = (), attributes: str = FOUR, implicit: tuple = ()) -> bytes:
    """Return a document of parts, each a list of measures; `implicit` are the places of uncounted ones."""
    listed, written = [], []
    for number, measures in enumerate(parts):
        name = names[number] if number < len(names) else f"P{number + 1}"
        listed.append(f'<score-part id="P{number + 1}"><part-name>{name}</part-name></score-part>')
        rows = []
        for place, content in enumerate(measures):
            head = f"<attributes>{attributes}</attributes>" if place == 0 else ""
            counted = ' implicit="yes"' if place in implicit else ""
            rows.append(f'<measure number="{place + 1}"{counted}>{head}{content}</measure>')
        written.append(f'<part id="P{number + 1}">{"".join(rows)}</part>')
    return f"<score-partwise><part-list>{''.join(listed)}</part-list>{''.join(written)}</score-partwise>".encode()


def read(*parts: list[str], **keywords: object) -> Score:
    return score_from_musicxml(document(*parts, **keywords), source="a.xml")  # type: ignore[arg-type]


def told(score: Score) -> str:
    """Return voices as onset:duration:name, // between them."""
    return " // ".join(" ".join(f"{n.onset}:{n.duration}:{n.spelling}" for n in v.notes) for v in score.voices)


def noticed(score: Score) -> list[str]:
    return [notice.short for notice in score.notices]


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
        ("<beats>3+2</beats><beat-type>8</beat-type>", (5, 8)),
        ("<beats>2</beats><beat-type>4</beat-type><beats>3</beats><beat-type>8</beat-type>", (7, 8)),
        ("<beats>2</beats><beat-type>2</beat-type>", (2, 2)),
    ],
)
def test_additive_metres_are_added_up(time: str, metre: tuple[int, int]) -> None:
    score = read([note("C4", 1)], attributes=f"<divisions>12</divisions><time>{time}</time>")
    assert (score.metres[0].beats, score.metres[0].unit) == metre


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


# -------------------------------------------------------------------------------------------------------------- pitches


def transposing(diatonic: int, chromatic: int, fifths: int) -> str:
    move = f"<transpose><diatonic>{diatonic}</diatonic><chromatic>{chromatic}</chromatic></transpose>"
    return FOUR.replace("<time>", f"<key><fifths>{fifths}</fifths></key><time>") + move


def test_a_clarinet_in_a_written_in_b_major_sounds_in_a_flat() -> None:
    score = read([note("B4", 2) + note("D#5", 2)], attributes=transposing(-2, -3, 5))
    assert [n.pitch for n in score.notes] == [68, 72]
    assert score.keys == (KeySignature(Fraction(0), -4),)


def test_transposed_names_and_the_key_of_the_parts_that_sound_as_written() -> None:
    horn = [note("C5", 4)]
    data = document(horn, [note("F4", 4)], attributes=transposing(-4, -7, 0))
    head, lower = data.decode().rsplit("<attributes>", 1)
    lower = "<attributes>" + lower.replace("<fifths>0", "<fifths>-1")
    lower = re.sub("<transpose>.*?</transpose>", "", lower)
    score = score_from_musicxml((head + lower).encode(), source="a.xml")
    assert told(score) == "0:4:F4 // 0:4:F4"
    assert [key.fifths for key in score.keys] == [-1]


def test_octave_clefs_and_octave_lines_move_no_pitch() -> None:
    tenor = "<clef><sign>G</sign><line>2</line><clef-octave-change>-1</clef-octave-change></clef>"
    above = '<direction><direction-type><octave-shift type="down" size="8"/></direction-type></direction>'
    assert told(read([above + note("C6", 4)], attributes=FOUR + tenor)) == "0:4:C6"
    guitar = "<transpose><chromatic>0</chromatic><octave-change>-1</octave-change></transpose>"
    assert told(read([note("C5", 4)], attributes=FOUR + guitar)) == "0:4:C4"


def test_quarter_tones_go_down_and_are_said() -> None:
    half = note("C4", 1).replace("<octave>", "<alter>0.5</alter><octave>")
    flat = note("B4", 1).replace("<octave>", "<alter>-0.5</alter><octave>")
    score = read([half + half.replace("C", "F") + flat])
    assert [n.pitch for n in score.notes] == [60, 65, 70]
    assert noticed(score) == ["3 quarter tones rounded down to a semitone"]


@pytest.mark.parametrize("fifths", [8, -9, 12])
def test_a_key_beyond_seven_accidentals_is_dropped_and_said(fifths: int) -> None:
    score = read([note("C4", 4)], attributes=f"{FOUR}<key><fifths>{fifths}</fifths></key>")
    assert (score.keys, len(score.notes)) == ((), 1)
    assert noticed(score) == ["1 key signature of more than seven accidentals left out"]


# ---------------------------------------------------------------------------------------------------------------- marks


def metronome(tempo: str, unit: str = "quarter") -> str:
    mark = f"<beat-unit>{unit}</beat-unit><per-minute>{tempo}</per-minute>"
    return f"<direction><direction-type><metronome>{mark}</metronome></direction-type></direction>"


def test_a_tempo_may_stand_in_any_part() -> None:
    score = read([metronome("120") + note("C5", 4), note("D5", 4)], [note("C4", 4), metronome("60") + note("D4", 4)])
    assert score.tempos == (Tempo(Fraction(0), 120.0), Tempo(Fraction(4), 60.0))


def test_the_default_tempo_holds_before_the_first() -> None:
    score = read([note("C5", 2) + metronome("60") + note("D5", 2)])
    assert score.tempos == (Tempo(), Tempo(Fraction(2), 60.0))


@pytest.mark.parametrize(
    ("mark", "tempo"),
    [
        (metronome("ca. 88"), 88.0),
        (metronome("40", "half"), 80.0),
        ('<sound tempo="72.5"/>', 72.5),
        ('<direction><direction-type><words>x</words></direction-type><sound tempo="66"/></direction>', 66.0),
    ],
)
def test_what_a_tempo_is_read_from(mark: str, tempo: float) -> None:
    assert read([mark + note("C4", 4)]).tempos == (Tempo(Fraction(0), tempo),)


def test_an_impossible_tempo_is_dropped_and_said() -> None:
    score = read(['<sound tempo="0"/>' + note("C4", 4)])
    assert (score.tempos, noticed(score)) == ((Tempo(),), ["1 tempo outside 5 to 1000 quarters a minute left out"])


def test_cue_notes_are_silent() -> None:
    score = read([note("C5", 2).replace("<note>", "<note><cue/>") + note("D5", 2)])
    assert (told(score), noticed(score)) == ("2:2:D5", ["1 cue note left out"])


def test_grace_notes_lyrics_and_dynamics_are_named() -> None:
    grace = note("B4").replace("<note>", "<note><grace/>").replace("<duration>12</duration>", "")
    sung = note("C5", 4, 1, "<lyric><text>la</text></lyric>")
    loud = "<direction><direction-type><dynamics><f/></dynamics></direction-type></direction>"
    score = read([loud + grace + sung], names=("Voice",))
    assert noticed(score) == ["1 dynamic mark left out", "1 grace note left out", "1 lyric left out"]
    assert [notice.place for notice in score.notices[1:]] == ["bar 1 of 'Voice'"] * 2


def measure_repeat(kind: str, count: str = "") -> str:
    sign = f'<measure-repeat type="{kind}">{count}</measure-repeat>'
    return f"<attributes><measure-style>{sign}</measure-style></attributes>"


def test_measure_repeats_are_written_out() -> None:
    bars = [note("C4", 4), measure_repeat("start", "1") + skip(4), "", measure_repeat("stop") + note("D4", 4)]
    assert told(read(bars)) == "0:4:C4 4:4:C4 8:4:C4 12:4:D4"
    pair = [note("C4", 4), note("D4", 4), measure_repeat("start", "2") + whole_rest(4), whole_rest(4)]
    assert told(read(pair)) == "0:4:C4 4:4:D4 8:4:C4 12:4:D4"
    shown = [note("C4", 4), measure_repeat("start", "1") + note("E4", 4)]
    assert told(read(shown)) == "0:4:C4 4:4:E4"


def test_chord_symbols_and_figures_are_kept_for_show() -> None:
    minor = (
        "<harmony><root><root-step>F</root-step><root-alter>1</root-alter></root><kind>minor-seventh</kind>"
        "<bass><bass-step>E</bass-step></bass></harmony>"
    )
    numeral = '<harmony><function>V</function><kind text="7">dominant</kind></harmony>'
    figures = (
        "<figured-bass><figure><figure-number>6</figure-number></figure>"
        "<figure><prefix>sharp</prefix><figure-number>4</figure-number></figure></figured-bass>"
    )
    score = read([minor + note("C4", 2) + numeral + figures + note("D4", 2)])
    assert score.chords == (
        ChordSymbol(Fraction(0), "F#m7/E"), ChordSymbol(Fraction(2), "V7", "numeral"),
        ChordSymbol(Fraction(2), "6 #4", "figures"),
    )  # fmt: skip


def barline(*inside: str, place: str = "right") -> str:
    return f'<barline location="{place}">{"".join(inside)}</barline>'


BACKWARD, FORWARD = '<repeat direction="backward"/>', '<repeat direction="forward"/>'


def ending(number: str, kind: str) -> str:
    return f'<ending number="{number}" type="{kind}"/>'


def letters(score: Score) -> str:
    return "".join(n.spelling[0] for n in unfolded(score).notes)


def test_repeats_and_endings_are_kept_and_unfolded_on_request() -> None:
    bars = [
        note("C4", 4),
        barline(FORWARD, place="left") + note("D4", 4),
        barline(ending("1, 2", "start"), place="left") + note("E4", 4) + barline(ending("1, 2", "stop"), BACKWARD),
        barline(ending("3", "start"), place="left") + note("F4", 4) + barline(ending("3", "discontinue")),
        note("G4", 4),
    ]
    score = read(bars)
    assert told(score) == "0:4:C4 4:4:D4 8:4:E4 12:4:F4 16:4:G4"
    assert score.repeats[1] == Repeat(Fraction(8), "ending start", (1, 2))
    assert letters(score) == "CDEDEDFG"
    assert unfolded(score).repeats == ()


@pytest.mark.parametrize(
    ("bars", "played"),
    [
        ([note("C4", 4) + barline(BACKWARD), note("D4", 4)], "CCD"),
        ([note("C4", 4) + barline('<repeat direction="backward" times="3"/>'), note("D4", 4)], "CCCD"),
        ([note("C4", 4), note("D4", 4) + '<sound fine="yes"/>', note("E4", 4) + '<sound dacapo="yes"/>'], "CDECD"),
        (
            [note("C4", 4), '<sound segno="s"/>' + note("D4", 4) + '<sound tocoda="c"/>',
             note("E4", 4) + '<sound dalsegno="s"/>', '<sound coda="c"/>' + note("F4", 4)],
            "CDEDF",
        ),
        ([note("C4", 4) + barline(BACKWARD), note("D4", 4) + '<sound dacapo="yes"/>'], "CCDCD"),
        ([note("C4", 4), "<direction><direction-type><words>D.C. al Fine</words></direction-type></direction>"
          + note("D4", 4)], "CDCD"),
    ],
)  # fmt: skip
def test_how_repeats_and_jumps_are_played(bars: list[str], played: str) -> None:
    assert letters(read(bars)) == played


def test_an_unfolded_upbeat_joins_the_bar_before_it() -> None:
    bars = [note("C4", 1), note("D4", 4), note("E4", 3) + barline(BACKWARD), note("F4", 1), note("G4", 4)]
    score = unfolded(read(bars, implicit=(0, 3)))
    assert letters(score) == "CDECDEFG"
    assert (score.anacrusis, score.measures) == (1, ())
    assert [bar.onset for bar in score.bars()] == [0, 1, 5, 9, 13, 17]


def test_a_fermata_stands_over_the_whole_chord() -> None:
    mark = "<notations><fermata/></notations>"
    score = read([note("C4", 2) + note("E4", 2, 1, mark, chord=True) + note("D4", 2)])
    assert [n.fermata for n in sorted(score.notes, key=lambda n: n.pitch)] == [True, False, True]


# -------------------------------------------------------------------------------------------- nothing, and percussion


def test_percussion_alone_is_refused() -> None:
    drum = "<note><unpitched/><duration>48</duration></note>"
    with pytest.raises(LoadError, match=r"a\.xml: only percussion, no pitched notes") as caught:
        read([drum])
    assert caught.value.kind == "content"
    assert noticed(read([drum], [note("C4", 4)])) == ["1 unpitched percussion note left out"]


def test_a_score_without_a_note_says_so() -> None:
    score = read([whole_rest(4), whole_rest(4)])
    assert (score.notes, noticed(score)) == ((), ["2 bars read, and not a note in them"])


def test_a_document_with_a_namespace() -> None:
    plain = document([note("C4", 4), note("D4", 4)])
    spaced = plain.replace(b"<score-partwise>", b'<score-partwise xmlns="http://example.org/mxl">')
    assert told(score_from_musicxml(spaced, source="a")) == "0:4:C4 4:4:D4"


def test_an_archive_whose_name_is_utf_8_without_the_flag() -> None:
    from musenb.score.screen import unzip_mxl

    name = "Flöte.xml"
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "META-INF/container.xml",
            f'<container><rootfiles><rootfile full-path="{name}"/></rootfiles></container>',
        )
        archive.writestr(name, b"<score-partwise/>")
    data = bytearray(out.getvalue())
    for head in (b"PK\x03\x04", b"PK\x01\x02"):
        flags = data.rindex(head) + (6 if head[2] == 3 else 8)
        data[flags + 1] &= ~0x08  # bit 11: the name is UTF-8
    assert unzip_mxl(bytes(data), source="a.mxl") == b"<score-partwise/>"

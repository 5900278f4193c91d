"""What MusicXML says is what is read: pitches, marks, repeats and percussion, in small documents."""

from __future__ import annotations

import re
import zipfile
from fractions import Fraction
from io import BytesIO

import pytest

from musenb.errors import LoadError
from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.marks import ChordSymbol, Repeat
from musenb.score.note import KeySignature, Score, Tempo
from musenb.score.unfold import unfolded
from tests.score.musicxml_documents import FOUR, document, note, noticed, read, skip, told, whole_rest

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

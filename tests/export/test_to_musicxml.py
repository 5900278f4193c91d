"""MusicXML writer: whole documents, and that a score comes back as it went."""

from __future__ import annotations

import dataclasses
import itertools
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.errors import SaveError
from musenb.export.to_musicxml import music21_of, musicxml_bytes
from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.marks import ChordSymbol, MeasureLength, Repeat
from musenb.score.note import KeySignature, Note, Origin, Score, Tempo, TimeSignature, Voice
from musenb.score.provenance import provenance_fields, voices_from_fields
from musenb.score.spelling import spell_score
from tests.export.metres import FOUR, SIX, THREE

MODEL = Origin("chorale", 7, (("temperature", "1.0"), ("top_p", "0.95")))


def one_voice(*rows: tuple[object, object, int], name: str = "soprano", **fields: object) -> Score:
    notes = tuple(Note(Fraction(onset), Fraction(length), pitch) for onset, length, pitch in rows)  # type: ignore[arg-type]
    return Score((Voice(name, notes),), **fields)  # type: ignore[arg-type]


def parsed(score: Score) -> ET.Element:
    return ET.fromstring(musicxml_bytes(score))


def texts(root: ET.Element, path: str) -> list[str]:
    return [element.text or "" for element in root.findall(path)]


def test_no_eighth_of_seven_stands_alone() -> None:
    notes = [(Fraction(i, 2), Fraction(1, 2), 60 + i) for i in range(14)]
    root = parsed(one_voice(*notes, metres=(TimeSignature(beats=7, unit=8),)))
    beams = [note.findtext("beam") for note in root.iter("note")]
    assert beams == ["begin", "end", "begin", "end", "begin", "continue", "end"] * 2


def test_a_small_document_stays_as_it_is() -> None:
    score = one_voice((0, 1, 66), (1, 5, 67), name="alto", anacrusis=Fraction(1), keys=(KeySignature(fifths=1),))
    text = re.sub(r"musenb [^<]*<", "musenb N<", musicxml_bytes(score).decode())
    assert text == (Path(__file__).parent / "small.musicxml").read_text(encoding="utf-8")


def test_the_same_score_gives_the_same_bytes() -> None:
    score = one_voice((0, 1, 60))
    assert musicxml_bytes(score) == musicxml_bytes(dataclasses.replace(score))


def test_ids_tie_every_symbol_to_its_note() -> None:
    root = parsed(one_voice((3, 6, 60), (9, 1, 62)))
    assert [note.get("id") for note in root.iter("note") if note.find("rest") is None] == [
        "v0n0", "v0n0-2", "v0n0-3", "v0n1",
    ]  # fmt: skip
    ties = [[tie.get("type") for tie in note.findall("tie")] for note in root.iter("note") if note.get("id")]
    assert ties == [["start"], ["stop", "start"], ["stop"], []]


def test_accidentals_follow_the_rules_of_the_bar() -> None:
    score = one_voice(
        (0, 1, 66), (1, 1, 66), (2, 1, 65), (3, 1, 66), (4, 1, 66), (5, 1, 73), (6, 1, 78), (7, 2, 66),
        (9, 1, 65), (10, 1, 66), keys=(KeySignature(mode="major"),),
    )  # fmt: skip
    printed = [note.findtext("accidental") for note in parsed(score).iter("note") if note.get("id")]
    assert printed == [
        "sharp", None, "natural", "sharp",
        "sharp", "sharp", "sharp", None,
        None, None, "sharp",
    ]  # fmt: skip


def test_clefs_names_and_the_last_bar() -> None:
    voices = [Voice(name, (Note(0, 1, pitch),)) for name, pitch in zip(("soprano", "alto", "tenor", "bass"), (72, 67, 55, 48))]  # noqa: B905, E501
    root = parsed(Score((*voices, Voice("Cello", (Note(0, 1, 40),)), Voice("", (Note(0, 1, 80),)))))
    clefs = ["".join(clef.itertext()).strip() for clef in root.iter("clef")]
    assert clefs == ["G2", "G2", "G2-1", "F4", "F4", "G2"]
    assert texts(root, ".//part-name") == ["Soprano", "Alto", "Tenor", "Bass", "Cello", "Part 6"]
    assert texts(root, "part/measure/barline/bar-style") == ["light-heavy"] * 6


def test_nothing_is_generated_in_the_print() -> None:
    score = Score((Voice("alto", (Note(0, 1, 60, origin=MODEL),)),))
    assert b"color" not in musicxml_bytes(score)


@pytest.mark.parametrize(
    ("note", "told"),
    [
        (Note(Fraction(1, 257), 1, 60), r"pitch 60 at quarter 1/257 for 1 quarters \(voice 'soprano', bar 1\)"),
        (Note(6, Fraction(1, 999), 61), r"pitch 61 at quarter 6 for 1/999 quarters \(voice 'soprano', bar 2\)"),
        (Note(0, 1, 11), r"pitch 11 \(B-1\) at quarter 0 .* below 12"),
    ],
)
def test_what_cannot_be_written_is_named(note: Note, told: str) -> None:
    with pytest.raises(SaveError, match=told):
        musicxml_bytes(Score((Voice("soprano", (Note(5, 1, 62), note)),)))


def test_a_fermata_of_one_note_stands_over_its_chord_once() -> None:
    score = Score((Voice("alto", (Note(0, 8, 60), Note(0, 8, 64, fermata=True))),))
    marked = [note.get("id") for note in parsed(score).iter("note") if note.find("notations/fermata") is not None]
    assert marked == ["v0n0-2"]


def test_titles_are_escaped_and_plain() -> None:
    root = parsed(one_voice((0, 1, 60), title="<b>&\x00\u202e", composer='A "B"', source="a&b.mid"))
    assert texts(root, "work/work-title") == ["<b>&"]
    assert texts(root, "identification/creator") == ['A "B"']
    assert texts(root, "identification/source") == ["a&b.mid"]


# -------------------------------------------------------------------------------------------------------- round trips


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """Scores of one to three voices on sixteenths, with triplets, rests, chords, fermatas and provenance."""
    first = draw(st.sampled_from((FOUR, THREE, SIX, TimeSignature(beats=2, unit=2), TimeSignature(beats=5, unit=4))))
    anacrusis = draw(st.integers(0, int(first.bar_length * 4) - 1)) * Fraction(1, 4)
    second = draw(st.sampled_from((FOUR, THREE, SIX)))
    change = anacrusis + 2 * first.bar_length
    metres = (first, dataclasses.replace(second, onset=change)) if (second.beats, second.unit) != (first.beats, first.unit) else (first,)  # noqa: E501
    names = draw(st.lists(st.sampled_from(("soprano", "bass", "Oboe d'amore", "")), min_size=1, max_size=3))
    voices = tuple(Voice(name, draw(voice_notes(change))) for name in names)
    key = KeySignature(Fraction(0), draw(st.integers(-7, 7)), draw(st.sampled_from(("major", "minor", ""))))
    inner = KeySignature(change - draw(st.sampled_from((0, 1))), -key.fifths, "minor")
    end = max(voice.end for voice in voices)
    return Score(
        voices=voices,
        metres=metres if end > change else (first,),
        keys=(key, inner) if (inner.fifths, inner.mode) != (key.fifths, key.mode) and end > change else (key,),
        tempos=(Tempo(Fraction(0), draw(st.sampled_from((60.0, 92.5, 100.0)))),),
        anacrusis=anacrusis,
        title=draw(st.sampled_from(("", "Ach <Gott> & Herr", "歌"))),
        composer=draw(st.sampled_from(("", "J. S. Bach"))),
    )


@st.composite
def voice_notes(draw: st.DrawFn, least: Fraction) -> tuple[Note, ...]:
    """Notes of one voice, now and then a chord, a triplet, a rest or an overlap; at least to quarter `least`."""
    position, notes = Fraction(0), []
    while position <= least and len(notes) < 16:
        kind = draw(st.sampled_from(("note", "note", "note", "rest", "chord", "triplet", "overlap")))
        length = draw(st.integers(1, 12)) * Fraction(1, 4)
        mark = {"velocity": draw(st.sampled_from((80, 80, 33, 127))), "fermata": draw(st.booleans())}
        mark["origin"] = draw(st.sampled_from((Origin(), MODEL, Origin("duo"))))
        pitch = draw(st.integers(30, 90))
        if kind == "triplet":
            position = Fraction(-(-position // 1))
            third = Fraction(1, 3)
            notes += [Note(position + i * third, third, pitch + i, **mark) for i in range(3)]
            position += 1
            continue
        if kind != "rest":
            notes.append(Note(position, length, pitch, **mark))
        if kind == "chord":
            notes.append(Note(position, length, pitch + 4, **mark))
        if kind == "overlap":
            notes.append(Note(position + Fraction(1, 4), length, pitch + 7, **mark))
        position += length + (Fraction(1, 4) if kind == "overlap" else 0)
    return tuple(notes) or (Note(0, 1, 60),)


@given(scores())
@settings(max_examples=40)
def test_a_score_comes_back_as_it_went(score: Score) -> None:
    data = musicxml_bytes(score)
    again = score_from_musicxml(data, source="again.musicxml")
    assert again == spell_score(score)
    assert musicxml_bytes(dataclasses.replace(again, source=score.source)) == data


@st.composite
def marked_scores(draw: st.DrawFn) -> Score:
    """Scores with tuplets of any number, irregular bars, repeats and endings."""
    metre = draw(st.sampled_from((FOUR, THREE, SIX, TimeSignature(beats=5, unit=8), TimeSignature(beats=7, unit=8))))
    lengths = draw(st.lists(st.sampled_from((0, 0, 0, 1, -1)), min_size=3, max_size=6))
    beat = Fraction(4, metre.unit)
    position, edges, measures = Fraction(0), [Fraction(0)], []
    for place, change in enumerate(lengths):
        length = metre.bar_length + change * beat
        if change and 0 < place < len(lengths) - 1:
            measures.append(MeasureLength(position, length))
        else:
            length = metre.bar_length
        position += length
        edges.append(position)
    voices = []
    for name in draw(st.lists(st.sampled_from(("Violin", "Cello")), min_size=1, max_size=2, unique=True)):
        notes = []
        for start, end in itertools.pairwise(edges):
            beats = int((end - start) / beat)
            for number in range(beats):
                count = draw(st.sampled_from((0, 1, 1, 2, 3, 4, 5, 6, 7, 9, 11)))
                step = beat / count if count else beat
                pitch = draw(st.integers(40, 80))
                notes += [Note(start + number * beat + i * step, step, pitch + i) for i in range(count)]
        notes.append(Note(edges[-1] - beat, beat, 90))
        voices.append(Voice(name, tuple(notes)))
    repeats = []
    if draw(st.booleans()):
        middle = draw(st.sampled_from(edges[1:-1]))
        repeats = [Repeat(middle, "backward", (), draw(st.sampled_from((2, 3)))), Repeat(middle, "forward")]
        repeats += [Repeat(edges[-2], "ending start", (1, 2)), Repeat(edges[-1], "ending stop", (1, 2))]
        repeats += [Repeat(edges[-1], "da capo"), Repeat(Fraction(0), "segno")]
    return Score(tuple(voices), (metre,), measures=tuple(measures), repeats=tuple(repeats))


@given(marked_scores())
@settings(max_examples=40)
def test_tuplets_irregular_bars_and_repeats_come_back(score: Score) -> None:
    again = score_from_musicxml(musicxml_bytes(score), source="again.musicxml")
    assert again.voices == spell_score(score).voices
    assert [(bar.onset, bar.end, bar.metre) for bar in again.bars()] == [
        (bar.onset, bar.end, bar.metre) for bar in score.bars()
    ]
    assert set(again.repeats) == set(score.repeats)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("C", "chord"), ("F#m7", "chord"), ("Bbmaj7", "chord"), ("G/B", "chord"), ("Abdim7/Ebb", "chord"),
        ("Dadd9", "chord"), ("E7(#9)", "chord"), ("N.C.", "chord"), ("V7", "numeral"), ("ii65/V", "numeral"),
        ("6 4", "figures"), ("7 #", "figures"), ("#6 4+", "figures"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("onset", [0, Fraction(7, 3)])
def test_chord_symbols_come_back(text: str, kind: str, onset: Fraction) -> None:
    score = one_voice((0, 4, 60), (4, 4, 62), chords=(ChordSymbol(Fraction(onset), text, kind),))
    again = score_from_musicxml(musicxml_bytes(score), source="x")
    assert again.chords == score.chords
    assert again.voices == spell_score(score).voices


@pytest.mark.parametrize("kind", ["fine", "da capo", "backward"])
def test_a_sign_at_the_end_of_silent_bars_comes_back(kind: str) -> None:
    score = dataclasses.replace(one_voice((0, 4, 60)), repeats=(Repeat(Fraction(12), kind),))
    again = score_from_musicxml(musicxml_bytes(score), source="again.musicxml")
    assert again.repeats == score.repeats
    assert parsed(score).find("part")[-1].get("number") == "3"  # type: ignore[index]
    far = dataclasses.replace(score, repeats=(Repeat(Fraction(10**9), kind),))
    assert len(parsed(far).find("part")) == 1  # type: ignore[arg-type]


def test_one_odd_duration_refuses_no_piece() -> None:
    score = one_voice((0, Fraction(1483, 384), 60), (4, 4, 62))
    assert score_from_musicxml(musicxml_bytes(score), source="x").voices == spell_score(score).voices


def test_a_chord_symbol_that_is_none_stands_as_words() -> None:
    score = one_voice((0, 4, 60), chords=(ChordSymbol(Fraction(0), "<tacet>"),))
    assert texts(parsed(score), ".//words") == ["<tacet>"]


def test_divisions_beyond_what_programs_read_are_rounded() -> None:
    rows, position = [], Fraction(0)
    for number in (3, 5, 7, 11, 13, 17, 19):
        rows += [(position + Fraction(i, number), Fraction(1, number), 60) for i in range(number)]
        position += 1
    score = one_voice(*rows, (position, 1, 62))
    assert int(parsed(score).findtext(".//divisions")) == 10_080
    assert score_from_musicxml(musicxml_bytes(score), source="x") == spell_score(score)


def test_a_repeat_inside_a_bar_parts_it_into_two_measures() -> None:
    score = one_voice((0, 4, 60), (4, 3, 62), (7, 1, 64), (8, 4, 65), repeats=(Repeat(Fraction(7), "backward"),))
    root = parsed(score)
    measures = [(m.get("number"), m.get("implicit")) for m in root.iter("measure")]
    assert measures == [("1", None), ("2", None), ("X2", "yes"), ("3", None)]
    assert [m.get("number") for m in root.iter("measure") if m.find("barline/repeat") is not None] == ["2"]
    assert score_from_musicxml(musicxml_bytes(score), source="x") == spell_score(score)


@given(scores())
@settings(max_examples=15)
def test_music21_reads_full_bars_and_every_id(score: Score) -> None:
    stream = music21_of(score)
    bars = list(score.bars(max(score.end, score.anacrusis + Fraction(1, 192))))
    assert len(stream.parts) == len(score.voices)
    for index, part in enumerate(stream.parts):
        measures = list(part.getElementsByClass("Measure"))
        assert [Fraction(m.duration.quarterLength) for m in measures] == [b.end - b.onset for b in bars]
        assert [Fraction(m.offset) for m in measures] == [b.onset for b in bars]
        members = [n for element in part.recurse().notes for n in (element.notes if element.isChord else (element,))]
        whole = {n.id for n in members if "-" not in n.id}
        assert whole == {f"v{index}n{i}" for i in range(len(score.voices[index].notes))}
        for n in members:
            assert n.pitch.midi == score.voices[index].notes[int(n.id.split("n")[1].split("-")[0])].pitch


def test_an_edited_file_loses_its_provenance_but_not_its_music() -> None:
    score = Score((Voice("alto", tuple(Note(i, 1, 60 + i, origin=MODEL) for i in range(4))),))
    data = musicxml_bytes(score).replace(b"<step>C</step>", b"<step>B</step>", 1)
    again = score_from_musicxml(data, source="edited.musicxml")
    assert [n.origin.generated for n in again.notes] == [False] * 4
    assert voices_from_fields([again.notes], provenance_fields(score)) is None


@pytest.mark.parametrize("value", ["", "[", "[[]]", '[{"model":"m","seed":"x","settings":[],"notes":["0"]}]',
                                   '[{"model":"m","seed":1,"settings":[],"notes":["0-99999999999"]}]'])  # fmt: skip
def test_damaged_provenance_is_no_provenance(value: str) -> None:
    score = Score((Voice("alto", (Note(0, 1, 60),)),))
    fields = {**provenance_fields(score), "musenb:generated": value}
    assert voices_from_fields([score.voices[0].notes], fields) is None


VEROVIO = """
import sys, verovio
verovio.enableLog(verovio.LOG_WARNING)
toolkit = verovio.toolkit()
toolkit.setOptions({"inputFrom": "xml"})
assert toolkit.loadData(sys.stdin.read())
for page in range(toolkit.getPageCount()):
    print(toolkit.renderToSVG(page + 1))
"""


def test_verovio_engraves_every_note_without_a_warning() -> None:
    notes = (
        Note(0, 1, 60), Note(1, 5, 64, fermata=True), Note(1, 5, 67, fermata=True), Note(6, Fraction(1, 3), 61),
        Note(Fraction(19, 3), Fraction(2, 3), 62), Note(7, 1, 63), Note(Fraction(29, 4), 2, 70), Note(12, 1, 59),
    )  # fmt: skip
    keys = (KeySignature(fifths=2, mode="major"), KeySignature(Fraction(7), -1, "minor"))
    score = Score((Voice("alto", notes), Voice("tenor", (Note(0, 14, 50),))), (FOUR, TimeSignature(Fraction(9), 3, 4)),
                  keys, (Tempo(Fraction(0), 90.0), Tempo(Fraction(6), 60.0)), Fraction(1))  # fmt: skip
    data = musicxml_bytes(score)
    run = subprocess.run([sys.executable, "-c", VEROVIO], input=data, capture_output=True, check=True)
    assert run.stderr.decode() == ""
    ids = [note.get("id") for note in ET.fromstring(data).iter("note") if note.get("id")]
    assert len(ids) > len(score.notes)
    assert all(f'id="{name}"' in run.stdout.decode() for name in ids)
    assert score_from_musicxml(data, source="v") == spell_score(score)


def test_a_bar_of_rests_that_cannot_be_written_is_named() -> None:
    odd = Fraction(1, 3277)
    score = Score((Voice("a", (Note(odd, Fraction(1), 60),)), Voice("b", ())), anacrusis=odd)
    with pytest.raises(SaveError, match=r"a rest of 1/3277 quarters \(voice 'a', bar 0\) has no place in notation"):
        musicxml_bytes(score)

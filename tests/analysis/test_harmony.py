"""Harmony: numerals and their inverse, golden phrases, transposition, cadences, foreign notes, overruled labels."""

from __future__ import annotations

import dataclasses
import itertools
from fractions import Fraction
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.analysis.harmony import Harmony, harmony_of
from musenb.analysis.harmony.decode import Transitions, best_path
from musenb.analysis.harmony.frames import frames_of, pitch_blocks
from musenb.analysis.harmony.label import figured_bass
from musenb.analysis.harmony.names import QUALITIES, Chord, read_numeral, write_numeral
from musenb.analysis.harmony.vocabulary import CLASSES
from musenb.errors import ScoreError, SettingError
from musenb.export.to_musicxml import music21_of, musicxml_bytes
from musenb.export.to_svg import svg_bytes
from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.from_text import score_from_text
from musenb.score.key import KEYS, Key
from musenb.score.marks import ChordSymbol
from musenb.score.note import Score

METHODS = ("head", "template")
AUTHENTIC = """
soprano: key=C G4 C5 B4 C5 | A4 D5 B4 C5^ |
alto: E4 G4 G4 G4 | F4 A4 G4 G4^ |
tenor: C4 E4 D4 E4 | C4 F4 D4 E4^ |
bass: C3 C3 G3 C3 | F3 D3 G3 C3^ |
"""
MINOR = """
soprano: key=Am A4 B4 G#4 A4 | F4 B4 G#4 A4^ |
alto: E4 F4 E4 E4 | D4 F4 E4 E4^ |
tenor: C4 D4 B3 C4 | A3 D4 B3 C4^ |
bass: A3 D3 E3 A3 | D3 D3 E3 A2^ |
"""


def numerals(harmony: Harmony) -> list[str]:
    return [chord.numeral for chord in harmony.chords]


@pytest.mark.parametrize(
    ("written", "minor", "root", "quality", "inversion"),
    [
        ("I", False, 0, "maj", 0), ("ii6/5", False, 2, "m7", 1), ("V7", True, 7, "7", 0), ("V65", True, 7, "7", 1),
        ("viio6", True, 11, "dim", 1), ("VII", True, 10, "maj", 0), ("VI", True, 8, "maj", 0),
        ("ii/o6/5", True, 2, "half-dim", 1), ("iiø42", True, 2, "half-dim", 3), ("viio7/V", False, 6, "dim7", 0),
        ("V6/5/V", False, 2, "7", 1), ("V7/IV", False, 0, "7", 0), ("Cad64", True, 0, "min", 2),
        ("N6", True, 1, "maj", 1), ("IVmaj7", False, 5, "M7", 0), ("IV7", True, 5, "7", 0), ("III+", True, 3, "aug", 0),
    ],
)  # fmt: skip
def test_a_numeral_is_read(written: str, minor: bool, root: int, quality: str, inversion: int) -> None:
    assert read_numeral(written, minor=minor) == Chord(root, quality, inversion)


def test_every_chord_of_the_vocabulary_is_written_as_it_is_read() -> None:
    for one in CLASSES:
        for inversion in range(len(QUALITIES[one.quality])):
            chord = Chord(one.root, one.quality, inversion)
            written = write_numeral(chord, minor=one.minor)
            assert read_numeral(written, minor=one.minor) == chord, written


@given(st.integers(0, 11), st.sampled_from(sorted(QUALITIES)), st.integers(0, 3), st.booleans())
def test_every_chord_is_written_as_it_is_read(root: int, quality: str, inversion: int, minor: bool) -> None:
    if inversion < len(QUALITIES[quality]):
        chord = Chord(root, quality, inversion)
        assert read_numeral(write_numeral(chord, minor=minor), minor=minor) == chord


@pytest.mark.parametrize("written", ["", "VIII", "H7", "V8", "V7/", "I+/x", "C major", "/V"])
def test_what_is_no_numeral_is_told(written: str) -> None:
    with pytest.raises(SettingError, match="is no numeral such as"):
        read_numeral(written, minor=False)


@pytest.mark.parametrize(("written", "allowed"), [("viio9", "7"), ("V+6/5", "6"), ("III+7", "6")])
def test_a_seventh_that_no_chord_has_is_no_crash(written: str, allowed: str) -> None:
    chord = read_numeral(written, minor=True)
    assert chord.bass in chord.members


@pytest.mark.parametrize(
    ("numeral", "key", "figures"),
    [
        ("I", Key(0, False), ""), ("I6", Key(0, False), "6"), ("V7", Key(0, False), "7"),
        ("V", Key(9, True), "#"), ("V6", Key(9, True), "6"), ("V6/4", Key(9, True), "#6 4"),
        ("V", Key(0, True), "n"), ("V7", Key(2, True), "7 #"), ("V6/5", Key(0, False), "6 5"),
        ("V2", Key(9, True), "#4 2"), ("viio6", Key(9, True), "#6"), ("V7/V", Key(0, False), "7 #"),
        ("iv", Key(0, False), "b"), ("V4/3", Key(9, True), "#6 4 3"),
    ],
)  # fmt: skip
def test_figured_bass_is_shortened_and_altered_as_it_is_written(numeral: str, key: Key, figures: str) -> None:
    assert " ".join(figured_bass(read_numeral(numeral, minor=key.minor), key)) == figures


@pytest.mark.parametrize("method", METHODS)
def test_a_plain_phrase_in_major(method: str) -> None:
    harmony = harmony_of(score_from_text(AUTHENTIC), method=method)
    assert numerals(harmony) == ["I", "V", "I", "IV", "ii", "V", "I"]
    assert {chord.key for chord in harmony.chords} == {Key(0, False)}
    assert [chord.cadence for chord in harmony.chords][-1] == "authentic"


@pytest.mark.parametrize("method", METHODS)
def test_a_plain_phrase_in_minor(method: str) -> None:
    harmony = harmony_of(score_from_text(MINOR), method=method)
    assert {chord.key for chord in harmony.chords} == {Key(9, True)}
    assert [one for one in numerals(harmony) if one.rstrip("67/5")[:1] in "Vv"]
    assert numerals(harmony)[-2:] == ["V", "i"]
    assert harmony.chords[-1].cadence == "authentic"


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=4, deadline=None)
@given(semitones=st.integers(-7, 7))
def test_transposed_music_has_the_same_numerals_in_another_key(method: str, semitones: int) -> None:
    for text in (AUTHENTIC, MINOR):
        score = score_from_text(text)
        here, there = harmony_of(score, method=method), harmony_of(score.transpose(semitones), method=method)
        assert numerals(there) == numerals(here)
        for one, other in zip(here.chords, there.chords, strict=True):
            assert other.key == Key((one.key.tonic + semitones) % 12, one.key.minor)
            assert other.confidence == pytest.approx(one.confidence, abs=1e-3)


def test_the_labels_fill_the_score_without_gaps() -> None:
    harmony = harmony_of(score_from_text(AUTHENTIC))
    assert harmony.chords[0].onset == 0
    assert all(one.end == other.onset for one, other in itertools.pairwise(harmony.chords))
    assert harmony.at(2).numeral == harmony.at(Fraction(5, 2)).numeral
    with pytest.raises(ScoreError, match="there is no chord at quarter 8; there are from 0 to below 8"):
        harmony.at(8)


@pytest.mark.parametrize(
    ("last", "cadence"),
    [
        ("B4 C5^|G4 G4^|D4 E4^|G3 C3^", "authentic"),
        ("C5 C5^|A4 G4^|F4 E4^|F3 C3^", "plagal"),
        ("B4 C5^|G4 E4^|D4 C4^|G3 A3^", "deceptive"),
        ("C5 B4^|A4 G4^|F4 D4^|F3 G3^", "half"),
    ],
)
def test_a_phrase_closes_with_its_cadence(last: str, cadence: str) -> None:
    opening = ["key=C G4 C5 C5 B4 |C5 C5", "E4 G4 F4 D4 |G4 A4", "C4 E4 A3 G3 |E4 F4", "C3 C3 F3 G3 |C3 F3"]
    names = ("soprano", "alto", "tenor", "bass")
    parts = zip(names, opening, last.split("|"), strict=True)
    score = score_from_text("\n".join(f"{name}: {first} {end} |" for name, first, end in parts))
    assert harmony_of(score).chords[-1].cadence == cadence


@pytest.mark.parametrize(
    ("soprano", "name"),
    [
        ("E5 D5:1/2 C5:1/2", "passing tone"),
        ("E5:1/2 F5:1/2 E5", "neighbour tone"),
        ("C5:1/2 D5:1/2 G5", "escape tone"),
        ("C5:1/2 F5:1/2 E5", "appoggiatura"),
    ],
)
def test_foreign_notes_have_names(soprano: str, name: str) -> None:
    text = f"soprano: key=C {soprano} C5:2 |\nalto: G4:4 |\ntenor: E4:4 |\nbass: C3:4 |"
    harmony = harmony_of(score_from_text(text))
    found = [one.name for chord in harmony.chords for one in chord.foreign]
    assert found == [name]


def test_a_suspension_is_named() -> None:
    text = """
soprano: key=C C5:2 C5 B4 | C5:4 |
alto: G4:2 G4:2 | G4:4 |
tenor: E4:2 D4:2 | E4:4 |
bass: C3:2 G3:2 | C3:4 |
"""
    harmony = harmony_of(score_from_text(text)).overrule(1, 3, "V").overrule(1, 4, "V")
    assert [(one.voice, one.name) for one in harmony.at(2).foreign] == [("soprano", "suspension")]


def test_an_overruled_label_stays_and_the_old_one_is_the_second_choice() -> None:
    harmony = harmony_of(score_from_text(AUTHENTIC))
    changed = harmony.overrule(2, 1, "V7/V", key="F")
    label = changed.at(4)
    assert (label.numeral, label.key, label.overruled, label.confidence) == ("V7/V", Key(5, False), True, 1.0)
    assert label.second is not None
    assert str(label.second) == "IV in C major"
    assert harmony.at(4).numeral == "IV"


def test_an_overruled_label_is_kept_in_a_file() -> None:
    changed = harmony_of(score_from_text(AUTHENTIC)).overrule(2, 2, "ii7").overrule(2, 1, "IVmaj7", key="C")
    read = harmony_of(score_from_musicxml(musicxml_bytes(changed.score), source="saved"))
    assert numerals(read) == numerals(changed)
    assert [chord.overruled for chord in read.chords] == [chord.overruled for chord in changed.chords]


def test_a_place_that_is_not_there_is_told() -> None:
    harmony = harmony_of(score_from_text(AUTHENTIC))
    with pytest.raises(SettingError, match="there is no bar 9; there are 1 to 2"):
        harmony.overrule(9, 1, "V")
    with pytest.raises(SettingError, match="bar 1 has no beat 5"):
        harmony.overrule(1, 5, "V")
    with pytest.raises(SettingError, match="'X7' is no numeral"):
        harmony.overrule(1, 1, "X7")
    with pytest.raises(SettingError, match="numeral 7 is not text, as in 'V7'"):
        harmony.overrule(1, 1, 7)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="beat nan is not a number"):
        harmony.overrule(1, float("nan"), "V")


def test_bad_input_has_one_clear_error_each() -> None:
    with pytest.raises(ScoreError, match="harmony takes a Score or a Take, not 'C4 E4'"):
        harmony_of("C4 E4")  # type: ignore[arg-type]
    with pytest.raises(ScoreError, match="a score without notes has no harmony"):
        harmony_of(Score())
    with pytest.raises(SettingError, match="method 'guess' is none of 'head', 'template'"):
        harmony_of(score_from_text("C4 E4"), method="guess")
    far = dataclasses.replace(score_from_text("C4").notes[0], onset=Fraction(200_000))
    voice = dataclasses.replace(score_from_text("C4").voices[0], notes=(far,))
    with pytest.raises(ScoreError, match="is too long for harmony; 50,000 at most"):
        harmony_of(Score(voices=(voice,)))


@pytest.mark.parametrize("text", ["C4", "r:3 C4", "5/8 C4:1/2 D4:2", "upbeat=1/3 C4:1/3 D4:4", "C4:1/7 E4:4 G4:1/9"])
def test_any_score_has_labels(text: str) -> None:
    for method in METHODS:
        harmony = harmony_of(score_from_text(text), method=method)
        assert harmony.chords
        assert repr(harmony)
        assert all(0 <= chord.confidence <= 1 for chord in harmony.chords)


def test_features_turn_with_the_music() -> None:
    score = score_from_text(AUTHENTIC)
    here, there = (pitch_blocks(frames_of(one)) for one in (score, score.transpose(5)))
    assert np.allclose(np.roll(here, 5, axis=2), there)


def test_the_path_is_the_best_of_all_and_the_posterior_that_of_the_chain() -> None:
    generator = np.random.default_rng(3)
    count = len(CLASSES)
    scores = np.full((3, 12, count), -1e3)
    kept = [(0, 0), (0, 4), (7, 0), (9, 60)]
    for tonic, one in kept:
        scores[:, tonic, one] = generator.normal(size=3)
    steps = Transitions(
        generator.normal(size=3), generator.normal(size=3), generator.normal(size=(count, count)),
        generator.normal(size=(2, 2, 12)), generator.normal(size=count),
    )  # fmt: skip
    strength = np.array([0, 1, 2])
    path = best_path(scores, strength, steps, keep=4)
    states = np.array(sorted(tonic * count + one for tonic, one in kept))
    totals = {}
    for places in itertools.product(range(4), repeat=3):
        row = states[list(places)]
        total = sum(scores.reshape(3, -1)[at, state] for at, state in enumerate(row))
        for at in (1, 2):
            total += steps.between(row[at - 1 : at], row[at : at + 1], strength[at])[0, 0]
        totals[places] = total
    best = max(totals, key=totals.__getitem__)
    assert path.states.tolist() == states[list(best)].tolist()
    weights = {places: np.exp(total) for places, total in totals.items()}
    expected = sum(weight for places, weight in weights.items() if places[1] == 2) / sum(weights.values())
    assert path.posterior[1, 2] == pytest.approx(expected)


def test_all_keys_have_a_name() -> None:
    from musenb.analysis.harmony import key_name

    assert len({key_name(key) for key in KEYS}) == 24
    assert key_name(Key(10, False)) == "Bb major"


CADENCE = "soprano: C5/2 B4/2 C5/1\nalto: G4/2 G4/2 G4/1\ntenor: E4/2 D4/2 E4/1\nbass: C3/2 B2/2 C3/1"


def test_marked_has_numerals_below_the_music_with_the_key_where_it_is_new() -> None:
    harmony = harmony_of(score_from_text(CADENCE))
    marks = harmony.marked().chords
    assert [(mark.onset, mark.text, mark.kind) for mark in marks] == [
        (0, "C: I", "numeral"), (2, "V6", "numeral"), (4, "I", "numeral")
    ]  # fmt: skip
    changed = harmony.overrule(1, 3, "V6", key="G major")
    assert [mark.text for mark in changed.marked().chords] == ["C: I", "G: V6", "C: I"]


def test_marked_has_figured_bass_in_place_of_numerals() -> None:
    marks = harmony_of(score_from_text(CADENCE)).marked(figures=True).chords
    assert [(mark.onset, mark.text, mark.kind) for mark in marks] == [(2, "6", "figures")]


def test_marked_leaves_out_what_is_unsure() -> None:
    harmony = harmony_of(score_from_text(CADENCE))
    first, *others = harmony.chords
    unsure = Harmony(harmony.score, (dataclasses.replace(first, confidence=0.49), *others))
    assert [mark.text for mark in unsure.marked().chords] == ["C: V6", "I"]


def test_marked_chords_come_back_from_a_file_as_they_were() -> None:
    harmony = harmony_of(score_from_text(CADENCE)).overrule(1, 3, "vii%6/5", key="A minor")
    for marked in (harmony.marked(), harmony.marked(figures=True)):
        again = score_from_musicxml(musicxml_bytes(marked), source="x")
        assert again.chords == marked.chords
    labels = harmony_of(score_from_musicxml(musicxml_bytes(harmony.marked()), source="x")).chords
    assert [(one.key, one.chord) for one in labels] == [(one.key, one.chord) for one in harmony.chords]


def test_a_numeral_without_a_key_is_in_that_of_the_numeral_before_it() -> None:
    marks = (ChordSymbol(0, "G: IV", "numeral"), ChordSymbol(2, "I6", "numeral"))
    labels = harmony_of(dataclasses.replace(score_from_text(CADENCE), chords=marks)).chords
    assert [label.key for label in labels[:2]] == [Key(7, False), Key(7, False)]


def test_marked_chords_are_drawn_below_the_lowest_staff() -> None:
    marked = harmony_of(score_from_text(CADENCE)).overrule(1, 3, "viio6").marked()
    svg = svg_bytes(marked).decode()
    assert "vii°6" in svg
    document = ET.fromstring(musicxml_bytes(marked))
    upper, *_, lowest = document.findall("part")
    assert (len(upper.findall(".//harmony")), len(lowest.findall(".//harmony"))) == (0, 3)
    assert {one.get("placement") for one in lowest.iter("harmony")} == {"below"}


def test_music21_reads_every_bar_of_a_file_with_numerals() -> None:
    from music21 import converter, note

    marked = harmony_of(score_from_text(CADENCE)).overrule(1, 3, "viio6").marked()
    for found in (converter.parse(musicxml_bytes(marked).decode(), format="musicxml"), music21_of(marked)):
        assert [len(part.flatten().getElementsByClass(note.Note)) for part in found.parts] == [3, 3, 3, 3]

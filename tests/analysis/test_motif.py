"""Returns of motifs that were put there by hand, at random, and by Bach."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from musenb.analysis.motif.finder import FORMS, Motif, Return, as_motif, evaluate, find_returns, motif_of, voice_number
from musenb.errors import ScoreError, SettingError
from musenb.score.from_text import score_from_text
from musenb.score.note import KeySignature, Note, Score, Voice

HERE = Path(__file__).parent
MOTIF = "G4:3/2 A4:1/2 B4 D5"


def returns_after(bar: str, *, motif: str = MOTIF, key: str = "G", **settings) -> list[Return]:
    """Return what is found of a motif of one bar in a piece of the motif, a bar of rest and another bar."""
    score = score_from_text(f"key={key} {motif} | r:4 | {bar}")
    return find_returns(score, motif_of(score, "melody", 1), **settings)


@pytest.mark.parametrize(
    ("bar", "form", "interval", "confidence"),
    [
        ("G4:3/2 A4:1/2 B4 D5", "exact", 0, 1.0),
        ("D5:3/2 E5:1/2 F#5 A5", "transposed", 7, 1.0),
        ("G3:3/2 A3:1/2 B3 D4", "transposed", -12, 1.0),
        ("A4:3/2 B4:1/2 C5 E5", "tonal", 2, round((1 + 0.9 + 0.9 + 3) / 6, 4)),
        ("G4:3/2 F4:1/2 Eb4 C4", "inverted", 0, 0.95),
        ("D5:3/2 C5:1/2 B4 G4", "inverted", 7, round(0.95 * (1 + 0.9 + 0.9 + 3) / 6, 4)),
        ("D5 B4 A4:1/2 G4:3/2", "retrograde", 0, 0.9),
        ("D4 F4 G4:1/2 A4:3/2", "retrograde inverted", -12, 0.85),
        ("C5:3 D5 | E5:2 G5:2", "augmented", 5, 0.95),
        ("C5:3/4 D5:1/4 E5:1/2 G5:1/2 r:2", "diminished", 5, 0.95),
        ("C5 D5 E5 G5", "intervals", 5, round((3 + 1) / 6, 4)),
        ("C5:3/2 C5:1/2 F4 E5", "rhythm", 5, 0.5),
    ],
)
def test_every_form_is_found(bar: str, form: str, interval: int, confidence: float) -> None:
    (found,) = returns_after(bar)
    assert (found.form, found.interval, found.confidence) == (form, interval, pytest.approx(confidence, abs=1e-4))
    assert (found.voice, found.bar, found.beat, found.onset) == ("melody", 3, 1, 8)
    assert len(found.notes) == len(found.places) == 4


LONG = "G4:3/2 A4:1/2 B4:1/2 D5:1/2 C5:1/2 E5:1/2"


def test_only_the_contour() -> None:
    (found,) = returns_after("C4 F4 A4:2 | C5 B4 D5:2", motif=LONG)
    assert (found.form, found.bar, found.pitch) == ("contour", 3, "contour")


@pytest.mark.parametrize(
    ("bar", "form", "beat", "interval", "notes"),
    [
        ("C5:3/2 D5:1/2 E5:1/2 G5:1/2 F5:1/2 C5:1/2", "head", 1, 5, 5),
        ("C5 D5:1/2 E5:1/2 G5:1/2 E5:3/2", "head", 1, 5, 4),
        ("D4:3/2 E5:1/2 F#5:1/2 A5:1/2 G5:1/2 B5:1/2", "tail", 2.5, 7, 5),
        ("C4:3/2 B4:1/2 A4:1/2 F#4:1/2 G#4:1/2 E4:1/2", "tail", 2.5, 2, 5),
    ],
)
def test_fragments(bar: str, form: str, beat: float, interval: int, notes: int) -> None:
    found = [one for one in returns_after(bar, motif=LONG) if one.part != "whole"]
    assert [(one.form, one.beat, one.interval, len(one.notes)) for one in found] == [(form, beat, interval, notes)]


def test_a_first_note_of_another_length_is_still_the_motif_moved() -> None:
    (found,) = returns_after("r D5 E5:1/2 F#5:1/2 A5:1/2 G5:1/2 | B5", motif=LONG)
    assert (found.form, found.interval, found.rhythm, found.first_differs) == ("transposed", 7, 0.8, True)


def test_a_tonal_answer_keeps_all_but_one_interval() -> None:
    """The head of the fugue in C minor, BWV 847, and Bach's answer: a fourth for the fifth."""
    subject = "C5:1/4 B4:1/4 C5:1/2 G4:1/2 Ab4:1/2 C5:1/4 B4:1/4 C5:1/2 D5:1/2 G4:1/2"
    answer = "G5:1/4 F#5:1/4 G5:1/2 C5:1/2 Eb5:1/2 G5:1/4 F#5:1/4 G5:1/2 A5:1/2 D5:1/2"
    (found,) = returns_after(answer, motif=subject, key="Cm")
    assert (found.form, found.pitch, found.mutations, found.interval) == ("tonal", "answer", 2, 7)


def test_a_motif_passes_from_voice_to_voice() -> None:
    score = score_from_text(
        'soprano: G4:3/2 A4:1/2 B4:1/2 D5:1/2 C5:1/2 E5:1/2 | r:4 | D5:3/2 E5:1/2 F#5:1/2 C5:3/2\n'
        "alto: r:4 | r:4 | r:5/2 A4:1/2 G4:1/2 B4:1/2 |"
    )
    motif = motif_of(score, "soprano", 1)
    assert not find_returns(score, motif, across=False, forms=("exact", "transposed", "tonal"))
    low = score_from_text(
        'soprano: G4:3/2 A4:1/2 B4:1/2 D5:1/2 C5:1/2 E5:1/2 | r:4 | D5:3/2 E5:1/2 F#5:1/2 D5:3/2\n'
        "alto: r:4 | r:4 | C4:5/2 A5:1/2 G5:1/2 B5:1/2 |"
    )
    (found,) = find_returns(low, motif_of(low, "soprano", 1), forms=("exact", "transposed", "tonal"))
    assert (found.voice, found.form, found.interval, found.confidence) == ("soprano to alto", "transposed", 7, 0.9)
    assert {voice for voice, _ in found.notes} == {0, 1}


def test_the_upbeat_and_a_compound_metre() -> None:
    score = score_from_text("6/8 upbeat=1/2 key=C C4:1/2 | E4:3/2 G4:3/2 | r:5/2 G4:1/2 | B4:3/2 D5:3/2 |")
    (found,) = find_returns(score, motif_of(score, "melody", 0, 1))
    assert (found.bar, found.beat, found.form) == (2, Fraction(8, 3), "transposed")


def test_chords_are_read_at_the_top_and_at_the_bottom() -> None:
    notes = [Note(i, 1, pitch) for i, pitch in enumerate((60, 64, 67, 72))]
    below = [replace(n, onset=n.onset + 8, pitch=n.pitch - 12) for n in notes]
    above = [Note(n.onset, 1, 90) for n in below]
    score = Score((Voice("piano", (*notes, *below, *above)),))
    (found,) = find_returns(score, motif_of(score, "piano", 1))
    assert (found.form, found.interval, found.onset) == ("transposed", -12, 8)


def test_what_is_weaker_falls_and_the_place_of_the_motif_is_no_return() -> None:
    score = score_from_text("key=C C4 D4 E4 F4 | C4 D4 E4 F4 | C4 D4 E4 F4")
    found = find_returns(score, motif_of(score, 0, 2))
    assert [(one.form, one.onset) for one in found] == [("exact", 0), ("exact", 8)]


def test_returns_may_share_less_than_half_of_their_notes() -> None:
    score = score_from_text("key=C C4 D4 G4 C4 | D4 G4 C4 D4")
    found = find_returns(score, score_from_text("C4 D4 G4 C4 D4"))
    assert [(one.form, one.onset) for one in found] == [("exact", 0), ("exact", 3)]


def test_forms_left_out_still_take_the_place_of_weaker_ones() -> None:
    assert returns_after("G4:3/2 A4:1/2 B4 D5", forms=("rhythm", "contour", "intervals")) == []


def test_what_chance_would_give_is_left_out() -> None:
    scale = "key=C 4/4 " + " ".join(["C4 D4 E4 F4 | E4 D4 F4 E4 |"] * 12)
    score = score_from_text(scale)
    motif = as_motif(score_from_text("C4 E4 D4 G4"))
    assert find_returns(score, motif) == []
    assert len(find_returns(score, motif, most_expected=float("inf"))) > 10


def test_no_music_no_returns() -> None:
    assert find_returns(Score((Voice("melody"),)), score_from_text(MOTIF)) == []


# Errors


@pytest.mark.parametrize(
    ("voice", "bars", "message"),
    [
        ("piccolo", (1, 1), "there is no voice 'piccolo'; the piece has 'melody'"),
        (3, (1, 1), "there is no voice 3"),
        ("melody", (1, 9), r"bars 1-9 are not in the piece: it has bars 1-3"),
        ("melody", (0, 1), r"bars 0-1 are not in the piece"),
        ("melody", (3, 2), r"bars 3-2 are not"),
        ("melody", (2, 2), r"0 notes begin in bars 2-2 of 'melody': a motif needs at least 3"),
    ],
)
def test_a_motif_that_is_not_there(voice: str | int, bars: tuple[int, int], message: str) -> None:
    score = score_from_text(f"{MOTIF} | r:4 | {MOTIF}")
    with pytest.raises(ScoreError, match=message):
        motif_of(score, voice, *bars)


def test_other_errors() -> None:
    score = score_from_text(MOTIF)
    with pytest.raises(SettingError, match="form 'mirror' is not known: one of exact, transposed"):
        find_returns(score, score, forms=("mirror",))
    with pytest.raises(SettingError, match="most_expected -1 is below 0"):
        find_returns(score, score, most_expected=-1)
    with pytest.raises(ScoreError, match="a motif of 2 notes is too short"):
        as_motif(score_from_text("C4 D4"))
    with pytest.raises(ScoreError, match="a single line"):
        Motif((Note(0, 1, 60), Note(0, 1, 64), Note(1, 1, 65)))
    with pytest.raises(ScoreError, match="has no notes"):
        motif_of(Score((Voice("melody"),)), 0, 1)
    twins = Score((Voice("Violin", (Note(0, 1, 60),)), Voice("violin", (Note(0, 1, 60),))))
    with pytest.raises(ScoreError, match="2 voices are called 'VIOLIN'"):
        voice_number(twins, "VIOLIN")


# Properties

pitches = st.integers(55, 79)
lengths = st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(3, 2)])
lines = st.lists(st.tuples(pitches, lengths), min_size=6, max_size=10)
fillers = st.lists(st.tuples(pitches, lengths), min_size=0, max_size=8)


def line_score(*parts: list[tuple[int, Fraction]]) -> tuple[Score, list[Fraction]]:
    """Return parts one after another as a piece of one voice in C, and where each begins."""
    notes, begins, now = [], [], Fraction(0)
    for part in parts:
        begins.append(now)
        for pitch, length in part:
            notes.append(Note(now, length, pitch))
            now += length
    return Score((Voice("melody", tuple(notes)),), keys=(KeySignature(fifths=0, mode="major"),)), begins


@given(lines, fillers, fillers, st.integers(-12, 12))
def test_a_transposed_copy_in_random_music_is_found(motif, before, after, semitones) -> None:
    copy = [(pitch + semitones, length) for pitch, length in motif]
    score, begins = line_score(before, copy, after)
    notes = as_motif(line_score(motif)[0])
    found = [one for one in find_returns(score, notes) if one.onset == begins[1] and one.part == "whole"]
    assert [(one.interval, one.confidence) for one in found] == [(semitones, 1.0)]
    assert found[0].form == ("transposed" if semitones else "exact")


@given(lines, fillers, st.sampled_from(["inverted", "retrograde", "augmented"]))
def test_other_planted_forms_are_found(motif, before, form) -> None:
    copy = {
        "inverted": [(134 - pitch, length) for pitch, length in motif],
        "retrograde": motif[::-1],
        "augmented": [(pitch, 2 * length) for pitch, length in motif],
    }[form]
    score, begins = line_score(before, copy)
    found = find_returns(score, as_motif(line_score(motif)[0]), most_expected=float("inf"))
    assert any(one.onset == begins[1] and one.part == "whole" and one.confidence >= 0.9 for one in found)


@given(lines, fillers)
def test_the_inverse_of_the_inverse_is_the_motif(motif, before) -> None:
    mirrored = [(134 - pitch, length) for pitch, length in motif]
    again = [(134 - pitch, length) for pitch, length in mirrored]
    score, begins = line_score(before, again)
    found = find_returns(score, as_motif(line_score(motif)[0]))
    assert any((one.onset, one.form) == (begins[1], "exact") for one in found)
    turned = find_returns(score, as_motif(line_score(mirrored)[0]), most_expected=float("inf"))
    assert any(one.onset == begins[1] and one.part == "whole" and one.confidence >= 0.9 for one in turned)


@settings(max_examples=25)
@given(lines, fillers, fillers, st.integers(-7, 7))
def test_a_transposed_piece_moves_the_intervals(motif, before, after, semitones) -> None:
    assume(len({pitch for pitch, _ in motif}) > 1)  # of one note repeated every place is like every other
    score, _ = line_score(before, motif, after)
    wanted = as_motif(line_score(motif)[0])
    moved = replace(score, voices=score.transpose(semitones).voices)
    strict = ("exact", "transposed")
    here = {(one.onset, one.interval + semitones) for one in find_returns(score, wanted, forms=strict)}
    there = {(one.onset, one.interval) for one in find_returns(moved, wanted, forms=strict)}
    assert here == there


@settings(max_examples=25)
@given(lines, fillers, fillers, st.integers(1, 9))
def test_moving_a_piece_in_time_moves_its_returns(motif, before, after, bars) -> None:
    assume(before or after)
    score, _ = line_score(before, motif, after)
    wanted = as_motif(line_score(motif)[0])
    later = Score(
        tuple(Voice(v.name, tuple(replace(n, onset=n.onset + 4 * bars) for n in v.notes)) for v in score.voices),
        keys=score.keys,
    )
    here = [(one.onset + 4 * bars, one.bar + bars, one.beat, one.form) for one in find_returns(score, wanted)]
    assert here == [(one.onset, one.bar, one.beat, one.form) for one in find_returns(later, wanted)]


@given(lines, fillers, fillers)
def test_what_is_listed_is_in_range_and_shares_little(motif, before, after) -> None:
    score, _ = line_score(before, motif, after, motif)
    found = find_returns(score, as_motif(line_score(motif)[0]), most_expected=float("inf"))
    for one in found:
        assert 0 < one.confidence <= 1
        assert one.expected >= 0
        assert one.form in FORMS
    for i, one in enumerate(found):
        for other in found[:i]:
            smaller = min(len(one.notes), len(other.notes))
            weaker = one if one.confidence < other.confidence else other
            limit = len(weaker.notes) if one.confidence != other.confidence else smaller
            assert 2 * len(set(one.notes) & set(other.notes)) <= max(limit, smaller)


# Bach


@pytest.fixture(scope="module")
def fugue() -> Score:
    return score_from_text((HERE / "bwv846_fugue.txt").read_text("utf-8"))


def entries(score: Score) -> list[tuple[str, Fraction]]:
    works = json.loads((HERE / "motif_truth.json").read_text("utf-8"))
    bars = {bar.number: bar for bar in score.bars()}
    listed = works[0]["pieces"][0]["entries"]
    return [(voice, bars[bar].onset + Fraction(beat) - 1) for voice, bar, beat in listed]


def test_the_subject_of_a_fugue_is_found_wherever_analysts_hear_it(fugue: Score) -> None:
    bars = motif_of(fugue, "alto", 1, 2)
    subject = Motif(bars.notes[:14], bars.home[:14])
    began = time.perf_counter()
    found = find_returns(fugue, subject)
    assert time.perf_counter() - began < 30
    judged = evaluate(found, entries(fugue))
    assert (judged["hits"], judged["there"]) == (23, 23)
    assert judged["besides"] == [("soprano", Fraction(30))]  # the tail once more, in sequence
    assert evaluate(found, entries(fugue), least=0.4)["f"] == 1
    answer = found[0]
    assert (answer.voice, answer.bar, answer.beat, answer.form, answer.interval) == (
        "soprano", 2, Fraction(7, 2), "transposed", 7,
    )


def test_precision_and_recall(fugue: Score) -> None:
    bars = motif_of(fugue, "alto", 1, 2)
    found = find_returns(fugue, Motif(bars.notes[:14], bars.home[:14]))
    truth = [*entries(fugue)[:-3], ("bass", Fraction(0))]
    judged = evaluate(found, truth)
    assert (judged["hits"], judged["found"], judged["there"]) == (20, 24, 21)
    assert judged["precision"] == pytest.approx(20 / 24)
    assert judged["missed"] == [("bass", 0)]
    assert evaluate(found, truth, least=1.01)["found"] == 0
    assert evaluate([], [])["f"] != evaluate([], [])["f"]
    twice = evaluate([found[0], found[0]], [(found[0].voice, found[0].onset)])
    assert (twice["hits"], twice["found"]) == (1, 2)

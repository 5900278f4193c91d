"""Development plans: forms of a motif, where statements can stand, phrases and keys around them, and presets."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.analysis.motif.finder import as_motif, find_returns
from musenb.errors import PolyphonyError, SettingError
from musenb.score.development.forms import Scale, tones_of, transformed
from musenb.score.development.laying import laid_out, stands, statement_of
from musenb.score.development.placing import GRID
from musenb.score.development.plan import FORMS, DevelopmentPlan, Statement
from musenb.score.development.presets import PRESETS, preset
from musenb.score.from_text import score_from_text
from musenb.score.named import key_named
from musenb.score.note import KeySignature, Note, Score, Voice
from musenb.score.spelling import spelled_pitch
from musenb.tokens.chorale.idiom import RANGES

MOTIF = score_from_text("key=C C4 D4 E4 G4 | F4:2 E4:2")
UPBEAT = score_from_text("3/4 key=G upbeat=1 D4 | G4 A4 B4 | A4:2")


def formed(text: str, home_key: str, form: str, **more: object) -> str:
    motif = score_from_text(text)
    home = key_named(home_key)
    tones = transformed(tones_of(motif.notes, home), Statement(form, "alto", 1, **more), home)
    assert all(spelled_pitch(tone.spelling) == tone.pitch for tone in tones)
    return " ".join(tone.spelling for tone in tones)


@pytest.mark.parametrize(
    ("form", "more", "notes"),
    [
        ("as it is", {}, "C4 D4 E4 G4 F4"),
        ("return", {}, "C4 D4 E4 G4 F4"),
        ("sequence", {"steps": 1}, "D4 E4 F4 A4 G4"),
        ("sequence", {"steps": -1}, "B3 C4 D4 F4 E4"),
        ("answer", {}, "G4 A4 B4 D5 C5"),
        ("inversion", {}, "C4 B3 A3 F3 G3"),
        ("retrograde", {}, "F4 G4 E4 D4 C4"),
        ("head", {}, "C4 D4 E4 G4"),
        ("tail", {}, "D4 E4 G4 F4"),
        ("as it is", {"key": "Eb major"}, "Eb4 F4 G4 Bb4 Ab4"),
        ("as it is", {"key": "A minor"}, "A3 B3 C4 E4 D4"),
    ],
)
def test_a_motif_in_the_scale_stays_in_the_scale(form: str, more: dict, notes: str) -> None:
    assert formed("C4 D4 E4 G4 F4", "C major", form, **more) == notes


@pytest.mark.parametrize(
    ("text", "key", "form", "more", "notes"),
    [
        # A motif that leaves the scale is moved by semitones.
        ("C4 D4 F#4 G4", "C", "sequence", {"steps": 1}, "D4 E4 G#4 A4"),
        ("C4 F#4 G4", "C", "inversion", {}, "C4 Gb3 F3"),
        # In minor the leading note is of the scale, and is kept where it leads.
        ("A4 G#4 A4 C5", "A minor", "sequence", {"steps": 2}, "C5 B4 C5 E5"),
        ("A4 G#4 A4 C5", "A minor", "answer", {}, "E5 D#5 E5 G5"),
        ("E4 F4 G4 A4", "A minor", "sequence", {"steps": 0, "key": "D minor"}, "A4 Bb4 C5 D5"),
        ("A4 G#4 A4 C5", "A minor", "as it is", {"key": "C major"}, "C5 B4 C5 E5"),
        ("C5 B4 C5 E5", "C", "as it is", {"key": "A minor"}, "A4 G#4 A4 C5"),
        # Tonal answers: the dominant of the head is answered by the tonic.
        ("G4 C5 E5 D5 C5", "C", "tonal answer", {}, "C5 G5 B5 A5 G5"),
        ("C5 G4 A4 B4", "C", "tonal answer", {}, "G5 C5 E5 F#5"),
        ("A4 E5 F5 G#4 A4", "A minor", "tonal answer", {}, "E5 A5 C6 D#5 E5"),
    ],
)
def test_what_leaves_the_scale_and_what_leads(text: str, key: str, form: str, more: dict, notes: str) -> None:
    assert formed(text, key, form, **more) == notes


def test_times_are_stretched_mirrored_and_cut() -> None:
    tones = tones_of(MOTIF.notes, key_named("C"))
    home = key_named("C")

    def times(form: str) -> list[tuple[str, str]]:
        found = transformed(tones, Statement(form, "alto", 1), home)
        return [(str(tone.onset), str(tone.duration)) for tone in found]

    assert times("augmented")[-1] == ("12", "4")
    assert times("diminished")[:2] == [("0", "1/2"), ("1/2", "1/2")]
    assert times("retrograde")[:3] == [("0", "2"), ("2", "2"), ("4", "1")]
    assert times("tail")[0] == ("0", "1")


@given(st.integers(-7, 7), st.sampled_from(["major", "minor"]))
def test_a_scale_has_seven_letters_from_its_tonic(fifths: int, mode: str) -> None:
    key = KeySignature(fifths=fifths, mode=mode)
    scale = Scale(key)
    pitches = [scale.pitch(35 + scale.tonic + step) for step in range(8)]
    assert pitches[0] % 12 == key.tonic
    whole = [after - before for before, after in pairwise(pitches)]
    assert whole == ([2, 2, 1, 2, 2, 2, 1] if mode == "major" else [2, 1, 2, 2, 1, 2, 2])


def test_a_plan_travels_as_json() -> None:
    plan = DevelopmentPlan(
        (Statement("return", "soprano", 5, Fraction(3, 2), -2, "G major", 1), Statement("as it is", "bass", 1)),
        8, "4/4", True, "mine",
    )
    assert DevelopmentPlan.from_json(plan.to_json()) == plan
    assert [one.bar for one in plan.statements] == [1, 5]
    assert json.loads(plan.to_json())["statements"][1]["beat"] == "3/2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "this is no plan"),
        ("[]", "is no object"),
        ("{}", "this is no plan: 'statements'"),
        ('{"bars": 4, "statements": []}', "the plan is empty"),
        ('{"bars": 4, "statements": [{"form": "fugue", "voice": "alto", "bar": 1}]}', "form 'fugue'.*none of as it is"),
        ('{"bars": 4, "statements": [{"form": "head", "voice": "alto", "bar": "1"}]}', "bar '1'.*not a whole number"),
        ('{"bars": 4, "statements": [{"form": "head", "voice": "alto", "bar": 1, "beat": 0}]}', "beat 0.*below 1"),
        ('{"bars": 4, "statements": [{"form": "head", "voice": "alto", "bar": 1, "key": "H"}]}', "a key is like"),
        ('{"bars": 4, "entries": 1, "statements": []}', "entries is 1"),
        ('{"bars": 0, "statements": [{"form": "head", "voice": "alto", "bar": 1}]}', "bars 0"),
        ('{"bars": 4, "metre": "x", "statements": [{"form": "head", "voice": "alto", "bar": 1}]}', "metre 'x'"),
    ],
)
def test_what_is_no_plan_is_said(text: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        DevelopmentPlan.from_json(text)


PLAN = DevelopmentPlan(
    (
        Statement("as it is", "soprano", 1),
        Statement("sequence", "alto", 4, steps=1),
        Statement("answer", "tenor", 6),
        Statement("inversion", "bass", 10),
        Statement("return", "soprano", 13),
    ),
    16,
)


def test_a_plan_is_laid_out_as_given_notes_with_phrases_and_keys() -> None:
    laid = laid_out(MOTIF, PLAN, RANGES)
    sung = {voice.name: " ".join(note.spelling for note in voice.notes) for voice in laid.score.voices}
    assert sung["alto"] == "D4 E4 F4 A4 G4 F4"
    assert sung["tenor"] == "G3 A3 B3 D4 C4 B3"
    assert sung["bass"] == "C4 B3 A3 F3 G3 A3"
    assert {statement_of(note) for note in laid.score.voices[2].notes} == {(3, "answer")}
    assert not any(note.origin.generated for note in laid.score.notes)
    assert [(key.onset, key.fifths) for key in laid.keys] == [(0, 0), (20, 1), (28, 0)]
    assert laid.phrases[-1] == 64
    assert 48 in laid.phrases  # the return begins a phrase
    inside = [(onset, end) for _, onset, end in laid.spans]
    assert not any(onset < phrase < end for phrase in laid.phrases for onset, end in inside)
    assert [one.octave for one in laid.plan.statements] == [0, 0, -1, 0, 0]
    assert laid_out(MOTIF, laid.plan, RANGES) == laid


def test_statements_are_found_again_as_what_they_are() -> None:
    found = find_returns(laid_out(MOTIF, PLAN, RANGES).score, as_motif(MOTIF))
    forms = {(one.voice, one.form) for one in found if one.confidence >= 0.7}
    wanted = {("alto", "tonal"), ("tenor", "transposed"), ("bass", "inverted"), ("soprano", "exact")}
    assert wanted <= forms


def test_an_upbeat_stands_before_its_bar_and_entries_are_silent_until_then() -> None:
    plan = DevelopmentPlan((Statement("as it is", "soprano", 1), Statement("as it is", "tenor", 4)), 8, entries=True)
    laid = laid_out(UPBEAT, plan, RANGES)
    assert laid.score.voices[0].notes[0].onset == 0
    assert laid.score.voices[2].notes[0].onset == 9
    assert ("tenor", 0, 9) in laid.spans


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        ([("as it is", "soprano", 2)], "the soprano sings another statement until bar 3.*stand in the soprano, bar 3"),
        ([("as it is", "alto", 1)], "would go in parallel octaves into bar 1, beat 2; it could stand in the alto"),
        ([("sequence", "alto", 1, None, 1)], "would c.*in bar 1, beat 1; it could stand in the alto"),
        ([("as it is", "alto", 8)], "ends behind the last of the plan's 8 bars; it could stand in the alto, bar 7"),
        ([("as it is", "alto", 3, Fraction(5))], "there is no beat 5 in 4/4, which has 4 beats; it could stand"),
        ([("as it is", "alto", 3, Fraction(9, 8))], "off the sixteenths"),
        ([("as it is", "alto", 3, None, 0, None, 3)], "reaches from C7 to G7, outside the alto's E3 to D5; it could"),
        ([("as it is", "flute", 3)], "there is no voice 'flute'; the voices are soprano, alto, tenor, bass"),
    ],
)
def test_what_cannot_stand_is_said_with_the_nearest_place_that_can(statements: list, message: str) -> None:
    others = [Statement(*row) for row in statements]
    with pytest.raises(SettingError, match=f"statement 2, .*{message}"):
        laid_out(MOTIF, DevelopmentPlan((Statement("as it is", "soprano", 1), *others), 8), RANGES)


def test_a_motif_that_does_not_fit_the_plan_is_refused() -> None:
    first = (Statement("as it is", "soprano", 1),)
    with pytest.raises(SettingError, match="the motif lasts 8 quarters, longer than the plan's 1 bars"):
        laid_out(MOTIF, DevelopmentPlan(first, 1), RANGES)
    with pytest.raises(SettingError, match="the plan is for 3/4, and the motif is in 4/4"):
        laid_out(MOTIF, DevelopmentPlan(first, 4, "3/4"), RANGES)
    with pytest.raises(PolyphonyError, match="develops a single line; the motif has 2 voices"):
        laid_out(score_from_text("soprano: C5\nbass: C3"), DevelopmentPlan(first, 4), RANGES)
    wide = score_from_text("key=C C3 C6 C4 C5")
    with pytest.raises(SettingError, match="its 36 semitones fit no octave of the soprano"):
        laid_out(wide, DevelopmentPlan(first, 4), RANGES)
    short = score_from_text("key=C C5/16 D5/16 E5/4 F5/8")
    with pytest.raises(SettingError, match="off the sixteenths"):
        laid_out(short, DevelopmentPlan((Statement("diminished", "soprano", 1),), 4), RANGES)


@pytest.mark.parametrize("name", ["canon", *PRESETS])
@pytest.mark.parametrize("motif", [MOTIF, UPBEAT], ids=["whole", "upbeat"])
def test_a_preset_stands_for_every_motif(name: str, motif: Score) -> None:
    plan = preset(name, motif, RANGES)
    laid = laid_out(motif, plan, RANGES)
    assert plan.name == name
    assert laid.phrases[-1] == motif.anacrusis + plan.bars * motif.metres[0].bar_length


@pytest.mark.parametrize(
    ("name", "motif", "bars"),
    [
        ("period", MOTIF, [4, 8]),
        ("sequence", MOTIF, [4, 8, 12]),
        ("exposition", MOTIF, [2, 6, 10]),
        ("development", MOTIF, [4, 8, 12, 16, 20]),
        ("period", UPBEAT, [4, 8]),
    ],
)
def test_music_closes_before_the_return_at_the_end_and_at_most_every_four_bars(
    name: str, motif: Score, bars: list[int]
) -> None:
    laid = laid_out(motif, preset(name, motif, RANGES), RANGES)
    length = motif.metres[0].bar_length
    assert [round(float(end / length)) for end in laid.phrases] == bars


def test_a_preset_that_there_is_not_is_named() -> None:
    with pytest.raises(SettingError, match="plan 'rondo' is none of canon, period, sentence"):
        preset("rondo", MOTIF, RANGES)


@given(
    st.lists(st.integers(60, 72), min_size=3, max_size=8),
    st.sampled_from(sorted(FORMS)),
    st.sampled_from(sorted(RANGES)),
    st.integers(-3, 3),
)
def test_a_statement_stands_in_its_range_or_is_refused(pitches: list[int], form: str, voice: str, steps: int) -> None:
    notes = tuple(Note(Fraction(place), Fraction(1), pitch) for place, pitch in enumerate(pitches))
    motif = Score((Voice("melody", notes),), keys=(KeySignature(mode="major"),))
    plan = DevelopmentPlan((Statement(form, voice, 1, None, steps),), 8)
    if not stands(motif, plan, RANGES):
        with pytest.raises(SettingError, match="fit no octave"):
            laid_out(motif, plan, RANGES)
        return
    laid = laid_out(motif, plan, RANGES)
    low, high = RANGES[voice]
    assert laid.score.notes
    assert all(low <= note.pitch <= high and note.onset % GRID == 0 for note in laid.score.notes)
    assert len({note.onset for note in laid.score.notes}) == len(laid.score.notes)

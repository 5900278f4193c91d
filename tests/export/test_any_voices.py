"""Engraving of one to eight voices: strings in their clefs, double stops, a piano on two staves, rests and pick-ups."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET
from fractions import Fraction
from pathlib import Path

import pytest

import musenb
from musenb.export.hands import is_for_two_hands, lower_hand
from musenb.export.staves import parts_of, staff_per_voice, two_staves
from musenb.export.to_musicxml import music21_of, musicxml_bytes
from musenb.score.engrave import engrave
from musenb.score.note import KeySignature, Note, Score, TimeSignature, Voice
from musenb.score.spelling import spell_score
from musenb.tokens.notes.idiom import IDIOM

QUARTET = IDIOM.voices_of("string quartet")


def notes(*rows: tuple[float, float, int]) -> tuple[Note, ...]:
    return tuple(Note(Fraction(onset), Fraction(duration), pitch) for onset, duration, pitch in rows)


SONG = Score(
    (
        Voice("voice", notes((0, 1, 67), (1, 1, 69), (2, 2, 71))),
        Voice("piano", notes((0, 4, 36), (0, 1, 60), (0, 1, 64), (1, 1, 62), (2, 2, 48), (2, 0.5, 67), (3, 1, 72))),
    )
)


def staves_of(score: Score) -> list[tuple[str, str, str, str]]:
    found = staff_per_voice(score)
    return [(one.name, one.short, "".join(ET.fromstring(f"<c>{one.clef}</c>").itertext()), one.hand) for one in found]


def test_strings_have_their_clefs_and_short_names_while_they_are_silent_too() -> None:
    assert staves_of(Score(tuple(Voice(name) for name in QUARTET))) == [
        ("Violin 1", "Vl. 1", "G2", ""),
        ("Violin 2", "Vl. 2", "G2", ""),
        ("Viola", "Vla.", "C3", ""),
        ("Cello", "Vc.", "F4", ""),
    ]


def test_a_song_has_a_voice_above_a_piano_on_two_staves() -> None:
    expected = [("voice", "", "G2", ""), ("Piano", "Pno.", "G2", "upper"), ("Piano", "Pno.", "F4", "lower")]
    assert staves_of(SONG) == expected
    assert two_staves(SONG) == staff_per_voice(SONG)
    assert [len(part) for part in parts_of(staff_per_voice(SONG))] == [1, 2]


def test_a_piano_of_a_file_has_two_staves_where_it_plays_on_both() -> None:
    hands = Voice("Piano", SONG.voices[1].notes)
    assert [staff.hand for staff in staff_per_voice(Score((hands,)))] == ["upper", "lower"]
    tune = Voice("Piano", notes((0, 1, 72), (1, 1, 74)))
    assert [staff.hand for staff in staff_per_voice(Score((tune,)))] == [""]
    assert not is_for_two_hands(notes((0, 1, 40), (1, 1, 72)))


@pytest.mark.parametrize(
    ("chord", "lower"),
    [
        ((48,), {0}),
        ((59,), {0}),
        ((60,), set()),
        ((57, 60, 72), set()),
        ((52, 56, 59), {0, 1, 2}),
        ((40, 62), {0}),  # more than a tenth above
        ((48, 62), {0, 1}),
        ((55, 60, 72), {0}),
        ((48, 55, 64, 72), {0, 1}),
        ((54, 76), {0}),
    ],
)
def test_hands_take_what_is_near(chord: tuple[int, ...], lower: set[int]) -> None:
    assert lower_hand(notes(*((0, 1, pitch) for pitch in chord))) == set(lower)


def test_later_notes_leave_hands_as_they_are() -> None:
    rng = random.Random(3)
    found = notes(*((place // 3, 1, rng.randint(30, 90)) for place in range(60)))
    whole = lower_hand(found)
    for count in range(0, 60, 3):
        assert lower_hand(found[:count]) == {number for number in whole if number < count}


def test_every_note_of_two_hands_stands_once_and_comes_back() -> None:
    document = musicxml_bytes(SONG)
    root = ET.fromstring(document)
    second = root.findall("part")[1]
    assert second.findtext("measure/attributes/staves") == "2"
    staff_of = {note.get("id"): note.findtext("staff") for note in second.iter("note") if note.get("id")}
    assert staff_of == {f"v1n{n}": "2" if n in (0, 4) else "1" for n in range(7)}
    layers = {(note.findtext("voice"), note.findtext("staff")) for note in second.iter("note")}
    assert len({voice for voice, _ in layers}) == len(layers), "a layer stands on one staff"
    assert musenb.load(document, name="song.musicxml").voices == spell_score(SONG).voices
    assert set(engrave(document).ids) == {f"v0n{n}" for n in range(3)} | {f"v1n{n}" for n in range(7)}


def random_score(rng: random.Random, voices: int) -> Score:
    """Return some bars in which voices have chords, overlaps, rests and a pick-up."""
    metre = TimeSignature(Fraction(0), *rng.choice([(4, 4), (3, 4), (6, 8)]))
    pick_up = rng.choice([Fraction(0), Fraction(1), Fraction(1, 2)])
    made = []
    for number in range(voices):
        rows, at = [], Fraction(rng.randint(0, 4), 2)
        while at < 8:
            length = rng.choice([Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(1, 3), Fraction(3)])
            low = rng.randint(36, 80)
            pitches = [low, low + rng.choice([3, 7, 16])][: rng.randint(1, 2)]
            rows += [Note(at, length, pitch) for pitch in pitches]
            at += rng.choice([length, length, length + 1, Fraction(1, 2) if length >= 1 else length])
        name = rng.choice([*QUARTET, "piano", "voice", "", f"voice {number}"])
        made.append(Voice(name, tuple(rows)))
    keys = (KeySignature(Fraction(0), rng.randint(-4, 4)),)
    return Score(tuple(made), keys=keys, metres=(metre,), anacrusis=pick_up)


@pytest.mark.parametrize("voices", range(1, 9))
def test_any_voices_are_read_by_verovio_and_music21(voices: int) -> None:
    score = random_score(random.Random(voices), voices)
    ids = {f"v{v}n{n}" for v, voice in enumerate(score.voices) for n in range(len(voice.notes))}
    drawn = engrave(musicxml_bytes(score)).ids
    assert {name.partition("-")[0] for name in drawn} == ids
    read = music21_of(score)
    sounding = sorted(
        (Fraction(note.getOffsetInHierarchy(read)).limit_denominator(48), pitch.midi)
        for note in read.flatten().notes
        for pitch in note.pitches
        if note.tie is None or note.tie.type == "start"
    )
    assert sounding == sorted((note.onset, note.pitch) for voice in score.voices for note in voice.notes)


@pytest.mark.parametrize("style", IDIOM.styles)
def test_a_take_of_every_style_is_engraved(style: str, notes_checkpoint: Path) -> None:
    motif = "key=C upbeat=1 G4:1 | C5:1 D E C | G4:2 E:1"
    take = musenb.develop(motif, model=notes_checkpoint, style=style, bars=3, seed=2, temperature=1.0)
    drawn = engrave(musicxml_bytes(take.score))
    count = sum(len(voice.notes) for voice in take.score.voices)
    assert len({name.partition("-")[0] for name in drawn.ids}) == count
    back = musenb.load(musicxml_bytes(take.score), name="take.musicxml")
    mine = [sorted((n.onset, n.duration, n.pitch) for n in voice.notes) for voice in take.score.voices]
    assert [sorted((n.onset, n.duration, n.pitch) for n in voice.notes) for voice in back.voices] == mine

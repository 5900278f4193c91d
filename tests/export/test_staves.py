"""Staves: their clefs, and the fermata that voices on one staff share."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from musenb.export.layout import score_bars
from musenb.export.staves import Staff, staff_per_voice, two_staves
from musenb.export.to_musicxml import Passage, musicxml_bytes, passage_bytes
from musenb.score.note import Note, Score, Voice
from musenb.score.spelling import spell_score


@pytest.mark.parametrize(
    ("names", "pitches", "clefs"),
    [
        (("tenor",), (55,), ["F4"]),
        (("bass",), (50,), ["F4"]),
        (("alto",), (60,), ["G2"]),
        (("melody",), (50,), ["F4"]),
    ],
)
def test_a_low_voice_alone_is_read_in_the_bass_clef(
    names: tuple[str, ...], pitches: tuple[int, ...], clefs: list[str]
) -> None:
    score = Score(tuple(Voice(name, (Note(0, 1, pitch),)) for name, pitch in zip(names, pitches, strict=True)))
    assert [clef_of(staff) for staff in staff_per_voice(score)] == clefs


@pytest.mark.parametrize(
    ("names", "pitches", "clefs"),
    [
        (("soprano", "alto", "tenor", "bass"), (72, 65, 60, 50), ["G2", "F4"]),
        (("tenor", "bass"), (60, 50), ["F4", "F4"]),
        (("soprano", "alto"), (72, 65), ["G2", "G2"]),
        (("soprano", "bass"), (50, 43), ["F4", "F4"]),  # far below the staff
        (("Flute", "Oboe"), (76, 72), ["G2", "G2"]),
        (("Viola", "Cello"), (52, 40), ["F4", "F4"]),
    ],
)
def test_two_staves_have_the_clefs_of_what_stands_on_them(
    names: tuple[str, ...], pitches: tuple[int, ...], clefs: list[str]
) -> None:
    score = Score(tuple(Voice(name, (Note(0, 1, pitch),)) for name, pitch in zip(names, pitches, strict=True)))
    assert [clef_of(staff) for staff in two_staves(score)] == clefs


def clef_of(staff: Staff) -> str:
    return "".join(ET.fromstring(f"<clef>{staff.clef}</clef>").itertext())


def test_voices_on_one_staff_share_a_fermata() -> None:
    held = [Voice(name, (Note(0, 2, 60, fermata=True),)) for name in ("soprano", "bass")]
    moving = [Voice(name, (Note(0, 1, 60), Note(1, 1, 62, fermata=True))) for name in ("alto", "tenor")]
    score = spell_score(Score((held[0], moving[0], moving[1], held[1])))

    def marked(data: bytes) -> list[str]:
        notes = ET.fromstring(data).iter("note")
        return [note.get("id") for note in notes if note.find("notations/fermata") is not None]

    assert marked(musicxml_bytes(score)) == ["v0n0", "v1n1", "v2n1", "v3n0"]
    passage = Passage(score_bars(score))
    assert marked(passage_bytes(score, passage, two_staves(score))) == ["v0n0", "v2n1"]

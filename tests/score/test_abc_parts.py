"""ABC parts: the order of P: read, kept, written out, and carried through the other formats."""

from __future__ import annotations

import pytest

from musenb.export.to_midi import midi_bytes
from musenb.export.to_musicxml import musicxml_bytes
from musenb.score.abc.parts import MOST_PLAYED, parse_order
from musenb.score.as_json import from_json, to_json
from musenb.score.from_abc import score_from_abc
from musenb.score.from_midi import score_from_midi
from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.note import Score
from musenb.score.unfold import unfolded

BODY = "P:A\nCDEF|\nP:B\nG4|A4|\nP:C\nB4|\n"


def read(order: str, body: str = BODY, head: str = "") -> Score:
    return score_from_abc(f"X:1\nM:4/4\nL:1/4\n{order}\n{head}K:C\n{body}".encode(), source="a.abc")


def played(score: Score) -> str:
    """Return the letters of the notes as they are played, in bars."""
    whole = unfolded(score)
    bars = []
    for bar in whole.bars():
        bars.append("".join(n.spelling[0] for n in whole.voices[0].notes if bar.onset <= n.onset < bar.end))
    return " ".join(bars)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("ABAB", "ABAB"), ("A3(BC)2", "AAABCBC"), ("(A(BC)2)2D", "ABCBCABCBCD"), ("A.B C", "ABC"), ("A", "A"),
        ("A2.B2", "AABB"),
    ],
)  # fmt: skip
def test_orders_of_parts(text: str, order: str) -> None:
    assert parse_order(text) == tuple(order)


@pytest.mark.parametrize("text", ["", "(AB", "AB)", "A-B", "((A20)20)20", "(" * 99 + "A" + ")" * 99, "A999(B2)999"])
def test_what_is_no_order_of_parts(text: str) -> None:
    assert parse_order(text) is None
    assert MOST_PLAYED == 256


@pytest.mark.parametrize(
    ("order", "music"),
    [
        ("P:ABAB", "CDEF G A CDEF G A"),
        ("P:A2(BC)2", "CDEF CDEF G A B G A B"),
        ("P:CA", "B CDEF"),
        ("P:ABC", "CDEF G A B"),
    ],
)
def test_parts_are_played_in_their_order(order: str, music: str) -> None:
    score = read(order)
    assert [note.spelling for note in score.notes] == ["C4", "D4", "E4", "F4", "G4", "A4", "B4"]
    assert played(score) == music


def test_repeats_and_endings_inside_a_part_are_played_each_time() -> None:
    body = "P:A\n|:C4|1 D4:|2 E4|]\nP:B\nF4|G4:|\n"
    assert played(read("P:ABA", body)) == "C D C E F G F G C D C E"


def test_what_stands_before_the_first_part_is_played_first() -> None:
    assert played(read("P:BA", "c4|\nP:A\nD4|\nP:B\nE4|\n")) == "C E D"


def test_parts_of_one_label_are_played_in_turn() -> None:
    assert played(read("P:ABAB", "P:A\nC4|\nP:B\nD4|\nP:A\nE4|\nP:B\nF4|\n")) == "C D E F"


def test_parts_hold_for_all_voices() -> None:
    body = "V:1\nP:A\nc4|\nP:B\nd4|\nV:2\nP:A\nE4|\nP:B\nF4|\n"
    upper, lower = unfolded(read("P:BAB", body)).voices
    assert [note.spelling for note in upper.notes] == ["D5", "C5", "D5"]
    assert [note.spelling for note in lower.notes] == ["F4", "E4", "F4"]


def test_what_the_order_and_the_tune_do_not_share_is_said() -> None:
    score = read("P:AXBAY")
    assert played(score) == "CDEF G A CDEF"
    assert [str(notice) for notice in score.notices] == [
        "2 parts of the order P: not in the tune, left out (X, Y)",
        "1 part outside the order P:, not played when it is written out",
    ]
    assert [str(notice) for notice in read("P:X").notices][-1].startswith("3 parts outside the order P:")
    assert played(read("P:XY")) == "CDEF G A B"
    assert [str(notice) for notice in read("").notices] == [
        "3 part labels left out: no P: in the header says their order"
    ]
    first = read("P:A+B").notices[0]
    assert str(first) == "1 order of parts not understood and left out (line 4)"


@pytest.mark.parametrize(
    "again",
    [
        lambda score: score_from_midi(midi_bytes(score), source="a.mid"),
        lambda score: score_from_musicxml(musicxml_bytes(score), source="a.musicxml"),
        lambda score: from_json(to_json(score)),
    ],
    ids=["MIDI", "MusicXML", "JSON"],
)
def test_parts_come_back_from_every_format(again) -> None:
    score = read("P:A3(BC)2")
    assert [(part.text, part.numbers) for part in score.repeats] == [("A", (1, 2, 3)), ("B", (4, 6)), ("C", (5, 7))]
    assert again(score).repeats == score.repeats
    assert [note.pitch for note in unfolded(again(score)).notes] == [note.pitch for note in unfolded(score).notes]


def test_labels_of_parts_are_printed() -> None:
    written = musicxml_bytes(read("P:AB")).decode()
    assert written.count("<rehearsal>") == 3
    assert "<rehearsal>B</rehearsal></direction-type></direction>" in written


def test_a_file_with_other_notes_has_lost_its_parts() -> None:
    written = musicxml_bytes(read("P:ABAB")).replace(b"<step>A</step>", b"<step>G</step>", 1)
    assert score_from_musicxml(written, source="a.musicxml").repeats == ()

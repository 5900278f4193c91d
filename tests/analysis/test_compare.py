from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from musenb.analysis.compare import DURATION, ONLY_FIRST, ONLY_SECOND, PITCH, SAME, compare
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Score, Voice

FIRST = score_from_text("soprano: C5 D5 E5:2 F5\nbass: C3:4")
SECOND = score_from_text("soprano: C5 D5 E5 r Eb5 G5\nbass: C3:4 G2")


def test_notes_are_aligned_by_voice_and_time() -> None:
    found = compare(FIRST, SECOND)
    assert [(pair.kind, pair.voice, pair.onset, pair.first_id, pair.second_id) for pair in found.pairs] == [
        (SAME, "soprano", 0, "v0n0", "v0n0"),
        (SAME, "bass", 0, "v1n0", "v1n0"),
        (SAME, "soprano", 1, "v0n1", "v0n1"),
        (DURATION, "soprano", 2, "v0n2", "v0n2"),
        (PITCH, "soprano", 4, "v0n3", "v0n3"),
        (ONLY_SECOND, "bass", 4, "", "v1n1"),
        (ONLY_SECOND, "soprano", 5, "", "v0n4"),
    ]
    assert found.counts == {SAME: 3, PITCH: 1, DURATION: 1, ONLY_FIRST: 0, ONLY_SECOND: 2}
    assert found.changed == 2
    assert found.parting == 2
    assert "they part at quarter 2" in str(found)


def test_voices_are_found_by_name_and_missing_ones_too() -> None:
    one, two, three = (Voice(name, (Note(0, 1, 60),)) for name in ("alto", "bass", "tenor"))
    found = compare(Score((one, three)), Score((three, two)))
    assert [pair.kind for pair in found.pairs] == [ONLY_FIRST, SAME, ONLY_SECOND]


def test_voices_without_a_name_in_common_are_found_by_place() -> None:
    one, two = (Score((Voice(name, (Note(0, 1, 60),)),)) for name in ("alto", "Viola"))
    assert [(pair.kind, pair.voice) for pair in compare(one, two).pairs] == [(SAME, "0")]


def test_of_a_chord_the_same_notes_are_paired_first() -> None:
    one = Score((Voice("a", (Note(0, 1, 60), Note(0, 1, 64))),))
    two = Score((Voice("a", (Note(0, 1, 64), Note(0, 1, 67), Note(0, 1, 70))),))
    assert [(p.kind, p.first and p.first.pitch, p.second and p.second.pitch) for p in compare(one, two).pairs] == [
        (SAME, 64, 64), (PITCH, 60, 67), (ONLY_SECOND, None, 70)
    ]  # fmt: skip


notes = st.builds(Note, st.integers(0, 8).map(lambda n: Fraction(n, 2)), st.just(Fraction(1, 2)), st.integers(60, 64))
scores = st.lists(notes, max_size=12).map(lambda found: Score((Voice("soprano", tuple(found)),)))


@given(scores, scores)
def test_every_note_stands_in_one_pair_and_the_other_way_round_is_the_mirror(one: Score, two: Score) -> None:
    found, mirrored = compare(one, two), compare(two, one)
    assert sorted((p.first for p in found.pairs if p.first), key=repr) == sorted(one.notes, key=repr)
    assert sorted((p.second for p in found.pairs if p.second), key=repr) == sorted(two.notes, key=repr)
    assert found.counts[ONLY_FIRST] == mirrored.counts[ONLY_SECOND]
    assert (found.counts[SAME], found.changed) == (mirrored.counts[SAME], mirrored.changed)
    assert compare(one, one).parting is None

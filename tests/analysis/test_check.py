"""The checker of part-writing: a wrong and a right example for each rule, rule sets, marks, and what it refuses."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import musenb
from musenb.analysis.check.habits import Habit
from musenb.analysis.check.harmony import Chord, LocalKeys
from musenb.analysis.check.marks import Checked
from musenb.analysis.check.rule_sets import SHIPPED, RuleSet, rule_set
from musenb.analysis.check.rules import RULES
from musenb.errors import MusenbError, PolyphonyError, ScoreError, SettingError
from musenb.score.from_text import score_from_text
from musenb.score.key import Key
from musenb.score.marks import Notice
from musenb.score.note import Note, Score, Voice

HABITS = Path(musenb.__file__).parent / "analysis" / "check" / "bach.json"
#  rule: what is wrong, the place and the voices of the mark, and what is right; four voices a line, from the soprano
EXAMPLES: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "parallel_fifths": (
        "G4 A4 | C4 F4 | E3 C4 | C3 D3", "bar 1, beat 2", ("soprano", "bass"), "G4 F4 | C4 D4 | E3 A3 | C3 D3",
    ),
    "parallel_octaves": (
        "C5 D5 | G4 F4 | E4 A3 | C3 D3", "bar 1, beat 2", ("soprano", "bass"), "C5 B4 | G4 F4 | E4 D4 | C3 D3",
    ),
    "contrary_parallels": (
        "C5 G4 A4 | A4 E4 E4 | F4 E4 C4 | F3 C4 A3", "bar 1, beat 2", ("soprano", "bass"),
        "C5 C5 A4 | A4 G4 E4 | F4 E4 C4 | F3 C4 A3",
    ),
    "hidden_parallels": (
        "E4 A4 | C4 F4 | G3 A3 | C3 D3", "bar 1, beat 2", ("soprano", "bass"), "E4 F4 | C4 D4 | G3 A3 | C3 D3",
    ),
    "crossing": (
        "E4:2 | F4:2 | C4:2 | C3:2", "bar 1, beat 1", ("soprano", "alto"), "F4:2 | E4:2 | C4:2 | C3:2",
    ),
    "overlap": (
        "C4 A4 | G3 F4 | E3 C4 | C3 F3", "bar 1, beat 2", ("soprano", "alto"), "C5 A4 | G4 F4 | E4 C4 | C3 F3",
    ),
    "spacing": (
        "G5:3 | G4:3 | E3:3 | C3:3", "bar 1, beat 1", ("alto", "tenor"), "G5:3 | G4:3 | E4:3 | C3:3",
    ),
    "range": (
        "C5 D5 | G4 F5 | E4 D4 | C3 D3", "bar 1, beat 2", ("alto",), "C5 A5 | G4 E5 | E4 D4 | C3 D3",
    ),
    "wide_leap": (
        "D4 C5 | B3 E4 | G3 G3 | G3 C3", "bar 1, beat 2", ("soprano",), "D4 D5 | B3 G4 | G3 B3 | G3 G3",
    ),
    "augmented_leap": (
        "F4 B4 | D4 D4 | A3 G3 | D3 G3", "bar 1, beat 2", ("soprano",), "F4 D4 | D4 B3 | A3 G3 | D3 G3",
    ),
    "augmented_second": (
        "Ab4 B4 | F4 D4 | C4 G3 | F3 G3", "bar 1, beat 2", ("soprano",), "Ab4 G4 | F4 D4 | C4 B3 | F3 G3",
    ),
    "doubled_leading_note": (
        "B4 C5 | D4 E4 | B3 G3 | G3 C3", "bar 1, beat 1", ("soprano", "tenor"), "B4 C5 | D4 E4 | G3 G3 | G3 C3",
    ),
    "unresolved_leading_note": (
        "B4 G4 | F4 E4 | D4 C4 | G3 C3", "bar 1, beat 2", ("soprano",), "B4 C5 | F4 E4 | D4 C4 | G3 C3",
    ),
    "unresolved_seventh": (
        "D5 E5 | F4 G4 | B3 C4 | G3 C3", "bar 1, beat 2", ("alto",), "B4 C5 | F4 E4 | D4 C4 | G3 C3",
    ),
    "cross_relation": (
        "C5 B4 | G4 E4 | E4 G#3 | C4 E3", "bar 1, beat 2", ("alto", "tenor"), "C5 B4 | A4 G#4 | A4 E4 | A3 E3",
    ),
    "doubled_third": (
        "C5 E5 | G4 C5 | E4 G4 | C3 E3", "bar 1, beat 2", ("soprano", "bass"), "C5 C5 | G4 G4 | E4 G4 | C3 E3",
    ),
    "six_four": (
        "C5 C5 A4 | F4 E4 F4 | A3 C4 C4 | D3 G3 A3", "bar 1, beat 2", ("bass",),
        "C5 C5 B4 | F4 E4 D4 | A3 G3 G3 | F3 G3 G2",
    ),
    "missing_cadence": (
        "B4 C5 | D4 G4 | G3 C4 | G3 E3", "bar 1, beat 2", ("bass",), "B4 C5 | D4 E4 | G3 G3 | G3 C3",
    ),
}  # fmt: skip
NAMES = ("soprano", "alto", "tenor", "bass")


def four(text: str, key: str = "C") -> Score:
    lines = [f"{name}: {notes}" for name, notes in zip(NAMES, text.split(" | "), strict=True)]
    return score_from_text(f"key={key} 4/4\n" + "\n".join(lines))


def alone(rule: str, base: str = "chorale") -> dict[str, Any]:
    """The rules of a set with all but one switched off."""
    return {"extends": base} | {name: {"on": False} for name in rule_set(base).rules if name != rule}


@pytest.mark.parametrize("rule", EXAMPLES)
def test_each_rule_marks_the_wrong_and_not_the_right(rule: str) -> None:
    wrong, place, voices, right = EXAMPLES[rule]
    (mark,) = musenb.check(four(wrong), alone(rule))
    assert (mark.rule, mark.place, mark.voices) == (rule, place, voices)
    assert list(musenb.check(four(right), alone(rule))) == []


def test_a_six_four_chord_may_be_cadential_passing_or_over_a_held_bass() -> None:
    def marked(text: str) -> list[str]:
        return [mark.place for mark in musenb.check(four(text), alone("six_four"))]

    assert marked("C5 C5 B4 | F4 E4 D4 | A3 G3 G3 | F3 G3 G2") == []
    assert marked("C5 B4 C5 | E4 D4 E4 | G3 G3 G3 | C3 D3 E3") == []
    assert marked("C5 C5 C5 | E4 F4 E4 | G3 A3 G3 | C3 C3 C3") == []
    assert marked("C5 C5 C5 | E4 E4 E4 | G3 G3 G3 | C3 G2 E3") == []


def test_every_rule_has_an_example() -> None:
    assert list(EXAMPLES) == list(RULES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (EXAMPLES["parallel_fifths"][0], "move together from one perfect fifth (G4 over C3) to the next"),
        (EXAMPLES["unresolved_leading_note"][0], "leaves the leading note B4 for G4: it wants to go up to C5."),
        (EXAMPLES["augmented_second"][0], "Soprano goes by an augmented second, A♭4 to B4"),
        (EXAMPLES["range"][0], "F5 is above E5, where the alto of a choir begins to strain."),
    ],
)
def test_the_reason_names_the_notes(text: str, said: str) -> None:
    assert said in str(musenb.check(four(text)))


def test_what_textbooks_excuse_is_not_marked() -> None:
    over_a_fermata = "G4^ A4 | C4^ F4 | E3^ C4 | C3^ D3"
    assert list(musenb.check(four(over_a_fermata), alone("parallel_fifths"))) == []
    taken_over = "B4 G4 | F4 C5 | D4 E4 | G3 C3"
    assert list(musenb.check(four(taken_over), alone("unresolved_leading_note"))) == []
    inner_third_down = "D5 E5 | B4 G4 | G4 C4 | G3 C3"
    assert list(musenb.check(four(inner_third_down), alone("unresolved_leading_note"))) == []
    strict = alone("unresolved_leading_note") | {"unresolved_leading_note": {"inner": "strict"}}
    assert len(musenb.check(four(inner_third_down), strict)) == 1


def test_bach_has_at_most_one_mark_a_chorale() -> None:
    measured = json.loads(HABITS.read_text(encoding="utf-8"))
    marks = {rule: found["marks"] for rule, found in measured["sets"]["chorale"].items()}
    assert list(marks) == list(rule_set("chorale").rules)
    assert sum(marks.values()) <= measured["chorales"] >= 365


def test_what_is_told_of_bach_is_so() -> None:
    measured = json.loads(HABITS.read_text(encoding="utf-8"))["sets"]["chorale"]
    for rule, found in [*measured.items()][::3]:
        for name, bar in found["examples"][:1]:
            marks = musenb.check(f"corpus:{name}").marks
            assert (rule, bar) in {(mark.rule, mark.bar) for mark in marks}, f"{measured}: run bench_check.py habits"


def wrong_piece() -> Checked:
    return musenb.check(four("G4 A4 G4:2 | C4 F4 E4:2 | E3 C4 C4:2 | C3 D3 C3:2"))


def test_a_mark_says_where_to_play_and_where_to_go_on() -> None:
    mark = next(mark for mark in wrong_piece() if mark.rule == "parallel_fifths")
    assert (mark.onset, mark.play, mark.resume) == (1, (Fraction(0), Fraction(2)), 1)
    assert mark.notes == ("v0n0", "v3n0", "v0n1", "v3n1")
    kept = wrong_piece().score.cut(Fraction(0), mark.resume)
    assert "parallel_fifths" not in musenb.check(kept).counts


def test_a_result_is_short_to_look_at_and_whole_to_read() -> None:
    checked = wrong_piece()
    assert len(repr(checked).splitlines()) <= 8
    assert repr(checked).startswith("<Checked by 'chorale': ")
    assert len(str(checked).splitlines()) == len(checked) + 1
    assert str(checked).splitlines()[-1].endswith("marks by the rules 'chorale'.")
    assert bool(musenb.check(four("C5 | G4 | E4 | C3"), alone("crossing")))


def test_json_holds_what_a_page_needs() -> None:
    checked = wrong_piece()
    read = json.loads(checked.to_json())
    assert [mark["rule"] for mark in read["marks"]] == [mark.rule for mark in checked]
    first = read["marks"][0]
    assert first["play"] == [0, 2]
    assert set(first["notes"]) <= checked.notes
    assert first["bach"]["of"] >= 350


def test_a_table_has_a_row_a_mark() -> None:
    pytest.importorskip("pandas", reason="a table is for who has pandas")
    checked = wrong_piece()
    assert len(checked.table()) == len(checked)


def test_without_pandas_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(MusenbError, match="pip install pandas; `records` gives plain records"):
        wrong_piece().table()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_mark_tells_what_bach_did(name: str) -> None:
    marks = [mark for rule in rule_set(name).rules for mark in musenb.check(four(EXAMPLES[rule][0]), alone(rule, name))]
    assert {mark.rule for mark in marks} >= {"parallel_fifths", "augmented_second"}
    assert all(mark.bach is not None and mark.bach.of >= 365 for mark in marks)


def test_a_habit_is_a_sentence() -> None:
    assert str(Habit(0, 0, 365)) == "Bach never does this in 365 chorales."
    assert str(Habit(1, 1, 365, (("bwv1", 2),))) == "Bach does this once in 365 chorales, as in bwv1, bar 2."


def test_fewer_than_three_voices_have_no_chords() -> None:
    checked = musenb.check("soprano: C5 D5\nbass: C3 D3")
    assert [mark.rule for mark in checked] == ["parallel_octaves"]
    assert "unresolved_seventh" in checked.not_asked
    assert "Not asked, for it needs more voices: wide spacing, doubled leading note" in str(checked)


def test_voices_are_ordered_by_height_whatever_their_order() -> None:
    turned = "bass: C3 D3\nsoprano: G4 A4\ntenor: E3 C4\nalto: C4 F4"
    (mark,) = musenb.check(turned, alone("parallel_fifths"))
    assert (mark.voices, mark.notes) == (("soprano", "bass"), ("v1n0", "v0n0", "v1n1", "v0n1"))


def test_a_take_is_checked_as_its_score() -> None:
    take = SimpleNamespace(score=four(EXAMPLES["crossing"][0]))
    assert musenb.check(take).marks == musenb.check(take.score).marks


def test_an_upbeat_is_called_so() -> None:
    (mark, *_) = musenb.check("4/4 upbeat=2\nsoprano: C5 D5 E5:4\nbass: C3 D3 C3:4", alone("parallel_octaves"))
    assert (mark.bar, mark.place) == (0, "upbeat, beat 4")


class OtherHarmony:
    """An analysis that hears all of it in F."""

    def key_at(self, quarter: Fraction) -> Key:
        return Key(5, minor=False)

    def chord_at(self, quarter: Fraction) -> Chord:
        return Chord(0, "maj") if quarter == 0 else Chord(5, "maj")


def test_another_analysis_can_be_put_in() -> None:
    score = four("E4 D4 | C4 C4 | G3 A3 | C3 F3")
    rules = alone("unresolved_leading_note")
    assert len(musenb.check(score, rules)) == 0
    (mark,) = musenb.check(score, rules, harmony=lambda score: OtherHarmony())
    assert "it wants to go up to F4" in mark.why


def test_local_keys_are_taken_from_an_analysis() -> None:
    score = four("E4 C4 G4 | C4 C4 E4 | G3 A3 C4 | C3 F3 C3")
    rules = alone("unresolved_leading_note")

    def keys(onset: int) -> int:
        local = [(Fraction(onset), Key(5, minor=False))]
        return len(musenb.check(score, rules, harmony=lambda score: LocalKeys(score, local)))

    assert (keys(0), keys(1)) == (1, 0)


@pytest.mark.parametrize(
    ("score", "error", "message"),
    [
        ("C4 D4 E4", ScoreError, "'text' has 1 voice that sings; part-writing is checked in 2 to 8"),
        (Score(), ScoreError, "'the score' has no notes to check"),
        (Score(notices=(Notice("drum notes", "left out"),)), ScoreError, "no notes to check; its drums have no pitch"),
        (Score(tuple(Voice(f"v{i}", (Note(0, 1, 60),)) for i in range(9))), ScoreError, "9 voices that sing; .* to 8"),
        (
            Score((Voice("a", (Note(0, 2, 60), Note(1, 1, 64))), Voice("b", (Note(0, 1, 50),)))),
            PolyphonyError, "'a' of 'the score' sounds two notes together in bar 1",
        ),
        (
            Score((Voice("a", tuple(Note(i, 1, 60) for i in range(20_000))), Voice("b", (Note(0, 1, 50),)))),
            ScoreError, "20001 notes; at most 20000 are checked at once",
        ),
        (None, ScoreError, "musenb.check takes a score, a take, a path or notes as text, not None"),
    ],
)  # fmt: skip
def test_what_cannot_be_checked_is_said(score: Any, error: type[MusenbError], message: str) -> None:
    with pytest.raises(error, match=message):
        musenb.check(score)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("bach", "rules 'bach' are no rule set: give 'chorale', 'species', 'free' or the path of a .toml file"),
        (3, "rules 3 are no rule set"),
        ("nowhere.toml", "rule set 'nowhere.toml' cannot be read: No such file"),
        ({"fifths": {}}, "rules: there is no rule 'fifths'; the rules are parallel_fifths, "),
        ({"crossing": 3}, r"rules: crossing is 3; a table such as \[crossing\] is needed"),
        ({"crossing": {"beats": 1}}, "rules: crossing has no option 'beats'; it has on, severity, upper_pair, "),
        ({"crossing": {"upper_pair": "long"}}, r"crossing: upper_pair is 'long'; a number 0..64 is needed \(beats"),
        ({"crossing": {"on": 1}}, "crossing: on is 1; true or false is needed"),
        ({"crossing": {"severity": "grave"}}, "severity is 'grave'; one of error, warning, hint is needed"),
        ({"range": {"bass": ["C4", "C3"]}}, "range: bass is .* its lowest and highest note are needed"),
        ({"extends": "bach"}, "extends 'bach'; 'chorale', 'species', 'free' can be extended"),
        ({"unresolved_leading_note": {"inner": 1}}, "inner is 1; one of strict, falls, free is needed"),
        ({"doubled_third": {"qualities": []}}, r"qualities is \[\]; a list from maj, min is needed"),
    ],
)
def test_a_rule_set_that_is_none_is_said(rules: Any, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        musenb.check(four(EXAMPLES["overlap"][0]), rules)


def test_a_teacher_writes_a_set_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    head = 'extends = "chorale"\nabout = "Week 2"\n'
    path.write_text(head + '[parallel_fifths]\nseverity = "hint"\n[range]\non = false\n')
    checked = musenb.check(four(EXAMPLES["parallel_fifths"][0]), path)
    assert (checked.rules.name, checked.rules.about) == ("mine.toml", "Week 2")
    assert checked.marks[0].severity == "hint"
    assert "range" not in checked.rules.rules
    assert isinstance(checked.rules, RuleSet)
    assert musenb.check(checked.score, checked.rules).marks == checked.marks


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[crossing\n", "rule set 'mine.toml' is not TOML: .*line 1"),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b"#" * 70_000, "has more than 65536 bytes"),
    ],
)
def test_a_damaged_file_is_said(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(data)
    with pytest.raises(SettingError, match=message):
        rule_set(path)

"""Journals from an earlier release, and invented ones: what is sound comes back, the rest is named, nothing hangs."""

from __future__ import annotations

import json
import re
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from musenb.files.lines import Line, encode_line, read_lines
from musenb.score.from_text import score_from_text
from musenb.score.marks import ChordSymbol
from musenb.studio.core import StudioCore
from musenb.studio.recovery import rebuilt, recover, session_rows
from musenb.studio.takes import GIVEN, Entry
from musenb.studio.takes_json import take_to_plain

OLD = Path(__file__).with_name("journal_of_0_1.jsonl")
LINES = list(read_lines(OLD))
STATE = {"selected": None, "deleted": [], "names": [], "votes": []}


def data_of(kind: str, number: int = 0) -> Any:
    """Return the values of a line of the old journal, to be changed."""
    return json.loads(json.dumps([line.data for line in LINES if line.kind == kind][number]))


def journal(*lines: tuple[str, Any]) -> list[Line]:
    return [Line(number, kind, data) for number, (kind, data) in enumerate(lines, start=1)]


def test_a_journal_of_release_0_1_comes_back_with_the_take_that_was_being_written(tmp_path: Path) -> None:
    (tmp_path / OLD.name).write_bytes(OLD.read_bytes())
    tree = recover("last", folder=tmp_path)
    assert tree.notices == ("take 3 was being written: it is back as far as it was saved",)
    first, second, third = tree.everything
    assert [(take.id, take.parent, take.kind, take.complete) for take in tree.everything] == [
        (1, None, "given", True), (2, 1, "written", True), (3, 1, "written", False)
    ]  # fmt: skip
    assert [note.pitch for note in first.score.notes] == [72, 74, 76, 79]
    assert (second.name, second.recipe.seed, second.recipe.model, second.recipe.extent) == ("dark", 7, "chorale", 1)
    assert (len(second.recipe.checksum), second.recipe.start, second.recipe.policy.temperature) == (64, 4, 1.0)
    assert {note.origin.seed for note in second.score.notes if note.origin.generated} == {7}
    assert len(second.score.notes) > 20
    assert (third.recipe.seed, third.position) == (8, 72)
    assert max(note.end for note in third.score.notes) == 4.5


def test_an_invented_number_of_a_take_is_named_and_costs_nothing_else() -> None:
    draft, take = data_of("draft"), data_of("take")
    tree = rebuilt(journal(("take", take), ("draft", {**draft, "id": 2**63}), ("draft", {**draft, "id": -1})))
    assert [found.id for found in tree] == [1]
    assert [notice.split(":")[0] for notice in tree.notices] == ["line 2 (draft) is lost", "line 3 (draft) is lost"]
    assert f"the number {2**63} of a take is outside 1..1000000000" in tree.notices[0]


def test_takes_that_would_go_on_from_each_other_are_named() -> None:
    one, two = data_of("take"), data_of("take", 1)
    ring = data_of("take")
    ring["take"]["parent"] = 2
    tree = rebuilt(journal(("take", one), ("take", two), ("take", ring)))
    assert [take.id for take in tree] == [1, 2]
    assert tree.notices == ("line 3 (take) is lost: there is a take 1 already",)
    itself = data_of("take", 1)
    itself["take"]["parent"] = 2
    assert rebuilt(journal(("take", itself))).take(2).parent is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"start": "1e999999999"}, "is no number of quarters"),
        ({"start": "1/0"}, "is damaged"),
        ({"bars": 10**9}, "is not a whole number in 1..512"),
        ({"kept_bars": [10**9]}, "cannot keep bar 1000000000"),
        ({"seed": -1}, "seed -1"),
        ({"reach": -1}, "reach -1 tokens"),
    ],
)
def test_a_recipe_that_nobody_could_have_used_is_named(change: dict, told: str) -> None:
    draft, cells = data_of("draft"), data_of("cells")
    draft["recipe"] |= change
    tree = rebuilt(journal(("take", data_of("take")), ("draft", draft), ("cells", cells)))
    assert [take.id for take in tree] == [1]
    assert told in tree.notices[0]


@pytest.mark.parametrize("cells", [[2**70], [99] * 8, [-5] * 8, [1.5], ["x"], "12", None, [1] * 4000])
def test_cells_that_no_model_writes_are_named(cells: Any) -> None:
    written = {"id": 2, "from": 0, "cells": cells}
    tree = rebuilt(journal(("take", data_of("take")), ("draft", data_of("draft")), ("cells", written)))
    assert tree.take(1).score.notes
    assert tree.notices or [take.id for take in tree] == [1]


def test_a_score_without_an_end_in_sight_is_named() -> None:
    take = data_of("take")
    take["take"]["score"]["voices"][0][1][0][0] = 10**15
    tree = rebuilt(journal(("take", take), ("draft", data_of("draft"))))
    assert tree.everything == ()
    assert "its score lasts longer than 1000000 quarters" in tree.notices[0]


@pytest.mark.parametrize("state", [{}, [], {"selected": [1]}, {"votes": [[1, 1]]}, {"names": 3}])
def test_a_state_that_is_none_is_named(state: Any) -> None:
    values = {**STATE, **state} if state else state
    tree = rebuilt(journal(("take", data_of("take")), ("state", {"act": "do", "state": values})))
    assert [take.id for take in tree] == [1]


def test_ten_thousand_takes_in_a_row_are_read_and_listed_soon() -> None:
    plain = take_to_plain(Entry(1, None, GIVEN, score_from_text("C4")))
    takes = ({**plain, "id": number, "parent": number - 1 or None} for number in range(1, 10_001))
    lines = [Line(take["id"], "take", {"take": take, "state": STATE}) for take in takes]
    began = time.monotonic()
    tree = rebuilt(lines)
    assert len(tree) == 10_000
    assert str(tree).count("\n") == 9_999
    tree.delete(5_000)
    assert len(tree) == 4_999
    assert time.monotonic() - began < 20


def test_a_journal_of_odd_lines_is_read(tmp_path: Path) -> None:
    lines = [("take", 3), ("cells", {}), ("x", 1)]
    content = b"".join(encode_line(number, *line) for number, line in enumerate(lines))
    (tmp_path / "odd.jsonl").write_bytes(content + b"\0\xff{[" * 1000)
    tree = recover("last", folder=tmp_path)
    assert (tree.everything, len(tree.notices)) == ((), 3)


def test_earlier_work_is_listed_by_date_time_and_motif(tmp_path: Path) -> None:
    before = StudioCore(folder=tmp_path)
    before.prime("C5 D5 E5 G5")
    before.close()
    path = before.journal_path
    assert path is not None
    ((name, label),) = session_rows(tmp_path / "other.jsonl")
    assert name == path.stem
    assert re.fullmatch(r"\d+ \w+, \d\d:\d\d: C5 D5 E5 G5, 1 take", label), label
    path.write_bytes(b'{"kind":"take"\n')
    ((_, label),) = session_rows(tmp_path / "other.jsonl")
    assert label.endswith(": 1 take"), "a damaged one is listed all the same"


def test_chords_that_a_person_named_come_back_with_their_take(tmp_path: Path) -> None:
    studio = StudioCore(folder=tmp_path)
    studio.prime("soprano: C5 B4\nalto: G4 G4\ntenor: E4 D4\nbass: C3 G2", bars=1)
    labels = (ChordSymbol(Fraction(1, 2), "C: V6/4", "numeral"), ChordSymbol(1, "C: I", "numeral"))
    studio.tree.label(1, labels)
    studio.close()
    assert recover("last", folder=tmp_path).take(1).score.chords == labels

"""The command `musenb check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from musenb.commands.main import main

WRONG = "soprano: C5 D5\nalto: G4 F4\ntenor: E4 A3\nbass: C3 D3"
RIGHT = "soprano: B4 C5\nalto: D4 E4\ntenor: G3 G3\nbass: G3 C3"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["check", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_line_a_mark_and_a_total(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, WRONG, "--rules", "free")
    assert (code, err) == (1, "")
    first, total = out.splitlines()
    assert first.startswith("bar 1, beat 2: parallel octaves (hint): Soprano and bass move together from one octave")
    assert total == "1 mark by the rules 'free'."


def test_nothing_marked_is_told_by_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, RIGHT) == (0, "0 marks by the rules 'chorale'.\n", "")


def test_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, WRONG, "--json", "--rules", "free")
    read = json.loads(out)
    assert (code, read["rules"], [mark["rule"] for mark in read["marks"]]) == (1, "free", ["parallel_octaves"])


def test_a_file_of_rules(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[crossing]\n", encoding="utf-8")
    assert run(capsys, WRONG, "--rules", str(path)) == (0, "0 marks by the rules 'mine.toml'.\n", "")


def test_a_shipped_set_can_be_printed_and_edited(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, "--print-rules", "chorale")
    path = tmp_path / "mine.toml"
    path.write_text(out.replace("[parallel_octaves]", "[parallel_octaves]\non = false"), encoding="utf-8")
    assert code == 0
    assert "octaves" not in run(capsys, WRONG, "--rules", str(path))[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("C4 D4 E4",), "musenb: 'text' has 1 voice that sings; part-writing is checked in 2 to 8"),
        (("nowhere.musicxml",), "musenb: no file 'nowhere.musicxml'"),
        ((), "musenb: which piece? Give a music file"),
        (("--print-rules", "bach"), "musenb: --print-rules 'bach' is none of chorale, species, free"),
        ((WRONG, "--rules", "bach"), "musenb: rules 'bach' are no rule set: give 'chorale', 'species', 'free'"),
    ],
)
def test_what_cannot_be_checked_is_said_in_a_line(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(message)

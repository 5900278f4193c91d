"""Files of answers become one table; what is broken, foreign, huge or dangerous is named and does no harm."""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from musenb.commands.main import main
from musenb.errors import LoadError
from musenb.files.lines import encode_line
from musenb.lessons.gather import FORMULA, MOST_FAULTS, Gathered, Row, counts, csv_bytes, gather
from musenb.lessons.record import LARGEST_FILE, LONGEST_LINE, NAME, Answer, clean_words, read_answers

HEAD = {"version": 1, "student": "aaaa-aaaa", "musenb": "0"}
ANSWER = {
    "version": 1, "student": "aaaa-aaaa", "question": "1-a", "kind": "choice", "ask": "Which way?", "answer": "up",
    "shown": "up", "why": "", "right": True, "seed": 0,
}


def write(folder: Path, student: str, *answers: dict[str, Any], name: str = "") -> Path:
    path = folder / (name or NAME.format(student))
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [encode_line(1, "student", {**HEAD, "student": student})]
    lines += [encode_line(n, "answer", {**ANSWER, "student": student, **one}) for n, one in enumerate(answers, start=2)]
    path.write_bytes(b"".join(lines))
    return path


def table(found: Gathered) -> list[dict[str, str]]:
    content = csv_bytes(found.rows)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_one_row_a_student_and_question_with_the_first_and_the_last_answer(tmp_path: Path) -> None:
    write(tmp_path, "aaaa-aaaa", {"answer": "down", "right": False}, {"answer": "up", "why": "it rises"})
    write(tmp_path, "bbbb-bbbb", {"answer": "up"}, {"question": "1-b", "kind": "note", "answer": "61", "right": None})
    found = gather(tmp_path)
    assert found.notices == []
    shown = ("student", "question", "answer", "right", "times_answered")
    assert [tuple(row[name] for name in shown) for row in table(found)] == [
        ("aaaa-aaaa", "1-a", "up", "yes", "2"),
        ("bbbb-bbbb", "1-a", "up", "yes", "1"),
        ("bbbb-bbbb", "1-b", "C♯4", "", "1"),
    ]
    first = table(found)[0]
    assert (first["first_answer"], first["first_right"], first["reason"]) == ("down", "no", "it rises")
    assert counts(found).splitlines() == [
        "2 students, 2 files", "", "1-a  Which way?",
        "   answered by 2 of 2, changed by 1, right at first 1, right now 2 of 2",
        "      2  up", "", "1-b  Which way?", "   answered by 1 of 2, changed by 0", "      1  C♯4",
    ]


def test_a_file_that_was_handed_in_twice_counts_once(tmp_path: Path) -> None:
    early = write(tmp_path / "monday", "aaaa-aaaa", {"answer": "down"})
    late = tmp_path / "friday" / early.name
    late.parent.mkdir()
    late.write_bytes(early.read_bytes() + encode_line(3, "answer", ANSWER))
    found = gather(tmp_path)
    assert [len(row.answers) for row in found.rows] == [2]
    assert found.notices == [
        f"the code aaaa-aaaa is in 2 files, counted as one student: 'friday/{early.name}', 'monday/{early.name}'"
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{}\n", "it is not a line of a file of answers"),
        (b"\xff\xfe\x00\n", "it is not a line of a file of answers"),
        (b"[" * 5000 + b"\n", "it is not a line of a file of answers"),
        (b"x" * (LONGEST_LINE + 1) + b"\n", "it has more than 100000 characters"),
        (encode_line(9, "answer", ANSWER).replace(b'"up"', b'"down"'), "its checksum does not fit"),
        (encode_line(9, "answer", ANSWER)[:-1], "it was not written to its end"),
        (encode_line(9, "answer", {**ANSWER, "version": 2}), "it is of version 2, not 1"),
        (encode_line(9, "answer", {**ANSWER, "version": [9]}), r"it is of version \[9\]"),
        (encode_line(9, "answer", {**ANSWER, "answer": 5}), "its 'answer' is no text"),
        (encode_line(9, "answer", {**ANSWER, "student": "../../x"}), "'../../x' is no student's code"),
        (encode_line(9, "answer", {**ANSWER, "kind": "essay"}), "'essay' is none of the kinds"),
        (encode_line(9, "answer", {**ANSWER, "seed": True}), "its seed is no whole number"),
        (encode_line(9, "answer", {**ANSWER, "right": "yes"}), "'right' is neither true"),
        (encode_line(9, "answer", [1]), "it tells of 'answer', not of an answer"),
        (encode_line(9, "take", ANSWER), "it tells of 'take'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "line",  # a line tells when it was written
)
def test_a_broken_line_is_named_and_the_others_count(tmp_path: Path, line: bytes, why: str) -> None:
    path = write(tmp_path, "aaaa-aaaa", {})
    path.write_bytes(path.read_bytes() + line)
    found = gather(tmp_path)
    assert len(found.rows) == 1
    (notice,) = found.notices
    assert notice.startswith(f"'{path.name}' line 3 is lost: ")
    assert re.search(why, notice), notice


def test_many_broken_lines_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "aaaa-aaaa", {})
    path.write_bytes(path.read_bytes() + b"x\n" * 1000)
    notices = gather(tmp_path).notices
    assert len(notices) == MOST_FAULTS + 1
    assert notices[-1] == f"'{path.name}': {1000 - MOST_FAULTS} more lines are lost"


def test_foreign_huge_and_linked_files_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "aaaa-aaaa", {})
    (tmp_path / "game.jsonl").write_text('{"kind": "game"}\n')
    with open(tmp_path / "huge.jsonl", "wb") as huge:
        huge.truncate(LARGEST_FILE + 1)
    os.symlink("/etc/passwd", tmp_path / "link.jsonl")
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "empty.jsonl").touch()
    found = gather(tmp_path)
    assert found.files == 1
    assert sorted(found.notices) == [
        "'empty.jsonl' is left out: it is no file of answers",
        "'game.jsonl' is left out: it is no file of answers",
        "'huge.jsonl' is left out: it is larger than 8 MB",
        "'link.jsonl' is left out: it is no plain file",
        "'pipe.jsonl' is left out: it is no plain file",
    ]


@given(st.sampled_from(FORMULA), st.text(max_size=20), st.integers(0, 2))
def test_no_cell_is_a_formula(sign: str, rest: str, blanks: int) -> None:
    words = " " * blanks + sign + rest
    one = Answer("aaaa-aaaa", words, "text", words, words, words, clean_words(words), None, -1, words)
    content = csv_bytes([Row((one,), (words,))]).decode("utf-8-sig")
    (row,) = list(csv.reader(io.StringIO(content, newline="")))[1:]
    assert [cell for cell in row if cell.lstrip(" ").startswith(FORMULA) and cell != "-1"] == []


def test_a_question_that_writes_is_a_file_that_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from musenb.lessons import record
    from musenb.lessons.question import Question

    monkeypatch.setenv(record.VARIABLE, str(tmp_path))
    record._open.clear()
    question = Question("t", "Why?")
    question.answer('=HYPERLINK("x")\nnext')
    (path,) = tmp_path.glob("*.jsonl")
    assert len(list(read_answers(path))) == 1
    (row,) = table(gather(tmp_path))
    assert row["answer"] == '\'=HYPERLINK("x")\nnext'


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "class", "aaaa-aaaa", {})
    out = tmp_path / "answers.csv"
    assert main(["gather", str(tmp_path / "class"), "-o", str(out)]) == 0
    assert out.read_bytes().count(b"\n") == 2
    assert capsys.readouterr().out.startswith("1 student, 1 file\n")
    path.write_bytes(path.read_bytes() + b"x\n")
    assert main(["gather", str(tmp_path / "class")]) == 1
    assert capsys.readouterr().err == f"musenb: '{path.name}' line 3 is lost: it is not a line of a file of answers\n"


def test_what_cannot_be_gathered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(LoadError, match="there is no file of answers"):
        gather(tmp_path)
    with pytest.raises(LoadError, match="is no folder"):
        gather(tmp_path / "missing")
    assert main(["gather", str(tmp_path), "-o", str(tmp_path / "x.xlsx")]) == 2
    assert "the suffix '.xlsx' is none of .csv" in capsys.readouterr().err


@pytest.mark.parametrize(("shown", "told"), [("A♭4", "A♭4"), ("G#4", "G#4"), ("A4", "G♯4"), ("=1+1", "G♯4")])
def test_a_pitch_is_told_as_the_student_saw_it_if_that_is_its_name(shown: str, told: str) -> None:
    one = Answer("s", "9-f", "note", "Which?", "68", shown, "", None, 0)
    lines = csv_bytes([Row((one,), ("f",))]).decode("utf-8-sig")
    assert f",{told}," in lines

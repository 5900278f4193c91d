"""A question writes answers down, finds them again after a restart, and refuses what is no answer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from musenb.errors import SettingError
from musenb.lessons import record
from musenb.lessons.question import Question
from musenb.score.from_text import score_from_text


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of one's own, in a kernel that has just been started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(record.VARIABLE, raising=False)
    restart()
    return tmp_path


def restart() -> None:
    record._open.clear()


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("musenb-answers-*.jsonl"))


def choice(**settings: Any) -> Question:
    return Question("1-a", "Which way?", options=["up", "down"], **settings)


def test_nothing_is_written_before_the_first_answer(folder: Path) -> None:
    choice()
    assert list(folder.iterdir()) == []


def test_an_answer_is_there_after_a_restart_and_its_history_too(folder: Path) -> None:
    question = choice(right="up", reveal="Look at bar 2.")
    assert (question.told, question.verdict) == ("", "")
    question.answer("down")
    assert (question.told, question.verdict) == ("The answer is: up. Look at bar 2.", "wrong")
    question.answer("up")
    restart()
    again = choice(right="up", reveal="Look at bar 2.")
    assert (again.given, again.changes, again.verdict) == ("up", 2, "right")
    assert [(one.answer, one.right) for one in again.history] == [("down", False), ("up", True)]
    assert again.kept == f"kept in {files(folder)[0].name}"
    assert len(files(folder)) == 1


def test_another_kernel_of_the_folder_writes_into_the_same_file(folder: Path) -> None:
    one, other = record.Answers(folder), record.Answers(folder)
    told = {"question": "q", "kind": "text", "ask": "", "shown": "x", "why": "", "right": None, "seed": 0}
    one.add(answer="first", **told)
    other.add(answer="second", **told)
    (path,) = files(folder)
    assert [line.answer for line in record.read_answers(path)] == ["first", "second"]
    assert one.code == other.code


def test_a_torn_line_costs_no_other(folder: Path) -> None:
    choice().answer("up")
    (path,) = files(folder)
    with path.open("ab") as file:
        file.write(b'{"sum":"0123')
    restart()
    choice().answer("down")
    found = list(record.read_answers(path))
    assert [one.answer for one in found if isinstance(one, record.Answer)] == ["up", "down"]
    fault = record.Fault(3, "it is not a line of a file of answers")
    assert [one for one in found if isinstance(one, record.Fault)] == [fault]


def test_a_folder_of_many_students_is_nobodys(folder: Path) -> None:
    choice().answer("up")
    (path,) = files(folder)
    (folder / record.MARKER).unlink()
    (folder / record.NAME.format("aaaa-bbbb")).write_bytes(path.read_bytes())
    restart()
    assert choice().given == ""


def test_the_only_file_of_a_folder_is_the_students_own(folder: Path) -> None:
    choice().answer("up")
    (folder / record.MARKER).unlink()
    restart()
    assert choice().given == "up"


def test_without_room_the_answer_stays_in_memory_and_in_the_file_to_hand_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = choice()
    question.answer("up")
    real = record.os.open

    def full(path: Any, flags: int, *rest: int) -> int:
        if str(path).endswith(".jsonl"):
            raise OSError(28, "No space left on device")
        return real(path, flags, *rest)

    monkeypatch.setattr(record.os, "open", full)
    question.answer("down")
    assert question.kept.startswith("only in memory: No space left on device. Save the file")
    assert question.given == "down"
    assert record.answers_here().content().count(b'"kind":"answer"') == 2
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    question.answer("up")
    assert [one.answer for one in record.read_answers(files(folder)[0])] == ["up", "down", "up"]


def test_the_folder_can_be_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(record.VARIABLE, str(folder / "handed" / "in"))
    choice().answer("up")
    assert len(files(folder / "handed" / "in")) == 1
    assert files(folder) == []


def test_a_note_is_a_pitch(folder: Path) -> None:
    question = Question("n", "Next?", kind="note", score=score_from_text("C4 D4 E4"), right="F#4")
    assert (question.low, question.high) == (48, 72)
    question.answer("F4")
    assert (question.given, question.verdict, question.told) == ("65", "wrong", "The answer is: F♯4.")
    question.answer(66)
    assert question.verdict == "right"
    with pytest.raises(SettingError, match="'H9' is no pitch, such as 61"):
        question.answer("H9")
    with pytest.raises(SettingError, match="'130' is no pitch"):
        question.answer(130)


def test_takes_stand_in_an_order_of_the_seed_and_are_written_by_name() -> None:
    takes = {name: score_from_text(f"C4 {note}4") for name, note in zip("wxyz", "DEFG", strict=True)}
    orders = {tuple(Question("c", "Bach?", takes=takes, seed=seed)._takes.values()) for seed in range(20)}
    assert len(orders) > 5
    question = Question("c", "Bach?", takes=takes, right="y", seed=3)
    assert [one["label"] for one in question.music] == list("ABCD")
    letter = next(letter for letter, name in question._takes.items() if name == "y")
    assert "y is" not in question.describe() + question.told
    question.answer(letter, why="the leading note")
    assert (question.history[0].answer, question.history[0].shown, question.given) == ("y", letter, letter)
    assert question.told.startswith("That is right.")
    assert question.history[0].seed == 3


def test_the_page_gives_an_answer_and_hands_over_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(Question, "send", lambda self, content, buffers=None: sent.append((content, buffers)))
    question = choice()
    question._receive(None, {"kind": "answer", "answer": "sideways", "why": ""}, [])
    assert question.error == "question '1-a': 'sideways' is none of 'up', 'down'"
    question._receive(None, {"kind": "answer", "answer": "up", "why": "so"}, [])
    assert (question.error, question.given, question.given_why) == ("", "up", "so")
    question._receive(None, {"kind": "answers"}, [])
    ((message, (content,)),) = sent
    (path,) = files(folder)
    assert (message["name"], content) == (path.name, path.read_bytes())


def test_words_keep_their_lines_and_lose_controls() -> None:
    question = Question("t", "Why?")
    question.answer("first\r\n  second\x1b[31m\u202e")
    assert question.given == "first\n  second[31m"
    with pytest.raises(SettingError, match="there are no words"):
        question.answer(" \u202e ")


def test_an_answer_to_a_question_that_was_changed_is_history() -> None:
    choice().answer("down")
    restart()
    question = Question("1-a", "Which way?", options=["up", "left"])
    assert (question.given, len(question.history)) == ("", 1)


def test_a_page_without_kernel_is_not_answered_and_knows_the_solution() -> None:
    question = choice(right="up", reveal="Look.")
    question.answer("down")
    state = question.page_state()
    assert {name: state[name] for name in ("given", "kept", "live", "solution", "told")} == {
        "given": "", "kept": "", "live": False, "solution": "up", "told": "Look.",
    }
    json.dumps({name: value for name, value in state.items() if name != "music"})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "essay"}, "a question of kind 'essay': it is one of choice, text, note, compare"),
        ({"kind": "choice"}, r"question 'k' needs 2..12 different options, not \[\]"),
        ({"options": ["a", "a"]}, r"needs 2..12 different options"),
        ({"kind": "note", "options": ["a", "b"]}, "of kind 'note' takes no options"),
        ({"takes": [score_from_text("C4 D4")]}, r"compares 1 takes: 2..4 are needed"),
        ({"takes": {"A": score_from_text("C4 D4"), "x": score_from_text("C4 E4")}}, "none of them a letter"),
        ({"options": ["a", "b"], "right": "c"}, "question 'k': right: 'c' is none of 'a', 'b'"),
        ({"right": "c"}, "of kind 'text' has no right answer"),
        ({"colour": "red"}, "Question has no setting 'colour'; it takes clock, layout, reveal, right, seed, why"),
    ],
)
def test_parts_that_make_no_question(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Question("k", "Why?", **settings)


def test_a_question_needs_words() -> None:
    with pytest.raises(SettingError, match="needs a key and words to ask"):
        Question("k", " ")


def test_the_questions_of_the_page_for_schools_can_be_asked() -> None:
    page = Path(__file__).resolve().parents[2] / "tutorials" / "schools.md"
    (code,) = re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    exec(compile(code, str(page), "exec"), {})
    assert len(re.findall(r"musenb\.Question\(", code)) == 4


def test_a_pitch_is_called_as_the_key_of_the_music_has_it() -> None:
    flat = Question("9-f", "Which note comes?", kind="note", score=score_from_text("Ab4 Bb4 C5 Db5 | Eb5 Db5 C5 Bb4"))
    flat.answer(68)
    assert flat.history[-1].shown == "A♭4"
    assert "Answered: A♭4" in flat.describe()
    sharp = Question("9-s", "Which note comes?", kind="note", score=score_from_text("E5 F#5 G#5 A5 | B5 A5 G#5 E5"))
    sharp.answer(68)
    assert sharp.history[-1].shown == "G♯4"

"""Question widget of a notebook: the student answers before looking, and the answer is written down."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import traitlets

from musenb.errors import MusenbError, SettingError
from musenb.lessons.record import KINDS, NAME, Answer, answers_here, clean_words
from musenb.score.from_text import score_from_text
from musenb.score.load import load
from musenb.score.note import Score
from musenb.score.plain import plain_text
from musenb.score.spelling import keys_of, spoken_pitch
from musenb.widgets.base import MusenbWidget
from musenb.widgets.notes import pack, piece_of, rows_of
from musenb.widgets.sound import Sounding
from musenb.widgets.wire.question import Heard

MOST_OPTIONS = 12
MOST_TAKES = 4
LETTERS = "ABCD"
CANNOT_TELL = "cannot tell"
_VERDICTS = {True: "right", False: "wrong", None: "told"}
KEYS = (48, 84)  # without music to tell which are needed


class Question(Sounding, MusenbWidget, bundle="question"):
    """A question whose answers are kept in one file a student.

    Parameters
    ----------
    key : str
        Names the question in the file and in the teacher's table, such as '3-b'; unique in a lesson.
    ask : str
        The question, in words.
    kind : 'choice', 'text', 'note' or 'compare', optional
        By default 'choice' with options, 'compare' with takes, else 'text'. 'note' is answered on piano keys.
    options : sequence of str
        What is to be chosen from, 2..12.
    takes : mapping of str to music, or sequence of music
        2..4 to compare by ear. The student sees A, B, ... in an order drawn from `seed`; the names are what is written
        down. Music is a score, a take, or what `musenb.load` reads.
    score : music, optional
        What can be heard beside the question; for 'note' the music before the note.
    **settings
        `right`: the right answer (an option, a take's name, a pitch as 61 or 'C#4'); `reveal`: words shown once there
        is an answer; `why`: True asks for a reason too; `seed` (default 0), written down with the answer.

    Attributes
    ----------
    history : tuple of Answer
        All answers to this question, the earliest first.

    Raises
    ------
    SettingError
        The parts do not make a question of this kind.

    Notes
    -----
    The file is `musenb-answers-CODE.jsonl` beside the notebook, or in the folder that MUSENB_ANSWERS names. CODE is
    drawn at random. An answer may be changed; the earlier ones stay in the file. `musenb gather` makes a table of many.
    """

    _MINE: ClassVar = MusenbWidget._MINE | frozenset(
        "engine key ask kind options music low high given given_why changes kept kept_at draft draft_why verdict told"
        " live solution".split()
    )

    key = traitlets.Unicode().tag(sync=True)
    ask = traitlets.Unicode().tag(sync=True)
    kind = traitlets.Enum(KINDS, "text").tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    music = traitlets.List(help="what can be heard: label, note table, piece").tag(sync=True)
    low = traitlets.Int(KEYS[0], help="the lowest key of a predicted note").tag(sync=True)
    high = traitlets.Int(KEYS[1]).tag(sync=True)
    why = traitlets.Bool(False, help="ask for a reason").tag(sync=True)
    given = traitlets.Unicode(help="the answer that is kept").tag(sync=True)
    given_why = traitlets.Unicode().tag(sync=True)
    changes = traitlets.Int(0, help="how often it was given").tag(sync=True)
    kept = traitlets.Unicode(help="where, in words").tag(sync=True)
    kept_at = traitlets.Unicode(help="when, UTC").tag(sync=True)
    draft = traitlets.Unicode(help="an answer that is not kept yet").tag(sync=True, echo_update=False)
    draft_why = traitlets.Unicode().tag(sync=True, echo_update=False)
    verdict = traitlets.Enum(("", "right", "wrong", "told"), "").tag(sync=True)
    told = traitlets.Unicode(help="shown once there is an answer").tag(sync=True)
    live = traitlets.Bool(True).tag(sync=True)
    solution = traitlets.Unicode(help="for a page without kernel").tag(sync=True)

    right = traitlets.Any(None, help="the right answer")
    reveal = traitlets.Unicode(help="words to show once there is an answer")
    seed = traitlets.Int(0, min=0, help="of the order of takes")

    def __init__(
        self, key: str, ask: str, *, kind: str = "", options: Sequence[str] = (),
        takes: Mapping[str, Any] | Sequence[Any] = (), score: Any = None, **settings: Any,
    ) -> None:
        self.history: tuple[Answer, ...] = ()
        self._takes: dict[str, str] = {}
        usual = "choice" if options else "text"
        chosen = kind or ("compare" if takes else usual)
        if chosen not in KINDS:
            raise SettingError(f"a question of kind {kind!r}: it is one of {', '.join(KINDS)}")
        if not plain_text(str(key)) or not str(ask).strip():
            raise SettingError(f"question {key!r} needs a key and words to ask: Question('1-a', 'What comes next?')")
        where = f"question {key!r}"
        labels = _checked_options(where, chosen, options)
        scores = _checked_takes(where, chosen, takes, settings.get("seed", 0))
        if chosen == "compare":
            self._takes = dict(zip(LETTERS, scores, strict=False))
            labels = [*self._takes, CANNOT_TELL]
        heard = list(zip(LETTERS, scores.values(), strict=False))
        if score is not None:
            heard = [("the music so far" if chosen == "note" else "the music", _score_of(score)), *heard]
        low, high = _keys_for([one for _, one in heard])
        self._home = keys_of(heard[0][1])[0] if heard else None
        # Before the page hears of the widget: it draws a question once, and may do so before a second message comes.
        self.key, self.ask = plain_text(str(key)), clean_words(str(ask))
        self.kind, self.options = chosen, labels
        self.low, self.high = low, high
        self.music = [_music_row(name, one) for name, one in heard]
        super().__init__(**settings)
        self._solution = None if self.right is None else self._read(self.right, f"{where}: right")
        if chosen == "text" and self.right is not None:
            raise SettingError(f"{where} of kind 'text' has no right answer; use reveal for words to show afterwards")
        self._look_back()

    def answer(self, answer: str | int, *, why: str = "") -> None:
        """Write an answer down, as if it were given on the page.

        Parameters
        ----------
        answer : str or int
            An option, words, a pitch (61 or 'C#4'), or the letter or name of a take.
        why : str
            The reason, where one is asked for.

        Raises
        ------
        SettingError
            It is no answer to this question.
        """
        plain, shown = self._read(answer, f"question {self.key!r}")
        right = None if self._solution is None else plain == self._solution[0]
        found = answers_here().add(
            question=self.key,
            kind=self.kind,
            ask=self.ask,
            answer=plain,
            shown=shown,
            why=clean_words(str(why)),
            right=right,
            seed=self.seed,
        )
        self.history = (*self.history, found)
        self._show(found)

    def _read(self, answer: Any, where: str) -> tuple[str, str]:
        """Return an answer as it is written down and as it is shown."""
        if self.kind == "note":
            pitch = _pitch_of(answer, where)
            return str(pitch), spoken_pitch(pitch, self._home)
        words = clean_words(str(answer))
        if self.kind == "text":
            if not words:
                raise SettingError(f"{where}: there are no words in the answer")
            return words, words
        if self.kind == "choice":
            if words not in self.options:
                raise SettingError(f"{where}: {words!r} is none of {', '.join(map(repr, self.options))}")
            return words, words
        by_name = {name: name for name in self._takes.values()}
        letters = {CANNOT_TELL: CANNOT_TELL, **self._takes, **by_name}
        if words not in letters:
            raise SettingError(f"{where}: {words!r} is none of {', '.join(self.options)}")
        name = letters[words]
        fitting = (letter for letter, one in self._takes.items() if one == name)
        return name, next(fitting, CANNOT_TELL)

    def _look_back(self) -> None:
        """Show what was answered before the kernel was started, or the page loaded."""
        self.history = answers_here().of(self.key, self.kind)
        for found in reversed(self.history):
            try:
                self._read(found.answer, "")
            except SettingError:
                continue  # it was an answer to a question that has been changed since
            self._show(found)
            return
        self.refresh_description()

    def _show(self, found: Answer) -> None:
        answers = answers_here()
        place = f"only in memory: {answers.reason}. Save the file before you close the notebook"
        if answers.path and not answers.reason:
            place = f"kept in {NAME.format(answers.code)}"
        with self.hold_sync():
            self.given = found.shown if self.kind == "compare" else found.answer
            self.given_why, self.changes = found.why, len(self.history)
            self.kept, self.kept_at = place, found.at
            self.draft = self.draft_why = self.error = ""
            self.told = self._told(right=found.right)
            self.verdict = _VERDICTS[found.right]
        self.refresh_description()

    def _told(self, *, right: bool | None) -> str:
        """Return what is shown once there is an answer."""
        parts = []
        if right is not None and self._solution is not None:
            parts.append("That is right." if right else f"The answer is: {_ended(self._solution[1])}")
        if self.kind == "compare":
            parts.append(", ".join(f"{letter} is {name}" for letter, name in self._takes.items()) + ".")
        if self.reveal:
            parts.append(clean_words(self.reveal))
        return " ".join(parts)

    # The page

    def on_message(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """Write an answer down, or hand over the file."""
        if message["kind"] == "answer":
            self.answer(str(message["answer"]), why=str(message.get("why", "")))
        elif message["kind"] == "answers":
            answers = answers_here()
            content = answers.content()
            self.send({"kind": "answers", "name": NAME.format(answers.code)}, [content])
        else:
            super().on_message(message, buffers)

    def page_state(self, *, edition: int = 1) -> dict[str, Any]:
        """Return the state for a page without a kernel: nothing is given yet, and the page knows the solution."""
        state = super().page_state(edition=edition)
        solution = "" if self._solution is None else self._solution[self.kind == "compare"]
        told = self._told(right=None)
        empty = dict.fromkeys(("given", "given_why", "kept", "kept_at", "draft", "draft_why", "verdict"), "")
        return {**state, **empty, "changes": 0, "live": False, "solution": solution, "told": told}

    def describe(self) -> str:
        """Return the question, what can be chosen, and what was answered."""
        options = f" Options: {_ended('; '.join(self.options))}" if self.options else ""
        answered = "Not answered yet."
        if self.given:
            shown = plain_text(self.given)
            if self.kind == "note":
                shown = spoken_pitch(int(self.given), self._home)
            answered = f"Answered: {_ended(shown)} {self.told}".strip()
        return f"Question {self.key}: {plain_text(self.ask)}{options} {answered}"


def _music_row(label: str, score: Score) -> Heard:
    return Heard(label=label, notes=pack(rows_of(score)), piece=piece_of(score))


def _ended(sentence: str) -> str:
    """Return a sentence with one sign at its end."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _checked_options(where: str, kind: str, options: Sequence[str]) -> list[str]:
    labels = [clean_words(str(option), 500) for option in options]
    if kind != "choice":
        if labels:
            raise SettingError(f"{where} of kind {kind!r} takes no options")
        return []
    alike = len(set(labels)) < len(labels)
    if not 2 <= len(labels) <= MOST_OPTIONS or alike or "" in labels:
        raise SettingError(f"{where} needs 2..{MOST_OPTIONS} different options, not {labels}")
    return labels


def _checked_takes(where: str, kind: str, takes: Mapping[str, Any] | Sequence[Any], seed: int) -> dict[str, Score]:
    """Return the takes by name in the order in which they are heard."""
    if isinstance(takes, Mapping):
        named = dict(takes)
    else:
        named = {f"take {number}": take for number, take in enumerate(takes, start=1)}
    if kind != "compare":
        if named:
            raise SettingError(f"{where} of kind {kind!r} takes no takes")
        return {}
    if not 2 <= len(named) <= MOST_TAKES:
        raise SettingError(f"{where} compares {len(named)} takes: 2..{MOST_TAKES} are needed")
    names = [plain_text(str(name)) for name in named]
    taken = (*LETTERS, CANNOT_TELL, "")
    if len({*names, *taken}) < len(names) + len(taken):
        raise SettingError(f"{where}: the takes need different names, none of them a letter {', '.join(LETTERS)}")
    ordered = list(zip(names, named.values(), strict=True))
    random.Random(f"{seed}:{where}").shuffle(ordered)
    return {name: _score_of(music) for name, music in ordered}


def _score_of(music: Any) -> Score:
    held = getattr(music, "score", music)
    return held if isinstance(held, Score) else load(held)


def _keys_for(scores: Sequence[Score]) -> tuple[int, int]:
    """Return the lowest and highest key that are shown: those of the music and half an octave more, whole octaves."""
    pitches = [note.pitch for score in scores for note in score.notes]
    if not pitches:
        return KEYS
    low = (min(pitches) - 6) // 12 * 12
    high = math.ceil((max(pitches) + 6) / 12) * 12
    return max(0, low), min(120, max(high, low + 24))


def _pitch_of(answer: Any, where: str) -> int:
    words = str(answer).strip()
    try:
        plain = words.replace("♯", "#").replace("♭", "b")
        pitch = int(words) if words.isdecimal() else score_from_text(plain).notes[0].pitch
    except (MusenbError, IndexError):
        pitch = -1
    if not 0 <= pitch <= 127:
        raise SettingError(f"{where}: {words!r} is no pitch, such as 61 or 'C#4'") from None
    return pitch

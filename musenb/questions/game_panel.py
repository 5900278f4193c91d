"""Prediction game panel of a notebook: score, record, and the results of a class.

    musenb.ask(musenb.load("corpus:bwv66.6")).game(seed=7)
    musenb.ask(take).game(voice="bass", rounds=5, student="Ada")
    musenb.ask(score).game(voice=None, chord=4)               # whole chords

What is pressed in the page is done by one thread, so that neither a running cell nor the page waits for the model.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musenb.analysis.chorale.guesses import count_model
from musenb.errors import SaveError
from musenb.questions.answers import Answers
from musenb.questions.game import Game, Reveal, Round
from musenb.questions.game_record import PLAYERS, class_table, format_table, read_session
from musenb.score.note import KeySignature, Score
from musenb.score.spelling import keys_of, spoken_pitch
from musenb.widgets.kept import Panelled, show_kept
from musenb.widgets.wire.game import AnswerRow, ClassRow, GamePlayer, RangeRow, RevealRow, RoundRow
from musenb.widgets.wire.units import MidiPitch, Quarters
from musenb.widgets.worker import Worker

if TYPE_CHECKING:
    import ipywidgets

    from musenb.widgets.game import GameView

MOST_FILES = 99
PICTURES = ("image/svg+xml", "image/png")
PERSONS = {"student": "you", "model": "the model", "counts": "the count model"}
SHOWN: tuple[GamePlayer, ...] = ("composer", "student", "model", "counts")
TITLES = {
    "composer": "What stands in the piece", "student": "What you said", "model": "What the Transformer held likeliest",
    "counts": "What a model held likeliest that only counts what came before what",
}


class GamePanel(Panelled):
    """A game that is played in a notebook; as the last line of a cell it is shown.

    Parameters
    ----------
    ask : Answers
    record : path or None
        Where answers are kept: a file, or a folder for one named after piece, seed and student; '': the working folder.
        None: nowhere.
    **settings
        As `Game` takes them.

    Attributes
    ----------
    game : Game
    keys : tuple of KeySignature
        Of the whole piece: pitches are named by the first.
    view : GameView
    panel : ipywidgets.VBox
    """

    def __init__(self, ask: Answers, *, record: str | os.PathLike[str] | None = "", **settings: Any) -> None:
        self.game, self.recorded = _recorded_game(ask, record, settings)
        self.keys = keys_of(ask.piece.score)
        self.current = self.next or 0

    # What is played

    def answer(self, guess: Any, confidence: float | None = None) -> Reveal:
        """Answer the round that is shown, as the page does, and return what all said."""
        found = self.game.answer(self.current, guess, confidence)
        if "view" in vars(self):
            self._show()
        return found

    def result(self) -> str:
        """Return how the game stands: what each player named rightly, and bits a note."""
        found = self.game.answers.values()
        asked = sum(len(reveal.composer) for reveal in found)
        if not asked:
            return ""
        scores = [
            f"{PERSONS[player]} {sum(reveal.hits[player] for reveal in found)} of {asked} right, "
            f"{sum(reveal.bits[player] for reveal in found) / asked:.1f} bits a note"
            for player in PLAYERS
        ]
        rounds = f"{len(found)} of {len(self.game.rounds)} rounds"
        return f"{rounds}: {'; '.join(scores)}. Even guessing costs {self.game.even:.1f} bits."

    def sessions(self) -> list[Path]:
        """Return the recorded sessions of this game in the record's folder: the same piece, seed and rounds."""
        if self.game.path is None:
            return []
        found = []
        for path in sorted(self.game.path.parent.glob("*.jsonl")):
            try:
                header = read_session(path)[0]
            except (SaveError, OSError, UnicodeError):
                continue
            if same_game(header, self.game.header):
                found.append(path)
        return found

    def class_result(self, sessions: Iterable[str | os.PathLike[str]] | None = None) -> str:
        """Return the results of a class as a table; of the sessions of this game in the record's folder by default."""
        return format_table(class_table(self.sessions() if sessions is None else sessions), self.game.even)

    # What the page asks for

    def guess(self, number: int, pitches: Sequence[int], confidence: float | None) -> None:
        """Take an answer from the page."""
        self.view.busy = True

        def take() -> None:
            try:
                if number not in self.game.answers:
                    voices = self.game.rounds[number].voices
                    self.game.answer(number, dict(zip(voices, pitches, strict=True)), confidence)
                self._show()
            finally:
                self.view.busy = False

        self._queue(take)

    def go(self, number: int) -> None:
        """Show another round: one that was answered, or the next; those after it would tell what comes."""
        if number == self.current:
            return
        if number in self.game.answers or number == self.next:
            self.current = number
        self._queue(self._show)

    @property
    def next(self) -> int | None:
        """The first round that is not answered; None when all are."""
        answered = self.game.answers
        left = (place.number for place in self.game.rounds if place.number not in answered)
        return next(left, None)

    def gather_class(self) -> None:
        """Show the results of the class in the page."""
        self._queue(lambda: self.view.show_class(class_rows(self.sessions())))

    def _queue(self, job: Callable[[], object]) -> None:
        self._worker.do(job)

    @cached_property
    def _worker(self) -> Worker:
        return Worker(self.view, name="game")

    # What is seen

    @cached_property
    def view(self) -> GameView:
        """The game without the score beside it."""
        from musenb.widgets.game import GameView

        view = GameView(None, self, current=self.current)
        asked = list(dict.fromkeys(voice for place in self.game.rounds for voice in place.voices))
        ranges = [RangeRow(voice, *self._range(voice)) for voice in asked]
        view.show(ranges=ranges, even=self.game.even, recorded=self.recorded)
        return view

    @cached_property
    def panel(self) -> ipywidgets.VBox:
        """The game, and the score as far as it may be seen, on one clock."""
        import ipywidgets

        from musenb.widgets.sheet import Sheet

        self._sheet = Sheet(clock=self.view)
        self._show()
        self._queue(lambda: (count_model(), self.game.ask.reading.log_probs))  # ready before the first answer
        return ipywidgets.VBox([self.view, self._sheet], layout=ipywidgets.Layout(width="100%"))

    def _show(self) -> None:
        """Bring the views in line with the game."""
        score = self.heard(self.current)
        rows = [round_row(self.game.ask.piece.score, place) for place in self.game.rounds]
        answers = self.game.answers
        reveals = [self._reveal_row(answers[number]) for number in sorted(answers)]
        named = dataclasses.replace(score, keys=self.keys)  # not by what of the piece may be heard
        result = self.result()
        self.view.show_round(named, rounds=rows, reveals=reveals, current=self.current, result=result)
        if "_sheet" in vars(self):
            self._sheet.show_score(score)

    def heard(self, number: int) -> Score:
        """Return the music that may be heard in a round: up to it, and what was asked for once it is answered."""
        place, score = self.game.rounds[number], self.game.ask.piece.score
        if number not in self.game.answers:
            return self.game.heard(number)
        stop = max(note.note.end for note in self.game.notes(place).values())
        later = [other for other in self.game.rounds if other.onset > place.onset]
        ahead = [other.onset for other in later if other.number not in self.game.answers]
        return score.cut(Fraction(0), min([stop, *ahead]))

    def author(self, place: Round) -> str:
        """Return whose notes are asked for in a round: the composer's, or the piece's where a model wrote some."""
        written = any(note.note.origin.generated for note in self.game.notes(place).values())
        return "the piece" if written else "the composer"

    def _reveal_row(self, found: Reveal) -> RevealRow:
        place, author = found.round, self.author(found.round)
        said = {"composer": found.composer, **found.guesses}
        bits = {"composer": 0.0, **found.bits}
        hits = {"composer": len(place.voices), **found.hits}
        names = {"composer": author, **PERSONS}
        answers = []
        for player in SHOWN:
            pitches = [MidiPitch(said[player][voice]) for voice in place.voices]
            who = stands(author) if player == "composer" else f"{names[player]} said"
            row = AnswerRow(
                player,
                pitches,
                bits[player],
                hits[player],
                names[player],
                TITLES[player],
                spoken_all(place, said[player], self.keys[0]),
                f"Hear what {who}",
            )
            answers.append(row)
        others = [one for one in self.game.ask.notes if one.voice_name not in place.voices]
        sounding = [one.note for one in others if one.note.onset <= place.onset < one.note.end]
        under = [MidiPitch(note.pitch) for note in sounding]
        ids = [note.id for note in self.game.notes(place).values()]
        sure = -1.0 if found.confidence is None else found.confidence
        even = f"{self.game.even * len(place.voices):.1f}"
        surprised = f"Bits: how surprised each was by what {stands(author)}."
        figures = f"{surprised} 0 is no surprise, {even} is what even guessing costs."
        words = reveal_words(found, self.keys[0], author)
        return RevealRow(place.number, answers, under, ids, sure, words, figures)

    def _range(self, voice: str) -> tuple[MidiPitch, MidiPitch]:
        """Return lowest and highest of what a voice is asked for: its usual range and what it has in the piece."""
        low, high = self.game.ranges[voice]
        mine = [one.note.pitch for one in self.game.ask.notes if one.voice_name == voice]
        pitches = self.game.ask.piece.pitches
        lowest = max(pitches[0], min([low, *mine]))
        highest = min(pitches[-1], max([high, *mine]))
        return MidiPitch(lowest), MidiPitch(highest)

    def _ipython_display_(self) -> None:
        """Show the panel and, behind it, the picture that a notebook keeps."""
        show_kept(self, self.panel, self._sheet)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show the panel; where widgets do not run, what the game says and the score so far."""
        shown = self.panel._repr_mimebundle_(**kwargs)
        data, metadata = shown if isinstance(shown, tuple) else (shown or {}, {})
        stand_in = self._sheet._repr_mimebundle_(**kwargs)
        if stand_in is not None:
            pictures = stand_in[0]
            data = data | {kind: pictures[kind] for kind in PICTURES if kind in pictures}
        return data | {"text/plain": repr(self)}, metadata

    def __repr__(self) -> str:
        """Return the rounds and how it stands."""
        return f"<musenb game of {len(self.game.rounds)} rounds: {self.result() or 'not begun'}>"

    def close(self) -> None:
        """End the views and the thread."""
        if "_worker" in vars(self):
            self._worker.close(finish=True)
        if "panel" in vars(self):
            for view in (*self.panel.children, self.panel.layout, self.panel):
                view.close()
        elif "view" in vars(self):
            self.view.close()


def _recorded_game(
    ask: Answers, record: str | os.PathLike[str] | None, settings: dict[str, Any]
) -> tuple[Game, str]:
    """Return a game and where it is kept, in words; one in a file of its own name goes on."""
    if record is None:
        return Game(ask, **settings), "Not recorded."
    folder = Path(record)
    if not folder.is_dir():
        return Game(ask, record=record, **settings), _kept(Path(record))
    score = ask.piece.score
    seed, student = settings.get("seed", 0), settings.get("student", "")
    title = score.title or score.source or "piece"
    stem = re.sub(r"[^\w.-]+", "-", f"game-{title}-{seed}-{student}").strip("-.")[:80]
    for number in range(1, MOST_FILES):
        suffix = "" if number == 1 else f"-{number}"
        path = folder / f"{stem}{suffix}.jsonl"
        try:
            return Game(ask, record=path, **settings), _kept(path)
        except SaveError as error:
            if not path.exists() or not os.access(path, os.W_OK):
                return Game(ask, **settings), f"Not recorded: {error}."
    return Game(ask, **settings), f"Not recorded: there are too many files named '{stem}'."


def _kept(path: Path) -> str:
    return f"Every answer is kept in '{path.name}': opened again, the game goes on."


def round_row(score: Score, place: Round) -> RoundRow:
    """Return a round as the page takes it."""
    bar = next(bar for bar in score.bars() if bar.onset <= place.onset < bar.end)
    beat = (place.onset - bar.first_beat) / bar.metre.beat_length + 1
    name = f"bar {bar.number}" if bar.number else "upbeat"
    return RoundRow(Quarters(float(place.onset)), f"{name}, beat {float(beat):g}", list(place.voices))


def stands(author: str) -> str:
    """Return that someone's notes stand in the piece: 'the composer wrote', 'the piece has'."""
    return f"{author} {'has' if author == 'the piece' else 'wrote'}"


def spoken_all(place: Round, pitches: dict[str, int], key: KeySignature | None) -> str:
    """Return the pitches of a round as they are called in a key: 'C5 G4'."""
    return " ".join(spoken_pitch(pitches[voice], key) for voice in place.voices)


def reveal_words(found: Reveal, key: KeySignature | None = None, author: str = "the composer") -> str:
    """Return what all said in a round as sentences, pitches as they are called in a key."""
    place, count = found.round, len(found.round.voices)
    hits = found.hits["student"]
    right = f"{hits} of {count} right"
    if hits in (0, count):
        right = "right" if hits else "not it"
    theirs = spoken_all(place, found.composer, key)
    yours = spoken_all(place, found.guesses["student"], key)
    parts = [f"{stands(author).capitalize()} {theirs}; you said {yours}: {right}"]
    for player in ("model", "counts"):
        parts.append(f"{PERSONS[player]} would have said {spoken_all(place, found.guesses[player], key)}")
    bits = ", ".join(f"{name} {found.bits[player]:.1f}" for player, name in PERSONS.items())
    return f"{'; '.join(parts)}. In bits: {bits}."


def class_rows(sessions: Iterable[str | os.PathLike[str]]) -> list[ClassRow]:
    """Return the results of recorded sessions as the page takes them."""
    rows = []
    for row in class_table(sessions):
        sure = "" if math.isnan(row.confidence) else f"{row.confidence:.0%}"
        bits = [row.bits[player] for player in PLAYERS]
        name = row.student or "(no name)"
        rows.append(ClassRow(name, row.answered, row.hits, row.asked, sure, *bits))
    return rows


def same_game(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether two headers are of the same game, whoever plays."""
    nobody = {"student": ""}
    return json.dumps(one | nobody, sort_keys=True) == json.dumps(other | nobody, sort_keys=True)

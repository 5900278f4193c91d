"""Predict, then reveal: a piece stops before a note, and student, model and count model say how it goes on.

Rules
-----
- A round stands before a sixteenth in which a voice, or several at once (a chord), begins a note. It is told that notes
  begin there, and in which voices; what is asked is their pitches. Rounds are drawn from a seed.
- Everyone is scored in bits: -log2 of the probability that they gave the composer's pitch, of the PITCHES that the
  grid holds; even guessing costs log2(46) = 5.52. `saved` is what an answer costs less than that. A student's
  confidence is the probability of the pitch that was entered; the rest is spread evenly over the others. USUAL stands
  for a confidence that was not told.
- In a chord, voices are predicted from the highest down; model and count model know the composer's higher voices.
- The count model knows no difference between a held and a repeated note, so the pitch that the voice sounds already
  gets REPEATED of the probability, the share of repeated pitches among the notes of the chorales, and the others the
  rest by their counts. It has counted the canonical training split; a piece in it is no news to it, nor to the model.

A session is one JSON object a line: first the game, then each answer as it is given. `class_table` joins many.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from musenb.analysis.chorale.counts import CountModel, describe
from musenb.analysis.chorale.jsb import load_jsb
from musenb.errors import SaveError, SettingError
from musenb.questions.ask import Questions
from musenb.score.note import Score
from musenb.tokens.chorale.grid import HIGHEST, HOLD, LOWEST, STEP, VOICE_COUNT, VOICES, sounding

PITCHES = HIGHEST - LOWEST + 1
EVEN = math.log2(PITCHES)
USUAL, LEAST, MOST = 0.5, 0.01, 0.99
REPEATED = 0.14  # 13.8 % of 49,783 notes of the training chorales that follow another of their voice without a rest
VERSION = 1
PLAYERS = ("student", "model", "counts")


@lru_cache(maxsize=1)
def count_model() -> CountModel:
    """Return the count model of the canonical chorales: training split counted, weights fitted on validation."""
    splits = load_jsb()
    return CountModel(splits["train"], tune=splits["valid"])


def counted_pitches(counts: CountModel, cells: np.ndarray, step: int, voice: int) -> np.ndarray:
    """Return the probabilities of the pitches LOWEST..HIGHEST for a note that begins, float64 (PITCHES,).

    Parameters
    ----------
    counts : CountModel
    cells : int64 (T, 4)
        The piece in the grid; what stands behind the cell is not looked at.
    step, voice : int
        Where the note begins.
    """
    heard = sounding(cells[: step + 1])
    pitches = np.where((heard >= 0) & (heard < HOLD), heard + LOWEST, -1)
    pitches[step, voice:] = LOWEST
    described = describe(pitches)
    place = step * VOICE_COUNT + voice
    anchor = LOWEST + 128 - int(described["outcome"][place])
    wanted = {name: np.repeat(column[place], PITCHES) for name, column in described.items()}
    wanted["outcome"] = np.arange(LOWEST, HIGHEST + 1) - anchor + 128
    likely = counts.probabilities(wanted)
    before = int(pitches[step - 1, voice]) if step else -1
    if before >= LOWEST:
        likely[before - LOWEST] = 0
        likely *= (1 - REPEATED) / likely.sum()
        likely[before - LOWEST] = REPEATED
    return likely / likely.sum()


@dataclass(frozen=True, slots=True)
class Round:
    """A place before which the piece stops.

    Parameters
    ----------
    number : int
        From 0.
    step : int
        Sixteenths from the beginning.
    voices : tuple of str
        Those that begin a note, from the highest down.
    """

    number: int
    step: int
    voices: tuple[str, ...]

    @property
    def onset(self) -> Fraction:
        """Quarters from the beginning."""
        return self.step * STEP


@dataclass(frozen=True, slots=True)
class Reveal:
    """What all said in a round. Each dict is by voice.

    Parameters
    ----------
    round : Round
    composer : dict of str to int
        MIDI pitches that stand in the piece.
    guesses : dict of str to dict of str to int
        By player, 'student', 'model' and 'counts': the pitch that was entered, or held likeliest.
    bits : dict of str to float
        By player, over all voices of the round.
    confidence : float or None
        As the student told it.
    """

    round: Round
    composer: dict[str, int]
    guesses: dict[str, dict[str, int]]
    bits: dict[str, float]
    confidence: float | None

    @property
    def hits(self) -> dict[str, int]:
        """How many voices each player named rightly."""
        return {
            player: sum(guess.get(voice) == pitch for voice, pitch in self.composer.items())
            for player, guess in self.guesses.items()
        }

    @property
    def saved(self) -> dict[str, float]:
        """Bits that each player's answer costs less than even guessing; below 0 when sure and wrong."""
        return {player: EVEN * len(self.composer) - bits for player, bits in self.bits.items()}


class Game:
    """A seeded session of rounds on one piece.

    Parameters
    ----------
    ask : Questions
        The piece and the model.
    seed : int
        Of the choice of places.
    rounds : int
        At least 1; fewer when the piece has fewer places.
    voice : str or None
        Which voice is predicted; None: the chords in which at least `chord` voices begin together.
    chord : int
        2..4.
    record : path, optional
        Where the session is kept; one that is there and is of the same game goes on.
    student : str

    Raises
    ------
    SettingError
        A setting is outside its range, or the piece has no such place behind its first bar.
    SaveError
        The record cannot be written, or is of another game.
    """

    def __init__(
        self, ask: Questions, *, seed: int = 0, rounds: int = 8, voice: str | None = "soprano", chord: int = 3,
        record: str | os.PathLike[str] | None = None, student: str = "",
    ) -> None:
        if voice is not None and voice not in VOICES:
            raise SettingError(f"voice {voice!r} is none of {', '.join(VOICES)}")
        if rounds < 1 or not 2 <= chord <= VOICE_COUNT:
            raise SettingError(f"{rounds} rounds on chords of {chord}: at least 1 round, and 2..{VOICE_COUNT} voices")
        self.ask, self.student = ask, student
        self.rounds = places_of(ask, seed=seed, rounds=rounds, voice=voice, chord=chord)
        self.answers: dict[int, Reveal] = {}
        self.header = {
            "kind": "game", "version": VERSION, "piece": ask.piece.score.title or ask.piece.score.source,
            "model": Path(ask.model.name).name, "checksum": ask.model.checksum, "seed": seed, "student": student,
            "rounds": [{"step": place.step, "voices": list(place.voices)} for place in self.rounds],
        }
        self.path = None if record is None else Path(record)
        if self.path is not None:
            self._begin(self.path)

    def heard(self, number: int) -> Score:
        """Return the music before a round; notes that sound on are cut there."""
        return self.ask.piece.score.cut(Fraction(0), self._round(number).onset)

    def answer(self, number: int, guess: Mapping[str, int] | int, confidence: float | None = None) -> Reveal:
        """Take a student's answer and return what all said.

        Parameters
        ----------
        number : int
        guess : dict of str to int, or int
            MIDI pitch for each voice of the round; a single pitch for a round of one voice.
        confidence : float, optional
            0..1: how sure the student is of each pitch; counted as at least LEAST and at most MOST.

        Raises
        ------
        SettingError
            The round was answered, a voice is missing, or a value is outside its range.
        """
        place = self._round(number)
        if number in self.answers:
            raise SettingError(f"round {number + 1} is answered already: a prediction comes before the reveal")
        entered = {place.voices[0]: guess} if isinstance(guess, int) and len(place.voices) == 1 else guess
        if not isinstance(entered, Mapping) or set(entered) != set(place.voices):
            asked = ", ".join(place.voices)
            raise SettingError(f"round {number + 1} asks for a pitch of each of {asked}; not {guess!r}")
        for pitch in entered.values():
            if not LOWEST <= pitch <= HIGHEST:
                raise SettingError(f"pitch {pitch} is outside {LOWEST}..{HIGHEST}")
        if confidence is not None and not 0 <= confidence <= 1:
            raise SettingError(f"confidence {confidence} is outside 0..1")
        found = self._reveal(place, dict(entered), confidence)
        self._write({"kind": "answer", **told(found)})
        self.answers[number] = found
        return found

    def _reveal(self, place: Round, entered: dict[str, int], confidence: float | None) -> Reveal:
        cells = self.ask.piece.cells
        sure = min(max(USUAL if confidence is None else confidence, LEAST), MOST)
        composer: dict[str, int] = {}
        guesses: dict[str, dict[str, int]] = {player: {} for player in PLAYERS}
        bits = dict.fromkeys(PLAYERS, 0.0)
        for voice in place.voices:
            row = VOICES.index(voice)
            right = int(cells[place.step, row])
            student = np.full(PITCHES, (1 - sure) / (PITCHES - 1))
            student[entered[voice] - LOWEST] = sure
            scores = self.ask.reading.shares[place.step * VOICE_COUNT + row, :HOLD]
            model = np.exp(scores - scores.max())
            shares = (student, model / model.sum(), counted_pitches(count_model(), cells, place.step, row))
            composer[voice] = right + LOWEST
            for player, likely in zip(PLAYERS, shares, strict=True):
                guesses[player][voice] = int(likely.argmax()) + LOWEST
                bits[player] -= float(np.log2(max(likely[right], 1e-12)))
            guesses["student"][voice] = entered[voice]
        return Reveal(place, composer, guesses, bits, confidence)

    def _round(self, number: int) -> Round:
        if not 0 <= number < len(self.rounds):
            raise SettingError(f"round {number} is outside 0..{len(self.rounds) - 1}")
        return self.rounds[number]

    # The record

    def _begin(self, path: Path) -> None:
        if path.exists() and path.stat().st_size:
            lines = read_session(path)
            if lines[0] != self.header:
                raise SaveError(f"'{path}' holds another game; choose another file to record this one")
            for line in lines[1:]:
                found = reveal_of(line, self.rounds)
                self.answers[found.round.number] = found
            if not path.read_bytes().endswith(b"\n"):  # the last line was cut off
                self._append(path, "\n")
        else:
            self._append(path, json.dumps(self.header) + "\n")

    def _write(self, line: dict[str, Any]) -> None:
        if self.path is not None:
            self._append(self.path, json.dumps(line) + "\n")

    @staticmethod
    def _append(path: Path, text: str) -> None:
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise SaveError(f"cannot record the game in '{path}': {error.strerror}") from None


def places_of(ask: Questions, *, seed: int, rounds: int, voice: str | None, chord: int) -> tuple[Round, ...]:
    """Return `rounds` places drawn from a seed, in the order of time, none in the first bar."""
    begins = ask.piece.cells < HOLD
    first_bar = ask.piece.bars[0]
    later = ask.piece.bars[::VOICE_COUNT] > max(int(first_bar), 1)
    wanted = begins[:, VOICES.index(voice)] if voice is not None else begins.sum(axis=1) >= chord
    steps = np.flatnonzero(wanted & later)
    if not len(steps):
        what = f"the {voice} begins a note" if voice is not None else f"{chord} voices begin together"
        raise SettingError(f"there is no place behind the first bar where {what}")
    drawn = np.random.default_rng(seed).choice(steps, size=min(rounds, len(steps)), replace=False)
    found = []
    for number, step in enumerate(sorted(int(step) for step in drawn)):
        chosen = tuple(name for name, begun in zip(VOICES, begins[step], strict=True) if begun)
        names = chosen if voice is None else (voice,)
        found.append(Round(number, step, names))
    return tuple(found)


def told(found: Reveal) -> dict[str, Any]:
    """Return a reveal as what JSON can hold."""
    values = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
    return values | {"round": found.round.number}


def reveal_of(line: Mapping[str, Any], rounds: Sequence[Round]) -> Reveal:
    """Return the reveal that `told` wrote."""
    return Reveal(
        rounds[line["round"]], dict(line["composer"]), dict(line["guesses"]), dict(line["bits"]), line["confidence"]
    )


def read_session(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """Return the lines of a recorded session; one that was cut off is left out.

    Raises
    ------
    SaveError
        The file is not a recorded session.
    """
    found = []
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    if not found or not isinstance(found[0], dict) or found[0].get("kind") != "game":
        raise SaveError(f"'{os.fsdecode(path)}' is not a recorded game")
    return [line for line in found if line.get("kind") in ("game", "answer")]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """The result of one session.

    Parameters
    ----------
    student : str
    answered, asked, hits : int
        Rounds answered; pitches asked for in them, and named rightly.
    bits : dict of str to float
        Mean bits a pitch, by player.
    confidence : float
        Mean of what was told; not-a-number when nothing was.
    """

    student: str
    answered: int
    asked: int
    hits: int
    bits: dict[str, float]
    confidence: float


def class_table(sessions: Iterable[str | os.PathLike[str]]) -> list[ClassRow]:
    """Return a row for each recorded session that has answers, the cheapest in bits first."""
    rows = []
    for path in sessions:
        header, *lines = read_session(path)
        answers = {line["round"]: line for line in lines}.values()
        asked = sum(len(line["composer"]) for line in answers)
        if not asked:
            continue
        hits = sum(line["guesses"]["student"][v] == pitch for line in answers for v, pitch in line["composer"].items())
        bits = {player: sum(line["bits"][player] for line in answers) / asked for player in PLAYERS}
        sure = [line["confidence"] for line in answers if line["confidence"] is not None]
        mean = sum(sure) / len(sure) if sure else float("nan")
        rows.append(ClassRow(str(header["student"]), len(answers), asked, hits, bits, mean))
    return sorted(rows, key=lambda row: row.bits["student"])


def format_table(rows: Sequence[ClassRow]) -> str:
    """Return a class table as text."""
    lines = [f"{'student':20}{'rounds':>8}{'right':>10}{'sure':>7}{'bits':>8}{'model':>8}{'counts':>8}"]
    for row in rows:
        sure = "" if math.isnan(row.confidence) else f"{row.confidence:.0%}"
        bits = "".join(f"{row.bits[player]:8.2f}" for player in PLAYERS)
        right = f"{row.hits}/{row.asked}"
        lines.append(f"{row.student[:19]:20}{row.answered:>8}{right:>10}{sure:>7}{bits}")
    return "\n".join([*lines, f"bits a pitch; even guessing costs {EVEN:.2f}"])

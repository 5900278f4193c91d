"""Prediction game: a piece stops before a note, and student, model and count model say how it goes on.

Rules
-----
- A round stands before a moment at which a voice, or several at once (a chord), begins a note. It is told that notes
  begin there, and in which voices; what is asked is their pitches. Rounds are drawn from a seed.
- Everyone is scored in bits: -log2 of the probability that they gave the pitch that stands in the piece, of all that
  the model can write; even guessing costs log2(46) = 5.52 where those are 46. `saved` is what an answer costs less than
  that. A student's confidence is the probability of the pitch that was entered; the rest is spread evenly over the
  others. USUAL stands for a confidence that was not told.
- In a chord, voices are predicted from the highest down; model and count model know the higher voices of the piece.
- The third player is a model that counts, see `musenb.analysis.chorale.guesses`.

A session is recorded as `musenb.questions.game_record` says.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from musenb.analysis.chorale.guesses import count_model, counted_pitches
from musenb.errors import SaveError, SettingError
from musenb.questions.answers import Answers
from musenb.questions.game_record import PLAYERS, VERSION, append, read_session
from musenb.score.note import Score
from musenb.tokens.piece import NotePlace, Sung

USUAL, LEAST, MOST = 0.5, 0.01, 0.99


@dataclass(frozen=True, slots=True)
class Round:
    """A place before which the piece stops.

    Parameters
    ----------
    number : int
        From 0.
    onset : Fraction
        Quarters from the beginning.
    voices : tuple of str
        Those that begin a note, from the highest down.
    """

    number: int
    onset: Fraction
    voices: tuple[str, ...]

    @property
    def record(self) -> dict[str, Any]:
        """The round as a record has it; a step is a sixteenth."""
        step = 4 * self.onset
        plain = int(step) if step.denominator == 1 else float(step)
        return {"step": plain, "voices": list(self.voices)}


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
    even : float
        Bits that even guessing costs a voice.
    """

    round: Round
    composer: dict[str, int]
    guesses: dict[str, dict[str, int]]
    bits: dict[str, float]
    confidence: float | None
    even: float

    @property
    def hits(self) -> dict[str, int]:
        """How many voices each player named rightly."""
        return {
            player: sum(
                guess.get(voice) == pitch
                for voice, pitch in self.composer.items()
            )
            for player, guess in self.guesses.items()
        }

    @property
    def saved(self) -> dict[str, float]:
        """Bits that each player's answer costs less than even guessing; below 0 when sure and wrong."""
        even = self.even * len(self.composer)
        return {player: even - bits for player, bits in self.bits.items()}

    @property
    def record(self) -> dict[str, Any]:
        """The reveal as a record has it."""
        names = ("composer", "guesses", "bits", "confidence")
        return {
            name: getattr(self, name)
            for name in names
        } | {"round": self.round.number}


class Game:
    """A seeded session of rounds on one piece.

    Parameters
    ----------
    ask : Answers
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
        A setting is outside its range, the piece has no such place behind its first bar, or it is not in voices that
        sing one note each.
    SaveError
        The record cannot be written, or is of another game.
    """

    def __init__(
        self,
        ask: Answers,
        *,
        seed: int = 0,
        rounds: int = 8,
        voice: str | None = "soprano",
        chord: int = 3,
        record: str | os.PathLike[str] | None = None,
        student: str = "",
    ) -> None:
        piece = ask.piece
        if not isinstance(piece, Sung):
            raise SettingError("the prediction game needs a piece in voices that sing one note each")
        voices, most = piece.voices, max(2, len(piece.voices))
        if voice is not None and voice not in voices:
            raise SettingError(f"voice {voice!r} is none of {', '.join(voices)}")
        if rounds < 1 or not 2 <= chord <= most:
            raise SettingError(f"{rounds} rounds on chords of {chord}: at least 1 round, and 2..{most} voices")
        self.ask, self.student, self.ranges = ask, student, piece.ranges
        self._voices: Sung = piece
        self.even = math.log2(len(piece.pitches))
        self.rounds = places_of(
            ask,
            seed=seed,
            rounds=rounds,
            voice=voice,
            chord=chord,
        )
        self.answers: dict[int, Reveal] = {}
        self.header = {
            "kind": "game",
            "version": VERSION,
            "piece": ask.piece.score.title or ask.piece.score.source,
            "model": Path(ask.model.name).name,
            "checksum": ask.model.checksum,
            "seed": seed,
            "student": student,
            "rounds": [place.record for place in self.rounds],
        }
        self.path = None if record is None else Path(record)
        if self.path is not None:
            self._begin(self.path)

    def heard(self, number: int) -> Score:
        """Return the music before a round; notes that sound on are cut there."""
        return self.ask.piece.score.cut(Fraction(0), self._round(number).onset)

    def answer(
        self,
        number: int,
        guess: Mapping[str, int] | int,
        confidence: float | None = None,
    ) -> Reveal:
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
        entered = guess
        if isinstance(guess, int) and len(place.voices) == 1:
            entered = {place.voices[0]: guess}
        if not isinstance(entered, Mapping) or set(entered) != set(place.voices):
            asked = ", ".join(place.voices)
            raise SettingError(f"round {number + 1} asks for a pitch of each of {asked}; not {guess!r}")
        pitches = self.ask.piece.pitches
        for pitch in entered.values():
            if pitch not in pitches:
                raise SettingError(f"pitch {pitch} is outside {pitches[0]}..{pitches[-1]}")
        if confidence is not None and not 0 <= confidence <= 1:
            raise SettingError(f"confidence {confidence} is outside 0..1")
        found = self._reveal(place, dict(entered), confidence)
        self._write({"kind": "answer", **found.record})
        self.answers[number] = found
        return found

    def notes(self, place: Round) -> dict[str, NotePlace]:
        """Return the notes of the piece that are asked for in a round, by voice."""
        begun = {
            note.voice_name: note
            for note in self.ask.notes
            if note.note.onset == place.onset
        }
        return {voice: begun[voice] for voice in place.voices}

    def _reveal(
        self,
        place: Round,
        entered: dict[str, int],
        confidence: float | None,
    ) -> Reveal:
        pitches = self.ask.piece.pitches
        sure = min(max(USUAL if confidence is None else confidence, LEAST), MOST)
        composer: dict[str, int] = {}
        guesses: dict[str, dict[str, int]] = {player: {} for player in PLAYERS}
        bits: dict[str, float] = dict.fromkeys(PLAYERS, 0.0)
        for voice, note in self.notes(place).items():
            composer[voice] = note.note.pitch
            student = np.full(len(pitches), (1 - sure) / (len(pitches) - 1))
            student[entered[voice] - pitches[0]] = sure
            for player, likely in zip(
                PLAYERS,
                (student, *self._likely(note)),
                strict=True,
            ):
                guesses[player][voice] = int(likely.argmax()) + pitches[0]
                probability = max(likely[note.note.pitch - pitches[0]], 1e-12)
                bits[player] -= float(np.log2(probability))
            guesses["student"][voice] = entered[voice]
        return Reveal(place, composer, guesses, bits, confidence, self.even)

    def _likely(self, note: NotePlace) -> tuple[np.ndarray, np.ndarray]:
        """Return the probability of each pitch for model and count model, given that a note begins."""
        piece, sung = self.ask.piece, self._voices.sung(note.position)
        begins = piece.choices(self.ask.reading.log_probs[note.position], note.position).begins
        model = np.array([begins.get(pitch, 0.0) for pitch in piece.pitches])
        return model, counted_pitches(count_model(), sung, note.voice, piece.pitches)

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
                found = self._recorded(line)
                self.answers[found.round.number] = found
        else:
            self._write(self.header)

    def _write(self, line: dict[str, Any]) -> None:
        if self.path is not None:
            append(
                self.path,
                line,
                number=1 if line is self.header else len(self.answers) + 2,
            )

    def _recorded(self, line: Mapping[str, Any]) -> Reveal:
        """Return the reveal of a line of the record."""
        place = self.rounds[line["round"]]
        answers = dict(line["composer"]), dict(line["guesses"]), dict(line["bits"])
        return Reveal(place, *answers, line["confidence"], self.even)


def places_of(
    ask: Answers,
    *,
    seed: int,
    rounds: int,
    voice: str | None,
    chord: int,
) -> tuple[Round, ...]:
    """Return `rounds` places drawn from a seed, in the order of time, none in the first bar."""
    piece = ask.piece
    first_bar = max(int(piece.token_bars[0]), 1)
    begun: dict[Fraction, list[NotePlace]] = {}
    for note in piece.notes:
        if note.bar > first_bar:
            begun.setdefault(note.note.onset, []).append(note)
    sung = {}
    for onset, notes in begun.items():
        ordered = sorted(notes, key=lambda note: note.voice)
        sung[onset] = tuple(note.voice_name for note in ordered)

    def wanted(names: tuple[str, ...]) -> bool:
        return len(names) >= chord if voice is None else voice in names

    onsets = sorted(onset for onset, names in sung.items() if wanted(names))
    if not onsets:
        what = f"the {voice} begins a note" if voice is not None else f"{chord} voices begin together"
        raise SettingError(f"there is no place behind the first bar where {what}")
    size = min(rounds, len(onsets))
    drawn = np.random.default_rng(seed).choice(len(onsets), size=size, replace=False)
    found = []
    for number, place in enumerate(sorted(drawn.tolist())):
        onset = onsets[place]
        voices = sung[onset] if voice is None else (voice,)
        found.append(Round(number, onset, voices))
    return tuple(found)

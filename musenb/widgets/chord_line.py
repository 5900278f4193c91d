"""Chord line below a score: labels as they travel to the page, and a label that a person chose in their place."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import traitlets

from musenb.errors import ScoreError, SettingError
from musenb.score.key import Key
from musenb.score.named import asked_key
from musenb.score.note import Score
from musenb.widgets.notes import NoteView
from musenb.widgets.wire.sheet import ChordRow, ChordTrust
from musenb.widgets.wire.units import Quarters

if TYPE_CHECKING:
    from musenb.analysis.harmony import ChordLabel

# A longer piece would keep its pages waiting for seconds.
MOST_QUARTERS = 2_000
# Labels less likely than these are grey, or a dot alone.
SURE, UNSURE = 0.5, 0.25
NUMERAL = "numeral"


class ChordLine(NoteView):
    """A view of notes with their chords named below them.

    The labels are found once the notes rest: while they stream in, those of before stay.
    """

    _MINE = NoteView._MINE | {"chord_rows", "chords_fixed"}

    chords = traitlets.Bool(False, help="chords named below the score").tag(sync=True, echo_update=False)
    chord_rows = traitlets.List(help="the chords, see `musenb.widgets.wire.sheet.ChordRow`").tag(sync=True)
    chords_fixed = traitlets.Bool(False, help="nobody is there to name them otherwise").tag(sync=True)

    def __init__(self, score: Score | None = None, **settings: Any) -> None:
        self._labelled: tuple[Score, int] | None = None
        self._overrule_callbacks: list[Callable[[Score], object]] = []
        super().__init__(score, **settings)

    def on_overruled(self, function: Callable[[Score], object]) -> None:
        """Call with the score whenever a person named one of its chords otherwise, in place of showing it here."""
        self._overrule_callbacks.append(function)

    def overrule(self, onset: float, numeral: str, key: str = "") -> None:
        """Name the chord at a quarter otherwise, for good: the label is kept in the score.

        Parameters
        ----------
        onset : float
            Quarters; the chord that sounds there is meant.
        numeral : str
            Such as 'V7'; empty: the label that a person chose there before is taken back.
        key : str
            Such as 'D minor', as it is shown; empty: the key that the chord has.

        Raises
        ------
        SettingError
            No chord sounds there, or the numeral or key cannot be read.
        """
        score = overruled(self.score, onset, numeral, key, moved=self._moved)
        for function in self._overrule_callbacks:
            function(score)
        if not self._overrule_callbacks:
            self.show_score(score)

    def on_message(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """Take the label that a person chose."""
        if message["kind"] == "overrule":
            self.overrule(float(message["onset"]), str(message["numeral"]), str(message["key"]))
        else:
            super().on_message(message, buffers)

    @property
    def _moved(self) -> int:
        """By how many semitones the score is shown higher than it sounds."""
        return 0

    @property
    def _unlabelled(self) -> bool:
        """Whether there are chords to name."""
        known = self._labelled
        return (
            self.chords
            and not self.streaming
            and (known is None or known[0] is not self.score or known[1] != self._moved)
        )

    def _name_chords(self) -> None:
        """Name the chords of the score as it is now."""
        score, moved = self.score, self._moved
        try:
            rows = chord_rows(score, moved=moved)
        finally:
            self._labelled = score, moved
        if not self._closed and rows != self.chord_rows:
            self.chord_rows = rows


def chord_rows(score: Score, *, moved: int = 0) -> list[ChordRow]:
    """Return the chord labels of a score; none where notes never sound together, and none of a very long piece.

    `moved` is by how many semitones it is shown higher than it sounds: so are the keys.
    """
    from musenb.analysis.harmony import harmony_of, has_chords

    if score.end > MOST_QUARTERS or not has_chords(score):
        return []
    rows: list[ChordRow] = []
    key = None
    for chord in harmony_of(score).chords:
        rows.append(_row(chord, moved, begins=chord.key != key))
        key = chord.key
    return rows


def overruled(score: Score, onset: float, numeral: str, key: str, *, moved: int = 0) -> Score:
    """Return a score in which a person's label stands for the chord that begins at a quarter.

    The parameters are those of `ChordLine.overrule`; `moved` is as in `chord_rows`.

    Raises
    ------
    SettingError
        No chord sounds there, or the numeral or key cannot be read.
    """
    from musenb.analysis.harmony import harmony_of, key_name

    harmony = harmony_of(score)
    try:
        chord = harmony.at(onset)
    except ScoreError as error:
        raise SettingError(str(error)) from None
    if numeral.strip():
        asked = asked_key(key.strip() or None)
        own = None if asked is None else key_name(Key((asked.tonic - moved) % 12, asked.mode == "minor"))
        return harmony.overrule(chord.bar, float(chord.beat), numeral, key=own).score
    left = [mark for mark in score.chords if mark.kind != NUMERAL or not chord.onset <= mark.onset < chord.end]
    return dataclasses.replace(score, chords=tuple(left))


def _row(chord: ChordLabel, moved: int, *, begins: bool) -> ChordRow:
    from musenb.analysis.harmony import key_name

    def name(key: Key) -> str:
        return key_name(Key((key.tonic + moved) % 12, key.minor))

    second = chord.second
    trust: ChordTrust = "sure" if chord.confidence >= SURE else "unsure" if chord.confidence >= UNSURE else "unknown"
    return ChordRow(
        Quarters(float(chord.onset)),
        Quarters(float(chord.end)),
        chord.numeral,
        name(chord.key),
        begins,
        chord.cadence,
        round(chord.confidence, 2),
        trust,
        ("", "") if second is None else (second.numeral, name(second.key)),
        chord.overruled,
    )

"""Chord progressions of takes in a few signs, 'ii6 V7 I', found one take at a time while nothing is written."""

from __future__ import annotations

from collections.abc import Callable

from musenb.score.musicxml.chord_names import printed_numeral
from musenb.score.note import Score
from musenb.studio.core import StudioCore
from musenb.studio.takes import Entry
from musenb.widgets.worker import Job

LAST_CHORDS = 4
# A longer piece keeps the buttons waiting.
MOST_QUARTERS = 400


class Progressions:
    """How takes close, by their chords.

    Parameters
    ----------
    core : StudioCore
    queue : callable
        Has a job done in the studio's thread.
    found : callable
        Called when progressions are known that were not.
    """

    def __init__(self, core: StudioCore, queue: Callable[[Job], object], found: Callable[[], object]) -> None:
        self._core, self._queue, self._found = core, queue, found
        self._known: dict[int, tuple[Score, str]] = {}
        self._seeking = False

    def of(self, take: Entry) -> str:
        """Return the last chords of a take; empty while they are not known, and where there are none."""
        score, text = self._known.get(take.id, (None, ""))
        return text if score is take.score else ""

    def seek(self) -> None:
        """Have the chords of takes found that are not known yet; return at once."""
        if self._seeking or self._core.running or not self._missing():
            return
        self._seeking = True
        self._queue(self._seek)

    def _missing(self) -> list[Entry]:
        """Return the takes whose chords are not known as they are now."""
        return [take for take in self._core.tree if self._known.get(take.id, (None,))[0] is not take.score]

    def _seek(self) -> None:
        """Find the chords of one take, and of the next ones after what else is to be done."""
        self._seeking = False
        missing = self._missing()
        if self._core.running or not missing:
            return
        take = missing[-1]
        self._known[take.id] = take.score, progression(take.score)
        if self.of(take):
            self._found()
        self.seek()


def progression(score: Score) -> str:
    """Return the last chords of a score, '… IV ii6 V7 I'; empty where none sound, and of a long piece."""
    from musenb.analysis.harmony import harmony_of, has_chords

    if score.end > MOST_QUARTERS or not has_chords(score):
        return ""
    chords = harmony_of(score).chords
    last = [printed_numeral(chord.numeral) for chord in chords[-LAST_CHORDS:]]
    return " ".join(["…"] * (len(chords) > LAST_CHORDS) + last)

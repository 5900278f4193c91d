"""File chooser of the studio: which part of a file is the motif, asked and answered in the drawer Begin."""

from __future__ import annotations

from collections.abc import Callable

from musenb.errors import PolyphonyError, SettingError
from musenb.score.marks import notice_sentence
from musenb.score.note import Score
from musenb.score.parts import LINES, Line, chosen_part, likely_tune, parts_of
from musenb.score.spelling import spoken_pitch
from musenb.widgets.desk import Desk
from musenb.widgets.wire.desk import PartRow

WHOLE = 0
OCTAVE = 12


class FileChooser:
    """Begins with a file, or with one of its parts.

    Parameters
    ----------
    desk : Desk
        Shows the parts; says how many octaves higher a file is read.
    prime : callable
        Takes a score as the motif, and semitones by which it is moved.
    """

    def __init__(self, desk: Desk, prime: Callable[[Score, int], object]) -> None:
        self._desk, self._prime = desk, prime
        self._score: Score | None = None

    def open(self, score: Score, name: str) -> None:
        """Begin with all of a file; where it has more lines than fit, ask on the desk which part is the motif.

        Raises
        ------
        MusenbError
            It has no notes, or cannot be read for another reason.
        """
        self._score = score
        self._desk.show(
            file_name=name, file_parts=part_rows(score), file_words=notice_sentence(score.notices), file_chosen=""
        )
        try:
            self.choose(WHOLE)
        except PolyphonyError:
            if not self._desk.file_parts:
                raise
            self._desk.show(drawer="begin", begin_tab="file")

    def choose(self, number: int, line: str = "") -> None:
        """Begin with a part of the file.

        Parameters
        ----------
        number : int
            From 1; 0 for all of them together.
        line : {'', 'top', 'bottom'}
            Of its chords only the highest or the lowest notes.

        Raises
        ------
        MusenbError
            There is no file, or no such part, or it does not fit what the model reads.
        """
        if self._score is None:
            raise SettingError("there is no file yet whose parts could be chosen: open one first")
        wanted: Line | None = next((name for name in LINES if name == line), None)
        if line and wanted is None:
            raise SettingError(f"line {line!r} is neither 'top' nor 'bottom'")
        score = chosen_part(self._score, number or None, wanted)
        self._prime(score, OCTAVE * self._desk.prime_octave)
        self._desk.show(file_chosen=f"{number} {line}".strip())

    def leave(self) -> None:
        """Let no part be marked as the motif: another one was chosen elsewhere."""
        self._desk.show(file_chosen="")


def part_rows(score: Score) -> list[PartRow]:
    """Return the sounding parts of a score as rows of the desk, the likely tune marked where there are several."""
    parts = parts_of(score)
    tune = likely_tune(score).number if len(parts) > 1 else WHOLE
    rows = []
    for part in parts:
        count = f"{part.notes} note{'' if part.notes == 1 else 's'}"
        span = f"{spoken_pitch(part.lowest)} to {spoken_pitch(part.highest)}"
        most = "one line" if part.lines == 1 else f"up to {part.lines} together"
        about = f"{count}, {span}, {most}"
        rows.append(PartRow(part.number, part.name or f"Part {part.number}", about, part.lines, part.number == tune))
    return rows

"""ABC tune state while it is read, shared by its voices."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from fractions import Fraction

from musenb.score.abc.keys import NO_KEY, NO_STAFF, Key, Staff
from musenb.score.abc.report import Report
from musenb.score.abc.tables import SHORTHANDS
from musenb.score.abc.values import FREE, Metre
from musenb.score.abc.voice import VoiceState
from musenb.score.limits import Limits, raised_by

MARKS_PER_BAR = 2
FIRST_VOICE = "1"  # whose notes these are when no V: has come


@dataclass(slots=True)
class Piece:
    """A tune as far as it is read.

    Parameters
    ----------
    metre, unit, key, staff, tempo
        What the header says; `metre` and `unit` are None without an M: or L:, `tempo` is quarters a minute.
    tempo_text : str
        The Q: of the header, which waits for the L:.
    propagate : str
        How far accidentals hold: 'pitch', 'octave' or 'not'.
    symbols : dict of str to str
        Decorations by their single letter.
    order : list of str
        Voices in the order of a %%score.
    play_order : tuple of str
        Labels of parts in the order of the header's P:, empty without one.
    labels : list of (str, Fraction, str)
        Parts that begin in the body: voice (empty before the first), its own time, label.
    changes : list of (Fraction, int, Metre)
        Metres of all voices by their onset, and by the order in which they were read.
    """

    report: Report
    limits: Limits
    metre: Metre | None = None
    unit: Fraction | None = None
    key: Key = NO_KEY
    staff: Staff = NO_STAFF
    tempo: Fraction | None = None
    tempo_text: str = ""
    propagate: str = "pitch"
    symbols: dict[str, str] = field(default_factory=lambda: dict(SHORTHANDS))
    voices: dict[str, VoiceState] = field(default_factory=dict)
    current: str = ""
    order: list[str] = field(default_factory=list)
    play_order: tuple[str, ...] = ()
    labels: list[tuple[str, Fraction, str]] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    composers: list[str] = field(default_factory=list)
    changes: list[tuple[Fraction, int, Metre]] = field(default_factory=list)
    in_body: bool = False
    notes: int = 0
    unknown: int = 0
    first_unknown: tuple[int, str] = (0, "")

    def voice(self) -> VoiceState:
        """Return the voice that is written: the first one before any V: of the tune's body."""
        if not self.current:
            self.current = next(iter(self.voices), FIRST_VOICE)
        return self.voice_of(self.current)

    def voice_of(self, ident: str) -> VoiceState:
        """Return the voice of an id; a new one begins with what the header says."""
        if ident not in self.voices:
            if len(self.voices) >= self.limits.tracks:
                raise self.report.error("limit", f"more than {self.limits.tracks} voices")
            self.voices[ident] = VoiceState(ident)
            if self.in_body:
                self.begin(self.voices[ident])
        return self.voices[ident]

    def begin(self, voice: VoiceState) -> None:
        """Give a voice what holds for all of them."""
        voice.staff = voice.staff.over(self.staff)
        voice.set_unit(self.unit or voice.unit)
        voice.key = self.key
        voice.keys = [(Fraction(0), self.key, voice.staff.transpose or 0)]

    def addressed(self) -> list[VoiceState]:
        """Return the voices that a field of the body holds for: all of them as long as none is chosen."""
        return [self.voice()] if self.current else list(self.voices.values())

    def set_metre(self, voice: VoiceState, metre: Metre) -> None:
        """Change the metre where a voice is."""
        if len(self.changes) >= self.limits.measures:
            raise self.report.error("limit", f"more than {self.limits.measures} changes of metre")
        voice.metres.append((voice.time, metre))
        change = (voice.time, len(self.changes), metre)
        insort(self.changes, change, key=lambda entry: entry[:2])

    def metre_at(self, voice: VoiceState) -> Metre:
        """Return the metre where a voice is: its own, or the one that another voice has changed to since."""
        time = voice.time
        changed = _last_at(self.changes, time)
        own = voice.metres[-1] if voice.metres else None
        if own and (changed is None or own[0] >= changed[0]):
            return own[1]
        return changed[2] if changed else self.metre or FREE

    def begin_part(self, label: str) -> None:
        """Begin a part where the voice is that is written."""
        if len(self.labels) >= self.limits.measures:
            raise self.report.error("limit", f"more than {self.limits.measures} parts")
        time = self.voice().time if self.current else Fraction(0)
        self.labels.append((self.current, time, label))

    def count_note(self) -> None:
        """Count a note, up to the limit."""
        self.notes += 1
        if self.notes > self.limits.notes:
            raise self.report.error("limit", f"more than {self.limits.notes} notes", raised_by("notes"))

    def check_marks(self, voice: VoiceState) -> None:
        """Refuse more bars, repeat marks or changes of a voice than a piece has."""
        most = self.limits.measures
        if len(voice.spans) > most:
            raise self.report.error("limit", f"more than {most} bars", raised_by("measures"))
        marks = max(len(voice.repeats), len(voice.keys), len(voice.tempos))
        if marks > MARKS_PER_BAR * most:
            raise self.report.error("limit", f"more than {MARKS_PER_BAR * most} repeat marks, keys or tempos")

    def count_unknown(self, text: str) -> None:
        """Count a sign that is not understood."""
        self.unknown += 1
        if self.unknown == 1:
            self.first_unknown = (self.report.line, text)


def _last_at(
    changes: list[tuple[Fraction, int, Metre]],
    time: Fraction,
) -> tuple[Fraction, int, Metre] | None:
    """Return the last change at or before a time; `changes` are sorted."""
    low, high = 0, len(changes)
    while low < high:
        middle = (low + high) // 2
        if changes[middle][0] <= time:
            low = middle + 1
        else:
            high = middle
    return changes[low - 1] if low else None

"""ABC voice state while it is read: its lanes, its bars, and the marks that stand at its times."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from musenb.score.abc.barline import BarLine
from musenb.score.abc.keys import NO_KEY, NO_STAFF, Key, Staff
from musenb.score.abc.lane import Lane
from musenb.score.abc.report import Report
from musenb.score.abc.values import Metre
from musenb.score.marks import Repeat

UNTIED = "left out: no note of their pitch follows"


@dataclass(frozen=True, slots=True)
class Span:
    """A bar: where it begins and ends, and whether a bar line closes it."""

    start: Fraction
    end: Fraction
    closed: bool = True


@dataclass(slots=True)
class VoiceState:
    """A voice as far as it is read.

    Parameters
    ----------
    ident : str
        What stands after V:.
    lanes : list of Lane
        The voice itself, then its overlays; `current` is the one that is written.
    lengths : dict of str to Fraction
        Quarters of the note lengths that came up, by their text.
    begun : Fraction
        Where the open bar begins.
    fermata, jumps
        Decorations that wait for their note.
    ending : Fraction or None
        Where the open variant ending began.
    section, forward
        Where a repeat goes back to that has no sign of its own beginning, and whether there is such a sign.
    """

    ident: str
    staff: Staff = NO_STAFF
    key: Key = NO_KEY
    unit: Fraction = Fraction(1, 2)
    lengths: dict[str, Fraction] = field(default_factory=dict)
    lanes: list[Lane] = field(default_factory=lambda: [Lane()])
    current: int = 0
    overlays: int = 0
    begun: Fraction = Fraction(0)
    spans: list[Span] = field(default_factory=list)
    fermata: bool = False
    jumps: list[tuple[str, bool]] = field(default_factory=list)
    ending: Fraction | None = None
    times: int = 2
    section: Fraction = Fraction(0)
    forward: bool = False
    repeats: list[Repeat] = field(default_factory=list)
    chords: list[tuple[Fraction, str]] = field(default_factory=list)
    metres: list[tuple[Fraction, Metre]] = field(default_factory=list)
    keys: list[tuple[Fraction, Key, int]] = field(default_factory=list)
    tempos: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    opened_by_line: bool = False

    @property
    def lane(self) -> Lane:
        """The lane that is written."""
        return self.lanes[self.current]

    @property
    def time(self) -> Fraction:
        """Quarters from the beginning at which the next note stands."""
        return self.lane.time

    @property
    def empty(self) -> bool:
        """True when nothing has sounded or rested yet."""
        return not self.spans and all(not lane.time for lane in self.lanes)

    def set_unit(self, unit: Fraction) -> None:
        """Change the unit length here."""
        self.unit = unit
        self.lengths.clear()

    def set_key(self, key: Key) -> None:
        """Change the key here; the score is told of it at sounding pitch."""
        self.key = key
        self.keys.append((self.time, key, self.staff.transpose or 0))
        self.lane.accidentals.clear()

    def overlay(self, report: Report) -> None:
        """Go back to the beginning of the bar, in the next lane."""
        self.current += 1
        self.overlays = max(self.overlays, self.current)
        if self.current == len(self.lanes):
            self.lanes.append(Lane())
        lane = self.lane
        lane.time = self.begun
        lane.accidentals.clear()
        lane.last_length = Fraction(0)
        open_ties = [draft for draft in lane.ties if draft.onset + draft.duration == self.begun]
        if len(open_ties) < len(lane.ties):
            report.note("ties", UNTIED, len(lane.ties) - len(open_ties))
        lane.ties = open_ties

    def close_bar(self, report: Report, *, closed: bool = True) -> None:
        """End the bar at the end of its longest lane; nothing happens when it has no length."""
        used = self.lanes[: self.overlays + 1]
        end = max(lane.time for lane in used)
        if any(lane.time != end for lane in used):
            report.note("overlays", "of another length than their bar")
        if end > self.begun:
            self.spans.append(Span(self.begun, end, closed))
        elif closed and not self.spans:
            self.opened_by_line = True
        self.begun = end
        self.current = self.overlays = 0
        self.lanes[0].time = end
        for lane in used:
            lane.accidentals.clear()
            lane.last_length = Fraction(0)

    def rest_bar(self, length: Fraction) -> None:
        """Rest for a whole bar, which ends the bar before it."""
        if self.current == 0 and self.time > self.begun:
            self.spans.append(Span(self.begun, self.lane.time))
            self.begun = self.lane.time
        self.lane.time += length
        self.lane.last_length = Fraction(0)
        self.lane.accidentals.clear()

    def mark(
        self,
        kind: str,
        numbers: tuple[int, ...] = (),
        times: int = 2,
    ) -> None:
        """Set a repeat sign or an ending here."""
        self.repeats.append(Repeat(self.time, kind, numbers, times))

    def set_repeats(self, line: BarLine) -> None:
        """Set the repeat signs of a bar line here.

        A section without a sign at its beginning begins at the double bar line or repeat sign before it.
        """
        unsigned = line.backward and not self.forward and self.ending is None
        if unsigned and self.section:
            self.repeats.append(Repeat(self.section, "forward"))
        if line.final:
            self.end_ending()
            self.section = self.time
        if line.backward:
            self.mark("backward", times=max(line.backward, self.times))
            self.times, self.forward = 2, False
        if line.forward:
            self.mark("forward")
            self.times, self.forward = line.forward, True

    def set_jumps(self, onset: Fraction, end: Fraction) -> None:
        """Set the jumps that waited: a sign where its note begins, an instruction where it ends."""
        for kind, at_start in self.jumps:
            self.repeats.append(Repeat(onset if at_start else end, kind))
        self.jumps.clear()

    def end_ending(self) -> None:
        """Close the open variant ending here, if there is one that has begun before."""
        if self.ending is not None and self.time > self.ending:
            self.mark("ending stop")
            self.ending = None

"""MusicXML measure reader, one part at a time: notes at exact places, and what stands beside them."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element

from musenb.errors import LoadError
from musenb.score.measures.written import Ledger, WrittenMeasure, WrittenNote, WrittenPart
from musenb.score.musicxml.attributes import Attributes
from musenb.score.musicxml.chord_names import figures_text, harmony_text
from musenb.score.musicxml.directions import read_barline, read_direction, read_sound
from musenb.score.musicxml.durations import Cursor, count, written_length
from musenb.score.musicxml.pitches import sounding
from musenb.score.note import Tempo

FULL_DYNAMICS = 90  # the MIDI velocity that MusicXML calls 100 per cent
DEFAULT_VELOCITY = 80
MOST_COPIED = 50_000
LEFT_OUT_NOTATIONS = {
    "slur": "slurs", "ornaments": "ornaments", "articulations": "articulations", "dynamics": "dynamic marks",
    "arpeggiate": "arpeggios", "glissando": "glissandi", "slide": "glissandi",
}  # fmt: skip


@dataclass(slots=True)
class Span:
    """Where a note or rest of a voice lies: `layer` counts the passes through the measure, one for each <backup>."""

    start: Fraction
    end: Fraction
    staff: int
    layer: int


class PartReader:
    """Reads the measures of one part in order.

    Parameters
    ----------
    name : str
        Of the part, for the notices.
    ledger : Ledger
        Where to count what is left out.
    divisions : int
        Divisions of a quarter that hold where this part says none: those of the part before.
    numbered : bool
        The part gives its notes a <voice>.
    """

    def __init__(
        self,
        name: str,
        ledger: Ledger,
        *,
        divisions: int,
        numbered: bool,
    ) -> None:
        self.part = WrittenPart(name)
        self.ledger = ledger
        self.attributes = Attributes()
        self.default_divisions = divisions
        self.numbered = numbered
        self.tempo = Tempo().qpm
        self.copied = 0

    def read(self, element: Element) -> None:
        """Take one <measure>."""
        self.measure = WrittenMeasure(element.get("number", ""), element.get("implicit") == "yes")
        self.cursor = Cursor()
        self.chord: list[WrittenNote] = []
        self.chord_start: Fraction | None = None
        self.voice = ""
        self.figures = Fraction(0)
        self.layers: dict[int, tuple[int, int]] = {}
        self.passes = 0
        self.rests: list[tuple[Fraction, Fraction, bool]] = []
        self.spans: dict[str, list[Span]] = defaultdict(list)
        for child in element:
            handler = _HANDLERS.get(child.tag)
            if handler is not None:
                handler(self, child)
        self._finish()

    # ------------------------------------------------------------------------------------------ elements of a measure

    def _attributes(self, element: Element) -> None:
        self.attributes.read(element, self.measure, self.cursor.exact, self.ledger)
        self.part.transposing = self.part.transposing or any(
            transposition.semitones % 12 for transposition in self.attributes.transpositions.values()
        )

    def _direction(self, element: Element) -> None:
        seen, heard = self._offset(element), self.cursor.exact
        offset, sound = element.find("offset"), element.find("sound")
        if offset is not None and offset.get("sound") == "yes":
            heard = seen
        if sound is not None and sound.find("offset") is not None:
            heard = self._offset(sound)
        read_direction(element, self.measure, seen, heard, self.ledger, before=self.tempo)
        self._keep_tempo()

    def _sound(self, element: Element) -> None:
        read_sound(element, self.measure, self._offset(element), self.ledger)
        self._keep_tempo()

    def _barline(self, element: Element) -> None:
        read_barline(element, self.measure, self.cursor.exact, self.ledger)

    def _backup(self, element: Element) -> None:
        self.passes += 1
        if not self.cursor.move(-self._quarters(element)):
            self.ledger.add("steps back before their bar", "stopped at the bar line", place=self._place())

    def _forward(self, element: Element) -> None:
        self.cursor.move(self._quarters(element))
        self.cursor.said()

    def _harmony(self, element: Element) -> None:
        text, kind = harmony_text(element, self.attributes.transposition(1))
        if text:
            self.measure.chords.append((self._offset(element), text, kind))

    def _figured_bass(self, element: Element) -> None:
        text = figures_text(element)
        if text:
            self.measure.chords.append((self.cursor.exact + self.figures, text, "figures"))
        self.figures += self._quarters(element)

    def _note(self, element: Element) -> None:
        found: dict[str, Element] = {}
        dots = 0
        for child in element:
            found.setdefault(child.tag, child)
            dots += child.tag == "dot"
        if "lyric" in found:
            self.ledger.add("lyrics", place=self._place())
        if "grace" in found:
            self.ledger.add("grace notes", place=self._place())
            return
        start, length = self._timed(element, found, dots)
        self.figures = Fraction(0)
        if "cue" in found:
            self.ledger.add("cue notes", place=self._place())
        elif length <= 0:
            self.ledger.add("notes without a length", place=self._place())
        elif "rest" in found:
            self._rest(found, start, length)
        elif "pitch" in found:
            self._pitched(element, found, start, length)
        else:
            self.part.unpitched = True
            self.ledger.add("unpitched percussion notes", place=self._place())

    # ------------------------------------------------------------------------------------------------------- of a note

    def _timed(
        self,
        element: Element,
        found: dict[str, Element],
        dots: int,
    ) -> tuple[Fraction, Fraction]:
        """Return start and length of a note, and move the cursor behind it unless it joins a chord."""
        name = _text(found.get("type"))
        counted, length = written_length(
            _text(found.get("duration")), self.attributes.divisions, name, dots, _ratio(found.get("time-modification")),
            otherwise=self.default_divisions,
        )  # fmt: skip
        if "chord" in found and self.chord_start is not None:
            return self.chord_start, length
        self.chord_start, self.chord = self.cursor.exact, []
        self.cursor.advance(counted, length)
        rest = "rest" in found
        whole = rest and (found["rest"].get("measure") == "yes" or name in ("", "whole"))
        if not (whole and self.chord_start == 0):
            self.cursor.said()
        return self.chord_start, length

    def _rest(self, found: dict[str, Element], start: Fraction, length: Fraction) -> None:
        marked = found["rest"].get("measure") == "yes"
        whole = marked or _text(found.get("type")) in ("", "whole")
        self.rests.append((start, length, whole))
        voice, staff = self._lane(found)
        if "staff" in found:
            self.spans[voice].append(Span(start, start + length, staff, self.passes))
        for notations in [found["notations"]] if "notations" in found else []:
            if notations.find("fermata") is not None:
                self.ledger.add("fermatas over rests", place=self._place())

    def _pitched(
        self,
        element: Element,
        found: dict[str, Element],
        start: Fraction,
        length: Fraction,
    ) -> None:
        voice, staff = self._lane(found)
        pitch = found["pitch"]
        alter = float(pitch.findtext("alter") or 0)
        octave = int(pitch.findtext("octave") or "")
        transposition = self.attributes.transposition(staff)
        midi, spelling, between = sounding(_text(pitch.find("step")), alter, octave, transposition)
        if between:
            self.ledger.add("quarter tones", "rounded down to a semitone", place=self._place())
        spelling = "" if self.attributes.renamed else spelling
        note = WrittenNote(start, length, midi, spelling, voice, staff, _velocity(element.get("dynamics")))
        if "tie" in found or "notations" in found:
            self._tied_and_marked(element, note)
        if self.chord and "chord" in found:
            note.fermata = note.fermata or self.chord[0].fermata
        self.chord.append(note)
        if note.fermata:
            for member in self.chord:
                member.fermata = True
        self.measure.notes.append(note)
        if "staff" in found:
            self.spans[voice].append(Span(start, start + length, staff, self.passes))

    def _tied_and_marked(self, element: Element, note: WrittenNote) -> None:
        """Take ties and notations; <tied> counts where no <tie> stands."""
        ties = {tie.get("type") for tie in element.findall("tie")}
        shown: set[str | None] = set()
        for notations in element.findall("notations"):
            for mark in notations:
                if mark.tag == "fermata":
                    note.fermata = True
                elif mark.tag == "tied":
                    shown.add(mark.get("type"))
                elif mark.tag in LEFT_OUT_NOTATIONS and mark.get("type") not in ("stop", "continue"):
                    self.ledger.add(LEFT_OUT_NOTATIONS[mark.tag], place=self._place())
        ties = ties or shown
        note.tied_to = "start" in ties or "continue" in ties
        note.tied_from = "stop" in ties or "continue" in ties

    def _lane(self, found: dict[str, Element]) -> tuple[str, int]:
        """Return voice and staff of a note; without numbers each pass through the measure is a voice of its staff."""
        staff = int(_text(found.get("staff")) or 1)
        said = _text(found.get("voice"))
        if "chord" in found and not said and self.voice:
            return self.voice, staff
        if said or self.numbered:
            self.voice = said or "1"
        else:
            layer, last = self.layers.get(staff, (0, -1))
            if last != self.passes:
                layer += 1
                self.layers[staff] = layer, self.passes
            self.voice = str(10 * staff + layer)
        return self.voice, staff

    # ---------------------------------------------------------------------------------------------------- of a measure

    def _finish(self) -> None:
        """Close the measure: how far it goes, which voices share staves, what a repeat sign fills it with."""
        measure = self.measure
        ends = [start + length for start, length, whole in self.rests if whole and start == 0]
        measure.whole_rest = max(ends, default=Fraction(0))
        measure.reach = self.cursor.reach
        if measure.notes and not measure.reach:
            measure.reach = measure.whole_rest
        measure.shared = {voice for voice, spans in self.spans.items() if _on_two_staves_at_once(spans)}
        for staff, back in self.attributes.repeated.items():
            self._repeat(staff, back)
        self.part.measures.append(measure)

    def _repeat(self, staff: int, back: int) -> None:
        """Write the music of `back` measures ago into a measure that has only the sign for it."""
        written = [note for note in self.measure.notes if staff in (0, note.staff)]
        if written or len(self.part.measures) < back:
            return
        source = self.part.measures[-back]
        copied = [dataclasses.replace(note) for note in source.notes if staff in (0, note.staff)]
        self.copied += len(copied)
        if self.copied > MOST_COPIED:
            raise LoadError("limit", f"measure repeats in {self.part.name!r} stand for more than {MOST_COPIED} notes")
        self.measure.notes += copied
        self.measure.shared |= source.shared
        ends = [note.start + note.duration for note in copied]
        self.measure.reach = max([self.measure.reach, *ends])

    def _keep_tempo(self) -> None:
        if self.measure.tempos:
            self.tempo = self.measure.tempos[-1][1]

    def _quarters(self, element: Element) -> Fraction:
        """Return the <duration> of a step or of figures in counted quarters."""
        units = count(_text(element.find("duration"))) or Fraction(0)
        return units / (self.attributes.divisions or self.default_divisions)

    def _offset(self, element: Element) -> Fraction:
        """Return where something stands, its <offset> counted in."""
        offset = count(_text(element.find("offset")))
        if not offset:
            return self.cursor.exact
        return max(self.cursor.exact + offset / (self.attributes.divisions or self.default_divisions), Fraction(0))

    def _place(self) -> str:
        where = f" of '{self.part.name}'" if self.part.name else ""
        return f"bar {self.measure.number}{where}"


_HANDLERS = {
    "note": PartReader._note,
    "attributes": PartReader._attributes,
    "backup": PartReader._backup,
    "forward": PartReader._forward,
    "direction": PartReader._direction,
    "sound": PartReader._sound,
    "barline": PartReader._barline,
    "harmony": PartReader._harmony,
    "figured-bass": PartReader._figured_bass,
}


def _on_two_staves_at_once(spans: list[Span]) -> bool:
    """Return whether one voice is written again, from the same time on, for another staff."""
    if len({span.staff for span in spans}) < 2:
        return False
    sounding: dict[tuple[int, int], Fraction] = {}
    for span in sorted(spans, key=lambda span: span.start):
        sounding = {place: end for place, end in sounding.items() if end > span.start}
        if any(staff != span.staff and layer != span.layer for staff, layer in sounding):
            return True
        place = span.staff, span.layer
        sounding[place] = max(span.end, sounding.get(place, span.end))
    return False


def _text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _ratio(modification: Element | None) -> tuple[str, str]:
    if modification is None:
        return "", ""
    return modification.findtext("actual-notes", ""), modification.findtext("normal-notes", "")


def _velocity(dynamics: str | None) -> int:
    """Return the MIDI velocity of a note's dynamics in per cent of forte."""
    if dynamics is None:
        return DEFAULT_VELOCITY
    try:
        return min(127, max(1, round(float(dynamics) * FULL_DYNAMICS / 100)))
    except (ValueError, OverflowError):
        return DEFAULT_VELOCITY

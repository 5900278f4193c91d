"""music21 stream importer, by way of written parts and the same alignment as MusicXML.

music21 is not imported here: the caller holds a stream, so it is loaded already. Its offsets are believed inside a
measure only; where the measures of the parts begin is settled by `align`. What has no place in a Score is counted in
its notices.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from musenb.score.measures.assemble import Heading, assemble
from musenb.score.measures.music21_marks import bracket_endings, chord_mark, jump_kind, left_out, repeat_signs
from musenb.score.measures.written import Ledger, WrittenMeasure, WrittenNote, WrittenPart, WrittenRepeat
from musenb.score.metre import TimeSignature, joined_metre
from musenb.score.note import Score
from musenb.score.plain import plain_text
from musenb.score.provenance import FIELDS
from musenb.score.unfold import unfolded

FILE_SUFFIXES = (".mxl", ".xml", ".musicxml", ".krn", ".abc", ".mid", ".midi")
LARGEST_DENOMINATOR = 65535  # as music21 itself rounds
UNITS = (1, 2, 4, 8, 16, 32, 64)
MOST_FIFTHS = 7
CENTS = Fraction(1, 10)  # a pitch nearer than this to a semitone is meant to be it


def score_from_music21(stream: Any, *, source: str = "music21", expand_repeats: bool = False) -> Score:
    """Return a music21 stream as a Score at sounding pitch.

    Tied notes become one Note, chords several Notes of one Voice; the music21 voices of a part become Voices of their
    own ('Piano', 'Piano 2'), unless the stream came from `music21_of`, which says how its voices lie. Part names of a
    choir become 'soprano', 'alto', 'tenor' and 'bass'. Roman numerals sound; chord symbols are kept for show.

    Parameters
    ----------
    stream : music21.stream.Stream
        Score, Part, Measure, Opus (its first piece) or a plain Stream; it is not changed.
    source : str
        Where the stream came from, for messages and `Score.source`.
    expand_repeats : bool
        Write repeated passages out.

    Raises
    ------
    LoadError
        The only notes are percussion.
    ScoreError
        A note is outside 0..127, or the repeats contradict each other.
    """
    ledger = Ledger()
    scores = list(getattr(stream, "scores", ()))
    if scores:
        stream = scores[0]
    if len(scores) > 1:
        ledger.add("further pieces of the collection", count=len(scores) - 1)
    metadata = getattr(stream, "metadata", None)
    transposed = _transposes(stream)
    if transposed:
        stream = stream.toSoundingPitch(inPlace=False)
    reader = _StreamReader(ledger, transposed=transposed)
    parts = reader.parts(stream)
    metres = tuple(reader.metres.values())
    score = assemble(parts, _heading(metadata), source=source, ledger=ledger, metres=metres)
    return unfolded(score) if expand_repeats else score


def _transposes(stream: Any) -> bool:
    """Return whether a transposing instrument of the stream is written as it reads."""
    instruments = stream.recurse().getElementsByClass("Instrument")
    return any(found.transposition is not None and found.transposition.semitones for found in instruments)


class _StreamReader:
    """Reads streams into written parts.

    Attributes
    ----------
    metres : dict of Fraction to TimeSignature
        Metres that stand outside of measures, by their onset.
    """

    def __init__(self, ledger: Ledger, *, transposed: bool) -> None:
        self.ledger = ledger
        self.transposed = transposed
        self.metres: dict[Fraction, TimeSignature] = {}

    def parts(self, stream: Any) -> list[WrittenPart]:
        """Return the parts of a score; what stands beside them goes to the first."""
        streams = list(getattr(stream, "parts", ()))
        if not streams:
            return [self._part(stream, Fraction(0), "part 1")]
        parts = [
            self._part(part, _exact(stream.elementOffset(part)), f"part {number}")
            for number, part in enumerate(streams, start=1)
        ]
        self._beside(stream, parts[0], streams[0])
        return parts

    def _part(self, stream: Any, base: Fraction, default_name: str) -> WrittenPart:
        """Return one part that begins at quarter `base`."""
        part = WrittenPart(plain_text(str(getattr(stream, "partName", None) or default_name)))
        measures = sorted(stream.getElementsByClass("Measure"), key=lambda found: stream.elementOffset(found))
        onsets = [base + _exact(stream.elementOffset(found)) for found in measures]
        if not measures or onsets[0] > 0:
            part.onset = base
            written = WrittenMeasure()
            self._fill(written, part, stream, free=base)
            part.measures.append(written)
        else:
            following = [*onsets[1:], None]
            for found, onset, after in zip(measures, onsets, following, strict=True):
                part.measures.append(self._measure(found, part, None if after is None else after - onset))
            bracket_endings(stream, measures, part.measures)
        _settle_voices(part)
        return part

    def _measure(self, stream: Any, part: WrittenPart, length: Fraction | None) -> WrittenMeasure:
        """Return one measure; `length` is the way to the next one, None for the last."""
        implicit = stream.number == 0 or bool(stream.paddingLeft)
        measure = WrittenMeasure(f"{stream.number}{stream.numberSuffix or ''}", implicit)
        self._fill(measure, part, stream)
        elements = list(stream.recurse().getElementsByClass("GeneralNote"))
        reach = length if length is not None and length > 0 else measure.reach
        only_rests = not measure.notes and len(elements) == 1 and bool(reach)
        measure.reach = Fraction(0) if only_rests else reach
        measure.whole_rest = reach if only_rests else Fraction(0)
        measure.repeats += repeat_signs(stream)
        return measure

    def _beside(self, stream: Any, part: WrittenPart, part_stream: Any) -> None:
        """Give signatures and tempos that stand beside the parts, or beside the measures of one, to the first part."""
        places = [_exact(part_stream.elementOffset(m)) for m in part_stream.getElementsByClass("Measure")]
        for holder in (stream, part_stream) if places else (stream,):
            for element in holder:
                if element.isStream or "GeneralNote" in element.classSet:
                    continue
                onset = _exact(holder.elementOffset(element))
                here = sum(place <= onset for place in places) - 1 if part.onset is None else 0
                if 0 <= here < len(part.measures):
                    start = onset - (places[here] if part.onset is None else part.onset)
                    self._signature(part.measures[here], element, max(start, Fraction(0)), free=part.onset)

    # ---------------------------------------------------------------------------------------------------- of a measure

    def _fill(
        self,
        measure: WrittenMeasure,
        part: WrittenPart,
        stream: Any,
        *,
        free: Fraction | None = None,
    ) -> None:
        """Put the elements of a stream into a measure; `free` is the onset of a part without measures."""
        for start, voice, element in _events(stream, Fraction(0), ""):
            if "GeneralNote" not in element.classSet:
                self._signature(measure, element, start, free=free)
                left_out(element, self.ledger, measure.number)
                continue
            end = start + _exact(element.duration.quarterLength)
            mark = chord_mark(element)
            if mark is not None:
                measure.chords.append((start, *mark))
            if "NotRest" not in element.classSet:
                measure.reach = max(measure.reach, end)
            elif "Harmony" not in element.classSet or "RomanNumeral" in element.classSet or _sounds(element):
                self._notes(measure, part, element, (start, end - start, voice))
                measure.reach = max(measure.reach, end)

    def _signature(
        self,
        measure: WrittenMeasure,
        element: Any,
        start: Fraction,
        *,
        free: Fraction | None,
    ) -> None:
        """Take a metre, key, tempo or jump."""
        kinds = element.classSet
        if "TimeSignature" in kinds:
            if element.denominator not in UNITS or not 1 <= element.numerator <= 64:
                self.ledger.add("metres without a bar length", place=f"bar {measure.number}")
                return
            terms = [((int(term.numerator),), int(term.denominator)) for term in element.displaySequence]
            metre = dataclasses.replace(joined_metre(terms), onset=start + (free or 0))
            if free is not None:
                self.metres.setdefault(metre.onset, metre)
            elif start == 0 and measure.metre is None:
                measure.metre = metre
        elif "KeySignature" in kinds and element.sharps is not None:
            self._key(measure, element, start)
        elif "MetronomeMark" in kinds:
            quarters_per_minute = element.getQuarterBPM()
            if quarters_per_minute and 5 <= quarters_per_minute <= 1000:
                measure.tempos.append((start, float(quarters_per_minute)))
        elif jump_kind(element):
            measure.repeats.append(WrittenRepeat(start, jump_kind(element)))

    def _key(self, measure: WrittenMeasure, element: Any, start: Fraction) -> None:
        fifths, mode = int(element.sharps), getattr(element, "mode", None)
        if self.transposed:
            while abs(fifths) > MOST_FIFTHS:
                fifths += -12 if fifths > 0 else 12
        if abs(fifths) > MOST_FIFTHS:
            self.ledger.add("key signatures of more than seven accidentals", place=f"bar {measure.number}")
        else:
            measure.keys.append((start, fifths, mode if mode in ("major", "minor") else ""))

    def _notes(
        self, measure: WrittenMeasure, part: WrittenPart, element: Any, where: tuple[Fraction, Fraction, str]
    ) -> None:
        """Add a note, or the notes of a chord, at (start, duration, voice)."""
        start, duration, voice = where
        place = f"bar {measure.number} of '{part.name}'" if measure.number else ""
        if element.lyrics:
            self.ledger.add("lyrics", place=place)
        if element.duration.isGrace:
            self.ledger.add("grace notes", place=place)
            return
        if "Unpitched" in element.classSet or "PercussionChord" in element.classSet:
            part.unpitched = True
            self.ledger.add("unpitched percussion notes", place=place)
            return
        if duration <= 0:
            self.ledger.add("notes without a length", place=place)
            return
        fermata = any("Fermata" in mark.classSet for mark in element.expressions)
        for member in element.notes if "ChordBase" in element.classSet else (element,):
            tie = member.tie or element.tie
            kind = tie.type if tie is not None else ""
            volume = member.volume if member.hasVolumeInformation() else element.volume
            velocity = 80 if volume.velocity is None else min(127, max(1, int(volume.velocity)))
            note = WrittenNote(start, duration, *self._pitch(member.pitch, place), voice, velocity=velocity)
            note.fermata = fermata or any("Fermata" in mark.classSet for mark in member.expressions)
            note.tied_from = kind in ("stop", "continue")
            note.tied_to = kind in ("start", "continue")
            measure.notes.append(note)

    def _pitch(self, pitch: Any, place: str) -> tuple[int, str]:
        """Return MIDI number and spelling; a quarter tone is rounded down."""
        exact = Fraction(pitch.ps)
        lower = math.floor(exact + CENTS)
        if exact - lower > CENTS:
            self.ledger.add("quarter tones", "rounded down to a semitone", place=place)
        alter = math.floor(Fraction(pitch.accidental.alter)) if pitch.accidental is not None else 0
        sign = "#" * alter if alter > 0 else "b" * -alter
        return lower, f"{pitch.step}{sign}{pitch.implicitOctave}" if -2 <= alter <= 2 else ""


def _settle_voices(part: WrittenPart) -> None:
    """Give notes outside of music21's voices to the first voice: it drops the voice of a measure that has one."""
    named = {note.voice for measure in part.measures for note in measure.notes} - {""}
    first = min(named, key=int, default="1")
    for measure in part.measures:
        for note in measure.notes:
            note.voice = note.voice or first


def _events(
    stream: Any,
    base: Fraction,
    voice: str,
) -> Iterator[tuple[Fraction, str, Any]]:
    """Yield (start, music21 voice, element); parts inside a stream are left out.

    A voice without a number of its own takes its place among the voices of the measure.
    """
    voices = 0
    for element in stream:
        start = base + _exact(stream.elementOffset(element))
        if not element.isStream:
            yield start, voice, element
        elif "Voice" in element.classSet:
            voices += 1
            name = str(element.id)
            numbered = name.isascii() and name.isdigit() and len(name) <= 2
            yield from _events(element, start, name if numbered else str(voices))
        elif "Part" not in element.classSet:
            yield from _events(element, start, voice)


def _sounds(harmony: Any) -> bool:
    """Return whether a chord symbol is written out as a chord."""
    return bool(getattr(harmony, "writeAsChord", False))


def _exact(quarters: Any) -> Fraction:
    """Return a music21 offset or duration, a binary float or a Fraction, as an exact Fraction."""
    exact = Fraction(quarters)
    return exact if exact.denominator <= LARGEST_DENOMINATOR else exact.limit_denominator(LARGEST_DENOMINATOR)


def _heading(metadata: Any) -> Heading:
    """Return the title that the music states; music21 puts the file's name where there is none."""
    title = getattr(metadata, "title", None) or getattr(metadata, "movementName", None) or ""
    custom = getattr(metadata, "getCustom", lambda name: ())
    return Heading(
        title="" if title.endswith(FILE_SUFFIXES) else plain_text(title),
        composer=plain_text(getattr(metadata, "composer", None) or ""),
        fields={name: str(value) for name in FIELDS for value in custom(name)},
    )

"""Note ids of MusicXML given to music21's notes; music21 itself drops them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

Place = tuple[Fraction, str, int, int]
"""Quarters from the bar line, step, octave and alteration of a note."""


def copy_ids(root: ET.Element, stream: Any) -> None:
    """Set the `id` of every note and chord member of a music21 Score to the id of its <note>.

    Parameters
    ----------
    root : Element
        The score-partwise document, as written by `musicxml_bytes`.
    stream : music21.stream.Score
        What music21 read from it; changed in place.
    """
    divisions = int(root.findtext(".//divisions", "1"))
    # A part on two staves is two parts to music21.
    staves = [
        (part, str(number))
        for part in root.findall("part")
        for number in range(1, int(part.findtext("measure/attributes/staves", "1")) + 1)
    ]
    for (part, staff), read in zip(staves, stream.parts, strict=True):
        for measure, read_measure in zip(part.findall("measure"), read.getElementsByClass("Measure"), strict=True):
            ids: dict[Place, list[str]] = defaultdict(list)
            for place, name in _written(measure, divisions, staff):
                ids[place].append(name)
            for element in read_measure.recurse().notes:
                onset = Fraction(element.getOffsetInHierarchy(read_measure))
                for note in element.notes if element.isChord else (element,):
                    pitch = note.pitch
                    alter = int(pitch.accidental.alter) if pitch.accidental is not None else 0
                    note.id = ids[onset, pitch.step, pitch.octave, alter].pop(0)


def _written(measure: ET.Element, divisions: int, staff: str) -> Iterator[tuple[Place, str]]:
    """Yield place and id of every <note> of a staff of a measure that is no rest."""
    position = start = 0
    for element in measure:
        duration = int(element.findtext("duration", "0"))
        if element.tag == "backup":
            position -= duration
        elif element.tag == "forward":
            position += duration
        elif element.tag == "note":
            if element.find("chord") is None:
                start, position = position, position + duration
            pitch = element.find("pitch")
            if pitch is not None and element.findtext("staff", "1") == staff:
                step, octave = pitch.findtext("step", ""), int(pitch.findtext("octave", "0"))
                place = Fraction(start, divisions), step, octave, int(pitch.findtext("alter", "0"))
                yield place, element.get("id", "")

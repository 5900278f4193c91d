"""MusicXML -> Score, read by music21 in the child process of `isolate`.

music21's importer is called on the parsed document, not through its `parse`, which would look for a pickle of an
earlier reading in a shared folder and run it.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from musenb.errors import LoadError
from musenb.score.as_json import from_json, to_json
from musenb.score.isolate import isolated
from musenb.score.note import Score


def score_from_musicxml(data: bytes, *, source: str) -> Score:
    """Return uncompressed MusicXML as a Score.

    Parameters
    ----------
    data : bytes
        A partwise or timewise document. It is expected to have passed the safety scan of `load`.
    source : str
        File name, for messages and `Score.source`.

    Raises
    ------
    LoadError
        The document cannot be read within the limits, or is not MusicXML.
    """
    return from_json(isolated(f"{__name__}:parse_to_json", {"data": data, "source": source}, what=source))


def parse_to_json(data: bytes, source: str) -> str:
    """Return MusicXML bytes as the JSON of a Score; to be called in the child."""
    from music21.musicxml.xmlToM21 import MusicXMLImporter

    from musenb.score.from_music21 import score_from_music21

    try:
        root = ET.fromstring(data)
    except ET.ParseError as error:
        raise LoadError("content", f"{source} is not well-formed XML: {error}") from None
    if root.tag == "score-timewise":
        root = partwise(root)
    if root.tag != "score-partwise":
        raise LoadError("format", f"{source} is XML but not MusicXML: its root is <{root.tag[:40]}>")
    importer = MusicXMLImporter()
    importer.xmlRoot = root
    importer.xmlRootToScore(root, importer.stream)
    return to_json(score_from_music21(importer.stream, source=source))


def partwise(timewise: ET.Element) -> ET.Element:
    """Return a score-timewise document (measures that hold parts) as score-partwise (parts that hold measures)."""
    score = ET.Element("score-partwise", timewise.attrib)
    score.extend(element for element in timewise if element.tag != "measure")
    parts: dict[str, ET.Element] = {}
    for measure in timewise.findall("measure"):
        for part in measure.findall("part"):
            name = part.get("id", "")
            if name not in parts:
                parts[name] = ET.SubElement(score, "part", {"id": name})
            ET.SubElement(parts[name], "measure", measure.attrib).extend(part)
    return score


def warm_up() -> None:
    """Import music21 before the clock of a call starts."""
    import music21.musicxml.xmlToM21  # noqa: F401

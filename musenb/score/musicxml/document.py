"""MusicXML document reader: written parts, partwise or timewise, with or without a namespace."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from musenb.errors import LoadError
from musenb.score.measures.assemble import Heading, assemble
from musenb.score.measures.written import Ledger, WrittenPart
from musenb.score.musicxml.part import PartReader
from musenb.score.note import Score
from musenb.score.plain import plain_text
from musenb.score.provenance import FIELDS

FILE_SUFFIXES = (".mxl", ".xml", ".musicxml", ".krn", ".abc", ".mid", ".midi")


def read_document(root: Element, *, source: str) -> Score:
    """Return a MusicXML tree as a Score.

    Parameters
    ----------
    root : Element
        What `screen_musicxml` has let through; it may be changed.
    source : str
        File name, for messages and `Score.source`.

    Raises
    ------
    LoadError
        A number is none, or the only notes are percussion.
    ScoreError
        A pitch is outside 0..127.
    """
    if root.tag == "score-timewise":
        root = partwise(root)
    ledger = Ledger()
    try:
        parts = list(written_parts(root, ledger))
    except (ValueError, OverflowError) as error:
        if isinstance(error, LoadError):
            raise
        raise LoadError("content", f"{source} cannot be read as music: {plain_text(str(error))}") from None
    return assemble(parts, _heading(root), source=source, ledger=ledger)


def written_parts(root: Element, ledger: Ledger) -> Iterator[WrittenPart]:
    """Yield the parts in their order."""
    names = {}
    for part in root.iter("score-part"):
        names[part.get("id")] = plain_text(part.findtext("part-name") or "")
    divisions = 1
    for number, element in enumerate(root.findall("part"), start=1):
        name = names.get(element.get("id")) or f"part {number}"
        numbered = element.find("measure/note/voice") is not None
        reader = PartReader(name, ledger, divisions=divisions, numbered=numbered)
        for measure in element.findall("measure"):
            reader.read(measure)
        divisions = reader.attributes.divisions or divisions
        yield reader.part


def _heading(root: Element) -> Heading:
    """Return title, composer and the fields that musenb itself has written."""
    titles = (root.findtext("work/work-title"), root.findtext("movement-title"))
    title = next((plain_text(text) for text in titles if text and text.strip()), "")
    creators = root.findall("identification/creator")
    composers = [creator.text or "" for creator in creators if creator.get("type") == "composer"]
    fields = {
        field.get("name", ""): field.text or ""
        for field in root.findall("identification/miscellaneous/miscellaneous-field")
        if field.get("name") in FIELDS
    }
    return Heading(
        title="" if title.lower().endswith(FILE_SUFFIXES) else title,
        composer=plain_text(composers[0]) if composers else "",
        fields=fields,
    )


def partwise(timewise: Element) -> Element:
    """Return a score-timewise document (measures that hold parts) as score-partwise (parts that hold measures)."""
    score = Element("score-partwise", timewise.attrib)
    score.extend(element for element in timewise if element.tag != "measure")
    parts: dict[str, Element] = {}
    for measure in timewise.findall("measure"):
        for part in measure.findall("part"):
            name = part.get("id", "")
            if name not in parts:
                parts[name] = SubElement(score, "part", {"id": name})
            SubElement(parts[name], "measure", measure.attrib).extend(part)
    return score

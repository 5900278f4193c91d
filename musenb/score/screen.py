"""MusicXML input validation before a parser sees it: the .mxl archive and the size of everything in the document.

Small files can hold a music parser up for minutes or fill the memory: an archive that inflates a thousandfold, a metre
of a million beats, measures without end. What passes here is of a sane size; it may still be wrong music.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError, fromstring

from musenb.errors import LoadError
from musenb.score.limits import DEFAULT_LIMITS, Limits, raised_by
from musenb.score.musicxml.encoding import parseable
from musenb.score.plain import plain_text

CONTAINER = "META-INF/container.xml"
CHUNK = 64 * 2**10
UTF_8_NAME = 0x800
# Below this size any ratio is harmless.
RATIO_FROM = 2**20
ROOTS = ("score-partwise", "score-timewise")
LONGEST_QUARTERS = 1_024
# Element: lowest and highest value.
RANGES: dict[str, tuple[float, float]] = {
    "divisions": (1, 1_000_000),
    "octave": (-1, 10),
    "alter": (-4, 4),
    "fifths": (-99, 99),
    "staves": (1, 16),
    "staff-lines": (0, 32),
    "beats": (1, 64),
    "beat-type": (1, 64),
    "actual-notes": (1, 256),
    "normal-notes": (1, 256),
    "diatonic": (-64, 64),
    "chromatic": (-64, 64),
    "octave-change": (-6, 6),
    "multiple-rest": (1, 1_000),
}
_FIRST_TAG = re.compile(rb"<([A-Za-z_][\w:.-]*)")


def unzip_mxl(data: bytes, *, source: str, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Return the score document of a .mxl archive.

    Raises
    ------
    LoadError
        The archive is damaged, over a limit, or holds no score.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > limits.mxl_members:
                raise LoadError(
                    "limit",
                    f"{source}: {len(members)} files in the archive, at most {limits.mxl_members}",
                    raised_by("mxl_members"),
                )
            for member in members:
                folders = member.filename.replace("\\", "/").split("/")
                absolute = member.filename.startswith(("/", "\\"))
                if ".." in folders or absolute:
                    raise LoadError(
                        "content", f"{source}: the archive names {plain_text(member.filename, 60)!r}, a path outside it"
                    )
            budget = [limits.mxl_bytes]
            names = {name: member for member in members if not member.is_dir() for name in _names(member)}
            root = _root_file(archive, names, budget, source, limits)
            return _inflated(archive, names[root], budget, source, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        if isinstance(error, LoadError):
            raise
        raise LoadError(
            "content", f"{source}: damaged .mxl archive: {plain_text(str(error))}", "export it again"
        ) from None


def _names(member: zipfile.ZipInfo) -> list[str]:
    """Return the name of a member, and what it is when its bytes are UTF-8 although no flag says so."""
    if member.flag_bits & UTF_8_NAME:
        return [member.filename]
    try:
        return [member.filename.encode("cp437").decode("utf-8"), member.filename]
    except UnicodeError:
        return [member.filename]


def _root_file(
    archive: zipfile.ZipFile,
    names: dict[str, zipfile.ZipInfo],
    budget: list[int],
    source: str,
    limits: Limits,
) -> str:
    if CONTAINER in names:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import fromstring as defused

        try:
            container = defused(_inflated(archive, names[CONTAINER], budget, source, limits))
        except (ParseError, DefusedXmlException) as error:
            raise LoadError(
                "content", f"{source}: its {CONTAINER} is damaged: {plain_text(str(error))}", "export it again"
            ) from None
        files = [element for element in container.iter() if _local(element.tag) == "rootfile"]
        paths = [posixpath.normpath(element.get("full-path", "")) for element in files]
        root = next((path for path in paths if path in names), None)
    else:
        at_top = [name for name in names if "/" not in name]
        root = next((name for name in at_top if name.lower().endswith((".musicxml", ".xml"))), None)
    if root is None:
        raise LoadError("content", f"{source}: the .mxl archive holds no score", "export it again")
    return root


def _inflated(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    budget: list[int],
    source: str,
    limits: Limits,
) -> bytes:
    """Return a member's content, counting what really comes out against the budget shared by all members."""
    parts, size = [], 0
    with archive.open(member) as stream:
        while part := stream.read(CHUNK):
            parts.append(part)
            size += len(part)
            budget[0] -= len(part)
            if budget[0] < 0:
                raise LoadError(
                    "limit",
                    f"{source}: the archive inflates to more than {limits.mxl_bytes} bytes",
                    raised_by("mxl_bytes"),
                )
            if size > RATIO_FROM and size > limits.mxl_ratio * max(1, member.compress_size):
                raise LoadError(
                    "limit",
                    f"{source}: the archive inflates more than {limits.mxl_ratio} times",
                    raised_by("mxl_ratio"),
                )
    return b"".join(parts)


def screen_musicxml(data: bytes, *, source: str, limits: Limits = DEFAULT_LIMITS) -> Element:
    """Return the tree of a MusicXML document, or refuse one that is damaged, or larger or stranger than any score.

    Raises
    ------
    LoadError
        The document is not well-formed, has another root, declares entities, or something in it is outside its range.
    """
    from defusedxml import DefusedXmlException

    data = parseable(data)
    _require_root(_first_tag(data), source)
    # Every element has at least one '<'; most have two.
    if data.count(b"<") > 2 * limits.xml_elements:
        raise _over(limits.xml_elements, "elements", "xml_elements", source)
    try:
        _refuse_entities(data)
        root = fromstring(data)
    except ParseError as error:
        raise LoadError(
            "content", f"{source}: not well-formed XML: {plain_text(str(error))}", "export it again"
        ) from None
    except DefusedXmlException as error:
        kind = type(error).__name__
        raise LoadError(
            "content", f"{source}: XML that declares entities is refused ({kind})", "export it without them"
        ) from None
    except (ValueError, LookupError) as error:
        raise LoadError(
            "content", f"{source}: unreadable XML: {plain_text(str(error))}", "export it as UTF-8"
        ) from None
    _require_root(root.tag, source)
    _check_size_of(root, source, limits)
    if root.tag.startswith("{"):
        for element in root.iter():
            element.tag = _local(element.tag)
    _Check(source, limits).score(root)
    return root


class _RootReached(Exception):
    """The prolog, in which alone entities can be declared, is over."""


class _Prolog:
    """Stands in for the builder of a tree until the first element."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        raise _RootReached

    def close(self) -> None:
        raise ParseError("no element found")


def _refuse_entities(data: bytes) -> None:
    """Read a document up to its root by defusedxml, which refuses entities; the parser in C, three times as fast, may
    read the rest.
    """
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(target=_Prolog())
    try:
        for place in range(0, len(data), CHUNK):
            parser.feed(data[place : place + CHUNK])
        parser.close()
    except _RootReached:
        return


def _first_tag(data: bytes) -> str:
    """Return the name of the first element, as far as its bytes are ASCII; empty when they tell none."""
    found = _FIRST_TAG.search(data[:4096])
    return found[1].decode() if found else ""


def _require_root(tag: str, source: str) -> None:
    """Refuse a document whose root is none of MusicXML; an unknown root ('') passes."""
    name = _local(tag).rpartition(":")[2]
    if not name or name in ROOTS:
        return
    page = name.lower() == "html"
    hint = (
        "this looks like a web page, not the file itself: download it again" if page else f"the root must be {ROOTS[0]}"
    )
    raise LoadError("format", f"{source}: not MusicXML, its root is <{plain_text(name, 40)}>", hint)


def _check_size_of(root: Element, source: str, limits: Limits) -> None:
    """Refuse a tree that is too deep or has too many elements; level by level, so that depth costs no stack."""
    level, count, depth = [root], 0, 0
    while level:
        depth += 1
        count += len(level)
        if depth > limits.xml_depth:
            raise _over(limits.xml_depth, "levels of nesting", "xml_depth", source)
        if count > limits.xml_elements:
            raise _over(limits.xml_elements, "elements", "xml_elements", source)
        level = [child for element in level for child in element]


class _Check:
    """Counts and checks what stands in the measures."""

    def __init__(self, source: str, limits: Limits) -> None:
        self.source, self.limits = source, limits
        self.notes = 0
        self.divisions = 1.0

    def score(self, root: Element) -> None:
        """Check a whole document."""
        outer, inner = ("part", "measure") if root.tag == ROOTS[0] else ("measure", "part")
        if root.tag == ROOTS[1]:
            self._within(len(root.findall("measure")), self.limits.measures, "measures", "measures")
        for first in root.findall(outer):
            self.divisions = 1.0
            seconds = first.findall(inner)
            if outer == "part":
                self._within(len(seconds), self.limits.measures, "measures", "measures")
            for second in seconds:
                numbered = second if inner == "measure" else first
                self._measure(second, f"measure {plain_text(numbered.get('number', '?'), 20)}")

    def _measure(self, measure: Element, where: str) -> None:
        """Check a measure of one part."""
        notes = measure.findall("note")
        self._within(len(notes), self.limits.measure_notes, f"notes in {where}", "measure_notes")
        chord = 0
        for note in notes:
            chord = chord + 1 if note.find("chord") is not None else 1
            self._within(chord, self.limits.chord_notes, f"notes in one chord in {where}", "chord_notes")
            begins = all(tie.get("type") != "stop" for tie in note.findall("tie"))
            self.notes += begins and note.find("rest") is None
        self._within(self.notes, self.limits.notes, "notes", "notes")
        for element in measure.iter():
            tag = element.tag
            if tag == "duration":
                self._ranged(element, 0, LONGEST_QUARTERS * self.divisions, where)
            elif tag in RANGES:
                self._ranged(element, *RANGES[tag], where)
                if tag == "divisions":
                    self.divisions = float(element.text or 1)
            elif tag == "repeat" and element.get("times") is not None:
                self._ranged_text("repeat times", element.get("times", ""), (0, 64), where)

    def _ranged(self, element: Element, lowest: float, highest: float, where: str) -> None:
        value = (element.text or "").strip()
        for number in value.split("+") if element.tag == "beats" else (value,):
            self._ranged_text(element.tag, number, (lowest, highest), where)

    def _ranged_text(
        self,
        tag: str,
        value: str,
        bounds: tuple[float, float],
        where: str,
    ) -> None:
        lowest, highest = bounds
        try:
            inside = lowest <= float(value) <= highest
        except ValueError:
            inside = False
        if not inside:
            shown = plain_text(value, 30)
            problem = f"<{tag}> is {shown!r} in {where}, outside {lowest:g}..{highest:g}"
            raise LoadError("content", f"{self.source}: {problem}")

    def _within(self, count: int, most: int, what: str, limit: str) -> None:
        if count > most:
            raise _over(most, what, limit, self.source)


def _over(most: int, what: str, limit: str, source: str) -> LoadError:
    return LoadError("limit", f"{source}: more than {most} {what}", raised_by(limit))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]

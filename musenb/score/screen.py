"""A look at MusicXML before a parser sees it: the .mxl archive and the size of everything in the document.

Small files can hold a music parser up for minutes or fill the memory: an archive that inflates a thousandfold, a metre
of a million beats, measures without end. What passes here is of a sane size; it may still be wrong music.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from io import BytesIO
from xml.etree.ElementTree import ParseError

from musenb.errors import LoadError
from musenb.score.limits import DEFAULT_LIMITS, Limits
from musenb.score.plain import plain_text

CONTAINER = "META-INF/container.xml"
CHUNK = 64 * 2**10
# Below this size any ratio is harmless.
RATIO_FROM = 2**20
ROOTS = ("score-partwise", "score-timewise")
LONGEST_QUARTERS = 1_024
# Element: lowest and highest value.
RANGES: dict[str, tuple[float, float]] = {
    "divisions": (1, 1_000_000),
    "octave": (-1, 10),
    "alter": (-4, 4),
    "fifths": (-7, 7),
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
                    "raise Limits(mxl_members=...)",
                )
            for member in members:
                if ".." in member.filename.replace("\\", "/").split("/") or member.filename.startswith(("/", "\\")):
                    raise LoadError(
                        "content", f"{source}: the archive names {plain_text(member.filename, 60)!r}, a path outside it"
                    )
            budget = [limits.mxl_bytes]
            names = {member.filename: member for member in members if not member.is_dir()}
            root = _root_file(archive, names, budget, source, limits)
            return _inflated(archive, names[root], budget, source, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        if isinstance(error, LoadError):
            raise
        raise LoadError(
            "content", f"{source}: damaged .mxl archive: {plain_text(str(error))}", "export it again"
        ) from None


def _root_file(
    archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo], budget: list[int], source: str, limits: Limits
) -> str:
    if CONTAINER in names:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import fromstring

        try:
            container = fromstring(_inflated(archive, names[CONTAINER], budget, source, limits))
        except (ParseError, DefusedXmlException) as error:
            raise LoadError(
                "content", f"{source}: its {CONTAINER} is damaged: {plain_text(str(error))}", "export it again"
            ) from None
        paths = [element.get("full-path", "") for element in container.iter() if _local(element.tag) == "rootfile"]
        root = next((posixpath.normpath(path) for path in paths if posixpath.normpath(path) in names), None)
    else:
        root = next((name for name in names if name.lower().endswith((".musicxml", ".xml")) and "/" not in name), None)
    if root is None:
        raise LoadError("content", f"{source}: the .mxl archive holds no score", "export it again")
    return root


def _inflated(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: list[int], source: str, limits: Limits
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
                    "raise Limits(mxl_bytes=...)",
                )
            if size > RATIO_FROM and size > limits.mxl_ratio * max(1, member.compress_size):
                raise LoadError(
                    "limit",
                    f"{source}: the archive inflates more than {limits.mxl_ratio} times",
                    "raise Limits(mxl_ratio=...)",
                )
    return b"".join(parts)


def screen_musicxml(data: bytes, *, source: str, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse a MusicXML document that is damaged, or larger or stranger than any score.

    Raises
    ------
    LoadError
        The document is not well-formed, has another root, declares entities, or something in it is outside its range.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    scan = _Scan(source, limits)
    parser = DefusedXMLParser(target=scan)
    try:
        for place in range(0, len(data), CHUNK):
            parser.feed(data[place : place + CHUNK])
        parser.close()
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
        if isinstance(error, LoadError):
            raise
        raise LoadError(
            "content", f"{source}: unreadable XML: {plain_text(str(error))}", "export it as UTF-8"
        ) from None


class _Scan:
    """A parser target that counts and checks, and builds nothing."""

    def __init__(self, source: str, limits: Limits) -> None:
        self.source, self.limits = source, limits
        self.depth = self.elements = self.notes = self.measures = self.measure_notes = self.chord = 0
        self.divisions = 1.0
        self.measure = "before the first measure"
        self.text: list[str] = []
        self.chorded = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Count an element on its way in."""
        tag = _local(tag)
        if self.depth == 0 and tag not in ROOTS:
            page = tag.lower() == "html"
            hint = (
                "this looks like a web page, not the file itself: download it again"
                if page
                else f"the root must be {ROOTS[0]}"
            )
            raise LoadError("format", f"{self.source}: not MusicXML, its root is <{plain_text(tag, 40)}>", hint)
        self.depth += 1
        self.elements += 1
        self._within(self.depth, self.limits.xml_depth, "levels of nesting", "xml_depth")
        self._within(self.elements, self.limits.xml_elements, "elements", "xml_elements")
        self.text.clear()
        if tag == "part":
            self.measures = self.measure_notes = 0
        elif tag == "measure":
            self.measures += 1
            self.measure_notes = self.chord = 0
            self.measure = f"measure {plain_text(attributes.get('number', '?'), 20)}"
            self._within(self.measures, self.limits.measures, "measures", "measures")
        elif tag == "note":
            self.notes += 1
            self.measure_notes += 1
            self.chorded = False
            self._within(self.notes, self.limits.notes, "notes", "notes")
            self._within(self.measure_notes, self.limits.measure_notes, f"notes in {self.measure}", "measure_notes")
        elif tag == "chord":
            self.chorded = True
        elif tag == "repeat" and "times" in attributes:
            self._ranged("repeat times", attributes["times"], 0, 64)

    def data(self, text: str) -> None:
        """Keep the text of a number element; numbers are short."""
        if len(self.text) < 8:
            self.text.append(text[:64])

    def end(self, tag: str) -> None:
        """Check an element on its way out."""
        tag = _local(tag)
        self.depth -= 1
        if tag in RANGES:
            value = "".join(self.text).strip()
            for number in value.split("+") if tag == "beats" else (value,):
                self._ranged(tag, number, *RANGES[tag])
            if tag == "divisions":
                self.divisions = float(value)
        elif tag == "duration":
            self._ranged(tag, "".join(self.text).strip(), 0, LONGEST_QUARTERS * self.divisions)
        elif tag == "note":
            self.chord = self.chord + 1 if self.chorded else 1
            self._within(self.chord, self.limits.chord_notes, f"notes in one chord in {self.measure}", "chord_notes")
        self.text.clear()

    def close(self) -> None:
        """Nothing is built, so nothing is returned."""

    def _within(self, count: int, most: int, what: str, limit: str) -> None:
        if count > most:
            raise LoadError("limit", f"{self.source}: more than {most} {what}", f"raise Limits({limit}=...)")

    def _ranged(self, tag: str, value: str, lowest: float, highest: float) -> None:
        try:
            inside = lowest <= float(value) <= highest
        except ValueError:
            inside = False
        if not inside:
            shown = plain_text(value, 30)
            raise LoadError(
                "content", f"{self.source}: <{tag}> is {shown!r} in {self.measure}, outside {lowest:g}..{highest:g}"
            )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]

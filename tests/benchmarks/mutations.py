"""Mutations of real inputs, each drawn from a random generator: bytes, text, XML trees, MIDI tracks, lines of JSON."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import random
import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from typing import Any
from xml.etree.ElementTree import ParseError, fromstring, tostring

from musenb.files.lines import decode_lines, encode_line
from musenb.model.safetensors_header import header_bytes, header_of
from musenb.model.weights import CHECKSUM

Rng = random.Random
ODD_BYTES = (0, 1, 2, 4, 0x20, 0x3C, 0x7F, 0x80, 0x90, 0xC0, 0xE0, 0xF0, 0xF4, 0xF7, 0xF8, 0xFE, 0xFF)
ODD_NUMBERS = (
    *("0", "-1", "1", "-0", "1e9", "1e-30", "1e308", "nan", "inf", "-inf", "99999999999999999999", "2147483648"),
    *("4294967295", "0.1", "0.333333", "1/3", "5/0", "4/4", "256", "127", "128", "1000000", "+7", " 4 ", "1_000"),
    *("\uff11", "\u0661", "", "x", "\u202e4", "0x10", "3e", "--2", "9" * 400),
)
ODD_TEXTS = (
    "", " ", "\0", "\n", "\t\r\n", "\u202eabc", "\ud83d\ude00", "é" * 300, "<b>", "&amp;", "%s%n", "../..",
    "a" * 70_000, "Flute\\", '"', "'", "[", "]", "{", "}", "start", "stop", "continue", "yes", "C", "H", "none",
)  # fmt: skip
ABC_WORDS = (
    *("[", "]", "|", ":", "&", "-", ">", "<<<", "(3", "(9:1:99", "{", "}", '"', "!", "+", "%", "\\", "\n", "/", "9"),
    *("[V:2]", "[K:", "[M:0/0]", "[M:C|]", "[L:0]", "M:", "K:", "K:HP", "V:3\n", "Q:0", "Z99", "c99999", "^", "_/"),
    *("X:2\n", "\n\n", "\0", "%%score (1 2)\n", "U:n=!trill!\n", "m:~n=n/o/\n", "|1", "::", "[I:octave=9]"),
    *("%%MIDI transpose 99\n", "%abc-2.1\n", "I:abc-charset utf-16\n", "P:(AB)99\n", "[P:A]", "[r:x]", "z1/999999"),
)
TEXT_WORDS = (
    *("C4", "D", "F##9", "Cb-1", "r:3", "C4:1/0", "C4:1e9", "C4:.5", "C4:999", "C4:1/7~", "G4^~", "|", "||", "3/4"),
    *("0/4", "4/0", "999/1", "key=", "key=F# minor", "key=9b", "tempo=0", "tempo=999999", "upbeat=", "upbeat=99"),
    *('title="', 'title="a"', "alto:", '"x":', '"":', "soprano:\n", "\n", "♯", "E♭4", "B4:2~ B4:2", "X:1\nK:C\n"),
)
ODD_NAMES = ("../a.xml", "/a.xml", "META-INF", "a" * 300, "ä.xml", "C:\\a.xml", "x/", ".", "a")
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 127, 128, 2**31, 2**63, -(2**63), 10**30, 0.5, -0.0, 1e308, 1e-320, "", "x",
    "1", "1/3", "1/0", "9" * 50, "\0", "a" * 5_000,
    [], {}, [[]], [0], [1, 2, 3], {"id": 1}, [None], [[0, 1, 60, 80, "C4", 0, 0]],
)  # fmt: skip


def mutated(kind: str, data: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
    """Return an input of a kind, changed in one to four ways."""
    for _ in range(min(4, 1 + int(rng.expovariate(1.0)))):
        ways = WAYS[kind]
        data = rng.choice(ways)(data, rng, others)
    return data


# Bytes


def odd_byte(data: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
    """Put one byte in the place of another."""
    if not data:
        return bytes([rng.choice(ODD_BYTES)])
    place = rng.randrange(len(data))
    flipped = data[place] ^ (1 << rng.randrange(8))
    return data[:place] + bytes([rng.choice((flipped, rng.choice(ODD_BYTES)))]) + data[place + 1 :]


def cut(data: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
    """Leave a piece out: the end, or some of the middle."""
    first, last = _span(data, rng)
    return data[:first] if rng.random() < 0.3 else data[:first] + data[last:]


def doubled(data: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
    """Write a piece several times, or put it somewhere else too."""
    first, last = _span(data, rng)
    place = rng.randrange(len(data) + 1)
    return data[:place] + data[first:last] * rng.choice((1, 2, 30)) + data[place:]


def spliced(data: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
    """Put a piece of another input into this one."""
    other = rng.choice(others)
    first, last = _span(other, rng)
    place = rng.randrange(len(data) + 1)
    return data[:place] + other[first:last] + data[min(len(data), place + rng.choice((0, last - first))) :]


def odd_number(data: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
    """Put an odd number in the place of one that is written in digits."""
    found = list(re.finditer(rb"\d+(?:\.\d+)?", data))
    if not found:
        return data
    place = rng.choice(found)
    return data[: place.start()] + rng.choice(ODD_NUMBERS).encode() + data[place.end() :]


def _span(data: bytes, rng: Rng) -> tuple[int, int]:
    first = rng.randrange(len(data) + 1)
    return first, min(len(data), first + rng.choice((1, 2, 4, 8, 16, 64, 256, 2048)))


BYTES = (odd_byte, odd_byte, cut, doubled, spliced)


# Text


def _word_in(words: Sequence[str]) -> Callable[[bytes, Rng, Sequence[bytes]], bytes]:
    def word_put_in(data: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
        place = rng.randrange(len(data) + 1)
        return data[:place] + rng.choice(words).encode() + data[place + rng.choice((0, 0, 1, 3)) :]

    return word_put_in


def lines_moved(data: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
    """Leave a line out, write it twice, put it elsewhere, or take one of another input."""
    lines = data.split(b"\n")
    line = lines.pop(rng.randrange(len(lines)))
    line = rng.choice((line, line, rng.choice(rng.choice(others).split(b"\n"))))
    for _ in range(rng.choice((0, 1, 1, 2, 40))):
        lines.insert(rng.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


# XML


def element_changed(data: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
    """Change, remove, double or move an element, or an attribute, of a document."""
    try:
        root = fromstring(data)
    except (ParseError, ValueError, LookupError):
        return odd_byte(data, rng, others)
    parents = [element for element in root.iter() if len(element)]
    parent = rng.choice(parents) if parents else root
    if not len(parent):
        return data
    place = rng.randrange(len(parent))
    rng.choice(TREE_ACTS)(parent, place, rng, parents)
    return tostring(root, encoding="utf-8", xml_declaration=True)


def _text(parent: Any, place: int, rng: Rng, parents: list) -> None:
    leaves = [element for element in parent.iter() if not len(element)]
    rng.choice(leaves).text = _writable(rng.choice((*ODD_NUMBERS, *ODD_TEXTS)))


def _attribute(parent: Any, place: int, rng: Rng, parents: list) -> None:
    holders = [element for element in parent.iter() if element.attrib] or [parent]
    holder = rng.choice(holders)
    name = rng.choice([*holder.attrib, "number", "type", "id", "measure"])
    if rng.random() < 0.3:
        holder.attrib.pop(name, None)
    else:
        holder.set(name, _writable(rng.choice((*ODD_NUMBERS, *ODD_TEXTS))))


def _removed(parent: Any, place: int, rng: Rng, parents: list) -> None:
    del parent[place]


def _doubled(parent: Any, place: int, rng: Rng, parents: list) -> None:
    for _ in range(rng.choice((1, 1, 2, 50))):
        parent.insert(rng.randrange(len(parent) + 1), copy.deepcopy(parent[place]))


def _moved(parent: Any, place: int, rng: Rng, parents: list) -> None:
    there = rng.choice(parents)
    element = copy.deepcopy(parent[place])
    if rng.random() < 0.5:
        del parent[place]
    there.insert(rng.randrange(len(there) + 1), element)


def _renamed(parent: Any, place: int, rng: Rng, parents: list) -> None:
    parent[place].tag = rng.choice([element.tag for element in rng.choice(parents)] or ["note"])


TREE_ACTS = (_text, _text, _text, _attribute, _removed, _doubled, _moved, _renamed)


def _writable(text: str) -> str:
    """Return a text without what no XML document can hold."""
    return "".join(sign for sign in text if sign in "\t\n\r" or " " <= sign < "\ud800" or sign > "\udfff")


# Archives


def archive_changed(data: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
    """Change what is in an archive, or how it is called."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except Exception:  # an archive that was damaged before
        return odd_byte(data, rng, others)
    place = rng.randrange(len(members)) if members else 0
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for number, (name, content) in enumerate(members):
            if number == place:
                act = rng.random()
                if act < 0.7:
                    content = rng.choice((element_changed, odd_byte, cut))(content, rng, [content])
                elif act < 0.8:
                    continue
                else:
                    name = rng.choice(ODD_NAMES)
            archive.writestr(name, content)
    return out.getvalue()


# MIDI


def track_changed(data: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
    """Change the header or a track of a MIDI file and keep its lengths true."""
    start = data.find(b"MThd")
    if start < 0:
        return odd_byte(data, rng, others)
    header, tracks = bytearray(data[start + 8 : start + 14]), []
    for found in re.finditer(b"MTrk", data):
        (length,) = struct.unpack(">I", data[found.end() : found.end() + 4].rjust(4, b"\0"))
        tracks.append(data[found.end() + 4 : found.end() + 4 + length])
    act = rng.random()
    if act < 0.15 and len(header) == 6:
        value = rng.choice((0, 1, 2, 3, 24, 0x7FFF, 0x8000, 0xE728, 0xFFFF))
        struct.pack_into(">H", header, rng.choice((0, 2, 4)), value)
    elif act < 0.3 and tracks:
        tracks[rng.randrange(len(tracks)) :] = rng.choices(tracks, k=rng.choice((0, 1, 3, 200)))
    elif tracks:
        place = rng.randrange(len(tracks))
        tracks[place] = rng.choice((event_put_in, event_put_in, mark_changed, *BYTES))(tracks[place], rng, tracks)
    return midi_of(bytes(header), tracks)


def midi_of(header: bytes, tracks: Sequence[bytes]) -> bytes:
    """Return a MIDI file of a header's six bytes and tracks."""
    chunks = [b"MThd" + struct.pack(">I", len(header)) + header]
    chunks += [b"MTrk" + struct.pack(">I", len(track)) + track for track in tracks]
    return b"".join(chunks)


def event_put_in(track: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
    """Put an odd event somewhere into a track."""
    delta = rng.choice((b"\0", b"\1", b"\x83\x60", b"\xff\xff\xff\x7f", b"\x80\x80\x80\x80\0"))
    event = rng.choice(
        (
            b"\xff\x51\x03" + rng.choice((b"\0\0\0", b"\0\0\1", b"\xff\xff\xff")),
            b"\xff\x58\x04" + bytes(rng.choice((0, 1, 3, 8, 255)) for _ in range(4)),
            b"\xff\x59\x02" + bytes(rng.choice((0, 7, 8, 0x80, 0xF9)) for _ in range(2)),
            b"\xff\x51\x01\x07", b"\xff\x58\x00", b"\xff\x59\x00", b"\xff\x2f\x00", b"\xff\x20\x01\x09",
            b"\xff\x54\x05abcde",
            b"\xf0\x03abc", b"\xf7\x00", b"\xf8", b"\xfe", b"\xc0\x05", b"\xb0\x40\x7f", b"\xe0\0\0", b"\x90\x3c\x40",
            b"\x99\x3c\x40", b"\x80\x3c\x40", b"\x90\x3c\0", b"\xff\x01\x04\x83\x65\x83\x81",
            b"\xff\x03\x83\x60" + b"a" * 480,
        )
    )  # fmt: skip
    place = rng.randrange(len(track) + 1)
    return track[:place] + (delta + event) * rng.choice((1, 1, 2, 300)) + track[place:]


def mark_changed(track: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
    """Change what one of musenb's own texts in a track says."""
    found = list(re.finditer(rb"\xff\x01([\x00-\x7f])(musenb:[ -~]*)", track))
    if not found:
        return event_put_in(track, rng, others)
    mark = rng.choice(found)
    text = rng.choice((odd_number, odd_byte, cut, doubled))(mark[2][: mark[1][0]], rng, [mark[2]])[:127]
    return track[: mark.start()] + b"\xff\x01" + bytes([len(text)]) + text + track[mark.start(2) + mark[1][0] :]


# Lines of JSON, and headers


def line_changed(data: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
    """Change a value in a line of a journal, or the order of lines, and give every line its right checksum."""
    lines = [(line.kind, line.data) for line in decode_lines(data) if not line.fault]
    if not lines:
        return data
    act, place = rng.random(), rng.randrange(len(lines))
    if act < 0.6:
        kind, value = lines[place]
        lines[place] = kind, value_changed(value, rng)
    elif act < 0.7:
        lines[place] = rng.choice((*(kind for kind, _ in lines), "x")), lines[place][1]
    else:
        line = lines.pop(place)
        for _ in range(rng.choice((0, 1, 2))):
            lines.insert(rng.randrange(len(lines) + 1), line)
    encoded = []
    for number, (kind, value) in enumerate(lines, start=1):
        try:
            encoded.append(encode_line(number, kind, value, at="2026-11-30T12:00:00Z"))
        except ValueError:  # a number that JSON does not have
            continue
    return b"".join(encoded)


def value_changed(value: Any, rng: Rng) -> Any:
    """Return JSON values with one of them changed, left out or written twice."""
    value = copy.deepcopy(value)
    holders = list(_holders(value))
    if not holders:
        return rng.choice(ODD_VALUES)
    holder = rng.choice(holders)
    keys = list(holder) if isinstance(holder, dict) else range(len(holder))
    key = rng.choice(keys)
    act = rng.random()
    if act < 0.15:
        del holder[key]
    elif act < 0.3 and isinstance(holder, list):
        holder.insert(rng.randrange(len(holder) + 1), copy.deepcopy(holder[key]))
    elif act < 0.4:
        holder[key] = copy.deepcopy(rng.choice(holders))
    else:
        holder[key] = copy.deepcopy(rng.choice(ODD_VALUES))
    return value


def _holders(value: Any) -> list[Any]:
    """Return every list and dict in a value that is not empty."""
    if not isinstance(value, (list, dict)) or not value:
        return []
    inner = value.values() if isinstance(value, dict) else value
    return [value, *(holder for one in inner for holder in _holders(one))]


def header_changed(data: bytes, rng: Rng, others: Sequence[bytes]) -> bytes:
    """Change the header of a checkpoint, its configuration among it; make the checksum fit, or not."""
    try:
        header, start = header_of(data, "fuzz")
        metadata = header["__metadata__"]
        config = json.loads(metadata["config"])
    except Exception:  # a checkpoint that was damaged before
        return odd_byte(data, rng, others)
    if rng.random() < 0.6:
        metadata["config"] = json.dumps(value_changed(config, rng))
    else:
        header = value_changed(header, rng)
    if rng.random() < 0.7 and isinstance(header.get("__metadata__"), dict):
        text = header["__metadata__"].get("config")
        if isinstance(text, str):
            header["__metadata__"][CHECKSUM] = hashlib.sha256(text.encode() + data[start:]).hexdigest()
    try:
        return header_bytes(header) + data[start:]
    except (TypeError, ValueError):
        return data


TEXT = (odd_number, lines_moved)
XML = (element_changed,) * 5 + (odd_number, *BYTES)
MIDI = (track_changed,) * 5 + BYTES
LINES = (line_changed,) * 5 + (lines_moved, odd_number, *BYTES)
WAYS: dict[str, tuple[Callable[[bytes, Rng, Sequence[bytes]], bytes], ...]] = {
    "midi": MIDI,
    "riff": (*MIDI, *BYTES),
    "xml": XML,
    "mxl": (archive_changed,) * 5 + BYTES,
    "abc": (_word_in(ABC_WORDS),) * 4 + TEXT * 2 + BYTES,
    "text": (_word_in(TEXT_WORDS),) * 4 + TEXT * 2 + BYTES,
    "journal": LINES,
    "gather": LINES,
    "weights": (header_changed,) * 3 + BYTES,
}

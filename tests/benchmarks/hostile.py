"""Hostile inputs, made up: each is small or simple to make and hurts a reader that believes it."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Iterator

from inputs import mxl_of, riff_of, small_inputs
from mutations import midi_of, mutated

Input = tuple[str, str, bytes]  # name, kind, content

NOTE = "<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration><type>quarter</type></note>"
ATTRIBUTES = "<attributes><divisions>1</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
REST = "<multiple-rest>1000</multiple-rest>"
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10))
QUARTER = b"\0\x90\x3c\x40\x60\x80\x3c\0"
END = b"\0\xff\x2f\0"


def xml_of(measures: str, *, before: str = "", title: str = "") -> bytes:
    """Return a MusicXML document of one part."""
    heading = f"<work><work-title>{title}</work-title></work>" if title else ""
    parts = '<part-list><score-part id="P1"><part-name>a</part-name></score-part></part-list>'
    part = f"<part id='P1'>{measures}</part>"
    return f"<?xml version='1.0'?>{before}<score-partwise>{heading}{parts}{part}</score-partwise>".encode()


def measure(inside: str, number: int = 1) -> str:
    """Return one measure of MusicXML."""
    return f'<measure number="{number}">{ATTRIBUTES if number == 1 else ""}{inside}</measure>'


def documents() -> Iterator[Input]:
    """Yield hostile MusicXML."""
    texts = {
        "entities that grow": xml_of(measure(NOTE), before=f"<!DOCTYPE score-partwise [{LAUGHS}]>", title="&a9;"),
        "entity from a file": xml_of(
            measure(NOTE), before='<!DOCTYPE score-partwise [<!ENTITY a SYSTEM "file:///etc/passwd">]>', title="&a;"
        ),
        "nested 50,000 deep": xml_of("<measure>" * 50_000 + "</measure>" * 50_000),
        "a metre of a million": xml_of(measure(NOTE).replace("<beats>4", "<beats>1000000")),
        "divisions of nothing": xml_of(measure(NOTE).replace("<divisions>1", "<divisions>1e-9")),
        "a duration of 1e308": xml_of(measure(NOTE.replace("<duration>1", "<duration>1e308"))),
        "a duration of nan": xml_of(measure(NOTE.replace("<duration>1", "<duration>nan"))),
        "a chord of 10,000": xml_of(measure(NOTE + NOTE.replace("<note>", "<note><chord/>") * 10_000)),
        "6,000 measures": xml_of("".join(measure(NOTE, number) for number in range(1, 6_001))),
        "60,000 notes in a measure": xml_of(measure(NOTE * 60_000)),
        "back before the beginning": xml_of(measure((NOTE + "<backup><duration>1000</duration></backup>") * 500)),
        "forward a thousand times": xml_of(measure("<forward><duration>1000</duration></forward>" * 900 + NOTE)),
        "a repeat of 10**9 times": xml_of(
            measure(NOTE + '<barline><repeat direction="backward" times="999999999"/></barline>')
        ),
        "5,000 repeats in one another": xml_of(
            "".join(measure('<barline><repeat direction="forward"/></barline>' + NOTE, n) for n in range(1, 5_000))
        ),
        "rests of 1,000 measures": xml_of(
            "".join(
                measure(f"<attributes><measure-style>{REST}</measure-style></attributes>{NOTE}", number)
                for number in range(1, 900)
            )
        ),
        "a title of 5 MB": xml_of(measure(NOTE), title="a" * 5_000_000),
        "a script in the title": xml_of(measure(NOTE), title="&lt;script&gt;alert(1)&lt;/script&gt;\u202e"),
        "MEI": b"<?xml version='1.0'?><mei xmlns='http://www.music-encoding.org/ns/mei'><music/></mei>",
        "a web page": b"<!DOCTYPE html><html><body>404</body></html>",
        "a thousand parts": b"<score-partwise>"
        + "".join(f"<part id='P{number}'>{measure(NOTE)}</part>" for number in range(1_000)).encode()
        + b"</score-partwise>",
        "cut in the middle": xml_of(measure(NOTE))[:200],
        "UTF-16 cut": xml_of(measure(NOTE)).decode().encode("utf-16")[:333],
        "only a bracket": b"<?xml version='1.0'?><" * 1,
        "a million brackets": b"<?xml version='1.0'?><score-partwise>" + b"<a/>" * 2_000_000,
        "a tuplet of 256 in 1": xml_of(
            measure(NOTE.replace("<type>", "<time-modification><actual-notes>256</actual-notes>"
                    "<normal-notes>1</normal-notes></time-modification><type>") * 64)
        ),
    }  # fmt: skip
    for name, data in texts.items():
        yield name, "xml", data


def archives() -> Iterator[Input]:
    """Yield hostile compressed MusicXML."""
    good = mxl_of(xml_of(measure(NOTE)))
    yield "a bomb", "mxl", mxl_of(xml_of(measure(NOTE)) + b" " * 30_000_000)
    yield "cut", "mxl", good[: len(good) // 2]
    for name, members in {
        "a path outside": {"../../a.xml": b"x"},
        "a thousand members": {f"{n}.xml": b"<score-partwise/>" for n in range(1_000)},
        "no score": {"readme.txt": b"x"},
        "an archive in an archive": {"score.xml": good},
        "a container that grows": {
            "META-INF/container.xml": f"<!DOCTYPE a [{LAUGHS}]><a>&a9;</a>".encode(),
            "score.xml": xml_of(measure(NOTE)),
        },
    }.items():
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        yield name, "mxl", out.getvalue()


def midi_files() -> Iterator[Input]:
    """Yield hostile MIDI."""
    def file(*tracks: bytes, form: int = 1, count: int | None = None, division: int = 96) -> bytes:
        return midi_of(struct.pack(">HHH", form, len(tracks) if count is None else count, division), tracks)

    farthest = b"\xff\xff\xff\x7f"
    files = {
        "a header alone": file(count=65_535),
        "no ticks in a quarter": file(QUARTER + END, division=0),
        "SMPTE time": file(QUARTER + END, division=0xE728),
        "a length without an end": file(b"\xff" * 100_000),
        "data without a status": file(b"\0\x3c\x40" * 1_000),
        "a tempo of 0": file(b"\0\xff\x51\x03\0\0\0" + QUARTER + END),
        "100,000 tempos": file(b"\1\xff\x51\x03\7\xa1\x20" * 100_000 + QUARTER + END),
        "100,000 metres": file(b"\1\xff\x58\x04\1\2\x18\x08" * 100_000 + QUARTER + END),
        "a metre of 255/2**255": file(b"\0\xff\x58\x04\xff\xff\x18\x08" + QUARTER + END),
        "a note of a year": file(b"\0\x90\x3c\x40" + (farthest + b"\xfe") * 100 + farthest + b"\x80\x3c\0" + END),
        "longest gaps": file((farthest + b"\x90\x3c\x40\1\x80\x3c\0") * 400 + END),
        "65,535 empty tracks": file(*[END] * 65_535),
        "60,000 notes": file(QUARTER * 60_000 + END),
        "60,000 notes at once": file(b"\0\x90\x3c\x40" * 60_000 + END),
        "exclusive data without an end": file(b"\0\xf0\xff\xff\xff\x7f" + b"a" * 100 + END),
        "a text of 4 MB": file(b"\0\xff\x01\x81\xff\xff\x7f" + b"a" * 4_000_000),
        "too large": file(b"\0" * 5_000_000),
        "a track within a track": file(file(QUARTER + END)),
        "real-time bytes": file(b"\xf8" * 50_000 + QUARTER + END),
    }
    for name, data in files.items():
        yield name, "midi", data
    yield "a length of 4 GB", "riff", b"RIFF\xff\xff\xff\xffRMIDdata\xff\xff\xff\xff" + files["a header alone"]
    yield "a wrapper in a wrapper", "riff", riff_of(riff_of(file(QUARTER + END)))


def texts() -> Iterator[Input]:
    """Yield hostile ABC and motifs."""
    head = "X:1\nT:a\nM:4/4\nL:1/8\nK:C\n"
    tunes = {
        "500,000 brackets": head + "[" * 500_000,
        "500,000 tuplets": head + "(9" * 250_000,
        "a voice a line": head + "".join(f"V:{n}\nCDEF\n" for n in range(30_000)),
        "a rest of 10**9 bars": head + "Z999999999|c|",
        "a note of 10**400": head + "c" + "9" * 400,
        "a unit of 1/0": "X:1\nM:4/4\nL:1/0\nK:C\nCDEF|",
        "no metre at all": "X:1\nM:0/0\nL:1/8\nK:C\nCDEF|",
        "repeats in repeats": head + "|:" * 100_000 + "c" + ":|" * 100_000,
        "parts without an end": "X:1\nP:" + "(A" * 1_000 + ")99" * 1_000 + "\nM:4/4\nK:C\nP:A\nCDEF|",
        "a macro of itself": "X:1\nM:4/4\nm:n=nnnnnnnnnn\nU:T=TTTT\nK:C\nTnTnTn|",
        "a text without an end": head + "%%begintext\n" + "a\n" * 100_000,
        "an overlay of overlays": head + "c&" * 100_000,
    }
    for name, text in tunes.items():
        yield name, "abc", text.encode()
    motifs = {
        "70,000 rests": "r " * 70_000,
        "60,000 notes": "C4 " * 60_000,
        "a note of 1/0": "C4:1/0",
        "a note of 10**9": "C4:999999999",
        "ties without an end": "C4:999~ " * 1_000,
        "a megabyte": "C4 " * 400_000,
        "10,000 voices": "\n".join(f'"{n}": C4' for n in range(10_000)),
        "a key of 99 sharps": "key=99# C4",
    }
    for name, text in motifs.items():
        yield name, "text", text.encode()


def made_up() -> list[Input]:
    """Return all of them."""
    return [*documents(), *archives(), *midi_files(), *texts()]


def mutations(count: int, seed: int) -> Iterator[Input]:
    """Yield so many mutations of real inputs of each kind of file."""
    inputs = small_inputs(random.Random(seed))
    for kind in ("midi", "riff", "xml", "mxl", "abc", "text"):
        for number in range(count):
            rng = random.Random(f"{seed} {kind} {number}")
            yield f"{kind} {number}", kind, mutated(kind, rng.choice(inputs[kind]), rng, inputs[kind])

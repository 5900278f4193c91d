from __future__ import annotations

import contextlib
import gc
import zipfile
from io import BytesIO

import pytest

from musenb.errors import LoadError
from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.limits import Limits
from musenb.score.screen import screen_musicxml, unzip_mxl

CONTAINER = '<container><rootfiles><rootfile full-path="{}"/></rootfiles></container>'
NOTE = "<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration></note>"


def document(inside: str, root: str = "score-partwise", before: str = "") -> bytes:
    """Return a MusicXML document with `inside` in its one measure."""
    part = f'<part id="P1"><measure number="7">{inside}</measure></part>'
    return f'<?xml version="1.0"?>{before}<{root}>{part}</{root}>'.encode()


def archive(members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", packing) as written:
        for name, content in members.items():
            written.writestr(name, content)
    return out.getvalue()


def mxl(inside: bytes, **more: bytes) -> bytes:
    return archive({"META-INF/container.xml": CONTAINER.format("a/score.xml").encode(), "a/score.xml": inside, **more})


def screen(data: bytes, **limits: int) -> None:
    screen_musicxml(data, source="song.xml", limits=Limits(**limits))


def test_a_plain_score_passes() -> None:
    doctype = '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://example.org/partwise.dtd">'
    screen(document(NOTE * 3, before=doctype))
    screen(document(NOTE, root="score-timewise"))
    screen('<?xml version="1.0" encoding="UTF-16"?><score-partwise><part/></score-partwise>'.encode("utf-16"))


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("<beats>1000000</beats>", "<beats> is '1000000' in measure 7, outside 1..64"),
        ("<beats>3+65</beats>", "<beats> is '65'"),
        ("<beat-type>0</beat-type>", "<beat-type> is '0'"),
        ("<divisions>0</divisions>", "<divisions> is '0'"),
        ("<divisions>nan</divisions>", "<divisions> is 'nan'"),
        ("<octave>99</octave>", "<octave> is '99'"),
        ("<alter>1e9</alter>", "<alter> is '1e9'"),
        ("<fifths>100</fifths>", "<fifths> is '100'"),
        ("<staves>1000</staves>", "<staves> is '1000'"),
        ("<actual-notes>9999</actual-notes>", "<actual-notes>"),
        ("<chromatic>100</chromatic>", "<chromatic>"),
        ("<duration>-1</duration>", "<duration> is '-1'"),
        ("<divisions>4</divisions><duration>5000</duration>", "<duration> is '5000' in measure 7, outside 0..4096"),
        ("<duration>" + "9" * 10_000 + "</duration>", "<duration> is '9999"),
        ('<repeat direction="backward" times="99999"/>', "<repeat times> is '99999'"),
        ("<octave></octave>", "<octave> is ''"),
    ],
)
def test_numbers_out_of_range_are_refused_by_place(inside: str, message: str) -> None:
    with pytest.raises(LoadError, match=f"song.xml: {message}".replace("+", r"\+")) as caught:
        screen(document(inside))
    assert caught.value.kind == "content"


def test_sums_of_beats_pass() -> None:
    screen(document("<beats>3+2</beats><beat-type>8</beat-type>"))


@pytest.mark.parametrize(
    ("inside", "limits", "message"),
    [
        ("<a>" * 40 + "</a>" * 40, {}, "more than 32 levels"),
        (NOTE * 3, {"xml_elements": 12}, "more than 12 elements"),
        (NOTE * 3, {"notes": 2}, "more than 2 notes "),
        (NOTE * 3, {"measure_notes": 2}, "more than 2 notes in measure 7"),
        (
            NOTE + NOTE.replace("<pitch>", "<chord/><pitch>") * 2,
            {"chord_notes": 2},
            "more than 2 notes in one chord in measure 7",
        ),
        ("</measure><measure>" * 3, {"measures": 3}, "more than 3 measures"),
    ],
)
def test_sizes_have_limits_that_are_named(inside: str, limits: dict[str, int], message: str) -> None:
    told = rf"song\.xml: {message}.*\(limits=musenb\.Limits\(\w+=\.\.\.\) raises it\)"
    with pytest.raises(LoadError, match=told) as caught:
        screen(document(inside), **limits)
    assert caught.value.kind == "limit"


def test_chords_are_counted_apart() -> None:
    chord = NOTE + NOTE.replace("<pitch>", "<chord/><pitch>")
    screen(document(chord * 5), chord_notes=2)


def test_other_roots_and_broken_documents_are_refused() -> None:
    for data, message in [
        (b"<html><body/></html>", r"its root is <html> \(this looks like a web page"),
        (b'<mei xmlns="http://example.org/mei"><score-partwise/></mei>', "its root is <mei>"),
        (document(NOTE)[:-9], "not well-formed XML"),
        (b"", "not well-formed XML"),
        (document("\0"), "not well-formed XML"),
        (b'<?xml version="1.0" encoding="x-nonsense"?><score-partwise/>', "XML"),
    ]:
        with pytest.raises(LoadError, match=message):
            screen(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_any_encoding_and_behind_a_long_prolog(encoding: str) -> None:
    kinds = ('<!ENTITY a "b">', '<!ENTITY % a "b">', '<!ENTITY a SYSTEM "file:///etc/passwd">')
    for entity in kinds:
        prolog = f"<?xml version='1.0' encoding='{encoding}'?><!--{'x' * 200_000}-->"
        text = f"{prolog}<!DOCTYPE score-partwise [{entity}]><score-partwise/>"
        with pytest.raises(LoadError, match="XML that declares entities is refused"):
            screen_musicxml(text.encode(encoding), source="x")
    with pytest.raises(LoadError, match="not well-formed XML: undefined entity"):
        screen_musicxml(b"<score-partwise>&unknown;</score-partwise>", source="x")


def test_the_collector_runs_again_after_reading_and_stays_off_where_it_was_off() -> None:
    for broken in (False, True):
        with contextlib.suppress(LoadError):
            score_from_musicxml(b"<score-partwise>" if broken else document(NOTE), source="x")
        assert gc.isenabled()
    gc.disable()
    try:
        with contextlib.suppress(LoadError):
            score_from_musicxml(document(NOTE), source="x")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_entities_are_refused() -> None:
    laughs = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    outside = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    for before in (laughs, outside):
        with pytest.raises(LoadError, match="declares entities is refused"):
            screen(document("&a;", before=before))


def test_an_archive_gives_its_score() -> None:
    assert unzip_mxl(mxl(b"<score-partwise/>", mimetype=b"x"), source="x") == b"<score-partwise/>"
    assert unzip_mxl(archive({"pic.png": b"x", "s.musicxml": b"<a/>"}), source="x") == b"<a/>"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\3\4junk", "damaged .mxl archive"),
        (mxl(b"<a/>")[:-30], "damaged .mxl archive"),
        (mxl(b"<a/>", **{"../evil.xml": b"x"}), r"names '\.\./evil\.xml', a path outside it"),
        (mxl(b"<a/>", **{"a\\..\\evil.xml": b"x"}), "a path outside it"),
        (mxl(b"<a/>", **{"/etc/evil": b"x"}), "a path outside it"),
        (mxl(b"<a/>", **{f"{n}": b"x" for n in range(63)}), "65 files in the archive, at most 64"),
        (mxl(bytes(21 * 2**20)), "inflates more than 200 times"),
        (archive({"s.xml": bytes(33 * 2**20)}, zipfile.ZIP_STORED), "inflates to more than 33554432 bytes"),
        (archive({"readme.txt": b"x"}), "holds no score"),
        (archive({"META-INF/container.xml": b"<container/>", "s.txt": b"x"}), "holds no score"),
        (archive({"META-INF/container.xml": b"<conta"}), "container.xml is damaged"),
        (archive({"META-INF/container.xml": CONTAINER.format("gone.xml").encode()}), "holds no score"),
    ],
)
def test_bad_archives_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(LoadError, match=message):
        unzip_mxl(data, source="song.mxl")


def test_a_header_that_lies_about_its_size_is_found_out() -> None:
    honest = bytearray(mxl(b"<!-- " + bytes(range(32, 127)) * 40_000 + b" --><a/>"))
    with pytest.raises(LoadError, match="inflates"):
        unzip_mxl(bytes(honest), source="x", limits=Limits(mxl_bytes=2**20))


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(mxl(b"<a/>"))
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = -1
        while (place := data.find(signature, place + 1)) >= 0:
            data[place + offset] |= 1
    with pytest.raises(LoadError, match=r"damaged \.mxl archive.*encrypted"):
        unzip_mxl(bytes(data), source="x")

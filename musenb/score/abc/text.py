"""ABC text string decoder: character sets, accents written with a backslash, entities."""

from __future__ import annotations

import contextlib
import html
import re
import unicodedata

from musenb.score.charset import decoded as by_evidence
from musenb.score.charset import encoding_of

# Combining marks of the accents that stand before a letter, as in \'e for é.
_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "o": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "c": "\u0327",
    ";": "\u0328",
}
_LETTERS = {
    "aa": "å",
    "AA": "Å",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "ss": "ß",
    "/o": "ø",
    "/O": "Ø",
    "/d": "đ",
    "/D": "Đ",
    "/l": "ł",
    "/L": "Ł",
    "dh": "ð",
    "DH": "Ð",
    "th": "þ",
    "TH": "Þ",
}
_MNEMONIC = re.compile(
    r"\\(?:u(?P<hex>[0-9A-Fa-f]{4})|(?P<two>aa|AA|ae|AE|oe|OE|ss|/[oOdDlL]|dh|DH|th|TH)"
    r"|(?P<accent>[`'^~=u.\"oHvc;])(?P<letter>[A-Za-z])|(?P<plain>[\\%&]))"
)
_CHARSET = re.compile(rb"^(?:%%|I:)[ \t]*abc-charset[ \t]+([A-Za-z0-9_-]{1,20})", re.MULTILINE)
_DOUBLED_BREAK = re.compile("\r\r+\n")
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
CHARSETS = {
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "windows-1252": "cp1252",
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 15)},
}


def decoded(data: bytes) -> str:
    """Return the text of an ABC file: by its byte order mark, UTF-8, what its %%abc-charset says, or by evidence.

    A line break that was converted twice, two carriage returns before the line feed, is one line break.
    """
    return _DOUBLED_BREAK.sub("\n", _as_text(data))


def _as_text(data: bytes) -> str:
    if data.startswith(UTF_16_MARKS):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        named = _CHARSET.search(data)
        charset = CHARSETS.get(named[1].decode().lower(), "") if named else ""
    if charset:
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(charset)
    lines = data.splitlines(keepends=True)
    encoding = encoding_of(line for line in lines if not line.isascii())
    return "".join(by_evidence(line, encoding) for line in lines)


def unescaped(text: str) -> str:
    r"""Return a text string with its accents: `F\"unf` is Fünf, `&eacute;tude` is étude."""
    return html.unescape(_MNEMONIC.sub(_character, text))


def _character(match: re.Match[str]) -> str:
    if match["hex"]:
        return chr(int(match["hex"], 16))
    if match["two"]:
        return _LETTERS[match["two"]]
    if match["plain"]:
        return match["plain"]
    composed = unicodedata.normalize("NFC", match["letter"] + _ACCENTS[match["accent"]])
    return composed if len(composed) == 1 else match[0]

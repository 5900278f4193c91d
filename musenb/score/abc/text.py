"""ABC text string decoder: character sets, accents written with a backslash, entities."""

from __future__ import annotations

import html
import re
import unicodedata

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
CHARSETS = {
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "windows-1252": "cp1252",
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 15)},
}


def decoded(data: bytes) -> str:
    """Return the text of an ABC file: UTF-8, else what its %%abc-charset says, else Latin-1."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        named = _CHARSET.search(data)
        charset = CHARSETS.get(named[1].decode().lower(), "latin-1") if named else "latin-1"
    try:
        return data.decode(charset)
    except UnicodeDecodeError:
        return data.decode("latin-1")


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

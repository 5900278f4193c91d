"""XML encoding repair: documents whose encoding the parser does not know, or that is another than they declare.

Programs write `encoding="utf-16"` above bytes of UTF-8, or nothing above bytes of Latin-1, and notation programs of
East Asia their own code pages. Blank lines before the declaration are no XML either.
"""

from __future__ import annotations

import re

from musenb.score.charset import decoded, encoding_of

UTF_8_MARK = b"\xef\xbb\xbf"
WIDE = ("utf-16", "utf-16le", "utf-16be", "ucs-2", "iso-10646-ucs-2", "unicode")
# Declared names that the parser does not know, and their codecs.
DOUBLE_BYTE = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "windows-31j": "cp932",
    "euc-jp": "euc_jp",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "euc-kr": "cp949",
}
_DECLARATION = re.compile(rb"<\?xml\b[^>]{0,200}\?>")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([\w.-]{1,40})[\"']")


def parseable(data: bytes) -> bytes:
    """Return a document as the parser can read it: as it is where its declaration is true, else as UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data
    data = data.removeprefix(UTF_8_MARK).lstrip(b" \t\r\n")
    declaration = _DECLARATION.match(data)
    found = _ENCODING.search(declaration[0]) if declaration else None
    named = found[1].decode().lower() if found else "utf-8"
    if named in DOUBLE_BYTE:
        text = data.decode(DOUBLE_BYTE[named], "replace")
    elif _is_wrong(named, data):
        text = _by_evidence(data)
    else:
        return data
    return _DECLARATION.sub(b"", text.encode(), count=1)


def _is_wrong(named: str, data: bytes) -> bool:
    """Return whether a document cannot be in the encoding that it names."""
    if named in WIDE:
        return b"\0" not in data[:64]
    return named in ("utf-8", "utf8") and not _is_utf_8(data)


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _by_evidence(data: bytes) -> str:
    lines = data.splitlines(keepends=True)
    encoding = encoding_of(line for line in lines if not line.isascii())
    return "".join(decoded(line, encoding) for line in lines)

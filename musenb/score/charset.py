"""Character encoding detection for texts that do not name it, by evidence: UTF-8, Latin-1, Cyrillic, Shift-JIS or GBK.

Valid UTF-8 is UTF-8: no other text is likely to be so by chance. Else each of the others that can decode the texts is
weighed by what it makes of them, and the one with the most likely characters wins; Latin-1 when none is likely.

References
----------
Microsoft code pages 932 (Shift-JIS), 936 (GBK), 1251 (Cyrillic) and 1252 (Latin-1 with its gaps filled).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

HALF_WIDTH_MARKS = "ﾞﾟ"


def encoding_of(texts: Iterable[bytes]) -> str:
    """Return the codec of texts of one source: 'utf-8', 'cp932', 'gbk', 'cp1251', 'cp1252' or 'latin-1'."""
    unclear = [text for text in texts if not _can_decode(text, "utf-8")]
    if not unclear:
        return "utf-8"
    weights = {}
    for codec, weigh in _WEIGHTS.items():
        readable = [text for text in unclear if _can_decode(text, codec)]
        share = len(readable) / len(unclear)
        weights[codec] = share * weigh(readable) + share - 1
    best = max(weights, key=lambda codec: weights[codec])
    return best if weights[best] > 0 else "latin-1"


def decoded(raw: bytes, encoding: str) -> str:
    """Return `raw` as text: as UTF-8 where it is valid, else in the encoding, with U+FFFD for what that cannot say."""
    return raw.decode("utf-8" if _can_decode(raw, "utf-8") else encoding, "replace")


def _can_decode(text: bytes, codec: str) -> bool:
    try:
        text.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _double_byte(
    texts: list[bytes],
    codec: str,
    weigh: Callable[[bytes], float],
) -> float:
    """Return the mean weight of the characters beyond ASCII, each counted by its bytes."""
    total, size = 0.0, 0
    for text in texts:
        for character in text.decode(codec):
            raw = character.encode(codec)
            if not raw.isascii():
                total += weigh(raw) * len(raw)
                size += len(raw)
    return total / size if size else 0.0


def _shift_jis(texts: list[bytes]) -> float:
    text = b"".join(texts).decode("cp932")
    half_width = [character for character in text if "｡" <= character <= "ﾟ"]
    marked = sum(character in HALF_WIDTH_MARKS for character in half_width)
    # Half-width katakana look like pairs of Chinese bytes; their voicing marks, a twelfth of a text, do not.
    half = 0.95 if marked * 12 >= len(half_width) > 0 else 0.4

    def weigh(raw: bytes) -> float:
        if len(raw) == 1:
            return half
        if raw[0] in (0x81, 0x82, 0x83):  # punctuation, kana
            return 1.0
        if 0x88 <= raw[0] <= 0x97:  # common kanji
            return 0.9
        return 0.2 if raw[0] <= 0x9F or 0xE0 <= raw[0] <= 0xEA else -0.5

    return _double_byte(texts, "cp932", weigh)


def _gbk(texts: list[bytes]) -> float:
    def weigh(raw: bytes) -> float:
        if len(raw) < 2 or raw[1] < 0xA1 or raw[0] < 0xA1:  # beyond GB 2312
            return -0.5
        if raw[0] <= 0xA9:  # punctuation, full-width letters
            return 0.8
        return 0.9 if 0xB0 <= raw[0] <= 0xD7 else 0.3

    return _double_byte(texts, "gbk", weigh)


def _by_neighbours(texts: list[bytes], codec: str, weigh: Callable[[str, str, str], float]) -> float:
    """Return the mean weight of the characters beyond ASCII, each by what stands before and after it."""
    total, size = 0.0, 0
    for raw in texts:
        text = f" {raw.decode(codec)} "
        for before, character, after in zip(text, text[1:], text[2:], strict=False):
            if not character.isascii():
                total += weigh(before, character, after)
                size += 1
    return total / size if size else 0.0


def _latin(texts: list[bytes]) -> float:
    """Weigh accented letters by their neighbours: in words they stand alone between plain letters."""
    return _by_neighbours(texts, "cp1252", _latin_weight)


def _latin_weight(before: str, character: str, after: str) -> float:
    accented = _is_accented(character)
    plain = [neighbour.isascii() for neighbour in (before, after)]
    neighbours = (before, after)
    letters = [neighbour.isascii() and neighbour.isalpha() for neighbour in neighbours]
    if all(plain):
        return 1.0 if accented and any(letters) else 0.4
    if accented and any(letters) and _is_accented(max(before, after)):
        return 0.6
    return 0.1


def _cyrillic(texts: list[bytes]) -> float:
    """Weigh Cyrillic letters by their neighbours: words are small, behind one capital at most, or all capitals."""
    return _by_neighbours(texts, "cp1251", _cyrillic_weight)


def _cyrillic_weight(before: str, character: str, after: str) -> float:
    neighbours = (before, after)
    mixed = any(neighbour.isascii() and neighbour.isalpha() for neighbour in neighbours)
    alone = not any(_is_cyrillic(neighbour) for neighbour in neighbours)
    if mixed or alone or not _is_cyrillic(character):
        return 0.0
    if character.islower():
        return 1.0
    if before.islower():
        return -0.5
    return 1.0 if after.islower() else 0.6  # pairs of Chinese bytes look like capitals


def _is_cyrillic(character: str) -> bool:
    return "А" <= character <= "я"


def _is_accented(character: str) -> bool:
    return ("À" <= character <= "ÿ" and character.isalpha()) or character in "ŠšŽžŒœŸ"


_WEIGHTS = {"cp1252": _latin, "cp1251": _cyrillic, "cp932": _shift_jis, "gbk": _gbk}

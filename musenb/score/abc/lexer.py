"""ABC lexer: one pass of one regular expression over a line, no backtracking over long stretches.

Each alternative begins with characters of its own or is bounded, so a line is read in time linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LENGTH = r"\d*(?:/+\d*)?"
_SIGN = r"(?:\^\^?|__?|=)(?:\d{0,2}/\d{0,2})?"
_PITCH = rf"(?P<sign>{_SIGN})?(?P<letter>[A-Ga-g])(?P<marks>[,']*)(?P<note_length>{_LENGTH})"
_BAR = r"\.?(?:\[\|[|\]:]*|:+\|[|\]:]*|\|[|\]:]*|::+)"
_ENDING = r"\[?\d{1,3}(?:[,-]\d{1,3})*"
_TOKENS = (
    ("space", r"[ \t]+"),
    ("note", _PITCH),
    ("rest", rf"(?P<rest_kind>[zx])(?P<rest_length>{_LENGTH})"),
    ("bars", r"[ZX](?P<bars_count>\d*)"),
    ("spacer", rf"y{_LENGTH}"),
    ("field", r"\[(?P<field_letter>[A-Za-z]):(?P<field_text>[^\[\]]*)\]"),
    ("bar", rf"(?P<bar_line>{_BAR})(?P<bar_ending>{_ENDING})?"),
    ("ending", r"\[[ ]?(?P<ending_numbers>\d{1,3}(?:[,-]\d{1,3})*)"),
    ("chord", rf"\[(?P<members>[^\[\]|]*)\](?P<chord_length>{_LENGTH})"),
    ("quoted", r'"(?P<quoted_text>[^"|]*)"'),
    ("unclosed", r'"[^"\s|]*'),
    ("decoration", r"!(?P<name>[^!|\s]{1,40})!|\+(?P<plus_name>[A-Za-z0-9.()<>~^_=',/]{1,40})\+"),
    ("grace", r"\{(?P<grace_notes>[^{}]*)\}"),
    ("tuplet", r"\((?P<p>\d{1,3})(?::(?P<q>\d{0,3})(?::(?P<r>\d{0,3}))?)?"),
    ("overlay", r"&+"),
    ("tie", r"\.?-"),
    ("broken", r">+|<+"),
    ("slur", r"\.?\(|\)"),
    ("shorthand", r"[H-Wh-w~.]"),
    ("layout", r"[`$\\*]"),
    ("break", r"!"),
    ("unknown", r"."),
)
_TOKEN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _TOKENS), re.DOTALL)
_TYPOGRAPHIC = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "–": "-"})


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, and the match that its parts are read from."""

    kind: str
    match: re.Match[str]

    def __getitem__(self, name: str) -> str:
        """Return the text of a named part, empty when it is missing."""
        return self.match[name] or ""

    @property
    def text(self) -> str:
        """The token as it is written."""
        return self.match[0]


def tokens_of(line: str) -> Iterator[Token]:
    """Yield the tokens of a line of music, blanks left out."""
    for match in _TOKEN.finditer(line.translate(_TYPOGRAPHIC)):
        kind = str(match.lastgroup)  # the outermost group is the last one to close
        if kind != "space":
            yield Token(kind, match)

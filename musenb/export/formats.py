"""File formats that a score is saved as, by suffix: the one table of them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass

from musenb.score.note import Score


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    Parameters
    ----------
    suffixes : tuple of str
        The usual one first.
    mime : str
    module, function : str
        What writes it, in this folder; loaded when it is first asked for.
    """

    suffixes: tuple[str, ...]
    mime: str
    module: str
    function: str

    def write(self, score: Score) -> bytes:
        """Return the content of a file."""
        writer = importlib.import_module(f"musenb.export.{self.module}")
        return getattr(writer, self.function)(score)


# In the order in which they are offered.
TABLE = (
    Format((".mid", ".midi"), "audio/midi", "to_midi", "midi_bytes"),
    Format((".musicxml", ".xml"), "application/vnd.recordare.musicxml+xml", "to_musicxml", "musicxml_bytes"),
    Format((".wav",), "audio/wav", "to_audio", "wav_bytes"),
    Format((".pdf",), "application/pdf", "to_paper", "pdf_bytes"),
    Format((".png",), "image/png", "to_paper", "png_bytes"),
    Format((".svg",), "image/svg+xml", "to_svg", "svg_bytes"),
    Format((".brf",), "text/plain", "to_braille", "braille_bytes"),
)
FORMATS: Mapping[str, Format] = {suffix: kind for kind in TABLE for suffix in kind.suffixes}

# A page is made of views, which `musenb.session` asks for.
PAGE, PAGE_MIME = ".html", "text/html"
PAGE_SUFFIXES = (PAGE, ".htm")
SUFFIXES = (*FORMATS, PAGE)
# The usual suffix of each kind, without its dot.
_FIRST_SUFFIXES = [kind.suffixes[0] for kind in TABLE]
FORMS = tuple(suffix.removeprefix(".") for suffix in (*_FIRST_SUFFIXES, PAGE))

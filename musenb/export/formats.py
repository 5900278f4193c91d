"""The kinds of files that a score is saved as, by suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from musenb.export.to_audio import wav_bytes
from musenb.export.to_braille import braille_bytes
from musenb.export.to_midi import midi_bytes
from musenb.export.to_musicxml import musicxml_bytes
from musenb.export.to_paper import pdf_bytes, png_bytes
from musenb.export.to_svg import svg_bytes
from musenb.score.note import Score


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its MIME type, and what writes it."""

    mime: str
    write: Callable[[Score], bytes]


_MIDI = Format("audio/midi", midi_bytes)
_MUSICXML = Format("application/vnd.recordare.musicxml+xml", musicxml_bytes)

FORMATS: Mapping[str, Format] = {
    ".mid": _MIDI,
    ".midi": _MIDI,
    ".musicxml": _MUSICXML,
    ".xml": _MUSICXML,
    ".wav": Format("audio/wav", wav_bytes),
    ".pdf": Format("application/pdf", pdf_bytes),
    ".png": Format("image/png", png_bytes),
    ".svg": Format("image/svg+xml", svg_bytes),
    ".brf": Format("text/plain", braille_bytes),
}

"""Braille music writer, for a Braille display or an embosser; the translation is music21's."""

from __future__ import annotations

import textwrap
import unicodedata

from musenb.errors import SaveError
from musenb.export.provenance import provenance
from musenb.export.to_musicxml import music21_of
from musenb.score.note import Score
from musenb.score.plain import plain_text

_CELLS_A_LINE = 40


def braille_bytes(score: Score) -> bytes:
    """Return a score in Braille music, as the ASCII Braille (.brf) that embossers and displays read.

    Title, a line that tells given notes from written ones, then one voice below the other, each under its name. Words
    are in uncontracted letters, lines have at most 40 cells.
    The signs are those of the Introduction to Braille Music Transcription (De Garmo 2005), as music21 writes them.

    Raises
    ------
    SaveError
        The score has no voice, or has something that music21 has no Braille for.
    """
    from music21.braille.basic import brailleUnicodeToBrailleAscii
    from music21.braille.translate import partToBraille
    from music21.exceptions21 import Music21Exception

    if not score.voices:
        raise SaveError("the score has no voice: there is nothing to write in Braille")
    told = provenance(score).removesuffix(", in blue.")
    lines = [line for text in (score.title, told) for line in textwrap.wrap(_letters(text), _CELLS_A_LINE)]
    try:
        for voice, part in zip(score.voices, music21_of(score).parts, strict=True):
            lines += [
                _letters(voice.name),
                brailleUnicodeToBrailleAscii(partToBraille(part, maxLineLength=_CELLS_A_LINE)),
            ]
    except (Music21Exception, LookupError, TypeError, ValueError, AttributeError) as error:
        # The translator has exceptions of its own, and stumbles with Python's over what it does not know.
        raise SaveError(f"the score cannot be written in Braille: {plain_text(str(error))}") from error
    single = [line.rstrip() for text in lines for line in text.split("\n")]
    return ("\r\n".join(single) + "\r\n").encode("ascii")


def _letters(text: str) -> str:
    """Return words in uncontracted Braille as ASCII: letters as they are, figures behind a number sign."""
    plain = unicodedata.normalize("NFKD", text).upper()
    said, counting = [], False
    for sign in plain:
        if sign.isascii() and sign.isdigit():
            said.append(("" if counting else "#") + "JABCDEFGHI"[int(sign)])
        elif sign.isascii() and (sign.isalpha() or sign in " -"):
            # A letter a-j behind figures would be read as one.
            said.append((";" if counting and sign in "ABCDEFGHIJ" else "") + sign)
        counting = sign.isascii() and sign.isdigit()
    return "".join(said)

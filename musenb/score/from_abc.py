"""ABC notation -> Score, read by music21 in the child process of `isolate`."""

from __future__ import annotations

import re

from musenb.errors import LoadError
from musenb.score.as_json import from_json, to_json
from musenb.score.isolate import isolated
from musenb.score.note import Score

TUNE_HEAD = re.compile(r"^X:", re.MULTILINE)


def score_from_abc(data: bytes, *, source: str) -> Score:
    """Return the first tune of an ABC file as a Score.

    Parameters
    ----------
    data : bytes
        UTF-8 or Latin-1 text with a header line 'X:'.
    source : str
        File name, for messages and `Score.source`.

    Raises
    ------
    LoadError
        There is no tune, or it cannot be read within the limits.
    """
    tune = first_tune(data, source)
    return from_json(isolated(f"{__name__}:parse_to_json", {"tune": tune, "source": source}, what=source))


def first_tune(data: bytes, source: str) -> str:
    """Return the text of the first tune, from its 'X:' to the next.

    Raises
    ------
    LoadError
        kind 'format': no line begins with 'X:'.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    text = "\n".join(text.splitlines())
    heads = [match.start() for match in TUNE_HEAD.finditer(text)]
    if not heads:
        raise LoadError("format", f"{source} holds no ABC tune: no line begins with 'X:'")
    return text[heads[0] : heads[1] if len(heads) > 1 else None].rstrip() + "\n"


def parse_to_json(tune: str, source: str) -> str:
    """Return one ABC tune as the JSON of a Score; to be called in the child."""
    from music21.converter.subConverters import ConverterABC

    from musenb.score.from_music21 import score_from_music21

    converter = ConverterABC()
    converter.parseData(tune)
    return to_json(score_from_music21(converter.stream, source=source))


def warm_up() -> None:
    """Import music21 before the clock of a call starts."""
    import music21.abcFormat
    import music21.converter.subConverters  # noqa: F401

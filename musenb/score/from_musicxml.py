"""MusicXML importer: exact, in this process, from the tree that `screen` has let through."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from musenb.score.limits import DEFAULT_LIMITS, Limits
from musenb.score.musicxml.document import read_document
from musenb.score.note import Score
from musenb.score.screen import screen_musicxml


def score_from_musicxml(data: bytes, *, source: str, limits: Limits = DEFAULT_LIMITS) -> Score:
    """Return uncompressed MusicXML as a Score at sounding pitch.

    Measures are aligned across parts (`align`), voices go by their numbers (`voicing`), repeats are kept as marks
    (`unfold` writes them out), and what a Score cannot hold is counted in its notices.

    Parameters
    ----------
    data : bytes
        A partwise or timewise document.
    source : str
        File name, for messages and `Score.source`.
    limits : Limits
        Caps on what is read.

    Raises
    ------
    LoadError
        The document is damaged, over a limit, not MusicXML, or holds no notes but percussion.
    ScoreError
        A pitch is outside 0..127.
    """
    with _collector_paused():
        return read_document(screen_musicxml(data, source=source, limits=limits), source=source)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python from searching for cycles: a tree of a million elements has none; a third of the time goes there."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

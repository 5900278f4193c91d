"""A score in a notebook's output: engraved, with a player below it, and as a listing where neither can be shown.

Everything stands in the output itself, so it is still seen and heard in a notebook that is opened again or exported.
The notes that a model wrote are drawn in another colour, and a sentence says which ones were given.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from html import escape

from musenb.errors import LoadError, SettingError
from musenb.export.listing import listing
from musenb.export.to_audio import wav_bytes
from musenb.export.to_musicxml import musicxml_bytes
from musenb.score.engrave import Engraving, engrave
from musenb.score.note import Note, Score

GENERATED = "musenb-generated"

# The page is a picture, not inline SVG: notebooks that are not trusted lose the one and keep the other. It is drawn on
# white and turned to light on dark where JupyterLab says that its theme is dark. Blue is Okabe and Ito's, which differs
# from black for every kind of colour vision.
_PAPER = '<rect width="100%" height="100%" style="fill:#fff;stroke:none"/>'
_INK = f".{GENERATED}{{color:#0072B2;fill:#0072B2}}"
_STYLE = """<style>
.musenb-show {max-width: 900px; color: var(--jp-content-font-color1, CanvasText)}
.musenb-show img {display: block; width: 100%; height: auto}
[data-jp-theme-light="false"] .musenb-show img {filter: invert(0.93) hue-rotate(180deg)}
.musenb-show audio {width: 100%; margin-top: 0.5em}
.musenb-show p {margin: 0.25em 0}
.musenb-show .musenb-title {font-weight: bold}
</style>"""


def show(score: Score) -> Shown:
    """Return an object that a notebook displays as the engraved score with a player."""
    return Shown(score)


class Shown:
    """The display of one score: see `show`."""

    def __init__(self, score: Score) -> None:
        self.score = score

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return mime_bundle(self.score)

    def __repr__(self) -> str:
        return listing(self.score)


def mime_bundle(score: Score) -> dict[str, str]:
    """Return what a notebook shows for a score.

    Parameters
    ----------
    score : Score

    Returns
    -------
    dict of str to str
        'text/html': title, engraved score, player and which notes were given; 'image/svg+xml': the first page of the
        score alone, absent when it cannot be engraved; 'text/plain': the listing.
    """
    plain = listing(score)
    bundle = {"text/plain": plain}
    try:
        engraving = _engraved(score)
    except LoadError as error:
        sheet = f"<p>{escape(error.text)}</p><pre>{escape(plain)}</pre>"
    else:
        pages = [svg.replace("</style>", f"{_INK}</style>{_PAPER}", 1) for svg in engraving.svgs]
        sheet = "".join(_figure(svg, score, number) for number, svg in enumerate(pages, start=1))
        bundle["image/svg+xml"] = pages[0]
    heading = f'<p class="musenb-title">{escape(score.title)}</p>' if score.title else ""
    sentence = f"<p>{escape(provenance(score))}</p>"
    bundle["text/html"] = f'{_STYLE}<div class="musenb-show">{heading}{sheet}{_player(score)}{sentence}</div>'
    return bundle


def provenance(score: Score) -> str:
    """Return a sentence that tells the given notes from the written ones."""
    written = [note for note in score.notes if note.origin.generated]
    if not written:
        return f"Given: all {len(score.notes)} notes."
    runs = sorted({(note.origin.model, note.origin.seed) for note in written}, key=str)
    models = ", ".join(name if seed is None else f"{name} (seed {seed})" for name, seed in runs)
    given = "; ".join(
        f"{voice.name or 'voice ' + str(number)} {bars}"
        for number, voice in enumerate(score.voices, start=1)
        if (bars := _bars_of(score, (note for note in voice.notes if not note.origin.generated)))
    )
    count = f"{len(written)} note{'s' if len(written) > 1 else ''}"
    return f"Given: {given or 'nothing'}. Written by {models}: {count}, in blue."


def _bars_of(score: Score, notes: Iterable[Note]) -> str:
    """Return the bars in which notes begin, as in 'upbeat, bars 1-2, 5'; empty without notes."""
    onsets = [note.onset for note in notes]
    numbers = [bar.number for bar in score.bars() if any(bar.onset <= onset < bar.end for onset in onsets)]
    upbeat = ["upbeat"] if 0 in numbers else []
    ranges: list[list[int]] = []
    for number in filter(None, numbers):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    bars = [str(first) if first == last else f"{first}\N{EN DASH}{last}" for first, last in ranges]
    if bars:
        bars[0] = f"bar{'s' if ranges != [[ranges[0][0]] * 2] else ''} {bars[0]}"
    return ", ".join(upbeat + bars)


def _engraved(score: Score) -> Engraving:
    """Engrave a score, with the notes that a model wrote marked: 'v1n7-2' is written for note 7 of voice 1."""

    def classes(note_id: str) -> str:
        found = re.fullmatch(r"v(\d+)n(\d+)(-\d+)?", note_id)
        return GENERATED if found and score.voices[int(found[1])].notes[int(found[2])].origin.generated else ""

    return engrave(musicxml_bytes(score), classes=classes)


def _figure(svg: str, score: Score, number: int) -> str:
    """Return one page with a name for those who do not see it."""
    voices = ", ".join(voice.name for voice in score.voices if voice.name)
    name = f"Score{' of ' + score.title if score.title else ''}, page {number}{': ' + voices if voices else ''}"
    picture = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return f'<img alt="{escape(name)}" width="900" src="data:image/svg+xml;base64,{picture}">'


def _player(score: Score) -> str:
    """Return an audio element that carries its sound, or why there is none."""
    try:
        sound = base64.b64encode(wav_bytes(score)).decode("ascii")
    except SettingError as error:
        return f"<p>No sound: {escape(str(error))}</p>"
    return f'<audio controls preload="metadata" aria-label="Play" src="data:audio/wav;base64,{sound}"></audio>'

"""Score display in a notebook: engraved, with a player below it, or as a listing.

Everything stands in the output itself, so it is still seen and heard in a notebook that is opened again or exported.
The notes that a model wrote are drawn in another colour, and a sentence says which ones were given.
"""

from __future__ import annotations

import base64
import sys
from html import escape

from musenb.errors import LoadError, SettingError
from musenb.export.ink import engraved, inked
from musenb.export.listing import excerpt, listing
from musenb.export.provenance import provenance
from musenb.export.to_audio import wav_bytes
from musenb.score.note import Score

# Half of what a file has: the sound is a part of the notebook.
EMBEDDED_RATE = 22050
# The page is a picture, not inline SVG: notebooks that are not trusted lose the one and keep the other. It is drawn on
# white and turned to light on dark where JupyterLab says that its theme is dark.
STYLE = """<style>
.musenb-show {max-width: 900px; color: var(--jp-content-font-color1, CanvasText)}
.musenb-show img {display: block; width: 100%; height: auto}
[data-jp-theme-light="false"] .musenb-show img {filter: invert(0.93) hue-rotate(180deg)}
.musenb-show audio {width: 100%; margin-top: 0.5em}
.musenb-show p {margin: 0.25em 0}
.musenb-show .musenb-title {font-weight: bold}
.musenb-show li {margin: 0.25em 0}
</style>"""


def show(score: Score) -> Shown:
    """Return an object that a notebook displays as the engraved score with a player."""
    return Shown(score)


class Shown:
    """The display of one score: see `show`."""

    def __init__(self, score: Score) -> None:
        self.score = score

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return display_bundle(self.score)

    def __repr__(self) -> str:
        return excerpt(self.score)


def display_bundle(score: Score) -> dict[str, str]:
    """Return what IPython shows for a score: all of `mime_bundle` in a notebook, its text alone in a terminal."""
    return {"text/plain": excerpt(score)} if terminal() else mime_bundle(score)


def terminal() -> bool:
    """Return True in an IPython that shows text and nothing else."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and shell.display_formatter.active_types == ["text/plain"]


def mime_bundle(score: Score) -> dict[str, str]:
    """Return what a notebook shows for a score.

    Parameters
    ----------
    score : Score

    Returns
    -------
    dict of str to str
        'text/html': title, engraved score, player and which notes were given; 'image/svg+xml': the first page of the
        score alone, absent when it cannot be engraved; 'text/plain': the first bars of the listing.
    """
    bundle = {"text/plain": excerpt(score)}
    try:
        engraving = engraved(score)
    except LoadError as error:
        sheet = f"<p>{escape(error.text)}</p><pre>{escape(listing(score))}</pre>"
    else:
        pages = [inked(svg, paper=True) for svg in engraving.svgs]
        sheet = "".join(figure(svg, score, number) for number, svg in enumerate(pages, start=1))
        bundle["image/svg+xml"] = pages[0]
    heading = f'<p class="musenb-title">{escape(score.title)}</p>' if score.title else ""
    sentence = f"<p>{escape(provenance(score))}</p>"
    bundle["text/html"] = f'{STYLE}<div class="musenb-show">{heading}{sheet}{_player(score)}{sentence}</div>'
    return bundle


def figure(svg: str, score: Score, number: int) -> str:
    """Return one page with a name for those who do not see it."""
    voices = ", ".join(voice.name for voice in score.voices if voice.name)
    name = f"Score{' of ' + score.title if score.title else ''}, page {number}{': ' + voices if voices else ''}"
    picture = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return f'<img alt="{escape(name)}" width="900" src="data:image/svg+xml;base64,{picture}">'


def _player(score: Score) -> str:
    """Return an audio element that carries its sound, or why there is none."""
    try:
        sound = base64.b64encode(wav_bytes(score, EMBEDDED_RATE)).decode("ascii")
    except SettingError as error:
        return f"<p>No sound: {escape(str(error))}</p>"
    return f'<audio controls preload="metadata" aria-label="Play" src="data:audio/wav;base64,{sound}"></audio>'

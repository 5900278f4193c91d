"""Markdown rendering to HTML without network: formulas become pictures with their source as words."""

from __future__ import annotations

import base64
import io
import mimetypes
import re
from html import escape
from pathlib import Path

# Code first, so that a dollar in it stays what it is.
_PIECES = re.compile(r"(```.*?```|`[^`\n]*`)|\$\$(.+?)\$\$|(?<![\\$\w])\$(?=\S)([^$\n]+?)(?<=\S)\$(?![\w$])", re.DOTALL)
_PICTURE = re.compile(r'(<img\b[^>]*?\bsrc=")([^":]+)(")')
LARGEST_PICTURE = 4_000_000


def prose_html(text: str, folder: Path) -> str:
    """Return Markdown as HTML; pictures that lie in the notebook's folder are put inside."""
    import mistune

    formulas: list[str] = []

    def keep(found: re.Match[str]) -> str:
        code, display, inline = found.groups()
        if code is not None:
            return code
        formulas.append(formula_html(display or inline, block=display is not None))
        return f"\ue000{len(formulas) - 1}\ue001"

    marked = _PIECES.sub(keep, text.replace("\ue000", "").replace("\ue001", ""))
    html = str(mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "url"])(marked))
    html = re.sub("\ue000(\\d+)\ue001", lambda found: formulas[int(found[1])], html)
    return _PICTURE.sub(lambda found: f"{found[1]}{_inside(found[2], folder)}{found[3]}", html)


def formula_html(latex: str, *, block: bool = False) -> str:
    """Return a formula as a picture as high as its line; where it cannot be set, its source."""
    from matplotlib import mathtext
    from matplotlib.font_manager import FontProperties

    source = " ".join(latex.split())
    picture = io.BytesIO()
    try:
        size = FontProperties(size=12)
        depth = mathtext.math_to_image(f"${source}$", picture, prop=size, dpi=72, format="svg")
    except (ValueError, RuntimeError):
        return f"<code>{escape(source)}</code>"
    svg = picture.getvalue()
    found = re.search(rb'height="([\d.]+)pt"', svg)
    height = float(found[1]) / 12 if found else 1.2
    data = base64.b64encode(svg).decode("ascii")
    style = f"height:{height:.2f}em;vertical-align:-{depth / 12:.2f}em"
    kind = "formula block" if block else "formula"
    return f'<img class="{kind}" alt="{escape(source)}" style="{style}" src="data:image/svg+xml;base64,{data}">'


def _inside(source: str, folder: Path) -> str:
    """Return a picture of the folder as data; any other source as it is."""
    path = (folder / source).resolve()
    kind = mimetypes.guess_type(path.name)[0] or ""
    if folder.resolve() not in path.parents or not kind.startswith("image/"):
        return source
    try:
        if path.stat().st_size > LARGEST_PICTURE:
            return source
        content = path.read_bytes()
    except OSError:
        return source
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"

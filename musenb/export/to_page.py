"""Self-contained HTML writer: one file in which views go on working.

The page holds the text of every module once, the state of every view, and a small script that stands in the kernel's
place (`frontend/src/page`). Nothing that a user wrote is ever markup: titles and words are escaped, states are JSON.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib import resources
from typing import Any

from musenb.export.palette import GENERATED_ON_LIGHT

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 1200px; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
.part { margin: 0 0 1rem; min-height: 2rem; }
.part img { max-width: 100%; background: #fff; }
@media print {
  @page { margin: 12mm; }
  :root { color-scheme: light; }
  body { padding: 0; max-width: none; }
  .part:is([data-bundle="sound"], [data-bundle="roll"], [data-bundle="attention"], [data-bundle="keyboard"]),
  .part :is(button, select, input), .part .mnb-bar, .part .mnb-playhead, .part .mnb-selected { display: none; }
  .part { min-height: 0; }
  .part :is(.musenb, .mnb-root) {
    --mnb-paper: #fff !important; --mnb-panel: #fff !important; --mnb-ink: #000 !important;
    --mnb-faint: #444 !important; --mnb-line: #888 !important; --mnb-generated: GENERATED_ON_LIGHT !important;
    color-scheme: light !important;
  }
  .part .mnb-scroll { max-height: none; overflow: visible; }
}
""".replace("GENERATED_ON_LIGHT", GENERATED_ON_LIGHT)


@dataclass(frozen=True, slots=True)
class PagePart:
    """A view on its way into a page.

    Parameters
    ----------
    id : str
        Of its model; others refer to it by 'IPY_MODEL_' and this.
    bundle, module : str
        The name of its module and the module's text.
    state : dict
        Its traits: JSON values and bytes.
    words : str
        What it shows, for where no script runs.
    picture : (str, bytes) or None
        The same as a picture: its MIME type and content.
    shown : bool
        False for a model without a view, such as the sound engine.
    empty : bool
        True for a view that has nothing to show until another take is chosen.
    takes : mapping of str to mapping, or to None
        From the id of a take to the traits that change with it; None where the view has nothing to show of it.
    """

    id: str
    bundle: str
    module: str
    state: Mapping[str, Any]
    words: str = ""
    picture: tuple[str, bytes] | None = None
    shown: bool = True
    empty: bool = False
    takes: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)


def page_bytes(parts: Sequence[PagePart], *, title: str, words: str = "") -> bytes:
    """Return the page.

    Parameters
    ----------
    parts : sequence of PagePart
        In the order in which they stand.
    title : str
    words : str
        Paragraphs above the views, apart by empty lines.
    """
    text = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in words.split("\n\n") if paragraph.strip())
    places = "\n".join(place_of(part) for part in parts if part.shown)
    return document_bytes(f"<h1>{escape(title)}</h1>\n{text}{places}", parts, title=title)


def document_bytes(
    body: str,
    parts: Sequence[PagePart],
    *,
    title: str,
    style: str = "",
) -> bytes:
    """Return a page around a body of one's own.

    Parameters
    ----------
    body : str
        HTML, taken as it is, with `place_of` of each part where its view is to stand.
    parts : sequence of PagePart
    title : str
    style : str
        CSS beside the page's own.
    """
    takes: dict[str, dict[str, Any]] = {}
    for part in parts:
        for take, state in part.takes.items():
            takes.setdefault(take, {})[part.id] = _packed(state)
    content = {
        "bundles": {part.bundle: part.module for part in parts},
        "parts": [{"id": part.id, "bundle": part.bundle, "state": _packed(part.state)} for part in parts],
        "takes": takes,
    }
    runtime = (resources.files("musenb") / "static" / "page.js").read_text(encoding="utf-8")
    page = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_STYLE}{style}</style>
</head>
<body>
<main>
<p id="musenb-problem" role="alert"></p>
{body}
</main>
<script type="application/json" id="musenb-page">{_in_script(json.dumps(content, ensure_ascii=False))}</script>
<script type="module">{_module_in_script(runtime)}</script>
</body>
</html>
"""
    return page.encode("utf-8")


def place_of(part: PagePart) -> str:
    """Return where a view will stand, with its picture and words until it does."""
    picture = ""
    if part.picture is not None:
        kind, content = part.picture
        data = base64.b64encode(content).decode("ascii")
        picture = f'<img alt="{escape(part.words)}" src="data:{kind};base64,{data}">'
    hidden = " hidden" if part.empty else ""
    head = f'<div class="part" data-part="{escape(part.id)}" data-bundle="{escape(part.bundle)}"{hidden}>'
    return f"{head}{picture}<p>{escape(part.words)}</p></div>"


def _packed(value: Any) -> Any:
    """Return a value with its bytes as JSON can carry them."""
    if isinstance(value, bytes | bytearray | memoryview):
        return {"bytes": base64.b64encode(value).decode("ascii")}
    if isinstance(value, Mapping):
        return {str(name): _packed(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_packed(one) for one in value]
    return value


def _in_script(text: str) -> str:
    """Return JSON that no HTML parser takes for the end of its element."""
    return text.replace("<", "\\u003c")


def _module_in_script(text: str) -> str:
    """Return a module's text that does not end its element; inside strings, where '</' can stand, it means the same."""
    return text.replace("</", "<\\/").replace("<!--", "<\\!--")

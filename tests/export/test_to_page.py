"""A page is one file whose content no markup of a user can leave."""

from __future__ import annotations

import base64
import html.parser
import json

from hypothesis import given
from hypothesis import strategies as st

from musenb.export.to_page import PagePart, page_bytes


class Reader(html.parser.HTMLParser):
    """Collects elements, their text, and the content of scripts as a browser's parser sees them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.texts: dict[str, str] = {}
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attrs))
        name = dict(attrs).get("id") or tag
        self.open.append(name)

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open[-1]] = self.texts.get(self.open[-1], "") + data


def read(page: bytes) -> Reader:
    reader = Reader()
    reader.feed(page.decode("utf-8"))
    return reader


def part(**changes: object) -> PagePart:
    values = {"id": "a1", "bundle": "roll", "module": "export default {}", "state": {}, "words": "Roll."}
    return PagePart(**(values | changes))


HOSTILE = st.text() | st.sampled_from(
    ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--<script>", "]]>", "\u2028", '"><b>']
)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_user_text_is_never_markup(title: str, words: str, name: str) -> None:
    state = {"piece": {"title": name}, "notes": name.encode("utf-8", "surrogatepass")}
    plain, hostile = read(page_bytes([part()], title="t", words="w")), read(
        page_bytes([part(state=state, words=words or "x")], title=title, words=words or "x")
    )
    outside = [tag for tag in hostile.tags if tag != "p"]
    assert outside == [tag for tag in plain.tags if tag != "p"]
    content = json.loads(hostile.texts["musenb-page"])
    found = content["parts"][0]["state"]
    assert found["piece"]["title"] == name
    assert base64.b64decode(found["notes"]["bytes"]) == state["notes"]


def test_a_module_travels_once_and_whole() -> None:
    module = 'const a = "</script>"; // <!-- '
    page = read(page_bytes([part(module=module), part(id="a2", module=module)], title="t"))
    content = json.loads(page.texts["musenb-page"])
    assert content["bundles"] == {"roll": module}
    assert [one["id"] for one in content["parts"]] == ["a1", "a2"]


def test_takes_are_told_by_part_and_hidden_parts_have_no_place() -> None:
    parts = [part(takes={"t1": {"notes": b"\1"}, "t2": {"notes": b"\2"}}), part(id="e", shown=False)]
    page = page_bytes(parts, title="t")
    content = json.loads(read(page).texts["musenb-page"])
    assert content["takes"] == {
        "t1": {"a1": {"notes": {"bytes": "AQ=="}}}, "t2": {"a1": {"notes": {"bytes": "Ag=="}}},
    }
    assert b'data-part="e"' not in page


def test_a_picture_and_words_stand_in_until_the_views_are_there() -> None:
    page = read(page_bytes([part(picture=("image/png", b"\x89PNG"))], title="t"))
    (image,) = [attributes for tag, attributes in zip(page.tags, page.attributes, strict=True) if tag == "img"]
    assert image["src"] == "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()
    assert image["alt"] == "Roll."


def test_a_page_asks_for_no_other_file() -> None:
    text = page_bytes([part(module="")], title="t").decode()
    assert "http:" not in text
    assert "https:" not in text


def test_a_view_with_nothing_to_show_is_hidden_at_first() -> None:
    page = read(page_bytes([part(), part(id="a2", empty=True, takes={"t1": None})], title="t"))
    hidden = {one["data-part"]: "hidden" in one for one in page.attributes if "data-part" in one}
    assert hidden == {"a1": False, "a2": True}
    assert json.loads(page.texts["musenb-page"])["takes"] == {"t1": {"a2": None}}

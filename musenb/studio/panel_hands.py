"""What is pressed on the studio's desk, done in the studio's thread."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from musenb.errors import SettingError
from musenb.score.corpus import corpus_names
from musenb.score.load import load
from musenb.studio.carrying import is_takes_file, takes_bytes, takes_from_bytes
from musenb.studio.places import bars_from_text
from musenb.studio.recovery import recover
from musenb.studio.shelf import from_shelf
from musenb.studio.takes import Tree

if TYPE_CHECKING:
    from musenb.studio.panel import Studio

ALL_TAKES = "musenb-takes.jsonl"


class StudioHands:
    """What the desk's buttons do, in the studio's thread; see `musenb.widgets.desk.Hands`."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @property
    def studio(self) -> Studio:
        """Whose hands they are."""
        return self._studio

    def prime(self, source: str, text: str) -> None:
        studio = self._studio
        sources: dict[str, Callable[[], Any]] = {
            "text": lambda: text,
            "shelf": lambda: from_shelf(text).score,
            "corpus": lambda: text if text.startswith("corpus:") else f"corpus:{text}",
            "roll": lambda: studio.roll.score,
        }
        studio.queue(lambda: studio.prime_with_settings(sources[source]()))

    def prime_from_file(self, name: str, content: bytes) -> None:
        studio = self._studio
        if is_takes_file(name):
            studio.queue(lambda: studio.bring_back(takes_from_bytes(content, name), name))
        else:
            studio.queue(lambda: studio.prime_with_settings(load(content, name=name)))

    def act(self, act: str) -> None:
        studio = self._studio
        if act == "stop":
            studio.stop()
            return
        jobs: dict[str, Callable[[], object]] = {
            "continue": studio.go_on,
            "more": lambda: studio.go_on(bars=1),
            "again": lambda: studio.go_on(again=True),
            "undo": studio.undo,
            "redo": studio.redo,
            "save_all": lambda: studio.desk.hand_over(ALL_TAKES, "application/x-ndjson", takes_bytes(studio.tree)),
        }
        if act not in jobs:
            raise SettingError(f"the studio has no button {act!r}")
        studio.queue(jobs[act])

    def go_on_from(self, ids: list[str]) -> None:
        self._studio.queue(lambda: self._studio.go_on_from(ids))

    def lock(self, voices: list[str], bars: str) -> None:
        self._studio.queue(lambda: self._studio.lock(voices=voices, bars=bars_from_text(bars)))

    def on_take(self, act: str, take: str, text: str) -> None:
        self._studio.queue(lambda: self._on_take(act, take, text))

    def _on_take(self, act: str, take: str, text: str) -> None:
        studio = self._studio
        if act == "compare":
            studio.desk.compared = take
            studio.show_tree()
            return
        number = int(take)
        if act == "select":
            studio.select(number)
        elif act == "rename":
            studio.rename(number, text)
        elif act == "delete":
            studio.delete(number)
        elif act == "vote":
            studio.prefer(number)

    def keep(self, form: str) -> None:
        self._studio.queue(functools.partial(self._keep, form))

    def _keep(self, form: str) -> None:
        self._studio.desk.hand_over(*self._studio.as_file(form))

    def ask(self, what: str) -> None:
        studio = self._studio
        studio.queue(functools.partial(studio.open_question, what) if what else studio.close_question)

    def search(self, text: str) -> None:
        wanted = text.lower()
        self._studio.queue(
            lambda: self._studio.desk.found(text, [name for name in corpus_names("") if wanted in name.lower()])
        )

    def recover(self, session: str) -> None:
        self._studio.queue(functools.partial(self._recover, session))

    def _recover(self, session: str) -> None:
        path = self._studio.journal_path
        found = recover(session, folder=None if path is None else path.parent)
        assert isinstance(found, Tree)
        self._studio.bring_back(found, session)

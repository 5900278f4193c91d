"""Desk button handlers, run on the studio's worker thread."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from musenb.errors import SettingError
from musenb.export.to_page import PagePart
from musenb.files.folders import journal_folders
from musenb.score.corpus import corpus_names
from musenb.score.load import load
from musenb.score.note import Score
from musenb.studio.asking_place import AskingPlace
from musenb.studio.carrying import is_takes_file, takes_bytes, takes_from_bytes
from musenb.studio.core import StudioCore
from musenb.studio.filing import FileChooser
from musenb.studio.going_on import GoingOn
from musenb.studio.places import bars_from_text
from musenb.studio.planning import Planning
from musenb.studio.recovery import folders_beside, tree_of
from musenb.studio.roll_edits import RollEdits
from musenb.studio.shelf import from_shelf
from musenb.studio.takes import Tree
from musenb.studio.views import StudioViews
from musenb.tokens.idiom import Prepared
from musenb.widgets.worker import Job

ALL_TAKES = "musenb-takes.jsonl"
NDJSON = "application/x-ndjson"
# A page of a notebook waits so long (seconds) for what it has written.
PAGE_PATIENCE = 300.0


class Controls:
    """What the desk's buttons do; see `musenb.widgets.desk.Hands`.

    Parameters
    ----------
    core : StudioCore
    views : StudioViews
    edits : RollEdits
    going_on : GoingOn
    asking : AskingPlace
    planning : Planning
    queue : callable
        Has a job done in the studio's thread.
    """

    def __init__(
        self, core: StudioCore, views: StudioViews, edits: RollEdits, *, going_on: GoingOn, asking: AskingPlace,
        planning: Planning, queue: Callable[[Job], object],
    ) -> None:
        self._core, self._views, self._edits = core, views, edits
        self._going_on, self._asking, self._planning, self._queue = going_on, asking, planning, queue
        self._file = FileChooser(views.desk, self._prime_with)

    # As the desk's handlers

    def prime(self, source: str, text: str) -> None:
        sources: dict[str, Callable[[], Any]] = {
            "text": lambda: text,
            "shelf": lambda: from_shelf(text).score,
            "corpus": lambda: text if text.startswith("corpus:") else f"corpus:{text}",
            "roll": lambda: self._views.roll.score,
        }

        def begin() -> None:
            self.prime_with_settings(sources[source]())
            self._file.leave()

        self._queue(begin)

    def prime_from_file(self, name: str, content: bytes) -> None:
        if is_takes_file(name):
            self._queue(lambda: self.bring_back(takes_from_bytes(content, name), name))
        else:
            self._queue(lambda: self._file.open(load(content, name=name), name))

    def choose_part(self, number: int, line: str) -> None:
        self._queue(lambda: self._file.choose(number, line))

    def act(self, act: str) -> None:
        if act == "stop":
            self._core.stop()
            return
        jobs: dict[str, Job] = {
            "continue": self._going_on.go_on,
            "more": functools.partial(self._going_on.go_on, bars=1),
            "again": functools.partial(self._going_on.go_on, again=True),
            "undo": self._core.undo,
            "redo": self._core.redo,
            "save_all": self._hand_over_all,
        }
        if act not in jobs:
            raise SettingError(f"the studio has no button {act!r}")
        self._queue(jobs[act])

    def write_anew(self, bar: int) -> None:
        self._queue(lambda: self._going_on.write_anew(bar))

    def plan(self, act: str, name: str, rows: list[list[Any]], bars: int) -> None:
        planning = self._planning
        jobs: dict[str, Job] = {
            "preset": lambda: planning.take_preset(name),
            "change": lambda: planning.change(rows, bars),
            "suggest": planning.suggest,
            "write": planning.write,
        }
        if act not in jobs:
            raise SettingError(f"the studio does nothing called {act!r} with a plan")
        self._queue(jobs[act])

    def wish(self, what: str, value: str) -> None:
        if what not in ("key", "metre"):
            raise SettingError(f"{what!r} of a motif cannot be chosen; its key and its metre can")
        self._queue(lambda: self._core.read_in(**{what: value}))

    def go_on_from(self, ids: list[str]) -> None:
        self._queue(lambda: self._going_on.from_notes(ids))

    def lock(self, voices: list[str], bars: str) -> None:
        self._queue(lambda: self._core.lock(voices=voices, bars=bars_from_text(bars)))

    def on_take(self, act: str, take: str, text: str) -> None:
        jobs: dict[str, Job] = {
            "compare": lambda: self._views.desk.show(compared=take),
            "select": lambda: self._core.select(int(take)),
            "rename": lambda: self._core.rename(int(take), text),
            "delete": lambda: self._core.delete(int(take)),
            "vote": lambda: self._core.prefer(int(take)),
        }
        if act not in jobs:
            raise SettingError(f"the studio does nothing called {act!r} with a take")
        self._queue(jobs[act])

    def keep(self, form: str) -> None:
        self._queue(lambda: self._views.desk.hand_over(*self.as_file(form)))

    def ask(self, what: str) -> None:
        self._queue(functools.partial(self.open_question, what) if what else self._asking.close)

    def search(self, text: str) -> None:
        self._queue(lambda: self._search(text))

    def recover(self, session: str) -> None:
        self._queue(lambda: self._recover(session))

    def page_parts(self) -> tuple[list[PagePart], bool]:
        """Return the takes as parts of a page, and whether they were written for it.

        A studio that holds nothing but its motif goes on twice first, with the settings of its desk.
        """
        from musenb.studio.page import parts_of_takes, recorded

        core, desk = self._core, self._views.desk
        alone = len(core.tree) == 1
        if alone:
            core.continue_(desk.bars, temperature=desk.temperature, top_p=desk.top_p, seed=desk.seed, candidates=2)
            core.wait(PAGE_PATIENCE)
        return parts_of_takes(core.tree, attention=recorded(core.tree, core.model)), alone

    # What a notebook may call as well

    def prime_with_settings(self, source: Any) -> Prepared:
        """Take a motif with the desk's bars and voice."""
        return self._prime_with(source, 0)

    def bring_back(self, found: Tree, name: str) -> None:
        """Put other takes in the place of these, which stay in their own journal entry."""
        self._core.adopt(found)
        self._views.desk.show(reading=" ".join([f"Brought back: {name}.", *found.notices]))

    def as_file(self, form: str) -> tuple[str, str, bytes]:
        """Return name, MIME type and content of a file of the selected take; for 'html', of a page with all takes."""
        self._edits.keep()
        return self._core.file(form)

    def open_question(self, kind: str, take: int | None = None) -> None:
        """Open a question about a take, the selected one by default, below the desk."""
        self._edits.keep()
        self._asking.open(kind, self._core.take(take))

    # Jobs

    def _prime_with(self, source: Score | str | Any, semitones: int) -> Prepared:
        desk = self._views.desk
        wishes: dict[str, Any] = {
            "bars": desk.prime_bars or None, "voice": desk.prime_voice or None, "style": desk.style or None
        }
        return self._core.prime(source, transpose=semitones, **wishes)

    def _hand_over_all(self) -> None:
        self._views.desk.hand_over(ALL_TAKES, NDJSON, takes_bytes(self._core.tree))

    def _search(self, text: str) -> None:
        wanted = text.lower()
        names = [name for name in corpus_names("") if wanted in name.lower()]
        self._views.desk.found(text, names)

    def _recover(self, session: str) -> None:
        path = self._core.journal_path
        folders = journal_folders() if path is None else folders_beside(path)
        self.bring_back(tree_of(session, *folders), session)

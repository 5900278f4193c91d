"""Widget base class: strict keywords, errors that are seen in the cell, a picture and a text.

A view is a subclass of `MusenbWidget`, or of `musenb.widgets.notes.NoteView` where it shows notes, with its traits and
a bundle in `musenb/static`. `frontend/README.md` tells how to add one.
"""

from __future__ import annotations

import base64
import functools
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from musenb.errors import MusenbError, SettingError
from musenb.export.to_page import PagePart
from musenb.widgets.kept import Keeping, show_kept
from musenb.widgets.picture import figure

STATIC = Path(__file__).resolve().parents[1] / "static"

# What ipywidgets and anywidget use themselves: a trait of such a name would break them.
TAKEN = frozenset("log comm keys layout model_id tooltip tabbable send open close".split())


@functools.cache
def bundle(name: str) -> str:
    """Return the text of a built bundle, `musenb/static/{name}.js`."""
    return (STATIC / f"{name}.js").read_text(encoding="utf-8")


class MusenbWidget(anywidget.AnyWidget):
    """A view in a notebook.

    A subclass names its bundle as `class Roll(MusenbWidget, bundle="roll")` and may override `describe`, `picture` and
    `on_message`. Nothing that a message or a change from the page raises is lost: it is shown in the cell.

    Parameters
    ----------
    clock : Clock or another view or None
        Views with the same clock share playhead, selection and tempo; None: a clock of its own.
    **settings
        Traits by name, see `settings`.

    Raises
    ------
    SettingError
        A keyword names no trait, or a value does not fit its trait.
    """

    # Traits that are no settings.
    _MINE: ClassVar[frozenset[str]] = frozenset({"error", "description", "clock_id", "own_id"})

    error = traitlets.Unicode(help="what went wrong last, shown in the cell").tag(sync=True)
    description = traitlets.Unicode(help="what the view shows, in words").tag(sync=True)
    clock_id = traitlets.Unicode(help="the clock that the view follows").tag(sync=True)
    own_id = traitlets.Unicode(help="the model's, by which the page finds it").tag(sync=True)

    def __init_subclass__(cls, *, bundle: str = "", **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        wrong = TAKEN & {name for name, value in vars(cls).items() if isinstance(value, traitlets.TraitType)}
        if wrong:
            raise TypeError(f"{cls.__name__}: the names {sorted(wrong)} are taken by ipywidgets")
        if bundle:
            cls._bundle = bundle

    _bundle: ClassVar[str] = ""

    @traitlets.default("clock_id")
    def _own_clock(self) -> str:
        return secrets.token_hex(6)

    def __init__(self, *, clock: MusenbWidget | None = None, **settings: Any) -> None:
        self._check(settings)
        self._closed, self._unfit = False, ""
        self._keepings: dict[str, Keeping] = {}
        self._lent_layout = "layout" in settings
        if clock is not None:
            settings["clock_id"] = clock.clock_id
        if self._bundle:
            self._esm = bundle(self._bundle)
        settings["model_id"] = settings["own_id"] = secrets.token_hex(16)
        try:
            super().__init__(**settings)
        except traitlets.TraitError as error:
            raise SettingError(f"{type(self).__name__}: {error}") from None
        self.on_msg(self._receive)
        self.refresh_description()

    @classmethod
    def settings(cls) -> list[str]:
        """Return the keywords that the view takes."""
        own = set(cls.class_traits()) - set(anywidget.AnyWidget.class_traits()) - cls._MINE
        return sorted({name for name in own if not name.startswith("_")} | {"clock", "layout"})

    def _check(self, settings: Mapping[str, object]) -> None:
        for name in settings:
            if name not in self.settings():
                allowed = ", ".join(self.settings())
                raise SettingError(f"{type(self).__name__} has no setting {name!r}; it takes {allowed}")

    # What stands in

    def describe(self) -> str:
        """Return what the view shows in a sentence or two, for those who do not see it."""
        return f"{type(self).__name__}."

    def picture(self) -> tuple[str, bytes] | None:
        """Return what stands in where widgets do not run: ('image/png' or 'image/svg+xml', its bytes), or None."""
        return None

    def kept_words(self) -> str:
        """Return what stands below the picture that a notebook keeps."""
        return self.describe()

    def refresh_description(self) -> None:
        """Bring the description up to date; a subclass calls it when what it shows has changed."""
        self.description = self.describe()

    def __repr__(self) -> str:
        """Return the description: short, and the same in every run."""
        return f"<musenb {type(self).__name__}: {self.describe()}>"

    def _ipython_display_(self) -> None:
        """Show the view and, behind it, the picture that stays when its kernel has gone."""
        show_kept(self, self, self, words=self.kept_words)

    def keep_picture(self, name: str, draw: Callable[[], object]) -> None:
        """Draw a kept picture anew whenever what this view shows has changed; one of a name is enough."""
        if name not in self._keepings and not self._closed:
            self._keepings[name] = keeping = Keeping(self.guarded(draw))
            self.observe(keeping.changed, "description")

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the view with a picture and a text beside it, and both as HTML: of the others only one is shown."""
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is None:
            return None
        data, metadata = shown if isinstance(shown, tuple) else (shown, {})
        data = {**data, "text/plain": repr(self)}
        picture = self.picture()
        if picture is not None:
            kind, content = picture
            if kind.endswith("xml"):
                data[kind] = content.decode("utf-8")
            else:
                data[kind] = base64.b64encode(content).decode("ascii")
            if kind == "image/png":
                data["text/html"] = figure(content, self.describe())
        return data, metadata

    def page_state(self, *, edition: int = 1) -> dict[str, Any]:
        """Return the traits that a page without a kernel needs; a subclass adds what it would be asked for later.

        Parameters
        ----------
        edition : int
            Another number for each state that the same view of a page can take on.
        """
        own = set(self.traits(sync=True)) - set(anywidget.AnyWidget.class_traits())
        return {name: getattr(self, name) for name in sorted(own) if not name.startswith("_")}

    def page_part(self, *, shown: bool = True) -> PagePart:
        """Return the view as `musenb.export.to_page.page_bytes` takes it."""
        picture = self.picture() if shown else None
        state = self.page_state() | {"error": ""}
        return PagePart(
            self.model_id, self._bundle, bundle(self._bundle), state, self.describe(), picture, shown=shown
        )

    # What comes from the page

    def on_message(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """Take a message of the page; what it raises is shown in the cell.

        It may run in any thread while another cell runs: set an event, fill a queue, do short work under a lock.
        """

    def show_error(self, error: BaseException) -> None:
        """Show an error in the cell."""
        plain = isinstance(error, MusenbError)
        self.error = str(error) if plain else f"{type(error).__name__}: {error}"

    def guarded(self, function: Callable[..., Any]) -> Callable[..., None]:
        """Return `function` with its errors shown in the cell; for observers and threads."""

        @functools.wraps(function)
        def call(*arguments: Any, **keywords: Any) -> None:
            try:
                function(*arguments, **keywords)
            except Exception as error:
                self.show_error(error)

        return call

    def _receive(self, _: object, message: Any, buffers: list[memoryview]) -> None:
        if not isinstance(message, dict) or "kind" not in message:
            return
        if message["kind"] == "error":
            self.error = str(message.get("text", ""))[:2000]
            return
        if message["kind"] == "state":
            self.send_state()
            return
        self.guarded(self.on_message)(message, buffers)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take changed traits from the page; a value that does not fit is shown in the cell and dropped.

        What is shown of it goes with the next one that fits.
        """
        before = self.error
        self.guarded(super().set_state)(sync_data)
        if self.error != before:
            self._unfit = self.error
        elif self.error and self.error == self._unfit:
            self.error = self._unfit = ""

    def close(self) -> None:
        """End the view and all that it holds; a second call does nothing."""
        if not getattr(self, "_closed", True):
            self._closed = True
            self.on_msg(self._receive, remove=True)
            for keeping in self._keepings.values():
                keeping.end()
            self.clean_up()
            if not self._lent_layout:
                self.layout.close()
        super().close()

    def clean_up(self) -> None:
        """Let go of threads and other views; called once, by `close`."""

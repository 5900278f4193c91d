"""Prime preparation of a studio: takes a motif and loads the model meanwhile."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, Unpack, cast

from musenb.errors import SettingError
from musenb.sample.models import open_model
from musenb.session import Trimming, prepared
from musenb.studio.events import Events
from musenb.studio.keeping import Keeper
from musenb.studio.takes import GIVEN
from musenb.tokens.idiom import Prepared


class Primer:
    """Where motifs come in.

    Parameters
    ----------
    keeper : Keeper
    events : Events
        Hears of 'primed'.
    model : callable
        Returns the name or path of the model that will read the motif.

    Attributes
    ----------
    reading : Prepared or None
        Of the last motif.
    """

    def __init__(self, keeper: Keeper, events: Events, model: Callable[[], str | os.PathLike[str]]) -> None:
        self._keeper, self._events, self._model = keeper, events, model
        self.reading: Prepared | None = None
        self._last: tuple[Any, Trimming] | None = None

    def prime(self, source: Any, **wishes: Unpack[Trimming]) -> Prepared:
        """Take a motif, select it, and return what the model will read; see `StudioCore.prime`."""
        model = open_model(self._model())
        reading = prepared(source, model=model, **wishes)
        self.reading = reading
        self._last = source, wishes
        self._keeper.add(GIVEN, reading.score, name=reading.score.title)
        self._events.emit("primed", reading)
        threading.Thread(target=model.decoder.compile, name="musenb-warming", daemon=True).start()
        return reading

    def read_in(self, **wishes: str | None) -> Prepared:
        """Take the last motif again in another key, metre or style; see `StudioCore.read_in`."""
        if self._last is None:
            raise SettingError("there is no motif yet that could be read in another key or metre: hand one over first")
        source, before = self._last
        changed = {name: value or None for name, value in wishes.items() if value is not None}
        return self.prime(source, **cast("Trimming", {**before, **changed}))

    def read_by(self, style: str) -> Prepared | None:
        """Take the last motif again in a style, or as a changed model reads it; see `StudioCore.read_by`."""
        selected = self._keeper.tree.selected
        if self._last is None or self.reading is None or selected is None or selected.score is not self.reading.score:
            return None
        source, before = self._last
        model = open_model(self._model())
        voices = before.get("voices")
        named = {voices} if isinstance(voices, str) else set(voices or ())
        kept = voices if named <= set(model.idiom.voices) else None
        changed: Trimming = {**before, "voices": kept, "style": style or None}
        same = prepared(source, model=model, **changed).score == self.reading.score
        return None if same else self.prime(source, **changed)

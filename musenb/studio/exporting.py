"""Take exporter: files by suffix, and a page with all of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from musenb.errors import SettingError
from musenb.export.formats import FORMATS, FORMS, PAGE, PAGE_MIME
from musenb.files.atomic import atomic_write
from musenb.files.names import portable_stem
from musenb.score.arguments import save_path
from musenb.session import save
from musenb.studio.keeping import Keeper
from musenb.studio.take_rows import name_of
from musenb.studio.takes import Entry


class Exporter:
    """What is kept of a studio's takes.

    Parameters
    ----------
    keeper : Keeper
    model : callable
        Returns the name or path of the model whose attention a page shows.
    """

    def __init__(self, keeper: Keeper, model: Callable[[], str | os.PathLike[str]]) -> None:
        self._keeper, self._model = keeper, model

    def save(self, path: str | os.PathLike[str], take: Entry) -> Path:
        """Write a take as a file of the kind that the suffix says, and return the path; see `StudioCore.save`."""
        target = save_path(path)
        if target.suffix.lower() != PAGE:
            return save(take.score, target)
        atomic_write(target, self.page())
        return target

    def file(self, form: str, take: Entry) -> tuple[str, str, bytes]:
        """Return name, MIME type and content of a file of a take; for 'html', of the page with all takes.

        Raises
        ------
        SettingError
            There is no such form.
        """
        if form not in FORMS:
            raise SettingError(f"a take cannot be kept as {form!r}; there are {', '.join(FORMS)}")
        suffix = f".{form}"
        name = portable_stem(name_of(self._keeper.tree, take), otherwise="take") + suffix
        if suffix == PAGE:
            return name, PAGE_MIME, self.page()
        kind = FORMATS[suffix]
        return name, kind.mime, kind.write(take.score)

    def page(self) -> bytes:
        """Return a page with all takes, and where the model looked in them."""
        from musenb.studio.page import page_of_takes, recorded

        tree = self._keeper.tree
        return page_of_takes(tree, attention=recorded(tree, self._model()))

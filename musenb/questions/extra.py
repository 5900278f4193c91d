"""Extra of the package that panels need: what is wanting is said, with the line that installs it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from musenb.errors import MissingExtraError


@contextlib.contextmanager
def needing_lab(what: str) -> Iterator[None]:
    """Say what to install where a package that draws views is wanting.

    Raises
    ------
    MissingExtraError
        It is.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "musenb").startswith("musenb"):
            raise
        text = f"{what} needs {error.name}: python -m pip install 'musenb[lab]'"
        raise MissingExtraError(text, name=error.name) from error

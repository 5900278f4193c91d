"""Output options of the command line, checked before any work."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from musenb.errors import SaveError
from musenb.export.formats import SUFFIXES


def check_output(output: str, suffixes: Sequence[str] = ()) -> None:
    """Raise SaveError before any work when a result could not be written to `output`; without suffixes, a score."""
    if output == "-" and not suffixes:
        return
    path, known = Path(output), ", ".join(suffixes or SUFFIXES)
    if path.suffix.lower() not in (suffixes or SUFFIXES):
        besides = "" if suffixes else ", and it is not -"
        raise SaveError(f"cannot write '{output}': the suffix '{path.suffix}' is none of {known}{besides}")
    try:
        if path.is_dir():
            raise SaveError(f"cannot write '{output}': it is a folder")
        if not path.parent.is_dir():
            raise SaveError(f"cannot write '{output}': the folder '{path.parent}' does not exist")
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise SaveError(f"cannot write '{output}': no permission")
    except OSError as error:
        if isinstance(error, SaveError):
            raise
        raise SaveError(f"cannot write '{output}': {error.strerror}") from None

"""User data folders: where journals and answers are kept."""

from __future__ import annotations

import os
from pathlib import Path

JOURNAL_VARIABLE = "MUSENB_JOURNAL"
JOURNAL, ANSWERS = "journal", "answers"
# In the working folder, where the user's own cannot be written to.
SPARE = "musenb-journal"


def journal_folders() -> tuple[Path, ...]:
    """Return where journals may lie: what MUSENB_JOURNAL says alone, else the user's data and the working folder.

    A folder in which nothing can be written comes after one that can be written to.
    """
    named = os.environ.get(JOURNAL_VARIABLE)
    if named:
        return (Path(named),)
    places = [place for place in (_data_folder(), _spare_folder()) if place is not None]
    return tuple(sorted(places, key=_can_be_written, reverse=True))


def journal_folder() -> Path | None:
    """Return the first of the folders for journals; None: there is none."""
    return next(iter(journal_folders()), None)


def _data_folder() -> Path | None:
    from platformdirs import user_data_path

    try:
        return user_data_path("musenb", appauthor=False) / JOURNAL
    except (OSError, RuntimeError, KeyError):
        return None


def _spare_folder() -> Path | None:
    try:
        return Path.cwd() / SPARE
    except OSError:
        return None  # the working folder has been deleted


def _can_be_written(folder: Path) -> bool:
    """Tell whether a folder can be written to, or made where it is missing."""
    existing = (place for place in (folder, *folder.parents) if os.path.exists(place))
    nearest = next(existing, folder)
    return os.path.isdir(nearest) and os.access(nearest, os.W_OK | os.X_OK)


def spare_answers_folder() -> Path | None:
    """Return the folder for answers where the notebook's own cannot be written to: beside that of the journals."""
    journals = journal_folder()
    return None if journals is None else journals.parent / ANSWERS

"""Folders for the user's data: where journals and answers are kept."""

from __future__ import annotations

import os
from pathlib import Path

JOURNAL_VARIABLE = "MUSENB_JOURNAL"
JOURNAL, ANSWERS = "journal", "answers"


def journal_folder() -> Path | None:
    """Return where journals lie: what MUSENB_JOURNAL says, else in the user's data folder; None when there is none."""
    named = os.environ.get(JOURNAL_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_data_path

    try:
        return user_data_path("musenb", appauthor=False) / JOURNAL
    except (OSError, RuntimeError, KeyError):
        return None


def spare_answers_folder() -> Path | None:
    """Return the folder for answers where the notebook's own cannot be written to: beside that of the journals."""
    journals = journal_folder()
    return None if journals is None else journals.parent / ANSWERS

"""IPython cell magic `%load_ext musenb`, then `%%motif [name]`: notes in a cell, ready to be continued.

    %%motif theme
    key=G  G4 B4 D5:2 | C5 A4 F#4:2

The cell holds the notation of `musenb.motif`, or a tune in ABC (with a line such as `K:G`). Its score is in the
notebook under the name, `motif` when there is none.
"""

from __future__ import annotations

from typing import Any

from musenb.errors import MusenbError
from musenb.score.from_text import score_from_text
from musenb.score.note import Score

DEFAULT_NAME = "motif"


def load_ipython_extension(shell: Any) -> None:
    """Add `%%motif` to a running IPython."""

    def motif(line: str, cell: str) -> Any:
        """Read the cell as a motif in text or ABC, show and play it, and keep its score under the name."""
        from IPython.core.error import UsageError

        try:
            name, score = motif_of(line, cell)
        except MusenbError as error:
            raise UsageError(str(error)) from None
        shell.user_ns[name] = score
        from musenb.widgets.show import show

        return show(score)

    shell.register_magic_function(motif, magic_kind="cell", magic_name="motif")


def unload_ipython_extension(shell: Any) -> None:
    """Take `%%motif` away again."""
    shell.magics_manager.magics["cell"].pop("motif", None)


def motif_of(line: str, cell: str) -> tuple[str, Score]:
    """Return the name and the score of a magic's line and cell.

    Raises
    ------
    MusenbError
        The name is no Python name, or the cell cannot be read.
    """
    name = line.strip() or DEFAULT_NAME
    if not name.isidentifier():
        raise MusenbError(f"{name!r} is not a name: write %%motif theme, with letters, digits and _ only")
    return name, score_from_text(cell, source="cell")

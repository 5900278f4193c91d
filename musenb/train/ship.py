"""Checkpoint publishing, a run's best among the shipped models: `python -m musenb.train.ship RUN NAME`.

The weights are written in half precision, and the manifest anew; the card and the log are written by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from musenb.errors import SettingError
from musenb.files.atomic import atomic_write
from musenb.model.weights import MANIFEST, SHIPPED, SUFFIX, load_weights, manifest_bytes, weights_bytes

MOST_BYTES = 16 * 2**20


def ship(run: Path, name: str, *, folder: Path = SHIPPED) -> Path:
    """Write the best checkpoint of a run as a shipped model and return its path.

    Parameters
    ----------
    run : Path
        Folder of the run.
    name : str
        Name of the model, letters, digits and hyphens.
    folder : Path
        Where the shipped models are.

    Raises
    ------
    SettingError
        The name is not allowed, or the file would be over 16 MiB.
    WeightsError
        The run has no checkpoint, or a damaged one.
    """
    if not name.replace("-", "").isalnum():
        raise SettingError(f"a model's name has letters, digits and hyphens, not {name!r}")
    data = weights_bytes(*load_weights(run / f"best{SUFFIX}"))
    if len(data) > MOST_BYTES:
        raise SettingError(f"the model of '{run}' has {len(data):,} bytes in half precision, over {MOST_BYTES:,}")
    path = folder / f"{name}{SUFFIX}"
    atomic_write(path, data)
    atomic_write(folder / MANIFEST, manifest_bytes(folder))
    return path


def main(arguments: Sequence[str]) -> int:
    """Ship what the command line names; return the exit code."""
    if len(arguments) != 2:
        print("usage: python -m musenb.train.ship RUN NAME", file=sys.stderr)
        return 2
    print(ship(Path(arguments[0]), arguments[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

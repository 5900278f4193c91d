"""Checkpoint publishing, a run's best among the shipped models: `python -m musenb.train.ship RUN NAME [IDIOM]`.

The weights are written in half precision with a checksum, and the manifest anew; the card and the log are written by
hand. A run whose checkpoints do not name their idiom needs it named here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from musenb.errors import SettingError
from musenb.files.atomic import atomic_write
from musenb.model.safetensors_header import read_file
from musenb.model.weights import MANIFEST, SHIPPED, SUFFIX, manifest_bytes, parse_weights, weights_bytes, with_idiom
from musenb.sample.models import check_fit
from musenb.tokens.known import idiom_named

MOST_BYTES = 16 * 2**20


def ship(run: Path, name: str, *, idiom: str = "", folder: Path = SHIPPED) -> Path:
    """Write the best checkpoint of a run as a shipped model and return its path.

    Parameters
    ----------
    run : Path
        Folder of the run.
    name : str
        Name of the model, letters, digits and hyphens.
    idiom : str
        Name of the language that it reads; the checkpoint's own when left out.
    folder : Path
        Where the shipped models are.

    Raises
    ------
    SettingError
        The name is not allowed, or the file would be over 16 MiB.
    ModelError
        There is no such idiom, or the model's sizes are not those of it.
    WeightsError
        The run has no checkpoint, or a damaged one; or it names no idiom, and none is given.
    """
    if not name.replace("-", "").isalnum():
        raise SettingError(f"a model's name has letters, digits and hyphens, not {name!r}")
    source = str(run / f"best{SUFFIX}")
    read = read_file(source)
    if idiom:
        read = with_idiom(read, idiom_named(idiom).name, source=source)
    config, tensors = parse_weights(read, source=source)
    check_fit(idiom_named(config.idiom).shape, config, source)
    data = weights_bytes(config, tensors)
    if len(data) > MOST_BYTES:
        raise SettingError(f"the model of '{run}' has {len(data):,} bytes in half precision, over {MOST_BYTES:,}")
    path = folder / f"{name}{SUFFIX}"
    atomic_write(path, data)
    atomic_write(folder / MANIFEST, manifest_bytes(folder))
    return path


def main(arguments: Sequence[str]) -> int:
    """Ship what the command line names; return the exit code."""
    if len(arguments) not in (2, 3):
        print("usage: python -m musenb.train.ship RUN NAME [IDIOM]", file=sys.stderr)
        return 2
    run, name, *idiom = arguments
    print(ship(Path(run), name, idiom="".join(idiom)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

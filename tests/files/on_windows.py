"""What Windows does otherwise, tried in a Python for Windows: run with the folder of the checkout and a scratch folder.

Only the standard library and the pure-Python parts of musenb are imported. Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def saved_bytes(folder: Path) -> list[int]:
    """Return the sizes of 256 bytes that are written, and written over by 512."""
    from musenb.files.atomic import atomic_write

    path, sizes = folder / "all.bin", []
    for data in (bytes(range(256)), bytes(range(256)) * 2):
        atomic_write(path, data)
        sizes.append(len(path.read_bytes()) if path.read_bytes() == data else -1)
    return sizes


def refusal(path: Path) -> str:
    """Return why a path cannot be written, empty when it was."""
    from musenb.errors import SaveError
    from musenb.files.atomic import atomic_write

    try:
        atomic_write(path, b"\n")
    except SaveError as error:
        return str(error)
    return ""


def long_path(folder: Path) -> bool:
    """Tell whether a file comes back from a path that is longer than 260 characters."""
    from musenb.files.atomic import atomic_write

    deep = Path("\\\\?\\" + os.path.join(folder, *["x" * 40] * 7))
    deep.mkdir(parents=True)
    atomic_write(str(deep / "long.mid").removeprefix("\\\\?\\"), b"\n")
    return (deep / "long.mid").read_bytes() == b"\n"


def journal(folder: Path) -> list[str]:
    """Return the kinds of a journal's lines, and the faults of those that are broken."""
    from musenb.studio.journal import Journal, read_lines

    kept = Journal(folder / "journal")
    for data in ("a\nb", {"é": 1}):
        kept.append("state", data)
    assert kept.path is not None
    assert b"\r" not in kept.path.read_bytes()
    kept.close()
    return [line.kind + line.fault for line in read_lines(kept.path)]


def midi(folder: Path) -> int:
    """Return the notes that come back from a MIDI file."""
    from musenb.export.to_midi import midi_bytes
    from musenb.files.atomic import atomic_write
    from musenb.score.from_text import score_from_text
    from musenb.score.load import load

    atomic_write(folder / "song.mid", midi_bytes(score_from_text("C4 D4 E4 F4 G4 A4 B4 C5")))
    return len(load(str(folder / "song.mid")).notes)


def main() -> None:
    """Try it all."""
    checkout, folder = sys.argv[1:]
    sys.path.insert(0, checkout)
    scratch = Path(folder)
    sizes = saved_bytes(scratch)
    with open(scratch / "all.bin", "rb"):
        held = refusal(scratch / "all.bin")
    names = ("con.mid", "NUL", "song: 1.mid", "why?.mid", "song.")
    found = {
        "system": os.name,
        "sizes": sizes,
        "held": held,
        "refused": {name: refusal(scratch / name) for name in names},
        "left": sorted(entry.name for entry in scratch.iterdir()),
        "long": long_path(scratch),
        "journal": journal(scratch),
        "notes": midi(scratch),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()

"""Studio transfer file: all takes in one journal, to carry to another computer."""

from __future__ import annotations

from musenb.errors import LoadError
from musenb.files.lines import SUFFIX, decode_lines, encode_line
from musenb.studio.recovery import rebuilt, state_to_plain
from musenb.studio.takes import Tree
from musenb.studio.takes_json import take_to_plain

LARGEST_FILE = 32_000_000


def is_takes_file(name: str) -> bool:
    """Return whether a file is called as the files with takes are."""
    return name.lower().endswith(SUFFIX)


def takes_bytes(tree: Tree) -> bytes:
    """Return all takes of a tree, the deleted ones too, with names and votes."""
    state = state_to_plain(tree.state)
    rows = ({"take": take_to_plain(take), "state": state} for take in tree.everything)
    return b"".join(encode_line(number, "take", row) for number, row in enumerate(rows, start=1))


def takes_from_bytes(content: bytes, name: str) -> Tree:
    """Return the takes of a file; what could not be read is named in the tree's notices.

    Raises
    ------
    LoadError
        The file is too large, or holds no take.
    """
    if len(content) > LARGEST_FILE:
        raise LoadError("size", f"'{name}' has more than {LARGEST_FILE / 1e6:.0f} MB", "no studio writes so much")
    tree = rebuilt(decode_lines(content))
    if not tree.everything:
        saved = "files with takes are saved by 'All takes' in the drawer Keep"
        raise LoadError("format", f"'{name}' holds no takes", saved)
    return tree

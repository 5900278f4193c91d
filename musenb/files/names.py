"""Portable file names: no reserved words or signs, no dots or blanks at the end.

References
----------
Microsoft, Naming Files, Paths, and Namespaces.
"""

from __future__ import annotations

FORBIDDEN = frozenset('<>:"/\\|?*')
PORTS = [f"{port}{number}" for port in ("COM", "LPT") for number in "123456789¹²³"]
RESERVED = frozenset(["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", *PORTS])
LONGEST = 60


def portable_stem(text: str, *, otherwise: str) -> str:
    """Return `text` as the stem of a file name: a suffix may follow it.

    Parameters
    ----------
    text : str
        A title, in any script.
    otherwise : str
        What to return when nothing of it can stay.
    """
    kept = "".join(sign if sign.isalnum() or sign in " -_." else "-" for sign in text)
    stem = kept.strip(" .-")[:LONGEST].rstrip(" .-")
    if is_reserved(stem):
        stem = f"{stem}-"
    return stem or otherwise


def is_reserved(name: str) -> bool:
    """Tell whether Windows takes a file of this name, whatever its suffix, for a device."""
    return name.partition(".")[0].rstrip(" ").upper() in RESERVED


def windows_fault(name: str) -> str:
    """Return why Windows cannot keep a file of this name, empty when it can.

    Some of these names it takes without a word: the bytes go to a device, to a stream hidden in another file, or to a
    file of another name.
    """
    if is_reserved(name):
        return f"Windows keeps the name '{name.partition('.')[0]}' for a device"
    found = next((sign for sign in name if sign in FORBIDDEN or ord(sign) < 32), None)
    if found is not None:
        return f"Windows has no {found!r} in file names"
    return "Windows has no file names that end in a dot or a blank" if name.endswith((".", " ")) else ""

"""Write the README's tree: every module with the first clause of its docstring.

Run as `python tests/readme_tree.py` after a module was added, renamed or moved; `tests/test_readme.py` compares.
"""

from __future__ import annotations

import ast
import re
import subprocess
import textwrap
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BLOCK = re.compile(r"(?<=^```text\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
ALONE = re.compile(r"(?:musenb/(?!frontend/).*|tests/(?:ui/)?\w+)\.py")
WIDTH = 118

# What is no module, and folders whose files follow a pattern.
NOTED = {
    ".ci/run": "the second command above, on a clean clone in a fresh environment",
    "binder/": "the pinned versions, and what Binder runs",
    "musenb/data/": "the canonical chorales as a grid, and the table of the splits",
    "musenb/frontend/": "the TypeScript of the views; only who changes it needs Node",
    "musenb/static/": "the views as built, and the sounds",
    "musenb/weights/": "the shipped models, a card for each, the log of runs",
    "notebooks/": "the instruments: studio, gallery, train-your-own, evaluate; pictures of the README",
    "tutorials/": "the lessons, numbered",
    "tests/*/": "tests that mirror the folders of musenb",
    "pyproject.toml": "the package and the settings of every tool",
}


def files() -> list[str]:
    """Return the files of the project that git knows or would add."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return sorted(name for name in set(names) if (ROOT / name).is_file())


def purpose(name: str) -> str:
    """Return the first clause of a module's docstring; empty when it has none."""
    text = ast.get_docstring(ast.parse((ROOT / name).read_text(encoding="utf-8"))) or ""
    line = text.split("\n\n")[0].replace("\n", " ").removesuffix(".")
    clause = re.match(r"[^`].{18,}?(?=[:;] )", line)
    return clause[0] if clause else line


def tree() -> str:
    """Return the tree, two spaces an indentation, folders before what lies in them."""
    names = files()
    entries = {noted: text for noted, text in NOTED.items() if any(fnmatch(name, f"{noted}*") for name in names)}
    entries |= {name: text for name in filter(ALONE.fullmatch, names) if (text := purpose(name))}
    lines, shown = [], set()
    for name in sorted(entries, key=lambda path: [(part.endswith("/"), part) for part in parts(path)]):
        *folders, last = parts(name)
        for depth in range(len(folders)):
            folder = "".join(folders[: depth + 1])
            if folder not in shown:
                shown.add(folder)
                lines.append("  " * depth + folders[depth])
        shown.add(name)
        room = textwrap.shorten(entries[name], WIDTH - 28, placeholder="").rstrip(",")
        lines.append(f"{'  ' * len(folders) + last:<26}  {room}")
    return "\n".join(lines) + "\n"


def parts(path: str) -> list[str]:
    """Return the folders, each with its slash, and the last name of a path."""
    return re.findall(r"[^/]+/?", path)


def main() -> None:
    """Put the tree into the README."""
    README.write_text(BLOCK.sub(lambda _: tree(), README.read_text(encoding="utf-8"), count=1), encoding="utf-8")


if __name__ == "__main__":
    main()

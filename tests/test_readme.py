"""The READMEs keep their word: code runs, folders and files are there, and nothing names a machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
HOUSE = (ROOT / "musenb" / "README.md").read_text(encoding="utf-8")
SETUP = "python -m pip install -c binder/constraints.txt '.[lab]' && musenb demo"
EVERY_TEST = "python -m pip install -c binder/constraints.txt -e '.[lab,test]' && python tests"

# Written in pieces, so that this file does not find itself.
HOSTS = re.compile(r"https?://[^/\s\"')]*(?:reg" r"istry|py" r"pi|pack" r"ages|mir" r"ror|c" r"dn)", re.IGNORECASE)
MACHINE_PATHS = re.compile(r"(?<![\w./])/(?:wo" r"rk|fa" r"rm|ro" r"ot|op" r"t|ho" r"me)/\w")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def tracked() -> list[str]:
    """Return the tracked files, as paths from the project's folder."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout: what is tracked cannot be told")
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def test_the_two_commands_are_the_first_two_blocks() -> None:
    commands = [block.strip() for block in blocks("bash")]
    assert commands[:2] == [SETUP, EVERY_TEST]


def test_ci_runs_the_second_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    found = re.search(r"grep -m 1 '([^']+)' README\.md", script)
    assert found
    assert re.findall(found[1] + ".*", README, re.MULTILINE) == [EVERY_TEST]


@pytest.mark.parametrize("code", blocks("python"))
def test_the_code_runs(code: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for name in re.findall(r'save\("([^"]+)"\)', code):
        assert (tmp_path / name).stat().st_size > 0


def test_the_readme_has_code_to_run() -> None:
    assert blocks("python")


def test_the_readme_is_short() -> None:
    assert len(README.encode()) <= 5000


def test_the_house_has_a_line_for_every_folder_of_modules_and_names_no_other() -> None:
    listed = tracked()
    modules = [name for name in listed if re.match(r"musenb/.+\.py$", name)]
    folders = {Path(name).parent.relative_to("musenb").as_posix() for name in modules}
    named = set(re.findall(r"^\| `([\w/]+)/` \|", HOUSE, re.MULTILINE))
    assert folders - {"."} <= named
    assert [name for name in named if not (ROOT / "musenb" / name).is_dir()] == []


def test_the_files_that_the_house_names_are_there() -> None:
    told = re.findall(r"`((?:[a-z][\w-]*/)+[\w-]+\.(?:py|ts))`", HOUSE)
    new = {"score/from_kern.py", "tests/toy.py", "tests/test_layers.py"}
    assert told
    assert [name for name in told if name not in new and not (ROOT / "musenb" / name).is_file()] == []


def test_no_file_names_a_package_host_or_a_path_of_one_machine() -> None:
    found = []
    for name in tracked():
        data = (ROOT / name).read_bytes()
        if b"\0" in data or name.startswith("musenb/static/"):
            continue
        text = data.decode("utf-8")
        found += [f"{name}: {match[0]}" for pattern in (HOSTS, MACHINE_PATHS) for match in pattern.finditer(text)]
    assert found == []


def test_the_pins_are_plain_versions() -> None:
    lines = (ROOT / "binder" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert pins[0] == "torch==2.13.0"
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==\d[\w.]*", pin)] == []

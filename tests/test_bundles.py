"""The committed bundles are what the front end's sources give."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

NOT_BUILT_HERE = {"piano.sf3", "piano.LICENSE.txt"}
LARGEST_WIDGET = 60_000
# The roll edits, and puts 50,000 notes together of tiles; its code is a third of what a notebook may save of a view.
# The score draws pages and strips, with voices, bars, arcs and chords to be named; the desk is a whole studio but for
# its music.
LARGEST = {"roll.js": 74_000, "sheet.js": 86_000, "desk.js": 90_000}


@pytest.fixture(scope="module")
def frontend() -> Path:
    """Return the front end's folder, its packages installed."""
    folder = Path(__file__).resolve().parents[1] / "musenb" / "frontend"
    if not shutil.which("node"):
        pytest.fail("the front end's tests need Node 20 or later on the PATH")
    if not (folder / "node_modules").is_dir():
        pytest.fail(f"the front end's packages are not installed: run `npm ci` in {folder}, or `python tests`")
    return folder


def test_a_rebuild_gives_the_committed_bundles(frontend: Path, tmp_path: Path) -> None:
    built = subprocess.run(
        ["node", "build.mjs", str(tmp_path)], cwd=frontend, capture_output=True, text=True, timeout=240
    )
    assert built.returncode == 0, built.stderr
    static = frontend.parent / "static"
    fresh = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in static.iterdir() if path.name not in NOT_BUILT_HERE}
    assert fresh.keys() == committed.keys(), "run `npm run build` in musenb/frontend and commit musenb/static"
    differ = [name for name in fresh if fresh[name] != committed[name]]
    assert differ == [], "run `npm run build` in musenb/frontend and commit musenb/static"


def test_bundles_are_small_and_reach_for_nothing(project: Path) -> None:
    bundles = sorted((project / "musenb" / "static").glob("*.js"))
    assert bundles
    for path in bundles:
        text = path.read_text(encoding="utf-8")
        assert len(text) < LARGEST.get(path.name, LARGEST_WIDGET), path.name
        assert "http://" not in text.replace("http://www.w3.org/", ""), path.name
        assert "https://" not in text, path.name


def test_licences_of_what_is_bundled_are_there(project: Path) -> None:
    static = project / "musenb" / "static"
    notices = (static / "THIRD_PARTY.txt").read_text(encoding="utf-8")
    for name in ("spessasynth_core", "spessasynth_lib"):
        assert f"{name} " in notices
    assert "Apache License" in notices
    assert "Permission is hereby granted, free of charge" in (static / "piano.LICENSE.txt").read_text(encoding="utf-8")


def test_the_lock_names_no_registry(project: Path) -> None:
    lock = (project / "musenb" / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert '"integrity"' in lock

"""What Binder reads agrees with the pins, keeps CUDA out, and runs what the badges open."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BINDER = ROOT / "binder"
ENVIRONMENT = (BINDER / "environment.yml").read_text(encoding="utf-8")
PINS = dict(
    line.split("==") for line in (BINDER / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line
)
POST_BUILD = BINDER / "postBuild"


def test_conda_and_pip_want_the_same_versions() -> None:
    asked = dict(re.findall(r"^  - ([\w-]+)=([\d.]+)$", ENVIRONMENT, re.MULTILINE))
    assert asked.keys() >= {"python", "numpy", "pytorch-cpu"}
    assert PINS["numpy"] == asked["numpy"]
    assert PINS["torch"].startswith(asked["pytorch-cpu"] + ".")
    assert f"Python {asked['python']}" in (BINDER / "constraints.txt").read_text(encoding="utf-8")


def test_the_build_of_torch_is_the_one_without_cuda() -> None:
    assert "pytorch-cpu" in ENVIRONMENT
    assert not re.search(r"^  - (pytorch|torch)\b(?!-cpu)", ENVIRONMENT, re.MULTILINE)
    script = POST_BUILD.read_text(encoding="utf-8")
    assert "grep -v '^torch=='" in script
    assert "torch.version.cuda" in script


def test_post_build_can_run_and_stops_at_the_first_fault() -> None:
    assert os.access(POST_BUILD, os.X_OK)
    assert subprocess.run(["bash", "-n", str(POST_BUILD)], capture_output=True).returncode == 0
    script = POST_BUILD.read_text(encoding="utf-8")
    assert "set -euo pipefail" in script
    assert "LARGEST_MB=2000" in script


def test_what_the_badges_open_is_run_when_the_image_is_built() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "voila%2Frender" not in readme or "voila" in PINS
    opened = [found.replace("%2F", "/") for found in re.findall(r"urlpath=doc%2Ftree%2F([\w%./-]+)", readme)]
    assert len(opened) >= 2
    patterns = re.search(r"^for notebook in (.+); do$", POST_BUILD.read_text(encoding="utf-8"), re.MULTILINE)
    assert patterns
    run = {path for pattern in patterns[1].split() for path in ROOT.glob(pattern)}
    assert {ROOT / name for name in opened} <= run


def test_nobodys_answers_are_in_the_image() -> None:
    script = POST_BUILD.read_text(encoding="utf-8")
    assert script.index("export MUSENB_ANSWERS=") < script.index("jupyter nbconvert")

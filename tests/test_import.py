"""What a fresh interpreter loads: a user who only looks or plays never pays for the heavy packages."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

HEAVY = {"torch", "music21", "verovio", "symusic", "pretty_midi", "matplotlib", "IPython", "jupyterlab", "scipy"}


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after `statement`."""
    code = f"{statement}\nimport sys, json\nprint(json.dumps(sorted({{n.split('.')[0] for n in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_musenb_is_light() -> None:
    assert HEAVY & loaded_by("import musenb") == set()


def test_heavy_modules_would_be_seen() -> None:
    assert "defusedxml" in loaded_by("import defusedxml")


WITHOUT_LAB = """
import sys
class Without:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"ipywidgets", "anywidget", "IPython"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Without())
import musenb
"""


@pytest.mark.parametrize("name", ["Studio", "Question"])
def test_without_its_extra_a_panel_says_what_to_install(name: str) -> None:
    code = f"{WITHOUT_LAB}\ntry:\n    musenb.{name}\nexcept musenb.MusenbError as error:\n    print(error)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.fullmatch(rf"musenb.{name} needs \w+: python -m pip install 'musenb\[lab\]'\n", done.stdout)


def test_without_the_extra_questions_answer_in_text() -> None:
    code = f"{WITHOUT_LAB}\nprint(musenb.ask(musenb.motif('C4 D4 E4 F4'))._repr_mimebundle_()['text/plain'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Its panel needs ipywidgets: python -m pip install 'musenb[lab]'" in done.stdout


@pytest.mark.parametrize("call", ["game(record=None)", "against('chorale-absolute')"])
def test_without_the_extra_a_view_of_answers_says_what_to_install(call: str) -> None:
    asked = f"musenb.ask(musenb.motif('C4 D4 E4 F4')).{call}"
    code = f"{WITHOUT_LAB}\ntry:\n    {asked}\nexcept musenb.MusenbError as error:\n    print(error)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"the (game|comparison of two models) needs \w+: python -m pip install .*\n", done.stdout)


def test_without_the_extra_a_motif_report_is_its_sentences() -> None:
    asked = "musenb.ask(musenb.motif('C4 D4 E4 F4')).motif(bars='1')"
    code = f"{WITHOUT_LAB}\nprint({asked}._repr_mimebundle_()[0]['text/plain'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"The motif does not return.\nthe view .* needs \w+: python -m pip install .*\n", done.stdout)

"""The command `musenb motif`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from musenb.commands.main import main
from musenb.export.to_midi import midi_bytes
from musenb.score.from_text import score_from_text

MUSIC = "key=G G4:3/2 A4:1/2 B4 D5 | G4:4 | D5:3/2 E5:1/2 F#5 A5"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["motif", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_it_lists_every_return(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, MUSIC, "--bars", "1", "--voice", "Melody")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "1.00  returns in the melody in bar 3, a fifth higher, rhythm kept"


def test_json_holds_what_is_promised(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "piece.mid"
    path.write_bytes(midi_bytes(score_from_text(MUSIC)))
    code, out, err = run(capsys, str(path), "--bars", "1-1", "--voice", "melody", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == [
        {"voice": "melody", "bar": 3, "beat": 1, "form": "transposed", "interval": 7, "confidence": 1.0}
    ]


def test_chance_stands_beside(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, MUSIC, "--bars", "1", "--voice", "melody", "--chance", "3", "--json")
    assert code == 0
    assert len(json.loads(out)) == 1
    assert "3 motifs of other chorales return" in err


@pytest.mark.parametrize(
    ("bars", "voice", "message"),
    [
        ("1-9", "melody", "bars 1-9 are not in the piece: it has bars 1-3"),
        ("1", "oboe", "there is no voice 'oboe'; the piece has 'melody'"),
        ("2", "melody", "1 notes begin in bars 2-2 of 'melody': a motif needs at least 3"),
        ("one", "melody", "--bars 'one' is neither one bar such as 3 nor a stretch such as 1-2"),
        ("2-1", "melody", "--bars '2-1' ends before it begins"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_line(
    bars: str, voice: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, MUSIC, "--bars", bars, "--voice", voice)
    assert (code, out) == (2, "")
    assert err == f"musenb: {message}\n"


def test_below_zero_draws(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, MUSIC, "--bars", "1", "--voice", "melody", "--chance", "-1")[2].startswith("musenb: --chance -1")

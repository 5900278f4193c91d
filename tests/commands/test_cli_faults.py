from __future__ import annotations

import re
import signal
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from musenb import session
from musenb.commands.main import main
from musenb.commands.output import check_output
from musenb.errors import SaveError
from musenb.export.to_midi import midi_bytes
from musenb.score.note import Note, Score, Voice

MOTIF = "key=G upbeat=1 D5 | G5 F#5 E5 D5"


@pytest.fixture
def run(tiny_checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs `musenb continue` with the tiny model and returns exit code, output and errors."""

    def call(*arguments: str, model: str | Path = tiny_checkpoint) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["continue", *arguments, "--model", str(model)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def empty(folder: Path) -> list[str]:
    (folder / "in.mid").write_bytes(b"")
    return [str(folder / "in.mid")]


def text_file(folder: Path) -> list[str]:
    (folder / "in.mid").write_text("Dear diary")
    return [str(folder / "in.mid")]


def five_voices(folder: Path) -> list[str]:
    (folder / "in.mid").write_bytes(
        midi_bytes(Score(tuple(Voice(f"v{n}", (Note(0, 1, 50 + 5 * n),)) for n in range(5))))
    )
    return [str(folder / "in.mid")]


def chord_of_five(folder: Path) -> list[str]:
    notes = tuple(Note(0, 1, 50 + 5 * n) for n in range(5))
    (folder / "in.mid").write_bytes(midi_bytes(Score((Voice("piano", notes),))))
    return [str(folder / "in.mid")]


def too_long(folder: Path) -> list[str]:
    lines = (f"{name}: {'C4:4 ' * 20}" for name in ("soprano", "alto", "tenor", "bass"))
    return ["\n".join(["4/4 key=C", *lines])]


def damaged_checkpoint(folder: Path) -> list[str]:
    (folder / "bad.safetensors").write_bytes(b"\x80\x02 a pickle")
    return [MOTIF, "--model", str(folder / "bad.safetensors")]


def nothing_writable(folder: Path) -> list[str]:
    (folder / "out.mid").mkdir()
    return [MOTIF]


BAD_INPUT: dict[str, tuple[Callable[[Path], list[str]], str]] = {
    "no file": (lambda folder: [str(folder / "in.mid")], "no file '.*in.mid': No such file or directory"),
    "no file of no suffix": (lambda folder: ["nowhere/tune"], "no file 'nowhere/tune'"),
    "a folder": (lambda folder: [str(folder)], "is a folder"),
    "an empty file": (empty, "'in.mid' is empty, 0 bytes"),
    "a text file": (text_file, "'in.mid' is named like MIDI but holds plain text"),
    "no motif": (lambda folder: ["H4 C4"], "'H4' is not understood"),
    "an empty name": (lambda folder: [""], "no file ''"),
    "rests alone": (lambda folder: ["r r"], "no notes"),
    "a corpus piece that is none": (lambda folder: ["corpus:bwv9999"], "bwv9999"),
    "five voices": (five_voices, "5 voices in 'in.mid'; the chorale model has 4: soprano, alto, tenor, bass"),
    "five notes at once": (chord_of_five, "5 notes sound together at bar 1, beat 1"),
    "a pitch too high": (lambda folder: ["C7"], r"pitch 96 .* is outside 36\.\.81, C2\.\.A5; transpose the prime"),
    "a pitch too low": (lambda folder: ["B1"], r"pitch 35 .* is outside 36\.\.81"),
    "moved out of range": (lambda folder: ["C4", "--transpose", "99"], r"pitch 159 at quarter 0 is outside 0\.\.127"),
    "too long": (too_long, "the prime has 1280 tokens, more than fit .* context of 256"),
    "a metre too long": (lambda folder: ["13/4 C4"], r"metre 13/4 of bar 1 in 'text' has bars of 52 sixteenths"),
    "a metre too fine": (lambda folder: ["3/32 C4"], "metre 3/32 of bar 1 in 'text' has bars of 3/2 sixteenths"),
    "an unknown model": (lambda folder: [MOTIF, "--model", "opera"], "unknown model 'opera'; the shipped models are"),
    "no checkpoint": (lambda folder: [MOTIF, "--model", "no.safetensors"], "no.safetensors: cannot be read: No such"),
    "a damaged checkpoint": (damaged_checkpoint, "bad.safetensors: this is a pickle"),
    "a folder as output": (nothing_writable, "cannot write '.*out.mid': it is a folder"),
    "bars": (lambda folder: [MOTIF, "--bars", "0"], r"bars 0 is not a whole number in 1\.\.512"),
    "prime bars": (lambda folder: [MOTIF, "--prime-bars", "0"], "cannot take the first 0 bars: at least 1"),
    "temperature": (lambda folder: [MOTIF, "--temperature", "nan"], r"temperature nan is outside 0\.\.4"),
    "top-p": (lambda folder: [MOTIF, "--top-p", "1.5"], "top_p 1.5 is outside"),
    "seed": (lambda folder: [MOTIF, "--seed", "-1"], "seed -1 is not a whole number"),
    "voices": (lambda folder: [MOTIF, "--voices", "viola"], "voices viola do not name the 1 voices that sound"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_one_line_exit_2_and_nothing_written(
    name: str, tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, message = BAD_INPUT[name]
    arguments = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    model = [] if "--model" in arguments else ["--model", str(tiny_checkpoint)]
    code = main(["continue", *arguments, *model, "-o", str(tmp_path / "out.mid")])
    captured = capsys.readouterr()
    assert (code, captured.out) == (2, "")
    assert captured.err.startswith("musenb: ")
    assert captured.err.count("\n") == 1
    assert re.search(message, captured.err), captured.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("out.mp3", r"the suffix '.mp3' is none of .mid, .*.wav, .pdf, .png, .svg, .brf, .html, and it is not -"),
        ("out", "the suffix '' is none of"),
        ("", "the suffix '' is none of"),
        ("no/such/folder/out.mid", "the folder 'no/such/folder' does not exist"),
        ("x" * 300 + ".mid", "File name too long"),
        ("/dev/null/out.mid", "the folder '/dev/null' does not exist"),
    ],
)
def test_an_output_that_cannot_be_written_is_named_before_any_work(
    output: str, message: str, run: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "stream", None)
    code, out, err = run(MOTIF, "-o", output)
    assert (code, out) == (2, "")
    assert re.fullmatch(f"musenb: cannot write '{output}': {message}.*\n", err)


def test_a_folder_without_permission_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(SaveError, match=r"out\.mid': no permission"):
        check_output(str(tmp_path / "out.mid"))


def test_a_disk_that_fills_up_keeps_the_old_file(
    run: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "out.mid"
    path.write_bytes(b"before")

    def full(handle: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.write", full)
    code, _, err = run(MOTIF, "--bars", "1", "--seed", "1", "-o", str(path))
    monkeypatch.undo()
    assert code == 2
    assert "No space left on device" in err
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_an_unforeseen_error_of_the_system_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(options: Namespace) -> int:
        raise PermissionError(13, "Permission denied", "/secret")

    monkeypatch.setattr("musenb.commands.doctor.doctor", broken)
    assert main(["doctor"]) == 2
    assert capsys.readouterr().err == "musenb: [Errno 13] Permission denied: '/secret'\n"


def test_an_interrupt_ends_with_130_and_leaves_no_file(tiny_checkpoint: Path, tmp_path: Path) -> None:
    arguments = ["continue", MOTIF, "--bars", "512", "--model", str(tiny_checkpoint), "-o", str(tmp_path / "out.mid")]
    code = (
        "import signal, sys, threading, time\n"
        "import musenb.commands.main, musenb.session\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "stream = musenb.session.stream\n"
        "def told(*arguments, **settings):\n"
        "    writing = stream(*arguments, **settings)\n"
        "    print('writing', flush=True)\n"
        "    return writing\n"
        "musenb.session.stream = told\n"
        f"sys.exit(musenb.commands.main.main({arguments!r}))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "writing\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "musenb: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_error(tiny_checkpoint: Path) -> None:
    arguments = ["continue", MOTIF, "--bars", "1", "--seed", "1", "--model", str(tiny_checkpoint)]
    process = subprocess.Popen(
        [sys.executable, "-m", "musenb", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(timeout=60) == 0

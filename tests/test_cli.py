from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import musenb
from musenb import doctor, evaluation, progress, session
from musenb.analysis import chorale_report
from musenb.analysis.jsb import load_jsb
from musenb.cli import check_output, is_source, main, parser
from musenb.errors import SaveError
from musenb.export.to_midi import midi_bytes
from musenb.model import weights
from musenb.model.weights import expected_shapes, manifest_bytes, weights_bytes
from musenb.score.from_text import score_from_text
from musenb.score.load import load
from musenb.score.note import Note, Score, Voice
from musenb.train.chorale_data import chorale_grid
from musenb.train.jsb import jsb_config, split_rows

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


@pytest.fixture
def shipped(tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ship the tiny model as 'chorale', from a folder of this test."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / "chorale.safetensors").write_bytes(tiny_checkpoint.read_bytes())
    (folder / "manifest.json").write_bytes(manifest_bytes(folder))
    monkeypatch.setattr(session, "SHIPPED", folder)
    for function in (weights.open_shipped, weights.shipped_names):
        monkeypatch.setitem(function.__kwdefaults__, "folder", folder)
    return folder


@pytest.mark.parametrize("suffix", [".mid", ".musicxml"])
def test_the_same_seed_gives_the_same_bytes(suffix: str, run: Callable, tmp_path: Path) -> None:
    written = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        path = tmp_path / (name + suffix)
        assert run(MOTIF, "--bars", "1", "--seed", str(seed), "-o", str(path)) == (0, "", "")
        written.append(path.read_bytes())
    assert written[0] == written[1] != written[2]


def test_the_command_itself_gives_the_same_bytes_in_another_process(
    run: Callable, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    run(MOTIF, "--bars", "1", "--seed", "7", "-o", str(tmp_path / "here.mid"))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "musenb", "continue", MOTIF, "--bars", "1", "--seed", "7"),
            *("--model", str(tiny_checkpoint), "-o", str(tmp_path / "there.mid")),
        ],
        capture_output=True, text=True, check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "there.mid").read_bytes() == (tmp_path / "here.mid").read_bytes()


def test_the_prime_is_kept(run: Callable, tmp_path: Path) -> None:
    source, path = tmp_path / "tune.mid", tmp_path / "out.mid"
    prime = score_from_text("3/4 key=Bb tempo=90 F5 Bb4:2")
    source.write_bytes(midi_bytes(prime))
    assert run(str(source), "--bars", "2", "--seed", "1", "-o", str(path))[0] == 0
    score = load(path)
    first = [note for note in score.voices[0].notes if note.onset < 3]
    assert [(n.onset, n.duration, n.pitch) for n in first] == [(0, 1, 77), (1, 2, 70)]
    assert (score.metres, score.keys, score.tempos[0].qpm) == (prime.metres, prime.keys, 90)
    assert 3 < score.end <= 9


def test_a_listing_goes_to_the_output(run: Callable) -> None:
    code, out, err = run(MOTIF, "--bars", "1", "--seed", "1")
    assert (code, err) == (0, "")
    assert run(MOTIF, "--bars", "1", "--seed", "1", "-o", "-") == (code, out, err)
    assert out.count("\n") > 8
    assert "D5" in out


def test_a_seed_that_was_chosen_is_told_and_works(run: Callable) -> None:
    code, out, err = run(MOTIF, "--bars", "1")
    assert code == 0
    seed = re.fullmatch(r"musenb: seed (\d+)\n", err)
    assert seed
    assert run(MOTIF, "--bars", "1", "--seed", seed[1]) == (0, out, "")


def test_options_reach_the_sampler(run: Callable) -> None:
    plain = run(MOTIF, "--bars", "1", "--seed", "1")[1]
    for options in (["--temperature", "0.1"], ["--top-p", "0.2"], ["--top-k", "1"], ["--voices", "Alto"],
                    ["--transpose", "-2"], ["--bars", "2"]):
        code, out, err = run(MOTIF, "--bars", "1", "--seed", "1", *options)
        assert (code, err) == (0, "")
        assert out != plain


def test_the_first_bars_of_a_prime_are_enough(run: Callable, tmp_path: Path) -> None:
    path = tmp_path / "out.mid"
    text = "upbeat=1 C5 | D5:4 | E5:4 | F5:4"
    assert run(text, "--prime-bars", "1", "--bars", "1", "--seed", "1", "-o", str(path))[0] == 0
    whole, path2 = load(path), tmp_path / "same.mid"
    assert run("upbeat=1 C5 | D5:4", "--bars", "1", "--seed", "1", "-o", str(path2))[0] == 0
    assert path.read_bytes() == path2.read_bytes()
    assert whole.end <= 9


def test_played_notes_are_moved_and_told_of_unless_they_must_not_be(run: Callable, tmp_path: Path) -> None:
    path = tmp_path / "played.mid"
    path.write_bytes(midi_bytes(score_from_text("C5:0.9 r:0.13 D5:0.97 E5")))
    code, _, err = run(str(path), "--bars", "1", "--seed", "1")
    assert code == 0
    assert re.fullmatch(r"musenb: \d of 3 notes were moved to steps of 1/4 quarters, .*\n", err)
    code, out, err = run(str(path), "--bars", "1", "--seed", "1", "--exact")
    assert (code, out) == (2, "")
    assert "is off the grid" in err


def test_chords_are_read_as_voices(run: Callable, tmp_path: Path) -> None:
    path = tmp_path / "chords.mid"
    chords = [Note(onset, 1, pitch) for onset in range(2) for pitch in (48, 64 + onset, 72)]
    path.write_bytes(midi_bytes(Score((Voice("piano", tuple(chords)),))))
    code, _, err = run(str(path), "--bars", "1", "--seed", "1")
    assert (code, err) == (0, "musenb: chords were read as 3 voices from the top down\n")


def test_a_motif_may_be_longer_than_a_file_name(run: Callable) -> None:
    text = "\n".join(f"{name}: " + "C4 D4 E4 F4 " * 10 for name in ("alto", "tenor"))
    assert not is_source(text)
    assert run(text, "--bars", "1", "--seed", "1")[0] == 0


@pytest.mark.parametrize(
    ("prime", "expected"),
    [("a.mid", True), ("a.MusicXML", True), ("corpus:bwv66.6", True), ("folder/tune", True), ("C4 D4", False),
     ("3/4 C4 D4", False), ("C4:1.5", False), (".", True)],
)
def test_a_motif_and_a_file_are_told_apart(prime: str, expected: bool) -> None:
    assert is_source(prime) == expected


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
    return ["\n".join(f"{name}: {'C4:4 ' * 20}" for name in ("soprano", "alto", "tenor", "bass"))]


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
    "too long": (too_long, "the prime has 1280 cells, more than fit .* context of 256"),
    "a metre too long": (lambda folder: ["13/4 C4"], r"metre 13/4 of bar 1 in 'text' has bars of 52 sixteenths"),
    "a metre too fine": (lambda folder: ["3/32 C4"], "the bars of 3/32 in 'text' are not whole sixteenths"),
    "an unknown model": (lambda folder: [MOTIF, "--model", "opera"], "unknown model 'opera'; the shipped models are"),
    "no checkpoint": (lambda folder: [MOTIF, "--model", "no.safetensors"], "no.safetensors: cannot be read: No such"),
    "a damaged checkpoint": (damaged_checkpoint, "bad.safetensors: this is a pickle"),
    "a folder as output": (nothing_writable, "cannot write '.*out.mid': it is a folder"),
    "bars": (lambda folder: [MOTIF, "--bars", "0"], r"bars 0 is not a whole number in 1\.\.512"),
    "prime bars": (lambda folder: [MOTIF, "--prime-bars", "0"], "cannot take the first 0 bars: at least 1"),
    "temperature": (lambda folder: [MOTIF, "--temperature", "nan"], r"temperature nan is outside 0\.\.4"),
    "top-p": (lambda folder: [MOTIF, "--top-p", "1.5"], "top_p 1.5 is outside"),
    "seed": (lambda folder: [MOTIF, "--seed", "-1"], "seed -1 is not a whole number"),
    "voices": (lambda folder: [MOTIF, "--voices", "viola"], "voices viola do not name the score's 1 voices"),
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
        ("out.wav", r"the suffix '.wav' is none of .mid, .midi, .musicxml, .xml, and it is not -"),
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

    monkeypatch.setattr("musenb.cli.doctor", broken)
    assert main(["doctor"]) == 2
    assert capsys.readouterr().err == "musenb: [Errno 13] Permission denied: '/secret'\n"


@pytest.mark.parametrize(
    "arguments", [[], ["compose"], ["continue"], ["continue", "C4", "--bars", "many"], ["train", "x"]]
)
def test_a_command_line_that_is_none_says_how_it_goes(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: musenb" in capsys.readouterr().err


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["continue", "--help"], ["train", "--help"], ["evaluate", "--help"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 0
    assert "--temperature" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"musenb {musenb.__version__}\n"
    assert parser().prog == "musenb"


def test_an_interrupt_ends_with_130_and_leaves_no_file(tiny_checkpoint: Path, tmp_path: Path) -> None:
    arguments = ["continue", MOTIF, "--bars", "512", "--model", str(tiny_checkpoint), "-o", str(tmp_path / "out.mid")]
    code = (
        "import signal, sys, threading, time\n"
        "import musenb.cli, musenb.session\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "stream = musenb.session.stream\n"
        "def told(*arguments, **settings):\n"
        "    writing = stream(*arguments, **settings)\n"
        "    print('writing', flush=True)\n"
        "    return writing\n"
        "musenb.session.stream = told\n"
        f"sys.exit(musenb.cli.main({arguments!r}))\n"
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


def test_the_first_interrupt_of_a_training_ends_it_in_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked = []

    def training(run: object, report: object, stop: Callable[[], bool]) -> float:
        asked.append(stop())
        signal.raise_signal(signal.SIGINT)
        asked.append(stop())
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return 1.0

    monkeypatch.setattr("musenb.train.run.train", training)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert main(["train", "jsb", "--folder", str(tmp_path)]) == 130
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert asked == [False, True]
    assert capsys.readouterr().err.endswith("musenb: interrupted; the same command goes on from here\n")


def test_a_training_prints_its_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from musenb.train.loop import Progress
    from musenb.train.run import Run

    def training(run: Run, report: Callable[[Progress], None], stop: Callable[[], bool]) -> float:
        assert (run.task, run.variant, run.recipe.steps, run.recipe.patience) == ("jsb", "relative", 9, 2)
        assert (run.recipe.accumulate, run.recipe.precision) == (3, "bfloat16")
        report(Progress(5, 1.25, None, 1000.4))
        report(Progress(9, 1.0, 0.75, 900.0))
        return 0.75

    monkeypatch.setattr("musenb.train.run.train", training)
    arguments = ["--variant", "relative", "--steps", "9", "--patience", "2", "--folder", str(tmp_path)]
    arguments += ["--accumulate", "3", "--precision", "bfloat16"]
    assert main(["train", "jsb", *arguments]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "step 5  loss 1.2500  1000 cells/s",
        "step 9  loss 1.0000  900 cells/s  validation 0.7500",
        f"best validation loss 0.7500 nats per cell; the model is '{tmp_path / 'best.safetensors'}'",
    ]


def test_the_processes_of_torchrun_share_the_processors_and_one_speaks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    threads: list[int] = []
    monkeypatch.setattr("musenb.train.run.train", lambda run, report, stop: threads.append(run.threads) or 0.5)
    monkeypatch.setattr("os.cpu_count", lambda: 16)
    assert main(["train", "jsb", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out != ""
    for name, value in (("TORCHELASTIC_RUN_ID", "x"), ("RANK", "1"), ("LOCAL_WORLD_SIZE", "4")):
        monkeypatch.setenv(name, value)
    assert main(["train", "jsb", "--folder", str(tmp_path)]) == 0
    assert threads == [8, 2]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chorale", "--steps", "0"], "steps 0 is below 1"),
        (["chorale", "--variant", "relative"], "--variant relative is for the JSB experiment, not for 'chorale'"),
        (["jsb", "--variant", "best"], "unknown variant 'best'"),
        (["jsb", "--data", "."], "--data is for training on one's own chorales"),
        (["chorale", "--data", "nowhere"], "no folder 'nowhere' to train on"),
        (["jsb", "--seed", "-1"], "seed -1 is outside"),
        (["jsb", "--cells", "6"], "cells 6 a multiple of 4"),
        (["jsb", "--accumulate", "0"], "accumulate 0 is below 1"),
        (["jsb", "--threads", "0"], "threads 0 is below 1"),
    ],
)
def test_trainings_that_cannot_be_are_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["train", *arguments, "--folder", str(tmp_path / "run")]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.usefixtures("shipped")
def test_the_shipped_model_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["continue", MOTIF, "--bars", "1", "--seed", "1"]) == 0
    assert capsys.readouterr().err == ""


def test_a_shipped_model_that_was_changed_is_refused(shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shipped / "chorale.safetensors"
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    assert main(["continue", MOTIF, "--bars", "1", "--seed", "1"]) == 2
    assert "SHA-256 is not" in capsys.readouterr().err
    assert main(["doctor"]) == 1
    captured = capsys.readouterr()
    assert "SHA-256 is not" in captured.out
    assert captured.err == "amiss: chorale\n"


@pytest.mark.usefixtures("shipped")
def test_the_doctor_finds_all_well(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["doctor", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["amiss"] == []
    model = record["models"]["chorale"]
    assert model["state"] == "intact"
    assert model["cells_per_second"] > 0
    assert model["times_real_time"] > 0
    assert model["first_note_ms"] > 0
    assert record["packages"]["numpy"] == np.__version__
    monkeypatch.setattr(doctor, "_model", lambda name: record["models"][name])
    assert main(["doctor"]) == 0
    captured = capsys.readouterr()
    assert re.search(r"writes \d+ cells/s, \d+ times as fast as it plays at 100 quarters a minute", captured.out)
    assert captured.err == ""


def test_the_doctor_says_what_is_missing(
    shipped: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "NEEDED", ("numpy", "no-such-package"))
    (shipped / "manifest.json").write_text("{")
    assert main(["doctor"]) == 1
    captured = capsys.readouterr()
    assert "no-such-package missing  (needed)" in captured.out
    assert re.search("amiss: no-such-package, .*manifest of the shipped models is damaged.*, no models", captured.err)


TEXT = "soprano: C5 D5 E5:2^\nalto: G4:2 G4:2^\ntenor: E4:2 E4:2^\nbass: C3:2 C3:2^"


def test_an_evaluation_of_chorales(
    tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    grids = {split: [chorale_grid(score_from_text(TEXT).transpose(n)) for n in range(2)] for split in
             ("train", "valid", "test")}
    monkeypatch.setattr(evaluation, "corpus_grids", lambda: grids)
    bach = load_jsb()["test"]
    monkeypatch.setattr(
        evaluation, "judge_chorales", lambda written: chorale_report.evaluate(written, bach[:3], bach[3:6])
    )
    arguments = ["evaluate", "chorale", "--model", str(tiny_checkpoint), "--pieces", "3"]
    assert main([*arguments, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["pieces"] == {"generated": 3, "real": 3, "train": 3}
    assert record["valid"]["all"] == pytest.approx(record["valid"]["hold"] + record["valid"]["pitch"])
    assert record["part_writing_rules"] is True
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "generated (3)" in lines[2]
    assert lines[3].startswith("parallel 5ths and 8ves")
    assert lines[-1].endswith("cells/s while writing 3 chorales")
    assert main(["evaluate", "chorale", "--model", str(tiny_checkpoint), "--pieces", "0"]) == 2


def test_an_evaluation_of_the_papers_form(
    tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    config = replace(jsb_config("relative"), width=8, layers=1, heads=2, feed_forward=8)
    tensors = {name: np.zeros(shape, np.float32) for name, shape in expected_shapes(config).items()}
    path = tmp_path / "relative.safetensors"
    path.write_bytes(weights_bytes(config, tensors))
    monkeypatch.setattr(evaluation, "split_rows", lambda split, config: split_rows(split, config)[:3])
    assert main(["evaluate", "jsb", "--model", str(path), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["variant"] == "relative"
    assert [record["valid"], record["test"]] == pytest.approx([np.log(47)] * 2, abs=1e-6)
    assert main(["evaluate", "jsb", "--model", str(path)]) == 0
    assert capsys.readouterr().out.startswith("variant relative, ")
    assert main(["evaluate", "jsb", "--model", str(tiny_checkpoint)]) == 2
    assert "it does not read the paper's form" in capsys.readouterr().err


def test_the_chorales_are_read_once_and_anew_when_they_are_damaged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reads = []

    def read() -> list:
        reads.append(1)
        grid = chorale_grid(score_from_text(TEXT))
        return [(split, split, grid) for split in ("train", "valid", "test")]

    monkeypatch.setattr(evaluation, "read_corpus", lambda: iter(read()))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    for _ in range(2):
        assert [len(grids) for grids in evaluation.corpus_grids().values()] == [1, 1, 1]
    assert len(reads) == 1
    (kept,) = (tmp_path / "musenb").iterdir()
    kept.write_bytes(b"PK")
    evaluation.corpus_grids()
    assert len(reads) == 2
    assert "reading the chorales of music21's corpus, once" in capsys.readouterr().err


def test_chorales_that_cannot_be_kept_are_used_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grid = chorale_grid(score_from_text(TEXT))
    monkeypatch.setattr(evaluation, "read_corpus", lambda: iter([("train", "a", grid), ("valid", "b", grid)]))
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "file" / name)
    assert len(evaluation.corpus_grids()["train"]) == 1
    assert "could not be kept for next time" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_shows_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0)
    for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with progress.Bar("writing") as bar:
            bar.show(0.5)
            bar.show(0.51)  # too soon to be drawn
        assert bool(stream.getvalue()) == shown
        if shown:
            assert stream.getvalue().startswith(f"\rwriting [{'#' * 15}{'.' * 15}]  50%")
            assert "51%" not in stream.getvalue()
            assert stream.getvalue().endswith("\r\033[K")


def test_short_work_shows_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress.Bar("writing") as bar:
        bar.show(0.5)
    assert terminal.getvalue() == ""

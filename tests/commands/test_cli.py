from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import musenb
from musenb.commands.main import main, parser
from musenb.export.to_midi import midi_bytes
from musenb.score.from_text import score_from_text
from musenb.score.load import load
from musenb.score.note import Note, Score, Voice
from musenb.score.sources import is_place

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
    said, moved = err.splitlines()
    assert said.startswith("musenb: C major, from your motif; ")
    assert re.fullmatch(r"musenb: \d of 3 notes were moved to steps of 1/4 quarters, .*", moved)
    code, out, err = run(str(path), "--bars", "1", "--seed", "1", "--exact")
    assert (code, out) == (2, "")
    assert "is off the grid" in err


def test_chords_are_read_as_voices(run: Callable, tmp_path: Path) -> None:
    path = tmp_path / "chords.mid"
    chords = [Note(onset, 1, pitch) for onset in range(2) for pitch in (48, 64 + onset, 72)]
    path.write_bytes(midi_bytes(Score((Voice("piano", tuple(chords)),))))
    code, _, err = run(str(path), "--bars", "1", "--seed", "1")
    said, moved = err.splitlines()
    assert code == 0
    assert re.fullmatch(r"musenb: C major, from your motif; 4/4, .*", said)
    assert moved == "musenb: chords were read as 3 voices from the top down"


def test_key_metre_and_close_are_asked_for(run: Callable) -> None:
    code, out, err = run("D5 E5 F5 A5", "--bars", "2", "--seed", "1", "--key", "A minor", "--metre", "3/4")
    assert (code, err) == (0, "")
    assert out.startswith("A minor, 3/4")
    open_ = run("D5 E5 F5 A5", "--bars", "2", "--seed", "1", "--no-close")
    assert open_[0] == 0
    assert open_[2].startswith("musenb: D minor, from your motif")
    code, _, err = run("D5 E5", "--key", "H major")
    assert code == 2
    assert "key 'H major': a key is like D" in err


def test_a_motif_may_be_longer_than_a_file_name(run: Callable) -> None:
    text = "\n".join(f"{name}: " + "C4 D4 E4 F4 " * 10 for name in ("alto", "tenor"))
    assert not is_place(text)
    assert run(text, "--bars", "1", "--seed", "1")[0] == 0


@pytest.mark.parametrize(
    ("prime", "expected"),
    [("a.mid", True), ("a.MusicXML", True), ("corpus:bwv66.6", True), ("folder/tune", True), ("C4 D4", False),
     ("3/4 C4 D4", False), ("C4:1.5", False), (".", True)],
)
def test_a_motif_and_a_file_are_told_apart(prime: str, expected: bool) -> None:
    assert is_place(prime) == expected


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

"""P2 and P3 as `musenb evaluate` prints them, with a small model on small pieces."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from musenb.commands.development import line_of, sample_of, shuffled_prime
from musenb.commands.main import main
from musenb.export.to_midi import midi_bytes
from musenb.score.note import KeySignature, Note, Score, Tempo, TimeSignature, Voice
from musenb.tokens.chorale.grid import encode
from musenb.train.chorale_data import score_of_grid


def piece(seed: int, quarters: int = 16) -> Score:
    pitches = np.random.default_rng(seed).integers(60, 76, quarters)
    notes = tuple(Note(Fraction(n), Fraction(1), int(pitch)) for n, pitch in enumerate(pitches))
    return Score(voices=(Voice("soprano", notes),))


def test_seconds_follow_the_tempos() -> None:
    notes = tuple(Note(Fraction(n), Fraction(2), 60) for n in range(0, 8, 2))
    score = Score(voices=(Voice("soprano", notes),), tempos=(Tempo(Fraction(0), 60), Tempo(Fraction(3), 120)))
    found = line_of(score)
    np.testing.assert_allclose(found.onset, [0, 2, 3.5, 4.5])
    np.testing.assert_allclose(found.duration, [2, 1.5, 1, 1])


def test_a_piece_is_cut_at_the_bar_line_that_is_nearest() -> None:
    found = sample_of(piece(0), prime_seconds=5.5, seconds=10)
    assert found is not None
    assert (found.prime.end, found.bars) == (8, 5)
    assert found.cut == pytest.approx(4.8)
    assert sample_of(piece(0), prime_seconds=60, seconds=10) is None


def test_a_grid_gives_back_metre_upbeat_and_key() -> None:
    score = Score(
        voices=tuple(Voice(n, (Note(Fraction(0), Fraction(4), 60),)) for n in ("soprano", "alto", "tenor", "bass")),
        metres=(TimeSignature(Fraction(0), 3, 4),), keys=(KeySignature(Fraction(0), -2, "minor"),),
        anacrusis=Fraction(1),
    )
    found = score_of_grid(encode(score))
    assert (found.metres, found.keys, found.anacrusis) == (score.metres, score.keys, score.anacrusis)


def test_a_shuffled_prime_has_the_same_beats_in_another_order() -> None:
    found = shuffled_prime(piece(0), np.random.default_rng(0))
    assert sorted(note.pitch for note in found.notes) == sorted(note.pitch for note in piece(0).notes)
    assert [note.pitch for note in found.notes] != [note.pitch for note in piece(0).notes]


def test_the_command_prints_every_arm(
    tmp_path: Path, tiny_checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = []
    for seed in range(3):
        files.append(tmp_path / f"{seed}.mid")
        files[-1].write_bytes(midi_bytes(piece(seed)))
    command = ["evaluate", "development", "--model", str(tiny_checkpoint), "--prime-seconds", "3", "--seconds", "4"]
    assert main([*command, "--primes", *map(str, files), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["pieces"] == 3
    assert set(record["arms"]) >= {"real", "prime looped", str(tiny_checkpoint), f"{tiny_checkpoint}, prime shuffled"}
    mean, low, high = record["arms"]["real"]["auc"]
    assert 0 <= low <= mean <= high <= 1
    assert main([*command, "--primes", *map(str, files)]) == 0
    assert "Wilcoxon" in capsys.readouterr().out
    assert main([*command, "--primes", str(files[0])]) == 2
    assert "at least 2 are needed" in capsys.readouterr().err

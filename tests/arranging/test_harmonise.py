"""Harmonising a line: what stays, what is written, and what cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from musenb.arranging.harmonise import harmonise
from musenb.commands.main import main
from musenb.errors import MusenbError, PolyphonyError, SettingError
from musenb.sample.models import open_model
from musenb.sample.recipe import begin, plan_of, recipe_from_plain, recipe_to_plain
from musenb.score.note import Score

TUNE = "key=G upbeat=1 D5 | B4 A4 G4 A4 | B4:2 A4"


def line(score: Score, name: str) -> list[tuple]:
    voice = next(voice for voice in score.voices if voice.name == name)
    return [(note.onset, note.pitch, note.origin.generated) for note in voice.notes]


@pytest.mark.parametrize("idiom", ["tiny_checkpoint", "tonal_checkpoint"])
def test_a_melody_stays_and_ends_the_piece(idiom: str, request: pytest.FixtureRequest) -> None:
    take = harmonise(TUNE, model=request.getfixturevalue(idiom), seed=3)
    soprano = line(take.score, "soprano")
    assert [pitch for _, pitch, _ in soprano] == [74, 71, 69, 67, 69, 71, 69]
    assert not any(generated for _, _, generated in soprano)
    assert all(line(take.score, name) for name in ("alto", "tenor", "bass"))
    assert take.score.end == 8
    assert take.recipe.policy.temperature == 0.5


def test_the_same_seed_gives_the_same_notes_and_the_recipe_writes_them_again(tiny_checkpoint: Path) -> None:
    first, second = harmonise("C3 G2 C3:2", "bass", versions=2, model=tiny_checkpoint, seed=3)
    assert harmonise("C3 G2 C3:2", "bass", model=tiny_checkpoint, seed=4).score == second.score
    assert first.score != second.score
    assert [pitch for _, pitch, _ in line(first.score, "bass")] == [48, 43, 48]
    model, recipe = open_model(tiny_checkpoint), recipe_from_plain(recipe_to_plain(first.recipe))
    assert recipe == first.recipe
    again = begin(model, plan_of(model, first.score, recipe), recipe).run()
    assert line(again.score(), "alto") == line(first.score, "alto")


@pytest.mark.parametrize(
    ("melody", "settings", "error", "message"),
    [
        ("C3 D3", {}, SettingError, "goes from C3 to D3, outside the soprano's C4 to A5; transpose=12 brings it there"),
        ("C3 A5", {}, SettingError, "outside the soprano's .*; it is wider than that"),
        ("soprano: C5\nbass: C3", {}, PolyphonyError, "takes a single line, and here 2 voices sound"),
        ("C5", {"voice": "alto"}, SettingError, "voice 'alto' is neither of soprano, bass"),
        ("C5", {"versions": 5}, SettingError, "versions 5 is not a whole number in 1..4"),
        ("C5", {"temperature": 9}, SettingError, "temperature 9 is outside 0..4"),
        ("C5", {"model": "jsb"}, MusenbError, "jsb"),
        ("C4 C6", {}, MusenbError, "pitch 84 at quarter 1 .* is outside 36..81"),
        ("r:4", {}, MusenbError, "no notes"),
    ],
)
def test_what_cannot_be_harmonised_is_said(
    melody: str, settings: dict, error: type, message: str, tiny_checkpoint: Path
) -> None:
    asked: dict[str, Any] = {"model": tiny_checkpoint, **settings}
    with pytest.raises(error, match=message):
        harmonise(melody, **asked)


def test_a_setting_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="harmonise has no setting 'tempo'"):
        harmonise("C5", tempo=3)  # type: ignore[call-overload]


def test_the_command_writes_its_versions(
    tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tune.musicxml"
    options = ["harmonise", TUNE, "--model", str(tiny_checkpoint), "--seed", "1"]
    assert main([*options, "--versions", "2", "-o", str(out)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tune-1.musicxml", "tune-2.musicxml"]
    assert main(options) == 0
    assert "* is given" in capsys.readouterr().out
    assert main([*options, "--versions", "9"]) == 2
    assert "versions 9" in capsys.readouterr().err

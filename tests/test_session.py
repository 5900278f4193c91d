from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import musenb
from musenb.errors import LoadError, ModelError, MusenbError, SaveError, SettingError, TokenError, WeightsError
from musenb.export.to_midi import midi_bytes
from musenb.model.config import ModelConfig
from musenb.model.shapes import expected_shapes
from musenb.model.weights import load_weights, weights_bytes, with_idiom
from musenb.sample.models import name_idiom
from musenb.score.from_text import score_from_text
from musenb.score.load import load
from musenb.score.note import GIVEN, Score
from musenb.session import SUFFIXES, Model, develop, open_model, prepared, save, stream
from musenb.tokens.chorale import grid

MOTIF = score_from_text("key=G upbeat=1 D5 | G5 F#5 E5 D5")


def first_notes(score: Score) -> list[tuple]:
    return [(note.onset, note.duration, note.pitch) for note in score.notes]


def test_a_motif_becomes_a_take(tiny_checkpoint: Path) -> None:
    take = develop(MOTIF, model=tiny_checkpoint, bars=2, seed=7)
    assert take.complete
    assert [voice.name for voice in take.score.voices] == list(grid.VOICES)
    given = tuple(note for note in take.score.notes if note.origin == GIVEN)
    assert given == MOTIF.notes
    assert take.score.end <= 13
    assert (take.score.metres, take.score.keys, take.score.anacrusis) == (MOTIF.metres, MOTIF.keys, MOTIF.anacrusis)
    new = {note.origin for note in take.score.notes} - {GIVEN}
    (origin,) = new
    assert (origin.model, origin.seed) == ("tiny.safetensors", 7)
    assert dict(origin.settings) == {
        "temperature": "1", "top_k": "0", "top_p": "0.9", "weights": take.recipe.checksum[:12]
    }
    assert (take.recipe.seed, take.recipe.extent, take.recipe.voices) == (7, 2, ("soprano",))
    assert all(note.spelling for note in take.score.notes)


def test_the_recipe_writes_the_same_take_again(tiny_checkpoint: Path) -> None:
    first = develop(MOTIF, model=tiny_checkpoint, bars=1)
    again = develop(MOTIF, model=tiny_checkpoint, bars=1, seed=first.recipe.seed)
    assert again == first
    assert develop(MOTIF, model=tiny_checkpoint, bars=1, seed=first.recipe.seed + 1).score != first.score


def test_a_model_of_absolute_positions_continues_as_well(absolute_checkpoint: Path, tiny_checkpoint: Path) -> None:
    take = develop(MOTIF, model=absolute_checkpoint, bars=20, seed=7)
    assert take.complete
    assert take.score != develop(MOTIF, model=tiny_checkpoint, bars=20, seed=7).score


def test_every_setting_has_an_effect(tiny_checkpoint: Path) -> None:
    plain = develop(MOTIF, model=tiny_checkpoint, bars=1, seed=1).score
    for setting in ({"temperature": 0.2}, {"top_p": 0.3}, {"top_k": 2}, {"voices": ["tenor"]}, {"bars": 2}):
        assert develop(MOTIF, **({"model": tiny_checkpoint, "bars": 1, "seed": 1} | setting)).score != plain


def test_numpy_numbers_are_taken(tiny_checkpoint: Path) -> None:
    take = develop(MOTIF, model=str(tiny_checkpoint), bars=np.int64(1), seed=np.int64(3), temperature=np.float32(1))
    assert take.score == develop(MOTIF, model=str(tiny_checkpoint), bars=1, seed=3).score
    assert type(take.recipe.seed) is int
    json.dumps([take.recipe.seed, take.recipe.extent])


def test_a_stream_gives_the_notes_of_the_batch_and_can_be_stopped(tiny_checkpoint: Path) -> None:
    whole = develop(MOTIF, model=tiny_checkpoint, bars=2, seed=7)
    writing = stream(MOTIF, model=tiny_checkpoint, bars=2, seed=7)
    assert writing.written == 0
    events = []
    for event in writing:
        events.append(event)
        if len(events) == 9:
            writing.stop()
    part = writing.take
    assert not part.complete
    assert 0 < writing.written < 1
    assert set(MOTIF.notes) <= set(part.score.notes)
    events += writing
    assert writing.written == 1
    assert writing.take == whole
    ended = sorted((e.note.onset, e.note.duration, e.note.pitch) for e in events if e.kind == "end")
    new = [note for note in whole.score.notes if note.origin != GIVEN]
    assert ended == sorted((note.onset, note.duration, note.pitch) for note in new)


def test_an_unwritten_stream_is_the_prime(tiny_checkpoint: Path) -> None:
    take = stream(MOTIF, model=tiny_checkpoint, bars=1, seed=1).take
    assert first_notes(take.score) == first_notes(MOTIF)
    assert not take.complete


@pytest.mark.parametrize("suffix", [".mid", ".midi", ".musicxml", ".xml"])
def test_a_saved_take_is_read_back(suffix: str, tiny_checkpoint: Path, tmp_path: Path) -> None:
    take = develop(MOTIF, model=tiny_checkpoint, bars=1, seed=2)
    path = take.save(tmp_path / f"take{suffix}")
    assert path == tmp_path / f"take{suffix}"
    assert first_notes(load(path)) == first_notes(take.score)


def test_a_take_becomes_music21_and_pretty_midi(tiny_checkpoint: Path) -> None:
    take = develop(MOTIF, model=tiny_checkpoint, bars=1, seed=2)
    assert len(take.to_music21().parts) == 4
    midi = take.to_pretty_midi()
    assert sum(len(part.notes) for part in midi.instruments) == len(take.score.notes)
    assert str(take).strip()


def test_a_key_is_found_for_a_prime_without_one(tiny_checkpoint: Path) -> None:
    take = develop(score_from_text("C4 E4 G4 C5"), model=tiny_checkpoint, bars=1, seed=2)
    assert len(take.score.keys) == 1


def test_primes_come_in_many_forms(tiny_checkpoint: Path, tmp_path: Path) -> None:
    score = score_from_text("C5 D5 E5 F5")
    path = tmp_path / "tune.mid"
    path.write_bytes(midi_bytes(score))
    for prime in (path, str(path), path.read_bytes(), score):
        take = develop(prime, model=tiny_checkpoint, bars=1, seed=4)
        assert [n.pitch for n in take.score.notes if n.origin == GIVEN] == [72, 74, 76, 77]


def two_voices() -> Score:
    return score_from_text("soprano: C5 D5\nbass: C3 B2")


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"bars": 0}, SettingError, "bars 0 is not a whole number in 1..512"),
        ({"bars": 1.5}, SettingError, "bars 1.5 is not a whole number"),
        ({"temperature": 5}, SettingError, "temperature 5 is outside 0..4"),
        ({"temperature": "hot"}, SettingError, "temperature 'hot' is not a number"),
        ({"top_p": 0}, SettingError, "top_p 0 is outside"),
        ({"top_k": -1}, SettingError, "top_k -1 is not"),
        ({"seed": -1}, SettingError, "seed -1 is not a whole number"),
        ({"seed": "7"}, SettingError, "seed '7' is not a whole number"),
        ({"model": "opera"}, ModelError, "unknown model 'opera'; the shipped models are"),
        ({"model": "opera"}, ModelError, "a model of your own is a .safetensors file"),
        ({"model": "x" * 300}, ModelError, "unknown model 'xxx"),
        ({"model": "../chorale"}, ModelError, "unknown model '../chorale'"),
        ({"model": ""}, ModelError, "unknown model ''"),
        ({"model": 5}, ModelError, "model 5 is neither the name of a model nor a path"),
        ({"model": None}, ModelError, "model None is neither the name of a model nor a path"),
        ({"model": "nowhere.safetensors"}, WeightsError, "nowhere.safetensors: cannot be read: No such file"),
        ({"model": "x" * 300 + ".safetensors"}, WeightsError, "cannot be read: File name too long"),
        ({"model": "a\0b.safetensors"}, WeightsError, "cannot be read: "),
        ({"voices": ["viola"]}, TokenError, "voices viola do not name the 1 voices that sound"),
        ({"voices": "viola"}, TokenError, "voices viola do not name the 1 voices that sound"),
        ({"prime": Score(source="x.mid")}, TokenError, "the prime has no notes in 'x.mid'"),
        ({"prime": score_from_text("C7")}, TokenError, "pitch 96 at quarter 0 of voice 'soprano' in 'text' is outside"),
        ({"prime": score_from_text("13/4 C4")}, TokenError, "metre 13/4"),
        ({"prime": "nowhere.mid"}, LoadError, "nowhere.mid"),
        ({"prime": 7}, LoadError, "int is not a known source"),
    ],
)
def test_what_cannot_be_used_is_one_family_of_errors(
    settings: dict, error: type[MusenbError], message: str, tiny_checkpoint: Path
) -> None:
    usual = {"prime": MOTIF, "model": tiny_checkpoint, "bars": 1, "seed": 1}
    with pytest.raises(error, match=re.escape(message)) as caught:
        develop(**(usual | settings))
    assert isinstance(caught.value, MusenbError)
    assert "\n" not in str(caught.value)


def test_what_the_model_cannot_hold_is_moved_with_a_warning(tiny_checkpoint: Path) -> None:
    with pytest.warns(UserWarning, match="moved"):
        take = develop(score_from_text("C5:1/3 D5:1/3 E5:1/3 F5:3"), model=tiny_checkpoint, bars=1, seed=1)
    assert [note.onset.denominator <= 4 for note in take.score.notes]


def test_a_benchmark_model_cannot_continue_a_motif() -> None:
    with pytest.raises(ModelError, match="of the idiom 'jsb' cannot continue a motif"):
        develop(MOTIF, model="jsb", bars=1)


def test_a_checkpoint_without_an_idiom_is_refused_and_one_can_be_named(tiny_checkpoint: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.safetensors"
    old.write_bytes(with_idiom(tiny_checkpoint.read_bytes(), "", source="tiny"))
    before = hashlib.sha256(old.read_bytes()).hexdigest()
    with pytest.raises(WeightsError, match=r"does not name its idiom.*name_idiom\(path, 'chorale'\) adds"):
        open_model(old)
    with pytest.raises(ModelError, match="unknown idiom 'opera'; models read chorale, tonal, jsb"):
        name_idiom(old, "opera")
    name_idiom(old, "chorale")
    assert old.read_bytes() == tiny_checkpoint.read_bytes()
    assert open_model(old).wrote(before)
    assert not open_model(old).wrote("0" * 64)


def test_a_prime_longer_than_the_context_is_named(tiny_checkpoint: Path) -> None:
    text = "\n".join(f"{name}: {' '.join(['C4:4'] * 16)}" for name in grid.VOICES)
    message = "the prime has 1024 tokens, more than fit before the first new one in the model's context of 256"
    with pytest.raises(ModelError, match=re.escape(message)):
        develop(score_from_text(text), model=tiny_checkpoint, bars=1)


def test_a_melody_longer_than_the_context_is_harmonised(tiny_checkpoint: Path) -> None:
    melody = score_from_text(" ".join(["C5:4"] * 17))
    take = develop(melody, model=tiny_checkpoint, bars=1, seed=1)
    assert take.complete
    assert [note for note in take.score.notes if note.origin == GIVEN] == list(melody.notes)
    assert any(note.onset < 68 and note.origin != GIVEN for note in take.score.notes)


def rewrite(path: Path, change: Callable[[ModelConfig], ModelConfig]) -> Path:
    """Write a checkpoint of another form, with fresh weights."""
    config = change(load_weights(path)[0])
    tensors = {name: np.zeros(shape, np.float32) for name, shape in expected_shapes(config).items()}
    other = path.with_name("other.safetensors")
    other.write_bytes(weights_bytes(config, tensors))
    return other


@pytest.mark.parametrize(
    "change",
    [{"vocabulary": 47}, {"features": (4, 16)}, {"inputs": 0}, {"relations": (45, 64, 9)}],
)
def test_a_model_of_another_form_is_refused_at_once(change: dict, tiny_checkpoint: Path) -> None:
    other = rewrite(tiny_checkpoint, lambda config: replace(config, **change))
    with pytest.raises(ModelError, match=r"other\.safetensors' does not read the idiom 'chorale' that it names"):
        open_model(other)


def test_a_checkpoint_is_read_once_and_again_when_it_changes(tiny_checkpoint: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(tiny_checkpoint.read_bytes())
    first = open_model(path)
    assert isinstance(first, Model)
    assert open_model(str(path)) is first
    config, tensors = load_weights(path)
    changed = weights_bytes(config, {name: 2 * array for name, array in tensors.items()})
    path.write_bytes(changed)
    os.utime(path, ns=(1, 1))
    second = open_model(path)
    assert second.checksum != first.checksum
    path.write_bytes(changed[:-1])
    os.utime(path, ns=(2, 2))
    with pytest.raises(WeightsError, match="the file is cut"):
        open_model(path)


STARTS = {
    ".mid": b"MThd", ".midi": b"MThd", ".musicxml": b"<?xml", ".xml": b"<?xml", ".wav": b"RIFF", ".pdf": b"%PDF-",
    ".png": b"\x89PNG", ".svg": b"<svg ", ".brf": b"GIVEN ALL", ".html": b"<!doctype html>",
}  # fmt: skip


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_score_is_saved_as_every_kind_whole_or_not_at_all(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if suffix == ".html":
        pytest.importorskip("anywidget", reason="the views need the 'lab' extra")
    path = tmp_path / f"motif{suffix.upper()}"
    assert save(MOTIF, path) == path
    written = path.read_bytes()
    assert written.startswith(STARTS[suffix])

    def full(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(SaveError, match=r"motif.*No space left on device; what was there is unchanged"):
        save(MOTIF.transpose(12), path)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [(path.name, written)]


@pytest.mark.parametrize("name", ["take.mp3", "take", "take.mxl", ".mid"])
def test_saving_to_an_unknown_suffix_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(SaveError, match=r"is none of \.mid, \.midi, .*\.wav, \.pdf, \.png, \.svg, \.brf, \.html$"):
        save(MOTIF, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_saving_where_nothing_can_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    for target in (tmp_path / "no" / "take.mid", tmp_path / ("x" * 300 + ".mid")):
        with pytest.raises(SaveError, match="cannot write"):
            save(MOTIF, target)
    (tmp_path / "folder.mid").mkdir()
    with pytest.raises(SaveError, match="it is a folder, not a file"):
        save(MOTIF, tmp_path / "folder.mid")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.mid"]


def test_the_package_has_twenty_names_at_most() -> None:
    assert len(musenb.__all__) <= 20
    for name in musenb.__all__:
        assert getattr(musenb, name).__doc__
        assert name in dir(musenb)
    with pytest.raises(AttributeError, match="No musenb attribute nothing"):
        musenb.nothing  # noqa: B018


def test_playing_loads_no_torch(tiny_checkpoint: Path) -> None:
    code = (
        "import sys, musenb\n"
        f"take = musenb.develop(musenb.motif('C5 D5'), model={str(tiny_checkpoint)!r}, bars=1, seed=1)\n"
        "assert len(take.score.notes) > 2\n"
        "print(sorted({'torch', 'music21', 'verovio', 'symusic'} & {n.split('.')[0] for n in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_two_voices_are_the_outer_ones(tiny_checkpoint: Path) -> None:
    take = develop(two_voices(), model=tiny_checkpoint, bars=1, seed=1)
    assert take.recipe.voices == ("soprano", "bass")
    assert take.score.voices[3].notes[0].pitch == 48
    assert take.score.voices[1].notes[0].onset == Fraction(0)


def test_what_a_file_holds_and_the_score_does_not_is_said_once(tiny_checkpoint: Path, tmp_path: Path) -> None:
    abc = tmp_path / "air.abc"
    abc.write_text("X:1\nL:1/4\nM:4/4\nK:C\n{d}cdef|\n", encoding="utf-8")
    with pytest.warns(UserWarning, match="1 grace note left out"):
        musenb.develop(abc, model=tiny_checkpoint, bars=1, seed=1)
    score = musenb.load(abc)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        musenb.develop(score, model=tiny_checkpoint, bars=1, seed=1)
    assert "1 grace note left out" in prepared(score, model=open_model(tiny_checkpoint)).notices[0]

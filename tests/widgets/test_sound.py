"""The player's Python half, and the one engine of a kernel."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from musenb.errors import LoadError, SettingError
from musenb.export import soundfont
from musenb.score.from_text import score_from_text
from musenb.widgets.clock import Clock
from musenb.widgets.sound import Sound, engine_parts, shared_engine

MOTIF = score_from_text("C4 D4 E4 G4")


def test_the_engine_is_made_once_and_again_when_it_was_closed() -> None:
    engine = shared_engine()
    players = [Sound(MOTIF) for _ in range(3)]
    assert {player.engine for player in players} == {f"IPY_MODEL_{engine.model_id}"}
    engine.close()
    assert shared_engine() is not engine
    assert Sound(MOTIF).engine == f"IPY_MODEL_{shared_engine().model_id}"


def test_the_engine_is_code_and_a_soundfont() -> None:
    code, piano = engine_parts()
    assert b"createSynth" in gzip.decompress(code)
    assert piano[:4] == b"RIFF"
    assert piano[8:12] == b"sfbk"
    assert len(code) + len(piano) < 1_200_000


def test_a_player_alone_is_small() -> None:
    state = Sound(MOTIF).get_state()
    size = sum(len(value) if isinstance(value, (bytes, str)) else len(repr(value)) for value in state.values())
    assert size < 60_000


def test_the_engine_comes_as_a_message_where_models_do_not_meet() -> None:
    class Recorded(Sound, bundle="sound"):
        def send(self, content: dict, buffers: object = None) -> None:
            sent.append((content, buffers))

    sent: list = []
    player = Recorded(MOTIF)
    player._handle_custom_msg({"kind": "engine"}, [])
    player._handle_custom_msg({"kind": "resend", "seq": 1}, [])
    assert sent == [({"kind": "engine"}, list(engine_parts()))]
    assert player.error == ""


def test_a_soundfont_comes_in_pieces_and_is_not_saved(tmp_path: Path) -> None:
    class Recorded(Sound, bundle="sound"):
        def send(self, content: dict, buffers: object = None) -> None:
            sent.append((content, buffers))

    sent: list = []
    content = b"RIFF0000sfbk" + bytes(range(256)) * 9000
    path = tmp_path / "mine.sf2"
    path.write_bytes(content)
    player = Recorded(MOTIF, soundfont=path, programs=[40])
    assert len(player.soundfont) == 16
    assert all(value != content for value in player.get_state().values())
    player._handle_custom_msg({"kind": "soundfont"}, [])
    assert [message for message, _ in sent] == [{"kind": "soundfont", "part": part, "parts": 3} for part in range(3)]
    assert b"".join(buffers[0] for _, buffers in sent) == content


@pytest.mark.parametrize(
    ("content", "fault"), [(None, "No such file"), (b"RIFF0000WAVE", "is no soundfont"), (b"", "is no soundfont")]
)
def test_what_is_no_soundfont_is_refused(tmp_path: Path, content: bytes | None, fault: str) -> None:
    path = tmp_path / "mine.sf2"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LoadError, match=fault):
        Sound(MOTIF, soundfont=path)


def test_a_soundfont_of_any_size_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.sf2"
    path.write_bytes(b"RIFF0000sfbk" + bytes(100))
    monkeypatch.setattr(soundfont, "LARGEST_SOUNDFONT", 100)
    with pytest.raises(LoadError, match="at most"):
        Sound(MOTIF, soundfont=path)


@pytest.mark.parametrize(("name", "value"), [("volume", 2), ("count_in", 9), ("muted", [-1]), ("programs", [128])])
def test_settings_out_of_range_are_refused(name: str, value: object) -> None:
    with pytest.raises(SettingError, match=name):
        Sound(MOTIF, **{name: value})


def test_it_follows_a_clock_and_tells_what_it_plays() -> None:
    clock = Clock(MOTIF)
    player = Sound(MOTIF, clock=clock, metronome=True)
    assert player.clock_id == clock.clock_id
    assert player.describe() == "Player: 1 bar, 1 voice, 4 notes."

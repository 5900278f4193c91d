from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

import musenb
from musenb.errors import ModelError, SaveError, ScoreError, SettingError
from musenb.files.lines import read_lines
from musenb.sample.policy import DEFAULT_MODEL
from musenb.score.from_text import score_from_text
from musenb.score.note import GIVEN, Score
from musenb.session import develop
from musenb.studio.core import StudioCore
from musenb.studio.recovery import rebuilt
from musenb.studio.takes import EDITED, Tree


@pytest.fixture
def studio(tiny_checkpoint: Path, tmp_path: Path) -> Iterator[StudioCore]:
    """Return a studio with a motif."""
    made = StudioCore(tiny_checkpoint, folder=tmp_path / "journal")
    made.prime("C5 D5 E5 G5")
    yield made
    made.stop()
    made.close()


def plain(score: Score) -> list[tuple]:
    return sorted((v.name, n.onset, n.duration, n.pitch) for v in score.voices for n in v.notes)


def test_a_continuation_streams_and_is_the_take_that_the_session_writes(
    studio: StudioCore, tiny_checkpoint: Path
) -> None:
    heard, threads = [], set()
    studio.on("note", lambda take, event: (heard.append((take, event)), threads.add(threading.current_thread())))
    finished = []
    studio.on("finished", finished.append)
    (number,) = studio.continue_(2, seed=7, temperature=0.8, top_p=0.95)
    (take,) = studio.wait()
    assert take.id == number == studio.selected.id
    settings = {"model": tiny_checkpoint, "bars": 2, "seed": 7, "temperature": 0.8, "top_p": 0.95}
    assert take.score == develop(score_from_text("C5 D5 E5 G5"), **settings).score
    assert {who for who, _ in heard} == {number}
    ended = sorted((e.voice, e.onset, e.note.duration, e.pitch) for _, e in heard if e.kind == "end")
    assert ended == sorted(set(plain(take.score)) - set(plain(studio.tree.take(1).score)))
    assert threading.main_thread() not in threads
    assert finished == [(take,)]
    assert take.recipe.seed == 7
    assert take.complete
    assert studio.repeat(number) == take.score


def test_the_call_returns_before_anything_is_written(studio: StudioCore) -> None:
    go = threading.Event()
    studio.on("started", lambda drafts: go.wait(60))
    studio.continue_(1)
    assert studio.running
    with pytest.raises(SettingError, match="is being written: stop it, or wait for it"):
        studio.continue_(1)
    with pytest.raises(TimeoutError, match="still being written after"):
        studio.wait(0.05)
    go.set()
    assert len(studio.wait()) == 1
    assert not studio.running


def test_stop_keeps_what_is_there_and_the_recipe_writes_it_again(studio: StudioCore) -> None:
    heard = []

    def stop_at_ten(take: int, event: object) -> None:
        heard.append(event)
        if len(heard) == 10:
            studio.stop()

    studio.on("note", stop_at_ten)
    studio.continue_(8, seed=3)
    (take,) = studio.wait()
    assert not take.complete
    begun = {(event.voice, event.onset, event.pitch) for event in heard}
    assert begun == {(v.name, n.onset, n.pitch) for v in take.score.voices for n in v.notes if n.origin != GIVEN}
    assert set(plain(studio.tree.take(1).score)) < set(plain(take.score))
    assert studio.repeat(take.id) == take.score
    studio.continue_(1)
    (further,) = studio.wait()
    assert further.parent == take.id
    assert further.score.end > take.score.end


def test_a_stopped_take_is_resumed_to_what_an_uninterrupted_run_gives(studio: StudioCore) -> None:
    heard = []
    end = studio.on("note", lambda take, event: heard.append(event) or (len(heard) == 9 and studio.stop()))
    studio.continue_(8, seed=6, best_of=2)
    (stopped,) = studio.wait()
    end()
    number = studio.resume(stopped.id)
    (resumed,) = studio.wait()
    assert (resumed.id, resumed.parent, resumed.recipe) == (number, 1, stopped.recipe)
    assert resumed.complete
    studio.continue_(8, seed=6, best_of=2, take=1)
    assert studio.wait()[0].score == resumed.score
    with pytest.raises(SettingError, match=f"take {number} was not stopped"):
        studio.resume(number)


def test_a_stop_before_the_first_note_leaves_no_take(studio: StudioCore) -> None:
    studio.on("started", lambda drafts: studio.stop())
    studio.continue_(1)
    assert studio.wait() == ()
    assert [take.id for take in studio.tree] == [1]


def test_candidates_have_seeds_in_a_row_and_stream_side_by_side(studio: StudioCore) -> None:
    order = []
    studio.on("note", lambda take, event: order.append(take))
    numbers = studio.continue_(4, seed=5, candidates=3)
    takes = studio.wait()
    assert [take.id for take in takes] == list(numbers) == [2, 3, 4]
    assert [take.recipe.seed for take in takes] == [5, 6, 7]
    assert {take.parent for take in takes} == {1}
    assert studio.selected.id == 2
    assert order.index(4) < len(order) - order[::-1].index(2) - 1
    assert [studio.repeat(number) for number in numbers] == [take.score for take in takes]


def test_one_bar_at_a_time_and_a_seed_of_its_own_each_time(studio: StudioCore) -> None:
    for _ in range(2):
        studio.continue_(1)
        studio.wait()
    first, second = (studio.tree.take(number) for number in (2, 3))
    assert second.parent == first.id
    assert (first.recipe.extent, second.recipe.extent) == (1, 1)
    assert first.recipe.seed != second.recipe.seed
    assert second.score.end <= 12


def test_going_on_from_a_note_of_any_take_is_a_new_recipe(studio: StudioCore) -> None:
    studio.continue_(1, seed=1)
    studio.wait()
    point = studio.branch(1, "v0n1")
    assert point == 2
    studio.continue_(1, seed=1)
    (take,) = studio.wait()
    assert (take.parent, take.recipe.start) == (1, 2)
    given = [note for note in take.score.notes if note.origin == GIVEN]
    assert [note.pitch for note in given] == [72, 74]
    studio.continue_(1, seed=1, take=1, start=2)
    (again,) = studio.wait()
    assert again.score == take.score
    assert studio.compare(take.id, again.id).parting is None
    assert studio.compare(2, take.id).parting is not None


def test_locked_voices_and_bars_stay(studio: StudioCore) -> None:
    studio.continue_(3, seed=1)
    (first,) = studio.wait()
    studio.lock(voices=["bass"], bars=[4, 9])
    studio.continue_(2, seed=2, start=4)
    (second,) = studio.wait()
    assert second.recipe.keep.voices == ("bass",)
    assert second.recipe.keep.bars == (4,)
    voices = {voice.name: voice for voice in second.score.voices}
    for voice in first.score.voices:
        kept = [note for note in voice.notes if note.end > 12 or voice.name == "bass"]
        notes = {(n.onset, n.duration, n.pitch) for n in voices[voice.name].notes}
        assert {(n.onset, n.duration, n.pitch) for n in kept} <= notes
    assert plain(second.score) != plain(first.score)
    assert studio.repeat(second.id) == second.score
    studio.lock()
    studio.continue_(1)
    assert studio.wait()[0].recipe.keep.voices == ()


def test_an_edit_is_a_take_of_its_own(studio: StudioCore) -> None:
    edited = studio.edit([{"op": "move", "id": "v0n0", "pitch": 71}])
    assert (edited.kind, edited.parent) == (EDITED, 1)
    assert [note.pitch for note in edited.score.notes] == [71, 74, 76, 79]
    with pytest.raises(ScoreError, match="there is no note 'v0n9'"):
        studio.edit([{"op": "delete", "id": "v0n9"}])
    assert studio.undo()
    assert studio.selected.id == 1
    assert studio.redo()
    assert studio.selected.id == edited.id
    with pytest.raises(SettingError, match="has no recipe"):
        studio.repeat(edited.id)


def test_an_audition_is_blind_and_a_vote_tells(studio: StudioCore) -> None:
    with pytest.raises(SettingError, match="an audition of 1 takes"):
        studio.audition()
    studio.continue_(1, candidates=2, seed=1)
    studio.wait()
    heard = studio.audition()
    assert list(heard) == ["A", "B"]
    winner = studio.vote("B")
    assert winner.score == heard["B"]
    assert studio.tree.standings() == {2: (winner.id == 2, 1), 3: (winner.id == 3, 1)}
    with pytest.raises(SettingError, match="no label 'B'"):
        studio.vote("B")


def test_an_interrupt_keeps_the_partial_result(studio: StudioCore) -> None:
    sent = threading.Event()

    def interrupt(take: int, event: object) -> None:
        if not sent.is_set():
            sent.set()
            signal.raise_signal(signal.SIGINT)

    studio.on("note", interrupt)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        studio.continue_(64, seed=2)
        (take,) = studio.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    assert sent.is_set()
    assert not take.complete
    assert studio.selected.id == take.id


def test_a_studio_can_be_awaited_and_the_loop_goes_on_meanwhile(studio: StudioCore) -> None:
    async def use() -> tuple:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        studio.continue_(1)
        takes = await studio
        counting.cancel()
        return takes, turns

    takes, turns = asyncio.run(use())
    assert len(takes) == 1
    assert turns > 1


def test_an_error_in_the_thread_is_an_event_and_comes_out_of_wait_once(
    studio: StudioCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = []

    def gone(name: object) -> None:
        raise ModelError(f"the model {name!r} is gone")

    studio.on("error", errors.append)
    monkeypatch.setattr("musenb.studio.drafts.open_model", gone)
    studio.continue_(1)
    with pytest.raises(ModelError, match="is gone"):
        studio.wait()
    assert [type(error) for error in errors] == [ModelError]
    assert studio.wait() == ()
    assert not studio.running


def test_an_unknown_model_is_refused_at_once(studio: StudioCore) -> None:
    studio.model = "opera"
    with pytest.raises(ModelError, match="unknown model 'opera'"):
        studio.continue_(1)
    assert not studio.running


def test_a_callback_that_fails_does_no_harm_and_is_told(studio: StudioCore) -> None:
    heard = []
    studio.on("note", lambda take, event: 1 / 0)
    end = studio.on("note", lambda take, event: heard.append(event))
    studio.continue_(1)
    with pytest.raises(ZeroDivisionError):
        studio.wait()
    assert heard
    assert studio.selected.complete
    end()
    end()
    with pytest.raises(SettingError, match="no event 'applause'; there are primed"):
        studio.on("applause", print)


def test_what_is_being_written_when_others_are_brought_back_stays_with_its_own(studio: StudioCore) -> None:
    before, journal, other = studio.tree, studio.journal_path, Tree()
    begun = threading.Event()
    studio.on("note", lambda take, event: begun.set())
    studio.continue_(64, seed=2)
    assert begun.wait(60)
    studio.adopt(other)
    assert not studio.running
    assert (studio.tree, len(other)) == (other, 0)
    assert [take.complete for take in before] == [True, False]
    assert [take.id for take in rebuilt(list(read_lines(journal)))] == [1, 2]
    assert studio.wait()[0].id == 2


def test_who_looks_elsewhere_is_not_called_back(studio: StudioCore) -> None:
    studio.prime("G4 A4 B4")
    studio.select(1)
    studio.on("started", lambda drafts: studio.select(2))
    studio.continue_(1)
    (take,) = studio.wait()
    assert studio.selected.id == 2
    assert take.parent == 1


def test_two_studios_write_at_once(tiny_checkpoint: Path, tmp_path: Path) -> None:
    studios = [StudioCore(tiny_checkpoint, folder=tmp_path) for _ in range(2)]
    for studio in studios:
        studio.prime("C5 D5 E5")
        studio.continue_(2, seed=4)
    one, two = (studio.wait()[0] for studio in studios)
    assert one.score == two.score
    assert len(musenb.recover(folder=tmp_path)) == 2


def test_saving_by_suffix(studio: StudioCore, tmp_path: Path) -> None:
    starts = {".mid": b"MThd", ".musicxml": b"<?xml", ".wav": b"RIFF", ".svg": b"<svg", ".pdf": b"%PDF-"}
    for suffix, start in starts.items():
        path = studio.save(tmp_path / f"take{suffix}")
        assert path.read_bytes().startswith(start)
    assert fromstring((tmp_path / "take.svg").read_bytes()).tag.endswith("svg")
    with pytest.raises(SaveError, match=r"the suffix '\.gif' is none of"):
        studio.save(tmp_path / "take.gif")


def test_a_page_has_all_takes(studio: StudioCore, tmp_path: Path) -> None:
    pytest.importorskip("anywidget", reason="the views need the 'lab' extra")
    studio.prime("E5 D5 C5")
    text = studio.save(tmp_path / "takes.html").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert all(f'"{take.id}":' in text for take in studio.tree)


def test_a_journal_that_cannot_be_written_is_told_once(tiny_checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    studio = StudioCore(tiny_checkpoint, folder=tmp_path / "file")
    with pytest.warns(UserWarning, match="the journal cannot be written"):
        studio.prime("C5 D5")
    studio.rename(1, "mine")  # a second warning would be an error here
    assert studio.saved.waiting == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"candidates": 5}, "candidates 5 is not a whole number in 1..4"),
        ({"bars": 0}, "bars 0 is not"),
        ({"temperature": 5}, "temperature 5 is outside 0..4"),
        ({"seed": -1}, "seed -1 is not"),
        ({"take": 9}, "there is no take 9"),
        ({"start": "v0n9"}, "take 1 has no note 'v0n9'"),
        ({"start": 99}, "quarter 99 is outside take 1"),
    ],
)
def test_wrong_settings_are_refused_at_once(studio: StudioCore, settings: dict, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        studio.continue_(**settings)
    assert not studio.running


def test_without_a_motif_there_is_nothing_to_continue(tiny_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="hand over a motif with prime"):
        StudioCore(tiny_checkpoint, folder=tmp_path).continue_(1)
    with pytest.raises(SettingError, match="cannot lock the voice 'flute'"):
        StudioCore(tiny_checkpoint, folder=tmp_path).lock(voices=["flute"])
    assert list(tmp_path.iterdir()) == []


def test_a_take_longer_than_the_model_reads_goes_on(studio: StudioCore) -> None:
    studio.prime("soprano: C5:64\nalto: G4:64\ntenor: E4:64\nbass: C3:64")  # 1024 cells; the model reads 256
    studio.continue_(1, seed=1)
    (take,) = studio.wait()
    assert take.score.end == 68
    assert min(note.onset for note in take.score.notes if note.origin != GIVEN) == 64
    assert studio.repeat(take.id) == take.score


def test_repeating_a_recipe_with_the_shipped_model_gives_the_same_notes(tmp_path: Path) -> None:
    studio = StudioCore(folder=tmp_path)
    studio.prime("C5 D5 E5 G5")
    studio.continue_(1)
    (take,) = studio.wait()
    studio.continue_(1, start=Fraction(2))
    (second,) = studio.wait()
    assert take.recipe.model == DEFAULT_MODEL
    assert len(take.recipe.checksum) == 64
    back = musenb.recover("last", folder=tmp_path)
    assert StudioCore(tree=back, journal=False).repeat(take.id) == take.score
    assert studio.repeat(second.id) == second.score

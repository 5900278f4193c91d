"""Parts of the studio by themselves: the keeper, auditions, the exporter, callbacks."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from musenb.errors import SaveError, SettingError
from musenb.files.lines import Saved, read_lines
from musenb.score.from_text import score_from_text
from musenb.score.heed import heed
from musenb.score.note import Score
from musenb.studio import exporting
from musenb.studio.auditions import Auditions
from musenb.studio.events import Events
from musenb.studio.exporting import Exporter
from musenb.studio.journaling import Journaling
from musenb.studio.keeping import Keeper
from musenb.studio.takes import EDITED, GIVEN, Tree

SCORE = score_from_text("C4 D4 E4")
OTHER = score_from_text("G4 A4 B4")


@pytest.fixture
def events() -> Events:
    """Return who hears of what."""
    return Events()


@pytest.fixture
def journaling(tmp_path: Path) -> Journaling:
    """Return the lines of a journal."""
    return Journaling(tmp_path, lambda saved: None)


@pytest.fixture
def keeper(events: Events, journaling: Journaling) -> Keeper:
    """Return a keeper of a motif."""
    made = Keeper(Tree(), events, journaling)
    made.add(GIVEN, SCORE, name="mine")
    return made


def kinds(journaling: Journaling) -> list[str]:
    return [line.kind or line.fault for line in read_lines(journaling.path)]


def test_every_change_is_journaled_and_told(keeper: Keeper, events: Events, journaling: Journaling) -> None:
    told = []
    events.on("tree", lambda tree: told.append(tree.selected.id))
    keeper.add(EDITED, OTHER, parent=1)
    keeper.change(lambda: keeper.tree.select(1))
    assert told == [2, 1]
    assert kinds(journaling) == ["take", "take", "state"]
    assert keeper.chosen(None).id == 1
    with pytest.raises(SettingError, match="there is no take 9"):
        keeper.chosen(9)


def test_a_row_of_edits_is_one_take_beside_what_goes_on_from_it(keeper: Keeper) -> None:
    first = keeper.put_edited(OTHER)
    second = keeper.put_edited(SCORE)
    assert ([take.id for take in keeper.tree], second.parent, first.parent) == ([1, 3], 1, 1)
    keeper.add(EDITED, OTHER, parent=second.id)
    keeper.change(lambda: keeper.tree.select(second.id))
    third = keeper.put_edited(OTHER)
    assert (third.parent, len(keeper.tree)) == (second.id, 4), "what goes on from an edit keeps it"


def test_other_takes_have_a_journal_of_their_own(keeper: Keeper, journaling: Journaling) -> None:
    before, old = journaling.path, keeper.tree
    found = Tree()
    keeper.adopt(found)
    keeper.add(GIVEN, OTHER)
    old.rename(1, "no longer watched")
    assert journaling.path != before
    assert [line.kind for line in read_lines(before)] == ["take"]
    assert kinds(journaling) == ["take"]


def test_without_a_journal_nothing_is_written(tmp_path: Path) -> None:
    silent = Journaling(tmp_path, lambda saved: None, on=False)
    Keeper(Tree(), Events(), silent).add(GIVEN, SCORE)
    assert (silent.path, silent.saved, list(tmp_path.iterdir())) == (None, None, [])
    alone = Journaling(None, lambda saved: None)
    Keeper(Tree(), Events(), alone).add(GIVEN, SCORE)
    assert alone.saved == Saved(0, 1, "there is no folder to keep it in")


def test_a_take_is_preferred_among_those_beside_it(keeper: Keeper) -> None:
    auditions = Auditions(keeper)
    with pytest.raises(SettingError, match="an audition of 1 takes"):
        auditions.prefer(1)
    for _ in range(2):
        keeper.add(EDITED, OTHER, parent=1)
    assert auditions.prefer(2).id == 2
    assert keeper.tree.standings() == {2: (1, 1), 3: (0, 1)}


def test_files_are_named_after_takes_and_unknown_kinds_refused(keeper: Keeper, tmp_path: Path) -> None:
    exporter, take = Exporter(keeper, lambda: "chorale", Events()), keeper.chosen(None)
    name, mime, content = exporter.file("mid", take)
    assert (name, mime, content[:4]) == ("mine.mid", "audio/midi", b"MThd")
    keeper.change(lambda: keeper.tree.rename(1, "../a b?: \u202e*" + "x" * 99))
    assert exporter.file("musicxml", keeper.chosen(None))[0] == "a b-- --" + "x" * 52 + ".musicxml"
    with pytest.raises(SettingError, match="cannot be kept as 'gif'; there are mid, musicxml"):
        exporter.file("gif", take)
    assert exporter.save(tmp_path / "x.mid", take).read_bytes() == content


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the writing of MIDI never end by itself."""

    def write(score: Score) -> bytes:
        while True:
            heed()
            time.sleep(0.01)

    monkeypatch.setattr("musenb.export.to_midi.midi_bytes", write)


def test_what_is_saved_is_told_and_given_up_on_stop(
    keeper: Keeper, events: Events, endless: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "TELL_SECONDS", 0.05)
    exporter, told = Exporter(keeper, lambda: "chorale", events), []

    def heard(name: str, seconds: float) -> None:
        told.append(name)
        if len(told) == 3:
            exporter.stop()

    events.on("saving", heard)
    with pytest.raises(SaveError, match=r"writing 'x\.mid' was stopped: nothing was saved"):
        exporter.save(tmp_path / "x.mid", keeper.chosen(None))
    assert told == ["x.mid"] * 3 + [""]
    assert not (tmp_path / "x.mid").exists()
    told.clear()
    with pytest.raises(SaveError, match=r"writing 'mine\.mid' was stopped"):
        exporter.file("mid", keeper.chosen(None))
    assert told == ["mine.mid"] * 3 + [""]


def test_a_file_for_the_page_is_given_up_when_its_time_is_over(
    keeper: Keeper, endless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "LONGEST_SAVE", 0.1)
    exporter = Exporter(keeper, lambda: "chorale", Events())
    with pytest.raises(SaveError, match=r"writing 'mine\.mid' took more than 0\.1 s and was given up"):
        exporter.file("mid", keeper.chosen(None))


def test_what_a_callback_raises_is_told_and_raised_once(events: Events) -> None:
    told: list[BaseException] = []
    events.on("error", told.append)
    events.on("tree", lambda tree: 1 / 0)
    events.emit("tree", Tree())
    events.emit("tree", Tree())
    assert [type(error) for error in told] == [ZeroDivisionError] * 2
    with pytest.raises(ZeroDivisionError):
        events.raise_fault()
    events.raise_fault()

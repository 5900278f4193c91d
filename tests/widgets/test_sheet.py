"""The sheet: every glyph belongs to a note, pages come on demand and in a thread, and what cannot be drawn says so."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from fractions import Fraction

import pytest

import musenb.widgets.sheet_press as press_module
from musenb.errors import LoadError, SettingError
from musenb.score.note import KeySignature, Note, Origin, Score, TimeSignature, Voice
from musenb.widgets.notes import parse_note_id
from musenb.widgets.sheet import SAVED_BYTES, Sheet
from musenb.widgets.sheet_press import Press, lay_out_sheet, pack_plates, unpack_plates

MODEL = Origin("chorale", 7)


def long_line(bars: int, voices: int = 1) -> Score:
    """Return bars of four quarters that climb and fall."""
    lines = tuple(
        Voice(f"line {v}", tuple(Note(Fraction(k), Fraction(1), 72 - 5 * v + k % 5) for k in range(4 * bars)))
        for v in range(voices)
    )
    return Score(lines, title="<b>long</b>")


def choir() -> Score:
    """Return two bars for four voices with a tie over the bar line, after a pickup."""
    moves = {"soprano": 67, "alto": 64, "tenor": 60, "bass": 48}
    voices = tuple(
        Voice(
            name,
            (Note(0, 1, pitch), Note(1, 2, pitch + 2), Note(3, 4, pitch), Note(7, 2, pitch, fermata=name == "soprano")),
        )
        for name, pitch in moves.items()
    )
    return Score(voices, keys=(KeySignature(0, 2),), anacrusis=Fraction(1))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Sheet]]:
    monkeypatch.setattr(Sheet, "_usual_width", 900)
    sheets: list[Sheet] = []
    yield sheets
    for sheet in sheets:
        sheet.close()


def until(condition, seconds: float = 30) -> None:
    """Wait for a condition."""
    stop = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < stop, "it did not happen"
        time.sleep(0.01)


def still(sheet: Sheet) -> None:
    """Wait until the sheet's thread has nothing to do."""
    until(lambda: sheet._worker is None)


def laid_out(score: Score, **settings):
    given = {"edition": 1, "width": 900, "staves": "each", "transpose": 0, "growing": False, **settings}
    return lay_out_sheet(score, **given)


@pytest.mark.parametrize("staves", ["each", "two"])
def test_every_note_has_its_head_and_every_head_its_note(staves: str) -> None:
    score = choir()
    layout = laid_out(score, staves=staves)
    _, plate = Press().plate(layout, 0)
    assert plate is not None
    assert plate["error"] == ""
    drawn = [parse_note_id(head.id.partition("-")[0]) for head in plate["heads"]]
    assert set(drawn) == {(v, n) for v, voice in enumerate(score.voices) for n in range(len(voice.notes))}
    assert {head.id for head in plate["heads"] if head.name == ""} == {f"v{v}n2-2" for v in range(4)}
    assert {head.staff for head in plate["heads"]} == set(range(4 if staves == "each" else 2))
    assert all(f'data-id="{head.id}"' in plate["svg"] for head in plate["heads"])
    ties = set(re.findall(r'data-startid="#(\w+)"', plate["svg"]))
    assert ties == {f"v{v}n2" for v in range(4)}, "a tie says whose it is"
    (line,) = plate["lines"]
    assert line["times"] == [0.0, 1.0, 5.0, 9.0]
    assert len(line["edges"]) == 4
    assert line["edges"] == sorted(line["edges"])


def test_heads_stand_where_their_pitch_and_time_are() -> None:
    _, plate = Press().plate(laid_out(long_line(1)), 0)
    assert plate is not None
    heads = plate["heads"]
    assert [head.id for head in heads] == ["v0n0", "v0n1", "v0n2", "v0n3"]
    assert [head.name for head in heads] == ["C5", "D♭5", "D5", "E♭5"]
    assert [head.x for head in heads] == sorted({head.x for head in heads})
    assert heads[0].y > heads[2].y > 0


def test_pages_of_a_long_piece_hold_all_its_bars_once() -> None:
    layout = laid_out(long_line(100, voices=2))
    pages = layout.plan["pages"]
    assert len(pages) > 2
    assert [page.first for page in pages[1:]] == [page.stop for page in pages[:-1]]
    assert (pages[0].first, pages[-1].stop) == (0, 100)
    assert all(page.lines[0] == page.first for page in pages)
    key, plate = Press().plate(layout, 2)
    assert plate is not None
    assert len(plate["lines"]) == len(pages[2].lines)
    assert plate["lines"][0]["times"][0] == 4.0 * pages[2].first
    assert Press().plate(layout, 2, known=key) == (key, None)


def test_a_narrower_page_has_more_lines_and_more_bars_change_nothing_before_them() -> None:
    def lines(count: int, **settings) -> list[int]:
        return [line for page in laid_out(long_line(count), **settings).plan["pages"] for line in page.lines]

    assert len(lines(40, width=500)) > len(lines(40, width=1000))
    short, longer = lines(20, growing=True), lines(40, growing=True)
    assert longer[: len(short)] == short


def test_a_line_that_is_fuller_than_the_engraver_likes_stays_one_line() -> None:
    layout = next(
        layout
        for width in range(700, 1400, 20)
        if len((layout := laid_out(long_line(8, voices=4), width=width)).plan["pages"][0].lines) == 1
    )
    _, plate = Press().plate(layout, 0)
    assert plate is not None
    assert plate["svg"].count('class="system"') == 1
    assert [(len(line["edges"]), len(line["times"])) for line in plate["lines"]] == [(9, 9)]


def test_the_metre_is_printed_once_and_changes_are_printed() -> None:
    score = Score(long_line(100).voices, metres=(TimeSignature(0, 4, 4),))
    press = Press()
    layout = laid_out(score)
    first, second = (press.plate(layout, number)[1] for number in (0, 1))
    assert first is not None
    assert second is not None
    assert first["svg"].count('class="meterSig"') == 1
    assert second["svg"].count('class="meterSig" visibility="hidden"') == second["svg"].count('class="meterSig"')


def test_a_key_that_changes_within_a_bar_is_printed_behind_it_and_says_its_notes_with_accidentals() -> None:
    keys = (KeySignature(0, 1), KeySignature(6, -2), KeySignature(13, 0))
    layout = laid_out(Score((Voice("", tuple(Note(k, 1, 66) for k in range(14))),), keys=keys))
    assert [(key.onset, key.fifths) for key in layout.score.keys] == [(0, 1), (8, -2)]
    _, plate = Press().plate(layout, 0)
    assert plate is not None
    notes = plate["svg"].split('data-id="')[1:]
    assert [note.partition('"')[0] for note in notes] == [f"v0n{n}" for n in range(14)]
    assert [n for n, note in enumerate(notes) if 'class="accid"><use' in note] == [8, 12]


def test_transposing_moves_the_drawing_and_not_the_ids() -> None:
    plain, moved = (Press().plate(laid_out(choir(), transpose=by), 0)[1] for by in (0, 3))
    assert plain is not None
    assert moved is not None
    assert [head.id for head in plain["heads"]] == [head.id for head in moved["heads"]]
    assert (plain["heads"][0].name, moved["heads"][0].name) == ("G4", "B♭4")
    low = laid_out(choir(), transpose=-24).plan
    assert low["error"] == ""
    assert "outside 0..127" in laid_out(Score((Voice("", (Note(0, 1, 120),)),)), transpose=24).plan["error"]


def test_a_sheet_draws_in_a_thread_and_the_thread_ends(opened: list[Sheet]) -> None:
    sheet = Sheet(choir())
    opened.append(sheet)
    assert sheet.wait(60)
    still(sheet)
    (plate,) = unpack_plates(sheet.plates)
    assert plate["edition"] == sheet.plan["edition"]
    threads = [thread for thread in threading.enumerate() if thread.name == "musenb-sheet"]
    for thread in threads:
        thread.join(10)
    assert not [thread for thread in threads if thread.is_alive()]
    assert sheet.describe() == "Score: 2 bars, 4 voices, 16 notes. 2 sharps, 4/4, for soprano, alto, tenor, bass."


def test_a_page_is_sent_when_it_is_asked_for(opened: list[Sheet], monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = Sheet(long_line(60, voices=4))
    opened.append(sheet)
    still(sheet)
    sent: list[tuple] = []
    monkeypatch.setattr(sheet, "send", lambda message, buffers=None: sent.append((message, buffers)))
    edition = sheet.plan["edition"]
    sheet.on_message({"kind": "plates", "edition": edition, "pages": [[1, ""], [99, ""]]}, [])
    still(sheet)
    ((message, buffers),) = sent
    assert (message["kind"], message["edition"], message["page"]) == ("plate", edition, 1)
    assert unpack_plates(buffers[0])["key"] == message["key"]  # type: ignore[call-overload]
    sent.clear()
    sheet.on_message({"kind": "plates", "edition": edition, "pages": [[1, message["key"]]]}, [])
    still(sheet)
    assert sent == [(message, [])]
    sent.clear()
    sheet.on_message({"kind": "plates", "edition": edition - 1, "pages": [[0, ""]]}, [])
    still(sheet)
    assert sent == []


def test_pages_that_were_asked_for_come_though_others_are_asked_for_after_them(
    opened: list[Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = Sheet(long_line(60, voices=4))
    opened.append(sheet)
    still(sheet)
    sent: list[int] = []
    monkeypatch.setattr(sheet, "send", lambda message, buffers=None: sent.append(message["page"]))
    edition = sheet.plan["edition"]
    with sheet._lock:
        sheet.on_message({"kind": "plates", "edition": edition, "pages": [[1, ""], [2, ""]]}, [])
        sheet.on_message({"kind": "plates", "edition": edition, "pages": [[0, ""]]}, [])
    still(sheet)
    assert sent == [0, 1, 2]


def test_the_width_of_the_page_is_taken(opened: list[Sheet]) -> None:
    sheet = Sheet(long_line(20))
    opened.append(sheet)
    still(sheet)
    sheet.on_message({"kind": "fit", "width": 10}, [])
    still(sheet)
    assert (sheet.plan["width"], sheet.plan["edition"]) == (280, 2)
    sheet.on_message({"kind": "fit", "width": 280}, [])
    still(sheet)
    assert sheet.plan["edition"] == 2


def test_what_is_saved_stays_small(opened: list[Sheet]) -> None:
    sheet = Sheet(long_line(400, voices=4))
    opened.append(sheet)
    still(sheet)
    assert 20_000 < len(sheet.plates) <= SAVED_BYTES
    pages = [plate["page"] for plate in unpack_plates(sheet.plates)]
    assert pages == list(range(len(pages)))


def test_streamed_notes_come_bar_by_bar_at_a_calm_rate(opened: list[Sheet]) -> None:
    score = long_line(12)
    sheet = Sheet(score.first_bars(4))
    opened.append(sheet)
    still(sheet)
    before = sheet.plan["edition"]
    begin = time.monotonic()
    for note in score.voices[0].notes[16:]:
        sheet.append([(0, note)])
        time.sleep(0.04)
    until(lambda: sheet.plan["edition"] > before)
    spent = time.monotonic() - begin
    assert sheet.plan["edition"] - before <= spent / 0.5 + 2
    sheet.commit(score)
    still(sheet)
    assert sheet.plan["pages"][-1].stop == 12
    drawn = {head[0] for plate in unpack_plates(sheet.plates) for head in plate["heads"]}
    assert drawn == {f"v0n{n}" for n in range(48)}


def test_a_crash_of_the_engraver_is_told_and_the_roll_stands_in(
    opened: list[Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise LoadError("crash", "score view unavailable: the reader process died (SIGSEGV)")

    monkeypatch.setattr(press_module, "engrave_page", dies)
    sheet = Sheet(choir())
    opened.append(sheet)
    assert sheet.wait(60)
    still(sheet)
    (plate,) = unpack_plates(sheet.plates)
    assert plate["error"] == "score view unavailable: the reader process died (SIGSEGV)"
    assert sheet.picture() is not None
    assert sheet.picture()[0] == "image/png"  # type: ignore[index]
    assert sheet.error == ""


def test_music_off_every_division_says_what_to_do() -> None:
    layout = laid_out(Score((Voice("", (Note(Fraction(1, 1009), 1, 60),)),)))
    _, plate = Press().plate(layout, 0)
    assert plate is not None
    assert plate["error"].startswith("score view unavailable: pitch 60 at quarter 1/1009")
    assert plate["error"].endswith("quantise the score first")


def test_the_picture_is_the_first_page_and_the_roll_is_beside_it(opened: list[Sheet]) -> None:
    sheet = Sheet(choir())
    opened.append(sheet)
    shown = sheet._repr_mimebundle_()
    assert shown is not None
    data = shown[0]
    assert data["image/svg+xml"].startswith("<svg ")
    assert 'data-id="v3n3"' in data["image/svg+xml"]
    assert data["image/png"]
    assert data["text/plain"].startswith("<musenb Sheet: Score: 2 bars")


def test_a_tint_is_a_number_for_a_note(opened: list[Sheet]) -> None:
    sheet = Sheet(choir(), tint={"v0n1": 2})
    opened.append(sheet)
    assert [tuple(row) for row in sheet.tint] == [("v0n1", 2.0)]
    sheet.show_tint({"v1n0": 0.5, "v1n1": 1}, "surprise, bits")
    assert ([tuple(row) for row in sheet.tint], sheet.tint_name) == ([("v1n0", 0.5), ("v1n1", 1.0)], "surprise, bits")
    with pytest.raises(SettingError, match="nan for 'v1n0' is not finite"):
        sheet.show_tint({"v1n0": float("nan")})
    with pytest.raises(SettingError, match=r"\('G4', 1\) is no note id"):
        sheet.show_tint({"G4": 1})


@pytest.mark.parametrize(("name", "value"), [("zoom", 9), ("transpose", 25), ("staves", "three"), ("tint", [["v0n0"]])])
def test_a_wrong_setting_is_refused(name: str, value: object) -> None:
    with pytest.raises(SettingError, match=name):
        Sheet(choir(), **{name: value})


def test_the_same_pages_are_packed_alike() -> None:
    layout = laid_out(choir())
    first, second = (pack_plates([Press().plate(layout, 0)[1]]) for _ in range(2))  # type: ignore[list-item]
    assert first == second


def test_closing_ends_the_thread() -> None:
    sheet = Sheet(long_line(100, voices=4))
    sheet.close()
    until(lambda: not [thread for thread in threading.enumerate() if thread.name == "musenb-sheet"])
    assert sheet._worker is None


def test_a_strip_is_one_line_with_empty_bars_up_to_its_room() -> None:
    score = choir()
    layout = laid_out(score, width=None, room=float(score.end) + 6)
    bars = [bar.number for bar in score.bars()]
    (page,) = layout.plan["pages"]
    assert (page.first, page.lines) == (0, [0])
    assert page.stop == len(layout.bars) > len(bars)
    assert layout.bars[-1].end >= score.end + 6
    assert {staff.name for staff in layout.staves} == {""}, "the names stand beside it"
    _, plate = Press().plate(layout, 0)
    assert plate is not None
    assert plate["error"] == ""
    (line,) = plate["lines"]
    assert len(line["times"]) == len(layout.bars) + 1
    assert plate["width"] > plate["height"]


def test_a_long_strip_goes_on_in_further_pages() -> None:
    pages = laid_out(long_line(70), width=None).plan["pages"]
    assert [(page.first, page.stop) for page in pages] == [(0, 32), (32, 64), (64, 70)]


def test_a_strip_takes_no_width_from_the_page(opened: list[Sheet]) -> None:
    sheet = Sheet(choir(), strip=True)
    opened.append(sheet)
    assert sheet.wait()
    before = sheet.plan["edition"]
    sheet._receive(None, {"kind": "fit", "width": 700}, [])
    still(sheet)
    assert (sheet.plan["edition"], sheet.plan["width"]) == (before, 0)
    sheet.show_strip(choir(), 200.0)
    still(sheet)
    assert sheet.plan["edition"] == before + 1, "laid out once, not once for score and room"

"""Faults of a page, a kernel, a browser or a small machine: nothing is lost or doubled, and there is a word for it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

import musenb

LATE = 150_000
MOTIF = "C4 D4 E4 G4"
ROLL = "section[aria-label='Piano roll']"
DRAWN = f"{ROLL} canvas[data-notes]"
IDLE = "() => globalThis.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
LOUD = """() => {
    const analyser = globalThis[Symbol.for('musenb.audio')]?.analyser;
    if (!analyser) return false;
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length) > 0.003;
}"""
# Append a cell and run it without waiting for its end.
RUN = """source => {
    const cells = jupyterapp.shell.currentWidget.content.model.sharedModel;
    cells.insertCell(cells.cells.length, {cell_type: 'code', source});
    jupyterapp.shell.currentWidget.content.activeCellIndex = cells.cells.length - 1;
    jupyterapp.commands.execute('notebook:run-cell');
}"""
SOUNDING = """
from musenb.widgets.clock import Clock
from musenb.widgets.roll import Roll
from musenb.widgets.sound import Sound
score = musenb.motif("tempo=120  " + "C4 D4 E4 F4 G4 A4 B4 C5 " * 40)
clock = Clock(score)
display(Sound(score, clock=clock), Roll(score, clock=clock))
"""
PLAYHEAD = "id => globalThis[Symbol.for('musenb.clocks')].get(id)?.playhead ?? 0"
# A browser whose sound never begins: no device, or a rule that holds it back; and one that has none at all.
HELD_BACK = """
const real = AudioContext;
globalThis.AudioContext = class extends real {
    constructor(...options) { super(...options); super.suspend(); }
    get state() { return 'suspended'; }
    resume() { return HOW; }
};
"""
NO_DEVICE = HELD_BACK.replace("HOW", "Promise.reject(new DOMException('no device', 'InvalidStateError'))")
BLOCKED = HELD_BACK.replace("HOW", "new Promise(() => {})")
NO_SOUND_AT_ALL = "delete globalThis.AudioContext; delete globalThis.webkitAudioContext;"
# Counts what the engine is told to strike, by wrapping the synthesiser once it is there.
COUNT_STRIKES = """() => {
    const audio = globalThis[Symbol.for('musenb.audio')];
    globalThis.strikes = [];
    const {synth} = audio;
    const noteOn = synth.noteOn.bind(synth);
    synth.noteOn = (channel, pitch, velocity, time) => {
        strikes.push([audio.context.currentTime, time, pitch]);
        noteOn(channel, pitch, velocity, time);
    };
}"""
# The machine sleeps: the page's thread stands still while time and the audio clock go on; and the other way round,
# where the audio clock stands and the system's time has jumped.
STAND_STILL = "milliseconds => { const end = performance.now() + milliseconds; while (performance.now() < end); }"
SUSPEND = """async () => {
    const {context} = globalThis[Symbol.for('musenb.audio')];
    await context.suspend();
    const now = performance.now.bind(performance), today = Date.now;
    performance.now = () => now() + 600000;
    Date.now = () => today() + 600000;
}"""
WAKE = "() => globalThis[Symbol.for('musenb.audio')].context.resume()"


@pytest.fixture
def desk(lab, notebook, request) -> Iterator[Locator]:
    notebook.open_blank(lab, re.sub(r"\W", "_", request.node.name)[:40])
    settings = "seed=7, seed_locked=True, bars=2, drawer='takes'"
    notebook.run(f"import musenb\nstudio = musenb.Studio({MOTIF!r}, {settings})\nstudio")
    found = notebook.page.get_by_role("region", name="Studio")
    found.wait_for(timeout=LATE)
    expect(found.get_by_role("treeitem")).to_have_count(1, timeout=LATE)
    return found


def button(place: Locator, name: str) -> Locator:
    return place.get_by_role("button", name=name, exact=True)


def begin(desk: Locator, bars: int) -> None:
    desk.get_by_label("Length in bars").fill(str(bars))
    desk.get_by_label("Length in bars").press("Tab")
    button(desk, "Continue").click()


def wait_for_notes(notebook, count: int) -> None:
    notebook.page.wait_for_function(
        "([drawn, count]) => document.querySelector(drawn)?.dataset.notes >= count", arg=[DRAWN, count], timeout=LATE
    )


def reload(notebook) -> None:
    notebook.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    notebook.page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty", timeout=LATE)
    notebook.page.reload()
    notebook.page.wait_for_function(IDLE, timeout=LATE)


# 2: a page that is loaded again in the middle


def test_a_page_loaded_again_and_again_while_notes_come_has_each_of_them_once(notebook, desk) -> None:
    begin(desk, 16)
    for count in (10, 40):
        wait_for_notes(notebook, count)
        reload(notebook)
        notebook.page.locator(DRAWN).first.wait_for(timeout=LATE)
    notebook.run("studio.wait()")
    there = notebook.value("[(str(n.onset), n.pitch) for n in studio.selected.score.notes]")
    written = musenb.develop(MOTIF, bars=16, seed=7).score
    assert there == [(str(note.onset), note.pitch) for note in written.notes], "as if nobody had looked away"
    wait_for_notes(notebook, len(there))
    assert int(notebook.page.locator(DRAWN).first.get_attribute("data-notes")) == len(there)
    assert notebook.value("len(list(studio.tree))") == 2


# 3: a kernel that is started again under a notebook that is kept


def test_what_is_shown_stays_when_the_kernel_is_new_and_the_file_has_pictures_and_words(notebook, lab) -> None:
    """What is there when the page is loaded again too: see `test_kept`."""
    page = notebook.page
    file = notebook.open_blank(lab, "kernel")
    notebook.run(f"import musenb\n{SOUNDING}")
    page.locator(DRAWN).first.wait_for(timeout=LATE)
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.wait_for_function(IDLE, timeout=LATE)
    player = page.locator("section[aria-label=Player]")
    button(player, "Play").click()
    page.wait_for_function(LOUD, timeout=LATE)
    assert int(page.locator(DRAWN).first.get_attribute("data-notes")) == 320
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty", timeout=LATE)
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    shown = [output["data"] for cell in cells for output in cell["outputs"] if "data" in output]
    assert ["text/html" in data for data in shown] == [False, True] * 2
    assert all("text/plain" in data and "<img" in "".join(data["text/html"]) for data in shown[1::2])


# A page too busy to bring a model up within the two seconds that anywidget gives it


def test_views_that_anywidget_gives_up_hear_their_kernel_again(notebook, lab) -> None:
    page = notebook.page
    page.add_init_script(
        "const real = AbortSignal.timeout.bind(AbortSignal);"
        "AbortSignal.timeout = ms => ms === 2000 ? AbortSignal.abort() : real(ms);"
    )
    notebook.open_blank(lab, "late")
    notebook.run("import musenb\nfrom musenb.widgets.roll import Roll\nroll = Roll(musenb.motif('C4 D4'))\nroll")
    page.locator(f"{ROLL} canvas[data-notes='2']").wait_for(timeout=LATE)
    notebook.run("roll.show_score(musenb.motif('C4 D4 E4 G4'))")
    page.locator(f"{ROLL} canvas[data-notes='4']").wait_for(timeout=LATE)
    notebook.run("roll.show_error(ValueError('late words'))")
    expect(page.locator(ROLL).get_by_role("alert")).to_contain_text("late words", timeout=LATE)


# 6: another cell that keeps the kernel busy


def test_stop_silences_at_once_and_is_heard_or_says_why_while_another_cell_runs(notebook, desk, tmp_path: Path) -> None:
    page, over = notebook.page, tmp_path / "over"
    begin(desk, 64)
    page.wait_for_function(LOUD, timeout=LATE)
    wait_for_notes(notebook, 12)
    page.evaluate(RUN, f"import os, time\nwhile not os.path.exists({str(over)!r}): time.sleep(0.01)")
    page.wait_for_timeout(1_000)
    button(desk, "Stop and keep what is there").click()
    page.wait_for_function(f"() => !({LOUD})()", timeout=LATE)
    expect(desk.get_by_label("Progress")).to_have_text(re.compile("another cell is running|^$"), timeout=LATE)
    over.touch()
    expect(button(desk, "Continue")).to_be_enabled(timeout=LATE)
    expect(desk.get_by_role("treeitem").last).to_contain_text("stopped")
    expect(desk.get_by_label("Progress")).to_have_text("")


# 15: no sound


@pytest.mark.parametrize(
    ("script", "told"),
    [(BLOCKED, "No sound yet: click here"), (NO_DEVICE, "No sound here"), (NO_SOUND_AT_ALL, "No sound here")],
    ids=["held back", "no device", "no sound at all"],
)
def test_without_sound_the_roll_moves_and_says_so(notebook, lab, script: str, told: str) -> None:
    page = notebook.page
    page.add_init_script(script)
    notebook.open_blank(lab, "silent")
    player = notebook.run(f"import musenb\n{SOUNDING}").locator("section[aria-label=Player]")
    clock = notebook.value("clock.clock_id")
    button(player, "Play").click()
    page.wait_for_function(f"id => ({PLAYHEAD})(id) > 1", arg=clock, timeout=20_000)
    expect(player.locator(".mnb-hint")).to_contain_text(told, timeout=10_000)
    button(player, "Pause").click()
    assert notebook.errors == []


# 21: thirty views


def test_of_thirty_views_one_plays_at_a_time_in_one_audio_context(notebook, lab) -> None:
    page = notebook.page
    page.add_init_script(
        "globalThis.contexts = 0; const real = AudioContext;"
        "globalThis.AudioContext = class extends real { constructor(...o) { super(...o); contexts += 1; } };"
    )
    notebook.open_blank(lab, "thirty")
    notebook.run("import musenb\nfrom musenb.widgets.sound import Sound\nfrom musenb.widgets.roll import Roll")
    begun = time.monotonic()
    notebook.run(
        "scores = [musenb.motif(f'tempo={60 + n}  C4 D4 E4 F4 G4 A4 B4 C5') for n in range(15)]\n"
        "for score in scores[:8]: display(Sound(score), Roll(score))"
    )
    # JupyterLab shows fifty outputs of a cell, and a view is two of them.
    notebook.run("for score in scores[8:]: display(Sound(score), Roll(score))")
    players = page.locator("section[aria-label=Player]")
    expect(players).to_have_count(15, timeout=LATE)
    expect(page.locator("canvas[data-notes='8']")).to_have_count(15, timeout=LATE)
    print(f"thirty views in {time.monotonic() - begun:.1f} s")
    for number in (0, 7, 14):
        button(players.nth(number), "Play").click()
        page.wait_for_function(LOUD, timeout=LATE)
    playing = "() => [...globalThis[Symbol.for('musenb.clocks')].values()].filter(clock => clock.playing).length"
    assert page.evaluate(playing) == 1
    assert page.evaluate("() => contexts") == 1
    assert notebook.errors == []


# 26: a small server


def test_server_kernel_and_reader_need_less_than_a_gigabyte(notebook, desk) -> None:
    begin(desk, 8)
    expect(desk.get_by_role("treeitem")).to_have_count(2, timeout=LATE)
    notebook.run("score = musenb.load('corpus:bwv66.6')\nscore.plot() if hasattr(score, 'plot') else None\nscore")
    server = notebook.value("__import__('os').getppid()")
    kernel = notebook.value("__import__('os').getpid()")
    # Other notebooks of the same server have kernels of their own.
    used = memory_of({server}) | memory_below(kernel)
    print({pid: round(size / 2**20) for pid, size in used.items()})
    assert sum(used.values()) < 2**30
    assert len(used) >= 3, "the server, the kernel and the reader"


def memory_below(top: int) -> dict[int, int]:
    """Return the bytes of each process from `top` on; see `memory_of`."""
    parents = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(place.parent.name)] = int(place.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    family = {top}
    for _ in range(8):
        family |= {pid for pid, parent in parents.items() if parent in family}
    return memory_of(family)


def memory_of(family: set[int]) -> dict[int, int]:
    """Return the bytes of processes: of each its share of what several have in common (PSS)."""
    used = {}
    for pid in family:
        try:
            found = re.search(r"Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text())
        except OSError:
            continue
        used[pid] = int(found[1]) * 1024 if found else 0
    return used


# 27: a machine that was asleep


@pytest.mark.parametrize("asleep", ["the page", "the sound"])
def test_after_a_sleep_no_old_note_is_struck(notebook, lab, asleep: str) -> None:
    page = notebook.page
    notebook.open_blank(lab, "asleep")
    player = notebook.run(f"import musenb\n{SOUNDING}").locator("section[aria-label=Player]")
    clock = notebook.value("clock.clock_id")
    button(player, "Play").click()
    page.wait_for_function(LOUD, timeout=LATE)
    page.evaluate(COUNT_STRIKES)
    page.wait_for_function("() => strikes.length > 2", timeout=LATE)
    before = page.evaluate(f"id => [strikes.length, ({PLAYHEAD})(id)]", clock)
    if asleep == "the page":
        page.evaluate(STAND_STILL, 8_000)  # sixteen notes go by
    else:
        page.evaluate(SUSPEND)
        page.wait_for_timeout(3_000)
        page.evaluate(WAKE)
    page.wait_for_timeout(1_200)
    strikes = page.evaluate("() => strikes")[before[0] :]
    assert 1 <= len(strikes) <= 8, "half a second each, and none of those that were slept through"
    assert all(when - asked > -0.35 for asked, when, _ in strikes), "none is struck whose time is over"
    assert notebook.errors == []

"""Players on one page: real clicks, real sound, one audio context, the playhead where the sound is."""

from __future__ import annotations

import pytest

TWO_PLAYERS = """
from musenb.score.from_text import score_from_text
from musenb.widgets.clock import Clock
from musenb.widgets.sound import Sound
first = score_from_text("C4 r D4 r E4 r F4 r G4")
clock = Clock(first)
player = Sound(first, clock=clock)
other = Sound(score_from_text("C3 E3 G3 C4"))
display(clock, player, player, other)
"""
# Counts audio contexts before any script of the page runs.
COUNT_CONTEXTS = """
globalThis.audioContexts = 0;
globalThis.AudioContext = class extends AudioContext {
    constructor(...options) { super(...options); globalThis.audioContexts += 1; }
};
"""
NO_WORKLET = "Object.defineProperty(BaseAudioContext.prototype, 'audioWorklet', {get: () => undefined});"
OWN_SOUNDFONT = """
from pathlib import Path
import pretty_midi
flute = Sound(first, clock=clock, soundfont=Path(pretty_midi.__file__).parent / "TimGM6mb.sf2", programs=[73])
display(flute)
"""
# A recorder behind the engine: keeps every block's loudest sample with the context's time.
RECORD = """async () => {
    const audio = globalThis[Symbol.for('musenb.audio')];
    const code = `registerProcessor('recorder', class extends AudioWorkletProcessor {
        process([input]) {
            let peak = 0;
            for (const sample of input[0] ?? []) peak = Math.max(peak, Math.abs(sample));
            this.port.postMessage([currentTime, peak]);
            return true;
        }
    })`;
    await audio.context.audioWorklet.addModule('data:text/javascript;base64,' + btoa(code));
    globalThis.blocks = [];
    const recorder = new AudioWorkletNode(audio.context, 'recorder', {numberOfOutputs: 0});
    recorder.port.onmessage = ({data}) => blocks.push(data);
    audio.analyser.connect(recorder);
}"""
# While the clock plays, pairs of what is heard now (seconds of the context) and the playhead; the loudest RMS.
WATCH = """async id => {
    const audio = globalThis[Symbol.for('musenb.audio')];
    const clock = globalThis[Symbol.for('musenb.clocks')].get(id);
    const samples = new Float32Array(audio.analyser.fftSize);
    const pairs = [];
    let loudest = 0;
    const stop = performance.now() + 20000;
    while (clock.playing && performance.now() < stop) {
        await new Promise(requestAnimationFrame);
        pairs.push([audio.context.currentTime - audio.latency, clock.playhead]);
        audio.analyser.getFloatTimeDomainData(samples);
        loudest = Math.max(loudest, Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length));
    }
    return {loudest, pairs, latency: audio.latency, tempo: clock.tempo.secondsAt(1)};
}"""
STATE = "id => ({...globalThis[Symbol.for('musenb.clocks')].get(id)?.timeline})"


@pytest.fixture
def page(lab, notebook):
    """Return the page of an empty notebook that counts its audio contexts."""
    notebook.page.add_init_script(COUNT_CONTEXTS)
    notebook.open_blank(lab, "sound")
    return notebook.page


def playing(page, clock_id: str) -> bool:
    return page.evaluate("id => globalThis[Symbol.for('musenb.clocks')].get(id).playing", clock_id)


def onsets(blocks: list[list[float]]) -> list[float]:
    """Return the times at which sound begins after quiet."""
    found, quiet = [], 0.0
    for time, peak in blocks:
        if peak > 0.01 and time - quiet < 0.02:
            found.append(time)
        if peak < 0.003:
            quiet = time
        elif peak > 0.01:
            quiet = -1.0
    return found


def test_two_players_one_context_and_the_playhead_where_the_sound_is(notebook, page) -> None:
    output = notebook.run(TWO_PLAYERS)
    players = output.locator("section[aria-label=Player]")
    players.nth(2).wait_for()
    assert players.count() == 3
    clock_id, other_id = (notebook.value(f"{name}.clock_id") for name in ("clock", "other"))
    assert page.evaluate("() => audioContexts") == 0, "no audio before somebody wants it"

    players.nth(2).get_by_role("button", name="Play").click()
    page.wait_for_function("id => globalThis[Symbol.for('musenb.clocks')].get(id).playhead > 0.1", arg=other_id)
    page.evaluate(RECORD)
    players.nth(0).get_by_role("button", name="Play").click()
    page.wait_for_function("id => globalThis[Symbol.for('musenb.clocks')].get(id).playhead > 0.1", arg=clock_id)
    assert not playing(page, other_id), "one plays at a time"
    assert players.nth(1).get_by_role("button", name="Pause").count() == 1, "both views of one player agree"
    line = page.evaluate(STATE, clock_id)
    seen = page.evaluate(WATCH, clock_id)
    assert seen["loudest"] > 0.005
    assert len(seen["pairs"]) > 30

    # What is heard at each moment against where the playhead is.
    quarter = seen["tempo"]
    off = [abs(playhead * quarter - (heard - line["moment"])) for heard, playhead in seen["pairs"] if playhead < 8.9]
    off.sort()
    print(f"playhead off the sound: median {off[len(off) // 2] * 1000:.1f} ms, largest {off[-1] * 1000:.1f} ms")
    assert off[len(off) * 95 // 100] < 0.020

    # What was recorded against where the notes stand in the score.
    begun = onsets(page.evaluate("() => blocks"))[-4:]
    late = [time - (line["moment"] + place * quarter) for time, place in zip(begun, (2, 4, 6, 8), strict=True)]
    print("onsets off the score, ms:", [round(1000 * one, 1) for one in late])
    assert all(-0.003 <= one < 0.020 for one in late)

    assert page.evaluate("() => audioContexts") == 1
    assert notebook.errors == []


def test_keys_and_python_move_the_playhead(notebook, page) -> None:
    output = notebook.run(TWO_PLAYERS)
    player = output.locator("section[aria-label=Player]").first
    player.wait_for()
    clock_id = notebook.value("clock.clock_id")
    notebook.run("clock.seek(3); clock.select(['v0n1', 'v0n0'])")
    page.wait_for_function("id => globalThis[Symbol.for('musenb.clocks')].get(id).playhead === 3", arg=clock_id)
    assert page.evaluate(
        "id => [...globalThis[Symbol.for('musenb.clocks')].get(id).selection]", clock_id
    ) == ["v0n0", "v0n1"]
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    player.get_by_role("slider", name="Position").focus()
    page.keyboard.press("Space")
    page.wait_for_function("id => globalThis[Symbol.for('musenb.clocks')].get(id).playhead > 3.2", arg=clock_id)
    page.keyboard.press("Space")
    page.wait_for_function("id => !globalThis[Symbol.for('musenb.clocks')].get(id).playing", arg=clock_id)
    for key in ("b", "d", "d"):
        page.keyboard.press(key)
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells, "the notebook took keys meant for the player"
    notebook.wait_until("clock.playhead > 3 and not clock.playing")
    player.get_by_role("button", name="Play").focus()
    page.keyboard.press("Home")
    notebook.wait_until("clock.playhead == 0")
    assert notebook.errors == []


def listen(notebook, page, player) -> dict:
    """Press Play and return what `WATCH` saw until the end of the piece."""
    clock_id = notebook.value("clock.clock_id")
    player.get_by_role("button", name="Play").click()
    page.wait_for_function("id => globalThis[Symbol.for('musenb.clocks')].get(id).playhead > 0.1", arg=clock_id)
    return page.evaluate(WATCH, clock_id) | {"moment": page.evaluate(STATE, clock_id)["moment"]}


def test_it_sounds_without_a_worklet_as_on_a_plain_http_address(notebook, lab) -> None:
    notebook.page.add_init_script(NO_WORKLET)
    notebook.open_blank(lab, "plain")
    player = notebook.run(TWO_PLAYERS).locator("section[aria-label=Player]").first
    player.wait_for()
    assert listen(notebook, notebook.page, player)["loudest"] > 0.005
    assert notebook.errors == []


def test_a_soundfont_of_the_user_sounds_and_the_notebook_can_be_opened_again(notebook, page) -> None:
    players = "section[aria-label=Player]"
    notebook.run(TWO_PLAYERS).locator(players).first.wait_for()
    player = notebook.run(OWN_SOUNDFONT).locator(players)
    player.wait_for()
    assert listen(notebook, page, player)["loudest"] > 0.002
    fonts = page.evaluate("() => globalThis[Symbol.for('musenb.audio')].hasFont(FONT)".replace("FONT", repr(
        notebook.value("flute.soundfont")
    )))
    assert fonts

    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    page.reload()
    again = page.locator(players).first
    again.wait_for(timeout=60_000)
    assert listen(notebook, page, again)["loudest"] > 0.005
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert notebook.errors == []


def test_an_error_of_a_handler_is_seen_in_the_cell(notebook, page) -> None:
    output = notebook.run(TWO_PLAYERS)
    output.locator("section[aria-label=Player]").first.wait_for()
    notebook.run("clock.on_selection(lambda ids: 1 / 0)")
    page.evaluate(
        "id => globalThis[Symbol.for('musenb.clocks')].get(id).select(['v0n0'])", notebook.value("clock.clock_id")
    )
    box = output.locator("section[aria-label=Position] [role=alert]")
    box.wait_for()
    assert "ZeroDivisionError" in box.inner_text()
    box.get_by_role("button").click()
    notebook.wait_until("clock.error == ''")

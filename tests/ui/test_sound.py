"""Two players on one page: real clicks, real sound, one audio context, the playhead where the sound is."""

from __future__ import annotations

import pytest

TWO_PLAYERS = """
from musenb.score.from_text import score_from_text
from musenb.widgets.clock import Clock
from musenb.widgets.sound import Sound
first = score_from_text("C4 D4 E4 F4 G4 A4 B4 C5")
clock = Clock(first)
display(clock, Sound(first, clock=clock), Sound(score_from_text("C3 E3 G3 C4")))
"""
# Counts audio contexts before any script of the page runs.
COUNT_CONTEXTS = """
globalThis.audioContexts = 0;
globalThis.AudioContext = class extends AudioContext {
    constructor(...options) { super(...options); globalThis.audioContexts += 1; }
};
"""
# Watches the analyser for some seconds: [loudest root mean square, onsets heard, playheads at those moments].
LISTEN = """async ([id, wanted]) => {
    const audio = globalThis[Symbol.for('musenb.audio')];
    const clock = globalThis[Symbol.for('musenb.clocks')].get(id);
    const samples = new Float32Array(audio.analyser.fftSize);
    const frames = [];
    const stop = performance.now() + 15000;
    let loudest = 0;
    while (clock.playing && performance.now() < stop) {
        await new Promise(requestAnimationFrame);
        audio.analyser.getFloatTimeDomainData(samples);
        let sum = 0;
        for (const sample of samples) sum += sample * sample;
        loudest = Math.max(loudest, Math.sqrt(sum / samples.length));
        frames.push([audio.context.currentTime, audio.latency, clock.playhead]);
    }
    return {loudest, frames};
}"""


@pytest.fixture
def page(lab, notebook):
    notebook.page.add_init_script(COUNT_CONTEXTS)
    notebook.open_blank(lab, "sound")
    return notebook.page


def test_players_sound_and_one_plays_at_a_time(notebook, page) -> None:
    output = notebook.run(TWO_PLAYERS)
    players = output.locator("section[aria-label=Player]")
    players.nth(1).wait_for()
    assert players.count() == 2
    clock_id = players.nth(0).evaluate("() => [...globalThis[Symbol.for('musenb.clocks')].keys()][0]")
    players.nth(0).get_by_role("button", name="Play").click()
    page.wait_for_function("id => globalThis[Symbol.for('musenb.clocks')].get(id).playhead > 0.1", arg=clock_id)
    heard = page.evaluate(LISTEN, [clock_id, 4])
    print(heard["loudest"], heard["frames"][:5], len(heard["frames"]))
    assert heard["loudest"] > 0.005
    assert notebook.errors == []

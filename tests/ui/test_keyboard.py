"""The keyboard in a real page: it sounds, it records into a score, it shows what it is told."""

from __future__ import annotations

import pytest

KEYBOARD = """
from musenb.widgets.keyboard import Keyboard
keys = Keyboard(qpm=120, beats=2)
played = []
keys.on_played(lambda *key: played.append(key))
keys
"""
LOUDNESS = """() => {
    const {analyser} = globalThis[Symbol.for('musenb.audio')];
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}"""
MIDI = """() => {
    globalThis.midiInput = Object.assign(new EventTarget(), {name: 'Test <b>piano</b>'});
    const access = Object.assign(new EventTarget(), {inputs: new Map([['one', globalThis.midiInput]])});
    navigator.requestMIDIAccess = async () => access;
}"""
CELLS = "() => [...jupyterapp.shell.currentWidget.content.model.cells].map(cell => cell.sharedModel.source)"
# Hold the A key for 0.45 s as soon as the count-in of the next recording is over, then press D. By the clock that is
# heard: [[least, most] seconds from the first beat to the press of A, seconds from there to its end, and to D].
PLAY = """status => void (globalThis.done = (async () => {
    const now = () => globalThis[Symbol.for('musenb.audio')].heard();
    const until = condition => new Promise((resolve, reject) => {
        const give = performance.now() + 60000;
        const look = () => condition() ? resolve() : performance.now() > give ? reject(new Error(status.textContent))
            : setTimeout(look, 5);
        look();
    });
    const key = (type, code) => document.activeElement.dispatchEvent(
        new KeyboardEvent(type, {code, key: code.slice(3).toLowerCase(), bubbles: true, cancelable: true}));
    let counted = now(), begun = 0;
    const seen = new MutationObserver(() => {
        if (status.textContent.startsWith('count')) counted = now();
        else if (!begun && status.textContent.startsWith('bar')) begun = now();
    });
    seen.observe(status, {childList: true, characterData: true, subtree: true});
    await until(() => begun);
    const down = now();
    key('keydown', 'KeyA');
    await until(() => now() > down + 0.45);
    const up = now();
    key('keyup', 'KeyA');
    const next = now();
    key('keydown', 'KeyD');
    key('keyup', 'KeyD');
    seen.disconnect();
    return [[down - begun, down - counted], up - down, next - down];
})())"""
PRESS_MIDI = """data => midiInput.dispatchEvent(Object.assign(new Event('midimessage'), {data}))"""


@pytest.fixture
def keyboard(lab, notebook):
    notebook.page.add_init_script(f"({MIDI})()")
    notebook.open_blank(lab, "keyboard")
    view = notebook.run(KEYBOARD).locator("section[aria-label=Keyboard]")
    view.wait_for()
    return notebook, view


def test_mouse_computer_keys_and_midi_sound_and_reach_python(keyboard) -> None:
    notebook, view = keyboard
    page = notebook.page
    canvas = view.get_by_label("Piano keys")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 110)
    page.mouse.down()
    sounds = f"() => globalThis[Symbol.for('musenb.audio')]?.synth && ({LOUDNESS})() > 0.003"
    page.wait_for_function(sounds, timeout=60_000)
    page.mouse.up()
    before = page.evaluate(CELLS)
    for key in ("a", "w", "b", "d", "d"):
        page.keyboard.press(key)
    notebook.wait_until("len(played) == 10")
    assert page.evaluate(CELLS)[: len(before)] == before, "b would insert a cell, d d delete one"
    view.get_by_role("button", name="Listen to a MIDI keyboard").click()
    view.get_by_text("Test <b>piano</b>").first.wait_for(state="attached")
    page.evaluate(PRESS_MIDI, [0x90, 72, 33])
    page.evaluate(PRESS_MIDI, [0x80, 72, 0])
    notebook.wait_until("len(played) == 12")
    expected = [(48, 80), (60, 80), (61, 80), (64, 80), (64, 80), (72, 33)]
    told = [key for pitch, velocity in expected for key in [(pitch, velocity, True), (pitch, 0, False)]]
    assert notebook.value("played") == told
    assert notebook.errors == []


def test_a_take_is_recorded_on_the_beats_that_are_heard(keyboard) -> None:
    notebook, view = keyboard
    page = notebook.page
    view.get_by_label("Piano keys").click()
    running = "() => globalThis[Symbol.for('musenb.audio')]?.context.state === 'running'"
    page.wait_for_function(running, timeout=60_000)
    page.evaluate(PLAY, view.get_by_label("Recording", exact=True).element_handle())
    view.get_by_role("button", name="Record").click()
    (least, most), held, later = page.evaluate("() => globalThis.done")
    view.get_by_role("button", name="Stop recording").click()
    view.get_by_text("2 notes recorded").first.wait_for()
    (pitch, onset, duration), (second, after, _) = notebook.value(
        "[(n.pitch, float(n.onset), float(n.duration)) for n in keys.recording.notes]"
    )
    assert (pitch, second) == (60, 64)
    # 120 quarters a minute; the grid moves a note by an eighth of a quarter at most, its end too.
    quarters, step = 2, 1 / 4
    assert quarters * least - step / 2 - 0.02 <= onset <= quarters * most + step / 2 + 0.02
    assert duration == pytest.approx(quarters * held, abs=step + 0.02)
    assert after - onset == pytest.approx(quarters * later, abs=step + 0.02)
    assert (4 * onset) % 1 == (4 * after) % 1 == 0
    view.get_by_role("button", name="Listen to the take").wait_for()
    assert notebook.errors == []


# How many pixels are orange, as bars are.
ORANGE = """canvas => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let found = 0;
    for (let place = 0; place < data.length; place += 4) found += data[place] > 180 && data[place + 2] < 60;
    return found;
}"""


def test_a_distribution_that_it_is_handed_is_drawn_and_said(keyboard) -> None:
    notebook, view = keyboard
    canvas = view.get_by_label("Piano keys")
    assert canvas.evaluate(ORANGE) == 0
    notebook.run("keys.show_distribution({67: 0.41, 69: 0.22, 70: 0.1}, label='alto <i>beat</i>')")
    view.get_by_text("alto <i>beat</i>: G4 41 %, A4 22 %, B♭4 10 %; no pitch of these: 27 %").first.wait_for()
    notebook.page.wait_for_function(f"canvas => ({ORANGE})(canvas) > 200", arg=canvas.element_handle())
    notebook.run("keys.show_distribution(None)")
    notebook.page.wait_for_function(f"canvas => ({ORANGE})(canvas) === 0", arg=canvas.element_handle())
    assert notebook.errors == []

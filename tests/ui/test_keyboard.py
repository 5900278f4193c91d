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
    cells = page.evaluate("() => jupyterapp.shell.currentWidget.content.model.cells.length")
    for key in ("a", "w", "b", "d", "d"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.evaluate("() => jupyterapp.shell.currentWidget.content.model.cells.length") == cells
    view.get_by_role("button", name="Listen to a MIDI keyboard").click()
    view.get_by_text("Test <b>piano</b>").first.wait_for(state="attached")
    page.evaluate(PRESS_MIDI, [0x90, 72, 33])
    page.evaluate(PRESS_MIDI, [0x80, 72, 0])
    page.wait_for_timeout(300)
    output = notebook.run("print([key for key in played])")
    expected = [(48, 80), (60, 80), (61, 80), (64, 80), (64, 80), (72, 33)]
    told = [key for pitch, velocity in expected for key in [(pitch, velocity, True), (pitch, 0, False)]]
    assert str(told) in output.inner_text()
    assert notebook.errors == []


def test_a_take_is_recorded_and_a_distribution_is_drawn(keyboard) -> None:
    notebook, view = keyboard
    page = notebook.page
    view.get_by_role("button", name="Record").click()
    status = view.get_by_label("Recording", exact=True)
    begun = "shown => shown.textContent === 'bar 1, beat 1'"
    page.wait_for_function(begun, arg=status.element_handle(), timeout=30_000)
    page.keyboard.down("a")
    page.wait_for_timeout(450)
    page.keyboard.up("a")
    page.keyboard.press("d")
    view.get_by_role("button", name="Stop recording").click()
    view.get_by_text("2 notes recorded").first.wait_for()
    output = notebook.run("print('TAKE', [(n.pitch, str(n.onset), str(n.duration)) for n in keys.recording.notes])")
    said = output.inner_text()
    assert "TAKE [(60, '0'" in said or "TAKE [(60, '1/4'" in said
    assert "(64, " in said
    blue = "canvas => { const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);" \
           " let n = 0; for (let i = 0; i < data.length; i += 4) n += data[i] > 180 && data[i + 2] < 60; return n; }"
    canvas = view.get_by_label("Piano keys")
    assert canvas.evaluate(blue) == 0
    notebook.run("keys.show_distribution({67: 0.41, 69: 0.22, 70: 0.1}, label='alto <i>beat</i>')")
    view.get_by_text("alto <i>beat</i>: G4 41 %, A4 22 %, B♭4 10 %; no pitch of these: 27 %").first.wait_for()
    page.wait_for_timeout(200)
    assert canvas.evaluate(blue) > 200
    assert notebook.errors == []

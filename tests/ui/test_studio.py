"""The studio notebook as a person meets it: run from the top, it shows scores and has sound."""

from __future__ import annotations

from pathlib import Path

import pytest

# Decodes the sound of an audio element as the browser's player would: [seconds, root mean square, largest sample].
DECODE = """async audio => {
    const bytes = Uint8Array.from(atob(audio.src.split(',')[1]), letter => letter.charCodeAt(0));
    const sound = await new OfflineAudioContext(1, 1, 22050).decodeAudioData(bytes.buffer);
    const samples = sound.getChannelData(0);
    let sum = 0, peak = 0;
    for (const sample of samples) { sum += sample * sample; peak = Math.max(peak, Math.abs(sample)); }
    return [sound.duration, Math.sqrt(sum / samples.length), peak];
}"""
# The brightness 0..255 of the colour that an element's text or strokes have, and of the page behind it.
CONTRAST = """element => {
    const light = text => { const [r, g, b] = text.match(/[0-9.]+/g).map(Number); return 0.3 * r + 0.6 * g + 0.1 * b; };
    const page = getComputedStyle(document.body).getPropertyValue('--jp-layout-color0').trim();
    const probe = document.body.appendChild(document.createElement('div'));
    probe.style.color = page;
    const behind = light(getComputedStyle(probe).color);
    probe.remove();
    return Math.abs(light(getComputedStyle(element).stroke) - behind);
}"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder for the screenshots."""
    return tmp_path_factory.mktemp("screenshots")


def test_the_studio_runs_and_is_seen_and_heard(lab, notebook, pictures: Path) -> None:
    notebook.open(lab.address("studio.ipynb"))
    notebook.run_all()
    page = notebook.page
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    page.locator(".musenb-show svg").first.wait_for(timeout=60_000)

    for theme, name in [("JupyterLab Light", "light"), ("JupyterLab Dark", "dark")]:
        notebook.set_theme(theme)
        score = page.locator(".musenb-show").first
        score.scroll_into_view_if_needed()
        score.screenshot(path=pictures / f"studio-{name}.png")
        line = score.locator("g.staff > path").first
        assert line.evaluate(CONTRAST) > 100, f"the staff lines can hardly be seen in the {name} theme"

    heads = page.locator(".musenb-show [data-class='notehead']")
    assert heads.count() >= 40
    box = heads.first.bounding_box()
    assert box is not None
    assert box["width"] > 3
    assert box["height"] > 3
    assert page.locator(f".musenb-show .{'musenb-generated'}").count() > 20

    audio = page.locator(".musenb-show audio").first
    seconds, level, peak = audio.evaluate(DECODE)
    assert seconds > 5
    assert level > 0.01
    assert peak < 1
    audio.evaluate("audio => audio.play()")
    page.wait_for_function("() => document.querySelector('.musenb-show audio').currentTime > 0.2")

    assert (lab.folder / "continued.mid").read_bytes()[:4] == b"MThd"
    assert b"<score-partwise" in (lab.folder / "continued.musicxml").read_bytes()
    assert notebook.errors == []

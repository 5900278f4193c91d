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
# What a screenshot looks like: [the brightness 0..255 most of it has, share of pixels far from that, blue pixels].
LOOK = """async bytes => {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(bytes)], {type: 'image/png'}));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    canvas.drawImage(bitmap, 0, 0);
    const pixels = canvas.getImageData(0, 0, bitmap.width, bitmap.height).data;
    const light = [];
    let blue = 0;
    for (let i = 0; i < pixels.length; i += 4) {
        const [red, green, violet] = pixels.subarray(i, i + 3);
        light.push((3 * red + 6 * green + violet) / 10);
        if (violet - red > 60) blue += 1;
    }
    const paper = [...light].sort((a, b) => a - b)[light.length >> 1];
    return [paper, light.filter(value => Math.abs(value - paper) > 80).length / light.length, blue];
}"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder for the screenshots."""
    return tmp_path_factory.mktemp("screenshots")


def test_the_studio_runs_and_is_seen_and_heard(lab, notebook, pictures: Path) -> None:
    notebook.open(lab.address("studio.ipynb"))
    notebook.run_all()
    page = notebook.page
    page.set_viewport_size({"width": 1200, "height": 1600})
    warned = page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']")
    assert warned.all_inner_texts() == []
    page.locator(".musenb-show img").first.wait_for(timeout=60_000)
    scores = page.locator(".musenb-show")
    assert scores.count() == 2

    for theme, paper in [("JupyterLab Light", 255), ("JupyterLab Dark", 18)]:
        notebook.set_theme(theme)
        scores.first.scroll_into_view_if_needed()
        scores.first.screenshot(path=pictures / f"{theme.split()[1]}.png")
        found = page.evaluate(LOOK, list(scores.first.locator("img").first.screenshot()))
        assert found[0] == pytest.approx(paper, abs=8), f"paper in {theme}"
        assert 0.01 < found[1] < 0.3, f"ink in {theme}"
        assert found[2] > 200, f"blue notes in {theme}"

    for picture in scores.locator("img").all():
        drawn = picture.evaluate("image => [image.naturalWidth, atob(image.src.split(',')[1])]")
        assert drawn[0] > 0
        assert drawn[1].count('data-class="notehead"') >= 40
        assert drawn[1].count("musenb-generated") > 20

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

"""The prediction game as a class plays it: listen, predict, reveal, and all of it again after the page was reloaded."""

from __future__ import annotations

import json
import os
from pathlib import Path

from playwright.sync_api import expect

from musenb.score.spelling import spoken_pitch

LATE = 90_000
GAME = """
import musenb
score = musenb.load('corpus:bwv66.6')
asked = musenb.ask(score)
game = asked.game(seed=3, rounds=3, student='Ada'{settings})
game
"""
CLOCK = "[...globalThis[Symbol.for('musenb.clocks')].values()].find(clock => clock.end > 0)"


def start(lab, notebook, name: str, settings: str = ""):
    """Show a game of which nothing is recorded yet."""
    for record in lab.folder.glob("*.jsonl"):
        record.unlink()
    notebook.open_blank(lab, name)
    output = notebook.run(GAME.format(settings=settings))
    return view_of(output)


def view_of(output):
    view = output.get_by_role("region", name="Prediction game").first
    view.wait_for(timeout=LATE)
    return view


def answers(view) -> list[list[str]]:
    rows = view.get_by_role("table", name="All answers").locator("tbody tr")
    rows.first.wait_for(timeout=LATE)
    return [rows.nth(n).locator("th, td").all_inner_texts()[:3] for n in range(rows.count())]


def test_a_round_is_heard_predicted_revealed_and_kept(lab, notebook) -> None:
    view = start(lab, notebook, "game")
    page = notebook.page
    onset = notebook.value("float(game.game.rounds[0].onset)")
    page.wait_for_function(f"() => {CLOCK}.end === {onset}", timeout=LATE)
    place = notebook.value("game.view.rounds[0].place")
    expect(view.get_by_label("What is asked")).to_have_text(
        f"{place[0].upper()}{place[1:]}: which note comes next in the soprano?"
    )
    view.get_by_role("button", name="Listen to what comes before").click()
    page.wait_for_function(f"() => !{CLOCK}.playing && {CLOCK}.playhead === {CLOCK}.end", timeout=LATE)
    reveal = view.get_by_role("button", name="Reveal: what all say")
    expect(reveal).to_be_disabled()
    view.get_by_label("Note of the soprano").select_option("71")
    view.get_by_label("How sure you are").select_option("0.75")
    reveal.click()
    shown = answers(view)
    found = notebook.value(
        "[(p, dict(game.game.answers[0].guesses[p]), game.game.answers[0].bits[p])"
        " for p in ('student', 'model', 'counts')]"
    )
    truth = notebook.value("game.game.answers[0].composer['soprano']")
    named = {pitch: spoken_pitch(pitch) for pitch in range(36, 82)}
    assert truth in notebook.value("[n.pitch for n in score.voices[0].notes]")
    assert shown[0][:2] == ["the composer", named[truth]]
    for row, (_, guess, bits) in zip(shown[1:], found, strict=True):
        pitch = guess["soprano"]
        assert row[1] == f"{named[pitch]} {'✓' if pitch == truth else '✗'}"
        assert row[2] == f"{bits:.1f}"
    assert notebook.value("game.game.answers[0].confidence") == 0.75
    (record,) = lab.folder.glob("game-bwv66.6-3-Ada.jsonl")
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["game", "answer"]
    assert lines[1]["data"]["guesses"]["student"] == {"soprano": 71}
    expect(view.get_by_label("How it stands")).to_contain_text("1 of 3 rounds")
    keep(notebook, "game-reveal", view)
    view.get_by_role("button", name="Hear what the composer wrote").click()
    view.get_by_role("button", name="Next round").click()
    following = notebook.value("float(game.game.rounds[1].onset)")
    page.wait_for_function(f"() => {CLOCK}.end === {following}", timeout=LATE)
    page.wait_for_function(f"() => !{CLOCK}.playing && {CLOCK}.playhead === {following}", timeout=LATE)
    expect(view.get_by_role("button", name="Round 3")).to_be_disabled()
    view.get_by_text("Class result").click()
    expect(view.get_by_role("table", name="Class result").locator("tbody th")).to_have_text("Ada", timeout=LATE)
    assert notebook.errors == []


def test_what_was_entered_and_answered_is_there_after_a_reload_and_a_new_kernel(lab, notebook) -> None:
    view = start(lab, notebook, "reload", ", record='reload.jsonl'")
    page = notebook.page
    view.get_by_label("Note of the soprano").select_option("69")
    view.get_by_role("button", name="Reveal: what all say").click()
    before = answers(view)
    view.get_by_role("button", name="Next round").click()
    view.get_by_label("Note of the soprano").select_option("72")
    view.get_by_label("How sure you are").select_option("0.9")
    notebook.wait_until("game.view.entered == [72] and game.view.confidence == 0.9")
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    address = page.url
    page.goto("about:blank")
    notebook.open(address)
    view = view_of(notebook.run("game"))
    expect(view.get_by_label("Note of the soprano")).to_have_value("72")
    expect(view.get_by_label("How sure you are")).to_have_value("0.9")
    view.get_by_role("button", name="Round 1").click()
    assert answers(view) == before
    kernel = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    page.evaluate(f"() => {kernel}.restart()")
    page.wait_for_function(f"() => {kernel}.status === 'idle'", timeout=LATE)
    view = view_of(notebook.run(GAME.format(settings=", record='reload.jsonl'")))
    expect(view.get_by_role("button", name="Round 2")).to_have_attribute("aria-current", "step")
    view.get_by_role("button", name="Round 1").click()
    assert answers(view) == before


def test_a_chord_is_played_on_the_computer_keys(lab, notebook) -> None:
    view = start(lab, notebook, "chord", ", voice=None, chord=4, record=None")
    page = notebook.page
    voices = notebook.value("list(game.game.rounds[0].voices)")
    lows = notebook.value("{r.voice: r.low for r in game.view.ranges}")
    view.get_by_role("application", name="Piano keys").focus()
    for _ in range(3):
        page.keyboard.press("x")  # the lowest octave of the bass is too low for a soprano
    for _ in voices:
        page.keyboard.press("a")
    first = view.get_by_label(f"Note of the {voices[0]}")
    chosen = int(first.input_value())
    assert chosen % 12 == 0
    assert chosen >= lows[voices[0]]
    for voice in voices[1:]:
        view.get_by_label(f"Note of the {voice}").select_option(str(lows[voice] + 4))
    view.get_by_role("button", name="Reveal: what all say").click()
    shown = answers(view)
    assert [len(row[1].rstrip(" ✓✗").split()) for row in shown] == [len(voices)] * 4
    told = notebook.value("dict(game.game.answers[0].guesses['student'])")
    assert told == {voices[0]: chosen} | {voice: lows[voice] + 4 for voice in voices[1:]}
    page.set_viewport_size({"width": 480, "height": 900})
    page.wait_for_function(
        "() => [...document.querySelectorAll('.mnb-game, .mnb-game p, .mnb-game .mnb-bar')]"
        ".every(part => part.getBoundingClientRect().right <= innerWidth)"
    )
    keep(notebook, "game-narrow", view)
    assert notebook.errors == []


def keep(notebook, name: str, shown) -> None:
    """Keep a screenshot where MUSENB_PICTURES says."""
    if folder := os.environ.get("MUSENB_PICTURES"):
        notebook.page.wait_for_timeout(1000)
        shown.screenshot(path=str(Path(folder) / f"{name}.png"))

"""A question in a real page: answered, loaded again, kernel restarted, handed in."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import expect

PICTURES = os.environ.get("MUSENB_PICTURES")

SHOWN = """import musenb
from IPython.display import display
bach, other = musenb.motif("G4:1/2 A4:1/2 B4 C5 D5:2"), musenb.motif("G4:1/2 B4:1/2 A4 G4 D4:2")
choice = musenb.Question(
    "2-a", "The next bar begins with the motif again. What will have happened to it?",
    options=["It is repeated as it was.", "It starts a step higher.", "It is turned upside down."],
    right="It starts a step higher.", reveal="Bach takes the sequence up by a step, three times.",
)
words = musenb.Question("2-b", "What made you think so?")
note = musenb.Question("2-c", "Which note comes next?", kind="note", score=bach, right="E5")
takes = {"Bach": bach, "the model": other}
compare = musenb.Question("2-d", "Which of the two is Bach's?", takes=takes, right="Bach", why=True)
display(choice, words, note, compare)"""
AGAIN = 'musenb.Question("2-b", "What made you think so?")'


def test_a_question_is_answered_with_the_keyboard_and_survives(lab, notebook) -> None:
    for old in (*lab.folder.glob("musenb-answers-*"), *lab.folder.glob(".musenb-student")):
        old.unlink()
    notebook.open_blank(lab, "questions")
    area = notebook.run(SHOWN)
    choice, words, note, compare = (area.get_by_role("region", name="Question", exact=True).nth(n) for n in range(4))
    for number, question in enumerate((choice, words, note, compare)):
        expect(question.get_by_role("button", name="Keep my answer")).to_be_disabled()
        picture(notebook, question, f"open-{number}")

    choice.get_by_role("radio", name="It is repeated as it was.").focus()
    notebook.page.keyboard.press("ArrowDown")
    notebook.page.keyboard.press("ArrowDown")
    choice.get_by_role("button", name="Keep my answer").press("Enter")
    expect(choice.get_by_text("The answer is: It starts a step higher.", exact=False).first).to_be_visible()
    expect(choice.get_by_text("musenb-answers-", exact=False)).to_be_visible()

    words.get_by_role("textbox").fill("It always does, <b>in</b> his sequences.")
    words.get_by_role("button", name="Keep my answer").click()
    expect(words.get_by_role("button", name="Kept", exact=True)).to_be_disabled()

    keys = note.get_by_role("slider", name="Your note")
    keys.focus()
    keys.press("Enter")
    for _ in range(4):
        keys.press("ArrowRight")
    expect(keys).to_have_attribute("aria-valuetext", "E5")
    note.get_by_role("button", name="Keep my answer").click()
    expect(note.get_by_text("That is right.", exact=False).first).to_be_visible()

    compare.get_by_role("button", name="Play A").click()
    expect(compare.get_by_role("button", name="Stop A")).to_be_visible()
    compare.get_by_role("button", name="Stop A").click()
    compare.get_by_role("radio", name="A", exact=True).check()
    compare.get_by_role("textbox").fill("the other one leaps")
    compare.get_by_role("button", name="Keep my answer").click()
    expect(compare.get_by_text("Bach", exact=False).last).to_be_visible()
    for theme in ("light", "dark"):
        notebook.set_theme(f"JupyterLab {theme.title()}")
        for number, question in enumerate((choice, words, note, compare)):
            picture(notebook, question, f"{theme}-{number}")
    notebook.page.set_viewport_size({"width": 480, "height": 900})
    for number, question in enumerate((choice, words, note, compare)):
        picture(notebook, question, f"narrow-{number}")
    notebook.page.set_viewport_size({"width": 1200, "height": 1000})

    with notebook.page.expect_download() as handed:
        choice.get_by_role("button", name="Save the file with all my answers").click()
    content = Path(handed.value.path()).read_text()
    assert content.count('"kind":"answer"') == 4
    assert handed.value.suggested_filename.startswith("musenb-answers-")
    assert (lab.folder / handed.value.suggested_filename).read_text() == content

    notebook.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    area = notebook.run("import musenb\n" + AGAIN)
    again = area.get_by_role("region", name="Question", exact=True)
    expect(again.get_by_role("textbox")).to_have_value("It always does, <b>in</b> his sequences.")
    expect(again.get_by_role("button", name="Kept", exact=True)).to_be_visible()
    assert notebook.errors == []


def picture(notebook, question, name: str) -> None:
    """Keep a picture where one was asked for."""
    if PICTURES:
        question.scroll_into_view_if_needed()
        question.screenshot(path=Path(PICTURES) / f"question-{name}.png")

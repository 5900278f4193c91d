"""MusicXML chord symbols, figures and numerals as text."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from musenb.score.musicxml.pitches import AS_WRITTEN, STEPS, Transposition, moved
from musenb.score.plain import plain_text
from musenb.score.spelling import SEMITONES

LONGEST = 40
KINDS = {
    "major": "", "minor": "m", "augmented": "+", "diminished": "dim", "dominant": "7", "major-seventh": "maj7",
    "minor-seventh": "m7", "diminished-seventh": "dim7", "augmented-seventh": "+7", "half-diminished": "m7b5",
    "major-minor": "m(maj7)", "major-sixth": "6", "minor-sixth": "m6", "dominant-ninth": "9", "major-ninth": "maj9",
    "minor-ninth": "m9", "dominant-11th": "11", "major-11th": "maj11", "minor-11th": "m11", "dominant-13th": "13",
    "major-13th": "maj13", "minor-13th": "m13", "suspended-second": "sus2", "suspended-fourth": "sus4",
    "Neapolitan": "N6", "Italian": "It6", "French": "Fr6", "German": "Ger6", "pedal": "ped", "power": "5",
    "Tristan": "Tristan",
}  # fmt: skip
SIGNS = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}
FIGURE_SIGNS = {
    "sharp": "#", "flat": "b", "natural": "n", "double-sharp": "##", "sharp-sharp": "##", "flat-flat": "bb",
    "slash": "/", "back-slash": "\\", "vertical": "+", "cross": "+",
}  # fmt: skip

DIMINISHED = re.compile(r"(?<=[iv])o")


def harmony_text(harmony: Element, transposition: Transposition) -> tuple[str, str]:
    """Return the text of a <harmony> and its kind: 'chord', or 'numeral' for one in the key."""
    degree = harmony.find("numeral/numeral-root")
    written = "" if degree is None else degree.get("text") or degree.text or ""
    numeral = written or harmony.findtext("function") or ""
    kind = harmony.find("kind")
    name = (kind.text or "").strip() if kind is not None else ""
    if name == "none" and not numeral:
        return "N.C.", "chord"
    shown = None if kind is None else kind.get("text")
    symbols = None if kind is None else kind.get("use-symbols")
    quality = KINDS.get(name, "") if shown is None or symbols == "yes" else shown
    root = numeral or _letter(harmony.find("root"), "root", transposition)
    degrees = "".join(map(_degree, harmony.findall("degree")))
    bass = _letter(harmony.find("bass"), "bass", transposition)
    text = f"{root}{quality}{degrees}" + (f"/{bass}" if bass else "")
    return plain_text(text, LONGEST), "numeral" if numeral else "chord"


def printed_numeral(numeral: str) -> str:
    """Return a numeral with the signs that are printed: 'viio7' as 'vii°7', 'ii%6/5' as 'iiø6/5'."""
    return DIMINISHED.sub("°", numeral).replace("%", "ø")


def figures_text(figured_bass: Element) -> str:
    """Return the figures of a <figured-bass> from the top down: '6 4', '7 #'."""
    figures = []
    for figure in figured_bass.findall("figure"):
        before = FIGURE_SIGNS.get(figure.findtext("prefix", ""), "")
        after = FIGURE_SIGNS.get(figure.findtext("suffix", ""), "")
        figures.append(before + figure.findtext("figure-number", "") + after)
    return plain_text(" ".join(filter(None, figures)), LONGEST)


def _letter(element: Element | None, part: str, transposition: Transposition) -> str:
    """Return the root or bass of a chord at concert pitch: 'F#'; empty when there is none."""
    if element is None:
        return ""
    step = element.findtext(f"{part}-step", "").strip()
    if step not in STEPS or not step:
        return ""
    alter = _alter(element.findtext(f"{part}-alter"))
    if transposition is not AS_WRITTEN:
        pitch = 60 + SEMITONES[step] + alter + transposition.semitones
        step, alter, _ = moved(step, 4, pitch, transposition.steps)
    return step + SIGNS.get(alter, "")


def _degree(degree: Element) -> str:
    """Return an added, altered or omitted degree: 'add9', '#5', 'no3'."""
    value = degree.findtext("degree-value", "")
    alter = _alter(degree.findtext("degree-alter"))
    kind = degree.findtext("degree-type", "")
    before = {"add": "add", "subtract": "no"}.get(kind, "")
    return f"{before}{SIGNS.get(alter, '')}{value}"


def _alter(text: str | None) -> int:
    """Return an alteration in whole semitones, -2..2; anything else counts as none."""
    sign = (text or "").strip()
    return int(sign) if sign in ("-2", "-1", "1", "2") else 0

"""Bar lines and jumps in MusicXML: repeat signs, endings, da capo and its kin.

A repeat sign inside a bar parts it into two measures, the second one uncounted.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from xml.sax.saxutils import escape

from musenb.score.marks import Repeat
from musenb.score.note import Bar, Score

SIGNS = ("forward", "backward", "ending start", "ending stop")
JUMPS = {
    "fine": ("<words>Fine</words>", "fine"),
    "to coda": ("<words>To Coda</words>", "tocoda"),
    "da capo": ("<words>D.C.</words>", "dacapo"),
    "dal segno": ("<words>D.S.</words>", "dalsegno"),
}
TARGETS = {"segno": ("<segno/>", "segno"), "coda": ("<coda/>", "coda")}
FINAL = "<bar-style>light-heavy</bar-style>"


def written_measures(score: Score, bars: Sequence[Bar]) -> list[Bar]:
    """Return the measures to be written for some bars: those with a repeat sign inside in two or more.

    What follows the last sign and is silent to the end of the score is left out.
    """
    points = sorted({mark.onset for mark in score.repeats if mark.kind in SIGNS})
    measures: list[Bar] = []
    for bar in bars:
        inside = [point for point in points if bar.onset < point < bar.end]
        edges = [bar.onset, *inside, bar.end]
        for start, end in itertools.pairwise(edges):
            if start > bar.onset and start >= score.end:
                break
            measures.append(
                dataclasses.replace(
                    bar,
                    onset=start,
                    end=end,
                    before=start - bar.first_beat,
                )
            )
    return measures


def measure_number(bar: Bar, score: Score) -> str:
    """Return the attributes that number a measure; one that fills no bar is not counted."""
    second = bar.number > 0 and bar.before > 0
    irregular = any(measure.onset == bar.onset for measure in score.measures)
    implicit = ' implicit="yes"' if bar.number == 0 or second or irregular else ""
    return f'number="{"X" if second else ""}{bar.number}"{implicit}'


class BarLines:
    """The marks of a score by their places."""

    def __init__(self, score: Score) -> None:
        self._at: dict[Fraction, list[Repeat]] = defaultdict(list)
        for mark in score.repeats:
            self._at[mark.onset].append(mark)

    def left(self, bar: Bar) -> Iterator[str]:
        """Yield the bar line at the beginning of a measure, where a sign stands."""
        ending = next((mark for mark in self._of(bar.onset, "ending start")), None)
        forward = any(self._of(bar.onset, "forward"))
        content = f'<ending number="{_numbers(ending)}" type="start"/>' if ending else ""
        content += '<repeat direction="forward"/>' if forward else ""
        if content:
            style = "<bar-style>heavy-light</bar-style>" if forward else ""
            yield f'      <barline location="left">{style}{content}</barline>'

    def right(self, bar: Bar, *, final: bool) -> Iterator[str]:
        """Yield the bar line at the end of a measure, where a sign stands or the music ends."""
        ending = next((mark for mark in self._of(bar.end, "ending stop")), None)
        backward = next((mark for mark in self._of(bar.end, "backward")), None)
        content = FINAL if final or backward else ""
        content += f'<ending number="{_numbers(ending)}" type="stop"/>' if ending else ""
        if backward:
            times = f' times="{backward.times}"' if backward.times != 2 else ""
            content += f'<repeat direction="backward"{times}/>'
        if content:
            yield f'      <barline location="right">{content}</barline>'

    def targets(self, bar: Bar) -> Iterator[tuple[Fraction, str, str]]:
        """Yield (quarters from the bar line, sign, sound) of what jumps lead to, and of the labels of parts."""
        for onset, marks in self._at.items():
            if not bar.onset <= onset < bar.end:
                continue
            for mark in marks:
                if mark.kind in TARGETS:
                    sign, name = TARGETS[mark.kind]
                    yield onset - bar.onset, sign, f'{name}="{name}"'
                elif mark.kind == "part" and mark.text:
                    yield onset - bar.onset, f"<rehearsal>{escape(mark.text)}</rehearsal>", ""

    def jumps(self, bar: Bar) -> Iterator[str]:
        """Yield the jumps at the end of a measure."""
        for mark in self._at.get(bar.end, ()):
            if mark.kind in JUMPS:
                words, name = JUMPS[mark.kind]
                value = "yes" if name in ("fine", "dacapo") else name.removeprefix("to").removeprefix("dal")
                yield f"      {direction(words, f'{name}={chr(34)}{value}{chr(34)}')}"

    def _of(self, onset: Fraction, kind: str) -> Iterator[Repeat]:
        return (mark for mark in self._at.get(onset, ()) if mark.kind == kind)


def direction(sign: str, sound: str, offset: str = "") -> str:
    """Return a direction with a sign, and the attributes of its sound; `offset` is an element, or nothing."""
    sounding = f"<sound {sound}/>" if sound else ""
    return f'<direction placement="above"><direction-type>{sign}</direction-type>{offset}{sounding}</direction>'


def _numbers(ending: Repeat) -> str:
    return ", ".join(map(str, ending.numbers))

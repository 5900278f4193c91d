"""Voice alignment in ABC: bars of one number begin together, though a voice's bar may be short or long of its metre."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from fractions import Fraction

from musenb.score.abc.report import Report
from musenb.score.abc.voice import Span, VoiceState


class Clock:
    """The way from a voice's own times to those of the score, bar by bar."""

    def __init__(self, own: Sequence[Fraction], score: Sequence[Fraction]) -> None:
        self._own, self._score = list(own), list(score)

    def onset(self, time: Fraction) -> Fraction:
        """Return where something that begins at a time of the voice begins in the score."""
        return self._moved(time, bisect_right(self._own, time) - 1)

    def end(self, time: Fraction) -> Fraction:
        """Return where something that ends at a time of the voice ends in the score."""
        return self._moved(time, bisect_left(self._own, time) - 1)

    def _moved(self, time: Fraction, index: int) -> Fraction:
        if index < 0:
            return time
        return self._score[index] + time - self._own[index]


SAME = Clock((), ())


def aligned(
    voices: Sequence[VoiceState],
    report: Report,
) -> tuple[list[Clock], list[Span]]:
    """Return a clock for each voice, and the bars of the score.

    When the voices have as many bars each, a bar is as long as in the voice where it is longest. When they have not,
    each voice keeps its own times.
    """
    bars = _with_equal_counts(voices)
    longest = max(bars, key=len, default=[])
    if all(spans == longest[: len(spans)] for spans in bars):
        return [SAME] * len(bars), longest
    if any(len(spans) != len(longest) for spans in bars):
        report.note("bars", "do not lie under each other: the voices have different numbers of bars", line=0)
        return [SAME] * len(bars), bars[0]
    starts: list[Fraction] = []
    spans: list[Span] = []
    time = Fraction(0)
    for column in zip(*bars, strict=True):
        lengths = {span.end - span.start for span in column}
        if len(lengths) > 1:
            report.note("bars", "of different lengths in the voices: the shorter ones are filled with rests", line=0)
        starts.append(time)
        end = time + max(lengths)
        spans.append(Span(time, end, any(span.closed for span in column)))
        time = end
    clocks = [Clock([span.start for span in voice], starts) for voice in bars]
    return clocks, spans


def _with_equal_counts(voices: Sequence[VoiceState]) -> list[list[Span]]:
    """Return the bars of each voice; one that begins with a bar line where others have an upbeat has an empty bar."""
    most = max((len(voice.spans) for voice in voices), default=0)
    bars = []
    for voice in voices:
        missing = voice.opened_by_line and len(voice.spans) == most - 1
        zero = Span(Fraction(0), Fraction(0))
        bars.append([zero, *voice.spans] if missing else list(voice.spans))
    return bars

"""Written rhythms of a bar: symbols, ties, beams and tuplets."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.export.beaming import beat_groups
from musenb.export.notation import NAMES, Stretch, metre_levels, write_bar
from musenb.export.to_musicxml import musicxml_bytes
from musenb.export.tuplets import UnwritableError
from musenb.score.from_abc import score_from_abc
from musenb.score.note import Note, TimeSignature
from tests.export.metres import BALKAN, FOUR, SIX, THREE


def symbols(metre: TimeSignature, rhythm: str) -> str:
    """Write a rhythm such as '1/2 -1 5/2' ('-' before a rest) in one bar and tell the symbols: 'q.' '~' for a tie."""
    letters = {"whole": "w", "half": "h", "quarter": "q", "eighth": "e", "16th": "s", "32nd": "t", "": "bar"}
    letters = {name: name for name in NAMES} | letters
    position, stretches, told = Fraction(0), [], []
    for length in rhythm.split():
        rest, duration = length.startswith("-"), abs(Fraction(length))
        notes = () if rest else ((len(stretches), Note(position, duration, 60)),)
        stretches.append(Stretch(position, position + duration, notes))
        position += duration
    for s in write_bar(stretches, metre):
        tied = any(s.start + s.duration < note.end for _, note in s.notes)
        triplet = "3" if s.tuplet else ""
        told.append(("" if s.notes else "-") + letters[s.name] + "." * s.dots + triplet + "~" * tied)
    return " ".join(told)


@pytest.mark.parametrize(
    ("metre", "rhythm", "written"),
    [
        (FOUR, "1 1 1 1", "q q q q"),
        (FOUR, "4", "w"),
        (FOUR, "-4", "-bar"),
        (FOUR, "1/2 1 1/2 2", "e q e h"),  # a syncopation inside the half bar
        (FOUR, "1 2 1", "q h q"),
        (FOUR, "3/2 1 3/2", "q. e~ e q."),  # the middle of the bar is shown
        (FOUR, "1/2 3/2 2", "e q. h"),
        (FOUR, "1 3/2 3/2", "q q~ e q."),
        (FOUR, "5/4 3/4 2", "q~ s e. h"),
        (FOUR, "1/4 1/2 1/4 1 2", "s e s q h"),
        (FOUR, "3/4 1/2 3/4 2", "e. s~ s e. h"),
        (FOUR, "7/2 1/2", "h~ q. e"),
        (FOUR, "-3 1", "-h -q q"),
        (FOUR, "1 -2 1", "q -q -q q"),  # a rest never hides the middle of the bar
        (THREE, "3", "h."),
        (THREE, "1/2 2 1/2", "e e~ q. e"),
        (SIX, "3", "h."),
        (SIX, "1 1/2 1 1/2", "q e q e"),
        (SIX, "2 1", "q.~ e q"),
        (SIX, "1 1 1", "q e~ e q"),
        (TimeSignature(beats=9, unit=8), "9/2", "h.~ q."),
        (TimeSignature(beats=5, unit=4), "5", "w~ q"),
        (TimeSignature(beats=7, unit=8), "7/2", "h~ q."),  # 2+2+3
        (TimeSignature(beats=7, unit=8), "-1/2 -3", "-e -e -q -q."),
        (BALKAN, "7/2", "q.~ h"),
        (BALKAN, "1/2 1 2", "e q h"),
        (BALKAN, "1 1 3/2", "q e~ e e~ q"),  # every group is shown
        (TimeSignature(beats=8, unit=8, groups=(3, 3, 2)), "3 1", "h. q"),
        (TimeSignature(beats=5, unit=4, groups=(3, 2)), "5", "h.~ h"),
        (BALKAN, "3/2 1/3 1/3 1/3 1", "q. e3 e3 e3 q"),
        (FOUR, "1/3 1/3 1/3 1 2", "e3 e3 e3 q h"),
        (FOUR, "2/3 1/3 1 2", "q3 e3 q h"),
        (FOUR, "2/3 2/3 2/3 2", "q3 q3 q3 h"),
        (FOUR, "4/3 4/3 4/3", "h3 h3 h3"),
        (FOUR, "1/6 1/6 1/6 1/2 1 2", "s3 s3 s3 e q h"),
        (FOUR, "1/3 5/3 2", "e3 q3~ q h"),
        (FOUR, "1/3 1/6 1/6 1/3 1 2", "e3 s3 s3 e3 q h"),
        (SIX, "1/2 1/6 1/6 1/6 1/2 3/2", "e s3 s3 s3 e q."),
    ],
)
def test_how_rhythms_are_written(metre: TimeSignature, rhythm: str, written: str) -> None:
    assert symbols(metre, rhythm) == written


@pytest.mark.parametrize(
    ("metre", "rhythm", "beams"),
    [
        (FOUR, "1/2 1/2 1/2 1/2 2", ["begin", "end", "begin", "end", ""]),
        (FOUR, "3/4 1/4 1/4 3/4 2", ["begin", "end+backward hook", "begin+forward hook", "end", ""]),
        (FOUR, "1/4 1/4 1/2 -1/2 1/2 2", ["begin+begin", "continue+end", "end", "", "", ""]),
        (SIX, "1/2 1/2 1/2 1/2 1", ["begin", "continue", "end", "", ""]),
    ],
)
def test_beams_follow_the_beat(metre: TimeSignature, rhythm: str, beams: list[str]) -> None:
    position, stretches = Fraction(0), []
    for length in rhythm.split():
        duration = abs(Fraction(length))
        notes = () if length.startswith("-") else ((0, Note(position, duration, 60)),)
        stretches.append(Stretch(position, position + duration, notes))
        position += duration
    assert ["+".join(s.beams) for s in write_bar(stretches, metre)] == beams


METRES = (FOUR, THREE, SIX, BALKAN, TimeSignature(beats=7, unit=8), TimeSignature(beats=2, unit=2))


@given(st.sampled_from(METRES), st.data())
def test_symbols_fill_the_bar_exactly(metre: TimeSignature, data: st.DataObject) -> None:
    grid = data.draw(st.sampled_from((Fraction(1, 4), Fraction(1, 6), Fraction(1, 12), Fraction(1, 16))))
    steps = range(1, int(metre.bar_length / grid))
    cuts = sorted({0, *data.draw(st.lists(st.sampled_from(steps), max_size=8))})
    edges = [*(cut * grid for cut in cuts), metre.bar_length]
    stretches = [Stretch(a, b, ((0, Note(a, b - a, 60)),)) for a, b in itertools.pairwise(edges)]
    written = write_bar(stretches, metre)
    assert [s.start for s in written] == [0, *(s.start + s.duration for s in written[:-1])]
    assert sum(s.duration for s in written) == metre.bar_length
    assert {s.start for s in written} >= {Fraction(edge) for edge in edges[:-1]}


def test_a_few_times_finer_than_a_256th_are_written_and_many_are_not() -> None:
    assert symbols(FOUR, "1/128 127/128 3") == "512th 256th.~ 128th~ 64th~ t~ s~ e h."
    assert symbols(FOUR, "1483/384 53/384").startswith("h~ q~ e~ s~ 64th.~ ")
    assert symbols(BALKAN, "1/2 1/384 1151/384")
    with pytest.raises(UnwritableError):
        symbols(FOUR, " ".join(["1/128"] * 16) + " 31/8")


def test_a_bar_of_thousands_of_quarters_is_written_without_depth() -> None:
    score = score_from_abc(b"X:1\nM:4/4\nL:1/4\nK:C\nCDEF|c9999|C4|", source="t.abc")
    written = musicxml_bytes(score)
    assert written.count(b"<type>") > 1_000


def test_levels_of_a_bar() -> None:
    assert metre_levels(FOUR)[:4] == (4, 2, 1, Fraction(1, 2))
    assert metre_levels(TimeSignature(beats=12, unit=8))[:4] == (6, 3, Fraction(3, 2), Fraction(1, 2))
    with pytest.raises(UnwritableError, match="1/257"):
        symbols(FOUR, "1/257 1027/257")


@pytest.mark.parametrize(
    ("metre", "rhythm", "written"),
    [
        (FOUR, "1/5 1/5 1/5 1/5 1/5 3", "5:4 16th 16th 16th 16th 16th, half."),
        (FOUR, "2/5 2/5 1/5 1 2", "5:4 eighth eighth 16th, quarter half"),
        (FOUR, "2/7 2/7 2/7 2/7 2/7 2/7 2/7 2", "7:4 eighth eighth eighth eighth eighth eighth eighth, half"),
        (FOUR, "4/5 4/5 4/5 4/5 4/5", "5:4 quarter quarter quarter quarter quarter"),
        (FOUR, "1/3 2/15 2/15 2/15 2/15 2/15 3", "15:8 eighth 32nd 16th 16th 16th 16th 16th, half."),
        (SIX, "3/10 3/10 3/10 3/10 3/10 3/2", "5:3 eighth eighth eighth eighth eighth, quarter."),
        (THREE, "3/5 3/5 3/5 3/5 3/5", "5:3 quarter quarter quarter quarter quarter"),
        (THREE, "1/9 1/9 1/9 1/9 1/9 1/9 1/9 1/9 1/9 2", "9:8 32nd 32nd 32nd 32nd 32nd 32nd 32nd 32nd 32nd, half"),
    ],
)
def test_tuplets_of_any_number(metre: TimeSignature, rhythm: str, written: str) -> None:
    position, stretches = Fraction(0), []
    for length in map(Fraction, rhythm.split()):
        stretches.append(Stretch(position, position + length, ((0, Note(position, length, 60)),)))
        position += length
    told = []
    for ratio, group in itertools.groupby(write_bar(stretches, metre), key=lambda s: s.ratio):
        names = " ".join(s.name + "." * s.dots for s in group)
        told.append(names if ratio == (1, 1) else f"{ratio[0]}:{ratio[1]} {names}")
    assert ", ".join(told) == written


@pytest.mark.parametrize(
    ("metre", "groups"),
    [
        ((5, 8), [2, 3]), ((7, 8), [2, 2, 3]), ((11, 8), [2, 2, 2, 2, 3]), ((7, 16), [2, 2, 3]), ((3, 8), [3]),
        ((7, 8, (3, 2, 2)), [3, 2, 2]), ((9, 8, (2, 2, 2, 3)), [2, 2, 2, 3]), ((8, 8, (3, 5)), [3, 2, 3]),
        ((5, 4, (3, 2)), [1] * 5), ((9, 8, (6, 3)), [3, 3, 3]), ((4, 8), [2, 2]), ((4, 4), [1, 1, 1, 1]),
        ((7, 4), [1] * 7), ((6, 8), [3, 3]), ((9, 16), [3, 3, 3]), ((2, 2), [1, 1]), ((1, 8), [1]),
    ],
)  # fmt: skip
def test_beams_go_by_the_groups_of_the_metre(metre: tuple, groups: list[int]) -> None:
    assert list(beat_groups(TimeSignature(Fraction(0), *metre))) == groups

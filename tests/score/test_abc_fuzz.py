"""ABC that was damaged: read, or refused with a LoadError; never anything else, and never slowly."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import LoadError
from musenb.score.from_abc import score_from_abc
from musenb.score.limits import Limits
from musenb.score.note import Score

TUNE = (
    "X:1\nT:Damaged\nM:6/8\nL:1/8\nQ:3/8=100\nV:1 clef=treble-8\nV:2 transpose=2\nK:D Phr ^f\n"
    'V:1\n|:"Am"^A2>B (3cde|[CEG]2- [CE]{ag}f !fermata!H_b,,:|1 Z2 z/ x3/2 y |2 a&[K:G]b- [M:2+3/8][L:1/4]b::\n'
    "V:2\nc'//<d (5:4:6abcdef| U~T.v \\\nw:la-la\n%%score (2|1)\n[V:1]&c& d [1,3 e [2 .| f- |]\n"
)
PIECES = (
    *("[", "]", "|", ":", "&", "-", ">", "<<", "(3", "(", "{", "}", '"', "!", "+", "%", "\\", "\n", "0", "/", "9"),
    *(
        "[V:2]",
        "[K:",
        "[M:0/0]",
        "[L:0]",
        "M:",
        "K:",
        "V:3\n",
        "Q:0",
        "Z99",
        "c99999",
        "^",
        "_/",
        "X:2\n",
        "\n\n",
        "\x00",
    ),
)


def read_or_refused(data: bytes) -> Score | None:
    """Return the score, or None when the data are refused as they should be."""
    try:
        return score_from_abc(data, source="t.abc")
    except LoadError:
        return None


@given(
    st.lists(st.tuples(st.integers(0, len(TUNE)), st.integers(0, 12), st.sampled_from(PIECES)), min_size=1, max_size=8)
)
def test_damaged_tunes_are_read_or_refused(changes: list[tuple[int, int, str]]) -> None:
    text = TUNE
    for place, cut, piece in changes:
        text = text[:place] + piece + text[place + cut :]
    score = read_or_refused(text.encode())
    assert score is None or all(voice.notes == tuple(sorted(voice.notes, key=order)) for voice in score.voices)


def order(note: object) -> tuple:
    return note.onset, note.pitch, note.duration


@given(st.binary(max_size=200))
def test_any_bytes_after_a_header_are_read_or_refused(data: bytes) -> None:
    read_or_refused(b"X:1\nK:C\n" + data)


@given(st.text("ABCabcz^_=,'/234|:[]()<>-{}\"&! HTuvZ", max_size=120))
def test_any_signs_of_music_are_read_or_refused(body: str) -> None:
    read_or_refused(f"X:1\nM:3/4\nL:1/8\nK:G\n{body}\n".encode())


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "[",
            "[K:",
            "[K:D]",
            "[M:3/4]",
            "[Q:120]",
            "[V:1]",
            "(",
            "(3",
            '"',
            '"C',
            '"C"',
            "!",
            "!a",
            "+",
            "+a",
            "{",
            "&",
        ),
        *("|:", "::", ":", "|1", "-", "c-", ">", "c>", "C/2D>", "^", "z", "Z", "U", "?", "\\", "X:1\nK:C\n", "X:1\n"),
        *("\n", "\n\nc|", "%%begintext\n", "+:more\n", "V:1\n", "w:la\n", "c|\n", "c4|", "[CEG]", "{cde}f", "!trill!c"),
    ],
)
def test_long_files_of_one_thing_take_a_moment(unit: str) -> None:
    body = unit * (30_000 // len(unit))
    begun = time.process_time()
    read_or_refused(f"X:1\nM:4/4\nL:1/8\nK:C\nCDEF|\n{body}".encode())
    assert time.process_time() - begun < 8


def test_the_limits_of_the_caller_hold() -> None:
    tune = b"X:1\nL:1/4\nK:C\nCDEF|GABc|"
    told = r"t\.abc, line 4: more than 7 notes \(limits=musenb\.Limits\(notes=\.\.\.\) raises it\)"
    with pytest.raises(LoadError, match=told):
        score_from_abc(tune, source="t.abc", limits=Limits(notes=7))
    assert len(score_from_abc(tune, source="t.abc", limits=Limits(notes=8)).notes) == 8
    with pytest.raises(LoadError, match="line 5: more than 2 voices"):
        score_from_abc(b"X:1\nK:C\nV:1\nV:2\nV:3\nc|", source="t.abc", limits=Limits(tracks=2))

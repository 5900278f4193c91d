"""Notes on their way to the page: the table, the stream, what is lost and sent again."""

from __future__ import annotations

import threading
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from musenb.score.note import GIVEN, Note, Origin, Score, Tempo, TimeSignature, Voice
from musenb.widgets.notes import NoteView, note_id, pack, parse_note_id, piece_of, rows_of, unpack
from musenb.widgets.wire.notes import FERMATA, GENERATED, NAMED, STREAM_RATE

WRITTEN = Origin("chorale", 7)
# frontend/tests/core/table.test.ts reads the same bytes.
TWO_NOTES = bytes.fromhex(
    "0000000000000000555555555555d53f"
    "000000000000f03f000000000000e03f"
    "00000000070000003c43506400010003"
)


class Recorded(NoteView):
    """A view without a page: what it sends is kept."""

    def __init__(self, score: Score | None = None) -> None:
        self.sent: list[tuple[float, dict, bytes]] = []
        super().__init__(score)

    def send(self, content: dict, buffers: list[bytes] | None = None) -> None:
        """Keep a message."""
        self.sent.append((time.monotonic(), content, b"".join(buffers or [])))


def duet() -> Score:
    return Score(
        (
            Voice("soprano", (Note(Fraction(0), Fraction(1), 72), Note(Fraction(1), Fraction(1), 74, fermata=True))),
            Voice("", (Note(Fraction(0), Fraction(2), 60, origin=WRITTEN),)),
        ),
        metres=(TimeSignature(Fraction(0), 3, 4),),
        tempos=(Tempo(Fraction(0), 72),),
        anacrusis=Fraction(1),
        title="<b>Duet</b>",
    )


def test_the_table_is_what_the_page_reads() -> None:
    rows = [
        (0, 0, Note(Fraction(0), Fraction(1), 60)),
        (1, 7, Note(Fraction(1, 3), Fraction(1, 2), 67, 100, fermata=True, origin=WRITTEN)),
    ]
    assert pack(rows) == TWO_NOTES
    assert pack([]) == b""


@given(
    st.lists(
        st.tuples(
            st.integers(0, 255),
            st.integers(0, 2**32 - 1),
            st.builds(
                Note,
                onset=st.fractions(0, 10_000, max_denominator=96),
                duration=st.fractions(Fraction(1, 96), 16, max_denominator=96),
                pitch=st.integers(0, 127),
                velocity=st.integers(1, 127),
                fermata=st.booleans(),
                origin=st.sampled_from([GIVEN, WRITTEN]),
            ),
        ),
        max_size=20,
    )
)
def test_unpacking_is_the_inverse_of_packing(rows: list) -> None:
    table = unpack(pack(rows))
    assert len(table) == len(rows)
    for found, (voice, index, note) in zip(table, rows, strict=True):
        assert (found["voice"], found["index"], found["pitch"], found["velocity"]) == (
            *(voice, index, note.pitch, note.velocity),
        )
        assert Fraction(float(found["onset"])).limit_denominator(96) == note.onset
        assert bool(found["flags"] & GENERATED) == note.origin.generated
        assert bool(found["flags"] & FERMATA) == note.fermata


def test_half_a_note_is_refused() -> None:
    with pytest.raises(ValueError, match="23 bytes: not a multiple of 24"):
        unpack(TWO_NOTES[:23])


def test_ids_go_both_ways() -> None:
    assert parse_note_id(note_id(3, 41)) == (3, 41)
    for wrong in ("", "v1", "n2", "v1n", "vxn2", "x1n2", "v1n2-3", "v-1n2"):
        with pytest.raises(ValueError, match="is no note id"):
            parse_note_id(wrong)


def test_a_piece_says_what_a_view_needs() -> None:
    piece = piece_of(duet())
    assert piece["voices"] == ["soprano", "voice 2"]
    assert piece["end"] == 2
    assert [tuple(bar) for bar in piece["bars"]] == [(0, 1, 0, 3, 4, 1, 1), (1, 4, 1, 3, 4, 1, 1)]
    assert [tuple(tempo) for tempo in piece["tempos"]] == [(0, 72)]
    assert [index for _, index, _ in rows_of(duet())] == [0, 0, 1]


def test_a_view_tells_what_it_shows() -> None:
    view = NoteView(duet())
    assert view.describe() == "<b>Duet</b>, 1 bar, 2 voices, 3 notes, 1 of them generated."
    data, _ = view._repr_mimebundle_()
    assert data["image/png"].startswith("iVBORw0KGgo")
    assert NoteView().picture() is None


def streamed(view: Recorded) -> np.ndarray:
    return np.concatenate([unpack(table) for _, content, table in view.sent if content["kind"] == "append"])


def written(onset: int) -> tuple[int, Note]:
    return 1, Note(Fraction(onset, 4), Fraction(1, 4), 60, origin=WRITTEN)


def test_a_stream_is_gathered_and_arrives_whole() -> None:
    view = Recorded(duet())
    worker = threading.Thread(target=lambda: [view.append([written(8 + number)]) for number in range(500)])
    worker.start()
    worker.join()
    assert view.streaming
    view.commit()
    batches = view.sent
    times = [sent for sent, _, _ in batches]
    assert len(times) <= 2 + STREAM_RATE * (times[-1] - times[0])
    assert [content["seq"] for _, content, _ in batches] == list(range(1, len(batches) + 1))
    assert streamed(view)["index"].tolist() == list(range(1, 501))
    assert not view.streaming
    assert view.seq == len(batches)
    assert len(unpack(view.notes)) == 503
    assert view.piece["end"] == 2 + 500 / 4


def test_the_last_notes_are_not_left_behind() -> None:
    view = Recorded()
    view.append([written(0)])
    view.append([written(1)])
    deadline = time.monotonic() + 5
    while len(streamed(view)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(streamed(view)) == 2


def test_a_page_that_missed_batches_gets_them_again() -> None:
    view = Recorded()
    for onset in range(3):
        view.append([written(onset)])
        view._flush()
    view.sent.clear()
    view._handle_custom_msg({"kind": "resend", "seq": 2}, [])
    assert [content["seq"] for _, content, _ in view.sent] == [2, 3]
    view.commit()
    view.sent.clear()
    view._handle_custom_msg({"kind": "resend", "seq": 1}, [])
    assert view.sent == []


def test_a_closed_view_sends_nothing_more() -> None:
    view = Recorded()
    view.append([written(0)])
    view.append([written(1)])
    view.close()
    view.sent.clear()
    time.sleep(0.1)
    assert view.sent == []


def test_each_change_counts_the_version_up() -> None:
    view = NoteView(duet())
    before = view.version
    view.show_score(duet())
    view.commit()
    assert view.version == before + 2


def test_every_view_calls_a_note_as_the_score_spells_it() -> None:
    from musenb.score.note import KeySignature
    from musenb.score.spelling import alterations
    from musenb.widgets.attention import Attention
    from musenb.widgets.keyboard import Keyboard
    from musenb.widgets.roll import Roll
    from musenb.widgets.sheet_press import Press, lay_out_sheet

    a_minor = KeySignature(Fraction(0), 0, "minor")
    melody = (
        Note(Fraction(0), Fraction(1), 68),
        Note(Fraction(1), Fraction(1), 69),
        Note(Fraction(2), Fraction(2), 68, spelling="Ab4"),
    )
    score = Score((Voice("soprano", melody),), keys=(a_minor,))
    view = Attention(score, np.ones((1, 1, 3, 3), np.float32) / 3)
    assert [view.name_of(row) for row in range(3)] == ["G♯4, bar 1", "A4, bar 1", "A♭4, bar 1"]
    layout = lay_out_sheet(score, edition=1, width=900, staves="each", transpose=0, growing=False)
    _, plate = Press().plate(layout, 0)
    assert [head.name for head in plate["heads"]] == ["G♯4", "A4", "A♭4"]
    assert piece_of(score)["alters"] == list(alterations(a_minor))
    assert piece_of(score)["alters"][8] == 1
    flags = unpack(view.notes)["flags"] // NAMED
    assert flags.tolist() == [0, 0, -1 + 3], "only the name that the key would not give is sent"
    assert Roll(score).describe().endswith("From A♭4 to A4.")

    keyboard = Keyboard(score)
    keyboard.show_distribution({68: 0.5})
    assert "G♯4 50 %" in keyboard.description
    flat = Keyboard(Score(score.voices, keys=(KeySignature(Fraction(0), -4, "major"),)))
    flat.show_distribution({68: 0.5})
    assert "A♭4 50 %" in flat.description

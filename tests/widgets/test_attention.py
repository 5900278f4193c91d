"""The attention view's Python half: true numbers on the wire, small state, errors that name what is wrong."""

from __future__ import annotations

import base64
import json
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from musenb.analysis.attention import AttentionRecord, input_notes
from musenb.errors import ModelError, SettingError
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Score, Voice
from musenb.tokens.chorale.grid import encode
from musenb.tokens.chorale.piece import grid_notes
from musenb.widgets.attention import Attention
from musenb.widgets.heads import Gatherer, Heads
from musenb.widgets.matrices import pack, shrink
from musenb.widgets.notes import rows_of

CHORALE = "soprano: C5:2 r D5\nalto: G4 G4:3\ntenor: E4:4\nbass: C3 r C3:2"


def softmax(layers: int, heads: int, tokens: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return causal weights and their logits, float32 (layers, heads, tokens, tokens)."""
    logits = np.random.default_rng(seed).normal(0, 2, (layers, heads, tokens, tokens)).astype(np.float32)
    masked = np.where(np.tri(tokens, dtype=bool), logits, -np.inf)
    weights = np.exp(masked - masked.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True), logits


def matrices(side: int) -> st.SearchStrategy[np.ndarray]:
    """Return matrices of weights, at most `side` cells a side."""
    shapes = hnp.array_shapes(min_dims=2, max_dims=2, max_side=side)
    return hnp.arrays(np.float32, shapes, elements=st.floats(0, 1, width=32))


def chorale_view(**changes) -> tuple[Attention, np.ndarray]:
    score = score_from_text(CHORALE)
    pairs = grid_notes(encode(score).cells)
    weights, logits = softmax(2, 3, len(pairs))
    heads = Heads(weights, content=logits, notes=input_notes(pairs), query_notes=pairs)
    return Attention(score, heads, **changes), weights


class Page:
    """Takes what a view sends, as the page does."""

    def __init__(self, view: Attention, monkeypatch: pytest.MonkeyPatch) -> None:
        self.view, self.came = view, []
        self.event = threading.Event()
        monkeypatch.setattr(type(view), "send", lambda _, content, buffers=None: self.take(content, buffers))

    def take(self, content, buffers) -> None:
        self.came.append((content, buffers))
        self.event.set()

    def ask(self, **message):
        self.event.clear()
        self.view._receive(None, message, [])
        assert self.event.wait(20), self.view.error
        return self.came[-1]

    def matrix(self, **changes):
        asked = {"kind": "matrix", "request": 7, "layer": 1, "head": 2, "what": "weights", "level": "notes"}
        asked |= {"order": "time", "rows": [0, 10_000], "columns": [0, 10_000], "size": 500}
        reply, (buffer,) = self.ask(**asked | changes)
        cells = np.frombuffer(buffer, np.uint8).reshape(reply["shape"])
        values = reply["offset"] + reply["scale"] * (cells.astype(float) - 1)
        return reply, np.where(cells == 0, np.nan, values)


def test_the_page_gets_the_head_that_it_asks_for(monkeypatch):
    view, weights = chorale_view()
    page = Page(view, monkeypatch)
    reply, values = page.matrix(level="tokens")
    assert reply["request"] == 7
    assert reply["rows"] == [0, 64]
    np.testing.assert_allclose(np.nan_to_num(values), weights[1, 2], atol=weights[1, 2].max() / 500)
    assert np.isnan(values[np.triu_indices(64, 1)]).all(), "what a query does not see is nothing"
    zoomed, part = page.matrix(level="tokens", rows=[10, 20], columns=[5, 9])
    assert zoomed["scale"] == reply["scale"], "the colours stay when one zooms"
    np.testing.assert_allclose(np.nan_to_num(part), weights[1, 2, 10:20, 5:9], atol=0.01)
    view.close()


def test_rows_are_exact_and_in_words(monkeypatch):
    view, _ = chorale_view(layer=1, head=2)
    page = Page(view, monkeypatch)
    truth = view._gatherer.matrix(1, 2, what="weights", level="notes")
    asked = {"kind": "rows", "request": 1, "what": "weights", "level": "notes"}
    reply, (buffer,) = page.ask(**asked, heads=[[0, 0], [1, 2]], rows=[4, 2])
    found = np.frombuffer(buffer, "<f4").reshape(2, 2, reply["columns"])
    assert np.array_equal(found[1], truth[[4, 2]])
    best = int(np.argmax(truth[4]))
    voice, index, _ = rows_of(view.score)[4]
    assert view.looks(f"v{voice}n{index}", 1) == [f"{100 * truth[4, best]:.0f} % to {view.name_of(best)}"]
    assert view.name_of(0) == "C5, bar 1"
    with pytest.raises(SettingError, match="no note 'v9n9'"):
        view.looks("v9n9")
    with pytest.raises(SettingError, match="'bass' is no note id"):
        view.looks("bass")
    view.close()


def test_by_voice_is_a_permutation_of_by_time(monkeypatch):
    view, _ = chorale_view()
    page = Page(view, monkeypatch)
    _, by_time = page.matrix()
    _, by_voice = page.matrix(order="voice")
    order = sorted(range(len(by_time)), key=lambda row: (rows_of(view.score)[row][0], row))
    np.testing.assert_array_equal(by_voice, by_time[np.ix_(order, order)])
    assert not np.array_equal(by_voice, by_time)
    view.close()


def test_logits_are_nothing_where_nothing_is_seen(monkeypatch):
    view, weights = chorale_view()
    page = Page(view, monkeypatch)
    _, values = page.matrix(what="content", level="tokens")
    assert np.array_equal(np.isnan(values), weights[1, 2] == 0)
    assert np.nanmin(values) < 0 < np.nanmax(values)
    view.close()


def test_an_error_in_the_thread_is_shown_in_the_cell(monkeypatch):
    view, _ = chorale_view()
    asked = {"kind": "rows", "request": 1, "what": "weights", "level": "notes"}
    view._receive(None, {**asked, "heads": [[9, 0]], "rows": [0]}, [])
    for _ in range(200):
        if view.error:
            break
        time.sleep(0.02)
    assert view.error == "layer 9: the model has 0..1"
    view.close()


def test_a_function_is_asked_for_the_heads_that_are_looked_at(monkeypatch):
    weights, _ = softmax(2, 2, 8)
    asked = []

    def run(layer, head):
        asked.append((layer, head, threading.current_thread().name))
        return weights[layer, head]

    view = Attention(None, Heads(run, shape=(2, 2, 8, 8)))
    page = Page(view, monkeypatch)
    _, values = page.matrix(layer=1, head=0, level="tokens")
    np.testing.assert_allclose(np.nan_to_num(values), weights[1, 0], atol=0.005)
    assert {name for *_, name in asked} == {"attention"}, "never in the thread of the page's messages"
    worker = view._worker
    view.close()
    worker.join(5)
    assert not worker.is_alive()


def test_a_part_of_the_logits_that_there_is_not_is_named():
    with pytest.raises(SettingError, match="Heads takes no 'positions'; parts of the logits are content and relative"):
        Heads(np.zeros((1, 1, 2, 2)), positions=np.zeros((1, 1, 2, 2)))


def test_a_function_of_another_shape_is_named():
    heads = Heads(lambda layer, head: np.zeros((3, 3)), shape=(1, 1, 4, 4))
    with pytest.raises(ModelError, match=r"layer 0, head 0: shape \(3, 3\), not \(4, 4\)"):
        heads.matrix("weights", 0, 0)


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda: Heads(np.zeros((2, 3, 3))), r"not \(2, 3, 3\)"),
        (lambda: Heads(lambda layer, head: None), "needs shape="),
        (lambda: Heads(np.zeros((1, 1, 2, 2)), content=np.zeros((1, 1, 2, 3))), "content has shape"),
        (lambda: Heads(np.zeros((1, 1, 2, 2)), labels=["a"]), "1 labels for 2 keys"),
        (lambda: Attention(Score(), Heads(np.zeros((1, 1, 2, 2)), notes=["v0n0", None])), "note 0 of voice 0"),
        (lambda: Attention(Score(), Heads(np.zeros((1, 1, 2, 2)), notes=["x", None])), "holds 'x'"),
        (lambda: Attention(Score(), Heads(np.zeros((1, 1, 2, 2)), notes=[None])), r"2 queries has shape \(1,\)"),
        (lambda: Attention(None, np.zeros((1, 1, 2, 2)), layer=1), "layer 1, head 0: the model has 1 layers of 1"),
        (lambda: Attention(None, np.zeros((1, 1, 2, 2)), what="content"), "cannot show 'content': there are weights"),
    ],
)
def test_what_does_not_fit_is_said(make, fault):
    with pytest.raises(ModelError, match=fault):
        make()


def test_a_record_is_shown_with_its_numbers_as_notes():
    score = Score((Voice("melody", tuple(Note(n, 1, 60 + n) for n in range(3))),))
    weights, _ = softmax(1, 1, 3)
    view = Attention(score, AttentionRecord(weights, None, None, np.array([0, 1, 2])))
    np.testing.assert_allclose(view._gatherer.matrix(0, 0, what="weights", level="notes"), weights[0, 0], rtol=1e-6)
    assert view.kinds == ["weights"]
    with pytest.raises(ModelError, match="names note 3; the score has 3 notes"):
        view.show(AttentionRecord(weights, None, None, np.array([0, 1, 3])))
    view.close()


def gathered_by_hand(weights: np.ndarray, queries: list[str | None], keys: list[str | None], ids: list[str]) -> list:
    """Return weights between notes, summed over the tokens of a key and averaged over those of a query."""
    table = []
    for asking in ids:
        rows = [weights[q] for q, note in enumerate(queries) if note == asking]
        sums = [[sum(float(row[k]) for k, note in enumerate(keys) if note == asked) for row in rows] for asked in ids]
        table.append([sum(parts) / len(parts) if parts else 0.0 for parts in sums])
    return table


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_arrays_of_a_foreign_model_with_tokens_of_its_own(monkeypatch, dtype):
    """A model that looks both ways, with a mark at either end and three tokens a note: pitch, length, loudness."""
    score = Score(
        (
            Voice("right", (Note(0, 1, 72), Note(1, 1, 74), Note(4, 2, 76))),
            Voice("left", (Note(0, 2, 48), Note(4, 2, 43))),
        )
    )
    order = ["v0n0", "v1n0", "v0n1", "v0n2", "v1n1"]
    notes = [None, *(note for note in order for _ in range(3)), None]
    names = ["<s>", *(f"{part}{note}" for note in range(5) for part in ("pitch", "length", "loud")), "</s>"]
    logits = np.random.default_rng(11).normal(0, 3, (3, 2, 17, 17))
    weights = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    # One array a layer, as models return them.
    view = Attention(score, Heads([*weights.astype(dtype)], notes=notes, labels=names), layer=2, head=1)
    page = Page(view, monkeypatch)
    reply, values = page.matrix(layer=2, head=1)
    ids = [f"v{voice}n{index}" for voice, index, _ in rows_of(score)]
    truth = np.array(gathered_by_hand(weights[2, 1], notes, notes, ids))
    assert reply["shape"] == [5, 5]
    np.testing.assert_allclose(values, truth, atol=2e-3 + truth.max() / 500)
    assert (truth[np.triu_indices(5, 1)] > 0).any(), "this model looks ahead"
    best = int(np.argmax(truth[0]))
    assert view.looks("v0n0", 1) == [f"{100 * truth[0, best]:.0f} % to {view.name_of(best)}"]
    assert (view.query_labels, view.labels[:2], view.error) == (None, ["<s>", "pitch0"], "")
    view.close()


def test_a_foreign_model_whose_queries_are_other_tokens_than_its_keys(monkeypatch):
    """A decoder that writes two notes while it reads words: only its queries are notes."""
    score = Score((Voice("melody", (Note(0, 1, 60), Note(1, 1, 62))),))
    weights = np.array([[[[0.7, 0.2, 0.1], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0], [0.25, 0.25, 0.5]]]])
    queries = np.array([[0, 0], [0, 0], [0, 1], [-1, -1]])
    words, asking = ["a", "calm", "tune"], ["C", "4", "D", "end"]
    heads = Heads(weights, notes=[None] * 3, query_notes=queries, labels=words, query_labels=asking)
    view = Attention(score, heads)
    assert (view.tokens, view.level) == ([4, 3], "tokens")
    page = Page(view, monkeypatch)
    reply, values = page.matrix(layer=0, head=0, level="tokens")
    assert reply["shape"] == [4, 3]
    np.testing.assert_allclose(np.nan_to_num(values), weights[0, 0], atol=1 / 500)
    assert view.query_labels == asking
    with pytest.raises(ModelError, match="2 labels for 4 queries"):
        Heads(weights, query_labels=["C", "D"])
    view.close()


def test_tokens_without_notes_and_other_heads_later():
    view = Attention(None, softmax(1, 2, 6)[0])
    assert view.level == "tokens"
    assert view.describe() == "Attention of 1 layer with 2 heads each, over 6 tokens."
    view.show(softmax(3, 1, 4)[0])
    assert (view.layers, view.heads, view.tokens, view.revision) == (3, 1, [4, 4], 2)
    view.query = "last"
    assert view.error == ""
    view.close()


def test_the_saved_state_of_2048_tokens_is_small_and_has_a_picture():
    tokens = 2048
    notes = [(n % 4, n // 4) for n in range(640)]
    score = Score(tuple(Voice(f"v{v}", tuple(Note(n, 1, 60 + v) for n in range(160))) for v in range(4)))
    one = softmax(1, 1, tokens)[0][0, 0]
    pairs = np.array([notes[t * 640 // tokens] for t in range(tokens)])
    weights = np.broadcast_to(one, (6, 4, tokens, tokens))
    view = Attention(score, Heads(weights, notes=pairs, labels=[f"token{t}" for t in range(tokens)]))
    binary = sum(len(value) for value in view.get_state().values() if isinstance(value, bytes))
    text = len(json.dumps({k: v for k, v in view.get_state().items() if not isinstance(v, bytes)}, default=str))
    saved = binary * 4 / 3 + text
    print(f"saved state: {saved / 1000:.0f} kB")
    assert saved < 200_000
    kind, png = view.picture()
    assert kind == "image/png"
    assert png.startswith(b"\x89PNG")
    data, _ = view._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == png
    view.close()


@settings(max_examples=40, deadline=None)
@given(matrices(12), st.booleans())
def test_bytes_tell_the_value_within_half_a_step(matrix, logits):
    if logits:
        matrix = np.where(matrix > 0.5, np.float32(np.nan), matrix - np.float32(0.25))
    packed = pack(matrix, logits=logits)
    nothing = np.isnan(matrix) if logits else ~(matrix > 0)
    assert np.array_equal(np.isnan(packed.values()), nothing)
    error = np.abs(packed.values() - matrix)[~nothing]
    assert (error <= packed.scale * 0.501 + 1e-6).all()


@settings(max_examples=40, deadline=None)
@given(matrices(30), st.integers(1, 12))
def test_shrinking_keeps_the_largest_of_each_block(matrix, size):
    small = shrink(matrix, (size, size))
    assert small.shape == tuple(min(length, size) for length in matrix.shape)
    assert small.max() == matrix.max()
    rows, columns = (np.arange(n + 1) * length // n for n, length in zip(small.shape, matrix.shape, strict=True))
    for r, c in np.ndindex(small.shape):
        assert small[r, c] == matrix[rows[r] : rows[r + 1], columns[c] : columns[c + 1]].max()


def test_kept_matrices_are_bounded(monkeypatch):
    from musenb.widgets import heads as module

    monkeypatch.setattr(module, "KEPT_BYTES", 3 * 64 * 4)
    gatherer = Gatherer(Heads(softmax(2, 3, 8)[0]), Score())
    for layer, head in np.ndindex(2, 3):
        gatherer.matrix(layer, head, what="weights", level="tokens")
    assert len(gatherer._cache) == 3
    with pytest.raises(SettingError, match="mean, first, last"):
        Gatherer(Heads(softmax(1, 1, 3)[0]), Score(), "middle")

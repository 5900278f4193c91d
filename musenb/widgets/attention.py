"""Attention map widget: the heads of any model over any tokens, told in notes.

Python holds the arrays; the page asks for one head at a time, as bytes, and for the true rows of the notes that are
selected. A small picture of every head is saved in the state.
"""

from __future__ import annotations

import queue
import threading
from math import isqrt
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import traitlets

from musenb.analysis.attention import KINDS, QUERIES, AttentionRecord, top_k
from musenb.errors import ModelError, SettingError
from musenb.score.note import Score
from musenb.score.spelling import spoken
from musenb.widgets.heads import Gatherer, Heads
from musenb.widgets.matrices import Packed, limits_of, pack, shrink
from musenb.widgets.notes import NoteView, parse_note_id, rows_of
from musenb.widgets.picture import png_bytes

if TYPE_CHECKING:
    from musenb.analysis.attention import Query

OVERVIEW_BYTES, OVERVIEW_SIZE, PAGE_SIZE = 45_000, 128, 320
LARGEST_REQUEST, MOST_ROWS = 4096, 64
IDLE_SECONDS = 5.0


class Attention(NoteView, bundle="attention"):
    """Attention as a grid of heads, a matrix, and arcs between notes.

    Parameters
    ----------
    score : Score or None
        The piece whose notes the tokens belong to; None: tokens only.
    heads : Heads, AttentionRecord, an array (layers, heads, queries, keys) or None
        What is shown; the notes of a record are numbered as `score.notes`.
    **settings
        `clock`; `layer`, `head` (from 0); `what` ('weights', 'content', 'relative'); `level` ('notes', 'tokens');
        `order` of the notes ('time', 'voice'); `query` ('mean', 'first' or 'last' of a note's tokens);
        `arc_heads` (pairs of layer and head; empty: the head that is shown), `top_k` (0..32) and `threshold` (0..1)
        of the arcs; `shared_arcs`: whether the other views on the clock draw them, too.
    """

    layers = traitlets.Int(0).tag(sync=True)
    heads = traitlets.Int(0).tag(sync=True)
    tokens = traitlets.List(traitlets.Int(), help="queries and keys").tag(sync=True)
    kinds = traitlets.List(traitlets.Unicode()).tag(sync=True)
    layer = traitlets.Int(0, min=0).tag(sync=True, echo_update=False)
    head = traitlets.Int(0, min=0).tag(sync=True, echo_update=False)
    what = traitlets.Enum(KINDS, "weights").tag(sync=True, echo_update=False)
    level = traitlets.Enum(("tokens", "notes"), "notes").tag(sync=True, echo_update=False)
    order = traitlets.Enum(("time", "voice"), "time").tag(sync=True, echo_update=False)
    query = traitlets.Enum(QUERIES, "mean", help="which tokens ask for a note").tag(sync=True)
    overview = traitlets.Bytes(help="uint8 (layers, heads, *overview_shape)").tag(sync=True)
    overview_shape = traitlets.List(traitlets.Int()).tag(sync=True)
    overview_scales = traitlets.List(traitlets.Float(), help="one a head").tag(sync=True)
    overview_level = traitlets.Unicode("tokens").tag(sync=True)
    query_notes = traitlets.Bytes(help="int32, rows of the note table").tag(sync=True)
    key_notes = traitlets.Bytes(help="int32, rows of the note table").tag(sync=True)
    labels = traitlets.List(traitlets.Unicode(), help="of the key tokens").tag(sync=True)
    query_labels = traitlets.List(
        traitlets.Unicode(), allow_none=True, default_value=None, help="of the query tokens; None: as of the keys"
    ).tag(sync=True)
    arc_heads = traitlets.List(traitlets.List(traitlets.Int(min=0), minlen=2, maxlen=2)).tag(
        sync=True, echo_update=False
    )
    top_k = traitlets.Int(4, min=0, max=32, help="arcs a note and head").tag(sync=True, echo_update=False)
    threshold = traitlets.Float(0.02, min=0, max=1, help="weight below which no arc is drawn").tag(
        sync=True, echo_update=False
    )
    shared_arcs = traitlets.Bool(True, help="the other views on the clock draw them, too").tag(sync=True)
    revision = traitlets.Int(0, help="counts the changes of the heads").tag(sync=True)
    live = traitlets.Bool(True, help="False on a page without kernel, which holds the weights alone").tag(sync=True)

    _MINE = NoteView._MINE | set(
        "layers heads tokens kinds overview overview_shape overview_scales overview_level query_notes key_notes labels "
        "query_labels revision live".split()
    )

    def __init__(
        self,
        score: Score | None = None,
        heads: Heads | AttentionRecord | np.ndarray | None = None,
        **settings: Any,
    ) -> None:
        self._gatherer: Gatherer | None = None
        self._requests: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._worker: threading.Thread | None = None
        super().__init__(score, **settings)
        if heads is not None:
            self.show(heads, self.score)
        self.observe(self.guarded(self._gather_anew), "query")
        self.observe(lambda _: self._ask({"kind": "describe"}), ["layer", "head"])

    def show(self, heads: Heads | AttentionRecord | np.ndarray, score: Score | None = None) -> None:
        """Show other heads, and another piece when `score` is given.

        Raises
        ------
        ModelError
            Shapes, maps or the head that is chosen do not fit.
        """
        piece = self.score if score is None else score
        if isinstance(heads, AttentionRecord):
            heads = Heads.of(heads, piece)
        elif not isinstance(heads, Heads):
            heads = Heads(heads)
        gatherer = Gatherer(heads, piece, cast("Query", self.query))
        layers, count, queries, keys = heads.shape
        if not (self.layer < layers and self.head < count):
            raise ModelError(f"layer {self.layer}, head {self.head}: the model has {layers} layers of {count} heads")
        if self.what not in heads.kinds:
            raise ModelError(f"cannot show {self.what!r}: there are {', '.join(heads.kinds)}")
        if score is not None and score is not self.score:
            self.show_score(score)
        self._gatherer = gatherer
        level = "notes" if gatherer.has_notes else "tokens"
        with self.hold_sync():
            self.layers, self.heads = layers, count
            self.tokens = [queries, keys]
            self.kinds = list(heads.kinds)
            self.labels = heads.labels
            self.query_labels = None if heads.query_labels == heads.labels else heads.query_labels
            self.query_notes = gatherer.queries.astype("<i4").tobytes()
            self.key_notes = gatherer.keys.astype("<i4").tobytes()
            self.level = level if self.level == "notes" else self.level
            self.overview_level, self.overview, self.overview_shape = level, b"", []
            self.revision += 1
        if heads.lazy:
            self._ask({"kind": "overview"})
        else:
            self._make_overview(gatherer)
        self.refresh_description()

    def _gather_anew(self, _: object) -> None:
        if self._gatherer is not None:
            self.show(self._gatherer.heads)

    def _make_overview(self, gatherer: Gatherer) -> None:
        """Fill the saved pictures of all heads; those of a function come one after the other."""
        layers, count, *_ = gatherer.heads.shape
        side = max(4, min(OVERVIEW_SIZE, isqrt(OVERVIEW_BYTES // (layers * count))))
        pictures = self._pictures(gatherer, side)
        if pictures:
            with self.hold_sync():
                for name, value in pictures.items():
                    setattr(self, name, value)

    def _pictures(self, gatherer: Gatherer, side: int) -> dict[str, Any]:
        """Return the traits that hold a picture of every head; none when other heads are shown by then."""
        layers, count, *_ = gatherer.heads.shape
        pictures: list[Packed] = []
        for layer, head in np.ndindex(layers, count):
            if self._closed or gatherer is not self._gatherer:
                return {}
            matrix = gatherer.matrix(layer, head, what="weights", level=self.overview_level)
            pictures.append(pack(shrink(matrix, (side, side))))
        return {
            "overview_shape": list(pictures[0].cells.shape),
            "overview_scales": [picture.scale for picture in pictures],
            "overview": b"".join(picture.cells.tobytes() for picture in pictures),
        }

    def page_state(self, *, edition: int = 1) -> dict[str, Any]:
        """Return the state with the weights of every head as large as a page can hold, and nothing else to choose."""
        state = super().page_state(edition=edition) | {"live": False, "what": "weights", "order": "time"}
        if self._gatherer is not None:
            state |= self._pictures(self._gatherer, PAGE_SIZE)
        return state | {"kinds": ["weights"], "level": state["overview_level"]}

    # What the page asks for: answered by a thread, since a model may have to run

    def on_message(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """Queue what the page asks for."""
        if message["kind"] in ("matrix", "rows"):
            self._ask(message)
        else:
            super().on_message(message, buffers)

    def _ask(self, message: dict[str, Any]) -> None:
        with self._lock:
            self._requests.put(message)
            if self._worker is None and not self._closed:
                self._worker = threading.Thread(target=self._serve, name="attention", daemon=True)
                self._worker.start()

    def _serve(self) -> None:
        """Answer until nothing has been asked for a while; of several matrices only the last is still wanted."""
        while True:
            try:
                messages = [self._requests.get(timeout=IDLE_SECONDS)]
            except queue.Empty:
                with self._lock:
                    if self._requests.empty():
                        self._worker = None
                        return
                continue
            while not self._requests.empty():
                messages.append(self._requests.get())
            newest = {str(message["kind"]): message for message in messages if message is not None}
            for message in newest.values():
                if not self._closed:
                    self.guarded(self._answer)(message)
            if None in messages:
                return

    def _answer(self, message: dict[str, Any]) -> None:
        gatherer = self._gatherer
        if gatherer is None:
            return
        if message["kind"] == "overview":
            self._make_overview(gatherer)
        elif message["kind"] == "describe":
            self.refresh_description()
        elif message["kind"] == "matrix":
            self._send_matrix(gatherer, message)
        else:
            self._send_rows(gatherer, message)

    def _send_matrix(self, gatherer: Gatherer, asked: dict[str, Any]) -> None:
        chosen = {name: asked[name] for name in ("what", "level", "order")}
        matrix = gatherer.matrix(int(asked["layer"]), int(asked["head"]), **chosen)
        height, width = matrix.shape
        top, bottom = _range(asked["rows"], height)
        left, right = _range(asked["columns"], width)
        size = min(max(int(asked["size"]), 1), LARGEST_REQUEST)
        logits = chosen["what"] != "weights"
        # One scale for the whole head: colours stay when one zooms.
        limits = limits_of(matrix, logits=logits)
        packed = pack(
            shrink(matrix[top:bottom, left:right], (size, size)),
            logits=logits,
            limits=limits,
        )
        reply = {name: asked[name] for name in ("kind", "request", "layer", "head")} | chosen
        reply |= {
            "rows": [top, bottom],
            "columns": [left, right],
            "shape": list(packed.cells.shape),
        }
        reply |= {"scale": packed.scale, "offset": packed.offset}
        self.send(reply, [packed.cells.tobytes()])

    def _send_rows(self, gatherer: Gatherer, asked: dict[str, Any]) -> None:
        heads = [tuple(map(int, pair)) for pair in asked["heads"]]
        rows = [int(row) for row in asked["rows"]]
        if not heads or not rows or len(heads) * len(rows) > MOST_ROWS * MOST_ROWS:
            return
        chosen = {name: asked[name] for name in ("what", "level")}
        matrices = [gatherer.matrix(layer, head, **chosen) for layer, head in heads]
        known = [row for row in rows if 0 <= row < len(matrices[0])]
        found = np.stack([matrix[known] for matrix in matrices]).astype("<f4")
        reply = {name: asked[name] for name in ("kind", "request", "heads")} | chosen
        reply |= {"rows": known, "columns": found.shape[-1]}
        self.send(reply, [found.tobytes()])

    def clean_up(self) -> None:
        """End the thread and let go of the arrays."""
        self._requests.put(None)
        self._gatherer = None
        super().clean_up()

    # In words and as a picture

    def looks(
        self,
        note: str,
        count: int = 5,
        *,
        layer: int | None = None,
        head: int | None = None,
    ) -> list[str]:
        """Return where a note looks in one head, the strongest first, as '31 % to G4, bar 3'.

        Parameters
        ----------
        note : str
            An id such as 'v1n7'.
        count : int
            How many, at most.
        layer, head : int or None
            None: those that are shown.
        """
        row, gatherer = self._row(note), self._gatherer
        if gatherer is None:
            return []
        chosen = (self.layer if layer is None else layer, self.head if head is None else head)
        matrix = gatherer.matrix(*chosen, what="weights", level="notes")
        return [f"{_percent(weight)} to {self.name_of(key)}" for key, weight in top_k(matrix[row], count)]

    def name_of(self, row: int) -> str:
        """Return a row of the note table as 'G4, bar 7'."""
        _, _, note = self._rows[row]
        bars = (bar for bar in self.score.bars() if bar.onset <= note.onset < bar.end)
        bar = next(bars, None)
        place = f"quarter {float(note.onset):g}" if bar is None else f"bar {bar.number}" if bar.number else "upbeat"
        return f"{spoken(self._names[row])}, {place}"

    def _row(self, note: str) -> int:
        try:
            wanted = parse_note_id(note)
        except ValueError as error:
            raise SettingError(str(error)) from None
        places = [(voice, index) for voice, index, _ in rows_of(self.score)]
        found = [row for row, place in enumerate(places) if place == wanted]
        if not found:
            raise SettingError(f"the score has no note {note!r}")
        return found[0]

    def describe(self) -> str:
        """Return the number of layers, heads and tokens, and the strongest look of the head that is shown."""
        if self._gatherer is None:
            return "Attention of no model yet."
        queries, keys = self.tokens
        size = f"{keys} tokens" if queries == keys else f"{queries} queries and {keys} keys"
        notes = f" of {self._gatherer.count} notes" if self._gatherer.has_notes else ""
        shape = f"{_count(self.layers, 'layer')} with {_count(self.heads, 'head')} each"
        text = f"Attention of {shape}, over {size}{notes}."
        if not self._gatherer.has_notes or self._gatherer.heads.lazy:
            return text
        weights = self._gatherer.matrix(self.layer, self.head, what="weights", level="notes")
        apart = np.where(np.eye(len(weights), dtype=bool), 0, weights)
        row, column = np.unravel_index(int(np.argmax(apart)), apart.shape)
        look = f"{self.name_of(int(row))} gives {_percent(float(apart[row, column]))} to {self.name_of(int(column))}"
        return f"{text} In layer {self.layer + 1}, head {self.head + 1} the strongest look at another note: {look}."

    def picture(self) -> tuple[str, bytes] | None:
        """Return the grid of heads as PNG."""
        if not self.overview:
            return None
        height, width = self.overview_shape
        grid = (self.layers, self.heads)
        cells = np.frombuffer(self.overview, np.uint8).reshape(*grid, height, width)
        framed = np.zeros((*grid, height + 4, width + 4), np.uint8)
        framed[:, :, 2:-2, 2:-2] = cells
        tall, wide = self.layers * (height + 4), self.heads * (width + 4)
        flat = framed.transpose(0, 2, 1, 3).reshape(tall, wide)
        share = np.sqrt(flat / 255)[..., None]
        ink = np.array((0, 50, 110))
        pixels = (255 * (1 - share) + ink * share).astype(np.uint8)
        times = max(1, 640 // pixels.shape[1])
        return "image/png", png_bytes(pixels.repeat(times, axis=0).repeat(times, axis=1))


def _range(asked: Any, size: int) -> tuple[int, int]:
    start = min(max(int(asked[0]), 0), size - 1) if size else 0
    return start, min(max(int(asked[1]), start + 1), size)


def _count(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.0095 else f"{100 * share:.1g} %"

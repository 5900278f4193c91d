/** Attention store: token maps, thumbnails of the heads, matrices and rows as they come from Python. */

import { noteText, topOf } from "../core/words";
import { clockOf, type Arc, type PageClock } from "../core/clock";
import type { Life } from "../core/life";
import type { Matrix } from "../marks/matrix";
import type { Window } from "../marks/matrix-view";
import type { Model } from "../core/model";
import { NoteStore } from "../core/notes";
import type {
  AttentionLevel,
  AttentionOrder,
  AttentionReply,
  AttentionRequest,
  AttentionRowsReply,
  AttentionRowsRequest,
  AttentionState,
  AttentionWhat,
  HeadId,
} from "../core/wire/attention";
import type { NotesState } from "../core/wire/notes";

/** Which matrix: a head, of what, between what, in which order. */
export interface Choice {
  readonly layer: number;
  readonly head: number;
  readonly what: AttentionWhat;
  readonly level: AttentionLevel;
  readonly order: AttentionOrder;
}

const MOST_ROWS_KEPT = 2048;
const MOST_NOTES_WITH_ARCS = 16;
/** After so long an answer is no longer waited for: there may be no kernel. */
const PATIENCE_MS = 4000;

export const sameChoice = (a: Choice, b: Choice): boolean =>
  a.layer === b.layer &&
  a.head === b.head &&
  a.what === b.what &&
  a.level === b.level &&
  a.order === b.order;

const rowKey = (head: HeadId, what: AttentionWhat, level: AttentionLevel, row: number) =>
  `${head[0]}/${head[1]}/${what}/${level}/${row}`;

function integers(view: DataView | undefined): Int32Array {
  if (!view?.byteLength) return new Int32Array(0);
  return new Int32Array(
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice().buffer,
  );
}

export class AttentionStore {
  readonly notes: NoteStore;
  readonly clock: PageClock;
  readonly #model: Model<AttentionState>;
  readonly #events = new EventTarget();
  #own: readonly Arc[] = [];
  readonly #rows = new Map<string, Float32Array>();
  readonly #asked = new Set<string>();
  readonly #waiting = new Map<number, { choice: Choice; take: (matrix: Matrix) => void }>();
  #request = 0;
  #queryNotes: Int32Array = new Int32Array(0);
  #keyNotes: Int32Array = new Int32Array(0);
  #byVoice: readonly number[] = [];
  #placeByVoice: readonly number[] = [];

  constructor(model: Model<AttentionState>, life: Life, clockId: string) {
    this.#model = model;
    this.notes = new NoteStore(model as unknown as Model<NotesState>, life, clockId);
    this.clock = clockOf(clockId, life);
    this.#readMaps();
    model.on("change:revision", life, () => this.#again());
    model.on("change:overview", life, () => this.#tell("overview"));
    this.notes.onChange(life, () => this.#again());
    model.onMessage<AttentionReply>("matrix", life, (reply, buffers) =>
      this.#takeMatrix(reply, buffers[0]),
    );
    model.onMessage<AttentionRowsReply>("rows", life, (reply, buffers) =>
      this.#takeRows(reply, buffers[0]),
    );
    this.#publishArcs(life);
  }

  /** Call when the heads, their pictures, rows of them or settings have changed. */
  onChange(kind: "heads" | "overview" | "rows" | "arcs", life: Life, call: () => unknown): void {
    life.on(this.#events, kind, call);
  }

  get choice(): Choice {
    const get = <K extends keyof AttentionState & string>(name: K) => this.#model.get(name);
    const level = this.hasNotes ? (get("level") ?? "notes") : "tokens";
    return {
      layer: get("layer") ?? 0,
      head: get("head") ?? 0,
      what: get("what") ?? "weights",
      level,
      order: level === "notes" ? (get("order") ?? "time") : "time",
    };
  }
  /** Count the changes of the heads and of the notes. */
  get revision(): number {
    return this.#model.get("revision") ?? 0;
  }
  get version(): number {
    return this.#model.get("version") ?? 0;
  }
  get layers(): number {
    return this.#model.get("layers") ?? 0;
  }
  get heads(): number {
    return this.#model.get("heads") ?? 0;
  }
  /** True when tokens belong to notes. */
  get hasNotes(): boolean {
    return this.notes.table.length > 0 && this.#keyNotes.some((note) => note >= 0);
  }
  /** The heads whose arcs are drawn. */
  get arcHeads(): readonly HeadId[] {
    const chosen = this.#model.get("arc_heads") ?? [];
    return chosen.length ? chosen : [[this.choice.layer, this.choice.head]];
  }

  /** Return how many rows and columns a level has. */
  size(level: AttentionLevel): readonly [number, number] {
    const [queries, keys] = this.#model.get("tokens") ?? [];
    return level === "notes"
      ? [this.notes.table.length, this.notes.table.length]
      : [queries ?? 0, keys ?? 0];
  }

  /** Return the row of the note table that an item of an axis stands for, or -1. */
  noteOf(choice: Choice, axis: "rows" | "columns", index: number): number {
    if (choice.level === "tokens")
      return (axis === "rows" ? this.#queryNotes : this.#keyNotes)[index] ?? -1;
    return choice.order === "voice" ? (this.#byVoice[index] ?? -1) : index;
  }

  /** Return the items of an axis that stand for a note. */
  itemsOf(choice: Choice, axis: "rows" | "columns", note: number): number[] {
    if (choice.level === "notes")
      return [choice.order === "voice" ? (this.#placeByVoice[note] ?? -1) : note];
    const found: number[] = [];
    (axis === "rows" ? this.#queryNotes : this.#keyNotes).forEach(
      (row, token) => row === note && found.push(token),
    );
    return found;
  }

  /** Return what a token is called, where its model has names for tokens. */
  labelOf(axis: "rows" | "columns", token: number): string | undefined {
    const labels = this.#model.get("labels");
    return (axis === "rows" ? (this.#model.get("query_labels") ?? labels) : labels)?.[token];
  }

  /** Return an item as "G4, bar 7", or as "token 12 (C5; G4, bar 7)". */
  nameOf(choice: Choice, axis: "rows" | "columns", index: number, beat = false): string {
    const note = this.noteOf(choice, axis, index);
    const said = noteText(this.notes.table, this.notes.bars, note, beat);
    if (choice.level === "notes") return said;
    const label = this.labelOf(axis, index);
    const inside = [label, note >= 0 ? said : undefined].filter(Boolean).join("; ");
    return `token ${index + 1}${inside ? ` (${inside})` : ""}`;
  }

  // Matrices

  /** Return the small picture of a head that is saved with the view. */
  overview(layer: number, head: number): Matrix | undefined {
    const view = this.#model.get("overview");
    const [height, width] = this.#model.get("overview_shape") ?? [];
    if (!view?.byteLength || !height || !width) return undefined;
    const place = layer * this.heads + head;
    if ((place + 1) * height * width > view.byteLength) return undefined;
    const bytes = new Uint8Array(
      view.buffer,
      view.byteOffset + place * height * width,
      height * width,
    );
    const [rows, columns] = this.size(this.#model.get("overview_level") ?? "tokens");
    const scale = this.#model.get("overview_scales")?.[place] ?? 0;
    return {
      bytes,
      rows: [0, rows],
      columns: [0, columns],
      shape: [height, width],
      scale,
      offset: 0,
    };
  }

  /** Return what can be shown of a choice before an answer comes, or without a kernel. */
  placeholder(choice: Choice): Matrix | undefined {
    const fits =
      choice.level === this.#model.get("overview_level") &&
      choice.order === "time" &&
      choice.what === "weights";
    return fits ? this.overview(choice.layer, choice.head) : undefined;
  }

  /** Ask for a part of a matrix; `take` is called with it, unless the heads have changed by then. */
  ask(
    choice: Choice,
    { rows, columns }: Window,
    size: number,
    take: (matrix: Matrix) => void,
  ): void {
    const request = ++this.#request;
    for (const old of this.#waiting.keys()) if (old < request - 32) this.#waiting.delete(old);
    this.#waiting.set(request, { choice, take });
    this.#model.post<AttentionRequest>({ kind: "matrix", request, ...choice, rows, columns, size });
  }

  #takeMatrix(reply: AttentionReply, buffer: DataView | undefined): void {
    const asked = this.#waiting.get(reply.request);
    this.#waiting.delete(reply.request);
    if (!asked || !buffer) return;
    const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    const { rows, columns, shape, scale, offset } = reply;
    asked.take({ bytes, rows, columns, shape, scale, offset });
  }

  // Rows, exact

  /** Return a whole row in the order of time, if it has come; of notes by their place in the note table. */
  row(
    head: HeadId,
    what: AttentionWhat,
    level: AttentionLevel,
    row: number,
  ): Float32Array | undefined {
    const known = this.#rows.get(rowKey(head, what, level, row));
    if (known || what !== "weights" || level !== this.#model.get("overview_level")) return known;
    const small = this.overview(head[0], head[1]);
    // Short pieces are saved as they are.
    if (!small || small.shape[0] !== small.rows[1] || small.shape[1] !== small.columns[1])
      return undefined;
    const cells = small.bytes.subarray(row * small.shape[1], (row + 1) * small.shape[1]);
    return Float32Array.from(cells, (byte) => (byte ? small.scale * (byte - 1) : 0));
  }

  /** True when a row is what Python holds, and not read from the saved picture. */
  exact(head: HeadId, what: AttentionWhat, level: AttentionLevel, row: number): boolean {
    return this.#rows.has(rowKey(head, what, level, row));
  }

  /** Ask for rows that are not known yet. */
  askRows(
    life: Life,
    heads: readonly HeadId[],
    what: AttentionWhat,
    level: AttentionLevel,
    rows: readonly number[],
  ): void {
    const keys = rows.flatMap((row) => heads.map((head) => rowKey(head, what, level, row)));
    const missing = keys.filter((key) => !this.#rows.has(key) && !this.#asked.has(key));
    if (!missing.length) return;
    for (const key of missing) this.#asked.add(key);
    life.after(PATIENCE_MS, () => missing.forEach((key) => this.#asked.delete(key)));
    const request = ++this.#request;
    this.#model.post<AttentionRowsRequest>({ kind: "rows", request, heads, what, level, rows });
  }

  #takeRows(
    { heads, what, level, rows, columns }: AttentionRowsReply,
    buffer: DataView | undefined,
  ): void {
    if (!buffer) return;
    const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).slice();
    const values = new Float32Array(bytes.buffer);
    if (this.#rows.size > MOST_ROWS_KEPT) this.#rows.clear();
    heads.forEach((head, h) => {
      rows.forEach((row, r) => {
        const key = rowKey(head, what, level, row);
        const start = (h * rows.length + r) * columns;
        this.#asked.delete(key);
        this.#rows.set(key, values.subarray(start, start + columns));
      });
    });
    this.#tell("rows");
  }

  // Arcs, for every view on the clock

  get #shared(): boolean {
    return this.#model.get("shared_arcs") ?? true;
  }
  /** The arcs that the view itself draws: all on the clock, or its own where it keeps them to itself. */
  get overlay(): readonly Arc[] {
    return this.#shared ? this.clock.overlay : this.#own;
  }

  #publishArcs(life: Life): void {
    const publish = life.frame(() => {
      this.#own = this.#arcs(life);
      if (this.#shared) this.clock.setOverlay(this, this.#own);
      else this.#tell("arcs");
    });
    this.clock.on("selection", life, publish);
    this.onChange("rows", life, publish);
    this.onChange("overview", life, publish);
    this.onChange("heads", life, publish);
    for (const name of ["layer", "head", "arc_heads", "top_k", "threshold"] as const) {
      this.#model.on(`change:${name}`, life, publish);
    }
    publish();
    life.atEnd(() => this.clock.setOverlay(this, []));
  }

  #arcs(life: Life): Arc[] {
    if (!this.hasNotes) return [];
    const { table } = this.notes;
    const selected = [...this.clock.selection].map((id) => table.row(id)).filter((row) => row >= 0);
    const rows = selected.sort((a, b) => a - b).slice(0, MOST_NOTES_WITH_ARCS);
    const [count, threshold] = [this.#model.get("top_k") ?? 4, this.#model.get("threshold") ?? 0];
    if (rows.length) this.askRows(life, this.arcHeads, "weights", "notes", rows);
    const arcs: Arc[] = [];
    for (const row of rows) {
      for (const head of this.arcHeads) {
        const values = this.row(head, "weights", "notes", row);
        if (!values) continue;
        // A look at itself is no arc, but counts among those that are read out.
        const others = topOf(values, count + 1, Math.max(threshold, 1e-9))
          .filter(([key]) => key !== row)
          .slice(0, count);
        for (const [key, weight] of others) {
          const name = `layer ${head[0] + 1}, head ${head[1] + 1}`;
          arcs.push({
            from: table.id(row),
            to: table.id(key),
            weight,
            head: head[0] * this.heads + head[1],
            name,
          });
        }
      }
    }
    return arcs;
  }

  #again(): void {
    this.#readMaps();
    this.#rows.clear();
    this.#asked.clear();
    this.#waiting.clear();
    this.#tell("heads");
  }

  #readMaps(): void {
    this.#queryNotes = integers(this.#model.get("query_notes"));
    this.#keyNotes = integers(this.#model.get("key_notes"));
    const { table } = this.notes;
    const order = Array.from({ length: table.length }, (_, row) => row);
    order.sort((a, b) => (table.voice[a] ?? 0) - (table.voice[b] ?? 0) || a - b);
    this.#byVoice = order;
    const places = new Array<number>(order.length);
    order.forEach((row, place) => (places[row] = place));
    this.#placeByVoice = places;
  }

  #tell(kind: "heads" | "overview" | "rows" | "arcs"): void {
    this.#events.dispatchEvent(new Event(kind));
  }
}

/** The matrix of an attention view: what is seen of it, and what pointer and keys do to it. */

import { sameChoice, type AttentionStore, type Choice } from "./attention";
import { rowText, valueText } from "./attention_text";
import { barAt } from "./bars";
import type { PageClock } from "./clock";
import { element, fitCanvas } from "./dom";
import type { Life } from "./life";
import {
  boxOf, cellAt, drawMatrix, isWhole, matrixPixels, panRange, plotBox, reveal, valueAt, whole, zoomRange,
  type Axis, type Matrix, type Range, type Tick, type Window,
} from "./marks/matrix";
import { signedRamp, weightRamp } from "./marks/ramp";
import type { Theme } from "./theme";
import { pitchName } from "./units";

/** More cells than this are never asked for, a side. */
const MOST_CELLS = 1536;
const HOVER_MS = 60;
const MATRIX_PATIENCE_MS = 4000;

export interface PanelHost {
  readonly store: AttentionStore;
  readonly clock: PageClock;
  readonly life: Life;
  theme(): Theme;
  say(text: string): void;
  /** The sentence about the row that is looked at, for the eye. */
  tell(text: string): void;
  /** Go to the head before or after. */
  turn(by: number): void;
}

/** Return a small canvas with one pixel a cell. */
export function imageOf(matrix: Matrix, dark: boolean, signed: boolean): HTMLCanvasElement {
  const [height, width] = matrix.shape;
  const canvas = element("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  const picture = context?.createImageData(width, height);
  picture?.data.set(matrixPixels(matrix, signed ? signedRamp(dark, matrix.scale, matrix.offset) : weightRamp(dark)));
  if (picture) context?.putImageData(picture, 0, 0);
  return canvas;
}

export class MatrixPanel {
  readonly canvas = element("canvas", {
    tabindex: 0, role: "application", "aria-label": "Matrix: rows look at columns", class: "mnb-matrix",
    "aria-keyshortcuts": "ArrowUp ArrowDown ArrowLeft ArrowRight Plus Minus 0 Enter [ ]",
  });
  readonly tip = element("div", { class: "mnb-tip", role: "tooltip", hidden: true });
  readonly #host: PanelHost;
  #choice: Choice;
  #window: Window = { rows: [0, 1], columns: [0, 1] };
  #matrix: Matrix | undefined;
  #image: HTMLCanvasElement | undefined;
  #cursor: { row: number; column: number } | undefined;
  #hover: { row: number; column: number; x: number; y: number } | undefined;
  #size = { width: 320, height: 320 };
  #pending = false;
  #stale = false;
  readonly #redraw: () => void;
  #cancelHover: (() => void) | undefined;

  constructor(host: PanelHost) {
    this.#host = host;
    this.#choice = host.store.choice;
    this.#redraw = host.life.frame(() => this.#draw());
    this.home();
    this.#listen();
  }

  get window(): Window {
    return this.#window;
  }

  /** Another head, kind, level or order: keep what is looked at where that is the same. */
  choose(): void {
    const next = this.#host.store.choice;
    const axes = next.level !== this.#choice.level || next.order !== this.#choice.order;
    this.#choice = next;
    this.#matrix = undefined;
    this.#use(this.#host.store.placeholder(next));
    if (axes) this.home();
    else this.#ask();
    this.#showRow();
  }

  /** Other heads altogether. */
  reset(): void {
    this.#cursor = this.#hover = undefined;
    this.#choice = this.#host.store.choice;
    this.#matrix = undefined;
    this.#use(this.#host.store.placeholder(this.#choice));
    this.home();
  }

  /** Show all of the matrix. */
  home(): void {
    const [rows, columns] = this.#host.store.size(this.#choice.level);
    this.#look({ rows: [0, Math.max(1, rows)], columns: [0, Math.max(1, columns)] });
  }

  zoom(factor: number, at?: { row: number; column: number }): void {
    const [rows, columns] = this.#host.store.size(this.#choice.level);
    const middle = ([from, to]: Range) => (from + to) / 2;
    const point = at ?? this.#cursor ?? { row: middle(this.#window.rows), column: middle(this.#window.columns) };
    this.#look({
      rows: zoomRange(this.#window.rows, factor, point.row, Math.max(1, rows)),
      columns: zoomRange(this.#window.columns, factor, point.column, Math.max(1, columns)),
    });
  }

  resize(width: number): void {
    if (width < 40) return;
    const side = Math.round(Math.min(width, 560));
    if (side === this.#size.width) return;
    this.#size = { width: side, height: Math.max(180, Math.min(side, 520)) };
    this.#ask();
  }

  /** Colours or marks have changed. */
  repaint(fresh = false): void {
    if (fresh) this.#use(this.#matrix ?? this.#host.store.placeholder(this.#choice));
    this.#redraw();
  }

  /** Rows have come from Python. */
  rowsCame(): void {
    this.#showTip();
    this.#showRow();
  }

  // What is seen

  #look(window: Window): void {
    this.#window = window;
    this.#ask();
    this.#redraw();
  }

  #use(matrix: Matrix | undefined): void {
    const { dark } = this.#host.theme();
    this.#image = matrix && imageOf(matrix, dark, this.#choice.what !== "weights");
    this.#matrix = matrix;
    this.#redraw();
  }

  /** Ask for what is looked at; one question at a time, the newest last. */
  #ask(): void {
    const [rows, columns] = this.#host.store.size(this.#choice.level);
    if (!rows || !columns) return;
    if (this.#pending) {
      this.#stale = true;
      return;
    }
    const choice = this.#choice;
    // With a margin, so that a small move needs no new picture.
    const wide = (range: Range, length: number): Range => {
      const margin = (range[1] - range[0]) / 4;
      return whole([range[0] - margin, range[1] + margin], length);
    };
    const part = { rows: wide(this.#window.rows, rows), columns: wide(this.#window.columns, columns) };
    if (this.#enough(part, choice)) return;
    const density = Math.min(2, globalThis.devicePixelRatio || 1);
    const size = Math.min(MOST_CELLS, Math.ceil(this.#size.width * density * 1.5));
    this.#pending = true;
    this.#stale = false;
    const over = () => {
      this.#pending = false;
      patience();
      if (this.#stale) this.#ask();
    };
    const patience = this.#host.life.after(MATRIX_PATIENCE_MS, over);
    this.#host.store.ask(choice, part, size, (matrix) => {
      if (this.#host.life.ended) return;
      if (sameChoice(choice, this.#choice)) {
        this.#exactFor = choice;
        this.#use(matrix);
      }
      over();
    });
  }

  #exactFor: Choice | undefined;

  /** True when the picture at hand shows the part, cell by cell. */
  #enough(part: Window, choice: Choice): boolean {
    const have = this.#matrix;
    if (!have || !this.#exactFor || !sameChoice(this.#exactFor, choice) || !isWhole(have)) return false;
    const inside = (inner: Range, outer: Range) => inner[0] >= outer[0] && inner[1] <= outer[1];
    return inside(whole(this.#window.rows, part.rows[1]), have.rows) && inside(whole(this.#window.columns, part.columns[1]), have.columns);
  }

  #draw(): void {
    const { store, clock } = this.#host;
    const { width, height } = this.#size;
    const context = fitCanvas(this.canvas, width, height);
    if (!context) return;
    const matrix = this.#matrix;
    const selected = [...clock.selection].map((id) => store.notes.table.row(id)).filter((row) => row >= 0).slice(0, 64);
    const items = (axis: "rows" | "columns") => selected.flatMap((note) => store.itemsOf(this.#choice, axis, note));
    drawMatrix(context, {
      window: this.#window,
      image: this.#image,
      part: matrix ?? this.#window,
      shape: matrix?.shape ?? [1, 1],
      rows: this.#axis("rows"),
      columns: this.#axis("columns"),
      selectedRows: items("rows"),
      selectedColumns: items("columns"),
      cursor: this.#cursor,
      playing: this.#playing(),
      value: (row, column) => {
        const value = this.#value(row, column);
        return value === undefined ? "" : valueText(value, this.#choice.what).replace("below 0.1 %", "");
      },
    }, width, height, this.#host.theme());
  }

  #playing(): { row: number; column: number } | undefined {
    const { clock, store } = this.#host;
    if (!clock.playing || this.#choice.order !== "time" || !store.hasNotes) return undefined;
    const note = Math.max(0, store.notes.table.firstFrom(clock.playhead + 1e-6) - 1);
    const [row, column] = (["rows", "columns"] as const).map((axis) => store.itemsOf(this.#choice, axis, note)[0]);
    return row === undefined || column === undefined ? undefined : { row, column };
  }

  #axis(axis: "rows" | "columns"): Axis {
    const { store } = this.#host;
    const choice = this.#choice;
    const { table } = store.notes;
    const colours = this.#host.theme().voices;
    return {
      ticks: this.#ticks(axis),
      colour(index) {
        const note = store.noteOf(choice, axis, index);
        return note < 0 ? undefined : colours[(table.voice[note] ?? 0) % colours.length];
      },
      name(index) {
        const note = store.noteOf(choice, axis, index);
        return note < 0 ? String(index + 1) : pitchName(table.pitch[note] ?? 0);
      },
    };
  }

  #tickCache: { key: string; ticks: Record<"rows" | "columns", Tick[]> } | undefined;

  /** Return bars (or voices, when the notes are in their order) as ticks; for tokens without notes every hundredth. */
  #ticks(axis: "rows" | "columns"): Tick[] {
    const { store } = this.#host;
    const { table, bars, piece } = store.notes;
    const [rows, columns] = store.size(this.#choice.level);
    const key = `${this.#choice.level}/${this.#choice.order}/${rows}/${columns}/${table.length}`;
    if (this.#tickCache?.key !== key) this.#tickCache = { key, ticks: { rows: make("rows", rows), columns: make("columns", columns) } };
    return this.#tickCache.ticks[axis];

    function make(side: "rows" | "columns", length: number): Tick[] {
      const ticks: Tick[] = [];
      const choice = store.choice;
      let before = "";
      for (let at = 0; at < length; at++) {
        const note = store.noteOf(choice, side, at);
        if (note < 0) {
          if (!store.hasNotes && at % 100 === 0) ticks.push({ at, label: String(at + 1) });
          continue;
        }
        const bar = barAt(bars, table.onset[note] ?? 0)?.[2];
        const label = choice.order === "voice" ? piece.voices[table.voice[note] ?? 0] ?? "" : String(bar || "↑");
        if (label !== before && bar !== undefined) ticks.push({ at, label });
        before = label;
      }
      return ticks;
    }
  }

  // What a cell holds

  #head(): readonly [number, number] {
    return [this.#choice.layer, this.#choice.head];
  }

  /** The index of an item in the order of time, which rows from Python have. */
  #timed(axis: "rows" | "columns", index: number): number {
    return this.#choice.level === "notes" ? this.#host.store.noteOf(this.#choice, axis, index) : index;
  }

  #row(row: number): Float32Array | undefined {
    return this.#host.store.row(this.#head(), this.#choice.what, this.#choice.level, this.#timed("rows", row));
  }

  #value(row: number, column: number): number | undefined {
    const exact = this.#row(row)?.[this.#timed("columns", column)];
    if (exact !== undefined) return Number.isNaN(exact) || (exact === 0 && this.#choice.what === "weights") ? undefined : exact;
    return this.#matrix && isWhole(this.#matrix) ? valueAt(this.#matrix, row, column) : undefined;
  }

  /** Return what a cell says: "G4, bar 7: 31 % to G4, bar 3". */
  cellText(row: number, column: number): string {
    const { store } = this.#host;
    const names = `${store.nameOf(this.#choice, "rows", row)}: `;
    const key = store.nameOf(this.#choice, "columns", column);
    const exact = this.#row(row)?.[this.#timed("columns", column)];
    const value = exact ?? (this.#matrix && valueAt(this.#matrix, row, column));
    if (value === undefined || Number.isNaN(value)) return `${names}does not see ${key}`;
    const sure = store.exact(this.#head(), this.#choice.what, this.#choice.level, this.#timed("rows", row));
    return `${names}${sure ? "" : "about "}${valueText(value, this.#choice.what)} to ${key}`;
  }

  /** Return what a row says, if it is known. */
  rowText(row: number): string {
    const { store } = this.#host;
    const values = this.#row(row);
    const from = this.#choice.level === "notes" ? `note ${store.nameOf(this.#choice, "rows", row)}` : store.nameOf(this.#choice, "rows", row);
    if (!values) return from;
    const timed = { ...this.#choice, order: "time" } as const;
    return rowText(from, values, (key) => store.nameOf(timed, "columns", key), this.#choice.what);
  }

  #wantRow(row: number): void {
    const { store, life } = this.#host;
    store.askRows(life, [this.#head()], this.#choice.what, this.#choice.level, [this.#timed("rows", row)]);
  }

  /** The row of the cursor, or of the first selected note. */
  #shownRow(): number | undefined {
    if (this.#cursor) return this.#cursor.row;
    const { clock, store } = this.#host;
    const [first] = [...clock.selection].map((id) => store.notes.table.row(id)).filter((note) => note >= 0);
    return first === undefined ? undefined : store.itemsOf(this.#choice, "rows", first)[0];
  }

  #showRow(): void {
    const row = this.#shownRow();
    if (row === undefined || row < 0) return this.#host.tell("");
    this.#wantRow(row);
    this.#host.tell(this.rowText(row));
  }

  /** The selection has changed elsewhere: go there. */
  follow(): void {
    const { clock, store } = this.#host;
    const notes = [...clock.selection].map((id) => store.notes.table.row(id)).filter((note) => note >= 0);
    const at = this.#cursor && store.noteOf(this.#choice, "rows", this.#cursor.row);
    if (at === undefined || !notes.includes(at)) this.#cursor = undefined;
    const row = this.#shownRow();
    if (row !== undefined && row >= 0 && notes.length) {
      const [rows, columns] = store.size(this.#choice.level);
      const span = this.#window.rows[1] - this.#window.rows[0];
      if (span < rows) this.#look({ rows: reveal(this.#window.rows, row, rows), columns: whole(this.#window.columns, columns) });
    }
    this.#showRow();
    this.#redraw();
  }

  // Pointer and keys

  #listen(): void {
    const { life } = this.#host;
    life.on(this.canvas, "keydown", (event) => this.#key(event));
    life.on(this.canvas, "wheel", (event) => this.#wheel(event), { passive: false });
    life.on(this.canvas, "dblclick", (event) => this.zoom(2, this.#at(event)));
    life.on(this.canvas, "pointerleave", () => this.#hoverAt(undefined));
    life.on(this.canvas, "blur", () => {
      this.tip.hidden = true;
    });
    this.#drag();
  }

  #at(event: MouseEvent): { row: number; column: number; x: number; y: number } | undefined {
    const frame = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    const found = cellAt(this.#window, plotBox(this.#size.width, this.#size.height), x, y);
    return found && { ...found, x, y };
  }

  /** One pointer drags, two zoom, a click without a move selects. */
  #drag(): void {
    const { life } = this.#host;
    const down = new Map<number, { x: number; y: number }>();
    let moved = 0;
    let span = 0;
    const points = () => [...down.values()];
    const apart = () => {
      const [a, b] = points();
      return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
    };
    life.on(this.canvas, "pointerdown", (event) => {
      if (event.button > 0) return;
      this.canvas.setPointerCapture?.(event.pointerId);
      down.set(event.pointerId, { x: event.clientX, y: event.clientY });
      moved = down.size > 1 ? 99 : 0;
      span = apart();
    });
    life.on(this.canvas, "pointermove", (event) => {
      const before = down.get(event.pointerId);
      if (!before) return this.#hoverAt(event);
      down.set(event.pointerId, { x: event.clientX, y: event.clientY });
      moved += Math.abs(event.clientX - before.x) + Math.abs(event.clientY - before.y);
      if (down.size === 2 && span) {
        const now = apart();
        this.zoom(now / span, this.#at(event));
        span = now || span;
      } else if (moved > 4) this.#pan(before.x - event.clientX, before.y - event.clientY);
    });
    const up = (event: PointerEvent) => {
      const here = down.delete(event.pointerId);
      span = 0;
      if (here && moved <= 4 && event.type === "pointerup") this.#click(event);
    };
    life.on(this.canvas, "pointerup", up);
    life.on(this.canvas, "pointercancel", up);
  }

  #pan(x: number, y: number): void {
    const [rows, columns] = this.#host.store.size(this.#choice.level);
    const box = plotBox(this.#size.width, this.#size.height);
    const items = ([from, to]: Range, pixels: number, size: number) => (pixels * (to - from)) / size;
    this.#hoverAt(undefined);
    this.#look({
      rows: panRange(this.#window.rows, items(this.#window.rows, y, box.height), rows),
      columns: panRange(this.#window.columns, items(this.#window.columns, x, box.width), columns),
    });
  }

  /** A wheel with Ctrl zooms (so does a pinch on a touch pad); without, the page scrolls, unless there is a part to move. */
  #wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.zoom(Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) / 120), this.#at(event));
      return;
    }
    const [rows] = this.#host.store.size(this.#choice.level);
    const { rows: shown } = this.#window;
    if (shown[1] - shown[0] >= rows) return;
    const atEnd = event.deltaY > 0 ? shown[1] >= rows : shown[0] <= 0;
    if (atEnd && Math.abs(event.deltaX) < Math.abs(event.deltaY)) return;
    event.preventDefault();
    this.#pan(event.shiftKey ? event.deltaY : event.deltaX, event.shiftKey ? 0 : event.deltaY);
  }

  #click(event: PointerEvent): void {
    this.canvas.focus({ preventScroll: true });
    const at = this.#at(event);
    if (!at) return;
    this.#setCursor(Math.floor(at.row), Math.floor(at.column));
    this.#select(event.shiftKey);
  }

  #hoverAt(event: PointerEvent | undefined): void {
    const at = event && this.#at(event);
    this.#hover = at && { ...at, row: Math.floor(at.row), column: Math.floor(at.column) };
    const { clock, store, life } = this.#host;
    const note = this.#hover ? store.noteOf(this.#choice, "columns", this.#hover.column) : -1;
    clock.setHover(note >= 0 ? store.notes.table.id(note) : null);
    this.#cancelHover?.();
    const row = this.#hover?.row;
    if (row !== undefined) this.#cancelHover = life.after(HOVER_MS, () => this.#wantRow(row));
    this.#showTip();
  }

  #showTip(): void {
    const at = this.#hover;
    this.tip.hidden = !at;
    if (!at) return;
    this.tip.textContent = this.cellText(at.row, at.column);
    const right = at.x > this.#size.width / 2;
    this.tip.style.left = right ? "" : `${at.x + 14}px`;
    this.tip.style.right = right ? `calc(100% - ${at.x - 8}px)` : "";
    this.tip.style.top = `${at.y + 16}px`;
  }

  #setCursor(row: number, column: number): void {
    const [rows, columns] = this.#host.store.size(this.#choice.level);
    if (!rows || !columns) return;
    const held = (value: number, most: number) => Math.min(Math.max(value, 0), most - 1);
    this.#cursor = { row: held(row, rows), column: held(column, columns) };
    this.#look({
      rows: reveal(this.#window.rows, this.#cursor.row, rows),
      columns: reveal(this.#window.columns, this.#cursor.column, columns),
    });
    this.#showRow();
  }

  #select(add: boolean): void {
    const { clock, store } = this.#host;
    if (!this.#cursor) return;
    const note = store.noteOf(this.#choice, "rows", this.#cursor.row);
    if (note < 0) return clock.select(add ? clock.selection : []);
    const id = store.notes.table.id(note);
    clock.select(add ? [...clock.selection, id] : [id]);
    this.#host.say(this.rowText(this.#cursor.row));
  }

  #key(event: KeyboardEvent): void {
    const step = event.shiftKey ? 8 : 1;
    const moves: Record<string, readonly [number, number]> = {
      ArrowUp: [-step, 0], ArrowDown: [step, 0], ArrowLeft: [0, -step], ArrowRight: [0, step],
      PageUp: [-16, 0], PageDown: [16, 0], Home: [0, -1e9], End: [0, 1e9],
    };
    const move = moves[event.key];
    if (move) {
      const at = this.#cursor ?? { row: this.#shownRow() ?? this.#window.rows[0], column: this.#window.columns[0] };
      this.#setCursor(Math.floor(at.row) + move[0], Math.floor(at.column) + move[1]);
      const cursor = this.#cursor;
      if (cursor) this.#host.say(this.cellText(cursor.row, cursor.column));
    } else if (event.key === "+" || event.key === "=") this.zoom(2);
    else if (event.key === "-") this.zoom(0.5);
    else if (event.key === "0") this.home();
    else if (event.key === "Enter" || event.key === " ") this.#select(event.shiftKey);
    else if (event.key === "[") this.#host.turn(-1);
    else if (event.key === "]") this.#host.turn(1);
    else if (event.key === "Escape") this.canvas.blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Return where a cell lies on the canvas; for tests. */
  place(row: number, column: number): { x: number; y: number; width: number; height: number } {
    return boxOf(this.#window, plotBox(this.#size.width, this.#size.height), [row, row + 1], [column, column + 1]);
  }
}

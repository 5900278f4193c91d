/** Controller of the attention matrix: its viewport, cursor and tooltip, and what pointer and keys do to them. */

import type { AttentionStore, Choice } from "./store";
import { valueText } from "../core/words";
import type { PageClock } from "../core/clock";
import { element, fitCanvas } from "../core/dom";
import type { Life } from "../core/life";
import { drawMatrix, WRITTEN, type Matrix } from "../marks/matrix";
import { marginsFor, NAMED, type Axis } from "../marks/matrix-axis";
import {
  boxOf,
  cellAt,
  panRange,
  plotBox,
  reveal,
  whole,
  zoomRange,
  type Box,
  type Margins,
  type Range,
  type Window,
} from "../marks/matrix-view";
import { MatrixAxes } from "./matrix-axes";
import { bindHands } from "./matrix-hands";
import { bindKeys } from "./matrix-keys";
import { imageOf } from "../marks/matrix-image";
import { MatrixReading } from "./matrix-reading";
import { scaleOf } from "./matrix-scale";
import { MatrixSource, type Looked } from "./matrix-source";
import { MatrixTip } from "./matrix-tip";
import type { Theme } from "../core/theme";

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

export class MatrixPanel {
  readonly canvas = element("canvas", {
    tabindex: 0,
    role: "application",
    "aria-label": "Matrix: rows look at columns",
    class: "mnb-matrix",
    "aria-keyshortcuts": "ArrowUp ArrowDown ArrowLeft ArrowRight Plus Minus 0 Enter [ ]",
  });
  /** Which colour is how much. */
  readonly scale = element("div", { class: "mnb-attention-key" });
  readonly #host: PanelHost;
  readonly #axes: MatrixAxes;
  readonly #reading: MatrixReading;
  readonly #source: MatrixSource;
  readonly #tip: MatrixTip;
  #window: Window = { rows: [0, 1], columns: [0, 1] };
  #image: HTMLCanvasElement | undefined;
  #cursor: { row: number; column: number } | undefined;
  #size = { width: 320, height: 320 };
  readonly #redraw: () => void;

  constructor(host: PanelHost) {
    this.#host = host;
    this.#axes = new MatrixAxes(host.store);
    this.#reading = new MatrixReading(host.store, host.life);
    const width = () => this.#size.width;
    this.#tip = new MatrixTip(host.store, host.clock, this.#reading, host.life, width);
    this.#source = new MatrixSource(
      host.store,
      host.life,
      () => this.#looked,
      (matrix) => this.#use(matrix),
    );
    this.#redraw = host.life.frame(() => this.#draw());
    this.home();
    this.#listen();
  }

  /** The words of the cell under the pointer. */
  get tip(): HTMLElement {
    return this.#tip.box;
  }
  get #choice(): Choice {
    return this.#reading.choice;
  }
  get #matrix(): Matrix | undefined {
    return this.#reading.matrix;
  }
  get #looked(): Looked {
    return {
      choice: this.#choice,
      window: this.#window,
      width: this.#size.width,
      matrix: this.#matrix,
    };
  }

  get #axisPair(): { readonly rows: Axis; readonly columns: Axis } {
    const theme = this.#host.theme();
    return {
      rows: this.#axes.axis(this.#choice, "rows", theme),
      columns: this.#axes.axis(this.#choice, "columns", theme),
    };
  }
  get #margins(): Margins {
    const { rows, columns } = this.#axisPair;
    return marginsFor(rows, columns, this.#size.width);
  }
  get #box(): Box {
    return plotBox(this.#size.width, this.#size.height, this.#margins);
  }

  /** Another head, kind, level or order: keep what is looked at where that is the same. */
  choose(): void {
    const next = this.#host.store.choice;
    const axes = next.level !== this.#choice.level || next.order !== this.#choice.order;
    this.#reading.choice = next;
    this.#source.forget();
    this.#use(this.#host.store.placeholder(next));
    if (axes) {
      this.#cursor = undefined;
      this.home();
    } else this.#source.ask();
    this.#showRow();
  }

  /** Other heads altogether. */
  reset(): void {
    this.#cursor = undefined;
    this.#tip.forget();
    this.#reading.choice = this.#host.store.choice;
    this.#source.forget();
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
    const point = at ??
      this.#cursor ?? { row: middle(this.#window.rows), column: middle(this.#window.columns) };
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
    this.#source.ask();
    this.#redraw();
  }

  /** Colours or marks have changed. */
  repaint(fresh = false): void {
    if (fresh) this.#use(this.#matrix ?? this.#host.store.placeholder(this.#choice));
    this.#redraw();
  }

  /** Rows have come from Python. */
  rowsCame(): void {
    this.#redraw();
    this.#tip.show();
    this.#showRow();
  }

  // What is seen

  #look(window: Window): void {
    this.#window = window;
    this.#source.ask();
    this.#redraw();
  }

  #use(matrix: Matrix | undefined): void {
    const { dark } = this.#host.theme();
    this.#image = matrix && imageOf(matrix, dark, this.#choice.what !== "weights");
    this.#reading.matrix = matrix;
    this.#showScale();
    this.#redraw();
  }

  #draw(): void {
    const { store, clock } = this.#host;
    const { width, height } = this.#size;
    const context = fitCanvas(this.canvas, width, height);
    if (!context) return;
    const matrix = this.#matrix;
    this.#wantWritten();
    const selected = [...clock.selection]
      .map((id) => store.notes.table.row(id))
      .filter((row) => row >= 0)
      .slice(0, 64);
    const items = (axis: "rows" | "columns") =>
      selected.flatMap((note) => store.itemsOf(this.#choice, axis, note));
    drawMatrix(
      context,
      {
        window: this.#window,
        image: this.#image,
        part: matrix ?? this.#window,
        shape: matrix?.shape ?? [1, 1],
        ...this.#axisPair,
        margins: this.#margins,
        selectedRows: items("rows"),
        selectedColumns: items("columns"),
        cursor: this.#cursor,
        playing: this.#playing(),
        value: (row, column) => {
          const value = this.#reading.value(row, column);
          return value === undefined
            ? ""
            : valueText(value, this.#choice.what).replace("below 0.1 %", "");
        },
      },
      width,
      height,
      this.#host.theme(),
    );
  }

  #playing(): { row: number; column: number } | undefined {
    const { clock, store } = this.#host;
    if (!clock.playing || this.#choice.order !== "time" || !store.hasNotes) return undefined;
    const note = Math.max(0, store.notes.table.firstFrom(clock.playhead + 1e-6) - 1);
    const [row, column] = (["rows", "columns"] as const).map(
      (axis) => store.itemsOf(this.#choice, axis, note)[0],
    );
    return row === undefined || column === undefined ? undefined : { row, column };
  }

  /** Values that are written into cells are true ones. */
  #wantWritten(): void {
    const { width, height } = this.place(0, 0);
    if (width < WRITTEN || height < NAMED) return;
    const [from, to] = whole(this.#window.rows, this.#host.store.size(this.#choice.level)[0]);
    this.#reading.want(Array.from({ length: to - from }, (_, row) => from + row));
  }

  #showScale(): void {
    const matrix = this.#matrix;
    this.scale.hidden = !matrix?.scale;
    if (!matrix) return;
    const { store } = this.#host;
    const notes = store.hasNotes ? store.notes : undefined;
    this.scale.replaceChildren(
      ...scaleOf(matrix, this.#choice.what !== "weights", this.#host.theme(), notes),
    );
  }

  /** The row of the cursor, or of the first selected note. */
  #shownRow(): number | undefined {
    if (this.#cursor) return this.#cursor.row;
    const { clock, store } = this.#host;
    const [first] = [...clock.selection]
      .map((id) => store.notes.table.row(id))
      .filter((note) => note >= 0);
    return first === undefined ? undefined : store.itemsOf(this.#choice, "rows", first)[0];
  }

  #showRow(): void {
    const row = this.#shownRow();
    if (row === undefined || row < 0) return this.#host.tell("");
    this.#reading.want([row]);
    this.#host.tell(this.#reading.rowText(row));
  }

  /** The selection has changed elsewhere: go there. */
  follow(): void {
    const { clock, store } = this.#host;
    const notes = [...clock.selection]
      .map((id) => store.notes.table.row(id))
      .filter((note) => note >= 0);
    const at = this.#cursor && store.noteOf(this.#choice, "rows", this.#cursor.row);
    if (at === undefined || !notes.includes(at)) this.#cursor = undefined;
    const row = this.#shownRow();
    if (row !== undefined && row >= 0 && notes.length) {
      const [rows] = store.size(this.#choice.level);
      const span = this.#window.rows[1] - this.#window.rows[0];
      if (span < rows)
        this.#look({ rows: reveal(this.#window.rows, row, rows), columns: this.#window.columns });
    }
    this.#showRow();
    this.#redraw();
  }

  // Pointer and keys

  #listen(): void {
    const { life } = this.#host;
    bindKeys(this.canvas, life, {
      walk: (rows, columns) => this.#walk(rows, columns),
      select: (add) => this.#select(add),
      zoom: (factor) => this.zoom(factor),
      home: () => this.home(),
      turn: (by) => this.#host.turn(by),
    });
    life.on(this.canvas, "blur", () => {
      this.#tip.box.hidden = true;
    });
    bindHands(this.canvas, life, {
      zoom: (factor, event) => this.zoom(factor, this.#at(event)),
      pan: (x, y) => this.#pan(x, y),
      click: (event) => this.#click(event),
      hover: (event) => this.#hoverAt(event),
      canPan: (x, y) => this.#canPan(x, y),
    });
  }

  #at(event: MouseEvent): { row: number; column: number; x: number; y: number } | undefined {
    const frame = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    const found = cellAt(this.#window, this.#box, x, y);
    return found && { ...found, x, y };
  }

  #pan(x: number, y: number): void {
    const [rows, columns] = this.#host.store.size(this.#choice.level);
    const box = this.#box;
    const items = ([from, to]: Range, pixels: number, size: number) =>
      (pixels * (to - from)) / size;
    this.#hoverAt(undefined);
    this.#look({
      rows: panRange(this.#window.rows, items(this.#window.rows, y, box.height), rows),
      columns: panRange(this.#window.columns, items(this.#window.columns, x, box.width), columns),
    });
  }

  #canPan(x: number, y: number): boolean {
    const [rows, columns] = this.#host.store.size(this.#choice.level);
    const more = ([from, to]: Range, by: number, length: number) =>
      by > 0 ? to < length - 1e-6 : by < 0 && from > 1e-6;
    return more(this.#window.rows, y, rows) || more(this.#window.columns, x, columns);
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
    this.#tip.point(at && { ...at, row: Math.floor(at.row), column: Math.floor(at.column) });
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
    this.#host.say(this.#reading.rowText(this.#cursor.row));
  }

  #walk(rows: number, columns: number): void {
    const row = this.#cursor?.row ?? this.#shownRow() ?? this.#window.rows[0];
    const column = this.#cursor?.column ?? this.#window.columns[0];
    this.#setCursor(Math.floor(row) + rows, Math.floor(column) + columns);
    const cursor = this.#cursor;
    if (cursor) this.#host.say(this.#reading.cellText(cursor.row, cursor.column));
  }

  /** Return where a cell lies on the canvas. */
  place(row: number, column: number): { x: number; y: number; width: number; height: number } {
    return boxOf(this.#window, this.#box, [row, row + 1], [column, column + 1]);
  }
}

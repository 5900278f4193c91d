/** Render loop of the roll: its two canvases, the viewport, and what is drawn when. */

import type { Arc, PageClock } from "../core/clock";
import { element, fitCanvas, screenDensity } from "../core/dom";
import { findRow } from "./edits";
import type { Life } from "../core/life";
import { arcAt, arcTitle, type ArcShape } from "../marks/arcs";
import { drawAbove, drawGround, LANE_HEIGHT, type Above, type Ghost } from "../marks/roll";
import type { Ground } from "../marks/roll-ground";
import { arcRows, rollArcs } from "../marks/roll-arcs";
import { KEYS_WIDTH, RULER_HEIGHT } from "../marks/roll-grid";
import { RollIndex } from "../marks/roll-index";
import { lettersOf } from "../marks/roll-notes";
import { Tiles } from "../marks/roll-tiles";
import {
  fitted,
  held,
  onAxis,
  onPixels,
  rightOf,
  showing,
  showingPitch,
  zoomPitch,
  zoomTime,
  type Viewport,
} from "../marks/roll-view";
import { EMPTY, type NoteTable } from "../core/table";
import type { Theme } from "../core/theme";
import type { RollUnits } from "../core/wire/roll";
import type { RollEditor } from "./editor";

export interface StageOptions {
  units(): RollUnits;
  follow(): boolean;
  lane(): boolean;
  height(): number;
  /** True where the roll lies below a score in one line, and has its time axis. */
  strip(): boolean;
}

export class Stage {
  readonly frame: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly #above: HTMLCanvasElement;
  readonly editor: RollEditor;
  readonly #clock: PageClock;
  readonly #options: StageOptions;
  #view: Viewport | undefined;
  #index = new RollIndex(EMPTY);
  #theme: Theme;
  #width = 0;
  #tall = 0;
  /** Set when someone has chosen the pitches in view. */
  #pitched = false;
  #stale = true;
  #ends: { table: NoteTable; end: number } | undefined;
  #ground: Ground | undefined;
  readonly #tiles = new Tiles();
  #overlay: readonly Arc[] = [];
  #arcRows:
    { table: NoteTable; overlay: readonly Arc[]; rows: ReadonlyMap<string, number> } | undefined;
  #arcs: readonly ArcShape[] = [];
  /** Set when someone has moved the view while it played: it stays there until the next start. */
  #released = false;
  front: number | undefined;
  ghosts: readonly Ghost[] = [];
  lifted: ReadonlySet<number> = new Set();
  band: Above["frame"] = null;
  louder: ReadonlyMap<number, number> = new Map();
  /** True while the canvas has the keyboard: the cursor is shown. */
  focused = false;
  readonly redraw: () => void;

  constructor(life: Life, editor: RollEditor, theme: Theme, options: StageOptions) {
    this.editor = editor;
    this.#clock = editor.clock;
    this.#theme = theme;
    this.#options = options;
    this.canvas = element("canvas", { class: "mnb-roll-ground", tabindex: 0, role: "application" });
    this.#above = element("canvas", { class: "mnb-roll-above", "aria-hidden": true });
    this.frame = element("div", { class: "mnb-roll-stage" }, this.canvas, this.#above);
    this.redraw = life.frame(() => this.#draw());
    this.#watch(life);
  }

  #watch(life: Life): void {
    const changed = () => this.refresh();
    this.editor.store.onChange(life, () => {
      this.#followStream();
      changed();
    });
    this.#clock.on("selection", life, changed);
    this.#clock.on("hover", life, () => this.redraw());
    this.#overlay = this.#clock.overlay;
    this.#clock.on("overlay", life, () => {
      this.#overlay = this.#clock.overlay;
      this.redraw();
    });
    this.#clock.on("play", life, () => void (this.#released = false));
    this.#clock.on("seek", life, () => {
      if (this.#options.follow()) this.show(this.#clock.playhead);
    });
    this.#clock.on("tempos", life, changed);
    this.#clock.follow(life, () => this.redraw());
    life.size(this.frame, (width, height) => {
      this.#width = width;
      this.#tall = height;
      changed();
    });
    this.#clock.band.on("axis", life, changed);
    if (typeof window !== "undefined") life.on(window, "resize", changed);
  }

  get view(): Viewport | undefined {
    return this.#view;
  }
  get index(): RollIndex {
    return this.#index;
  }
  get lane(): number {
    return this.#options.lane() ? LANE_HEIGHT : 0;
  }
  get end(): number {
    const { store } = this.editor;
    if (this.#ends?.table !== store.table)
      this.#ends = { table: store.table, end: Math.max(store.notes.end, store.table.lastEnd()) };
    return this.#ends.end;
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.refresh();
  }

  /** Draw everything anew in the next frame. */
  refresh(): void {
    this.#stale = true;
    this.redraw();
  }

  // Moving the view

  /** Pan by pixels. */
  pan(x: number, y: number): void {
    if (!this.#view) return;
    const { perQuarter, perPitch, left, top, axis } = this.#view;
    if (axis && x) this.#clock.band.wish({ kind: "pan", by: x });
    if (y) this.#pitched = true;
    this.#go({ ...this.#view, left: left + x / perQuarter, top: top - y / perPitch });
    this.#released = true;
  }

  zoom(factor: number, x = (this.#view?.width ?? 0) / 2): void {
    if (this.#view && !this.#view.axis) this.#go(zoomTime(this.#view, factor, x, this.end));
  }

  zoomPitches(factor: number, y = (this.#view?.height ?? 0) / 2): void {
    this.#pitched = true;
    if (this.#view) this.#go(zoomPitch(this.#view, factor, y, this.end));
  }

  /** Show all notes from the beginning. */
  fit(): void {
    this.#view = undefined;
    this.#pitched = false;
    this.refresh();
  }

  /** Bring a quarter into sight, and a pitch. */
  show(quarter: number, pitch?: number): void {
    if (!this.#view) return;
    const timed = showing(this.#view, quarter, this.end);
    this.#go(pitch === undefined ? timed : showingPitch(timed, pitch, this.end));
  }

  #go(view: Viewport): void {
    const next = held(view, this.end);
    const same =
      this.#view &&
      (Object.keys(next) as (keyof Viewport)[]).every((key) => next[key] === this.#view?.[key]);
    if (same) return;
    this.#view = next;
    this.refresh();
  }

  #followPlayhead(): void {
    if (!this.#view || !this.#clock.playing || this.#released || !this.#options.follow()) return;
    if (this.#view.axis) return;
    const at = this.#clock.playhead;
    const span = this.#view.width / this.#view.perQuarter;
    // Less motion: turn the page when the playhead leaves it. Else keep it a third from the left.
    if (this.#theme.still) this.#go(showing(this.#view, at, this.end));
    else if (at > this.#view.left + span / 3 || at < this.#view.left)
      this.#go({ ...this.#view, left: at - span / 3 });
  }

  #followStream(): void {
    const { notes, table } = this.editor.store;
    if (
      !this.#view ||
      !notes.streaming ||
      this.#view.axis ||
      this.#clock.playing ||
      this.#released ||
      !this.#options.follow()
    )
      return;
    const newest = table.onset[table.length - 1] ?? 0;
    if (newest > rightOf(this.#view))
      this.#go({ ...this.#view, left: newest - (0.7 * this.#view.width) / this.#view.perQuarter });
  }

  // Drawing

  #size(): Viewport | undefined {
    const axis = this.#options.strip() ? this.#clock.band.facts.axis : undefined;
    const width = Math.max(axis ? axis.width : this.#width - KEYS_WIDTH, 40);
    const tall = axis ? this.#tall : this.#options.height() - RULER_HEIGHT;
    const height = Math.max(tall, 60);
    if (!this.#width) return undefined;
    const { table } = this.editor.store;
    const shown = this.#view;
    if (!shown || (axis && !this.#pitched)) this.#view = fitted(table, this.end, width, height);
    else if (shown.width !== width || shown.height !== height || shown.axis !== axis)
      this.#view = held({ ...shown, width, height }, this.end);
    if (axis && this.#view) this.#view = onAxis(this.#view, axis);
    return this.#view;
  }

  #draw(): void {
    this.#followPlayhead();
    if (this.#stale || !this.#ground) this.#drawGround();
    const above = this.#ground && this.#fit(this.#above);
    if (!above || !this.#ground) return;
    drawAbove(above, this.#ground, {
      playhead: this.#clock.playhead,
      playing: this.#clock.playing,
      loop: this.#clock.loop,
      hover: this.#clock.hover === null ? -1 : findRow(this.editor.store.table, this.#clock.hover),
      cursor: this.focused ? this.editor.cursorRow : -1,
      ghosts: this.ghosts,
      arcs: (this.#arcs = this.#layoutArcs(this.#ground)),
      frame: this.band,
    });
  }

  #layoutArcs({ view }: Ground): ArcShape[] {
    if (!this.#overlay.length) return [];
    const { table } = this.editor.store;
    if (this.#arcRows?.table !== table || this.#arcRows.overlay !== this.#overlay) {
      this.#arcRows = { table, overlay: this.#overlay, rows: arcRows(this.#overlay, table) };
    }
    return rollArcs(view, table, this.#overlay, this.#arcRows.rows, this.#theme);
  }

  /** Return what the arc under a point of the note area says; "" for none. */
  arcNameAt(x: number, y: number): string {
    const found = arcAt(this.#arcs, x, y, 3);
    return found ? arcTitle(found) : "";
  }

  #drawGround(): void {
    const { store } = this.editor;
    if (this.#index.table !== store.table) {
      const first = this.#index.table.length === 0;
      this.#index = new RollIndex(store.table);
      if (first && store.table.length) this.#view = undefined;
    }
    const exact = this.#size();
    const context = exact && this.#fit(this.canvas);
    if (!exact || !context) return;
    const view = exact.axis ? exact : onPixels(exact, screenDensity());
    this.#ground = {
      ...{ view, index: this.#index, theme: this.#theme, lane: this.lane, front: this.front },
      letters: lettersOf(store.notes.piece.voices),
      selected: this.editor.selected,
      lifted: this.lifted,
      louder: this.louder,
      bars: store.notes.bars,
      tempo: this.#clock.tempo,
      units: this.#options.units(),
    };
    drawGround(context, this.#ground, this.#tiles);
    this.#stale = false;
    // What is in view, for those who look from outside.
    this.canvas.dataset.view = JSON.stringify({ ...view, axis: undefined });
    this.canvas.dataset.notes = String(store.table.length);
  }

  #fit(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
    const { width, height } = this.#view ?? { width: 0, height: 0 };
    return fitCanvas(canvas, width + KEYS_WIDTH, height + RULER_HEIGHT + this.lane);
  }
}

/** Pointer gestures of the roll: mouse, pen, fingers and wheel. */

import type { Life } from "../core/life";
import type { Ghost } from "../marks/roll";
import { KEYS_WIDTH, RULER_HEIGHT, snapped } from "../marks/roll-grid";
import { boxOf, stemAt } from "../marks/roll-notes";
import { pitchAt, quarterAt, type Viewport } from "../marks/roll-view";
import { quarters } from "../core/units";
import type { RollEditor } from "./editor";
import type { Stage } from "./stage";

export interface PointerOptions {
  /** Quarters of the grid, 0 for none. */
  snap(): number;
  drawing(): boolean;
  say(text: string): void;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly quarter: number;
  readonly pitch: number;
  readonly area: "keys" | "ruler" | "notes" | "lane";
}

/** What a button held down is doing: `to` follows the pointer, `drop` carries it out, `cancel` forgets it. */
interface Drag {
  to(place: Place, event: PointerEvent): void;
  drop(): void;
  cancel(): void;
}

const EDGE = 7;
const FINGER = 4;
// How near to a stem of the velocity lane the pointer takes it.
const STEM = 7;
const WHEEL_ZOOM = 0.0022;

export class Pointer {
  readonly #stage: Stage;
  readonly #editor: RollEditor;
  readonly #options: PointerOptions;
  #drag: Drag | undefined;
  readonly #fingers = new Map<number, readonly [number, number]>();

  constructor(life: Life, stage: Stage, options: PointerOptions) {
    this.#stage = stage;
    this.#editor = stage.editor;
    this.#options = options;
    const { canvas } = stage;
    life.on(canvas, "pointerdown", (event) => this.#down(event));
    life.on(canvas, "pointermove", (event) => this.#move(event));
    life.on(canvas, "pointerup", (event) => this.#up(event));
    life.on(canvas, "pointercancel", (event) => this.#up(event, true));
    life.on(canvas, "pointerleave", () => this.#editor.clock.setHover(null));
    life.on(canvas, "dblclick", (event) => this.#double(event));
    life.on(canvas, "wheel", (event) => this.#wheel(event), { passive: false });
  }

  /** Forget what is being dragged; return whether there was something. */
  cancel(): boolean {
    if (!this.#drag) return false;
    this.#drag.cancel();
    this.#end();
    return true;
  }

  #end(): void {
    this.#drag = undefined;
    [this.#stage.ghosts, this.#stage.lifted, this.#stage.band] = [[], new Set(), null];
    this.#stage.louder = new Map();
    this.#stage.refresh();
  }

  #place(event: MouseEvent): Place | undefined {
    const { view, lane, canvas } = this.#stage;
    if (!view) return undefined;
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - KEYS_WIDTH, event.clientY - box.top - RULER_HEIGHT];
    const area = y < 0 ? "ruler" : lane && y >= view.height ? "lane" : x < 0 ? "keys" : "notes";
    return {
      x,
      y,
      quarter: Math.max(0, quarterAt(view, x)),
      pitch: Math.min(Math.max(pitchAt(view, y), 0), 127),
      area,
    };
  }

  #hit(place: Place, slackPixels = 2): number {
    const { view, index } = this.#stage;
    return view && place.area === "notes"
      ? index.at(place.quarter, place.pitch, slackPixels / view.perQuarter)
      : -1;
  }

  #onEdge(place: Place, row: number, view: Viewport): boolean {
    const { table } = this.#editor.store;
    const box = boxOf(view, table.onset[row] ?? 0, table.duration[row] ?? 0, table.pitch[row] ?? 0);
    return box.width >= 2 * EDGE && place.x > box.x + box.width - EDGE;
  }

  #down(event: PointerEvent): void {
    const place = this.#place(event);
    const { view } = this.#stage;
    if (!place || !view || this.#drag) return this.#pinch(event);
    this.#fingers.set(event.pointerId, [event.clientX, event.clientY]);
    this.#stage.canvas.setPointerCapture?.(event.pointerId);
    this.#stage.canvas.focus({ preventScroll: true });
    this.#drag = this.#begin(place, event, view);
    this.#drag?.to(place, event);
  }

  #begin(place: Place, event: PointerEvent, view: Viewport): Drag | undefined {
    if (event.button === 1) return this.#panning(event);
    if (event.button !== 0) return undefined;
    if (place.area === "ruler")
      return event.shiftKey || event.altKey ? this.#looping(place) : this.#seeking(place);
    if (place.area === "lane") return this.#velocity(place, view);
    if (place.area === "keys") return this.#wholePitch(place, event);
    const row = this.#hit(place, event.pointerType === "touch" ? 8 : 2);
    const more = event.shiftKey || event.ctrlKey || event.metaKey;
    if (row < 0) {
      if (this.#options.drawing()) return this.#drawing(place);
      return event.pointerType === "touch" ? this.#panning(event) : this.#framing(place, more);
    }
    if (more && !event.altKey) {
      this.#editor.select([row], "toggle");
      return undefined;
    }
    if (!this.#editor.selected.has(row)) this.#editor.select([row]);
    else this.#editor.cursor = this.#editor.store.table.id(row);
    this.#options.say(this.#editor.describe(row));
    if (!this.#editor.store.editable) return undefined;
    return this.#onEdge(place, row, view)
      ? this.#resizing(place, row)
      : this.#moving(place, row, event.altKey);
  }

  // What can be dragged

  #panning(event: PointerEvent): Drag {
    let [x, y] = [event.clientX, event.clientY];
    return {
      to: (_, { clientX, clientY }) => {
        this.#stage.pan(x - clientX, y - clientY);
        [x, y] = [clientX, clientY];
      },
      drop: () => undefined,
      cancel: () => undefined,
    };
  }

  #seeking(from: Place): Drag {
    const { clock, store } = this.#editor;
    const seek = (quarter: number) =>
      clock.seek(quarters(snapped(quarter, this.#options.snap(), store.notes.bars)));
    seek(from.quarter);
    return {
      to: ({ quarter, x }) => x !== from.x && seek(quarter),
      drop: () => undefined,
      cancel: () => undefined,
    };
  }

  #looping(from: Place): Drag {
    const { clock, store } = this.#editor;
    const at = (quarter: number) =>
      quarters(snapped(quarter, this.#options.snap(), store.notes.bars));
    const before = clock.loop;
    return {
      to: ({ quarter }) => {
        const [a, b] = [at(from.quarter), at(quarter)];
        clock.setLoop(a === b ? null : [quarters(Math.min(a, b)), quarters(Math.max(a, b))]);
      },
      drop: () => undefined,
      cancel: () => clock.setLoop(before),
    };
  }

  /** A key selects all notes of its pitch. */
  #wholePitch({ pitch }: Place, event: PointerEvent): undefined {
    const { table } = this.#editor.store;
    const rows = [...table.pitch.keys()].filter((row) => table.pitch[row] === pitch);
    this.#editor.select(rows, event.shiftKey ? "add" : "only");
  }

  #framing(from: Place, more: boolean): Drag {
    const before = this.#editor.clock.selection;
    if (!more) this.#editor.clock.select([]);
    let rows: number[] = [];
    return {
      to: (place) => {
        const [x0, x1] = [Math.min(from.x, place.x), Math.max(from.x, place.x)];
        const [y0, y1] = [Math.min(from.y, place.y), Math.max(from.y, place.y)];
        this.#stage.band = x1 - x0 + y1 - y0 < 4 ? null : [x0, y0, x1, y1];
        const [low, high] = [Math.min(from.pitch, place.pitch), Math.max(from.pitch, place.pitch)];
        const [start, stop] = [
          Math.min(from.quarter, place.quarter),
          Math.max(from.quarter, place.quarter),
        ];
        rows = this.#stage.band ? this.#stage.index.inside(start, stop, low, high) : [];
        this.#stage.redraw();
      },
      drop: () => {
        if (rows.length) this.#editor.select(rows, more ? "add" : "only");
        if (rows.length)
          this.#options.say(`${rows.length} ${rows.length === 1 ? "note" : "notes"} selected`);
      },
      cancel: () => this.#editor.clock.select(before),
    };
  }

  #moving(from: Place, row: number, copying: boolean): Drag {
    const { store } = this.#editor;
    const origin = store.table.onset[row] ?? 0;
    let move: readonly [number, number] = [0, 0];
    return {
      to: (place, event) => {
        const target = origin + place.quarter - from.quarter;
        const free = event.ctrlKey || event.metaKey ? 0 : this.#options.snap();
        const near = Math.abs(place.x - from.x) < FINGER;
        const time = near ? 0 : snapped(target, free, store.notes.bars) - origin;
        move = this.#editor.limited(time, place.pitch - from.pitch);
        const [later, higher] = move;
        const none = !later && !higher;
        this.#stage.ghosts = none
          ? []
          : this.#selectedGhosts((g) => ({
              ...g,
              onset: g.onset + later,
              pitch: g.pitch + higher,
            }));
        const lifted = none || copying ? new Set<number>() : this.#editor.selected;
        if (lifted.size !== this.#stage.lifted.size) this.#stage.refresh();
        this.#stage.lifted = lifted;
        this.#stage.redraw();
      },
      drop: () => {
        if (!move[0] && !move[1]) return;
        if (copying) this.#editor.duplicate(...move);
        else this.#editor.move(...move);
      },
      cancel: () => undefined,
    };
  }

  #resizing(from: Place, row: number): Drag {
    const { store } = this.#editor;
    const stop = store.table.end(row);
    let by = 0;
    return {
      to: (place, event) => {
        const free = event.ctrlKey || event.metaKey ? 0 : this.#options.snap();
        by =
          Math.abs(place.x - from.x) < 2
            ? 0
            : snapped(stop + place.quarter - from.quarter, free, store.notes.bars) - stop;
        this.#stage.ghosts = by
          ? this.#selectedGhosts((g) => ({
              ...g,
              duration: this.#editor.stretched(g.duration, by),
            }))
          : [];
        this.#stage.redraw();
      },
      drop: () => by && this.#editor.stretch(by),
      cancel: () => undefined,
    };
  }

  #selectedGhosts(change: (ghost: Ghost) => Ghost): Ghost[] {
    const { table } = this.#editor.store;
    return [...this.#editor.selected].map((row) => change(table.note(row)));
  }

  #drawing(from: Place): Drag {
    const { store, voice } = this.#editor;
    const snap = this.#options.snap();
    const onset = snapped(from.quarter, snap, store.notes.bars, Math.floor);
    let duration = snap || 0.5;
    return {
      to: ({ quarter }) => {
        const stop = snapped(quarter, snap, store.notes.bars, Math.ceil);
        duration = Math.max(stop - onset, snap || 0.0625);
        this.#stage.ghosts = [{ onset, duration, pitch: from.pitch, voice }];
        this.#stage.redraw();
      },
      drop: () => void this.#editor.add(onset, duration, from.pitch),
      cancel: () => undefined,
    };
  }

  #velocity(from: Place, view: Viewport): Drag | undefined {
    const { table, editable } = this.#editor.store;
    const { selected } = this.#editor;
    const voices = this.#editor.store.notes.piece.voices.length;
    let [row, nearest] = [-1, STEM];
    // A stem may stand a voice or eight to the right of its onset.
    this.#stage.index.each(
      from.quarter - 50 / view.perQuarter,
      from.quarter + STEM / view.perQuarter,
      (one) => {
        const away = Math.abs(
          stemAt(view, table.onset[one] ?? 0, table.voice[one] ?? 0, voices) - from.x,
        );
        if (away < nearest || (away === nearest && selected.has(one))) [row, nearest] = [one, away];
      },
    );
    if (row < 0 || !editable) return undefined;
    if (!selected.has(row)) this.#editor.select([row]);
    const was = new Map([...this.#editor.selected].map((one) => [one, table.velocity[one] ?? 0]));
    let values = was;
    return {
      to: ({ y }) => {
        const value = ((view.height + this.#stage.lane - y) / (this.#stage.lane - 6)) * 127;
        const by = Math.round(Math.min(Math.max(value, 1), 127)) - (was.get(row) ?? 0);
        values = new Map([...was].map(([one, velocity]) => [one, velocity + by]));
        this.#stage.louder = values;
        this.#stage.refresh();
        this.#options.say(`Velocity ${(was.get(row) ?? 0) + by}`);
      },
      drop: () => void this.#editor.setVelocities(values),
      cancel: () => undefined,
    };
  }

  // Events

  #move(event: PointerEvent): void {
    const place = this.#place(event);
    if (!place) return;
    if (this.#fingers.size > 1) return this.#pinch(event);
    if (this.#drag) return this.#drag.to(place, event);
    const row = this.#hit(place);
    this.#editor.clock.setHover(row < 0 ? null : this.#editor.store.table.id(row));
    const { style } = this.#stage.canvas;
    const arc = row < 0 && place.area === "notes" ? this.#stage.arcNameAt(place.x, place.y) : "";
    if (arc !== this.#stage.canvas.title) this.#stage.canvas.title = arc;
    const edge = row >= 0 && this.#stage.view && this.#onEdge(place, row, this.#stage.view);
    if (place.area === "lane") style.cursor = "ns-resize";
    else if (row >= 0) style.cursor = edge ? "ew-resize" : "pointer";
    else style.cursor = place.area === "notes" && this.#options.drawing() ? "crosshair" : "default";
  }

  #up(event: PointerEvent, cancelled = false): void {
    this.#fingers.delete(event.pointerId);
    const drag = this.#drag;
    if (!drag) return;
    this.#end();
    if (cancelled) drag.cancel();
    else drag.drop();
  }

  /** Two fingers: their middle pans, their distance zooms. */
  #pinch(event: PointerEvent): void {
    if (event.pointerType !== "touch") return;
    const before = [...this.#fingers.values()];
    this.#fingers.set(event.pointerId, [event.clientX, event.clientY]);
    const now = [...this.#fingers.values()];
    if (this.#drag) this.cancel();
    const [a, b, c, d] = [before[0], before[1], now[0], now[1]];
    if (!a || !b || !c || !d) return;
    const distance = (p: readonly [number, number], q: readonly [number, number]) =>
      Math.hypot(p[0] - q[0], p[1] - q[1]) || 1;
    const left = this.#stage.canvas.getBoundingClientRect().left + KEYS_WIDTH;
    this.#stage.pan((a[0] + b[0] - c[0] - d[0]) / 2, (a[1] + b[1] - c[1] - d[1]) / 2);
    this.#stage.zoom(distance(c, d) / distance(a, b), (c[0] + d[0]) / 2 - left);
  }

  #double(event: MouseEvent): void {
    const place = this.#place(event);
    if (place?.area !== "notes" || this.#hit(place) >= 0 || this.#options.drawing()) return;
    const snap = this.#options.snap();
    this.#editor.add(
      snapped(place.quarter, snap, this.#editor.store.notes.bars, Math.floor),
      snap || 0.5,
      place.pitch,
    );
  }

  /**
   * Sideways pans, with Ctrl zooms time, with Ctrl and Shift pitches. Up and down scroll the notebook, unless the roll has
   * the keyboard: then pitches.
   */
  #wheel(event: WheelEvent): void {
    const { view, canvas } = this.#stage;
    const place = this.#place(event);
    if (!view || !place) return;
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? view.height : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    if (event.ctrlKey || event.metaKey) {
      const factor = Math.exp(-(dy || dx) * WHEEL_ZOOM);
      if (event.shiftKey) this.#stage.zoomPitches(factor, place.y);
      else this.#stage.zoom(factor, place.x);
    } else if (event.shiftKey) this.#stage.pan(dx || dy, 0);
    else if (Math.abs(dx) > Math.abs(dy)) this.#stage.pan(dx, 0);
    else if ((canvas.getRootNode() as Document | ShadowRoot).activeElement === canvas)
      this.#stage.pan(0, dy);
    else return;
    event.preventDefault();
  }
}

/** Pointer gestures of the roll: mouse, pen, fingers and wheel. */

import type { Life } from "../core/life";
import { KEYS_WIDTH, RULER_HEIGHT, snapped } from "../marks/roll-grid";
import { boxOf } from "../marks/roll-notes";
import { pitchAt, quarterAt, type Viewport } from "../marks/roll-view";
import { Drags, type Drag, type DragOptions, type Place } from "./drags";
import type { RollEditor } from "./editor";
import type { Stage } from "./stage";

/** How near to a note's end the pointer takes its edge. */
const EDGE = 7;
const WHEEL_ZOOM = 0.0022;

export class Pointer {
  readonly #stage: Stage;
  readonly #editor: RollEditor;
  readonly #options: DragOptions;
  readonly #drags: Drags;
  #drag: Drag | undefined;
  readonly #fingers = new Map<number, readonly [number, number]>();

  constructor(life: Life, stage: Stage, options: DragOptions) {
    this.#stage = stage;
    this.#editor = stage.editor;
    this.#options = options;
    this.#drags = new Drags(stage, options);
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
    if (event.button === 1) return this.#drags.panning(event);
    if (event.button !== 0) return undefined;
    if (place.area === "ruler")
      return event.shiftKey || event.altKey
        ? this.#drags.looping(place)
        : this.#drags.seeking(place);
    if (place.area === "lane") return this.#drags.velocity(place, view);
    if (place.area === "keys") return this.#drags.wholePitch(place, event);
    const row = this.#hit(place, event.pointerType === "touch" ? 8 : 2);
    const more = event.shiftKey || event.ctrlKey || event.metaKey;
    if (row < 0) {
      if (this.#options.drawing()) return this.#drags.drawing(place);
      return event.pointerType === "touch"
        ? this.#drags.panning(event)
        : this.#drags.framing(place, more);
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
      ? this.#drags.resizing(place, row)
      : this.#drags.moving(place, row, event.altKey);
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
   * Sideways pans, with Ctrl zooms time, with Ctrl and Shift pitches. Up and down scroll the notebook, unless the
   * roll has the keyboard: then pitches.
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

/** Canvas strip of all notes of the piece, small, with the arcs of the selected ones above them. */

import type { Arc, PageClock } from "../core/clock";
import { element, fitCanvas } from "../core/dom";
import type { Life } from "../core/life";
import { arcAt, arcTitle, drawArcs, layoutArcs, type ArcShape } from "../marks/arcs";
import type { Box } from "../marks/matrix-view";
import type { NoteStore } from "../core/notes";
import type { NoteTable } from "../core/table";
import type { Theme } from "../core/theme";

const [HEIGHT, ARCS] = [132, 74];

/** Return where the notes lie in a strip, by row. */
export function stripBoxes(table: NoteTable, width: number): (row: number) => Box {
  let [low, high, end] = [127, 0, 1];
  for (let row = 0; row < table.length; row++) {
    low = Math.min(low, table.pitch[row] ?? 60);
    high = Math.max(high, table.pitch[row] ?? 60);
    end = Math.max(end, table.end(row));
  }
  const step = (HEIGHT - ARCS - 6) / Math.max(1, high - low + 1);
  return (row) => ({
    x: 2 + ((table.onset[row] ?? 0) / end) * (width - 4),
    y: ARCS + (high - (table.pitch[row] ?? 60)) * step,
    width: Math.max(1.5, ((table.duration[row] ?? 0) / end) * (width - 4) - 0.5),
    height: Math.max(2, Math.min(step, 7)),
  });
}

export class ArcStrip {
  readonly canvas = element("canvas", {
    role: "img",
    "aria-label": "Arcs from the selected notes",
  });
  readonly #redraw: () => void;
  #width = 300;
  #shapes: ArcShape[] = [];

  constructor(
    private readonly notes: NoteStore,
    private readonly clock: PageClock,
    private readonly theme: () => Theme,
    private readonly tell: (arc: string) => void,
    private readonly arcs: () => readonly Arc[],
    life: Life,
  ) {
    this.#redraw = life.frame(() => this.#draw());
    clock.on(["selection", "overlay", "hover"], life, this.#redraw);
    notes.onChange(life, this.#redraw);
    clock.follow(life, () => clock.playing && this.#redraw());
    life.on(this.canvas, "click", (event) => this.#click(event));
    life.on(this.canvas, "pointermove", (event) => this.#point(event));
    this.#redraw();
  }

  resize(width: number): void {
    if (width < 40) return;
    this.#width = Math.round(width);
    this.#redraw();
  }

  repaint(): void {
    this.#redraw();
  }

  #draw(): void {
    const { table } = this.notes;
    const theme = this.theme();
    const context = fitCanvas(this.canvas, this.#width, table.length ? HEIGHT : 1);
    if (!context) return;
    const boxes = stripBoxes(table, this.#width);
    context.clearRect(0, 0, this.#width, HEIGHT);
    for (let row = 0; row < table.length; row++) {
      const { x, y, width, height } = boxes(row);
      const selected = this.clock.selection.has(table.id(row));
      context.fillStyle = theme.voices[(table.voice[row] ?? 0) % theme.voices.length] ?? theme.ink;
      context.globalAlpha = selected || this.clock.hover === table.id(row) ? 1 : 0.45;
      context.fillRect(x, y, width, height);
      if (!selected) continue;
      context.strokeStyle = theme.ink;
      context.strokeRect(x - 1, y - 1, width + 2, height + 2);
    }
    context.globalAlpha = 1;
    this.#drawPlayhead(context, theme);
    this.#shapes = layoutArcs(
      this.arcs(),
      (id) => {
        const row = table.row(id);
        return row < 0 ? undefined : boxes(row);
      },
      theme,
      { highest: ARCS - 8 },
    );
    drawArcs(context, this.#shapes);
  }

  #drawPlayhead(context: CanvasRenderingContext2D, theme: Theme): void {
    const end = this.notes.table.lastEnd();
    if (!end || !this.clock.playhead) return;
    const x = 2 + (this.clock.playhead / end) * (this.#width - 4);
    context.fillStyle = theme.warn;
    context.fillRect(Math.round(x), ARCS - 4, 1, HEIGHT - ARCS + 4);
  }

  #place(event: MouseEvent): readonly [number, number] {
    const frame = this.canvas.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  #click(event: MouseEvent): void {
    const [x, y] = this.#place(event);
    const { table } = this.notes;
    const boxes = stripBoxes(table, this.#width);
    let best = -1;
    let nearest = 12;
    for (let row = 0; row < table.length; row++) {
      const box = boxes(row);
      const away = Math.hypot(
        Math.max(box.x - x, 0, x - box.x - box.width),
        Math.max(box.y - y, 0, y - box.y - box.height),
      );
      if (away < nearest) [best, nearest] = [row, away];
    }
    this.clock.select(best < 0 ? [] : [table.id(best)]);
  }

  #point(event: MouseEvent): void {
    const found = arcAt(this.#shapes, ...this.#place(event));
    this.canvas.title = found ? arcTitle(found) : "";
    if (found) this.tell(arcTitle(found));
  }
}

/**
 * Canvas renderer of arcs between notes, over any picture that knows where its notes are: pure. Colour is the head,
 * width the weight.
 */

import type { Arc } from "../core/clock";
import type { Theme } from "../core/theme";
import type { Box } from "./matrix-view";

/** One arc as a quadratic curve. */
export interface ArcShape {
  readonly arc: Arc;
  readonly from: readonly [x: number, y: number];
  readonly over: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly width: number;
  readonly colour: string;
  /** Heads beyond the number of colours are told apart by dashes. */
  readonly dash: readonly number[];
}

export interface ArcOptions {
  /** Pixels for a weight of 1; no arc is wider than 10. */
  readonly widest?: number;
  /** How high an arc may rise, in pixels. */
  readonly highest?: number;
}

const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

/** Return the colour of a head by its number in the model. */
export function headColour(head: number, theme: Pick<Theme, "voices">): string {
  return theme.voices[head % theme.voices.length] ?? "currentColor";
}

/** Return which of the four kinds of dashes a head has, by its number in the model; 0 is none. */
export function dashOf(head: number, theme: Pick<Theme, "voices">): number {
  return Math.floor(head / theme.voices.length) % DASHES.length;
}

/** Return the dashes of a head by its number in the model. */
export function headDash(head: number, theme: Pick<Theme, "voices">): readonly number[] {
  return DASHES[dashOf(head, theme)] ?? [];
}

/** Return the shapes of the arcs whose two notes are in the picture, the strongest last, so that it lies on top. */
export function layoutArcs(
  arcs: readonly Arc[],
  boxOf: (id: string) => Box | undefined,
  theme: Pick<Theme, "voices">,
  options: ArcOptions = {},
): ArcShape[] {
  const { widest = 14, highest = 90 } = options;
  const heads = [...new Set(arcs.map((arc) => arc.head))];
  const shapes: ArcShape[] = [];
  for (const arc of arcs) {
    const [a, b] = [boxOf(arc.from), boxOf(arc.to)];
    if (!a || !b || arc.from === arc.to) continue;
    const from = [a.x + a.width / 2, a.y] as const;
    const to = [b.x + b.width / 2, b.y] as const;
    // Arcs of several heads between the same notes lie apart.
    const lift =
      2 * Math.min(highest, 10 + 0.22 * Math.abs(to[0] - from[0]) + 5 * heads.indexOf(arc.head));
    const over = [(from[0] + to[0]) / 2, Math.min(from[1], to[1]) - lift] as const;
    const width = Math.min(10, Math.max(1, widest * arc.weight));
    shapes.push({
      arc,
      from,
      over,
      to,
      width,
      colour: headColour(arc.head, theme),
      dash: headDash(arc.head, theme),
    });
  }
  return shapes.sort((one, other) => one.arc.weight - other.arc.weight);
}

/** Return the path of an arc for an SVG: stroke it with its colour, width and dash, fill none. */
export function arcPath({ from, over, to }: ArcShape): string {
  const point = (xy: readonly [number, number]) =>
    xy.map((value) => Number(value.toFixed(1))).join(" ");
  return `M${point(from)}Q${point(over)} ${point(to)}`;
}

/** Return what an arc says. */
export function arcTitle({ arc }: ArcShape): string {
  return `${arc.name}: ${Math.round(100 * arc.weight)} %`;
}

/** Draw shapes on a canvas; a dot stands where the look ends. */
export function drawArcs(context: CanvasRenderingContext2D, shapes: readonly ArcShape[]): void {
  context.save();
  context.lineCap = "round";
  context.globalAlpha = 0.85;
  for (const { from, over, to, width, colour, dash } of shapes) {
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = width;
    context.setLineDash([...dash]);
    context.beginPath();
    context.moveTo(...from);
    context.quadraticCurveTo(...over, ...to);
    context.stroke();
    context.beginPath();
    context.arc(...to, Math.max(2.5, width / 2 + 1), 0, 2 * Math.PI);
    context.fill();
  }
  context.restore();
}

/** Return the shape whose curve passes within `reach` pixels of a point, the strongest first. */
export function arcAt(
  shapes: readonly ArcShape[],
  x: number,
  y: number,
  reach = 5,
): ArcShape | undefined {
  for (const shape of [...shapes].reverse()) {
    for (let step = 0; step <= 40; step++) {
      const t = step / 40;
      const [px, py] = ([0, 1] as const).map(
        (axis) =>
          (1 - t) ** 2 * shape.from[axis] +
          2 * t * (1 - t) * shape.over[axis] +
          t ** 2 * shape.to[axis],
      ) as [number, number];
      if (Math.hypot(px - x, py - y) <= reach + shape.width / 2) return shape;
    }
  }
  return undefined;
}

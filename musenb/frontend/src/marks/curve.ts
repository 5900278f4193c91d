/** Canvas renderer of a curve of values along the piece: pure. */

import type { NoteTable } from "../core/table";
import type { Theme } from "../core/theme";
import type { Bar } from "../core/wire/notes";

export interface CurveSize {
  readonly width: number;
  readonly height: number;
}

export interface CurveScale {
  readonly end: number;
  readonly most: number;
  readonly size: CurveSize;
}

export interface Dot {
  readonly row: number;
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

type Values = readonly (number | null)[];

export const AXIS = 34;
const [TOP, FOOT, RIGHT] = [8, 16, 6];

/** Return a round number at or above the largest value. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return (
    ([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((times) => times * unit >= value * 0.999) ??
      10) * unit
  );
}

export const curveX = ({ end, size }: CurveScale, quarter: number): number =>
  AXIS + (quarter / Math.max(end, 1e-9)) * Math.max(1, size.width - AXIS - RIGHT);

export const curveY = ({ most, size }: CurveScale, value: number): number =>
  size.height -
  FOOT -
  (Math.min(Math.max(value, 0), most) / most) * Math.max(1, size.height - FOOT - TOP);

/** Return the scale on which all lines fit. */
export function curveScale(lines: readonly Values[], end: number, size: CurveSize): CurveScale {
  const values = lines.flatMap((line) => line.filter((value): value is number => value !== null));
  return { end, most: roundUp(Math.max(0, ...values)), size };
}

/** Return where the note of each row has its dot. */
export function dotsOf(table: NoteTable, values: Values, scale: CurveScale): Dot[] {
  const dots: Dot[] = [];
  for (let row = 0; row < table.length; row++) {
    const value = values[row] ?? null;
    if (value !== null)
      dots.push({ row, x: curveX(scale, table.onset[row] ?? 0), y: curveY(scale, value), value });
  }
  return dots;
}

/** Return the mean of the notes that begin in each quarter, at the middle of that quarter. */
export function meansOf(table: NoteTable, values: Values): { quarter: number; value: number }[] {
  const sums = new Map<number, [sum: number, count: number]>();
  for (let row = 0; row < table.length; row++) {
    const value = values[row] ?? null;
    if (value === null) continue;
    const at = Math.floor((table.onset[row] ?? 0) + 1e-9);
    const [sum, count] = sums.get(at) ?? [0, 0];
    sums.set(at, [sum + value, count + 1]);
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([at, [sum, count]]) => ({ quarter: at + 0.5, value: sum / count }));
}

export interface CurveLook {
  readonly table: NoteTable;
  readonly bars: readonly Bar[];
  readonly lines: readonly { readonly name: string; readonly values: Values }[];
  readonly scale: CurveScale;
  readonly selected: ReadonlySet<number>;
  readonly hover: number;
  readonly playhead: number;
  readonly theme: Theme;
}

export const LINE_DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [8, 3, 2, 3]];

/** Draw axis, bar lines, what was generated, dots (of one line only), lines and the playhead. */
export function drawCurve(context: CanvasRenderingContext2D, look: CurveLook): void {
  const { scale, theme, table } = look;
  const { width, height } = scale.size;
  context.clearRect(0, 0, width, height);
  drawGround(context, look);
  const single = look.lines.length === 1;
  look.lines.forEach(({ values }, number) => {
    if (single) for (const dot of dotsOf(table, values, scale)) drawDot(context, look, dot, 3);
    drawLine(
      context,
      look,
      values,
      single ? theme.ink : (theme.voices[number % theme.voices.length] ?? theme.ink),
      LINE_DASHES[number % 4] ?? [],
    );
  });
  for (const { values } of look.lines) {
    for (const dot of dotsOf(table, values, scale)) {
      if (!look.selected.has(dot.row) && dot.row !== look.hover) continue;
      drawDot(context, look, dot, 4.5);
      context.strokeStyle = theme.ink;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(dot.x, dot.y, 6.5, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  if (look.playhead > 0) {
    context.fillStyle = theme.warn;
    context.fillRect(Math.round(curveX(scale, look.playhead)) - 1, 0, 2, height - FOOT);
  }
}

function drawGround(
  context: CanvasRenderingContext2D,
  { scale, theme, table, bars }: CurveLook,
): void {
  const { width, height } = scale.size;
  const first = Array.from({ length: table.length }, (_, row) => row).find((row) =>
    table.generated(row),
  );
  if (first !== undefined) {
    const x = curveX(scale, table.onset[first] ?? 0);
    context.fillStyle = theme.accent;
    context.globalAlpha = 0.07;
    context.fillRect(x, TOP, width - RIGHT - x, height - FOOT - TOP);
    context.globalAlpha = 1;
  }
  context.font = `10px ${theme.font}`;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const share of [0, 0.5, 1]) {
    const y = Math.round(curveY(scale, share * scale.most));
    context.fillStyle = theme.grid;
    context.fillRect(AXIS, y, width - AXIS - RIGHT, 1);
    context.fillStyle = theme.faint;
    context.fillText(String(Number((share * scale.most).toPrecision(3))), AXIS - 5, y);
  }
  context.textAlign = "left";
  let free = AXIS;
  for (const [onset, , number] of bars) {
    const x = Math.round(curveX(scale, onset));
    if (onset >= scale.end) break;
    context.fillStyle = theme.line;
    context.fillRect(x, TOP, 1, height - FOOT - TOP + 3);
    if (!number || x < free) continue;
    context.fillStyle = theme.faint;
    context.fillText(String(number), x + 2, height - FOOT / 2 + 1);
    free = x + 26;
  }
}

function drawLine(
  context: CanvasRenderingContext2D,
  { table, scale }: CurveLook,
  values: Values,
  colour: string,
  dash: readonly number[],
): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.setLineDash([...dash]);
  context.beginPath();
  meansOf(table, values).forEach(({ quarter, value }, place) => {
    const [x, y] = [curveX(scale, Math.min(quarter, scale.end)), curveY(scale, value)];
    if (place) context.lineTo(x, y);
    else context.moveTo(x, y);
  });
  context.stroke();
  context.setLineDash([]);
}

/** A note that was given is filled, one that a model wrote is hollow, as on the roll. */
function drawDot(
  context: CanvasRenderingContext2D,
  { table, theme }: CurveLook,
  { row, x, y }: Dot,
  radius: number,
): void {
  const colour = theme.voices[(table.voice[row] ?? 0) % theme.voices.length] ?? theme.ink;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = table.generated(row) ? theme.paper : colour;
  context.fill();
  context.strokeStyle = colour;
  context.lineWidth = 1.2;
  context.stroke();
}

/** Return the row of the nearest dot within reach, or -1. */
export function dotAt(dots: readonly Dot[], x: number, y: number, reach = 14): number {
  let [found, nearest] = [-1, reach];
  for (const dot of dots) {
    const away = Math.hypot(dot.x - x, (dot.y - y) * 0.7);
    if (away < nearest) [found, nearest] = [dot.row, away];
  }
  return found;
}

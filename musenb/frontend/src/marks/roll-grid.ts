/** Canvas renderer of the roll's grid, ruler and keys, and the snapping of times to lines. */

import type { TempoMap } from "../core/tempo";
import type { Theme } from "../core/theme";
import { pitchName, quarters, seconds } from "../core/units";
import type { Bar } from "../core/wire/notes";
import type { RollUnits } from "../core/wire/roll";
import { lineAt, quarterAt, rightOf, xAt, yAt, type Viewport } from "./roll-view";

export const KEYS_WIDTH = 46;
export const RULER_HEIGHT = 22;

const BLACK = new Set([1, 3, 6, 8, 10]);
// Labels and lines closer together than this are left out.
const LABEL_GAP = 56;
const LINE_GAP = 9;

export interface Times {
  readonly bars: readonly Bar[];
  readonly tempo: TempoMap;
  readonly units: RollUnits;
}

/** A vertical line: `weight` 2 for a bar (or a labelled second), 1 for a beat; `label` stands in the ruler. */
export interface Line {
  readonly quarter: number;
  readonly weight: 1 | 2;
  readonly label: string;
}

/** Return the lines in view, thinned until they can be told apart. */
export function linesIn(view: Viewport, times: Times): Line[] {
  return times.units === "seconds" ? secondLines(view, times.tempo) : barLines(view, times.bars);
}

function barLines(view: Viewport, bars: readonly Bar[]): Line[] {
  const shown = barsIn(view, bars);
  const lines: Line[] = [];
  const [first] = shown;
  if (!first) return lines;
  const width = ((4 * first[3]) / first[4]) * view.perQuarter;
  const step =
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].find((n) => n * width >= LABEL_GAP) ?? 2048;
  const every =
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].find((n) => n * width >= LINE_GAP) ?? 2048;
  for (const [onset, end, number, beats, unit, beat] of shown) {
    const label = number === 0 || (number - 1) % step === 0 ? (number ? String(number) : "") : "";
    if (number % every === 0 || label || every === 1)
      lines.push({ quarter: onset, weight: 2, label });
    if (beat * view.perQuarter < LINE_GAP) continue;
    // An upbeat is counted from where its bar would have begun.
    const start = number === 0 ? end - (4 * beats) / unit : onset;
    for (let at = start + beat; at < end - 1e-6; at += beat) {
      const name =
        beat * view.perQuarter >= LABEL_GAP
          ? `${number || ""}.${Math.round((at - start) / beat) + 1}`
          : "";
      if (at > onset) lines.push({ quarter: at, weight: 1, label: name });
    }
  }
  return lines;
}

/** Return the bars in view; behind the last one they go on as long as it. */
function barsIn(view: Viewport, bars: readonly Bar[]): Bar[] {
  const shown = bars.filter(([onset, end]) => end > view.left && onset <= rightOf(view));
  const last = bars.at(-1) ?? ([quarters(-4), quarters(0), 0, 4, 4, quarters(1)] as const);
  const length = (4 * last[3]) / last[4];
  const ahead = Math.max(0, Math.floor((view.left - last[1]) / length));
  for (let n = ahead; last[1] + n * length <= rightOf(view) && shown.length < 4000; n++) {
    const start = last[1] + n * length;
    shown.push([
      quarters(start),
      quarters(start + length),
      last[2] + 1 + n,
      last[3],
      last[4],
      last[5],
    ]);
  }
  return shown;
}

function secondLines(view: Viewport, tempo: TempoMap): Line[] {
  const [from, to] = [
    tempo.secondsAt(quarters(view.left)),
    tempo.secondsAt(quarters(rightOf(view))),
  ];
  const pixels = view.width / Math.max(to - from, 1e-6);
  const step =
    [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600].find((n) => n * pixels >= LABEL_GAP) ??
    3600;
  const lines: Line[] = [];
  for (let n = Math.ceil(from / step); n * step <= to; n++) {
    lines.push({
      quarter: tempo.quartersAt(seconds(n * step)),
      weight: 2,
      label: secondsName(n * step),
    });
  }
  return lines;
}

/** Return a time as "1:05" or "3.2 s". */
export function secondsName(value: number): string {
  const whole = Math.round(value * 10) / 10;
  if (whole < 60) return `${Number.isInteger(whole) ? whole : whole.toFixed(1)} s`;
  return `${Math.floor(whole / 60)}:${String(Math.floor(whole % 60)).padStart(2, "0")}`;
}

/** Draw the rows and lines of the note area, whose upper left corner is the origin. */
export function drawGrid(
  context: CanvasRenderingContext2D,
  view: Viewport,
  lines: readonly Line[],
  theme: Theme,
): void {
  context.fillStyle = theme.paper;
  context.fillRect(0, 0, view.width, view.height);
  const lowest = Math.max(0, Math.floor(view.top - view.height / view.perPitch));
  for (let pitch = Math.min(127, Math.ceil(view.top)); pitch >= lowest; pitch--) {
    const y = yAt(view, pitch);
    if (BLACK.has(pitch % 12)) {
      context.fillStyle = theme.panel;
      context.globalAlpha = 0.9;
      context.fillRect(0, y, view.width, view.perPitch);
      context.fillStyle = theme.grid;
      context.globalAlpha = 0.35;
      context.fillRect(0, y, view.width, view.perPitch);
      context.globalAlpha = 1;
    }
    if (pitch % 12 === 11 || pitch % 12 === 4) {
      context.fillStyle = theme.grid;
      context.fillRect(0, Math.round(y), view.width, 1);
    }
  }
  for (const { quarter, weight } of lines) {
    // On the score's axis there are the score's lines: those of the beats would be the notes' own places.
    if (view.axis && (weight === 1 || !view.axis.lines.has(quarter))) continue;
    context.fillStyle = weight === 2 ? theme.line : theme.grid;
    const x = weight === 2 ? lineAt(view, quarter) : xAt(view, quarter);
    context.fillRect(Math.round(x), 0, 1, view.height);
  }
}

/** Draw the ruler; the origin is its upper left corner, above the note area. */
export function drawRuler(
  context: CanvasRenderingContext2D,
  view: Viewport,
  lines: readonly Line[],
  theme: Theme,
): void {
  context.fillStyle = theme.panel;
  context.fillRect(0, 0, view.width, RULER_HEIGHT);
  context.font = `11px ${theme.font}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const { quarter, weight, label } of lines) {
    const x = Math.round(xAt(view, quarter));
    context.fillStyle = theme.line;
    const tall = label ? RULER_HEIGHT : weight === 2 ? 8 : 4;
    context.fillRect(x, RULER_HEIGHT - tall, 1, tall);
    if (!label) continue;
    context.fillStyle = weight === 2 ? theme.ink : theme.faint;
    context.fillText(label, x + 4, RULER_HEIGHT / 2);
  }
  context.fillStyle = theme.line;
  context.fillRect(0, RULER_HEIGHT - 1, view.width, 1);
}

/** Draw the keys; the origin is the upper left corner of their column, beside the note area. */
export function drawKeys(context: CanvasRenderingContext2D, view: Viewport, theme: Theme): void {
  context.fillStyle = theme.dark ? "#c8c8c8" : "#ffffff";
  context.fillRect(0, 0, KEYS_WIDTH, view.height);
  context.font = `${view.perPitch < 15 ? 10 : 11}px ${theme.font}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  const lowest = Math.max(0, Math.floor(view.top - view.height / view.perPitch));
  for (let pitch = Math.min(127, Math.ceil(view.top)); pitch >= lowest; pitch--) {
    const y = yAt(view, pitch);
    if (BLACK.has(pitch % 12)) {
      context.fillStyle = theme.dark ? "#2a2a2a" : "#3a3a3a";
      context.fillRect(0, y, KEYS_WIDTH * 0.58, view.perPitch);
    }
    context.fillStyle = "#9a9a9a";
    if (pitch % 12 === 11 || pitch % 12 === 4) context.fillRect(0, Math.round(y), KEYS_WIDTH, 1);
    else if (BLACK.has(pitch % 12))
      context.fillRect(KEYS_WIDTH * 0.58, Math.round(y + view.perPitch / 2), KEYS_WIDTH * 0.42, 1);
    const named = pitch % 12 === 0 || (view.perPitch >= 15 && !BLACK.has(pitch % 12));
    if (!named) continue;
    context.fillStyle = "#222222";
    context.fillText(pitchName(pitch), KEYS_WIDTH - 4, y + view.perPitch / 2);
  }
  context.fillStyle = theme.line;
  context.fillRect(KEYS_WIDTH - 1, 0, 1, view.height);
}

/** Return the place of `quarter` on the grid of `snap` quarters, counted from its bar line; 0 for no grid. */
export function snapped(
  quarter: number,
  snap: number,
  bars: readonly Bar[] = [],
  round = Math.round,
): number {
  if (!(snap > 0)) return Math.max(0, quarter);
  const line = bars.findLast(([onset]) => onset <= quarter + 1e-9);
  const start = line ? (line[2] === 0 ? line[1] - (4 * line[3]) / line[4] : line[0]) : 0;
  return Math.max(
    0,
    start + round((quarter - start) / snap + (round === Math.floor ? 1e-9 : 0)) * snap,
  );
}

/** Return the quarter under a pixel of the ruler or the note area. */
export const timeAt = (view: Viewport, x: number): number => Math.max(0, quarterAt(view, x));

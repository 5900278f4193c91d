/** Diff marks of two versions of a piece, and the viewport that both share: pure. */

import type { NoteTable } from "../core/table";
import type { Theme } from "../core/theme";
import type { Bar } from "../core/wire/notes";
import { KEYS_WIDTH, RULER_HEIGHT } from "./roll-grid";
import { boxOf } from "./roll-notes";
import { xAt, type Viewport } from "./roll-view";

const [ROW, LEAST_ROWS] = [6, 14];
/** Below so many pixels a quarter the view begins shortly before the versions part. */
const CRAMPED = 11;

/** Return the view of both: all pitches, and all of the time, or what lies around the place at which they part. */
export function sharedView(
  tables: readonly NoteTable[],
  bars: readonly Bar[],
  end: number,
  parts: number | null,
  width: number,
): Viewport {
  let [low, high] = [127, 0];
  for (const table of tables) {
    for (let row = 0; row < table.length; row++) {
      low = Math.min(low, table.pitch[row] ?? 127);
      high = Math.max(high, table.pitch[row] ?? 0);
    }
  }
  if (low > high) [low, high] = [54, 78];
  const rows = Math.max(high - low + 3, LEAST_ROWS);
  const room = Math.max(60, width - KEYS_WIDTH);
  const whole = room / Math.max(end, 1);
  const left = whole >= CRAMPED || parts === null ? 0 : startBefore(bars, parts);
  return {
    left,
    perQuarter: room / Math.max(end - left, 1),
    top: high + 1,
    perPitch: ROW,
    width: room,
    height: rows * ROW,
  };
}

/**
 * Return the bar line from which the parting of two versions is heard: that of its bar, or the one before when it is
 * early in the bar.
 */
export function startBefore(bars: readonly Bar[], parts: number): number {
  const place = bars.findLastIndex(([onset]) => onset <= parts + 1e-9);
  const bar = bars[place];
  if (!bar) return 0;
  return parts - bar[0] < 1 ? (bars[Math.max(0, place - 1)]?.[0] ?? 0) : bar[0];
}

/** Frame the notes that differ and draw where the versions part; the origin is the corner of the whole roll. */
export function drawDifferences(
  context: CanvasRenderingContext2D,
  view: Viewport,
  table: NoteTable,
  rows: Iterable<number>,
  parts: number | null,
  theme: Theme,
): void {
  context.save();
  context.beginPath();
  context.rect(KEYS_WIDTH, 0, view.width, RULER_HEIGHT + view.height);
  context.clip();
  context.translate(KEYS_WIDTH, RULER_HEIGHT);
  context.strokeStyle = context.fillStyle = theme.warn;
  context.lineWidth = 1.5;
  for (const row of rows) {
    const box = boxOf(view, table.onset[row] ?? 0, table.duration[row] ?? 0, table.pitch[row] ?? 0);
    context.strokeRect(box.x - 0.5, box.y - 1, box.width + 1, box.height + 2);
  }
  if (parts !== null) {
    const x = Math.round(xAt(view, parts));
    context.setLineDash([4, 3]);
    context.beginPath();
    context.moveTo(x, -RULER_HEIGHT);
    context.lineTo(x, view.height);
    context.stroke();
    context.setLineDash([]);
  }
  context.restore();
}

/** Draw the playhead over a whole roll. */
export function drawPlayhead(
  context: CanvasRenderingContext2D,
  view: Viewport,
  quarter: number,
  theme: Theme,
): void {
  const x = xAt(view, quarter);
  if (x < 0 || x > view.width) return;
  context.fillStyle = theme.warn;
  context.fillRect(KEYS_WIDTH + Math.round(x) - 1, 0, 2, RULER_HEIGHT + view.height);
}

/** Canvas renderer of the whole piece, a few rows high: its notes, what repeats, what is still empty. Pure. */

import type { NoteTable } from "../core/table";
import type { Theme } from "../core/theme";
import type { Loop } from "../core/wire/clock";

export interface Overview {
  readonly table: NoteTable;
  readonly width: number;
  readonly height: number;
  /** The quarter at the right edge. */
  readonly end: number;
  readonly loop: Loop | null;
}

const MARGIN = 4;

export function drawOverview(
  context: CanvasRenderingContext2D,
  view: Overview,
  theme: Theme,
): void {
  const { table, width, height, end, loop } = view;
  const x = (quarter: number) => (quarter / Math.max(end, 1e-6)) * width;
  context.clearRect(0, 0, width, height);
  context.fillStyle = theme.panel;
  context.fillRect(0, 0, width, height);
  const [low, high] = span(table);
  const row = (height - 2 * MARGIN) / Math.max(high - low + 1, 12);
  const tall = Math.min(Math.max(row, 2), 4);
  const middle = (high + low) / 2;
  for (let note = 0; note < table.length; note++) {
    const y = height / 2 + (middle - (table.pitch[note] ?? 0)) * row - tall / 2;
    const from = x(table.onset[note] ?? 0);
    const wide = Math.max(x(table.duration[note] ?? 0) - 0.6, 1);
    const voice = table.voice[note] ?? 0;
    const colour = theme.voices[voice % theme.voices.length] ?? theme.ink;
    context.fillStyle = table.generated(note) ? colour : theme.ink;
    context.fillRect(from, y, wide, tall);
  }
  if (loop) {
    context.fillStyle = theme.accent;
    context.globalAlpha = 0.2;
    context.fillRect(x(loop[0]), 0, x(loop[1]) - x(loop[0]), height);
    context.globalAlpha = 1;
    for (const edge of loop) context.fillRect(x(edge) - 1, 0, 2, height);
  }
}

function span(table: NoteTable): [number, number] {
  let [low, high] = [127, 0];
  for (let row = 0; row < table.length; row++) {
    low = Math.min(low, table.pitch[row] ?? 127);
    high = Math.max(high, table.pitch[row] ?? 0);
  }
  return low > high ? [54, 78] : [low, high];
}

/** Canvas renderer of a roll without keys and ruler, a passage in whatever room there is. Pure. */

import type { NoteTable } from "../core/table";
import { TempoMap } from "../core/tempo";
import type { Theme } from "../core/theme";
import type { Bar } from "../core/wire/notes";
import { drawGrid, linesIn } from "./roll-grid";
import { RollIndex } from "./roll-index";
import { drawNotes, lettersOf } from "./roll-notes";
import { xAt, type Viewport } from "./roll-view";

export interface SmallMusic {
  readonly table: NoteTable;
  readonly bars: readonly Bar[];
  readonly voices: readonly string[];
  /** The quarter at which the model began to write: a dashed line. */
  readonly begins: number;
  readonly playhead: number | undefined;
}

const FEWEST_ROWS = 22;
const NONE: ReadonlySet<number> = new Set();

/** Return the view of a passage with every pitch of the notes in it. */
export function smallView(
  table: NoteTable,
  [from, to]: readonly [number, number],
  width: number,
  height: number,
): Viewport {
  let [low, high] = [127, 0];
  for (let row = 0; row < table.length; row++) {
    if ((table.onset[row] ?? 0) >= to || table.end(row) <= from) continue;
    low = Math.min(low, table.pitch[row] ?? 127);
    high = Math.max(high, table.pitch[row] ?? 0);
  }
  if (low > high) [low, high] = [54, 74];
  const rows = Math.max(high - low + 3, FEWEST_ROWS);
  const perPitch = height / rows;
  const top = (high + low + rows - 1) / 2;
  return { left: from, perQuarter: width / Math.max(to - from, 1), top, perPitch, width, height };
}

export function drawSmallRoll(
  context: CanvasRenderingContext2D,
  view: Viewport,
  music: SmallMusic,
  theme: Theme,
): void {
  const { table, bars, voices, begins, playhead } = music;
  context.clearRect(0, 0, view.width, view.height);
  drawGrid(context, view, linesIn(view, { bars, tempo: new TempoMap(), units: "bars" }), theme);
  drawNotes(context, view, new RollIndex(table), {
    theme,
    letters: lettersOf(voices),
    selected: NONE,
    inked: true,
    front: undefined,
  });
  context.strokeStyle = theme.faint;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(Math.round(xAt(view, begins)) + 0.5, 0);
  context.lineTo(Math.round(xAt(view, begins)) + 0.5, view.height);
  context.stroke();
  context.setLineDash([]);
  if (playhead === undefined) return;
  context.fillStyle = theme.warn;
  context.fillRect(Math.round(xAt(view, playhead)) - 1, 0, 2, view.height);
}

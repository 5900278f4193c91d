/** Canvas piano roll renderer in two layers: the ground with the notes, and above it what moves. */

import type { Loop } from "../core/wire/clock";
import { drawArcs, type ArcShape } from "./arcs";
import { drawGrid, drawKeys, drawRuler, KEYS_WIDTH, linesIn, RULER_HEIGHT } from "./roll-grid";
import type { Ground } from "./roll-ground";
import { boxOf, drawLetters, drawNotes, drawVelocities } from "./roll-notes";
import type { Tiles } from "./roll-tiles";
import { drawJoins, drawVoiceLetters } from "./roll-voices";
import { xAt } from "./roll-view";

export const LANE_HEIGHT = 64;

/** A note that is not in the table yet: dragged or being drawn. */
export interface Ghost {
  readonly onset: number;
  readonly duration: number;
  readonly pitch: number;
  readonly voice: number;
}

/** What changes while it plays or the pointer moves. */
export interface Above {
  readonly playhead: number;
  readonly playing: boolean;
  readonly loop: Loop | null;
  /** Rows, -1 for none. */
  readonly hover: number;
  readonly cursor: number;
  readonly ghosts: readonly Ghost[];
  /** In pixels of the note area. */
  readonly arcs: readonly ArcShape[];
  /** The frame that a drag spans, in pixels of the note area. */
  readonly frame: readonly [x0: number, y0: number, x1: number, y1: number] | null;
}

/**
 * Draw the ground on a canvas of `KEYS_WIDTH + view.width` by `RULER_HEIGHT + view.height + lane`; return the
 * rectangles that the notes took: 0 when they were put together of `tiles`.
 */
export function drawGround(
  context: CanvasRenderingContext2D,
  ground: Ground,
  tiles?: Tiles,
): number {
  const { view, theme, lane } = ground;
  const ready = tiles?.ready(ground) ? tiles : undefined;
  const lines = linesIn(view, ground);
  context.clearRect(0, 0, KEYS_WIDTH + view.width, RULER_HEIGHT + view.height + lane);
  const drawn = inside(context, KEYS_WIDTH, RULER_HEIGHT, view.width, view.height, () => {
    drawGrid(context, view, lines, theme);
    if (view.axis) drawJoins(context, view, ground.index, ground);
    const count =
      ready?.draw(context, ground, "notes") ?? drawNotes(context, view, ground.index, ground);
    drawLetters(context, view, ground.index, ground);
    if (view.axis) drawVoiceLetters(context, view, ground.index, ground);
    return count;
  });
  inside(context, KEYS_WIDTH, 0, view.width, RULER_HEIGHT, () =>
    drawRuler(context, view, lines, theme),
  );
  inside(context, 0, RULER_HEIGHT, KEYS_WIDTH, view.height, () => drawKeys(context, view, theme));
  context.fillStyle = theme.panel;
  context.fillRect(0, 0, KEYS_WIDTH, RULER_HEIGHT);
  if (lane) {
    inside(context, KEYS_WIDTH, RULER_HEIGHT + view.height, view.width, lane, () => {
      context.fillStyle = theme.panel;
      context.fillRect(0, 0, view.width, lane);
      context.fillStyle = theme.line;
      context.fillRect(0, 0, view.width, 1);
      return (
        ready?.draw(context, ground, "lane") ??
        drawVelocities(context, view, lane, ground.index, ground)
      );
    });
    drawLaneName(context, ground);
  }
  return drawn;
}

function drawLaneName(context: CanvasRenderingContext2D, { view, theme, lane }: Ground): void {
  const top = RULER_HEIGHT + view.height;
  context.fillStyle = theme.panel;
  context.fillRect(0, top, KEYS_WIDTH, lane);
  context.fillStyle = theme.faint;
  context.font = `10px ${theme.font}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of [127, 64, 1]) {
    const y = Math.min(lane - (value / 127) * (lane - 6), lane - 7);
    context.fillText(String(value), KEYS_WIDTH - 4, top + y);
  }
  context.fillStyle = theme.line;
  context.fillRect(KEYS_WIDTH - 1, top, 1, lane);
}

/** Draw what moves on a clear canvas of the same size. */
export function drawAbove(context: CanvasRenderingContext2D, ground: Ground, above: Above): void {
  const { view, lane } = ground;
  const whole = RULER_HEIGHT + view.height + lane;
  context.clearRect(0, 0, KEYS_WIDTH + view.width, whole);
  inside(context, KEYS_WIDTH, 0, view.width, whole, () => {
    drawLoop(context, ground, above.loop);
    context.save();
    context.translate(0, RULER_HEIGHT);
    drawSounding(context, ground, above);
    drawGhosts(context, ground, above.ghosts);
    drawMarks(context, ground, above);
    context.restore();
    if (above.arcs.length)
      inside(context, 0, RULER_HEIGHT, view.width, view.height, () =>
        drawArcs(context, above.arcs),
      );
    drawPlayhead(context, ground, above);
    return 0;
  });
}

function drawLoop(
  context: CanvasRenderingContext2D,
  { view, theme, lane }: Ground,
  loop: Loop | null,
): void {
  if (!loop) return;
  const [from, to] = [xAt(view, loop[0]), xAt(view, loop[1])];
  context.fillStyle = theme.accent;
  context.globalAlpha = 0.08;
  context.fillRect(from, RULER_HEIGHT, to - from, view.height + lane);
  context.globalAlpha = 1;
  context.fillRect(from, RULER_HEIGHT - 5, to - from, 4);
  for (const x of [from, to - 2]) context.fillRect(x, 0, 2, RULER_HEIGHT + view.height + lane);
}

function drawSounding(
  context: CanvasRenderingContext2D,
  ground: Ground,
  { playhead, playing }: Above,
): void {
  if (!playing) return;
  const { table } = ground.index;
  ground.index.each(playhead, playhead + 1e-9, (row) => {
    const box = boxOf(
      ground.view,
      table.onset[row] ?? 0,
      table.duration[row] ?? 0,
      table.pitch[row] ?? 0,
    );
    context.fillStyle = context.strokeStyle = ground.theme.warn;
    context.globalAlpha = 0.25;
    context.fillRect(box.x, box.y, box.width, box.height);
    context.globalAlpha = 1;
    context.lineWidth = 2;
    context.strokeRect(box.x, box.y, box.width, box.height);
  });
}

function drawGhosts(
  context: CanvasRenderingContext2D,
  { view, theme }: Ground,
  ghosts: readonly Ghost[],
): void {
  for (const { onset, duration, pitch, voice } of ghosts) {
    const { x, y, width, height } = boxOf(view, onset, duration, pitch);
    if (x > view.width || x + width < 0) continue;
    context.fillStyle = theme.voices[voice % theme.voices.length] ?? theme.ink;
    context.globalAlpha = 0.75;
    context.fillRect(x, y, width, height);
    context.globalAlpha = 1;
    context.strokeStyle = theme.ink;
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  }
}

function drawMarks(
  context: CanvasRenderingContext2D,
  ground: Ground,
  { hover, cursor, frame }: Above,
): void {
  const { table } = ground.index;
  const outline = (row: number, by: number, dashed: boolean) => {
    if (row < 0 || row >= table.length) return;
    const box = boxOf(
      ground.view,
      table.onset[row] ?? 0,
      table.duration[row] ?? 0,
      table.pitch[row] ?? 0,
    );
    context.strokeStyle = ground.theme.accent;
    context.lineWidth = 2;
    context.setLineDash(dashed ? [3, 2] : []);
    context.strokeRect(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by);
    context.setLineDash([]);
  };
  outline(hover, 1, false);
  outline(cursor, 3, true);
  if (!frame) return;
  const [x0, y0, x1, y1] = frame;
  context.fillStyle = context.strokeStyle = ground.theme.accent;
  context.lineWidth = 1;
  context.globalAlpha = 0.12;
  context.fillRect(x0, y0, x1 - x0, y1 - y0);
  context.globalAlpha = 1;
  context.strokeRect(x0, y0, x1 - x0, y1 - y0);
}

function drawPlayhead(
  context: CanvasRenderingContext2D,
  { view, theme, lane }: Ground,
  { playhead }: Above,
): void {
  const x = xAt(view, playhead);
  if (x < -6 || x > view.width + 6) return;
  context.fillStyle = view.axis ? theme.accent : theme.warn;
  context.fillRect(Math.round(x) - 1, 0, 2, RULER_HEIGHT + view.height + lane);
  context.beginPath();
  context.moveTo(x - 6, 0);
  context.lineTo(x + 6, 0);
  context.lineTo(x, 9);
  context.closePath();
  context.fill();
}

/** Draw with the origin at (x, y), clipped to a rectangle. */
function inside<T>(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  draw: () => T,
): T {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.translate(x, y);
  const result = draw();
  context.restore();
  return result;
}

/** Canvas renderer of a small picture of every head, layer by layer: pure. */

import type { Theme } from "../core/theme";
import type { Box } from "./matrix-view";

export interface Thumbnails {
  readonly layers: number;
  readonly heads: number;
  /** The picture of a head; undefined while it is on its way. */
  image(layer: number, head: number): CanvasImageSource | undefined;
  /** The head that is shown large. */
  readonly shown: readonly [layer: number, head: number];
  /** The colour of a head whose arcs are drawn. */
  arc(layer: number, head: number): string | undefined;
}

export const ROW_LABEL = 22;
export const COLUMN_LABEL = 16;
const GAP = 4;

/** Return the side of a thumbnail, 12 to 96 pixels, so that all fit into a width and, if they can, into a height. */
export function sideFor(
  width: number,
  grid: Pick<Thumbnails, "layers" | "heads">,
  height = Infinity,
): number {
  const [across, down] = [
    (width - ROW_LABEL) / Math.max(1, grid.heads),
    (height - COLUMN_LABEL) / Math.max(1, grid.layers),
  ];
  return Math.max(12, Math.min(96, Math.floor(Math.min(across, down)) - GAP));
}

/** Return the size of the whole grid. */
export function gridSize(
  { layers, heads }: Pick<Thumbnails, "layers" | "heads">,
  side: number,
): { width: number; height: number } {
  return { width: ROW_LABEL + heads * (side + GAP), height: COLUMN_LABEL + layers * (side + GAP) };
}

/** Return where a head's picture lies. */
export function thumbnailBox(layer: number, head: number, side: number): Box {
  return {
    x: ROW_LABEL + head * (side + GAP) + 1,
    y: COLUMN_LABEL + layer * (side + GAP) + 1,
    width: side,
    height: side,
  };
}

/** Return the head under a point. */
export function headAt(
  grid: Pick<Thumbnails, "layers" | "heads">,
  side: number,
  x: number,
  y: number,
): readonly [number, number] | undefined {
  const [layer, head] = [
    Math.floor((y - COLUMN_LABEL) / (side + GAP)),
    Math.floor((x - ROW_LABEL) / (side + GAP)),
  ];
  return layer >= 0 && head >= 0 && layer < grid.layers && head < grid.heads
    ? [layer, head]
    : undefined;
}

export function drawThumbnails(
  context: CanvasRenderingContext2D,
  grid: Thumbnails,
  side: number,
  theme: Theme,
): void {
  const { width, height } = gridSize(grid, side);
  context.clearRect(0, 0, width, height);
  context.font = `11px ${theme.font}`;
  context.fillStyle = theme.faint;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let head = 0; head < grid.heads; head++) {
    context.fillText(String(head + 1), thumbnailBox(0, head, side).x + side / 2, COLUMN_LABEL / 2);
  }
  for (let layer = 0; layer < grid.layers; layer++) {
    context.fillStyle = theme.faint;
    context.fillText(String(layer + 1), ROW_LABEL / 2, thumbnailBox(layer, 0, side).y + side / 2);
    for (let head = 0; head < grid.heads; head++)
      drawOne(context, grid, layer, head, { side, theme });
  }
}

function drawOne(
  context: CanvasRenderingContext2D,
  grid: Thumbnails,
  layer: number,
  head: number,
  { side, theme }: { side: number; theme: Theme },
): void {
  const { x, y } = thumbnailBox(layer, head, side);
  context.fillStyle = theme.panel;
  context.fillRect(x, y, side, side);
  const image = grid.image(layer, head);
  context.imageSmoothingEnabled = true;
  if (image) context.drawImage(image, x, y, side, side);
  const shown = grid.shown[0] === layer && grid.shown[1] === head;
  context.strokeStyle = shown ? theme.accent : theme.line;
  context.lineWidth = shown ? 3 : 1;
  context.strokeRect(x - 0.5, y - 0.5, side + 1, side + 1);
  context.lineWidth = 1;
  const colour = grid.arc(layer, head);
  if (!colour) return;
  // A flag in the colour of its arcs; a frame tells it from the picture.
  context.fillStyle = colour;
  context.fillRect(x + side - 9, y + 1, 8, 8);
  context.strokeStyle = theme.paper;
  context.strokeRect(x + side - 9.5, y + 0.5, 9, 9);
}

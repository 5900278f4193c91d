/** Heatmap of a matrix with axes: pure. Rows are those who look, columns those who are looked at. */

import type { Theme } from "../core/theme";
import { drawColumnAxis, drawRowAxis, NAMED, thinned, type Axis } from "./matrix-axis";
import { boxOf, plotBox, type Box, type Margins, type Range, type Window } from "./matrix-view";
import type { Ramp } from "./ramp";

/** Cells of a part of a matrix, perhaps shrunk: 0 is nothing, else offset + scale * (byte - 1). */
export interface Matrix {
  readonly bytes: Uint8Array;
  readonly rows: Range;
  readonly columns: Range;
  readonly shape: readonly [number, number];
  readonly scale: number;
  readonly offset: number;
}

/** Cells so wide get their values in words. */
export const WRITTEN = 34;

/**
 * Return the index of the block of `count` that item `index` of `length` falls into, as `shrink` in Python makes
 * them.
 */
export function blockOf(index: number, length: number, count: number): number {
  if (count >= length) return index;
  let block = Math.floor((index * count) / length);
  while (block + 1 < count && Math.floor(((block + 1) * length) / count) <= index) block++;
  return block;
}

/** Return what a cell holds, by its place in the whole; undefined for nothing and for what is not in the part. */
export function valueAt(matrix: Matrix, row: number, column: number): number | undefined {
  const [top, bottom] = matrix.rows;
  const [left, right] = matrix.columns;
  if (row < top || row >= bottom || column < left || column >= right) return undefined;
  const [height, width] = matrix.shape;
  const place =
    blockOf(row - top, bottom - top, height) * width + blockOf(column - left, right - left, width);
  const byte = matrix.bytes[place] ?? 0;
  return byte ? matrix.offset + matrix.scale * (byte - 1) : undefined;
}

/** Return whether each cell of the matrix is one cell of the whole. */
export function isWhole(matrix: Matrix): boolean {
  const span = ([from, to]: Range) => to - from;
  return matrix.shape[0] === span(matrix.rows) && matrix.shape[1] === span(matrix.columns);
}

/** Return the picture of a matrix, RGBA, one pixel a cell. */
export function matrixPixels(matrix: Matrix, ramp: Ramp): Uint8ClampedArray<ArrayBuffer> {
  const colours = new Uint32Array(ramp.buffer, ramp.byteOffset, 256);
  const pixels = new Uint32Array(matrix.bytes.length);
  for (let place = 0; place < pixels.length; place++)
    pixels[place] = colours[matrix.bytes[place] ?? 0] ?? 0;
  return new Uint8ClampedArray(pixels.buffer);
}

// Drawing

export interface MatrixPicture {
  readonly window: Window;
  /** The cells as a picture one pixel a cell, with the part of the whole that it shows. */
  readonly image: CanvasImageSource | undefined;
  readonly part: Window;
  readonly shape: readonly [number, number];
  readonly rows: Axis;
  readonly columns: Axis;
  /** Room for the axes: see `marginsFor`. */
  readonly margins?: Margins;
  /** Rows and columns of selected notes. */
  readonly selectedRows: readonly number[];
  readonly selectedColumns: readonly number[];
  readonly cursor: { readonly row: number; readonly column: number } | undefined;
  /** Which row and column the playhead is at. */
  readonly playing: { readonly row: number; readonly column: number } | undefined;
  /** The words for a cell, where it is large enough. */
  value(row: number, column: number): string;
}

/** Draw a matrix of that size, axes and all. */
export function drawMatrix(
  context: CanvasRenderingContext2D,
  picture: MatrixPicture,
  width: number,
  height: number,
  theme: Theme,
): void {
  const box = plotBox(width, height, picture.margins);
  context.clearRect(0, 0, width, height);
  context.fillStyle = theme.panel;
  context.fillRect(box.x, box.y, box.width, box.height);
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.width, box.height);
  context.clip();
  drawCells(context, picture, box);
  drawGrid(context, picture, box, theme);
  drawMarks(context, picture, box, theme);
  if (boxOf(picture.window, box, [0, 1], [0, 1]).width >= WRITTEN)
    drawValues(context, picture, box, theme);
  context.restore();
  context.strokeStyle = theme.line;
  context.strokeRect(box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1);
  drawColumnAxis(context, picture.columns, picture.window.columns, box, theme);
  drawRowAxis(context, picture.rows, picture.window.rows, box, theme);
}

function drawCells(
  context: CanvasRenderingContext2D,
  { image, part, shape, window }: MatrixPicture,
  box: Box,
): void {
  if (!image) return;
  const at = boxOf(window, box, part.rows, part.columns);
  context.imageSmoothingEnabled = at.width < shape[1] || at.height < shape[0];
  context.drawImage(image, at.x, at.y, at.width, at.height);
}

function drawGrid(
  context: CanvasRenderingContext2D,
  { window, rows, columns }: MatrixPicture,
  box: Box,
  theme: Theme,
): void {
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.globalAlpha = 0.55;
  context.beginPath();
  for (const tick of thinned(columns.ticks, window.columns, box.width, 14)) {
    const { x } = boxOf(window, box, window.rows, [tick.at, tick.at]);
    context.moveTo(Math.round(x) + 0.5, box.y);
    context.lineTo(Math.round(x) + 0.5, box.y + box.height);
  }
  for (const tick of thinned(rows.ticks, window.rows, box.height, 14)) {
    const { y } = boxOf(window, box, [tick.at, tick.at], window.columns);
    context.moveTo(box.x, Math.round(y) + 0.5);
    context.lineTo(box.x + box.width, Math.round(y) + 0.5);
  }
  context.stroke();
  context.globalAlpha = 1;
}

function drawMarks(
  context: CanvasRenderingContext2D,
  picture: MatrixPicture,
  box: Box,
  theme: Theme,
): void {
  const { window, cursor, playing } = picture;
  const frame = (rows: Range, columns: Range) => {
    const { x, y, width, height } = boxOf(window, box, rows, columns);
    context.strokeRect(
      Math.round(x) - 0.5,
      Math.round(y) - 0.5,
      Math.max(2, Math.round(width)) + 1,
      Math.max(2, Math.round(height)) + 1,
    );
  };
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.5;
  for (const row of picture.selectedRows) frame([row, row + 1], window.columns);
  context.setLineDash([4, 3]);
  for (const column of picture.selectedColumns) frame(window.rows, [column, column + 1]);
  context.setLineDash([]);
  if (playing) {
    context.strokeStyle = theme.warn;
    context.lineWidth = 1;
    frame([playing.row, playing.row], window.columns);
    frame(window.rows, [playing.column, playing.column]);
  }
  if (!cursor) return;
  // Ink on paper: seen on dark cells and on light ones.
  for (const [colour, wide] of [
    [theme.paper, 4.5],
    [theme.ink, 2],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = wide;
    frame([cursor.row, cursor.row + 1], [cursor.column, cursor.column + 1]);
  }
  context.lineWidth = 1;
}

function drawValues(
  context: CanvasRenderingContext2D,
  picture: MatrixPicture,
  box: Box,
  theme: Theme,
): void {
  const { window } = picture;
  context.font = `10px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let row = Math.floor(window.rows[0]); row < window.rows[1]; row++) {
    for (let column = Math.floor(window.columns[0]); column < window.columns[1]; column++) {
      const words = picture.value(row, column);
      if (!words) continue;
      const { x, y, width, height } = boxOf(window, box, [row, row + 1], [column, column + 1]);
      if (height < NAMED) return;
      const [half, middle] = [context.measureText(words).width / 2 + 2, y + height / 2];
      context.fillStyle = theme.paper;
      context.globalAlpha = 0.75;
      context.fillRect(x + width / 2 - half, middle - 6.5, 2 * half, 13);
      context.globalAlpha = 1;
      context.fillStyle = theme.ink;
      context.fillText(words, x + width / 2, middle);
    }
  }
}

/** A matrix as a picture with axes: pure. Rows are those who look, columns those who are looked at. */

import type { Theme } from "../core/theme";
import type { Ramp } from "./ramp";

export type Range = readonly [from: number, to: number];

/** Cells of a part of a matrix, perhaps shrunk: 0 is nothing, else offset + scale * (byte - 1). */
export interface Matrix {
  readonly bytes: Uint8Array;
  readonly rows: Range;
  readonly columns: Range;
  readonly shape: readonly [number, number];
  readonly scale: number;
  readonly offset: number;
}

/** The part that is shown. */
export interface Window {
  readonly rows: Range;
  readonly columns: Range;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A line across an axis, with words where there is room. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** What one axis shows: bars as ticks, the colour of every item's voice, and names for single cells. */
export interface Axis {
  readonly ticks: readonly Tick[];
  colour(index: number): string | undefined;
  name(index: number): string;
}

export const LEFT_AXIS = 52;
export const TOP_AXIS = 34;
const STRIP = 5;
/** Cells so many pixels high get names, and so wide their values in words. */
export const NAMED = 13;
export const WRITTEN = 34;

/** Return the index of the block of `count` that item `index` of `length` falls into, as `shrink` in Python makes them. */
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
  const place = blockOf(row - top, bottom - top, height) * width + blockOf(column - left, right - left, width);
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
  for (let place = 0; place < pixels.length; place++) pixels[place] = colours[matrix.bytes[place] ?? 0] ?? 0;
  return new Uint8ClampedArray(pixels.buffer);
}

// Where one looks

function clamped(from: number, span: number, least: number, length: number): Range {
  const wide = Math.min(Math.max(span, Math.min(least, length)), length);
  const start = Math.min(Math.max(from, 0), length - wide);
  return [start, start + wide];
}

/** Return a range `factor` times as near, with `at` (an index) staying where it is; never below 4 items. */
export function zoomRange([from, to]: Range, factor: number, at: number, length: number): Range {
  const span = (to - from) / factor;
  const share = (at - from) / (to - from || 1);
  return clamped(at - share * Math.min(Math.max(span, 4), length), span, 4, length);
}

/** Return a range moved by some items. */
export function panRange([from, to]: Range, by: number, length: number): Range {
  return clamped(from + by, to - from, 1, length);
}

/** Return a range of the same span that holds an index, with a margin. */
export function reveal([from, to]: Range, index: number, length: number): Range {
  const margin = Math.min(2, (to - from) / 4);
  if (index - margin < from) return clamped(index - margin, to - from, 1, length);
  if (index + 1 + margin > to) return clamped(index + 1 + margin - (to - from), to - from, 1, length);
  return [from, to];
}

/** Return the whole items that a range touches. */
export function whole([from, to]: Range, length: number): Range {
  return [Math.max(0, Math.floor(from + 1e-9)), Math.min(length, Math.ceil(to - 1e-9))];
}

/** Return the box of the cells inside a canvas. */
export function plotBox(width: number, height: number): Box {
  return { x: LEFT_AXIS, y: TOP_AXIS, width: Math.max(1, width - LEFT_AXIS - 1), height: Math.max(1, height - TOP_AXIS - 1) };
}

/** Return row and column under a point, fractions and all; undefined beside the cells. */
export function cellAt(window: Window, box: Box, x: number, y: number): { row: number; column: number } | undefined {
  if (x < box.x || y < box.y || x >= box.x + box.width || y >= box.y + box.height) return undefined;
  const along = ([from, to]: Range, share: number) => from + share * (to - from);
  return { row: along(window.rows, (y - box.y) / box.height), column: along(window.columns, (x - box.x) / box.width) };
}

/** Return where a stretch of rows and columns lies in the box. */
export function boxOf(window: Window, box: Box, rows: Range, columns: Range): Box {
  const across = (range: Range, at: number, from: number, size: number) =>
    from + ((at - range[0]) / (range[1] - range[0])) * size;
  const [x, right] = columns.map((at) => across(window.columns, at, box.x, box.width)) as [number, number];
  const [y, bottom] = rows.map((at) => across(window.rows, at, box.y, box.height)) as [number, number];
  return { x, y, width: right - x, height: bottom - y };
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
  context: CanvasRenderingContext2D, picture: MatrixPicture, width: number, height: number, theme: Theme,
): void {
  const box = plotBox(width, height);
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
  if (boxOf(picture.window, box, [0, 1], [0, 1]).width >= WRITTEN) drawValues(context, picture, box, theme);
  context.restore();
  context.strokeStyle = theme.line;
  context.strokeRect(box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1);
  drawAxis(context, picture, box, theme, true);
  drawAxis(context, picture, box, theme, false);
}

function drawCells(context: CanvasRenderingContext2D, { image, part, shape, window }: MatrixPicture, box: Box): void {
  if (!image) return;
  const at = boxOf(window, box, part.rows, part.columns);
  context.imageSmoothingEnabled = at.width < shape[1] || at.height < shape[0];
  context.drawImage(image, at.x, at.y, at.width, at.height);
}

function drawGrid(context: CanvasRenderingContext2D, { window, rows, columns }: MatrixPicture, box: Box, theme: Theme): void {
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

function drawMarks(context: CanvasRenderingContext2D, picture: MatrixPicture, box: Box, theme: Theme): void {
  const { window, cursor, playing } = picture;
  const frame = (rows: Range, columns: Range) => {
    const { x, y, width, height } = boxOf(window, box, rows, columns);
    context.strokeRect(Math.round(x) - 0.5, Math.round(y) - 0.5, Math.max(2, Math.round(width)) + 1, Math.max(2, Math.round(height)) + 1);
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
  for (const [colour, wide] of [[theme.paper, 4.5], [theme.ink, 2]] as const) {
    context.strokeStyle = colour;
    context.lineWidth = wide;
    frame([cursor.row, cursor.row + 1], [cursor.column, cursor.column + 1]);
  }
  context.lineWidth = 1;
}

function drawValues(context: CanvasRenderingContext2D, picture: MatrixPicture, box: Box, theme: Theme): void {
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

/** Return the ticks of a range that leave at least `room` pixels between them. */
export function thinned(ticks: readonly Tick[], range: Range, size: number, room: number): readonly Tick[] {
  const inside = ticks.filter(({ at }) => at >= range[0] - 1e-9 && at < range[1]);
  const pixels = size / (range[1] - range[0] || 1);
  for (const every of [1, 2, 4, 8, 16, 32, 64, 128, 256]) {
    const kept = inside.filter((_, place) => place % every === 0);
    if (kept.every(({ at }, place) => !place || (at - (kept[place - 1]?.at ?? 0)) * pixels >= room)) return kept;
  }
  return [];
}

/** Return ticks with the one before them at the front of the range, where it leaves so many items of room. */
export function withBegun(all: readonly Tick[], ticks: readonly Tick[], range: Range, room: number): readonly Tick[] {
  const begun = all.findLast(({ at }) => at < range[0] - 1e-9);
  if (!begun || (ticks[0]?.at ?? Infinity) - range[0] < room) return ticks;
  return [{ at: range[0], label: begun.label }, ...ticks];
}

function drawAxis(
  context: CanvasRenderingContext2D, { window, rows, columns }: MatrixPicture, box: Box, theme: Theme, across: boolean,
): void {
  const [axis, range] = across ? [columns, window.columns] : [rows, window.rows];
  const [start, size] = across ? [box.x, box.width] : [box.y, box.height];
  const cell = size / (range[1] - range[0]);
  const at = (index: number) => start + (index - range[0]) * cell;
  // Fewer strips than pixels: one for the first item of each pixel.
  const step = Math.max(1, Math.floor(1 / cell));
  for (let index = Math.floor(range[0]); index < range[1]; index += step) {
    const colour = axis.colour(index);
    if (!colour) continue;
    context.fillStyle = colour;
    const [from, to] = [Math.max(start, at(index)), Math.min(start + size, at(index + step))];
    if (across) context.fillRect(from, box.y - STRIP - 1, to - from, STRIP);
    else context.fillRect(box.x - STRIP - 1, from, STRIP, to - from);
  }
  context.fillStyle = theme.faint;
  context.font = `11px ${theme.font}`;
  const named = cell >= (across ? 26 : NAMED);
  const ticks = withBegun(axis.ticks, thinned(axis.ticks, range, size, across ? 24 : 13), range, (across ? 24 : 13) / cell);
  context.textAlign = across ? "left" : "right";
  context.textBaseline = across ? "alphabetic" : "middle";
  for (const tick of ticks) {
    if (across) context.fillText(tick.label, at(tick.at) + 1, 11);
    else if (!named) context.fillText(tick.label, box.x - STRIP - 4, Math.max(at(tick.at) + 5, box.y + 5));
  }
  if (!named) return;
  context.fillStyle = theme.ink;
  context.textAlign = across ? "center" : "right";
  for (let index = Math.floor(range[0]); index < range[1]; index++) {
    const middle = at(index + 0.5);
    if (middle < start || middle > start + size) continue;
    if (across) context.fillText(axis.name(index), middle, box.y - STRIP - 4);
    else context.fillText(axis.name(index), box.x - STRIP - 4, middle);
  }
}

/** Viewport of a matrix: zoom and pan as ranges of rows and columns, cells to pixels and back. */

export type Range = readonly [from: number, to: number];

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

/** Pixels beside the cells, for the axes. */
export interface Margins {
  readonly left: number;
  readonly top: number;
}

export const MARGINS: Margins = { left: 52, top: 34 };

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
  if (index + 1 + margin > to)
    return clamped(index + 1 + margin - (to - from), to - from, 1, length);
  return [from, to];
}

/** Return the whole items that a range touches. */
export function whole([from, to]: Range, length: number): Range {
  return [Math.max(0, Math.floor(from + 1e-9)), Math.min(length, Math.ceil(to - 1e-9))];
}

/** Return the box of the cells inside a canvas. */
export function plotBox(width: number, height: number, { left, top }: Margins = MARGINS): Box {
  return {
    x: left,
    y: top,
    width: Math.max(1, width - left - 1),
    height: Math.max(1, height - top - 1),
  };
}

/** Return row and column under a point, fractions and all; undefined beside the cells. */
export function cellAt(
  window: Window,
  box: Box,
  x: number,
  y: number,
): { row: number; column: number } | undefined {
  if (x < box.x || y < box.y || x >= box.x + box.width || y >= box.y + box.height) return undefined;
  const along = ([from, to]: Range, share: number) => from + share * (to - from);
  return {
    row: along(window.rows, (y - box.y) / box.height),
    column: along(window.columns, (x - box.x) / box.width),
  };
}

/** Return where a stretch of rows and columns lies in the box. */
export function boxOf(window: Window, box: Box, rows: Range, columns: Range): Box {
  const across = (range: Range, at: number, from: number, size: number) =>
    from + ((at - range[0]) / (range[1] - range[0])) * size;
  const [x, right] = columns.map((at) => across(window.columns, at, box.x, box.width)) as [
    number,
    number,
  ];
  const [y, bottom] = rows.map((at) => across(window.rows, at, box.y, box.height)) as [
    number,
    number,
  ];
  return { x, y, width: right - x, height: bottom - y };
}

/** Viewport of the roll: quarters and pitches to pixels and back, zoom and pan. */

import type { Axis } from "../core/band";
import type { NoteTable } from "../core/table";

/** What the note area shows; immutable. The row of pitch p begins `(top - p) * perPitch` below its upper edge. */
export interface Viewport {
  /** The quarter at the left edge. */
  readonly left: number;
  /** Pixels a quarter. */
  readonly perQuarter: number;
  readonly top: number;
  /** Pixels a semitone. */
  readonly perPitch: number;
  /** Pixels of the note area. */
  readonly width: number;
  readonly height: number;
  /** The score's own time axis in place of an even one; `left` and `perQuarter` are then near it. */
  readonly axis?: Axis | undefined;
}

export const FINEST = 480;
export const LOWEST_ROW = 3;
export const HIGHEST_ROW = 28;

export const xAt = (view: Viewport, quarter: number): number =>
  view.axis ? view.axis.at(quarter) : (quarter - view.left) * view.perQuarter;
export const quarterAt = (view: Viewport, x: number): number =>
  view.axis ? view.axis.quarterAt(x) : view.left + x / view.perQuarter;
/** The place of a bar line, which a score draws before the note that begins there. */
export const lineAt = (view: Viewport, quarter: number): number =>
  view.axis ? view.axis.lineAt(quarter) : xAt(view, quarter);
/** The upper edge of a pitch's row. */
export const yAt = (view: Viewport, pitch: number): number => (view.top - pitch) * view.perPitch;
export const pitchAt = (view: Viewport, y: number): number =>
  Math.ceil(view.top - y / view.perPitch);
export const rightOf = (view: Viewport): number => quarterAt(view, view.width);

const within = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), Math.max(low, high));

/** Return the view nearest to `view` that does not run away from a piece that ends at `end`. */
export function held(view: Viewport, end: number): Viewport {
  if (view.axis) return onAxis(view, view.axis);
  const perQuarter = within(
    view.perQuarter,
    Math.min(view.width / Math.max(end * 1.05, 8), 40),
    FINEST,
  );
  const perPitch = within(view.perPitch, Math.max(LOWEST_ROW, view.height / 128), HIGHEST_ROW);
  const left = within(view.left, 0, Math.max(end, 4) - (0.5 * view.width) / perQuarter);
  const top = within(view.top, view.height / perPitch - 1, 127);
  return { ...view, perQuarter, perPitch, left, top };
}

/** Return the view with the time of an axis, and its own pitches. */
export function onAxis(view: Viewport, axis: Axis): Viewport {
  const perPitch = within(view.perPitch, Math.max(LOWEST_ROW, view.height / 128), HIGHEST_ROW);
  const top = within(view.top, view.height / perPitch - 1, 127);
  const { perQuarter } = axis;
  return { ...view, axis, perQuarter, perPitch, left: axis.quarterAt(0), top };
}

/**
 * Return the view moved to the next pixel of a screen: two pictures of one scale then lie a whole number of pixels
 * apart.
 */
export function onPixels(view: Viewport, density: number): Viewport {
  const to = (value: number, scale: number) =>
    Math.round(value * scale * density) / (scale * density);
  return { ...view, left: to(view.left, view.perQuarter), top: to(view.top, view.perPitch) };
}

/** Return the view zoomed in time by `factor`, with the quarter at `x` staying where it is. */
export function zoomTime(view: Viewport, factor: number, x: number, end: number): Viewport {
  const sized = held({ ...view, perQuarter: view.perQuarter * factor }, end);
  return held({ ...sized, left: quarterAt(view, x) - x / sized.perQuarter }, end);
}

/** Return the view zoomed in pitch by `factor`, with the pitch at `y` staying where it is. */
export function zoomPitch(view: Viewport, factor: number, y: number, end: number): Viewport {
  const sized = held({ ...view, perPitch: view.perPitch * factor }, end);
  return held({ ...sized, top: view.top - y / view.perPitch + y / sized.perPitch }, end);
}

/** Return a view of all pitches, from the beginning, with as much time as is legible. */
export function fitted(table: NoteTable, end: number, width: number, height: number): Viewport {
  let [low, high] = [127, 0];
  for (let row = 0; row < table.length; row++) {
    low = Math.min(low, table.pitch[row] ?? 127);
    high = Math.max(high, table.pitch[row] ?? 0);
  }
  if (low > high) [low, high] = [54, 78];
  const rows = Math.max(high - low + 4, 20);
  const perPitch = within(height / rows, LOWEST_ROW, 16);
  const top = (high + low + 1) / 2 + height / perPitch / 2 - 0.5;
  const perQuarter = within(width / Math.max(end, 4), 28, 90);
  return held({ left: 0, perQuarter, top, perPitch, width, height }, end);
}

/**
 * Return the view with a quarter in sight: unchanged when it is, else the quarter a quarter of the width from the
 * left.
 */
export function showing(view: Viewport, quarter: number, end: number): Viewport {
  if (view.axis || (quarter >= view.left && quarter <= rightOf(view))) return view;
  return held({ ...view, left: quarter - (0.25 * view.width) / view.perQuarter }, end);
}

/** Return the view with a pitch in sight. */
export function showingPitch(view: Viewport, pitch: number, end: number): Viewport {
  const y = yAt(view, pitch);
  if (y >= 0 && y + view.perPitch <= view.height) return view;
  return held({ ...view, top: pitch + view.height / view.perPitch / 2 }, end);
}

/** Axes of a matrix: bars as ticks, names of single items, a strip in the voices' colours. */

import type { Theme } from "../core/theme";
import { MARGINS, type Box, type Margins, type Range } from "./matrix-view";

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
  /** Letters of the longest name, where names may be longer than a note's; room is made for it. */
  readonly longest?: number;
}

const STRIP = 5;
/** Cells so many pixels high get names. */
export const NAMED = 13;
/** Cells so many pixels wide get names that are short, and ticks that far apart get labels. */
const [NAMED_ACROSS, TICK_ACROSS, TICK_DOWN] = [26, 24, 13];
/** Pixels of a letter, about, and between a name and the cells. */
const [LETTER, GAP] = [6.6, STRIP + 5];
/** What names may take of the canvas, at most. */
const MOST_OF_CANVAS = 0.35;

/** Return the room for the axes of a canvas of that side: more where names are long. */
export function marginsFor(rows: Axis, columns: Axis, side: number): Margins {
  const most = MOST_OF_CANVAS * side;
  const roomFor = (letters: number) => LETTER * letters + GAP;
  const left = Math.min(most, roomFor(rows.longest ?? 0));
  const long = LETTER * (columns.longest ?? 0) > NAMED_ACROSS;
  const top = long ? Math.min(most, TICK_DOWN + roomFor(columns.longest ?? 0)) : 0;
  return {
    left: Math.max(MARGINS.left, Math.ceil(left)),
    top: Math.max(MARGINS.top, Math.ceil(top)),
  };
}

/** Return a name that takes no more than some pixels, its end replaced by "…" when it is longer. */
export function shortened(name: string, room: number, widthOf: (text: string) => number): string {
  if (widthOf(name) <= room) return name;
  const letters = [...name];
  while (letters.length > 1 && widthOf(`${letters.join("")}…`) > room) letters.pop();
  return `${letters.join("")}…`;
}

/** Return the ticks of a range that leave at least `room` pixels between them. */
export function thinned(
  ticks: readonly Tick[],
  range: Range,
  size: number,
  room: number,
): readonly Tick[] {
  const inside = ticks.filter(({ at }) => at >= range[0] - 1e-9 && at < range[1]);
  const pixels = size / (range[1] - range[0] || 1);
  for (const every of [1, 2, 4, 8, 16, 32, 64, 128, 256]) {
    const kept = inside.filter((_, place) => place % every === 0);
    if (kept.every(({ at }, place) => !place || (at - (kept[place - 1]?.at ?? 0)) * pixels >= room))
      return kept;
  }
  return [];
}

/** Return ticks with the one before them at the front of the range, where it leaves so many items of room. */
export function withBegun(
  all: readonly Tick[],
  ticks: readonly Tick[],
  range: Range,
  room: number,
): readonly Tick[] {
  const begun = all.findLast(({ at }) => at < range[0] - 1e-9);
  if (!begun || (ticks[0]?.at ?? Infinity) - range[0] < room) return ticks;
  return [{ at: range[0], label: begun.label }, ...ticks];
}

/** One axis on the canvas: its items, the range that is shown, and where that begins and ends in pixels. */
interface Along {
  readonly axis: Axis;
  readonly range: Range;
  readonly start: number;
  readonly size: number;
}

const cellOf = ({ range, size }: Along): number => size / (range[1] - range[0]);
const pixelAt = (along: Along, index: number): number =>
  along.start + (index - along.range[0]) * cellOf(along);

/** Yield the items that are seen, with the pixel of their middle. */
function* middles(along: Along): Generator<readonly [index: number, middle: number]> {
  const { range, start, size } = along;
  for (let index = Math.floor(range[0]); index < range[1]; index++) {
    const middle = pixelAt(along, index + 0.5);
    if (middle >= start && middle <= start + size) yield [index, middle];
  }
}

/** Yield the stretches of pixels that have a colour: of every item, or of the first item of each pixel. */
function* strips(along: Along): Generator<readonly [colour: string, from: number, to: number]> {
  const { axis, range, start, size } = along;
  const step = Math.max(1, Math.floor(1 / cellOf(along)));
  for (let index = Math.floor(range[0]); index < range[1]; index += step) {
    const colour = axis.colour(index);
    if (!colour) continue;
    const from = Math.max(start, pixelAt(along, index));
    const to = Math.min(start + size, pixelAt(along, index + step));
    yield [colour, from, to];
  }
}

/** Return the ticks that have room for their labels. */
function labelled(along: Along, room: number): readonly Tick[] {
  const { axis, range, size } = along;
  const apart = thinned(axis.ticks, range, size, room);
  return withBegun(axis.ticks, apart, range, room / cellOf(along));
}

/** Draw the axis of the rows, left of the cells: names when the rows are high enough, else the ticks' labels. */
export function drawRowAxis(
  context: CanvasRenderingContext2D,
  axis: Axis,
  range: Range,
  box: Box,
  theme: Theme,
): void {
  const along: Along = { axis, range, start: box.y, size: box.height };
  for (const [colour, from, to] of strips(along)) {
    context.fillStyle = colour;
    context.fillRect(box.x - STRIP - 1, from, STRIP, to - from);
  }
  context.font = `11px ${theme.font}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  const right = box.x - STRIP - 4;
  if (cellOf(along) < NAMED) {
    context.fillStyle = theme.faint;
    for (const { at, label } of labelled(along, TICK_DOWN)) {
      context.fillText(label, right, Math.max(pixelAt(along, at) + 5, box.y + 5));
    }
    return;
  }
  context.fillStyle = theme.ink;
  const widthOf = (text: string) => context.measureText(text).width;
  for (const [index, middle] of middles(along)) {
    context.fillText(shortened(axis.name(index), right, widthOf), right, middle);
  }
}

/** Draw the axis of the columns, above the cells: ticks and, when the columns are wide enough, names. */
export function drawColumnAxis(
  context: CanvasRenderingContext2D,
  axis: Axis,
  range: Range,
  box: Box,
  theme: Theme,
): void {
  const along: Along = { axis, range, start: box.x, size: box.width };
  for (const [colour, from, to] of strips(along)) {
    context.fillStyle = colour;
    context.fillRect(from, box.y - STRIP - 1, to - from, STRIP);
  }
  context.font = `11px ${theme.font}`;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillStyle = theme.faint;
  for (const { at, label } of labelled(along, TICK_ACROSS))
    context.fillText(label, pixelAt(along, at) + 1, 11);
  context.fillStyle = theme.ink;
  if (box.y > MARGINS.top) drawLongNames(context, along, box.y - STRIP - 4);
  else if (cellOf(along) >= NAMED_ACROSS) {
    context.textAlign = "center";
    for (const [index, middle] of middles(along))
      context.fillText(axis.name(index), middle, box.y - STRIP - 4);
  }
}

/** Draw names that have more room above the cells: level where all of them fit their columns, else upright. */
function drawLongNames(context: CanvasRenderingContext2D, along: Along, foot: number): void {
  const cell = cellOf(along);
  if (cell < NAMED) return;
  const widthOf = (text: string) => context.measureText(text).width;
  const shown = [...middles(along)].map(([index, middle]) => ({
    name: along.axis.name(index),
    middle,
  }));
  if (shown.every(({ name }) => widthOf(name) <= cell - 4)) {
    context.textAlign = "center";
    for (const { name, middle } of shown) context.fillText(name, middle, foot);
    return;
  }
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const { name, middle } of shown) {
    context.save();
    context.translate(middle, foot);
    context.rotate(-Math.PI / 2);
    context.fillText(shortened(name, foot - TICK_DOWN, widthOf), 0, 0);
    context.restore();
  }
}

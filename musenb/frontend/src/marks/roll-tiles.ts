/**
 * Tile cache of the roll: its notes as square pictures, so that scrolling draws only what comes into view.
 *
 * A tile lies at a whole number of the screen's pixels from the beginning of the piece and from pitch 0; it holds
 * notes (or stems of the lane) without what is behind and above them.
 */

import { element, screenDensity } from "../core/dom";
import type { NoteTable } from "../core/table";
import type { Ground } from "./roll-ground";
import { KEYS_WIDTH, RULER_HEIGHT } from "./roll-grid";
import { drawNotes, drawVelocities } from "./roll-notes";
import { rightOf } from "./roll-view";

// In pixels of the screen.
const SIDE = 256;
// Pixels of the page around a tile in which notes are looked for: stems and outlines reach out of their notes.
const [ASIDE, ABOVE] = [48, 2];
// With fewer notes in view, drawing them is as quick.
const FEW = 400;

type Area = "notes" | "lane";

interface Tile {
  readonly canvas: HTMLCanvasElement;
  /** Quarters. */
  readonly from: number;
  readonly to: number;
  turn: number;
}

export class Tiles {
  #tiles = new Map<string, Tile>();
  #last: { ground: Ground; density: number } | undefined;
  #turn = 0;

  /** Return whether the notes should come from tiles: there are many, and nothing but their place has changed. */
  ready(ground: Ground): boolean {
    const { view, index } = ground;
    if (view.axis) return false;
    const [last, density] = [this.#last, screenDensity()];
    this.#last = { ground, density };
    const many = index.table.firstFrom(rightOf(view)) - index.table.firstFrom(view.left) > FEW;
    const same = many && last && last.density === density && alike(last.ground, ground);
    if (!same) this.#tiles.clear();
    else if (last.ground.index !== index) this.#forget(last.ground.index.table, index.table);
    this.#turn++;
    return Boolean(same);
  }

  /** Put an area together; its upper left corner is the context's origin, and it is clipped there. Return 0. */
  draw(context: CanvasRenderingContext2D, ground: Ground, area: Area): number {
    const { view, lane } = ground;
    const density = screenDensity();
    const pixels = (value: number) => Math.round(value * density);
    const left = pixels(view.left * view.perQuarter);
    const top = area === "lane" ? 0 : -pixels(view.top * view.perPitch);
    const right = left + pixels(view.width);
    const bottom = top + pixels(area === "lane" ? lane : view.height);
    const x = pixels(KEYS_WIDTH) - left;
    const y = pixels(RULER_HEIGHT + (area === "lane" ? view.height : 0)) - top;
    let count = 0;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    for (let row = Math.floor(top / SIDE); row * SIDE < bottom; row++) {
      for (let column = Math.floor(left / SIDE); column * SIDE < right; column++, count++) {
        context.drawImage(this.#tile(ground, area, column, row), x + column * SIDE, y + row * SIDE);
      }
    }
    context.restore();
    if (this.#tiles.size > 6 * count) {
      for (const [name, { turn }] of this.#tiles) if (turn < this.#turn) this.#tiles.delete(name);
    }
    return 0;
  }

  #tile(ground: Ground, area: Area, column: number, row: number): HTMLCanvasElement {
    const name = `${area} ${column} ${row}`;
    const tile = this.#tiles.get(name) ?? paint(ground, area, column, row);
    tile.turn = this.#turn;
    this.#tiles.set(name, tile);
    return tile.canvas;
  }

  /** Drop the tiles on which the notes are others now. */
  #forget(before: NoteTable, after: NoteTable): void {
    const [from, to] = changedSpan(before, after);
    for (const [name, tile] of this.#tiles)
      if (tile.from <= to && tile.to >= from) this.#tiles.delete(name);
  }
}

function paint(ground: Ground, area: Area, column: number, row: number): Tile {
  const canvas = element("canvas", { width: SIDE, height: SIDE });
  const density = screenDensity();
  const { perQuarter, perPitch } = ground.view;
  const [side, x, y] = [SIDE / density, (column * SIDE) / density, (row * SIDE) / density];
  const left = (x - ASIDE) / perQuarter;
  const size = { width: side + 2 * ASIDE, height: side + 2 * ABOVE };
  const view = { left, perQuarter, top: (ABOVE - y) / perPitch, perPitch, ...size };
  const context = canvas.getContext("2d");
  context?.setTransform(
    density,
    0,
    0,
    density,
    -ASIDE * density,
    -(area === "lane" ? y : ABOVE) * density,
  );
  if (context && area === "lane") drawVelocities(context, view, ground.lane, ground.index, ground);
  else if (context) drawNotes(context, view, ground.index, ground);
  return { canvas, from: left, to: rightOf(view), turn: 0 };
}

/** Return whether two grounds show their notes alike, wherever the view is and whichever they are. */
function alike(one: Ground, other: Ground): boolean {
  const same = (["theme", "front", "lifted", "louder", "lane"] as const).every(
    (name) => one[name] === other[name],
  );
  const chosen = one.selected === other.selected || one.selected.size + other.selected.size === 0;
  const scale =
    one.view.perQuarter === other.view.perQuarter && one.view.perPitch === other.view.perPitch;
  return same && chosen && scale && one.letters.length === other.letters.length;
}

const COLUMNS = ["onset", "duration", "pitch", "velocity", "voice", "flags"] as const;

/** Return the quarters between which two tables differ; from Infinity to -Infinity when they don't. */
export function changedSpan(before: NoteTable, after: NoteTable): [from: number, to: number] {
  const shorter = Math.min(before.length, after.length);
  const differ = (one: number, other: number) =>
    COLUMNS.some((name) => before[name][one] !== after[name][other]);
  let head = 0;
  while (head < shorter && !differ(head, head)) head++;
  let tail = 0;
  while (tail < shorter - head && !differ(before.length - 1 - tail, after.length - 1 - tail))
    tail++;
  let [from, to] = [Infinity, -Infinity];
  for (const table of [before, after]) {
    for (let row = head; row < table.length - tail; row++) {
      from = Math.min(from, table.onset[row] ?? 0);
      to = Math.max(to, table.end(row));
    }
  }
  return [from, to];
}

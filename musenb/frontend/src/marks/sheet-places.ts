/** Hit testing and geometry of an engraved page: pure arithmetic in the units of the page. */

import type { NoteTable } from "../core/table";
import { quarters, type Quarters } from "../core/units";
import type { SheetHead, SheetPlan, SheetPlate } from "../core/wire/sheet";

/** Units of a staff space. */
export const SPACE = 180;
/** A head's left edge is where its note begins: so far before its middle. */
export const HALF_HEAD = 106;
// From the middle of a low note to the words below: past the stems of two voices on a staff.
const [BELOW_HEAD, BELOW_STEM, BELOW_STAFF] = [1.2 * SPACE, 4 * SPACE, 2 * SPACE];

/** Return voice and number of a written id: "v1n7", or "v1n7-2" where the note is tied on. */
export function parseNoteId(
  written: string,
): { id: string; voice: number; index: number; tied: boolean } | undefined {
  const found = /^v(\d+)n(\d+)(-\d+)?$/.exec(written);
  if (!found) return undefined;
  const [, voice, index, tie] = found;
  return {
    id: `v${voice}n${index}`,
    voice: Number(voice),
    index: Number(index),
    tied: tie !== undefined,
  };
}

/** A notehead, and the note of the score that it belongs to. */
export interface Head {
  readonly id: string;
  readonly tied: boolean;
  readonly voice: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly line: number;
  readonly staff: number;
  readonly name: string;
}

/** Where a quarter stands on a line, in units of the page. */
export interface Anchor {
  readonly quarter: number;
  readonly x: number;
}

export interface Place {
  readonly line: number;
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

/** The places of one page. */
export class Places {
  readonly plate: SheetPlate;
  readonly heads: readonly Head[];
  readonly #byId = new Map<string, Head[]>();
  readonly #anchors: readonly (readonly Anchor[])[];
  // Notes that began on an earlier page: what stands here has their plain id.
  readonly #continued = new Set<string>();

  constructor(plate: SheetPlate, table: NoteTable) {
    this.plate = plate;
    this.heads = plate.heads.map(headOf).filter((head) => head !== undefined);
    for (const head of this.heads) {
      const same = this.#byId.get(head.id);
      if (same) same.push(head);
      else this.#byId.set(head.id, [head]);
      const row = table.row(head.id);
      if (row >= 0 && table.onset[row]! < this.start - 1e-6) this.#continued.add(head.id);
    }
    this.#anchors = plate.lines.map((_, line) => this.#anchorsOf(line, table));
  }

  /** The first and the last quarter of the page. */
  get start(): number {
    return this.plate.lines[0]?.times[0] ?? 0;
  }
  get end(): number {
    return this.plate.lines.at(-1)?.times.at(-1) ?? 0;
  }

  /** All noteheads of a note: one, or several where it is tied on. */
  headsOf(id: string): readonly Head[] {
    return this.#byId.get(id) ?? [];
  }

  /** Return the head that a note begins with; undefined when it is on another page. */
  firstHead(id: string): Head | undefined {
    const head = this.#byId.get(id)?.find(({ tied }) => !tied);
    return head && !this.#continued.has(head.id) ? head : undefined;
  }

  /** Return where the playhead stands at a quarter, or undefined when that is on another page. */
  placeAt(quarter: number): Place | undefined {
    const { lines } = this.plate;
    for (let line = lines.length - 1; line >= 0; line--) {
      const { times, staves } = lines[line]!;
      if (quarter < times[0]! - 1e-6) continue;
      if (quarter > times.at(-1)! + 1e-6) return undefined;
      const x = interpolate(this.#anchors[line] ?? [], quarter);
      return {
        line,
        x,
        top: (staves[0]?.[0] ?? 0) - 2 * SPACE,
        bottom: (staves.at(-1)?.[1] ?? 0) + 2 * SPACE,
      };
    }
    return undefined;
  }

  /** The places of the quarters at which notes begin or bars end, in ascending order: the middles of the heads. */
  anchors(line: number): readonly Anchor[] {
    return this.#anchors[line] ?? [];
  }

  /** Return where words below a line of music begin, clear of its staves and its lowest notes. */
  wordsBelow(line: number): number {
    const staves = this.plate.lines[line]?.staves ?? [];
    const last = staves.length - 1;
    const lowest = this.heads.filter((head) => head.line === line && head.staff === last);
    const several = new Set(lowest.map(({ voice }) => voice)).size > 1;
    const heads = lowest.map(({ y }) => y + (several ? BELOW_STEM : BELOW_HEAD));
    return Math.max((staves[last]?.[1] ?? 0) + BELOW_STAFF, ...heads);
  }

  /** Return the notehead nearest to a point, within 1.6 staff spaces. */
  headAt(x: number, y: number): Head | undefined {
    let best: Head | undefined;
    let least = (1.6 * SPACE) ** 2;
    for (const head of this.heads) {
      const distance = (head.x + head.width / 2 - x) ** 2 + (head.y - y) ** 2;
      if (distance < least) [best, least] = [head, distance];
    }
    return best;
  }

  /** Return the quarter at a point of the page, on the line that is nearest. */
  quarterAt(x: number, y: number): Quarters {
    const middles = this.plate.lines.map(
      ({ staves }) => ((staves[0]?.[0] ?? 0) + (staves.at(-1)?.[1] ?? 0)) / 2,
    );
    const line = middles.reduce(
      (best, middle, at) => (Math.abs(middle - y) < Math.abs(middles[best]! - y) ? at : best),
      0,
    );
    const swapped = (this.#anchors[line] ?? []).map((anchor) => ({
      quarter: anchor.x,
      x: anchor.quarter,
    }));
    return quarters(Math.max(0, interpolate(swapped, x)));
  }

  #anchorsOf(line: number, table: NoteTable): Anchor[] {
    const { edges, times } = this.plate.lines[line]!;
    const first = new Map<number, number>();
    for (const head of this.heads) {
      if (head.line !== line || head.tied) continue;
      const row = table.row(head.id);
      if (row < 0) continue;
      const quarter = table.onset[row]!;
      // A continuation has the id of its note where the page begins within it.
      if (quarter < times[0]! - 1e-6) continue;
      const middle = head.x + head.width / 2;
      first.set(quarter, Math.min(first.get(quarter) ?? Infinity, middle));
    }
    times.forEach((time, at) => {
      if (!first.has(time) && edges[at] !== undefined) first.set(time, edges[at]!);
    });
    const anchors = [...first]
      .map(([quarter, x]) => ({ quarter, x }))
      .sort((a, b) => a.quarter - b.quarter);
    let right = -Infinity;
    return anchors.filter(({ x }) => x > right && ((right = x), true));
  }
}

function headOf([written, x, y, width, line, staff, name]: SheetHead): Head | undefined {
  const found = parseNoteId(written);
  return (
    found && { id: found.id, tied: found.tied, voice: found.voice, x, y, width, line, staff, name }
  );
}

function interpolate(anchors: readonly Anchor[], quarter: number): number {
  const at = anchors.findIndex((anchor) => anchor.quarter > quarter);
  const [before, after] =
    at < 0 ? [anchors.at(-1), undefined] : [anchors[at - 1] ?? anchors[at], anchors[at]];
  if (!before) return 0;
  if (!after || after === before) return before.x;
  return (
    before.x +
    ((quarter - before.quarter) / (after.quarter - before.quarter)) * (after.x - before.x)
  );
}

/** Return the page that a bar stands on. */
export function pageOfBar(plan: SheetPlan, bar: number): number {
  return Math.max(
    0,
    plan.pages.findIndex(([first, stop]) => first <= bar && bar < stop),
  );
}

export type Step = "left" | "right" | "up" | "down";

/**
 * Return the row of the note that a step leads to: left and right in the same voice, up and down to what sounds in
 * the next voice at the same time. Without a note to begin from it is the first one. -1: there is none.
 */
export function stepFrom(table: NoteTable, row: number, step: Step): number {
  if (row < 0 || row >= table.length) return table.length ? 0 : -1;
  const [voice, onset] = [table.voice[row]!, table.onset[row]!];
  if (step === "left" || step === "right") {
    const way = step === "left" ? -1 : 1;
    for (let at = row + way; at >= 0 && at < table.length; at += way)
      if (table.voice[at] === voice) return at;
    return -1;
  }
  const way = step === "up" ? -1 : 1;
  const voices = [...new Set(table.voice)].sort((a, b) => a - b);
  for (let place = voices.indexOf(voice) + way; place >= 0 && place < voices.length; place += way) {
    const found = nearestIn(table, voices[place]!, onset);
    if (found >= 0) return found;
  }
  return -1;
}

/** Return the note of a voice that sounds at a quarter, or else began last before it, or else comes first. */
export function nearestIn(table: NoteTable, voice: number, quarter: number): number {
  let found = -1;
  for (let at = 0; at < table.length; at++) {
    if (table.voice[at] !== voice) continue;
    if (found >= 0 && table.onset[at]! > quarter + 1e-9) break;
    found = at;
  }
  return found;
}

/** Return the rows of the notes that sound at a quarter. */
export function soundingAt(table: NoteTable, quarter: number): number[] {
  const rows: number[] = [];
  for (
    let row = table.firstFrom(quarter + 1e-6) - 1;
    row >= 0 && table.onset[row]! > quarter - 32;
    row--
  ) {
    if (table.end(row) > quarter) rows.push(row);
  }
  return rows;
}

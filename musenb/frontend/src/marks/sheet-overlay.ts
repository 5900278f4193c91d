/** SVG overlay of an engraved page: tints, selection, lines under generated notes, the playhead. Pure. */

import type { NoteTable } from "../core/table";
import { COLOURS, shape } from "./sheet";
import { SPACE, type Head, type Place, type Places } from "./sheet-places";

// From the paper to a yellow on which black, or an olive on which white, and the colours of the voices can be read. The
// size of the disc says the same as its colour.
const ON_LIGHT = [
  [253, 250, 222],
  [240, 214, 0],
] as const;
const ON_DARK = [
  [52, 48, 20],
  [146, 122, 0],
] as const;
// The rim of a disc stands out where its face has to leave the note readable.
const RIM_ON_LIGHT = [
  [214, 206, 150],
  [150, 122, 0],
] as const;
const RIM_ON_DARK = [
  [92, 86, 44],
  [255, 226, 70],
] as const;

export interface Tint {
  readonly values: ReadonlyMap<string, number>;
  readonly low: number;
  readonly high: number;
}

/** Return the scale of the values under the notes: from 0, or from the lowest where that is below. */
export function tintOf(rows: readonly (readonly [string, number])[]): Tint {
  const values = new Map(rows.map(([id, value]) => [id, value]));
  const all = [...values.values()];
  return { values, low: Math.min(0, ...all), high: Math.max(0, ...all) };
}

/** Return a value's place on the scale, 0..1. */
export function share({ low, high }: Tint, value: number): number {
  return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0;
}

export function tintColour(part: number, dark = false): string {
  return between(dark ? ON_DARK : ON_LIGHT, part);
}

function rimColour(part: number, dark = false): string {
  return between(dark ? RIM_ON_DARK : RIM_ON_LIGHT, part);
}

function between(
  [from, to]: typeof ON_LIGHT | typeof ON_DARK | typeof RIM_ON_LIGHT | typeof RIM_ON_DARK,
  part: number,
): string {
  return `rgb(${from.map((low, k) => Math.round(low + part * (to[k]! - low))).join(" ")})`;
}

/** Return the gradient of the legend, left to right. */
export function legendGradient(dark = false): string {
  return `linear-gradient(to right, ${tintColour(0, dark)}, ${tintColour(1, dark)})`;
}

export interface Shown {
  readonly selection: ReadonlySet<string>;
  readonly hover: string | null;
  readonly tint: Tint;
  readonly dark?: boolean;
  /** No lines under what a model wrote: a box around the rest says it. */
  readonly plain?: boolean;
}

/** Return the marks under the notes of a page: larger and darker for larger values; frames of selection and hover. */
export function underMarks(
  places: Places,
  { selection, hover, tint, dark, plain }: Shown,
  table: NoteTable,
): SVGElement[] {
  const marks: SVGElement[] = [];
  for (const head of places.heads) {
    const value = tint.values.get(head.id);
    if (value !== undefined) {
      const part = share(tint, value);
      const [x, radius] = [middle(head), SPACE * (0.75 + 0.9 * part)];
      const title = shape("title");
      title.textContent = String(value);
      const disc = shape("circle", {
        class: "mnb-tint",
        cx: x,
        cy: head.y,
        r: radius,
        fill: tintColour(part, dark),
        stroke: rimColour(part, dark),
      });
      disc.append(title);
      marks.push(disc);
    }
    if (selection.has(head.id)) marks.push(frame(head, "mnb-selected"));
    if (hover === head.id) marks.push(frame(head, "mnb-hovered"));
  }
  const lines = plain ? [] : generatedLines(places, table);
  return [...marks, ...brokenTies(places, table), ...lines];
}

/** Return the line and the flag of the playhead, to be moved with `movePlayhead`. */
export function playheadMark(): SVGElement {
  const group = shape("g", { class: "mnb-playhead", visibility: "hidden" });
  group.append(shape("line", { "stroke-width": 40 }), shape("polygon", { stroke: "none" }));
  return group;
}

/** Move the playhead, or hide it when it is on no line of this page. */
export function movePlayhead(mark: SVGElement, place: Place | undefined): void {
  mark.setAttribute("visibility", place ? "visible" : "hidden");
  if (!place) return;
  const { x, top, bottom } = place;
  const [line, flag] = [mark.children[0]!, mark.children[1]!];
  for (const [name, value] of Object.entries({ x1: x, x2: x, y1: top, y2: bottom }))
    line.setAttribute(name, String(value));
  flag.setAttribute("points", `${x - 120},${top - 120} ${x + 120},${top - 120} ${x},${top + 60}`);
}

const middle = (head: Head): number => head.x + head.width / 2;

function frame(head: Head, name: string): SVGElement {
  const [w, h] = [head.width + 0.9 * SPACE, 1.9 * SPACE];
  return shape("rect", {
    class: name,
    x: middle(head) - w / 2,
    y: head.y - h / 2,
    width: w,
    height: h,
    rx: 0.5 * SPACE,
  });
}

/** Return the second halves of the ties from the page before. */
function brokenTies(places: Places, table: NoteTable): SVGElement[] {
  const first = places.heads.filter(({ id, tied, line }) => {
    const row = tied || line > 0 ? -1 : table.row(id);
    return row >= 0 && table.onset[row]! < places.start - 1e-6;
  });
  return first.map(({ x, y, voice }) => {
    const [from, low] = [x - 1.9 * SPACE, y + 0.6 * SPACE];
    const d = `M${from} ${low}Q${x - SPACE} ${low + 110} ${x - 50} ${low}Q${x - SPACE} ${low + 60} ${from} ${low}Z`;
    return shape("path", { class: "mnb-tie", "data-voice": voice % COLOURS, d });
  });
}

/** Return a dashed line under each run of generated notes of a staff. */
function generatedLines(places: Places, table: NoteTable): SVGElement[] {
  const marks: SVGElement[] = [];
  places.plate.lines.forEach(({ staves }, line) => {
    staves.forEach(([, bottom], staff) => {
      const heads = places.heads
        .filter((head) => head.line === line && head.staff === staff)
        .sort((a, b) => a.x - b.x);
      const written = heads.map((head) => {
        const row = table.row(head.id);
        return row >= 0 && table.generated(row);
      });
      const y = Math.max(bottom, ...heads.map((head) => head.y)) + 1.1 * SPACE;
      for (let from = 0; from < heads.length; from++) {
        if (!written[from]) continue;
        let to = from;
        while (written[to + 1]) to += 1;
        const [x1, x2] = [heads[from]!.x - 40, heads[to]!.x + heads[to]!.width + 40];
        marks.push(shape("line", { class: "mnb-generated", x1, x2, y1: y, y2: y }));
        from = to;
      }
    });
  });
  return marks;
}

/** Box or bracket around given notes on an engraved line, so that no colour is needed to tell them. Pure. */

import type { NoteTable } from "../core/table";
import type { SheetLine } from "../core/wire/sheet";
import { shape } from "./sheet";
import { SPACE, type Head, type Places } from "./sheet-places";

// The bracket stays on the page.
const HIGHEST = 0.3 * SPACE;

/** Return the given heads of a line, as long as a model wrote others. */
export function givenHeads(places: Places, table: NoteTable): Head[] {
  if (!table.flags.some((_, row) => table.generated(row))) return [];
  return places.heads.filter(({ id }) => {
    const row = table.row(id);
    return row >= 0 && !table.generated(row);
  });
}

/** Return given heads in runs: those of a voice with no head of a model between, together where they begin at once. */
function runsOf(places: Places, given: readonly Head[]): Head[][] {
  const known = new Set(given);
  const runs = new Map<number, Head[]>();
  for (const voice of new Set(given.map((head) => head.voice))) {
    let run: Head[] | undefined;
    const heads = places.heads.filter((head) => head.voice === voice).sort((a, b) => a.x - b.x);
    for (const head of heads) {
      if (!known.has(head)) run = undefined;
      else if (run) run.push(head);
      else {
        // What begins with another voice's is marked with it.
        const at = Math.round(head.x / SPACE);
        run = runs.get(at) ?? [];
        run.push(head);
        runs.set(at, run);
      }
    }
  }
  return [...runs.values()];
}

/** Return, for each run of given notes, a box where it has its staves for itself, else a bracket above it. */
export function motifMark(places: Places, table: NoteTable): SVGElement[] {
  const [line] = places.plate.lines;
  if (!line) return [];
  return runsOf(places, givenHeads(places, table)).flatMap((run) => markOf(places, line, run));
}

function markOf(places: Places, line: SheetLine, given: readonly Head[]): SVGElement[] {
  const staves = [...new Set(given.map(({ staff }) => staff))];
  const left = Math.min(...given.map(({ x }) => x)) - 0.9 * SPACE;
  const right = Math.max(...given.map(({ x, width }) => x + width)) + 0.9 * SPACE;
  const alone = places.heads.every(
    (head) =>
      head.x + head.width < left ||
      head.x > right ||
      !staves.includes(head.staff) ||
      given.includes(head),
  );
  if (alone) return staves.map((staff) => box(line.staves[staff], given, staff, left, right));
  const tops = [line.staves[staves[0] ?? 0]?.[0] ?? 0, ...given.map(({ y }) => y - 3 * SPACE)];
  const top = Math.max(Math.min(...tops) - 0.8 * SPACE, HIGHEST);
  const d = `M${left} ${top + SPACE}V${top}H${right}V${top + SPACE}`;
  return [shape("path", { class: "mnb-motif-bracket", d })];
}

function box(
  staff: readonly [number, number] | undefined,
  given: readonly Head[],
  number: number,
  left: number,
  right: number,
): SVGElement {
  const heads = given.filter((head) => head.staff === number).map(({ y }) => y);
  const top = Math.min(staff?.[0] ?? 0, ...heads) - 1.1 * SPACE;
  const bottom = Math.max(staff?.[1] ?? 0, ...heads) + 1.1 * SPACE;
  const place = { x: left, y: top, width: right - left, height: bottom - top, rx: 0.5 * SPACE };
  return shape("rect", { class: "mnb-motif-box", ...place });
}

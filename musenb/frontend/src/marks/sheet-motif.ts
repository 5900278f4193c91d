/** Box or bracket around given notes on an engraved line, so that no colour is needed to tell them. Pure. */

import type { NoteTable } from "../core/table";
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

/** Return a box where the given notes have a staff for themselves meanwhile, else a bracket above them. */
export function motifMark(places: Places, table: NoteTable): SVGElement[] {
  const given = givenHeads(places, table);
  const [line] = places.plate.lines;
  if (!given.length || !line) return [];
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

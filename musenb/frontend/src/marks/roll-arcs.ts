/** Layout of arcs between the notes of a roll: over the note area, between the tops of the notes. */

import type { Arc } from "../core/clock";
import type { NoteTable } from "../core/table";
import type { Theme } from "../core/theme";
import { layoutArcs, type ArcShape } from "./arcs";
import { boxOf } from "./roll-notes";
import type { Viewport } from "./roll-view";

// Pixels that an arc rises: no more than there are above its notes, but so many that it stays an arc.
const [LOWEST, HIGHEST] = [24, 90];

/** Return the row of every note that an arc touches; notes that the table lacks are left out. */
export function arcRows(arcs: readonly Arc[], table: NoteTable): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  for (const { from, to } of arcs) {
    for (const id of [from, to])
      if (!rows.has(id) && table.row(id) >= 0) rows.set(id, table.row(id));
  }
  return rows;
}

/** Return the shapes in pixels of the note area; a note that is out of view has its place there all the same. */
export function rollArcs(
  view: Viewport,
  table: NoteTable,
  arcs: readonly Arc[],
  rows: ReadonlyMap<string, number>,
  theme: Theme,
): ArcShape[] {
  if (!rows.size) return [];
  let room = HIGHEST;
  const boxes = new Map(
    [...rows].map(([id, row]) => {
      const box = boxOf(
        view,
        table.onset[row] ?? 0,
        table.duration[row] ?? 0,
        table.pitch[row] ?? 0,
      );
      if (box.y >= 0 && box.x + box.width > 0 && box.x < view.width)
        room = Math.min(room, box.y - 6);
      return [id, box] as const;
    }),
  );
  return layoutArcs(arcs, (id) => boxes.get(id), theme, { highest: Math.max(room, LOWEST) });
}

/** Fallback renderer of a page that cannot be engraved: its notes as a plain roll. */

import type { NoteTable } from "../core/table";
import { shape } from "./sheet";

/** Return a drawing of the notes between two quarters, the highest on top. */
export function fallbackRoll(table: NoteTable, start: number, end: number): SVGElement {
  const rows: number[] = [];
  for (let row = 0; row < table.length; row++)
    if (table.onset[row]! < end && table.end(row) > start) rows.push(row);
  const pitches = rows.map((row) => table.pitch[row]!);
  const [low, high] = [Math.min(...pitches, 127) - 1, Math.max(...pitches, 0) + 1];
  const height = Math.max(4, high - low + 1);
  const drawing = shape("svg", {
    class: "mnb-fallback",
    viewBox: `0 0 100 ${height}`,
    preserveAspectRatio: "none",
  });
  drawing.setAttribute("aria-hidden", "true");
  const scale = 100 / Math.max(1e-9, end - start);
  for (const row of rows) {
    const [from, to] = [Math.max(start, table.onset[row]!), Math.min(end, table.end(row))];
    const box = {
      x: (from - start) * scale,
      y: high - table.pitch[row]!,
      width: Math.max(0.2, (to - from) * scale - 0.1),
      height: 0.9,
    };
    const note = shape("rect", box);
    note.dataset.voice = String(table.voice[row]! % 6);
    drawing.append(note);
  }
  return drawing;
}

/** Nearest-note search: where the arrow keys lead from a note of the roll. */

import type { NoteTable } from "../core/table";

export type Direction = "left" | "right" | "up" | "down";

/** Chords and what sounds with them lie close by: no farther is searched, in quarters. */
const REACH = 16;
/** What is not heard together with a note is farther than all that is. */
const APART = 1000;

/** Return the row of the next note: in its voice to the left and right, of any voice above and below; -1 for none. */
export function neighbour(table: NoteTable, from: number, direction: Direction): number {
  if (direction === "left") return inVoice(table, from, -1);
  if (direction === "right") return inVoice(table, from, 1);
  return beside(table, from, direction === "up" ? 1 : -1);
}

function inVoice(table: NoteTable, from: number, by: 1 | -1): number {
  for (let row = from + by; row >= 0 && row < table.length; row += by) {
    if (table.voice[row] === table.voice[from]) return row;
  }
  return -1;
}

function beside(table: NoteTable, from: number, sign: 1 | -1): number {
  const onset = table.onset[from] ?? 0;
  const pitch = table.pitch[from] ?? 0;
  let found = -1;
  let nearest = Infinity;
  for (let row = table.firstFrom(onset - REACH); row < table.length; row++) {
    const begins = table.onset[row] ?? 0;
    if (begins > onset + REACH) break;
    const higher = sign * ((table.pitch[row] ?? 0) - pitch);
    if (higher <= 0) continue;
    const together = begins < table.end(from) && table.end(row) > onset;
    const away = (together ? 0 : APART) + 4 * Math.abs(begins - onset) + higher;
    if (away < nearest) {
      found = row;
      nearest = away;
    }
  }
  return found;
}

/** Interval index: finds the notes that sound in a stretch of time without looking at the others. */

import type { NoteTable } from "../core/table";

const BLOCK = 64;

/** Built once for a table, whose rows are sorted by onset: the latest end of every block of rows, the longest note. */
export class RollIndex {
  readonly table: NoteTable;
  /** In quarters; 0 for no notes. */
  readonly longest: number;
  readonly #latest: Float64Array;

  constructor(table: NoteTable) {
    this.table = table;
    this.#latest = new Float64Array(Math.ceil(table.length / BLOCK)).fill(-Infinity);
    let longest = 0;
    for (let row = 0; row < table.length; row++) {
      const block = (row / BLOCK) | 0;
      this.#latest[block] = Math.max(this.#latest[block] ?? 0, table.end(row));
      longest = Math.max(longest, table.duration[row] ?? 0);
    }
    this.longest = longest;
  }

  /** Call with every row that sounds after `from` and before `to`, in the order of the table. */
  each(from: number, to: number, call: (row: number) => void): void {
    const { onset, duration } = this.table;
    const stop = this.table.firstFrom(to);
    for (let block = 0; block * BLOCK < stop; block++) {
      if ((this.#latest[block] ?? 0) <= from) continue;
      const last = Math.min((block + 1) * BLOCK, stop);
      for (let row = block * BLOCK; row < last; row++) {
        if ((onset[row] ?? 0) + (duration[row] ?? 0) > from) call(row);
      }
    }
  }

  /**
   * Return the row of the note at a place, the one drawn last where several lie; -1 for none. `slack` is in quarters.
   */
  at(quarter: number, pitch: number, slack = 0): number {
    let [found, exact] = [-1, false];
    this.each(quarter - slack, quarter + slack + 1e-9, (row) => {
      if (this.table.pitch[row] !== pitch) return;
      const inside = (this.table.onset[row] ?? 0) <= quarter && this.table.end(row) > quarter;
      if (inside || !exact) [found, exact] = [row, inside];
    });
    return found;
  }

  /** Return the rows that touch a rectangle of quarters and pitches, both ends included. */
  inside(from: number, to: number, low: number, high: number): number[] {
    const rows: number[] = [];
    this.each(from, to, (row) => {
      const pitch = this.table.pitch[row] ?? 0;
      if (pitch >= low && pitch <= high) rows.push(row);
    });
    return rows;
  }
}

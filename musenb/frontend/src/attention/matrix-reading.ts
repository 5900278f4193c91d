/** Cell and row values of a matrix in words: true ones where they have come, else from the bytes of the picture. */

import type { AttentionStore, Choice } from "./store";
import { rowText, valueText } from "../core/words";
import type { Life } from "../core/life";
import { isWhole, valueAt, type Matrix } from "../marks/matrix";

export class MatrixReading {
  readonly #store: AttentionStore;
  readonly #life: Life;
  choice: Choice;
  matrix: Matrix | undefined;

  constructor(store: AttentionStore, life: Life) {
    this.#store = store;
    this.#life = life;
    this.choice = store.choice;
  }

  get #head(): readonly [number, number] {
    return [this.choice.layer, this.choice.head];
  }

  /** The index of an item in the order of time, which rows from Python have. */
  #timed(side: "rows" | "columns", index: number): number {
    return this.choice.level === "notes" ? this.#store.noteOf(this.choice, side, index) : index;
  }

  #row(row: number): Float32Array | undefined {
    return this.#store.row(
      this.#head,
      this.choice.what,
      this.choice.level,
      this.#timed("rows", row),
    );
  }

  /** Ask for the true values of rows. */
  want(rows: readonly number[]): void {
    const { what, level } = this.choice;
    this.#store.askRows(
      this.#life,
      [this.#head],
      what,
      level,
      rows.map((row) => this.#timed("rows", row)),
    );
  }

  /** Return a cell's value: undefined for nothing, and for what is not known to the cell. */
  value(row: number, column: number): number | undefined {
    const exact = this.#row(row)?.[this.#timed("columns", column)];
    if (exact === undefined)
      return this.matrix && isWhole(this.matrix) ? valueAt(this.matrix, row, column) : undefined;
    return Number.isNaN(exact) || (exact === 0 && this.choice.what === "weights")
      ? undefined
      : exact;
  }

  /** Return what a cell says: "G4, bar 7: 31 % to G4, bar 3", with "about" while the true value is on its way. */
  cellText(row: number, column: number): string {
    const from = this.#store.nameOf(this.choice, "rows", row);
    const key = this.#store.nameOf(this.choice, "columns", column);
    const exact = this.#row(row)?.[this.#timed("columns", column)];
    const value = exact ?? (this.matrix && valueAt(this.matrix, row, column));
    if (value === undefined || Number.isNaN(value)) return `${from}: nothing to ${key}`;
    const sure = this.#store.exact(
      this.#head,
      this.choice.what,
      this.choice.level,
      this.#timed("rows", row),
    );
    return `${from}: ${sure ? "" : "about "}${valueText(value, this.choice.what)} to ${key}`;
  }

  /** Return what a row says, if it is known: "note G4, bar 7: 31 % to G4, bar 3; 12 % to D4, bar 6". */
  rowText(row: number): string {
    const name = this.#store.nameOf(this.choice, "rows", row);
    const from = this.choice.level === "notes" ? `note ${name}` : name;
    const values = this.#row(row);
    if (!values) return from;
    const timed = { ...this.choice, order: "time" } as const;
    const nameOf = (key: number, exact: boolean) =>
      this.#store.nameOf(timed, "columns", key, exact);
    return rowText(from, values, nameOf, this.choice.what);
  }
}

/** Tooltip of the attention matrix: the cell under the pointer in words, and its note lit up in every view. */

import type { PageClock } from "../core/clock";
import { element } from "../core/dom";
import type { Life } from "../core/life";
import type { MatrixReading } from "./matrix-reading";
import type { AttentionStore } from "./store";

/** So long the pointer stays before the true values of a row are asked for. */
const HOVER_MS = 60;

/** A point of the canvas, in pixels, and the cell that lies there. */
export interface Pointed {
  readonly x: number;
  readonly y: number;
  readonly row: number;
  readonly column: number;
}

export class MatrixTip {
  readonly box = element("div", { class: "mnb-tip", role: "tooltip", hidden: true });
  #at: Pointed | undefined;
  #cancel: (() => void) | undefined;

  constructor(
    private readonly store: AttentionStore,
    private readonly clock: PageClock,
    private readonly reading: MatrixReading,
    private readonly life: Life,
    private readonly width: () => number,
  ) {}

  /** Point at a cell, or at none. */
  point(at: Pointed | undefined): void {
    this.#at = at;
    const note = at ? this.store.noteOf(this.reading.choice, "columns", at.column) : -1;
    this.clock.setHover(note >= 0 ? this.store.notes.table.id(note) : null);
    this.#cancel?.();
    if (at) this.#cancel = this.life.after(HOVER_MS, () => this.reading.want([at.row]));
    this.show();
  }

  /** Forget the cell: other heads are shown. */
  forget(): void {
    this.#at = undefined;
  }

  /** Say what is known of the cell by now. */
  show(): void {
    const at = this.#at;
    this.box.hidden = !at;
    if (!at) return;
    this.box.textContent = this.reading.cellText(at.row, at.column);
    const { style } = this.box;
    const right = at.x > this.width() / 2;
    style.left = right ? "" : `${at.x + 14}px`;
    style.right = right ? `calc(100% - ${at.x - 8}px)` : "";
    style.top = `${at.y + 16}px`;
  }
}

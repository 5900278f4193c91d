/** Fetcher of the part of a matrix that is looked at: one request at a time, the newest last. */

import { sameChoice, type AttentionStore, type Choice } from "./store";
import type { Life } from "../core/life";
import { isWhole, type Matrix } from "../marks/matrix";
import { whole, type Range, type Window } from "../marks/matrix-view";

/** More cells than this are never asked for, a side. */
const MOST_CELLS = 1536;
/** After so long an answer is no longer waited for: there may be no kernel. */
const PATIENCE_MS = 4000;

/** What is looked at now. */
export interface Looked {
  readonly choice: Choice;
  readonly window: Window;
  /** The width of the canvas, in pixels of the page. */
  readonly width: number;
  /** What is shown of it already. */
  readonly matrix: Matrix | undefined;
}

export class MatrixSource {
  readonly #store: AttentionStore;
  readonly #life: Life;
  readonly #looked: () => Looked;
  readonly #use: (matrix: Matrix) => void;
  #pending = false;
  #stale = false;
  /** What the matrix is an answer to; undefined for a placeholder. */
  #answered: Choice | undefined;

  constructor(
    store: AttentionStore,
    life: Life,
    looked: () => Looked,
    use: (matrix: Matrix) => void,
  ) {
    [this.#store, this.#life, this.#looked, this.#use] = [store, life, looked, use];
  }

  /** Another matrix is looked at: what is shown is but a placeholder. */
  forget(): void {
    this.#answered = undefined;
  }

  /** Ask for what is looked at, unless it is shown cell by cell already. */
  ask(): void {
    const { choice, window, width, matrix } = this.#looked();
    const [rows, columns] = this.#store.size(choice.level);
    if (!rows || !columns) return;
    if (this.#pending) {
      this.#stale = true;
      return;
    }
    if (
      this.#answered &&
      sameChoice(this.#answered, choice) &&
      covers(matrix, window, rows, columns)
    )
      return;
    const density = Math.min(2, globalThis.devicePixelRatio || 1);
    const size = Math.min(MOST_CELLS, Math.ceil(width * density * 1.5));
    this.#pending = true;
    this.#stale = false;
    const over = () => {
      this.#pending = false;
      patience();
      if (this.#stale) this.ask();
    };
    const patience = this.#life.after(PATIENCE_MS, over);
    const part = { rows: widened(window.rows, rows), columns: widened(window.columns, columns) };
    this.#store.ask(choice, part, size, (answer) => {
      if (this.#life.ended) return;
      if (sameChoice(choice, this.#looked().choice)) {
        this.#answered = choice;
        this.#use(answer);
      }
      over();
    });
  }
}

/** Return a range with a margin, so that a small move needs no new picture. */
function widened(range: Range, length: number): Range {
  const margin = (range[1] - range[0]) / 4;
  return whole([range[0] - margin, range[1] + margin], length);
}

/** Return whether a picture shows a part of a matrix of that size, cell by cell. */
export function covers(
  matrix: Matrix | undefined,
  window: Window,
  rows: number,
  columns: number,
): boolean {
  if (!matrix || !isWhole(matrix)) return false;
  const inside = (inner: Range, outer: Range) => inner[0] >= outer[0] && inner[1] <= outer[1];
  return (
    inside(whole(window.rows, rows), matrix.rows) &&
    inside(whole(window.columns, columns), matrix.columns)
  );
}

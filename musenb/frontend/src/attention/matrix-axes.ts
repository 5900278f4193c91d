/** Axis labels of the attention matrix: bars or voices, and the names of single items. */

import type { AttentionStore, Choice } from "./store";
import { barAt } from "../core/bars";
import type { Axis, Tick } from "../marks/matrix-axis";
import type { Theme } from "../core/theme";

type Side = "rows" | "columns";

const PLAIN_TICKS = 100;

export class MatrixAxes {
  readonly #store: AttentionStore;
  #key = "";
  #ticks: Record<Side, Tick[]> = { rows: [], columns: [] };
  /** Letters of the longest label of a token. */
  #longest: Record<Side, number> = { rows: 0, columns: 0 };

  constructor(store: AttentionStore) {
    this.#store = store;
  }

  axis(choice: Choice, side: Side, theme: Theme): Axis {
    const store = this.#store;
    const { table } = store.notes;
    this.#renew(choice);
    return {
      ticks: this.#ticks[side],
      longest: this.#longest[side],
      colour(index) {
        const note = store.noteOf(choice, side, index);
        return note < 0 ? undefined : theme.voices[(table.voice[note] ?? 0) % theme.voices.length];
      },
      name(index) {
        const note = store.noteOf(choice, side, index);
        if (note >= 0) return table.name(note);
        return store.labelOf(side, index) || String(index + 1);
      },
    };
  }

  #renew(choice: Choice): void {
    const [rows, columns] = this.#store.size(choice.level);
    const { version, revision } = this.#store;
    const key = [choice.level, choice.order, rows, columns, version, revision].join("/");
    if (key === this.#key) return;
    this.#key = key;
    this.#ticks = {
      rows: this.#make(choice, "rows", rows),
      columns: this.#make(choice, "columns", columns),
    };
    this.#longest = {
      rows: this.#longestOf(choice, "rows", rows),
      columns: this.#longestOf(choice, "columns", columns),
    };
  }

  /** Return the letters of the longest label among the items that are no notes: notes have short names. */
  #longestOf(choice: Choice, side: Side, length: number): number {
    let longest = 0;
    for (let at = 0; at < length; at++) {
      if (this.#store.noteOf(choice, side, at) >= 0) continue;
      longest = Math.max(longest, this.#store.labelOf(side, at)?.length ?? 0);
    }
    return longest;
  }

  /** Return bars (or voices, when the notes are in their order) as ticks; for tokens without notes every hundredth. */
  #make(choice: Choice, side: Side, length: number): Tick[] {
    const store = this.#store;
    const { table, bars, piece } = store.notes;
    const ticks: Tick[] = [];
    let before = "";
    for (let at = 0; at < length; at++) {
      const note = store.noteOf(choice, side, at);
      if (note < 0) {
        if (!store.hasNotes && at % PLAIN_TICKS === 0) ticks.push({ at, label: String(at + 1) });
        continue;
      }
      const bar = barAt(bars, table.onset[note] ?? 0)?.[2];
      const label =
        choice.order === "voice"
          ? (piece.voices[table.voice[note] ?? 0] ?? "")
          : String(bar || "↑");
      if (label !== before && bar !== undefined) ticks.push({ at, label });
      before = label;
    }
    return ticks;
  }
}

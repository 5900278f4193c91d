/** Tempo map: quarters and seconds of a score with tempo changes. */

import { quarters, seconds, type Quarters, type Seconds } from "./units";
import type { TempoRow } from "./wire/notes";

export class TempoMap {
  readonly #onsets: number[] = [0];
  readonly #starts: number[] = [0];
  readonly #rates: number[] = [];

  /** `tempos` is sorted by onset; 100 quarters a minute when it is empty. */
  constructor(tempos: readonly TempoRow[] = []) {
    this.#rates.push((tempos[0]?.[1] ?? 100) / 60);
    for (const [onset, qpm] of tempos) {
      if (onset <= 0) {
        this.#rates[0] = qpm / 60;
        continue;
      }
      this.#starts.push(this.secondsAt(quarters(onset)));
      this.#onsets.push(onset);
      this.#rates.push(qpm / 60);
    }
  }

  secondsAt(quarter: Quarters): Seconds {
    const piece = this.#find(this.#onsets, quarter);
    return seconds(
      (this.#starts[piece] ?? 0) +
        (quarter - (this.#onsets[piece] ?? 0)) / (this.#rates[piece] ?? 1),
    );
  }

  quartersAt(second: Seconds): Quarters {
    const piece = this.#find(this.#starts, second);
    return quarters(
      (this.#onsets[piece] ?? 0) +
        (second - (this.#starts[piece] ?? 0)) * (this.#rates[piece] ?? 1),
    );
  }

  #find(starts: readonly number[], value: number): number {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Playback of a stretch of a clock's piece, stopped at its end. */

import type { PageClock } from "../core/clock";
import type { Life } from "../core/life";
import { quarters } from "../core/units";

export class Passage {
  readonly #clock: PageClock;
  #until: number | undefined;
  #going = false;

  constructor(clock: PageClock, life: Life) {
    this.#clock = clock;
    clock.follow(life, (playhead) => {
      if (this.#until !== undefined && clock.playing && playhead >= this.#until) this.stop();
    });
    // Somebody else's pause or jump ends it; its own do not.
    clock.on(["pause", "seek"], life, () => {
      if (!this.#going) this.#until = undefined;
    });
  }

  /** Play from one quarter to another. Call inside a click or key handler. */
  play(from: number, to: number): void {
    this.#going = true;
    this.#clock.seek(quarters(from));
    this.#clock.play();
    this.#going = false;
    this.#until = to;
  }

  stop(): void {
    this.#until = undefined;
    this.#clock.pause();
  }
}

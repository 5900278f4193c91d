/** Recorder of key presses against a metronome. Seconds count from the first beat behind the count-in. */

import type { Life } from "../core/life";
import type { PageAudio } from "../sound/synth";
import { midiPitch, seconds } from "../core/units";
import type { Press } from "../core/wire/keyboard";

export interface Beat {
  /** Quarters a minute. */
  readonly qpm: number;
  /** Quarters in a bar. */
  readonly beats: number;
  readonly metronome: boolean;
  /** Bars. */
  readonly countIn: number;
}

/** What tells the time: the audio clock as it is heard, or the system's when there is no sound. */
export interface TimeSource {
  now(): number;
  /** Sound a click at a moment; returns what ends it. */
  click(time: number, strong: boolean): () => void;
}

const TICK_MS = 50;
const AHEAD = 0.25;
const LEAD = 0.15;

/** Return the time of the page's sound, once it runs; the system's where it does not. */
export function timeOf(audio: PageAudio): TimeSource {
  if (audio.lost || audio.context.state !== "running")
    return { now: () => performance.now() / 1000, click: () => () => undefined };
  return {
    now: () => audio.heard(),
    click(time, strong) {
      const node = audio.click(Math.max(time, audio.context.currentTime), strong);
      return () => node.stop();
    },
  };
}

export class Recorder {
  readonly #time: TimeSource;
  readonly #beat: Beat;
  readonly #start: number;
  readonly #open = new Map<number, { start: number; velocity: number }>();
  readonly #presses: Press[] = [];
  readonly #ticking: Life;
  readonly #clicks: (() => void)[] = [];
  #next: number;

  constructor(time: TimeSource, beat: Beat, life: Life) {
    this.#time = time;
    this.#beat = beat;
    const length = 60 / beat.qpm;
    this.#next = -beat.countIn * beat.beats;
    this.#start = time.now() + LEAD - this.#next * length;
    this.#ticking = life.child();
    this.#tick();
    this.#ticking.every(TICK_MS, () => this.#tick());
    this.#ticking.atEnd(() => this.#clicks.forEach((end) => end()));
  }

  /** Seconds since the first beat; below 0 during the count-in. */
  get place(): number {
    return this.#time.now() - this.#start;
  }

  /** Where it is, as "count 3" or "bar 2, beat 1". */
  get placeText(): string {
    const { qpm, beats, countIn } = this.#beat;
    const quarter = Math.floor((this.place * qpm) / 60);
    if (quarter < 0)
      return `count ${((((quarter + countIn * beats) % beats) + beats) % beats) + 1}`;
    return `bar ${Math.floor(quarter / beats) + 1}, beat ${(quarter % beats) + 1}`;
  }

  down(pitch: number, velocity: number): void {
    this.up(pitch);
    this.#open.set(pitch, { start: this.place, velocity });
  }

  up(pitch: number): void {
    const held = this.#open.get(pitch);
    if (!held) return;
    this.#open.delete(pitch);
    this.#presses.push([seconds(held.start), seconds(this.place), midiPitch(pitch), held.velocity]);
  }

  /** End, and return what was played, by its beginning. */
  stop(): Press[] {
    for (const pitch of [...this.#open.keys()]) this.up(pitch);
    this.#ticking.end();
    return this.#presses.sort((a, b) => a[0] - b[0]);
  }

  #tick(): void {
    const { qpm, beats, metronome, countIn } = this.#beat;
    const length = 60 / qpm;
    for (; this.#next * length < this.place + AHEAD; this.#next++) {
      if (this.#next >= 0 && !metronome) continue;
      const strong = (this.#next + countIn * beats) % beats === 0;
      this.#clicks.push(this.#time.click(this.#start + this.#next * length, strong));
      if (this.#clicks.length > 32) this.#clicks.shift();
    }
  }
}

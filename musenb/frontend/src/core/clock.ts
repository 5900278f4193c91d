/**
 * Page-wide playback clock: playhead, selection and hover. Every view's module is loaded apart, so the clocks live on
 * `globalThis`, by id; views in one page follow them without a word to the kernel, and in an exported page too.
 */

import { Band } from "./band";
import type { Life } from "./life";
import { TempoMap } from "./tempo";
import type { Timeline } from "./schedule";
import { quarters, seconds, type Quarters, type Seconds } from "./units";
import type { Loop } from "./wire/clock";
import type { TempoRow } from "./wire/notes";

export type ClockChange =
  | "play"
  | "pause"
  | "seek"
  | "factor"
  | "loop"
  | "selection"
  | "hover"
  | "overlay"
  | "tempos"
  | "end"
  | "driver";

/** How much one note looks at another, for every view to draw: `drawArcs` in marks/arcs.ts does it over any picture. */
export interface Arc {
  /** Ids of notes: who looks, and at whom. */
  readonly from: string;
  readonly to: string;
  /** 0..1. */
  readonly weight: number;
  /** The number of the head in the model, layer after layer: it decides the colour. */
  readonly head: number;
  /** The head as people say it. */
  readonly name: string;
}

/** What a clock takes its time from while it sounds: the audio clock. */
export interface Driver {
  /** False until sound really runs; the clock then goes by the system's time, so that the views move all the same. */
  readonly running: boolean;
  /** The moment that is heard now. */
  seconds(): Seconds;
  /** From asking for a note to hearing it: the playhead stands for so long after a jump. */
  readonly delay: Seconds;
  /**
   * Called by `play` within the click: the place to resume the audio context. Returns how long the playhead stands
   * first.
   */
  start(from: Quarters): Seconds;
  /** Called within a click: `play` may follow later, without one, and is to sound then. */
  ready?(): void;
}

const wall: Driver = {
  running: true,
  seconds: () => seconds(performance.now() / 1000),
  delay: seconds(0),
  start: () => seconds(0),
};

export class PageClock {
  readonly id: string;
  /** What its views tell each other beside the time. */
  readonly band = new Band();
  holders = 0;
  #tempo = new TempoMap();
  #end = quarters(0);
  #factor = 1;
  #loop: Loop | null = null;
  #playing = false;
  #waiting = false;
  #streaming = false;
  #driver: Driver | undefined;
  #selection: ReadonlySet<string> = new Set();
  #hover: string | null = null;
  readonly #overlays = new Map<unknown, readonly Arc[]>();
  // Where the playhead stood (seconds of the score) at a moment of the driver.
  #place = seconds(0);
  #moment = seconds(0);
  #source: Driver = wall;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #events = new EventTarget();

  constructor(id: string) {
    this.id = id;
  }

  // What it shows

  get playing(): boolean {
    return this.#playing;
  }
  /** True when the playhead has caught up with notes that are still being generated. */
  get waiting(): boolean {
    return this.#waiting;
  }
  get factor(): number {
    return this.#factor;
  }
  get loop(): Loop | null {
    return this.#loop;
  }
  get end(): Quarters {
    return this.#end;
  }
  get tempo(): TempoMap {
    return this.#tempo;
  }
  get selection(): ReadonlySet<string> {
    return this.#selection;
  }
  get hover(): string | null {
    return this.#hover;
  }

  /** The arcs over the notes, of all views that publish some. */
  get overlay(): readonly Arc[] {
    return [...this.#overlays.values()].flat();
  }

  /** The quarter that is heard now. */
  get playhead(): Quarters {
    return this.#tempo.quartersAt(this.#score());
  }

  /** What gives the time while it sounds. */
  get driver(): Driver | undefined {
    return this.#driver;
  }
  /** Where the playhead stood at which moment of the driver, and how it goes on. */
  get timeline(): Timeline {
    const at = (quarter: Quarters) => this.#tempo.secondsAt(quarter);
    const loop = this.#loop ? ([at(this.#loop[0]), at(this.#loop[1])] as const) : null;
    return {
      place: this.#place,
      moment: this.#moment,
      factor: this.#factor,
      loop,
      end: at(this.#end),
    };
  }

  // What people do

  play(): void {
    if (this.#playing) return;
    if (this.playhead >= this.#end && !this.#streaming)
      this.#place = this.#tempo.secondsAt(this.#loop?.[0] ?? quarters(0));
    for (const clock of pageClocks().values()) if (clock !== this) clock.pause();
    const from = this.playhead;
    const lead = this.#driver?.start(from) ?? 0;
    this.#playing = true;
    this.#anchor(from, lead);
    this.#tell("play");
  }

  pause(): void {
    if (!this.#playing) return;
    const at = this.playhead;
    this.#playing = false;
    this.#waiting = false;
    this.#anchor(at);
    this.#tell("pause");
  }

  toggle(): void {
    if (this.#playing) this.pause();
    else this.play();
  }

  seek(quarter: Quarters): void {
    this.#jump(quarters(Math.min(Math.max(quarter, 0), this.#end)));
    this.#tell("seek");
  }

  /** Play `factor` times as fast as written, 0.1 to 4. */
  setFactor(factor: number): void {
    if (!Number.isFinite(factor)) return;
    const at = this.playhead;
    this.#factor = Math.min(Math.max(factor, 0.1), 4);
    this.#anchor(at);
    this.#tell("factor");
  }

  /** Play a passage again and again; one that is shorter than a thirty-second is no loop. */
  setLoop(loop: Loop | null): void {
    const at = this.playhead;
    this.#loop =
      loop && loop[1] - loop[0] >= 0.125 ? [quarters(Math.max(0, loop[0])), loop[1]] : null;
    if (this.#playing && this.#loop && at >= this.#loop[1]) this.#jump(this.#loop[0]);
    else this.#anchor(at);
    this.#tell("loop");
  }

  select(ids: Iterable<string>): void {
    const next = new Set(ids);
    if (next.size === this.#selection.size && [...next].every((id) => this.#selection.has(id)))
      return;
    this.#selection = next;
    this.#tell("selection");
  }

  setHover(id: string | null): void {
    if (id === this.#hover) return;
    this.#hover = id;
    this.#tell("hover");
  }

  /** Show arcs in place of those that `owner` showed before. */
  setOverlay(owner: unknown, arcs: readonly Arc[]): void {
    if (!arcs.length && !this.#overlays.has(owner)) return;
    if (arcs.length) this.#overlays.set(owner, arcs);
    else this.#overlays.delete(owner);
    this.#tell("overlay");
  }

  // What the views and the player tell it

  setTempos(tempos: readonly TempoRow[]): void {
    const at = this.playhead;
    this.#tempo = new TempoMap(tempos);
    this.#anchor(at);
    this.#tell("tempos");
  }

  /** The piece ends at `end`; with `streaming` it is still growing, and a playhead that gets there waits. */
  setEnd(end: Quarters, streaming = false): void {
    if (end === this.#end && streaming === this.#streaming) return;
    const at = this.playhead;
    const goesOn = this.#waiting && end > this.#end;
    this.#end = end;
    this.#streaming = streaming;
    if (goesOn) this.#jump(at);
    else this.#anchor(at);
    this.#tell("end");
  }

  /** Take the time from `driver`, or from the system again. */
  drive(driver: Driver | undefined): void {
    if (driver === this.#driver) return;
    const at = this.playhead;
    this.#driver = driver;
    this.#anchor(at);
    this.#tell("driver");
  }

  /** The driver has begun or ceased to run: go on from where the playhead is, `lead` seconds from now. */
  driverChanged(lead = 0): void {
    this.#anchor(this.playhead, lead);
    this.#tell("driver");
  }

  /** Call when one of `changes` happens. */
  on(
    changes: ClockChange | readonly ClockChange[],
    life: Life,
    call: (change: ClockChange) => unknown,
  ): void {
    for (const change of typeof changes === "string" ? [changes] : changes) {
      life.on(this.#events, change, () => call(change));
    }
  }

  /** Call with the playhead now, in every frame while it plays, and after every change of its place. */
  follow(life: Life, call: (playhead: Quarters) => unknown): void {
    const again = life.frame(() => {
      call(this.playhead);
      if (this.#playing) again();
    });
    this.on(["play", "pause", "seek", "loop", "factor", "tempos", "end"], life, again);
    again();
  }

  /** Stop everything; called when nobody holds the clock any more. */
  dispose(): void {
    this.#playing = false;
    clearTimeout(this.#timer);
  }

  #tell(change: ClockChange): void {
    this.#events.dispatchEvent(new Event(change));
  }

  /** Set the playhead to a quarter now (or `lead` seconds from now, when it plays). */
  #anchor(at: Quarters, lead = 0): void {
    this.#source = this.#driver?.running ? this.#driver : wall;
    this.#place = this.#tempo.secondsAt(at);
    if (at < this.#end) this.#waiting = false;
    this.#moment = seconds(this.#source.seconds() + lead);
    this.#arm();
  }

  #jump(to: Quarters): void {
    this.#anchor(to, this.#playing && this.#driver?.running ? this.#driver.delay : 0);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#playing || this.#loops()) return;
    const way = (this.#tempo.secondsAt(this.#end) - this.#place) / this.#factor;
    const left = this.#moment + way - this.#source.seconds();
    if (left < 2_000_000) this.#timer = setTimeout(() => this.#atEnd(), Math.max(0, left * 1000));
  }

  #atEnd(): void {
    if (this.playhead < this.#end) return this.#arm();
    if (this.#streaming) {
      this.#waiting = true;
      return;
    }
    this.pause();
  }

  #loops(): boolean {
    return this.#loop !== null && this.#place < this.#tempo.secondsAt(this.#loop[1]);
  }

  /** The playhead in seconds of the score. */
  #score(): Seconds {
    if (!this.#playing) return this.#place;
    const gone = Math.max(0, this.#source.seconds() - this.#moment);
    const at = this.#place + gone * this.#factor;
    if (this.#loop && this.#loops()) {
      const [start, stop] = [
        this.#tempo.secondsAt(this.#loop[0]),
        this.#tempo.secondsAt(this.#loop[1]),
      ];
      return seconds(at < stop ? at : start + ((at - stop) % (stop - start)));
    }
    const end = this.#tempo.secondsAt(this.#end);
    return seconds(Math.min(at, Math.max(end, this.#place)));
  }
}

const CLOCKS = Symbol.for("musenb.clocks");
type Page = { [CLOCKS]?: Map<string, PageClock> };

/** Return the clocks of this page. */
export function pageClocks(): Map<string, PageClock> {
  return ((globalThis as Page)[CLOCKS] ??= new Map());
}

/** Return the page's clock of that id, held until `life` ends; an empty id gets a clock of its own. */
export function clockOf(id: string, life: Life): PageClock {
  const name = id || `own-${Math.random().toString(36).slice(2)}`;
  const clocks = pageClocks();
  const clock = clocks.get(name) ?? new PageClock(name);
  clocks.set(name, clock);
  clock.holders += 1;
  life.atEnd(() => {
    clock.holders -= 1;
    if (clock.holders > 0) return;
    clock.dispose();
    if (clocks.get(name) === clock) clocks.delete(name);
  });
  return clock;
}

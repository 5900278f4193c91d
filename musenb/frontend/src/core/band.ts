/**
 * Shared band of time: what the views of one clock tell each other beside the time itself. The score says where the
 * quarters stand in pixels, so that a roll below has the same axis; a voice that is locked or silent is shown by every
 * view; and what somebody wants done goes to the view that can do it.
 */

import type { Life } from "./life";
import type { Quarters } from "./units";

/** Where a quarter stands, in pixels from the left edge of the whole piece. */
export interface AxisPoint {
  readonly quarter: number;
  readonly x: number;
}

/** A time axis that is straight between its points; immutable. Pixels count from the left edge of what is in view. */
export class Axis {
  /** In ascending order of quarters and pixels, at least two. */
  readonly points: readonly AxisPoint[];
  /** The bar lines. */
  readonly lines: ReadonlyMap<number, number>;
  /** By how many pixels the piece is scrolled to the left. */
  readonly scroll: number;
  /** Pixels in view. */
  readonly width: number;

  constructor(
    points: readonly AxisPoint[],
    lines: readonly AxisPoint[],
    scroll: number,
    width: number,
  ) {
    this.points = points;
    this.lines = new Map(lines.map(({ quarter, x }) => [quarter, x]));
    this.scroll = scroll;
    this.width = width;
  }

  /** Return where a quarter stands; beyond the ends the axis goes on as it begins and ends. */
  at(quarter: number): number {
    const [a, b] = this.#around((point) => point.quarter > quarter);
    return a.x + ((quarter - a.quarter) * (b.x - a.x)) / (b.quarter - a.quarter) - this.scroll;
  }

  quarterAt(x: number): number {
    const at = x + this.scroll;
    const [a, b] = this.#around((point) => point.x > at);
    return a.quarter + ((at - a.x) * (b.quarter - a.quarter)) / (b.x - a.x);
  }

  /** Return where the bar line before a quarter stands; where none is drawn, the quarter's own place. */
  lineAt(quarter: number): number {
    const x = this.lines.get(quarter);
    return x === undefined ? this.at(quarter) : x - this.scroll;
  }

  /** Pixels of a quarter, on average. */
  get perQuarter(): number {
    const [first, last] = [this.points[0]!, this.points.at(-1)!];
    return (last.x - first.x) / (last.quarter - first.quarter);
  }

  #around(beyond: (point: AxisPoint) => boolean): [AxisPoint, AxisPoint] {
    const found = this.points.findIndex(beyond);
    const after = found < 0 ? this.points.length - 1 : Math.max(1, found);
    return [this.points[after - 1]!, this.points[after]!];
  }
}

/** What the views know of each other. */
export interface Facts {
  /** None while no score is drawn in one line. */
  readonly axis: Axis | undefined;
  /** Pixels of the column beside it. */
  readonly gutter: number;
  /** Pixels that a score in one line may be high. */
  readonly scoreHeight: number;
  /** It is drawn for a projector. */
  readonly large: boolean;
  /** There is little height. */
  readonly low: boolean;
  /** Names of the voices that are kept as they are. */
  readonly locked: readonly string[];
  /** Bars that are, as "3, 5-6". */
  readonly lockedBars: string;
  /** Numbers of the voices that are silent. */
  readonly muted: readonly number[];
  /** Something can be written: there is a model that answers. */
  readonly writable: boolean;
  /** Stop was pressed a while ago, and the kernel has not heard of it. */
  readonly unheard: boolean;
  /** A question about a note is open: whichever is chosen is asked about. */
  readonly asked: boolean;
  /** There is a player's row, whose last button is the score's menu. */
  readonly row: boolean;
  /** What is written now ends at this quarter; 0 while nothing is. */
  readonly writing: number;
}

export type FactName = keyof Facts;

/** What somebody wants done by another view. */
export type Wish =
  | { readonly kind: "lock-voice"; readonly voice: string }
  | { readonly kind: "lock-bar"; readonly bar: number }
  | { readonly kind: "mute"; readonly voice: number }
  | { readonly kind: "anew"; readonly bar: number }
  | { readonly kind: "ask" | "from"; readonly note: string }
  | { readonly kind: "scroll"; readonly to: Quarters }
  | { readonly kind: "type"; readonly text: string }
  | { readonly kind: "focus"; readonly on: "player" | "score" | "tools" }
  | { readonly kind: "pan"; readonly by: number };

export class Band {
  #facts: Facts = {
    axis: undefined,
    gutter: 0,
    scoreHeight: Infinity,
    large: false,
    low: false,
    locked: [],
    lockedBars: "",
    muted: [],
    writable: false,
    unheard: false,
    asked: false,
    row: false,
    writing: 0,
  };
  readonly #events = new EventTarget();

  get facts(): Facts {
    return this.#facts;
  }

  /** Tell the others; what is as it was is no news. */
  tell(news: Partial<Facts>): void {
    const before = this.#facts;
    this.#facts = { ...before, ...news };
    for (const name of Object.keys(news) as FactName[])
      if (before[name] !== this.#facts[name]) this.#events.dispatchEvent(new Event(name));
  }

  /** Call whenever one of the facts is another. */
  on(names: FactName | readonly FactName[], life: Life, call: () => unknown): void {
    for (const name of typeof names === "string" ? [names] : names)
      life.on(this.#events, name, () => call());
  }

  wish(wish: Wish): void {
    this.#events.dispatchEvent(new CustomEvent("wish", { detail: wish }));
  }

  onWish(life: Life, call: (wish: Wish) => unknown): void {
    life.on<CustomEvent<Wish>>(this.#events, "wish", ({ detail }) => call(detail));
  }
}

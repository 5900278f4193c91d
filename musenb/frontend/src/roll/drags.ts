/** Drag gestures of the roll: pan, seek, loop, frame, move, resize, draw, set velocities. */

import type { Ghost } from "../marks/roll";
import { snapped } from "../marks/roll-grid";
import { stemAt } from "../marks/roll-notes";
import type { Viewport } from "../marks/roll-view";
import { quarters } from "../core/units";
import type { RollEditor } from "./editor";
import type { Stage } from "./stage";

export interface DragOptions {
  /** Quarters of the grid, 0 for none. */
  snap(): number;
  drawing(): boolean;
  say(text: string): void;
}

/** Where the pointer is: pixels of the note area, and what stands there. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly quarter: number;
  readonly pitch: number;
  readonly area: "keys" | "ruler" | "notes" | "lane";
}

/** What a button held down is doing: `to` follows the pointer, `drop` carries it out, `cancel` forgets it. */
export interface Drag {
  to(place: Place, event: PointerEvent): void;
  drop(): void;
  cancel(): void;
}

/** Pixels below which a press is no move. */
const FINGER = 4;
/** How near to a stem of the velocity lane the pointer takes it. */
const STEM = 7;

/** Makes the drag for what was pressed. */
export class Drags {
  readonly #stage: Stage;
  readonly #editor: RollEditor;
  readonly #options: DragOptions;

  constructor(stage: Stage, options: DragOptions) {
    this.#stage = stage;
    this.#editor = stage.editor;
    this.#options = options;
  }

  panning(event: PointerEvent): Drag {
    let [x, y] = [event.clientX, event.clientY];
    return {
      to: (_, { clientX, clientY }) => {
        this.#stage.pan(x - clientX, y - clientY);
        [x, y] = [clientX, clientY];
      },
      drop: () => undefined,
      cancel: () => undefined,
    };
  }

  seeking(from: Place): Drag {
    const { clock, store } = this.#editor;
    const seek = (quarter: number) =>
      clock.seek(quarters(snapped(quarter, this.#options.snap(), store.notes.bars)));
    seek(from.quarter);
    return {
      to: ({ quarter, x }) => x !== from.x && seek(quarter),
      drop: () => undefined,
      cancel: () => undefined,
    };
  }

  looping(from: Place): Drag {
    const { clock, store } = this.#editor;
    const at = (quarter: number) =>
      quarters(snapped(quarter, this.#options.snap(), store.notes.bars));
    const before = clock.loop;
    return {
      to: ({ quarter }) => {
        const [a, b] = [at(from.quarter), at(quarter)];
        clock.setLoop(a === b ? null : [quarters(Math.min(a, b)), quarters(Math.max(a, b))]);
      },
      drop: () => undefined,
      cancel: () => clock.setLoop(before),
    };
  }

  /** A key selects all notes of its pitch. */
  wholePitch({ pitch }: Place, event: PointerEvent): undefined {
    const { table } = this.#editor.store;
    const rows = [...table.pitch.keys()].filter((row) => table.pitch[row] === pitch);
    this.#editor.select(rows, event.shiftKey ? "add" : "only");
  }

  framing(from: Place, more: boolean): Drag {
    const before = this.#editor.clock.selection;
    if (!more) this.#editor.clock.select([]);
    let rows: number[] = [];
    return {
      to: (place) => {
        const [x0, x1] = [Math.min(from.x, place.x), Math.max(from.x, place.x)];
        const [y0, y1] = [Math.min(from.y, place.y), Math.max(from.y, place.y)];
        this.#stage.band = x1 - x0 + y1 - y0 < 4 ? null : [x0, y0, x1, y1];
        const [low, high] = [Math.min(from.pitch, place.pitch), Math.max(from.pitch, place.pitch)];
        const [start, stop] = [
          Math.min(from.quarter, place.quarter),
          Math.max(from.quarter, place.quarter),
        ];
        rows = this.#stage.band ? this.#stage.index.inside(start, stop, low, high) : [];
        this.#stage.redraw();
      },
      drop: () => {
        if (rows.length) this.#editor.select(rows, more ? "add" : "only");
        if (rows.length)
          this.#options.say(`${rows.length} ${rows.length === 1 ? "note" : "notes"} selected`);
      },
      cancel: () => this.#editor.clock.select(before),
    };
  }

  moving(from: Place, row: number, copying: boolean): Drag {
    const { store } = this.#editor;
    const origin = store.table.onset[row] ?? 0;
    let move: readonly [number, number] = [0, 0];
    return {
      to: (place, event) => {
        const target = origin + place.quarter - from.quarter;
        const free = event.ctrlKey || event.metaKey ? 0 : this.#options.snap();
        const near = Math.abs(place.x - from.x) < FINGER;
        const time = near ? 0 : snapped(target, free, store.notes.bars) - origin;
        move = this.#editor.limited(time, place.pitch - from.pitch);
        const [later, higher] = move;
        const none = !later && !higher;
        this.#stage.ghosts = none
          ? []
          : this.#selectedGhosts((g) => ({
              ...g,
              onset: g.onset + later,
              pitch: g.pitch + higher,
            }));
        const lifted = none || copying ? new Set<number>() : this.#editor.selected;
        if (lifted.size !== this.#stage.lifted.size) this.#stage.refresh();
        this.#stage.lifted = lifted;
        this.#stage.redraw();
      },
      drop: () => {
        if (!move[0] && !move[1]) return;
        if (copying) this.#editor.duplicate(...move);
        else this.#editor.move(...move);
      },
      cancel: () => undefined,
    };
  }

  resizing(from: Place, row: number): Drag {
    const { store } = this.#editor;
    const stop = store.table.end(row);
    let by = 0;
    return {
      to: (place, event) => {
        const free = event.ctrlKey || event.metaKey ? 0 : this.#options.snap();
        by =
          Math.abs(place.x - from.x) < 2
            ? 0
            : snapped(stop + place.quarter - from.quarter, free, store.notes.bars) - stop;
        this.#stage.ghosts = by
          ? this.#selectedGhosts((g) => ({
              ...g,
              duration: this.#editor.stretched(g.duration, by),
            }))
          : [];
        this.#stage.redraw();
      },
      drop: () => by && this.#editor.stretch(by),
      cancel: () => undefined,
    };
  }

  #selectedGhosts(change: (ghost: Ghost) => Ghost): Ghost[] {
    const { table } = this.#editor.store;
    return [...this.#editor.selected].map((row) => change(table.note(row)));
  }

  drawing(from: Place): Drag {
    const { store, voice } = this.#editor;
    const snap = this.#options.snap();
    const onset = snapped(from.quarter, snap, store.notes.bars, Math.floor);
    let duration = snap || 0.5;
    return {
      to: ({ quarter }) => {
        const stop = snapped(quarter, snap, store.notes.bars, Math.ceil);
        duration = Math.max(stop - onset, snap || 0.0625);
        this.#stage.ghosts = [{ onset, duration, pitch: from.pitch, voice }];
        this.#stage.redraw();
      },
      drop: () => void this.#editor.add(onset, duration, from.pitch),
      cancel: () => undefined,
    };
  }

  velocity(from: Place, view: Viewport): Drag | undefined {
    const { table, editable } = this.#editor.store;
    const { selected } = this.#editor;
    const voices = this.#editor.store.notes.piece.voices.length;
    let [row, nearest] = [-1, STEM];
    // A stem may stand a voice or eight to the right of its onset.
    this.#stage.index.each(
      from.quarter - 50 / view.perQuarter,
      from.quarter + STEM / view.perQuarter,
      (one) => {
        const away = Math.abs(
          stemAt(view, table.onset[one] ?? 0, table.voice[one] ?? 0, voices) - from.x,
        );
        if (away < nearest || (away === nearest && selected.has(one))) [row, nearest] = [one, away];
      },
    );
    if (row < 0 || !editable) return undefined;
    if (!selected.has(row)) this.#editor.select([row]);
    const was = new Map([...this.#editor.selected].map((one) => [one, table.velocity[one] ?? 0]));
    let values = was;
    return {
      to: ({ y }) => {
        const value = ((view.height + this.#stage.lane - y) / (this.#stage.lane - 6)) * 127;
        const by = Math.round(Math.min(Math.max(value, 1), 127)) - (was.get(row) ?? 0);
        values = new Map([...was].map(([one, velocity]) => [one, velocity + by]));
        this.#stage.louder = values;
        this.#stage.refresh();
        this.#options.say(`Velocity ${(was.get(row) ?? 0) + by}`);
      },
      drop: () => void this.#editor.setVelocities(values),
      cancel: () => undefined,
    };
  }
}

/** Edit commands of the roll, whatever gives them: pointer, keys or buttons. */

import { placeName } from "../core/bars";
import type { PageClock } from "../core/clock";
import { durationName } from "./duration";
import { findRow, findRows } from "./edits";
import { neighbour, type Direction } from "./neighbour";
import { midiPitch, quarters } from "../core/units";
import type { AddNote, EditOp } from "../core/wire/roll";
import type { RollStore } from "./store";

/** A copied note; `onset` counts from the first one copied. */
interface Copied extends Omit<AddNote, "op" | "id"> {}

const CLIPBOARD = Symbol.for("musenb.clipboard");
type Page = { [CLIPBOARD]?: readonly Copied[] };
const SHORTEST = 1 / 32;
// As Python has it: no note ends later.
const LATEST_END = 40_000;

export class RollEditor {
  /** The voice of the notes that are drawn. */
  voice = 0;
  /** The note that the arrow keys stand on. */
  cursor: string | null = null;
  readonly store: RollStore;
  readonly clock: PageClock;
  readonly #snap: () => number;
  readonly #say: (text: string) => void;
  #rows: { table: unknown; selection: unknown; rows: ReadonlySet<number> } | undefined;

  constructor(store: RollStore, clock: PageClock, snap: () => number, say: (text: string) => void) {
    this.store = store;
    this.clock = clock;
    this.#snap = snap;
    this.#say = say;
  }

  /** The rows of the selected notes that this roll has. */
  get selected(): ReadonlySet<number> {
    const { table } = this.store;
    const { selection } = this.clock;
    if (this.#rows?.table !== table || this.#rows.selection !== selection) {
      const rows = findRows(table, selection);
      this.#rows = { table, selection, rows };
    }
    return this.#rows.rows;
  }

  /** The row under the cursor, or -1. */
  get cursorRow(): number {
    return this.cursor === null ? -1 : findRow(this.store.table, this.cursor);
  }

  get #step(): number {
    return this.#snap() || SHORTEST;
  }

  // Words

  voiceName(voice: number): string {
    return this.store.notes.piece.voices[voice] ?? `voice ${voice + 1}`;
  }

  /** Return a note as "soprano: G4, bar 3, beat 2, quarter, generated". */
  describe(row: number): string {
    const note = this.store.table.note(row);
    const place = placeName(this.store.notes.bars, note.onset);
    const said = [this.store.table.name(row), place, durationName(note.duration)];
    if (note.generated) said.push("generated");
    if (note.fermata) said.push("fermata");
    return `${this.voiceName(note.voice)}: ${said.join(", ")}`;
  }

  #tell(did: string): void {
    const rows = [...this.selected];
    const [first] = rows;
    this.#say(
      rows.length === 1 && first !== undefined
        ? `${did}: ${this.describe(first)}`
        : `${did}: ${rows.length} notes`,
    );
  }

  // Selecting

  /** Select rows: these only, with the others, or turn each over. */
  select(rows: Iterable<number>, how: "only" | "add" | "toggle" = "only"): void {
    const ids = new Set(how === "only" ? [] : this.clock.selection);
    let last: string | undefined;
    for (const row of rows) {
      last = this.store.table.id(row);
      if (how === "toggle" && ids.has(last)) ids.delete(last);
      else ids.add(last);
    }
    if (last) this.cursor = last;
    this.clock.select(ids);
  }

  selectAll(): void {
    this.select(this.store.table.onset.keys());
    this.#tell("Selected");
  }

  /** Go to the next note in a direction; with `extend` the selection grows. */
  step(direction: Direction, extend = false): void {
    const { table } = this.store;
    const from = this.cursorRow;
    const start = Math.min(table.firstFrom(this.clock.playhead), table.length - 1);
    const row = from < 0 ? start : neighbour(table, from, direction);
    if (row < 0) {
      this.#say(table.length ? "No note there" : "No notes");
      return;
    }
    this.select([row], extend ? "add" : "only");
    this.#say(this.describe(row));
  }

  // Changing

  #do(ops: readonly EditOp[], did: string): boolean {
    if (!this.store.editable) {
      this.#say(
        this.store.notes.streaming
          ? "Notes are still on their way"
          : "These notes can't be changed",
      );
      return false;
    }
    if (!this.store.edit(ops)) return false;
    this.#tell(did);
    return true;
  }

  /** Return the largest part of a move that keeps every selected note inside. */
  limited(time: number, semitones: number): readonly [time: number, semitones: number] {
    const { table } = this.store;
    for (const row of this.selected) {
      time = Math.min(Math.max(time, -(table.onset[row] ?? 0)), LATEST_END - table.end(row));
      semitones = Math.min(
        Math.max(semitones, -(table.pitch[row] ?? 0)),
        127 - (table.pitch[row] ?? 0),
      );
    }
    return [time, semitones];
  }

  move(time: number, semitones: number): boolean {
    const [later, higher] = this.limited(time, semitones);
    if (!later && !higher) return false;
    const { table } = this.store;
    const ops = [...this.selected].map((row): EditOp => {
      const op = { op: "move", id: table.id(row) } as const;
      const onset = quarters((table.onset[row] ?? 0) + later);
      const pitch = midiPitch((table.pitch[row] ?? 0) + higher);
      return { ...op, ...(later ? { onset } : {}), ...(higher ? { pitch } : {}) };
    });
    return this.#do(ops, higher && !later ? `Transposed by ${higher}` : "Moved");
  }

  /** Move by steps of the grid. */
  nudge(steps: number): boolean {
    return this.move(steps * this.#step, 0);
  }

  /**
   * Return how long a note of `duration` becomes by `stretch(by)`: never shorter than a step of the grid, or than it
   * was.
   */
  stretched(duration: number, by: number): number {
    return Math.max(duration + by, Math.min(duration, this.#step));
  }

  /** Make the selected notes longer (or shorter) by quarters. */
  stretch(by: number): boolean {
    const { table } = this.store;
    const ops = [...this.selected].flatMap((row): EditOp[] => {
      const was = table.duration[row] ?? 0;
      const duration = Math.min(this.stretched(was, by), LATEST_END - (table.onset[row] ?? 0));
      return duration === was
        ? []
        : [{ op: "resize", id: table.id(row), duration: quarters(duration) }];
    });
    return this.#do(ops, by > 0 ? "Longer" : "Shorter");
  }

  /** Lengthen by steps of the grid. */
  lengthen(steps: number): boolean {
    return this.stretch(steps * this.#step);
  }

  /** Set how loud notes are, 1..127: rows and their velocities. */
  setVelocities(values: ReadonlyMap<number, number>): boolean {
    const { table } = this.store;
    const ops = [...values].flatMap(([row, value]): EditOp[] => {
      const velocity = Math.round(Math.min(Math.max(value, 1), 127));
      return velocity === table.velocity[row]
        ? []
        : [{ op: "velocity", id: table.id(row), velocity }];
    });
    return this.#do(ops, "Velocity changed");
  }

  louder(by: number): boolean {
    return this.setVelocities(
      new Map([...this.selected].map((row) => [row, (this.store.table.velocity[row] ?? 0) + by])),
    );
  }

  /** Put the selected notes into another voice. */
  revoice(voice: number): boolean {
    const ids: string[] = [];
    const { table } = this.store;
    const ops = [...this.selected].flatMap((row): EditOp[] => {
      const { id, onset, duration, pitch, velocity, voice: was } = table.note(row);
      if (was === voice) return [];
      const made = this.store.freeId(voice);
      ids.push(made);
      const values = { onset, duration, pitch: midiPitch(pitch), velocity, voice };
      return [
        { op: "delete", id },
        { op: "add", id: made, like: id, ...values },
      ];
    });
    if (!this.store.edit(ops)) return false;
    this.clock.select(ids);
    this.#tell(`Now in ${this.voiceName(voice)}`);
    return true;
  }

  /** Add a note and select it; return whether it was. */
  add(onset: number, duration: number, pitch: number, voice = this.voice): boolean {
    const id = this.store.freeId(voice);
    const length = Math.max(duration, SHORTEST);
    if (pitch < 0 || pitch > 127 || onset < 0 || onset + length > LATEST_END) return false;
    const values = {
      onset: quarters(onset),
      duration: quarters(length),
      pitch: midiPitch(pitch),
      velocity: 80,
      voice,
    };
    if (!this.#do([{ op: "add", id, ...values }], "New note")) return false;
    this.cursor = id;
    this.clock.select([id]);
    this.#tell("New note");
    return true;
  }

  /** Add a note where the playhead is, as high and long as the one at the cursor. */
  addAtPlayhead(): boolean {
    const { table } = this.store;
    const row = this.cursorRow;
    const at = this.clock.playhead;
    const onset = Math.round(at / this.#step) * this.#step;
    const [pitch, duration] =
      row < 0
        ? [60, Math.max(this.#step, 0.25)]
        : [table.pitch[row] ?? 60, table.duration[row] ?? 1];
    return this.add(
      onset,
      duration,
      pitch,
      row < 0 ? this.voice : (table.voice[row] ?? this.voice),
    );
  }

  remove(): boolean {
    const { table } = this.store;
    const rows = [...this.selected];
    const next = Math.min(...rows) - 1;
    const after = next >= 0 && table.length > rows.length ? table.id(next) : null;
    if (
      !rows.length ||
      !this.#do(
        rows.map((row): EditOp => ({ op: "delete", id: table.id(row) })),
        "Deleted",
      )
    )
      return false;
    this.cursor = after;
    this.clock.select([]);
    this.#say(`Deleted ${rows.length === 1 ? "1 note" : `${rows.length} notes`}`);
    return true;
  }

  copy(): number {
    const { table } = this.store;
    const notes = [...this.selected].map((row) => table.note(row));
    if (!notes.length) return 0;
    const first = Math.min(...notes.map((note) => note.onset));
    (globalThis as Page)[CLIPBOARD] = notes.map(({ onset, duration, pitch, velocity, voice }) => {
      return { onset: quarters(onset - first), duration, pitch: midiPitch(pitch), velocity, voice };
    });
    this.#say(`Copied ${notes.length} ${notes.length === 1 ? "note" : "notes"}`);
    return notes.length;
  }

  /** Copy the selected notes to another time and pitch; the copies are selected. */
  duplicate(time: number, semitones: number): boolean {
    const [later, higher] = this.limited(time, semitones);
    const { table } = this.store;
    return this.#addAll(
      [...this.selected].map((row) => {
        const { onset, duration, pitch, velocity, voice } = table.note(row);
        return {
          onset: quarters(onset + later),
          duration,
          pitch: midiPitch(pitch + higher),
          velocity,
          voice,
        };
      }),
      "Copied",
    );
  }

  #addAll(notes: readonly Copied[], did: string): boolean {
    const ops = notes.map((note): AddNote => ({
      op: "add",
      id: this.store.freeId(note.voice),
      ...note,
    }));
    if (!this.#do(ops, did)) return false;
    this.clock.select(ops.map(({ id }) => id));
    this.#tell(did);
    return true;
  }

  cut(): boolean {
    return this.copy() > 0 && this.remove();
  }

  /** Paste at a quarter, the playhead's by default. */
  paste(at: number = Math.round(this.clock.playhead / this.#step) * this.#step): boolean {
    const notes = (globalThis as Page)[CLIPBOARD] ?? [];
    return this.#addAll(
      notes.map((note) => ({ ...note, onset: quarters(note.onset + at) })),
      "Pasted",
    );
  }

  undo(): void {
    this.#selectOf(this.store.undo(), "Undone");
  }

  redo(): void {
    this.#selectOf(this.store.redo(), "Redone");
  }

  #selectOf(ops: readonly EditOp[] | undefined, did: string): void {
    if (!ops) return this.#say(did === "Undone" ? "Nothing to undo" : "Nothing to redo");
    this.clock.select(ops.filter((op) => op.op !== "delete").map((op) => op.id));
    this.#tell(did);
  }
}

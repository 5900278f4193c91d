/**
 * Note store of a view: what the trait holds and what has been streamed since. Made in `initialize`, read by the
 * views.
 */

import { barsOf } from "./bars";
import { clockOf } from "./clock";
import type { Model } from "./model";
import type { Life } from "./life";
import { unsqueeze } from "./squeeze";
import { decodeNotes, EMPTY, joinTables, type NoteTable } from "./table";
import { quarters, type Quarters } from "./units";
import type { Append, Bar, BarRun, NotesState, Piece, Resend } from "./wire/notes";

const TAKEN = ["notes", "squeezed", "seq"] as const;
const NO_PIECE: Piece = { title: "", voices: [], bars: [], tempos: [], keys: [], end: quarters(0) };

export class NoteStore {
  #table: NoteTable = EMPTY;
  #bars: { runs: readonly BarRun[]; bars: readonly Bar[] } | undefined;
  #seq = 0;
  #early = new Map<number, NoteTable>();
  /** The traits as they were when they were read last. */
  #taken: readonly (readonly [(typeof TAKEN)[number], unknown])[] = [];
  readonly #model: Model<NotesState>;
  readonly #events = new EventTarget();

  /** The clock is told the tempos and the end of the piece. */
  constructor(model: Model<NotesState>, life: Life, clockId: string) {
    this.#model = model;
    const clock = clockOf(clockId, life);
    this.#take();
    const tellClock = () => {
      if (this.#table.length || this.piece.end) clock.setEnd(this.end, this.streaming);
    };
    const tellTempos = () => this.piece.tempos.length && clock.setTempos(this.piece.tempos);
    tellTempos();
    tellClock();
    this.onChange(life, tellClock);
    model.on("change:piece", life, tellTempos);
    model.on("change:version", life, () => this.#take());
    // marimo tells of each trait before it has set the next: of the version, while the notes are still the old ones.
    const late = life.guard(() => this.#isTaken() || this.#take());
    for (const name of TAKEN)
      model.on(`change:${name}`, life, () => queueMicrotask(late));
    model.on("change:streaming", life, () => this.#tell());
    model.onMessage<Append>("append", life, (message, buffers) =>
      this.#append(message.seq, decodeNotes(buffers[0])),
    );
  }

  /** All notes, sorted by onset; another object after every change. */
  get table(): NoteTable {
    return this.#table;
  }
  get piece(): Piece {
    return { ...NO_PIECE, ...this.#model.get("piece") };
  }
  get bars(): readonly Bar[] {
    const runs = this.#model.get("piece")?.bars ?? [];
    if (this.#bars?.runs !== runs) this.#bars = { runs, bars: barsOf(runs) };
    return this.#bars.bars;
  }
  /** Return a table that calls its notes as the piece's key has it. */
  #named(table: NoteTable): NoteTable {
    if (table.length) table.alters = this.piece.alters ?? table.alters;
    return table;
  }
  /** True while more notes are on their way. */
  get streaming(): boolean {
    return this.#model.get("streaming") ?? false;
  }
  /** Where the piece ends, streamed notes included. */
  get end(): Quarters {
    return quarters(Math.max(this.piece.end, this.#table.lastEnd()));
  }

  /** Call whenever the notes have changed. */
  onChange(life: Life, call: () => unknown): void {
    life.on(this.#events, "change", call);
  }

  #tell(): void {
    this.#events.dispatchEvent(new Event("change"));
  }

  #isTaken(): boolean {
    return this.#taken.every(([name, value]) => this.#model.get(name) === value);
  }

  #take(): void {
    const notes = this.#model.get("notes");
    this.#taken = TAKEN.map((name) => [name, this.#model.get(name)]);
    this.#table = this.#named(this.#model.get("squeezed") ? unsqueeze(notes) : decodeNotes(notes));
    this.#seq = this.#model.get("seq") ?? 0;
    for (const seq of this.#early.keys()) if (seq <= this.#seq) this.#early.delete(seq);
    this.#catchUp();
    this.#tell();
  }

  #append(seq: number, notes: NoteTable): void {
    if (seq <= this.#seq) return;
    this.#early.set(seq, notes);
    if (seq > this.#seq + 1 && this.#early.size === 1) {
      this.#model.post<Resend>({ kind: "resend", seq: this.#seq + 1 });
    }
    if (this.#catchUp()) this.#tell();
  }

  /** Add the batches that are next in order; return whether there was one. */
  #catchUp(): boolean {
    const before = this.#seq;
    for (let next = this.#early.get(this.#seq + 1); next; next = this.#early.get(this.#seq + 1)) {
      this.#seq += 1;
      this.#early.delete(this.#seq);
      this.#table = this.#named(joinTables(this.#table, next));
    }
    return this.#seq > before;
  }
}

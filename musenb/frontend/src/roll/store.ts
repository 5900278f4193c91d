/** Optimistic edit store of the roll: edits of this page are drawn before the kernel has them; undo and redo. */

import { applyOps, findRow, findRows, inverseOps, type FlagsOf } from "./edits";
import type { Life } from "../core/life";
import type { Model } from "../core/model";
import { NoteStore } from "../core/notes";
import { noteId, type NoteTable } from "../core/table";
import { FERMATA, GENERATED } from "../core/wire/notes";
import type { Edit, EditOp, Edited, RollState } from "../core/wire/roll";

interface Step {
  readonly forth: readonly EditOp[];
  readonly back: readonly EditOp[];
  readonly seq: number;
}

// Indices of drawn notes begin at a multiple of this that is the page's own: no two pages draw the same id.
const FIRST_DRAWN = 2 ** 20;
const MOST_STEPS = 300;
// A message of more would not pass through every server on the way.
export const MOST_OPS = 60_000;

export class RollStore {
  readonly notes: NoteStore;
  readonly #model: Model<RollState>;
  readonly #events = new EventTarget();
  readonly #page = Math.random().toString(36).slice(2);
  readonly #deleted = new Map<string, number>();
  #table: NoteTable;
  #pending: Step[] = [];
  #done: Step[] = [];
  #undone: Step[] = [];
  #seq = 0;
  #drawn = FIRST_DRAWN * (1 + Math.floor(Math.random() * 4094));

  constructor(model: Model<RollState>, life: Life, clockId: string) {
    this.#model = model;
    this.notes = new NoteStore(
      model as unknown as ConstructorParameters<typeof NoteStore>[0],
      life,
      clockId,
    );
    this.#table = this.notes.table;
    this.notes.onChange(life, () => this.#again());
    model.on("change:edition", life, () => this.#forget());
    model.onMessage<Edited>("edited", life, (message) => this.#heard(message));
  }

  /** All notes, this page's edits included; another object after every change. */
  get table(): NoteTable {
    return this.#table;
  }
  get editable(): boolean {
    return (this.#model.get("editable") ?? true) && !this.notes.streaming;
  }
  get canUndo(): boolean {
    return this.#done.length > 0;
  }
  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  onChange(life: Life, call: () => unknown): void {
    life.on(this.#events, "change", call);
  }

  /** Return an id for a new note. */
  freeId(voice: number): string {
    return noteId(voice, this.#drawn++);
  }

  /** Carry out operations as one step that can be taken back; return whether there was anything to do. */
  edit(ops: readonly EditOp[]): boolean {
    if (!this.editable || !ops.length) return false;
    if (ops.length > MOST_OPS)
      throw new RangeError(`${ops.length} changes at once; ${MOST_OPS} at most`);
    const back = inverseOps(this.#table, ops, this.#flagsOf);
    this.#done.push({ forth: ops, back, seq: this.#send(ops) });
    if (this.#done.length > MOST_STEPS) this.#done.shift();
    this.#undone = [];
    this.#tell();
    return true;
  }

  /** Take the last step back; return its inverse, or nothing when there is none. */
  undo(): readonly EditOp[] | undefined {
    const step = this.editable ? this.#done.pop() : undefined;
    if (!step) return undefined;
    this.#undone.push(step);
    this.#send(step.back);
    this.#tell();
    return step.back;
  }

  redo(): readonly EditOp[] | undefined {
    const step = this.editable ? this.#undone.pop() : undefined;
    if (!step) return undefined;
    this.#done.push({ ...step, seq: this.#send(step.forth) });
    this.#tell();
    return step.forth;
  }

  #send(ops: readonly EditOp[]): number {
    const deleted = new Set(ops.filter((op) => op.op === "delete").map((op) => op.id));
    for (const row of findRows(this.#table, deleted))
      this.#deleted.set(this.#table.id(row), this.#table.flags[row] ?? 0);
    this.#seq += 1;
    this.#table = applyOps(this.#table, ops, this.#flagsOf);
    this.#pending.push({ forth: ops, back: [], seq: this.#seq });
    this.#model.post<Edit>({ kind: "edit", page: this.#page, seq: this.#seq, ops });
    return this.#seq;
  }

  readonly #flagsOf: FlagsOf = (id) => {
    const row = findRow(this.#table, id);
    return (
      ((row >= 0 ? this.#table.flags[row] : this.#deleted.get(id)) ?? 0) & (GENERATED | FERMATA)
    );
  };

  /**
   * The kernel's notes have changed: draw on them what it does not have yet. Operations name values, so twice is no
   * harm.
   */
  #again(): void {
    this.#table = this.notes.table;
    for (const { forth } of this.#pending)
      this.#table = applyOps(this.#table, forth, this.#flagsOf);
    this.#tell();
  }

  #heard({ page, seq, error }: Edited): void {
    if (page !== this.#page) return;
    this.#pending = this.#pending.filter((step) => step.seq !== seq);
    if (!error) return;
    this.#done = this.#done.filter((step) => step.seq !== seq);
    this.#again();
  }

  #forget(): void {
    [this.#pending, this.#done, this.#undone] = [[], [], []];
    this.#deleted.clear();
    this.#again();
  }

  #tell(): void {
    this.#events.dispatchEvent(new Event("change"));
  }
}

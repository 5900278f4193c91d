/** Edit operations on a note table, and their inverse. */

import { NoteTable, type Note } from "../core/table";
import { quarters, midiPitch } from "../core/units";
import { NAMED, NOTE_BYTES } from "../core/wire/notes";
import type { EditOp } from "../core/wire/roll";

type Row = Omit<Note, "id" | "generated" | "fermata"> & {
  readonly index: number;
  readonly flags: number;
};
type Changes = Map<string, Row | null>;
/** Tells the flags of a note that may have been deleted. */
export type FlagsOf = (id: string) => number;

const ID = /^v(\d+)n(\d+)$/;

/** Return voice and index of an id such as "v1n7". */
export function parseId(id: string): readonly [voice: number, index: number] {
  const found = ID.exec(id);
  if (!found) throw new RangeError(`"${id}" is no note id such as "v1n7"`);
  return [Number(found[1]), Number(found[2])];
}

/** Return the row of an id, or -1. One look through the columns: faster than the table's own map for a few ids. */
export function findRow(table: NoteTable, id: string): number {
  const [voice, index] = ID.test(id) ? parseId(id) : [-1, -1];
  for (let row = table.index.indexOf(index); row >= 0; row = table.index.indexOf(index, row + 1)) {
    if (table.voice[row] === voice) return row;
  }
  return -1;
}

/** Return the rows of those ids that the table has. */
export function findRows(table: NoteTable, ids: ReadonlySet<string>): Set<number> {
  const rows = new Set<number>();
  if (ids.size < FEW) {
    for (const id of ids) rows.add(findRow(table, id));
    rows.delete(-1);
    return rows;
  }
  for (let row = 0; row < table.length; row++) if (ids.has(table.id(row))) rows.add(row);
  return rows;
}

const FEW = 40;

/** Return how to look up rows when about `count` of them will be asked for. */
function lookup(table: NoteTable, count: number): (id: string) => number {
  return count < FEW ? (id) => findRow(table, id) : (id) => table.row(id);
}

function rowOf(
  table: NoteTable,
  changes: Changes,
  id: string,
  find: (id: string) => number,
): Row | null {
  const changed = changes.get(id);
  if (changed !== undefined) return changed;
  const row = find(id);
  if (row < 0) return null;
  return { ...table.note(row), index: table.index[row] ?? 0, flags: table.flags[row] ?? 0 };
}

function change(
  table: NoteTable,
  changes: Changes,
  op: EditOp,
  flagsOf: FlagsOf,
  find: (id: string) => number,
): void {
  if (op.op === "add") {
    const [voice, index] = parseId(op.id);
    const { onset, duration, pitch, velocity } = op;
    changes.set(op.id, {
      onset,
      duration,
      pitch,
      velocity,
      voice,
      index,
      flags: op.like ? flagsOf(op.like) : 0,
    });
    return;
  }
  const was = rowOf(table, changes, op.id, find);
  if (!was) return;
  if (op.op === "delete") changes.set(op.id, null);
  else {
    const { op: _, id, ...values } = op;
    const { pitch = was.pitch } = values as { pitch?: number };
    // A name belongs to a pitch.
    changes.set(id, {
      ...was,
      ...values,
      flags: pitch === was.pitch ? was.flags : was.flags % NAMED,
    });
  }
}

const NONE: FlagsOf = () => 0;

/** Return the table after `ops`; an operation on a note that is not there does nothing. */
export function applyOps(
  table: NoteTable,
  ops: readonly EditOp[],
  flagsOf: FlagsOf = NONE,
): NoteTable {
  const changes: Changes = new Map();
  const find = lookup(table, ops.length);
  for (const op of ops) change(table, changes, op, flagsOf, find);
  const gone = new Set<number>();
  for (const id of changes.keys()) gone.add(find(id));
  gone.delete(-1);
  const fresh = [...changes.values()].filter((row) => row !== null);
  fresh.sort((a, b) => a.onset - b.onset || b.pitch - a.pitch);
  return merged(table, gone, fresh);
}

/**
 * Return the rows of `table` without `gone`, and the sorted `fresh` ones, by onset and then from the highest pitch
 * down.
 */
function merged(table: NoteTable, gone: ReadonlySet<number>, fresh: readonly Row[]): NoteTable {
  const count = table.length - gone.size + fresh.length;
  const made = new NoteTable(new ArrayBuffer(count * NOTE_BYTES), 0, count * NOTE_BYTES);
  made.alters = table.alters;
  let [old, added] = [0, 0];
  for (let place = 0; place < count; place++) {
    while (gone.has(old)) old++;
    const next = fresh[added];
    const before =
      old >= table.length
        ? Infinity
        : next
          ? next.onset - (table.onset[old] ?? 0) || (table.pitch[old] ?? 0) - next.pitch
          : NaN;
    if (next && (before === Infinity || before < 0)) {
      setRow(made, place, next);
      added++;
    } else {
      copyRow(table, old++, made, place);
    }
  }
  return made;
}

function setRow(table: NoteTable, place: number, row: Row): void {
  table.onset[place] = row.onset;
  table.duration[place] = row.duration;
  table.index[place] = row.index;
  table.pitch[place] = row.pitch;
  table.velocity[place] = row.velocity;
  table.voice[place] = row.voice;
  table.flags[place] = row.flags;
}

function copyRow(from: NoteTable, row: number, to: NoteTable, place: number): void {
  to.onset[place] = from.onset[row] ?? 0;
  to.duration[place] = from.duration[row] ?? 0;
  to.index[place] = from.index[row] ?? 0;
  to.pitch[place] = from.pitch[row] ?? 0;
  to.velocity[place] = from.velocity[row] ?? 0;
  to.voice[place] = from.voice[row] ?? 0;
  to.flags[place] = from.flags[row] ?? 0;
}

/** Return the operations that take `ops` back. */
export function inverseOps(
  table: NoteTable,
  ops: readonly EditOp[],
  flagsOf: FlagsOf = NONE,
): EditOp[] {
  const changes: Changes = new Map();
  const back: EditOp[] = [];
  const find = lookup(table, ops.length);
  for (const op of ops) {
    const was = rowOf(table, changes, op.id, find);
    const inverse = was
      ? inverseOf(op, was)
      : op.op === "add"
        ? ({ op: "delete", id: op.id } as const)
        : undefined;
    if (inverse) back.unshift(inverse);
    change(table, changes, op, flagsOf, find);
  }
  return back;
}

function inverseOf(
  op: EditOp,
  { onset, duration, pitch, velocity, voice }: Row,
): EditOp | undefined {
  const { id } = op;
  switch (op.op) {
    case "move":
      return { op: "move", id, onset, pitch: midiPitch(pitch) };
    case "resize":
      return { op: "resize", id, onset, duration };
    case "velocity":
      return { op: "velocity", id, velocity };
    case "delete":
      return {
        op: "add",
        id,
        voice,
        onset: quarters(onset),
        duration,
        pitch: midiPitch(pitch),
        velocity,
        like: id,
      };
    case "add":
      return undefined;
  }
}

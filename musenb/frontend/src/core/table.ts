/** Note table: columns of typed arrays, as musenb/widgets/wire/notes.py lays them out. */

import { alteredName, pitchName, PLAIN_ALTERS, quarters, type Quarters } from "./units";
import { FERMATA, GENERATED, NAMED, NOTE_BYTES } from "./wire/notes";

export interface Note {
  readonly id: string;
  readonly onset: Quarters;
  readonly duration: Quarters;
  readonly pitch: number;
  readonly velocity: number;
  readonly voice: number;
  readonly generated: boolean;
  readonly fermata: boolean;
}

export class NoteTable {
  readonly length: number;
  readonly onset: Float64Array;
  readonly duration: Float64Array;
  readonly index: Uint32Array;
  readonly pitch: Uint8Array;
  readonly velocity: Uint8Array;
  readonly voice: Uint8Array;
  readonly flags: Uint8Array;
  /** How the key alters the names of pitches that the score has not named. */
  alters: readonly number[] = PLAIN_ALTERS;
  #rows: Map<string, number> | undefined;

  constructor(buffer: ArrayBuffer, byteOffset: number, byteLength: number) {
    if (byteLength % NOTE_BYTES)
      throw new RangeError(`a note table of ${byteLength} bytes: not whole notes`);
    const n = byteLength / NOTE_BYTES;
    this.length = n;
    this.onset = new Float64Array(buffer, byteOffset, n);
    this.duration = new Float64Array(buffer, byteOffset + 8 * n, n);
    this.index = new Uint32Array(buffer, byteOffset + 16 * n, n);
    this.pitch = new Uint8Array(buffer, byteOffset + 20 * n, n);
    this.velocity = new Uint8Array(buffer, byteOffset + 21 * n, n);
    this.voice = new Uint8Array(buffer, byteOffset + 22 * n, n);
    this.flags = new Uint8Array(buffer, byteOffset + 23 * n, n);
  }

  id(row: number): string {
    return noteId(this.voice[row] ?? 0, this.index[row] ?? 0);
  }

  end(row: number): Quarters {
    return quarters((this.onset[row] ?? 0) + (this.duration[row] ?? 0));
  }

  generated(row: number): boolean {
    return ((this.flags[row] ?? 0) & GENERATED) !== 0;
  }

  fermata(row: number): boolean {
    return ((this.flags[row] ?? 0) & FERMATA) !== 0;
  }

  /** Return what the score calls a note; in the key's words where it says nothing. */
  name(row: number): string {
    const pitch = this.pitch[row] ?? 0;
    const alter = ((this.flags[row] ?? 0) / NAMED) | 0;
    return alter ? alteredName(pitch, alter - 3) : pitchName(pitch, this.alters);
  }

  /** Return the row of an id, or -1. */
  row(id: string): number {
    if (!this.#rows) {
      this.#rows = new Map();
      for (let row = 0; row < this.length; row++) this.#rows.set(this.id(row), row);
    }
    return this.#rows.get(id) ?? -1;
  }

  note(row: number): Note {
    return {
      id: this.id(row),
      onset: quarters(this.onset[row] ?? 0),
      duration: quarters(this.duration[row] ?? 0),
      pitch: this.pitch[row] ?? 0,
      velocity: this.velocity[row] ?? 0,
      voice: this.voice[row] ?? 0,
      generated: this.generated(row),
      fermata: this.fermata(row),
    };
  }

  /** Return the first row whose onset is at or after `onset`; rows are sorted by onset. */
  firstFrom(onset: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.onset[middle] ?? 0) < onset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Return where the last note stops; 0 for no notes. */
  lastEnd(): Quarters {
    let end = 0;
    for (let row = 0; row < this.length; row++) end = Math.max(end, this.end(row));
    return quarters(end);
  }
}

export const EMPTY = new NoteTable(new ArrayBuffer(0), 0, 0);

export function noteId(voice: number, index: number): string {
  return `v${voice}n${index}`;
}

/**
 * Return what a `Bytes` trait or a buffer holds. The page may hand out a view at any offset: copied where not
 * aligned.
 */
export function decodeNotes(
  bytes: DataView | ArrayBufferView | ArrayBuffer | null | undefined,
): NoteTable {
  if (!bytes) return EMPTY;
  if (bytes instanceof ArrayBuffer) return new NoteTable(bytes, 0, bytes.byteLength);
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteOffset % 8 === 0 && buffer instanceof ArrayBuffer)
    return new NoteTable(buffer, byteOffset, byteLength);
  return new NoteTable(
    new Uint8Array(buffer, byteOffset, byteLength).slice().buffer,
    0,
    byteLength,
  );
}

/** Return a table with the notes of both, sorted by onset. */
export function joinTables(first: NoteTable, second: NoteTable): NoteTable {
  const count = first.length + second.length;
  const order = new Uint32Array(count);
  let [a, b] = [0, 0];
  const later = Array.from({ length: second.length }, (_, row) => row);
  later.sort((x, y) => (second.onset[x] ?? 0) - (second.onset[y] ?? 0));
  for (let place = 0; place < count; place++) {
    const next = later[b];
    const takeFirst =
      next === undefined ||
      (a < first.length && (first.onset[a] ?? 0) <= (second.onset[next] ?? 0));
    order[place] = takeFirst ? a++ : first.length + (later[b++] ?? 0);
  }
  const joined = new NoteTable(new ArrayBuffer(count * NOTE_BYTES), 0, count * NOTE_BYTES);
  for (const column of [
    "onset",
    "duration",
    "index",
    "pitch",
    "velocity",
    "voice",
    "flags",
  ] as const) {
    const [from, more, to] = [first[column], second[column], joined[column]];
    for (let place = 0; place < count; place++) {
      const row = order[place] ?? 0;
      to[place] = (row < first.length ? from[row] : more[row - first.length]) ?? 0;
    }
  }
  return joined;
}

/** Return the table of plain notes, sorted by onset; for tests and for drawing what is not in a trait yet. */
export function encodeNotes(
  notes: readonly Omit<Note, "id">[],
  indices?: readonly number[],
): NoteTable {
  const order = notes
    .map((_, row) => row)
    .sort((x, y) => (notes[x]?.onset ?? 0) - (notes[y]?.onset ?? 0));
  const table = new NoteTable(
    new ArrayBuffer(notes.length * NOTE_BYTES),
    0,
    notes.length * NOTE_BYTES,
  );
  const counts = new Map<number, number>();
  order.forEach((from, row) => {
    const note = notes[from];
    if (!note) return;
    const index = counts.get(note.voice) ?? 0;
    counts.set(note.voice, index + 1);
    table.onset[row] = note.onset;
    table.duration[row] = note.duration;
    table.index[row] = indices?.[from] ?? index;
    table.pitch[row] = note.pitch;
    table.velocity[row] = note.velocity;
    table.voice[row] = note.voice;
    table.flags[row] = (note.generated ? GENERATED : 0) + (note.fermata ? FERMATA : 0);
  });
  return table;
}

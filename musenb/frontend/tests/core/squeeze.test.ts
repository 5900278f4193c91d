import { expect, test } from "vitest";
import type { AnyModel } from "@anywidget/types";
import { barsOf } from "../../src/core/bars";
import { inflate } from "../../src/core/inflate";
import { Life } from "../../src/core/life";
import { Model } from "../../src/core/model";
import { NoteStore } from "../../src/core/notes";
import { unsqueeze } from "../../src/core/squeeze";
import { decodeNotes, type NoteTable } from "../../src/core/table";
import type { BarRun, NotesState } from "../../src/core/wire/notes";
import { FakeModel } from "../fake";
import squeezed from "../squeezed.json";

// tests/widgets/test_squeeze.py makes the same bytes.
const { cases, blocks } = squeezed;
const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
const columns = (table: NoteTable) =>
  [
    table.onset,
    table.duration,
    table.index,
    table.pitch,
    table.velocity,
    table.voice,
    table.flags,
  ].map((column) => [...column]);

test.each(cases)(
  "what Python squeezed comes out as it was: $ticks ticks",
  ({ table, squeezed }) => {
    expect(columns(unsqueeze(bytesOf(squeezed)))).toEqual(
      columns(decodeNotes(bytesOf(table).buffer)),
    );
  },
);

test("at any offset", () => {
  const { table, squeezed } = cases[0]!;
  const bytes = bytesOf(squeezed);
  const moved = new Uint8Array(bytes.length + 3);
  moved.set(bytes, 3);
  expect(columns(unsqueeze(new DataView(moved.buffer, 3)))).toEqual(
    columns(decodeNotes(bytesOf(table).buffer)),
  );
});

test.each(blocks)(
  "every kind of block is unpacked: $size bytes of $kind",
  ({ kind, size, packed }) => {
    let seed = 11;
    const noise = () => (seed = (seed * 48271) % 2147483647) & 255;
    const expected = Array.from({ length: size }, (_, n) =>
      kind === "noise" ? noise() : kind === "squares" ? (n * n) % 251 : 0,
    );
    expect([...inflate(bytesOf(packed), size)]).toEqual(expected);
  },
);

test("what breaks off or is too long is refused", () => {
  for (const { size, packed } of blocks.filter(({ kind }) => kind === "squares")) {
    const bytes = bytesOf(packed);
    for (const stop of [0, 1, 20, bytes.length - 1])
      expect(() => inflate(bytes.subarray(0, stop), size)).toThrow(/3000 bytes/);
    for (const other of [0, size - 1, size + 1])
      expect(() => inflate(bytes, other)).toThrow(RangeError);
  }
  expect(() => inflate(new Uint8Array([7, 0]), 5)).toThrow(RangeError);
});

test("a view reads a squeezed table at once, and streamed batches behind it as they are", () => {
  const { table, squeezed } = cases[0]!;
  const life = new Life();
  const piece = { end: 2, bars: [[0, 4, 1, 4, 4, 1, 3]] };
  const model = new FakeModel({
    notes: new DataView(bytesOf(squeezed).buffer),
    squeezed: true,
    version: 1,
    seq: 0,
    piece,
  });
  const store = new NoteStore(
    new Model<NotesState>(model as unknown as AnyModel),
    life,
    "squeezed",
  );
  const { length } = decodeNotes(bytesOf(table).buffer);
  expect(store.table.length).toBe(length);
  model.message({ kind: "append", seq: 1 } as never, [bytesOf(table).buffer]);
  expect(store.table.length).toBe(2 * length);
  model.receive({
    notes: new DataView(bytesOf(table).buffer),
    squeezed: false,
    version: 2,
    seq: 1,
  });
  expect(store.table.length).toBe(length);
  expect(store.bars.map(([onset, end, number]) => [onset, end, number])).toEqual([
    [0, 4, 1],
    [4, 8, 2],
    [8, 12, 3],
  ]);
  expect(store.bars).toBe(store.bars);
  life.end();
});

test("a run of bars counts on", () => {
  const runs = [
    [0, 1, 0, 3, 4, 1, 1],
    [1, 4, 1, 3, 4, 1, 3],
  ] as unknown as BarRun[];
  expect(barsOf(runs)).toEqual([
    [0, 1, 0, 3, 4, 1],
    [1, 4, 1, 3, 4, 1],
    [4, 7, 2, 3, 4, 1],
    [7, 10, 3, 3, 4, 1],
  ]);
});

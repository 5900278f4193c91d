import { beforeEach, expect, test } from "vitest";
import type { AnyModel } from "@anywidget/types";
import { clockOf } from "../../src/core/clock";
import { Life } from "../../src/core/life";
import { Model } from "../../src/core/model";
import { NoteStore } from "../../src/core/notes";
import { encodeNotes } from "../../src/core/table";
import { quarters } from "../../src/core/units";
import type { NotesState } from "../../src/core/wire/notes";
import { FakeModel } from "../fake";

const bytes = (...onsets: number[]) =>
  encodeNotes(
    onsets.map((onset) => ({
      ...{ onset: quarters(onset), duration: quarters(1), pitch: 60, velocity: 80, voice: 0 },
      ...{ generated: true, fermata: false },
    })),
    onsets,
  ).onset.buffer as ArrayBuffer;

let model: FakeModel;
let store: NoteStore;
let life: Life;

beforeEach(() => {
  life = new Life();
  model = new FakeModel({
    notes: new DataView(bytes(0, 1)),
    version: 1,
    seq: 0,
    streaming: false,
    piece: { end: 2 },
  });
  store = new NoteStore(new Model<NotesState>(model as unknown as AnyModel), life, "notes");
});

const onsets = () => [...store.table.onset];

test("streamed batches come behind the notes of the trait, each once", () => {
  model.message({ kind: "append", seq: 1 } as never, [bytes(2)]);
  model.message({ kind: "append", seq: 1 } as never, [bytes(2)]);
  model.message({ kind: "append", seq: 2 } as never, [bytes(3)]);
  expect(onsets()).toEqual([0, 1, 2, 3]);
  expect(clockOf("notes", life).end).toBe(4);
});

test("a page that comes in the middle asks for what it has missed, once", () => {
  model.message({ kind: "append", seq: 3 } as never, [bytes(4)]);
  model.message({ kind: "append", seq: 4 } as never, [bytes(5)]);
  expect(model.sent.map(({ content }) => content)).toEqual([{ kind: "resend", seq: 1 }]);
  expect(onsets()).toEqual([0, 1]);
  for (const seq of [1, 2, 3, 4]) model.message({ kind: "append", seq } as never, [bytes(seq + 1)]);
  expect(onsets()).toEqual([0, 1, 2, 3, 4, 5]);
});

test("the committed trait holds the batches and takes their place", () => {
  model.message({ kind: "append", seq: 1 } as never, [bytes(2)]);
  model.receive({
    notes: new DataView(bytes(0, 1, 2)),
    seq: 1,
    piece: { end: 3 },
    streaming: false,
    version: 2,
  });
  model.message({ kind: "append", seq: 1 } as never, [bytes(2)]);
  expect(onsets()).toEqual([0, 1, 2]);
});

test("a view hears of every change until its life ends", () => {
  let told = 0;
  const view = life.child();
  store.onChange(view, () => (told += 1));
  model.message({ kind: "append", seq: 1 } as never, [bytes(2)]);
  view.end();
  model.message({ kind: "append", seq: 2 } as never, [bytes(3)]);
  expect(told).toBe(1);
  life.end();
  expect(model.listening).toBe(0);
});

test("a host that tells of each trait before it has set the next is understood", async () => {
  let told = 0;
  store.onChange(life, () => (told += 1));
  model.receive({ version: 2 });
  model.receive({ notes: new DataView(bytes(0, 1, 2)) });
  model.receive({ seq: 1 });
  await Promise.resolve();
  expect(onsets()).toEqual([0, 1, 2]);
  const before = told;
  model.receive({ notes: new DataView(bytes(0)), seq: 2, version: 3 });
  await Promise.resolve();
  expect([onsets(), told]).toEqual([[0], before + 1]);
});

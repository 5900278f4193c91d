import { beforeEach, describe, expect, test } from "vitest";
import { applyOps, findRow, findRows, inverseOps, parseId } from "../../src/roll/edits";
import { Life } from "../../src/core/life";
import { Model } from "../../src/core/model";
import { clockOf } from "../../src/core/clock";
import { durationName } from "../../src/roll/duration";
import { RollEditor } from "../../src/roll/editor";
import { RollStore } from "../../src/roll/store";
import { encodeNotes, type NoteTable } from "../../src/core/table";
import { midiPitch, quarters } from "../../src/core/units";
import type { Edit, EditOp, RollState } from "../../src/core/wire/roll";
import { FakeModel } from "../fake";

const MELODY = encodeNotes(
  [60, 62, 64, 65].flatMap((pitch, n) =>
    [0, 1].map((voice) => {
      return {
        onset: quarters(n),
        duration: quarters(1),
        pitch: pitch - 12 * voice,
        velocity: 80,
        voice,
        generated: n > 1,
        fermata: false,
      };
    }),
  ),
);
const notesOf = (table: NoteTable) => [...table.onset.keys()].map((row) => table.note(row));
const bytes = (table: NoteTable) => new DataView(table.onset.buffer.slice(0));

describe("operations", () => {
  const ops: EditOp[] = [
    { op: "move", id: "v0n0", onset: quarters(9), pitch: midiPitch(70) },
    { op: "resize", id: "v0n1", duration: quarters(2.5) },
    { op: "velocity", id: "v1n1", velocity: 10 },
    { op: "delete", id: "v1n2" },
    {
      op: "add",
      id: "v1n77",
      voice: 1,
      onset: quarters(1),
      duration: quarters(1),
      pitch: midiPitch(99),
      velocity: 50,
    },
    { op: "move", id: "v1n77", pitch: midiPitch(98) },
  ];

  test("they give a sorted table", () => {
    const table = applyOps(MELODY, ops);
    expect(table.length).toBe(8);
    expect(table.note(table.row("v0n0"))).toMatchObject({ onset: 9, pitch: 70, duration: 1 });
    expect(table.note(table.row("v0n1")).duration).toBe(2.5);
    expect(table.note(table.row("v1n77"))).toMatchObject({ pitch: 98, generated: false });
    expect(table.row("v1n2")).toBe(-1);
    const onsets = [...table.onset];
    expect(onsets).toEqual([...onsets].sort((a, b) => a - b));
    // Chords from the highest pitch down.
    const at1 = notesOf(table).filter(({ onset }) => onset === 1);
    expect(at1.map(({ pitch }) => pitch)).toEqual([98, 62, 50]);
  });

  test("their inverse takes them back, deleted notes with their flags", () => {
    const flags = (id: string) => (id === "v1n2" ? 1 : 0);
    const back = inverseOps(MELODY, ops, flags);
    expect(notesOf(applyOps(applyOps(MELODY, ops), back, flags))).toEqual(notesOf(MELODY));
  });

  test("twice is as good as once", () => {
    const once = applyOps(MELODY, ops);
    expect(notesOf(applyOps(once, ops))).toEqual(notesOf(once));
  });

  test("many operations and few find the same rows", () => {
    const all = [...MELODY.onset.keys()].map((row) => MELODY.id(row));
    expect(all.map((id) => findRow(MELODY, id))).toEqual(all.map((id) => MELODY.row(id)));
    expect(findRow(MELODY, "nonsense")).toBe(-1);
    const many = new Set([...all, ...Array.from({ length: 60 }, (_, n) => `v7n${n}`)]);
    expect(findRows(MELODY, many)).toEqual(findRows(MELODY, new Set(all)));
    expect(() => parseId("v1")).toThrow('"v1" is no note id');
  });
});

let model: FakeModel;
let store: RollStore;
let editor: RollEditor;
let said: string[];
let life: Life;

beforeEach(() => {
  const piece = {
    title: "",
    voices: ["alto", "bass"],
    bars: [[0, 4, 1, 4, 4, 1]],
    tempos: [[0, 60]],
    keys: [],
    end: 4,
  };
  model = new FakeModel({ notes: bytes(MELODY), piece, editable: true, clock_id: "edits" });
  life = new Life();
  store = new RollStore(new Model<RollState>(model as never), life, "edits");
  const clock = clockOf("edits", life);
  clock.select([]);
  said = [];
  editor = new RollEditor(
    store,
    clock,
    () => 0.25,
    (text) => said.push(text),
  );
  return () => life.end();
});

const sent = () => model.sent.map(({ content }) => content as unknown as Edit);
const select = (...ids: string[]) => editor.clock.select(ids);
const note = (id: string) => store.table.note(store.table.row(id));

describe("the store", () => {
  test("an edit is drawn before the kernel has it, and stays when older notes come back", () => {
    select("v0n0");
    editor.move(0, 5);
    expect(note("v0n0").pitch).toBe(65);
    model.receive({ notes: bytes(MELODY), version: 2 });
    expect(note("v0n0").pitch).toBe(65);
    const { page, seq } = sent()[0]!;
    model.receive({ notes: bytes(store.table), version: 3 });
    model.message({ kind: "edited", page, seq, error: "" } as never);
    model.receive({ notes: bytes(MELODY), version: 4 });
    expect(note("v0n0").pitch).toBe(60);
  });

  test("a refused edit is taken back and can't be undone; another page's answer is not ours", () => {
    select("v0n0");
    editor.move(0, 5);
    const { page, seq } = sent()[0]!;
    model.message({ kind: "edited", page: "other", seq, error: "no" } as never);
    expect(note("v0n0").pitch).toBe(65);
    model.message({ kind: "edited", page, seq, error: "no" } as never);
    expect(note("v0n0").pitch).toBe(60);
    expect(store.canUndo).toBe(false);
  });

  test("another score ends the history", () => {
    select("v0n0");
    editor.move(1, 0);
    model.receive({ edition: 2 });
    expect(store.canUndo).toBe(false);
    expect(note("v0n0").onset).toBe(0);
  });

  test("while notes stream nothing is changed, and it is said", () => {
    model.receive({ streaming: true });
    select("v0n0");
    expect(editor.remove()).toBe(false);
    expect(said.at(-1)).toBe("Notes are still on their way");
    expect(sent()).toEqual([]);
  });

  test("ids of drawn notes are free, and far from those of streamed ones", () => {
    const [a, b] = [store.freeId(1), store.freeId(1)];
    expect(a).not.toBe(b);
    expect(parseId(a)[1]).toBeGreaterThanOrEqual(2 ** 20);
    expect(parseId(b)[1]).toBeLessThan(2 ** 32);
  });
});

describe("editing", () => {
  test("undo and redo go through everything", () => {
    const before = notesOf(store.table);
    select("v0n0", "v1n3");
    editor.move(0.5, 2);
    editor.lengthen(1);
    editor.louder(40);
    editor.revoice(1);
    editor.copy();
    editor.remove();
    editor.add(8, 1, 60);
    editor.paste(9);
    const after = notesOf(store.table);
    for (let n = 0; n < 7; n++) editor.undo();
    expect(notesOf(store.table)).toEqual(before);
    editor.undo();
    for (let n = 0; n < 7; n++) editor.redo();
    expect(notesOf(store.table)).toEqual(after);
  });

  test("a group stops at the edge as a group", () => {
    select("v0n0", "v0n1");
    editor.move(-3, 100);
    expect([note("v0n0").pitch, note("v0n1").pitch]).toEqual([125, 127]);
    expect([note("v0n0").onset, note("v0n1").onset]).toEqual([0, 1]);
    expect(sent()[0]?.ops[0]).toEqual({ op: "move", id: "v0n0", pitch: 125 });
  });

  test("nothing to do sends nothing", () => {
    editor.move(1, 1);
    select("v0n0");
    editor.move(-1, 0);
    expect(sent()).toEqual([]);
  });

  test("a moved voice keeps what the notes are", () => {
    select("v0n3");
    editor.revoice(1);
    const [id] = editor.clock.selection;
    expect(note(id!)).toMatchObject({ voice: 1, pitch: 65, generated: true });
    expect(said.at(-1)).toContain("Now in bass");
  });

  test("copies are the user's own: given, where the playhead is", () => {
    select("v0n2", "v0n3");
    editor.copy();
    editor.clock.seek(quarters(4));
    editor.paste();
    const pasted = [...editor.selected].map((row) => store.table.note(row));
    expect(pasted.map(({ onset, pitch, generated }) => [onset, pitch, generated])).toEqual([
      [4, 64, false],
      [5, 65, false],
    ]);
  });

  test("duration never falls below a step of the grid", () => {
    select("v0n0");
    for (let n = 0; n < 9; n++) editor.lengthen(-1);
    expect(note("v0n0").duration).toBe(0.25);
  });

  test("arrows go through a voice and up and down a chord, and tell where they are", () => {
    editor.step("right");
    expect(said.at(-1)).toBe("alto: C4, bar 1, beat 1, quarter");
    editor.step("down");
    expect(said.at(-1)).toBe("bass: C3, bar 1, beat 1, quarter");
    editor.step("right", true);
    expect(editor.selected.size).toBe(2);
    editor.step("right");
    expect(said.at(-1)).toBe("bass: E3, bar 1, beat 3, quarter, generated");
    editor.step("up");
    expect(said.at(-1)).toContain("alto: E4");
    editor.step("left");
    editor.step("left");
    editor.step("left");
    expect(said.at(-1)).toBe("No note there");
  });
});

test("durations have names", () => {
  expect([1, 0.75, 1 / 3].map(durationName)).toEqual([
    "quarter",
    "dotted eighth",
    "0.333 quarters",
  ]);
});

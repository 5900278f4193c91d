import { describe, expect, test } from "vitest";
import { AttentionStore, type Choice } from "../../src/attention/store";
import { percent, rowText, topOf, valueText } from "../../src/core/words";
import { clockOf, pageClocks } from "../../src/core/clock";
import { Life } from "../../src/core/life";
import { Model } from "../../src/core/model";
import { encodeNotes } from "../../src/core/table";
import { quarters } from "../../src/core/units";
import type { AttentionState } from "../../src/core/wire/attention";
import { contract } from "../contract";
import { FakeModel, Host } from "../fake";

const note = (onset: number, pitch: number, voice: number) => ({
  onset: quarters(onset),
  duration: quarters(1),
  pitch,
  velocity: 80,
  voice,
  generated: false,
  fermata: false,
});
// Two voices, four notes by time: v0n0, v1n0, v0n1, v1n1.
const table = encodeNotes([note(0, 67, 0), note(0, 48, 1), note(4, 67, 0), note(4, 50, 1)]);
const bars = [
  [0, 4, 1, 4, 4, 1],
  [4, 8, 2, 4, 4, 1],
];
const ints = (...values: number[]) => new DataView(Int32Array.from(values).buffer);

const state = () => ({
  notes: new DataView(table.onset.buffer),
  version: 1,
  seq: 0,
  streaming: false,
  piece: { title: "", voices: ["soprano", "bass"], bars, tempos: [[0, 60]], keys: [], end: 8 },
  layers: 2,
  heads: 2,
  tokens: [5, 5],
  kinds: ["weights", "content"],
  layer: 0,
  head: 1,
  what: "weights",
  level: "notes",
  order: "time",
  query: "mean",
  overview: new DataView(
    Uint8Array.from(Array.from({ length: 64 }, (_, i) => (i % 16) * 16)).buffer,
  ),
  overview_shape: [4, 4],
  overview_scales: [0.004, 0.004, 0.004, 0.004],
  overview_level: "notes",
  query_notes: ints(0, 1, 2, 3, -1),
  key_notes: ints(-1, 0, 1, 2, 3),
  labels: ["begin", "G4", "C3", "G4", "D3"],
  query_labels: [],
  arc_heads: [],
  top_k: 2,
  threshold: 0.02,
  revision: 1,
});

contract(
  "attention",
  () => import("../../src/widgets/attention"),
  state(),
  (el) => {
    const matrix = el.querySelector<HTMLElement>(".mnb-matrix");
    for (const key of ["ArrowDown", "ArrowRight", "+", "Enter", "0", "]", "["]) {
      matrix?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    }
  },
);

describe("in words", () => {
  test("shares and logits", () => {
    expect([0, 0.0001, 0.004, 0.31, 1].map(percent)).toEqual([
      "0 %",
      "below 0.1 %",
      "0.4 %",
      "31 %",
      "100 %",
    ]);
    expect(valueText(-1.234, "content")).toBe("−1.23");
    expect(valueText(0.31, "weights")).toBe("31 %");
  });

  test("the largest of a row, of equals the earlier, never NaN", () => {
    expect(topOf([0.1, 0.4, NaN, 0.4, 0.2], 3)).toEqual([
      [1, 0.4],
      [3, 0.4],
      [4, 0.2],
    ]);
    expect(topOf([0.1, 0.4], 9, 0.1)).toEqual([[1, 0.4]]);
    expect(topOf([0.1], 0)).toEqual([]);
  });

  test("a row", () => {
    const name = (index: number) => ["G4, bar 3", "D4, bar 6"][index] ?? "";
    expect(rowText("note G4, bar 7", [0.31, 0.12], name, "weights")).toBe(
      "note G4, bar 7: 31 % to G4, bar 3; 12 % to D4, bar 6",
    );
    const twins = (index: number, exact: boolean) =>
      exact ? `A4, bar 3, beat ${index + 1}` : "A4, bar 3";
    expect(rowText("x", [0.31, 0.12], twins, "weights")).toBe(
      "x: 31 % to A4, bar 3, beat 1; 12 % to A4, bar 3, beat 2",
    );
    expect(rowText("note G4, bar 7", [0, 0], name, "weights")).toContain("nothing");
  });
});

function storeOf(changes: Record<string, unknown> = {}) {
  const fake = new FakeModel({ ...state(), clock_id: "attention-test", ...changes });
  const life = new Life();
  const store = new AttentionStore(
    new Model<AttentionState>(fake as never),
    life,
    "attention-test",
  );
  return { fake, life, store };
}
const frame = () => new Promise((resolve) => setTimeout(resolve, 40));

describe("the store", () => {
  test("items and notes: by time, by voice, tokens", () => {
    const { fake, life, store } = storeOf();
    const choice: Choice = { layer: 0, head: 0, what: "weights", level: "notes", order: "voice" };
    expect([0, 1, 2, 3].map((at) => store.noteOf(choice, "rows", at))).toEqual([0, 2, 1, 3]);
    expect([0, 1, 2, 3].flatMap((row) => store.itemsOf(choice, "rows", row))).toEqual([0, 2, 1, 3]);
    const tokens = { ...choice, level: "tokens", order: "time" } as const;
    expect(store.itemsOf(tokens, "columns", 1)).toEqual([2]);
    expect(store.itemsOf(tokens, "rows", 1)).toEqual([1]);
    expect(store.nameOf(tokens, "columns", 3)).toBe("token 4 (G4; G4, bar 2)");
    expect(store.nameOf(tokens, "rows", 4)).toBe("token 5");
    expect(store.nameOf(choice, "rows", 1)).toBe("G4, bar 2");
    fake.set("query_labels", null);
    expect(store.nameOf(tokens, "rows", 4)).toBe("token 5 (D3)");
    life.end();
    expect(pageClocks().has("attention-test")).toBe(false);
  });

  test("a saved picture of a short piece is read as rows, without a kernel", () => {
    const { life, store } = storeOf();
    expect(
      [...(store.row([0, 1], "weights", "notes", 1) ?? [])].map((value) =>
        Number(value.toFixed(3)),
      ),
    ).toEqual([64, 80, 96, 112].map((byte) => Number((0.004 * (byte - 1)).toFixed(3))));
    expect(store.exact([0, 1], "weights", "notes", 1)).toBe(false);
    expect(store.row([0, 1], "content", "notes", 1)).toBeUndefined();
    life.end();
  });

  test("arcs of the selected note end at the right notes, and go when the view goes", async () => {
    const { fake, life, store } = storeOf({ overview: undefined });
    const other = new Life();
    const clock = clockOf("attention-test", other);
    clock.select(["v0n1"]);
    await frame();
    const asked = fake.sent.at(-1)?.content as unknown as Record<string, unknown>;
    expect(asked).toMatchObject({
      kind: "rows",
      heads: [[0, 1]],
      what: "weights",
      level: "notes",
      rows: [2],
    });
    const reply = { ...asked, columns: 4 } as unknown as { kind: string };
    fake.message(reply, [Float32Array.from([0.31, 0.01, 0.5, 0.12]).buffer]);
    await frame();
    expect(clock.overlay).toMatchObject([
      { from: "v0n1", to: "v0n0", head: 1, name: "layer 1, head 2" },
      { from: "v0n1", to: "v1n1", head: 1 },
    ]);
    expect(clock.overlay.map((arc) => arc.weight.toFixed(2))).toEqual(["0.31", "0.12"]);
    expect(store.exact([0, 1], "weights", "notes", 2)).toBe(true);
    fake.set("threshold", 0.2);
    await frame();
    expect(clock.overlay).toHaveLength(1);
    life.end();
    expect(clock.overlay).toEqual([]);
    other.end();
  });

  test("arcs that are kept to themselves are in no other view on the clock", async () => {
    const { fake, life, store } = storeOf({ overview: undefined, shared_arcs: false });
    const other = new Life();
    const clock = clockOf("attention-test", other);
    clock.select(["v0n1"]);
    await frame();
    const asked = fake.sent.at(-1)?.content as unknown as { kind: string };
    fake.message({ ...asked, columns: 4 } as never, [
      Float32Array.from([0.31, 0.01, 0.5, 0.12]).buffer,
    ]);
    await frame();
    expect(store.overlay.map(({ to }) => to)).toEqual(["v0n0", "v1n1"]);
    expect(clock.overlay).toEqual([]);
    life.end();
    other.end();
  });

  test("an answer of heads that are shown no more is not taken", () => {
    const { fake, life, store } = storeOf();
    let taken = 0;
    store.ask(store.choice, { rows: [0, 4], columns: [0, 4] }, 9, () => (taken += 1));
    const asked = fake.sent.at(-1)?.content as unknown as Record<string, unknown>;
    fake.receive({ revision: 2 });
    fake.message({ ...asked, shape: [4, 4], scale: 1, offset: 0 } as never, [new ArrayBuffer(16)]);
    expect(taken).toBe(0);
    life.end();
  });
});

test("choosing in the page is told to Python, and the row of a selected note is read out", async () => {
  const host = await new Host((await import("../../src/widgets/attention")).default, {
    ...state(),
    clock_id: "told",
  }).start();
  const { el } = await host.view();
  const grid = el.querySelector<HTMLElement>("[aria-label^=Heads]");
  grid?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
  expect(host.model.saved.at(-1)).toEqual({ layer: 1, head: 1 });
  grid?.dispatchEvent(new KeyboardEvent("keydown", { key: " ", bubbles: true }));
  expect(host.model.saved.at(-1)).toEqual({ arc_heads: [[1, 1]] });
  const what = el.querySelector<HTMLSelectElement>("select[aria-label=What]");
  expect([...(what?.options ?? [])].map((option) => option.value)).toEqual(["weights", "content"]);
  pageClocks().get("told")?.select(["v0n1"]);
  expect(el.querySelector(".mnb-said")?.textContent).toContain("note G4, bar 2: ");
  host.close();
});

import { describe, expect, test } from "vitest";
import { arcsOf, layersText } from "../../src/asking/heard";
import { bitsText, cellText, isClear } from "../../src/asking/heads";
import { begun } from "../../src/asking/parts";
import { pageClocks } from "../../src/core/clock";
import { cellOf } from "../../src/marks/guesses";
import { layoutKeys } from "../../src/marks/keyboard";
import { encodeNotes } from "../../src/core/table";
import { quarters } from "../../src/core/units";
import type { HeadCell, HeardRow, VoiceNext } from "../../src/core/wire/asking";
import { contract } from "../contract";
import { Host } from "../fake";

const note = (onset: number, pitch: number, voice: number, generated: boolean) => ({
  onset: quarters(onset),
  duration: quarters(1),
  pitch,
  velocity: 80,
  voice,
  generated,
  fermata: false,
});
const table = encodeNotes([note(0, 67, 0, false), note(0, 48, 1, false), note(4, 69, 0, true)]);
const soprano = {
  voice: "soprano",
  held: 67,
  entropy: 2,
  words: "It took A4 (50 %). The composer wrote F♯4 (10 %).",
  choices: [
    ["A4", 0.5, 69, true, "taken"],
    ["G4", 0.2, 67, true, ""],
    ["G4 goes on", 0.15, 67, false, ""],
    ["F♯4", 0.1, 66, true, "composer"],
    ["rest", 0.05, null, false, ""],
  ],
} as unknown as VoiceNext;
const bass = {
  voice: "bass",
  held: null,
  entropy: 0,
  words: "The piece has a rest (0 %).",
  choices: [
    ["A2", 1, 45, true, ""],
    ["rest", 0, null, false, "taken"],
  ],
} as unknown as VoiceNext;
const heard: HeardRow[] = [
  { id: "v0n0", name: "G4 of the soprano, bar 1", pitch: 67, looked: 0.3, mattered: null },
  { id: "v1n0", name: "<b>C3</b> of the bass, bar 1", pitch: 48, looked: 0.1, mattered: null },
] as unknown as HeardRow[];
const cell = (
  change: number | null,
  low: number | null,
  high: number | null,
  job = "",
): HeadCell => ({ change, low, high, kl: 0.1, job });
const cells = [
  cell(0.043, 0.01, 0.08, "previous note"),
  cell(0.002, -0.01, 0.02),
  cell(-0.0001, -0.01, 0.01),
  cell(null, null, null),
];
const state = {
  notes: new DataView(table.onset.buffer),
  version: 1,
  seq: 0,
  engine: "",
  tab: "else",
  every_head: false,
  piece: {
    title: "",
    voices: ["soprano", "bass"],
    bars: [
      [0, 4, 1, 4, 4, 1],
      [4, 8, 2, 4, 4, 1],
    ],
    tempos: [],
    keys: [[0, 3]],
    end: 8,
  },
  note: "v0n1",
  place: "A4 of the soprano, bar 2",
  voice: 0,
  voices: [soprano, bass],
  lowest: 36,
  highest: 81,
  guesses: [
    {
      name: "input",
      choices: [
        ["C4", 0.3, 60, true, ""],
        ["rest", 0.1, null, false, ""],
      ],
    },
    { name: "layer 1", choices: [["F♯4", 0.6, 66, true, ""]] },
  ],
  bits: 1.25,
  heard,
  verdict: "",
  by_layer: [],
  layers: 2,
  heads: 2,
  relative: true,
  cells,
  map_words: "Silence costs most in layer 1, head 1.",
  prime: "bar 1",
  running: "",
  done: 0,
  total: 0,
  said: "",
  model: "chorale",
};

contract(
  "asking",
  () => import("../../src/widgets/asking"),
  state,
  (el) => {
    el.querySelector<HTMLElement>("[data-tab=heads]")?.click();
  },
);

async function asking(changes: Record<string, unknown> = {}) {
  const { default: widget } = await import("../../src/widgets/asking");
  const host = await new Host(widget, { ...state, clock_id: "ask", ...changes }).start();
  const { el } = await host.view();
  const press = (name: string) => el.querySelector<HTMLElement>(`[aria-label="${name}"]`)!.click();
  const key = (target: Element, name: string) =>
    target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
  return {
    host,
    el,
    press,
    key,
    sent: () =>
      host.model.sent.map(({ content }) => content).filter(({ kind }) => kind !== "engine"),
  };
}
const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 5)));

describe("words", () => {
  test("a note begins on a pitch; what goes on begins none", () => {
    expect([...begun(soprano.choices)]).toEqual([
      [69, 0.5],
      [67, 0.2],
      [66, 0.1],
    ]);
  });

  test("a cost that cannot be told from nothing is said to be none", () => {
    expect([bitsText(0.043), bitsText(-0.0001), bitsText(-0.01)]).toEqual([
      "+0.043",
      "0.000",
      "−0.010",
    ]);
    expect(cells.map(isClear)).toEqual([true, false, false, false]);
    expect(cellText(cells[0]!, 0, 0)).toBe(
      "layer 1, head 1: +0.043 bits a token, 95 % +0.010 to +0.080; looks at: previous note",
    );
    expect(cellText(cells[1]!, 0, 1)).toContain("not told from 0");
    expect(cellText(cells[3]!, 1, 1)).toBe("layer 2, head 2: not asked");
  });

  test("arcs go to what was looked at, and after the test to what mattered", () => {
    expect(
      arcsOf("v0n1", heard).map(({ from, to, weight, head }) => [from, to, weight, head]),
    ).toEqual([
      ["v0n1", "v0n0", 0.3, 0],
      ["v0n1", "v1n0", 0.1, 0],
    ]);
    const tested = arcsOf("v0n1", [
      { ...heard[0]!, mattered: 0.01 },
      { ...heard[1]!, mattered: 0.8 },
    ]);
    expect(tested.filter(({ head }) => head === 1).map(({ to, weight }) => [to, weight])).toEqual([
      ["v1n0", 1],
    ]);
    expect(layersText([0.5, null, -0.25])).toBe(
      "Rank correlation of attention with the test, by layer: layer 1 0.50, layer 3 -0.25.",
    );
  });

  test("the cells of the layers stand below the keys", () => {
    const keys = layoutKeys(36, 84, 900);
    const key = keys.find(({ pitch }) => pitch === 66)!;
    const found = cellOf(keys, 66, 2)!;
    expect(found.x + found.width / 2).toBeCloseTo(key.x + key.width / 2);
    expect(found.y).toBe(2 * cellOf(keys, 66, 1)!.y);
    expect(cellOf(keys, 20, 0)).toBeUndefined();
  });
});

describe("the panel", () => {
  test("the first note is selected for all views, and another selection asks about it", async () => {
    const { host, sent } = await asking();
    const clock = pageClocks().get("ask")!;
    expect([...clock.selection]).toEqual(["v0n1"]);
    expect(sent()).toEqual([]);
    clock.select(["v0n0"]);
    clock.select(["v0n0"]);
    expect(sent()).toEqual([{ kind: "ask", id: "v0n0" }]);
    host.close();
  });

  test("bars have the shares, the taken note and the composer's, and a name branches", async () => {
    const { host, el, sent } = await asking();
    const bars = el.querySelector(".mnb-ask-bars")!;
    expect([...bars.querySelectorAll("[data-share]")].map((one) => one.textContent)).toEqual([
      "50 %",
      "20 %",
      "15 %",
      "10 %",
      "5 %",
    ]);
    expect([...bars.querySelectorAll(".mnb-ask-mark")].map((one) => one.textContent)).toEqual([
      "taken",
      "",
      "",
      "composer",
      "",
    ]);
    // As long as they say: a full bar is 100 %.
    const fills = [...bars.querySelectorAll<HTMLElement>(".mnb-ask-bar > i")];
    expect(fills.map((one) => one.style.width)).toEqual(["50%", "20%", "15%", "10%", "5%"]);
    bars.querySelectorAll<HTMLElement>("button")[1]!.click();
    expect(sent()).toEqual([{ kind: "branch", voice: 0, pitch: 67 }]);
    host.close();
  });

  test("keys are walked and taken with the keyboard", async () => {
    const { host, el, key, sent } = await asking();
    const keys = el.querySelector("[aria-roledescription='keys with how likely each is']")!;
    key(keys, "ArrowRight");
    key(keys, "ArrowLeft");
    expect(el.querySelector("[role=status]")!.textContent).toBe("G♯4 0 %");
    key(keys, "Enter");
    expect(sent()).toEqual([{ kind: "branch", voice: 0, pitch: 68 }]);
    host.close();
  });

  test("another voice is shown and asked for", async () => {
    const { host, el, key, sent } = await asking();
    key(el.querySelector("[role=radiogroup]")!, "ArrowRight");
    expect(el.querySelector("[aria-label='What it took']")!.textContent).toContain(
      "The piece has a rest (0 %).",
    );
    el.querySelector<HTMLElement>(".mnb-ask-bars button")!.click();
    expect(sent()).toEqual([{ kind: "branch", voice: 1, pitch: 45 }]);
    host.close();
  });

  test("tabs follow the arrow keys and show one part each", async () => {
    const { host, el, key } = await asking();
    const shown = () =>
      [...el.querySelectorAll<HTMLElement>("[role=tabpanel]")]
        .filter((one) => !one.hidden)
        .map((one) => el.querySelector(`#${one.getAttribute("aria-labelledby")}`)!.textContent);
    expect(shown()).toEqual(["What else could it have played?"]);
    key(el.querySelector("[role=tablist]")!, "ArrowRight");
    expect(shown()).toEqual(["What did it listen to?"]);
    expect(host.model.state.tab).toBe("heard");
    expect(
      [...el.querySelectorAll<HTMLElement>("[role=tab]")].filter((one) => one.tabIndex === 0),
    ).toHaveLength(1);
    host.close();
  });

  test("attention is called a hypothesis; its arcs are drawn in its tab alone", async () => {
    const { host, el, press, sent } = await asking({ tab: "heard" });
    const clock = pageClocks().get("ask")!;
    expect(clock.overlay).toHaveLength(2);
    expect(el.querySelector("[role=tabpanel]:not([hidden])")!.textContent).toContain(
      "it is a hypothesis",
    );
    expect(el.querySelector(".mnb-ask-heard b")).toBeNull();
    const looks = [...el.querySelectorAll<HTMLElement>(".mnb-ask-look > i")];
    expect(looks.map((one) => one.style.width)).toEqual(["30%", "10%"]);
    expect(
      [...el.querySelectorAll(".mnb-ask-heard tbody td:last-child")].map((one) => one.textContent),
    ).toEqual(["not tested", "not tested"]);
    press("Test it: take each note away");
    expect(sent()).toEqual([{ kind: "test" }]);
    host.model.receive({
      heard: heard.map((row, place) => ({ ...row, mattered: place ? 0.8 : 0.01 })),
      verdict: "They disagree.",
    });
    await frame();
    expect(
      [...el.querySelectorAll(".mnb-ask-heard tbody td:last-child")].map((one) => one.textContent),
    ).toEqual(["0.010", "0.800"]);
    expect(el.querySelector("[aria-label=Verdict]")!.textContent).toBe("They disagree.");
    host.model.receive({ tab: "if" });
    await frame();
    expect(clock.overlay).toHaveLength(0);
    host.close();
    expect(pageClocks().has("ask")).toBe(false);
  });

  test("what if has only the fields it needs, and counts layers and heads from 1", async () => {
    const { host, el, press, sent } = await asking({ tab: "if" });
    const act = el.querySelector<HTMLSelectElement>("[aria-label='What if']")!;
    const fields = () =>
      [...el.querySelectorAll<HTMLElement>(".mnb-ask-form label")]
        .filter((one) => !one.hidden)
        .map((one) => one.textContent!.trim().slice(0, 5));
    expect(fields()).toEqual(["layer", "head"]);
    el.querySelector<HTMLInputElement>("[aria-label=Layer]")!.value = "2";
    press("Try it");
    act.value = "move bar";
    act.dispatchEvent(new Event("change"));
    expect(fields()).toEqual(["semit"]);
    press("Try it");
    act.value = "change";
    act.dispatchEvent(new Event("change"));
    expect(el.querySelector<HTMLSelectElement>("[aria-label='Another pitch']")!.value).toBe("69");
    press("Try it");
    expect(sent()).toEqual([
      { kind: "if", act: "head", scope: "note", layer: 1, head: 0, amount: 2 },
      { kind: "if", act: "move", scope: "bar", layer: 1, head: 0, amount: 2 },
      { kind: "if", act: "change", scope: "note", layer: 1, head: 0, amount: 69 },
    ]);
    host.close();
  });

  test("a model without a relative term is not asked to silence it", async () => {
    const { host, el } = await asking({ tab: "if", relative: false });
    expect(
      [...el.querySelectorAll("[aria-label='What if'] option")].map(
        (one) => (one as HTMLOptionElement).value,
      ),
    ).not.toContain("relative");
    host.close();
  });

  test("the map is a grid that is walked with arrow keys; a head is silenced by pressing it", async () => {
    const { host, el, key, sent } = await asking({ tab: "heads" });
    const grid = el.querySelector("[role=grid]")!;
    const buttons = [...grid.querySelectorAll<HTMLElement>("button")];
    expect(buttons.map((one) => one.firstChild!.textContent)).toEqual([
      "+0.043",
      "+0.002",
      "0.000",
      "…",
    ]);
    expect(buttons.filter((one) => one.tabIndex === 0)).toHaveLength(1);
    key(grid, "ArrowDown");
    expect(buttons.filter((one) => one.tabIndex === 0).map((one) => one.dataset.head)).toEqual([
      "1 0",
    ]);
    buttons[2]!.click();
    expect(sent()).toEqual([
      { kind: "if", act: "head", scope: "note", layer: 1, head: 0, amount: 0 },
    ]);
    host.close();
  });

  test("what runs is told with its progress, and Stop stops it", async () => {
    const { host, el, press, sent } = await asking();
    const run = el.querySelector<HTMLElement>(".mnb-ask-run")!;
    expect(run.style.display).toBe("none");
    host.model.receive({ running: "Silencing one head after the other", done: 3, total: 24 });
    await frame();
    expect(run.style.display).toBe("");
    expect(run.textContent).toContain("Silencing one head after the other…");
    expect([
      el.querySelector("progress")!.getAttribute("value") ?? el.querySelector("progress")!.value,
      el.querySelector("progress")!.max,
    ]).toEqual([expect.anything(), 24]);
    press("Stop");
    expect(sent()).toEqual([{ kind: "stop" }]);
    host.close();
  });
});

import { describe, expect, test } from "vitest";
import { pageClocks } from "../../src/core/clock";
import { KEYS_WIDTH } from "../../src/marks/roll-grid";
import { boxOf } from "../../src/marks/roll-notes";
import { drawDifferences, sharedView, startBefore } from "../../src/marks/versions";
import { encodeNotes } from "../../src/core/table";
import { quarters } from "../../src/core/units";
import type { Theme } from "../../src/core/theme";
import type { Bar } from "../../src/core/wire/notes";
import { contract } from "../contract";
import { Host } from "../fake";
import { SvgContext } from "../svg";

const note = (onset: number, pitch: number) => ({
  onset: quarters(onset),
  duration: quarters(1),
  pitch,
  velocity: 80,
  voice: 0,
  generated: onset >= 4,
  fermata: false,
});
const first = encodeNotes([note(0, 67), note(4, 69), note(5, 71)]);
const second = encodeNotes([note(0, 67), note(4, 69), note(5, 60)]);
const bars = [
  [0, 4, 1, 4, 4, 1],
  [4, 8, 2, 4, 4, 1],
  [8, 12, 3, 4, 4, 1],
] as unknown as readonly Bar[];
const state = {
  piece: { title: "", voices: ["soprano"], bars, tempos: [[0, 90]], keys: [], end: 12 },
  engine: "",
  first: new DataView(first.onset.buffer),
  second: new DataView(second.onset.buffer),
  names: ["before", "after"],
  differ: [["v0n2"], ["v0n2"]],
  parts: 5,
  heading: "Without head 1 of layer 2",
  words: ["They part in bar 2."],
  rows: [["Loss, bits a token", "0.437", "0.441", "+0.004"]],
  version: 1,
};

contract("versions", () => import("../../src/widgets/versions"), state);

describe("the marks", () => {
  test("both stand on one scale that holds all pitches and all of the time", () => {
    const view = sharedView([first, second], bars, 12, 5, 1046);
    expect(view.left).toBe(0);
    expect(view.perQuarter * 12).toBeCloseTo(view.width);
    expect(view.top).toBe(72);
    expect(view.height / view.perPitch).toBe(14);
  });

  test("where it is cramped it begins before the versions part", () => {
    const many = Array.from({ length: 40 }, (_, place) => [
      4 * place,
      4 * place + 4,
      place + 1,
      4,
      4,
      1,
    ]) as unknown as readonly Bar[];
    expect(sharedView([first, second], many, 160, 82, 500).left).toBe(80);
    expect(sharedView([first, second], many, 160, null, 500).left).toBe(0);
    expect([0, 4.5, 6, 8].map((parts) => startBefore(bars, parts))).toEqual([0, 0, 4, 4]);
  });
});

describe("the drawing", () => {
  test("a frame stands around each note that differs, a dashed line where they part", async () => {
    const view = sharedView([first, second], bars, 12, 5, 1046);
    const svg = new SvgContext();
    drawDifferences(svg as unknown as CanvasRenderingContext2D, view, second, [2], 5, {
      warn: "#c00",
    } as Theme);
    const drawn = svg.svg(1046, 110);
    const box = boxOf(view, 5, 1, 60);
    expect(drawn.match(/<rect [^>]*stroke="#c00"[^>]*>/g)).toHaveLength(1);
    expect(drawn).toContain(`x="${Number((box.x - 0.5 + KEYS_WIDTH).toFixed(2))}"`);
    expect(drawn).toMatch(/<path [^>]*stroke-dasharray/);
  });
});

describe("the view", () => {
  async function versions(changes: Record<string, unknown> = {}) {
    const { default: widget } = await import("../../src/widgets/versions");
    const host = await new Host(widget, { ...state, clock_id: "pair", ...changes }).start();
    return { host, el: (await host.view()).el };
  }

  test("words and figures are text, in a table with heads", async () => {
    const { host, el } = await versions({ words: ["<img src=x>"] });
    expect(el.querySelector("img")).toBeNull();
    expect(el.querySelector("h3")!.textContent).toBe("Without head 1 of layer 2");
    expect([...el.querySelectorAll("thead th")].map((one) => one.textContent)).toEqual([
      "",
      "before",
      "after",
      "change (95 % interval)",
    ]);
    expect(
      [...el.querySelectorAll("tbody tr")].map((row) =>
        [...row.children].map((one) => one.textContent),
      ),
    ).toEqual([...state.rows]);
    host.close();
  });

  test("each version is named, says how much of it differs, and plays on a clock of its own", async () => {
    const { host, el } = await versions();
    const rolls = [...el.querySelectorAll("canvas")].map((one) => one.getAttribute("aria-label"));
    expect(rolls).toEqual([
      "Roll of 3 notes, before; 1 of them are not in the other",
      "Roll of 3 notes, after; 1 of them are not in the other",
    ]);
    const names = [...el.querySelectorAll("button")]
      .map((one) => one.getAttribute("aria-label"))
      .filter((name) => name?.startsWith("Play"));
    expect(names).toEqual(["Play: before", "Play: after"]);
    const [one, two] = ["pair:first", "pair:second"].map((id) => pageClocks().get(id)!);
    expect([one!.end, two!.end]).toEqual([6, 6]);
    expect(one!.driver).not.toBe(two!.driver);
    host.close();
  });

  test("without notes there are only words", async () => {
    const nothing = new DataView(new ArrayBuffer(0));
    const { host, el } = await versions({ first: nothing, second: nothing, parts: null });
    expect(el.querySelector("canvas")!.closest("[hidden]")).not.toBeNull();
    expect(el.querySelector("table")!.hidden).toBe(false);
    host.close();
  });

  test("a new answer is shown and said", async () => {
    const { host, el } = await versions();
    host.model.receive({ heading: "With bar 1 empty", version: 2 });
    expect(el.querySelector("h3")!.textContent).toBe("With bar 1 empty");
    expect(el.querySelector("[role=status]")!.textContent).toBe("With bar 1 empty");
    host.close();
  });
});

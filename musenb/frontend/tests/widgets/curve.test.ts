import { describe, expect, test } from "vitest";
import { pageClocks } from "../../src/core/clock";
import {
  AXIS,
  curveScale,
  curveX,
  curveY,
  dotAt,
  dotsOf,
  meansOf,
  roundUp,
} from "../../src/marks/curve";
import { encodeNotes } from "../../src/core/table";
import { quarters } from "../../src/core/units";
import { contract } from "../contract";
import { Host } from "../fake";

const note = (onset: number, pitch: number, voice = 0, generated = false) => ({
  onset: quarters(onset),
  duration: quarters(1),
  pitch,
  velocity: 80,
  voice,
  generated,
  fermata: false,
});
const table = encodeNotes([note(0, 67), note(0, 48, 1), note(1, 69), note(4, 71, 0, true)]);
const piece = {
  title: "",
  voices: ["soprano", "bass"],
  bars: [
    [0, 4, 1, 4, 4, 1],
    [4, 8, 2, 4, 4, 1],
  ],
  tempos: [],
  keys: [],
  end: 8,
};
const values = [2, 4, null, 1];
const state = {
  notes: new DataView(table.onset.buffer),
  version: 1,
  seq: 0,
  piece,
  lines: [{ name: "surprise", values }],
  unit: "bits",
  height: 110,
};

contract(
  "curve",
  () => import("../../src/widgets/curve"),
  state,
  (el) => {
    el.querySelector("canvas")?.dispatchEvent(
      new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }),
    );
  },
);

describe("the marks", () => {
  const scale = curveScale([values], 8, { width: 400, height: 110 });

  test("a dot stands at its note's onset and value, and a note without a value has none", () => {
    const dots = dotsOf(table, values, scale);
    expect(dots.map(({ row }) => row)).toEqual([0, 1, 3]);
    expect(dots[2]).toMatchObject({ x: curveX(scale, 4), y: curveY(scale, 1), value: 1 });
    expect(curveX(scale, 0)).toBe(AXIS);
    expect(curveY(scale, 4) - curveY(scale, 2)).toBeCloseTo(curveY(scale, 2) - curveY(scale, 0));
    expect(dotAt(dots, dots[1]!.x + 3, dots[1]!.y)).toBe(1);
    expect(dotAt(dots, 350, 5)).toBe(-1);
  });

  test("the line goes through the means of the quarters", () => {
    expect(meansOf(table, values)).toEqual([
      { quarter: 0.5, value: 3 },
      { quarter: 4.5, value: 1 },
    ]);
  });

  test("the axis ends at a round number", () => {
    expect([0, 0.7, 1, 4.2, 13.9, 60].map(roundUp)).toEqual([1, 0.8, 1, 5, 15, 60]);
  });
});

describe("the view", () => {
  async function curve(changes: Record<string, unknown> = {}) {
    const { default: widget } = await import("../../src/widgets/curve");
    const host = await new Host(widget, { ...state, clock_id: "curve", ...changes }).start();
    const { el } = await host.view();
    const key = (name: string) =>
      el
        .querySelector("canvas")!
        .dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
    const said = () => el.querySelector("output")!.textContent;
    return { host, el, key, said };
  }

  test("arrow keys select notes on the clock, and the value is said", async () => {
    const { host, el, key, said } = await curve();
    key("ArrowRight");
    expect([...pageClocks().get("curve")!.selection]).toEqual(["v0n0"]);
    expect(said()).toBe("G4, bar 1, beat 1: 2.00 bits");
    key("End");
    expect(said()).toBe("B4, bar 2, beat 1: 1.00 bits");
    expect(el.querySelector("[role=status]")!.textContent).toBe("B4, bar 2, beat 1: 1.00 bits");
    expect(el.querySelector("canvas")!.getAttribute("aria-label")).toBe("surprise, bits a note");
    host.close();
  });

  test("two lines have names, and both values are said", async () => {
    const lines = [
      { name: "relative", values },
      { name: "<b>absolute</b>", values: [3, 3, 3, 3] },
    ];
    const { host, el, key, said } = await curve({ lines });
    key("Home");
    expect(said()).toBe("G4, bar 1, beat 1: relative 2.00, <b>absolute</b> 3.00 bits");
    expect(el.querySelector("b")).toBeNull();
    host.close();
  });
});

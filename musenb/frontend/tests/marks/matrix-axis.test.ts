import { describe, expect, test } from "vitest";
import {
  drawColumnAxis,
  drawRowAxis,
  marginsFor,
  shortened,
  type Axis,
} from "../../src/marks/matrix-axis";
import { MARGINS, plotBox } from "../../src/marks/matrix-view";
import type { Theme } from "../../src/core/theme";
import { fakeContext } from "../setup";

const theme = { ink: "#000", faint: "#777", font: "serif" } as Theme;
const axisOf = (names: readonly string[]): Axis => ({
  ticks: [],
  colour: () => undefined,
  name: (index) => names[index] ?? "",
  longest: Math.max(...names.map((name) => name.length)),
});
const widthOf = (text: string) => 6 * text.length;

/** Draw both axes and return the names as they are written, and how many of them stand upright. */
function drawn(names: readonly string[], side: number) {
  const context = fakeContext(document.createElement("canvas"));
  const axis = axisOf(names);
  const box = plotBox(side, side, marginsFor(axis, axis, side));
  const range = [0, names.length] as const;
  drawRowAxis(context, axis, range, box, theme);
  const rows = texts(context.calls);
  context.calls.length = 0;
  drawColumnAxis(context, axis, range, box, theme);
  const columns = texts(context.calls);
  return {
    box,
    rows,
    columns,
    upright: context.calls.filter(([name]) => name === "rotate").length,
  };
}
const texts = (calls: unknown[][]) =>
  calls
    .filter(([name]) => name === "fillText")
    .map(([, text, x]) => [String(text), Number(x)] as const);

describe("names of tokens", () => {
  const words = ["<|beginning|>", "pitch G4", "length 1/4", "velocity 80"];

  test("are written out, and none begins left of the canvas", () => {
    const { box, rows } = drawn(words, 500);
    expect(rows.map(([text]) => text)).toEqual(words);
    for (const [text, right] of rows) {
      expect(right).toBeLessThan(box.x);
      expect(right - widthOf(text)).toBeGreaterThanOrEqual(0);
    }
  });

  test("stand upright where they are wider than their columns", () => {
    const many = Array.from({ length: 20 }, (_, index) => words[index % 4]!);
    const { columns, upright } = drawn(many, 500);
    expect(columns.map(([text]) => text)).toEqual(many);
    expect(upright).toBe(20);
    expect(drawn(words, 560).upright).toBe(0);
  });

  test("are shortened with a sign when the canvas is too small for them", () => {
    const { box, rows } = drawn(["a token with a very long name indeed", "b"], 320);
    expect(box.x).toBeLessThanOrEqual(0.35 * 320);
    expect(rows[0]![0]).toMatch(/^a token.*…$/);
    expect(rows[0]![1] - widthOf(rows[0]![0])).toBeGreaterThanOrEqual(0);
  });

  test("of notes are short: the cells keep their place", () => {
    const notes: Axis = { ticks: [], colour: () => undefined, name: () => "F♯4" };
    expect(marginsFor(notes, notes, 500)).toEqual(MARGINS);
  });
});

test("a name is shortened to its room", () => {
  expect(shortened("abcdef", 36, widthOf)).toBe("abcdef");
  expect(shortened("abcdef", 35, widthOf)).toBe("abcd…");
  expect(shortened("abcdef", 1, widthOf)).toBe("a…");
});

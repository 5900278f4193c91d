import { describe, expect, test } from "vitest";
import { arcAt, arcPath, headColour, headDash, layoutArcs } from "../../src/marks/arcs";
import { blockOf, isWhole, matrixPixels, valueAt } from "../../src/marks/matrix";
import { thinned, withBegun } from "../../src/marks/matrix-axis";
import { cellAt, panRange, plotBox, boxOf, reveal, zoomRange } from "../../src/marks/matrix-view";
import { covers } from "../../src/attention/matrix-source";
import { signedRamp, weightRamp } from "../../src/marks/ramp";
import { gridSize, headAt, sideFor, thumbnailBox } from "../../src/marks/thumbnails";

const light = (ramp: Uint8ClampedArray, byte: number) =>
  0.3 * ramp[4 * byte]! + 0.59 * ramp[4 * byte + 1]! + 0.11 * ramp[4 * byte + 2]!;

describe("cells", () => {
  const matrix = {
    bytes: Uint8Array.from([0, 1, 128, 255]),
    rows: [2, 6],
    columns: [0, 2],
    shape: [2, 2],
    scale: 0.5,
    offset: -1,
  } as const;

  test("a byte stands for its block; 0 is nothing", () => {
    expect(valueAt(matrix, 2, 0)).toBeUndefined();
    expect(valueAt(matrix, 3, 1)).toBe(-1);
    expect(valueAt(matrix, 4, 0)).toBe(62.5);
    expect(valueAt(matrix, 5, 1)).toBe(126);
    expect(valueAt(matrix, 1, 0)).toBeUndefined();
    expect(valueAt(matrix, 6, 0)).toBeUndefined();
    expect(isWhole(matrix)).toBe(false);
  });

  test("blocks begin where Python begins them", () => {
    for (const [length, count] of [
      [10, 3],
      [2048, 700],
      [7, 7],
      [5, 9],
    ] as const) {
      const most = Math.min(count, length);
      const starts = Array.from({ length: most }, (_, block) =>
        Math.floor((block * length) / most),
      );
      for (let index = 0; index < length; index++) {
        expect(blockOf(index, length, most)).toBe(starts.findLastIndex((start) => start <= index));
      }
    }
  });

  test("pixels take their colours from the ramp", () => {
    const ramp = weightRamp(false);
    const pixels = matrixPixels(matrix, ramp);
    expect([...pixels.slice(0, 4)]).toEqual([0, 0, 0, 0]);
    expect([...pixels.slice(12)]).toEqual([...ramp.slice(4 * 255)]);
  });

  test("lightness runs one way, and zero is neutral between the signs", () => {
    for (const dark of [false, true]) {
      const ramp = weightRamp(dark);
      for (let byte = 2; byte < 256; byte++) {
        const step = light(ramp, byte) - light(ramp, byte - 1);
        expect(dark ? step : -step).toBeGreaterThan(-1.5);
      }
      expect(Math.abs(light(ramp, 255) - light(ramp, 1))).toBeGreaterThan(150);
    }
    const signed = signedRamp(false, 2 / 254, -1);
    expect([...signed.slice(4 * 128, 4 * 128 + 3)]).toEqual([247, 247, 247]);
    expect(signed[4 * 1]).toBeGreaterThan(signed[4 * 1 + 2]!);
    expect(signed[4 * 255 + 2]).toBeGreaterThan(signed[4 * 255]!);
  });
});

describe("looking", () => {
  test("zooming keeps the point, stays inside and stops at four items", () => {
    expect(zoomRange([0, 100], 2, 50, 100)).toEqual([25, 75]);
    expect(zoomRange([0, 100], 2, 0, 100)).toEqual([0, 50]);
    expect(zoomRange([25, 75], 0.25, 50, 100)).toEqual([0, 100]);
    const [from, to] = zoomRange([0, 100], 1000, 99, 100);
    expect(to - from).toBeCloseTo(4);
    expect(to).toBeLessThanOrEqual(100);
  });

  test("panning and revealing keep the span", () => {
    expect(panRange([10, 20], 100, 50)).toEqual([40, 50]);
    expect(panRange([10, 20], -100, 50)).toEqual([0, 10]);
    expect(reveal([10, 20], 15, 50)).toEqual([10, 20]);
    expect(reveal([10, 20], 30, 50)).toEqual([23, 33]);
    expect(reveal([10, 20], 0, 50)).toEqual([0, 10]);
  });

  test("the bar that has begun before the window is named at its edge, where there is room", () => {
    const bars = [
      { at: 0, label: "1" },
      { at: 8, label: "2" },
      { at: 16, label: "3" },
    ];
    expect(withBegun(bars, bars.slice(2), [10, 20], 2).map(({ at, label }) => [at, label])).toEqual(
      [
        [10, "2"],
        [16, "3"],
      ],
    );
    expect(withBegun(bars, bars.slice(2), [15, 20], 2)).toEqual(bars.slice(2));
    expect(withBegun(bars, bars, [0, 20], 2)).toEqual(bars);
    expect(withBegun(bars, [], [9, 12], 2)).toEqual([{ at: 9, label: "2" }]);
  });

  test("a picture of single cells covers what lies within it", () => {
    const bytes = new Uint8Array(20);
    const whole = {
      bytes,
      rows: [10, 14],
      columns: [0, 5],
      shape: [4, 5],
      scale: 1,
      offset: 0,
    } as const;
    expect(covers(whole, { rows: [10.5, 13.9], columns: [0, 5] }, 100, 5)).toBe(true);
    expect(covers(whole, { rows: [9.9, 13], columns: [0, 5] }, 100, 5)).toBe(false);
    expect(covers({ ...whole, rows: [10, 18] }, { rows: [11, 12], columns: [0, 5] }, 100, 5)).toBe(
      false,
    );
    expect(covers(undefined, { rows: [11, 12], columns: [0, 5] }, 100, 5)).toBe(false);
  });

  test("a point and a cell's box are inverse", () => {
    const box = plotBox(400, 300);
    const window = { rows: [3, 13], columns: [5, 25] } as const;
    const { x, y, width, height } = boxOf(window, box, [7, 8], [11, 12]);
    const at = cellAt(window, box, x + width / 2, y + height / 2);
    expect(at?.row).toBeCloseTo(7.5);
    expect(at?.column).toBeCloseTo(11.5);
    expect(cellAt(window, box, 3, 3)).toBeUndefined();
  });

  test("ticks are thinned until they have room", () => {
    const ticks = Array.from({ length: 100 }, (_, at) => ({ at, label: String(at) }));
    const kept = thinned(ticks, [0, 100], 200, 20);
    expect(kept.map(({ at }) => at)).toEqual([0, 16, 32, 48, 64, 80, 96]);
    expect(thinned(ticks, [0, 4], 200, 20)).toHaveLength(4);
  });
});

describe("thumbnails", () => {
  test("every picture is found where it is drawn", () => {
    const grid = { layers: 3, heads: 5 };
    const side = sideFor(300, grid);
    const { width, height } = gridSize(grid, side);
    expect(sideFor(300, { layers: 12, heads: 5 }, 400)).toBeLessThan(side);
    expect(width).toBeLessThanOrEqual(300);
    for (let layer = 0; layer < 3; layer++) {
      for (let head = 0; head < 5; head++) {
        const box = thumbnailBox(layer, head, side);
        expect(box.y + side).toBeLessThanOrEqual(height);
        expect(headAt(grid, side, box.x + side / 2, box.y + side / 2)).toEqual([layer, head]);
      }
    }
    expect(headAt(grid, side, 2, 2)).toBeUndefined();
  });
});

describe("arcs", () => {
  const theme = { voices: ["#111", "#222"] };
  const boxes: Record<string, { x: number; y: number; width: number; height: number }> = {
    a: { x: 100, y: 50, width: 10, height: 4 },
    b: { x: 20, y: 70, width: 20, height: 4 },
  };
  const arc = (from: string, to: string, weight: number, head = 0) => ({
    from,
    to,
    weight,
    head,
    name: "layer 1, head 1",
  });

  test("they begin and end on the notes, the strongest lies on top", () => {
    const shapes = layoutArcs(
      [arc("a", "b", 0.5), arc("a", "b", 0.25, 3), arc("a", "a", 1), arc("a", "gone", 1)],
      (id) => boxes[id],
      theme,
    );
    expect(shapes.map(({ arc: { weight } }) => weight)).toEqual([0.25, 0.5]);
    expect(shapes[1]).toMatchObject({
      from: [105, 50],
      to: [30, 70],
      width: 7,
      colour: "#111",
      dash: [],
    });
    expect(shapes[0]).toMatchObject({ colour: "#222", dash: [6, 3] });
    expect(shapes[0]!.over[1]).toBeLessThan(shapes[1]!.over[1]);
    expect(arcPath(shapes[1]!)).toMatch(/^M105 50Q67\.5 -?[\d.]+ 30 70$/);
  });

  test("a point on the curve finds its arc", () => {
    const shapes = layoutArcs([arc("a", "b", 0.5)], (id) => boxes[id], theme);
    const [shape] = shapes;
    const middle = [0, 1].map(
      (axis) => 0.25 * shape!.from[axis]! + 0.5 * shape!.over[axis]! + 0.25 * shape!.to[axis]!,
    );
    expect(arcAt(shapes, middle[0]!, middle[1]!)).toBe(shape);
    expect(arcAt(shapes, 400, 400)).toBeUndefined();
  });

  test("heads beyond the colours differ by their dashes", () => {
    const looks = [0, 1, 2, 3, 4, 5, 6, 7].map(
      (head) => `${headColour(head, theme)} ${headDash(head, theme).join()}`,
    );
    expect(new Set(looks).size).toBe(8);
  });
});

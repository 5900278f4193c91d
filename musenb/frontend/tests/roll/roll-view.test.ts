import { describe, expect, test } from "vitest";
import { linesIn, secondsName, snapped } from "../../src/marks/roll-grid";
import { RollIndex } from "../../src/marks/roll-index";
import {
  fitted,
  held,
  onPixels,
  pitchAt,
  quarterAt,
  xAt,
  yAt,
  zoomPitch,
  zoomTime,
} from "../../src/marks/roll-view";
import { TempoMap } from "../../src/core/tempo";
import { quarters } from "../../src/core/units";
import { BARS, VIEW, tableOf, type Line } from "./roll-music";

describe("the view", () => {
  test("places and their inverses agree", () => {
    for (const quarter of [0, 1.25, 7])
      expect(quarterAt(VIEW, xAt(VIEW, quarter))).toBeCloseTo(quarter);
    for (const pitch of [60, 71, 78]) {
      expect(pitchAt(VIEW, yAt(VIEW, pitch) + 0.01)).toBe(pitch);
      expect(pitchAt(VIEW, yAt(VIEW, pitch) + VIEW.perPitch - 0.01)).toBe(pitch);
    }
  });

  test("zooming keeps what is under the pointer", () => {
    const near = { ...VIEW, left: 20 };
    expect(quarterAt(zoomTime(near, 1.5, 200, 100), 200)).toBeCloseTo(quarterAt(near, 200));
    const zoomed = zoomPitch(near, 1.5, 100, 100);
    expect(zoomed.top - 100 / zoomed.perPitch).toBeCloseTo(near.top - 100 / near.perPitch);
  });

  test("a picture lies on whole pixels of the screen", () => {
    const view = onPixels(
      { ...VIEW, left: 3.21, perQuarter: 28.7, top: 77.43, perPitch: 7.3 },
      1.5,
    );
    for (const pixels of [1.5 * view.left * view.perQuarter, 1.5 * view.top * view.perPitch])
      expect(pixels).toBeCloseTo(Math.round(pixels), 6);
    expect(Math.abs(view.left - 3.21) * 28.7).toBeLessThan(0.34);
    expect(Math.abs(view.top - 77.43) * 7.3).toBeLessThan(0.34);
  });

  test("it never runs away from the piece, nor beyond the pitches of MIDI", () => {
    const far = held({ ...VIEW, left: 1e6, top: 500, perQuarter: 1e9, perPitch: 0.1 }, 50);
    expect(far.left).toBeLessThan(50);
    expect(far.top).toBeLessThanOrEqual(127);
    expect(held({ ...VIEW, left: -5 }, 50).left).toBe(0);
  });

  test("all notes fit, whatever they are", () => {
    for (const lines of [
      [],
      [[0, 1, 0]],
      [[0, 1, 127]],
      [
        [0, 1, 30],
        [400, 4, 100],
      ],
    ] as Line[][]) {
      const view = fitted(tableOf(lines), 404, 600, 400);
      for (const [, , pitch] of lines) {
        expect(yAt(view, pitch)).toBeGreaterThanOrEqual(-1e-9);
        expect(yAt(view, pitch) + view.perPitch).toBeLessThanOrEqual(400 + 1e-9);
      }
    }
  });
});

describe("the index", () => {
  test("finds what a search through all notes finds", () => {
    let seed = 7;
    const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
    const table = tableOf(
      Array.from(
        { length: 700 },
        () => [random(4000) / 16, (1 + random(200)) / 16, random(128)] as const,
      ),
    );
    const index = new RollIndex(table);
    for (let n = 0; n < 200; n++) {
      const from = random(4000) / 16;
      const to = from + random(300) / 16 + 1 / 64;
      const found: number[] = [];
      index.each(from, to, (row) => found.push(row));
      const all = [...table.onset.keys()].filter(
        (row) => table.onset[row]! < to && table.end(row) > from,
      );
      expect(found).toEqual(all);
    }
  });

  test("a note under the pointer goes before one beside it, the upper one before the lower", () => {
    const index = new RollIndex(
      tableOf([
        [0, 1, 60],
        [0, 1, 60, 1],
        [1.1, 1, 60],
      ]),
    );
    expect(index.at(0.95, 60, 0.2)).toBe(1);
    expect(index.at(1.05, 60, 0.2)).toBe(2);
    expect(index.at(0.5, 61, 0.2)).toBe(-1);
    expect(index.inside(0.5, 1.5, 60, 72)).toEqual([0, 1, 2]);
  });
});

describe("the grid", () => {
  test("lines are bars and beats counted through the upbeat", () => {
    const lines = linesIn(
      { ...VIEW, perQuarter: 60 },
      { bars: BARS, tempo: new TempoMap(), units: "bars" },
    );
    expect(lines.slice(0, 4).map(({ quarter, weight, label }) => [quarter, weight, label])).toEqual(
      [
        [0, 2, ""],
        [1, 2, "1"],
        [2, 1, "1.2"],
        [3, 1, "1.3"],
      ],
    );
    // Behind the last bar they go on.
    expect(
      linesIn({ ...VIEW, left: 13 }, { bars: BARS, tempo: new TempoMap(), units: "bars" })[0]
        ?.label,
    ).toBe("4");
  });

  test("seconds follow the tempo", () => {
    const tempo = new TempoMap([
      [quarters(0), 60],
      [quarters(4), 120],
    ]);
    const lines = linesIn(VIEW, { bars: BARS, tempo, units: "seconds" });
    expect(lines.map(({ quarter, label }) => [quarter, label]).slice(3, 6)).toEqual([
      [3, "3 s"],
      [4, "4 s"],
      [6, "5 s"],
    ]);
    expect(secondsName(65)).toBe("1:05");
    expect(secondsName(0.25)).toBe("0.3 s");
  });

  test("snapping counts from the bar line", () => {
    expect(snapped(2.9, 1, BARS)).toBe(3);
    expect(snapped(2.9, 1, BARS, Math.floor)).toBe(2);
    expect(snapped(1.4, 2, BARS)).toBe(1);
    expect(snapped(0.7, 0, BARS)).toBe(0.7);
    expect(snapped(-3, 0.25, BARS)).toBe(0);
  });
});

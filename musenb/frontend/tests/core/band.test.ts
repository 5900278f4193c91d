import { describe, expect, test } from "vitest";
import { Axis, Band } from "../../src/core/band";
import { barsIn, barsUntil, placeName } from "../../src/core/bars";
import { Life } from "../../src/core/life";
import { quarters } from "../../src/core/units";
import { boxOf } from "../../src/marks/roll-notes";
import { held, lineAt, quarterAt, rightOf, xAt } from "../../src/marks/roll-view";

const points = [
  { quarter: 0, x: 50 },
  { quarter: 2, x: 90 },
  { quarter: 4, x: 200 },
];
const axis = new Axis(
  points,
  [
    { quarter: 0, x: 10 },
    { quarter: 4, x: 190 },
  ],
  0,
  300,
);

describe("an axis", () => {
  test("is straight between its points, and goes on as it ends", () => {
    expect([0, 1, 2, 3, 4, 6].map((at) => axis.at(at))).toEqual([50, 70, 90, 145, 200, 310]);
    expect([50, 70, 145, 310, 30].map((x) => axis.quarterAt(x))).toEqual([0, 1, 3, 6, -1]);
  });

  test("is scrolled as a whole, its bar lines too", () => {
    const moved = new Axis(points, [{ quarter: 4, x: 190 }], 40, 300);
    expect([moved.at(2), moved.lineAt(4), moved.quarterAt(50)]).toEqual([50, 150, 2]);
    expect(moved.lineAt(2), "without a line it is the quarter's place").toBe(50);
  });

  test("is the roll's, whose notes stand below their heads", () => {
    const even = { left: 0, perQuarter: 20, top: 70, perPitch: 8, width: 300, height: 200 };
    const view = held({ ...even, axis }, 4);
    expect([xAt(view, 3), quarterAt(view, 145), lineAt(view, 4)]).toEqual([145, 3, 190]);
    expect(boxOf(view, 2, 2, 60)).toMatchObject({ x: 90, width: 109 });
    expect(rightOf(view)).toBeCloseTo(5.818, 3);
  });
});

describe("a band", () => {
  test("tells news, and only news", () => {
    const [band, life] = [new Band(), new Life()];
    const heard: string[] = [];
    band.on(["axis", "lockedBars"], life, () => heard.push("news"));
    band.tell({ lockedBars: "3" });
    band.tell({ lockedBars: "3" });
    band.tell({ muted: [1] });
    expect(heard).toEqual(["news"]);
    expect(band.facts.lockedBars).toBe("3");
    life.end();
    band.tell({ lockedBars: "4" });
    expect(heard.length).toBe(1);
  });

  test("passes wishes on", () => {
    const [band, life] = [new Band(), new Life()];
    const heard: unknown[] = [];
    band.onWish(life, (wish) => heard.push(wish));
    band.wish({ kind: "mute", voice: 2 });
    expect(heard).toEqual([{ kind: "mute", voice: 2 }]);
    life.end();
  });
});

test("behind the last bar the bars go on", () => {
  const bars = [[quarters(0), quarters(4), 1, 4, 4, quarters(1)]] as const;
  expect(barsUntil(bars, 12).map((bar) => bar[2])).toEqual([1, 2, 3]);
  expect(placeName(bars, 9)).toBe("bar 3, beat 2");
  expect([...barsIn("2, 4-5, x")]).toEqual([2, 4, 5]);
});

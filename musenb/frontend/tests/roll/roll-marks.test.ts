import { describe, expect, test } from "vitest";
import { drawAbove, drawGround, LANE_HEIGHT } from "../../src/marks/roll";
import type { Ground } from "../../src/marks/roll-ground";
import { KEYS_WIDTH, RULER_HEIGHT } from "../../src/marks/roll-grid";
import { RollIndex } from "../../src/marks/roll-index";
import { drawNotes, inkOn, lettersOf } from "../../src/marks/roll-notes";
import { changedSpan } from "../../src/marks/roll-tiles";
import type { Viewport } from "../../src/marks/roll-view";
import { TempoMap } from "../../src/core/tempo";
import type { Theme } from "../../src/core/theme";
import { quarters } from "../../src/core/units";
import { DIFFERS, LOCKED } from "../../src/core/wire/notes";
import { SvgContext } from "../svg";
import { BARS, MUSIC, VIEW, tableOf, type Line } from "./roll-music";

const LIGHT: Theme = {
  ...{
    dark: false,
    paper: "#ffffff",
    panel: "#f5f5f5",
    ink: "#212121",
    faint: "#616161",
    line: "#bdbdbd",
    grid: "#e0e0e0",
  },
  ...{
    accent: "#1976d2",
    warn: "#c62828",
    generated: "#0072b2",
    likely: "#d55e00",
    font: "sans-serif",
    still: false,
  },
  voices: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"],
};
const DARK: Theme = {
  ...{
    dark: true,
    paper: "#111111",
    panel: "#212121",
    ink: "#ffffff",
    faint: "#bdbdbd",
    line: "#616161",
    grid: "#424242",
  },
  ...{
    accent: "#2196f3",
    warn: "#ff5252",
    generated: "#56b4e9",
    likely: "#e69f00",
    font: "sans-serif",
    still: false,
  },
  voices: ["#56b4e9", "#e69f00", "#2fbf95", "#cc79a7", "#f0e442", "#ff8a3d"],
};
function ground(theme: Theme, more: Partial<Ground> = {}): Ground {
  return {
    ...{
      view: VIEW,
      index: new RollIndex(MUSIC),
      theme,
      letters: ["S", "A", "T"],
      selected: new Set([2]),
      front: undefined,
    },
    ...{
      bars: BARS,
      tempo: new TempoMap([[quarters(0), 60]]),
      units: "bars" as const,
      lane: LANE_HEIGHT,
    },
    ...more,
  };
}

function drawn(scene: Ground): string {
  const context = new SvgContext();
  drawGround(context as unknown as CanvasRenderingContext2D, scene);
  drawAbove(context as unknown as CanvasRenderingContext2D, scene, {
    ...{
      playhead: 2.5,
      playing: true,
      loop: [quarters(1), quarters(5)],
      hover: 5,
      cursor: 2,
      frame: [300, 200, 380, 260],
    },
    ghosts: [{ onset: 7, duration: 1, pitch: 67, voice: 2 }],
    arcs: [],
  });
  return context.svg(KEYS_WIDTH + VIEW.width, RULER_HEIGHT + VIEW.height + scene.lane);
}

describe("pictures", () => {
  test.each([
    ["light", ground(LIGHT)],
    ["dark", ground(DARK)],
    ["seconds", ground(LIGHT, { units: "seconds", front: 1, lane: 0, selected: new Set() })],
  ])("%s", async (name, scene) => {
    await expect(drawn(scene)).toMatchFileSnapshot(`../golden/roll-${name}.svg`);
  });

  test("notes that differ are framed and the others pale, locked ones are hatched", () => {
    const marked = tableOf([
      [0, 1, 72],
      [1, 1, 74],
      [2, 1, 76, 0, true],
    ]);
    const picture = () => {
      const context = new SvgContext();
      drawGround(
        context as unknown as CanvasRenderingContext2D,
        ground(LIGHT, { index: new RollIndex(marked), lane: 0, selected: new Set() }),
      );
      return context.svg(640, 350);
    };
    const count = (pattern: RegExp) => picture().match(pattern)?.length ?? 0;
    const plain = [count(/opacity="0.25"/g), count(/<path/g)];
    marked.flags[1] = DIFFERS;
    expect(count(/opacity="0.25"/g)).toBeGreaterThan(plain[0]!);
    marked.flags.set([LOCKED, LOCKED, 1 | LOCKED]);
    expect(count(/opacity="0.25"/g)).toBe(plain[0]);
    expect(count(/<path/g)).toBe(plain[1]! + 3);
  });

  test("of 50,000 notes only those in view are drawn, and at a small scale those that touch together", () => {
    const many = tableOf(
      Array.from({ length: 50_000 }, (_, n) => [n / 16, 0.25, 60 + (n % 12), n % 4] as const),
    );
    const count = (view: Viewport) => {
      const context = new SvgContext() as unknown as CanvasRenderingContext2D;
      return drawGround(
        context,
        ground(LIGHT, { index: new RollIndex(many), view, lane: 0, selected: new Set() }),
      );
    };
    expect(count(VIEW)).toBeLessThan(200);
    // Twelve pitches, each without a gap.
    expect(count({ ...VIEW, perQuarter: 640 / 3125 })).toBe(12);
  });

  test("specks of two voices keep their order, and what is apart stays apart", () => {
    const lines = [
      [0, 1, 60],
      [1, 1, 60],
      [2, 1, 60, 1],
      [3, 1, 60],
      [9, 1, 60],
      [0, 1, 62, 0, true],
    ] as const;
    const context = new SvgContext();
    const view = { ...VIEW, perQuarter: 1.25, width: 100 };
    drawNotes(
      context as unknown as CanvasRenderingContext2D,
      view,
      new RollIndex(tableOf(lines)),
      ground(LIGHT, { selected: new Set() }),
    );
    const drawn = [
      ...context
        .svg(1, 1)
        .matchAll(
          /<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="([\d.]+)" fill="(#\w+)"/g,
        ),
    ];
    expect(
      drawn.map(([, x, width, height, fill]) => [Number(x), Number(width), Number(height), fill]),
    ).toEqual([
      [0, 2.75, 13, "#0072b2"],
      [2.5, 1.5, 13, "#d55e00"],
      [3.75, 1.5, 13, "#0072b2"],
      [11.25, 1.5, 13, "#0072b2"],
      [0, 1.5, 5.2, "#0072b2"],
    ]);
  });
});

describe("what a change reaches", () => {
  const before = [
    [0, 1, 60],
    [1, 1, 61],
    [2, 4, 62],
    [3, 1, 63],
    [4, 1, 64],
  ] as Line[];
  const span = (after: Line[]) => changedSpan(tableOf(before), tableOf(after));

  test("nothing, what came behind, what was changed, what was taken away", () => {
    expect(span(before)).toEqual([Infinity, -Infinity]);
    expect(span([...before, [7, 1, 60]])).toEqual([7, 8]);
    expect(span(before.with(1, [1, 1, 70]))).toEqual([1, 2]);
    expect(span(before.toSpliced(2, 1))).toEqual([2, 6]);
    expect(span(before.with(0, [6, 2, 60]))).toEqual([0, 8]);
    expect(span([])).toEqual([0, 6]);
  });
});

test("a voice has a letter where one tells it apart, else a number", () => {
  expect(lettersOf(["soprano", "alto", "tenor", "bass"])).toEqual(["S", "A", "T", "B"]);
  expect(lettersOf(["violin I", "violin II", "<b>", "Öboe"])).toEqual(["1", "2", "3", "Ö"]);
});

test("letters read on every colour of a voice", () => {
  expect(inkOn("#0072b2")).toBe("#ffffff");
  expect(inkOn("#f0e442")).toBe("#000000");
});

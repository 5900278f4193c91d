import { describe, expect, test } from "vitest";
import { drawAbove, drawGround, LANE_HEIGHT } from "../../src/marks/roll";
import type { Ground } from "../../src/marks/roll-ground";
import { KEYS_WIDTH, linesIn, RULER_HEIGHT, secondsName, snapped } from "../../src/marks/roll-grid";
import { RollIndex } from "../../src/marks/roll-index";
import { drawNotes, inkOn, lettersOf } from "../../src/marks/roll-notes";
import { changedSpan } from "../../src/marks/roll-tiles";
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
  type Viewport,
} from "../../src/marks/roll-view";
import { encodeNotes, type NoteTable } from "../../src/core/table";
import { TempoMap } from "../../src/core/tempo";
import type { Theme } from "../../src/core/theme";
import { quarters } from "../../src/core/units";
import { DIFFERS, LOCKED, type Bar } from "../../src/core/wire/notes";
import { SvgContext } from "../svg";

type Line = readonly [
  onset: number,
  duration: number,
  pitch: number,
  voice?: number,
  generated?: boolean,
];

function tableOf(lines: readonly Line[]): NoteTable {
  return encodeNotes(
    lines.map(([onset, duration, pitch, voice = 0, generated = false]) => {
      return {
        onset: quarters(onset),
        duration: quarters(duration),
        pitch,
        voice,
        generated,
        velocity: 80,
        fermata: false,
      };
    }),
  );
}

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
const BARS = [0, 1, 5, 9].map((onset, number) => {
  return [onset, onset + (number ? 4 : 1), number, 4, 4, 1].map((value) =>
    quarters(value),
  ) as unknown as Bar;
});
const VIEW: Viewport = { left: 0, perQuarter: 60, top: 78, perPitch: 14, width: 640, height: 350 };

/** Given melody, generated continuation, a unison of two voices, a chord. */
const MUSIC = tableOf([
  ...([
    [0, 1, 72],
    [1, 0.5, 74],
    [1.5, 0.5, 76],
    [2, 2, 77],
  ] as const),
  ...([
    [0, 1, 60, 1],
    [1, 3, 64, 1],
    [4, 1, 65, 1],
    [4, 1, 65, 2],
  ] as const),
  ...([
    [5, 1, 72, 0, true],
    [6, 0.5, 71, 0, true],
    [6.5, 0.05, 69, 0, true],
    [5, 2, 57, 1, true],
  ] as const),
]);

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

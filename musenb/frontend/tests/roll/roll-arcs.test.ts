import { expect, test } from "vitest";
import type { Arc } from "../../src/core/clock";
import { pageClocks } from "../../src/core/clock";
import { arcRows, rollArcs } from "../../src/marks/roll-arcs";
import { drawAbove, drawGround, type Above } from "../../src/marks/roll";
import type { Ground } from "../../src/marks/roll-ground";
import { KEYS_WIDTH, RULER_HEIGHT } from "../../src/marks/roll-grid";
import { RollIndex } from "../../src/marks/roll-index";
import { boxOf } from "../../src/marks/roll-notes";
import { xAt, yAt, type Viewport } from "../../src/marks/roll-view";
import { encodeNotes } from "../../src/core/table";
import { TempoMap } from "../../src/core/tempo";
import type { Theme } from "../../src/core/theme";
import { quarters } from "../../src/core/units";
import { Host } from "../fake";
import { SvgContext } from "../svg";

const VOICES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];
const THEME: Theme = {
  ...{
    dark: false,
    paper: "#ffffff",
    panel: "#f5f5f5",
    ink: "#212121",
    faint: "#616161",
    line: "#bdbdbd",
    grid: "#e0e0e0",
  },
  ...{ accent: "#1976d2", warn: "#c62828", generated: "#0072b2", likely: "#d55e00" },
  ...{ font: "sans-serif", still: false, voices: VOICES },
};
const VIEW: Viewport = { left: 0, perQuarter: 60, top: 84, perPitch: 12, width: 640, height: 350 };
const TABLE = encodeNotes(
  (
    [
      [0, 60, 0],
      [2, 64, 0],
      [4, 67, 0],
      [4, 72, 1],
      [30, 62, 1],
    ] as const
  ).map(([onset, pitch, voice]) => {
    return {
      onset: quarters(onset),
      duration: quarters(1),
      pitch,
      voice,
      velocity: 80,
      generated: false,
      fermata: false,
    };
  }),
);
const arc = (from: string, to: string, weight: number, head = 0): Arc => ({
  from,
  to,
  weight,
  head,
  name: `head ${head + 1}`,
});
const ARCS = [
  arc("v0n2", "v0n0", 0.5),
  arc("v0n2", "v0n1", 0.1, 1),
  arc("v0n2", "v9n9", 0.4),
  arc("v0n2", "v0n0", 0.2, 7),
];

test("an arc goes from the top of the one note to the top of the other, whatever the view", () => {
  for (const view of [VIEW, { ...VIEW, left: 1.5, top: 90, perQuarter: 33, perPitch: 9 }]) {
    const shapes = rollArcs(view, TABLE, ARCS, arcRows(ARCS, TABLE), THEME);
    expect(shapes.map(({ arc }) => arc.weight)).toEqual([0.1, 0.2, 0.5]);
    const strongest = shapes.at(-1)!;
    const middle = (onset: number) => xAt(view, onset) + boxOf(view, onset, 1, 60).width / 2;
    expect(strongest.from).toEqual([middle(4), yAt(view, 67)]);
    expect(strongest.to).toEqual([middle(0), yAt(view, 60)]);
    expect(shapes[0]!.to).toEqual([middle(2), yAt(view, 64)]);
  }
});

test("the colour is the head, the width the weight", () => {
  const [weak, seventh, strong] = rollArcs(VIEW, TABLE, ARCS, arcRows(ARCS, TABLE), THEME);
  expect([weak!.colour, seventh!.colour, strong!.colour]).toEqual([
    VOICES[1],
    VOICES[1],
    VOICES[0],
  ]);
  expect(weak!.dash).not.toEqual(seventh!.dash);
  expect(strong!.width / seventh!.width).toBeCloseTo(0.5 / 0.2);
});

test("no arc leaves the roll where there is room above its notes", () => {
  const low = { ...VIEW, top: 76 };
  for (const { from, over } of rollArcs(
    low,
    TABLE,
    [arc("v1n0", "v0n0", 1)],
    arcRows([arc("v1n0", "v0n0", 1)], TABLE),
    THEME,
  )) {
    expect((from[1] + over[1]) / 2).toBeGreaterThan(0);
  }
});

test("no arcs, no shapes; a note that the roll lacks has none", () => {
  expect(rollArcs(VIEW, TABLE, [], arcRows([], TABLE), THEME)).toEqual([]);
  const lacking = [arc("v0n0", "v7n0", 1)];
  expect(rollArcs(VIEW, TABLE, lacking, arcRows(lacking, TABLE), THEME)).toEqual([]);
});

test("they are drawn inside the note area", async () => {
  const svg = new SvgContext();
  const context = svg as unknown as CanvasRenderingContext2D;
  const look = {
    letters: ["S", "A"],
    selected: new Set<number>(),
    front: undefined,
    units: "bars" as const,
    lane: 0,
  };
  const ground: Ground = {
    ...look,
    view: VIEW,
    index: new RollIndex(TABLE),
    theme: THEME,
    bars: [],
    tempo: new TempoMap(),
  };
  const still: Omit<Above, "arcs"> = {
    playhead: 0,
    playing: false,
    loop: null,
    hover: -1,
    cursor: -1,
    ghosts: [],
    frame: null,
  };
  drawGround(context, ground);
  drawAbove(context, ground, {
    ...still,
    arcs: rollArcs(VIEW, TABLE, ARCS, arcRows(ARCS, TABLE), THEME),
  });
  await expect(svg.svg(KEYS_WIDTH + VIEW.width, RULER_HEIGHT + VIEW.height)).toMatchFileSnapshot(
    "../golden/roll-arcs.svg",
  );
});

test("a roll draws what is published on its clock, and nothing when it is taken back", async () => {
  const { default: widget } = await import("../../src/widgets/roll");
  class Seen {
    constructor(private readonly call: (entries: unknown[]) => void) {}
    observe(target: Element): void {
      this.call([{ target, contentRect: { width: 700, height: 400 } }]);
    }
    unobserve(): void {}
    disconnect(): void {}
  }
  const before = globalThis.ResizeObserver;
  globalThis.ResizeObserver = Seen as unknown as typeof ResizeObserver;
  try {
    const piece = { title: "", voices: ["a", "b"], bars: [], tempos: [], keys: [], end: 31 };
    const host = await new Host(widget, {
      notes: new DataView(TABLE.onset.buffer),
      piece,
      clock_id: "arcs",
    }).start();
    const { el } = await host.view();
    const above = el.querySelectorAll("canvas")[1]!;
    const { calls } = above.getContext("2d") as unknown as { calls: unknown[][] };
    const curves = async () => {
      calls.length = 0;
      await new Promise((resolve) => setTimeout(resolve, 60));
      return calls.filter(([name]) => name === "quadraticCurveTo").length;
    };
    await curves();
    const clock = pageClocks().get("arcs")!;
    clock.setOverlay("test", ARCS);
    expect(await curves()).toBe(3);
    clock.setOverlay("test", []);
    expect(await curves()).toBe(0);
    expect(calls.some(([name]) => name === "clearRect")).toBe(true);
    host.close();
  } finally {
    globalThis.ResizeObserver = before;
  }
});

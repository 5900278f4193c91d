import { describe, expect, test } from "vitest";
import { drawSmallRoll, smallView } from "../../src/marks/small-roll";
import { encodeNotes } from "../../src/core/table";
import type { Theme } from "../../src/core/theme";
import { quarters } from "../../src/core/units";
import { contract } from "../contract";
import { Host } from "../fake";
import { SvgContext } from "../svg";

const notes = encodeNotes(
  [0, 1, 2, 3, 8].map((onset) => ({
    ...{
      onset: quarters(onset),
      duration: quarters(1),
      pitch: onset < 8 ? 60 + onset : 100,
      velocity: 80,
      voice: onset % 2,
    },
    ...{ generated: onset > 1, fermata: false },
  })),
);
const piece = {
  title: "<b>x</b>",
  voices: ["soprano", "alto"],
  end: 4,
  tempos: [[0, 60]],
  keys: [],
  bars: [[0, 4, 1, 4, 4, 1]],
};
const state = {
  notes: new DataView(notes.onset.buffer as ArrayBuffer),
  version: 1,
  seq: 0,
  piece,
  name: "<i>Take 2</i>",
  seed: 8,
  writing: false,
  current: false,
  number: 2,
  votes: 3,
  begins: 2,
  shown_from: 0,
  shown_to: 4,
  streaming: false,
};

contract("choice", () => import("../../src/widgets/choice"), state);

async function choice(changes: Record<string, unknown> = {}) {
  const { default: widget } = await import("../../src/widgets/choice");
  const host = await new Host(widget, { ...state, ...changes }).start();
  const { el } = await host.view();
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await frame();
  const named = (name: string) => el.querySelector<HTMLButtonElement>(`[aria-label="${name}"]`);
  return { host, el, frame, named };
}

describe("a choice", () => {
  test("tells its number, its seed and the hands that were raised for it", async () => {
    const { el } = await choice();
    expect(el.querySelector("i")).toBeNull();
    expect(el.querySelector(".mnb-choice-head")!.textContent).toMatch(/^2seed 8.*3$/);
    expect(el.querySelector<HTMLElement>(".mnb-choice-about")!.title).toBe("<i>Take 2</i>, seed 8");
  });

  test("counts hands, and takes one back", async () => {
    const { host, named, frame } = await choice();
    named("Raise a hand for this one")!.click();
    named("One hand less")!.click();
    expect(host.model.sent.map(({ content }) => content)).toEqual([
      { kind: "vote", by: 1 },
      { kind: "vote", by: -1 },
    ]);
    host.model.receive({ votes: 0 });
    await frame();
    expect(named("One hand less")!.disabled).toBe(true);
  });

  test("cannot be chosen while it is written, nor when it is the current take", async () => {
    const { host, named, frame } = await choice({ writing: true });
    expect(named("Go on from this one")!.disabled).toBe(true);
    host.model.receive({ writing: false });
    await frame();
    named("Go on from this one")!.click();
    expect(host.model.sent.map(({ content }) => content)).toEqual([{ kind: "choose" }]);
    host.model.receive({ current: true });
    await frame();
    expect(named("Current take")!.disabled).toBe(true);
  });
});

describe("the small roll", () => {
  test("shows the passage from end to end, and the pitches of the notes in it", () => {
    const view = smallView(notes, [0, 4], 200, 110);
    expect(view.perQuarter).toBe(50);
    const rows = (pitch: number) => (view.top - pitch) * view.perPitch;
    for (const pitch of [60, 63]) {
      expect(rows(pitch)).toBeGreaterThanOrEqual(0);
      expect(rows(pitch) + view.perPitch).toBeLessThanOrEqual(110);
    }
    expect(rows(100), "a note behind the passage does not count").toBeLessThan(0);
  });

  test("marks where the model began", () => {
    const theme = {
      paper: "#fff",
      panel: "#eee",
      ink: "#111",
      faint: "#777",
      line: "#ccc",
      grid: "#ddd",
      warn: "#c00",
      voices: ["#0072b2", "#d55e00"],
      font: "x",
    };
    const context = new SvgContext();
    const music = {
      table: notes,
      bars: [],
      voices: ["soprano", "alto"],
      begins: 2,
      playhead: undefined,
    };
    drawSmallRoll(
      context as unknown as CanvasRenderingContext2D,
      smallView(notes, [0, 4], 200, 110),
      music,
      theme as unknown as Theme,
    );
    expect(context.svg(200, 110)).toMatch(/stroke-dasharray="3,? ?3"/);
  });
});

import { describe, expect, test, vi } from "vitest";
import { lettersOf, octaveShift, pitchOfCode } from "../../src/keyboard/computer-keys";
import { fittingRange, pitchesOf, soundingAt } from "../../src/keyboard/keys-panel";
import { Life } from "../../src/core/life";
import { keyAt, layoutKeys } from "../../src/marks/keyboard";
import { noteOf } from "../../src/keyboard/midi-input";
import { Recorder } from "../../src/keyboard/recorder";
import { encodeNotes } from "../../src/core/table";
import { quarters } from "../../src/core/units";
import { distributionText } from "../../src/widgets/keyboard";
import { contract } from "../contract";
import { Host } from "../fake";

const state = {
  low: 48,
  high: 72,
  octave: 4,
  velocity: 80,
  qpm: 120,
  beats: 4,
  metronome: true,
  count_in: 1,
  take: [],
  distribution: [[60, 0.41]],
};

class FakeAudioContext extends EventTarget {
  state = "suspended";
  currentTime = 0;
  destination = {};
  resume = () => Promise.resolve();
}
const node = () => ({ connect: () => node(), disconnect: () => undefined, gain: {} });
vi.stubGlobal("AudioContext", FakeAudioContext);
vi.stubGlobal("GainNode", function () {
  return node();
});
vi.stubGlobal("AnalyserNode", function () {
  return node();
});

contract(
  "keyboard",
  () => import("../../src/widgets/keyboard"),
  state,
  (el) => {
    el.querySelector("canvas")?.dispatchEvent(
      new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }),
    );
  },
);

describe("keys", () => {
  test("an octave has seven white keys side by side and five black ones on top", () => {
    const keys = layoutKeys(60, 71, 700, 100);
    const white = keys.filter((key) => !key.black);
    expect(white.map((key) => key.x)).toEqual([0, 100, 200, 300, 400, 500, 600]);
    expect(keys.filter((key) => key.black).map((key) => key.pitch)).toEqual([61, 63, 66, 68, 70]);
    expect(keyAt(keys, 95, 20)?.pitch).toBe(61);
    expect(keyAt(keys, 95, 90)?.pitch).toBe(60);
    expect(keyAt(keys, 701, 90)).toBeUndefined();
  });

  test("every key of any range lies inside and is found at its foot", () => {
    for (const [low, high] of [
      [21, 108],
      [61, 73],
      [60, 72],
      [58, 82],
    ] as const) {
      const keys = layoutKeys(low, high, 800, 100);
      expect(keys).toHaveLength(high - low + 1);
      for (const key of keys) {
        expect(key.x).toBeGreaterThanOrEqual(-1e-9);
        expect(key.x + key.width).toBeLessThanOrEqual(800 + 1e-9);
        expect(keyAt(keys, key.x + key.width / 2, key.height - 1)?.pitch).toBe(key.pitch);
      }
    }
  });

  test("above the keys the bars are found", () => {
    const keys = layoutKeys(60, 71, 700, 100, 50);
    expect(keyAt(keys, 50, 20)?.pitch).toBe(60);
    expect(keyAt(keys, 100, 20)?.pitch).toBe(61);
    expect(keyAt(keys, 75, 20)).toBeUndefined();
    expect(keyAt(keys, 95, 60)?.pitch).toBe(61);
  });

  test("a narrow page gets fewer keys, among them those of the computer", () => {
    expect(fittingRange(48, 84, 800, 4)).toEqual([48, 84]);
    const [low, high] = fittingRange(21, 108, 320, 4);
    expect(low).toBeLessThanOrEqual(60);
    expect(high).toBeGreaterThan(72);
    expect(high - low).toBeLessThan(40);
  });

  test("the computer's keys lie as on a piano", () => {
    expect(
      ["KeyA", "KeyW", "KeyS", "KeyK", "Quote", "KeyZ"].map((code) => pitchOfCode(code, 4)),
    ).toEqual([60, 61, 62, 72, 77, undefined]);
    expect([octaveShift("KeyZ"), octaveShift("KeyX"), octaveShift("KeyA")]).toEqual([-1, 1, 0]);
    expect(lettersOf(3).get(48)).toBe("A");
  });

  test("MIDI messages", () => {
    expect(noteOf([0x90, 60, 99])).toEqual([60, 99]);
    expect(noteOf([0x93, 60, 0])).toEqual([60, 0]);
    expect(noteOf([0x80, 60, 40])).toEqual([60, 0]);
    expect(noteOf([0xb0, 7, 40])).toBeUndefined();
    expect(noteOf([0xf8])).toBeUndefined();
  });

  test("what sounds at a quarter, held notes too", () => {
    const note = (onset: number, duration: number, pitch: number, voice: number) => ({
      onset: quarters(onset),
      duration: quarters(duration),
      pitch,
      velocity: 80,
      voice,
      generated: false,
      fermata: false,
    });
    const table = encodeNotes([note(0, 4, 48, 1), note(0, 1, 60, 0), note(1, 1, 62, 0)]);
    expect([...soundingAt(table, 1)].sort()).toEqual([
      [48, 1],
      [62, 0],
    ]);
    expect([...soundingAt(table, 4)]).toEqual([]);
    expect([...pitchesOf(table, new Set([table.id(0), table.id(2), "v9n9"]))].sort()).toEqual([
      48, 62,
    ]);
  });

  test("a distribution in words", () => {
    const shares = new Map([
      [67, 0.41],
      [69, 0.22],
    ]);
    expect(distributionText(shares, "alto")).toBe(
      "alto: G4 41 %, A4 22 %; no pitch of these: 37 %",
    );
    expect(distributionText(new Map(), "alto")).toBe("");
  });
});

describe("recording", () => {
  test("counts in, clicks on beats, and gives times from the first beat", () => {
    vi.useFakeTimers();
    let now = 10;
    const clicks: [number, boolean][] = [];
    const time = {
      now: () => now,
      click: (at: number, strong: boolean) => (clicks.push([at, strong]), () => undefined),
    };
    const life = new Life();
    const recorder = new Recorder(time, { qpm: 120, beats: 3, metronome: false, countIn: 1 }, life);
    const start = 10 + 0.15 + 1.5;
    for (; now < start + 2; now += 0.05) vi.advanceTimersByTime(50);
    expect(clicks.map(([at, strong]) => [Number((at - start).toFixed(3)), strong])).toEqual([
      [-1.5, true],
      [-1, false],
      [-0.5, false],
    ]);
    now = start - 0.4;
    expect(recorder.placeText).toBe("count 3");
    now = start + 0.5;
    recorder.down(60, 90);
    now = start + 0.9;
    recorder.up(60);
    recorder.down(62, 70);
    now = start + 1.5;
    expect(recorder.placeText).toBe("bar 2, beat 1");
    const rounded = recorder.stop().map((press) => press.map((value) => Number(value.toFixed(3))));
    expect(rounded).toEqual([
      [0.5, 0.9, 60, 90],
      [0.9, 1.5, 62, 70],
    ]);
    life.end();
  });

  test("the metronome goes on in bars", () => {
    vi.useFakeTimers();
    let now = 0;
    const strong: boolean[] = [];
    const life = new Life();
    new Recorder(
      { now: () => now, click: (_, s) => (strong.push(s), () => undefined) },
      { qpm: 60, beats: 2, metronome: true, countIn: 0 },
      life,
    );
    for (; now < 3.2; now += 0.05) vi.advanceTimersByTime(50);
    expect(strong).toEqual([true, false, true, false]);
    life.end();
  });
});

test("keys pressed by the computer's board are told to Python while it listens", async () => {
  const host = await new Host((await import("../../src/widgets/keyboard")).default, {
    ...state,
    listening: true,
    clock_id: "keys",
  }).start();
  const { el } = await host.view();
  const canvas = el.querySelector("canvas")!;
  const key = (type: string, code: string, more = {}) =>
    canvas.dispatchEvent(new KeyboardEvent(type, { code, bubbles: true, ...more }));
  key("keydown", "KeyA");
  key("keydown", "KeyA", { repeat: true });
  key("keydown", "KeyS", { ctrlKey: true });
  key("keyup", "KeyA");
  key("keydown", "KeyX");
  const told = host.model.sent
    .map(({ content }) => content)
    .filter(({ kind }) => kind === "played");
  expect(told).toEqual([
    { kind: "played", pitch: 60, velocity: 80, down: true },
    { kind: "played", pitch: 60, velocity: 0, down: false },
  ]);
  expect(host.model.state.octave).toBe(5);
  expect(el.textContent).toContain("C4 41 %");
  host.close();
});

test("a take is moved to the grid that is chosen, and its button plays and stops it", async () => {
  const take = [
    [0, 1, 60, 80],
    [1, 1, 64, 80],
  ];
  const host = await new Host((await import("../../src/widgets/keyboard")).default, {
    ...state,
    take,
    clock_id: "take",
  }).start();
  const { el } = await host.view();
  const grid = el.querySelector<HTMLSelectElement>("select[aria-label='Grid of the take']")!;
  expect(grid.value).toBe("sixteenth");
  grid.value = "triplet";
  grid.dispatchEvent(new Event("change"));
  expect(host.model.saved.at(-1)).toEqual({ grid: "triplet" });
  const listen = el.querySelector<HTMLButtonElement>("[aria-label='Listen to the take']")!;
  expect(listen.hidden).toBe(false);
  listen.click();
  expect(listen.getAttribute("aria-pressed")).toBe("true");
  listen.click();
  expect(listen.getAttribute("aria-pressed")).toBe("false");
  host.model.receive({ take: [] });
  expect(listen.hidden).toBe(true);
  host.close();
});
